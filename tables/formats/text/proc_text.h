/* proc_text.h -- the texts of /proc/PID: proc(5), cgroups(7).
 *
 * Names and arguments in them are what a process wants them to be. Functions take the bytes of a
 * file as they were read, and return a negative errno on failure, with ret_ arguments untouched.
 */
#ifndef SVCQL_PROC_TEXT_H
#define SVCQL_PROC_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

/* A part of the text that was given; not NUL-terminated. */
struct proc_span {
    const char *text; /* NULL: none */
    size_t      size;
};

struct proc_stat {
    struct proc_span name;  /* any bytes: blanks, parentheses and newlines too */
    char             state; /* R, S, D, Z, T, t, X, I */
    int64_t          ppid, group, session;
    int64_t          user_ticks, system_ticks; /* clock ticks that it has run */
    int64_t          nice, threads;
    uint64_t         start;          /* clock ticks since the boot */
    int64_t          size, resident; /* bytes of memory, and pages of it that are resident */
    bool             kernel;         /* a thread of the kernel */
};

/* /proc/PID/stat. -EBADMSG where it is none. */
int proc_stat_parse(const char *text, size_t size, struct proc_stat *ret);

struct proc_ids {
    int64_t tgid; /* of the process; of a thread that is not its first, another than its own id */
    int64_t uid, euid, suid, gid, egid, sgid;
};

/* The ids of /proc/PID/status. */
int proc_ids_parse(const char *text, size_t size, struct proc_ids *ret);

/* The value of a line "KEY NUMBER" of /proc/stat, such as "btime". -ENOENT. */
int proc_number(const char *text, size_t size, const char *key, int64_t *ret);

/* Of /proc/PID/cgroup, the path that systemd keeps its units by: of its own hierarchy where that is
 * in use, else of the unified one. */
struct proc_span proc_cgroup(const char *text, size_t size);

/* What a path of such a cgroup says, by the rules of systemd (CGROUP_INTERFACE, "Delegation"). */
struct proc_cgroup {
    struct proc_span unit;      /* of the system manager: ssh.service, user@1000.service */
    struct proc_span user_unit; /* of a user's manager below that */
    struct proc_span container; /* id or name of the container, machine or pod */
};

void proc_cgroup_parse(struct proc_span path, struct proc_cgroup *ret);

/* Append the arguments of /proc/PID/cmdline as a line that a POSIX shell would split into them
 * again. A title that the program wrote over them, without NULs, stays unchanged. */
void proc_arguments(const char *text, size_t size, struct buffer *out);

#endif
