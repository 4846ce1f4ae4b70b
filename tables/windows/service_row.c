#include "service_row.h"

#include <stdlib.h>
#include <string.h>

#include "formats/hive/service_value.h"
#include "service_key.h"

SQLITE_EXTENSION_INIT3

enum kind { KIND_TEXT, KIND_LIST, KIND_NUMBER };

#define FIELD(value, kind, column)                                                                 \
    {                                                                                              \
        value, sizeof value - 1, kind, offsetof(struct registry_service, column)                   \
    }

/* Values of a Services key that fill a column as they are. */
static const struct field {
    const char *value;
    size_t      size; /* of its name */
    enum kind   kind;
    size_t      offset;
} fields[] = {
    FIELD("ImagePath", KIND_TEXT, image_path),
    FIELD("Type", KIND_NUMBER, type),
    FIELD("Start", KIND_NUMBER, start),
    FIELD("DisplayName", KIND_TEXT, display_name),
    FIELD("Description", KIND_TEXT, description),
    FIELD("DelayedAutostart", KIND_NUMBER, delayed_autostart),
    FIELD("ErrorControl", KIND_NUMBER, error_control_value),
    FIELD("ObjectName", KIND_TEXT, object_name),
    FIELD("Group", KIND_TEXT, load_order_group),
    FIELD("Tag", KIND_NUMBER, tag),
    FIELD("DependOnService", KIND_LIST, depend_on),
    FIELD("DependOnGroup", KIND_LIST, depend_on_group),
    FIELD("RequiredPrivileges", KIND_LIST, required_privileges),
    FIELD("Environment", KIND_LIST, environment),
    FIELD("FailureCommand", KIND_TEXT, failure_command),
    FIELD("RebootMessage", KIND_TEXT, reboot_message),
    FIELD("FailureActionsOnNonCrashFailures", KIND_NUMBER, failure_actions_on_non_crash),
    FIELD("ServiceSidType", KIND_NUMBER, service_sid_type_value),
    FIELD("LaunchProtected", KIND_NUMBER, launch_protected_value),
    FIELD("WOW64", KIND_NUMBER, wow64),
};

enum { OF_PATH = 2 }; /* the first fields, which the image path's columns are made of */

#define NAME(number, name, name_of)                                                                \
    {                                                                                              \
        offsetof(struct registry_service, number), offsetof(struct registry_service, name),        \
            name_of                                                                                \
    }

/* Numbers that have names, in a column beside them. */
static const struct {
    size_t number, name;
    const char *(*name_of)(int64_t);
} names[] = {
    NAME(type, service_type, service_type_name),
    NAME(start, start_type, service_start_name),
    NAME(error_control_value, error_control, service_error_control_name),
    NAME(service_sid_type_value, service_sid_type, service_sid_type_name),
    NAME(launch_protected_value, launch_protected, service_protection_name),
};

static int64_t *number_at(struct registry_service *row, size_t offset)
{
    return (int64_t *)((char *)row + offset);
}

static const char **text_at(struct registry_service *row, size_t offset)
{
    return (const char **)((char *)row + offset);
}

/* Which values the query reads. */
static void note_used(struct service_reader *reader)
{
    static const char *const of_path[] = {"image_path_resolved", "arguments",     "unquoted_path",
                                          "path_candidates",     "svchost_group", "svchost_members",
                                          "image_exists"};

    _Static_assert(TBL_COUNT(fields) <= SERVICE_FIELDS_MAX, "room for every field");
    for (size_t i = 0; i < TBL_COUNT(of_path); i++)
        reader->uses_path = reader->uses_path || tbl_uses_name(reader->scan, of_path[i]);
    for (size_t i = 0; i < TBL_COUNT(fields); i++)
        reader->used[i] =
            (i < OF_PATH && reader->uses_path) || tbl_uses(reader->scan, fields[i].offset);
    for (size_t i = 0; i < TBL_COUNT(names); i++)
        for (size_t j = 0; j < TBL_COUNT(fields); j++)
            if (fields[j].offset == names[i].number && tbl_uses(reader->scan, names[i].name))
                reader->used[j] = true;
    for (size_t i = 0; i < TBL_COUNT(fields); i++)
        reader->uses_values = reader->uses_values || reader->used[i];
}

void service_reader_begin(struct service_reader *reader, struct tbl_scan *scan)
{
    reader->scan = scan;
    note_used(reader);
}

void service_reader_end(struct service_reader *reader)
{
    buffer_free(&reader->scratch);
    buffer_free(&reader->text);
}

void service_reader_enter(struct service_reader *reader, struct hive *hive, uint32_t control_set)
{
    reader->hive = hive;
    reader->has_environment = hive_find(hive, control_set, "Control\\Session Manager\\Environment",
                                        &reader->environment) == 0;
}

/* A copy of a text that lasts as long as the row. */
static const char *keep(struct service_reader *reader, const struct buffer *text)
{
    const char *copy =
        text->failed ? NULL : tbl_strndup(reader->scan, text->size ? text->data : "", text->size);

    reader->no_memory = reader->no_memory || !copy;
    return copy;
}

/* A value's data as text, or as a JSON array of its strings. */
static const char *text_of(struct service_reader *reader, const struct hive_value *value,
                           enum kind kind)
{
    struct buffer *text = &reader->text;
    const uint8_t *data;
    uint32_t       size;
    bool           more = false;

    buffer_reset(text);
    if (hive_data(reader->hive, value, &reader->scratch, &data, &size) < 0)
        return NULL;
    if (kind == KIND_TEXT) {
        hive_put_data(text, value->type, data, size, ',');
    } else {
        buffer_putc(text, '[');
        service_put_strings(text, data, size, "", &more);
        buffer_putc(text, ']');
    }
    return keep(reader, text);
}

static int64_t number_of(struct service_reader *reader, const struct hive_value *value)
{
    const uint8_t *data;
    uint32_t       size;

    if (value->type != HIVE_REG_DWORD || value->size != 4 ||
        hive_data(reader->hive, value, &reader->scratch, &data, &size) < 0 || size != 4)
        return TBL_NULL;
    return hive_u32(data);
}

/* Fill the column of a value, if it has one; of two values of one name the first counts, as it does
 * for Windows. */
static void fill_field(struct service_reader *reader, const struct hive_value *value,
                       bool filled[SERVICE_FIELDS_MAX], struct registry_service *row)
{
    for (size_t i = 0; i < TBL_COUNT(fields); i++) {
        const struct field *field = &fields[i];
        if (!reader->used[i] || filled[i] || !hive_name_is(&value->name, field->value, field->size))
            continue;
        if (field->kind == KIND_NUMBER)
            *number_at(row, field->offset) = number_of(reader, value);
        else
            *text_at(row, field->offset) = text_of(reader, value, field->kind);
        filled[i] = true;
        return;
    }
}

/* One pass over a key's values. */
static void fill_values(struct service_reader *reader, struct registry_service *row)
{
    bool               filled[SERVICE_FIELDS_MAX] = {false};
    struct hive_values values;
    struct hive_value  value;

    for (size_t i = 0; i < TBL_COUNT(fields); i++)
        if (fields[i].kind == KIND_NUMBER)
            *number_at(row, fields[i].offset) = TBL_NULL;
    if (reader->hive->live && !reader->uses_values) /* it is asked for each */
        return;
    hive_values_begin(&values, reader->hive, &row->node);
    while (hive_values_next(&values, &value))
        fill_field(reader, &value, filled, row);
    for (size_t i = 0; i < TBL_COUNT(names); i++)
        *text_at(row, names[i].name) = names[i].name_of(*number_at(row, names[i].number));
}

/* A variable of the control set's Session Manager\Environment, itself expanded by the defaults. */
bool service_reader_lookup(void *arg, const char *name, size_t size, struct buffer *out)
{
    struct service_reader *reader = arg;
    struct hive_values     values;
    struct hive_value      value;
    const uint8_t         *data;
    uint32_t               data_size;

    if (!reader->has_environment)
        return false;
    hive_values_begin(&values, reader->hive, &reader->environment);
    while (hive_values_next(&values, &value)) {
        if (!hive_name_is(&value.name, name, size) ||
            hive_data(reader->hive, &value, &reader->scratch, &data, &data_size) < 0)
            continue;
        struct buffer text = {0};
        hive_put_data(&text, value.type, data, data_size, ',');
        if (buffer_text(&text))
            image_path_expand(out, text.data, NULL, NULL);
        buffer_free(&text);
        return true;
    }
    return false;
}

static enum image_kind kind_of(const struct registry_service *row)
{
    bool driver = row->type != TBL_NULL && row->type & SERVICE_DRIVER_TYPES;

    return driver ? IMAGE_DRIVER : IMAGE_PROGRAM;
}

/* The columns that come from the image path. A driver without one is where drivers are. */
static void fill_image_path(struct service_reader *reader, struct registry_service *row)
{
    struct buffer  *text = &reader->text;
    enum image_kind kind = kind_of(row);
    size_t          size = 0;

    buffer_reset(text);
    if (row->image_path)
        image_path_expand(text, row->image_path, service_reader_lookup, reader);
    else if (kind == IMAGE_DRIVER)
        buffer_printf(text, "\\SystemRoot\\System32\\drivers\\%s.sys", row->name);
    else
        return;
    const char *command = keep(reader, text);
    if (!command)
        return;
    row->split = image_path_split(command, kind);
    row->arguments = *row->split.arguments ? row->split.arguments : NULL;
    row->unquoted_path = row->split.ambiguous;
    const char *group = image_path_svchost_group(&row->split, &size);
    buffer_reset(text);
    buffer_put(text, group, size);
    row->svchost_group = group ? keep(reader, text) : NULL;
    buffer_reset(text);
    image_path_resolve(text, row->split.program, row->split.program_size, kind);
    row->image_path_resolved = keep(reader, text);
}

int service_reader_fill(struct service_reader *reader, struct registry_service *row)
{
    reader->no_memory = false;
    buffer_reset(&reader->text);
    hive_put_name(&reader->text, &row->node.name);
    row->name = keep(reader, &reader->text);
    if (!row->name)
        return SQLITE_NOMEM;
    fill_values(reader, row);
    if (reader->uses_path)
        fill_image_path(reader, row);
    return reader->no_memory ? SQLITE_NOMEM : SQLITE_OK;
}
