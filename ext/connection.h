/* connection.h -- what the frame keeps of one connection. Tables use evidence.h instead. */
#ifndef SVCQL_CONNECTION_H
#define SVCQL_CONNECTION_H

#include "evidence.h"
#include "table.h"

#define REPORT_BUCKETS 1024

struct report_entry {
    struct report_entry *next_in_bucket;
    struct report_entry *next; /* in the order of the first report */
    struct report        report;
};

struct setting {
    const char *name, *doc, *value; /* value is owned unless it is the default */
    const char *fallback;
};

struct kept {
    struct kept *next;
    const void  *key;
    void        *data;
    void (*free)(void *);
};

struct svcql {
    sqlite3                       *db;
    int                            references;
    const struct tbl_table *const *tables;
    size_t                         n_tables;
    int64_t                       *scans; /* of each table */
    struct setting                *settings;
    size_t                         n_settings;
    struct kept                   *kept;
    struct evidence_list          *evidence;
    struct report_entry           *reports, **reports_end;
    struct report_entry           *buckets[REPORT_BUCKETS];
};

/* A connection's state with the live host as its evidence; one reference is the caller's. */
int           svcql_new(sqlite3 *db, struct svcql **ret);
struct svcql *svcql_ref(struct svcql *svcql);
void          svcql_unref(struct svcql *svcql);

/* The table of that name that the extension brings, or NULL. */
const struct tbl_table *svcql_table(const char *name);

int svcql_set(struct svcql *svcql, const char *name, const char *value); /* SQLITE_NOTFOUND */

/* Whether a table has reported a location, or of a host that it read or tried to. */
bool svcql_reported(const struct svcql *svcql, const char *table, const char *location);
bool svcql_reported_host(const struct svcql *svcql, const char *table, const char *host);

/* Report what each table would read and has not read yet. Returns an SQLite code. */
int svcql_probe(struct svcql *svcql);

/* Evidence (evidence.c). */
int  evidence_list_new(struct evidence_list **ret);
void evidence_list_free(struct evidence_list *list);

/* The i-th evidence, or NULL behind the last. */
const struct evidence *evidence_at(const struct svcql *svcql, size_t i);

/* Discover what lies at a location and add it: one or more hosts, all called `host` unless that is
 * NULL. What was added of the same location before is taken away. Negative errno. */
int evidence_add(struct svcql *svcql, const char *location, const char *host);
int evidence_remove(struct svcql *svcql, int64_t id);

/* One evidence with its loose files, counted: a scan holds what was there when it began. */
struct evidence_entry {
    int                     references;
    struct evidence         shown;
    struct discovered_file *files;
    size_t                  n_files;
};

/* One with a copy of the location, which takes all else from the item; NULL when out of memory. */
struct discovered;
struct evidence_entry *evidence_entry_new(const char *location, struct discovered *item);
struct evidence_entry *evidence_entry_ref(const struct svcql *svcql,
                                          size_t              i); /* NULL at the end */
void                   evidence_entry_unref(struct evidence_entry *entry);

#endif
