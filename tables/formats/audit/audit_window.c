#include "audit_window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"

#define BUCKETS      2048 /* of the hash of open events; a power of two */
#define KEEP_RECORDS 64   /* an event's array that is longer is freed when it leaves */
#define NO_EVENT     UINT16_MAX

/* An event in the window. Slots are a ring: the oldest leaves first. */
struct slot {
    struct audit_stamp   stamp;
    uint64_t             offset;
    struct audit_record *records; /* owned */
    size_t               n, room;
    uint16_t             bucket, next; /* in the bucket's chain, newest first */
};

struct audit_window {
    char    *data; /* owned: from the oldest open event's first line on */
    size_t   size, room;
    size_t   at;       /* of the first byte not yet split into lines */
    uint64_t base;     /* offset of data[0] in the input */
    bool     overlong; /* inside a line that is too long, until its '\n' */
    bool     ended;
    bool     given; /* the oldest slot was returned by next() and leaves at the next call */

    struct slot slots[AUDIT_WINDOW_EVENTS];
    size_t      first, count;
    uint16_t    buckets[BUCKETS];

    struct slot       *current; /* of the record read last, while it is open */
    struct audit_stamp last;
    char               last_node[64]; /* of the record read last, cut */
    size_t             last_node_size;
    uint64_t           n_records, n_unreadable;
};

int audit_window_new(struct audit_window **ret)
{
    struct audit_window *window = calloc(1, sizeof *window);

    if (!window)
        return -ENOMEM;
    audit_window_restart(window, 0);
    *ret = window;
    return 0;
}

void audit_window_free(struct audit_window *window)
{
    if (!window)
        return;
    for (size_t i = 0; i < AUDIT_WINDOW_EVENTS; i++)
        free(window->slots[i].records);
    free(window->data);
    free(window);
}

void audit_window_restart(struct audit_window *window, uint64_t offset)
{
    window->size = window->at = 0;
    window->base = offset;
    window->overlong = window->ended = window->given = false;
    window->first = window->count = 0;
    window->current = NULL;
    window->last = (struct audit_stamp){0};
    window->n_records = window->n_unreadable = 0;
    memset(window->buckets, 0xff, sizeof window->buckets);
}

const struct audit_stamp *audit_window_stamp(const struct audit_window *window)
{
    return &window->last;
}

uint64_t audit_window_records(const struct audit_window *window)
{
    return window->n_records;
}

uint64_t audit_window_unreadable(const struct audit_window *window)
{
    return window->n_unreadable;
}

/* Slots ---------------------------------------------------------------------- */

static struct slot *oldest(struct audit_window *window)
{
    return &window->slots[window->first];
}

/* The oldest slot's array may be long only while it is in the window. */
static void leave(struct audit_window *window)
{
    struct slot *slot = oldest(window);
    uint16_t    *link = &window->buckets[slot->bucket];

    while (&window->slots[*link] != slot)
        link = &window->slots[*link].next;
    *link = slot->next;
    if (window->current == slot)
        window->current = NULL;
    if (slot->room > KEEP_RECORDS) {
        free(slot->records);
        slot->records = NULL;
        slot->room = 0;
    }
    slot->n = 0;
    window->first = (window->first + 1) % AUDIT_WINDOW_EVENTS;
    window->count--;
}

static bool same_node(const struct audit_record *a, const struct audit_record *b)
{
    return a->node_size == b->node_size &&
           (a->node_size == 0 || memcmp(a->line + a->node, b->line + b->node, a->node_size) == 0);
}

static uint16_t bucket_of(const struct audit_record *record, const struct audit_stamp *stamp)
{
    uint64_t hash =
        stamp->serial * 0x9e3779b97f4a7c15u ^ (uint64_t)stamp->sec ^ (uint64_t)stamp->msec << 32;

    for (size_t i = 0; i < record->node_size; i++)
        hash = (hash ^ (uint8_t)record->line[record->node + i]) * 0x100000001b3u;
    return (uint16_t)((hash ^ hash >> 32) % BUCKETS);
}

static struct slot *find(struct audit_window *window, uint16_t bucket,
                         const struct audit_record *record, const struct audit_stamp *stamp)
{
    for (uint16_t i = window->buckets[bucket]; i != NO_EVENT; i = window->slots[i].next) {
        struct slot *slot = &window->slots[i];
        if (slot->stamp.serial == stamp->serial && slot->stamp.sec == stamp->sec &&
            slot->stamp.msec == stamp->msec && same_node(&slot->records[0], record))
            return slot;
    }
    return NULL;
}

/* The slot of a new event; there must be room in the ring. */
static struct slot *enter(struct audit_window *window, uint16_t bucket,
                          const struct audit_stamp *stamp, uint64_t offset)
{
    uint16_t     i = (uint16_t)((window->first + window->count++) % AUDIT_WINDOW_EVENTS);
    struct slot *slot = &window->slots[i];

    slot->stamp = *stamp;
    slot->offset = offset;
    slot->n = 0;
    slot->bucket = bucket;
    slot->next = window->buckets[bucket];
    window->buckets[bucket] = i;
    return slot;
}

/* Lines ---------------------------------------------------------------------- */

static void remember(struct audit_window *window, const struct audit_record *record,
                     const struct audit_stamp *stamp)
{
    size_t size =
        record->node_size < sizeof window->last_node ? record->node_size : sizeof window->last_node;

    window->last = *stamp;
    window->last_node_size = size;
    memcpy(window->last_node, record->line + record->node, size);
    window->n_records++;
}

/* Undo enter() of the newest slot. */
static void abandon(struct audit_window *window, struct slot *slot)
{
    window->buckets[slot->bucket] = slot->next;
    window->count--;
    window->current = NULL;
}

/* Sort a record into its event. */
static int take_record(struct audit_window *window, const struct audit_record *record,
                       const struct audit_stamp *stamp, uint64_t offset)
{
    uint16_t     bucket = bucket_of(record, stamp);
    struct slot *slot = find(window, bucket, record, stamp);

    remember(window, record, stamp);
    if (!slot && record->id == AUDIT_TYPE_EOE)
        return 0;
    if (!slot)
        slot = enter(window, bucket, stamp, offset);
    struct audit_record *place = ARRAY_REUSE(slot->records, slot->n, slot->room);
    if (!place) {
        if (slot->n == 0)
            abandon(window, slot);
        return -ENOMEM;
    }
    *place = *record;
    window->current = slot;
    return 0;
}

/* Take a line, without its '\n', of the event that the line before it was of. */
static bool take_repeated(struct audit_window *window, const char *line, size_t size)
{
    struct slot         *slot = window->current;
    struct audit_record *place = slot ? ARRAY_REUSE(slot->records, slot->n, slot->room) : NULL;

    if (!place)
        return false;
    if (!audit_record_repeats(line, size, place - 1, place)) {
        slot->n--;
        return false;
    }
    window->n_records++;
    return true;
}

static int take_line(struct audit_window *window, const char *line, size_t size)
{
    struct audit_record record;
    struct audit_stamp  stamp;

    if (take_repeated(window, line, size))
        return 0;
    int r = audit_record_parse(line, size, &record, &stamp);
    if (r < 0) {
        window->n_unreadable += r != -ENODATA || memchr(line, '\0', size) != NULL;
        return 0;
    }
    window->n_unreadable += memchr(line, '\0', size) != NULL; /* what lay there was overwritten */
    return take_record(window, &record, &stamp, window->base + (uint64_t)(line - window->data));
}

/* The bytes up to the next '\n', or at the end of the input all that are left. */
static bool split(struct audit_window *window, const char **ret, size_t *ret_size)
{
    size_t left = window->size - window->at;

    if (!left)
        return false;
    const char *line = window->data + window->at;
    const char *end = memchr(line, '\n', left);
    if (!end && !window->ended)
        return false;
    *ret = line;
    *ret_size = end ? (size_t)(end - line) : left;
    window->at += *ret_size + (end != NULL);
    return true;
}

/* The next line without its '\n'; false where the buffer holds no whole one. What is left of a line
 * that is too long is passed over, and the line counted once. */
static bool next_line(struct audit_window *window, const char **ret, size_t *ret_size)
{
    bool found = split(window, ret, ret_size);

    if (found && window->overlong) {
        window->overlong = false;
        found = split(window, ret, ret_size);
    }
    if (!found && (window->overlong || window->size - window->at > AUDIT_LINE_MAX)) {
        window->n_unreadable += !window->overlong;
        window->overlong = true;
        window->at = window->size;
    }
    return found;
}

/* Whether the oldest event cannot get more records: see audit_window.h. */
static bool is_complete(struct audit_window *window)
{
    const struct slot *slot = oldest(window);

    if (window->count == AUDIT_WINDOW_EVENTS ||
        window->base + window->at - slot->offset > AUDIT_WINDOW_BYTES)
        return true;
    int64_t apart = window->last.sec - slot->stamp.sec;
    if (apart <= AUDIT_WINDOW_SECONDS && apart >= -AUDIT_WINDOW_SECONDS)
        return false;
    const struct audit_record *record = &slot->records[0];
    return record->node_size == window->last_node_size &&
           (!record->node_size ||
            memcmp(record->line + record->node, window->last_node, window->last_node_size) == 0);
}

int audit_window_next(struct audit_window *window, struct audit_event *ret)
{
    const char *line;
    size_t      size;

    if (window->given)
        leave(window);
    window->given = false;
    while (window->count == 0 || !is_complete(window)) {
        if (!next_line(window, &line, &size)) {
            if (!window->ended || window->count == 0)
                return 0;
            break;
        }
        int r = take_line(window, line, size);
        if (r < 0)
            return r;
    }
    const struct slot         *slot = oldest(window);
    const struct audit_record *last = &slot->records[slot->n - 1];
    uint64_t end = window->base + (uint64_t)(last->line + last->size - window->data);
    *ret = (struct audit_event){slot->stamp, slot->offset, end, slot->records, slot->n};
    window->given = true;
    return 1;
}

/* An event once more --------------------------------------------------------- */

static bool same_stamp(const struct audit_stamp *a, const struct audit_stamp *b)
{
    return a->serial == b->serial && a->sec == b->sec && a->msec == b->msec;
}

/* Take the line as the next record of the slot, if it is one of its event. */
static int take_again(struct slot *slot, const char *line, size_t size)
{
    struct audit_stamp   stamp;
    struct audit_record *place = ARRAY_REUSE(slot->records, slot->n, slot->room);

    if (!place)
        return -ENOMEM;
    if (slot->n > 1 && audit_record_repeats(line, size, &slot->records[0], place))
        return 0;
    if (audit_record_parse(line, size, place, &stamp) < 0 ||
        (slot->n > 1 && !(same_stamp(&stamp, &slot->stamp) && same_node(place, &slot->records[0]))))
        slot->n--;
    else
        slot->stamp = stamp;
    return 0;
}

int audit_window_again(struct audit_window *window, const char *data, size_t size, uint64_t offset,
                       struct audit_event *ret)
{
    struct slot *slot = &window->slots[0];
    const char  *end = data + size;
    int          r = 0;

    window->count = 0;
    slot->n = 0;
    for (const char *line = data, *next; r == 0 && line < end; line = next + 1) {
        next = memchr(line, '\n', (size_t)(end - line));
        next = next ? next : end;
        r = take_again(slot, line, (size_t)(next - line));
        if (!slot->n)
            break;
    }
    *ret = (struct audit_event){slot->stamp, offset, offset + size, slot->records, slot->n};
    return r < 0 ? r : slot->n > 0;
}

/* The buffer ----------------------------------------------------------------- */

/* Move the lines of open events by `delta` bytes. */
static void shift(struct audit_window *window, ptrdiff_t delta)
{
    for (size_t i = 0; i < window->count; i++) {
        struct slot *slot = &window->slots[(window->first + i) % AUDIT_WINDOW_EVENTS];
        for (size_t k = 0; k < slot->n; k++)
            slot->records[k].line += delta;
    }
}

/* Drop the bytes that no open event needs. */
static void drop(struct audit_window *window)
{
    size_t from = window->count ? (size_t)(oldest(window)->offset - window->base) : window->at;

    memmove(window->data, window->data + from, window->size - from);
    shift(window, -(ptrdiff_t)from);
    window->base += from;
    window->at -= from;
    window->size -= from;
}

static int grow(struct audit_window *window, size_t needed)
{
    size_t room = window->room ? window->room : 1u << 18;

    while (room < needed)
        room *= 2;
    char *data = malloc(room);
    if (!data)
        return -ENOMEM;
    if (window->size) {
        memcpy(data, window->data, window->size);
        shift(window, data - window->data);
    }
    free(window->data);
    window->data = data;
    window->room = room;
    return 0;
}

/* Room is twice what must be kept, so that keeping it is seldom moved. */
int audit_window_feed(struct audit_window *window, const char *data, size_t size)
{
    if (window->given)
        leave(window);
    window->given = false;
    if (window->room - window->size < size) {
        if (window->size)
            drop(window);
        int r = window->room < 2 * window->size + size ? grow(window, 2 * window->size + size) : 0;
        if (r < 0)
            return r;
    }
    memcpy(window->data + window->size, data, size);
    window->size += size;
    return 0;
}

void audit_window_end(struct audit_window *window)
{
    window->ended = true;
}

void audit_window_cut(struct audit_window *window)
{
    window->at = window->size;
    window->ended = true;
}

bool audit_window_ended(const struct audit_window *window)
{
    return window->ended;
}
