/* fuzz_utmp.c -- hostile utmp files: every record is read within its bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "formats/log/utmp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t             record = utmp_record_size(data, size);
    struct utmp_record entry;

    for (size_t at = 0; record && at + record <= size; at += record)
        if (utmp_read(data + at, record, &entry) > 0 &&
            (entry.user_size > record || entry.tty_size > record || entry.host_size > record))
            abort();
    return 0;
}
