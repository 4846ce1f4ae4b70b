#include "make_audit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#define POLLS   600
#define POLL_US 100000

static int         lock = -1;
static pid_t       daemon_pid;
static const char *log_dir;

/* The value that auditctl -s shows for a name; -1 where it does not run. */
static long audit_status(const char *name)
{
    char   line[256];
    long   value = -1;
    size_t size = strlen(name);
    FILE  *out = popen("auditctl -s 2>/dev/null", "r");

    while (out && fgets(line, sizeof line, out))
        if (strncmp(line, name, size) == 0 && line[size] == ' ')
            value = atol(line + size);
    if (out)
        pclose(out);
    return value;
}

/* The kernel keeps the number of a daemon that was killed. */
static bool has_daemon(void)
{
    char path[64];
    long pid = audit_status("pid");

    snprintf(path, sizeof path, "/proc/%ld", pid);
    return pid > 0 && access(path, F_OK) == 0;
}

__attribute__((format(printf, 1, 0))) static bool run(const char *format, const char *argument)
{
    char command[1024];

    snprintf(command, sizeof command, format, argument);
    return system(command) == 0;
}

static void start_daemon(const char *dir)
{
    char text[2048];

    snprintf(text, sizeof text,
             "local_events = yes\nwrite_logs = yes\nlog_file = %s/audit.log\nlog_group = root\n"
             "log_format = ENRICHED\nflush = INCREMENTAL_ASYNC\nfreq = 1\nmax_log_file = "
             "8\nnum_logs = 2\n"
             "max_log_file_action = IGNORE\nspace_left = 2\nspace_left_action = IGNORE\n"
             "admin_space_left = 1\nadmin_space_left_action = IGNORE\n"
             "disk_full_action = IGNORE\ndisk_error_action = IGNORE\nname_format = NONE\n",
             dir);
    harness_write_text(dir, "auditd.conf", text);
    daemon_pid = fork();
    if (daemon_pid == 0) {
        execlp("auditd", "auditd", "-n", "-c", dir, "-s", "nochange", (char *)NULL);
        _exit(127);
    }
}

/* Send messages until one is written: the daemon is there then, and as events come in order, all
 * before it are written too. */
static void wait_for_message(const char *message)
{
    char search[64];

    snprintf(search, sizeof search, "grep -q %s %%s/audit.log", message);
    for (int i = 0; i < POLLS; i++, usleep(POLL_US))
        if (run("auditctl -m %s >/dev/null 2>&1", message) && run(search, log_dir))
            return;
}

const char *make_audit_begin(const char *dir, const char *program)
{
    if (!getenv("SVCQL_LIVE_AUDIT"))
        return "switches the kernel's audit on: set SVCQL_LIVE_AUDIT";
    if (geteuid() != 0)
        return "needs root";
    lock =
        open("/sys/kernel", O_RDONLY | O_CLOEXEC); /* the kernel's own: one for all roots on it */
    if (lock < 0 || flock(lock, LOCK_EX) < 0)
        return "no lock";
    if (audit_status("enabled") != 0 || has_daemon())
        return "audit is not there, or in use";
    log_dir = dir;
    start_daemon(dir);
    for (int i = 0; i < POLLS && audit_status("pid") != daemon_pid; i++)
        usleep(POLL_US);
    if (!run("auditctl -e 1 >/dev/null 2>&1%s", "") ||
        !run("auditctl -a always,exit -F arch=b64 -S execve,openat,rename,renameat2,kill "
             "-F exe=%s -k 'svcql test' >/dev/null 2>&1",
             program)) {
        make_audit_end();
        return "audit cannot be switched on";
    }
    wait_for_message("svcql_begins");
    return NULL;
}

void make_audit_end(void)
{
    wait_for_message("svcql_ends");
    run("auditctl -D >/dev/null 2>&1%s", "");
    run("auditctl -e 0 >/dev/null 2>&1%s", "");
    kill(daemon_pid, SIGTERM);
    waitpid(daemon_pid, NULL, 0);
    close(lock);
}
