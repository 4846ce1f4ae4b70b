#include "posix_acl.h"

#include <errno.h>

#include "formats/text/byte_order.h"

enum { ACL_VERSION = 2, ACL_WRITE = 2, HEADER_SIZE = 4, ENTRY_SIZE = 8 };
enum {
    TAG_USER = 0x02,
    TAG_GROUP_OWNER = 0x04,
    TAG_GROUP = 0x08,
    TAG_MASK = 0x10,
    TAG_OTHER = 0x20
};

static bool is_list(const uint8_t *data, size_t size)
{
    return size >= HEADER_SIZE && (size - HEADER_SIZE) % ENTRY_SIZE == 0 &&
           le32(data) == ACL_VERSION;
}

static unsigned mask_of(const uint8_t *data, size_t size)
{
    for (size_t at = HEADER_SIZE; at < size; at += ENTRY_SIZE)
        if (le16(data + at) == TAG_MASK)
            return le16(data + at + 2);
    return 7;
}

int acl_writers(const uint8_t *data, size_t size, void (*writer)(char tag, uint32_t id, void *data),
                void *writer_data)
{
    if (!is_list(data, size))
        return -EBADMSG;

    unsigned mask = mask_of(data, size);
    for (size_t at = HEADER_SIZE; at < size; at += ENTRY_SIZE) {
        unsigned tag = le16(data + at), allowed = le16(data + at + 2);
        uint32_t id = le32(data + at + 4);

        if (tag == TAG_OTHER && allowed & ACL_WRITE)
            writer('o', ACL_NOBODY, writer_data);
        if (!(allowed & mask & ACL_WRITE))
            continue;
        if (tag == TAG_USER)
            writer('u', id, writer_data);
        else if (tag == TAG_GROUP || tag == TAG_GROUP_OWNER)
            writer('g', tag == TAG_GROUP ? id : ACL_NOBODY, writer_data);
    }
    return 0;
}

int acl_allows(const uint8_t *data, size_t size, int64_t uid, unsigned wanted,
               int (*in_group)(uint32_t gid, void *data), void *group_data)
{
    bool grouped = false, others = false;

    if (!is_list(data, size))
        return -EBADMSG;
    unsigned mask = mask_of(data, size);
    for (size_t at = HEADER_SIZE; at < size; at += ENTRY_SIZE) {
        unsigned tag = le16(data + at), allowed = le16(data + at + 2);
        uint32_t id = le32(data + at + 4);

        if (tag == TAG_USER && id == uid)
            return (allowed & mask & wanted) == wanted;
        if (tag == TAG_GROUP || tag == TAG_GROUP_OWNER) {
            int r = in_group(tag == TAG_GROUP ? id : ACL_NOBODY, group_data);
            if (r < 0 || (r && (allowed & mask & wanted) == wanted))
                return r;
            grouped |= r > 0;
        }
        if (tag == TAG_OTHER)
            others = (allowed & wanted) == wanted;
    }
    return !grouped && others;
}
