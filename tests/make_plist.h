/* make_plist.h -- writes property lists for fixtures. */
#ifndef SVCQL_MAKE_PLIST_H
#define SVCQL_MAKE_PLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An XML property list around one value, as text: "<dict>...</dict>". malloc()ed. */
char *make_plist_xml(const char *value);

/* The same value as a binary property list, one object a value, none shared. malloc()ed. */
uint8_t *make_plist_binary(const char *value, size_t *ret_size);

/* Write it below a folder, in one form or the other. */
void make_plist(const char *dir, const char *path, bool binary, const char *value);

#endif
