/* fuzz_journal_export.c -- any bytes as what journalctl wrote out, in its own form or as JSON, in blocks of any
 * size: each field has a name and a value within bounds. */
#include <stdlib.h>
#include <string.h>

#include "formats/journal/journal_export.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bytes that are given a part at a time. */
struct text {
    const uint8_t *data;
    size_t         size, at, part;
};

static ssize_t give(void *data, void *out, size_t size)
{
    struct text *text = data;
    size_t       n = text->size - text->at;

    n = n < size ? n : size;
    n = n < text->part ? n : text->part;
    memcpy(out, text->data + text->at, n);
    text->at += n;
    return (ssize_t)n;
}

static void given(void *data)
{
    (void)data;
}

static size_t sum;

static void look(const struct journal_export *export, const struct journal_entry *entry)
{
    for (uint32_t i = 0; i < entry->n_items; i++) {
        struct journal_field field;
        if (journal_export_item(export, i, &field) < 0)
            continue;
        if (field.name_size >= field.size || field.at[field.name_size] != '=')
            abort();
        sum += (unsigned char)field.at[0] + (unsigned char)field.at[field.size - 1];
    }
    sum += journal_export_seqnum_id(export)[15];
}

/* Returns the entries. */
static size_t read_in(const uint8_t *data, size_t size, size_t part)
{
    struct text        text = {.data = data, .size = size, .part = part};
    struct stream_from from = {give, given, &text};
    struct stream     *stream;
    struct journal_export *export;
    struct journal_entry entry;
    size_t               n = 0;

    if (stream_open_from(&from, &stream) < 0 || journal_export_open(stream, &export) < 0)
        return 0;
    for (; journal_export_next(export, &entry) > 0; n++)
        look(export, &entry);
    if (journal_export_lost(export) < 0)
        abort();
    journal_export_close(export);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    journal_export_is(data, size);
    if (read_in(data, size, size + 1) != read_in(data, size, 37))
        abort();
    return 0;
}
