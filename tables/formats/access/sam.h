/* sam.h -- accounts and groups as Windows's SAM hive has them: the values F and V of a user, C of a group.
 *
 * Both begin with a table of offsets and sizes; the texts after it are UTF-16LE. Microsoft has published no
 * format: it is as it lies on disks of Windows XP to 11. Everything is a reference into the values.
 */
#ifndef SVCQL_SAM_H
#define SVCQL_SAM_H

#include <stddef.h>
#include <stdint.h>

struct sam_text {
    const uint8_t *data;
    size_t         units; /* of two bytes */
};

struct sam_user {
    uint32_t        rid, group; /* last numbers of its SID and of its primary group's */
    struct sam_text name, full_name, comment;
};

struct sam_group {
    uint32_t        rid;
    struct sam_text name, comment;
    const uint8_t  *members; /* SIDs, one after another */
    size_t          size;
};

/* 0 or -EBADMSG. */
int sam_user_parse(const uint8_t *f, size_t f_size, const uint8_t *v, size_t v_size,
                   struct sam_user *ret);
int sam_group_parse(const uint8_t *c, size_t size, struct sam_group *ret);

#endif
