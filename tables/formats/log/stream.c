#include "stream.h"

#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "formats/text/input.h"

#define BLOCK ((size_t)64 << 10) /* bytes read, and expanded, at a time */

struct coding;

struct stream {
    int                  fd;
    const struct coding *coding;
    int                  status; /* negative errno that ended the input; reported after the text */
    bool                 ended;

    /* Expanded text: data[begin, end) is not yet returned. One byte more than `room` is allocated
     * for the NUL after a last line. */
    char    *data;
    size_t   begin, end, room;
    uint64_t offset;   /* of data[begin] in the expanded text */
    uint64_t returned; /* offset of what was returned last */
    uint64_t overlong;
    bool     skipping; /* the rest of an overlong line comes next */

    /* Compressed input: in[in_begin, in_end) is not yet expanded. */
    uint8_t      *in;
    size_t        in_begin, in_end;
    uint64_t      in_total, out_total;
    bool          in_member; /* inside a gzip member or a Zstandard frame */
    z_stream      gzip;
    ZSTD_DStream *zstd;
    lzma_stream   xz;
};

/* A method of expansion. expand() moves bytes from the input to `out`, sets in_member and returns
 * how many it wrote (0: it wants more input), or a negative errno. */
struct coding {
    uint8_t magic[6];
    size_t  magic_size;
    int (*begin)(struct stream *s);
    ssize_t (*expand)(struct stream *s, char *out, size_t room);
    void (*end)(struct stream *s);
};

/* gzip ---------------------------------------------------------------------- */

static int gzip_begin(struct stream *s)
{
    return inflateInit2(&s->gzip, 15 + 16 /* gzip, not zlib */) == Z_OK ? 0 : -ENOMEM;
}

static void gzip_end(struct stream *s)
{
    inflateEnd(&s->gzip);
}

static ssize_t gzip_expand(struct stream *s, char *out, size_t room)
{
    s->gzip.next_in = s->in + s->in_begin;
    s->gzip.avail_in = (uInt)(s->in_end - s->in_begin);
    s->gzip.next_out = (Bytef *)out;
    s->gzip.avail_out = (uInt)room;

    int rc = inflate(&s->gzip, Z_NO_FLUSH);

    s->in_begin = s->in_end - s->gzip.avail_in;
    s->in_member = rc != Z_STREAM_END;
    if (rc == Z_MEM_ERROR)
        return -ENOMEM;
    if (rc == Z_STREAM_END)
        inflateReset(&s->gzip);
    else if (rc != Z_OK && rc != Z_BUF_ERROR)
        return -EBADMSG;
    return (ssize_t)(room - s->gzip.avail_out);
}

/* Zstandard ----------------------------------------------------------------- */

static int zstd_begin(struct stream *s)
{
    s->zstd = ZSTD_createDStream();
    return s->zstd ? 0 : -ENOMEM;
}

static void zstd_end(struct stream *s)
{
    ZSTD_freeDStream(s->zstd);
}

static ssize_t zstd_expand(struct stream *s, char *out, size_t room)
{
    ZSTD_inBuffer  from = {s->in + s->in_begin, s->in_end - s->in_begin, 0};
    ZSTD_outBuffer to = {out, room, 0};
    size_t         hint = ZSTD_decompressStream(s->zstd, &to, &from);

    s->in_begin += from.pos;
    if (ZSTD_isError(hint))
        return -EBADMSG;
    s->in_member = hint != 0;
    return (ssize_t)to.pos;
}

/* xz ------------------------------------------------------------------------ */

#define XZ_MEMORY_MAX (128u << 20) /* bytes; `xz -9` needs 65 MiB */

static int xz_begin(struct stream *s)
{
    return lzma_stream_decoder(&s->xz, XZ_MEMORY_MAX, 0) == LZMA_OK ? 0 : -ENOMEM;
}

static void xz_end(struct stream *s)
{
    lzma_end(&s->xz);
}

static ssize_t xz_expand(struct stream *s, char *out, size_t room)
{
    s->xz.next_in = s->in + s->in_begin;
    s->xz.avail_in = s->in_end - s->in_begin;
    s->xz.next_out = (uint8_t *)out;
    s->xz.avail_out = room;

    lzma_ret rc = lzma_code(&s->xz, LZMA_RUN);

    s->in_begin = s->in_end - s->xz.avail_in;
    s->in_member = rc != LZMA_STREAM_END;
    if (rc == LZMA_MEM_ERROR || (rc == LZMA_STREAM_END && xz_begin(s) < 0))
        return -ENOMEM;
    if (rc != LZMA_OK && rc != LZMA_STREAM_END && rc != LZMA_BUF_ERROR)
        return -EBADMSG;
    return (ssize_t)(room - s->xz.avail_out);
}

/* Others -------------------------------------------------------------------- */

static int unsupported(struct stream *s)
{
    (void)s;
    return -EOPNOTSUPP;
}

static const struct coding codings[] = {
    {{0x1f, 0x8b, 0x08}, 3, gzip_begin, gzip_expand, gzip_end},
    {{0x28, 0xb5, 0x2f, 0xfd}, 4, zstd_begin, zstd_expand, zstd_end},
    {{0xfd, '7', 'z', 'X', 'Z', 0x00}, 6, xz_begin, xz_expand, xz_end},
    {{0x04, 0x22, 0x4d, 0x18} /* lz4 */, 4, unsupported, NULL, NULL},
    {{'B', 'Z', 'h', '9', 0x31, 0x41}, 6, unsupported, NULL, NULL},
};

/* Input --------------------------------------------------------------------- */

/* Whether a member follows the one that has ended. */
static bool another_member(const struct stream *s)
{
    size_t left = s->in_end - s->in_begin;

    return left >= s->coding->magic_size &&
           memcmp(s->in + s->in_begin, s->coding->magic, s->coding->magic_size) == 0;
}

/* The rest of the input after the last member: nothing, the zeros that tapes and file systems pad
 * with, or garbage. */
static int end_of_members(const struct stream *s)
{
    for (size_t i = s->in_begin; i < s->in_end; i++)
        if (s->in[i])
            return -EBADMSG;
    return 0;
}

/* Read a further block of input after the rest of the last one. */
static ssize_t refill(struct stream *s)
{
    size_t left = s->in_end - s->in_begin;

    memmove(s->in, s->in + s->in_begin, left);
    s->in_begin = 0;
    s->in_end = left;

    ssize_t n = input_read(s->fd, s->in + left, BLOCK - left);
    if (n > 0) {
        s->in_end += (size_t)n;
        s->in_total += (uint64_t)n;
    }
    return n;
}

/* Expanded bytes, 0 at the end, or a negative errno. */
static ssize_t expand(struct stream *s, char *out, size_t room)
{
    if (s->out_total > STREAM_EXPANSION_FREE &&
        (s->out_total - STREAM_EXPANSION_FREE) / STREAM_EXPANSION_RATIO > s->in_total)
        return -EFBIG;
    for (;;) {
        if (s->in_member || another_member(s)) {
            size_t  before = s->in_begin;
            ssize_t n = s->coding->expand(s, out, room);

            s->out_total += n > 0 ? (uint64_t)n : 0;
            if (n != 0)
                return n;
            if (s->in_begin != before && s->in_begin != s->in_end)
                continue;
        }
        ssize_t n = refill(s);
        if (n < 0)
            return n;
        if (n == 0)
            return s->in_member ? -EBADMSG : end_of_members(s);
    }
}

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
        return -ENOMEM;
    s->data = data;
    s->room *= 2;
    return 0;
}

/* Add text. Returns 1, or 0 where the input has ended, well or with s->status. */
static int fill(struct stream *s)
{
    if (s->ended)
        return 0;

    ssize_t n = make_room(s);
    if (n == 0)
        n = s->coding ? expand(s, s->data + s->end, s->room - s->end)
                      : input_read(s->fd, s->data + s->end, s->room - s->end);
    if (n <= 0) {
        s->status = (int)n;
        s->ended = true;
        return 0;
    }
    s->end += (size_t)n;
    return 1;
}

/* Pass over a hole of the file that comes next: nothing is buffered before it. */
static void skip_hole(struct stream *s)
{
    off_t hole = s->coding || s->begin != s->end ? 0 : input_hole(s->fd, (off_t)s->offset);

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

int stream_block(struct stream *s, char **ret_data, size_t *ret_size)
{
    if (over_budget(s))
        return s->status;
    skip_hole(s);
    if (s->begin == s->end && !fill(s))
        return s->status;
    s->returned = s->offset;
    *ret_data = s->data + s->begin;
    *ret_size = s->end - s->begin;
    consume(s, *ret_size);
    return 1;
}

uint64_t stream_offset(const struct stream *s)
{
    return s->returned;
}

uint64_t stream_overlong(const struct stream *s)
{
    return s->overlong;
}

bool stream_plain(const struct stream *s)
{
    return !s->coding;
}

int stream_seek(struct stream *s, uint64_t offset)
{
    if (s->coding)
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

static const struct coding *coding_of(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++)
        if (size >= codings[i].magic_size &&
            memcmp(data, codings[i].magic, codings[i].magic_size) == 0)
            return &codings[i];
    return NULL;
}

/* Read the first block to determine the coding: it is text, or the first input. */
static int begin(struct stream *s)
{
    s->room = 2 * BLOCK;
    s->data = malloc(s->room + 1);
    s->in = malloc(BLOCK);
    if (!s->data || !s->in)
        return -ENOMEM;

    ssize_t n = input_read(s->fd, s->in, BLOCK);
    if (n < 0)
        return (int)n;
    const struct coding *coding = coding_of(s->in, (size_t)n);
    if (!coding) {
        memcpy(s->data, s->in, (size_t)n);
        s->end = (size_t)n;
        free(s->in);
        s->in = NULL;
        return 0;
    }
    s->in_end = (size_t)n;
    s->in_total = (uint64_t)n;
    int r = coding->begin(s);
    if (r == 0)
        s->coding = coding;
    return r;
}

int stream_open(int fd, struct stream **ret)
{
    struct stream *s = calloc(1, sizeof *s);

    if (!s) {
        close(fd);
        return -ENOMEM;
    }
    s->fd = fd;
    int r = begin(s);
    if (r < 0) {
        stream_close(s);
        return r;
    }
    *ret = s;
    return 0;
}

void stream_close(struct stream *s)
{
    if (!s)
        return;
    if (s->coding)
        s->coding->end(s);
    close(s->fd);
    free(s->data);
    free(s->in);
    free(s);
}
