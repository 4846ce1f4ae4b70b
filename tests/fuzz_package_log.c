/* fuzz_package_log.c -- any lines as the log of a package manager. */
#include <stdlib.h>
#include <string.h>

#include "formats/package/package_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t sum;

static void see(const struct package_change *change)
{
    const struct slice *slices[] = {
        &change->package, &change->architecture, &change->old_version, &change->new_version,
        &change->command, &change->requested_by, &change->detail};

    if (!change->tool || !change->action)
        abort();
    for (size_t i = 0; i < sizeof slices / sizeof *slices; i++)
        for (size_t c = 0; c < slices[i]->size; c++)
            sum += (unsigned char)slices[i]->at[c];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct package_log    log = {.year = 2026};
    struct package_change change;
    struct slice          rest = {(const char *)data, size}, line;

    while (slice_line(&rest, &line)) {
        char *copy = malloc(line.size + 1); /* alone, so that reading beyond it shows */

        memcpy(copy, line.at, line.size);
        for (package_log_push(&log, copy, line.size); package_log_next(&log, &change);)
            see(&change);
        free(copy);
    }
    for (package_log_end(&log); package_log_next(&log, &change);)
        see(&change);
    package_log_free(&log);
    return 0;
}
