/* passwd_text.h -- lines of /etc/passwd and /etc/group.
 *
 * Format: passwd(5), group(5). Fields are references into the line; they are not NUL-terminated.
 */
#ifndef SVCQL_PASSWD_TEXT_H
#define SVCQL_PASSWD_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct field {
    const char *text;
    size_t      size;
};

struct passwd_line {
    struct field name, gecos, directory, shell;
    int64_t      uid, gid;
};

struct group_line {
    struct field name, members; /* members: separated by commas */
    int64_t      gid;
};

/* Parse one line without its newline: 1, 0 for an empty line or a comment, -EBADMSG otherwise. */
int passwd_parse(const char *line, size_t size, struct passwd_line *ret);
int group_parse(const char *line, size_t size, struct group_line *ret);

#endif
