/* report.h -- the forms of a hunt's result that other programs and people read.
 *
 *   svcql hunt --format html --output report.html     one page for a browser, without a network
 *   svcql hunt --format ecs | ocsf | timesketch       a JSON object a line, of that schema
 *   svcql hunt --format navigator                     a layer for the ATT&CK Navigator
 */
#ifndef SVCQL_REPORT_H
#define SVCQL_REPORT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>

enum report_form {
    REPORT_HTML,
    REPORT_NAVIGATOR,
    REPORT_TIMESKETCH,
    REPORT_ECS,
    REPORT_OCSF,
    N_REPORTS
};

/* The form of this name; false where there is none. */
bool report_named(const char *name, enum report_form *ret);

/* Rows that the caller knows how to ask for: the key of their list in the page's data. */
struct report_rows {
    const char *key, *sql;
};

/* The options of the hunt. The temporary tables hunt_findings, hunt_posture and hunt_coverage exist. */
struct report {
    const char               *severity; /* lowest grade */
    double                    since;    /* seconds of Unix time; 0: all time */
    const struct report_rows *rows;     /* ends with a NULL key */
};

/* Write it: false where a query failed, with the reason in the database, or memory ran out. */
bool report_write(sqlite3 *db, enum report_form form, const struct report *report, FILE *file);

#endif
