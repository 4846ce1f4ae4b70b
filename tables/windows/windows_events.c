/* windows_events.c -- the events of Windows logs, .evtx or exports of other tools, with names and values of
 * their data.
 *
 *     SELECT datetime, computer, service_name, image_path FROM windows_events
 *      WHERE channel = 'System' AND event_id = 7045;
 *     SELECT event_id, count(*) FROM windows_events('/triage') GROUP BY event_id;
 *
 * Terms on event_id, channel, provider_name, computer, record_id and time are decided on references
 * into the record, before anything of it is turned into text. A range of time leaves out whole
 * chunks by when their records were written, see event_log.h; write +time to have every chunk read.
 *
 * Values of the data are strings, as Event Viewer shows them. A value without a name is called
 * param1, param2, … by its place; the second value of a name is called "name#2"; a value in an
 * attribute of UserData "element@attribute". The hidden columns give single values of the data
 * without building the JSON; SQLite forgets the collation of a hidden column, so write COLLATE
 * NOCASE where case does not matter.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event_index.h"
#include "event_log.h"
#include "event_reader.h"
#include "evidence.h"
#include "formats/log/stream.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

struct windows_event {
    double      time;
    const char *computer;
    const char *channel;
    const char *provider_name;
    int64_t     event_id;
    int64_t     version;
    int64_t     level;
    int64_t     task;
    int64_t     opcode;
    int64_t     record_id;
    int64_t     pid;
    int64_t     tid;
    bool        carved;
    bool        intact;
    int64_t     position;
    const char *host;
    const char *source;
    const char *path; /* the argument */
    const void *filter;
    int64_t     ends;
};

struct state {
    struct event_reader    *reader;
    struct stat             file;
    struct event_index     *index;     /* that is made of the log */
    struct event_selection *selection; /* by which it is read */
    const struct tbl_terms *times, *ids, *records, *channels, *providers, *computers;
    bool                    texts[3]; /* whether computer, channel, provider_name are read */
};

static struct event_reader *reader_of(struct tbl_scan *scan)
{
    return ((struct state *)tbl_state(scan))->reader;
}

/* Lazy columns ------------------------------------------------------------------ */

static int result(struct tbl_scan *scan, sqlite3_context *out, const char *text)
{
    if (text)
        sqlite3_result_text(out, text, -1, SQLITE_TRANSIENT);
    return event_failed(reader_of(scan)) ? SQLITE_NOMEM : SQLITE_OK;
}

static int get_datetime(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)scan;
    return tbl_result_datetime(out, ((const struct windows_event *)row)->time);
}

static int get_data(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return result(scan, out, event_data(reader_of(scan)));
}

static int get_xml(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return result(scan, out, event_xml(reader_of(scan)));
}

static int get_message(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return result(scan, out, event_message(reader_of(scan)));
}

static int get_fields(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    sqlite3_result_pointer(out, event_fields(reader_of(scan)), EVENT_FIELDS, NULL);
    return SQLITE_OK;
}

#define SYSTEM_TEXTS(X)                                                                            \
    X(provider_guid, PROVIDER_GUID, "GUID of the provider, in braces")                             \
    X(keywords, KEYWORDS,                                                                          \
      "Keywords of the event, a hexadecimal mask; 0x80…20… marks success, "                    \
      "0x80…10… failure of an audit")                                                              \
    X(user_sid, USER_ID, "SID of the account the event was logged for")                            \
    X(activity_id, ACTIVITY_ID, "GUID that ties events of one activity together")

#define SYSTEM_GETTER(name, field, doc)                                                            \
    static int get_##name(struct tbl_scan *scan, const void *row, sqlite3_context *out)            \
    {                                                                                              \
        (void)row;                                                                                 \
        return result(scan, out, event_text(reader_of(scan), EVTX_##field));                       \
    }
SYSTEM_TEXTS(SYSTEM_GETTER)

/* Values of the data under names that views ask for. */
#define DATA_VALUES(X)                                                                             \
    X(access_list, "AccessList")                                                                   \
    X(access_mask, "AccessMask")                                                                   \
    X(account_name, "AccountName")                                                                 \
    X(command_line, "CommandLine")                                                                 \
    X(current_directory, "CurrentDirectory")                                                       \
    X(details, "Details")                                                                          \
    X(event_type, "EventType")                                                                     \
    X(hash, "Hash")                                                                                \
    X(hashes, "Hashes")                                                                            \
    X(image, "Image")                                                                              \
    X(image_loaded, "ImageLoaded")                                                                 \
    X(image_path, "ImagePath")                                                                     \
    X(integrity_level, "IntegrityLevel")                                                           \
    X(ip_address, "IpAddress")                                                                     \
    X(logon_id, "LogonId")                                                                         \
    X(mandatory_label, "MandatoryLabel")                                                           \
    X(new_name, "NewName")                                                                         \
    X(new_process_id, "NewProcessId")                                                              \
    X(new_process_name, "NewProcessName")                                                          \
    X(new_value, "NewValue")                                                                       \
    X(new_value_type, "NewValueType")                                                              \
    X(object_name, "ObjectName")                                                                   \
    X(object_server, "ObjectServer")                                                               \
    X(object_type, "ObjectType")                                                                   \
    X(object_value_name, "ObjectValueName")                                                        \
    X(old_value, "OldValue")                                                                       \
    X(operation_type, "OperationType")                                                             \
    X(original_file_name, "OriginalFileName")                                                      \
    X(param1, "param1")                                                                            \
    X(param2, "param2")                                                                            \
    X(param3, "param3")                                                                            \
    X(param4, "param4")                                                                            \
    X(param5, "param5")                                                                            \
    X(parent_command_line, "ParentCommandLine")                                                    \
    X(parent_image, "ParentImage")                                                                 \
    X(parent_process_id, "ParentProcessId")                                                        \
    X(parent_process_name, "ParentProcessName")                                                    \
    X(parent_user, "ParentUser")                                                                   \
    X(payload, "Payload")                                                                          \
    X(context_info, "ContextInfo")                                                                 \
    X(contents, "Contents")                                                                        \
    X(pipe_name, "PipeName")                                                                       \
    X(process_guid, "ProcessGuid")                                                                 \
    X(process_id, "ProcessId")                                                                     \
    X(process_name, "ProcessName")                                                                 \
    X(relative_target_name, "RelativeTargetName")                                                  \
    X(script_block_text, "ScriptBlockText")                                                        \
    X(script_block_id, "ScriptBlockId")                                                            \
    X(service_account, "ServiceAccount")                                                           \
    X(service_file_name, "ServiceFileName")                                                        \
    X(service_name, "ServiceName")                                                                 \
    X(service_start_type, "ServiceStartType")                                                      \
    X(service_type, "ServiceType")                                                                 \
    X(share_name, "ShareName")                                                                     \
    X(signature, "Signature")                                                                      \
    X(signed, "Signed")                                                                            \
    X(start_type, "StartType")                                                                     \
    X(state, "State")                                                                              \
    X(subject_domain_name, "SubjectDomainName")                                                    \
    X(subject_logon_id, "SubjectLogonId")                                                          \
    X(subject_user_name, "SubjectUserName")                                                        \
    X(subject_user_sid, "SubjectUserSid")                                                          \
    X(target_domain_name, "TargetDomainName")                                                      \
    X(target_filename, "TargetFilename")                                                           \
    X(target_object, "TargetObject")                                                               \
    X(target_process_id, "TargetProcessId")                                                        \
    X(target_process_name, "TargetProcessName")                                                    \
    X(target_user_name, "TargetUserName")                                                          \
    X(token_elevation_type, "TokenElevationType")                                                  \
    X(user, "User")

#define DATA_GETTER(name, key)                                                                     \
    static int get_data_##name(struct tbl_scan *scan, const void *row, sqlite3_context *out)       \
    {                                                                                              \
        (void)row;                                                                                 \
        return result(scan, out, event_value(reader_of(scan), key));                               \
    }
DATA_VALUES(DATA_GETTER)

/* Sources ------------------------------------------------------------------------- */

/* Computers are called otherwise than the evidence, and forward their events. */
static bool of_others(const struct source *source)
{
    (void)source;
    return true;
}

static void want(struct tbl_scan *scan, struct sources_want *want)
{
    (void)scan;
    want->of_others = of_others;
}

/* How many threads may decode a log. A budget counts what is read when it is needed: then only one. */
static unsigned threads_of(struct tbl_scan *scan)
{
    static const char *const budgets[] = {"source_megabytes", "source_rows", "source_seconds"};
    const struct svcql      *svcql = tbl_svcql(scan);
    long                     wanted = strtol(svcql_setting(svcql, "threads"), NULL, 10);
    long                     online = sysconf(_SC_NPROCESSORS_ONLN);

    for (size_t i = 0; i < TBL_COUNT(budgets); i++)
        if (strtoll(svcql_setting(svcql, budgets[i]), NULL, 10) > 0)
            return 1;
    long threads = wanted < online ? wanted : online;
    return threads > 1 ? (unsigned)threads : 1;
}

/* Where only its ends are wanted, leave out what is between the records that are known to be near them. */
static void leave_middle(struct stream *stream, struct event_range *range)
{
    struct event_log_ends ends = {INFINITY, INFINITY, -INFINITY, -INFINITY};

    if (!stream_plain(stream) || !event_log_ends(stream, &ends))
        return;
    range->hole_min = ends.first;
    range->hole_max = ends.last;
}

/* Take from what the statement has noted of a log, or begin to note it: where the events of a number are, for who asks
 * for some of any time, and what of it a range leaves out. */
static int use_notes(struct tbl_scan *scan, struct event_want *want)
{
    struct state               *state = tbl_state(scan);
    const struct windows_event *key = tbl_key(scan);
    struct svcql               *svcql = tbl_svcql(scan);

    if (event_log_ranged(&want->range)) {
        want->spans = event_index_spans(svcql, &state->file);
        return 0;
    }
    if (!state->ids->n || key->filter)
        return 0;
    const struct event_index *index = event_index_find(svcql, &state->file);
    if (index)
        want->selection = state->selection = event_selection_new(index, state->ids);
    else
        state->index = event_index_new();
    return state->selection || state->index ? 0 : -ENOMEM;
}

static int open_file(struct tbl_scan *scan)
{
    struct state               *state = tbl_state(scan);
    const struct source        *source = tbl_source(scan);
    const struct windows_event *key = tbl_key(scan);
    bool                        json = source->artefact == ARTEFACT_EVENT_JSON;
    struct stream              *stream;
    struct event_want           want = {.range = {.min = state->times->min,
                                                  .max = state->times->max,
                                                  .ids = state->records->ints,
                                                  .n_ids = state->records->n},
                                        .filter = key->filter,
                                        .threads = threads_of(scan)};

    int r = root_open_stream(source->root, source->path, &state->file, &stream);
    if (r < 0)
        return r;
    if (key->ends == 1 && !json)
        leave_middle(stream, &want.range);
    if (stream_plain(stream) && !json && (r = use_notes(scan, &want)) < 0) {
        stream_close(stream);
        return r;
    }
    return event_open(stream, json, &want, &state->reader);
}

static void report_file(struct tbl_scan *scan, struct report *report)
{
    const struct state *state = tbl_state(scan);
    struct buffer       detail = {0};

    if (!state->reader)
        return;
    struct event_totals totals = event_totals(state->reader, &detail);
    if (report->detail)
        buffer_printf(&detail, "%s%s", detail.size ? "; " : "", report->detail);
    if (report->status == SOURCE_READ && totals.damaged)
        report->status = SOURCE_DAMAGED;
    report->records = totals.records;
    report->skipped = totals.skipped;
    report->detail = detail.size ? tbl_strndup(scan, detail.data, detail.size) : NULL;
    buffer_free(&detail);
}

static void close_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    event_close(state->reader);
    event_index_free(state->index);
    event_selection_free(state->selection);
    state->reader = NULL;
    state->index = NULL;
    state->selection = NULL;
}

/* Rows ---------------------------------------------------------------------------- */

static int source_ends(const struct source *source, void *arg)
{
    struct tbl_ends      *ends = arg;
    struct event_log_ends log = {ends->first, ends->near_first, ends->near_last, ends->last};
    struct stream        *stream;

    if (root_open_stream(source->root, source->path, NULL, &stream) < 0)
        return SQLITE_OK; /* it has no rows */
    bool known = source->artefact == ARTEFACT_EVENT_LOG && event_log_ends(stream, &log);
    stream_close(stream);
    if (!known)
        return SQLITE_DONE;
    *ends = (struct tbl_ends){log.first, log.last, log.first_chunk_ends, log.last_chunk_begins,
                              ends->newest};
    return SQLITE_OK;
}

static int ends(struct tbl_scan *scan, struct tbl_ends *ret)
{
    return tbl_each_source(scan, source_ends, ret);
}

static int open(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    state->times = TBL_TERMS(scan, struct windows_event, time);
    state->ids = TBL_TERMS(scan, struct windows_event, event_id);
    state->records = TBL_TERMS(scan, struct windows_event, record_id);
    state->channels = TBL_TERMS(scan, struct windows_event, channel);
    state->providers = TBL_TERMS(scan, struct windows_event, provider_name);
    state->computers = TBL_TERMS(scan, struct windows_event, computer);
    state->texts[0] = TBL_USES(scan, struct windows_event, computer);
    state->texts[1] = TBL_USES(scan, struct windows_event, channel);
    state->texts[2] = TBL_USES(scan, struct windows_event, provider_name);
    return SQLITE_OK;
}

static int64_t number(const struct event_reader *reader, enum evtx_field field)
{
    int64_t n;

    return event_int(reader, field, &n) ? n : TBL_NULL;
}

/* A text column that may have terms: false where they leave the event out. */
static bool read_text(struct event_reader *reader, enum evtx_field field, bool used,
                      const struct tbl_terms *terms, const char **ret)
{
    *ret = used || terms->n ? event_text(reader, field) : NULL;
    return !terms->n || tbl_match_text(terms, *ret, true);
}

/* Fill what terms can be on; false where they leave the event out. */
static bool wanted(const struct state *state, struct windows_event *row)
{
    struct event_reader *reader = state->reader;

    row->event_id = number(reader, EVTX_EVENT_ID);
    if (!tbl_match_int(state->ids, row->event_id))
        return false;
    row->time = event_time(reader);
    if (!tbl_match_real(state->times, row->time))
        return false;
    row->record_id = event_record(reader);
    return tbl_match_int(state->records, row->record_id) &&
           read_text(reader, EVTX_CHANNEL, state->texts[1], state->channels, &row->channel) &&
           read_text(reader, EVTX_PROVIDER_NAME, state->texts[2], state->providers,
                     &row->provider_name) &&
           read_text(reader, EVTX_COMPUTER, state->texts[0], state->computers, &row->computer);
}

static void complete(struct tbl_scan *scan, struct windows_event *row)
{
    const struct windows_event *key = tbl_key(scan);
    const struct state         *state = tbl_state(scan);
    const struct source        *source = tbl_source(scan);

    row->version = number(state->reader, EVTX_VERSION);
    row->level = number(state->reader, EVTX_LEVEL);
    row->task = number(state->reader, EVTX_TASK);
    row->opcode = number(state->reader, EVTX_OPCODE);
    row->pid = number(state->reader, EVTX_PROCESS_ID);
    row->tid = number(state->reader, EVTX_THREAD_ID);
    row->carved = event_carved(state->reader);
    row->intact = event_intact(state->reader);
    row->position = (int64_t)event_position(state->reader);
    row->host = source->host;
    row->source = source->shown;
    row->path = key->path;
    row->ends = key->ends;
}

/* All of the log was read. */
static void keep_index(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    if (!state->index)
        return;
    struct event_log_stats stats = event_stats(state->reader);
    event_index_keep(tbl_svcql(scan), &state->file, state->index, &stats);
    state->index = NULL;
}

static int next_record(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);

    int r = event_next(state->reader);
    if (r == 0)
        keep_index(scan);
    if (r <= 0)
        return r < 0 ? r : SQLITE_DONE;
    if (state->index)
        event_note(state->reader, state->index);
    bool is_wanted = wanted(state, row);
    if (event_failed(state->reader))
        return -ENOMEM;
    if (!is_wanted)
        return SQLITE_OK;
    complete(scan, row);
    return SQLITE_ROW;
}

static const struct tbl_column columns[] = {
    TBL_COL(struct windows_event, time, TBL_RANGE | TBL_ORDER,
            "When the event happened, in seconds since the epoch, UTC; when it was written where "
            "it does not say"),
    TBL_LAZY("datetime", TBL_TEXT, TBL_DATETIME, "time in UTC, as datetime() writes it",
             get_datetime),
    TBL_COL(struct windows_event, computer, TBL_KEY | TBL_NOCASE, "Computer of the event"),
    TBL_COL(struct windows_event, channel, TBL_KEY | TBL_NOCASE,
            "Channel: System, Security, Microsoft-Windows-Sysmon/Operational"),
    TBL_COL(struct windows_event, provider_name, TBL_KEY | TBL_NOCASE,
            "Provider: Service Control Manager, Microsoft-Windows-Security-Auditing"),
    TBL_COL(struct windows_event, event_id, TBL_KEY, "Event identifier"),
    TBL_COL(struct windows_event, version, 0, "Version of the event's definition"),
    TBL_COL(struct windows_event, level, 0,
            "Level: 1 critical, 2 error, 3 warning, 4 information, 5 verbose, 0 always"),
    TBL_COL(struct windows_event, task, 0, "Task the provider gives"),
    TBL_COL(struct windows_event, opcode, 0, "Opcode the provider gives"),
    TBL_COL(struct windows_event, record_id, TBL_KEY, "EventRecordID, the number in its channel"),
    TBL_COL(struct windows_event, pid, 0, "Process that logged the event"),
    TBL_COL(struct windows_event, tid, 0, "Thread that logged the event"),
#define SYSTEM_COLUMN(name, field, doc) TBL_LAZY(#name, TBL_TEXT, TBL_NOCASE, doc, get_##name),
    SYSTEM_TEXTS(SYSTEM_COLUMN)
#undef SYSTEM_COLUMN
        TBL_LAZY("data", TBL_TEXT, 0,
                 "EventData or UserData as a JSON object of name and value, all values strings; of "
                 "several values of one name, JSON that the evtx library made has the last alone",
                 get_data),
    TBL_LAZY("message", TBL_TEXT, 0,
             "Message as the sender rendered it: forwarded events and JSON forms only",
             get_message),
    TBL_LAZY("xml", TBL_TEXT, 0, "The event as XML; of .evtx only", get_xml),
    TBL_COL(struct windows_event, carved, 0,
            "Whether the record was found by its signature: in slack, after damage, in a loose "
            "chunk or hidden inside another record"),
    TBL_COL(struct windows_event, intact, 0,
            "Whether the checksums of the record's chunk are right; 0 also in a log not closed"),
    TBL_COL(struct windows_event, host, TBL_KEY, "Host that the file belongs to"),
    TBL_COL(struct windows_event, source, TBL_KEY | TBL_ID, "File the record is in"),
    TBL_COL(struct windows_event, position, TBL_ID,
            "Where in the file the record begins, in bytes"),
    TBL_COL(struct windows_event, path, TBL_KEY | TBL_HIDDEN,
            "Argument: file, folder or glob to read instead of the evidence"),
    TBL_COL(struct windows_event, ends, TBL_KEY | TBL_HIDDEN,
            "Argument: 1 leaves out chunks of a log that cannot have its earliest or latest "
            "record, as their headers say"),
    TBL_LAZY("event_fields", TBL_TEXT, TBL_HIDDEN,
             "The names and values of the data as svcql_rules reads them: a pointer, NULL in SQL",
             get_fields),
#define DATA_COLUMN(name, key)                                                                     \
    TBL_LAZY(#name, TBL_TEXT, TBL_HIDDEN, key " of the event's data", get_data_##name),
    DATA_VALUES(DATA_COLUMN)
#undef DATA_COLUMN
        {EVTX_FILTER,
         "What svcql_rules asks of an event before it becomes a row: a pointer, NULL in SQL",
         TBL_TEXT, TBL_POINTER | TBL_HIDDEN, offsetof(struct windows_event, filter), NULL},
};

static const struct tbl_example examples[] = {
    {"Services installed, newest first",
     "SELECT datetime, computer, service_name, image_path, account_name FROM windows_events "
     "WHERE event_id = 7045 AND provider_name = 'Service Control Manager' ORDER BY time DESC"},
    {"Records that someone or something removed from their logs",
     "SELECT source, record_id, datetime, channel, event_id, data FROM windows_events "
     "WHERE carved"},
    {"What a log holds, without knowing it beforehand",
     "SELECT provider_name, event_id, count(*) AS n FROM windows_events('/triage/*.evtx') "
     "GROUP BY provider_name, event_id ORDER BY n DESC"},
};

static const struct tbl_source_table sources = {
    .want = want,
    .open_file = open_file,
    .next_record = next_record,
    .report_file = report_file,
    .close_file = close_file,
};

const struct tbl_table windows_events_table = {
    .name = "windows_events",
    .doc = "Events of Windows logs: .evtx files, intact or damaged, and what other tools export of "
           "them as JSON, XML, CSV or text",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct windows_event),
    .state_size = sizeof(struct state),
    .rows = 50000,
    .artefacts = 1u << ARTEFACT_EVENT_LOG | 1u << ARTEFACT_EVENT_JSON,
    .sources = &sources,
    .ends = ends,
    .open = open,
};
