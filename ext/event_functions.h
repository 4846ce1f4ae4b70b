/* event_functions.h -- SQL functions that translate the numbers of Windows events into words. */
#ifndef SVCQL_EVENT_FUNCTIONS_H
#define SVCQL_EVENT_FUNCTIONS_H

#include "sqlite3ext.h"

/* event_message(text), event_access(object_type, mask), logon_type(number): see event_messages.h.
 * event_number(text): the integer that a text spells, 0x1f or 31.
 * NULL for NULL. A mask may be a number or the text of one, in hexadecimal too. */
void event_message_function(sqlite3_context *out, int argc, sqlite3_value **argv);
void event_access_function(sqlite3_context *out, int argc, sqlite3_value **argv);
void event_number_function(sqlite3_context *out, int argc, sqlite3_value **argv);
void logon_type_function(sqlite3_context *out, int argc, sqlite3_value **argv);

#endif
