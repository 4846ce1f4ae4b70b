/* journal_file.h -- a journal file of systemd, read in place, that trusts nothing in it.
 *
 * Format facts: "Journal File Format", systemd.io/JOURNAL_FILE_FORMAT. A file is a header and
 * objects; entries list the data objects that are their fields, each data object lists the entries
 * that have it, and the lists are chains of arrays that double in size, so that a time is found by
 * bisection in each.
 *
 *     struct journal_file file;
 *     struct journal_list list;
 *     journal_file_open(&file, data, size);
 *     journal_all(&file, &list);
 *     journal_seek(&file, &list, from);
 *     while ((r = journal_next(&file, &list, &offset)) > 0)
 *         if (journal_entry(&file, offset, &entry) == 0)
 *             for (i = 0; i < entry.n_items; i++)
 *                 journal_item(&file, &entry, i, &field);
 *
 * Every offset is checked against the file, and chains may lead in one direction only, so that
 * none is endless. libsystemd 252 ends the process on files that this reads (an assertion), which
 * would take the user's SQLite with it.
 */
#ifndef SVCQL_JOURNAL_FILE_H
#define SVCQL_JOURNAL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_HEADER_SIZE 208         /* bytes, of the oldest version */
#define JOURNAL_ITEMS_MAX   4096        /* fields of an entry; journald writes 1024 at most */
#define JOURNAL_VALUE_MAX   (32u << 20) /* bytes of a field */

struct journal_file {
    const uint8_t *data;
    uint64_t       size;
    bool           compact; /* offsets in lists are 32 bits wide */
    uint8_t        state;   /* 0 offline, 1 online, 2 archived */
    uint8_t        machine_id[16], seqnum_id[16];
    uint64_t       n_entries;             /* as the header says */
    uint64_t       first_time, last_time; /* of entries, as it says: microseconds, 0: none */
    uint64_t       header_size, entry_arrays, fields, fields_size;

    /* Called before bytes are read, where they are not all there yet: false where they cannot be
     * had. To be set after journal_file_open(), which reads JOURNAL_HEADER_SIZE bytes. */
    bool (*load)(void *arg, uint64_t at, uint64_t size);
    void *load_arg;

    /* Expanded fields; see journal_item(). */
    void    *zstd;
    uint8_t *scratch;
    size_t   room;
    uint64_t budget;
};

struct journal_entry {
    uint64_t offset, seqnum, xor_hash;
    uint64_t realtime, monotonic; /* microseconds: since the epoch, since boot */
    uint8_t  boot_id[16];
    uint32_t n_items;
};

/* "NAME=value", not NUL-terminated; the value may be any bytes. */
struct journal_field {
    const char *at;
    size_t      size;
    size_t      name_size; /* the '=' is at[name_size] */
};

/* Whether a file's name or path is that of a journal file: *.journal, *.journal~ where it was not closed,
 * both with what a compressor adds. */
bool journal_file_name(const char *name);

/* The header's JOURNAL_HEADER_SIZE bytes alone, of a file that is not read otherwise: what of
 * *file begins with `data` and ends with the calls is left empty. The errors of journal_file_open(). */
int journal_header_parse(struct journal_file *file, const uint8_t *data);

/* Borrows `data`. -EBADMSG: no journal file, or its header does not fit; -EOPNOTSUPP: it says that
 * this reader would misunderstand it. */
int  journal_file_open(struct journal_file *file, const uint8_t *data, size_t size);
void journal_file_close(struct journal_file *file); /* accepts a zeroed one */

/* 0 or -EBADMSG. */
int journal_entry(const struct journal_file *file, uint64_t offset, struct journal_entry *ret);

/* Field `i` of an entry. A compressed one is expanded into memory of the file that is good until
 * the next call. -EBADMSG: damaged; -EFBIG: too large, or the
 * file's fields expand to more in all than any honest file's; -ENOMEM. */
int journal_item(struct journal_file *file, const struct journal_entry *entry, uint32_t i,
                 struct journal_field *ret);

/* The offset of the data object of field `i`, which fields of other entries may share; 0: none. */
uint64_t journal_item_offset(const struct journal_file *file, const struct journal_entry *entry,
                             uint32_t i);

/* Lists of entries ---------------------------------------------------------------- */

struct journal_list {
    uint64_t first;    /* offset of an entry before the arrays; 0: none, or read already */
    uint64_t array;    /* offset of the current one; 0: the end */
    uint64_t n, i;     /* its items, and which comes next */
    uint32_t n_arrays; /* entered so far */
    uint64_t left;     /* entries left in all; of journal_all() not known, and counted down */
};

/* What journal_all() gives for a file without entries: `left` counts down from here. */
#define JOURNAL_NO_ENTRIES ((struct journal_list){.left = UINT64_MAX})

/* All entries; those that have the data object at `offset`. -EBADMSG. */
int journal_all(const struct journal_file *file, struct journal_list *ret);
int journal_entries_of(const struct journal_file *file, uint64_t offset, struct journal_list *ret);

/* Whether the arrays of a list are complete and have as many entries as its count. */
bool journal_whole(const struct journal_file *file, struct journal_list list);

/* The offset of the last entry of a list of journal_entries_of(). -EBADMSG. */
int journal_last(const struct journal_file *file, struct journal_list list, uint64_t *ret);

/* Skip the entries before a time, in microseconds. Where the list is damaged, fewer are skipped. */
void journal_seek(const struct journal_file *file, struct journal_list *list, uint64_t realtime);

/* How many entries the list has led past, those skipped by journal_seek() too. */
static inline uint64_t journal_passed(const struct journal_list *all)
{
    return UINT64_MAX - all->left;
}

/* The offset of the next entry: 1, 0 at the end, -EBADMSG where the chain of arrays breaks off. */
int journal_next(const struct journal_file *file, struct journal_list *list, uint64_t *ret);

/* Find the next object after the one at `offset` (0: from the beginning) that has the form of an
 * entry: 1, or 0. For what no list leads to any more. */
int journal_carve(const struct journal_file *file, uint64_t offset, uint64_t *ret);

/* Values of a field ----------------------------------------------------------------- */

/* The first data object of a field of that name, and the next after one: its offset, 0: no more.
 * -EBADMSG. */
int journal_values(const struct journal_file *file, const char *name, uint64_t *ret);
int journal_next_value(const struct journal_file *file, uint64_t offset, uint64_t *ret);

/* A data object as a field, as journal_item() gives it. */
int journal_data(struct journal_file *file, uint64_t offset, struct journal_field *ret);

#endif
