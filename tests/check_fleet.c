/* check_fleet.c -- a question about one host of many: it finds what the question about all finds of
 * that host, and reads nothing of the others. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

#define COMMAND                                                                                    \
    "%stype=SYSCALL msg=audit(1790000000.%d:%d): arch=c000003e syscall=59 success=yes exit=0 "     \
    "ppid=50 pid=60 auid=1000 uid=0 comm=\"systemctl\" exe=\"/usr/bin/systemctl\"\n"               \
    "%stype=EXECVE msg=audit(1790000000.%d:%d): argc=3 a0=\"systemctl\" a1=\"stop\" "              \
    "a2=\"auditd.service\"\n"

/* A Linux host with a unit that runs from /tmp, and a log in which auditd was stopped, on the host
 * itself and on each of `nodes`. */
static void add_host(sqlite3 *db, const char *name, const char *node)
{
    const char *dir = harness_scratch();
    char        log[4000], prefix[60], text[200];
    int         size;

    size = snprintf(log, sizeof log, COMMAND, "", 100, 1, "", 100, 1);
    if (node) {
        snprintf(prefix, sizeof prefix, "node=%s ", node);
        snprintf(log + size, sizeof log - (size_t)size, COMMAND, prefix, 200, 2, prefix, 200, 2);
    }
    snprintf(text, sizeof text, "%s\n", name);
    harness_write_text(dir, "etc/hostname", text);
    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(dir, "etc/systemd/system/a.service", "[Service]\nExecStart=/tmp/a\n");
    harness_write_text(dir, "var/log/audit/audit.log", log);
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir);
}

static sqlite3 *open_fleet(void)
{
    sqlite3 *db = harness_open();

    harness_query(db, "DELETE FROM evidence");
    add_host(db, "web", NULL);
    add_host(db, "mail", NULL);
    add_host(db, "collector", "web");
    return db;
}

START_TEST(what_is_found_of_one_host_is_what_is_found_of_it_among_all)
{
    static const char *const hosts[] = {"web", "mail", "collector", "none"};
    sqlite3                 *db = open_fleet();

    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        char *all = harness_query(db,
                                  "SELECT time, subject, analytic, severity, source, record FROM "
                                  "findings WHERE +host = '%s' ORDER BY 1, 2, 5, 6",
                                  hosts[i]);
        harness_expect(db, all,
                       "SELECT time, subject, analytic, severity, source, record FROM findings "
                       "WHERE host = '%s' ORDER BY 1, 2, 5, 6",
                       hosts[i]);
        free(all);
    }
    /* Also what another host's log says of it. */
    harness_expect(db, "2",
                   "SELECT count(DISTINCT source) FROM findings WHERE host = 'web' AND subject "
                   "LIKE '%%stop%%'");
    harness_expect(db, "0", "SELECT count(*) FROM findings WHERE host = 'none'");
    harness_close(db);
}
END_TEST

START_TEST(nothing_of_the_other_hosts_is_read)
{
    sqlite3 *db = open_fleet();

    harness_expect(db, "high|/etc/systemd/system/a.service\nmedium|systemctl stop auditd.service",
                   "SELECT severity, subject FROM findings WHERE host = 'mail' ORDER BY 1, 2");
    harness_expect(
        db, "mail",
        "SELECT DISTINCT host FROM evidence_sources WHERE table_name IN ('unit_files', 'users') "
        "AND status = 'read'");
    /* Of audit logs, one that names another node may have events of the host. */
    harness_expect(
        db, "collector\nmail",
        "SELECT DISTINCT host FROM evidence_sources WHERE table_name = 'audit_events' AND "
        "status = 'read' ORDER BY 1");
    /* The next question is about all again. */
    harness_expect(db, "collector|2\nmail|2\nweb|3",
                   "SELECT host, count(*) FROM findings GROUP BY 1");
    harness_close(db);
}
END_TEST

Suite *make_fleet_suite(void)
{
    Suite *suite = suite_create("fleet");
    TCase *tcase = tcase_create("fleet");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, what_is_found_of_one_host_is_what_is_found_of_it_among_all);
    tcase_add_test(tcase, nothing_of_the_other_hosts_is_read);
    suite_add_tcase(suite, tcase);
    return suite;
}
