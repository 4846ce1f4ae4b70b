/* check_asked_by.c -- who asked the manager for what it did: staged on a real systemd by tests/fixtures/asked_by/stage.sh,
 * and asked of the live host and of its disk afterwards. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "make_systemd.h"

static const char *dir, *top;
static pid_t       booted;
static int         staged;

static void boot(void)
{
    char *line = NULL;

    dir = harness_scratch();
    top = getcwd(NULL, 0);
    booted = systemd_start(dir);
    if (booted <= 0 || asprintf(&line, "%s/tests/fixtures/asked_by/stage.sh", top) < 0)
        return;
    staged = systemd_run(dir, (char *[]){"/bin/bash", line, (char *)dir, NULL});
    free(line);
}

static void stop(void)
{
    if (booted > 0)
        systemd_stop(dir);
}

/* What the stage expects, as the table expected, and the rows of the journal's own events, as told. */
static void read_expected(sqlite3 *db)
{
    char  path[4096];
    char *text;

    snprintf(path, sizeof path, "%s/expected", dir);
    text = harness_read(path, NULL);
    harness_query(db, "CREATE TEMP TABLE expected(unit, action, user, login_user, session)");
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        const char *part[5];
        for (int i = 0; i < 5; i++)
            part[i] = strsep(&line, "\t");
        ck_assert_ptr_nonnull(part[4]);
        harness_query(
            db,
            "INSERT INTO expected VALUES ('%s', '%s', nullif('%s', ''), nullif('%s', ''), "
            "nullif('%s', ''))",
            part[0], part[1], part[2], part[3], part[4]);
    }
    free(text);
    harness_query(db, "CREATE TEMP TABLE told AS SELECT time, service, action, user, login_user, "
                      "session, asker, asker_pid, how, detail FROM service_events WHERE host = "
                      "'fixture' AND pid = 1 ORDER BY time");
}

#define FITS                                                                                       \
    "(t.service GLOB e.unit OR t.service || t.detail GLOB e.unit) AND (t.action = e.action OR "    \
    "(e.action = 'again' AND t.action = "                                                          \
    "'started'))"

/* Of each expected row the nearest: a unit starts twice only where it starts again by itself. */
static void expect_who(sqlite3 *db)
{
    harness_query(
        db,
        "CREATE TEMP TABLE result AS SELECT e.*, t.user AS told_user, t.login_user AS told_login, "
        "t.session AS told_session, t.asker, t.how, t.service, t.detail FROM expected AS e LEFT "
        "JOIN told AS t ON t.rowid = (SELECT iif(e.action = 'again', max(t.rowid), min(t.rowid)) "
        "FROM told AS t WHERE " FITS ")");
    fprintf(stderr, "%s\n",
            harness_query(db, "SELECT unit, action, user, login_user, session, '->', told_user, "
                              "told_login, told_session, asker, how, detail FROM result WHERE "
                              "login_user IS NOT told_login OR session IS NOT told_session OR user "
                              "IS NOT told_user"));
    harness_expect(db, "", "SELECT unit, action FROM result WHERE service IS NULL");
    harness_expect(
        db, "",
        "SELECT unit, action, told_login, told_session, how FROM result WHERE "
        "(told_login IS NOT NULL AND told_login IS NOT login_user) OR (told_session IS "
        "NOT NULL AND told_session IS NOT session) OR (told_user IS NOT NULL AND told_user "
        "IS NOT user)");
    harness_expect(db, "1",
                   "SELECT sum(login_user IS told_login AND session IS told_session) >= 0.95 * "
                   "count(*) FROM result");
    harness_expect(db, "1", "SELECT count(*) >= 100 FROM result");
}

START_TEST(the_live_host_tells_who_asked)
{
    NEED_SYSTEMD(booted);
    ck_assert_int_eq(staged, 0);
    systemd_enter(dir);
    sqlite3 *db = harness_open();
    read_expected(db);
    expect_who(db);
    harness_close(db);
}
END_TEST

START_TEST(its_disk_tells_the_same_afterwards)
{
    NEED_SYSTEMD(booted);
    ck_assert_int_eq(staged, 0);
    sqlite3 *db = harness_open();
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s/dead')", dir);
    read_expected(db);
    expect_who(db);
    harness_close(db);
}
END_TEST

Suite *make_asked_by_suite(void);

Suite *make_asked_by_suite(void)
{
    Suite *suite = suite_create("asked_by");
    TCase *tcase = tcase_create("asked_by");

    tcase_add_unchecked_fixture(tcase, boot, stop);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, the_live_host_tells_who_asked);
    tcase_add_test(tcase, its_disk_tells_the_same_afterwards);
    suite_add_tcase(suite, tcase);
    return suite;
}
