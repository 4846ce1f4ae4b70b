/* evidence_list.h -- the hosts that a connection reads from, and the sources found of them. */
#ifndef SVCQL_EVIDENCE_LIST_H
#define SVCQL_EVIDENCE_LIST_H

#include <sys/stat.h>

#include "discovery.h"
#include "evidence.h"

/* Begin with the live host, for svcql_load(). An SQLite code. */
int evidence_begin(struct svcql *svcql);

/* The i-th evidence, or NULL after the last. */
const struct evidence *evidence_at(const struct svcql *svcql, size_t i);

/* Another number after each change of the list. */
uint64_t evidence_changes(const struct svcql *svcql);

/* Discover what is at a location and add it: one or more hosts, all called `host` unless that is
 * NULL. Earlier entries of the same location are removed. Negative errno. */
int evidence_add(struct svcql *svcql, const char *location, const char *host);
int evidence_remove(struct svcql *svcql, int64_t id);

/* One evidence with its loose files, counted: a scan keeps those that existed when it began. */
struct evidence_entry {
    int                     references;
    struct evidence         shown;
    struct discovered_file *files;
    size_t                  n_files;
    unsigned                own;           /* artefacts without rows of other hosts, */
    uint64_t                own_statement; /* as was found in this svcql_statement() */
    struct root            *root; /* open for scans that run, not counted; NULL: none does */
    size_t                  root_users;
    struct stat             root_was; /* as the folder was when it was opened */
};

/* Why a file is not read, of those whose kind is known by its name; NULL for others. */
const char *unread_reason(const char *path);

/* One with a copy of the location, which takes over the rest of the item; NULL when out of memory.
 */
struct evidence_entry *evidence_entry_new(const char *location, struct discovered *item);

/* The i-th, NULL after the last. */
struct evidence_entry *evidence_entry_ref(const struct svcql *svcql, size_t i);
void                   evidence_entry_unref(struct evidence_entry *entry);

#endif
