/* stream.h -- a log file read line by line or block by block, expanded if it is compressed.
 *
 *     struct stream *s;
 *     int r = stream_open(fd, &s);
 *     while ((r = stream_line(s, &line, &size)) > 0)
 *         ...
 *     stream_close(s);
 *
 * The first bytes distinguish a plain file from gzip (RFC 1952), Zstandard (RFC 8878) and xz, of
 * several members too. Memory stays within a line and a few blocks, for files of any size. A
 * file that is damaged or cut gives the lines before the damage and then a negative errno, so that
 * a caller can report what was lost. Where an overlong line goes on into a hole, the hole is passed
 * over.
 *
 * Errors: -EBADMSG the compressed data is damaged or cut; -EFBIG it expands beyond the cap;
 * -EOPNOTSUPP bzip2 or lz4; -ENOMEM; what read(2) says.
 */
#ifndef SVCQL_STREAM_H
#define SVCQL_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAM_LINE_MAX (1u << 20) /* bytes of a line; what is beyond is skipped and counted */

/* A compressed file may expand to this many bytes, and beyond them to this many times its size. */
#define STREAM_EXPANSION_FREE  (256u << 20)
#define STREAM_EXPANSION_RATIO 200u

struct stream;

/* Takes the descriptor of a regular file, which stream_close() closes; on failure too. */
int  stream_open(int fd, struct stream **ret);
void stream_close(struct stream *s); /* accepts NULL */

/* The next line without its '\n' (a '\r' stays), with a NUL after it; it may hold NULs and bytes
 * that are not UTF-8. Valid until the next call. Returns 1, 0 at the end, or a negative errno. A
 * last line without '\n' is a line. */
int stream_line(struct stream *s, char **ret_line, size_t *ret_size);

/* The next bytes, at least one. The same returns; do not mix with overlong lines half read. */
int stream_block(struct stream *s, char **ret_data, size_t *ret_size);

/* Where in the expanded text what was last returned begins, in bytes. */
uint64_t stream_offset(const struct stream *s);

/* Lines that were longer than STREAM_LINE_MAX, of which the beginning was returned. */
uint64_t stream_overlong(const struct stream *s);

/* Whether the file is not compressed, so that stream_seek() works and offsets are the file's. */
bool stream_plain(const struct stream *s);

/* Go on at this byte of a plain file; -ESPIPE for a compressed one. */
int stream_seek(struct stream *s, uint64_t offset);

#endif
