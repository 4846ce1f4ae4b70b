#include "audit_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/arena.h"
#include "formats/text/array.h"

SQLITE_EXTENSION_INIT3

#define OFFSET_BITS   40
#define PROGRAMS      1024 /* different ones that are told apart; a power of two */
#define OTHER_PROGRAM PROGRAMS

enum flag {
    CATEGORY = 15, /* the category itself */
    MAY_BE_TOOL = 1 << 4,
    MAY_WRITE = 1 << 5,
    NO_PID = 1 << 6,
    ANY_PID = 1 << 7, /* one that is not a number */
    NO_PPID = 1 << 8,
    ANY_PPID = 1 << 9,
};

_Static_assert(AUDIT_CATEGORIES_END <= CATEGORY + 1, "a category has four bits");

/* An event. Of a process number the low half is kept: a filter that takes too much is no harm. */
struct entry {
    uint32_t offset;      /* its low bits */
    uint32_t offset_size; /* the offset's high bits, and the count of bytes */
    uint32_t sec;
    uint16_t pid, ppid, program, flags;
};

_Static_assert(sizeof(struct entry) == AUDIT_INDEX_BYTES, "as the header says");

struct audit_index {
    struct audit_index      *next;
    dev_t                    device;
    ino_t                    inode;
    off_t                    size; /* of the file when it was read */
    struct audit_index_range range;
    struct entry            *entries;
    size_t                   n, room;
    struct audit_program     programs[PROGRAMS]; /* by hash; without a name: free */
    size_t                   n_programs;
    struct arena             arena; /* of their texts */
    uint64_t                 records, lost;
    bool                     failed; /* out of memory, or too much for it */
};

struct audit_selection {
    const struct audit_index  *index;
    const struct audit_filter *filter;
    size_t                     at;
    uint32_t                   min, max; /* seconds */
    bool                       programs[PROGRAMS + 1];
    uint8_t                    pids[1 << 13], ppids[1 << 13]; /* a bit each */
};

/* Kept ------------------------------------------------------------------------ */

static const char key;

struct indexes {
    struct audit_index *first;
};

static void free_all(void *data)
{
    struct indexes *indexes = data;

    for (struct audit_index *index = indexes->first, *next; index; index = next) {
        next = index->next;
        audit_index_free(index);
    }
    free(indexes);
}

/* The file may have grown since, as it would after the end of a scan: a statement sees one moment. */
const struct audit_index *audit_index_find(const struct svcql *svcql, const struct stat *file,
                                           struct audit_index_range range)
{
    const struct indexes *indexes = svcql_kept(svcql, &key);

    for (const struct audit_index *index = indexes ? indexes->first : NULL; index;
         index = index->next)
        if (index->device == file->st_dev && index->inode == file->st_ino &&
            index->size <= file->st_size && index->range.min <= range.min &&
            index->range.max >= range.max)
            return index;
    return NULL;
}

static struct indexes *all(struct svcql *svcql)
{
    struct indexes *indexes = svcql_kept(svcql, &key);

    if (indexes || !(indexes = calloc(1, sizeof *indexes)))
        return indexes;
    return svcql_keep_statement(svcql, &key, indexes, free_all) == SQLITE_OK ? indexes : NULL;
}

void audit_index_keep(struct svcql *svcql, struct audit_index *index, uint64_t records,
                      uint64_t lost)
{
    struct indexes *indexes = index->failed || index->arena.failed ? NULL : all(svcql);

    if (!indexes) {
        audit_index_free(index);
        return;
    }
    index->records = records;
    index->lost = lost;
    index->next = indexes->first;
    indexes->first = index;
}

/* Making ---------------------------------------------------------------------- */

struct audit_index *audit_index_new(const struct stat *file, struct audit_index_range range)
{
    struct audit_index *index = calloc(1, sizeof *index);

    if (!index)
        return NULL;
    index->device = file->st_dev;
    index->inode = file->st_ino;
    index->size = file->st_size;
    index->range = range;
    return index;
}

void audit_index_free(struct audit_index *index)
{
    if (!index)
        return;
    arena_free(&index->arena);
    free(index->entries);
    free(index);
}

/* FNV-1a, as for rowids. */
static uint64_t hash_field(uint64_t state, const struct audit_field *field)
{
    for (size_t i = 0; field->name && i < field->size; i++)
        state = (state ^ (uint8_t)field->value[i]) * UINT64_C(0x100000001b3);
    return (state ^ (field->name ? 1 : 0) ^ (field->quoted ? 2 : 0)) * UINT64_C(0x100000001b3);
}

static bool same_field(const struct audit_field *a, const struct audit_field *b)
{
    if (!a->name || !b->name)
        return !a->name && !b->name;
    return a->size == b->size && a->quoted == b->quoted && memcmp(a->value, b->value, a->size) == 0;
}

static bool is_free(const struct audit_program *program)
{
    return !program->comm.name && !program->exe.name;
}

static struct audit_field copy_field(struct arena *arena, const struct audit_field *field,
                                     const char *name)
{
    struct audit_field copy = *field;

    if (!field->name)
        return copy;
    copy.name = name;
    copy.value = arena_strndup(arena, field->value, field->size);
    return copy;
}

/* The place of a program among those known, or OTHER_PROGRAM where there are too many. An event without a
 * program has the first free place, which no filter on programs takes. */
static uint16_t program_at(struct audit_index *index, const struct audit_program *program)
{
    size_t i =
        (size_t)hash_field(hash_field(UINT64_C(0xcbf29ce484222325), &program->comm), &program->exe);

    for (i %= PROGRAMS; !is_free(&index->programs[i]); i = (i + 1) % PROGRAMS)
        if (same_field(&index->programs[i].comm, &program->comm) &&
            same_field(&index->programs[i].exe, &program->exe))
            return (uint16_t)i;
    if (index->n_programs == PROGRAMS / 2)
        return OTHER_PROGRAM;
    index->programs[i] = (struct audit_program){copy_field(&index->arena, &program->comm, "comm"),
                                                copy_field(&index->arena, &program->exe, "exe")};
    index->n_programs += !is_free(program);
    return (uint16_t)i;
}

static uint32_t seconds(double time)
{
    return time <= 0 ? 0 : time >= UINT32_MAX ? UINT32_MAX : (uint32_t)time;
}

/* A number of the event for its entry, and what there is of it for the flags. */
static uint16_t take_number(const struct audit_field *field, unsigned none, unsigned any,
                            unsigned *flags)
{
    int64_t value = 0;

    if (!field->name)
        *flags |= none;
    else if (!audit_number(field, &value))
        *flags |= any;
    return (uint16_t)value;
}

void audit_index_add(struct audit_index *index, const struct audit_event *event)
{
    uint64_t             size = event->end - event->offset;
    struct audit_program program = audit_event_program(event);
    struct audit_field   pid, ppid;
    unsigned             flags = audit_event_category(event);

    if (index->failed || index->n == AUDIT_INDEX_EVENTS || event->offset >> OFFSET_BITS ||
        size >> (64 - OFFSET_BITS)) {
        index->failed = true;
        return;
    }
    flags |= audit_event_may_be_tool(event) ? MAY_BE_TOOL : 0;
    flags |= audit_event_may_write_unit(event) ? MAY_WRITE : 0;
    struct entry *entry = ARRAY_REUSE(index->entries, index->n, index->room);
    if (!entry) {
        index->failed = true;
        return;
    }
    audit_event_processes(event, &pid, &ppid);
    *entry =
        (struct entry){.offset = (uint32_t)event->offset,
                       .offset_size = (uint32_t)(event->offset >> 32 << (64 - OFFSET_BITS) | size),
                       .sec = seconds((double)event->stamp.sec),
                       .pid = take_number(&pid, NO_PID, ANY_PID, &flags),
                       .ppid = take_number(&ppid, NO_PPID, ANY_PPID, &flags),
                       .program = program_at(index, &program)};
    entry->flags = (uint16_t)flags;
}

uint64_t audit_index_records(const struct audit_index *index)
{
    return index->records;
}

uint64_t audit_index_lost(const struct audit_index *index)
{
    return index->lost;
}

/* Selecting --------------------------------------------------------------------- */

static void set_numbers(const struct tbl_terms *terms, uint8_t *bits)
{
    for (size_t i = 0; i < terms->n; i++)
        bits[(uint16_t)terms->ints[i] / 8] |= (uint8_t)(1 << (uint16_t)terms->ints[i] % 8);
}

struct audit_selection *audit_selection_new(const struct audit_index  *index,
                                            const struct audit_filter *filter)
{
    struct audit_selection *selection = calloc(1, sizeof *selection);

    if (!selection)
        return NULL;
    selection->index = index;
    selection->filter = filter;
    selection->min = seconds(floor(filter->time->min));
    selection->max = seconds(ceil(filter->time->max));
    for (size_t i = 0; i < PROGRAMS; i++)
        selection->programs[i] = audit_filter_program(filter, &index->programs[i]);
    selection->programs[OTHER_PROGRAM] = true;
    set_numbers(filter->pid, selection->pids);
    set_numbers(filter->ppid, selection->ppids);
    return selection;
}

void audit_selection_free(struct audit_selection *selection)
{
    free(selection);
}

const struct audit_index *audit_selection_index(const struct audit_selection *selection)
{
    return selection->index;
}

static bool has_number(const struct tbl_terms *terms, const uint8_t *bits, uint16_t value,
                       bool none, bool any)
{
    return !terms->n || any || (!none && bits[value / 8] & 1 << value % 8);
}

static bool may_want(const struct audit_selection *selection, const struct entry *entry)
{
    const struct audit_filter *filter = selection->filter;
    unsigned                   flags = entry->flags;

    return entry->sec >= selection->min && entry->sec <= selection->max &&
           (!filter->category || filter->categories & 1u << (flags & CATEGORY)) &&
           (!filter->tools || flags & MAY_BE_TOOL) && (!filter->writes || flags & MAY_WRITE) &&
           has_number(filter->pid, selection->pids, entry->pid, flags & NO_PID, flags & ANY_PID) &&
           has_number(filter->ppid, selection->ppids, entry->ppid, flags & NO_PPID,
                      flags & ANY_PPID) &&
           selection->programs[entry->program];
}

bool audit_selection_next(struct audit_selection *selection, struct audit_place *ret)
{
    const struct audit_index *index = selection->index;

    while (selection->at < index->n) {
        const struct entry *entry = &index->entries[selection->at++];
        if (!may_want(selection, entry))
            continue;
        *ret = (struct audit_place){(uint64_t)(entry->offset_size >> (64 - OFFSET_BITS)) << 32 |
                                        entry->offset,
                                    entry->offset_size & ((1u << (64 - OFFSET_BITS)) - 1)};
        return true;
    }
    return false;
}
