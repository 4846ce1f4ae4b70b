/* check_columns.c -- what each column of each table and view has, over all labelled cases on one host of each platform,
 * small evidence of every platform, and the logs that staged attacks leave, with one event of each kind and jobs of
 * systemd that somebody asked for, beside what looks like them (tests/fixtures/near): how many
 * values, and a digest of them, as tests/columns.txt keeps them. What is asserted of a few rows elsewhere is held
 * here for all: a change of a view that is not meant to change its rows changes nothing here, and one that is shows
 * the columns that it touches. UPDATE=1 writes the file; SVCQL_COLUMNS='services findings' asks these alone.
 *
 * The digest knows neither the order of rows nor the time: what is a moment of these days counts as "T", and the
 * folder of the evidence as "ROOT". A table that reads what runs is not asked. A list, which no evidence changes, is asked
 * once: a name that is written wrong there would lose what it finds in silence.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "corpus.h"
#include "evaluate.h"
#include "formats/text/buffer.h"
#include "harness.h"
#include "make_each_event.h"
#include "make_platforms.h"
#include "make_spared.h"
#include "questions.h"

#define KEPT "tests/columns.txt"
/* 2026: what is fixed in evidence is not told from what is near now; packages are 400 days old. */
#define SINCE       1767225600.0
#define DAYS        (86400.0 * 410)
#define COLUMNS_MAX 256

#define ASKED                                                                                      \
    "kind <> 'function' AND name NOT IN ('attached_baseline', 'evidence', "                        \
    "'logged_in_users', 'processes', 'reload_changes', 'scm_services', 'svcql_columns', "          \
    "'svcql_settings', 'svcql_tables', 'systemd_units', 'systemd_managers', 'time')"

/* What a run's own numbers, hours and pauses decide: which of hundreds of files that are written within a second
 * came first makes incidents of the hosts with all cases. */
static const struct {
    const char *relation, *column;
    int         set;
} varies[] = {{"file", "inode", -1},
              {"file", "size", -1}, /* of a folder: the file system's */
              {"unit_files", "size", -1},
              {"baseline_now", "detail", -1}, /* of a command, the hour */
              {"incident_facts", "seconds", -1},
              {"incident_signals", "seconds", -1},
              {"exec_patterns", NULL, 0}, /* of detections, which have tests of their own */
              {"signals", NULL, 0},
              {"incidents", NULL, 0},
              {"incident_events", NULL, 0},
              {"incident_facts", NULL, 0},
              {"incident_signals", NULL, 0}};

static bool is_left_out(const char *relation, const char *column, int set)
{
    for (size_t i = 0; i < sizeof varies / sizeof *varies; i++)
        if (strcmp(varies[i].relation, relation) == 0 &&
            (varies[i].set < 0 || varies[i].set == set) &&
            (!varies[i].column || (column && strcmp(varies[i].column, column) == 0)))
            return true;
    return false;
}

static const char *root;

/* Whether a number is a moment near now, in seconds, milliseconds or microseconds. */
static bool is_moment(double value)
{
    double now = (double)time(NULL);

    for (double unit = 1; unit <= 1e6; unit *= 1e3)
        if (value / unit > fmin(SINCE, now - DAYS) && value / unit < now + DAYS)
            return true;
    return false;
}

/* The size of a date and time that begins here, 2026-11-28 22:06:01.5Z, from 2025 on; 0: none does. */
static size_t date_at(const char *text)
{
    static const char form[] = "0000-00-00 00:00:00";
    time_t            now = time(NULL);
    size_t            n = 0;

    for (; form[n]; n++)
        if (form[n] == '0'   ? !isdigit((uint8_t)text[n])
            : form[n] == ' ' ? text[n] != ' ' && text[n] != 'T'
                             : text[n] != form[n])
            break;
    if (n < 10 || atoi(text) < 2025 || atoi(text) > gmtime(&now)->tm_year + 1900 + 2)
        return 0;
    if (form[n])
        return 10;
    while (text[n] == '.' || text[n] == 'Z' || isdigit((uint8_t)text[n]))
        n++;
    return n;
}

/* A text without what differs from one run to the next. */
static void put_text(struct buffer *out, const char *text)
{
    size_t n, size = strlen(root);

    for (bool inside = false; *text; text += n) {
        bool digit = isdigit((uint8_t)*text);
        n = 1;
        if (strncmp(text, root, size) == 0) {
            buffer_puts(out, "ROOT");
            n = size;
        } else if (digit && !inside && (n = date_at(text))) {
            buffer_puts(out, "T");
        } else if (digit && !inside && (n = strspn(text, "0123456789.")) && is_moment(atof(text))) {
            buffer_puts(out, "T");
        } else {
            n = 1;
            buffer_putc(out, *text);
        }
        inside = digit && n == 1;
    }
}

static void put_value(struct buffer *out, sqlite3_value *value)
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
    case SQLITE_FLOAT:
        if (is_moment(sqlite3_value_double(value)))
            buffer_puts(out, "T");
        else if (sqlite3_value_type(value) == SQLITE_INTEGER)
            buffer_printf(out, "%lld", sqlite3_value_int64(value));
        else
            buffer_printf(out, "%.6g", sqlite3_value_double(value));
        break;
    case SQLITE_BLOB:
        buffer_put(out, sqlite3_value_blob(value), (size_t)sqlite3_value_bytes(value));
        break;
    default:
        put_text(out, (const char *)sqlite3_value_text(value));
    }
}

static uint64_t hash_of(uint64_t hash, const void *data, size_t size)
{
    for (const uint8_t *at = data; size; at++, size--)
        hash = (hash ^ *at) * 0x100000001b3u;
    return hash;
}

struct sum {
    size_t   n;
    uint64_t digest;
};

static void add(struct sum *sum, uint64_t hash)
{
    hash ^= hash >> 32;
    sum->n++;
    sum->digest += hash * 0x9e3779b97f4a7c15u;
}

static void put_sum(struct buffer *out, const char *name, const char *column, const struct sum *sum)
{
    buffer_printf(out, "%s %s %zu %08x\n", name, column, sum->n, (unsigned)(sum->digest >> 32));
}

/* The lines of a relation: its rows, and the columns that have a value. */
static void put_relation(struct buffer *out, sqlite3 *db, int set, const char *name,
                         const char *sql)
{
    struct sum    rows = {0}, columns[COLUMNS_MAX] = {0};
    sqlite3_stmt *stmt;
    int           n, rc;

    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK, "%s: %s", sql,
                  sqlite3_errmsg(db));
    n = sqlite3_column_count(stmt);
    ck_assert_int_le(n, COLUMNS_MAX);
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        uint64_t row = 0xcbf29ce484222325u;
        for (int i = 0; i < n; i++) {
            struct buffer text = {0};
            if (sqlite3_column_type(stmt, i) == SQLITE_NULL ||
                is_left_out(name, sqlite3_column_name(stmt, i), set))
                continue;
            put_value(&text, sqlite3_column_value(stmt, i));
            uint64_t hash = hash_of(0xcbf29ce484222325u, text.data, text.size);
            add(&columns[i], hash);
            row = hash_of(row, &hash, sizeof hash) + (uint64_t)i;
            buffer_free(&text);
        }
        add(&rows, row);
    }
    ck_assert_msg(rc == SQLITE_DONE, "%s: %s", sql, sqlite3_errmsg(db));
    put_sum(out, name, "*", &rows);
    for (int i = 0; i < n; i++)
        if (columns[i].n)
            put_sum(out, name, sqlite3_column_name(stmt, i), &columns[i]);
    sqlite3_finalize(stmt);
}

static void add_host(sqlite3 *db, const char *dir)
{
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
}

static const char *const platforms[] = {"linux", "macos", "windows"};
#define N_PLATFORMS (sizeof platforms / sizeof *platforms)

static void add_cases(sqlite3 *db)
{
    struct corpus *corpus = corpus_load("tests/corpus/judgement");
    struct corpus *more = corpus_load("tests/corpus/signals");
    char           dir[4200];

    for (size_t i = 0; i < N_PLATFORMS; i++) {
        snprintf(dir, sizeof dir, "%s/all-%s", root, platforms[i]);
        corpus_write_platform(corpus, more, platforms[i], dir, 2);
        add_host(db, dir);
    }
    corpus_free(corpus);
    corpus_free(more);
}

static bool is_log(const char *path)
{
    return strstr(path, "/log/") || strstr(path, "history");
}

/* The text of a file below a folder, or NULL. */
static char *text_of(const char *dir, const char *path)
{
    char whole[4400];

    snprintf(whole, sizeof whole, "%s/%s", dir, path);
    return access(whole, F_OK) == 0 ? harness_read(whole, NULL) : NULL;
}

/* The first host that has no other file in the place of an attack's, but for logs, which are added to. */
static const char *host_for(const struct attack *attack, const char *platform)
{
    static char dir[4200];

    for (int k = 0;; k++) {
        bool taken = false;
        snprintf(dir, sizeof dir, "%s/%s-%d", root, platform, k);
        for (size_t i = 0; attack->files[i]; i += 2) {
            char *text = is_log(attack->files[i]) ? NULL : text_of(dir, attack->files[i]);
            taken = taken || (text && strcmp(text, attack->files[i + 1]) != 0);
            free(text);
        }
        if (!taken)
            return dir;
    }
}

static void put_files(const struct attack *attack, const char *dir)
{
    for (size_t i = 0; attack->files[i]; i += 2) {
        char         *before = is_log(attack->files[i]) ? text_of(dir, attack->files[i]) : NULL;
        struct buffer text = {0};
        buffer_printf(&text, "%s%s", before ? before : "", attack->files[i + 1]);
        harness_write(dir, attack->files[i], text.data, text.size);
        buffer_free(&text);
        free(before);
    }
}

/* The events of all attacks, in one log, and beside it one of each kind. */
static void put_events(const char *dir)
{
    static struct staged_event events[1000];
    char                       path[4400];
    size_t                     n = 0;

    for (const struct attack *attack = evaluate_windows; attack->trick; attack++)
        for (size_t i = 0; attack->events[i].id; i++) {
            ck_assert_uint_lt(n, sizeof events / sizeof *events);
            events[n++] = attack->events[i];
        }
    harness_write_text(dir, "Windows/System32/winevt/Logs/.keep", "");
    snprintf(path, sizeof path, "%s/Windows/System32/winevt/Logs/Staged.evtx", dir);
    make_evtx(path, events, n);
    snprintf(path, sizeof path, "%s/Windows/System32/winevt/Logs/Each.evtx", dir);
    make_each_event(path);
}

/* A host of jobs that somebody asked for, on both sides of each limit, beside what looks like them. */
static void add_near(sqlite3 *db)
{
    char command[8600];

    snprintf(command, sizeof command,
             "cp -R tests/fixtures/near '%s/near' && "
             "find '%s/near' -exec touch -h -d @1790000000 {} +",
             root, root);
    ck_assert_int_eq(system(command), 0);
    harness_query(db,
                  "INSERT INTO evidence(location, host) VALUES ('%s/near/root', 'near'), "
                  "('%s/near/boot.export', 'near')",
                  root, root);
}

/* What attacks leave in logs, as `make evaluate` stages them. */
static void add_staged(sqlite3 *db)
{
    const struct attack *const lists[] = {evaluate_linux, evaluate_macos, evaluate_windows};
    char                       dir[4200];

    snprintf(dir, sizeof dir, "%s/windows-0", root);
    put_events(dir);
    for (size_t i = 0; i < N_PLATFORMS; i++)
        for (const struct attack *attack = lists[i]; attack->trick; attack++)
            if (attack->files[0])
                put_files(attack, host_for(attack, platforms[i]));
    for (size_t i = 0; i < N_PLATFORMS; i++)
        for (int k = 0;; k++) {
            snprintf(dir, sizeof dir, "%s/%s-%d", root, platforms[i], k);
            if (access(dir, F_OK) < 0)
                break;
            add_host(db, dir);
        }
    add_near(db);
}

#define N_SETS 3
static const char *const sets[N_SETS] = {"all labelled cases", "small evidence of every platform",
                                         "logs of staged attacks"};

static sqlite3 *open_hosts(int set)
{
    sqlite3 *db;

    if (set == 1) {
        root = make_platforms();
        return make_platforms_open(root);
    }
    root = harness_scratch();
    db = harness_open();
    harness_query(db, "DELETE FROM evidence");
    (set == 0 ? add_cases : add_staged)(db);
    return db;
}

/* Whether a relation is to be asked: all are, or those that SVCQL_COLUMNS names, as for a view that was changed. */
static bool is_wanted(const char *name, size_t size)
{
    const char *at = getenv("SVCQL_COLUMNS");

    if (!at || !*at)
        return true;
    for (size_t n; *at; at += n + (at[n] == ' ')) {
        n = strcspn(at, " ");
        if (n == size && strncmp(at, name, n) == 0)
            return true;
    }
    return false;
}

/* Prints the lines of a that b has not, after a mark. */
static int print_other(const char *mark, const char *a, const char *b)
{
    int n = 0;

    for (size_t size; *a; a += size + (a[size] == '\n')) {
        size = strcspn(a, "\n");
        char *line = NULL;
        if (!is_wanted(a, strcspn(a, " ")))
            continue;
        ck_assert_int_gt(asprintf(&line, "\n%.*s\n", (int)size, a), 0);
        if (strncmp(b, line + 1, size + 1) != 0 && !strstr(b, line) && n++ < 100)
            fprintf(stderr, "%s %.*s\n", mark, (int)size, a);
        free(line);
    }
    return n;
}

/* What is kept of a set: the lines below its name. */
static char *kept_of(const char *kept, int set)
{
    char *mark = NULL;

    ck_assert_int_gt(asprintf(&mark, "# %s\n", sets[set]), 0);
    const char *begin = strstr(kept, mark);
    free(mark);
    if (!begin)
        return strdup("");
    begin = strchr(begin, '\n') + 1;
    const char *end = strstr(begin, "\n# ");
    return strndup(begin, end ? (size_t)(end + 1 - begin) : strlen(begin));
}

/* The file with the lines of a set in the place of those that it has. */
static void keep_set(const char *kept, int set, struct buffer *lines)
{
    struct buffer out = {0};

    for (int i = 0; i < N_SETS; i++) {
        char *other = kept_of(kept, i);
        buffer_printf(&out, "# %s\n%s", sets[i], i == set ? buffer_text(lines) : other);
        free(other);
    }
    harness_write("tests", "columns.txt", out.data, out.size);
    buffer_free(&out);
}

static void put_set(struct buffer *out, int set)
{
    static struct questions questions;
    sqlite3                *db = open_hosts(set);

    questions = questions_of(ASKED);
    for (size_t i = 0; i < questions.n; i++) {
        const char *name = questions.list[i].name;
        char       *sql = question_sql(&questions.list[i], make_rules());
        bool        again = set > 0 && strcmp(questions.list[i].kind, "lists") == 0;
        if (!again && !is_left_out(name, NULL, set) && is_wanted(name, strlen(name)))
            put_relation(out, db, set, name, sql);
        free(sql);
    }
    harness_close(db);
}

/* The rows of each relation over a set of evidence, against those kept. */
START_TEST(columns_have_what_they_had)
{
    struct buffer out = {0};

    if (geteuid() != 0)
        SKIP("needs root");
    char *kept = harness_read(KEPT, NULL), *before = kept_of(kept, _i);
    ck_assert_int_eq(close(STDIN_FILENO), 0); /* as daemons may: files are then opened as 0 */
    put_set(&out, _i);
    if (getenv("UPDATE")) {
        ck_assert_msg(is_wanted("", 0), "UPDATE writes all relations");
        keep_set(kept, _i, &out);
    } else {
        int n = print_other("kept:", before, buffer_text(&out));
        n += print_other("now: ", buffer_text(&out), before);
        ck_assert_msg(n == 0, "%d lines of %s differ from " KEPT "; UPDATE=1 writes it", n,
                      sets[_i]);
    }
    buffer_free(&out);
    free(before);
    free(kept);
}
END_TEST

/* With what each analytic judges on those hosts: of a user, a service, a path. */
static const struct {
    const char *view, *expression, *list, *column;
} lists[] = {
    {"t1569_command_execution", "coalesce(login_user, user)", "known_admins", "user"},
    {"t1569_command_execution", "target", "known_services", "name"},
    {"t1569_file_modification", "user", "known_admins", "user"},
    {"t1569_file_modification", "subject", "known_paths", "path"},
    {"t1569_process_creation", "exe", "known_paths", "path"},
    {"t1569_registry_modification", "user", "known_admins", "user"},
    {"t1569_service_creation", "service", "known_services", "name"},
    {"t1569_service_creation", "user", "known_admins", "user"},
    {"t1569_unasked_start", "subject", "known_services", "name"},
};

START_TEST(what_is_known_is_left_out_and_nothing_else)
{
    sqlite3 *db = open_hosts(2);

    expect_spared(db, lists[_i].view, lists[_i].expression, lists[_i].list, lists[_i].column);
    harness_close(db);
}
END_TEST

Suite *make_columns_suite(void)
{
    Suite *suite = suite_create("columns");
    TCase *tcase = tcase_create("columns");

    tcase_set_timeout(tcase, 600);
    tcase_add_loop_test(tcase, columns_have_what_they_had, 0, N_SETS);
    for (int i = 0; i < (int)(sizeof lists / sizeof lists[0]); i++)
        if (is_wanted(lists[i].view, strlen(lists[i].view)))
            tcase_add_loop_test(tcase, what_is_known_is_left_out_and_nothing_else, i, i + 1);
    suite_add_tcase(suite, tcase);
    return suite;
}
