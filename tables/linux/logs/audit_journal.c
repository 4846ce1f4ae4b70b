#include "audit_journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "journal_pick.h"

struct audit_journal {
    struct journal_pick *pick;
    int64_t              lost;   /* entries that prove not to be audit records */
    bool                 others; /* entries may be of other hosts than the source */
    struct buffer        message, line;
};

int audit_journal_open(const struct source *source, const char *path, double min,
                       struct audit_journal **ret)
{
    static const char *const values[] = {"audit", NULL};
    struct audit_journal    *journal = calloc(1, sizeof *journal);

    if (!journal)
        return -ENOMEM;
    journal->others = journal_of_others(source, path);
    int r = journal_pick_open(source->root, path, "_TRANSPORT", values, min, &journal->pick);
    if (r < 0)
        audit_journal_close(journal);
    else
        *ret = journal;
    return r;
}

bool audit_journal_ordered(const struct audit_journal *journal)
{
    return journal_pick_ordered(journal->pick);
}

void audit_journal_close(struct audit_journal *journal)
{
    if (!journal)
        return;
    journal_pick_close(journal->pick);
    buffer_free(&journal->message);
    buffer_free(&journal->line);
    free(journal);
}

int64_t audit_journal_lost(const struct audit_journal *journal)
{
    return journal->lost + journal_pick_lost(journal->pick);
}

/* The parts of the record in an entry. Numbers are 0 where a field is missing. */
struct parts {
    uint64_t serial, type, time; /* time in microseconds */
    char     type_name[64], host[256];
};

/* A word of the line: a value that has no blank and fits. */
static void take_word(const struct journal_field *field, const char *name, char *ret, size_t room)
{
    size_t      size;
    const char *value = journal_pick_value(field, name, &size);

    if (!value || size >= room || memchr(value, ' ', size) || memchr(value, '\n', size) ||
        memchr(value, '\0', size))
        return;
    memcpy(ret, value, size);
    ret[size] = '\0';
}

/* A message is one line; newlines in it are removed. */
static void take_message(const struct journal_field *field, struct buffer *message)
{
    size_t      size;
    const char *value = journal_pick_value(field, "MESSAGE", &size);

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
    take_word(field, "_AUDIT_TYPE_NAME", parts->type_name, sizeof parts->type_name);
    if (journal->others)
        take_word(field, "_HOSTNAME", parts->host, sizeof parts->host);
    journal_pick_number(field, "_AUDIT_ID", &parts->serial);
    journal_pick_number(field, "_AUDIT_TYPE", &parts->type);
    journal_pick_number(field, "_SOURCE_REALTIME_TIMESTAMP", &parts->time);
    take_message(field, &journal->message);
}

/* Compose the line of an entry: 0, -EBADMSG where it is not an audit record, -ENOMEM. */
static int put_line(struct audit_journal *journal, const struct journal_entry *entry)
{
    struct parts         parts = {.time = entry->realtime};
    struct journal_field field;
    bool                 whole = true;

    buffer_reset(&journal->message);
    for (uint32_t i = 0; i < entry->n_items; i++) {
        int r = journal_pick_item(journal->pick, entry, i, &field);
        if (r == 0)
            take_field(journal, &field, &parts);
        else if (r == -ENOMEM)
            return r;
        whole &= r == 0;
    }
    /* journald names an unknown type AUDIT and its number. */
    if (!parts.type_name[0] || strncmp(parts.type_name, "AUDIT", 5) == 0)
        snprintf(parts.type_name, sizeof parts.type_name, "UNKNOWN[%" PRIu64 "]", parts.type);
    if (!parts.type || !journal->message.size)
        return -EBADMSG;
    journal->lost += !whole; /* counted, though what is left of it is given */
    const char *message = buffer_text(&journal->message);
    const char *body = message ? strchr(message, ' ') : NULL;
    buffer_reset(&journal->line);
    buffer_printf(&journal->line,
                  "entry=%" PRIu64 "%s%s type=%s msg=audit(%" PRIu64 ".%03u:%" PRIu64 "):",
                  entry->offset, *parts.host ? " node=" : "", parts.host, parts.type_name,
                  parts.time / 1000000, (unsigned)(parts.time / 1000 % 1000), parts.serial);
    buffer_puts(&journal->line, body ? body : "");
    buffer_putc(&journal->line, '\n');
    return journal->line.failed || journal->message.failed ? -ENOMEM : 0;
}

int audit_journal_line(struct audit_journal *journal, const char **ret, size_t *ret_size)
{
    struct journal_entry entry;
    int                  r;

    while ((r = journal_pick_next(journal->pick, &entry)) > 0) {
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
