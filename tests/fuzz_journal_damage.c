/* fuzz_journal_damage.c -- a real journal with bytes changed here and there.
 *
 * Three bytes of input change one: where, from the end of the hash tables or, every eighth time, in
 * the header, and to what. Run from the top of the repository, where the fixtures are found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "formats/journal/journal_file.h"
#include "make_bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *journal;
static size_t   journal_size, objects; /* where those begin that are not hash tables */
static size_t   sum;

static void load(void)
{
    static uint8_t packed[1 << 16];
    FILE          *file = fopen("tests/fixtures/journal/compact.journal.zst", "re");

    if (!file)
        abort();
    size_t n = fread(packed, 1, sizeof packed, file);
    fclose(file);
    journal_size = (size_t)ZSTD_getFrameContentSize(packed, n);
    journal = malloc(journal_size);
    if (!journal || ZSTD_decompress(journal, journal_size, packed, n) != journal_size)
        abort();
    while (!journal[journal_size - 1])
        journal_size--;
    journal_size += 64;
    objects = (size_t)(le64(journal + 104) + le64(journal + 112)); /* the table of data is last */
}

static void read_entry(struct journal_file *file, uint64_t offset)
{
    struct journal_entry entry;
    struct journal_field field;

    if (journal_entry(file, offset, &entry) < 0)
        return;
    for (uint32_t i = 0; i < entry.n_items && i < 64; i++)
        if (journal_item(file, &entry, i, &field) == 0)
            sum += (unsigned char)field.at[0] + (unsigned char)field.at[field.size - 1];
}

static void read_list(struct journal_file *file, struct journal_list list)
{
    uint64_t offset;

    for (int n = 0; n < 1000 && journal_next(file, &list, &offset) > 0; n++)
        read_entry(file, offset);
}

static void read_values(struct journal_file *file, const char *name)
{
    struct journal_list list;
    uint64_t            offset;
    int                 r = journal_values(file, name, &offset);

    for (int n = 0; r == 0 && offset && n < 1000; n++) {
        if (journal_entries_of(file, offset, &list) == 0 && journal_whole(file, list)) {
            journal_seek(file, &list, 1795514450000000);
            read_list(file, list);
        }
        r = journal_next_value(file, offset, &offset);
    }
}

static void read_all(const uint8_t *data, size_t size)
{
    struct journal_file file;
    struct journal_list list;
    uint64_t            offset = 0;

    if (journal_file_open(&file, data, size) < 0)
        return;
    if (journal_all(&file, &list) == 0)
        read_list(&file, list);
    for (int n = 0; n < 500 && journal_carve(&file, n ? offset : objects - 8, &offset) > 0; n++)
        read_entry(&file, offset);
    read_values(&file, "_COMM");
    read_values(&file, "_PID");
    journal_file_close(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t old[256];
    size_t  at[256], n = 0;

    if (!journal)
        load();
    for (; n < 256 && 3 * n + 3 <= size; n++) {
        const uint8_t *p = data + 3 * n;
        size_t         where = (size_t)p[0] << 8 | p[1];

        at[n] = where % 8 == 0 ? where / 8 % 256 : objects + where * 3 % (journal_size - objects);
        old[n] = journal[at[n]];
        journal[at[n]] = p[2];
    }
    read_all(journal, journal_size);
    while (n--)
        journal[at[n]] = old[n];
    return 0;
}
