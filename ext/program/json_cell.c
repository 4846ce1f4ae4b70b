#include "json_cell.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define SECONDS_SIZE 19 /* of 2026-11-24 10:00:00 */

static bool is_datetime_column(const char *name)
{
    static const char suffix[] = "_datetime";
    size_t            size = strlen(name), end = sizeof suffix - 1;

    return strcmp(name, suffix + 1) == 0 || (size > end && strcmp(name + size - end, suffix) == 0);
}

/* Whether a text is SQLite's form of a time: YYYY-MM-DD HH:MM:SS, and a fraction perhaps. */
static bool is_sqlite_time(const char *text, size_t size)
{
    static const char form[] = "0000-00-00 00:00:00";

    if (size < SECONDS_SIZE || size == SECONDS_SIZE + 1 || size > SECONDS_SIZE + 10)
        return false;
    for (size_t i = 0; i < size; i++) {
        char expected = i < SECONDS_SIZE ? form[i] : i == SECONDS_SIZE ? '.' : '0';
        if (expected == '0' ? !isdigit((unsigned char)text[i]) : text[i] != expected)
            return false;
    }
    return true;
}

void put_json_text(struct buffer *out, const char *column, const char *text, size_t size)
{
    char iso[SECONDS_SIZE + 12];

    if (!is_datetime_column(column) || !is_sqlite_time(text, size)) {
        buffer_json(out, text, size);
        return;
    }
    memcpy(iso, text, size);
    iso[10] = 'T';
    iso[size] = 'Z';
    buffer_json(out, iso, size + 1);
}
