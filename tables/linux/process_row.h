/* process_row.h -- a row of the table processes. */
#ifndef SVCQL_PROCESS_ROW_H
#define SVCQL_PROCESS_ROW_H

#include "table.h"

struct process {
    int64_t     pid, ppid;
    const char *name, *exe;
    int64_t     exe_deleted;
    int64_t     uid, euid, gid, egid;
    const char *user;
    int64_t     loginuid, session;
    double      start_time;
    const char *state;
    bool        kernel_thread;
    const char *cgroup, *unit, *user_unit, *container;
    const char *host, *source;

    /* What osquery's table of this name has beside, under its names. */
    const char *path;
    int64_t     parent, suid, sgid, on_disk, resident_size, total_size, user_time, system_time;
    int64_t     pgroup, threads, nice;
    const char *cgroup_path;
};

#endif
