/* fuzz_packed.c -- any bytes are an archive or none: its index, every member of it, and paths in it end
 * within bounds. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "evidence/packed.h"
#include "root.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_member(struct packed *packed, uint32_t node)
{
    struct stream *stream;
    struct stat    st;
    char           path[ROOT_PATH_MAX], *block;
    size_t         n, total = 0;

    packed_stat(packed, node, &st);
    if (packed_path(packed, PACKED_TOP, node, path, sizeof path) == 0) {
        uint32_t found;
        packed_find(packed, PACKED_TOP, path, ROOT_NOCASE | ROOT_PERCENT, true, &found);
    }
    if (packed_stream(packed, node, &stream) == 0) {
        while (total < (4u << 20) && stream_block(stream, &block, &n) > 0)
            total += n;
        stream_close(stream);
    }
    if (st.st_size <= 1 << 16) {
        char *whole = malloc((size_t)st.st_size + 1);
        packed_read(packed, node, whole, (size_t)st.st_size);
        free(whole);
    }
}

static void read_folder(struct packed *packed, uint32_t folder, unsigned depth)
{
    for (uint32_t i = packed_first(packed, folder); i; i = packed_next(packed, i)) {
        read_member(packed, i);
        if (depth < 16)
            read_folder(packed, i, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct packed *packed;
    const char    *rest;
    char           path[64], why[ROOT_LOST_MAX];
    int            fd = memfd_create("packed", MFD_CLOEXEC), error;

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (fd >= 0 && write(fd, data, size) == (ssize_t)size &&
        packed_open(path, &packed, &rest) == 0) {
        read_folder(packed, PACKED_TOP, 0);
        packed_lost(packed, why, &error);
        packed_unref(packed);
    }
    if (fd >= 0)
        close(fd);
    return 0;
}
