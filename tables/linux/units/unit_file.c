#include "unit_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/text/buffer.h"
#include "formats/text/input.h"

#define SMALL       (1u << 20) /* bytes of a file that is kept unchanged */
#define BLOCK       ((size_t)64 << 10)
#define COMMENT_MAX (1u << 20) /* bytes of a line that systemd refuses, a comment too */

/* A file while it is read. */
struct reader {
    struct buffer text;
    bool          in_line, comment; /* past the first character of a line that is not space */
    size_t        length;           /* of the comment */
};

/* Bytes before the next one that is in `ends`, or all; NUL ends a line too. */
static size_t until(const char *p, size_t size, const char *ends, size_t n_ends)
{
    size_t n = size;

    for (size_t i = 0; i < n_ends; i++) {
        const char *end = memchr(p, ends[i], n);
        n = end ? (size_t)(end - p) : n;
    }
    return n;
}

/* Add the part of a line without its end. Of a comment only the first character is kept, but a
 * comment so long that systemd stops at it is kept whole. */
static void add_part(struct reader *r, const char *p, size_t size)
{
    size_t skip = 0;

    if (!r->in_line) {
        while (skip < size && (p[skip] == ' ' || p[skip] == '\t'))
            skip++;
        r->in_line = skip < size;
        r->comment = r->in_line && (p[skip] == '#' || p[skip] == ';');
        r->length = 0;
    }
    if (!r->comment) {
        buffer_put(&r->text, p, size);
        return;
    }
    size_t before = r->length;
    r->length += size;
    if (before == 0)
        buffer_put(&r->text, p, skip + 1);
    for (size_t n = before < COMMENT_MAX && r->length >= COMMENT_MAX ? COMMENT_MAX : 0; n; n--)
        buffer_putc(&r->text, '#');
}

static void add(struct reader *r, const char *p, size_t size)
{
    static const char ends[] = {'\n', '\r', '\0'};

    while (size) {
        size_t n = until(p, size, ends, sizeof ends);
        if (n)
            add_part(r, p, n);
        if (n < size) {
            buffer_putc(&r->text, p[n]);
            r->in_line = r->comment = false;
            n++;
        }
        p += n;
        size -= n;
    }
}

/* Read all of a large file: 0 or a negative errno. */
static int read_large(int fd, struct unit_file_text *ret)
{
    struct reader r = {0};
    char         *block = malloc(BLOCK);
    ssize_t       n = 1;
    size_t        size = 0;

    while (block && r.text.size < UNIT_FILE_MAX && (n = input_read(fd, block, BLOCK)) > 0) {
        add(&r, block, (size_t)n);
        size += (size_t)n;
        if (input_over_budget()) {
            n = -EDQUOT;
            break;
        }
    }
    free(block);
    bool ok = block && n >= 0 && buffer_text(&r.text);
    if (!ok) {
        buffer_free(&r.text);
        return n < 0 ? (int)n : -ENOMEM;
    }
    *ret = (struct unit_file_text){r.text.data, r.text.size, size, n > 0};
    return 0;
}

int unit_file_read(const struct root *root, const char *path, struct unit_file_text *ret)
{
    struct stat st;

    if (input_over_budget())
        return -EDQUOT;
    int fd = root_open_stat(root, path, &st), r;
    if (fd < 0)
        return fd;
    if ((uint64_t)st.st_size > SMALL) {
        r = read_large(fd, ret);
    } else {
        *ret = (struct unit_file_text){0};
        r = root_read_open(fd, st.st_size, UNIT_FILE_MAX, &ret->text, &ret->size);
        ret->file_size = ret->size;
    }
    close(fd);
    return r;
}
