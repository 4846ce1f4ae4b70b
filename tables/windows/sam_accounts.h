/* sam_accounts.h -- accounts and groups of the SAM hives of a scan's evidence, live or from disks: what users and
 * groups have of Windows.
 *
 *     sam_accounts_begin(&accounts, scan, true, host, root);
 *     while ((rc = sam_accounts_next(&accounts, &row)) == SQLITE_ROW) ...
 *     sam_accounts_end(&accounts);
 *
 * Each hive is reported. The folder of a profile is from the SOFTWARE hive beside it.
 */
#ifndef SVCQL_SAM_ACCOUNTS_H
#define SVCQL_SAM_ACCOUNTS_H

#include "hive_file.h"

/* A row; texts live until the scan's next one. */
struct sam_account {
    int64_t     id;    /* the last number of its SID */
    int64_t     group; /* the same of a user's primary group */
    const char *name, *description, *sid;
    const char *directory; /* of a user; NULL: it has no profile */
    const char
        *members; /* of a group: names of this machine's accounts, SIDs of others; commas between */
    int64_t     number; /* in the hive, from 1 */
    const char *host, *source;
};

struct sam_accounts {
    struct tbl_scan    *scan;
    bool                users; /* or groups */
    struct sources      sources;
    struct source       source;
    struct hive_file    sam, software;
    bool                open, software_tried;
    unsigned            domain; /* the next one */
    struct hive_subkeys keys;
    uint8_t             machine[12]; /* the three numbers of its SID */
    bool                has_machine;
    int64_t             number, records, skipped;
    struct buffer       first, second, text;
};

int  sam_accounts_begin(struct sam_accounts *accounts, struct tbl_scan *scan, bool users,
                        const char *host, const char *root);
int  sam_accounts_next(struct sam_accounts *accounts, struct sam_account *ret);
void sam_accounts_end(struct sam_accounts *accounts); /* accepts a zeroed one */

#endif
