/* listed.c -- whether a pattern of a list that users change fits a text.
 *
 *     SELECT listed('service_accounts', 'www-data'), listed('monitored_paths', '/etc/rc.local', 'linux');
 *
 * A list has some fifty patterns, and the facts ask for every row of a log: the patterns are read once and
 * kept while the connection changes nothing (list_stamp.h), and so is the last answer of each list.
 */
#include "listed.h"

#include <string.h>

#include "formats/text/arena.h"
#include "list_stamp.h"

SQLITE_EXTENSION_INIT3

#define TEXT_MAX 4096 /* bytes of a text whose answer is kept */

/* Patterns of GLOB. Those of monitored_paths are compared without case. */
static const struct list {
    const char *name, *sql;
    bool        nocase;
} lists[] = {
    {"monitored_paths", "SELECT lower(path), platform FROM monitored_paths", true},
    {"service_accounts", "SELECT name, NULL FROM service_accounts", false},
};

#define N_LISTS (sizeof lists / sizeof lists[0])

struct pattern {
    const char *text, *platform; /* platform NULL: of every one */
    size_t      fixed;           /* bytes before its first special character */
};

struct patterns {
    struct arena      arena;
    struct pattern   *patterns;
    size_t            n, room;
    struct list_stamp stamp; /* when they were read */
    char              text[TEXT_MAX + 1], platform[16];
    bool              asked, answer; /* of the text before */
};

struct listed {
    struct svcql   *svcql;
    struct patterns lists[N_LISTS];
};

static void forget(struct patterns *all)
{
    arena_free(&all->arena);
    *all = (struct patterns){0};
}

static const char *keep_text(struct patterns *all, sqlite3_stmt *stmt, int column)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);

    return text ? arena_strndup(&all->arena, text, strlen(text)) : NULL;
}

static int add(struct patterns *all, sqlite3_stmt *stmt)
{
    struct pattern *patterns =
        arena_grow(&all->arena, all->patterns, all->n, &all->room, sizeof *patterns);
    if (!patterns)
        return SQLITE_NOMEM;
    all->patterns = patterns;
    struct pattern *pattern = &patterns[all->n];
    *pattern = (struct pattern){keep_text(all, stmt, 0), keep_text(all, stmt, 1), 0};
    pattern->fixed = pattern->text ? strcspn(pattern->text, "*?[") : 0;
    all->n += pattern->text != NULL;
    return all->arena.failed ? SQLITE_NOMEM : SQLITE_OK;
}

static int read_list(sqlite3 *db, const struct list *list, struct patterns *all)
{
    sqlite3_stmt *stmt = NULL;
    int           rc = sqlite3_prepare_v2(db, list->sql, -1, &stmt, NULL);

    forget(all);
    while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
        rc = add(all, stmt);
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int current_list(struct listed *listed, sqlite3 *db, size_t i)
{
    const char *const names[] = {lists[i].name, NULL};
    struct list_stamp stamp;

    if (list_stamp_stands(listed->svcql, names, &listed->lists[i].stamp, &stamp))
        return SQLITE_OK;
    int rc = read_list(db, &lists[i], &listed->lists[i]);
    if (rc == SQLITE_OK)
        listed->lists[i].stamp = stamp;
    return rc;
}

static void lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text + 'a' - 'A');
}

static bool fits(const struct patterns *all, const char *text, const char *platform)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct pattern *pattern = &all->patterns[i];
        if (strncmp(pattern->text, text, pattern->fixed) == 0 &&
            (!pattern->platform || !*platform || strcmp(pattern->platform, platform) == 0) &&
            sqlite3_strglob(pattern->text, text) == 0)
            return true;
    }
    return false;
}

/* As fits(), without case where the list is. -1: out of memory. */
static int answer_of(const struct list *list, const struct patterns *all, const char *text,
                     const char *platform)
{
    char *copy = list->nocase ? sqlite3_mprintf("%s", text) : NULL;

    if (list->nocase && !copy)
        return -1;
    if (copy)
        lower(copy);
    bool answer = fits(all, copy ? copy : text, platform);
    sqlite3_free(copy);
    return answer;
}

static bool is_same(const struct patterns *all, const char *text, const char *platform)
{
    return all->asked && strcmp(all->platform, platform) == 0 && strcmp(all->text, text) == 0;
}

static void note(struct patterns *all, const char *text, size_t size, const char *platform,
                 bool answer)
{
    all->asked =
        size <= TEXT_MAX && strlen(text) == size && strlen(platform) < sizeof all->platform;
    if (!all->asked)
        return;
    memcpy(all->text, text, size + 1);
    strcpy(all->platform, platform);
    all->answer = answer;
}

static size_t find_list(const char *name)
{
    size_t i = 0;

    while (i < N_LISTS && strcmp(lists[i].name, name) != 0)
        i++;
    return i;
}

static void listed_function(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct listed *listed = sqlite3_user_data(out);
    const char    *name = (const char *)sqlite3_value_text(argv[0]);
    const char    *text = (const char *)sqlite3_value_text(argv[1]);
    const char    *platform = argc > 2 ? (const char *)sqlite3_value_text(argv[2]) : "";
    size_t         i = name ? find_list(name) : N_LISTS;

    if (i == N_LISTS) {
        sqlite3_result_error(
            out, "listed: its first argument is monitored_paths or service_accounts", -1);
        return;
    }
    sqlite3_result_int(out, 0);
    if (!text || !platform)
        return;
    if (current_list(listed, sqlite3_context_db_handle(out), i) != SQLITE_OK) {
        sqlite3_result_error(out, sqlite3_errmsg(sqlite3_context_db_handle(out)), -1);
        return;
    }
    struct patterns *all = &listed->lists[i];
    int              answer =
        is_same(all, text, platform) ? all->answer : answer_of(&lists[i], all, text, platform);
    if (answer < 0) {
        sqlite3_result_error_nomem(out);
        return;
    }
    note(all, text, (size_t)sqlite3_value_bytes(argv[1]), platform, answer);
    sqlite3_result_int(out, answer);
}

static void free_listed(void *data)
{
    struct listed *all = data;

    for (size_t i = 0; i < N_LISTS; i++)
        forget(&all->lists[i]);
    sqlite3_free(all);
}

/* Not deterministic: the lists may change. */
int listed_register(struct svcql *svcql)
{
    static const char key;
    struct listed    *all = sqlite3_malloc64(sizeof *all);

    if (!all)
        return SQLITE_NOMEM;
    memset(all, 0, sizeof *all);
    all->svcql = svcql;
    int rc = svcql_keep(svcql, &key, all, free_listed);
    for (int args = 2; rc == SQLITE_OK && args <= 3; args++)
        rc = sqlite3_create_function_v2(svcql_db(svcql), "listed", args,
                                        SQLITE_UTF8 | SQLITE_DIRECTONLY, all, listed_function, NULL,
                                        NULL, NULL);
    return rc;
}
