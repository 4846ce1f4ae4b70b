/* source_state.h -- the SQL function source_state(tables, location, host, after): whether the sources
 * that an answer rests on were read whole. */
#ifndef SVCQL_SOURCE_STATE_H
#define SVCQL_SOURCE_STATE_H

#include "table/connection.h"

/* Register it with the connection. Returns an SQLite code. */
int source_state_register(struct svcql *svcql);

#endif
