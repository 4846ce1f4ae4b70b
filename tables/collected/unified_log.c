/* unified_log.c -- macOS' unified log, as log show, launchd's own text log and Mandiant's reader write it.
 *
 *     SELECT datetime, process, subsystem, message FROM unified_log
 *      WHERE process = 'launchd' AND time > unixepoch() - 86400;
 *     SELECT datetime, message FROM unified_log('/cases/mac1/UnifiedLog/tcc.txt');
 *
 * Terms on time, process, pid and subsystem are decided before a row is made; of a file that is not compressed
 * and in the order of time only the part of a range of time is read. launchd's subsystem names a domain or a job
 * with its process: "gui/501/com.example [577]". The log's own files, .tracev3, are not read: each is named in
 * evidence_sources.
 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "evidence.h"
#include "formats/log/expander.h"
#include "linux/logs/local_time.h"
#include "table.h"
#include "unified_reader.h"

SQLITE_EXTENSION_INIT3

struct unified_row {
    double      time;
    const char *process;
    const char *process_path;
    int64_t     pid;
    int64_t     user_id;
    const char *type;
    const char *event_type;
    const char *subsystem;
    const char *category;
    const char *sender;
    const char *message;
    int64_t     thread;
    int64_t     activity;
    int64_t     parent_activity;
    int64_t     trace_id;
    const char *boot_uuid;
    const char *computer;
    const char *host;
    const char *source;
    int64_t     position;
    const char *path;
};

struct state {
    struct unified_reader  *reader;
    struct time_zone       *zone;
    const struct tbl_terms *times, *processes, *pids, *subsystems;
    bool                    own_form; /* the file is .tracev3 */
};

static int get_datetime(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)scan;
    return tbl_result_datetime(out, ((const struct unified_row *)row)->time);
}

/* Sources ------------------------------------------------------------------------- */

static bool is_own_form(const char *path)
{
    size_t size = uncompressed_name(path);

    return size > 8 && strncasecmp(path + size - 8, ".tracev3", 8) == 0;
}

static int open(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    state->times = TBL_TERMS(scan, struct unified_row, time);
    state->processes = TBL_TERMS(scan, struct unified_row, process);
    state->pids = TBL_TERMS(scan, struct unified_row, pid);
    state->subsystems = TBL_TERMS(scan, struct unified_row, subsystem);
    return SQLITE_OK;
}

static int open_file(struct tbl_scan *scan)
{
    struct state        *state = tbl_state(scan);
    const struct source *source = tbl_source(scan);
    struct unified_range range = {state->times->min, state->times->max};
    struct stream       *stream;
    char                 name[64];

    state->own_form = is_own_form(source->path);
    if (state->own_form)
        return -ENOTSUP;
    int r = root_open_stream(source->root, source->path, NULL, &stream);
    if (r < 0)
        return r;
    if (time_zone_of_root(source->root, &state->zone, name) == -ENOMEM) {
        stream_close(stream);
        return -ENOMEM;
    }
    return unified_open(stream, state->zone, range, &state->reader);
}

static void close_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    unified_close(state->reader);
    time_zone_free(state->zone);
    state->reader = NULL;
    state->zone = NULL;
}

static void report_file(struct tbl_scan *scan, struct report *report)
{
    const struct state *state = tbl_state(scan);
    uint64_t            bad = state->reader ? unified_bad(state->reader) : 0;

    if (state->own_form) {
        report->status = SOURCE_UNKNOWN;
        report->detail =
            "a part of macOS's unified log, which is not read: log show --archive exports it";
    }
    if (!bad)
        return;
    report->skipped = (int64_t)bad;
    report->status = report->status == SOURCE_READ ? SOURCE_DAMAGED : report->status;
    report->detail = tbl_printf(scan, "%s%s%llu lines or objects that are not entries",
                                report->detail ? report->detail : "", report->detail ? "; " : "",
                                (unsigned long long)bad);
}

/* Rows ---------------------------------------------------------------------------- */

static const char *text(const struct unified_entry *entry, enum unified_field field)
{
    return entry->has[field] ? entry->texts[field].data : NULL;
}

static const char *last_part(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;

    return slash && slash[1] ? slash + 1 : path;
}

/* Fill what terms can be on; false where they leave the entry out. */
static bool wanted(const struct state *state, struct unified_row *row)
{
    const struct unified_entry *entry = &state->reader->entry;

    row->time = state->reader->time;
    row->process_path = text(entry, UNIFIED_PROCESS);
    row->process = last_part(row->process_path);
    row->pid = entry->numbers[UNIFIED_PID];
    row->subsystem = text(entry, UNIFIED_SUBSYSTEM);
    return tbl_match_real(state->times, row->time) && tbl_match_int(state->pids, row->pid) &&
           tbl_match_text(state->processes, row->process, false) &&
           tbl_match_text(state->subsystems, row->subsystem, false);
}

static void complete(struct tbl_scan *scan, struct unified_row *row)
{
    const struct unified_row   *key = tbl_key(scan);
    const struct state         *state = tbl_state(scan);
    const struct source        *source = tbl_source(scan);
    const struct unified_entry *entry = &state->reader->entry;

    if (row->process == row->process_path && row->process && *row->process != '/')
        row->process_path = NULL; /* the form has the name alone */
    row->user_id = entry->numbers[UNIFIED_USER];
    row->type = text(entry, UNIFIED_TYPE);
    row->event_type = text(entry, UNIFIED_EVENT_TYPE);
    row->category = text(entry, UNIFIED_CATEGORY);
    row->sender = text(entry, UNIFIED_SENDER);
    row->message = text(entry, UNIFIED_MESSAGE);
    row->thread = entry->numbers[UNIFIED_THREAD];
    row->activity = entry->numbers[UNIFIED_ACTIVITY];
    row->parent_activity = entry->numbers[UNIFIED_PARENT_ACTIVITY];
    row->trace_id = entry->numbers[UNIFIED_TRACE];
    row->boot_uuid = text(entry, UNIFIED_BOOT);
    row->computer = text(entry, UNIFIED_COMPUTER);
    row->host = source->host;
    row->source = source->shown;
    row->position = (int64_t)state->reader->at;
    row->path = key->path;
}

static int next_record(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);

    int r = unified_next(state->reader);
    if (r <= 0)
        return r < 0 ? r : SQLITE_DONE;
    if (!wanted(state, row))
        return SQLITE_OK;
    complete(scan, row);
    return SQLITE_ROW;
}

/* Newest first --------------------------------------------------------------------- */

static int source_ends(const struct source *source, void *arg)
{
    struct time_zone *zone = NULL;
    char              name[64];

    if (is_own_form(source->path))
        return SQLITE_OK;
    int fd = root_open_file(source->root, source->path);
    if (fd < 0)
        return SQLITE_OK; /* it has no rows */
    if (time_zone_of_root(source->root, &zone, name) == -ENOMEM) {
        close(fd);
        return SQLITE_NOMEM;
    }
    bool sought = unified_ends(fd, zone, arg);
    time_zone_free(zone);
    close(fd);
    return sought ? SQLITE_OK : SQLITE_DONE;
}

static int ends(struct tbl_scan *scan, struct tbl_ends *ret)
{
    return tbl_each_source(scan, source_ends, ret);
}

static const struct tbl_column columns[] = {
    TBL_COL(
        struct unified_row, time, TBL_RANGE | TBL_ORDER,
        "When the entry was written, in seconds since the epoch, UTC; of a form without a zone by "
        "the host's, or as if that were UTC where it is not known"),
    TBL_LAZY("datetime", TBL_TEXT, TBL_DATETIME, "time in UTC, as datetime() writes it",
             get_datetime),
    TBL_COL(struct unified_row, process, TBL_KEY, "Name of the process that wrote it"),
    TBL_COL(struct unified_row, process_path, 0, "Path of its program, where the form has it"),
    TBL_COL(struct unified_row, pid, TBL_KEY, "Its process id"),
    TBL_COL(struct unified_row, user_id, 0, "Its user, a number; JSON forms only"),
    TBL_COL(struct unified_row, type, 0,
            "Default, Info, Debug, Error, Fault; of launchd.log Notice and so on; NULL of syslog's "
            "form"),
    TBL_COL(struct unified_row, event_type, 0,
            "logEvent, activityCreateEvent, signpostEvent and so on; JSON forms only"),
    TBL_COL(struct unified_row, subsystem, TBL_KEY | TBL_PREFIX,
            "Subsystem: com.apple.TCC; of launchd the domain or job, with its process"),
    TBL_COL(struct unified_row, category, 0, "Category within the subsystem"),
    TBL_COL(struct unified_row, sender, 0,
            "Library or program that wrote it: a path, or a name where the form has no more"),
    TBL_COL(struct unified_row, message, 0, "Message; what macOS keeps private is <private>"),
    TBL_COL(struct unified_row, thread, 0, "Thread that wrote it"),
    TBL_COL(struct unified_row, activity, 0, "Activity that it is part of; 0 for none"),
    TBL_COL(struct unified_row, parent_activity, 0, "Activity that began that one"),
    TBL_COL(struct unified_row, trace_id, 0,
            "Identity of the statement in the program's source that wrote it, not of the entry"),
    TBL_COL(struct unified_row, boot_uuid, 0, "Identity of the boot"),
    TBL_COL(struct unified_row, computer, 0, "Host that the entry names: localhost, as a rule"),
    TBL_COL(struct unified_row, host, TBL_KEY, "Host that the file belongs to"),
    TBL_COL(struct unified_row, source, TBL_KEY | TBL_ID, "File that the entry is in"),
    TBL_COL(struct unified_row, position, TBL_ID, "Where in the expanded file it begins, in bytes"),
    TBL_COL(struct unified_row, path, TBL_KEY | TBL_HIDDEN,
            "Argument: file, folder or glob to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"What launchd did of late",
     "SELECT datetime, subsystem, message FROM unified_log WHERE process = 'launchd' "
     "ORDER BY time DESC LIMIT 50"},
    {"Who wrote how much",
     "SELECT process, type, count(*) AS n FROM unified_log GROUP BY process, type ORDER BY n DESC"},
};

static const struct tbl_source_table sources = {
    .open_file = open_file,
    .next_record = next_record,
    .report_file = report_file,
    .close_file = close_file,
};

const struct tbl_table unified_log_table = {
    .name = "unified_log",
    .doc = "Entries of macOS' unified log, as log show and others export them, and of launchd.log",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct unified_row),
    .state_size = sizeof(struct state),
    .rows = 100000,
    .artefacts = 1u << ARTEFACT_UNIFIED_LOG,
    .sources = &sources,
    .ends = ends,
    .open = open,
};
