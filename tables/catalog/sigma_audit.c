#include "sigma_audit.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/text/array.h"
#include "sigma_audit_names.h"

/* A field of the event's records, one record after another. */
struct field {
    struct audit_field of;
    int32_t            number; /* of its name; SIGMA_NO_FIELD: no rule asks for it */
    bool               encoded;
};

struct record {
    size_t first, n; /* of its fields */
    bool   quiet;    /* no keyword is in its line */
};

/* Names that records have not, or have of other records. */
enum { SYSCALL, ADDR_IP, ADDR_PORT, CMDLINE, MESSAGE, TYPE, MADE };

static const struct {
    const char *text;
    uint32_t    size;
} made[MADE] = {{"SYSCALL", 7}, {"addr_ip", 7}, {"addr_port", 9},
                {"cmdline", 7}, {"message", 7}, {"type", 4}};

struct sigma_audit {
    const struct audit_record  *records;
    size_t                      n, at;
    struct audit_record        *own; /* read from lines */
    size_t                      room;
    struct field               *fields;
    size_t                      n_fields, room_fields;
    struct record              *of; /* each record */
    size_t                      n_of, room_of;
    struct buffer               lines; /* with U+FFFD for what is not UTF-8 */
    struct buffer               type, value;
    struct audit_arguments      arguments;
    struct sigma_audit_names    names;
    int32_t                     known[MADE]; /* numbers of the names that are made */
    const struct audit_syscall *syscall;     /* of the event; NULL: none */
    bool                        is_put;      /* the last record */
};

struct sigma_audit *sigma_audit_new(void)
{
    struct sigma_audit *audit = calloc(1, sizeof *audit);

    for (size_t i = 0; audit && i < MADE; i++)
        audit->known[i] = EVENT_NAME_NEW;
    return audit;
}

void sigma_audit_free(struct sigma_audit *audit)
{
    if (!audit)
        return;
    free(audit->own);
    free(audit->fields);
    free(audit->of);
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

static bool is_argument(const struct audit_field *field)
{
    return field->name[0] == 'a' && field->name_size > 1 && isdigit((unsigned char)field->name[1]);
}

/* Whether a value may be in hexadecimal; `named`: those of its name are (sigma_audit_encoded). a0 to a3 of SYSCALL
 * are registers of the system call, and not in hexadecimal for their text. */
static bool is_encoded(const struct audit_record *record, const struct audit_field *field,
                       bool named)
{
    bool encoded = is_argument(field) ? record->id == AUDIT_TYPE_EXECVE : named;

    return encoded && !field->enriched;
}

static bool is_absent(const struct audit_field *field)
{
    return field->size == 6 && memcmp(field->value, "(null)", 6) == 0;
}

/* Read the fields of a record, those that have a value. */
static int read_fields(struct sigma_audit *audit, struct sigma *sigma,
                       const struct audit_record *record)
{
    struct audit_fields fields;
    struct audit_field  of;

    audit_fields_begin(&fields, record);
    while (audit_fields_next(&fields, &of)) {
        if (is_absent(&of))
            continue;
        struct field *field = ARRAY_REUSE(audit->fields, audit->n_fields, audit->room_fields);
        if (!field)
            return -ENOMEM;
        const struct sigma_audit_name *name =
            sigma_audit_name(&audit->names, sigma, of.name, of.name_size);
        *field = (struct field){of, name->number, is_encoded(record, &of, name->encoded)};
    }
    return 0;
}

/* Read the fields of all records of the event. */
static int read_records(struct sigma_audit *audit, struct sigma *sigma)
{
    int r = 0;

    audit->n_fields = audit->n_of = 0;
    audit->syscall = NULL;
    for (size_t i = 0; r == 0 && i < audit->n; i++) {
        struct record *record = ARRAY_REUSE(audit->of, audit->n_of, audit->room_of);
        if (!record)
            return -ENOMEM;
        record->first = audit->n_fields;
        r = read_fields(audit, sigma, &audit->records[i]);
        record->n = audit->n_fields - record->first;
        if (audit->records[i].id == AUDIT_TYPE_SYSCALL && !audit->syscall)
            audit->syscall = audit_record_syscall(&audit->records[i]);
    }
    return r;
}

#define ENCODED 1 /* form of a value */

/* The text of an encoded value. */
static void encoded_text(const void *value, uint32_t size, uint8_t form, struct buffer *text)
{
    (void)form;
    audit_value(&(struct audit_field){.value = value, .size = size}, true, " ", text);
}

static const uint8_t             texts[256] = {[ENCODED] = EVENT_NARROW};
static const struct event_fields read_by = {.text = encoded_text, .texts = texts};

/* A field's value; `part`: it is in a line that is searched for keywords, unless it is encoded. */
static void put_field(struct sigma *sigma, struct field *field, bool part)
{
    bool    encoded = field->encoded && !field->of.quoted;
    uint8_t form = encoded ? ENCODED : 0;

    part = part && !encoded;
    if (sigma_event_needs(sigma_event(sigma), field->number, part, (uint32_t)field->of.size, form))
        sigma_take(sigma, &(struct event_field){.name = field->of.name,
                                                .value = field->of.value,
                                                .name_size = (uint32_t)field->of.name_size,
                                                .size = (uint32_t)field->of.size,
                                                .form = form,
                                                .part = part,
                                                .known = &field->number});
}

static void put_own(struct sigma_audit *audit, struct sigma *sigma, const struct record *record)
{
    for (size_t i = 0; i < record->n; i++)
        put_field(sigma, &audit->fields[record->first + i], true);
}

/* The fields of another record: those that the event lacks and rules ask for, registers of a system call apart. */
static void put_other(struct sigma_audit *audit, struct sigma *sigma, const struct record *record)
{
    const struct sigma_event *event = sigma_event(sigma);

    for (size_t i = 0; i < record->n; i++) {
        struct field *field = &audit->fields[record->first + i];
        if (field->number != SIGMA_NO_FIELD && !sigma_event_has(event, field->number) &&
            !is_argument(&field->of))
            put_field(sigma, field, record->quiet);
    }
}

/* Whether the event has no value of a name that is made, and one may matter. */
static bool lacks(struct sigma_audit *audit, struct sigma *sigma, int name)
{
    const struct sigma_event *event = sigma_event(sigma);

    if (audit->known[name] == EVENT_NAME_NEW)
        audit->known[name] = sigma_name_find(event->names, made[name].text, made[name].size);
    return !sigma_event_has(event, audit->known[name]);
}

static void put_text(struct sigma_audit *audit, struct sigma *sigma, int name, const char *text,
                     size_t size)
{
    if (lacks(audit, sigma, name))
        sigma_take(sigma, &(struct event_field){.name = made[name].text,
                                                .value = text,
                                                .name_size = made[name].size,
                                                .size = (uint32_t)size,
                                                .known = &audit->known[name]});
}

/* The same of a text that does not stay. */
static void put_copy(struct sigma_audit *audit, struct sigma *sigma, int name, const char *text,
                     size_t size)
{
    if (lacks(audit, sigma, name))
        sigma_put_copy(sigma, made[name].text, made[name].size, text, size);
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
    put_copy(audit, sigma, ADDR_IP, address + bracket, (size_t)(port - address) - 2 * bracket);
    put_copy(audit, sigma, ADDR_PORT, port + 1, strlen(port + 1));
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
        put_copy(audit, sigma, CMDLINE, line, audit->value.size);
    return line ? 0 : -ENOMEM;
}

/* What is known of an event beside the record: from its other records, and read from them. */
static int put_shared(struct sigma_audit *audit, struct sigma *sigma, size_t record)
{
    const struct audit_record *own = &audit->records[record];
    int                        r = 0;

    for (size_t i = 0; i < audit->n; i++) {
        enum audit_type id = audit->records[i].id;
        if (i != record &&
            (id == AUDIT_TYPE_SYSCALL || id == AUDIT_TYPE_CWD || id == AUDIT_TYPE_PROCTITLE))
            put_other(audit, sigma, &audit->of[i]);
        if (id == AUDIT_TYPE_SYSCALL && audit->syscall)
            put_text(audit, sigma, SYSCALL, audit->syscall->name, strlen(audit->syscall->name));
    }
    if (own->id == AUDIT_TYPE_EXECVE)
        r = put_command(audit, sigma);
    if (r == 0 && own->id == AUDIT_TYPE_SOCKADDR)
        r = put_address(audit, sigma, own);
    put_text(audit, sigma, MESSAGE, own->line, own->size);
    return r;
}

/* Put a record: 1; 0 where no rule can fit it; -ENOMEM. */
static int put_record(struct sigma_audit *audit, struct sigma *sigma, int log, size_t i)
{
    buffer_reset(&audit->type);
    audit_record_type(&audit->records[i], &audit->type);
    const char *type = buffer_text(&audit->type);
    if (!type)
        return -ENOMEM;
    int r = sigma_begin(sigma, log,
                        &(struct sigma_key){.name = made[TYPE].text,
                                            .value = type,
                                            .size = audit->type.size,
                                            .known = &audit->known[TYPE]},
                        1);
    if (r <= 0)
        return r;
    sigma_read_by(sigma, &read_by);
    put_own(audit, sigma, &audit->of[i]);
    r = put_shared(audit, sigma, i);
    return r < 0 ? r : 1;
}

int sigma_audit_put(struct sigma_audit *audit, struct sigma *sigma, int log, bool *ret_more)
{
    *ret_more = false;
    if (audit->at == audit->n)
        return 0;
    int r = audit->at ? 0 : read_records(audit, sigma);
    if (r < 0)
        return r;
    if (audit->at)
        audit->of[audit->at - 1].quiet = audit->is_put && sigma_is_quiet(sigma);
    audit->of[audit->at].quiet = false;
    *ret_more = audit->at + 1 < audit->n;
    r = put_record(audit, sigma, log, audit->at++);
    audit->is_put = r > 0;
    return r;
}

int sigma_audit_again(struct sigma_audit *audit, struct sigma *sigma, int log)
{
    return put_record(audit, sigma, log, audit->at - 1);
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
            (!own && is_argument(&field)))
            continue;
        bool named = sigma_audit_encoded(field.name, field.name_size);
        audit_value(&field, is_encoded(record, &field, named), " ", text);
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
