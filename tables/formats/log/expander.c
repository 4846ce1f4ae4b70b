#include "expander.h"

#include <bzlib.h>
#include <errno.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "stream.h"

#define BLOCK ((size_t)64 << 10) /* bytes read at a time */

struct coding;

struct expander {
    struct stream_from   from;
    const struct coding *coding;
    uint8_t             *in; /* in[in_begin, in_end) is not yet expanded */
    size_t               in_begin, in_end;
    uint64_t             in_total, out_total;
    uint64_t             out_member; /* of the member or frame at hand */
    bool                 in_member;  /* inside a member or a frame */
    bool                 any_window;
    z_stream             gzip;
    ZSTD_DStream        *zstd;
    lzma_stream          xz;
    bz_stream            bzip2;
    LZ4F_dctx           *lz4;
};

/* A method of expansion. expand() moves bytes from the input to `out`, sets in_member and returns
 * how many it wrote (0: it wants more input), or a negative errno. memory(): bytes that it has taken; NULL
 * where its format bounds them to a few MiB. */
struct coding {
    uint8_t magic[6];
    size_t  magic_size, size; /* bytes of the magic, and of what is needed to know it */
    bool (*fits)(const uint8_t *data);
    int (*begin)(struct expander *s);
    ssize_t (*expand)(struct expander *s, char *out, size_t room);
    void (*end)(struct expander *s);
    uint64_t (*memory)(const struct expander *s);
};

/* gzip ---------------------------------------------------------------------- */

static int gzip_begin(struct expander *s)
{
    return inflateInit2(&s->gzip, 15 + 16 /* gzip, not zlib */) == Z_OK ? 0 : -ENOMEM;
}

static void gzip_end(struct expander *s)
{
    inflateEnd(&s->gzip);
}

static ssize_t gzip_expand(struct expander *s, char *out, size_t room)
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

static int zstd_begin(struct expander *s)
{
    s->zstd = ZSTD_createDStream();
    return s->zstd ? 0 : -ENOMEM;
}

static void zstd_end(struct expander *s)
{
    ZSTD_freeDStream(s->zstd);
}

static uint64_t zstd_memory(const struct expander *s)
{
    return ZSTD_sizeof_DStream(s->zstd);
}

/* At the end of a frame: what it took stays for the next one, which may want less. */
static int zstd_renew(struct expander *s)
{
    if (zstd_memory(s) <= STREAM_WINDOW_MAX)
        return 0;
    zstd_end(s);
    return zstd_begin(s);
}

static ssize_t zstd_expand(struct expander *s, char *out, size_t room)
{
    ZSTD_inBuffer  from = {s->in + s->in_begin, s->in_end - s->in_begin, 0};
    ZSTD_outBuffer to = {out, room, 0};

    size_t hint = ZSTD_decompressStream(s->zstd, &to, &from);

    s->in_begin += from.pos;
    switch (ZSTD_getErrorCode(hint)) {
    case ZSTD_error_no_error:
        s->in_member = hint != 0;
        return s->in_member || zstd_renew(s) == 0 ? (ssize_t)to.pos : -ENOMEM;
    case ZSTD_error_memory_allocation:
        return -ENOMEM;
    case ZSTD_error_frameParameter_windowTooLarge: /* than 128 MiB, its default */
        return -ENOBUFS;
    default:
        return -EBADMSG;
    }
}

/* xz ------------------------------------------------------------------------ */

#define XZ_MEMORY_MAX (128u << 20) /* bytes, as zstd's; `xz -9` has 65 MiB */

static int xz_begin(struct expander *s)
{
    return lzma_stream_decoder(&s->xz, XZ_MEMORY_MAX, 0) == LZMA_OK ? 0 : -ENOMEM;
}

/* The format of `lzma`, before xz. */
static int lzma_begin(struct expander *s)
{
    return lzma_alone_decoder(&s->xz, XZ_MEMORY_MAX) == LZMA_OK ? 0 : -ENOMEM;
}

static void xz_end(struct expander *s)
{
    lzma_end(&s->xz);
}

static ssize_t xz_expand(struct expander *s, char *out, size_t room)
{
    s->xz.next_in = s->in + s->in_begin;
    s->xz.avail_in = s->in_end - s->in_begin;
    s->xz.next_out = (uint8_t *)out;
    s->xz.avail_out = room;

    lzma_ret rc = lzma_code(&s->xz, LZMA_RUN);

    s->in_begin = s->in_end - s->xz.avail_in;
    s->in_member = rc != LZMA_STREAM_END;
    if (rc == LZMA_MEM_ERROR || (rc == LZMA_STREAM_END && s->coding->begin(s) < 0))
        return -ENOMEM;
    if (rc == LZMA_MEMLIMIT_ERROR)
        return -ENOBUFS;
    if (rc != LZMA_OK && rc != LZMA_STREAM_END && rc != LZMA_BUF_ERROR)
        return -EBADMSG;
    return (ssize_t)(room - s->xz.avail_out);
}

static uint64_t xz_memory(const struct expander *s)
{
    return lzma_memusage(&s->xz);
}

/* bzip2 --------------------------------------------------------------------- */

static int bzip2_begin(struct expander *s)
{
    memset(&s->bzip2, 0, sizeof s->bzip2);
    return BZ2_bzDecompressInit(&s->bzip2, 0, 0) == BZ_OK ? 0 : -ENOMEM;
}

static void bzip2_end(struct expander *s)
{
    BZ2_bzDecompressEnd(&s->bzip2);
}

static ssize_t bzip2_expand(struct expander *s, char *out, size_t room)
{
    s->bzip2.next_in = (char *)s->in + s->in_begin;
    s->bzip2.avail_in = (unsigned)(s->in_end - s->in_begin);
    s->bzip2.next_out = out;
    s->bzip2.avail_out = (unsigned)room;

    int     rc = BZ2_bzDecompress(&s->bzip2);
    ssize_t n = (ssize_t)(room - s->bzip2.avail_out);

    s->in_begin = s->in_end - s->bzip2.avail_in;
    s->in_member = rc != BZ_STREAM_END;
    if (rc == BZ_MEM_ERROR)
        return -ENOMEM;
    if (rc != BZ_OK && rc != BZ_STREAM_END)
        return -EBADMSG;
    if (rc == BZ_STREAM_END) { /* it has no call that resets it */
        bzip2_end(s);
        return bzip2_begin(s) < 0 ? -ENOMEM : n;
    }
    return n;
}

/* LZ4 ----------------------------------------------------------------------- */

static int lz4_begin(struct expander *s)
{
    return LZ4F_isError(LZ4F_createDecompressionContext(&s->lz4, LZ4F_VERSION)) ? -ENOMEM : 0;
}

static void lz4_end(struct expander *s)
{
    LZ4F_freeDecompressionContext(s->lz4);
}

static ssize_t lz4_expand(struct expander *s, char *out, size_t room)
{
    size_t from = s->in_end - s->in_begin, to = room;

    errno = 0; /* what its errors mean is in no public header */
    size_t hint = LZ4F_decompress(s->lz4, out, &to, s->in + s->in_begin, &from, NULL);

    if (LZ4F_isError(hint))
        return errno == ENOMEM ? -ENOMEM : -EBADMSG;
    s->in_begin += from;
    s->in_member = hint != 0;
    return (ssize_t)to;
}

/* The bytes that follow each magic are checked by the method itself, but for bzip2, whose magic is
 * three letters: after its level comes that of a block, or of the end of an empty file. */
static bool is_bzip2(const uint8_t *data)
{
    return data[3] >= '1' && data[3] <= '9' &&
           (memcmp(data + 4, "1AY&SY", 6) == 0 || memcmp(data + 4, "\x17rE8P\x90", 6) == 0);
}

/* It has no magic: its parameters, as `lzma` writes them, 64 KiB or more of a dictionary, and a length that is unknown or
 * below 2^40. */
static bool is_lzma(const uint8_t *data)
{
    static const uint8_t unknown[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    return (data[3] || data[4]) &&
           (memcmp(data + 5, unknown, 8) == 0 || (!data[10] && !data[11] && !data[12]));
}

static const struct coding codings[] = {
    {{0x1f, 0x8b, 0x08}, 3, 3, NULL, gzip_begin, gzip_expand, gzip_end, NULL},
    {{0x28, 0xb5, 0x2f, 0xfd}, 4, 4, NULL, zstd_begin, zstd_expand, zstd_end, zstd_memory},
    {{0xfd, '7', 'z', 'X', 'Z', 0x00}, 6, 6, NULL, xz_begin, xz_expand, xz_end, xz_memory},
    {{0x5d, 0x00, 0x00}, 3, 13, is_lzma, lzma_begin, xz_expand, xz_end, xz_memory},
    {{0x04, 0x22, 0x4d, 0x18}, 4, 4, NULL, lz4_begin, lz4_expand, lz4_end, NULL},
    {{'B', 'Z', 'h'}, 3, 10, is_bzip2, bzip2_begin, bzip2_expand, bzip2_end, NULL},
};

static bool is_of(const struct coding *coding, const uint8_t *data, size_t size)
{
    return size >= coding->size && memcmp(data, coding->magic, coding->magic_size) == 0 &&
           (!coding->fits || coding->fits(data));
}

static const struct coding *coding_of(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++)
        if (is_of(&codings[i], data, size))
            return &codings[i];
    return NULL;
}

bool is_compressed(const uint8_t *data, size_t size)
{
    return coding_of(data, size) != NULL;
}

size_t uncompressed_name(const char *name)
{
    static const char *const ends[] = {".gz", ".xz", ".zst", ".bz2", ".lz4", ".lzma"};
    size_t                   size = strlen(name);

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t tail = strlen(ends[i]);
        if (size > tail && strcasecmp(name + size - tail, ends[i]) == 0)
            return size - tail;
    }
    return size;
}

/* Input --------------------------------------------------------------------- */

/* Whether a member follows the one that has ended. */
static bool another_member(const struct expander *s)
{
    return is_of(s->coding, s->in + s->in_begin, s->in_end - s->in_begin);
}

/* The rest of the input after the last member: nothing, the zeros that tapes and file systems pad
 * with, or garbage. */
static int end_of_members(const struct expander *s)
{
    for (size_t i = s->in_begin; i < s->in_end; i++)
        if (s->in[i])
            return -EBADMSG;
    return 0;
}

/* Read a further block of input after the rest of the last one. */
static ssize_t refill(struct expander *s)
{
    size_t left = s->in_end - s->in_begin;

    memmove(s->in, s->in + s->in_begin, left);
    s->in_begin = 0;
    s->in_end = left;

    ssize_t n = s->from.read(s->from.data, s->in + left, BLOCK - left);
    if (n > 0) {
        s->in_end += (size_t)n;
        s->in_total += (uint64_t)n;
    }
    return n;
}

/* Whether more of the member would go beyond the memory that a window may have. What is not yet written of a
 * window is no memory either: so a member of that size is read, whatever window it was made with. */
static bool is_large_window(const struct expander *s)
{
    return !s->any_window && s->out_member > STREAM_WINDOW_MAX && s->coding->memory &&
           s->coding->memory(s) > STREAM_WINDOW_MAX;
}

/* Expand what is in the buffer: bytes, 0 where more input is wanted, or a negative errno. */
static ssize_t expand_some(struct expander *s, char *out, size_t room)
{
    if (is_large_window(s))
        return -ENOBUFS;
    ssize_t n = s->coding->expand(s, out, room);

    s->out_total += n > 0 ? (uint64_t)n : 0;
    s->out_member = !s->in_member ? 0 : s->out_member + (n > 0 ? (uint64_t)n : 0);
    return n;
}

ssize_t expander_read(struct expander *s, char *out, size_t room)
{
    if (s->out_total > STREAM_EXPANSION_FREE &&
        (s->out_total - STREAM_EXPANSION_FREE) / STREAM_EXPANSION_RATIO > s->in_total)
        return -EFBIG;
    for (;;) {
        if (s->in_member || another_member(s)) {
            size_t  before = s->in_begin;
            ssize_t n = expand_some(s, out, room);

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

/* Beginning and end ----------------------------------------------------------- */

int expander_new(const struct stream_from *from, const uint8_t *first, size_t size,
                 struct expander **ret)
{
    struct expander *s = calloc(1, sizeof *s);

    if (!s || !(s->in = malloc(BLOCK > size ? BLOCK : size))) {
        free(s);
        return -ENOMEM;
    }
    s->from = *from;
    s->coding = coding_of(first, size);
    memcpy(s->in, first, size);
    s->in_end = size;
    s->in_total = size;
    int r = s->coding ? s->coding->begin(s) : -EINVAL;
    if (r < 0) {
        free(s->in);
        free(s);
        return r;
    }
    *ret = s;
    return 0;
}

void expander_any_window(struct expander *s)
{
    s->any_window = true;
}

void expander_free(struct expander *s)
{
    if (!s)
        return;
    s->coding->end(s);
    free(s->in);
    free(s);
}
