#include "sam.h"

#include <errno.h>
#include <stdbool.h>

/* Bytes of the tables at the beginning of V and of C, from whose ends offsets count; where in F numbers are. */
enum { V_TABLE = 0xcc, C_TABLE = 0x34, F_RID = 0x30, F_GROUP = 0x34, F_LEAST = 0x38 };
enum { V_NAME = 0x0c, V_FULL_NAME = 0x18, V_COMMENT = 0x24 };
enum { C_RID = 0, C_NAME = 0x10, C_COMMENT = 0x1c, C_MEMBERS = 0x28 };

static uint32_t u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The bytes that an entry of the table names: false where they are not in the value. */
static bool part(const uint8_t *value, size_t size, size_t table, size_t entry, const uint8_t **ret,
                 size_t *ret_size)
{
    size_t at = u32(value + entry), length = u32(value + entry + 4);

    if (at > size - table || length > size - table - at)
        return false;
    *ret = value + table + at;
    *ret_size = length;
    return true;
}

static bool text(const uint8_t *value, size_t size, size_t table, size_t entry,
                 struct sam_text *ret)
{
    size_t bytes;

    if (!part(value, size, table, entry, &ret->data, &bytes) || bytes % 2)
        return false;
    ret->units = bytes / 2;
    return true;
}

int sam_user_parse(const uint8_t *f, size_t f_size, const uint8_t *v, size_t v_size,
                   struct sam_user *ret)
{
    struct sam_user user;

    if (f_size < F_LEAST || v_size < V_TABLE || !text(v, v_size, V_TABLE, V_NAME, &user.name) ||
        !text(v, v_size, V_TABLE, V_FULL_NAME, &user.full_name) ||
        !text(v, v_size, V_TABLE, V_COMMENT, &user.comment))
        return -EBADMSG;
    user.rid = u32(f + F_RID);
    user.group = u32(f + F_GROUP);
    *ret = user;
    return 0;
}

int sam_group_parse(const uint8_t *c, size_t size, struct sam_group *ret)
{
    struct sam_group group;

    if (size < C_TABLE || !text(c, size, C_TABLE, C_NAME, &group.name) ||
        !text(c, size, C_TABLE, C_COMMENT, &group.comment) ||
        !part(c, size, C_TABLE, C_MEMBERS, &group.members, &group.size))
        return -EBADMSG;
    group.rid = u32(c + C_RID);
    *ret = group;
    return 0;
}
