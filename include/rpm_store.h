/* rpm_store.h -- rpm's database as it was before SQLite: a Berkeley DB hash of package headers.
 *
 * RHEL and its kin up to 8, Amazon Linux 2 and others keep /var/lib/rpm/Packages so. Format facts:
 * Berkeley DB 4.8 and 5.3, dbinc/db_page.h (hash meta, hash and overflow pages). Only what leads to
 * the values is read: pages in their order, the second of each pair of items, and the chain of
 * overflow pages that a header stands on.
 */
#ifndef SVCQL_RPM_STORE_H
#define SVCQL_RPM_STORE_H

#include <stddef.h>
#include <stdint.h>

struct rpm_store {
    const uint8_t *data;
    size_t         size;
    uint32_t       page_size, n_pages;
    uint32_t       page, item; /* that come next */
    uint8_t       *blob;       /* of rpm_store_read() */
    size_t         room;
};

/* Borrows `data`. -EBADMSG: no hash; -EOPNOTSUPP: one of the other byte order, or encrypted. */
int  rpm_store_open(const uint8_t *data, size_t size, struct rpm_store *ret);
void rpm_store_close(struct rpm_store *store); /* accepts a zeroed one */

/* The place of the next package's header, never 0: 1, or 0 at the end. */
int rpm_store_next(struct rpm_store *store, int64_t *ret_place);

/* The header at a place, good until the next call: 0, -EBADMSG or -ENOMEM. */
int rpm_store_read(struct rpm_store *store, int64_t place, const uint8_t **ret, size_t *ret_size);

#endif
