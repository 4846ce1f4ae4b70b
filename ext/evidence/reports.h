/* reports.h -- the tables' reports of their sources, for evidence_sources. Tables report with
 * svcql_report(). */
#ifndef SVCQL_REPORTS_H
#define SVCQL_REPORTS_H

#include "evidence.h"

struct report_entry {
    struct report_entry *next_in_bucket;
    struct report_entry *next; /* in the order of the first report */
    struct report        report;
    uint64_t             statement; /* that the report is of; 0: of none */
};

/* The oldest, or NULL. They stay valid until the connection ends. */
const struct report_entry *reports_first(const struct svcql *svcql);

/* Whether a table has reported of a host that it read, or tried to. */
bool svcql_reported_host(const struct svcql *svcql, const char *table, const char *host);

/* Whether a whole root was probed, and read since: its files have reports of their own now. */
bool report_is_stale(const struct svcql *svcql, const struct report *report);

#endif
