#include "process_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "root.h"

SQLITE_EXTENSION_INIT3

int process_list_begin(struct tbl_scan *scan, struct process_list *list)
{
    int r = host_processes(&list->all);

    if (r < 0)
        return r;
    if (TBL_USES(scan, struct process, exe) || TBL_USES(scan, struct process, path) ||
        TBL_USES(scan, struct process, exe_deleted) || TBL_USES(scan, struct process, on_disk))
        list->parts |= HOST_PROCESS_PROGRAM;
    if (TBL_USES(scan, struct process, user) || TBL_USES(scan, struct process, uid) ||
        TBL_USES(scan, struct process, gid) || TBL_TERMS(scan, struct process, uid)->n)
        list->parts |= HOST_PROCESS_USER;
    if (TBL_USES(scan, struct process, unit) && host_services(&list->services) < 0)
        list->denied++;
    return 0;
}

void process_list_end(struct process_list *list)
{
    host_process_details_free(&list->details);
    host_processes_free(&list->all);
    host_services_free(&list->services);
}

/* Rows ---------------------------------------------------------------------------- */

/* The services that a process runs, with commas between them; NULL: none. */
static int put_services(struct tbl_scan *scan, const struct process_list *list, struct process *row)
{
    struct buffer names = {0};

    for (size_t i = 0; i < list->services.n; i++) {
        const struct host_service *service = &list->services.list[i];
        if (!service->pid || service->pid != row->pid)
            continue;
        if (names.size)
            buffer_putc(&names, ',');
        buffer_puts(&names, service->name);
    }
    if (names.size)
        row->unit = names.failed ? NULL : tbl_utf8(scan, names.data, names.size);
    bool failed = names.size && !row->unit;
    buffer_free(&names);
    return failed ? -ENOMEM : 0;
}

static int64_t number(int64_t n)
{
    return n < 0 ? TBL_NULL : n;
}

/* Whether its program is a file still: -1 where it is not below the root. */
static int64_t on_disk(const struct root *root, const char *program)
{
    char        path[ROOT_PATH_MAX];
    struct stat st;

    bool windows = strcmp(host_kind, "windows") == 0;

    if (windows && root_windows_path(program, *host_root(), path) < 0)
        return -1;
    int r = root_stat(root, windows ? path : program, true, &st);
    return r == 0 ? 1 : r == -ENOENT || r == -ENOTDIR ? 0 : -1;
}

static int put_details(struct tbl_scan *scan, struct process_list *list, const struct root *root,
                       struct process *row)
{
    const struct host_process_details *details = &list->details;
    int r = list->parts ? host_process_details(list->at, list->parts, &list->details) : 0;

    list->denied += r < 0 && r != -ESRCH && r != -ENOMEM;
    if (r == -ENOMEM || r == -ESRCH)
        return r;
    row->uid = number(details->uid);
    row->gid = number(details->gid);
    if (details->user && !(row->user = tbl_utf8(scan, details->user, strlen(details->user))))
        return -ENOMEM;
    if (!details->program)
        return 0;
    row->exe = row->path = tbl_utf8(scan, details->program, strlen(details->program));
    row->on_disk = on_disk(root, details->program);
    row->exe_deleted = row->on_disk < 0 ? TBL_NULL : !row->on_disk;
    return row->exe ? 0 : -ENOMEM;
}

static int fill(struct tbl_scan *scan, struct process_list *list, struct process *row)
{
    const struct host_process *p = list->at;

    *row = (struct process){
        .pid = p->pid,
        .ppid = p->ppid,
        .name = tbl_utf8(scan, p->name, strlen(p->name)),
        .exe_deleted = TBL_NULL,
        .uid = TBL_NULL,
        .euid = TBL_NULL,
        .gid = TBL_NULL,
        .egid = TBL_NULL,
        .loginuid = TBL_NULL,
        .session = number(p->session),
        .start_time = p->start_time,
        .kernel_thread = p->kernel,
        .host = row->host,
        .source = PROCESS_LIST,
        .parent = p->ppid,
        .suid = TBL_NULL,
        .sgid = TBL_NULL,
        .on_disk = -1,
        .resident_size = number(p->resident_bytes),
        .total_size = number(p->private_bytes),
        .user_time = number(p->user_ms),
        .system_time = number(p->system_ms),
        .pgroup = TBL_NULL,
        .threads = number(p->threads),
        .nice = TBL_NULL,
    };
    return row->name ? 0 : -ENOMEM;
}

static bool wanted(struct tbl_scan *scan, const struct process *row)
{
    return tbl_match_int(TBL_TERMS(scan, struct process, pid), row->pid) &&
           tbl_match_int(TBL_TERMS(scan, struct process, ppid), row->ppid) &&
           tbl_match_text(TBL_TERMS(scan, struct process, name), row->name, false);
}

int process_list_next(struct tbl_scan *scan, struct process_list *list, const struct root *root,
                      struct process *row)
{
    while (list->next < list->all.n) {
        list->at = &list->all.list[list->next++];
        host_process_details_free(&list->details);
        int r = fill(scan, list, row);
        if (r == 0 && !wanted(scan, row))
            continue;
        r = r < 0 ? r : put_details(scan, list, root, row);
        if (r == -ESRCH ||
            (r == 0 && !tbl_match_int(TBL_TERMS(scan, struct process, uid), row->uid)))
            continue;
        r = r < 0 ? r : put_services(scan, list, row);
        list->records += r == 0;
        return r < 0 ? SQLITE_NOMEM : SQLITE_ROW;
    }
    return SQLITE_DONE;
}

/* Lazy columns -------------------------------------------------------------------------- */

static int give(sqlite3_context *out, const char *text)
{
    if (text)
        sqlite3_result_text(out, text, -1, SQLITE_TRANSIENT);
    return SQLITE_OK;
}

/* One text of a process, which is asked for it. */
static int give_part(const struct host_process *process, unsigned part, sqlite3_context *out)
{
    struct host_process_details details = {0};
    int r = process ? host_process_details(process, part, &details) : -ESRCH;

    if (r == 0)
        give(out, part == HOST_PROCESS_PROGRAM   ? details.program
                  : part == HOST_PROCESS_COMMAND ? details.command
                                                 : details.folder);
    host_process_details_free(&details);
    return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

int process_list_command(const struct process_list *list, sqlite3_context *out)
{
    return give_part(list->at, HOST_PROCESS_COMMAND, out);
}

int process_list_folder(const struct process_list *list, sqlite3_context *out)
{
    return give_part(list->at, HOST_PROCESS_FOLDER, out);
}

/* The parent, if its number is not of a process that began later. */
static const struct host_process *parent_of(const struct process_list *list)
{
    for (size_t i = 0; i < list->all.n; i++) {
        const struct host_process *p = &list->all.list[i];
        if (p->pid == list->at->ppid && p != list->at)
            return p->start_time > list->at->start_time ? NULL : p;
    }
    return NULL;
}

int process_list_parent_name(const struct process_list *list, sqlite3_context *out)
{
    const struct host_process *parent = parent_of(list);

    return parent ? give(out, parent->name) : SQLITE_OK;
}

int process_list_parent_exe(const struct process_list *list, sqlite3_context *out)
{
    return give_part(parent_of(list), HOST_PROCESS_PROGRAM, out);
}
