/* unit_file.h -- the text of a unit file, as much of it as systemd would read.
 *
 * systemd reads a file line by line, of any size, so padding hides nothing from it. Here the text
 * of comments is dropped where a file is large, and the rest may have UNIT_FILE_MAX bytes.
 */
#ifndef SVCQL_UNIT_FILE_H
#define SVCQL_UNIT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "root.h"

#define UNIT_FILE_MAX (16u << 20) /* bytes of a file that are kept */

struct unit_file_text {
    char  *text; /* the caller's to free(); comments are "#" alone where the file is large */
    size_t size;
    size_t file_size; /* bytes read of the file */
    bool   cut;       /* the file is longer */
};

/* Read a regular file: 0 or a negative errno. */
int unit_file_read(const struct root *root, const char *path, struct unit_file_text *ret);

#endif
