/* rpm_store.h -- rpm's databases that are not SQLite: package headers by a number.
 *
 * Berkeley DB: RHEL and its derivatives up to 8, Amazon Linux 2 and others keep
 * /var/lib/rpm/Packages as a hash. Format facts: Berkeley DB 4.8 and 5.3, dbinc/db_page.h (hash
 * meta, hash and overflow pages). Only what leads to the values is read: pages in their order, the
 * second of each pair of items, and the chain of overflow pages that hold a header.
 *
 * ndb: SUSE keeps Packages.db so. Format facts: rpm 4.14 and later, lib/backend/ndb/rpmpkg.c (slots
 * of 16 bytes, each of which names the blocks of a header).
 */
#ifndef SVCQL_RPM_STORE_H
#define SVCQL_RPM_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rpm_store {
    const uint8_t *data;
    size_t         size;
    bool           ndb;
    uint32_t       page_size, n_pages; /* of a hash */
    uint32_t       page;               /* that comes next */
    uint32_t       n_items;            /* of ndb: slots */
    uint32_t       item;               /* that comes next */
    uint8_t       *blob;               /* of rpm_store_read() */
    size_t         room;
    uint64_t lost; /* slots, items and pages that damage or a cut has taken, as far as is known */
};

/* Borrows `data`. -EBADMSG: neither; -EOPNOTSUPP: a hash of the other byte order, or encrypted, or
 * a later version of ndb. */
int  rpm_store_open(const uint8_t *data, size_t size, struct rpm_store *ret);
void rpm_store_close(struct rpm_store *store); /* accepts a zeroed one */

/* The place of the next package's header, never 0: 1, or 0 at the end. */
int rpm_store_next(struct rpm_store *store, int64_t *ret_place);

/* The header at a place, good until the next call: 0, -EBADMSG or -ENOMEM. */
int rpm_store_read(struct rpm_store *store, int64_t place, const uint8_t **ret, size_t *ret_size);

#endif
