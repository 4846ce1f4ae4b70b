/* make_acl.h -- an access control list as Linux keeps it (formats/access/posix_acl.h), and a file with one. */
#ifndef SVCQL_MAKE_ACL_H
#define SVCQL_MAKE_ACL_H

#include <stdbool.h>
#include <sys/xattr.h>

#include "make_bytes.h"

enum acl_tag {
    ACL_USER_OBJ = 1,
    ACL_USER = 2,
    ACL_GROUP_OBJ = 4,
    ACL_GROUP = 8,
    ACL_MASK = 16,
    ACL_OTHER = 32,
};

struct acl_entry {
    enum acl_tag tag;
    unsigned     allowed;
    unsigned     id; /* of ACL_USER and ACL_GROUP */
};

#define ACL_ROOM 100 /* bytes of a list of 12 entries */

/* Entries up to one of tag 0, in the order of their tags. */
static inline size_t make_acl(const struct acl_entry *entries, uint8_t ret[ACL_ROOM])
{
    size_t size = 4;

    put_le(ret, 2, 4);
    for (; entries->tag; entries++, size += 8) {
        bool named = entries->tag == ACL_USER || entries->tag == ACL_GROUP;
        put_le(ret + size, entries->tag, 2);
        put_le(ret + size + 2, entries->allowed, 2);
        put_le(ret + size + 4, named ? entries->id : UINT32_MAX, 4);
    }
    return size;
}

/* Whether the file has it now: not all file systems keep lists. */
static inline bool give_acl(const char *path, const struct acl_entry *entries)
{
    uint8_t acl[ACL_ROOM];

    return setxattr(path, "system.posix_acl_access", acl, make_acl(entries, acl), 0) == 0;
}

#endif
