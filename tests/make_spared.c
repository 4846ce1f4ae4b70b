#include "make_spared.h"

#include <string.h>

#include "harness.h"

void expect_spared(sqlite3 *db, const char *view, const char *expression, const char *list,
                   const char *column)
{
    harness_query(db,
                  "CREATE TEMP TABLE spared AS SELECT host, %s AS value, platform, count(*) AS n "
                  "FROM %s WHERE %s <> '' GROUP BY 1, 2 LIMIT 1",
                  expression, view, expression);
    bool folds = strcmp(column, "user") == 0 ||
                 harness_int(db, "SELECT count(*) FROM spared WHERE platform = 'windows'") == 1;
    const struct {
        const char *value, *host;
        bool        stays;
    } turns[] = {{"value", "host || '-2'", true},
                 {"value", "host", false},
                 {"value", "NULL", false},
                 {"upper(value)", "NULL", !folds}};

    ck_assert_int_eq(harness_int(db, "SELECT upper(value) <> value FROM spared"), 1);
    int64_t n = harness_int(db, "SELECT coalesce(sum(n), 0) FROM spared");
    ck_assert_msg(n > 0, "no row of %s has %s", view, expression);
    int64_t others = harness_int(db, "SELECT count(*) FROM %s", view) - n;
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        harness_query(db, "DELETE FROM %s", list);
        harness_query(db, "INSERT INTO %s(%s, host) SELECT %s, %s FROM spared", list, column,
                      turns[i].value, turns[i].host);
        int64_t left = harness_int(db,
                                   "SELECT count(*) FROM %s WHERE host = (SELECT host FROM spared) "
                                   "AND %s = (SELECT value FROM spared)",
                                   view, expression);
        ck_assert_msg(left == (turns[i].stays ? n : 0), "%s, %s %s for host %s: %d rows of %d",
                      view, list, turns[i].value, turns[i].host, (int)left, (int)n);
        ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM %s", view), others + left);
    }
    harness_query(db, "DELETE FROM %s; DROP TABLE spared", list);
}
