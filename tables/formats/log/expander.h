/* expander.h -- the text of a compressed file, a block at a time: gzip (RFC 1952), Zstandard (RFC
 * 8878), xz, lzma, bzip2 and LZ4 frames, of several members too. Under stream.h, which reads its lines.
 */
#ifndef SVCQL_EXPANDER_H
#define SVCQL_EXPANDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct expander;
struct stream_from;

/* Whether a file of these first bytes (13 are enough) is compressed by a method that is known. */
bool is_compressed(const uint8_t *data, size_t size);

/* Bytes of a file's name or path without the ending that a compressor added; all of them where there is
 * none, or nothing before it. */
size_t uncompressed_name(const char *name);

/* `first`: bytes that were read already, which are copied, at most 64 KiB. -EINVAL where they are not
 * compressed; -ENOMEM. */
int  expander_new(const struct stream_from *from, const uint8_t *first, size_t size,
                  struct expander **ret);
void expander_free(struct expander *expander); /* accepts NULL */

/* Let a window have 128 MiB instead of STREAM_WINDOW_MAX. */
void expander_any_window(struct expander *expander);

/* Expanded bytes, 0 at the end, or a negative errno: -EBADMSG damaged or cut, -EFBIG beyond the cap
 * (STREAM_EXPANSION_FREE), -ENOBUFS beyond the window (STREAM_WINDOW_MAX), -ENOMEM, what reading says. */
ssize_t expander_read(struct expander *expander, char *out, size_t room);

#endif
