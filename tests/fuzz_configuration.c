/* fuzz_configuration.c -- any bytes as a configuration of the schedule. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "program/configuration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct configuration c = {.n_queries = 0};
    struct json_error    error = {0};
    char                 path[64];
    int                  fd = memfd_create("configuration", MFD_CLOEXEC);

    if (fd < 0)
        return 0;
    if (write(fd, data, size) == (ssize_t)size) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        if (configuration_read(path, "web1", &c, &error) == 0)
            configuration_free(&c);
    }
    close(fd);
    return 0;
}
