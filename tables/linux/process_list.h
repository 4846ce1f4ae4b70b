/* process_list.h -- rows of the table processes where the system gives a list of them, and has no /proc. */
#ifndef SVCQL_PROCESS_LIST_H
#define SVCQL_PROCESS_LIST_H

#include "evidence.h"
#include "host.h"
#include "process_row.h"

#define PROCESS_LIST "process list" /* as evidence_sources has it */

/* A zeroed one has no processes. */
struct process_list {
    struct host_processes       all;
    struct host_services        services;
    size_t                      next;
    const struct host_process  *at; /* of the row */
    unsigned                    parts;
    struct host_process_details details;
    int64_t                     records, denied;
};

/* List what runs. 0; -EOPNOTSUPP where processes are files of /proc; another negative errno. */
int process_list_begin(struct tbl_scan *scan, struct process_list *list);

/* The next process that fits the terms: SQLITE_ROW, SQLITE_DONE or SQLITE_NOMEM. */
int process_list_next(struct tbl_scan *scan, struct process_list *list, const struct root *root,
                      struct process *row);

void process_list_end(struct process_list *list);

/* Columns that cost a call. */
int process_list_command(const struct process_list *list, sqlite3_context *out);
int process_list_folder(const struct process_list *list, sqlite3_context *out);
int process_list_parent_name(const struct process_list *list, sqlite3_context *out);
int process_list_parent_exe(const struct process_list *list, sqlite3_context *out);

#endif
