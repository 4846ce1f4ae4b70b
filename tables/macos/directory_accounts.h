/* directory_accounts.h -- accounts and groups of macOS's local directory, below the roots of a scan's evidence: what users
 * and groups have of macOS. Each is a property list in /var/db/dslocal/nodes/Default/users or groups, as a rule a binary
 * one: a dictionary of attributes, each an array of texts.
 *
 *     directory_accounts_begin(&accounts, scan, true, host, root);
 *     while ((rc = directory_accounts_next(&accounts, &row)) == SQLITE_ROW) ...
 *     directory_accounts_end(&accounts);
 *
 * Each file is reported; on a running macOS only root may read them.
 *
 * What attributes mean is documented for the standard ones that the files' own stand for (Apple, "Mac OS X Server:
 * Specifications", appendix A, "Mac OS X Directory Data"): of RecordName (`name`) the first counts, UniqueID (`uid`) is a
 * number of 32 bits with a sign, and one that is no number is taken for 0, which is root. A user is a member of a group that
 * has him in GroupMembership (`users`) by name, or in GroupMembers (`groupmembers`) by his GeneratedUID; members of groups in
 * NestedGroups are members too.
 */
#ifndef SVCQL_DIRECTORY_ACCOUNTS_H
#define SVCQL_DIRECTORY_ACCOUNTS_H

#include "formats/plist/plist_values.h"
#include "place_files.h"

/* An account of a root. */
struct directory_user {
    char   *name, *uuid, *home; /* NULL: it has none; the name is never */
    int64_t uid;                /* INT64_MIN: none */
};

struct directory_users {
    struct directory_user *list;
    size_t                 n;
};

/* All of a source's root, and a report of them for the scan's table where some cannot be read. SQLITE_OK or SQLITE_NOMEM;
 * nothing where there is no such directory. */
int  directory_users_load(struct tbl_scan *scan, const struct source *source,
                          struct directory_users *ret);
void directory_users_free(struct directory_users *users); /* accepts a zeroed one */

/* A row; texts live until the scan's next one. */
struct directory_account {
    int64_t     id, group; /* of a user; a group has its own id; TBL_NULL: none */
    const char *name, *description, *uuid, *directory, *shell; /* all but the name may be NULL */
    bool        hidden;
    const char *
        members; /* of a group: names; UUIDs of nested groups and of accounts that the root lacks */
    const char *host, *source;
};

struct directory_accounts {
    bool                   users; /* or groups */
    struct place_files     files;
    struct plist_values    record;
    struct directory_users known; /* of groups: the accounts of the root, in order of UUID */
    bool                   sorted;
    const char           **listed; /* names that the group has, in order */
    size_t                 n_listed;
    struct buffer          members;
};

int directory_accounts_begin(struct directory_accounts *accounts, struct tbl_scan *scan, bool users,
                             const char *host, const char *root);
int directory_accounts_next(struct directory_accounts *accounts, struct directory_account *ret);
void directory_accounts_end(struct directory_accounts *accounts); /* accepts a zeroed one */

#endif
