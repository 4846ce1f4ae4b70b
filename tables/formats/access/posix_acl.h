/* posix_acl.h -- who may write or read, by an access control list.
 *
 * Format of the attribute system.posix_acl_access: Linux, include/uapi/linux/posix_acl_xattr.h: a
 * version (2, u32) and entries of tag (u16), permissions (u16) and id (u32), all little-endian.
 */
#ifndef SVCQL_POSIX_ACL_H
#define SVCQL_POSIX_ACL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACL_NOBODY UINT32_MAX

/* Call `writer` for each account beside the owner that the list lets write: `tag` is 'u' or 'g'
 * with an id, or 'o' for everyone. The mask is applied. -EBADMSG where the bytes are not such a
 * list.
 */
int acl_writers(const uint8_t *data, size_t size, void (*writer)(char tag, uint32_t id, void *data),
                void *writer_data);

/* Whether the list gives a user who is not the owner all of `wanted`, bits as those of a mode, by the
 * order of acl(5): his own entry, else those of his groups, else that of others. `in_group` says whether
 * he is in a group, ACL_NOBODY for that of the file: 1, 0 or a negative errno. 1, 0, that errno, or
 * -EBADMSG. */
int acl_allows(const uint8_t *data, size_t size, int64_t uid, unsigned wanted,
               int (*in_group)(uint32_t gid, void *data), void *group_data);

#endif
