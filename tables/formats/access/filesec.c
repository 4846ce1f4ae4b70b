#include "filesec.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "formats/text/byte_order.h"

#define MAGIC       0x012cc16d
#define HEADER_SIZE 44  /* magic, owner, group, number of entries, flags */
#define ENTRY_SIZE  24  /* account, flags, rights */
#define ENTRIES_MAX 128 /* KAUTH_ACL_MAX_ENTRIES */
#define UUID_SIZE   16
#define EVERYONE    12 /* group */

enum { KIND = 0xf, PERMIT = 1, DENY = 2, ONLY_INHERIT = 1 << 8 };
enum {
    WRITE = 1 << 2, /* of a folder: add a file */
    DELETE = 1 << 4,
    APPEND = 1 << 5, /* of a folder: add a folder */
    DELETE_CHILD = 1 << 6,
    WRITE_SECURITY = 1 << 12,
    TAKE_OWNERSHIP = 1 << 13,
};

/* UUIDs of accounts without their own end in the id: mbr_uid_to_uuid(3). */
static const uint8_t of_user[] = {0xff, 0xff, 0xee, 0xee, 0xdd, 0xdd,
                                  0xcc, 0xcc, 0xbb, 0xbb, 0xaa, 0xaa};
static const uint8_t of_group[] = {0xab, 0xcd, 0xef, 0xab, 0xcd, 0xef,
                                   0xab, 0xcd, 0xef, 0xab, 0xcd, 0xef};

struct list {
    const uint8_t *entries;
    size_t         n;
    bool           big; /* the most significant byte comes first */
};

static uint32_t number(const struct list *list, const uint8_t *at)
{
    return list->big ? be32(at) : le32(at);
}

static const uint8_t *entry(const struct list *list, size_t i)
{
    return list->entries + i * ENTRY_SIZE;
}

bool filesec_is_list(const uint8_t *data, size_t size)
{
    return size >= HEADER_SIZE && (le32(data) == MAGIC || be32(data) == MAGIC);
}

static bool is_of(const uint8_t *uuid, const uint8_t *prefix, uint32_t *ret_id)
{
    *ret_id = be32(uuid + UUID_SIZE - 4);
    return memcmp(uuid, prefix, UUID_SIZE - 4) == 0;
}

static bool is_everyone(const uint8_t *uuid)
{
    uint32_t id;

    return is_of(uuid, of_group, &id) && id == EVERYONE;
}

/* What an entry allows that none before it denies its account. */
static uint32_t allowed(const struct list *list, size_t i)
{
    const uint8_t *own = entry(list, i);
    uint32_t       flags = number(list, own + 16), rights = number(list, own + 20);

    if ((flags & KIND) != PERMIT || flags & ONLY_INHERIT)
        return 0;
    for (size_t k = 0; k < i; k++) {
        const uint8_t *other = entry(list, k);
        uint32_t       kind = number(list, other + 16);

        if ((kind & KIND) == DENY && !(kind & ONLY_INHERIT) &&
            (memcmp(own, other, UUID_SIZE) == 0 || is_everyone(other)))
            rights &= ~number(list, other + 20);
    }
    return rights;
}

static struct filesec_writer name(const uint8_t *u)
{
    struct filesec_writer ret = {.tag = '?'};

    if (is_everyone(u))
        ret.tag = 'o';
    else if (is_of(u, of_user, &ret.id))
        ret.tag = 'u';
    else if (is_of(u, of_group, &ret.id))
        ret.tag = 'g';
    snprintf(ret.uuid, sizeof ret.uuid,
             "%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X", u[0], u[1],
             u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14],
             u[15]);
    return ret;
}

/* Whether an entry before has named the account as one that may write. */
static bool named_before(const struct list *list, size_t i, uint32_t changes)
{
    for (size_t k = 0; k < i; k++)
        if (memcmp(entry(list, k), entry(list, i), UUID_SIZE) == 0 && allowed(list, k) & changes)
            return true;
    return false;
}

int filesec_writers(const uint8_t *data, size_t size, bool folder,
                    void (*writer)(const struct filesec_writer *writer, void *data),
                    void *writer_data)
{
    uint32_t changes = WRITE | DELETE | WRITE_SECURITY | TAKE_OWNERSHIP;

    if (!filesec_is_list(data, size))
        return -EBADMSG;
    struct list list = {data + HEADER_SIZE, 0, be32(data) == MAGIC};
    uint32_t    n = number(&list, data + 36);
    if (n == UINT32_MAX) /* it has no list, only an owner */
        return 0;
    if (n > ENTRIES_MAX || n > (size - HEADER_SIZE) / ENTRY_SIZE)
        return -EBADMSG;
    list.n = n;
    changes |= folder ? DELETE_CHILD : APPEND;
    for (size_t i = 0; i < list.n; i++) {
        struct filesec_writer account = name(entry(&list, i));
        if (allowed(&list, i) & changes && !named_before(&list, i, changes))
            writer(&account, writer_data);
    }
    return 0;
}
