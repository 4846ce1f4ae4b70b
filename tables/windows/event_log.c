#include "event_log.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/log/stream.h"
#include "formats/text/byte_order.h"

#define SPARE    60.0 /* seconds that records may be out of order by */
#define HEAD     541  /* bytes of a chunk up to and with the first token of its first record */
#define EARLIEST 946684800.0 /* 2000-01-01 */

#define SEEN_BITS 16

struct event_log {
    struct stream     *stream;
    uint64_t           size; /* UINT64_MAX: not known before its end */
    uint64_t           next; /* offset of the next chunk */
    uint64_t           at;   /* offset of the chunk being read */
    struct event_range range;
    enum {
        NOT_KNOWN,
        AS_RECORDS,
        OTHERS
    } numbers;                     /* of the events read so far, beside their records' */
    double                 before; /* when the last record of the chunk before was written */
    bool                   open_chunk, intact;
    struct evtx_reader    *reader;
    struct event_log_stats stats;
    uint64_t               seen[1 << SEEN_BITS]; /* of live events, the last for each slot */
    uint8_t                chunk[EVTX_CHUNK_SIZE];
};

/* What was lost of a compressed file is -EBADMSG, the rest of a file -EIO. */
static int read_at(struct stream *stream, uint64_t at, void *data, size_t size, size_t *ret_read)
{
    int r = stream_at(stream, at, data, size, ret_read);

    return r == 0 || r == -ECANCELED || !stream_plain(stream) ? r : -EIO;
}

/* Whether a piece of 64 KiB that is not a chunk is unused or damaged. */
static bool is_empty(const uint8_t *data, size_t size)
{
    return data[0] == 0 && memcmp(data, data + 1, size - 1) == 0;
}

static int read_header(struct event_log *log)
{
    struct evtx_header header;
    uint8_t            bytes[128];
    size_t             size;

    int r = read_at(log->stream, 0, bytes, sizeof bytes, &size);
    if (r)
        return r;
    if (evtx_header_parse(bytes, size, &header) == 0) {
        log->next = EVTX_HEADER_SIZE;
        log->stats.dirty = header.dirty;
        log->stats.counted = header.n_chunks;
    } else {
        log->stats.headerless = true;
    }
    return 0;
}

int event_log_open(struct stream *stream, const struct event_range *range, struct event_log **ret)
{
    struct event_log *log = calloc(1, sizeof *log);
    int64_t           size = stream_size(stream);

    if (!log) {
        stream_close(stream);
        return -ENOMEM;
    }
    log->stream = stream;
    log->size = size < 0 ? UINT64_MAX : (uint64_t)size;
    log->range = *range;
    log->before = -INFINITY;
    int r = evtx_reader_new(&log->reader);
    if (!r)
        r = read_header(log);
    if (r)
        event_log_close(log);
    else
        *ret = log;
    return r;
}

void event_log_close(struct event_log *log)
{
    if (!log)
        return;
    stream_close(log->stream);
    evtx_reader_free(log->reader);
    free(log);
}

/* Ranges of time ------------------------------------------------------------------ */

/* When a record was written; NAN where its header does not say, as the last of an exported log. */
static double written(const uint8_t *bytes, size_t size, size_t at)
{
    if (at > size || size - at < 24 || memcmp(bytes + at, "**\0\0", 4) != 0)
        return NAN;
    double time = evtx_filetime(le64(bytes + at + 16));
    return time >= EARLIEST ? time : NAN;
}

/* Whether there is an old record after the last one of a chunk. Where it cannot be read, one may.
 * */
static bool has_old_records(const struct event_log *log, uint64_t at, uint32_t from)
{
    uint8_t slack[EVTX_CHUNK_SIZE];
    size_t  size;

    return read_at(log->stream, at + from, slack, EVTX_CHUNK_SIZE - from, &size) != 0 ||
           memmem(slack, size, "**\0\0", 4) != NULL;
}

/* Whether a chunk has none of the wanted numbers. */
static bool without_ids(const struct event_log *log, const struct evtx_chunk *header, uint64_t last)
{
    size_t low = 0, high = log->range.n_ids;

    if (!high || log->numbers != AS_RECORDS || header->last_record != last ||
        header->first_record > last)
        return false;
    while (low < high) { /* the first that is not below the chunk's first */
        size_t middle = low + (high - low) / 2;
        if (log->range.ids[middle] < 0 || (uint64_t)log->range.ids[middle] < header->first_record)
            low = middle + 1;
        else
            high = middle;
    }
    return low == log->range.n_ids || (uint64_t)log->range.ids[low] > last;
}

/* Whether the chunk at `next` is outside the range, by a few bytes of it. */
static bool outside(struct event_log *log)
{
    struct evtx_chunk header;
    uint8_t           head[HEAD], tail[24];
    size_t            n_head, n_tail;
    double            before = log->before;

    log->before = NAN;
    if (read_at(log->stream, log->next, head, sizeof head, &n_head) != 0 || n_head < sizeof head ||
        evtx_chunk_parse(head, n_head, &header) != 0 || !header.header_intact ||
        read_at(log->stream, log->next + header.last_at, tail, sizeof tail, &n_tail) != 0)
        return false;
    double first = written(head, n_head, 512), last = written(tail, n_tail, 0);
    bool   forwarded = head[HEAD - 1] != 0x0c; /* no template instance */
    log->before = last;
    if (n_tail == sizeof tail && le64(head + 512 + 8) == header.first_record &&
        without_ids(log, &header, le64(tail + 8)) &&
        !has_old_records(log, log->next, header.free_at))
        return true;
    if (isnan(first) || isnan(last) || isnan(before) || forwarded || last < first ||
        first < before - SPARE)
        return false;
    return (fmin(first, before) - SPARE > log->range.max || last + SPARE < log->range.min) &&
           !has_old_records(log, log->next, header.free_at);
}

struct ends_search {
    struct stream        *stream;
    uint64_t              chunks; /* that the file has room for */
    bool                  silent; /* a record does not say when it was written */
    struct event_log_ends ends;
};

/* Widen the ends by a chunk's; nothing where it has no records. */
static void widen(struct ends_search *search, uint64_t chunk)
{
    struct event_log_ends *ends = &search->ends;
    struct evtx_chunk      header;
    uint8_t                head[HEAD], tail[24];
    uint64_t               at = EVTX_HEADER_SIZE + chunk * EVTX_CHUNK_SIZE;
    size_t                 n_head, n_tail;

    if (chunk >= search->chunks || read_at(search->stream, at, head, sizeof head, &n_head) != 0 ||
        n_head < sizeof head || evtx_chunk_parse(head, n_head, &header) != 0 ||
        memcmp(head + 512, "**\0\0", 4) != 0 ||
        read_at(search->stream, at + header.last_at, tail, sizeof tail, &n_tail) != 0)
        return;
    double first = written(head, n_head, 512), last = written(tail, n_tail, 0);
    search->silent |= isnan(first) || isnan(last);
    if (first < ends->first) {
        ends->first = first;
        ends->first_chunk_ends = fmax(first, last);
    }
    if (last > ends->last) {
        ends->last = last;
        ends->last_chunk_begins = fmin(first, last);
    }
}

bool event_log_ends(struct stream *stream, struct event_log_ends *ret)
{
    struct ends_search search = {.stream = stream, .ends = *ret};
    struct evtx_header header;
    uint8_t            bytes[128];
    size_t             size;
    int64_t            whole = stream_size(stream);

    if (whole < (int64_t)sizeof bytes || read_at(stream, 0, bytes, sizeof bytes, &size) != 0 ||
        evtx_header_parse(bytes, size, &header) != 0)
        return false;
    search.chunks = ((uint64_t)whole - sizeof bytes) / EVTX_CHUNK_SIZE;
    widen(&search, 0);
    widen(&search, search.chunks - 1);
    widen(&search, header.first_chunk);
    widen(&search, header.last_chunk);
    if (search.silent)
        return false;
    *ret = search.ends;
    return true;
}

/* Chunks -------------------------------------------------------------------------- */

static void account(struct event_log *log)
{
    if (log->open_chunk)
        log->stats.lost += evtx_lost(log->reader);
    log->open_chunk = false;
}

/* Step over bytes that are not a chunk, to the next chunk off the grid or to the next place. */
static void step_over(struct event_log *log, size_t size)
{
    size_t found = evtx_find_chunk(log->chunk, size, 1);

    if (!is_empty(log->chunk, size))
        log->stats.damaged++;
    if (found < size)
        log->next += found;
    else if (log->stats.headerless && size == EVTX_CHUNK_SIZE)
        log->next += size - 7; /* the signature may cross the end */
    else
        log->next += size;
}

static bool on_grid(const struct event_log *log)
{
    return !log->stats.headerless && log->next >= EVTX_HEADER_SIZE &&
           (log->next - EVTX_HEADER_SIZE) % EVTX_CHUNK_SIZE == 0;
}

/* Read the bytes at `next`, and what is missing of a chunk as zeros. */
static int fill(struct event_log *log, size_t *ret_size)
{
    int r = read_at(log->stream, log->next, log->chunk, EVTX_CHUNK_SIZE, ret_size);

    if (r == 0 && *ret_size < EVTX_CHUNK_SIZE)
        memset(log->chunk + *ret_size, 0, EVTX_CHUNK_SIZE - *ret_size);
    return r;
}

static void begin_chunk(struct event_log *log, const struct evtx_chunk *chunk, size_t size)
{
    log->at = log->next;
    log->next += size;
    log->open_chunk = true;
    log->intact = chunk->header_intact && size == EVTX_CHUNK_SIZE && evtx_chunk_intact(log->chunk);
    log->stats.chunks++;
    log->stats.bad_checksums += !log->intact;
    if (size < EVTX_CHUNK_SIZE)
        log->stats.cut += EVTX_CHUNK_SIZE - size;
}

/* Load the next chunk that may hold wanted records: 1, 0 at the end, or a negative errno. */
static int next_chunk(struct event_log *log)
{
    bool              ranged = !isinf(log->range.min) || !isinf(log->range.max) || log->range.n_ids;
    struct evtx_chunk chunk;
    size_t            size;

    account(log);
    while (log->next < log->size) {
        if (ranged && on_grid(log) && outside(log)) {
            log->next += EVTX_CHUNK_SIZE;
            log->stats.unread++;
            continue;
        }
        int r = fill(log, &size);
        if (r)
            return r;
        if (size == 0)
            break;
        if (evtx_load(log->reader, log->chunk, !on_grid(log), &chunk) == 0) {
            begin_chunk(log, &chunk, size);
            return 1;
        }
        step_over(log, size);
    }
    log->stats.ended = true;
    return 0;
}

/* A number that two events share only if they are one: its record number and time, mixed. */
static uint64_t identity(const struct evtx_event *event)
{
    const struct evtx_value *time = &event->system[EVTX_TIME_CREATED];
    uint64_t                 filetime = 0;
    int64_t                  id = 0;

    evtx_value_int(&event->system[EVTX_RECORD_ID], &id);
    if (time->size == sizeof filetime)
        filetime = le64(time->data);
    uint64_t mixed = ((uint64_t)id * 0x9e3779b97f4a7c15u) ^ filetime;
    return (mixed ^ mixed >> 32) * 0xd6e8feb86659fd93u;
}

/* Whether an event is not to be given: old bytes of chunks before are often left in slack, so what
 * is carved may be a copy of a live event that was given. Remembers the live ones; of a file without a
 * header, whose chunks may be in any order and more than once, all. */
static bool is_copy(struct event_log *log, const struct evtx_record *record,
                    const struct evtx_event *event)
{
    uint64_t  key = identity(event);
    uint64_t *slot = &log->seen[key >> (64 - SEEN_BITS)];
    bool      loose = log->stats.headerless;

    if (*slot == key && (record->stray || loose))
        return true;
    if (!record->stray || loose)
        *slot = key;
    return false;
}

/* Note whether the event has the number of its record. */
static void compare_numbers(struct event_log *log, const struct evtx_record *record,
                            const struct evtx_event *event)
{
    int64_t id = -1;

    if (record->carved)
        return;
    evtx_value_int(&event->system[EVTX_RECORD_ID], &id);
    if (id < 0 || (uint64_t)id != record->id)
        log->numbers = OTHERS;
    else if (log->numbers == NOT_KNOWN)
        log->numbers = AS_RECORDS;
}

static void count_failure(struct event_log *log, const struct evtx_record *record)
{
    if (record->carved)
        log->stats.stale++;
    else
        log->stats.skipped++;
}

int event_log_next(struct event_log *log, struct evtx_record *ret_record,
                   struct evtx_event *ret_event)
{
    for (;;) {
        while (log->open_chunk && evtx_next(log->reader, ret_record) > 0) {
            int r = evtx_decode(log->reader, ret_record, ret_event);
            if (r == -ENOMEM)
                return r;
            if (r) {
                count_failure(log, ret_record);
                continue;
            }
            if (is_copy(log, ret_record, ret_event)) {
                log->stats.copies++;
                continue;
            }
            compare_numbers(log, ret_record, ret_event);
            log->stats.records++;
            log->stats.carved += ret_record->carved;
            return 1;
        }
        int r = next_chunk(log);
        if (r <= 0)
            return r;
    }
}

uint64_t event_log_offset(const struct event_log *log, const struct evtx_record *record)
{
    return log->at + record->at;
}

bool event_log_intact(const struct event_log *log)
{
    return log->intact;
}

struct evtx_reader *event_log_reader(struct event_log *log)
{
    return log->reader;
}

struct event_log_stats event_log_stats(const struct event_log *log)
{
    struct event_log_stats stats = log->stats;

    if (log->open_chunk)
        stats.lost += evtx_lost(log->reader);
    return stats;
}
