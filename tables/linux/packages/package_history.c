/* package_history.c -- the actions of package managers, from their logs and databases.
 *
 *     SELECT datetime, action, package, new_version, command, requested_by
 *       FROM package_history WHERE tool = 'apt' AND time > unixepoch() - 7 * 86400;
 */
#include "package_history_dnf.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "evidence.h"
#include "formats/log/stream.h"
#include "formats/package/package_log.h"
#include "linux/logs/local_time.h"
#include "packages.h"

SQLITE_EXTENSION_INIT3

struct state {
    struct sources          sources;
    struct source           source;
    const struct reader    *reader; /* of the source that is open; NULL: none */
    size_t                  part;   /* of a root: the index of its next database */
    const struct tbl_terms *times, *actions, *tools;
    const char             *shown; /* the file that is read, for the column source */
    char                    database[2 * ROOT_PATH_MAX]; /* its name, where it belongs to a root */
    int64_t                 records, lost;

    struct time_zone *zone; /* of the file that is read */
    char              zone_name[64];

    struct stream     *stream;
    struct package_log log;
    bool               log_ended;
    bool               year_sought;

    struct dnf_history dnf;

    struct packages *index; /* of rpm's packages */
    size_t           package;
};

/* One form of history. open: 0 or a negative errno. next: 1, 0 at the end, or a negative errno,
 * after which nothing more is read. */
struct reader {
    enum artefact artefact; /* for the report */
    int (*open)(struct tbl_scan *scan, struct state *state, const char *path);
    int (*next)(struct tbl_scan *scan, struct state *state, struct history_row *row);
    void (*close)(struct state *state);
};

/* Logs ------------------------------------------------------------------------------- */

/* The zone of the root that the log was written in. A log outside the usual places was copied from
 * an unknown host: UTC is assumed, and the column shows it. */
static void load_zone(struct state *state, const char *path)
{
    time_zone_free(state->zone);
    state->zone = NULL;
    strcpy(state->zone_name, "UTC assumed");
    if (strncmp(path, "/var/log/", 9) == 0 &&
        time_zone_of_root(state->source.root, &state->zone, state->zone_name) == 0 &&
        !state->zone_name[0])
        strcpy(state->zone_name, "/etc/localtime");
}

/* yum.log has no year. Its last line is not later than its last change, which gives the year of
 * that line; each step back of the months is a change of year before it. */
static int first_year(const struct root *root, const char *path)
{
    const int             leap = 2000;
    struct package_log    log = {.year = leap};
    struct package_change change;
    struct stream        *stream;
    struct stat           st;
    char                 *line;
    size_t                size;
    int64_t               last = INT64_MIN;

    if (root_open_stream(root, path, &st, &stream) < 0)
        return 0;
    while (stream_line(stream, &line, &size) > 0)
        for (package_log_push(&log, line, size); package_log_next(&log, &change);)
            last = change.time;
    stream_close(stream);
    int wraps = log.year - leap, year = 9999;
    package_log_free(&log);
    if (last == INT64_MIN)
        return 0;
    int64_t within = last - time_civil(leap + wraps, 1, 1, 0, 0, 0);
    while (year > 1970 && time_civil(year, 1, 1, 0, 0, 0) + within > st.st_mtime + 86400)
        year--;
    return year - wraps;
}

static int open_log(struct tbl_scan *scan, struct state *state, const char *path)
{
    (void)scan;
    int r = root_open_stream(state->source.root, path, NULL, &state->stream);
    if (r == 0)
        load_zone(state, path);
    return r;
}

static void close_log(struct state *state)
{
    stream_close(state->stream);
    state->stream = NULL;
    package_log_free(&state->log);
    state->log_ended = state->year_sought = false;
}

/* Read lines until one, or the end, completes a change: 1, 0 or a negative errno. */
static int next_change(struct state *state, struct package_change *ret)
{
    char  *line;
    size_t size;

    while (!package_log_next(&state->log, ret)) {
        int r = state->log_ended ? 0 : stream_line(state->stream, &line, &size);

        if (r < 0 || (r == 0 && state->log_ended))
            return r;
        if (r == 0) {
            state->log_ended = true;
            package_log_end(&state->log);
            continue;
        }
        if (!state->year_sought && package_log_yearless(line, size)) {
            state->log.year = first_year(state->source.root, state->source.path);
            state->year_sought = true;
        }
        state->lost += memchr(line, '\0', size) != NULL;
        package_log_push(&state->log, line, size);
    }
    return 1;
}

static double moment(const struct state *state, const struct package_change *change, int64_t time)
{
    if (time == INT64_MIN)
        return NAN;
    return (double)(change->utc ? time : time_zone_utc(state->zone, time));
}

static bool text(struct tbl_scan *scan, struct slice value, const char **ret)
{
    return history_text(scan, value.at, value.size, ret);
}

static bool wanted(const struct state *state, const struct package_change *change)
{
    return tbl_match_text(state->actions, change->action, false) &&
           tbl_match_text(state->tools, change->tool, false) &&
           tbl_match_real(state->times, moment(state, change, change->time));
}

static int fill(struct tbl_scan *scan, const struct state *state,
                const struct package_change *change, struct history_row *row)
{
    *row = (struct history_row){
        .time = moment(state, change, change->time),
        .action = change->action,
        .end_time = moment(state, change, change->end),
        .tool = change->tool,
        .time_zone = change->utc ? "UTC" : state->zone_name,
        .line = (int64_t)change->line,
        .item = (int64_t)change->item,
    };
    bool whole = text(scan, change->package, &row->package) &&
                 text(scan, change->architecture, &row->architecture) &&
                 text(scan, change->old_version, &row->old_version) &&
                 text(scan, change->new_version, &row->new_version) &&
                 text(scan, change->detail, &row->detail) &&
                 text(scan, change->comment, &row->comment) &&
                 text(scan, change->command, &row->command) &&
                 text(scan, change->requested_by, &row->requested_by);
    return whole ? 1 : -ENOMEM;
}

static int next_of_log(struct tbl_scan *scan, struct state *state, struct history_row *row)
{
    struct package_change change;
    int                   r;

    while ((r = next_change(state, &change)) > 0) {
        state->records++;
        if (wanted(state, &change))
            return fill(scan, state, &change, row);
    }
    state->lost += (int64_t)(state->log.lost + stream_overlong(state->stream));
    return r;
}

static const struct reader log_reader = {ARTEFACT_PACKAGE_LOG, open_log, next_of_log, close_log};

/* dnf's databases --------------------------------------------------------------------- */

static int open_dnf(struct tbl_scan *scan, struct state *state, const char *path)
{
    (void)scan;
    return dnf_history_open(state->source.root, path, &state->dnf);
}

static int next_of_dnf(struct tbl_scan *scan, struct state *state, struct history_row *row)
{
    int r = dnf_history_next(scan, &state->dnf, row);

    state->lost += r == 0 && state->dnf.file.damaged;
    state->records += r > 0;
    return r;
}

static void close_dnf(struct state *state)
{
    dnf_history_close(&state->dnf);
}

static const struct reader dnf_reader = {ARTEFACT_PACKAGE_LOG, open_dnf, next_of_dnf, close_dnf};

/* rpm's database and receipts: when each present package was installed ---------- */

static void close_index(struct state *state)
{
    packages_unref(state->index);
    state->index = NULL;
    state->package = 0;
}

/* The index is read only where there is such a database, and only under the name from which the
 * index was read: others may be links to it. */
static int open_rpm(struct tbl_scan *scan, struct state *state, const char *path)
{
    struct stat st;
    int         r = root_stat(state->source.root, path, true, &st);

    if (r == 0)
        r = packages_get(tbl_svcql(scan), state->source.root, &state->index);
    if (r < 0)
        return r;
    struct packages_source rpm = packages_sources(state->index).rpm;
    if (rpm.location && strcmp(rpm.location, path) == 0)
        return 0;
    close_index(state);
    return -ENOENT;
}

static int open_receipts(struct tbl_scan *scan, struct state *state, const char *path)
{
    (void)path;
    return packages_get(tbl_svcql(scan), state->source.root, &state->index);
}

static bool string(struct tbl_scan *scan, const char *value, const char **ret)
{
    return history_text(scan, value, value ? strlen(value) : 0, ret);
}

static int next_of_index(struct tbl_scan *scan, struct state *state, struct history_row *row)
{
    bool           macos = state->source.artefact == ARTEFACT_MACOS_ROOT;
    const char    *tool = macos ? "installer" : "rpm";
    struct package p;

    while (state->package < packages_count(state->index)) {
        packages_package(state->index, state->package++, &p);
        if (strcmp(p.tool, tool) != 0)
            continue;
        if (p.installed == INT64_MIN) { /* both give each its time */
            state->lost++;
            continue;
        }
        state->records++;
        *row = (struct history_row){
            .time = (double)p.installed,
            .end_time = NAN,
            .action = "install",
            .tool = tool,
            .time_zone = "UTC",
            .line = (int64_t)state->package,
        };
        bool whole = string(scan, p.name, &row->package) &&
                     string(scan, p.architecture, &row->architecture) &&
                     string(scan, p.version, &row->new_version) &&
                     string(scan, p.installer, &row->command);
        return whole ? 1 : -ENOMEM;
    }
    struct packages_sources of = packages_sources(state->index);
    state->lost += macos ? of.receipts.lost : of.rpm.lost;
    return macos ? of.receipts.error : of.rpm.error;
}

static const struct reader rpm_reader = {ARTEFACT_LINUX_ROOT, open_rpm, next_of_index, close_index};
static const struct reader receipt_reader = {ARTEFACT_MACOS_ROOT, open_receipts, next_of_index,
                                             close_index};

/* Sources -------------------------------------------------------------------------------- */

/* The databases that a Linux root may have. */
static const struct {
    const char          *path;
    const struct reader *reader;
} databases[] = {
    {"/var/lib/dnf/history.sqlite", &dnf_reader},
    {"/usr/lib/sysimage/libdnf5/transaction_history.sqlite", &dnf_reader},
    {"/usr/lib/sysimage/rpm/rpmdb.sqlite", &rpm_reader},
    {"/var/lib/rpm/rpmdb.sqlite", &rpm_reader},
    {"/usr/lib/sysimage/rpm/Packages.db", &rpm_reader},
    {"/var/lib/rpm/Packages.db", &rpm_reader},
    {"/usr/lib/sysimage/rpm/Packages", &rpm_reader},
    {"/var/lib/rpm/Packages", &rpm_reader},
};

static int report(struct tbl_scan *scan, const struct state *state, const struct reader *reader,
                  int r)
{
    return svcql_report(tbl_svcql(scan), &(struct report){
                                             .table = "package_history",
                                             .kind = artefact_name(reader->artefact),
                                             .host = state->source.host,
                                             .location = state->shown,
                                             .status = r < 0 ? source_status_of(r) : SOURCE_READ,
                                             .records = state->records,
                                             .skipped = state->lost,
                                             .detail = r < 0 ? source_error(r) : NULL,
                                         });
}

/* Open one file of the current source. A missing database is not reported. */
static int open_file(struct tbl_scan *scan, struct state *state, const struct reader *reader,
                     const char *path, bool optional)
{
    int r = reader->open(scan, state, path);

    state->records = state->lost = 0;
    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    if (r == 0)
        state->reader = reader;
    return r == 0 || (optional && r == -ENOENT) ? SQLITE_OK : report(scan, state, reader, r);
}

static bool is_database(const struct source *source)
{
    char magic[16] = "";
    int  fd = root_open_file(source->root, source->path);

    if (fd < 0)
        return false;
    ssize_t n = read(fd, magic, sizeof magic);
    close(fd);
    return n == sizeof magic && memcmp(magic, "SQLite format 3", 16) == 0;
}

/* Go on to the next file of any source: SQLITE_ROW where one is open, SQLITE_DONE. */
static int next_file(struct tbl_scan *scan, struct state *state)
{
    if (state->part < TBL_COUNT(databases)) {
        size_t part = state->part++;

        root_shown(state->source.root, databases[part].path, state->database);
        state->shown = state->database;
        int rc = open_file(scan, state, databases[part].reader, databases[part].path, true);
        return rc == SQLITE_OK ? SQLITE_ROW : rc;
    }
    int rc = tbl_sources_next(scan, &state->sources, &state->source);
    if (rc != SQLITE_ROW)
        return rc;
    if (state->source.artefact == ARTEFACT_LINUX_ROOT) {
        state->part = 0;
        return SQLITE_ROW;
    }
    state->shown = state->source.shown;
    if (state->source.artefact == ARTEFACT_MACOS_ROOT) {
        rc = open_file(scan, state, &receipt_reader, "", true);
        return rc == SQLITE_OK ? SQLITE_ROW : rc;
    }
    rc = open_file(scan, state, is_database(&state->source) ? &dnf_reader : &log_reader,
                   state->source.path, false);
    return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

static int next(struct tbl_scan *scan, void *out)
{
    struct state             *state = tbl_state(scan);
    const struct history_row *key = tbl_key(scan);
    struct history_row       *row = out;

    for (;;) {
        while (!state->reader) {
            int rc = next_file(scan, state);
            if (rc != SQLITE_ROW)
                return rc;
        }
        int r = state->reader->next(scan, state, row);
        if (r == -ENOMEM)
            return SQLITE_NOMEM;
        if (r > 0) {
            row->host = state->source.host;
            row->source = state->shown;
            row->file = key->file;
            row->root = key->root;
            return SQLITE_ROW;
        }
        state->lost += r < 0;
        const struct reader *reader = state->reader;
        state->reader = NULL;
        reader->close(state);
        int rc = report(scan, state, reader, r);
        if (rc != SQLITE_OK)
            return rc;
    }
}

static int open(struct tbl_scan *scan)
{
    struct state             *state = tbl_state(scan);
    const struct history_row *key = tbl_key(scan);

    state->part = TBL_COUNT(databases);
    state->times = TBL_TERMS(scan, struct history_row, time);
    state->actions = TBL_TERMS(scan, struct history_row, action);
    state->tools = TBL_TERMS(scan, struct history_row, tool);
    unsigned artefacts = 1u << ARTEFACT_PACKAGE_LOG;

    return tbl_sources_begin(scan, &state->sources,
                             &(struct sources_want){
                                 .artefacts = key->file ? artefacts
                                                        : artefacts | 1u << ARTEFACT_LINUX_ROOT |
                                                              1u << ARTEFACT_MACOS_ROOT,
                                 .host = key->host,
                                 .path = key->file,
                                 .root = key->root,
                             });
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    if (state->reader)
        state->reader->close(state);
    time_zone_free(state->zone);
    sources_end(&state->sources);
}

static int get_datetime(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    (void)scan;
    return tbl_result_datetime(out, ((const struct history_row *)data)->time);
}

static const struct tbl_column columns[] = {
    TBL_COL(
        struct history_row, time, TBL_RANGE,
        "When, in seconds since the epoch, UTC; logs of dpkg, apt, yum and zypp write local time, "
        "which the root's /etc/localtime turns into UTC"),
    TBL_LAZY("datetime", TBL_TEXT, TBL_DATETIME, "time in UTC, as datetime() writes it",
             get_datetime),
    TBL_COL(
        struct history_row, action, TBL_KEY,
        "install, upgrade, downgrade, reinstall, remove, purge, configure, trigproc, status, "
        "startup, conffile, ...; for versions that were replaced upgraded, obsoleted, replaced, "
        "cleanup, ...; run: a run of apt that names no package, or a command of zypp"),
    TBL_COL(struct history_row, package, 0, "Name of the package, without architecture"),
    TBL_COL(struct history_row, architecture, 0, "Architecture of the package"),
    TBL_COL(struct history_row, old_version, 0, "Version before"),
    TBL_COL(struct history_row, new_version, 0, "Version after"),
    TBL_COL(struct history_row, detail, 0,
            "automatic (not requested by name), dpkg's state or phase, the file and decision "
            "of a conffile, apt's error"),
    TBL_COL(struct history_row, comment, 0,
            "What the program that asked apt for the run wrote beside it"),
    TBL_COL(
        struct history_row, command, 0,
        "Command line of the run, where the tool logs it; of a receipt the program that wrote it"),
    TBL_COL(struct history_row, requested_by, 0,
            "User who requested it, as the tool logs it: name and uid, or uid"),
    TBL_COL(
        struct history_row, end_time, 0,
        "When the run ended, in seconds since the epoch, UTC; NULL where the log does not have it"),
    TBL_COL(struct history_row, tool, TBL_KEY,
            "dpkg, apt, dnf, yum, zypp, rpm, or installer: that of macOS, by its receipts"),
    TBL_COL(struct history_row, time_zone, 0,
            "Zone that was assumed for the log's local time; UTC where the log has its own"),
    TBL_COL(struct history_row, line, TBL_ID,
            "Line of the log, from 1; of a database, the number of the record"),
    TBL_COL(struct history_row, item, TBL_ID, "Place among the packages of that line, from 0"),
    TBL_COL(struct history_row, host, TBL_KEY | TBL_ID, "Host that the evidence is of"),
    TBL_COL(struct history_row, source, TBL_ID, "File that it was read from"),
    TBL_COL(struct history_row, file, TBL_KEY | TBL_HIDDEN,
            "Argument: a file, a folder or a pattern to read instead"),
    TBL_COL(struct history_row, root, TBL_KEY | TBL_HIDDEN,
            "Argument: a file system's root, to read its logs instead"),
};

static const struct tbl_example examples[] = {
    {"Who installed or removed what in the last week",
     "SELECT datetime, action, package, new_version, command, requested_by FROM package_history "
     "WHERE tool IN ('apt', 'dnf') AND time > unixepoch() - 7 * 86400"},
    {"When a package was installed and changed",
     "SELECT datetime, action, old_version, new_version, tool FROM package_history WHERE package = "
     "'dbus' AND action IN ('install', 'upgrade', 'remove') ORDER BY time"},
    {"Times in which packages changed, to distinguish patches from intrusions",
     "SELECT DISTINCT time, end_time, command FROM package_history WHERE end_time IS NOT NULL"},
};

const struct tbl_table package_history_table = {
    .name = "package_history",
    .doc = "Actions of dpkg, apt, dnf, yum, zypp, rpm and macOS's installer on packages",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct history_row),
    .state_size = sizeof(struct state),
    .rows = 5000,
    .artefacts = 1u << ARTEFACT_PACKAGE_LOG,
    .open = open,
    .next = next,
    .close = close_scan,
};
