/* unit_specifiers.h -- %i, %h and their like (systemd.unit(5) "Specifiers"; behaviour of systemd
 * 252's src/shared/specifier.c and src/core/unit-printf.c).
 */
#ifndef SVCQL_UNIT_SPECIFIERS_H
#define SVCQL_UNIT_SPECIFIERS_H

#include "formats/text/arena.h"
#include "formats/text/buffer.h"

/* The value of each letter; NULL: unknown, or not a specifier. Strings are the caller's. */
struct unit_specifiers {
    const char *values[128];
    int         systemd; /* version that expands them; 0: not known, a recent one */
};

/* Fill in what the unit's name says: %n %N %p %P %i %I %j %J %f; of a template, which has no
 * instance yet, %i %I %f are not known. Texts are put into the arena. */
void unit_specifiers_name(struct unit_specifiers *specifiers, const char *unit,
                          struct arena *memory);

/* Fill in %y and %Y: the unit's file and the folder that holds it. */
void unit_specifiers_file(struct unit_specifiers *specifiers, const char *path,
                          struct arena *memory);

/* Append a text with its specifiers expanded, %% as %; those whose value is not known stay as they
 * are written. False where a letter or digit follows "%" that systemd has no specifier of, which
 * makes it refuse the text. The first argument is a struct unit_specifiers (see struct
 * unit_expander). */
bool unit_specifiers_expand(const void *specifiers, const char *text, struct buffer *out);

/* Append a name without its escapes: "-" is "/", "\x2d" a byte. False, and nothing appended, where
 * it has an escape that is none. */
bool unit_name_unescape(const char *name, size_t size, struct buffer *out);

#endif
