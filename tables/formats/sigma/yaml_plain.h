/* yaml_plain.h -- YAML as rules are nearly always written, read without libyaml.
 *
 * libyaml reads a character at a time and allocates for each token: it took half of the time that a folder of rules
 * takes. This reads the plain part of YAML alone: maps and lists by indentation, scalars that end with their line,
 * plain or in quotes, comments, documents after "---". Anything else, every error too, is left to libyaml; where this
 * reads a file it gives the same trees.
 *
 * Half of a rule is for people: its description, references, authors. Such entries at the top of a document are passed
 * over where each line shows by itself that no text in quotes, no [ and no { goes on in the next one, or where the
 * value is a block after | or >: then all is the entry's up to the next line that begins with a word and a colon.
 * What is wrong in what is passed over is not noticed.
 */
#ifndef SVCQL_YAML_PLAIN_H
#define SVCQL_YAML_PLAIN_H

#include "yaml_tree.h"

/* 1 and the documents, without the entries at their tops that are not in `keys` (which ends with NULL; NULL: all
 * are) nor the first of a document; 0 where the text is not so plain; -ENOMEM. All is the arena's. */
int yaml_plain(const char *text, size_t size, const char *const *keys, struct arena *arena,
               struct yaml_file *ret);

#endif
