/* xml_line.h -- the line that expat is at, by the name that this version of expat has for it. */
#ifndef SVCQL_XML_LINE_H
#define SVCQL_XML_LINE_H

#include <expat.h>

/* From 1 on, as a user counts; 0 where there is none. */
static inline unsigned long xml_line(XML_Parser parser)
{
#if XML_MAJOR_VERSION > 2 || (XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION >= 9)
    return (unsigned long)XML_GetCurrentLineNumber64(parser);
#else
    return (unsigned long)XML_GetCurrentLineNumber(parser);
#endif
}

#endif
