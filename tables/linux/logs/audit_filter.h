/* audit_filter.h -- whether a query can want an event of the audit log, by its records as they are written.
 *
 * Nothing is decoded: an event that passes may still not fit the query, which SQLite checks, and one that fits
 * always passes.
 */
#ifndef SVCQL_AUDIT_FILTER_H
#define SVCQL_AUDIT_FILTER_H

#include "formats/audit/audit_event.h"
#include "table.h"

struct audit_filter {
    const struct tbl_terms *time, *serial, *type, *pid, *ppid, *comm, *exe;
    unsigned                categories; /* set of 1u << enum audit_category */
    bool                    category;   /* whether a term or the query uses it */
    bool                    program;    /* whether there is a term on comm or exe */
    bool                    tools;      /* leave out programs that cannot be a service tool */
    bool                    writes;     /* leave out those that name no file of a service manager */
};

/* Cheap terms first. *ret_category is set where the filter says that it is used. */
bool audit_filter_event(const struct audit_filter *filter, const struct audit_event *event,
                        enum audit_category *ret_category);

/* Its terms on the program alone. */
bool audit_filter_program(const struct audit_filter *filter, const struct audit_program *program);

/* What the terms are about ------------------------------------------------- */

/* Whether the records of a type have fields that fill columns. */
bool audit_has_columns(enum audit_type type);

/* The program of an event: comm and exe of the first records that have them. */
struct audit_program audit_event_program(const struct audit_event *event);

/* pid and ppid of an event, without a name where it has none: the first record that has one decides, as for
 * the row. */
void audit_event_processes(const struct audit_event *event, struct audit_field *ret_pid,
                           struct audit_field *ret_ppid);

/* Whether its arguments may name a service tool; a folder of units, start scripts or property lists. True of
 * an event without arguments. */
bool audit_event_may_be_tool(const struct audit_event *event);
bool audit_event_may_write_unit(const struct audit_event *event);

#endif
