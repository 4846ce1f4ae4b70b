/* sigma_fit.c -- whether an event fits a test, and a tree of them. */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sigma_test.h"

/* Numbers and times ---------------------------------------------------------------- */

#define NUMBER_MAX 63 /* characters of a number or a time */

/* A few decimal digits as a number, as nearly all are; false of anything else. */
static bool short_number(const struct sigma_value *value, double *ret)
{
    uint32_t number = 0;

    for (uint32_t i = 0; i < value->size; i++) {
        unsigned digit = (unsigned)value->text[i] - '0';
        if (digit > 9)
            return false;
        number = number * 10 + digit;
    }
    *ret = number;
    return true;
}

/* A value as a number, decimal or 0x and hexadecimal; false where it is none. */
static bool number_of(const struct sigma_value *value, double *ret)
{
    char text[NUMBER_MAX + 1], *end;

    if (value->size == 0 || value->size > NUMBER_MAX || !strchr("+-.0123456789", value->text[0]) ||
        value->text[value->size - 1] == '.')
        return false;
    if (value->size < 10 && short_number(value, ret))
        return true;
    memcpy(text, value->text, value->size);
    text[value->size] = '\0';
    *ret = strtod(text, &end);
    return end == text + value->size && isfinite(*ret);
}

/* Days since 1970-01-01 of a date of the Gregorian calendar (H. Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms"), and back. */
static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct moment {
    int64_t days;
    int     year, month, day, hour, minute;
};

static void moment_of_seconds(int64_t seconds, struct moment *ret)
{
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    int64_t rest = seconds - days * 86400, z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t month = (5 * of_year + 2) / 153;

    ret->days = days;
    ret->day = (int)(of_year - (153 * month + 2) / 5 + 1);
    ret->month = (int)(month < 10 ? month + 3 : month - 9);
    ret->year = (int)(years + era * 400 + (ret->month <= 2));
    ret->hour = (int)(rest / 3600);
    ret->minute = (int)(rest / 60 % 60);
}

/* The offset of a zone in seconds: +02:00, -0530, Z or nothing. */
static int64_t zone_of(const char *text)
{
    int hours = 0, minutes = 0;

    while (*text == '.' || (*text >= '0' && *text <= '9'))
        text++; /* fractions of a second */
    if (*text != '+' && *text != '-')
        return 0;
    if (sscanf(text + 1, "%2d:%2d", &hours, &minutes) < 2)
        sscanf(text + 1, "%2d%2d", &hours, &minutes);
    return (*text == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/* A time as seconds since the epoch, in the forms of logs: 2026-01-31 10:00:00, with T, a fraction
 * and a zone; a number of seconds, milliseconds or microseconds since the epoch. */
static bool moment_of(const struct sigma_value *value, struct moment *ret)
{
    char   text[NUMBER_MAX + 1];
    int    year, month, day, hour = 0, minute = 0, second = 0, used = 0;
    double number;

    if (number_of(value, &number)) {
        while (number > 1e11)
            number /= 1000;
        if (!(number >= 0))
            return false;
        moment_of_seconds((int64_t)number, ret);
        return true;
    }
    if (value->size > NUMBER_MAX)
        return false;
    memcpy(text, value->text, value->size);
    text[value->size] = '\0';
    if (sscanf(text, "%4d-%2d-%2d%*1[T ]%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute,
               &second, &used) < 3 ||
        month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    moment_of_seconds(days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second -
                          zone_of(text + used),
                      ret);
    return true;
}

/* Week of ISO 8601: that of the year which has the Thursday of the same week. */
static int week_of(const struct moment *moment)
{
    int64_t       weekday = ((moment->days + 3) % 7 + 7) % 7; /* from Monday */
    struct moment thursday;

    moment_of_seconds((moment->days - weekday + 3) * 86400, &thursday);
    return (int)((thursday.days - days_of(thursday.year, 1, 1)) / 7 + 1);
}

static bool part_of(const struct sigma_value *value, enum sigma_part_of_time part, double *ret)
{
    struct moment moment;

    if (part == SIGMA_NO_PART)
        return number_of(value, ret);
    if (!moment_of(value, &moment))
        return false;
    *ret = part == SIGMA_MINUTE  ? moment.minute
           : part == SIGMA_HOUR  ? moment.hour
           : part == SIGMA_DAY   ? moment.day
           : part == SIGMA_WEEK  ? week_of(&moment)
           : part == SIGMA_MONTH ? moment.month
                                 : moment.year;
    return true;
}

static bool compares(const struct sigma_test *test, const struct sigma_value *value)
{
    double number;

    if (!part_of(value, test->part, &number))
        return false;
    switch (test->comparison) {
    case SIGMA_GT:
        return number > test->number;
    case SIGMA_GTE:
        return number >= test->number;
    case SIGMA_LT:
        return number < test->number;
    case SIGMA_LTE:
        return number <= test->number;
    default:
        return number == test->number;
    }
}

/* Addresses ------------------------------------------------------------------------ */

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;

    return memcmp(a, b, whole) == 0 && (!rest || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

static bool in_network(const struct sigma_test *test, const struct sigma_value *value)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}; /* ::ffff:0:0/96 */
    char                 text[INET6_ADDRSTRLEN + 1];
    uint8_t              address[16];

    if (value->size >= sizeof text)
        return false;
    memcpy(text, value->text, value->size);
    text[value->size] = '\0';
    if (inet_pton(AF_INET, text, address) == 1)
        return !test->v6 && same_bits(address, test->network, test->bits);
    if (inet_pton(AF_INET6, text, address) != 1)
        return false;
    if (test->v6)
        return same_bits(address, test->network, test->bits);
    return memcmp(address, mapped, sizeof mapped) == 0 &&
           same_bits(address + 12, test->network, test->bits);
}

/* Tests ---------------------------------------------------------------------------- */

static const char *folded(struct sigma_run *run, const struct sigma_value *value)
{
    return sigma_value_fold(run->event, &run->event->values[value - run->event->values]);
}

/* Text without regard to case unless the test is cased. */
static const char *text_of(struct sigma_run *run, const struct sigma_test *test,
                           const struct sigma_value *value)
{
    return test->cased ? value->text : folded(run, value);
}

static bool like_other(struct sigma_run *run, const struct sigma_test *test,
                       const struct sigma_value *value)
{
    const struct sigma_value *other = sigma_event_get(run->event, test->other);

    if (!other)
        return false;
    const char       *text = text_of(run, test, value);
    struct sigma_part part = {.text = text_of(run, test, other)};

    part.size = other->size; /* now: 0 where out of memory */
    return sigma_pattern_match(
        &(struct sigma_pattern){
            .parts = &part, .n = part.size > 0, .open_start = test->ends, .open_end = test->starts},
        text, value->size);
}

/* Whether a value has the texts that a regular expression cannot do without. */
static bool has_needed(struct sigma_run *run, const struct sigma_test *test,
                       const struct sigma_value *value)
{
    if (test->pattern.n <= (run->marks && test->literal)) /* the index has found its only one */
        return true;
    return sigma_pattern_match(&test->pattern, folded(run, value), value->size);
}

static bool value_fits(struct sigma_run *run, const struct sigma_test *test,
                       const struct sigma_value *value)
{
    const char *text;
    double      number;
    int         r;

    switch (test->operation) {
    case SIGMA_TEXT:
        if (value->size < test->pattern.least)
            return false;
        text = text_of(run, test, value);
        return sigma_pattern_match(&test->pattern, text, value->size);
    case SIGMA_NUMBER:
        return number_of(value, &number) && number == test->number;
    case SIGMA_REGEXP:
        if (!has_needed(run, test, value))
            return false;
        r = regexp_match(run->regexps[test->regexp], value->text, value->size);
        run->too_long += r == -E2BIG;
        run->event->failed |= r == -ENOMEM;
        return r == 1;
    case SIGMA_CIDR:
        return in_network(test, value);
    case SIGMA_COMPARE:
        return compares(test, value);
    case SIGMA_FIELD:
        return like_other(run, test, value);
    default:
        return true;
    }
}

bool sigma_test_values(struct sigma_run *run, const struct sigma_test *test)
{
    struct sigma_event *event = run->event;

    if (test->field == SIGMA_NO_FIELD) {
        for (size_t i = 0; i < event->n; i++)
            if (value_fits(run, test, sigma_event_at(event, i)))
                return true;
        return false;
    }
    if (test->operation == SIGMA_NULL || test->operation == SIGMA_EXISTS)
        return sigma_event_has(event, test->field) == (test->operation == SIGMA_EXISTS);
    const struct sigma_value *value = sigma_event_get(event, test->field);
    while (value && !value_fits(run, test, value))
        value = sigma_event_next(event, value);
    return value != NULL;
}

bool sigma_test_fits(struct sigma_run *run, const struct sigma_test *test)
{
    if (run->marks && test->literal) {
        bool is_there = run->marks[test->literal - 1] == run->turn;
        if (!is_there || test->exact)
            return is_there;
    }
    return sigma_test_values(run, test);
}

bool sigma_node_fits(struct sigma_run *run, const struct sigma_node *node)
{
    switch (node->join) {
    case SIGMA_TEST:
        return sigma_test_fits(run, node->test);
    case SIGMA_NOT:
        return !sigma_node_fits(run, node->items[0]);
    case SIGMA_AND:
        for (uint32_t i = 0; i < node->n; i++)
            if (!sigma_node_fits(run, node->items[i]))
                return false;
        return true;
    default:
        if (run->marks && node->mark && run->marks[node->mark - 1] != run->turn)
            return false;
        for (uint32_t i = 0; i < node->n; i++)
            if (sigma_node_fits(run, node->items[i]))
                return true;
        return false;
    }
}
