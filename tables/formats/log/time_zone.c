#include "time_zone.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HOUR   3600
#define DAY    86400
#define HEADER 44 /* bytes of a TZif header: magic, version, reserved, six counts */

/* When in a year daylight saving time begins or ends: "M3.5.0/2", "J60", "59". */
struct rule {
    char    kind; /* M month.week.weekday, J day 1-365 without 29 February, D day 0-365 */
    int     month, week, day;
    int64_t time; /* seconds after midnight, of the clock before the change */
};

struct transition {
    int64_t time;   /* UTC */
    int64_t offset; /* seconds east of UTC from then on */
};

struct time_zone {
    struct transition *transitions; /* in order */
    size_t             n;
    int64_t            first_offset; /* before the first transition */

    bool        has_rules; /* after the last: */
    bool        has_dst;
    int64_t     standard, dst; /* offsets */
    struct rule begin, end;
};

/* Calendar ---------------------------------------------------------------------- */

/* Days since the epoch; years begin in March, so that the leap day comes last. */
static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;

    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t time_civil(int64_t year, int month, int day, int hour, int minute, int second)
{
    return days_of(year, month, day) * DAY + hour * HOUR + minute * 60 + second;
}

static int64_t year_of(int64_t time)
{
    int64_t days = time / DAY - (time % DAY < 0);
    int64_t year = 1970 + days / 366;

    while (days_of(year + 1, 1, 1) <= days)
        year++;
    while (days_of(year, 1, 1) > days)
        year--;
    return year;
}

static bool leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Rules ------------------------------------------------------------------------- */

/* When a rule falls in a year, on the clock before the change. */
static int64_t rule_time(const struct rule *rule, int64_t year)
{
    int64_t days = days_of(year, 1, 1);

    if (rule->kind == 'D')
        days += rule->day;
    else if (rule->kind == 'J')
        days += rule->day - 1 + (leap(year) && rule->day >= 60);
    else {
        int64_t first = days_of(year, rule->month, 1);
        int64_t next =
            rule->month == 12 ? days_of(year + 1, 1, 1) : days_of(year, rule->month + 1, 1);
        int64_t weekday = ((first + 4) % 7 + 7) % 7; /* the epoch was a Thursday */

        days = first + (rule->day - weekday + 7) % 7 + 7 * (rule->week - 1);
        while (days >= next)
            days -= 7;
    }
    return days * DAY + rule->time;
}

static int64_t rules_offset(const struct time_zone *zone, int64_t utc)
{
    if (!zone->has_dst)
        return zone->standard;

    int64_t year = year_of(utc + zone->standard);
    int64_t begin = rule_time(&zone->begin, year) - zone->standard;
    int64_t end = rule_time(&zone->end, year) - zone->dst;
    bool    dst = begin < end ? begin <= utc && utc < end : utc < end || begin <= utc;
    return dst ? zone->dst : zone->standard;
}

/* The POSIX TZ string ------------------------------------------------------------- */

/* Take a number of at most `max`; false where there is none. */
static bool take_number(const char **at, int max, int *ret)
{
    int value = 0;

    if (!isdigit((unsigned char)**at))
        return false;
    for (; isdigit((unsigned char)**at); (*at)++)
        if ((value = 10 * value + (**at - '0')) > max)
            return false;
    *ret = value;
    return true;
}

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(const char **at, int64_t *ret)
{
    int hours, minutes = 0, seconds = 0;
    int sign = take_char(at, '-') ? -1 : 1;

    if (sign > 0)
        take_char(at, '+');
    if (!take_number(at, 167, &hours))
        return false;
    if (take_char(at, ':') && !take_number(at, 59, &minutes))
        return false;
    if (take_char(at, ':') && !take_number(at, 59, &seconds))
        return false;
    *ret = sign * ((int64_t)hours * HOUR + minutes * 60 + seconds);
    return true;
}

static bool take_name(const char **at)
{
    const char *begin = *at;

    if (take_char(at, '<')) {
        while (**at && **at != '>')
            (*at)++;
        return take_char(at, '>');
    }
    while (isalpha((unsigned char)**at))
        (*at)++;
    return *at > begin;
}

/* ",M3.5.0/2" */
static bool take_rule(const char **at, struct rule *ret)
{
    struct rule rule = {.kind = 'D', .time = 2 * HOUR};
    bool        good;

    if (!take_char(at, ','))
        return false;
    if (take_char(at, 'M')) {
        rule.kind = 'M';
        good = take_number(at, 12, &rule.month) && rule.month && take_char(at, '.') &&
               take_number(at, 5, &rule.week) && rule.week && take_char(at, '.') &&
               take_number(at, 6, &rule.day);
    } else {
        if (take_char(at, 'J'))
            rule.kind = 'J';
        good = take_number(at, 365, &rule.day) && (rule.kind == 'D' || rule.day);
    }
    if (!good || (take_char(at, '/') && !take_time(at, &rule.time)))
        return false;
    *ret = rule;
    return true;
}

/* "CET-1CEST,M3.5.0,M10.5.0/3": offsets there are west of UTC. */
static bool parse_rules(const char *text, struct time_zone *zone)
{
    int64_t west;

    if (!take_name(&text) || !take_time(&text, &west))
        return false;
    zone->standard = -west;
    if (!*text)
        return true;
    zone->dst = zone->standard + HOUR;
    if (!take_name(&text))
        return false;
    if (*text != ',') {
        if (!take_time(&text, &west))
            return false;
        zone->dst = -west;
    }
    zone->has_dst = take_rule(&text, &zone->begin) && take_rule(&text, &zone->end);
    return zone->has_dst && !*text;
}

/* TZif ------------------------------------------------------------------------------ */

static int64_t be(const uint8_t *p, size_t size)
{
    uint64_t value = p[0] & 0x80 ? UINT64_MAX : 0;

    while (size--)
        value = value << 8 | *p++;
    return (int64_t)value;
}

/* One of the file's two blocks: its parts follow each other. */
struct block {
    size_t         n_times, n_types;
    size_t         time_size; /* bytes of a time */
    const uint8_t *times, *indexes, *types;
    size_t         size; /* of it all */
};

static bool find_block(const uint8_t *data, size_t size, size_t time_size, struct block *ret)
{
    size_t counts[6]; /* isut, isstd, leap, time, type, char */

    if (size < HEADER || memcmp(data, "TZif", 4) != 0)
        return false;
    for (size_t i = 0; i < 6; i++) {
        int64_t count = be(data + 20 + 4 * i, 4);
        if (count < 0 || (uint64_t)count > size)
            return false;
        counts[i] = (size_t)count;
    }
    struct block b = {.n_times = counts[3], .n_types = counts[4], .time_size = time_size};
    b.times = data + HEADER;
    size_t left = size - HEADER;
    size_t need = b.n_times * time_size + b.n_times + b.n_types * 6 + counts[5] +
                  counts[2] * (time_size + 4) + counts[1] + counts[0];
    if (need > left) /* no overflow: each count is at most `size` */
        return false;
    b.indexes = b.times + b.n_times * time_size;
    b.types = b.indexes + b.n_times;
    b.size = HEADER + need;
    *ret = b;
    return b.n_types > 0;
}

static int take_block(const struct block *b, struct time_zone *zone)
{
    zone->transitions = calloc(b->n_times + 1, sizeof *zone->transitions);
    if (!zone->transitions)
        return -ENOMEM;
    zone->first_offset = be(b->types, 4);
    for (size_t i = 0; i < b->n_times; i++) {
        int64_t time = be(b->times + i * b->time_size, b->time_size);

        if (b->indexes[i] >= b->n_types || (i && time <= zone->transitions[i - 1].time))
            return -EBADMSG;
        zone->transitions[i] = (struct transition){time, be(b->types + 6 * b->indexes[i], 4)};
    }
    zone->n = b->n_times;
    return 0;
}

/* The line after the second block; without one that is understood the last offset stays. */
static void take_footer(const uint8_t *data, size_t size, struct time_zone *zone)
{
    char           text[128];
    const uint8_t *end = size > 1 && data[0] == '\n' ? memchr(data + 1, '\n', size - 1) : NULL;
    size_t         length = end ? (size_t)(end - data) - 1 : 0;

    if (!length || length >= sizeof text)
        return;
    memcpy(text, data + 1, length);
    text[length] = '\0';
    zone->has_rules = parse_rules(text, zone);
}

static int parse(const uint8_t *data, size_t size, struct time_zone *zone)
{
    struct block b;

    if (!find_block(data, size, 4, &b))
        return -EBADMSG;
    if (data[4] < '2')
        return take_block(&b, zone);
    data += b.size;
    size -= b.size;
    if (!find_block(data, size, 8, &b))
        return -EBADMSG;
    take_footer(data + b.size, size - b.size, zone);
    return take_block(&b, zone);
}

int time_zone_parse(const uint8_t *data, size_t size, struct time_zone **ret)
{
    struct time_zone *zone = calloc(1, sizeof *zone);

    if (!zone)
        return -ENOMEM;
    int r = parse(data, size, zone);
    if (r < 0)
        time_zone_free(zone);
    else
        *ret = zone;
    return r;
}

void time_zone_free(struct time_zone *zone)
{
    if (zone)
        free(zone->transitions);
    free(zone);
}

static int64_t offset_at(const struct time_zone *zone, int64_t utc)
{
    size_t low = 0, high = zone->n; /* the first transition after `utc` */

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (zone->transitions[middle].time <= utc)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->n && zone->has_rules)
        return rules_offset(zone, utc);
    return low ? zone->transitions[low - 1].offset : zone->first_offset;
}

int64_t time_zone_utc(const struct time_zone *zone, int64_t local)
{
    const int64_t far = INT64_C(1) << 40; /* beyond any calendar, within the arithmetic */

    if (!zone || local > far || local < -far)
        return local;
    int64_t before = local - offset_at(zone, local - DAY);
    int64_t after = local - offset_at(zone, local + DAY);
    if (before - local == -offset_at(zone, before) || after - local != -offset_at(zone, after))
        return before;
    return after;
}
