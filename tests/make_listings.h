/* make_listings.h -- services as each tool prints them.
 */
#ifndef SVCQL_MAKE_LISTINGS_H
#define SVCQL_MAKE_LISTINGS_H

#include <stddef.h>

/* `rows` is name|status|start_type|command of each row, in the order of the file. */
struct made_listing {
    const char *file, *form, *text, *rows;
};

extern const struct made_listing made_listings[];
extern const size_t              made_listings_n;

#endif
