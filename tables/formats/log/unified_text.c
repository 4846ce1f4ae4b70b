#include "unified_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/log/time_zone.h"
#include "formats/text/json_pairs.h"

#define HEAD_LINES 30 /* within which the first entry is */

/* What is left of a line. */
struct rest {
    const char *at, *end;
};

/* Fields -------------------------------------------------------------------------- */

static void clear(struct unified_entry *e)
{
    for (size_t i = 0; i < UNIFIED_TEXTS; i++) {
        buffer_reset(&e->texts[i]);
        e->has[i] = false;
    }
    for (size_t i = 0; i < UNIFIED_NUMBERS; i++)
        e->numbers[i] = INT64_MIN;
    e->stamp = (struct unified_stamp){0};
}

static void set(struct unified_entry *e, enum unified_field field, const char *text, size_t size)
{
    if (!size && field != UNIFIED_MESSAGE)
        return;
    buffer_reset(&e->texts[field]);
    buffer_utf8(&e->texts[field], text, size);
    e->has[field] = true;
}

static bool failed(struct unified_entry *e)
{
    bool failed = false;

    for (size_t i = 0; i < UNIFIED_TEXTS; i++)
        failed |= e->has[i] && !buffer_text(&e->texts[i]);
    return failed;
}

void unified_free(struct unified_entry *e)
{
    for (size_t i = 0; i < UNIFIED_TEXTS; i++)
        buffer_free(&e->texts[i]);
}

/* Reading -------------------------------------------------------------------------- */

static bool digits(struct rest *r, size_t n, int *ret)
{
    int value = 0;

    for (size_t i = 0; i < n; i++) {
        if (r->at + i >= r->end || !isdigit((unsigned char)r->at[i]))
            return false;
        value = value * 10 + (r->at[i] - '0');
    }
    r->at += n;
    *ret = value;
    return true;
}

static bool take(struct rest *r, char c)
{
    if (r->at >= r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static bool starts(const struct rest *r, const char *text)
{
    size_t size = strlen(text);

    return (size_t)(r->end - r->at) >= size && memcmp(r->at, text, size) == 0;
}

static void blanks(struct rest *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
        r->at++;
}

static size_t word(struct rest *r, const char **ret)
{
    blanks(r);
    *ret = r->at;
    while (r->at < r->end && *r->at != ' ' && *r->at != '\t' && *r->at != '\n')
        r->at++;
    return (size_t)(r->at - *ret);
}

static bool number(const char *text, size_t size, int64_t *ret)
{
    char copy[32], *end;
    bool hex = size > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

    if (!size || size >= sizeof copy)
        return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    errno = 0;
    *ret = *copy == '-' ? (int64_t)strtoll(copy, &end, 10)
                        : (int64_t)strtoull(copy, &end, hex ? 16 : 10);
    return *end == '\0' && errno == 0;
}

static bool zone(struct rest *r, double *time)
{
    int  hours, minutes;
    char sign = r->at < r->end ? *r->at : '\0';

    if (take(r, 'Z'))
        return true;
    if (sign != '+' && sign != '-')
        return false;
    r->at++;
    if (!digits(r, 2, &hours) || (take(r, ':'), !digits(r, 2, &minutes)))
        return false;
    *time += (sign == '-' ? 1 : -1) * (hours * 3600 + minutes * 60);
    return true;
}

/* "2026-06-09 18:18:08.974313-0700", with any number of digits after the point; the number of these. */
static bool stamp(struct rest *r, struct unified_stamp *ret, size_t *ret_fraction)
{
    int    year, month, day, hour, minute, second;
    double fraction = 0, unit = 0.1;
    size_t n = 0;

    if (!digits(r, 4, &year) || !take(r, '-') || !digits(r, 2, &month) || !take(r, '-') ||
        !digits(r, 2, &day) || !(take(r, ' ') || take(r, 'T')) || !digits(r, 2, &hour) ||
        !take(r, ':') || !digits(r, 2, &minute) || !take(r, ':') || !digits(r, 2, &second))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
        return false;
    if (take(r, '.'))
        for (; r->at < r->end && isdigit((unsigned char)*r->at); n++, unit /= 10)
            fraction += (*r->at++ - '0') * unit;
    ret->time = (double)time_civil(year, month, day, hour, minute, second) + fraction;
    ret->zoned = zone(r, &ret->time);
    *ret_fraction = n;
    return true;
}

/* Parts of an entry ------------------------------------------------------------------ */

/* "name[123]" or "name[123:1a2b]", up to what follows the bracket. The name may have blanks. */
static bool process_and_pid(struct rest *r, struct unified_entry *e)
{
    for (const char *open = r->at; (open = memchr(open, '[', (size_t)(r->end - open))); open++) {
        const char *at = open + 1, *colon = NULL;
        while (at < r->end && (isxdigit((unsigned char)*at) || (*at == ':' && !colon))) {
            colon = *at == ':' ? at : colon;
            at++;
        }
        const char *end = colon ? colon : at;
        if (open == r->at || at >= r->end || *at != ']' ||
            !number(open + 1, (size_t)(end - open - 1), &e->numbers[UNIFIED_PID]))
            continue;
        if (memchr(r->at, '\n', (size_t)(open - r->at)))
            return false;
        set(e, UNIFIED_PROCESS, r->at, (size_t)(open - r->at));
        if (colon) {
            char *stop;
            e->numbers[UNIFIED_THREAD] = strtoll(colon + 1, &stop, 16);
        }
        r->at = at + 1;
        return true;
    }
    return false;
}

/* Where the bracket that is open at r->at closes, those within it counted; NULL on another line. */
static const char *closing(const struct rest *r, char open, char close)
{
    int depth = 0;

    for (const char *at = r->at; at < r->end && *at != '\n'; at++) {
        depth += *at == open;
        depth -= *at == close;
        if (!depth)
            return at;
    }
    return NULL;
}

/* "(library) ", which log puts before what is not of the process's own program. */
static void sender(struct rest *r, struct unified_entry *e)
{
    const char *end = r->at < r->end && *r->at == '(' ? closing(r, '(', ')') : NULL;

    if (!end || end + 1 >= r->end || end[1] != ' ')
        return;
    set(e, UNIFIED_SENDER, r->at + 1, (size_t)(end - r->at - 1));
    r->at = end + 2;
}

/* "[subsystem:category] ". launchd's subsystem is a domain or a job with its process in brackets, and its
 * category is empty: "[gui/501/com.example [577]:] ". */
static void subsystem(struct rest *r, struct unified_entry *e)
{
    const char *end = r->at < r->end && *r->at == '[' ? closing(r, '[', ']') : NULL;
    const char *colon = end;

    while (colon && colon > r->at && *colon != ':')
        colon--;
    if (!end || colon == r->at || memchr(r->at, ',', (size_t)(end - r->at)))
        return; /* of a signpost: [spid 0x…, process, event] */
    set(e, UNIFIED_SUBSYSTEM, r->at + 1, (size_t)(colon - r->at - 1));
    set(e, UNIFIED_CATEGORY, colon + 1, (size_t)(end - colon - 1));
    r->at = end + 1;
}

static int message(struct rest *r, struct unified_entry *e)
{
    sender(r, e);
    subsystem(r, e);
    blanks(r);
    while (r->end > r->at && (r->end[-1] == '\n' || r->end[-1] == '\r'))
        r->end--;
    set(e, UNIFIED_MESSAGE, r->at, (size_t)(r->end - r->at));
    return failed(e) ? -ENOMEM : 1;
}

/* Forms -------------------------------------------------------------------------------- */

/* Thread, type, activity, process number, time to live, process: message. */
static int default_line(struct rest *r, struct unified_entry *e)
{
    const char *text;
    int64_t     ignored;
    size_t      size = word(r, &text);

    if (!starts(&(struct rest){text, r->end}, "0x") ||
        !number(text, size, &e->numbers[UNIFIED_THREAD]))
        return 0;
    size = word(r, &text);
    set(e, UNIFIED_TYPE, text, size);
    size = word(r, &text);
    if (!starts(&(struct rest){text, r->end}, "0x") ||
        !number(text, size, &e->numbers[UNIFIED_ACTIVITY]))
        return 0;
    size = word(r, &text);
    if (!number(text, size, &e->numbers[UNIFIED_PID]))
        return 0;
    size = word(r, &text);
    if (!number(text, size, &ignored))
        return 0;
    blanks(r);
    const char *colon = memmem(r->at, (size_t)(r->end - r->at), ": ", 2);
    const char *line = memchr(r->at, '\n', (size_t)(r->end - r->at));
    if (!colon || (line && colon > line))
        return 0;
    set(e, UNIFIED_PROCESS, r->at, (size_t)(colon - r->at));
    r->at = colon + 2;
    return message(r, e);
}

/* Host, process[number]: message; of some versions "process[number] <Notice>: ". */
static int syslog_line(struct rest *r, struct unified_entry *e)
{
    const char *text;
    size_t      size = word(r, &text);

    set(e, UNIFIED_COMPUTER, text, size);
    blanks(r);
    if (!process_and_pid(r, e))
        return 0;
    blanks(r);
    if (take(r, '<')) {
        const char *end = memchr(r->at, '>', (size_t)(r->end - r->at));
        if (!end)
            return 0;
        set(e, UNIFIED_TYPE, r->at, (size_t)(end - r->at));
        r->at = end + 1;
    }
    if (!take(r, ':'))
        return 0;
    take(r, ' ');
    return message(r, e);
}

/* The types of the compact style: one letter or two, of which these have the names that other styles write. */
static const char *const types[][2] = {{"Df", "Default"}, {"I", "Info"},  {"Db", "Debug"},
                                       {"E", "Error"},    {"F", "Fault"}, {"A", "Activity"}};

static bool set_type(struct unified_entry *e, const char *text, size_t size)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strlen(types[i][0]) == size && memcmp(types[i][0], text, size) == 0) {
            set(e, UNIFIED_TYPE, types[i][1], strlen(types[i][1]));
            return true;
        }
    set(e, UNIFIED_TYPE, text, size);
    return size && size <= 2 && isupper((unsigned char)*text);
}

/* Type, process[number:thread], [subsystem:category] message. */
static int compact_line(struct rest *r, struct unified_entry *e)
{
    const char *text;
    size_t      size = word(r, &text);

    if (!set_type(e, text, size))
        return 0;
    blanks(r);
    if (!process_and_pid(r, e))
        return 0;
    blanks(r);
    return message(r, e);
}

/* "(gui/501/com.example [577]) <Notice>: message". */
static int launchd_line(struct rest *r, struct unified_entry *e)
{
    blanks(r);
    if (r->at < r->end && *r->at == '(') {
        const char *end = closing(r, '(', ')');
        if (!end)
            return 0;
        set(e, UNIFIED_SUBSYSTEM, r->at + 1, (size_t)(end - r->at - 1));
        r->at = end + 1;
        blanks(r);
    }
    const char *end = take(r, '<') ? memchr(r->at, '>', (size_t)(r->end - r->at)) : NULL;
    if (!end || end + 1 >= r->end || end[1] != ':')
        return 0;
    set(e, UNIFIED_TYPE, r->at, (size_t)(end - r->at));
    set(e, UNIFIED_PROCESS, "/sbin/launchd", 13);
    e->numbers[UNIFIED_PID] = 1;
    r->at = end + 2;
    blanks(r);
    set(e, UNIFIED_MESSAGE, r->at, (size_t)(r->end - r->at));
    return failed(e) ? -ENOMEM : 1;
}

int unified_line(enum unified_form form, const char *text, size_t size, struct unified_entry *ret)
{
    struct rest r = {text, text + size};
    size_t      fraction;

    clear(ret);
    if (!stamp(&r, &ret->stamp, &fraction))
        return 0;
    switch (form) {
    case UNIFIED_DEFAULT:
        return default_line(&r, ret);
    case UNIFIED_SYSLOG:
        return syslog_line(&r, ret);
    case UNIFIED_COMPACT:
        return compact_line(&r, ret);
    case UNIFIED_LAUNCHD:
        return launchd_line(&r, ret);
    default:
        return 0;
    }
}

/* Names ---------------------------------------------------------------------------------- */

/* A name without what separates its words, in lower case: "Event Type", event_type and eventType. */
static void fold(const char *name, size_t size, char ret[32])
{
    size_t n = 0;

    for (size_t i = 0; i < size && n < 31; i++)
        if (isalnum((unsigned char)name[i]))
            ret[n++] = (char)tolower((unsigned char)name[i]);
    ret[n] = '\0';
}

static const struct {
    const char *name;
    int         text, number; /* -1: it is the other */
} members[] = {
    {"processimagepath", UNIFIED_PROCESS, -1},
    {"process", UNIFIED_PROCESS, -1},
    {"senderimagepath", UNIFIED_SENDER, -1},
    {"library", UNIFIED_SENDER, -1},
    {"subsystem", UNIFIED_SUBSYSTEM, -1},
    {"category", UNIFIED_CATEGORY, -1},
    {"messagetype", UNIFIED_TYPE, -1},
    {"logtype", UNIFIED_TYPE, -1},
    {"eventtype", UNIFIED_EVENT_TYPE, -1},
    {"eventmessage", UNIFIED_MESSAGE, -1},
    {"message", UNIFIED_MESSAGE, -1},
    {"bootuuid", UNIFIED_BOOT, -1},
    {"processid", -1, UNIFIED_PID},
    {"pid", -1, UNIFIED_PID},
    {"userid", -1, UNIFIED_USER},
    {"euid", -1, UNIFIED_USER},
    {"threadid", -1, UNIFIED_THREAD},
    {"activityidentifier", -1, UNIFIED_ACTIVITY},
    {"activityid", -1, UNIFIED_ACTIVITY},
    {"parentactivityidentifier", -1, UNIFIED_PARENT_ACTIVITY},
    {"traceid", -1, UNIFIED_TRACE},
};

/* Whether what was set so far has a time. */
static void member(struct unified_entry *e, const char *name, size_t name_size, const char *value,
                   size_t size, bool *timed)
{
    char folded[32];

    fold(name, name_size, folded);
    if (strcmp(folded, "timestamp") == 0) {
        struct rest r = {value, value + size};
        size_t      fraction;
        *timed |= stamp(&r, &e->stamp, &fraction);
        return;
    }
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (strcmp(members[i].name, folded) != 0)
            continue;
        if (members[i].text >= 0)
            set(e, (enum unified_field)members[i].text, value, size);
        else
            number(value, size, &e->numbers[members[i].number]);
    }
}

int unified_object(const char *text, size_t size, struct unified_entry *ret)
{
    struct json_pairs pairs = {0};
    struct json_pair  pair;
    bool              timed = false, summary = false;
    int               r;

    clear(ret);
    json_pairs_begin(&pairs, text, size);
    while ((r = json_pairs_next(&pairs, &pair)) > 0) {
        summary |= pair.name_size == 8 && memcmp(pair.name, "finished", 8) == 0;
        member(ret, pair.name, pair.name_size, pair.value, pair.value_size, &timed);
    }
    json_pairs_end(&pairs);
    if (r < 0)
        return r;
    if (!timed)
        return summary ? 0 : -EBADMSG;
    return failed(ret) ? -ENOMEM : 1;
}

int unified_row(const char *const *names, const char *const *values, size_t n,
                struct unified_entry *ret)
{
    bool timed = false;

    clear(ret);
    for (size_t i = 0; i < n; i++)
        member(ret, names[i], strlen(names[i]), values[i], strlen(values[i]), &timed);
    if (!timed)
        return -EBADMSG;
    return failed(ret) ? -ENOMEM : 1;
}

/* Recognition ------------------------------------------------------------------------------ */

bool unified_is_rule(const char *line, size_t size)
{
    size_t n = 0;

    while (n < size && line[n] == '-')
        n++;
    return n >= 20 && (n == size || line[n] == '\r');
}

bool unified_is_head(const char *line, size_t size)
{
    static const char *const heads[] = {"Timestamp ", "Filtering the log data", "Skipping ",
                                        "=== ", "log: "};
    struct rest              r = {line, line + size};

    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (starts(&r, heads[i]))
            return true;
    while (r.at < r.end && isspace((unsigned char)*r.at))
        r.at++;
    return r.at == r.end;
}

/* The value of "timestamp" in a line of JSON that is a whole object. */
static bool object_stamp(const char *line, size_t size, struct unified_stamp *ret)
{
    static const char name[] = "\"timestamp\"";
    struct rest       r = {line, line + size};
    size_t            fraction;

    while (r.end > r.at && strchr(",\r ", r.end[-1]))
        r.end--;
    if (r.at >= r.end || *r.at != '{' || r.end[-1] != '}')
        return false;
    const char *at = memmem(line, size, name, sizeof name - 1);
    if (!at)
        return false;
    r.at = at + sizeof name - 1;
    blanks(&r);
    if (!take(&r, ':'))
        return false;
    blanks(&r);
    return take(&r, '"') && stamp(&r, ret, &fraction);
}

bool unified_stamp(enum unified_form form, const char *line, size_t size, struct unified_stamp *ret)
{
    struct rest r = {line, line + size};
    size_t      fraction;

    if (form == UNIFIED_OBJECTS)
        return object_stamp(line, size, ret);
    return size >= 19 && line[4] == '-' && stamp(&r, ret, &fraction);
}

/* The form that a line's entry has. */
static enum unified_form form_of_line(const char *line, size_t size)
{
    static const enum unified_form forms[] = {UNIFIED_LAUNCHD, UNIFIED_DEFAULT, UNIFIED_COMPACT,
                                              UNIFIED_SYSLOG};
    struct rest                    r = {line, line + size};
    struct unified_entry           entry = {0};
    struct unified_stamp           when;
    enum unified_form              found = UNIFIED_NONE;
    size_t                         fraction;

    if (!stamp(&r, &when, &fraction))
        return UNIFIED_NONE;
    for (size_t i = 0; !found && i < sizeof forms / sizeof forms[0]; i++) {
        bool zoned = forms[i] == UNIFIED_DEFAULT || forms[i] == UNIFIED_SYSLOG;
        if (zoned == when.zoned && (!zoned || fraction == 6) && fraction >= 3 &&
            unified_line(forms[i], line, size, &entry) > 0)
            found = forms[i];
    }
    unified_free(&entry);
    return found;
}

static bool has(const char *text, size_t size, const char *part)
{
    return memmem(text, size, part, strlen(part)) != NULL;
}

static bool is_objects(const char *text, size_t size)
{
    return (has(text, size, "\"eventMessage\"") && has(text, size, "\"timestamp\"")) ||
           (has(text, size, "\"processImagePath\"") && has(text, size, "\"traceID\"")) ||
           (has(text, size, "\"boot_uuid\"") && has(text, size, "\"log_type\"") &&
            has(text, size, "\"message\""));
}

static bool is_rows(const char *line, size_t size)
{
    return has(line, size, "Timestamp,") && has(line, size, "Subsystem") &&
           has(line, size, "Boot UUID") && has(line, size, "Message");
}

enum unified_form unified_form_of(const char *text, size_t size)
{
    const char *end = text + size;

    if (size > 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    for (size_t n = 0; text < end && n < HEAD_LINES; n++) {
        const char *next = memchr(text, '\n', (size_t)(end - text));
        size_t      line = next ? (size_t)(next - text) : (size_t)(end - text);
        while (line && (text[line - 1] == '\r' || text[line - 1] == ' '))
            line--;
        if (line && (*text == '{' || *text == '['))
            return is_objects(text, (size_t)(end - text)) ? UNIFIED_OBJECTS : UNIFIED_NONE;
        if (n == 0 && is_rows(text, line))
            return UNIFIED_ROWS;
        enum unified_form form = form_of_line(text, line);
        if (form || (n > 3 && !unified_is_head(text, line)))
            return form;
        text = next ? next + 1 : end;
    }
    return UNIFIED_NONE;
}
