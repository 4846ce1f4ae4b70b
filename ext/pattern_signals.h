/* pattern_signals.h -- the SQL function pattern_signals(platform, text). */
#ifndef SVCQL_PATTERN_SIGNALS_H
#define SVCQL_PATTERN_SIGNALS_H

#include "table/connection.h"

/* Register it with the connection, which outlives it. Returns an SQLite code. */
int pattern_signals_register(struct svcql *svcql);

#endif
