#include "audit_row.h"

#include <stdlib.h>
#include <string.h>

#include "evidence.h"

SQLITE_EXTENSION_INIT3

/* Fields --------------------------------------------------------------------- */

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
static const struct audit_rule {
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

_Static_assert(TBL_COUNT(rules) <= AUDIT_RULES_MAX, "sets of rules have as many bits");

static void relate_rules(struct audit_rules *index)
{
    for (size_t i = 0; i < index->n; i++) {
        if (index->rules[i]->form == LOOKED_UP)
            index->looked_up |= 1u << i;
        for (size_t k = 0; k < index->n; k++)
            if (index->rules[k]->offset == index->rules[i]->offset)
                index->same[i] |= 1u << k;
    }
}

static void index_rules(struct tbl_scan *scan, struct audit_rules *index)
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

void audit_row_begin(struct tbl_scan *scan)
{
    struct audit_state *state = tbl_state(scan);

    index_rules(scan, &state->rules);
    state->syscall = TBL_USES(scan, struct audit_row, syscall);
    state->program = TBL_USES(scan, struct audit_row, comm) ||
                     TBL_USES(scan, struct audit_row, exe) ||
                     TBL_USES(scan, struct audit_row, unit);
}

/* Rows ----------------------------------------------------------------------- */

/* A text of the row, or NULL when out of memory, which fails the scan. */
static const char *keep(struct audit_state *state, const char *text)
{
    state->no_memory |= !text;
    return text;
}

/* The content of state->text, kept as long as the row; NULL where empty. */
static const char *take_text(struct tbl_scan *scan)
{
    struct audit_state *state = tbl_state(scan);

    if (state->text.failed)
        return keep(state, NULL);
    if (!state->text.size)
        return NULL;
    return keep(state, tbl_strndup(scan, state->text.data, state->text.size));
}

static const char *field_text(struct tbl_scan *scan, const struct audit_field *field,
                              enum form form)
{
    struct audit_state *state = tbl_state(scan);

    if (field->quoted || form == TEXT || form == LOOKED_UP)
        return keep(state, tbl_utf8(scan, field->value, field->size));
    buffer_reset(&state->text);
    audit_value(field, true, AUDIT_REPLACEMENT, &state->text);
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

static bool fill_number(const struct audit_rule *rule, const struct audit_field *field,
                        int64_t *out)
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
static bool fill(struct tbl_scan *scan, const struct audit_rule *rule,
                 const struct audit_field *field, struct audit_row *row)
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
static bool is_rule(const struct audit_rule *rule, const struct audit_field *field)
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
    const struct audit_rules *index = &((struct audit_state *)tbl_state(scan))->rules;
    struct audit_fields       fields;
    struct audit_field        field;

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
    struct audit_state        *state = tbl_state(scan);
    const struct audit_record *record = audit_event_main(event);

    if (audit_type_name(record->id))
        return audit_type_name(record->id);
    buffer_reset(&state->text);
    audit_record_type(record, &state->text);
    return take_text(scan);
}

/* The offset of the event in its file; in a journal's line it is the entry's. */
static int64_t offset_of(const struct audit_state *state, const struct audit_event *event)
{
    static const char entry[] = "entry=";

    if (!state->input.journal && !state->input.json)
        return (int64_t)event->offset;
    return strtoll(event->records[0].line + sizeof entry - 1, NULL, 10);
}

void audit_row_fill(struct tbl_scan *scan, enum audit_category category, struct audit_row *row)
{
    struct audit_state        *state = tbl_state(scan);
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
    uint32_t left = (uint32_t)((UINT64_C(1) << state->rules.n) - 1);
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
    state->files_known = false;
    state->object_known = false;
}
