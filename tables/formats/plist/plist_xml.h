/* plist_xml.h -- the reader of XML property lists, for plist.c. */
#ifndef SVCQL_PLIST_XML_H
#define SVCQL_PLIST_XML_H

#include "plist_sink.h"

/* Hand every event of an XML property list to the sink. Returns as plist_parse(). */
int plist_read_xml(struct plist_sink *sink, const uint8_t *data, size_t size);

#endif
