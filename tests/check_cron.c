/* check_cron.c -- jobs of cron: a line at a time, and the system's, users' and anacron's tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/unit/cron_text.h"
#include "harness.h"

/* A job as text: event or fields, user, name, command; "-" for a line that is none, "?" for a bad
 * one. */
static const char *parsed(enum cron_form form, const char *line)
{
    static char     text[512];
    struct cron_job job;
    int             r = cron_parse(form, line, strlen(line), &job);
    size_t          n = 0;

    if (r <= 0)
        return r < 0 ? "?" : "-";
    const struct cron_word words[] = {job.event,     job.fields[0], job.fields[1],
                                      job.fields[2], job.fields[3], job.fields[4],
                                      job.user,      job.name,      job.command};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s", i ? "|" : "", (int)words[i].size,
                              words[i].size ? words[i].text : "");
    return text;
}

START_TEST(a_line_is_what_cron_takes_it_for)
{
    static const struct {
        enum cron_form form;
        const char    *line, *want;
    } lines[] = {
        {CRON_SYSTEM, "17 *\t* * *\troot    cd / && run-parts /etc/cron.hourly",
         "|17|*|*|*|*|root||cd / && run-parts /etc/cron.hourly"},
        {CRON_SYSTEM, "@reboot bob /home/bob/up\r", "@reboot||||||bob||/home/bob/up"},
        {CRON_SYSTEM, "5-55/10 * * jan,feb mon-fri root a%b",
         "|5-55/10|*|*|jan,feb|mon-fri|root||a%b"},
        {CRON_SYSTEM, "-*/5 1 2 3 4 root z", "|*/5|1|2|3|4|root||z"},
        {CRON_USER, "* * * * * /tmp/x", "|*|*|*|*|*|||/tmp/x"},
        {CRON_USER, "0~59 ? * * * x a=b", "|0~59|?|*|*|*|||x a=b"},
        {CRON_USER, "@Daily y", "@Daily||||||||y"},
        {CRON_ANACRON, "7\t25\tcron.weekly\trun-parts /etc/cron.weekly",
         "7|||||||cron.weekly|run-parts /etc/cron.weekly"},
        {CRON_ANACRON, "@monthly 45 m x", "@monthly|||||||m|x"},
        {CRON_ANACRON, "seven 25 x y", "?"},
        {CRON_USER, "MAILTO = \"\"", "-"},
        {CRON_USER, "\"A B\" = c", "-"},
        {CRON_USER, "SHELL=/bin/sh", "-"},
        {CRON_USER, "  # * * * * * x", "-"},
        {CRON_USER, " \t ", "-"},
        {CRON_USER, "", "-"},
        {CRON_USER, "0 1 2", "?"},
        {CRON_USER, "* * * * *", "?"},
        {CRON_USER, "@sometimes x", "?"},
        {CRON_SYSTEM, "* * * * * root", "?"},
        {CRON_USER, "-", "?"},
        {CRON_USER, "=x", "?"},
        {CRON_USER, "\"A\"x = c", "?"},
        {CRON_USER, "\"A = c", "?"},
        {CRON_SYSTEM, "@reboot", "?"},
        {CRON_SYSTEM, "* * * * *", "?"},
        {CRON_ANACRON, "7", "?"},
        {CRON_ANACRON, "7 25", "?"},
        {CRON_ANACRON, "7 x y z", "?"},
        {CRON_ANACRON, "7 25 x", "?"},
    };

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        ck_assert_msg(strcmp(parsed(lines[i].form, lines[i].line), lines[i].want) == 0,
                      "\"%s\" is \"%s\", not \"%s\"", lines[i].line,
                      parsed(lines[i].form, lines[i].line), lines[i].want);
}
END_TEST

static const char *fixture(void)
{
    const char *root = harness_scratch();

    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(root, "etc/hostname", "web7\n");
    harness_write_text(root, "etc/crontab",
                       "# m h dom mon dow user command\nSHELL=/bin/sh\nMAILTO = \"\"\n"
                       "17 *\t* * *\troot    cd / && run-parts --report /etc/cron.hourly\n"
                       "@reboot bob /home/bob/up\r\n");
    harness_write_text(root, "etc/cron.d/sysstat", "5-55/10 * * jan,feb mon-fri root a%b\n");
    harness_write_text(root, "etc/cron.d/.placeholder", "* * * * * root no\n");
    harness_write_text(root, "etc/cron.d/old.dpkg-old", "* * * * * root no\n");
    harness_write_text(root, "etc/cron.daily/logrotate", "#!/bin/sh\nlogrotate\n");
    harness_write_text(root, "etc/anacrontab", "1 5 cron.daily run-parts /etc/cron.daily\n");
    harness_write_text(root, "var/spool/cron/crontabs/ann", "* * * * * /tmp/x\nwhat\n0 1 2\n");
    harness_write_text(root, "var/spool/cron/crontabs/bob", "@daily y\n");
    return root;
}

START_TEST(jobs_of_the_system_of_users_and_of_anacron)
{
    sqlite3 *db = harness_open();

    harness_expect(
        db,
        "system|NULL|17|*|root|cd / && run-parts --report /etc/cron.hourly|/etc/crontab|4\n"
        "system|@reboot|NULL|NULL|bob|/home/bob/up|/etc/crontab|5\n"
        "system|NULL|5-55/10|mon-fri|root|a%b|/etc/cron.d/sysstat|1\n"
        "user|NULL|*|*|ann|/tmp/x|/var/spool/cron/crontabs/ann|1\n"
        "user|@daily|NULL|NULL|bob|y|/var/spool/cron/crontabs/bob|1\n"
        "anacron|1|NULL|NULL|root|run-parts /etc/cron.daily|/etc/anacrontab|1\n"
        "script|daily|NULL|NULL|root|/etc/cron.daily/logrotate|/etc/cron.daily/logrotate|0",
        "SELECT kind, event, minute, day_of_week, user, command, path, line FROM "
        "cron_jobs('%s')",
        fixture());
    harness_close(db);
}
END_TEST

START_TEST(each_file_is_reported)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();
    static const struct {
        const char *path, *want;
    } reports[] = {
        {"/etc/crontab", "read|2|0|NULL"},
        {"/var/spool/cron/crontabs/ann", "damaged|1|2|lines not understood"},
        {"/etc/cron.daily/logrotate", "read|1|0|NULL"},
        {"/var/spool/cron/tabs", ""}, /* of another system: its absence is nothing to report */
    };

    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", root);
    harness_expect(db, "7", "SELECT count(*) FROM cron_jobs WHERE host = 'web7'");
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++)
        harness_expect(db, reports[i].want,
                       "SELECT status, records, skipped, detail FROM evidence_sources WHERE "
                       "location = '%s%s' AND table_name = 'cron_jobs'",
                       root, reports[i].path);
    harness_close(db);
}
END_TEST

START_TEST(a_host_without_cron_says_so)
{
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();

    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(root, "etc/cron.d/.placeholder", "");
    harness_expect(db, "0", "SELECT count(*) FROM cron_jobs('%s')", root);
    harness_expect(db,
                   "/etc/crontab|absent\n/var/spool/cron|absent\n"
                   "/var/spool/cron/crontabs|absent",
                   "SELECT replace(location, '%s', ''), status FROM evidence_sources WHERE "
                   "table_name = 'cron_jobs' AND location LIKE '%s%%' ORDER BY 1",
                   root, root);
    harness_close(db);
}
END_TEST

START_TEST(no_more_files_are_opened_than_rows_need)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();

    harness_query(db, "SELECT * FROM cron_jobs('%s') LIMIT 1", root);
    harness_expect(db, "0",
                   "SELECT count(*) FROM evidence_sources WHERE table_name = 'cron_jobs' AND "
                   "location LIKE '%s/var/%%'",
                   root);
    harness_query(db, "SELECT * FROM cron_jobs('%s') WHERE user = 'bob'", root);
    harness_expect(db, "bob",
                   "SELECT group_concat(replace(location, '%s/var/spool/cron/crontabs/', '')) FROM "
                   "evidence_sources WHERE table_name = 'cron_jobs' AND location LIKE "
                   "'%s/var/spool/cron/crontabs/%%'",
                   root, root);
    harness_close(db);
}
END_TEST

START_TEST(a_crontab_of_any_length_is_read_to_its_end)
{
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();
    size_t      n = 400000, size = 0;
    char       *text = malloc(n * 16);

    for (size_t i = 0; i < n; i++)
        size += (size_t)sprintf(text + size, "* * * * * x\n");
    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write(root, "var/spool/cron/ann", text, size);
    harness_expect(db, "400000", "SELECT max(line) FROM cron_jobs('%s')", root);
    free(text);
    harness_close(db);
}
END_TEST

START_TEST(a_link_to_the_same_folder_does_not_count_twice)
{
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();
    char        link[4200];

    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(root, "etc/crontabs/root", "*/15 * * * * run-parts /etc/periodic/15min\n");
    harness_write_text(root, "etc/periodic/15min/x", "");
    harness_write_text(root, "var/spool/cron/.keep", "");
    snprintf(link, sizeof link, "%s/var/spool/cron/crontabs", root);
    ck_assert_int_eq(symlink("/etc/crontabs", link), 0);
    harness_expect(db, "root|NULL|/var/spool/cron/crontabs/root\nroot|15min|/etc/periodic/15min/x",
                   "SELECT user, event, path FROM cron_jobs('%s')", root);
    harness_close(db);
}
END_TEST

Suite *make_cron_suite(void)
{
    Suite *suite = suite_create("cron");
    TCase *tcase = tcase_create("cron");

    tcase_add_test(tcase, a_line_is_what_cron_takes_it_for);
    tcase_add_test(tcase, jobs_of_the_system_of_users_and_of_anacron);
    tcase_add_test(tcase, each_file_is_reported);
    tcase_add_test(tcase, a_host_without_cron_says_so);
    tcase_add_test(tcase, no_more_files_are_opened_than_rows_need);
    tcase_add_test(tcase, a_crontab_of_any_length_is_read_to_its_end);
    tcase_add_test(tcase, a_link_to_the_same_folder_does_not_count_twice);
    suite_add_tcase(suite, tcase);
    return suite;
}
