/* check_processes.c -- processes, against ones that are made to be found, and those of a real
 * systemd. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"
#include "make_systemd.h"

/* The kernel shows the program a moment before what it was given. */
static bool has_arguments(pid_t pid)
{
    char name[64];
    int  first;

    snprintf(name, sizeof name, "/proc/%d/cmdline", pid);
    FILE *file = fopen(name, "re");
    first = file ? getc(file) : EOF;
    if (file)
        fclose(file);
    return first != EOF;
}

/* A copy of sleep(1) under `path`, running with these arguments. */
static pid_t run(const char *path, char *const argv[])
{
    char  command[9000];
    pid_t pid;

    snprintf(command, sizeof command, "cp -L /bin/sleep '%s'", path);
    ck_assert_int_eq(system(command), 0);
    if ((pid = fork()) == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execv(path, argv);
        _exit(127);
    }
    char link[64], text[4200];
    snprintf(link, sizeof link, "/proc/%d/exe", pid);
    for (int i = 0; i < 60000; i++) {
        ssize_t n = readlink(link, text, sizeof text - 1);
        text[n > 0 ? n : 0] = '\0';
        if (strcmp(text, path) == 0 && has_arguments(pid))
            return pid;
        usleep(1000);
    }
    ck_abort_msg("%s does not run", path);
    return -1;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static const char *in_scratch(const char *name)
{
    static char path[2][4200];
    static int  turn;

    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", harness_scratch(), name);
    return path[turn];
}

START_TEST(this_process_is_as_it_knows_itself)
{
    sqlite3 *db = harness_open();
    char     cwd[4096], exe[4096], expected[9000];
    ssize_t  n = readlink("/proc/self/exe", exe, sizeof exe - 1);

    exe[n] = '\0';
    snprintf(expected, sizeof expected, "%d|%d|%d|%d|%d|%s|0|%s", getpid(), getppid(), getuid(),
             geteuid(), getgid(), exe, getcwd(cwd, sizeof cwd));
    harness_expect(
        db, expected,
        "SELECT pid, ppid, uid, euid, gid, exe, exe_deleted, cwd FROM processes WHERE pid = %d",
        getpid());
    harness_expect(db, "1",
                   "SELECT abs(start_time - unixepoch()) < 120 FROM processes WHERE pid = %d",
                   getpid());
    harness_expect(db, exe, "SELECT parent_exe FROM processes WHERE pid = %d", getpid());
    harness_close(db);
}
END_TEST

START_TEST(a_deleted_program_is_known_by_its_old_path)
{
    sqlite3    *db = harness_open();
    const char *path = in_scratch("implant");
    char        expected[5000];
    pid_t       pid = run(path, (char *[]){"[kworker/0:1]", "1000", NULL});

    snprintf(expected, sizeof expected, "implant|%s|1|'[kworker/0:1]' 1000|0", path);
    ck_assert_int_eq(unlink(path), 0);
    harness_expect(
        db, expected,
        "SELECT name, exe, exe_deleted, cmdline, kernel_thread FROM processes WHERE pid = %d", pid);
    end(pid);
    harness_close(db);
}
END_TEST

/* The kernel's remark can be part of a file's name. */
START_TEST(a_program_named_deleted_is_not)
{
    sqlite3    *db = harness_open();
    const char *path = in_scratch("tool (deleted)");
    char        expected[5000];
    pid_t       pid = run(path, (char *[]){"tool", "1000", NULL});

    snprintf(expected, sizeof expected, "%s|0", path);
    harness_expect(db, expected, "SELECT exe, exe_deleted FROM processes WHERE pid = %d", pid);
    ck_assert_int_eq(unlink(path), 0);
    snprintf(expected, sizeof expected, "%s|1", path);
    harness_expect(db, expected, "SELECT exe, exe_deleted FROM processes WHERE pid = %d", pid);
    end(pid);
    harness_close(db);
}
END_TEST

START_TEST(names_and_arguments_may_be_any_bytes)
{
    sqlite3 *db = harness_open();
    pid_t    pid = run(in_scratch(") S 1 (\n\xff"), (char *[]){"\xfe'\n", "1000", NULL});

    harness_expect(db, ") S 1 (\n\xef\xbf\xbd|'\xef\xbf\xbd'\\''\n' 1000|1",
                   "SELECT name, cmdline, ppid = %d FROM processes WHERE pid = %d", getpid(), pid);
    end(pid);
    harness_close(db);
}
END_TEST

START_TEST(an_argument_with_blanks_stays_one)
{
    sqlite3 *db = harness_open();
    pid_t    pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl("/bin/sh", "sh", "-c", "kill -STOP $$; echo 'x y'", "", "\xc3\xa9\xff", NULL);
        _exit(127);
    }
    waitpid(pid, NULL, WUNTRACED);
    harness_expect(db, "sh -c 'kill -STOP $$; echo '\\''x y'\\''' '' \xc3\xa9\xef\xbf\xbd|T",
                   "SELECT cmdline, state FROM processes WHERE pid = %d", pid);
    end(pid);
    harness_close(db);
}
END_TEST

START_TEST(a_zombie_has_a_name_and_no_program)
{
    sqlite3 *db = harness_open();
    pid_t    pid = fork();

    if (pid == 0)
        _exit(0);
    ck_assert_int_eq(waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
    harness_expect(db, "Z|NULL|NULL", "SELECT state, exe, cmdline FROM processes WHERE pid = %d",
                   pid);
    waitpid(pid, NULL, 0);
    harness_expect(db, "", "SELECT state FROM processes WHERE pid = %d", pid);
    harness_close(db);
}
END_TEST

static void *wait_for_ever(void *data)
{
    *(int *)data = gettid();
    pause();
    return NULL;
}

START_TEST(a_thread_is_no_process)
{
    sqlite3     *db = harness_open();
    pthread_t    thread;
    volatile int tid = 0;

    ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_ever, (void *)&tid), 0);
    while (tid == 0)
        usleep(1000);
    harness_expect(db, "", "SELECT pid FROM processes WHERE pid = %d", tid);
    harness_expect(db, "1", "SELECT count(*) FROM processes WHERE pid IN (%d, %d, -1, 0, 99999999)",
                   tid, getpid());
    harness_close(db);
}
END_TEST

START_TEST(terms_leave_nothing_out)
{
    sqlite3 *db = harness_open();
    harness_query(db, "CREATE TEMP TABLE every AS SELECT * FROM processes");
    harness_expect(db, "0",
                   "SELECT count(*) FROM every WHERE pid = %d AND pid NOT IN (SELECT pid FROM "
                   "processes WHERE name = every.name AND ppid = every.ppid AND uid = every.uid)",
                   getpid());
    harness_expect(db, "1",
                   "SELECT count(*) FROM processes WHERE pid = %d AND ppid = %d AND uid = %d",
                   getpid(), getppid(), getuid());
    harness_close(db);
}
END_TEST

/* Nothing but what others' processes keep to themselves may be missing for an ordinary user. */
START_TEST(an_ordinary_user_sees_what_is_kept_from_him)
{
    if (getuid() != 0 || setgid(65534) < 0 || setuid(65534) < 0)
        SKIP("needs root");
    sqlite3 *db = harness_open();
    harness_expect(db, "1",
                   "SELECT count(*) FROM processes WHERE exe IS NULL AND ppid = %d AND pid = %d", 0,
                   1);
    harness_query(db, "SELECT count(exe) FROM processes");
    harness_expect(
        db, "read|1",
        "SELECT status, skipped > 0 FROM evidence_sources WHERE table_name = 'processes'");
    harness_close(db);
}
END_TEST

/* A real systemd -------------------------------------------------------------- */

static const char *box;
static pid_t       booted;

static void boot(void)
{
    box = harness_scratch();
    booted = systemd_start(box);
}

static void halt(void)
{
    if (booted > 0)
        systemd_stop(box);
}

START_TEST(processes_belong_to_the_units_that_systemd_says)
{
    NEED_SYSTEMD(booted);
    systemd_enter(box);
    systemd_shell(
        "systemd-run -q --unit=evil -p Type=exec sleep 1000; "
        "mkdir -p /home/tester/.config/systemd/user; "
        "printf '[Service]\\nType=exec\\nExecStart=/bin/sleep 2000\\n' > "
        "/home/tester/.config/systemd/user/mine.service; "
        "setpriv --reuid=1234 --regid=1234 --clear-groups env XDG_RUNTIME_DIR=/run/user/1234 "
        "systemctl --user start mine.service");
    sqlite3 *db = harness_open();
    harness_expect(
        db, "evil.service|NULL|root|sleep 1000\nuser@1234.service|mine.service|tester|sleep 2000",
        "SELECT unit, user_unit, user, replace(replace(cmdline, '/usr', ''), '/bin/', '') FROM "
        "processes WHERE name = 'sleep' ORDER BY 1");
    /* Every main process that a manager reports is in the unit that the manager reports. */
    harness_expect(db, "0",
                   "WITH u AS MATERIALIZED (SELECT id, main_pid FROM systemd_units WHERE scope = "
                   "'system' AND main_pid > 0) SELECT count(*) FROM u LEFT JOIN processes AS p ON "
                   "p.pid = u.main_pid WHERE p.unit IS NOT u.id");
    harness_expect(db, "0",
                   "WITH u AS MATERIALIZED (SELECT id, main_pid FROM systemd_units WHERE scope = "
                   "'user:1234' AND main_pid > 0) SELECT count(*) FROM u LEFT JOIN processes AS p "
                   "ON p.pid = u.main_pid WHERE p.user_unit IS NOT u.id");
    harness_close(db);
}
END_TEST

Suite *make_processes_suite(void)
{
    Suite *suite = suite_create("processes");
    TCase *here = tcase_create("here"), *real = tcase_create("real systemd");

    tcase_add_test(here, this_process_is_as_it_knows_itself);
    tcase_add_test(here, a_deleted_program_is_known_by_its_old_path);
    tcase_add_test(here, a_program_named_deleted_is_not);
    tcase_add_test(here, names_and_arguments_may_be_any_bytes);
    tcase_add_test(here, an_argument_with_blanks_stays_one);
    tcase_add_test(here, a_zombie_has_a_name_and_no_program);
    tcase_add_test(here, a_thread_is_no_process);
    tcase_add_test(here, terms_leave_nothing_out);
    tcase_add_test(here, an_ordinary_user_sees_what_is_kept_from_him);
    suite_add_tcase(suite, here);
    tcase_set_timeout(real, 60);
    tcase_add_unchecked_fixture(real, boot, halt);
    tcase_add_test(real, processes_belong_to_the_units_that_systemd_says);
    suite_add_tcase(suite, real);
    return suite;
}
