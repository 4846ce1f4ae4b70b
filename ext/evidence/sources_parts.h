/* sources_parts.h -- the pieces of a scan's sources: the batch of those of one evidence, what a query names,
 * and the iterator over them. */
#ifndef SVCQL_SOURCES_PARTS_H
#define SVCQL_SOURCES_PARTS_H

#include <glob.h>

#include "discovery.h"
#include "sources.h"

struct found {
    struct evidence_entry *entry; /* counted; NULL: none holds it */
    struct root           *root;
    char                  *host; /* where there is no entry */
    char                  *path, *shown;
    char                  *copy;  /* of a source; may be NULL */
    char                  *units; /* folder of units to open as a system, later */
    enum artefact          artefact;
    bool                   named; /* in the query */
};

/* The sources of one evidence, or those that a query names. */
struct batch {
    struct found *found;
    size_t        n, next;
};

struct sources_impl {
    struct svcql *svcql;
    unsigned      artefacts;
    const char   *host; /* that the question, or the scan, is about; NULL: any */
    bool          of_scan;
    bool (*of_others)(const struct source *source);
    struct evidence_entry **entries; /* whose sources follow, from `at` on */
    size_t                  n, at;
    glob_t                  names; /* files that fit the query's pattern, from `next_name` on */
    size_t                  next_name;
    struct batch            batch;
    struct root            *units;  /* of the current source, a folder of units */
    struct evidence_entry  *lender; /* of the batch's root; counted both */
    struct root            *lent;
};

/* The owner of a source: an evidence, or a host by name. */
struct owner {
    struct evidence_entry *entry;
    const char            *host;
};

/* Systems of evidence, as a set. */
enum os { OS_LINUX = 1, OS_WINDOWS = 2, OS_MACOS = 4, OS_UNIX = OS_LINUX | OS_MACOS };

unsigned source_os(const char *kind);

/* source_batch.c. Those that add return 0 or a negative errno. */
void batch_clear(struct batch *batch);
int  batch_add(struct batch *batch, struct owner owner, struct root *root, enum artefact artefact,
               const char *path);
int batch_add_system(struct sources_impl *impl, struct owner owner, struct root *root, unsigned os);
int batch_add_hive(struct sources_impl *impl, struct owner owner, struct root *root,
                   const char *path);
int batch_add_entry(struct sources_impl *impl, struct evidence_entry *entry, struct root *root);
bool          batch_can_have(const struct sources_impl *impl, const struct evidence_entry *entry);
struct source source_of(const struct found *found, struct root *units);

/* sources_named.c: what a query names. -ENODATA: none of the wanted kinds. */
int sources_add_named(struct sources_impl *impl, const char *path);
int sources_add_file(struct sources_impl *impl, const char *path);
int sources_add_root(struct sources_impl *impl, const char *path);
int sources_next_name(struct sources_impl *impl);

#endif
