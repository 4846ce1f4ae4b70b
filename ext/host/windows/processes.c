/* processes.c -- processes, as the system lists them in one answer: what the Toolhelp functions give, and
 * times and memory beside it, also of those that nobody may open.
 *
 * Source: Windows Driver Kit and winternl.h documentation of NtQuerySystemInformation and
 * NtQueryInformationProcess.
 */
#include "host.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "descriptors.h"
#include "native.h"
#include "utf16.h"

#define EPOCH  INT64_C(116444736000000000) /* FILETIME of 1970-01-01, in 100 ns */
#define SYSTEM 4                           /* the kernel's process; 0 is what runs when none does */

enum { LIST = 5, COMMAND_LINE = 60 }; /* of the two functions */
enum {
    LENGTH_MISMATCH = (int)0xC0000004,
    NOT_IMPLEMENTED = (int)0xC0000002,
    INVALID_INFO_CLASS = (int)0xC0000003,
    TRIES = 8, /* of a list that grows meanwhile */
};

/* SYSTEM_PROCESS_INFORMATION; its threads come after it. */
struct listed {
    ULONG          next, threads;
    LARGE_INTEGER  own_working_set;
    ULONG          hard_faults, most_threads;
    ULONGLONG      cycles;
    LARGE_INTEGER  created, user, system;
    UNICODE_STRING name;
    LONG           priority;
    HANDLE         pid, parent;
    ULONG          handles, session;
    ULONG_PTR      key;
    SIZE_T         most_virtual, virtual_bytes;
    ULONG          faults;
    SIZE_T         most_working_set, working_set, most_paged, paged, most_unpaged, unpaged;
    SIZE_T         pagefile, most_pagefile, private_bytes;
    LARGE_INTEGER  reads, writes, others, bytes_read, bytes_written, bytes_other;
};

static int errno_of(DWORD error)
{
    fail_windows(error);
    return -errno;
}

/* Text of a counted string, whose NULs are not its end; malloc()ed. */
static char *text_of(const wchar_t *text, size_t units)
{
    wchar_t *wide = malloc((units + 1) * sizeof *wide);
    char    *copy = malloc(3 * units + 1);

    if (wide && copy) {
        for (size_t i = 0; i < units; i++)
            wide[i] = text[i] ? text[i] : 0xfffd;
        *copy = '\0';
        utf16_to_utf8(wide, units, copy, 3 * units + 1);
    } else {
        free(copy);
        copy = NULL;
    }
    free(wide);
    return copy;
}

/* The list ---------------------------------------------------------------------------- */

static double seconds_of(LARGE_INTEGER filetime)
{
    return filetime.QuadPart ? (double)(filetime.QuadPart - EPOCH) / 1e7 : NAN;
}

static int take(const struct listed *from, struct host_process *to)
{
    int64_t pid = (int64_t)(intptr_t)from->pid;

    *to = (struct host_process){
        .name = pid == 0 ? strdup("System Idle Process")
                         : text_of(from->name.Buffer, from->name.Length / sizeof(wchar_t)),
        .pid = pid,
        .ppid = (int64_t)(intptr_t)from->parent,
        .session = from->session,
        .threads = from->threads,
        .start_time = seconds_of(from->created),
        .user_ms = from->user.QuadPart / 10000,
        .system_ms = from->system.QuadPart / 10000,
        .resident_bytes = (int64_t)from->working_set,
        .private_bytes = (int64_t)from->private_bytes,
        .read_bytes = from->bytes_read.QuadPart,
        .written_bytes = from->bytes_written.QuadPart,
        .kernel = pid == 0 || pid == SYSTEM,
    };
    return to->name ? 0 : -ENOMEM;
}

/* The whole list in one answer, malloc()ed. */
static int ask(char **ret, size_t *ret_size)
{
    ULONG size = 512 << 10, need = 0;

    for (int i = 0; i < TRIES; i++) {
        char *room = malloc(size);
        if (!room)
            return -ENOMEM;
        NTSTATUS status =
            NtQuerySystemInformation((SYSTEM_INFORMATION_CLASS)LIST, room, size, &need);
        if (status >= 0) {
            *ret = room;
            *ret_size = size;
            return 0;
        }
        free(room);
        if (status != LENGTH_MISMATCH) {
            fail_status(status);
            return -errno;
        }
        size = (need > size ? need : size) + (64 << 10);
    }
    return -EAGAIN;
}

static int by_pid(const void *a, const void *b)
{
    int64_t x = ((const struct host_process *)a)->pid, y = ((const struct host_process *)b)->pid;

    return (x > y) - (x < y);
}

int host_processes(struct host_processes *ret)
{
    char  *room = NULL;
    size_t size = 0, n = 0;
    int    r = ask(&room, &size);

    *ret = (struct host_processes){0};
    enable_privilege(L"SeDebugPrivilege"); /* for what is asked of them next */
    for (size_t at = 0; r == 0; n++) {
        const struct listed *listed = (const void *)(room + at);
        if (!listed->next) {
            ret->list = calloc(n + 1, sizeof *ret->list);
            r = ret->list ? 1 : -ENOMEM;
        }
        at += listed->next;
    }
    for (size_t at = 0; r > 0 && ret->n < n;) {
        const struct listed *listed = (const void *)(room + at);
        r = take(listed, &ret->list[ret->n++]) == 0 ? 1 : -ENOMEM;
        at += listed->next;
    }
    free(room);
    if (r < 0)
        host_processes_free(ret);
    else
        qsort(ret->list, ret->n, sizeof *ret->list, by_pid);
    return r < 0 ? r : 0;
}

void host_processes_free(struct host_processes *processes)
{
    for (size_t i = 0; i < processes->n; i++)
        free(processes->list[i].name);
    free(processes->list);
    *processes = (struct host_processes){0};
}

/* One process --------------------------------------------------------------------------- */

static int put_program(HANDLE handle, struct host_process_details *ret)
{
    wchar_t *path = malloc(32768 * sizeof *path);
    DWORD    units = 32768;
    int      r = 0;

    if (!path)
        return -ENOMEM;
    if (QueryFullProcessImageNameW(handle, 0, path, &units))
        r = (ret->program = text_of(path, units)) ? 0 : -ENOMEM;
    free(path);
    return r; /* a process of the kernel has none */
}

/* Read memory of a process, all of it. */
static bool peek(HANDLE process, const void *at, void *ret, size_t size)
{
    SIZE_T n = 0;

    return ReadProcessMemory(process, at, ret, size, &n) && n == size;
}

/* Texts that a process keeps of itself (winternl.h: PEB, RTL_USER_PROCESS_PARAMETERS). */
enum { FOLDER = 0x38, COMMAND = 0x70 };

static int peek_text(DWORD pid, size_t at, char **ret)
{
    enum { PARAMETERS = 0x20 };
    HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, pid);
    PROCESS_BASIC_INFORMATION basic = {0};
    UNICODE_STRING            line;
    const char               *parameters;
    ULONG                     size;
    int                       r = 0;

    if (!process)
        return errno_of(GetLastError());
    if (NtQueryInformationProcess(process, ProcessBasicInformation, &basic, sizeof basic, &size) >=
            0 &&
        peek(process, (const char *)basic.PebBaseAddress + PARAMETERS, &parameters,
             sizeof parameters) &&
        peek(process, parameters + at, &line, sizeof line)) {
        wchar_t *text = malloc(line.Length + sizeof *text);
        if (text && peek(process, line.Buffer, text, line.Length))
            *ret = text_of(text, line.Length / sizeof *text);
        r = text && *ret ? 0 : text ? -EIO : -ENOMEM;
        free(text);
    }
    CloseHandle(process);
    return r;
}

static int put_command(HANDLE handle, DWORD pid, struct host_process_details *ret)
{
    union {
        UNICODE_STRING line;
        char           room[sizeof(UNICODE_STRING) + 65536];
    } *answer = malloc(sizeof *answer);
    ULONG size;
    int   r = 0;

    if (!answer)
        return -ENOMEM;
    NTSTATUS status = NtQueryInformationProcess(handle, (PROCESSINFOCLASS)COMMAND_LINE, answer,
                                                sizeof *answer, &size);
    if (status >= 0) {
        ret->command = text_of(answer->line.Buffer, answer->line.Length / sizeof(wchar_t));
        r = ret->command ? 0 : -ENOMEM;
    } else if (status == NOT_IMPLEMENTED || status == INVALID_INFO_CLASS) {
        r = peek_text(pid, COMMAND, &ret->command);
    } /* else it has none, or is ending */
    free(answer);
    return r;
}

/* An answer about a token, malloc()ed. */
static void *token_part(HANDLE token, TOKEN_INFORMATION_CLASS part)
{
    DWORD size = 0;

    GetTokenInformation(token, part, NULL, 0, &size);
    void *room = size ? malloc(size) : NULL;
    if (room && GetTokenInformation(token, part, room, size, &size))
        return room;
    free(room);
    return NULL;
}

static int64_t last_of(PSID sid)
{
    uint8_t n = *GetSidSubAuthorityCount(sid);

    return n ? (int64_t)*GetSidSubAuthority(sid, n - 1u) : -1;
}

static int put_user(HANDLE handle, struct host_process_details *ret)
{
    TOKEN_STATISTICS statistics;
    HANDLE           token;
    DWORD            size;
    int              r = 0;

    if (!OpenProcessToken(handle, TOKEN_QUERY, &token))
        return errno_of(GetLastError());
    TOKEN_USER          *user = token_part(token, TokenUser);
    TOKEN_PRIMARY_GROUP *group = token_part(token, TokenPrimaryGroup);
    bool                 has_logon =
        GetTokenInformation(token, TokenStatistics, &statistics, sizeof statistics, &size);
    if (user) {
        ret->uid = last_of(user->User.Sid);
        ret->user = account_name(user->User.Sid, has_logon ? &statistics.AuthenticationId : NULL);
        r = ret->user ? 0 : -ENOMEM;
    }
    if (group)
        ret->gid = last_of(group->PrimaryGroup);
    free(user);
    free(group);
    CloseHandle(token);
    return r;
}

/* Whether the process is the one that was listed: its number may be another's by now. */
static bool is_same(HANDLE handle, const struct host_process *process)
{
    union {
        FILETIME      time;
        LARGE_INTEGER number;
    } created, others[3];

    return !GetProcessTimes(handle, &created.time, &others[0].time, &others[1].time,
                            &others[2].time) ||
           isnan(process->start_time) || seconds_of(created.number) == process->start_time;
}

/* Go on after what is denied. */
static int both(int r, int next)
{
    return r == -ENOMEM || next == 0 ? r : next;
}

int host_process_details(const struct host_process *process, unsigned parts,
                         struct host_process_details *ret)
{
    DWORD pid = (DWORD)process->pid;
    int   r = 0;

    *ret = (struct host_process_details){.uid = -1, .gid = -1};
    if (pid == 0)
        return 0;
    HANDLE handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
    if (!handle)
        return GetLastError() == ERROR_INVALID_PARAMETER ? -ESRCH : errno_of(GetLastError());
    if (!is_same(handle, process))
        r = -ESRCH;
    if (r == 0 && parts & HOST_PROCESS_PROGRAM && !process->kernel)
        r = put_program(handle, ret);
    if (r != -ESRCH && r != -ENOMEM && parts & HOST_PROCESS_COMMAND && !process->kernel)
        r = both(r, put_command(handle, pid, ret));
    if (r != -ESRCH && r != -ENOMEM && parts & HOST_PROCESS_FOLDER && !process->kernel)
        r = both(r, peek_text(pid, FOLDER, &ret->folder));
    if (r != -ESRCH && r != -ENOMEM && parts & HOST_PROCESS_USER)
        r = both(r, put_user(handle, ret));
    CloseHandle(handle);
    if (r == -ENOMEM)
        host_process_details_free(ret);
    return r;
}

void host_process_details_free(struct host_process_details *details)
{
    free(details->program);
    free(details->command);
    free(details->folder);
    free(details->user);
    *details = (struct host_process_details){.uid = -1, .gid = -1};
}
