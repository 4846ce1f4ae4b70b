/* packed_method.c -- how much memory the member of a zip takes, by its own header (APPNOTE.TXT 4.3.7, 4.4.5). */
#include <errno.h>
#include <string.h>

#include "formats/text/byte_order.h"
#include "formats/text/input.h"
#include "packed_index.h"

#define LZMA_MEMORY_MAX (128u << 20) /* bytes */

int packed_bytes_at(const struct packed *p, uint64_t at, void *data, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = input_pread(p->fd, (char *)data + done, size - done, (off_t)(at + done));
        if (n <= 0)
            return n < 0 ? (int)n : -EBADMSG;
        done += (size_t)n;
    }
    return 0;
}

/* LZMA begins with its properties (APPNOTE.TXT 5.8.8): version, size, and of these the last four bytes say how
 * much memory it wants. */
static int check_lzma(const struct packed *p, uint64_t at)
{
    uint8_t properties[9];
    int     r = packed_bytes_at(p, at, properties, sizeof properties);

    return r < 0 ? r : le32(properties + 5) > LZMA_MEMORY_MAX ? -EFBIG : 0;
}

int packed_zip_method(const struct packed *p, uint64_t at)
{
    enum { STORED = 0, DEFLATED = 8, BZIP2 = 12, LZMA = 14, ZSTD = 93 };
    uint8_t header[30];
    int     r = packed_bytes_at(p, at, header, sizeof header);

    if (r < 0 || memcmp(header, "PK\3\4", 4) != 0)
        return r < 0 ? r : -EBADMSG;
    switch (le16(header + 8)) {
    case STORED:
    case DEFLATED:
    case BZIP2:
    case ZSTD:
        return 0;
    case LZMA:
        return check_lzma(p, at + sizeof header + le16(header + 26) + le16(header + 28));
    default:
        return -ENOTSUP;
    }
}
