/* plist_encoding.h -- the encodings of XML property lists, for plist_xml.c. */
#ifndef SVCQL_PLIST_ENCODING_H
#define SVCQL_PLIST_ENCODING_H

#include "plist_sink.h"

/* Make a file UTF-8, by its byte order mark or the encoding="" of an <?xml line at its very
 * beginning; without either it is UTF-8. Where it is not UTF-8 already, *data and *size become those
 * of `out`, which the caller frees. Read: UTF-8, UTF-16 and UTF-32 of either order, us-ascii,
 * iso-8859-1, windows-1252 and macintosh. Returns as plist_parse(): -ENOTSUP for another encoding. */
int plist_to_utf8(struct plist_sink *sink, const uint8_t **data, size_t *size, struct buffer *out);

/* Write a character; returns its bytes, 1 to 4, or 0 for what is not a character of Unicode. */
size_t plist_utf8(uint32_t character, char out[4]);

/* Whether bytes are UTF-8; NULs and other control characters are. */
bool plist_is_utf8(const char *text, size_t size);

#endif
