#include "package_log.h"

#include <ctype.h>
#include <string.h>

#include "formats/log/time_zone.h"

#define RUN_MAX (16u << 20) /* bytes of a run of apt that are kept */

/* Words ------------------------------------------------------------------------- */

static bool is(struct slice text, const char *word)
{
    return text.size == strlen(word) && memcmp(text.at, word, text.size) == 0;
}

static struct slice trimmed(struct slice text)
{
    while (text.size && isspace((unsigned char)text.at[0]))
        text.at++, text.size--;
    while (text.size && isspace((unsigned char)text.at[text.size - 1]))
        text.size--;
    return text;
}

/* Remove the text before a separator from `rest`, and the separator; all where there is none. */
static struct slice take_until(struct slice *rest, const char *separator)
{
    size_t       size = strlen(separator);
    const char  *at = memmem(rest->at, rest->size, separator, size);
    struct slice part = {rest->at, at ? (size_t)(at - rest->at) : rest->size};
    size_t       taken = part.size + (at ? size : 0);

    rest->at += taken;
    rest->size -= taken;
    return part;
}

static struct slice take_word(struct slice *rest)
{
    *rest = trimmed(*rest);
    return take_until(rest, " ");
}

static struct slice known(struct slice version)
{
    const struct slice none = {NULL, 0};

    return version.size == 0 || is(version, "<none>") ? none : version;
}

/* "libc6:amd64" */
static void take_name(struct slice text, struct package_change *change)
{
    change->package = take_until(&text, ":");
    change->architecture = known(text);
}

/* Times --------------------------------------------------------------------------- */

/* Digits at `at` of `text`; -1 where they are not all there. */
static int digits(struct slice text, size_t at, size_t n)
{
    int value = 0;

    if (at + n > text.size)
        return -1;
    for (size_t i = at; i < at + n; i++) {
        if (!isdigit((unsigned char)text.at[i]))
            return -1;
        value = 10 * value + (text.at[i] - '0');
    }
    return value;
}

/* "hh:mm:ss" at `at`, as seconds of the day; -1 where it is none. */
static int clock_at(struct slice text, size_t at)
{
    int h = digits(text, at, 2), m = digits(text, at + 3, 2), s = digits(text, at + 6, 2);

    if (h < 0 || m < 0 || s < 0 || h > 23 || m > 59 || s > 60 || text.at[at + 2] != ':' ||
        text.at[at + 5] != ':')
        return -1;
    return h * 3600 + m * 60 + s;
}

/* "YYYY-MM-DD" at the beginning. */
static bool date(struct slice text, int64_t *ret)
{
    int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);

    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || text.at[4] != '-' ||
        text.at[7] != '-')
        return false;
    *ret = time_civil(year, month, day, 0, 0, 0);
    return true;
}

/* "YYYY-MM-DD hh:mm:ss", with one space, two or a T between; takes it off `rest`. */
static bool take_time(struct slice *rest, int64_t *ret)
{
    int64_t day;
    size_t  at = 10;

    if (!date(*rest, &day))
        return false;
    while (at < rest->size && at < 13 && (rest->at[at] == ' ' || rest->at[at] == 'T'))
        at++;
    int seconds = clock_at(*rest, at);
    if (at == 10 || seconds < 0)
        return false;
    *ret = day + seconds;
    rest->at += at + 8;
    rest->size -= at + 8;
    return true;
}

/* "Z", "+0100" or "+01:00": seconds east of UTC. */
static bool take_zone(struct slice *rest, int64_t *ret)
{
    struct slice word = take_word(rest);
    size_t       colon = word.size == 6 && word.at[3] == ':';
    int          hours = digits(word, 1, 2), minutes = digits(word, 3 + colon, 2);

    if (is(word, "Z")) {
        *ret = 0;
        return true;
    }
    if (hours < 0 || minutes < 0 || word.size != 5 + colon || !strchr("+-", word.at[0]))
        return false;
    *ret = (word.at[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

/* dpkg ------------------------------------------------------------------------------ */

enum which { OLD_NEW, OLD, NEW };

/* What dpkg's action says of the two versions after the package. */
static const struct {
    const char *action;
    enum which  which;
} dpkg_actions[] = {
    {"install", OLD_NEW}, {"upgrade", OLD_NEW}, {"configure", NEW}, {"trigproc", NEW},
    {"disappear", OLD},   {"remove", OLD},      {"purge", OLD},
};

static void take_versions(struct slice rest, enum which which, struct package_change *change)
{
    struct slice first = known(take_word(&rest)), second = known(take_word(&rest));

    if (which != NEW)
        change->old_version = first;
    if (which == NEW)
        change->new_version = first;
    else if (which == OLD_NEW)
        change->new_version = second;
}

static bool dpkg_line(struct slice rest, struct package_change *change)
{
    struct slice word = take_word(&rest);

    change->tool = "dpkg";
    if (is(word, "status")) {
        change->action = "status";
        change->detail = take_word(&rest);
        take_name(take_word(&rest), change);
        take_versions(rest, NEW, change);
        return change->package.size > 0;
    }
    change->detail = trimmed(rest);
    if (is(word, "startup") || is(word, "conffile")) {
        change->action = is(word, "startup") ? "startup" : "conffile";
        return true;
    }
    change->detail = (struct slice){0};
    for (size_t i = 0; i < sizeof dpkg_actions / sizeof dpkg_actions[0]; i++) {
        if (!is(word, dpkg_actions[i].action))
            continue;
        change->action = dpkg_actions[i].action;
        take_name(take_word(&rest), change);
        take_versions(rest, dpkg_actions[i].which, change);
        return change->package.size > 0;
    }
    return false;
}

/* dnf and yum ------------------------------------------------------------------------- */

/* What their words mean, and whether the version named is one that went away. */
static const struct {
    const char *word, *action;
    bool        old;
} rpm_actions[] = {
    {"Installed", "install", false},     {"Install", "install", false},
    {"Dep-Installed", "install", false}, {"Updated", "upgrade", false},
    {"Upgrade", "upgrade", false},       {"Upgraded", "upgraded", true},
    {"Downgrade", "downgrade", false},   {"Downgraded", "downgraded", true},
    {"Reinstall", "reinstall", false},   {"Reinstalled", "reinstalled", true},
    {"Cleanup", "cleanup", true},        {"Obsoleted", "obsoleted", true},
    {"Obsolete", "obsolete", true},      {"Erase", "remove", true},
    {"Erased", "remove", true},          {"Removed", "remove", true},
};

static size_t last_of(struct slice text, char c)
{
    const char *at = text.size ? memrchr(text.at, c, text.size) : NULL;

    return at ? (size_t)(at - text.at) : SIZE_MAX;
}

void package_nevra(struct slice text, struct package_change *change, bool old)
{
    struct slice *version = old ? &change->old_version : &change->new_version;
    size_t        dot = last_of(text, '.');
    struct slice  name = {text.at, dot == SIZE_MAX ? text.size : dot};
    size_t        release = last_of(name, '-');
    struct slice  front = {text.at, release == SIZE_MAX ? 0 : release};
    size_t        dash = last_of(front, '-');

    change->package = text;
    if (dot == SIZE_MAX || dash == SIZE_MAX)
        return;
    change->package = (struct slice){text.at, dash};
    *version = (struct slice){text.at + dash + 1, name.size - dash - 1};
    change->architecture = (struct slice){text.at + dot + 1, text.size - dot - 1};
    /* yum puts the epoch first: "1:name-version-release.architecture" */
    struct slice epoch = change->package;
    if (digits(epoch, 0, 1) >= 0 && memchr(epoch.at, ':', epoch.size)) {
        take_until(&epoch, ":");
        change->package = epoch;
    }
}

/* "Installed: a-1-2.x86_64" */
static bool rpm_words(struct slice rest, const char *tool, struct package_change *change)
{
    struct slice word = take_until(&rest, ": ");

    change->tool = tool;
    for (size_t i = 0; i < sizeof rpm_actions / sizeof rpm_actions[0]; i++) {
        if (!is(word, rpm_actions[i].word))
            continue;
        change->action = rpm_actions[i].action;
        package_nevra(trimmed(rest), change, rpm_actions[i].old);
        return change->package.size > 0;
    }
    return false;
}

/* "2026-11-24T11:40:15+0100 SUBDEBUG Installed: ..."; the time is taken already. Lines of other
 * kinds are the program's talk. */
static bool dnf_line(struct slice rest, struct package_change *change, bool *ret_talk)
{
    int64_t east;

    if (!take_zone(&rest, &east))
        return false;
    change->time -= east;
    change->utc = true;
    take_word(&rest); /* level */
    *ret_talk = true;
    return rpm_words(trimmed(rest), "dnf", change);
}

/* "Nov 24 11:40:15 " */
static bool yearless(struct slice text, int *ret_month)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    if (text.size < 16 || text.at[3] != ' ' || text.at[6] != ' ' || clock_at(text, 7) < 0)
        return false;
    for (int i = 0; i < 12; i++)
        if (memcmp(text.at, months + 3 * i, 3) == 0) {
            *ret_month = i + 1;
            return true;
        }
    return false;
}

bool package_log_yearless(const char *line, size_t size)
{
    int month;

    return yearless((struct slice){line, size}, &month);
}

static bool yum_line(struct package_log *log, struct slice line, int month,
                     struct package_change *change)
{
    int day = line.at[4] == ' ' ? digits(line, 5, 1) : digits(line, 4, 2);

    if (day < 1 || day > 31)
        return false;
    if (month < log->month && log->year)
        log->year++;
    log->month = month;
    change->time =
        log->year ? time_civil(log->year, month, day, 0, 0, 0) + clock_at(line, 7) : INT64_MIN;
    return rpm_words(trimmed((struct slice){line.at + 15, line.size - 15}), "yum", change);
}

/* zypp -------------------------------------------------------------------------------- */

/* "2026-11-24 11:40:15|install|a|1-2|x86_64|root@host|repository|checksum|", the time is taken
 * already. The command of a run comes before its changes, and is kept for them. */
static bool zypp_line(struct package_log *log, struct slice rest, struct package_change *change)
{
    take_until(&rest, "|");
    struct slice all = rest, word = trimmed(take_until(&rest, "|"));

    change->tool = "zypp";
    if (is(word, "command")) {
        change->action = "run";
        change->requested_by = known(take_until(&rest, "|"));
        struct slice command = take_until(&rest, "|");
        if (!log->run.open) { /* of apt, in a file of both */
            buffer_reset(&log->run.text);
            buffer_put(&log->run.text, command.at, command.size);
        }
    } else if (is(word, "install") || is(word, "remove")) {
        change->action = is(word, "install") ? "install" : "remove";
        change->package = take_until(&rest, "|");
        *(is(word, "install") ? &change->new_version : &change->old_version) =
            known(take_until(&rest, "|"));
        change->architecture = known(take_until(&rest, "|"));
        change->requested_by = known(take_until(&rest, "|"));
    } else { /* of repositories and patches */
        change->action = "other";
        change->detail = all;
    }
    if (!log->run.open)
        change->command = (struct slice){log->run.text.data, log->run.text.size};
    return word.size > 0;
}

/* apt --------------------------------------------------------------------------------- */

/* Fields of a run that list packages, and which versions their parentheses hold. */
static const struct {
    const char *field, *action;
    enum which  which;
} apt_actions[] = {
    {"Install", "install", NEW},       {"Reinstall", "reinstall", NEW},
    {"Upgrade", "upgrade", OLD_NEW},   {"Downgrade", "downgrade", OLD_NEW},
    {"Remove", "remove", OLD},         {"Purge", "purge", OLD},
    {"Disappeared", "disappear", OLD},
};

static bool apt_field(struct slice line, const char *name, struct slice *ret)
{
    size_t size = strlen(name);

    if (line.size < size + 1 || memcmp(line.at, name, size) != 0 || line.at[size] != ':')
        return false;
    *ret = trimmed((struct slice){line.at + size + 1, line.size - size - 1});
    return true;
}

/* Whether a line is a field of a run: "Word-Word: ...". */
static bool looks_like_field(struct slice line)
{
    size_t i = 0;

    while (i < line.size && (isalpha((unsigned char)line.at[i]) || line.at[i] == '-'))
        i++;
    return i && i < line.size && line.at[i] == ':' && isupper((unsigned char)line.at[0]);
}

/* The run is whole: read what all of its changes share. */
static void open_run(struct package_log *log)
{
    struct slice          rest = {log->run.text.data, log->run.text.size}, line, value;
    struct package_change shared = {.tool = "apt", .time = INT64_MIN, .end = INT64_MIN};

    log->rest = rest;
    while (slice_line(&rest, &line)) {
        if (apt_field(line, "Start-Date", &value))
            take_time(&value, &shared.time);
        else if (apt_field(line, "End-Date", &value))
            take_time(&value, &shared.end);
        else if (apt_field(line, "Error", &value))
            shared.detail = value;
        else
            (void)(apt_field(line, "Comment", &shared.comment) ||
                   apt_field(line, "Commandline", &shared.command) ||
                   apt_field(line, "Requested-By", &shared.requested_by));
    }
    log->run.open = false;
    log->change = shared;
    log->run_line = log->run.line;
    log->list = (struct slice){0};
    log->ready = log->from_run = log->empty = true;
}

static void apt_line(struct package_log *log, struct slice line)
{
    bool         start = line.size > 10 && memcmp(line.at, "Start-Date", 10) == 0;
    struct slice end;

    if (start) {
        buffer_reset(&log->run.text);
        log->run.line = log->lines;
        log->run.open = true;
    }
    if (!log->run.open || log->run.text.size + line.size > RUN_MAX) {
        log->lost++;
        return;
    }
    buffer_put(&log->run.text, line.at, line.size);
    buffer_putc(&log->run.text, '\n');
    if (apt_field(line, "End-Date", &end))
        open_run(log);
}

/* "(1.0)", "(1.0, automatic)", "(1.0, 2.0)" */
static void take_apt_versions(struct slice rest, enum which which, struct package_change *change)
{
    struct slice first = take_until(&rest, ", ");
    struct slice second = take_until(&rest, ", ");

    if (which == NEW)
        change->new_version = known(first);
    else
        change->old_version = known(first);
    if (which == OLD_NEW) {
        change->new_version = known(second);
        second = rest;
    }
    if (is(second, "automatic"))
        change->detail = second;
}

/* The next package of the current line, "name:arch (1.0, 2.0), name:arch (...)". */
static bool take_package(struct package_log *log, struct package_change *ret)
{
    struct slice name;

    if (!log->list.size)
        return false;
    name = trimmed(take_until(&log->list, "("));
    struct slice versions = take_until(&log->list, ")");
    take_until(&log->list, ", ");
    *ret = log->change;
    take_name(name, ret);
    for (size_t i = 0; i < sizeof apt_actions / sizeof apt_actions[0]; i++)
        if (apt_actions[i].action == ret->action)
            take_apt_versions(versions, apt_actions[i].which, ret);
    ret->line = log->run_line - 1;
    log->change.item++;
    log->empty = false;
    return true;
}

static bool next_of_run(struct package_log *log, struct package_change *ret)
{
    struct slice line;

    while (!take_package(log, ret)) {
        if (!slice_line(&log->rest, &line)) {
            log->ready = false;
            *ret = log->change;
            ret->action = "run";
            ret->line = log->run.line;
            return log->empty; /* a run that says no package is a change of its own */
        }
        log->run_line++;
        log->change.item = 0;
        for (size_t i = 0; i < sizeof apt_actions / sizeof apt_actions[0]; i++)
            if (apt_field(line, apt_actions[i].field, &log->list)) {
                log->change.action = apt_actions[i].action;
                break;
            }
    }
    return true;
}

/* All --------------------------------------------------------------------------------- */

/* Read a line that is a change by itself. Sets *ret_talk for one that is none and means to be none.
 */
static bool read_line(struct package_log *log, struct slice line, struct package_change *change,
                      bool *ret_talk)
{
    struct slice rest = trimmed(line);
    int          month;

    *ret_talk = rest.at[0] == '#';
    if (!take_time(&rest, &change->time))
        return yearless(line, &month) && yum_line(log, line, month, change);
    switch (rest.size ? rest.at[0] : 0) {
    case ' ':
        return dpkg_line(rest, change);
    case '|':
        return zypp_line(log, rest, change);
    default:
        return dnf_line(rest, change, ret_talk);
    }
}

void package_log_push(struct package_log *log, const char *text, size_t size)
{
    struct slice line = {text, size}, content = trimmed(line);
    bool         talk;

    log->lines++;
    if (!content.size) {
        package_log_end(log);
        return;
    }
    if (looks_like_field(line)) {
        apt_line(log, content);
        return;
    }
    log->change = (struct package_change){.end = INT64_MIN, .line = log->lines};
    log->ready = read_line(log, line, &log->change, &talk);
    log->lost += !log->ready && !talk;
    log->from_run = false;
}

void package_log_end(struct package_log *log)
{
    log->ready = false;
    if (log->run.open)
        open_run(log);
}

bool package_log_next(struct package_log *log, struct package_change *ret)
{
    if (!log->ready)
        return false;
    if (log->from_run)
        return next_of_run(log, ret);
    log->ready = false;
    *ret = log->change;
    return true;
}

void package_log_free(struct package_log *log)
{
    buffer_free(&log->run.text);
    *log = (struct package_log){0};
}
