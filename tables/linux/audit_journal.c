#include "audit_journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "journal_file.h"

#define FILE_MAX ((size_t)8 << 30) /* bytes; journald's own limit is 4 GiB */

struct audit_journal {
    struct root_map     map;
    struct journal_file file;
    struct journal_list list;
    int64_t             lost;
    struct buffer       message, line;
};

/* The data object of _TRANSPORT=audit, which lists the entries that have it; 0: there is none. */
static int find_transport(struct journal_file *file, uint64_t *ret)
{
    static const char    audit[] = "_TRANSPORT=audit";
    struct journal_field field;
    uint64_t             offset;
    int                  r = journal_values(file, "_TRANSPORT", &offset);

    for (; r == 0 && offset; r = journal_next_value(file, offset, &offset))
        if (journal_data(file, offset, &field) == 0 && field.size == sizeof audit - 1 &&
            memcmp(field.at, audit, field.size) == 0)
            break;
    if (r == 0)
        *ret = offset;
    return r;
}

static int begin(struct audit_journal *journal, double min)
{
    uint64_t transport;

    int r = journal_file_open(&journal->file, journal->map.data, journal->map.size);
    if (r == 0)
        r = find_transport(&journal->file, &transport);
    if (r == 0 && !transport)
        r = -ENODATA;
    if (r == 0)
        r = journal_entries_of(&journal->file, transport, &journal->list);
    if (r == 0 && min > 0)
        journal_seek(&journal->file, &journal->list, (uint64_t)(min * 1e6));
    return r;
}

int audit_journal_open(const struct root *root, const char *path, double min,
                       struct audit_journal **ret)
{
    struct audit_journal *journal = calloc(1, sizeof *journal);

    if (!journal)
        return -ENOMEM;
    int r = root_map(root, path, FILE_MAX, &journal->map);
    if (r == 0)
        r = begin(journal, min);
    if (r < 0)
        audit_journal_close(journal);
    else
        *ret = journal;
    return r;
}

void audit_journal_close(struct audit_journal *journal)
{
    if (!journal)
        return;
    journal_file_close(&journal->file);
    root_unmap(&journal->map);
    buffer_free(&journal->message);
    buffer_free(&journal->line);
    free(journal);
}

int64_t audit_journal_lost(const struct audit_journal *journal)
{
    return journal->lost;
}

/* What an entry says of the record. Numbers are 0 where a field is missing. */
struct parts {
    uint64_t serial, type, time; /* time in microseconds */
    char     type_name[64];
};

static const char *value_of(const struct journal_field *field, const char *name, size_t *ret_size)
{
    size_t size = strlen(name);

    if (field->name_size != size || memcmp(field->at, name, size) != 0)
        return NULL;
    *ret_size = field->size - size - 1;
    return field->at + size + 1;
}

static void take_number(const struct journal_field *field, const char *name, uint64_t *ret)
{
    size_t      size;
    const char *value = value_of(field, name, &size);
    uint64_t    number = 0;

    for (size_t i = 0; value && i < size && i < 19 && value[i] >= '0' && value[i] <= '9'; i++)
        *ret = number = number * 10 + (uint64_t)(value[i] - '0');
}

/* A message is one line; what would make two of it is taken out. */
static void take_message(const struct journal_field *field, struct buffer *message)
{
    size_t      size;
    const char *value = value_of(field, "MESSAGE", &size);

    if (!value)
        return;
    buffer_reset(message);
    buffer_put(message, value, size);
    for (size_t i = 0; !message->failed && i < size; i++)
        if (message->data[i] == '\n' || message->data[i] == '\0')
            message->data[i] = ' ';
}

static void take_field(struct audit_journal *journal, const struct journal_field *field,
                       struct parts *parts)
{
    size_t      size;
    const char *name = value_of(field, "_AUDIT_TYPE_NAME", &size);

    if (name && size < sizeof parts->type_name && !memchr(name, ' ', size) &&
        !memchr(name, '\n', size)) {
        memcpy(parts->type_name, name, size);
        parts->type_name[size] = '\0';
    }
    take_number(field, "_AUDIT_ID", &parts->serial);
    take_number(field, "_AUDIT_TYPE", &parts->type);
    take_number(field, "_SOURCE_REALTIME_TIMESTAMP", &parts->time);
    take_message(field, &journal->message);
}

/* Put the line of an entry together: 0, -EBADMSG where it is none, -ENOMEM. */
static int put_line(struct audit_journal *journal, const struct journal_entry *entry)
{
    struct parts         parts = {.time = entry->realtime};
    struct journal_field field;

    buffer_reset(&journal->message);
    for (uint32_t i = 0; i < entry->n_items; i++) {
        int r = journal_item(&journal->file, entry, i, &field);
        if (r == 0)
            take_field(journal, &field, &parts);
        else if (r == -ENOMEM)
            return r;
    }
    /* journald gives a type that it does not know the name AUDIT and its number. */
    if (!parts.type_name[0] || strncmp(parts.type_name, "AUDIT", 5) == 0)
        snprintf(parts.type_name, sizeof parts.type_name, "UNKNOWN[%" PRIu64 "]", parts.type);
    if (!parts.type || !journal->message.size)
        return -EBADMSG;
    const char *message = buffer_text(&journal->message);
    const char *body = message ? strchr(message, ' ') : NULL;
    buffer_reset(&journal->line);
    buffer_printf(
        &journal->line,
        "entry=%" PRIu64 " type=%s msg=audit(%" PRIu64 ".%03u:%" PRIu64 "):", entry->offset,
        parts.type_name, parts.time / 1000000, (unsigned)(parts.time / 1000 % 1000), parts.serial);
    buffer_puts(&journal->line, body ? body : "");
    buffer_putc(&journal->line, '\n');
    return journal->line.failed || journal->message.failed ? -ENOMEM : 0;
}

int audit_journal_line(struct audit_journal *journal, const char **ret, size_t *ret_size)
{
    struct journal_entry entry;
    uint64_t             offset;
    int                  r;

    while ((r = journal_next(&journal->file, &journal->list, &offset)) > 0) {
        r = journal_entry(&journal->file, offset, &entry);
        if (r == 0)
            r = put_line(journal, &entry);
        if (r == -ENOMEM)
            return r;
        if (r < 0) {
            journal->lost++;
            continue;
        }
        *ret = journal->line.data;
        *ret_size = journal->line.size;
        return 1;
    }
    return r;
}
