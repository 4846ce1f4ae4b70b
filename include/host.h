/* host.h -- what svcql asks of the operating system that it runs on, where POSIX has no one answer.
 *
 * Each function has one source in a folder of ext/host for each system: ext/host/linux, macos and
 * windows, ext/host/posix for what Linux and macOS do alike, and ext/host/other for what macOS and
 * Windows do. The last also has functions of Linux's C library that they lack, and ext/host/windows those of
 * POSIX on files, folders and text, as far as svcql calls them, so that everything above is written
 * once. Functions return a negative errno on failure.
 */
#ifndef SVCQL_HOST_H
#define SVCQL_HOST_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Names ------------------------------------------------------------------------- */

/* The kind that a root of the live host has: "linux", "windows" or "macos"; and where it is: "/", "C:/". */
extern const char     host_kind[];
extern const unsigned host_root_flags; /* enum root_flag */
const char           *host_root(void);

/* A copy of a path that a user gave, with a slash between its parts; malloc()ed, NULL: no memory. */
char *host_path(const char *path);

#define HOST_NAME_SIZE 256
void host_computer_name(char ret[HOST_NAME_SIZE]); /* "localhost" where it has none */

/* Files ------------------------------------------------------------------------- */

/* Open a path below the folder `root` in one call, so that no link and no ".." leads out of it: a
 * descriptor. With `plain` no link is followed at all: -ELOOP. -ENOSYS where the system has no such call,
 * -EPERM also where a filter forbids it, -EAGAIN where the tree changed under each of several tries. */
int host_open_below(int root, const char *path, int flags, bool plain);

/* A descriptor that reads these bytes from memory, and whose fstat() gives the mode and times of `was`. */
int host_memory_file(const void *data, size_t size, const struct stat *was);

/* Whether a folder is a mounted procfs, not one on a disk. */
bool host_is_procfs(int folder);

/* Others ------------------------------------------------------------------------ */

/* Bytes that nobody can guess; without waiting for them. */
int host_random(void *ret, size_t size);

/* The running registry -------------------------------------------------------------- */

/* Call `each` with the path of each hive that is loaded, "HKEY_LOCAL_MACHINE\\SYSTEM", "HKEY_USERS\\S-1-5-18",
 * until it returns something else than 0, which is then returned. None where there is no registry. */
int host_registry_roots(int (*each)(void *arg, const char *path), void *arg);

/* Whether one of them is loaded from a file of the host's root, "/Windows/System32/config/SYSTEM". */
bool host_registry_has_file(const char *path);

/* Open one as a hive (formats/hive/hive_live.h), which stays where it is; hive_close() is due. */
struct hive;
int host_registry_open(const char *path, struct hive *ret);

/* The service control manager of Windows ---------------------------------------------- */

/* A service or driver as the manager lists it; numbers as in SERVICE_STATUS_PROCESS. */
struct host_service {
    char    *name, *display_name; /* owned by the list */
    uint32_t type, state, controls, win32_exit_code, service_exit_code, pid, flags;
    bool listed; /* false: the manager has it and keeps it out of its list; no number is known */
};

struct host_services {
    struct host_service *list;
    size_t               n;
};

/* All of them, drivers too; for an administrator also those of the registry that the manager has and
 * does not list. -EOPNOTSUPP where the system has no such manager. */
int  host_services(struct host_services *ret);
void host_services_free(struct host_services *services); /* accepts a zeroed one */

/* How the manager would start a service. What it does not say, as an old one may not, is
 * HOST_UNKNOWN or NULL. */
#define HOST_UNKNOWN UINT32_MAX
struct host_service_setup {
    char    *path, *account; /* malloc()ed */
    uint32_t start, delayed_start, sid_type, launch_protected;
    uint32_t preshutdown_ms;
    uint8_t *descriptor; /* malloc()ed, self-relative */
    uint32_t descriptor_size;
};

int  host_service_setup(const char *name, struct host_service_setup *ret); /* -EACCES: denied */
void host_service_setup_free(struct host_service_setup *setup);

/* Processes ----------------------------------------------------------------------- */

/* A process as the system lists it where there is no /proc; numbers that it does not tell are -1. */
struct host_process {
    char   *name; /* owned by the list */
    int64_t pid, ppid, session, threads;
    double  start_time; /* seconds since the epoch; NAN: not known */
    int64_t user_ms, system_ms;
    int64_t resident_bytes, private_bytes;
    int64_t read_bytes, written_bytes;
    bool    kernel; /* it is a part of the kernel */
};

struct host_processes {
    struct host_process *list; /* in the order of their numbers */
    size_t               n;
};

/* All of them. -EOPNOTSUPP where they are folders of /proc. */
int  host_processes(struct host_processes *ret);
void host_processes_free(struct host_processes *processes); /* accepts a zeroed one */

/* What has to be asked of a process itself. */
enum host_process_part {
    HOST_PROCESS_PROGRAM = 1,
    HOST_PROCESS_COMMAND = 2,
    HOST_PROCESS_USER = 4,
    HOST_PROCESS_FOLDER = 8,
};

struct host_process_details {
    char *program, *command, *folder; /* malloc()ed; NULL: none, or denied */
    /* malloc()ed: DOMAIN\\name, or the SID of one without a name; NULL on macOS, which has the uid. */
    char *user;
    /* On Windows the last numbers of the user's SID and primary group; -1: not known. */
    int64_t uid, gid;
};

/* Some parts of one; others are NULL and -1. -ESRCH where it has ended, -EACCES where a part is denied: the
 * rest is given. */
int  host_process_details(const struct host_process *process, unsigned parts,
                          struct host_process_details *ret);
void host_process_details_free(struct host_process_details *details); /* accepts a zeroed one */

/* Threads ------------------------------------------------------------------------- */

/* As pthread_create(): signals stay with the threads that the program has. */
int host_thread(pthread_t *ret, void *(*run)(void *), void *data);

/* Local sockets ------------------------------------------------------------------- */

#define HOST_ANYBODY UINT32_MAX

/* Connect to a socket of the file system whose listener is the user `owner`, as whom root connects;
 * HOST_ANYBODY: as oneself, to whoever listens. The descriptor does not block. -EPERM where another user
 * listens, -EAFNOSUPPORT where the system has no such sockets. */
int host_socket_connect(const char *path, uint32_t owner);
int host_socket_wait(int fd, bool write, int64_t ms); /* until the peer reads or writes */

/* Bytes sent or received; 0 where none can be now; -ECONNRESET at the end. */
ssize_t host_socket_send(int fd, const void *data, size_t size);
ssize_t host_socket_receive(int fd, void *data, size_t size);
void    host_socket_close(int fd);

#endif
