/* file_descriptor.h -- who may change a file or a folder by its Windows security descriptor.
 *
 *     int r = fd_writers(descriptor, size, is_folder, &writers, &adds_only);
 *
 * Rights: [MS-DTYP] 2.4.3, and those of files and folders (winnt.h).
 */
#ifndef SVCQL_FILE_DESCRIPTOR_H
#define SVCQL_FILE_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/buffer.h"

/* Whether root_acl() gave such a descriptor, and not the access control list of POSIX. */
bool fd_is_descriptor(const uint8_t *data, size_t size);

/* Append the accounts that may change it as items of a JSON array: a name that is the same everywhere
 * ("Everyone"), or a SID. Those that may do all anyway are left out: the system, administrators, the installer of
 * Windows. To change is to write, to take over or to remove; of a folder, to add files or to remove those that
 * are there, but not to add folders, which Windows lets all users do in C:\. *ret_adds_only: of a folder, nobody
 * may do more than add. 0 or -EBADMSG. */
int fd_writers(const uint8_t *data, size_t size, bool folder, struct buffer *writers,
               bool *ret_adds_only);

#endif
