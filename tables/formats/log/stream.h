/* stream.h -- a log file read line by line or block by block, expanded if it is compressed.
 *
 *     struct stream *s;
 *     int r = stream_open(fd, &s);
 *     while ((r = stream_line(s, &line, &size)) > 0)
 *         ...
 *     stream_close(s);
 *
 * The first bytes distinguish a plain file from gzip, Zstandard, xz, bzip2 and LZ4 (expander.h). Memory stays within a line and a few blocks, for files of any size. A
 * file that is damaged or cut gives the lines before the damage and then a negative errno, so that
 * a caller can report what was lost. Where an overlong line goes on into a hole, the hole is passed
 * over.
 *
 * Errors: -EBADMSG the compressed data is damaged or cut; -EFBIG it expands beyond the cap; -ENOBUFS more of
 * it takes too much memory; -ENOMEM; what read(2) says.
 */
#ifndef SVCQL_STREAM_H
#define SVCQL_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define STREAM_LINE_MAX (1u << 20) /* bytes of a line; what is beyond is skipped and counted */

/* A compressed file may expand to this many bytes, and beyond them to this many times its size. */
#define STREAM_EXPANSION_FREE  (256u << 20)
#define STREAM_EXPANSION_RATIO 200u

/* What was compressed with a larger window is expanded this far, in bytes: beyond it such a window would take
 * more memory than a source may. gzip, bzip2 and LZ4 have at most 4 MiB, `xz` 8 and `xz -8` 32, `zstd` 2 and
 * `zstd -19` 8; `xz -9` has 64, `zstd --long` and `zstd --ultra -22` 128. */
#define STREAM_WINDOW_MAX (48u << 20)

struct stream;

/* Takes the descriptor of a regular file, which stream_close() closes; on failure too. */
int  stream_open(int fd, struct stream **ret);
void stream_close(struct stream *s); /* accepts NULL */

/* The same of what is not a file, as a member of an archive. read() gives bytes, 0 at the end, or a
 * negative errno; close() is called once, on failure too. */
struct stream_from {
    ssize_t (*read)(void *data, void *out, size_t size);
    void (*close)(void *data);
    void *data;
};
int stream_open_from(const struct stream_from *from, struct stream **ret);

/* The next line without its '\n' (a '\r' stays), with a NUL after it; it may hold NULs and bytes
 * that are not UTF-8. Valid until the next call. Returns 1, 0 at the end, or a negative errno. A
 * last line without '\n' is a line. */
int stream_line(struct stream *s, char **ret_line, size_t *ret_size);

/* The next bytes, at least one. The same returns; do not mix with overlong lines half read. */
int stream_block(struct stream *s, char **ret_data, size_t *ret_size);

/* The bytes that are next, at least one, which stay to be read. The same returns. */
int stream_peek(struct stream *s, char **ret_data, size_t *ret_size);

/* Where in the expanded text what was last returned begins, in bytes. */
uint64_t stream_offset(const struct stream *s);

/* Lines that were longer than STREAM_LINE_MAX, of which the beginning was returned. */
uint64_t stream_overlong(const struct stream *s);

/* Whether it is compressed. */
bool stream_expands(const struct stream *s);

/* For a caller that keeps all of it, or reads what its user named: a window of up to 128 MiB. Before reading. */
void stream_any_window(struct stream *s);

/* Whether it is a file that is not compressed, so that stream_seek() works and offsets are the file's. */
bool stream_plain(const struct stream *s);

/* The descriptor of what is plain, which stays the stream's; -1 of another. Its size in bytes; -1 where
 * only reading tells. */
int     stream_fd(const struct stream *s);
int64_t stream_size(const struct stream *s);

/* The bytes from `at` on, as pread(2) gives them, *ret_read of them: less than `size` at the end. Of
 * what is not plain an offset may be at most STREAM_BACK bytes before the highest that was read, else
 * it is -ESPIPE, and a size at most STREAM_BACK. Not together with the calls above. */
#define STREAM_BACK ((size_t)64 << 10)
int stream_at(struct stream *s, uint64_t at, void *data, size_t size, size_t *ret_read);

/* Go on at this byte of a plain file; -ESPIPE for another. */
int stream_seek(struct stream *s, uint64_t offset);

#endif
