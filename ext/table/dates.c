/* dates.c -- times as text. */
#include <math.h>

#include "table.h"

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
