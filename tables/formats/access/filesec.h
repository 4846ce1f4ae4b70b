/* filesec.h -- who may change a file or a folder by an access control list of macOS, beside its mode.
 *
 * Format: struct kauth_filesec of XNU's bsd/sys/kauth.h, which acl_copy_ext_native() gives: a header, then entries that each
 * allow or deny one account, named by UUID, some rights. A list is gone through in its order, and what an entry denies no
 * later one allows. That of a disk is in the attribute com.apple.system.Security, which other systems do not show.
 */
#ifndef SVCQL_FILESEC_H
#define SVCQL_FILESEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether root_acl() gave such a list. */
bool filesec_is_list(const uint8_t *data, size_t size);

/* An account: tag 'u' or 'g' with an id, 'o' for everyone; '?': its UUID says nothing but itself (users.uuid). */
struct filesec_writer {
    char     tag;
    uint32_t id;
    char     uuid[37];
};

/* Call `writer` once for each account that the list lets write, remove or take over, or add files to a folder or remove those
 * in it. 0, or -EBADMSG. */
int filesec_writers(const uint8_t *data, size_t size, bool folder,
                    void (*writer)(const struct filesec_writer *writer, void *data),
                    void *writer_data);

#endif
