/* rules_scan.h -- a scan of svcql_rules(): what its parts, rules of Sigma and rules in SQL, have in common. */
#ifndef SVCQL_RULES_SCAN_H
#define SVCQL_RULES_SCAN_H

#include "formats/sigma/sigma_correlate.h"
#include "formats/text/json_pairs.h"
#include "formats/text/rule_file.h"
#include "root.h"
#include "sigma_audit.h"
#include "sigma_events.h"
#include "table.h"

#define RULE_EVENTS_MAX 4096 /* different EventIDs that rules in SQL name */

struct match_row {
    const char *rule;
    const char *id;
    const char *level;
    const char *technique;
    const char *tags;
    const char *host;
    double      time;
    const char *subject;
    const char *row;
    const char *source;
    const char *record;
    const char *file;
    int64_t     line;
    const char *status;
    const char *error;
    int64_t     number;
    int64_t     match;
    const char *path;
    const char *logs;
};

/* One file of rules in SQL; the rules of all files have consecutive numbers. */
struct rule_source {
    char        *name, *location; /* below the folder of rules, and in full */
    struct rules rules;
    int          error; /* negative errno of reading or parsing */
};

/* Rules in SQL, and the private connection that they run in. */
struct sql_rules {
    struct rule_source *files;
    size_t              n_files;
    sqlite3            *db;
    char              **columns; /* of logs, and names of the records' data that it has not */
    bool               *needed;  /* of each column: whether a rule reads it */
    size_t              n_columns, n_own;
    struct buffer      *values; /* of the names that logs has not, in the row at hand */
    struct buffer       record; /* lines of its audit event */
    struct sigma_audit *audit;
    struct json_pairs   pairs;
    int64_t             events[RULE_EVENTS_MAX]; /* EventIDs that the rules name */
    size_t              n_events;
    bool                all_events; /* some rule names none */
    size_t              file, rule;
    sqlite3_stmt       *stmt; /* of the rule that is running */
};

/* Rules in YAML, and the events that they are tried on. */
struct sigma_rules {
    struct sigma            *rules;
    struct sigma_events     *events;
    struct sigma_found       found;      /* the event at hand */
    size_t                   at;         /* of its rules; or of all rules, of those with an error */
    uint32_t                *matches;    /* of each rule, so far */
    struct sigma_correlator *correlator; /* NULL: no rule is a correlation */
    enum { SIGMA_ERRORS, SIGMA_HITS, SIGMA_JOINED, SIGMA_SLOW, SIGMA_DONE } stage;
};

struct rules_scan {
    struct svcql      *svcql;
    const char        *path;
    struct sql_rules   sql;
    struct sigma_rules sigma;
    int64_t            number, match; /* of the rule in SQL at hand */
};

/* rules_sql.c: a file of rules; make ready once all were read; the next match or error
 * (SQLITE_ROW, SQLITE_DONE); free. */
int  sql_rules_read(struct tbl_scan *scan, const struct root *root, const char *path,
                    const char *name);
int  sql_rules_begin(struct tbl_scan *scan, const char *logs);
int  sql_rules_next(struct tbl_scan *scan, struct match_row *row);
void sql_rules_free(struct sql_rules *sql);

/* rules_sigma.c: the same of rules in YAML. */
int  sigma_rules_read(struct tbl_scan *scan, const struct root *root, const char *path,
                      const char *name);
int  sigma_rules_begin(struct tbl_scan *scan, const char *logs);
int  sigma_rules_next(struct tbl_scan *scan, struct match_row *row);
void sigma_rules_free(struct sigma_rules *sigma);

#endif
