/* fuzz_edits.h -- a fuzzer's input as changes of files that are whole, for harnesses that read files: most
 * of what chance makes of nothing is refused in its first bytes. */
#ifndef SVCQL_FUZZ_EDITS_H
#define SVCQL_FUZZ_EDITS_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct edit {
    uint8_t        file, kind;
    uint16_t       at; /* of 65536 parts of the file */
    size_t         size;
    const uint8_t *data;
};

/* The next edit: file, kind, place, count, bytes. False at the end of the input. */
static inline int edit_next(const uint8_t **data, size_t *left, struct edit *ret)
{
    const uint8_t *p = *data;

    if (*left < 5)
        return 0;
    size_t size = p[4] < *left - 5 ? p[4] : *left - 5;
    *ret = (struct edit){p[0], p[1], (uint16_t)(p[2] | p[3] << 8), size, p + 5};
    *data += 5 + size;
    *left -= 5 + size;
    return 1;
}

/* Change a copy of a file's bytes, which has room for 256 more: put bytes in the place of others, cut it,
 * put bytes between, or fill with one. Returns its size. */
static inline size_t edit_apply(const struct edit *edit, uint8_t *bytes, size_t size)
{
    size_t at = size * edit->at >> 16, n = edit->size < size - at ? edit->size : size - at;

    switch (edit->kind % 4) {
    case 0:
        memcpy(bytes + at, edit->data, n);
        return size;
    case 1:
        return at;
    case 2:
        memmove(bytes + at + edit->size, bytes + at, size - at);
        memcpy(bytes + at, edit->data, edit->size);
        return size + edit->size;
    default:
        memset(bytes + at, edit->size ? edit->data[0] : 0, size - at < 64 ? size - at : 64);
        return size;
    }
}

/* The bytes of a file in memory that has room for 256 more; ends the program where it cannot be read. */
static inline uint8_t *edit_load(const char *path, size_t *ret_size)
{
    struct stat st;
    int         fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) < 0)
        abort();
    uint8_t *bytes = malloc((size_t)st.st_size + 256);
    if (!bytes || read(fd, bytes, (size_t)st.st_size) != st.st_size)
        abort();
    close(fd);
    *ret_size = (size_t)st.st_size;
    return bytes;
}

/* Write a file, making its folders. */
static inline void edit_save(const char *path, const void *bytes, size_t size)
{
    char folder[600];

    for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(p - path), path);
        mkdir(folder, 0700);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    close(fd);
}

#endif
