#include "inlined.h"

#include <ctype.h>
#include <string.h>

SQLITE_EXTENSION_INIT3

/* Which views are the shipped ones, in the order of embedded_views; NULL where that cannot be told. The answer of a
 * statement's first call holds for all of it. */
static const bool *as_shipped(struct svcql *svcql)
{
    static const char key;
    bool             *shipped = svcql_kept(svcql, &key);

    if (shipped || !(shipped = sqlite3_malloc64(views_count() * sizeof *shipped)))
        return shipped;
    if (views_as_shipped(svcql_db(svcql), shipped) != SQLITE_OK) {
        sqlite3_free(shipped);
        return NULL;
    }
    return svcql_keep_statement(svcql, &key, shipped, sqlite3_free) == SQLITE_OK ? shipped : NULL;
}

static const struct embedded_view *inlinable(struct svcql *svcql, const char *name, size_t size,
                                             bool facts)
{
    const struct embedded_view *view = view_find_word(name, size);

    if (!view || view_is_list(view) ||
        (view_is_late(view) && (!facts || view_facts(view) || view_header(view, "late", &size))))
        return NULL;
    const bool *shipped = as_shipped(svcql);
    return shipped && shipped[view - embedded_views] ? view : NULL;
}

static void put_select(struct svcql *svcql, const struct embedded_view *view, bool facts,
                       struct buffer *sql)
{
    size_t      size;
    const char *select = view_select(view, &size);

    buffer_putc(sql, '(');
    inlined_put(svcql, select, size, facts, sql);
    buffer_puts(sql, "\n)");
}

/* Whether a name is given to what stands before. */
static bool is_renamed(const char *text, const char *end)
{
    while (text < end && isspace((unsigned char)*text))
        text++;
    return end - text > 2 && memcmp(text, "AS", 2) == 0 && isspace((unsigned char)text[2]);
}

void inlined_put(struct svcql *svcql, const char *text, size_t size, bool facts, struct buffer *sql)
{
    const char *end = text + size, *name;
    size_t      n;

    for (const char *at = text; (name = view_source_next(at, end, &n)); at = name + n) {
        const struct embedded_view *view = inlinable(svcql, name, n, facts);
        if (!view)
            continue;
        buffer_put(sql, text, (size_t)(name - text));
        put_select(svcql, view, facts, sql);
        text = name + n;
        if (!is_renamed(text, end))
            buffer_printf(sql, " AS %s", view->name);
    }
    buffer_put(sql, text, (size_t)(end - text));
}

void inlined_put_view(struct svcql *svcql, const char *name, struct buffer *sql)
{
    const struct embedded_view *view = inlinable(svcql, name, strlen(name), false);

    if (view) {
        put_select(svcql, view, false, sql);
        return;
    }
    buffer_putc(sql, '"');
    for (; *name; name++)
        buffer_puts(sql, *name == '"' ? "\"\"" : (char[]){*name, 0});
    buffer_putc(sql, '"');
}
