/* own_detections.h -- the user's own detections of a connection: the folder in the setting `signals`.
 *
 *     UPDATE svcql_settings SET value = '/etc/svcql/signals.d' WHERE name = 'signals';
 *
 * They judge together with the shipped ones, in the views SHAPE_signals, by the function
 * own_signals(shape, column, ...). Each is a row of the table signals, with its folder as origin.
 * A detection with a fault is a row of evidence_sources with its file and line.
 */
#ifndef SVCQL_OWN_DETECTIONS_H
#define SVCQL_OWN_DETECTIONS_H

#include "table/connection.h"

/* Register own_signals() with the connection. Returns an SQLite code. */
int own_detections_register(struct svcql *svcql);

/* Replace the detections by those of a folder; "" or NULL for none. Returns an SQLite
 * code; where the folder cannot be read, *ret_error says why, from sqlite3_malloc(), and the
 * earlier ones stay. */
int own_detections_load(struct svcql *svcql, const char *folder, char **ret_error);

#endif
