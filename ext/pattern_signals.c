/* pattern_signals.c -- which signals' patterns match a text, by the table exec_patterns.
 *
 *     SELECT pattern_signals('unix', '/tmp/x -c "curl http://192.0.2.1"');
 *
 * Of a text longer than LOOK_BYTES only its ends are matched, and it is `obfuscated`: more than what runs as
 * one command, so it is there to hide something or to cost time.
 *
 * The patterns are compiled once and kept while the connection changes nothing (list_stamp.h), as a text is
 * matched with some sixty of them for every row of the facts.
 */
#include "pattern_signals.h"

#include <stdlib.h>
#include <string.h>

#include "formats/text/arena.h"
#include "formats/text/buffer.h"
#include "formats/text/regexp.h"
#include "list_stamp.h"

SQLITE_EXTENSION_INIT3

/* Linux takes 128 KiB as one argument, Windows 32,767 characters as a command line. */
#define LOOK_BYTES ((size_t)256 << 10)
#define LOOK_BEGIN ((size_t)192 << 10)
#define OBFUSCATED "obfuscated" /* as detection: sql/signals/obfuscated.sql */

struct pattern {
    const char    *signal, *platform, *text;
    struct regexp *regexp; /* owned */
};

struct patterns {
    struct arena      arena;
    struct pattern   *patterns; /* in the order of their signals */
    size_t            n, room;
    struct list_stamp stamp; /* when they were read */
    struct svcql     *svcql;
};

static void forget(struct patterns *all)
{
    for (size_t i = 0; i < all->n; i++)
        regexp_free(all->patterns[i].regexp);
    arena_free(&all->arena);
    *all = (struct patterns){.svcql = all->svcql};
}

static void free_patterns(void *data)
{
    forget(data);
    sqlite3_free(data);
}

static const char *keep_text(struct patterns *all, sqlite3_stmt *stmt, int column)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);

    return arena_strndup(&all->arena, text ? text : "", (size_t)sqlite3_column_bytes(stmt, column));
}

static int add_pattern(struct patterns *all, sqlite3_stmt *stmt, char **ret_error)
{
    const char     *why = NULL;
    struct pattern *patterns =
        arena_grow(&all->arena, all->patterns, all->n, &all->room, sizeof *patterns);
    if (!patterns)
        return SQLITE_NOMEM;
    all->patterns = patterns;
    struct pattern *pattern = &patterns[all->n];
    *pattern = (struct pattern){keep_text(all, stmt, 0), keep_text(all, stmt, 1),
                                keep_text(all, stmt, 2), NULL};
    if (all->arena.failed)
        return SQLITE_NOMEM;
    int r = regexp_compile(pattern->text, strlen(pattern->text), &pattern->regexp, &why);
    if (r == 0)
        all->n++;
    else if (why)
        *ret_error = sqlite3_mprintf("exec_patterns: %s: %.200s", why, pattern->text);
    return r == 0 ? SQLITE_OK : *ret_error ? SQLITE_ERROR : SQLITE_NOMEM;
}

static int read_patterns(sqlite3 *db, struct patterns *all, char **ret_error)
{
    sqlite3_stmt *stmt = NULL;
    int           rc = sqlite3_prepare_v2(db,
                                          "SELECT signal, platform, pattern FROM exec_patterns "
                                                    "WHERE pattern IS NOT NULL ORDER BY signal",
                                          -1, &stmt, NULL);

    forget(all);
    while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
        rc = add_pattern(all, stmt, ret_error);
    if (rc != SQLITE_DONE && rc != SQLITE_NOMEM && !*ret_error)
        *ret_error = sqlite3_mprintf("%s", sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int current_patterns(sqlite3 *db, struct patterns *all, char **ret_error)
{
    static const char *const lists[] = {"exec_patterns", NULL};
    struct list_stamp        stamp;

    if (list_stamp_stands(all->svcql, lists, &all->stamp, &stamp))
        return SQLITE_OK;
    int rc = read_patterns(db, all, ret_error);
    if (rc == SQLITE_OK)
        all->stamp = stamp;
    return rc;
}

static int match(const struct pattern *pattern, const char *text, size_t size)
{
    if (size <= LOOK_BYTES)
        return regexp_match(pattern->regexp, text, size);
    if (strcmp(pattern->signal, OBFUSCATED) == 0)
        return 1;
    size_t end = LOOK_BYTES - LOOK_BEGIN;
    int    r = regexp_match(pattern->regexp, text, LOOK_BEGIN);
    return r ? r : regexp_match(pattern->regexp, text + size - end, end);
}

static void add_signal(struct buffer *json, const char *signal)
{
    buffer_puts(json, json->size > 1 ? "," : "");
    buffer_json(json, signal, strlen(signal));
}

/* The signals that match, as a JSON array, each once. 0, or a negative errno. */
static int match_all(const struct patterns *all, const char *platform, const char *text,
                     size_t size, struct buffer *json)
{
    const char *last = NULL;
    bool        obfuscated = size <= LOOK_BYTES; /* or need not be added */

    buffer_putc(json, '[');
    for (size_t i = 0; i < all->n; i++) {
        const struct pattern *pattern = &all->patterns[i];
        if ((last && strcmp(last, pattern->signal) == 0) ||
            (strcmp(pattern->platform, "any") != 0 && strcmp(pattern->platform, platform) != 0))
            continue;
        int r = match(pattern, text, size);
        if (r < 0)
            return r;
        if (r == 0)
            continue;
        last = pattern->signal;
        add_signal(json, last);
        obfuscated |= strcmp(last, OBFUSCATED) == 0;
    }
    if (!obfuscated)
        add_signal(json, OBFUSCATED);
    buffer_putc(json, ']');
    return 0;
}

static void fail(sqlite3_context *out, int rc, char *error)
{
    if (error)
        sqlite3_result_error(out, error, -1);
    else
        sqlite3_result_error_code(out, rc);
    sqlite3_free(error);
}

static void pattern_signals(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct patterns *all = sqlite3_user_data(out);
    const char      *platform = (const char *)sqlite3_value_text(argv[0]);
    const char      *text = (const char *)sqlite3_value_text(argv[1]);
    struct buffer    json = {0};
    char            *error = NULL;

    (void)argc;
    if (!platform || !text)
        return;
    int rc = current_patterns(sqlite3_context_db_handle(out), all, &error);
    if (rc != SQLITE_OK) {
        fail(out, rc, error);
        return;
    }
    if (match_all(all, platform, text, (size_t)sqlite3_value_bytes(argv[1]), &json) < 0)
        sqlite3_result_error(out, "exec_patterns: a pattern takes too long", -1);
    else if (buffer_text(&json))
        sqlite3_result_text64(out, json.data, json.size, SQLITE_TRANSIENT, SQLITE_UTF8);
    else
        sqlite3_result_error_nomem(out);
    buffer_free(&json);
}

/* Not deterministic: the table may change. */
int pattern_signals_register(struct svcql *svcql)
{
    static const char key;
    struct patterns  *all = sqlite3_malloc64(sizeof *all);

    if (!all)
        return SQLITE_NOMEM;
    *all = (struct patterns){.svcql = svcql};
    int rc = svcql_keep(svcql, &key, all, free_patterns);
    if (rc != SQLITE_OK)
        return rc;
    return sqlite3_create_function_v2(svcql_db(svcql), "pattern_signals", 2,
                                      SQLITE_UTF8 | SQLITE_DIRECTONLY, all, pattern_signals, NULL,
                                      NULL, NULL);
}
