#include "audit_event.h"

#include <string.h>

static bool is_named(const struct audit_field *field, const char *name)
{
    size_t size = strlen(name);

    return field->name_size == size && memcmp(field->name, name, size) == 0;
}

static bool value_is(const struct audit_field *field, const char *text)
{
    size_t size = strlen(text);

    return field->size == size && memcmp(field->value, text, size) == 0;
}

static bool is_same(const struct audit_field *a, const struct audit_field *b)
{
    return a->size == b->size && memcmp(a->value, b->value, a->size) == 0;
}

bool audit_record_field(const struct audit_record *record, const char *name,
                        struct audit_field *ret)
{
    struct audit_fields fields;
    struct audit_field  field;

    audit_fields_begin(&fields, record);
    while (audit_fields_next(&fields, &field)) {
        if (!is_named(&field, name))
            continue;
        *ret = field;
        return true;
    }
    return false;
}

/* A quoted field, of this text before its value, at `at`; returns what follows it, or NULL. */
static const char *quoted_field(const char *at, const char *end, const char *text,
                                struct audit_field *ret)
{
    size_t size = strlen(text);

    if ((size_t)(end - at) < size || memcmp(at, text, size) != 0)
        return NULL;
    const char *close = memchr(at + size, '"', (size_t)(end - at - (ptrdiff_t)size));
    if (!close)
        return NULL;
    *ret = (struct audit_field){.name = at + 1,
                                .name_size = size - 3, /* without the blank, = and " */
                                .value = at + size,
                                .size = (size_t)(close - at) - size,
                                .quoted = true};
    return close + 1;
}

/* In a SYSCALL record that the kernel wrote, the first quote is that of comm, and exe is next. */
static bool kernel_program(const struct audit_record *record, struct audit_program *ret)
{
    const char *body = record->line + record->body, *end = record->line + record->size;
    const char *quote = memchr(body, '"', (size_t)(end - body));

    if (record->id != AUDIT_TYPE_SYSCALL || !quote || quote - body < 6)
        return false;
    const char *at = quoted_field(quote - 6, end, " comm=\"", &ret->comm);
    return at && quoted_field(at, end, " exe=\"", &ret->exe);
}

void audit_record_program(const struct audit_record *record, struct audit_program *ret)
{
    struct audit_fields fields;
    struct audit_field  field;

    *ret = (struct audit_program){0};
    if (kernel_program(record, ret))
        return;
    audit_fields_begin(&fields, record);
    while (audit_fields_next(&fields, &field)) {
        if (is_named(&field, "comm") && !ret->comm.name)
            ret->comm = field;
        else if (is_named(&field, "exe") && !ret->exe.name)
            ret->exe = field;
    }
}

const struct audit_record *audit_event_find(const struct audit_event *event, enum audit_type type)
{
    for (size_t i = 0; i < event->n; i++)
        if (event->records[i].id == type)
            return &event->records[i];
    return NULL;
}

/* Categories ------------------------------------------------------------------ */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 'a' ^ 'A';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A number in hexadecimal of at most 32 bits; 0 where it is none. */
static uint32_t hex_number(const struct audit_field *field)
{
    uint32_t value = 0;

    for (size_t i = 0; i < field->size; i++) {
        int digit = hex_digit(field->value[i]);
        if (digit < 0 || i == 8)
            return 0;
        value = value << 4 | (uint32_t)digit;
    }
    return value;
}

/* A SYSCALL record begins "arch=c000003e syscall=59". An enriched one knows the names of machines
 * that are not listed here. */
const struct audit_syscall *audit_record_syscall(const struct audit_record *record)
{
    struct audit_field arch, number, name;
    int64_t            n;

    if (record->id == AUDIT_TYPE_URINGOP)
        return audit_record_field(record, "uring_op", &number) && audit_number(&number, &n)
                   ? audit_uring_syscall(n)
                   : NULL;
    if (audit_record_field(record, "arch", &arch) &&
        audit_record_field(record, "syscall", &number) && audit_number(&number, &n)) {
        const struct audit_syscall *syscall = audit_syscall_find(hex_number(&arch), n);
        if (syscall)
            return syscall;
    }
    if (memmem(record->line, record->size, " SYSCALL=", 9) &&
        audit_record_field(record, "SYSCALL", &name))
        return audit_syscall_named(name.value, name.size);
    return NULL;
}

enum audit_category audit_event_category(const struct audit_event *event)
{
    const struct audit_record *syscall = NULL;
    enum audit_category        highest = AUDIT_CATEGORY_OTHER;
    bool                       path = false;

    for (size_t i = 0; i < event->n; i++) {
        const struct audit_record *record = &event->records[i];
        enum audit_category        category = audit_type_category(record->id);
        highest = category > highest ? category : highest;
        path |= record->id == AUDIT_TYPE_PATH;
        if (record->id == AUDIT_TYPE_SYSCALL || record->id == AUDIT_TYPE_URINGOP)
            syscall = record;
    }
    if (highest == AUDIT_CATEGORY_EXEC || !syscall)
        return highest;
    const struct audit_syscall *known = audit_record_syscall(syscall);
    enum audit_category         category = known  ? known->category
                                           : path ? AUDIT_CATEGORY_FILE
                                                  : AUDIT_CATEGORY_OTHER;
    if (category == AUDIT_CATEGORY_FILE && !path)
        category = AUDIT_CATEGORY_OTHER;
    return category > highest ? category : highest;
}

/* Types ----------------------------------------------------------------------- */

static bool is_attachment(enum audit_type type)
{
    static const enum audit_type attachments[] = {
        AUDIT_TYPE_CWD, AUDIT_TYPE_PATH,    AUDIT_TYPE_PROCTITLE,   AUDIT_TYPE_SOCKADDR,
        AUDIT_TYPE_EOE, AUDIT_TYPE_OBJ_PID, AUDIT_TYPE_BPRM_FCAPS,  AUDIT_TYPE_AVC_PATH,
        AUDIT_TYPE_IPC, AUDIT_TYPE_FD_PAIR, AUDIT_TYPE_KERN_MODULE, AUDIT_TYPE_OPENAT2,
    };

    for (size_t i = 0; i < sizeof attachments / sizeof attachments[0]; i++)
        if (attachments[i] == type)
            return true;
    return false;
}

const struct audit_record *audit_event_main(const struct audit_event *event)
{
    const struct audit_record *syscall = NULL;

    for (size_t i = 0; i < event->n; i++) {
        const struct audit_record *record = &event->records[i];
        if (record->id == AUDIT_TYPE_SYSCALL)
            syscall = record;
        else if (!is_attachment(record->id))
            return record;
    }
    return syscall ? syscall : &event->records[0];
}

void audit_record_type(const struct audit_record *record, struct buffer *text)
{
    const char *name = audit_type_name(record->id);

    if (name)
        buffer_puts(text, name);
    else
        buffer_utf8(text, record->line + record->type, record->type_size);
}

static bool seen_before(const struct audit_event *event, size_t i)
{
    const struct audit_record *record = &event->records[i];

    for (size_t k = i < 64 ? 0 : i - 64; k < i; k++) {
        const struct audit_record *other = &event->records[k];
        if (other->id == record->id &&
            (record->id != AUDIT_TYPE_OTHER ||
             (other->type_size == record->type_size &&
              memcmp(other->line + other->type, record->line + record->type, record->type_size) ==
                  0)))
            return true;
    }
    return false;
}

void audit_event_types(const struct audit_event *event, struct buffer *text)
{
    for (size_t i = 0; i < event->n; i++) {
        if (seen_before(event, i))
            continue;
        if (i)
            buffer_putc(text, ',');
        audit_record_type(&event->records[i], text);
    }
}

/* Paths ----------------------------------------------------------------------- */

/* The fields of a PATH record that are shown, and what each begins with as JSON. */
static const struct path_key {
    const char *name, *json;
    uint8_t     size, json_size;
    bool        encoded, number;
} path_keys[] = {
#define KEY(name, encoded, number)                                                                 \
    {                                                                                              \
        name, "\"" name "\":", sizeof name - 1, sizeof name + 2, encoded, number                   \
    }
    KEY("item", false, true), KEY("name", true, false),      KEY("inode", false, true),
    KEY("dev", false, false), KEY("mode", false, false),     KEY("ouid", false, true),
    KEY("ogid", false, true), KEY("nametype", false, false),
#undef KEY
};

#define N_PATH_KEYS (sizeof path_keys / sizeof path_keys[0])

static const struct path_key *path_key(const struct audit_field *field)
{
    for (size_t i = 0; i < N_PATH_KEYS; i++)
        if (field->name_size == path_keys[i].size && field->name[0] == path_keys[i].name[0] &&
            memcmp(field->name, path_keys[i].name, field->name_size) == 0)
            return &path_keys[i];
    return NULL;
}

/* A number of JSON has no zeros before it. */
static bool is_json_number(const struct audit_field *field)
{
    int64_t number;

    return audit_number(field, &number) && field->value[0] != '-' &&
           (field->value[0] != '0' || field->size == 1);
}

static void put_path_value(const struct path_key *key, const struct audit_field *field,
                           struct buffer *scratch, struct buffer *text)
{
    if (audit_is_null(field)) {
        buffer_puts(text, "null");
    } else if (key->number && is_json_number(field)) {
        buffer_put(text, field->value, field->size);
    } else if (field->quoted) {
        buffer_json(text, field->value, field->size);
    } else {
        buffer_reset(scratch);
        audit_value(field, key->encoded, "", scratch);
        buffer_json(text, scratch->size ? scratch->data : "", scratch->size);
    }
}

/* objtype is what nametype was called in some kernels of Red Hat. */
static void put_path(const struct audit_record *record, struct buffer *scratch, struct buffer *text)
{
    struct audit_fields fields;
    struct audit_field  field;
    size_t              n = 0;

    buffer_putc(text, '{');
    audit_fields_begin(&fields, record);
    while (n < N_PATH_KEYS && audit_fields_next(&fields, &field) && !field.enriched) {
        if (is_named(&field, "objtype")) {
            field.name = "nametype";
            field.name_size = 8;
        }
        const struct path_key *key = path_key(&field);
        if (!key)
            continue;
        if (n++)
            buffer_putc(text, ',');
        buffer_put(text, key->json, key->json_size);
        put_path_value(key, &field, scratch, text);
    }
    buffer_putc(text, '}');
}

void audit_event_paths(const struct audit_event *event, struct buffer *text)
{
    struct buffer scratch = {0};
    bool          first = true;

    buffer_putc(text, '[');
    for (size_t i = 0; i < event->n; i++) {
        if (event->records[i].id != AUDIT_TYPE_PATH)
            continue;
        if (!first)
            buffer_putc(text, ',');
        put_path(&event->records[i], &scratch, text);
        first = false;
    }
    buffer_putc(text, ']');
    text->failed |= scratch.failed;
    buffer_free(&scratch);
}

/* The fields of a PATH record that tell which file it is of, name NULL where it has none. */
struct path_fields {
    struct audit_field name;
    struct audit_field type; /* nametype, which some kernels of Red Hat call objtype */
};

static struct path_fields read_path(const struct audit_record *record)
{
    struct path_fields  path = {0};
    struct audit_fields fields;
    struct audit_field  field;

    audit_fields_begin(&fields, record);
    while (!path.type.name && audit_fields_next(&fields, &field)) {
        if (is_named(&field, "name") && !audit_is_null(&field))
            path.name = field;
        else if (is_named(&field, "nametype") || is_named(&field, "objtype"))
            path.type = field;
    }
    return path;
}

/* Whether it has a name, and is not of the folder that a change was made in (nametype PARENT). */
static bool is_object(const struct path_fields *path)
{
    return path->name.name && !(path->type.name && value_is(&path->type, "PARENT"));
}

void audit_event_files(const struct audit_event *event, struct audit_files *ret)
{
    bool               exec = audit_event_find(event, AUDIT_TYPE_EXECVE) != NULL;
    struct audit_field last = {0};

    *ret = (struct audit_files){0};
    for (size_t i = 0; i < event->n; i++) {
        const struct audit_record *record = &event->records[i];
        if (record->id != AUDIT_TYPE_PATH)
            continue;
        struct path_fields path = read_path(record);
        ret->created |= is_named(&path.type, "nametype") && value_is(&path.type, "CREATE");
        if (exec ? !ret->object : is_object(&path)) {
            ret->object = record;
            ret->name = is_object(&path) ? path.name : (struct audit_field){0};
        }
        if (!is_object(&path) || !path.type.name)
            continue;
        ret->several = last.value && is_same(&path.type, &last);
        last = path.type;
    }
}

/* The path that Landlock denied. */
static bool denied_path(const struct audit_event *event, struct audit_field *ret)
{
    const struct audit_record *record = audit_event_find(event, AUDIT_TYPE_LANDLOCK_ACCESS);

    return record && audit_record_field(record, "path", ret) && !audit_is_null(ret);
}

/* Append a name, made absolute by the working directory of the event. */
static void put_absolute(const struct audit_event *event, const struct audit_field *name,
                         struct buffer *text)
{
    struct audit_field         cwd;
    struct buffer              path = {0};
    const struct audit_record *at = audit_event_find(event, AUDIT_TYPE_CWD);

    audit_value(name, true, "", &path);
    if (path.size && path.data[0] != '/' && at && audit_record_field(at, "cwd", &cwd) &&
        !audit_is_null(&cwd)) {
        audit_value(&cwd, true, "", text);
        if (text->size && text->data[text->size - 1] != '/')
            buffer_putc(text, '/');
    }
    buffer_put(text, path.data, path.size);
    text->failed |= path.failed;
    buffer_free(&path);
}

void audit_event_path(const struct audit_event *event, const struct audit_files *files,
                      struct buffer *text)
{
    struct audit_field name = files->name;

    if (name.name || denied_path(event, &name))
        put_absolute(event, &name, text);
}

/* The nametype of the last PATH record that is of a file. */
static struct audit_field last_type(const struct audit_event *event)
{
    struct audit_field type = {0};

    for (size_t i = 0; i < event->n; i++) {
        if (event->records[i].id != AUDIT_TYPE_PATH)
            continue;
        struct path_fields path = read_path(&event->records[i]);
        if (is_object(&path) && path.type.name)
            type = path.type;
    }
    return type;
}

void audit_event_objects(const struct audit_event *event, struct buffer *text)
{
    const struct audit_field type = last_type(event);
    struct buffer            absolute = {0};
    size_t                   n = 0;

    for (size_t i = 0; i < event->n; i++) {
        if (event->records[i].id != AUDIT_TYPE_PATH)
            continue;
        struct path_fields path = read_path(&event->records[i]);
        if (!is_object(&path) || !path.type.name || !is_same(&path.type, &type))
            continue;
        buffer_reset(&absolute);
        put_absolute(event, &path.name, &absolute);
        buffer_putc(text, n++ ? ',' : '[');
        buffer_json(text, absolute.data ? absolute.data : "", absolute.size);
    }
    buffer_puts(text, n ? "]" : "");
    text->failed |= absolute.failed;
    buffer_free(&absolute);
}

void audit_event_text(const struct audit_event *event, struct buffer *text)
{
    for (size_t i = 0; i < event->n; i++) {
        if (i)
            buffer_putc(text, '\n');
        buffer_utf8(text, event->records[i].line, event->records[i].size);
    }
}
