/* check_promises.c -- what the frame promises of every table, tried on each: terms that reach a table
 * change nothing but its speed, sources are what evidence_sources says, examples show something. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "harness.h"
#include "make_cases.h"
#include "make_evtx.h"
#include "make_hive.h"
#include "make_macos.h"
#include "table.h"

#define TABLE(name) extern const struct tbl_table name##_table;
#include "tables.list.h"
#undef TABLE

static const struct tbl_table *const tables[] = {
#define TABLE(name) &name##_table,
#include "tables.list.h"
#undef TABLE
};

static sqlite3    *db;
static const char *dir;

static char *below(const char *part)
{
    static char path[4096];

    snprintf(path, sizeof path, "%s/%s", dir, part);
    return path;
}

/* Evidence -------------------------------------------------------------------- */

/* Names that are not UTF-8, that are patterns, that differ in case alone. */
static const char *const names[] = {"caf\xe9", "caf\xc3\xa9", "a[b]",  "a*b",      "A%b",  "a_b",
                                    "a'b",     "UPPER",       "upper", "\xff\xfe", "x y ", "-"};

static void make_hostile_linux(void)
{
    char path[300], passwd[4096] = "root:x:0:0::/root:/bin/sh\n", list[4096] = "/.\n";

    make_linux(below("linux"), "Linux1");
    for (size_t i = 0; i < TBL_COUNT(names); i++) {
        snprintf(path, sizeof path, "etc/systemd/system/%s.service", names[i]);
        harness_write_text(below("linux"), path, "[Service]\nExecStart=/bin/a\nUser=x\n");
        snprintf(path, sizeof path, "etc/systemd/system/%s.service.d/%s.conf", names[i], names[i]);
        harness_write_text(below("linux"), path, "[Service]\nNice=1\n");
        snprintf(path, sizeof path, "home/%s/.bash_history", names[i]);
        harness_write_text(below("linux"), path, "systemctl start x\n");
        snprintf(path, sizeof path, "home/%s/.config/systemd/user/u.service", names[i]);
        harness_write_text(below("linux"), path, "[Service]\nExecStart=/bin/a\n");
        snprintf(passwd + strlen(passwd), 300, "%s:x:%zu:1::/home/%s:/bin/sh\n", names[i], 1000 + i,
                 names[i]);
        snprintf(list + strlen(list), 300, "/etc/systemd/system/%s.service\n", names[i]);
    }
    harness_write_text(below("linux"), "etc/passwd", passwd);
    harness_write_text(below("linux"), "etc/group", "sudo:x:27:ann,b\xe9\nroot:x:0:\n");
    harness_write_text(below("linux"), "etc/sudoers", "ann ALL=(ALL) NOPASSWD: /bin/a\n");
    harness_write_text(below("linux"), "etc/sudoers.d/caf\xe9", "bob ALL=(ALL) ALL\n");
    harness_write_text(below("linux"), "var/lib/dpkg/status",
                       "Package: foo\nStatus: install ok installed\nArchitecture: all\n"
                       "Version: 1\n\nPackage: FOO\nStatus: install ok installed\nVersion: 1\n\n");
    harness_write_text(below("linux"), "var/lib/dpkg/info/foo.list", list);
    harness_write_text(below("linux"), "var/log/dpkg.log",
                       "2026-01-01 10:00:00 install foo:all <none> 1\n"
                       "2026-01-01 10:00:01 status installed foo:all 1\n");
}

static void make_hostile_windows(void)
{
    struct made_hive         *hive = make_hive();
    const struct staged_event events[] = {
        {.channel = "System", .provider = "P", .id = 1, .time = 1700000000},
        {.channel = "SYSTEM",
         .provider = "p",
         .id = 2,
         .time = 1700000100,
         .computer = "caf\xc3\xa9"},
        {.channel = "a%b", .provider = "P", .id = 1, .time = 1700000200},
    };
    char path[300];

    make_windows(below("windows"), "WIN1", "%4");
    make_evtx(below("windows/Windows/System32/winevt/Logs/Other.evtx"), events, TBL_COUNT(events));
    make_hive_dword(make_hive_key(hive, "Select"), "Current", 1);
    for (size_t i = 0; i < TBL_COUNT(names); i++) {
        if ((unsigned char)names[i][strcspn(names[i], "\xe9\xff")]) /* hives are UTF-16 */
            continue;
        snprintf(path, sizeof path, "ControlSet001\\Services\\%s", names[i]);
        struct made_key *key = make_hive_key(hive, path);
        make_hive_string(key, "ImagePath", "C:\\a.exe");
        make_hive_string(key, names[i], "x");
        make_hive_dword(key, "Type", 16);
        make_hive_written(key, 1700000000 + (double)i);
    }
    make_hive_written(make_hive_key(hive, "ControlSet002\\Services\\old"), 1600000000);
    make_hive_deleted(make_hive_key(hive, "ControlSet001\\Services\\gone"));
    make_hive_file(hive, dir, "windows/Windows/System32/config/SYSTEM");
    make_hive_free(hive);
}

static void begin(void)
{
    dir = harness_scratch();
    make_hostile_linux();
    make_hostile_windows();
    make_macos(below("macos"), "mac1");
    db = harness_open();
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir);
}

static void finish(void)
{
    harness_close(db);
}

/* Terms ------------------------------------------------------------------------ */

/* A term that reaches the table, and the same behind a '+', which does not. X stands for the column,
 * v.x for a value of it. */
static const struct {
    unsigned    flags;
    const char *term;
    bool        text; /* only of a column of text: '+' takes a number's affinity away */
} terms[] = {
    {TBL_KEY | TBL_RANGE, "X = v.x", false},
    {TBL_KEY, "X IN (v.x, v.y, 'other')", false},
    {TBL_KEY, "X IN (v.x, NULL)", false},
    {TBL_KEY, "X = upper(v.x)", true},
    {TBL_KEY, "X = v.x COLLATE NOCASE", true},
    {TBL_KEY, "X = v.x COLLATE BINARY", true},
    {TBL_KEY, "X IS v.x", false},
    {TBL_RANGE, "X >= v.x", false},
    {TBL_RANGE, "X > v.x", false},
    {TBL_RANGE, "X <= v.x", false},
    {TBL_RANGE, "X < v.x", false},
    {TBL_RANGE, "X BETWEEN v.x AND v.y", false},
    {TBL_PREFIX, "X GLOB v.x", false},
    {TBL_PREFIX, "X GLOB substr(v.x, 1, length(v.x) - 2) || '*'", false},
    {TBL_PREFIX, "X GLOB substr(v.x, 1, length(v.x) / 2) || '*'", false},
    {TBL_PREFIX, "X GLOB upper(substr(v.x, 1, length(v.x) / 2)) || '*'", false},
    {TBL_PREFIX, "X LIKE v.x", false},
    {TBL_PREFIX, "X LIKE upper(v.x)", false},
    {TBL_PREFIX, "X LIKE lower(substr(v.x, 1, length(v.x) - 1)) || '%'", false},
    {TBL_PREFIX, "X LIKE substr(v.x, 1, length(v.x) / 2) || '%'", false},
    {TBL_PREFIX, "X LIKE '%' || substr(v.x, 3) || '%'", false},
};

/* The term with the column's name, behind `mark`, for each X. */
static void write_term(char *out, size_t size, const char *term, const char *mark,
                       const char *column)
{
    size_t n = 0;

    for (const char *p = term; *p && n + 100 < size; p++)
        if (*p == 'X')
            n += (size_t)snprintf(out + n, size - n, "%st.\"%s\"", mark, column);
        else
            out[n++] = *p;
    out[n] = '\0';
}

/* The values of a column that are tried, and the next of each. */
static void keep_values(const char *table, const char *column)
{
    harness_query(db, "DROP TABLE IF EXISTS temp.tried");
    harness_query(db,
                  "CREATE TEMP TABLE tried AS WITH d AS MATERIALIZED (SELECT DISTINCT \"%s\" "
                  "COLLATE BINARY AS x FROM \"%s\" WHERE \"%s\" IS NOT NULL LIMIT 40) "
                  "SELECT x, lead(x) OVER (ORDER BY x) AS y FROM d UNION ALL SELECT '', 'x' "
                  "UNION ALL SELECT 'nosuch', 1",
                  column, table, column);
}

/* The first value for which a term that reaches the table gives other rows; NULL for none. */
static char *differing_value(const char *table, const char *column, const char *term)
{
    char pushed[600], plain[600];

    write_term(pushed, sizeof pushed, term, "", column);
    write_term(plain, sizeof plain, term, "+", column);
    char *rows =
        harness_query(db,
                      "SELECT quote(x) || ' gives ' || a || ', not ' || b FROM ("
                      "SELECT v.x, (SELECT count(*) FROM \"%s\" AS t WHERE %s) AS a, "
                      "(SELECT count(*) FROM \"%s\" AS t WHERE %s) AS b FROM temp.tried AS v"
                      ") WHERE a <> b LIMIT 1",
                      table, pushed, table, plain);
    return *rows ? rows : NULL;
}

static bool has_needed(const struct tbl_table *table)
{
    for (size_t c = 0; c < table->n_columns; c++)
        if (table->columns[c].flags & TBL_NEEDED)
            return true;
    return false;
}

/* Whether its rows are the same when it is read again: not those of the running system. */
static bool holds_still(const struct tbl_table *table)
{
    return !(table->artefacts & 1u << ARTEFACT_LIVE) && !table->probe && !has_needed(table) &&
           strcmp(table->name, "svcql_tables") != 0 && /* counts its own scans */
           strcmp(table->name, "evidence_sources") != 0;
}

static size_t try_column(const struct tbl_table *table, const struct tbl_column *column,
                         char *report, size_t size)
{
    size_t wrong = 0;

    keep_values(table->name, column->name);
    for (size_t i = 0; i < TBL_COUNT(terms); i++) {
        bool  fits = column->flags & terms[i].flags && (!terms[i].text || column->type == TBL_TEXT);
        char *value = fits ? differing_value(table->name, column->name, terms[i].term) : NULL;
        if (!value)
            continue;
        wrong++;
        snprintf(report + strlen(report), size - strlen(report), "%s.%s: %s: %s\n", table->name,
                 column->name, terms[i].term, value);
    }
    return wrong;
}

START_TEST(terms_that_reach_a_table_give_the_rows_that_they_would_without)
{
    const struct tbl_table *table = tables[_i];
    char                    report[16384] = "";
    size_t                  wrong = 0;

    if (!holds_still(table))
        return;
    for (size_t c = 0; c < table->n_columns && strlen(report) < 12000; c++) {
        const struct tbl_column *column = &table->columns[c];
        if (!(column->flags & TBL_HIDDEN) && column->flags & (TBL_KEY | TBL_RANGE | TBL_PREFIX))
            wrong += try_column(table, column, report, sizeof report);
    }
    ck_assert_msg(wrong == 0, "%s", report);
}
END_TEST

/* Sources ------------------------------------------------------------------------ */

static bool has_column(const struct tbl_table *table, const char *name)
{
    for (size_t c = 0; c < table->n_columns; c++)
        if (strcmp(table->columns[c].name, name) == 0)
            return true;
    return false;
}

/* A table of evidence has a host and a source. Those that need an argument report what it names. */
START_TEST(a_table_of_evidence_says_what_it_reads)
{
    const struct tbl_table *table = tables[_i];

    if (!has_column(table, "host") || !has_column(table, "source") || has_needed(table) ||
        strcmp(table->name, "evidence_sources") == 0)
        return;
    ck_assert_msg(table->artefacts || table->probe, "%s: neither artefacts nor probe", table->name);
}
END_TEST

/* No table has been read but the one at hand, which may read others' sources by itself. */
START_TEST(what_was_not_read_is_not_shown_as_read)
{
    const struct tbl_table *table = tables[_i];

    if (has_needed(table) || table->probe)
        return;
    harness_expect(db, "",
                   "SELECT table_name || ': ' || location FROM evidence_sources "
                   "WHERE status = 'read' AND table_name <> 'evidence'");
    harness_query(db, "SELECT count(*) FROM \"%s\"", table->name);
    char *read = harness_query(db,
                               "SELECT table_name || ': ' || location FROM evidence_sources "
                               "WHERE status = 'read' AND table_name NOT IN ('evidence', '%s')",
                               table->name);
    ck_assert_msg(!*read, "%s: a scan made other tables' sources read: %s", table->name, read);
    char *ready = harness_query(db,
                                "SELECT location FROM evidence_sources WHERE status = 'ready' "
                                "AND table_name = '%s' AND detail = 'not read yet'",
                                table->name);
    ck_assert_msg(!*ready, "%s: not read after a whole scan: %s", table->name, ready);
}
END_TEST

Suite *make_promises_suite(void)
{
    Suite *suite = suite_create("promises");
    TCase *tcase = tcase_create("tables");

    tcase_add_checked_fixture(tcase, begin, finish);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, terms_that_reach_a_table_give_the_rows_that_they_would_without, 0,
                        TBL_COUNT(tables));
    tcase_add_loop_test(tcase, a_table_of_evidence_says_what_it_reads, 0, TBL_COUNT(tables));
    tcase_add_loop_test(tcase, what_was_not_read_is_not_shown_as_read, 0, TBL_COUNT(tables));
    suite_add_tcase(suite, tcase);
    return suite;
}
