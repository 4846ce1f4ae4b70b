/* yaml_entries.h -- a file of YAML without the entries at the top of its documents that nobody asks for.
 *
 * Half of a rule is for people: its description, references, authors. libyaml reads a character at a time, so
 * leaving them out before it begins is a quarter of the time that it takes to read a folder of rules. That is done
 * only where each line shows by itself that no text in quotes, no [ and no { goes on in the next one: then a line
 * that begins with a word and a colon is an entry at the top, and all is its value up to the next such line. What is
 * wrong in what is left out is not noticed.
 */
#ifndef SVCQL_YAML_ENTRIES_H
#define SVCQL_YAML_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>

/* Write the text to `out`, with as much room, with empty lines in place of the entries that are not in `keys`, which
 * ends with NULL, nor the first of a document; *ret_size is what was written. False where the text is not so plain: read all of it. */
bool yaml_entries(const char *text, size_t size, const char *const *keys, char *out,
                  size_t *ret_size);

#endif
