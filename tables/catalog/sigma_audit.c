#include "sigma_audit.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/text/array.h"

struct sigma_audit {
    const struct audit_record *records;
    size_t                     n, at;
    struct audit_record       *own; /* read from lines */
    size_t                     room;
    struct buffer              lines; /* with U+FFFD for what is not UTF-8 */
    struct buffer              type, value;
    struct audit_arguments     arguments;
};

struct sigma_audit *sigma_audit_new(void)
{
    return calloc(1, sizeof(struct sigma_audit));
}

void sigma_audit_free(struct sigma_audit *audit)
{
    if (!audit)
        return;
    free(audit->own);
    audit_arguments_free(&audit->arguments);
    buffer_free(&audit->lines);
    buffer_free(&audit->type);
    buffer_free(&audit->value);
    free(audit);
}

int sigma_audit_begin(struct sigma_audit *audit, const char *lines, size_t size)
{
    struct audit_stamp stamp;

    audit->n = audit->at = 0;
    for (const char *end = lines + size; lines < end;) {
        const char *stop = memchr(lines, '\n', (size_t)(end - lines));
        stop = stop ? stop : end;
        struct audit_record *record = ARRAY_REUSE(audit->own, audit->n, audit->room);
        if (!record)
            return -ENOMEM;
        if (audit_record_parse(lines, (size_t)(stop - lines), record, &stamp) < 0)
            audit->n--;
        lines = stop + 1;
    }
    audit->records = audit->own;
    return 0;
}

static bool is_text(const struct audit_event *event)
{
    for (size_t i = 0; i < event->n; i++)
        if (!buffer_is_text(event->records[i].line, event->records[i].size))
            return false;
    return true;
}

int sigma_audit_event(struct sigma_audit *audit, const struct audit_event *event)
{
    if (is_text(event)) {
        audit->at = 0;
        audit->records = event->records;
        audit->n = event->n;
        return 0;
    }
    buffer_reset(&audit->lines);
    audit_event_text(event, &audit->lines);
    if (!buffer_text(&audit->lines))
        return -ENOMEM;
    return sigma_audit_begin(audit, audit->lines.data, audit->lines.size);
}

/* Whether the kernel and programs write a field in hexadecimal where its text needs it: audit's
 * field dictionary, "encoded". */
static bool is_encoded(const struct audit_record *record, const struct audit_field *field)
{
    static const char *const names[] = {
        "comm", "exe",  "name",  "cwd", "cmd", "proctitle", "acct", "key",   "path",  "file",
        "dir",  "data", "ocomm", "old", "new", "vm",        "grp",  "watch", "device"};

    if (field->enriched)
        return false;
    if (field->name[0] == 'a' && field->name_size > 1 && isdigit((unsigned char)field->name[1]))
        return record->id == AUDIT_TYPE_EXECVE;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == field->name_size &&
            memcmp(names[i], field->name, field->name_size) == 0)
            return true;
    return false;
}

/* a0 to a3 of SYSCALL: registers of the system call, not arguments of the program. */
static bool is_register(const struct audit_field *field)
{
    return field->name[0] == 'a' && isdigit((unsigned char)field->name[1]);
}

static bool is_absent(const struct audit_field *field)
{
    return field->size == 6 && memcmp(field->value, "(null)", 6) == 0;
}

static int put_field(struct sigma_audit *audit, struct sigma *sigma,
                     const struct audit_record *record, const struct audit_field *field)
{
    if (is_absent(field))
        return 0;
    if (field->quoted || !is_encoded(record, field)) {
        sigma_put(sigma, field->name, field->name_size, field->value, field->size);
        return 0;
    }
    buffer_reset(&audit->value);
    audit_value(field, true, " ", &audit->value);
    const char *text = buffer_text(&audit->value);
    if (!text)
        return -ENOMEM;
    sigma_put_copy(sigma, field->name, field->name_size, text, audit->value.size);
    return 0;
}

/* The fields of a record; of another one only those that the event lacks and rules ask for. */
static int put_fields(struct sigma_audit *audit, struct sigma *sigma,
                      const struct audit_record *record, bool own)
{
    const struct sigma_event *event = sigma_event(sigma);
    struct audit_fields       fields;
    struct audit_field        field;
    int                       r = 0;

    audit_fields_begin(&fields, record);
    while (r == 0 && audit_fields_next(&fields, &field)) {
        if (!own && is_register(&field))
            continue;
        int32_t number = own ? 0 : sigma_name_find(event->names, field.name, field.name_size);
        if (own || (number != SIGMA_NO_FIELD && !sigma_event_has(event, number)))
            r = put_field(audit, sigma, record, &field);
    }
    return r;
}

static bool lacks(struct sigma *sigma, const char *name)
{
    const struct sigma_event *event = sigma_event(sigma);

    return !sigma_event_has(event, sigma_name_find(event->names, name, strlen(name)));
}

static void put_text(struct sigma *sigma, const char *name, const char *text, size_t size)
{
    if (lacks(sigma, name))
        sigma_put(sigma, name, strlen(name), text, size);
}

/* The same of a text that does not stay. */
static void put_copy(struct sigma *sigma, const char *name, const char *text, size_t size)
{
    if (lacks(sigma, name))
        sigma_put_copy(sigma, name, strlen(name), text, size);
}

/* 10.0.0.1:22 or [::1]:22 as an address and a port. */
static int put_address(struct sigma_audit *audit, struct sigma *sigma,
                       const struct audit_record *record)
{
    struct audit_field field;

    buffer_reset(&audit->value);
    if (audit_record_field(record, "saddr", &field) && !is_absent(&field))
        audit_sockaddr(&field, &audit->value);
    const char *address = buffer_text(&audit->value);
    if (!address)
        return -ENOMEM;
    const char *port = strrchr(address, ':');
    if (!port || strncmp(address, "unix:", 5) == 0)
        return 0;
    bool bracket = *address == '[' && port[-1] == ']';
    put_copy(sigma, "addr_ip", address + bracket, (size_t)(port - address) - 2 * bracket);
    put_copy(sigma, "addr_port", port + 1, strlen(port + 1));
    return 0;
}

/* The arguments of all EXECVE records: a long line is in several. */
static int put_command(struct sigma_audit *audit, struct sigma *sigma)
{
    audit_arguments_reset(&audit->arguments);
    for (size_t i = 0; i < audit->n; i++)
        if (audit->records[i].id == AUDIT_TYPE_EXECVE &&
            audit_arguments_add(&audit->arguments, &audit->records[i]) < 0)
            return -ENOMEM;
    buffer_reset(&audit->value);
    if (audit->arguments.n)
        audit_arguments_line(&audit->arguments, &audit->value);
    const char *line = buffer_text(&audit->value);
    if (line && audit->value.size)
        put_copy(sigma, "cmdline", line, audit->value.size);
    return line ? 0 : -ENOMEM;
}

/* What is known of an event beside the record: from its other records, and read from them. */
static int put_shared(struct sigma_audit *audit, struct sigma *sigma,
                      const struct audit_record *record)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < audit->n; i++) {
        const struct audit_record *other = &audit->records[i];
        if (other->id == AUDIT_TYPE_SYSCALL) {
            const struct audit_syscall *syscall = audit_record_syscall(other);
            if (other != record)
                r = put_fields(audit, sigma, other, false);
            if (syscall)
                put_text(sigma, "SYSCALL", syscall->name, strlen(syscall->name));
        } else if (other != record &&
                   (other->id == AUDIT_TYPE_CWD || other->id == AUDIT_TYPE_PROCTITLE)) {
            r = put_fields(audit, sigma, other, false);
        }
    }
    if (r == 0 && record->id == AUDIT_TYPE_EXECVE)
        r = put_command(audit, sigma);
    if (r == 0 && record->id == AUDIT_TYPE_SOCKADDR)
        r = put_address(audit, sigma, record);
    put_text(sigma, "message", record->line, record->size);
    return r;
}

int sigma_audit_put(struct sigma_audit *audit, struct sigma *sigma, int log, bool *ret_more)
{
    *ret_more = false;
    if (audit->at == audit->n)
        return 0;
    const struct audit_record *record = &audit->records[audit->at++];
    *ret_more = audit->at < audit->n;
    buffer_reset(&audit->type);
    audit_record_type(record, &audit->type);
    const char *type = buffer_text(&audit->type);
    if (!type)
        return -ENOMEM;
    int r = sigma_begin(
        sigma, log, &(struct sigma_key){.name = "type", .value = type, .size = audit->type.size},
        1);
    if (r <= 0)
        return r;
    if ((r = put_fields(audit, sigma, record, true)) == 0)
        r = put_shared(audit, sigma, record);
    return r < 0 ? r : 1;
}

static int value_in(const struct audit_record *record, bool own, const char *name,
                    struct buffer *text)
{
    struct audit_fields fields;
    struct audit_field  field;

    audit_fields_begin(&fields, record);
    while (audit_fields_next(&fields, &field)) {
        if (strlen(name) != field.name_size ||
            strncasecmp(name, field.name, field.name_size) != 0 || is_absent(&field) ||
            (!own && is_register(&field)))
            continue;
        audit_value(&field, is_encoded(record, &field), " ", text);
        return 1;
    }
    return 0;
}

int sigma_audit_value(const struct sigma_audit *audit, const char *type, const char *name,
                      struct buffer *text)
{
    for (size_t i = 0; i < audit->n; i++) {
        struct buffer of_record = {0};
        audit_record_type(&audit->records[i], &of_record);
        bool same = buffer_text(&of_record) && strcmp(of_record.data, type) == 0;
        buffer_free(&of_record);
        if (same && value_in(&audit->records[i], true, name, text))
            return 1;
    }
    for (size_t i = 0; i < audit->n; i++)
        if (audit->records[i].id == AUDIT_TYPE_SYSCALL &&
            value_in(&audit->records[i], false, name, text))
            return 1;
    return 0;
}
