/* journal.c -- every entry of systemd's journal: this host's, another root's, or a copied file's.
 *
 *     SELECT datetime, unit, message FROM journal
 *      WHERE identifier = 'sudo' AND time > unixepoch() - 3600;
 *
 * Files are read in place by journal_file.h, one after another: rows come in the order of time
 * within a file. What journalctl wrote out, -o export or json, is read from its beginning to its end
 * (journal_export.h). Terms with = and IN on a field select the lists of entries that have its values, a
 * time is found by bisection, and an entry's fields are read once. A file whose clock was set back
 * is read whole: see journal_order.h for what of that is seen.
 */
#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "journal_ends.h"
#include "journal_fields.h"
#include "journal_scan.h"

SQLITE_EXTENSION_INIT3

#define CACHE_SIZE 4096 /* data objects whose column is remembered */

struct journal_row {
    double      time;
    int64_t     sent;
    const char *host;
    const char *identifier;
    const char *message;
    int64_t     priority;
    const char *unit;
    const char *user_unit;
    int64_t     pid;
    int64_t     uid;
    int64_t     gid;
    const char *comm;
    const char *exe;
    const char *cmdline;
    const char *transport;
    const char *message_id;
    const char *about_unit;
    const char *about_user_unit;
    const char *job_type;
    const char *job_result;
    const char *invocation_id;
    const char *session;
    int64_t     login_uid;
    int64_t     audit_session;
    int64_t     audit_type;
    const char *audit_type_name;
    int64_t     audit_id;
    int64_t     elevated_uid;
    const char *elevated_user;
    const char *hostname;
    const char *boot_id;
    int64_t     monotonic;
    int64_t     seqnum;
    bool        recovered;
    const char *source;
    int64_t     offset;
    const char *file;
    const char *root;
    int64_t     ends;

    struct journal_entry entry;
};

/* The column that a field fills. */
struct known {
    const char *field;
    size_t      offset; /* of a text, or a number */
    bool        number;
};

#define TEXT(field, column)                                                                        \
    {                                                                                              \
        field, offsetof(struct journal_row, column), false                                         \
    }
#define NUMBER(field, column)                                                                      \
    {                                                                                              \
        field, offsetof(struct journal_row, column), true                                          \
    }

/* Sorted by bytes, for find_known(). systemd.journal-fields(7). */
static const struct known known_fields[] = {
    NUMBER("ELEVATED_UID", elevated_uid),
    TEXT("ELEVATED_USER", elevated_user),
    TEXT("INVOCATION_ID", invocation_id),
    TEXT("JOB_RESULT", job_result),
    TEXT("JOB_TYPE", job_type),
    TEXT("MESSAGE", message),
    TEXT("MESSAGE_ID", message_id),
    NUMBER("PRIORITY", priority),
    TEXT("SYSLOG_IDENTIFIER", identifier),
    TEXT("UNIT", about_unit),
    TEXT("USER_INVOCATION_ID", invocation_id),
    TEXT("USER_UNIT", about_user_unit),
    NUMBER("_AUDIT_ID", audit_id),
    NUMBER("_AUDIT_LOGINUID", login_uid),
    NUMBER("_AUDIT_SESSION", audit_session),
    NUMBER("_AUDIT_TYPE", audit_type),
    TEXT("_AUDIT_TYPE_NAME", audit_type_name),
    TEXT("_BOOT_ID", boot_id),
    TEXT("_CMDLINE", cmdline),
    TEXT("_COMM", comm),
    TEXT("_EXE", exe),
    NUMBER("_GID", gid),
    TEXT("_HOSTNAME", hostname),
    NUMBER("_PID", pid),
    NUMBER("_SOURCE_REALTIME_TIMESTAMP", sent),
    TEXT("_SYSTEMD_SESSION", session),
    TEXT("_SYSTEMD_UNIT", unit),
    TEXT("_SYSTEMD_USER_UNIT", user_unit),
    TEXT("_TRANSPORT", transport),
    NUMBER("_UID", uid),
};

#define N_KNOWN TBL_COUNT(known_fields)

enum { UNKNOWN = -1 }; /* a field that fills no column which the query reads */

/* The column that a data object fills, for the most recent ones. */
struct cached {
    uint64_t offset; /* 0: none */
    int      known;
};

struct state {
    struct journal_scan scan;
    struct journal_want wants[N_KNOWN];
    bool                used[N_KNOWN], boot_used;
    size_t              n_used; /* columns that fields fill */
    struct cached       cache[CACHE_SIZE];
    uint64_t            cached_file; /* the file of these objects */

    struct journal_fields fields;
};

/* Rows ------------------------------------------------------------------------------------------
 */

static int find_known(const struct journal_field *field)
{
    size_t low = 0, high = N_KNOWN;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int    order = strncmp(known_fields[middle].field, field->at, field->name_size);

        if (order == 0 && known_fields[middle].field[field->name_size])
            order = 1;
        if (order == 0)
            return (int)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return UNKNOWN;
}

/* Whether the field has filled the column, which an earlier one may have: 1, 0, or -ENOMEM. */
static int set_column(struct tbl_scan *scan, const struct known *known,
                      const struct journal_field *field, struct journal_row *row)
{
    const char *value = field->at + field->name_size + 1;
    size_t      size = field->size - field->name_size - 1;
    void       *column = (char *)row + known->offset;

    if (known->number) {
        int64_t *number = column;
        return *number == TBL_NULL && journal_number(value, size, number);
    }
    const char **text = column;
    if (*text)
        return 0;
    *text = tbl_utf8(scan, value, size);
    return *text ? 1 : -ENOMEM;
}

/* Read a data object and set the column that it fills. Objects that are known to fill none are not
 * read. The same returns, or another negative errno where it cannot be read. */
static int take_field(struct tbl_scan *scan, struct state *state, uint64_t offset,
                      struct journal_row *row)
{
    struct cached       *cached = &state->cache[offset / 8 % CACHE_SIZE];
    struct journal_field field;

    if (cached->offset == offset && cached->known == UNKNOWN)
        return 0;
    int r = journal_data(&state->scan.input.file, offset, &field);
    if (r < 0)
        return r;
    if (cached->offset != offset) {
        int known = find_known(&field);
        *cached = (struct cached){offset, known != UNKNOWN && state->used[known] ? known : UNKNOWN};
    }
    return cached->known == UNKNOWN ? 0
                                    : set_column(scan, &known_fields[cached->known], &field, row);
}

/* The same for a field of an export's entry. */
static int take_exported(struct tbl_scan *scan, struct state *state, uint32_t i,
                         struct journal_row *row)
{
    struct journal_field field;

    int r = journal_export_item(state->scan.input.export, i, &field);
    if (r < 0)
        return r;
    int known = find_known(&field);
    return known == UNKNOWN || !state->used[known]
               ? 0
               : set_column(scan, &known_fields[known], &field, row);
}

/* Read the fields once, until all columns that the query reads are filled. */
static int fill_fields(struct tbl_scan *scan, struct state *state, struct journal_row *row)
{
    const struct journal_entry *entry = &row->entry;
    size_t                      left = state->n_used;
    bool                        partial = false;

    if (state->cached_file != state->scan.number) {
        memset(state->cache, 0, sizeof state->cache);
        state->cached_file = state->scan.number;
    }
    for (uint32_t i = 0; left && i < entry->n_items; i++) {
        int r = state->scan.input.export
                    ? take_exported(scan, state, i, row)
                    : take_field(scan, state,
                                 journal_item_offset(&state->scan.input.file, entry, i), row);

        if (r == -ENOMEM)
            return r;
        partial |= r < 0;
        left -= r > 0;
    }
    state->scan.partial += partial;
    return 0;
}

static const char *hex_id(struct tbl_scan *scan, const uint8_t id[16])
{
    static const char digits[] = "0123456789abcdef";
    char             *text = tbl_alloc(scan, 33);

    for (int i = 0; text && i < 16; i++) {
        text[2 * i] = digits[id[i] >> 4];
        text[2 * i + 1] = digits[id[i] & 15];
    }
    if (text)
        text[32] = '\0';
    return text;
}

static int fill(struct tbl_scan *scan, struct state *state, const struct journal_entry *entry,
                struct journal_row *row)
{
    const struct journal_row *key = tbl_key(scan);

    *row = (struct journal_row){
        .time = (double)entry->realtime / 1e6,
        .host = state->scan.source.host,
        .boot_id = state->boot_used ? hex_id(scan, entry->boot_id) : NULL,
        .monotonic = (int64_t)entry->monotonic,
        .seqnum = (int64_t)entry->seqnum,
        .recovered = state->scan.carving,
        .source = state->scan.shown,
        .offset = (int64_t)entry->offset,
        .file = key->file,
        .root = key->root,
        .ends = key->ends,
        .entry = *entry,
    };
    for (size_t i = 0; i < N_KNOWN; i++)
        if (known_fields[i].number)
            *(int64_t *)((char *)row + known_fields[i].offset) = TBL_NULL;
    if ((state->boot_used && !row->boot_id) || fill_fields(scan, state, row) < 0)
        return SQLITE_NOMEM;
    if (state->scan.others && row->hostname && *row->hostname)
        row->host = row->hostname;
    return SQLITE_ROW;
}

static int next(struct tbl_scan *scan, void *out)
{
    struct state        *state = tbl_state(scan);
    struct journal_entry entry;
    int                  rc = journal_scan_next(scan, &state->scan, &entry);

    return rc == SQLITE_ROW ? fill(scan, state, &entry, out) : rc;
}

/* Microseconds of a bound, widened by one on either side for the rounding of a REAL. */
static uint64_t bound(double seconds, int margin, uint64_t open)
{
    if (!(seconds > 1e-5 && seconds < 1e13))
        return seconds >= 1e13 || margin < 0 ? open : 0;
    return (uint64_t)((int64_t)(seconds * 1e6) + margin);
}

static void read_terms(struct tbl_scan *scan, struct state *state)
{
    const struct tbl_terms *times = TBL_TERMS(scan, struct journal_row, time);
    bool                    host = TBL_USES(scan, struct journal_row, host);

    state->boot_used = TBL_USES(scan, struct journal_row, boot_id);
    state->scan.ends = ((const struct journal_row *)tbl_key(scan))->ends == 1;
    state->scan.from = bound(times->min, -2, 0);
    state->scan.to = bound(times->max, 2, UINT64_MAX);
    for (size_t i = 0; i < N_KNOWN; i++) {
        size_t offset = known_fields[i].offset;

        state->wants[i] = (struct journal_want){
            .field = known_fields[i].field,
            .number = known_fields[i].number,
            .terms = offset == offsetof(struct journal_row, invocation_id)
                         ? NULL /* two fields fill it */
                         : tbl_terms(scan, offset),
        };
        state->used[i] =
            offset != offsetof(struct journal_row, boot_id) &&
            (tbl_uses(scan, offset) || (host && offset == offsetof(struct journal_row, hostname)));
        /* Two fields fill the one column invocation_id. */
        state->n_used += state->used[i] && strcmp(known_fields[i].field, "USER_INVOCATION_ID") != 0;
    }
    state->scan.host = TBL_TERMS(scan, struct journal_row, host);
    state->scan.wants = state->wants;
    state->scan.n_wants = N_KNOWN;
}

static struct sources_want want_of(const struct tbl_scan *scan)
{
    const struct journal_row *key = tbl_key(scan);

    return (struct sources_want){
        .artefacts = 1u << ARTEFACT_JOURNAL,
        .host = key->file ? NULL : key->host,
        .path = key->file,
        .root = key->root,
        .of_others = journal_has_others,
        .host_of_rows = true,
    };
}

/* SQLITE_ABORT: a file of the source has no ends that can be sought. */
static int ends_of(const struct source *source, struct tbl_ends *ret)
{
    int r = journal_ends(source->root, source->path, ret);

    return r == -ENOMEM ? SQLITE_NOMEM : r == -ESPIPE ? SQLITE_ABORT : SQLITE_OK;
}

static int ends(struct tbl_scan *scan, struct tbl_ends *ret)
{
    const struct sources_want want = want_of(scan);
    struct sources            sources = {0};
    struct source             source;

    int rc = tbl_sources_begin(scan, &sources, &want);
    while (rc == SQLITE_OK && (rc = tbl_sources_next(scan, &sources, &source)) == SQLITE_ROW)
        rc = ends_of(&source, ret);
    sources_end(&sources);
    return rc == SQLITE_DONE ? SQLITE_OK : rc == SQLITE_ABORT ? SQLITE_DONE : rc;
}

static int open(struct tbl_scan *scan)
{
    struct state             *state = tbl_state(scan);
    const struct sources_want want = want_of(scan);

    read_terms(scan, state);
    return journal_scan_begin(scan, &state->scan, &want);
}

static void close(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    journal_fields_free(&state->fields);
    journal_scan_end(&state->scan);
}

/* Lazy columns
 * -------------------------------------------------------------------------------------- */

static int get_datetime(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    (void)scan;
    return tbl_result_datetime(out, ((const struct journal_row *)data)->time);
}

/* In the form of sd_journal_get_cursor(3), for `journalctl --cursor`. */
static int get_cursor(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    struct state               *state = tbl_state(scan);
    const struct journal_entry *entry = &((const struct journal_row *)data)->entry;
    const struct journal_input *input = &state->scan.input;
    const char *seqnum_id = hex_id(scan, input->export ? journal_export_seqnum_id(input->export)
                                                       : input->file.seqnum_id);
    const char *boot_id = hex_id(scan, entry->boot_id);
    char        text[200];

    if (!seqnum_id || !boot_id)
        return SQLITE_NOMEM;
    snprintf(text, sizeof text, "s=%s;i=%" PRIx64 ";b=%s;m=%" PRIx64 ";t=%" PRIx64 ";x=%" PRIx64,
             seqnum_id, entry->seqnum, boot_id, entry->monotonic, entry->realtime, entry->xor_hash);
    sqlite3_result_text(out, text, -1, SQLITE_TRANSIENT);
    return SQLITE_OK;
}

/* Add a member; a name that comes again becomes an array. Takes the value. */
static bool add_member(cJSON *object, const char *name, cJSON *value)
{
    cJSON *old = cJSON_GetObjectItemCaseSensitive(object, name);

    if (!value)
        return false;
    if (!old)
        return cJSON_AddItemToObject(object, name, value);
    if (!cJSON_IsArray(old)) {
        cJSON *array = cJSON_CreateArray();
        cJSON *first = cJSON_DetachItemViaPointer(object, old);

        cJSON_AddItemToArray(array, first);
        old = cJSON_AddItemToObject(object, name, array) ? array : NULL;
    }
    return old && cJSON_AddItemToArray(old, value);
}

/* The name that a field has in the JSON of a column; NULL: it does not belong there. */
typedef const char *name_in(const char *name);

static const char *any_name(const char *name)
{
    return name;
}

static const char *audit_name(const char *name)
{
    static const char prefix[] = "AUDIT_FIELD_";

    name += *name == '_';
    return strncmp(name, prefix, sizeof prefix - 1) == 0 ? name + sizeof prefix - 1 : NULL;
}

/* Text that is not UTF-8, and NULs, become U+FFFD. Unreadable fields were counted already. */
static int add_fields(struct tbl_scan *scan, const struct journal_entry *entry, name_in *name_of,
                      cJSON *object)
{
    struct state        *state = tbl_state(scan);
    struct journal_field field;

    for (uint32_t i = 0; i < entry->n_items; i++) {
        int r = journal_input_item(&state->scan.input, entry, i, &field);

        if (r == -ENOMEM)
            return SQLITE_NOMEM;
        if (r < 0)
            continue;
        const char *name = tbl_utf8(scan, field.at, field.name_size);
        const char *value =
            tbl_utf8(scan, field.at + field.name_size + 1, field.size - field.name_size - 1);
        if (!name || !value)
            return SQLITE_NOMEM;
        if (name_of(name) && !add_member(object, name_of(name), cJSON_CreateString(value)))
            return SQLITE_NOMEM;
    }
    return SQLITE_OK;
}

static int result_json(struct tbl_scan *scan, const void *data, name_in *name_of,
                       sqlite3_context *out)
{
    const struct journal_row *row = data;
    cJSON                    *object = cJSON_CreateObject();
    int rc = object ? add_fields(scan, &row->entry, name_of, object) : SQLITE_NOMEM;

    if (rc == SQLITE_OK && object->child) {
        char *text = cJSON_PrintUnformatted(object);
        if (text)
            sqlite3_result_text(out, text, -1, cJSON_free);
        else
            rc = SQLITE_NOMEM;
    }
    cJSON_Delete(object);
    return rc;
}

static int get_fields(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    return result_json(scan, data, any_name, out);
}

static int get_audit_fields(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    return result_json(scan, data, audit_name, out);
}

static int get_event_fields(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    struct state *state = tbl_state(scan);

    sqlite3_result_pointer(out,
                           journal_fields(&state->fields, &state->scan.input,
                                          &((const struct journal_row *)data)->entry),
                           EVENT_FIELDS, NULL);
    return SQLITE_OK;
}

static const struct tbl_column columns[] = {
    TBL_COL(struct journal_row, time, TBL_RANGE | TBL_ORDER | TBL_NOT_NULL,
            "When journald received it, in seconds since the epoch, UTC"),
    TBL_LAZY("datetime", TBL_TEXT, TBL_DATETIME, "time in UTC, as datetime() writes it",
             get_datetime),
    TBL_COL(
        struct journal_row, sent, 0,
        "When its writer sent it, in microseconds since the epoch (_SOURCE_REALTIME_TIMESTAMP); "
        "NULL where the entry does not have it. journalctl shows it rather than time in its short "
        "forms, but selects by time, with --since and --until"),
    TBL_COL(struct journal_row, host, TBL_KEY,
            "Host of the evidence; of a loose or copied file, and of what systemd-journal-remote "
            "received, "
            "the host in its entries"),
    TBL_COL(struct journal_row, identifier, TBL_KEY | TBL_PREFIX,
            "Name that the program logs under (SYSLOG_IDENTIFIER)"),
    TBL_COL(struct journal_row, message, 0, "Text of the entry (MESSAGE)"),
    TBL_COL(struct journal_row, priority, TBL_KEY | TBL_RANGE,
            "Severity of syslog, from 0, emergency, to 7, debug (PRIORITY)"),
    TBL_COL(
        struct journal_row, unit, TBL_KEY | TBL_PREFIX,
        "System unit whose process wrote it (_SYSTEMD_UNIT); init.scope for what PID 1 wrote, "
        "which has the unit that it is about in about_unit. What journalctl -u x.service shows is, "
        "of every version, unit = 'x.service' OR (about_unit = 'x.service' AND unit = "
        "'init.scope')"),
    TBL_COL(struct journal_row, user_unit, TBL_KEY | TBL_PREFIX,
            "Unit of a user's manager whose process wrote it (_SYSTEMD_USER_UNIT)"),
    TBL_COL(struct journal_row, pid, TBL_KEY, "Process that wrote it (_PID)"),
    TBL_COL(struct journal_row, uid, TBL_KEY, "User it ran as (_UID)"),
    TBL_COL(struct journal_row, gid, TBL_KEY, "Group it ran as (_GID)"),
    TBL_COL(struct journal_row, comm, TBL_KEY | TBL_PREFIX, "Its name in the kernel (_COMM)"),
    TBL_COL(struct journal_row, exe, TBL_KEY | TBL_PREFIX, "Its program (_EXE)"),
    TBL_COL(struct journal_row, cmdline, 0, "Its command line (_CMDLINE)"),
    TBL_COL(struct journal_row, transport, TBL_KEY,
            "Transport: journal, stdout, syslog, kernel, audit, driver (_TRANSPORT)"),
    TBL_COL(struct journal_row, message_id, TBL_KEY,
            "Kind of message, 32 hexadecimal digits (MESSAGE_ID)"),
    TBL_COL(struct journal_row, about_unit, TBL_KEY | TBL_PREFIX,
            "System unit that a message of the system manager is about (UNIT)"),
    TBL_COL(struct journal_row, about_user_unit, TBL_KEY | TBL_PREFIX,
            "Unit that a message of a user's manager is about (USER_UNIT)"),
    TBL_COL(struct journal_row, job_type, TBL_KEY, "start, stop, restart, reload, ... (JOB_TYPE)"),
    TBL_COL(struct journal_row, job_result, TBL_KEY,
            "done, failed, canceled, dependency, ... (JOB_RESULT)"),
    TBL_COL(struct journal_row, invocation_id, 0,
            "The run of the unit that the message is about (INVOCATION_ID, USER_INVOCATION_ID)"),
    TBL_COL(struct journal_row, session, TBL_KEY, "Login session (_SYSTEMD_SESSION)"),
    TBL_COL(struct journal_row, login_uid, TBL_KEY,
            "User who logged in, according to audit "
            "(_AUDIT_LOGINUID)"),
    TBL_COL(struct journal_row, audit_session, TBL_KEY, "Session of audit (_AUDIT_SESSION)"),
    TBL_COL(struct journal_row, audit_type, TBL_KEY,
            "Number of the audit record's type; the record is in message (_AUDIT_TYPE)"),
    TBL_COL(struct journal_row, audit_type_name, TBL_KEY,
            "Name of the audit record's type (_AUDIT_TYPE_NAME)"),
    TBL_COL(struct journal_row, audit_id, TBL_KEY, "Serial number of the audit event (_AUDIT_ID)"),
    TBL_COL(struct journal_row, elevated_uid, TBL_KEY | TBL_RANGE,
            "User who ran run0, in entries of and about the unit that it started (ELEVATED_UID)"),
    TBL_COL(struct journal_row, elevated_user, TBL_KEY, "Name of that user (ELEVATED_USER)"),
    TBL_LAZY("audit_fields", TBL_TEXT, 0,
             "Fields of the audit record as a JSON object (_AUDIT_FIELD_..., AUDIT_FIELD_...)",
             get_audit_fields),
    TBL_COL(struct journal_row, hostname, TBL_KEY, "Host that the entry names (_HOSTNAME)"),
    TBL_COL(struct journal_row, boot_id, TBL_KEY, "Boot of the kernel, 32 hexadecimal digits"),
    TBL_COL(struct journal_row, monotonic, 0, "Microseconds since that boot"),
    TBL_COL(struct journal_row, seqnum, 0, "Sequence number of the entry"),
    TBL_COL(struct journal_row, recovered, 0,
            "Whether it was found in a damaged file by its form alone"),
    TBL_LAZY(
        "fields", TBL_TEXT, 0,
        "All fields as a JSON object; a field that occurs twice is an array; bytes that are not "
        "UTF-8 become U+FFFD",
        get_fields),
    TBL_LAZY("cursor", TBL_TEXT, 0, "Cursor of the entry, for journalctl --cursor", get_cursor),
    TBL_COL(struct journal_row, source, TBL_ID, "File that it was read from"),
    TBL_COL(struct journal_row, offset, TBL_ID,
            "Offset of the entry in the file, in bytes; of an export, in its text"),
    TBL_COL(struct journal_row, file, TBL_KEY | TBL_HIDDEN,
            "Argument: a file, a folder or a pattern to read instead"),
    TBL_COL(struct journal_row, root, TBL_KEY | TBL_HIDDEN,
            "Argument: a file system's root, to read its journal instead"),
    TBL_COL(struct journal_row, ends, TBL_KEY | TBL_HIDDEN,
            "Argument: 1 leaves out entries that are neither the first nor the last of their boot "
            "in their file, where its "
            "lists are whole and in the order of time, and all its entries are of one host"),
    TBL_LAZY("event_fields", TBL_TEXT, TBL_HIDDEN,
             "All fields as svcql_rules reads them: a pointer, NULL in SQL", get_event_fields),
};

static const struct tbl_example examples[] = {
    {"What sudo was used for in the last hour",
     "SELECT datetime, message FROM journal WHERE identifier = 'sudo' AND time > unixepoch() - "
     "3600"},
    {"Units that the system manager started or stopped",
     "SELECT datetime, about_unit, job_type, job_result FROM journal WHERE identifier = 'systemd' "
     "AND job_result IS NOT NULL ORDER BY time DESC LIMIT 20"},
    {"What journalctl -u ssh.service shows",
     "SELECT datetime, message FROM journal WHERE unit = 'ssh.service' OR (about_unit = "
     "'ssh.service' AND unit = 'init.scope') ORDER BY time"},
    {"All fields of an entry",
     "SELECT f.key, f.value FROM (SELECT fields FROM journal LIMIT 1) j, json_each(j.fields) f"},
};

const struct tbl_table journal_table = {
    .name = "journal",
    .doc =
        "Entries of systemd's journal, the system's and users', live, from copied files or exports",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct journal_row),
    .state_size = sizeof(struct state),
    .rows = 500000,
    .artefacts = 1u << ARTEFACT_JOURNAL,
    .ends = ends,
    .open = open,
    .next = next,
    .close = close,
};
