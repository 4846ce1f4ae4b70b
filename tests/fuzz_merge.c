/* fuzz_merge.c -- any bytes as a result of another host: a log or a database, merged into an empty file. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "program/merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct merge_count count = {0};
    char               path[64];
    sqlite3           *db = NULL;
    int                fd = memfd_create("result", MFD_CLOEXEC);

    if (fd < 0)
        return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (write(fd, data, size) == (ssize_t)size && sqlite3_open(":memory:", &db) == SQLITE_OK &&
        merge_prepare(db) == SQLITE_OK)
        merge_file(db, path, &count);
    if (sqlite3_close(db) != SQLITE_OK)
        abort();
    close(fd);
    return 0;
}
