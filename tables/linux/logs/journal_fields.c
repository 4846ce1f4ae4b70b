#include "journal_fields.h"

#include <errno.h>
#include <string.h>

/* A text that lives as long as the entry: bytes that are not UTF-8, and NULs, as U+FFFD. NULL where out of memory. */
static const char *keep(struct journal_fields *fields, const char *text, uint32_t *size)
{
    const char   *scratch = (const char *)fields->input->file.scratch;
    bool          passes = scratch && text >= scratch && text < scratch + fields->input->file.room;
    struct buffer clean = {0};

    if (buffer_is_text(text, *size))
        return passes ? arena_strndup(&fields->copies, text, *size) : text;
    for (const char *end = text + *size, *nul; text < end; text = nul + 1) {
        nul = memchr(text, '\0', (size_t)(end - text));
        nul = nul ? nul : end;
        buffer_utf8(&clean, text, (size_t)(nul - text));
        if (nul < end)
            buffer_puts(&clean, "\xef\xbf\xbd");
    }
    text = buffer_text(&clean) ? arena_strndup(&fields->copies, clean.data, clean.size) : NULL;
    *size = (uint32_t)clean.size;
    buffer_free(&clean);
    return text;
}

/* Unreadable fields were counted when the columns were filled. */
static int each_field(void *reader, event_take *take, void *to)
{
    struct journal_fields *fields = reader;

    arena_reset(&fields->copies);
    for (uint32_t i = 0; i < fields->entry->n_items; i++) {
        struct journal_field item;
        struct event_field   field = {0};
        int                  r = journal_input_item(fields->input, fields->entry, i, &item);
        if (r == -ENOMEM)
            return r;
        if (r < 0)
            continue;
        field.name_size = (uint32_t)item.name_size;
        field.size = (uint32_t)(item.size - item.name_size - 1);
        field.name = keep(fields, item.at, &field.name_size);
        field.value = keep(fields, item.at + item.name_size + 1, &field.size);
        if (!field.name || !field.value || fields->copies.failed)
            return -ENOMEM;
        take(to, &field);
    }
    return 0;
}

struct event_fields *journal_fields(struct journal_fields *fields, struct journal_input *input,
                                    const struct journal_entry *entry)
{
    fields->fields = (struct event_fields){.reader = fields, .each = each_field};
    fields->input = input;
    fields->entry = entry;
    return &fields->fields;
}

void journal_fields_free(struct journal_fields *fields)
{
    arena_free(&fields->copies);
}
