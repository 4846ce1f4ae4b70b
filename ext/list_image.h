/* list_image.h -- the lists as a database that the build has made, which becomes the TEMP schema of a connection page by page.
 *
 * To insert the lists' rows one by one takes more than half of what loading takes.
 */
#ifndef SVCQL_LIST_IMAGE_H
#define SVCQL_LIST_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

struct sqlite3;

/* Made by the build of sql/lists/; of a build without one the size is 0. */
struct list_image {
    const unsigned char *data;
    size_t               size;
};
extern const struct list_image embedded_lists;

/* Make every list a table of TEMP. False, and nothing is changed, where that cannot be: TEMP has objects, a
 * transaction is open, the connection's encoding is not UTF-8, or SQLite is older than 3.39. */
bool list_image_restore(struct sqlite3 *db);

/* Empty TEMP, after list_image_restore(). */
void list_image_remove(struct sqlite3 *db);

/* Whether this thread opens a connection for one of the two, of which an extension that SQLite loads by itself
 * is to make nothing. */
bool list_image_opens(void);

#endif
