/* property_text.h -- files of NAME=VALUE or NAME: VALUE lines, and of one value alone.
 *
 * Parsers give one property after the other from a text that stays the caller's:
 *
 *     struct property property;
 *     while ((r = property_next(PROPERTY_ENVIRONMENT, &text, &property)) > 0)
 *         ... property.name, property.value ...
 *
 * Names and values are not NUL-terminated and may hold any bytes but a newline.
 */
#ifndef SVCQL_PROPERTY_TEXT_H
#define SVCQL_PROPERTY_TEXT_H

#include <stddef.h>

enum property_form {
    PROPERTY_ENVIRONMENT, /* os-release(5), systemd's state files: NAME=VALUE, quoted or not */
    PROPERTY_COLON,       /* /proc/cpuinfo, /proc/meminfo: NAME, blanks, ":", VALUE */
    PROPERTY_VALUE,       /* one value, the first line; its name is empty */
};

struct property_span {
    const char *text;
    size_t      size;
};

struct property {
    struct property_span name, value; /* without quotes; escapes within them stay as written */
};

/* The next property of *text, which is moved after it. 1; 0 at the end; -EINVAL for a line that
 * is of another form, which is passed over. Blank lines and those that begin with # are none. */
int property_next(enum property_form form, struct property_span *text, struct property *ret);

#endif
