/* processes.c -- what runs on this host now, and which unit, user and parent it belongs to: /proc, or the
 * list that Windows gives (process_list.h).
 *
 *     SELECT pid, user, unit, exe, cmdline FROM processes
 *     WHERE exe_deleted OR exe LIKE '/tmp/%' OR exe LIKE '/dev/shm/%' OR exe LIKE '/memfd:%';
 *
 * A process may end at any moment, be another under the same number, and name itself as it likes.
 * Cheap files decide first; a file is opened only if the query reads what is in it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence.h"
#include "formats/access/passwd_text.h"
#include "formats/text/buffer.h"
#include "formats/text/proc_text.h"
#include "host.h"
#include "macos/directory_accounts.h"
#include "process_list.h"
#include "root.h"

SQLITE_EXTENSION_INIT3

#define FILE_MAX   (64u << 10) /* bytes of stat, status, cgroup */
#define STAT_MAX   (4u << 20)  /* of /proc/stat, which has a number for every interrupt */
#define ARGS_MAX   (16u << 20) /* of cmdline: more than execve(2) takes with any usual limit */
#define PASSWD_MAX (16u << 20)
#define NOBODY     4294967295 /* loginuid and sessionid of who has not logged in */

struct user {
    int64_t uid;
    char    name[64];
};

struct state {
    struct sources          sources;
    struct source           source;
    bool                    listed; /* the system gives a list, `list` */
    struct process_list     list;
    struct root_dir        *proc;
    int                     dir; /* /proc/PID of the row, or -1 */
    size_t                  next_term;
    const struct tbl_terms *pid, *ppid, *name, *uid;
    bool                    uses_ids, uses_exe, uses_cgroup, uses_login;
    double                  boot_time;
    struct buffer           text;
    struct user            *users; /* in the order of their ids */
    size_t                  n_users;
    char                    host[256];
    int64_t                 records, denied;
    int                     error;  /* negative errno that ended the list of /proc; 0: none */
    bool                    hidden; /* other users' processes are not shown */
};

/* Files --------------------------------------------------------------------- */

/* Read a file of /proc into `out`; what is after `cap` bytes is left out. */
static int read_file(int dir, const char *name, size_t cap, struct buffer *out)
{
    char    block[4096];
    ssize_t n = 0;
    int     fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return -errno;
    buffer_reset(out);
    while (out->size < cap && (n = read(fd, block, sizeof block)) > 0)
        buffer_put(out, block, (size_t)n);
    int r = n < 0 ? -errno : 0;
    close(fd);
    return r == 0 && !buffer_text(out) ? -ENOMEM : r;
}

/* The number that a file consists of, or TBL_NULL. */
static int64_t read_number(struct state *state, const char *name)
{
    if (read_file(state->dir, name, FILE_MAX, &state->text) < 0)
        return TBL_NULL;
    long long value = strtoll(state->text.data, NULL, 10);
    return value == NOBODY ? TBL_NULL : value;
}

static int open_process(const struct state *state, int64_t pid)
{
    char name[24];

    snprintf(name, sizeof name, "%lld", (long long)pid);
    int fd = openat(root_dir_fd(state->proc), name, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return fd < 0 ? -errno : fd;
}

/* Links --------------------------------------------------------------------- */

static ssize_t read_link(int dir, const char *name, char out[PATH_MAX])
{
    ssize_t n = readlinkat(dir, name, out, PATH_MAX - 1);

    if (n < 0)
        return -errno;
    out[n] = '\0';
    return n;
}

/* Whether the kernel wrote the " (deleted)" that a link's text ends in: where the file of that very
 * name is what runs, it is part of the name. */
static bool is_deleted(int dir, const char *text)
{
    struct stat running, named;
    char        path[PATH_MAX + 8];

    snprintf(path, sizeof path, "root%s", text);
    return fstatat(dir, "exe", &running, 0) < 0 || running.st_nlink == 0 ||
           fstatat(dir, path, &named, 0) < 0 || named.st_ino != running.st_ino ||
           named.st_dev != running.st_dev;
}

/* The program of /proc/PID: its path without the kernel's remark. False if there is none to see. */
static bool read_exe(int dir, char out[PATH_MAX], size_t *ret_size, bool *ret_deleted)
{
    static const char suffix[] = " (deleted)";
    const size_t      tail = sizeof suffix - 1;

    ssize_t n = read_link(dir, "exe", out);
    if (n < 0)
        return false;
    *ret_size = (size_t)n;
    *ret_deleted = *ret_size > tail && memcmp(out + *ret_size - tail, suffix, tail) == 0 &&
                   is_deleted(dir, out);
    if (*ret_deleted)
        *ret_size -= tail;
    return true;
}

/* Users --------------------------------------------------------------------- */

static int by_uid(const void *a, const void *b)
{
    int64_t x = ((const struct user *)a)->uid, y = ((const struct user *)b)->uid;

    return (x > y) - (x < y);
}

static int add_user(struct state *state, size_t *room, int64_t uid, struct field name)
{
    if (state->n_users == *room) {
        *room = *room ? 2 * *room : 64;
        void *grown = sqlite3_realloc64(state->users, *room * sizeof *state->users);
        if (!grown)
            return SQLITE_NOMEM;
        state->users = grown;
    }
    struct user *user = &state->users[state->n_users++];
    user->uid = uid;
    snprintf(user->name, sizeof user->name, "%.*s", (int)name.size, name.text);
    return SQLITE_OK;
}

static int load_passwd(struct state *state, const struct root *root, size_t *room)
{
    struct passwd_line line;
    char              *data;
    size_t             size;
    int                rc = SQLITE_OK;

    if (root_read(root, "/etc/passwd", PASSWD_MAX, &data, &size) < 0)
        return SQLITE_OK;
    for (char *at = data, *end = data + size, *stop; rc == SQLITE_OK && at < end; at = stop + 1) {
        if (!(stop = memchr(at, '\n', (size_t)(end - at))))
            stop = end;
        if (passwd_parse(at, (size_t)(stop - at), &line) > 0)
            rc = add_user(state, room, line.uid, line.name);
    }
    free(data);
    return rc;
}

static int load_directory(struct tbl_scan *scan, const struct source *source, size_t *room)
{
    struct state          *state = tbl_state(scan);
    struct directory_users users = {0};
    int                    rc = directory_users_load(scan, source, &users);

    for (size_t i = 0; rc == SQLITE_OK && i < users.n; i++) {
        struct field name = {users.list[i].name, strlen(users.list[i].name)};
        rc = add_user(state, room, users.list[i].uid, name);
    }
    directory_users_free(&users);
    return rc;
}

/* Names come from files alone: other services of nsswitch.conf(5), and opendirectoryd, may use the network. The directory of
 * macOS is for root to read; anybody may read its /etc/passwd, which names the system's own accounts. */
static int load_users(struct tbl_scan *scan, const struct source *source)
{
    struct state *state = tbl_state(scan);
    size_t        room = 0;
    int           rc = SQLITE_OK;

    if (!TBL_USES(scan, struct process, user) || strcmp(host_kind, "windows") == 0)
        return SQLITE_OK;
    if (strcmp(host_kind, "macos") == 0)
        rc = load_directory(scan, source, &room);
    if (rc == SQLITE_OK && !state->n_users)
        rc = load_passwd(state, source->root, &room);
    if (state->n_users)
        qsort(state->users, state->n_users, sizeof *state->users, by_uid);
    return rc;
}

static const char *name_of(const struct state *state, int64_t uid)
{
    const struct user key = {.uid = uid};
    struct user      *user =
        state->n_users ? bsearch(&key, state->users, state->n_users, sizeof *state->users, by_uid)
                            : NULL;

    return user ? user->name : NULL;
}

/* Rows ---------------------------------------------------------------------- */

static void fill_usage(struct process *row, const struct proc_stat *stat)
{
    int64_t ticks = sysconf(_SC_CLK_TCK);

    row->parent = stat->ppid;
    row->pgroup = stat->group;
    row->threads = stat->threads;
    row->nice = stat->nice;
    row->user_time = stat->user_ticks * 1000 / ticks;
    row->system_time = stat->system_ticks * 1000 / ticks;
    row->total_size = stat->size;
    row->resident_size = stat->resident * sysconf(_SC_PAGESIZE);
}

static int read_stat(struct tbl_scan *scan, struct process *row)
{
    struct state    *state = tbl_state(scan);
    struct proc_stat stat;

    int r = read_file(state->dir, "stat", FILE_MAX, &state->text);
    if (r < 0 || (r = proc_stat_parse(state->text.data, state->text.size, &stat)) < 0)
        return r;
    row->ppid = stat.ppid;
    row->kernel_thread = stat.kernel;
    row->start_time = state->boot_time + (double)stat.start / (double)sysconf(_SC_CLK_TCK);
    fill_usage(row, &stat);
    row->name = tbl_utf8(scan, stat.name.text, stat.name.size);
    row->state = tbl_utf8(scan, &stat.state, 1);
    return row->name && row->state ? 0 : -ENOMEM;
}

/* A thread that is not its process's first has a directory of its own, which is not listed. */
static int read_ids(struct tbl_scan *scan, struct process *row)
{
    struct state   *state = tbl_state(scan);
    struct proc_ids ids;

    if (!state->uses_ids && !state->pid->n)
        return 0;
    int r = read_file(state->dir, "status", FILE_MAX, &state->text);
    if (r < 0 || (r = proc_ids_parse(state->text.data, state->text.size, &ids)) < 0)
        return r;
    row->uid = ids.uid;
    row->euid = ids.euid;
    row->gid = ids.gid;
    row->egid = ids.egid;
    row->suid = ids.suid;
    row->sgid = ids.sgid;
    row->user = name_of(state, ids.euid);
    return ids.tgid == row->pid ? 0 : -ESRCH;
}

static int read_program(struct tbl_scan *scan, struct process *row)
{
    struct state *state = tbl_state(scan);
    char          path[PATH_MAX];
    size_t        size;
    bool          deleted;

    row->on_disk = -1;
    if (!state->uses_exe || row->kernel_thread)
        return 0;
    if (!read_exe(state->dir, path, &size, &deleted)) {
        state->denied += errno == EACCES || errno == EPERM;
        return 0;
    }
    row->exe_deleted = deleted;
    row->on_disk = !deleted;
    row->exe = row->path = tbl_utf8(scan, path, size);
    return row->exe ? 0 : -ENOMEM;
}

static int copy_span(struct tbl_scan *scan, struct proc_span span, const char **ret)
{
    *ret = span.text ? tbl_utf8(scan, span.text, span.size) : NULL;
    return span.text && !*ret ? -ENOMEM : 0;
}

static int read_cgroup(struct tbl_scan *scan, struct process *row)
{
    struct state      *state = tbl_state(scan);
    struct proc_cgroup parts;
    int                r;

    if (!state->uses_cgroup || read_file(state->dir, "cgroup", FILE_MAX, &state->text) < 0)
        return 0;
    struct proc_span path = proc_cgroup(state->text.data, state->text.size);
    proc_cgroup_parse(path, &parts);
    if ((r = copy_span(scan, path, &row->cgroup_path)) < 0)
        return r;
    if ((r = copy_span(scan, path, &row->cgroup)) < 0 ||
        (r = copy_span(scan, parts.unit, &row->unit)) < 0 ||
        (r = copy_span(scan, parts.user_unit, &row->user_unit)) < 0)
        return r;
    return copy_span(scan, parts.container, &row->container);
}

/* 1 for a row; 0 where the process is not wanted, or has ended; a negative errno. */
static int read_process(struct tbl_scan *scan, struct process *row)
{
    struct state *state = tbl_state(scan);
    int           r;

    if ((state->dir = open_process(state, row->pid)) < 0)
        return 0;
    if ((r = read_stat(scan, row)) < 0)
        return r == -ENOMEM ? r : 0;
    if (!tbl_match_text(state->name, row->name, false) || !tbl_match_int(state->ppid, row->ppid))
        return 0;
    if (read_ids(scan, row) < 0 || !tbl_match_int(state->uid, row->uid))
        return 0;
    if ((r = read_program(scan, row)) < 0 || (r = read_cgroup(scan, row)) < 0)
        return r;
    if (state->uses_login) {
        row->loginuid = read_number(state, "loginuid");
        row->session = read_number(state, "sessionid");
    }
    row->host = state->host;
    row->source = "/proc";
    state->records++;
    return 1;
}

static bool next_pid(struct state *state, int64_t *ret)
{
    struct dirent *entry;
    int            r;

    if (state->pid->n) {
        if (state->next_term == state->pid->n)
            return false;
        *ret = state->pid->ints[state->next_term++];
        return true;
    }
    while ((r = root_readdir(state->proc, &entry)) > 0) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        *ret = strtoll(entry->d_name, NULL, 10);
        return true;
    }
    state->error = r;
    return false;
}

static void close_process(struct state *state)
{
    if (state->dir >= 0)
        close(state->dir);
    state->dir = -1;
}

static int processes_next(struct tbl_scan *scan, void *out)
{
    struct state        *state = tbl_state(scan);
    struct process      *row = out;
    const struct process blank = *row;
    int64_t              pid;

    if (state->listed) {
        row->host = state->host;
        int rc = process_list_next(scan, &state->list, state->source.root, row);
        if (rc == SQLITE_ROW && !row->user)
            row->user = name_of(state, row->uid);
        return rc;
    }
    while (state->proc && next_pid(state, &pid)) {
        close_process(state);
        *row = blank;
        row->pid = pid;
        int r = read_process(scan, row);
        if (r != 0)
            return r > 0 ? SQLITE_ROW : SQLITE_NOMEM;
    }
    return SQLITE_DONE;
}

/* Opening ------------------------------------------------------------------- */

/* Where processes are read, as evidence_sources has it. */
static const char *location(void)
{
    return strcmp(host_kind, "linux") == 0 ? "/proc" : PROCESS_LIST;
}

static int report(struct svcql *svcql, const char *host, enum source_status status, int64_t records,
                  int64_t skipped, const char *detail)
{
    return svcql_report(svcql, &(struct report){.table = "processes",
                                                .kind = "proc",
                                                .host = host,
                                                .location = location(),
                                                .status = status,
                                                .records = records,
                                                .skipped = skipped,
                                                .detail = detail});
}

/* Open /proc, which must be what it says: -ENODEV where nothing is mounted there. */
static int open_proc(const struct root *root, struct root_dir **ret)
{
    struct root_dir *dir;

    int r = root_open_dir(root, "/proc", &dir);
    if (r < 0)
        return r;
    if (!host_is_procfs(root_dir_fd(dir))) {
        root_closedir(dir);
        return -ENODEV;
    }
    *ret = dir;
    return 0;
}

/* Seconds since the epoch of the boot; to a second, as the kernel gives it, so that start times are
 * the same each time they are read. */
static double read_boot_time(struct state *state)
{
    int64_t seconds;

    if (read_file(root_dir_fd(state->proc), "stat", STAT_MAX, &state->text) < 0 ||
        proc_number(state->text.data, state->text.size, "btime", &seconds) < 0)
        return NAN;
    return (double)seconds;
}

static void note_uses(struct tbl_scan *scan, struct state *state)
{
    static const size_t ids[] = {offsetof(struct process, uid),  offsetof(struct process, euid),
                                 offsetof(struct process, gid),  offsetof(struct process, egid),
                                 offsetof(struct process, user), offsetof(struct process, suid),
                                 offsetof(struct process, sgid)};

    for (size_t i = 0; i < TBL_COUNT(ids); i++)
        state->uses_ids |= tbl_uses(scan, ids[i]);
    state->uses_exe =
        TBL_USES(scan, struct process, exe) || TBL_USES(scan, struct process, exe_deleted) ||
        TBL_USES(scan, struct process, path) || TBL_USES(scan, struct process, on_disk);
    state->uses_cgroup =
        TBL_USES(scan, struct process, cgroup) || TBL_USES(scan, struct process, unit) ||
        TBL_USES(scan, struct process, user_unit) || TBL_USES(scan, struct process, container) ||
        TBL_USES(scan, struct process, cgroup_path);
    state->uses_login =
        TBL_USES(scan, struct process, loginuid) || TBL_USES(scan, struct process, session);
}

static int open_host(struct tbl_scan *scan, const struct source *source)
{
    struct state *state = tbl_state(scan);
    struct svcql *svcql = tbl_svcql(scan);

    snprintf(state->host, sizeof state->host, "%s", source->host);
    int r = process_list_begin(scan, &state->list);
    state->listed = r != -EOPNOTSUPP;
    if (!state->listed)
        r = open_proc(source->root, &state->proc);
    if (r == 0 && state->listed)
        return load_users(scan, source);
    if (r < 0)
        return report(svcql, state->host, r == -ENODEV ? SOURCE_ABSENT : source_status_of(r), 0, 0,
                      strerror(-r));
    if (TBL_USES(scan, struct process, start_time))
        state->boot_time = read_boot_time(state);
    state->hidden = faccessat(root_dir_fd(state->proc), "1/stat", F_OK, 0) < 0;
    return load_users(scan, source);
}

static int processes_open(struct tbl_scan *scan)
{
    struct state         *state = tbl_state(scan);
    const struct process *key = tbl_key(scan);

    state->dir = -1;
    state->pid = TBL_TERMS(scan, struct process, pid);
    state->ppid = TBL_TERMS(scan, struct process, ppid);
    state->name = TBL_TERMS(scan, struct process, name);
    state->uid = TBL_TERMS(scan, struct process, uid);
    note_uses(scan, state);
    int rc = tbl_sources_begin(
        scan, &state->sources,
        &(struct sources_want){.artefacts = 1u << ARTEFACT_LIVE, .host = key->host});
    if (rc == SQLITE_OK)
        rc = tbl_sources_next(scan, &state->sources, &state->source);
    if (rc == SQLITE_ROW)
        rc = open_host(scan, &state->source);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static void processes_close(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    if (state->listed && state->list.all.n)
        report(tbl_svcql(scan), state->host, SOURCE_READ, state->list.records, state->list.denied,
               state->list.denied ? "programs or users of some processes may not be seen" : NULL);
    process_list_end(&state->list);
    if (state->proc) {
        report(tbl_svcql(scan), state->host,
               state->error    ? SOURCE_DAMAGED
               : state->hidden ? SOURCE_DENIED
                               : SOURCE_READ,
               state->records, state->denied + (state->error != 0),
               state->error    ? "processes were not listed to the end"
               : state->hidden ? "processes of other users are hidden"
               : state->denied ? "programs of other users' processes may not be seen"
                               : NULL);
        close_process(state);
        root_closedir(state->proc);
    }
    buffer_free(&state->text);
    sqlite3_free(state->users);
    sources_end(&state->sources);
}

/* sources_begin(), as a probe has no scan. */
static int processes_probe(struct svcql *svcql)
{
    struct sources        sources = {0};
    struct source         source;
    struct host_processes list = {0};
    struct root_dir      *dir;
    int                   rc = SQLITE_OK;

    if (svcql_reported(svcql, "processes", location()))
        return SQLITE_OK;
    int r =
        sources_begin(&sources, svcql, &(struct sources_want){.artefacts = 1u << ARTEFACT_LIVE});
    if (r >= 0 && sources_next(&sources, &source) > 0) {
        r = host_processes(&list);
        host_processes_free(&list);
        if (r == -EOPNOTSUPP && (r = open_proc(source.root, &dir)) == 0)
            root_closedir(dir);
        rc = report(svcql, source.host,
                    r == 0         ? SOURCE_READY
                    : r == -ENODEV ? SOURCE_ABSENT
                                   : source_status_of(r),
                    TBL_NULL, 0, r == 0 ? "not read yet" : strerror(-r));
    }
    sources_end(&sources);
    return rc;
}

/* Lazy columns -------------------------------------------------------------- */

static int result_text(struct tbl_scan *scan, sqlite3_context *out, const char *text, size_t size)
{
    char *copy = tbl_utf8(scan, text, size);

    if (!copy)
        return SQLITE_NOMEM;
    sqlite3_result_text(out, copy, -1, SQLITE_TRANSIENT);
    return SQLITE_OK;
}

static int get_cmdline(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state *state = tbl_state(scan);
    struct buffer line = {0};

    if (state->listed)
        return process_list_command(&state->list, out);
    (void)row;
    int r = read_file(state->dir, "cmdline", ARGS_MAX, &state->text);
    if (r < 0 || !state->text.size)
        return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
    proc_arguments(state->text.data, state->text.size, &line);
    if (buffer_text(&line))
        sqlite3_result_text(out, line.data, -1, SQLITE_TRANSIENT);
    else
        r = -ENOMEM;
    buffer_free(&line);
    return r < 0 ? SQLITE_NOMEM : SQLITE_OK;
}

static int get_cwd(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state *state = tbl_state(scan);
    char          path[PATH_MAX];

    (void)row;
    if (state->listed)
        return process_list_folder(&state->list, out);
    ssize_t n = read_link(state->dir, "cwd", path);
    return n < 0 ? SQLITE_OK : result_text(scan, out, path, (size_t)n);
}

static int get_root(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state *state = tbl_state(scan);
    char          path[PATH_MAX];

    (void)row;
    ssize_t n = read_link(state->dir, "root", path);
    return n < 0 ? SQLITE_OK : result_text(scan, out, path, (size_t)n);
}

static int get_zero(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)scan;
    (void)row;
    sqlite3_result_int(out, 0);
    return SQLITE_OK;
}

/* A line of /proc/PID/io. */
static int result_io(struct tbl_scan *scan, sqlite3_context *out, const char *key)
{
    struct state *state = tbl_state(scan);
    int64_t       bytes;

    int r = read_file(state->dir, "io", FILE_MAX, &state->text);
    if (r == 0 && proc_number(state->text.data, state->text.size, key, &bytes) == 0)
        sqlite3_result_int64(out, bytes);
    return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

static int get_bytes_read(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct state *state = tbl_state(scan);

    (void)row;
    if (state->listed && state->list.at->read_bytes >= 0)
        sqlite3_result_int64(out, state->list.at->read_bytes);
    return state->listed ? SQLITE_OK : result_io(scan, out, "read_bytes:");
}

static int get_bytes_written(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct state *state = tbl_state(scan);

    (void)row;
    if (state->listed && state->list.at->written_bytes >= 0)
        sqlite3_result_int64(out, state->list.at->written_bytes);
    return state->listed ? SQLITE_OK : result_io(scan, out, "write_bytes:");
}

static int get_parent_name(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state         *state = tbl_state(scan);
    const struct process *process = row;
    struct proc_stat      stat;

    if (state->listed)
        return process_list_parent_name(&state->list, out);
    int dir = open_process(state, process->ppid);
    if (dir < 0)
        return SQLITE_OK;
    int r = read_file(dir, "stat", FILE_MAX, &state->text);
    close(dir);
    if (r < 0 || proc_stat_parse(state->text.data, state->text.size, &stat) < 0)
        return SQLITE_OK;
    return result_text(scan, out, stat.name.text, stat.name.size);
}

static int get_parent_exe(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state         *state = tbl_state(scan);
    const struct process *process = row;
    char                  path[PATH_MAX];
    size_t                size;
    bool                  deleted;

    if (state->listed)
        return process_list_parent_exe(&state->list, out);
    int dir = open_process(state, process->ppid);
    if (dir < 0)
        return SQLITE_OK;
    bool found = read_exe(dir, path, &size, &deleted);
    close(dir);
    return found ? result_text(scan, out, path, size) : SQLITE_OK;
}

/* Declaration --------------------------------------------------------------- */

static const struct tbl_column columns[] = {
    TBL_COL(struct process, pid, TBL_KEY | TBL_UNIQUE | TBL_ID, "Process id"),
    TBL_COL(struct process, ppid, TBL_KEY, "Process id of its parent"),
    TBL_COL(struct process, name, TBL_KEY,
            "Name, which the process can change, at most 15 bytes; on Windows that of its "
            "program's file"),
    TBL_COL(struct process, exe, 0,
            "Path of its program; NULL for a kernel thread, or where it may not be read"),
    TBL_COL(struct process, exe_deleted, 0, "1 if that file has been deleted since"),
    TBL_LAZY(
        "cmdline", TBL_TEXT, 0,
        "Command line, which the process can change, quoted as for a shell; on Windows as it is",
        get_cmdline),
    TBL_LAZY("cwd", TBL_TEXT, 0, "Working directory", get_cwd),
    TBL_COL(struct process, uid, TBL_KEY, "User id, real; on Windows the last number of the SID"),
    TBL_COL(struct process, euid, 0, "User id, effective"),
    TBL_COL(struct process, gid, 0,
            "Group id, real; on Windows the last number of the primary group's SID"),
    TBL_COL(struct process, egid, 0, "Group id, effective"),
    TBL_COL(struct process, user, 0,
            "Name of the effective user, by /etc/passwd, on macOS by its local directory; on "
            "Windows DOMAIN\\name, or a SID without "
            "a name"),
    TBL_COL(struct process, loginuid, 0,
            "User whose login started it, as the audit log's auid; NULL if none"),
    TBL_COL(struct process, session, 0,
            "Session of that login, as the audit log's ses; on Windows the session, 0: that of "
            "services"),
    TBL_COL(struct process, start_time, 0,
            "When it was started, seconds since the epoch, accurate to a second"),
    TBL_COL(struct process, state, 0, "R running, S and D sleeping, T stopped, Z zombie, I idle"),
    TBL_COL(struct process, kernel_thread, 0,
            "1 if a kernel thread, or a process of Windows's kernel"),
    TBL_COL(struct process, cgroup, 0, "Control group in systemd's hierarchy"),
    TBL_COL(
        struct process, unit, 0,
        "Unit of the system manager that it belongs to; on Windows the services that it runs, with "
        "commas between them"),
    TBL_COL(struct process, user_unit, 0, "Unit of a user's manager that it belongs to"),
    TBL_COL(struct process, container, 0, "Id or name of the container that it runs in"),
    TBL_LAZY("parent_name", TBL_TEXT, 0, "Name of its parent", get_parent_name),
    TBL_LAZY("parent_exe", TBL_TEXT, 0, "Path of its parent's program", get_parent_exe),
    TBL_COL(struct process, host, TBL_KEY, "Host it runs on"),
    TBL_COL(struct process, source, 0, "Where it was read: /proc, or the system's process list"),
    TBL_COL(struct process, path, 0, "The same as exe, as osquery calls it"),
    TBL_COL(struct process, parent, 0, "The same as ppid, as osquery calls it"),
    TBL_COL(struct process, cgroup_path, 0, "The same as cgroup, as osquery calls it"),
    TBL_COL(struct process, on_disk, 0,
            "1 if its program is a file still, 0 if not, -1 if unknown"),
    TBL_LAZY("root", TBL_TEXT, 0, "Its root directory", get_root),
    TBL_COL(struct process, suid, 0, "User id, saved"),
    TBL_COL(struct process, sgid, 0, "Group id, saved"),
    TBL_COL(struct process, pgroup, 0, "Process group"),
    TBL_COL(struct process, threads, 0, "How many threads it has"),
    TBL_COL(struct process, nice, 0, "Nice level, -20 to 19"),
    TBL_COL(struct process, user_time, 0, "Milliseconds that it ran in user mode"),
    TBL_COL(struct process, system_time, 0, "Milliseconds that it ran in the kernel"),
    TBL_COL(struct process, resident_size, 0, "Bytes of memory that are resident"),
    TBL_COL(struct process, total_size, 0, "Bytes of virtual memory; on Windows its private ones"),
    TBL_LAZY("wired_size", TBL_INT, 0, "0, as in osquery on Linux", get_zero),
    TBL_LAZY("disk_bytes_read", TBL_INT, 0,
             "Bytes that it had the disk read, on Windows all that it read; NULL where denied",
             get_bytes_read),
    TBL_LAZY("disk_bytes_written", TBL_INT, 0,
             "Bytes that it had the disk write, on Windows all that it wrote; NULL where denied",
             get_bytes_written),
};

static const struct tbl_example examples[] = {
    {"Programs that are deleted, or run from where anyone may write",
     "SELECT pid, user, unit, exe, cmdline FROM processes WHERE exe_deleted OR exe LIKE '/tmp/%' "
     "OR exe LIKE '/var/tmp/%' OR exe LIKE '/dev/shm/%' OR exe LIKE '/memfd:%'"},
    {"Shells that a service has started",
     "SELECT pid, unit, user, parent_exe, cmdline FROM processes "
     "WHERE name IN ('sh', 'bash', 'dash', 'zsh') AND unit LIKE '%.service'"},
    {"What units run",
     "SELECT unit, user_unit, count(*) AS processes, min(datetime(start_time, 'unixepoch')) AS "
     "since FROM processes WHERE unit IS NOT NULL GROUP BY 1, 2"},
};

const struct tbl_table processes_table = {
    .name = "processes",
    .doc = "Processes of the running host, with the unit, user and parent of each",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct process),
    .state_size = sizeof(struct state),
    .rows = 300,
    .artefacts = 1u << ARTEFACT_LIVE,
    .open = processes_open,
    .next = processes_next,
    .close = processes_close,
    .probe = processes_probe,
};
