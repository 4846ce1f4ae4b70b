/* make_exports.h -- two events of Windows' services, 7045 and 7036, as each tool exports them.
 */
#ifndef SVCQL_MAKE_EXPORTS_H
#define SVCQL_MAKE_EXPORTS_H

#include <stddef.h>

/* What a form holds: of the columns that it does not, nothing is compared. */
enum { RECORD = 1, WHERE = 2, PROVIDER = 4, ALL_DATA = 8, MADE_ONLY = 16, ALL = 15 };

#define XMLNS "http://schemas.microsoft.com/win/2004/08/events/event"

struct made_export {
    const char *name, *file;
    int         holds;
    const char *text;
};

extern const struct made_export made_exports[];
extern const int                made_exports_n;

/* The data of the two, as make_evtx() takes them. */
extern const char *const made_service[], *const made_state[];

#endif
