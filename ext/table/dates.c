/* dates.c -- times as text. */
#include <math.h>
#include <string.h>

#include "scan.h"

SQLITE_EXTENSION_INIT3

static void put_digits(char *out, int64_t value, int digits)
{
    while (digits-- > 0) {
        out[digits] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* Days since the epoch to a date in the proleptic Gregorian calendar, counting in years that begin
 * in March so that the leap day comes last. */
static void civil(int64_t days, int64_t *year, int *month, int *day)
{
    int64_t since = days + 719468; /* from 0000-03-01 */
    int64_t era = since / 146097, of_era = since % 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int     of_year = (int)(of_era - (365 * y + y / 4 - y / 100));
    int     m = (5 * of_year + 2) / 153;

    *day = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = era * 400 + y + (*month <= 2);
}

int tbl_result_datetime(sqlite3_context *out, double time)
{
    static const double year_0 = -62167219200.0, year_10000 = 253402300800.0;
    char                text[] = "YYYY-MM-DD hh:mm:ss.uuuuuu";
    int64_t             year;
    int                 month, day;

    if (!(time >= year_0 && time < year_10000 - 1e-6))
        return SQLITE_OK;
    /* Split before scaling, so that the microseconds keep all the digits a double has. */
    double  whole = floor(time);
    int64_t micro = llround((time - whole) * 1e6), seconds = (int64_t)whole + micro / 1000000;
    int64_t days = seconds / 86400, rest = seconds % 86400;
    if (rest < 0) {
        days--;
        rest += 86400;
    }
    civil(days, &year, &month, &day);
    put_digits(text, year, 4);
    put_digits(text + 5, month, 2);
    put_digits(text + 8, day, 2);
    put_digits(text + 11, rest / 3600, 2);
    put_digits(text + 14, rest / 60 % 60, 2);
    put_digits(text + 17, rest % 60, 2);
    put_digits(text + 20, micro % 1000000, 6);
    sqlite3_result_text(out, text, sizeof text - 1, SQLITE_TRANSIENT);
    return SQLITE_OK;
}

static int number(const char *digits, size_t n)
{
    int value = 0;

    for (size_t i = 0; i < n; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

/* Days since the epoch; the reverse of civil(). */
static int64_t days_of(int64_t year, int month, int day)
{
    int64_t y = year - (month <= 2) + 400; /* not below 0 */
    int64_t era = y / 400, of_era = y % 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return (era - 1) * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Whether the text is that of its own date: not of a 31st of February. */
static bool is_date(int64_t days, int year, int month, int day)
{
    int64_t y;
    int     m, d;

    civil(days, &y, &m, &d);
    return y == year && m == month && d == day;
}

bool scan_parse_datetime(const char *text, double *ret)
{
    static const char form[] = "dddd-dd-dd dd:dd:dd.dddddd";
    char              whole[] = "0000-01-01 00:00:00.000000";
    size_t            size = strlen(text);

    if (size > sizeof form - 1 || size < 4 || (size < 19 && (size - 4) % 3) || size == 20)
        return false;
    for (size_t i = 0; i < size; i++)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    memcpy(whole, text, size);
    int     year = number(whole, 4), month = number(whole + 5, 2), day = number(whole + 8, 2);
    int     hour = number(whole + 11, 2), minute = number(whole + 14, 2);
    int64_t days = days_of(year, month, day);
    if (month < 1 || month > 12 || !is_date(days, year, month, day) || hour > 23 || minute > 59 ||
        number(whole + 17, 2) > 59)
        return false;
    *ret = (double)(days * 86400 + hour * 3600 + minute * 60 + number(whole + 17, 2)) +
           number(whole + 20, 6) / 1e6;
    return true;
}
