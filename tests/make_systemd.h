/* make_systemd.h -- boot a real systemd for the tests, in namespaces of its own.
 *
 *     build/systemd-fixture start /tmp/box         boots; prints the process id of its PID 1
 *     build/systemd-fixture exec  /tmp/box CMD...  runs a command inside, as root
 *     build/systemd-fixture stop  /tmp/box         kills it, cgroups and all
 *
 * What is inside: `systemd --system` as PID 1 over the machine's own read-only /usr, with fresh
 * /etc, /run, /var, /home and /tmp, the system bus, journald writing to DIR/journal (persistent, so
 * that it can be read afterwards), and the user manager and bus of the lingering user `tester`, uid
 * 1234. To act as that user inside (there is no PAM):
 *
 *     setpriv --reuid=1234 --regid=1234 --clear-groups env XDG_RUNTIME_DIR=/run/user/1234 CMD...
 *
 * It has its own network (SVCQL_FIXTURE_NET=host shares the machine's), host name ("fixture") and
 * cgroups (v2). Shipped generators are hidden, for speed. DIR and the folder SVCQL_FIXTURE_SHARE
 * (the current one without it) are seen inside under the same paths. From outside, its files are
 * below /proc/PID/root. DIR/log has what PID 1 wrote before its journal ran.
 *
 * Needs root, Linux 5.8, systemd, dbus and dbus-user-session. A Check suite boots in an unchecked
 * fixture, and its tests go inside one by one:
 *
 *     static void setup(void) { dir = harness_scratch(); booted = systemd_start(dir); }
 *     static void teardown(void) { if (booted > 0) systemd_stop(dir); }
 *
 *     START_TEST(finds_a_unit)
 *     {
 *         NEED_SYSTEMD(booted);
 *         systemd_enter(dir);
 *         systemd_shell("systemctl start --quiet foo.service");
 *         sqlite3 *db = harness_open();
 */
#ifndef SVCQL_MAKE_SYSTEMD_H
#define SVCQL_MAKE_SYSTEMD_H

#include <sys/types.h>

#define SYSTEMD_TESTER_UID 1234

/* Boot below the folder `dir`, which is made. Returns PID 1's process id once both managers and
 * both buses answer, or a negative errno: -EPERM where this user may not, -ENOENT where a package
 * is missing, -EOPNOTSUPP where this machine does not let its file systems be mounted. The fixture
 * ends with the thread that started it, unless it is to stay. */
pid_t systemd_start(const char *dir);
pid_t systemd_start_to_stay(const char *dir);

/* Why no systemd can be booted on this machine, from what systemd_start() returned; NULL where one
 * can, so that it should have started. Always NULL where SVCQL_SYSTEMD is "required",
 * except for tests that qemu runs, which never can. */
const char *systemd_excuse(pid_t started);

/* Skip a test that needs systemd only where there is an excuse: what can be booted and was not
 * fails the test. */
#define NEED_SYSTEMD(started)                                                                      \
    do {                                                                                           \
        if ((started) <= 0) {                                                                      \
            const char *excuse = systemd_excuse(started);                                          \
            if (excuse)                                                                            \
                SKIP("%s", excuse);                                                                \
            ck_abort_msg("systemd did not start: %s", strerror(-(started)));                       \
        }                                                                                          \
    } while (0)

/* The process id of a running fixture, or -ESRCH. */
pid_t systemd_pid(const char *dir);

/* Move the running test inside: the rest of it runs in a child process there. Works under
 * CK_FORK=yes, which is the default, and fails the test otherwise. */
void systemd_enter(const char *dir);

/* Run a command inside, from outside; returns its exit status, or 128 + signal. */
int systemd_run(const char *dir, char *const argv[]);

/* Run a line of shell, from inside; fails the test where it does not succeed. */
void systemd_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Kill the fixture and wait until it has ended, cgroups too. Accepts one that is not running. */
int systemd_stop(const char *dir);

#endif
