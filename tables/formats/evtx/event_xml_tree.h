/* event_xml_tree.h -- an event's XML as the tree of JSON that evtx_dump makes of it.
 *
 * Shippers put the XML of an event whole into one member: Sysmon for Linux through syslog, Splunk's
 * _raw, wevtutil's lines. An element is an object of its children, its attributes under
 * "#attributes" and its text under "#text"; one of text alone is a string. Data is called by its
 * Name, and "Data" where it has none.
 */
#ifndef SVCQL_EVENT_XML_TREE_H
#define SVCQL_EVENT_XML_TREE_H

#include <cjson/cJSON.h>
#include <stddef.h>

/* The object of the root element, for cJSON_Delete(): 0, -EBADMSG where the text is not well formed, nests deeper
 * than 32 or declares a document type, or -ENOMEM; *ret is then NULL. */
int event_xml_tree(const char *xml, size_t size, cJSON **ret);

#endif
