/* security_descriptor.h -- Windows security descriptors, self-relative, as SDDL and entry by entry.
 *
 * Formats: [MS-DTYP] 2.4.2 (SID), 2.4.4 (access entries), 2.4.5 (lists), 2.4.6 (descriptors), 2.5.1
 * (SDDL). Nothing is trusted; functions return 0 or a negative errno, -EBADMSG for what is no
 * descriptor.
 */
#ifndef SVCQL_SECURITY_DESCRIPTOR_H
#define SVCQL_SECURITY_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/buffer.h"

/* What the descriptor guards, which decides what SDDL calls its rights: a key's full access is KA,
 * the same bits of a service are CCDCLCSWRPWP and so on. */
enum sd_object { SD_SERVICE, SD_KEY };

/* Append a descriptor as SDDL. An entry that cannot be read ends its list with "(?)". */
int sd_put_sddl(struct buffer *text, const uint8_t *data, size_t size, enum sd_object object);

/* Append a SID as "S-1-5-18"; its SDDL alias ("SY") where it has one and `alias` is set. */
void sd_put_sid(struct buffer *text, const uint8_t *sid, size_t size, bool alias);

/* Bytes of the SID at `sid`, 0 where there is none. */
size_t sd_sid_size(const uint8_t *sid, size_t size);

enum sd_entry_type { SD_ALLOW = 0, SD_DENY = 1, SD_AUDIT = 2 };

/* Rights of a service ([MS-SCMR] 3.1.4) that matter here, and generic ones. */
enum sd_right {
    SD_SERVICE_QUERY_STATUS = 0x4, /* without it, a service is not listed */
    SD_KEY_QUERY_VALUE = 0x1,      /* of a key: winnt.h */
    SD_GENERIC_ALL = 0x10000000,
};
#define SD_GENERIC_READ 0x80000000u
#define SD_INHERIT_ONLY 0x8 /* an entry's flag: for what is below alone */

struct sd_entry {
    uint8_t        type; /* enum sd_entry_type, object types folded into the plain ones; or other */
    uint8_t        flags;
    uint32_t       mask;
    const uint8_t *sid;
    size_t         sid_size;
};

/* The discretionary list, entry by entry. */
struct sd_list {
    const uint8_t *data;
    size_t         size;
    uint32_t       n;
    bool           damaged; /* an entry could not be read */
};

/* -ENOENT where a descriptor has no such list, which gives everyone full access. */
int  sd_dacl(const uint8_t *data, size_t size, struct sd_list *ret);
bool sd_next(struct sd_list *list, struct sd_entry *ret);

/* Whether a service's descriptor keeps it out of lists of services: it denies the right to query
 * its status to administrators, the system, users or those logged on, or grants it to no one. */
bool sd_hides_service(const uint8_t *data, size_t size);

/* Whether a key's descriptor keeps the same accounts from reading its values, or grants that to no one. */
bool sd_hides_key(const uint8_t *data, size_t size);

#endif
