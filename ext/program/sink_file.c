/* sink_file.c -- a log file that is rotated, and standard output. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink.h"

/* Files ------------------------------------------------------------------------------------- */

static void close_file(struct sink *sink)
{
    if (sink->fd >= 0)
        close(sink->fd);
    sink->fd = -1;
}

/* Open the file; the next line is written at its end. */
static int open_log(struct sink *sink)
{
    struct stat st;

    sink->fd =
        open(sink->settings.target,
             O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
    if (sink->fd < 0)
        return -errno;
    if (fstat(sink->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close_file(sink);
        return -EINVAL;
    }
    sink->inode = (int64_t)st.st_ino;
    sink->size = sink->whole = st.st_size;
    sink->partial = 0;
    return 0;
}

/* Compares the file after the position in the store with the waiting lines. */
struct comparison {
    struct sink *sink;
    int64_t      at, end; /* in the file */
    int64_t      last;    /* line that is whole in the file */
};

/* How many bytes of `size` at `offset` of the file are the same; -errno. */
static int64_t same_bytes(int fd, const char *data, size_t size, int64_t offset)
{
    char   chunk[4096];
    size_t same = 0;

    while (same < size) {
        size_t  want = size - same < sizeof chunk ? size - same : sizeof chunk;
        ssize_t n = pread(fd, chunk, want, offset + (int64_t)same);
        if (n < 0)
            return -errno;
        for (ssize_t i = 0; i < n; i++)
            if (chunk[i] != data[same + (size_t)i])
                return (int64_t)same + i;
        if (n == 0)
            break;
        same += (size_t)n;
    }
    return (int64_t)same;
}

static int compare_line(void *data, const struct waiting_line *line)
{
    struct comparison *c = data;
    int64_t            same = same_bytes(c->sink->fd, line->text, line->size, c->at);
    char               newline = 0;

    if (same < 0)
        return (int)same;
    if (same < (int64_t)line->size || pread(c->sink->fd, &newline, 1, c->at + same) != 1 ||
        newline != '\n') {
        /* Written in part: the rest follows where the file ends with the part. */
        if (same > 0 && c->at + same == c->end)
            c->sink->partial = same;
        return 1;
    }
    c->at += same + 1;
    c->last = line->id;
    return 0;
}

/* Store that all lines before the waiting ones are before that position of the file. */
static int flush_at(struct sink *sink, int64_t place)
{
    if (fdatasync(sink->fd) < 0)
        return -errno;
    return store_set_place(sink->store, sink->settings.target, sink->inode, place);
}

static int flush_file(struct sink *sink)
{
    return flush_at(sink, sink->whole);
}

/* Find the lines that are after that position already, whole or in part; within a transaction. */
static int settle(struct sink *sink, int64_t from)
{
    struct comparison c = {.sink = sink, .at = from, .end = sink->size};
    int               r = 0;

    for (int64_t before = -1; r == 0 && c.at < c.end && before != c.at;) {
        before = c.at;
        r = store_each_line(sink->store, sink->settings.stream, c.last, 256, compare_line, &c);
    }
    if (r >= 0 && c.last)
        r = store_delivered(sink->store, sink->settings.stream, c.last);
    sink->whole = sink->partial ? c.at : c.end;
    if (r >= 0)
        r = flush_at(sink, sink->whole);
    return r < 0 ? r : 0;
}

/* Where the file ends within a line that will stay incomplete, begin a new one. */
static int end_line(struct sink *sink)
{
    char last = '\n';

    if (sink->partial || !sink->size)
        return 0;
    if (pread(sink->fd, &last, 1, sink->size - 1) != 1)
        return -EIO;
    if (last == '\n')
        return 0;
    if (write(sink->fd, "\n", 1) != 1)
        return -errno;
    sink->whole = ++sink->size;
    return 0;
}

/* Continue the file at the position in the store. */
static int take_up(struct sink *sink)
{
    int64_t inode = -1, size = 0;

    int r = store_begin(sink->store);
    if (r < 0)
        return r;
    r = store_get_place(sink->store, sink->settings.target, &inode, &size);
    if (r >= 0)
        r = settle(sink, r > 0 && inode == sink->inode && size < sink->size ? size : sink->size);
    if (r >= 0)
        r = store_commit(sink->store);
    store_rollback(sink->store);
    return r < 0 ? r : end_line(sink);
}

static void rotate(struct sink *sink)
{
    const char *path = sink->settings.target;
    char        from[4096 + 16], to[4096 + 16];

    for (int64_t i = sink->settings.rotate_files; i > 0; i--) {
        snprintf(to, sizeof to, "%s.%lld", path, (long long)i);
        if (i > 1)
            snprintf(from, sizeof from, "%s.%lld", path, (long long)i - 1);
        else
            snprintf(from, sizeof from, "%s", path);
        rename(from, to);
    }
    close_file(sink);
}

/* Whether the name still leads to the open file: a person may have moved it away. */
static bool moved(const struct sink *sink)
{
    struct stat st;

    return stat(sink->settings.target, &st) < 0 || (int64_t)st.st_ino != sink->inode;
}

/* When a turn begins, all earlier lines are noted unless something failed: so a file that was
 * rotated or moved away has no line in doubt. */
static int begin_file(struct sink *sink)
{
    bool fresh = sink->fd < 0 || sink->in_doubt || moved(sink);

    if (!fresh && sink->settings.rotate && sink->size >= sink->settings.rotate_size) {
        rotate(sink);
        fresh = true;
    }
    if (!fresh)
        return 0;
    close_file(sink);
    int r = open_log(sink);
    if (r == 0)
        r = take_up(sink);
    sink->in_doubt = r < 0;
    if (r < 0)
        close_file(sink);
    return r;
}

static int put_bytes(struct sink *sink, const char *data, size_t size)
{
    while (size) {
        ssize_t n = write(sink->fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        sink->size += n;
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

static int write_file(struct sink *sink, const struct waiting_line *line)
{
    size_t done = (size_t)sink->partial;
    int    r = put_bytes(sink, line->text + done, line->size - done);

    if (r == 0)
        r = put_bytes(sink, "\n", 1);
    if (r < 0) /* a part of it may be written: the next turn checks */
        sink->in_doubt = true;
    else
        sink->whole = sink->size;
    return r;
}

const struct sink_kind file_sink = {
    .name = "", .write = write_file, .begin = begin_file, .flush = flush_file, .close = close_file};

/* Standard output ------------------------------------------------------------------------------ */

/* A pipe that is ready for writing accepts PIPE_BUF bytes without blocking (pipe(7)). */
static int put_some(struct sink *sink, const char *data, size_t size)
{
    struct pollfd poll_fd = {.fd = STDOUT_FILENO, .events = POLLOUT};

    int ready = poll(&poll_fd, 1, SINK_PATIENCE);
    if (ready <= 0)
        return ready < 0 ? -errno : -EAGAIN;
    ssize_t n = write(STDOUT_FILENO, data, size < 4096 ? size : 4096);
    if (n < 0)
        return -errno;
    sink->partial += n;
    return 0;
}

static int write_stream(struct sink *sink, const struct waiting_line *line)
{
    int r = 0;

    while (r == 0 && sink->partial < (int64_t)line->size)
        r = put_some(sink, line->text + sink->partial, line->size - (size_t)sink->partial);
    return r == 0 ? put_some(sink, "\n", 1) : r;
}

const struct sink_kind stream_sink = {.name = "-", .write = write_stream};
