#include "osquery_functions.h"

#include <errno.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "formats/text/regexp_group.h"

SQLITE_EXTENSION_INIT3

static void put_value(struct buffer *b, sqlite3_value *value)
{
    const char *text = (const char *)sqlite3_value_text(value);

    if (text)
        buffer_put(b, text, (size_t)sqlite3_value_bytes(value));
}

static void result_buffer(sqlite3_context *out, struct buffer *b)
{
    const char *text = buffer_text(b);

    if (text)
        sqlite3_result_text(out, text, (int)b->size, SQLITE_TRANSIENT);
    else
        sqlite3_result_error_nomem(out);
    buffer_free(b);
}

void concat_function(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct buffer b = {0};

    for (int i = 0; i < argc; i++)
        put_value(&b, argv[i]);
    result_buffer(out, &b);
}

void concat_ws_function(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct buffer b = {0};
    bool          any = false;

    if (argc < 1 || sqlite3_value_type(argv[0]) == SQLITE_NULL)
        return;
    for (int i = 1; i < argc; i++) {
        if (sqlite3_value_type(argv[i]) == SQLITE_NULL)
            continue;
        if (any)
            put_value(&b, argv[0]);
        put_value(&b, argv[i]);
        any = true;
    }
    result_buffer(out, &b);
}

void split_function(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    const char   *text = (const char *)sqlite3_value_text(argv[0]);
    const char   *separators = (const char *)sqlite3_value_text(argv[1]);
    sqlite3_int64 n = sqlite3_value_int64(argv[2]);

    (void)argc;
    if (!text || !separators || n < 0)
        return;
    for (text += strspn(text, separators); *text; text += strspn(text, separators)) {
        size_t size = strcspn(text, separators);
        if (n-- == 0) {
            sqlite3_result_text(out, text, (int)size, SQLITE_TRANSIENT);
            return;
        }
        text += size;
    }
}

void regex_match_function(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    const char   *text = (const char *)sqlite3_value_text(argv[0]), *found;
    const char   *pattern = (const char *)sqlite3_value_text(argv[1]);
    sqlite3_int64 group = sqlite3_value_int64(argv[2]);
    size_t        size;

    (void)argc;
    if (!text || !pattern)
        return;
    if (group < 0 || group > REGEXP_GROUP_MAX) {
        sqlite3_result_error(out, "regex_match: the group is 0 to 9", -1);
        return;
    }
    int r = regexp_group(pattern, strlen(pattern), text, (size_t)sqlite3_value_bytes(argv[0]),
                         (unsigned)group, &found, &size);
    if (r == -ENOMEM)
        sqlite3_result_error_nomem(out);
    else if (r < 0)
        sqlite3_result_error(out,
                             r == -EINVAL ? "regex_match: not a pattern that is understood"
                                          : "regex_match: pattern and text are too large",
                             -1);
    else if (r > 0 && found)
        sqlite3_result_text(out, found, (int)size, SQLITE_TRANSIENT);
}
