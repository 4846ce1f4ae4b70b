/* unit_words.h -- the values of unit files taken apart: words, quotes and escapes, as systemd 252
 * takes them (systemd.syntax(7) "Quoting"). Specifiers (%i) and variables ($X) are kept as they are
 * written.
 */
#ifndef SVCQL_UNIT_WORDS_H
#define SVCQL_UNIT_WORDS_H

#include "formats/text/buffer.h"

enum unit_escapes {
    UNIT_ESCAPES_C, /* as in Exec lines: \n, \x41, \101, \u00e4, \s ...; an escape that does not
                       exist stays as it is written */
    UNIT_ESCAPES_STRICT, /* as in Environment=: such an escape is an error */
    UNIT_ESCAPES_PLAIN,  /* as in a shell: a character after a backslash is literal */
    UNIT_ESCAPES_KEEP,   /* as in WantedBy=: a backslash is itself */
};

/* Put the next word of *text, without its quotes, into `ret`, which is emptied first, and move
 * *text after it and the white space that follows. Returns 1; 0 where there is none left; -EINVAL
 * for a quote that does not end or an escape that is an error, with *text where it was; -ENOMEM.
 * The word may hold bytes that are not UTF-8. */
int unit_word(const char **text, enum unit_escapes escapes, struct buffer *ret);

/* Append a text with its escapes decoded, as in StandardInputText=: 0; -EINVAL for an escape that
 * does not exist, then nothing is appended; -ENOMEM. */
int unit_unescape(const char *text, struct buffer *ret);

#endif
