#include "make_packed.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

const char *const packed_suffix[PACKED_METHODS] = {".gz", ".xz", ".zst", ".bz2", ".lz4"};

static size_t pack_gzip(const void *data, size_t size, uint8_t *out, size_t room)
{
    z_stream z = {.next_in = (void *)(uintptr_t)data,
                  .avail_in = (uInt)size,
                  .next_out = out,
                  .avail_out = (uInt)room};

    if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
        deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    deflateEnd(&z);
    return room - z.avail_out;
}

static size_t pack_xz(const void *data, size_t size, uint8_t *out, size_t room)
{
    size_t n = 0;

    if (lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, data, size, out, &n, room) != LZMA_OK)
        abort();
    return n;
}

static size_t pack_zstd(const void *data, size_t size, uint8_t *out, size_t room)
{
    size_t n = ZSTD_compress(out, room, data, size, 3);

    if (ZSTD_isError(n))
        abort();
    return n;
}

static size_t pack_bzip2(const void *data, size_t size, uint8_t *out, size_t room)
{
    unsigned n = (unsigned)room;

    if (BZ2_bzBuffToBuffCompress((char *)out, &n, (void *)(uintptr_t)data, (unsigned)size, 9, 0,
                                 0) != BZ_OK)
        abort();
    return n;
}

static size_t pack_lz4(const void *data, size_t size, uint8_t *out, size_t room)
{
    size_t n = LZ4F_compressFrame(out, room, data, size, NULL);

    if (LZ4F_isError(n))
        abort();
    return n;
}

void *make_packed(int method, const void *data, size_t size, size_t *ret_size)
{
    static size_t (*const pack[])(const void *, size_t, uint8_t *,
                                  size_t) = {pack_gzip, pack_xz, pack_zstd, pack_bzip2, pack_lz4};
    size_t   room = size + size / 2 + 65536;
    uint8_t *out = malloc(room);

    if (!out)
        abort();
    *ret_size = pack[method](data, size, out, room);
    return out;
}
