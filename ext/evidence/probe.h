/* probe.h -- for evidence_sources: the sources that no query has read yet. */
#ifndef SVCQL_PROBE_H
#define SVCQL_PROBE_H

struct svcql;

/* Report what each table would read and has not read yet. Returns an SQLite code. */
int svcql_probe(struct svcql *svcql);

#endif
