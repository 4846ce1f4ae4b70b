#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "expander.h"
#include "formats/text/input.h"

#define BLOCK ((size_t)64 << 10) /* bytes read, and expanded, at a time */

struct stream {
    struct stream_from from;
    int                fd;       /* of a plain file or what is compressed in one; -1: none */
    struct expander   *expander; /* NULL: not compressed */
    int                status;   /* negative errno that ended the input; reported after the text */
    bool               ended;

    /* Expanded text: data[begin, end) is not yet returned. One byte more than `room` is allocated
     * for the NUL after a last line. */
    char    *data;
    size_t   begin, end, room;
    uint64_t offset;   /* of data[begin] in the expanded text */
    uint64_t returned; /* offset of what was returned last */
    uint64_t overlong;
    bool     skipping; /* the rest of an overlong line comes next */
};

/* Text ---------------------------------------------------------------------- */

/* Make room for a further block after the text, moving or growing it. */
static int make_room(struct stream *s)
{
    if (s->room - s->end >= BLOCK / 2)
        return 0;

    size_t left = s->end - s->begin;
    if (s->begin >= s->room / 2) {
        memmove(s->data, s->data + s->begin, left);
        s->begin = 0;
        s->end = left;
        return 0;
    }
    char *data = realloc(s->data, 2 * s->room + 1);
    if (!data)
        return input_fault(-ENOMEM);
    s->data = data;
    s->room *= 2;
    return 0;
}

/* Read what there is room for, once: bytes, 0 at the end, or a negative errno. */
static ssize_t add_some(struct stream *s)
{
    size_t  room = s->room - s->end;
    ssize_t n = s->expander ? expander_read(s->expander, s->data + s->end, room)
                            : s->from.read(s->from.data, s->data + s->end, room);

    s->end += n > 0 ? (size_t)n : 0;
    return n;
}

/* Add text. Returns 1, or 0 where the input has ended, well or with s->status. What is not plain may come in
 * small parts, as the members of gzip that a file was put together of: a block tells what the text is, so it
 * is made full. */
static int fill(struct stream *s)
{
    if (s->ended)
        return 0;

    ssize_t n = make_room(s);
    size_t  before = s->end;
    if (n == 0)
        do
            n = add_some(s);
        while (n > 0 && !stream_plain(s) && s->end < s->room);
    if (n <= 0) {
        s->status = (int)n;
        s->ended = true;
    }
    return s->end > before;
}

/* Pass over a hole of the file that comes next: nothing is buffered before it. */
static void skip_hole(struct stream *s)
{
    off_t hole = !stream_plain(s) || s->begin != s->end ? 0 : input_hole(s->fd, (off_t)s->offset);

    if (hole > 0 && lseek(s->fd, hole, SEEK_CUR) >= 0)
        s->offset += (uint64_t)hole;
}

static void consume(struct stream *s, size_t size)
{
    s->begin += size;
    s->offset += size;
}

/* Drop what is left of an overlong line, its '\n' included. */
static void skip_line(struct stream *s)
{
    do {
        size_t left = s->end - s->begin;
        char  *end = memchr(s->data + s->begin, '\n', left);

        consume(s, end ? (size_t)(end - (s->data + s->begin)) + 1 : left);
        s->skipping = !end;
        if (s->skipping)
            skip_hole(s);
    } while (s->skipping && fill(s));
    s->skipping = false;
}

/* Length of the line at `begin`; of an overlong one, any length beyond the limit. */
static size_t line_length(struct stream *s)
{
    size_t seen = 0;

    for (;;) {
        size_t left = s->end - s->begin;
        char  *end = memchr(s->data + s->begin + seen, '\n', left - seen);

        if (end)
            return (size_t)(end - (s->data + s->begin));
        if (left > STREAM_LINE_MAX || !fill(s))
            return left;
        seen = left;
    }
}

/* Leave the rest of a source that is beyond its budget. */
static bool over_budget(struct stream *s)
{
    if (!input_over_budget())
        return false;
    s->begin = s->end;
    s->ended = true;
    s->status = -EDQUOT;
    return true;
}

int stream_line(struct stream *s, char **ret_line, size_t *ret_size)
{
    if (over_budget(s))
        return s->status;
    if (s->skipping)
        skip_line(s);

    size_t size = line_length(s);
    if (size == 0 && s->begin == s->end)
        return s->status;
    s->returned = s->offset;
    *ret_line = s->data + s->begin;
    if (size > STREAM_LINE_MAX) {
        size = STREAM_LINE_MAX;
        s->overlong++;
        s->skipping = true;
    }
    /* The byte that the NUL replaces is the '\n', or one of those to be skipped. */
    consume(s, size + (s->begin + size < s->end));
    (*ret_line)[size] = '\0';
    *ret_size = size;
    return 1;
}

int stream_peek(struct stream *s, char **ret_data, size_t *ret_size)
{
    if (over_budget(s))
        return s->status;
    skip_hole(s);
    if (s->begin == s->end && !fill(s))
        return s->status;
    s->returned = s->offset;
    *ret_data = s->data + s->begin;
    *ret_size = s->end - s->begin;
    return 1;
}

int stream_block(struct stream *s, char **ret_data, size_t *ret_size)
{
    int r = stream_peek(s, ret_data, ret_size);

    if (r > 0)
        consume(s, *ret_size);
    return r;
}

uint64_t stream_offset(const struct stream *s)
{
    return s->returned;
}

uint64_t stream_overlong(const struct stream *s)
{
    return s->overlong;
}

bool stream_expands(const struct stream *s)
{
    return s->expander != NULL;
}

void stream_any_window(struct stream *s)
{
    if (s->expander)
        expander_any_window(s->expander);
}

bool stream_plain(const struct stream *s)
{
    return s->fd >= 0 && !s->expander;
}

int stream_fd(const struct stream *s)
{
    return stream_plain(s) ? s->fd : -1;
}

int64_t stream_size(const struct stream *s)
{
    struct stat st;

    return stream_plain(s) && fstat(s->fd, &st) == 0 ? st.st_size : -1;
}

static int plain_at(struct stream *s, uint64_t at, char *data, size_t size, size_t *ret_read)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = input_pread(s->fd, data + done, size - done, (off_t)(at + done));
        if (n < 0)
            return (int)n;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    *ret_read = done;
    return 0;
}

/* Have bytes from `at` on in the buffer, and STREAM_BACK bytes before them: 0, or what ended the
 * input before. */
static int reach(struct stream *s, uint64_t at, size_t size)
{
    for (;;) {
        size_t   kept = s->end - s->begin;
        uint64_t drop = at > s->offset + STREAM_BACK ? at - STREAM_BACK - s->offset : 0;

        consume(s, drop < kept ? (size_t)drop : kept);
        if (at + size <= s->offset + (s->end - s->begin) || !fill(s))
            return s->status;
    }
}

int stream_at(struct stream *s, uint64_t at, void *data, size_t size, size_t *ret_read)
{
    if (stream_plain(s))
        return plain_at(s, at, data, size, ret_read);
    if (at < s->offset || size > STREAM_BACK)
        return -ESPIPE;

    int      r = reach(s, at, size);
    uint64_t end = s->offset + (s->end - s->begin), left = at < end ? end - at : 0;
    size_t   there = left < size ? (size_t)left : size;

    if (there < size && r < 0)
        return r;
    memcpy(data, s->data + s->begin + (there ? at - s->offset : 0), there);
    *ret_read = there;
    return 0;
}

int stream_seek(struct stream *s, uint64_t offset)
{
    if (!stream_plain(s))
        return -ESPIPE;
    if (offset > INT64_MAX || lseek(s->fd, (off_t)offset, SEEK_SET) < 0)
        return -EINVAL;
    s->begin = s->end = 0;
    s->offset = s->returned = offset;
    s->skipping = s->ended = false;
    s->status = 0;
    return 0;
}

/* Opening ------------------------------------------------------------------- */

static ssize_t read_fd(void *data, void *out, size_t size)
{
    return input_read(((struct stream *)data)->fd, out, size);
}

static void close_fd(void *data)
{
    close(((struct stream *)data)->fd);
}

/* Read a block, of at least as many bytes as tell a coding. */
static ssize_t first_block(struct stream *s)
{
    size_t  size = 0;
    ssize_t n;

    do {
        n = s->from.read(s->from.data, s->data + size, BLOCK - size);
        size += n > 0 ? (size_t)n : 0;
    } while (n > 0 && size < 16);
    return n < 0 ? n : (ssize_t)size;
}

/* Read the first block to determine the coding: it is text, or the first input. */
static int begin(struct stream *s)
{
    s->room = 2 * BLOCK;
    s->data = malloc(s->room + 1);
    if (!s->data)
        return input_fault(-ENOMEM);

    ssize_t n = first_block(s);
    if (n < 0)
        return (int)n;
    if (is_compressed((const uint8_t *)s->data, (size_t)n))
        return expander_new(&s->from, (const uint8_t *)s->data, (size_t)n, &s->expander);
    s->end = (size_t)n;
    if (!stream_plain(s) && s->end < BLOCK / 2)
        fill(s);
    return 0;
}

static int finish(struct stream *s, struct stream **ret)
{
    int r = begin(s);

    if (r < 0)
        stream_close(s);
    else
        *ret = s;
    return r;
}

int stream_open(int fd, struct stream **ret)
{
    struct stream *s = calloc(1, sizeof *s);

    if (!s) {
        close(fd);
        return input_fault(-ENOMEM);
    }
    s->fd = fd;
    s->from = (struct stream_from){read_fd, close_fd, s};
    return finish(s, ret);
}

int stream_open_from(const struct stream_from *from, struct stream **ret)
{
    struct stream *s = calloc(1, sizeof *s);

    if (!s) {
        from->close(from->data);
        return input_fault(-ENOMEM);
    }
    s->fd = -1;
    s->from = *from;
    return finish(s, ret);
}

void stream_close(struct stream *s)
{
    if (!s)
        return;
    expander_free(s->expander);
    s->from.close(s->from.data);
    free(s->data);
    free(s);
}
