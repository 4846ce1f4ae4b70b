/* utmp.h -- records of who is logged in, as utmp(5) has them.
 *
 * The file is an array of records whose layout is the writer's: 384 bytes where times are kept in 32
 * bits, as on x86, and 400 where they are kept in 64, as on arm64; numbers are little-endian.
 */
#ifndef SVCQL_UTMP_H
#define SVCQL_UTMP_H

#include <stddef.h>
#include <stdint.h>

struct utmp_record {
    const char *type;              /* user, login, init, dead, boot_time, runlevel, ...; static */
    int64_t     pid, time;         /* seconds since the epoch */
    const char *user, *tty, *host; /* not NUL-terminated where the field is full */
    size_t      user_size, tty_size, host_size;
    const uint8_t
        *address; /* 16 bytes of the remote host, in network order; of IPv4 the first four,
                               and then zeros; all zeros for none */
};

/* Bytes of one record of a file, whose end may be cut off; 0 where it is of neither layout. */
size_t utmp_record_size(const uint8_t *data, size_t size);

/* Read the record at `data`, of `record` bytes. 1; 0 where it is empty; -EINVAL where it is of no
 * known type. */
int utmp_read(const uint8_t *data, size_t record, struct utmp_record *ret);

#endif
