#include "inlined.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "evidence/evidence_list.h"
#include "evidence/sources.h"
#include "table.h"
#include "table/registry.h"
#include "table/scope.h"

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

/* Arms without rows ----------------------------------------------------------------- */

/* Which kinds of artefact a statement has found to have a source, of those that it asked about. */
struct artefacts {
    unsigned asked, present;
    uint64_t evidence; /* evidence_changes() of then: it may change while a statement is open */
};

static struct artefacts *known_artefacts(struct svcql *svcql)
{
    static const char key;
    struct artefacts *known = svcql_kept(svcql, &key);
    uint64_t          evidence = evidence_changes(svcql);

    if (known && known->evidence == evidence)
        return known;
    bool kept = known != NULL;
    if (!kept && !(known = sqlite3_malloc64(sizeof *known)))
        return NULL;
    *known = (struct artefacts){.evidence = evidence};
    return kept || svcql_keep_statement(svcql, &key, known, sqlite3_free) == SQLITE_OK ? known
                                                                                       : NULL;
}

/* Of any host: a statement may ask for one after another. */
static bool has_artefact(struct svcql *svcql, unsigned artefact)
{
    struct artefacts *known = known_artefacts(svcql);
    struct scope     *scope = scope_of(svcql), before = *scope;

    if (!known || known->asked & artefact)
        return !known || known->present & artefact;
    scope->host = NULL;
    int r = sources_any(svcql, artefact);
    *scope = before;
    known->asked |= artefact;
    known->present |= r ? artefact : 0; /* an error is the table's to report */
    return r != 0;
}

bool inlined_without_sources(struct svcql *svcql, const char *name, size_t size)
{
    char text[64];

    snprintf(text, sizeof text, "%.*s", (int)size, name);
    const struct tbl_table *table = tbl_find(svcql, text);
    unsigned                set = table ? tbl_artefacts(table) : 0;

    for (unsigned rest = set; rest; rest &= rest - 1)
        if (has_artefact(svcql, rest & -rest))
            return false;
    return set != 0;
}

/* Characters that begin what view_opaque_size() passes over, and brackets. */
static const bool marks[256] = {
    ['\''] = true, ['"'] = true, ['-'] = true, ['('] = true, [')'] = true};

/* What follows the word at depth 0 of brackets of a text, outside of literals and comments; or NULL. */
static const char *after_word(const char *text, const char *end, const char *word)
{
    size_t length = strlen(word);
    int    depth = 0;

    for (size_t n; text < end; text += n) {
        n = 1;
        if (!marks[(uint8_t)*text] && *text != *word)
            continue;
        if ((n = view_opaque_size(text, end)))
            continue;
        n = 1;
        depth += (*text == '(') - (*text == ')');
        if (depth == 0 && (size_t)(end - text) > length && memcmp(text, word, length) == 0)
            return text + length;
    }
    return NULL;
}

/* Whether an arm reads first a table that no evidence has a source for; of a bracket after FROM, the first table in
 * that. */
static bool is_arm_empty(struct svcql *svcql, const char *arm, const char *end)
{
    const char *from = after_word(arm, end, "FROM ");

    while (from && *from == '(')
        from = after_word(from + 1, end, "FROM ");
    if (!from)
        return false;
    size_t n = 0;
    while (from + n < end && (isalnum((unsigned char)from[n]) || from[n] == '_'))
        n++;
    return inlined_without_sources(svcql, from, n);
}

/* Append the SELECT of a view of events, which has an arm for each log, or of failed checks, which has one for each
 * source, without the arms of what no evidence has: planning them takes longer than reading a short log. The first arm
 * names the columns, and with the second it stays a compound, which SQLite plans unlike a SELECT alone. */
static void put_arms(struct svcql *svcql, const char *text, size_t size, bool facts,
                     struct buffer *sql)
{
    static const char between[] = "\nUNION ALL\n";
    const char       *end = text + size;
    bool              compound = false;

    for (const char *arm = text, *next; arm; arm = next) {
        next = after_word(arm, end, between);
        const char *arm_end = next ? next - (sizeof between - 1) : end;
        if (arm != text && (next || compound) && is_arm_empty(svcql, arm, arm_end))
            continue;
        if (arm != text)
            buffer_puts(sql, between);
        compound |= arm != text;
        inlined_put(svcql, arm, (size_t)(arm_end - arm), facts, sql);
    }
}

static void put_select(struct svcql *svcql, const struct embedded_view *view, bool facts,
                       struct buffer *sql)
{
    size_t      size;
    const char *select = view_select(view, &size);

    buffer_putc(sql, '(');
    if (strcmp(view->room, "events") == 0 || strcmp(view->name, "service_command_rows") == 0 ||
        strncmp(view->name, "failed_", 7) == 0)
        put_arms(svcql, select, size, facts, sql);
    else
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
