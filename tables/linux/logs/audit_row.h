/* audit_row.h -- a row of audit_events, and what fills its columns from an event. */
#ifndef SVCQL_AUDIT_ROW_H
#define SVCQL_AUDIT_ROW_H

#include "audit_filter.h"
#include "audit_input.h"
#include "formats/audit/audit_event.h"
#include "table.h"

#define AUDIT_RULES_MAX 32 /* sets of rules have so many bits */

struct audit_row {
    double      time;
    int64_t     serial;
    const char *category;
    const char *type;
    const char *syscall;
    int64_t     success;
    int64_t     exit;
    int64_t     pid;
    int64_t     ppid;
    int64_t     uid;
    int64_t     euid;
    int64_t     suid;
    int64_t     fsuid;
    int64_t     gid;
    int64_t     egid;
    int64_t     sgid;
    int64_t     fsgid;
    int64_t     auid;
    int64_t     ses;
    const char *user;
    const char *login_user;
    const char *tty;
    const char *comm;
    const char *exe;
    const char *key;
    const char *cwd;
    const char *unit;
    const char *result;
    const char *op;
    const char *acct;
    const char *hostname;
    const char *addr;
    int64_t     target_pid;
    const char *target_comm;
    const char *subject;
    const char *host;
    const char *source;
    int64_t     offset;
    const char *file; /* arguments */
    const char *root;
    int64_t     service_tools;
    int64_t     unit_writes;
    int64_t     outline;
};

struct audit_rule; /* how a field fills a column: audit_row.c */

/* Rules by the first letter of their names, only those that a query needs. A set of them is a bit
 * mask of their places in `rules`. */
struct audit_rules {
    const struct audit_rule *rules[AUDIT_RULES_MAX];
    uint32_t                 same[AUDIT_RULES_MAX]; /* the set of rules that fill the same column */
    uint32_t                 looked_up;             /* the set of those about the enriched part */
    uint8_t begin['z' - 'A' + 2]; /* of a letter's rules; the next one's is the end */
    size_t  n;
};

/* The fields of the PATH record of the file that an event is about, name NULL where it has none. */
struct audit_object {
    struct audit_field mode, ouid, ogid;
};

struct audit_state {
    struct audit_input     input;
    struct audit_event     event; /* of the row */
    struct audit_filter    filter;
    struct audit_rules     rules;
    struct audit_arguments arguments;
    struct buffer          text;            /* scratch */
    bool                   arguments_known; /* of the row */
    struct audit_files     files;
    bool                   files_known; /* of the row */
    struct audit_object    object;
    bool                   object_known; /* of the row */
    bool                   syscall;      /* whether the column is used */
    bool                   program;      /* whether comm or exe is */
    bool                   no_memory;
};

/* Find out which columns the query uses, once a scan. */
void audit_row_begin(struct tbl_scan *scan);

/* Fill a row, whose fields are NULL, from state->event. Sets state->no_memory. */
void audit_row_fill(struct tbl_scan *scan, enum audit_category category, struct audit_row *row);

/* Text that is not UTF-8 is shown with it. */
#define AUDIT_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Columns that are computed where they are asked for: audit_lazy.c. */
tbl_getter audit_get_types;
tbl_getter audit_get_paths;
tbl_getter audit_get_creates;
tbl_getter audit_get_path;
tbl_getter audit_get_mode;
tbl_getter audit_get_ouid;
tbl_getter audit_get_ogid;
tbl_getter audit_get_objects;
tbl_getter audit_get_record;
tbl_getter audit_get_event_records;
tbl_getter audit_get_datetime;
tbl_getter audit_get_argv;
tbl_getter audit_get_keys;
tbl_getter audit_get_incomplete;
tbl_getter audit_get_cmdline;
tbl_getter audit_get_proctitle;
tbl_getter audit_get_address;

#endif
