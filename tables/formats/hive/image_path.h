/* image_path.h -- what a service's ImagePath means: which program, which arguments, and what else
 * Windows might run instead.
 *
 * Pure text; a system drive of C: is assumed where a text does not name one. Results are UTF-8, as
 * is what comes in.
 */
#ifndef SVCQL_IMAGE_PATH_H
#define SVCQL_IMAGE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/text/buffer.h"

/* Appends the value of a variable and returns true, or returns false; what it appends is not
 * expanded again. */
typedef bool image_path_lookup(void *arg, const char *name, size_t size, struct buffer *out);

/* Append `text` with its %variables% replaced, from `lookup` (may be NULL) or, where that does not
 * know one, by what a Windows of today has for services; others stay as they are, and all of them in what
 * follows on 256 KiB of result. */
void image_path_expand(struct buffer *out, const char *text, image_path_lookup *lookup, void *arg);

/* What a path names, which decides what it is relative to and which extension it may leave out. */
enum image_kind { IMAGE_PROGRAM, IMAGE_DRIVER, IMAGE_LIBRARY };

/* The parts of a command, pointing into it. */
struct image_path {
    const char *program;
    size_t      program_size;
    const char *arguments; /* to the end of the text; "" where there are none */
    bool        quoted;
    bool        ambiguous; /* not quoted, with a blank in the program's path */
};

/* Split an expanded command. That of a driver or a library is a path and nothing else. */
struct image_path image_path_split(const char *command, enum image_kind kind);

/* Append the path of a program: \SystemRoot, \??\ and paths relative to the search folder of its
 * kind become absolute; bare names get System32 and, except for drivers, their extension. */
void image_path_resolve(struct buffer *out, const char *program, size_t size, enum image_kind kind);

/* Append, as a JSON array, the programs that Windows looks for before the one of an ambiguous
 * command: C:\Program.exe for C:\Program Files\x.exe. The first 16. */
void image_path_candidates(struct buffer *out, const struct image_path *path);

/* The group of a svchost.exe command ("-k netsvcs"), pointing into it; NULL for other programs. */
const char *image_path_svchost_group(const struct image_path *path, size_t *ret_size);

#endif
