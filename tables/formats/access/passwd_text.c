#include "passwd_text.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define FIELDS_MAX 7

/* Split at colons; returns how many fields there are, of which at most FIELDS_MAX are set. */
static size_t split(const char *line, size_t size, struct field fields[FIELDS_MAX])
{
    size_t n = 0;

    for (size_t at = 0; at <= size; n++) {
        const char *colon = memchr(line + at, ':', size - at);
        size_t      end = colon ? (size_t)(colon - line) : size;
        if (n < FIELDS_MAX)
            fields[n] = (struct field){line + at, end - at};
        at = end + 1;
    }
    return n;
}

/* A decimal number of at most 32 bits. */
static bool number(struct field field, int64_t *ret)
{
    int64_t value = 0;

    if (!field.size || field.size > 10)
        return false;
    for (size_t i = 0; i < field.size; i++) {
        if (field.text[i] < '0' || field.text[i] > '9')
            return false;
        value = value * 10 + (field.text[i] - '0');
    }
    if (value > UINT32_MAX)
        return false;
    *ret = value;
    return true;
}

static bool blank(const char *line, size_t size)
{
    while (size && (*line == ' ' || *line == '\t' || *line == '\r')) {
        line++;
        size--;
    }
    return !size || *line == '#';
}

int passwd_parse(const char *line, size_t size, struct passwd_line *ret)
{
    struct field       field[FIELDS_MAX];
    struct passwd_line parsed;

    if (blank(line, size))
        return 0;
    if (split(line, size, field) < 7 || !field[0].size || !number(field[2], &parsed.uid) ||
        !number(field[3], &parsed.gid))
        return -EBADMSG;
    parsed.name = field[0];
    parsed.gecos = field[4];
    parsed.directory = field[5];
    parsed.shell = field[6];
    *ret = parsed;
    return 1;
}

int group_parse(const char *line, size_t size, struct group_line *ret)
{
    struct field      field[FIELDS_MAX];
    struct group_line parsed;

    if (blank(line, size))
        return 0;
    if (split(line, size, field) != 4 || !field[0].size || !number(field[2], &parsed.gid))
        return -EBADMSG;
    parsed.name = field[0];
    parsed.members = field[3];
    *ret = parsed;
    return 1;
}
