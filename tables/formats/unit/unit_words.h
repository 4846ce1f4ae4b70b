/* unit_words.h -- the values of unit files taken apart: words, quotes and escapes, and the commands
 * of Exec lines, as systemd 252 takes them (systemd.syntax(7) "Quoting"; systemd.service(5)
 * "Command lines"). Specifiers (%i) and variables ($X) are kept as they are written.
 */
#ifndef SVCQL_UNIT_WORDS_H
#define SVCQL_UNIT_WORDS_H

#include "formats/text/buffer.h"

enum unit_escapes {
    UNIT_ESCAPES_C,    /* as in Exec lines and Environment=: \n, \x41, \101, \u00e4, \s ... */
    UNIT_ESCAPES_KEEP, /* as in WantedBy=: a backslash is itself */
};

/* Put the next word of *text, without its quotes, into `ret`, which is emptied first, and move
 * *text behind it and the white space that follows. An escape that does not exist stays as it is
 * written, as in systemd. Returns 1; 0 where there is none left; -EINVAL for a quote that does not
 * end; -ENOMEM. The word may hold bytes that are not UTF-8. */
int unit_word(const char **text, enum unit_escapes escapes, struct buffer *ret);

/* Append the commands of an Exec line, which " ; " separates, as a JSON array of objects:
 *
 *     [{"path": "/bin/sh", "argv": ["sh", "-c", "id"], "prefix": "@-"}]
 *
 * `path` is the program, simplified, `prefix` those of "@-:+!" that stood before it. Returns 0;
 * -ENOMEM;
 * -EINVAL where systemd would refuse the line and with it the unit; then nothing is appended. A
 * line that its "-" lets systemd drop gives the commands before the mistake. */
int unit_commands_json(const char *text, struct buffer *json);

#endif
