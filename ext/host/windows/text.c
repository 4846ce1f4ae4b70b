/* text.c -- functions on text and time that POSIX or GNU has and the C library of Windows lacks. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

void *memmem(const void *in, size_t in_size, const void *what, size_t size)
{
    const char *at = in, *first = what;

    if (!size)
        return (void *)(uintptr_t)in;
    while (in_size >= size) {
        const char *found = memchr(at, *first, in_size - size + 1);
        if (!found)
            return NULL;
        if (memcmp(found, what, size) == 0)
            return (void *)(uintptr_t)found;
        in_size -= (size_t)(found - at) + 1;
        at = found + 1;
    }
    return NULL;
}

char *strndup(const char *text, size_t most)
{
    size_t size = strnlen(text, most);
    char  *copy = malloc(size + 1);

    if (!copy)
        return NULL;
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

char *strcasestr(const char *in, const char *what)
{
    size_t size = strlen(what);

    for (; strlen(in) >= size; in++)
        if (strncasecmp(in, what, size) == 0)
            return (char *)(uintptr_t)in;
    return NULL;
}

char *strchrnul(const char *text, int byte)
{
    const char *found = strchr(text, byte);

    return (char *)(uintptr_t)(found ? found : text + strlen(text));
}

char *stpcpy(char *to, const char *from)
{
    size_t size = strlen(from);

    memcpy(to, from, size + 1);
    return to + size;
}

char *strsep(char **text, const char *ends)
{
    char *begin = *text;

    if (!begin)
        return NULL;
    char *end = begin + strcspn(begin, ends);
    *text = *end ? end + 1 : NULL;
    *end = '\0';
    return begin;
}

/* Days since the epoch of a date, by the count of days until March 1 of each year of 400. */
static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

time_t timegm(struct tm *time)
{
    int     months = time->tm_mon % 12 + (time->tm_mon % 12 < 0 ? 12 : 0);
    int64_t year = time->tm_year + INT64_C(1900) + (time->tm_mon - months) / 12;
    int64_t days = days_of(year, months + 1, 1) + time->tm_mday - 1;

    return ((days * 24 + time->tm_hour) * 60 + time->tm_min) * 60 + time->tm_sec;
}

/* Windows's own refuses times before 1970. */
struct tm *gmtime_r(const time_t *time, struct tm *ret)
{
    int64_t days = *time / 86400 - (*time % 86400 < 0), rest = *time - days * 86400;
    int64_t era = (days + 719468) / 146097 - ((days + 719468) % 146097 < 0);
    int64_t of_era = days + 719468 - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100),
            month = (5 * of_year + 2) / 153;

    *ret = (struct tm){.tm_mday = (int)(of_year - (153 * month + 2) / 5 + 1),
                       .tm_mon = (int)(month + (month < 10 ? 2 : -10)),
                       .tm_hour = (int)(rest / 3600),
                       .tm_min = (int)(rest / 60 % 60),
                       .tm_sec = (int)(rest % 60),
                       .tm_wday = (int)((days % 7 + 11) % 7)};
    year += era * 400 + (ret->tm_mon < 2);
    if (year - 1900 > INT32_MAX || year - 1900 < INT32_MIN)
        return NULL;
    ret->tm_year = (int)(year - 1900);
    ret->tm_yday = (int)(days - days_of(year, 1, 1));
    return ret;
}

struct tm *localtime_r(const time_t *time, struct tm *ret)
{
    return localtime_s(ret, time) == 0 ? ret : NULL;
}

int setenv(const char *name, const char *value, int overwrite)
{
    return !overwrite && getenv(name) ? 0 : _putenv_s(name, value);
}

int unsetenv(const char *name)
{
    return _putenv_s(name, "");
}
