/* event_messages.h -- what numbers in Windows events mean: message identifiers such as %%4417,
 * access masks, logon types.
 *
 * The words are this project's own, short and in lower case, or the symbol's name where that is
 * what people know.
 */
#ifndef SVCQL_EVENT_MESSAGES_H
#define SVCQL_EVENT_MESSAGES_H

#include <stddef.h>
#include <stdint.h>

#include "formats/text/buffer.h"

/* Append a text with its message identifiers replaced by words, and the white space between two of
 * them by a comma: "%%7169\n\t\t%%7170" gives "create service, enumerate services". Identifiers
 * that are not known stay as they are. */
void event_message_words(const char *text, size_t size, struct buffer *out);

/* Append the rights in an access mask to an object of a type ("File", "Key", "SERVICE OBJECT",
 * "SC_MANAGER OBJECT"; of other types only the standard rights have names), joined with commas;
 * bits without a name in hexadecimal at the end. */
void event_access_words(const char *object_type, uint32_t mask, struct buffer *out);

const char *event_logon_type(int64_t type); /* NULL: unknown */

#endif
