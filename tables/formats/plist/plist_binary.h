/* plist_binary.h -- the reader of binary property lists, for plist.c. */
#ifndef SVCQL_PLIST_BINARY_H
#define SVCQL_PLIST_BINARY_H

#include "plist_sink.h"

/* Hand every event of a binary property list to the sink. Returns as plist_parse(). */
int plist_read_binary(struct plist_sink *sink, const uint8_t *data, size_t size);

#endif
