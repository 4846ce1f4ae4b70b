#include "event_functions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/evtx/event_messages.h"

SQLITE_EXTENSION_INIT3

static void finish(sqlite3_context *out, struct buffer *text)
{
    const char *result = buffer_text(text);

    if (result)
        sqlite3_result_text64(out, result, text->size, SQLITE_TRANSIENT, SQLITE_UTF8);
    else
        sqlite3_result_error_nomem(out);
    buffer_free(text);
}

/* An integer, or a text that spells one; false where the value is neither. */
static bool number_of(sqlite3_value *value, int64_t *ret)
{
    char *end;

    if (sqlite3_value_type(value) == SQLITE_INTEGER) {
        *ret = sqlite3_value_int64(value);
        return true;
    }
    const char *text = (const char *)sqlite3_value_text(value);
    if (!text || !*text)
        return false;
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    errno = 0;
    *ret = (int64_t)strtoull(text, &end, hex ? 16 : 10);
    return !errno && !*end;
}

void event_message_function(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    const char   *text = (const char *)sqlite3_value_text(argv[0]);
    struct buffer words = {0};

    (void)argc;
    if (!text)
        return;
    event_message_words(text, (size_t)sqlite3_value_bytes(argv[0]), &words);
    finish(out, &words);
}

void event_access_function(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    const char   *type = (const char *)sqlite3_value_text(argv[0]);
    struct buffer words = {0};
    int64_t       mask;

    (void)argc;
    if (!number_of(argv[1], &mask))
        return;
    event_access_words(type ? type : "", (uint32_t)mask, &words);
    finish(out, &words);
}

void event_number_function(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    int64_t number;

    (void)argc;
    if (number_of(argv[0], &number))
        sqlite3_result_int64(out, number);
}

void logon_type_function(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    int64_t type;

    (void)argc;
    const char *word = number_of(argv[0], &type) ? event_logon_type(type) : NULL;
    if (word)
        sqlite3_result_text(out, word, -1, SQLITE_STATIC);
}
