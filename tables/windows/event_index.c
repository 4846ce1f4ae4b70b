#include "event_index.h"

#include <errno.h>
#include <stdlib.h>

#include "event_log.h"
#include "formats/text/array.h"

SQLITE_EXTENSION_INIT3

#define BUCKETS  256
#define ID_BITS  14 /* of an event's number that are kept: a place too many is no harm */
#define ID_COUNT (1u << ID_BITS)

struct chunk {
    uint64_t at;     /* where in the file it begins */
    uint32_t places; /* index of its first */
    bool     intact;
};

struct event_index {
    struct event_log_stats stats;
    struct chunk          *chunks;
    struct event_place    *places;
    size_t                 n_chunks, room_chunks, n, room;
    bool                   failed; /* out of memory, or too much for it */
};

struct event_selection {
    const struct event_index *index;
    size_t                    chunk; /* index of the next */
    uint8_t                   ids[ID_COUNT / 8];
};

/* Kept ------------------------------------------------------------------------ */

static const char key;

/* What is kept of a file. */
struct noted {
    struct noted       *next;
    struct stat         file;
    struct event_index *index; /* NULL: none yet */
    struct event_spans  spans;
};

struct all_noted {
    struct noted *buckets[BUCKETS];
    size_t        events, chunks; /* of all, that there is memory for */
};

static void free_all(void *data)
{
    struct all_noted *all = data;

    for (size_t i = 0; i < BUCKETS; i++)
        for (struct noted *noted = all->buckets[i], *next; noted; noted = next) {
            next = noted->next;
            event_index_free(noted->index);
            free(noted->spans.spans);
            free(noted);
        }
    free(all);
}

static struct all_noted *all_of(struct svcql *svcql)
{
    struct all_noted *all = svcql_kept(svcql, &key);

    if (all || !(all = calloc(1, sizeof *all)))
        return all;
    return svcql_keep_statement(svcql, &key, all, free_all) == SQLITE_OK ? all : NULL;
}

/* What is noted of a file, nothing to begin with; NULL where out of memory. */
static struct noted *noted_of(struct svcql *svcql, const struct stat *file)
{
    struct all_noted *all = all_of(svcql);
    size_t            bucket = ((size_t)file->st_ino ^ (size_t)file->st_dev) % BUCKETS;
    size_t            chunks = (size_t)file->st_size / EVTX_CHUNK_SIZE;
    struct noted     *noted = all ? all->buckets[bucket] : NULL;

    while (noted && !root_unchanged(&noted->file, file))
        noted = noted->next;
    if (noted || !all || !(noted = calloc(1, sizeof *noted)))
        return noted;
    noted->file = *file;
    if (chunks <= EVENT_INDEX_CHUNKS - all->chunks)
        all->chunks += noted->spans.max = chunks;
    noted->next = all->buckets[bucket];
    all->buckets[bucket] = noted;
    return noted;
}

struct event_spans *event_index_spans(struct svcql *svcql, const struct stat *file)
{
    struct noted *noted = noted_of(svcql, file);

    return noted ? &noted->spans : NULL;
}

const struct event_index *event_index_find(struct svcql *svcql, const struct stat *file)
{
    struct noted *noted = noted_of(svcql, file);

    return noted ? noted->index : NULL;
}

bool event_index_keep(struct svcql *svcql, const struct stat *file, struct event_index *index,
                      const struct event_log_stats *stats)
{
    struct noted *noted = index->failed ? NULL : noted_of(svcql, file);

    if (!noted || noted->index || index->n > EVENT_INDEX_EVENTS - all_of(svcql)->events) {
        event_index_free(index);
        return false;
    }
    index->stats = *stats;
    noted->index = index;
    all_of(svcql)->events += index->n;
    return true;
}

/* Making ---------------------------------------------------------------------- */

struct event_index *event_index_new(void)
{
    return calloc(1, sizeof(struct event_index));
}

void event_index_free(struct event_index *index)
{
    if (!index)
        return;
    free(index->chunks);
    free(index->places);
    free(index);
}

/* Whether there is room for an event of a chunk, which is added where it is another than the last. */
static bool add_chunk(struct event_index *index, uint64_t at, bool intact)
{
    if (index->n_chunks && index->chunks[index->n_chunks - 1].at == at)
        return true;
    struct chunk *chunk = ARRAY_REUSE(index->chunks, index->n_chunks, index->room_chunks);
    if (chunk)
        *chunk = (struct chunk){at, (uint32_t)index->n, intact};
    return chunk;
}

void event_index_add(struct event_index *index, uint64_t chunk, bool intact,
                     const struct evtx_record *record, int64_t id)
{
    struct event_place *place = NULL;

    if (!index->failed && index->n < EVENT_INDEX_EVENTS && add_chunk(index, chunk, intact))
        place = ARRAY_REUSE(index->places, index->n, index->room);
    index->failed = !place;
    if (place)
        *place = (struct event_place){record->at & 0xffff, (unsigned)id % ID_COUNT, record->stray,
                                      record->carved};
}

/* Selecting ------------------------------------------------------------------- */

struct event_selection *event_selection_new(const struct event_index *index,
                                            const struct tbl_terms   *ids)
{
    struct event_selection *selection = calloc(1, sizeof *selection);

    if (!selection)
        return NULL;
    selection->index = index;
    for (size_t i = 0; i < ids->n; i++) {
        unsigned id = (unsigned)ids->ints[i] % ID_COUNT;
        selection->ids[id / 8] |= (uint8_t)(1 << id % 8);
    }
    return selection;
}

void event_selection_free(struct event_selection *selection)
{
    free(selection);
}

const struct event_log_stats *event_selection_stats(const struct event_selection *selection)
{
    return &selection->index->stats;
}

int event_selection_next(struct event_selection *selection, struct event_batch *batch)
{
    const struct event_index *index = selection->index;

    batch->n_places = 0;
    while (selection->chunk < index->n_chunks && !batch->n_places) {
        const struct chunk *chunk = &index->chunks[selection->chunk++];
        size_t              end = selection->chunk < index->n_chunks ? chunk[1].places : index->n;
        batch->at = chunk->at;
        batch->intact = chunk->intact;
        for (size_t i = chunk->places; i < end; i++) {
            const struct event_place *place = &index->places[i];
            if (!(selection->ids[place->id / 8] & 1 << place->id % 8))
                continue;
            struct event_place *chosen =
                ARRAY_REUSE(batch->places, batch->n_places, batch->room_places);
            if (!chosen)
                return -ENOMEM;
            *chosen = *place;
        }
    }
    return batch->n_places > 0;
}
