/* judgement.h -- the SQL functions signal_severity(), signal_reasons(), signal_names() and
 * signal_techniques(). */
#ifndef SVCQL_JUDGEMENT_H
#define SVCQL_JUDGEMENT_H

#include "table/connection.h"

/* Register them with the connection, which outlives them. Returns an SQLite code. */
int judgement_register(struct svcql *svcql);

#endif
