/* audit_events.c -- the Linux audit log, one row for each event, its records joined by their serial
 * number.
 *
 *     SELECT datetime, login_user, exe, cmdline FROM audit_events
 *     WHERE category = 'exec' AND comm = 'systemctl' AND time > unixepoch() - 86400;
 *
 * Reads /var/log/audit/audit.log, its rotated and gzipped files, raw and enriched, and files that
 * the arguments name, also as laurel's and auditbeat's JSON lines, of /var/log/laurel and
 * /var/log/auditbeat where auditd writes no log; where a host keeps none of these,
 * the audit records in its journal. Each file is joined separately: an event that a rotation cut is
 * two rows of one serial number. A range of time is found in a file by reading few places of it
 * (log_seek.h): a file whose clock was set back for less than a 64th of its length counts as
 * ordered. Terms on category, type, serial, pid, ppid, comm and exe are tested on the undecoded
 * records.
 * Columns that need decoding of several records are lazy.
 */
#include <stdlib.h>
#include <string.h>

#include "audit_filter.h"
#include "audit_input.h"
#include "evidence.h"
#include "formats/audit/audit_event.h"
#include "formats/audit/audit_tty.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

struct audit_row {
    double      time;
    int64_t     serial;
    const char *category;
    const char *type;
    const char *syscall;
    int64_t     success;
    int64_t     exit;
    int64_t     pid;
    int64_t     ppid;
    int64_t     uid;
    int64_t     euid;
    int64_t     suid;
    int64_t     fsuid;
    int64_t     gid;
    int64_t     egid;
    int64_t     sgid;
    int64_t     fsgid;
    int64_t     auid;
    int64_t     ses;
    const char *user;
    const char *login_user;
    const char *tty;
    const char *comm;
    const char *exe;
    const char *key;
    const char *cwd;
    const char *unit;
    const char *result;
    const char *op;
    const char *acct;
    const char *hostname;
    const char *addr;
    int64_t     target_pid;
    const char *target_comm;
    const char *subject;
    const char *host;
    const char *source;
    int64_t     offset;
    const char *file; /* arguments */
    const char *root;
    int64_t     service_tools;
    int64_t     unit_writes;
    int64_t     outline;
};

/* Fields --------------------------------------------------------------------- */

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

enum form {
    NUMBER,
    ID,       /* a number that is NULL where it is unset, (uint32_t)-1 */
    TEXT,     /* never encoded */
    ENCODED,  /* text, in hexadecimal where it must be */
    KEYS,     /* the same, several separated by the byte 1 */
    SUCCESS,  /* yes, success, 1 or no, failed, 0 */
    LOOKED_UP /* text of the enriched part */
};

/* The field that fills each column. The first field of an event that fits wins. Sorted by the first
 * letter of the name. */
static const struct rule {
    const char *name;
    uint8_t     size;
    uint8_t     form;
    uint16_t    offset;
} rules[] = {
#define RULE(name, form, field)                                                                    \
    {                                                                                              \
        name, sizeof name - 1, form, offsetof(struct audit_row, field)                             \
    }
    RULE("AUID", LOOKED_UP, login_user),
    RULE("UID", LOOKED_UP, user),
    RULE("acct", ENCODED, acct),
    RULE("addr", TEXT, addr),
    RULE("auid", ID, auid),
    RULE("cwd", ENCODED, cwd),
    RULE("egid", ID, egid),
    RULE("euid", ID, euid),
    RULE("exit", NUMBER, exit),
    RULE("fsgid", ID, fsgid),
    RULE("fsuid", ID, fsuid),
    RULE("gid", ID, gid),
    RULE("hostname", ENCODED, hostname),
    RULE("key", KEYS, key),
    RULE("ocomm", ENCODED, target_comm),
    RULE("op", TEXT, op),
    RULE("opid", NUMBER, target_pid),
    RULE("pid", NUMBER, pid),
    RULE("ppid", NUMBER, ppid),
    RULE("res", SUCCESS, success),
    RULE("res", TEXT, result),
    RULE("result", SUCCESS, success),
    RULE("result", TEXT, result),
    RULE("ses", ID, ses),
    RULE("sgid", ID, sgid),
    RULE("subj", TEXT, subject),
    RULE("success", SUCCESS, success),
    RULE("suid", ID, suid),
    RULE("terminal", TEXT, tty),
    RULE("tty", TEXT, tty),
    RULE("uid", ID, uid),
    RULE("unit", ENCODED, unit),
#undef RULE
};

/* Rules by the first letter of their names, only those that a query needs. A set of them is a bit
 * mask of their places in `rules`. */
struct rule_index {
    const struct rule *rules[TBL_COUNT(rules)];
    uint32_t           same[TBL_COUNT(rules)]; /* the set of rules that fill the same column */
    uint32_t           looked_up;              /* the set of those about the enriched part */
    uint8_t            begin['z' - 'A' + 2];   /* of a letter's rules; the next one's is the end */
    size_t             n;
};

_Static_assert(TBL_COUNT(rules) <= 32, "sets of rules have 32 bits");

/* The fields of the PATH record of the file that an event is about, name NULL where it has none. */
struct object {
    struct audit_field mode, ouid, ogid;
};

struct state {
    struct audit_input     input;
    struct audit_event     event; /* of the row */
    struct audit_filter    filter;
    struct rule_index      index;
    struct audit_arguments arguments;
    struct buffer          text;            /* scratch */
    bool                   arguments_known; /* of the row */
    struct object          object;
    bool                   object_known; /* of the row */
    bool                   syscall;      /* whether the column is used */
    bool                   program;      /* whether comm or exe is */
    bool                   no_memory;
};

static void relate_rules(struct rule_index *index)
{
    for (size_t i = 0; i < index->n; i++) {
        if (index->rules[i]->form == LOOKED_UP)
            index->looked_up |= 1u << i;
        for (size_t k = 0; k < index->n; k++)
            if (index->rules[k]->offset == index->rules[i]->offset)
                index->same[i] |= 1u << k;
    }
}

static void index_rules(struct tbl_scan *scan, struct rule_index *index)
{
    size_t i = 0;

    for (size_t letter = 0; letter < TBL_COUNT(index->begin); letter++) {
        index->begin[letter] = (uint8_t)index->n;
        for (; i < TBL_COUNT(rules) && rules[i].name[0] == (char)('A' + letter); i++)
            if (tbl_uses(scan, rules[i].offset))
                index->rules[index->n++] = &rules[i];
    }
    relate_rules(index);
}

/* Filters -------------------------------------------------------------------- */

/* Text that is not UTF-8 is shown with U+FFFD in it, which cannot be searched in the recorded
 * bytes. */
static bool is_recorded(const struct tbl_terms *terms)
{
    for (size_t i = 0; i < terms->n; i++)
        if (strstr(terms->texts[i], REPLACEMENT))
            return false;
    return true;
}

static void read_filter(struct tbl_scan *scan, struct audit_filter *filter)
{
    const struct tbl_terms *category = TBL_TERMS(scan, struct audit_row, category);

    const struct audit_row *key = tbl_key(scan);

    *filter = (struct audit_filter){.tools = key->service_tools == 1,
                                    .writes = key->unit_writes == 1,
                                    .time = TBL_TERMS(scan, struct audit_row, time),
                                    .serial = TBL_TERMS(scan, struct audit_row, serial),
                                    .type = TBL_TERMS(scan, struct audit_row, type),
                                    .pid = TBL_TERMS(scan, struct audit_row, pid),
                                    .ppid = TBL_TERMS(scan, struct audit_row, ppid),
                                    .comm = TBL_TERMS(scan, struct audit_row, comm),
                                    .exe = TBL_TERMS(scan, struct audit_row, exe)};
    for (int i = 0; i < AUDIT_CATEGORIES_END; i++)
        if (tbl_match_text(category, audit_category_name((enum audit_category)i), false))
            filter->categories |= 1u << i;
    filter->program = (filter->comm->n || filter->exe->n) && is_recorded(filter->comm) &&
                      is_recorded(filter->exe);
    filter->category = category->n || TBL_USES(scan, struct audit_row, category);
}

/* Rows ----------------------------------------------------------------------- */

/* A text of the row, or NULL when out of memory, which fails the scan. */
static const char *keep(struct state *state, const char *text)
{
    state->no_memory |= !text;
    return text;
}

/* The content of state->text, kept as long as the row; NULL where empty. */
static const char *take_text(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    if (state->text.failed)
        return keep(state, NULL);
    if (!state->text.size)
        return NULL;
    return keep(state, tbl_strndup(scan, state->text.data, state->text.size));
}

static const char *field_text(struct tbl_scan *scan, const struct audit_field *field,
                              enum form form)
{
    struct state *state = tbl_state(scan);

    if (field->quoted || form == TEXT || form == LOOKED_UP)
        return keep(state, tbl_utf8(scan, field->value, field->size));
    buffer_reset(&state->text);
    audit_value(field, true, REPLACEMENT, &state->text);
    for (size_t i = 0; form == KEYS && i < state->text.size; i++)
        if (state->text.data[i] == '\1')
            state->text.data[i] = ',';
    return take_text(scan);
}

static int64_t success_of(const struct audit_field *field)
{
    static const struct {
        const char *word;
        int64_t     value;
    } words[] = {{"yes", 1}, {"no", 0}, {"success", 1}, {"failed", 0}, {"1", 1}, {"0", 0}};

    for (size_t i = 0; i < TBL_COUNT(words); i++)
        if (audit_value_is(field, words[i].word))
            return words[i].value;
    return TBL_NULL;
}

static bool fill_number(const struct rule *rule, const struct audit_field *field, int64_t *out)
{
    int64_t value;

    if (rule->form == SUCCESS)
        *out = success_of(field);
    else if (audit_number(field, &value) &&
             !(rule->form == ID && (value == UINT32_MAX || value == -1)))
        *out = value;
    return *out != TBL_NULL;
}

/* Fill a column from a field; returns whether it has a value. */
static bool fill(struct tbl_scan *scan, const struct rule *rule, const struct audit_field *field,
                 struct audit_row *row)
{
    void *out = (char *)row + rule->offset;

    if (rule->form == NUMBER || rule->form == ID || rule->form == SUCCESS)
        return fill_number(rule, field, out);
    if (audit_is_null(field) || (rule->form == LOOKED_UP && audit_value_is(field, "unset")))
        return false;
    *(const char **)out = field_text(scan, field, rule->form);
    return true;
}

/* Names of one letter's rules differ in their second byte or their last, so few need comparing. */
static bool is_rule(const struct rule *rule, const struct audit_field *field)
{
    size_t size = rule->size;

    return size == field->name_size && rule->name[1] == field->name[1] &&
           rule->name[size - 1] == field->name[size - 1] &&
           memcmp(rule->name, field->name, size) == 0;
}

/* Fill columns from the fields of a record, and remove their rules from the set of remaining ones.
 */
static void fill_from(struct tbl_scan *scan, const struct audit_record *record,
                      struct audit_row *row, uint32_t *left)
{
    const struct rule_index *index = &((struct state *)tbl_state(scan))->index;
    struct audit_fields      fields;
    struct audit_field       field;

    audit_fields_begin(&fields, record);
    while (*left && audit_fields_next(&fields, &field)) {
        unsigned letter = (unsigned char)field.name[0] - 'A';
        if (letter > 'z' - 'A')
            continue;
        if (field.enriched && !(*left & index->looked_up))
            return;
        for (size_t i = index->begin[letter]; i < index->begin[letter + 1]; i++)
            if (*left & 1u << i && is_rule(index->rules[i], &field) &&
                fill(scan, index->rules[i], &field, row))
                *left &= ~index->same[i];
    }
}

/* PID 1 omits the suffix, as only services are recorded; very old ones name the unit in comm.
 */
static const char *unit_name(struct tbl_scan *scan, const struct audit_row *row)
{
    const char *unit = row->unit ? row->unit : row->comm;
    size_t      size = unit ? strlen(unit) : 0;

    if (!unit || (size > 8 && strcmp(unit + size - 8, ".service") == 0))
        return unit;
    return tbl_printf(scan, "%s.service", unit);
}

static const char *syscall_name(struct tbl_scan *scan, const struct audit_event *event)
{
    const struct audit_record *record = audit_event_find(event, AUDIT_TYPE_SYSCALL);
    struct audit_field         field;

    if (!record)
        record = audit_event_find(event, AUDIT_TYPE_URINGOP);
    if (!record)
        return NULL;
    const struct audit_syscall *known = audit_record_syscall(record);
    if (known)
        return known->name;
    if (audit_record_field(record, "SYSCALL", &field) ||
        audit_record_field(record, "syscall", &field))
        return field_text(scan, &field, TEXT);
    return NULL;
}

static void fill_program(struct tbl_scan *scan, const struct audit_event *event,
                         struct audit_row *row)
{
    struct audit_program program = audit_event_program(event);

    if (program.comm.name)
        row->comm = field_text(scan, &program.comm, ENCODED);
    if (program.exe.name)
        row->exe = field_text(scan, &program.exe, ENCODED);
}

static const char *type_name(struct tbl_scan *scan, const struct audit_event *event)
{
    struct state              *state = tbl_state(scan);
    const struct audit_record *record = audit_event_main(event);

    if (audit_type_name(record->id))
        return audit_type_name(record->id);
    buffer_reset(&state->text);
    audit_record_type(record, &state->text);
    return take_text(scan);
}

/* The offset of the event in its file; in a journal's line it is the entry's. */
static int64_t offset_of(const struct state *state, const struct audit_event *event)
{
    static const char entry[] = "entry=";

    if (!state->input.journal && !state->input.json)
        return (int64_t)event->offset;
    return strtoll(event->records[0].line + sizeof entry - 1, NULL, 10);
}

static void fill_row(struct tbl_scan *scan, enum audit_category category, struct audit_row *row)
{
    struct state              *state = tbl_state(scan);
    const struct audit_event  *event = &state->event;
    const struct audit_record *first = &event->records[0];

    row->time = audit_time(&event->stamp);
    row->serial = (int64_t)event->stamp.serial;
    row->category = audit_category_name(category);
    row->type = type_name(scan, event);
    row->host = first->node_size ? tbl_utf8(scan, first->line + first->node, first->node_size)
                                 : state->input.sources.source.host;
    row->source = state->input.sources.shown;
    row->offset = offset_of(state, event);
    uint32_t left = (uint32_t)((UINT64_C(1) << state->index.n) - 1);
    for (size_t i = 0; left && i < event->n; i++)
        if (audit_has_columns(event->records[i].id))
            fill_from(scan, &event->records[i], row, &left);
    if (state->program)
        fill_program(scan, event, row);
    if (state->syscall)
        row->syscall = syscall_name(scan, event);
    if (audit_type_category(audit_event_main(event)->id) == AUDIT_CATEGORY_SERVICE)
        row->unit = unit_name(scan, row);
    state->arguments_known = false;
    state->object_known = false;
}

/* Lazy columns ---------------------------------------------------------------- */

/* Return the content of state->text to SQLite, NULL where empty. */
static int give(struct state *state, sqlite3_context *out)
{
    if (state->text.failed)
        return SQLITE_NOMEM;
    if (state->text.size)
        sqlite3_result_text(out, state->text.data, (int)state->text.size, SQLITE_TRANSIENT);
    return SQLITE_OK;
}

static int give_event(struct tbl_scan *scan, sqlite3_context *out,
                      void (*put)(const struct audit_event *event, struct buffer *text))
{
    struct state *state = tbl_state(scan);

    buffer_reset(&state->text);
    put(&state->event, &state->text);
    return give(state, out);
}

static int get_types(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return give_event(scan, out, audit_event_types);
}

static int get_paths(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state *state = tbl_state(scan);

    (void)row;
    if (!audit_event_find(&state->event, AUDIT_TYPE_PATH))
        return SQLITE_OK;
    return give_event(scan, out, audit_event_paths);
}

static int get_creates(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct audit_event *event = &((struct state *)tbl_state(scan))->event;
    struct audit_field        type;
    bool                      creates = false;

    (void)row;
    for (size_t i = 0; i < event->n && !creates; i++)
        creates = event->records[i].id == AUDIT_TYPE_PATH &&
                  audit_record_field(&event->records[i], "nametype", &type) &&
                  audit_value_is(&type, "CREATE");
    sqlite3_result_int(out, creates);
    return SQLITE_OK;
}

static int get_path(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return give_event(scan, out, audit_event_path);
}

/* Read once for the three columns that show it. */
static const struct object *object_of(struct state *state)
{
    const struct audit_record *record;
    struct object             *object = &state->object;
    struct audit_fields        fields;
    struct audit_field         field;

    if (state->object_known)
        return object;
    *object = (struct object){0};
    state->object_known = true;
    if (!(record = audit_event_object(&state->event)))
        return object;
    audit_fields_begin(&fields, record);
    while (!(object->mode.name && object->ouid.name && object->ogid.name) &&
           audit_fields_next(&fields, &field) && !field.enriched) {
        if (field.name_size != 4)
            continue;
        if (memcmp(field.name, "mode", 4) == 0)
            object->mode = field;
        else if (memcmp(field.name, "ouid", 4) == 0)
            object->ouid = field;
        else if (memcmp(field.name, "ogid", 4) == 0)
            object->ogid = field;
    }
    return object;
}

static int get_mode(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state             *state = tbl_state(scan);
    const struct audit_field *mode = &object_of(state)->mode;

    (void)row;
    buffer_reset(&state->text);
    if (mode->name && !audit_is_null(mode))
        audit_value(mode, false, "", &state->text);
    return give(state, out);
}

static int give_owner(const struct audit_field *field, sqlite3_context *out)
{
    int64_t id;

    if (field->name && audit_number(field, &id) && id != UINT32_MAX && id != -1)
        sqlite3_result_int64(out, id);
    return SQLITE_OK;
}

static int get_ouid(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return give_owner(&object_of(tbl_state(scan))->ouid, out);
}

static int get_ogid(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return give_owner(&object_of(tbl_state(scan))->ogid, out);
}

static int get_objects(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return give_event(scan, out, audit_event_objects);
}

static int get_record(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return give_event(scan, out, audit_event_text);
}

static int get_event_records(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    sqlite3_result_pointer(out, &((struct state *)tbl_state(scan))->event, AUDIT_EVENT, NULL);
    return SQLITE_OK;
}

static int get_datetime(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)scan;
    return tbl_result_datetime(out, ((const struct audit_row *)row)->time);
}

/* Collect the arguments of the row's event, once for both of the columns that show them. */
static int collect_arguments(struct state *state)
{
    const struct audit_event *event = &state->event;

    if (state->arguments_known)
        return SQLITE_OK;
    audit_arguments_reset(&state->arguments);
    for (size_t i = 0; i < event->n; i++)
        if (event->records[i].id == AUDIT_TYPE_EXECVE &&
            audit_arguments_add(&state->arguments, &event->records[i]) < 0)
            return SQLITE_NOMEM;
    state->arguments_known = true;
    return SQLITE_OK;
}

static int get_argv(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state *state = tbl_state(scan);
    int           rc = collect_arguments(state);

    (void)row;
    if (rc != SQLITE_OK || !state->arguments.n)
        return rc;
    buffer_reset(&state->text);
    audit_arguments_json(&state->arguments, &state->text);
    return give(state, out);
}

/* The field of the first record of a type. */
static bool field_of(const struct audit_event *event, enum audit_type type, const char *name,
                     struct audit_field *ret)
{
    const struct audit_record *record = audit_event_find(event, type);

    return record && audit_record_field(record, name, ret) && !audit_is_null(ret);
}

/* Text typed on a terminal. */
static bool typed_of(const struct audit_event *event, struct audit_field *ret)
{
    return field_of(event, AUDIT_TYPE_TTY, "data", ret) ||
           field_of(event, AUDIT_TYPE_USER_TTY, "data", ret);
}

static int get_keys(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state      *state = tbl_state(scan);
    struct audit_field field;

    (void)row;
    buffer_reset(&state->text);
    if (typed_of(&state->event, &field))
        audit_tty_keys(&field, &state->text);
    return give(state, out);
}

static int get_incomplete(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state *state = tbl_state(scan);
    int           rc = collect_arguments(state);

    (void)row;
    if (rc == SQLITE_OK && state->arguments.records)
        sqlite3_result_int(out, audit_arguments_incomplete(&state->arguments));
    return rc;
}

static int get_cmdline(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state      *state = tbl_state(scan);
    struct audit_field field;
    int                rc = collect_arguments(state);

    (void)row;
    buffer_reset(&state->text);
    if (state->arguments.n)
        audit_arguments_line(&state->arguments, &state->text);
    else if (field_of(&state->event, AUDIT_TYPE_USER_CMD, "cmd", &field))
        audit_value(&field, true, " ", &state->text);
    else if (typed_of(&state->event, &field))
        audit_tty_commands(&field, &state->text);
    else if (field_of(&state->event, AUDIT_TYPE_PROCTITLE, "proctitle", &field))
        audit_title_line(&field, &state->text);
    return rc == SQLITE_OK ? give(state, out) : rc;
}

static int get_proctitle(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state      *state = tbl_state(scan);
    struct audit_field field;

    (void)row;
    buffer_reset(&state->text);
    if (field_of(&state->event, AUDIT_TYPE_PROCTITLE, "proctitle", &field))
        audit_value(&field, true, " ", &state->text);
    return give(state, out);
}

static int get_address(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state      *state = tbl_state(scan);
    struct audit_field field;

    (void)row;
    buffer_reset(&state->text);
    if (field_of(&state->event, AUDIT_TYPE_SOCKADDR, "saddr", &field))
        audit_sockaddr(&field, &state->text);
    return give(state, out);
}

/* The scan --------------------------------------------------------------------- */

static struct audit_want want_of(struct tbl_scan *scan)
{
    const struct audit_row *key = tbl_key(scan);

    return (struct audit_want){
        .filter = &((struct state *)tbl_state(scan))->filter,
        .source = TBL_TERMS(scan, struct audit_row, source),
        .apart = key->outline == TBL_NULL ? NAN : (double)key->outline,
        .sources = {.path = key->file, .source = key->source, .root = key->root}};
}

static int ends(struct tbl_scan *scan, struct tbl_ends *ret)
{
    const struct audit_want want = want_of(scan);

    return audit_input_ends(scan, &want, ret);
}

static int open_scan(struct tbl_scan *scan)
{
    struct state           *state = tbl_state(scan);
    const struct audit_want want = want_of(scan);

    read_filter(scan, &state->filter);
    index_rules(scan, &state->index);
    state->syscall = TBL_USES(scan, struct audit_row, syscall);
    state->program = TBL_USES(scan, struct audit_row, comm) ||
                     TBL_USES(scan, struct audit_row, exe) ||
                     TBL_USES(scan, struct audit_row, unit);
    return audit_input_begin(scan, &state->input, &want);
}

static int next(struct tbl_scan *scan, void *out)
{
    struct state       *state = tbl_state(scan);
    enum audit_category category = AUDIT_CATEGORY_OTHER;
    int                 rc;

    while ((rc = audit_input_next(scan, &state->input, &state->event)) == SQLITE_ROW)
        if (audit_filter_event(&state->filter, &state->event, &category)) {
            fill_row(scan, category, out);
            return state->no_memory ? SQLITE_NOMEM : SQLITE_ROW;
        }
    return rc;
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    audit_input_end(&state->input);
    audit_arguments_free(&state->arguments);
    buffer_free(&state->text);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct audit_row, time, TBL_RANGE | TBL_ORDER | TBL_NOT_NULL,
            "When, in seconds since the epoch, UTC"),
    TBL_LAZY("datetime", TBL_TEXT, TBL_DATETIME, "time in UTC, as datetime() writes it",
             get_datetime),
    TBL_COL(struct audit_row, serial, TBL_KEY, "Number of the event, as for ausearch -a"),
    TBL_COL(struct audit_row, category, TBL_KEY,
            "exec, service, user_cmd, login, file, kill, config or other"),
    TBL_COL(struct audit_row, type, TBL_KEY,
            "Type of the record that describes the event: EXECVE, SERVICE_START, USER_CMD, AVC, "
            "SYSCALL, ..."),
    TBL_LAZY("types", TBL_TEXT, 0, "Types of all its records: SYSCALL,EXECVE,CWD,PATH,PROCTITLE",
             get_types),
    TBL_COL(struct audit_row, syscall, 0,
            "System call by name, by number where the name is unknown"),
    TBL_COL(struct audit_row, success, 0, "1 it succeeded, 0 it failed, NULL unknown"),
    TBL_COL(struct audit_row, exit, 0, "What the system call returned; negative: an errno"),
    TBL_COL(struct audit_row, pid, TBL_KEY | TBL_LITERAL, "Process"),
    TBL_COL(struct audit_row, ppid, TBL_KEY | TBL_LITERAL, "Its parent"),
    TBL_COL(struct audit_row, uid, 0, "User it ran as"),
    TBL_COL(struct audit_row, euid, 0, "User in effect"),
    TBL_COL(struct audit_row, suid, 0, "User saved"),
    TBL_COL(struct audit_row, fsuid, 0, "User that files are opened as"),
    TBL_COL(struct audit_row, gid, 0, "Group it ran as"),
    TBL_COL(struct audit_row, egid, 0, "Group in effect"),
    TBL_COL(struct audit_row, sgid, 0, "Group saved"),
    TBL_COL(struct audit_row, fsgid, 0, "Group that files are opened as"),
    TBL_COL(struct audit_row, auid, 0, "User who had logged in; NULL where nobody had"),
    TBL_COL(struct audit_row, ses, 0, "Login session; NULL where there is none"),
    TBL_COL(struct audit_row, user, 0, "Name of uid, from an enriched log"),
    TBL_COL(struct audit_row, login_user, 0, "Name of auid, from an enriched log"),
    TBL_COL(struct audit_row, tty, 0, "Terminal"),
    TBL_COL(struct audit_row, comm, TBL_KEY | TBL_ANYCASE, "Name of the process, 15 bytes at most"),
    TBL_COL(struct audit_row, exe, TBL_KEY | TBL_ANYCASE, "Program it ran"),
    TBL_COL(struct audit_row, key, 0, "Keys of the rule that matched, separated by commas"),
    TBL_LAZY("argv", TBL_TEXT, 0, "Arguments of EXECVE as a JSON array, split ones rejoined",
             get_argv),
    TBL_LAZY(
        "cmdline", TBL_TEXT, 0,
        "Command line, quoted as for a shell: of EXECVE, else of USER_CMD, else the text typed "
        "(TTY, USER_TTY), a command a line, else the first 128 bytes that PROCTITLE keeps",
        get_cmdline),
    TBL_LAZY("incomplete", TBL_INT, 0,
             "1 where arguments of EXECVE are missing; each keeps its place, as null in argv and ? "
             "in cmdline",
             get_incomplete),
    TBL_LAZY("typed", TBL_TEXT, 0, "Keys typed on a terminal, as ausearch -i shows them", get_keys),
    TBL_COL(struct audit_row, cwd, 0, "Working directory"),
    TBL_LAZY(
        "path", TBL_TEXT, 0,
        "File of the event, as an absolute path: the last PATH that is not a PARENT, of EXECVE the "
        "first",
        get_path),
    TBL_LAZY("mode", TBL_TEXT, 0, "Type and permissions of that file, in octal: 0100755", get_mode),
    TBL_LAZY("ouid", TBL_INT, 0, "User that owned it", get_ouid),
    TBL_LAZY("ogid", TBL_INT, 0, "Group that owned it", get_ogid),
    TBL_LAZY("objects", TBL_TEXT, 0,
             "Paths of all files that the event did the same to, as a JSON array, where there are "
             "several: a folder removed with what the kernel keeps in it",
             get_objects),
    TBL_LAZY("paths", TBL_TEXT, 0,
             "All PATH records as a JSON array of {item, name, nametype, mode, ouid, ogid, inode, "
             "dev}",
             get_paths),
    TBL_LAZY("proctitle", TBL_TEXT, 0, "Title of the process, arguments separated by blanks",
             get_proctitle),
    TBL_LAZY("address", TBL_TEXT, 0, "Socket address: unix:/run/x, 10.0.0.1:22, [::1]:22",
             get_address),
    TBL_COL(struct audit_row, unit, 0, "Unit that PID 1 started or stopped, with its suffix"),
    TBL_COL(struct audit_row, result, 0, "Result in words: success or failed"),
    TBL_COL(struct audit_row, op, 0, "Operation named by a program: PAM:session_open, add_rule"),
    TBL_COL(struct audit_row, acct, 0, "Account that it is about"),
    TBL_COL(struct audit_row, hostname, 0, "Remote host by name"),
    TBL_COL(struct audit_row, addr, 0, "Remote host by address"),
    TBL_COL(struct audit_row, target_pid, 0, "Process that a signal went to"),
    TBL_COL(struct audit_row, target_comm, 0, "Its name"),
    TBL_COL(struct audit_row, subject, 0, "Security context of the process"),
    TBL_LAZY("record", TBL_TEXT, 0, "The lines of the log", get_record),
    TBL_COL(struct audit_row, host, TBL_ID, "Host: the record's node, or else the evidence's"),
    TBL_COL(struct audit_row, source, TBL_KEY | TBL_ID, "File; = reads that file"),
    TBL_COL(struct audit_row, offset, TBL_ID,
            "Offset of the event in the file, expanded if compressed, in bytes; of a journal its "
            "first entry"),
    TBL_COL(struct audit_row, file, TBL_KEY | TBL_HIDDEN,
            "Argument: a file, a folder or a pattern to read instead"),
    TBL_COL(struct audit_row, root, TBL_KEY | TBL_HIDDEN,
            "Argument: a file system's root, to read its logs instead"),
    TBL_COL(struct audit_row, service_tools, TBL_KEY | TBL_HIDDEN,
            "Argument: 1 leaves out early programs whose arguments cannot name a service tool"),
    TBL_COL(
        struct audit_row, unit_writes, TBL_KEY | TBL_HIDDEN,
        "Argument: 1 leaves out at once programs whose arguments name no folder of units, start "
        "scripts or property lists"),
    TBL_COL(struct audit_row, outline, TBL_KEY | TBL_HIDDEN,
            "Argument: seconds; leaves out events that have others of their log at most so long "
            "before and after them, where "
            "these need not be read to know that"),
    TBL_LAZY("event_records", TBL_TEXT, TBL_HIDDEN,
             "Its records as svcql_rules reads them: a pointer, NULL in SQL", get_event_records),
    TBL_LAZY("creates", TBL_INT, TBL_HIDDEN, "1 where a PATH record is of a file that was made",
             get_creates),
};

static const struct tbl_example examples[] = {
    {"Who ran systemctl in the last day",
     "SELECT datetime, auid, uid, tty, cmdline FROM audit_events WHERE category = 'exec' AND "
     "comm = 'systemctl' AND time > unixepoch() - 86400"},
    {"Services that PID 1 started or stopped, and the result",
     "SELECT datetime, type, unit, success FROM audit_events WHERE category = 'service'"},
    {"Files changed in the unit directories, by a watch on them",
     "SELECT datetime, auid, exe, syscall, path FROM audit_events WHERE category = 'file' AND "
     "path GLOB '/etc/systemd/system/*'"},
};

const struct tbl_table audit_events_table = {
    .name = "audit_events",
    .doc = "Events of the Linux audit log: programs run, services started, files changed, logins",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct audit_row),
    .state_size = sizeof(struct state),
    .rows = 200000,
    .artefacts = 1u << ARTEFACT_AUDIT_LOG | 1u << ARTEFACT_JOURNAL,
    .ends = ends,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
