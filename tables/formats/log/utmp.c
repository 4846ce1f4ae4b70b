#include "utmp.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "formats/text/byte_order.h"

/* Offsets of both layouts (glibc, bits/utmp.h): all before ut_session are the same. */
enum { TYPE = 0, PID = 4, LINE = 8, USER = 44, HOST = 76 };
enum { LINE_SIZE = 32, USER_SIZE = 32, HOST_SIZE = 256 };
enum { SIZE_32 = 384, TIME_32 = 340, ADDRESS_32 = 348 };
enum { SIZE_64 = 400, TIME_64 = 344, ADDRESS_64 = 360 };

/* Whether the first records of a file are of that size: their types are known ones. */
static bool fits(const uint8_t *data, size_t size, size_t record)
{
    for (size_t i = 0; i + record <= size && i < 8 * record; i += record)
        if (le_number(data + i + TYPE, 2) > 9)
            return false;
    return size >= record || size == 0;
}

size_t utmp_record_size(const uint8_t *data, size_t size)
{
    static const size_t sizes[] = {SIZE_32, SIZE_64};

    for (size_t i = 0; i < 4; i++) /* first those that leave no rest: a file may be cut short */
        if ((i >= 2 || size % sizes[i] == 0) && fits(data, size, sizes[i % 2]))
            return sizes[i % 2];
    return 0;
}

int utmp_read(const uint8_t *data, size_t record, struct utmp_record *ret)
{
    static const char *const types[] = {NULL,   "runlevel", "boot_time", "new_time", "old_time",
                                        "init", "login",    "user",      "dead",     "accounting"};
    uint64_t                 type = le_number(data + TYPE, 2);

    if (type >= sizeof types / sizeof types[0])
        return -EINVAL;
    if (!types[type])
        return 0;
    *ret = (struct utmp_record){
        .type = types[type],
        .pid = (int32_t)le_number(data + PID, 4),
        .time = record == SIZE_32 ? (int64_t)(uint32_t)le_number(data + TIME_32, 4)
                                  : (int64_t)le_number(data + TIME_64, 8),
        .address = data + (record == SIZE_32 ? ADDRESS_32 : ADDRESS_64),
        .user = (const char *)data + USER,
        .tty = (const char *)data + LINE,
        .host = (const char *)data + HOST,
        .user_size = strnlen((const char *)data + USER, USER_SIZE),
        .tty_size = strnlen((const char *)data + LINE, LINE_SIZE),
        .host_size = strnlen((const char *)data + HOST, HOST_SIZE),
    };
    return 1;
}
