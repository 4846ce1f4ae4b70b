#include "event_log.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "event_index.h"
#include "event_pool.h"
#include "formats/log/stream.h"
#include "formats/text/array.h"
#include "formats/text/byte_order.h"

#define SPARE    60.0 /* seconds that records may be out of order by */
#define HEAD     541  /* bytes of a chunk up to and with the first token of its first record */
#define EARLIEST 946684800.0 /* 2000-01-01 */

#define SEEN_BITS 16
#define ALONE_CHUNKS                                                                               \
    16 /* that are read before other threads begin, and that a log must have after them */

struct event_log {
    struct stream          *stream;
    uint64_t                size;    /* UINT64_MAX: not known before its end */
    uint64_t                next;    /* offset of the next chunk to be read */
    uint64_t                damaged; /* pieces before that which are neither chunks nor empty */
    struct event_range      range;
    unsigned                threads; /* that may begin */
    struct event_selection *selection;
    struct event_spans     *spans;
    enum {
        NOT_KNOWN,
        AS_RECORDS,
        OTHERS
    } numbers;                        /* of the events read so far, beside their records' */
    double                    before; /* when the last record of the chunk before was written */
    struct event_pool        *pool;
    struct event_batch       *batch; /* whose entries are given; NULL: none */
    const struct event_entry *entry; /* the one at hand */
    size_t                    at;    /* index of the next entry */
    int      end; /* of the reading: 1 it goes on, 0 all is read, or a negative errno */
    uint64_t given, asked[EVENT_RENDERS]; /* events; texts of them */
    struct event_log_stats stats;
    uint64_t               seen[1 << SEEN_BITS]; /* of live events, the last for each slot */
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

bool event_log_ranged(const struct event_range *range)
{
    return !isinf(range->min) || !isinf(range->max) || range->n_ids ||
           range->hole_min < range->hole_max;
}

int event_log_open(struct stream *stream, const struct event_want *want, struct event_log **ret)
{
    struct event_log *log = calloc(1, sizeof *log);
    int64_t           size = stream_size(stream);

    if (!log) {
        stream_close(stream);
        return -ENOMEM;
    }
    log->stream = stream;
    log->size = size < 0 ? UINT64_MAX : (uint64_t)size;
    log->range = want->range;
    log->spans = want->spans;
    log->threads = event_log_ranged(&want->range) ? 1 : want->threads;
    log->before = -INFINITY;
    log->end = 1;
    int r = event_pool_new(want->filter, &log->pool);
    if (!r && want->selection) {
        log->selection = want->selection;
        log->threads = 1;
        log->stats = *event_selection_stats(log->selection);
    } else if (!r) {
        r = read_header(log);
    }
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
    event_pool_free(log->pool);
    stream_close(log->stream);
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

/* A chunk from its last record on, at `from`. */
struct chunk_end {
    uint32_t from;
    size_t   size;
    uint8_t  bytes[EVTX_CHUNK_SIZE + 24];
};

static int read_end(const struct event_log *log, uint32_t from, struct chunk_end *ret)
{
    size_t rest = from < EVTX_CHUNK_SIZE ? EVTX_CHUNK_SIZE - from : 0;

    ret->from = from;
    return read_at(log->stream, log->next + from, ret->bytes, rest > 24 ? rest : 24, &ret->size);
}

/* Whether there is an old record in the free space of a chunk. Where that begins before the last record, one may. The
 * space is mostly zeros, which the mark of a record ends with: its first byte is searched. */
static bool has_old_records(const struct chunk_end *end, uint32_t free_at)
{
    static const char mark[] = {'*', '*', 0, 0};

    if (free_at < end->from)
        return true;
    size_t         size = EVTX_CHUNK_SIZE - end->from;
    const uint8_t *stop = end->bytes + (end->size < size ? end->size : size);
    const uint8_t *at = end->bytes + (free_at - end->from);
    for (; at < stop && (at = memchr(at, mark[0], (size_t)(stop - at))); at++)
        if ((size_t)(stop - at) >= sizeof mark && memcmp(at, mark, sizeof mark) == 0)
            return true;
    return false;
}

/* Read the span of the chunk at `next`. */
static struct event_span read_span(const struct event_log *log)
{
    struct event_span span = {-INFINITY, INFINITY, NAN, 0, UINT64_MAX};
    struct evtx_chunk header;
    struct chunk_end  end;
    uint8_t           head[HEAD];
    size_t            n_head;

    if (read_at(log->stream, log->next, head, sizeof head, &n_head) != 0 || n_head < sizeof head ||
        evtx_chunk_parse(head, n_head, &header) != 0 || !header.header_intact ||
        read_end(log, header.last_at, &end) != 0)
        return span;
    double first = written(head, n_head, 512), last = written(end.bytes, end.size, 0);
    bool   forwarded = head[HEAD - 1] != 0x0c; /* no template instance */
    span.written = last;
    if (has_old_records(&end, header.free_at))
        return span;
    if (end.size >= 24 && le64(head + 512 + 8) == header.first_record &&
        le64(end.bytes + 8) == header.last_record && header.first_record <= header.last_record) {
        span.first_id = header.first_record;
        span.last_id = header.last_record;
    }
    if (!isnan(first) && !isnan(last) && !isnan(log->before) && !forwarded && last >= first &&
        first >= log->before - SPARE) {
        span.first = fmin(first, log->before) - SPARE;
        span.last = last + SPARE;
    }
    return span;
}

/* The same, kept for the next scans. Each asks for the chunks in their order. */
static struct event_span span_of(const struct event_log *log)
{
    struct event_spans *known = log->spans;
    uint64_t            chunk = (log->next - EVTX_HEADER_SIZE) / EVTX_CHUNK_SIZE;

    if (known && chunk < known->n)
        return known->spans[chunk];
    struct event_span  span = read_span(log);
    struct event_span *kept = known && chunk == known->n && chunk < known->max
                                  ? ARRAY_REUSE(known->spans, known->n, known->room)
                                  : NULL;
    if (kept)
        *kept = span;
    return span;
}

/* Whether a chunk has none of the wanted numbers. */
static bool without_ids(const struct event_log *log, const struct event_span *span)
{
    size_t low = 0, high = log->range.n_ids;

    if (!high || log->numbers != AS_RECORDS || span->last_id == UINT64_MAX)
        return false;
    while (low < high) { /* the first that is not below the chunk's first */
        size_t middle = low + (high - low) / 2;
        if (log->range.ids[middle] < 0 || (uint64_t)log->range.ids[middle] < span->first_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low == log->range.n_ids || (uint64_t)log->range.ids[low] > span->last_id;
}

/* Whether no record between two times is wanted. */
static bool is_unwanted(const struct event_range *range, double first, double last)
{
    return first > range->max || last < range->min ||
           (first > range->hole_min && last < range->hole_max);
}

/* Whether the chunk at `next` is outside the range, by a few bytes of it. */
static bool outside(struct event_log *log)
{
    struct event_span span = span_of(log);

    log->before = span.written;
    return without_ids(log, &span) || is_unwanted(&log->range, span.first, span.last);
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

/* Step over bytes that are not a chunk, to the next chunk off the grid or to the next place. */
static void step_over(struct event_log *log, const uint8_t *bytes, size_t size)
{
    bool   empty = is_empty(bytes, size);
    size_t found = empty ? size : evtx_find_chunk(bytes, size, 1);

    log->damaged += !empty;
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
static int fill(struct event_log *log, struct event_batch *batch)
{
    int r = read_at(log->stream, log->next, batch->chunk, EVTX_CHUNK_SIZE, &batch->size);

    if (r == 0 && batch->size < EVTX_CHUNK_SIZE)
        memset(batch->chunk + batch->size, 0, EVTX_CHUNK_SIZE - batch->size);
    return r;
}

/* Read the next chunk with selected records: 1, 0 at the end, or a negative errno. */
static int read_selected(struct event_log *log, struct event_batch *batch)
{
    int r;

    while ((r = event_selection_next(log->selection, batch)) > 0) {
        log->next = batch->at;
        if ((r = fill(log, batch)) < 0)
            return r;
        if (evtx_chunk_parse(batch->chunk, EVTX_CHUNK_SIZE, &batch->header) == 0)
            return 1;
        log->stats.skipped += batch->n_places; /* it was overwritten meanwhile */
    }
    return r;
}

/* Read the next chunk that may hold wanted records: 1, 0 at the end, or a negative errno. */
static int read_chunk(struct event_log *log, struct event_batch *batch)
{
    bool ranged = event_log_ranged(&log->range);

    if (log->selection)
        return read_selected(log, batch);
    while (log->next < log->size) {
        if (ranged && on_grid(log) && outside(log)) {
            log->next += EVTX_CHUNK_SIZE;
            log->stats.unread++;
            continue;
        }
        int r = fill(log, batch);
        if (r)
            return r;
        if (batch->size == 0)
            break;
        if (evtx_chunk_parse(batch->chunk, EVTX_CHUNK_SIZE, &batch->header) == 0) {
            batch->at = log->next;
            batch->loose = !on_grid(log);
            batch->damaged = log->damaged;
            log->next += batch->size;
            return 1;
        }
        step_over(log, batch->chunk, batch->size);
    }
    return 0;
}

/* Let other threads help once a log turns out to be long. They make the texts that nearly all events so far were
 * asked for. */
static void start_threads(struct event_log *log)
{
    unsigned render = 0;

    if (log->threads < 2 || log->stats.chunks < ALONE_CHUNKS || log->next >= log->size ||
        log->size - log->next < ALONE_CHUNKS * EVTX_CHUNK_SIZE)
        return;
    for (unsigned i = 0; i < EVENT_RENDERS; i++)
        if (log->asked[i] >= log->given - log->given / 4)
            render |= 1u << i;
    event_pool_start(log->pool, log->threads, log->given ? render : 0);
    log->threads = 1;
}

static void begin_batch(struct event_log *log)
{
    const struct event_batch *batch = log->batch;

    log->at = 0;
    log->stats.skipped += batch->changed;
    if (log->selection)
        return;
    log->stats.chunks++;
    log->stats.damaged = batch->damaged;
    log->stats.lost += batch->lost;
    log->stats.bad_checksums += !batch->intact;
    log->stats.cut += EVTX_CHUNK_SIZE - batch->size;
}

/* The next batch: 1, 0 at the end, or a negative errno. What ends the reading comes after what was read. */
static int next_batch(struct event_log *log)
{
    struct event_batch *batch;

    if (log->batch)
        event_pool_release(log->pool);
    log->batch = NULL;
    start_threads(log);
    while (log->end > 0 && (batch = event_pool_free_batch(log->pool)))
        if ((log->end = read_chunk(log, batch)) > 0)
            event_pool_put(log->pool);
    log->batch = event_pool_take(log->pool);
    if (!log->batch) {
        log->stats.ended = log->end == 0;
        if (!log->selection)
            log->stats.damaged = log->damaged;
        return log->end;
    }
    if (log->batch->error < 0)
        return log->batch->error;
    begin_batch(log);
    return 1;
}

/* Whether an event is not to be given: old bytes of chunks before are often left in slack, so what
 * is carved may be a copy of a live event that was given. Remembers the live ones; of a file without a
 * header, whose chunks may be in any order and more than once, all. */
static bool is_copy(struct event_log *log, const struct event_entry *entry)
{
    uint64_t *slot = &log->seen[entry->identity >> (64 - SEEN_BITS)];
    bool      loose = log->stats.headerless;

    if (*slot == entry->identity && (entry->record.stray || loose))
        return true;
    if (!entry->record.stray || loose)
        *slot = entry->identity;
    return false;
}

/* Note whether the event has the number of its record. */
static void compare_numbers(struct event_log *log, const struct event_entry *entry)
{
    if (entry->record.carved)
        return;
    if (entry->number < 0 || (uint64_t)entry->number != entry->record.id)
        log->numbers = OTHERS;
    else if (log->numbers == NOT_KNOWN)
        log->numbers = AS_RECORDS;
}

/* Count a record; false where it gives no event: it was not decoded, or it is a copy. */
static bool count_record(struct event_log *log, const struct event_entry *entry)
{
    if (log->selection) {
        log->stats.skipped += entry->error < 0; /* it was overwritten meanwhile */
        return !entry->error;
    }
    if (entry->error) {
        *(entry->record.carved ? &log->stats.stale : &log->stats.skipped) += 1;
        return false;
    }
    if (is_copy(log, entry)) {
        log->stats.copies++;
        return false;
    }
    compare_numbers(log, entry);
    log->stats.records++;
    log->stats.carved += entry->record.carved;
    return true;
}

int event_log_next(struct event_log *log, const struct event_entry **ret)
{
    for (;;) {
        while (log->batch && log->at < log->batch->n) {
            log->entry = &log->batch->entries[log->at++];
            if (!count_record(log, log->entry) || !log->entry->event)
                continue;
            log->given++;
            *ret = log->entry;
            return 1;
        }
        int r = next_batch(log);
        if (r <= 0)
            return r;
    }
}

const char *event_log_text(struct event_log *log, enum event_render which, struct buffer *room,
                           bool *ret_failed)
{
    const struct event_ahead *ahead = &log->entry->texts[which];
    int                       r = 0;

    log->asked[which]++;
    if (ahead->at != SIZE_MAX)
        return ahead->text;
    if (which == EVENT_RENDER_DATA)
        evtx_pairs_json(log->entry->event, room);
    else
        r = event_batch_xml(log->batch, &log->entry->record, room);
    const char *text = r == 0 ? buffer_text(room) : NULL;
    *ret_failed |= r == -ENOMEM || (r == 0 && !text);
    return text;
}

uint64_t event_log_offset(const struct event_log *log, const struct evtx_record *record)
{
    return log->batch->at + record->at;
}

bool event_log_intact(const struct event_log *log)
{
    return log->batch->intact;
}

struct event_log_stats event_log_stats(const struct event_log *log)
{
    return log->stats;
}
