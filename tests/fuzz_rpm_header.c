/* fuzz_rpm_header.c -- any bytes as the header of an installed package. */
#include <stdint.h>
#include <string.h>

#include "formats/package/rpm_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t lengths; /* keeps the reads from being optimised away */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rpm_header header;
    struct rpm_files  files;
    struct rpm_file   file;
    uint32_t          value;

    if (rpm_header_parse(data, size, &header) < 0)
        return 0;
    const char *name = rpm_string(&header, RPM_NAME);
    lengths += name ? strlen(name) : 0;
    rpm_int(&header, RPM_EPOCH, 0, &value);
    if (rpm_files_begin(&header, &files) < 0)
        return 0;
    while (rpm_files_next(&files, &file))
        lengths += strlen(file.dir) + strlen(file.base) + strlen(file.digest);
    rpm_files_end(&files);
    return 0;
}
