#include "sigma_audit_names.h"

#include <string.h>

#define NAME_MAX 16u /* bytes of a name that is remembered */

bool sigma_audit_encoded(const char *name, size_t size)
{
    static const char *const names[] = {
        "comm", "exe",  "name",  "cwd", "cmd", "proctitle", "acct", "key",   "path",  "file",
        "dir",  "data", "ocomm", "old", "new", "vm",        "grp",  "watch", "device"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == size && memcmp(names[i], name, size) == 0)
            return true;
    return false;
}

/* At most eight bytes as a number. */
static uint64_t bytes_of(const char *text, size_t size)
{
    uint64_t whole = 0;
    uint32_t half;

    if (size >= sizeof whole) {
        memcpy(&whole, text, sizeof whole);
    } else if (size >= sizeof half) {
        memcpy(&half, text + size - sizeof half, sizeof half);
        whole = (uint64_t)half << 32;
        memcpy(&half, text, sizeof half);
        whole |= half;
    } else {
        for (size_t i = 0; i < size; i++)
            whole = whole << 8 | (uint8_t)text[i];
    }
    return whole;
}

const struct sigma_audit_name *sigma_audit_name(struct sigma_audit_names *names,
                                                struct sigma *sigma, const char *name, size_t size)
{
    uint64_t begin = bytes_of(name, size), end = 0;
    if (size > sizeof begin)
        end = bytes_of(name + size - sizeof begin, sizeof begin);
    uint64_t                 hash = (begin ^ end << 7 ^ size) * UINT64_C(0x9e3779b97f4a7c15);
    struct sigma_audit_name *slot = &names->slots[hash >> 56];
    if (slot->size == size && slot->begin == begin && slot->end == end && size <= NAME_MAX)
        return slot;
    *slot = (struct sigma_audit_name){begin, end, (uint32_t)size,
                                      sigma_name_find(sigma_event(sigma)->names, name, size),
                                      sigma_audit_encoded(name, size)};
    return slot;
}
