#include "log_seek.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/text/array.h"

#define PLACES      64
#define PROBE_FIRST (2u << 10)  /* bytes read in one place, which nearly always hold a record */
#define PROBE_SIZE  (16u << 10) /* where they do not; the kernel's records are shorter */
#define NEAR        (64u << 10) /* bytes that are read rather than searched */

/* A record found by reading at one place. */
struct place {
    uint64_t offset; /* of its line */
    double   time;
};

struct seeker {
    int        fd;
    log_stamp *stamp;
    void      *arg;
    bool       every; /* all records of a place are stamped, not only those that are sought */
};

/* The first record, or the last, of the whole lines in `room` bytes from an offset on. */
static bool look_for(const struct seeker *s, uint64_t offset, size_t room, bool last,
                     struct place *ret)
{
    char        data[PROBE_SIZE];
    ssize_t     size = pread(s->fd, data, room, (off_t)offset);
    const char *end = data + (size > 0 ? size : 0);
    bool        found = false;
    double      time;

    for (const char *line = data, *next; line < end; line = next + 1) {
        next = memchr(line, '\n', (size_t)(end - line));
        if (!next || (found && !last && !s->every))
            break;
        if ((line == data && offset > 0) || !s->stamp(s->arg, line, (size_t)(next - line), &time))
            continue;
        if (!found || last)
            *ret = (struct place){offset + (uint64_t)(line - data), time};
        found = true;
    }
    return found;
}

/* The first whole line after an offset that is a record. */
static bool look(const struct seeker *s, uint64_t offset, struct place *ret)
{
    return (!s->every && look_for(s, offset, PROBE_FIRST, false, ret)) ||
           look_for(s, offset, PROBE_SIZE, false, ret);
}

/* The last record of a file. */
static bool look_last(const struct seeker *s, uint64_t size, struct place *ret)
{
    return look_for(s, size > PROBE_SIZE ? size - PROBE_SIZE : 0, PROBE_SIZE, true, ret);
}

/* Sample the whole file, its end too. Narrow [*low, *high) to the place of `min`; false where time goes back. */
static bool survey(const struct seeker *s, uint64_t size, double min, uint64_t *low, uint64_t *high)
{
    double latest = -INFINITY;

    for (uint64_t i = 0; i <= PLACES; i++) {
        struct place place;
        if (!(i < PLACES ? look(s, size / PLACES * i, &place) : look_last(s, size, &place)))
            continue;
        if (place.time < latest - LOG_SEEK_SLACK)
            return false;
        latest = fmax(latest, place.time);
        if (place.offset >= *high)
            continue;
        if (place.time < min)
            *low = place.offset;
        else
            *high = place.offset;
    }
    return true;
}

/* Narrow [*low, *high) further, to `room` bytes or less. */
static void narrow(const struct seeker *s, double time, uint64_t room, uint64_t *low,
                   uint64_t *high)
{
    struct place place;

    while (*high - *low > room) {
        uint64_t middle = *low + (*high - *low) / 2;
        if (!look(s, middle, &place) || place.time >= time || place.offset >= *high)
            *high = middle;
        else
            *low = place.offset;
    }
}

/* Whether time rises from each place to the next, at distances from an offset that grow by a quarter of themselves, up
 * to the beginning of the file or its end. A clock that was set back and reached the time of that offset again needed
 * at least half of the lines between both to do so, thus one of these places is among them. */
static bool rises_from(const struct seeker *s, uint64_t offset, uint64_t size, bool forward)
{
    uint64_t     room = forward ? size - offset : offset;
    struct place before, place;

    if (!look(s, offset, &before))
        return true;
    for (uint64_t distance = PROBE_FIRST; distance < room; distance += distance / 4) {
        if (!look(s, forward ? offset + distance : offset - distance, &place))
            continue;
        double step = place.time - before.time;
        if ((forward ? step : -step) < -LOG_SEEK_SLACK)
            return false;
        before = place;
    }
    return true;
}

struct log_stretch log_seek(int fd, double min, double max, log_stamp *stamp, void *arg)
{
    struct seeker s = {fd, stamp, arg, false};
    struct stat   st;
    struct place  place;

    if (fstat(fd, &st) < 0 || st.st_size < NEAR)
        return (struct log_stretch){0};
    uint64_t size = (uint64_t)st.st_size, low = 0, high = size, past = 0, end = size;
    min -= LOG_SEEK_SLACK;
    max += LOG_SEEK_SLACK;
    if (!look(&s, 0, &place) || !survey(&s, size, min, &low, &high))
        return (struct log_stretch){0};
    narrow(&s, min, NEAR, &low, &high);
    if (!rises_from(&s, low, size, false))
        return (struct log_stretch){0};
    if (max < INFINITY) {
        survey(&s, size, max, &past, &end);
        narrow(&s, max, 2 * PROBE_FIRST, &past, &end);
        if (!rises_from(&s, past, size, false) || !rises_from(&s, past, size, true))
            return (struct log_stretch){0};
    }
    return (struct log_stretch){low, true};
}

/* Widen the ends by two times, of which `inner` is nearer to the middle. */
static void widen(struct tbl_ends *ends, double first, double inner_first, double inner_last,
                  double last)
{
    ends->first = fmin(ends->first, first);
    ends->near_first = fmin(ends->near_first, inner_first);
    ends->last = fmax(ends->last, last);
    ends->near_last = fmax(ends->near_last, inner_last);
}

bool log_ends(int fd, log_stamp *stamp, void *arg, struct tbl_ends *ends)
{
    struct seeker s = {fd, stamp, arg, false};
    struct stat   st;
    struct place  first, near_first, near_last, last;
    uint64_t      low = 0, high = UINT64_MAX;

    if (fstat(fd, &st) < 0 || st.st_size == 0)
        return true;
    uint64_t size = (uint64_t)st.st_size, near = size < 2 * NEAR ? size / 2 : NEAR;
    if (!look(&s, 0, &first) || !survey(&s, size, -INFINITY, &low, &high) ||
        !look_last(&s, size, &last))
        return false;
    if (!look(&s, near, &near_first) || !look(&s, size - near, &near_last))
        near_first = first, near_last = last;
    widen(ends, first.time, near_first.time, near_last.time, last.time);
    return true;
}

/* Outlines ------------------------------------------------------------------------- */

#define PARTS_MAX 20000

struct outliner {
    struct seeker       seeker;
    double              apart;
    struct log_outline *ret;
};

/* Parts are added in their order, but for the last one, which may begin within those before it. As the
 * functions below: 1, 0 or -ENOMEM, as log_outline(). */
static int add_part(struct log_outline *outline, uint64_t start, uint64_t end)
{
    struct log_part *last;

    for (; outline->n && outline->parts[outline->n - 1].end >= start; outline->n--) {
        last = &outline->parts[outline->n - 1];
        start = last->start < start ? last->start : start;
        end = last->end > end ? last->end : end;
    }
    if (outline->n == PARTS_MAX)
        return 0;
    if (!(last = ARRAY_ADD(outline->parts, outline->n)))
        return -ENOMEM;
    *last = (struct log_part){start, end};
    return 1;
}

/* Add what is between two records. */
static int divide(struct outliner *o, const struct place *low, const struct place *high)
{
    struct place middle;

    if (high->time - low->time <= o->apart)
        return 1;
    if (high->offset - low->offset <= NEAR)
        return add_part(o->ret, low->offset, high->offset + PROBE_SIZE);
    if (!look(&o->seeker, low->offset + (high->offset - low->offset) / 2, &middle) ||
        middle.offset >= high->offset || middle.time < low->time - LOG_SEEK_SLACK ||
        middle.time > high->time + LOG_SEEK_SLACK)
        return 0;
    int r = divide(o, low, &middle);
    if (r > 0)
        r = add_part(o->ret, middle.offset, middle.offset + PROBE_SIZE);
    return r > 0 ? divide(o, &middle, high) : r;
}

static int outline_of(struct outliner *o, uint64_t size)
{
    uint64_t     low = 0, high = UINT64_MAX;
    struct place first, near_last, last;

    if (size < 4 * NEAR || !look(&o->seeker, 0, &first) ||
        !survey(&o->seeker, size, -INFINITY, &low, &high) ||
        !look(&o->seeker, size - NEAR, &near_last) || !look_last(&o->seeker, size, &last))
        return 0;
    int r = add_part(o->ret, 0, NEAR);
    if (r > 0)
        r = divide(o, &first, &last);
    return r > 0 ? add_part(o->ret, near_last.offset, size) : r;
}

int log_outline(int fd, double apart, log_stamp *stamp, void *arg, struct log_outline *ret)
{
    struct log_outline outline = {0};
    struct outliner    o = {{fd, stamp, arg, true}, apart, &outline};
    struct stat        st;

    int r = fstat(fd, &st) < 0 || st.st_size < 0 ? 0 : outline_of(&o, (uint64_t)st.st_size);
    if (r > 0)
        *ret = outline;
    else
        free(outline.parts);
    return r;
}
