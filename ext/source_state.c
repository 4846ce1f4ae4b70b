/* source_state.c -- source_state(): whether the sources that an answer rests on were read whole.
 *
 *     SELECT source_state('sudoers', '%', 'web1', (SELECT count(*) FROM sudoers));
 *
 * It returns the state at the time of the call. The last argument is not used: a value from the
 * query that reads the tables is known only after they were read, so the call comes after that.
 */
#include "source_state.h"

#include <string.h>

#include "evidence/reports.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

static const char *const troubles[] = {
    [SOURCE_ABSENT] = "absent",   [SOURCE_DENIED] = "denied",   [SOURCE_DAMAGED] = "damaged",
    [SOURCE_UNKNOWN] = "unknown", [SOURCE_READ] = "incomplete",
};

/* Whether the name is in a list of names separated by commas, and whether it is the first. */
static bool in_list(const char *list, const char *name, bool *ret_first)
{
    size_t size = strlen(name);

    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, size) == 0 && (!at[size] || at[size] == ',')) {
            *ret_first = at == list;
            return true;
        }
    }
    return false;
}

struct question {
    const char *tables, *location, *host;
};

static bool is_asked(const struct svcql *svcql, const struct report *report,
                     const struct question *q, bool *ret_first)
{
    return report->host && strcmp(report->host, q->host) == 0 &&
           in_list(q->tables, report->table, ret_first) &&
           sqlite3_strlike(q->location, report->location, 0) == 0 &&
           !report_is_stale(svcql, report);
}

static void result_troubles(sqlite3_context *out, unsigned found)
{
    sqlite3_str *text = sqlite3_str_new(sqlite3_context_db_handle(out));

    for (size_t i = 0; i < TBL_COUNT(troubles); i++)
        if (found & 1u << i)
            sqlite3_str_appendf(text, "%s%s", sqlite3_str_length(text) ? "," : "", troubles[i]);
    char *list = sqlite3_str_finish(text);
    if (list)
        sqlite3_result_text(out, list, -1, sqlite3_free);
    else
        sqlite3_result_error_nomem(out);
}

static void source_state(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    const struct svcql   *svcql = sqlite3_user_data(out);
    const struct question q = {(const char *)sqlite3_value_text(argv[0]),
                               (const char *)sqlite3_value_text(argv[1]),
                               (const char *)sqlite3_value_text(argv[2])};
    unsigned              found = 0;
    bool                  was_read = false, first;

    (void)argc;
    if (!q.tables || !q.location || !q.host)
        return;
    for (const struct report_entry *e = reports_first(svcql); e; e = e->next) {
        const struct report *report = &e->report;
        if (report->status == SOURCE_READY || !is_asked(svcql, report, &q, &first))
            continue;
        if (report->status != SOURCE_READ || report->skipped > 0)
            found |= 1u << report->status;
        else if (first && report->records != TBL_NULL)
            was_read = true;
    }
    if (found)
        result_troubles(out, found);
    else
        sqlite3_result_text(out, was_read ? "read" : "absent", -1, SQLITE_STATIC);
}

static void unref(void *data)
{
    svcql_unref(data);
}

int source_state_register(struct svcql *svcql)
{
    return sqlite3_create_function_v2(svcql_db(svcql), "source_state", 4,
                                      SQLITE_UTF8 | SQLITE_DIRECTONLY, svcql_ref(svcql),
                                      source_state, NULL, NULL, unref);
}
