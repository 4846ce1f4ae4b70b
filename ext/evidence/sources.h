/* sources.h -- the files that a scan reads: those of the evidence, or those that the query names.
 * Tables use evidence.h; this is the part for the prober and for views. */
#ifndef SVCQL_SOURCES_H
#define SVCQL_SOURCES_H

#include "evidence_list.h"

/* As sources_begin(), for one evidence. */
int sources_begin_entry(struct sources *sources, struct svcql *svcql, struct evidence_entry *entry,
                        unsigned artefacts);

/* Whether any evidence has one of these artefacts: 1, 0, or a negative errno. */
int sources_any(struct svcql *svcql, unsigned artefacts);

/* Place of artefacts of a kind below a root of that evidence; NULL where its system keeps none. */
const char *sources_place(const struct evidence *evidence, enum artefact artefact);

#endif
