/* posix_acl.h -- who may write, by mode and access control list.
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

#endif
