/* fuzz_journal_file.c -- any bytes as a journal file: all lists, all fields, all values. */
#include <stdlib.h>
#include <string.h>

#include "formats/journal/journal_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t sum;

static void read_entry(struct journal_file *file, uint64_t offset)
{
    struct journal_entry entry;
    struct journal_field field;

    if (journal_entry(file, offset, &entry) < 0)
        return;
    for (uint32_t i = 0; i < entry.n_items && i < 64; i++)
        if (journal_item(file, &entry, i, &field) == 0) {
            if (field.name_size >= field.size)
                abort();
            sum += (unsigned char)field.at[0] + (unsigned char)field.at[field.size - 1];
        }
}

static void read_list(struct journal_file *file, struct journal_list list)
{
    uint64_t offset;

    for (int n = 0; n < 5000 && journal_next(file, &list, &offset) > 0; n++)
        read_entry(file, offset);
}

static void read_values(struct journal_file *file, const char *name)
{
    struct journal_list  list;
    struct journal_field field;
    uint64_t             offset;
    int                  r = journal_values(file, name, &offset);

    for (int n = 0; r == 0 && offset && n < 1000; n++) {
        sum += (size_t)journal_data(file, offset, &field);
        if (journal_entries_of(file, offset, &list) == 0 && journal_whole(file, list)) {
            journal_seek(file, &list, 1683111131331102);
            read_list(file, list);
        }
        r = journal_next_value(file, offset, &offset);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct journal_file file;
    struct journal_list list;
    uint64_t            offset = 0;

    if (journal_file_open(&file, data, size) < 0)
        return 0;
    if (journal_all(&file, &list) == 0) {
        read_list(&file, list);
        journal_seek(&file, &list, 1666569601017222);
        read_list(&file, list);
    }
    for (int n = 0; n < 1000 && journal_carve(&file, offset, &offset) > 0; n++)
        read_entry(&file, offset);
    read_values(&file, "_COMM");
    read_values(&file, "MESSAGE");
    journal_file_close(&file);
    return 0;
}
