/* processes.c -- processes, as the kernel lists them to anybody, and what libproc tells of a process to its
 * user and to root.
 */
#include <errno.h>
#include <libproc.h>
#include <mach/mach_time.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>

#include "formats/text/buffer.h"
#include "formats/text/proc_text.h"
#include "host.h"

#define TRIES 4 /* of a list that grows meanwhile */

/* The list ------------------------------------------------------------------------- */

static int read_sysctl(int *name, unsigned n, void *data, size_t *size)
{
    return sysctl(name, n, data, size, NULL, 0) < 0 ? -errno : 0;
}

/* All processes: malloc()ed, with their number. */
static int list_all(struct kinfo_proc **ret, size_t *ret_n)
{
    int    name[] = {CTL_KERN, KERN_PROC, KERN_PROC_ALL, 0};
    void  *data = NULL;
    size_t size = 0;
    int    r = -ENOMEM;

    for (int i = 0; r == -ENOMEM && i < TRIES; i++) {
        if ((r = read_sysctl(name, 4, NULL, &size)) < 0)
            break;
        size += size / 8; /* of those that begin meanwhile */
        void *room = realloc(data, size);
        if (!room) {
            free(data);
            return -ENOMEM;
        }
        data = room;
        r = read_sysctl(name, 4, data, &size);
    }
    if (r < 0) {
        free(data);
        return r;
    }
    *ret = data;
    *ret_n = size / sizeof **ret;
    return 0;
}

/* Units of the processor's clock, which are no nanoseconds on each. */
static int64_t milliseconds(uint64_t units)
{
    static mach_timebase_info_data_t base;

    if (!base.denom)
        mach_timebase_info(&base);
    return (int64_t)((double)units * base.numer / base.denom / 1e6);
}

/* What it has used, where that is told: else -1. */
static void put_usage(struct host_process *p)
{
    struct rusage_info_v2 used;
    struct proc_taskinfo  task;

    p->threads = p->user_ms = p->system_ms = -1;
    p->resident_bytes = p->private_bytes = p->read_bytes = p->written_bytes = -1;
    if (proc_pidinfo((int)p->pid, PROC_PIDTASKINFO, 0, &task, sizeof task) == sizeof task)
        p->threads = task.pti_threadnum;
    if (proc_pid_rusage((int)p->pid, RUSAGE_INFO_V2, (rusage_info_t *)&used) < 0)
        return;
    p->user_ms = milliseconds(used.ri_user_time);
    p->system_ms = milliseconds(used.ri_system_time);
    p->resident_bytes = (int64_t)used.ri_resident_size;
    p->private_bytes = (int64_t)used.ri_phys_footprint;
    p->read_bytes = (int64_t)used.ri_diskio_bytesread;
    p->written_bytes = (int64_t)used.ri_diskio_byteswritten;
}

static int put_process(const struct kinfo_proc *from, struct host_process *to)
{
    const struct timeval *start = &from->kp_proc.p_starttime;

    *to = (struct host_process){
        .name = strndup(from->kp_proc.p_comm, sizeof from->kp_proc.p_comm),
        .pid = from->kp_proc.p_pid,
        .ppid = from->kp_eproc.e_ppid,
        .session = -1,
        .start_time = start->tv_sec ? (double)start->tv_sec + start->tv_usec / 1e6 : NAN,
        .kernel = from->kp_proc.p_pid == 0,
    };
    put_usage(to);
    return to->name ? 0 : -ENOMEM;
}

static int compare_numbers(const void *a, const void *b)
{
    const struct host_process *left = a, *right = b;

    return (left->pid > right->pid) - (left->pid < right->pid);
}

int host_processes(struct host_processes *ret)
{
    struct host_processes list = {0};
    struct kinfo_proc    *all;
    size_t                n;

    int r = list_all(&all, &n);
    if (r < 0)
        return r;
    list.list = calloc(n ? n : 1, sizeof *list.list);
    r = list.list ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < n; i++)
        r = put_process(&all[i], &list.list[list.n++]);
    free(all);
    if (r < 0) {
        host_processes_free(&list);
        return r;
    }
    qsort(list.list, list.n, sizeof *list.list, compare_numbers);
    *ret = list;
    return 0;
}

void host_processes_free(struct host_processes *processes)
{
    for (size_t i = 0; i < processes->n; i++)
        free(processes->list[i].name);
    free(processes->list);
    *processes = (struct host_processes){0};
}

/* One of them ------------------------------------------------------------------------- */

static int put_program(int pid, struct host_process_details *ret)
{
    char path[PROC_PIDPATHINFO_MAXSIZE];

    if (proc_pidpath(pid, path, sizeof path) <= 0)
        return errno == ENOENT ? 0 : -errno; /* of the kernel, or removed */
    ret->program = strdup(path);
    return ret->program ? 0 : -ENOMEM;
}

/* `data` is the number of arguments, the program's path with zeros after it, and the arguments, each with a NUL. */
static int put_arguments(const char *data, size_t size, struct host_process_details *ret)
{
    struct buffer line = {0};
    int           n;

    if (size < sizeof n)
        return 0;
    memcpy(&n, data, sizeof n);
    const char *at = data + sizeof n, *end = data + size;
    at += strnlen(at, (size_t)(end - at));
    while (at < end && !*at)
        at++;
    const char *first = at;
    for (int i = 0; i < n && at < end; i++) {
        const char *nul = memchr(at, '\0', (size_t)(end - at));
        at = nul ? nul + 1 : end;
    }
    if (at == first)
        return 0;
    proc_arguments(first, (size_t)(at - first), &line);
    ret->command = buffer_take(&line);
    return ret->command ? 0 : -ENOMEM;
}

static int put_command(int pid, struct host_process_details *ret)
{
    int    most_name[] = {CTL_KERN, KERN_ARGMAX}, name[] = {CTL_KERN, KERN_PROCARGS2, pid}, most;
    size_t size = sizeof most;

    int r = read_sysctl(most_name, 2, &most, &size);
    if (r < 0)
        return r;
    size = (size_t)most;
    char *data = malloc(size);
    if (!data)
        return -ENOMEM;
    r = read_sysctl(name, 3, data, &size);
    r = r < 0 ? r : put_arguments(data, size, ret);
    free(data);
    return r == -EINVAL || r == -EPERM || r == -EIO ? -EACCES
                                                    : r; /* another user's, or the kernel */
}

static int put_user(int pid, struct host_process_details *ret)
{
    int               name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
    struct kinfo_proc process;
    size_t            size = sizeof process;

    int r = read_sysctl(name, 4, &process, &size);
    if (r < 0 || size < sizeof process)
        return r < 0 ? r : -ESRCH;
    ret->uid = process.kp_eproc.e_pcred.p_ruid;
    ret->gid = process.kp_eproc.e_pcred.p_rgid;
    return 0;
}

int host_process_details(const struct host_process *process, unsigned parts,
                         struct host_process_details *ret)
{
    struct host_process_details details = {.uid = -1, .gid = -1};
    int                         pid = (int)process->pid, r = 0, error = 0;

    if (parts & HOST_PROCESS_PROGRAM)
        error = put_program(pid, &details);
    if (parts & HOST_PROCESS_COMMAND && (r = put_command(pid, &details)) < 0)
        error = r;
    if (parts & HOST_PROCESS_USER && (r = put_user(pid, &details)) < 0)
        error = r;
    if (error == -ENOMEM || error == -ESRCH) {
        host_process_details_free(&details);
        return error;
    }
    *ret = details;
    return error == -EPERM ? -EACCES : error;
}

void host_process_details_free(struct host_process_details *details)
{
    free(details->program);
    free(details->command);
    free(details->user);
    *details = (struct host_process_details){0};
}
