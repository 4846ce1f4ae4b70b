#include <string.h>

#include "audit_row.h"
#include "formats/audit/audit_tty.h"

SQLITE_EXTENSION_INIT3

/* Return the content of state->text to SQLite, NULL where empty. */
static int give(struct audit_state *state, sqlite3_context *out)
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
    struct audit_state *state = tbl_state(scan);

    buffer_reset(&state->text);
    put(&state->event, &state->text);
    return give(state, out);
}

int audit_get_types(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return give_event(scan, out, audit_event_types);
}

int audit_get_paths(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct audit_state *state = tbl_state(scan);

    (void)row;
    if (!audit_event_find(&state->event, AUDIT_TYPE_PATH))
        return SQLITE_OK;
    return give_event(scan, out, audit_event_paths);
}

/* Read once for all columns that show them. */
static const struct audit_files *files_of(struct audit_state *state)
{
    if (!state->files_known)
        audit_event_files(&state->event, &state->files);
    state->files_known = true;
    return &state->files;
}

int audit_get_creates(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    sqlite3_result_int(out, files_of(tbl_state(scan))->created);
    return SQLITE_OK;
}

int audit_get_path(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct audit_state *state = tbl_state(scan);

    (void)row;
    buffer_reset(&state->text);
    audit_event_path(&state->event, files_of(state), &state->text);
    return give(state, out);
}

/* Read once for the three columns that show it. */
static const struct audit_object *object_of(struct audit_state *state)
{
    const struct audit_record *record;
    struct audit_object       *object = &state->object;
    struct audit_fields        fields;
    struct audit_field         field;

    if (state->object_known)
        return object;
    *object = (struct audit_object){0};
    state->object_known = true;
    if (!(record = files_of(state)->object))
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

int audit_get_mode(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct audit_state       *state = tbl_state(scan);
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

int audit_get_ouid(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return give_owner(&object_of(tbl_state(scan))->ouid, out);
}

int audit_get_ogid(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return give_owner(&object_of(tbl_state(scan))->ogid, out);
}

int audit_get_objects(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    if (!files_of(tbl_state(scan))->several)
        return SQLITE_OK;
    return give_event(scan, out, audit_event_objects);
}

int audit_get_record(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return give_event(scan, out, audit_event_text);
}

int audit_get_event_records(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    sqlite3_result_pointer(out, &((struct audit_state *)tbl_state(scan))->event, AUDIT_EVENT, NULL);
    return SQLITE_OK;
}

int audit_get_datetime(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)scan;
    return tbl_result_datetime(out, ((const struct audit_row *)row)->time);
}

/* Collect the arguments of the row's event, once for both of the columns that show them. */
static int collect_arguments(struct audit_state *state)
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

int audit_get_argv(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct audit_state *state = tbl_state(scan);
    int                 rc = collect_arguments(state);

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

int audit_get_keys(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct audit_state *state = tbl_state(scan);
    struct audit_field  field;

    (void)row;
    buffer_reset(&state->text);
    if (typed_of(&state->event, &field))
        audit_tty_keys(&field, &state->text);
    return give(state, out);
}

int audit_get_incomplete(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct audit_state *state = tbl_state(scan);
    int                 rc = collect_arguments(state);

    (void)row;
    if (rc == SQLITE_OK && state->arguments.records)
        sqlite3_result_int(out, audit_arguments_incomplete(&state->arguments));
    return rc;
}

int audit_get_cmdline(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct audit_state *state = tbl_state(scan);
    struct audit_field  field;
    int                 rc = collect_arguments(state);

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

int audit_get_proctitle(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct audit_state *state = tbl_state(scan);
    struct audit_field  field;

    (void)row;
    buffer_reset(&state->text);
    if (field_of(&state->event, AUDIT_TYPE_PROCTITLE, "proctitle", &field))
        audit_value(&field, true, " ", &state->text);
    return give(state, out);
}

int audit_get_address(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct audit_state *state = tbl_state(scan);
    struct audit_field  field;

    (void)row;
    buffer_reset(&state->text);
    if (field_of(&state->event, AUDIT_TYPE_SOCKADDR, "saddr", &field))
        audit_sockaddr(&field, &state->text);
    return give(state, out);
}
