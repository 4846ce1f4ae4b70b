#include "faults.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <linux/openat2.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define CHAINS  (1u << 16)
#define CALLERS 12 /* of a call: from SQLite's step to a parser it takes more than six */

/* Of one object's calls so many of each question fail, at most. */
#define SUSPECT_CALLS 24

static _Thread_local enum fault armed;
static _Thread_local long       left, seen;
static _Thread_local bool       fired, paused, watching;

/* A chain of callers, by its hash, and the calls that came from it. */
static struct chain {
    uint64_t hash; /* 0: none */
    long     first, last;
} chains[CHAINS];

/* Entries of folders that were read, by inode, in a table that is searched from each one's place on. */
static uint64_t known[1u << 14];
static char     gone_below[PATH_MAX], gone[PATH_MAX + 64], gone_to[PATH_MAX + 64];
static bool     gone_known;

/* Where the code of one object is, which the linker knows if that object's code was given a section of its own (tests/mutants.sh does). Else NULL. */
extern const char __start_suspect[] __attribute__((weak)), __stop_suspect[] __attribute__((weak));

static uint64_t *known_at(uint64_t inode)
{
    size_t at = inode % (sizeof known / sizeof *known);

    while (known[at] && known[at] != inode)
        at = (at + 1) % (sizeof known / sizeof *known);
    return &known[at];
}

void faults_saw(uint64_t inode)
{
    if (armed == FAULT_GONE && !paused)
        *known_at(inode) = inode;
}

void faults_gone_from(const char *dir)
{
    snprintf(gone_below, sizeof gone_below, "%s", dir);
}

bool faults_gone_known(void)
{
    return gone_known;
}

const char *faults_gone(void)
{
    return gone;
}

void faults_arm(enum fault fault, long n)
{
    if (fault == FAULT_GONE)
        memset(known, 0, sizeof known);
    armed = fault;
    left = n;
    seen = 0;
    fired = false;
}

void faults_pause(bool pause)
{
    paused = pause;
}

bool faults_disarm(void)
{
    if (armed == FAULT_GONE && fired && rename(gone_to, gone) != 0)
        abort();
    armed = FAULT_NONE;
    return fired;
}

void faults_watch(enum fault fault)
{
    void *callers[1];

    backtrace(callers, 1); /* the first time it allocates memory */
    memset(chains, 0, sizeof chains);
    faults_arm(fault, 0);
    watching = true;
}

bool faults_are_of_one_object(void)
{
    return __start_suspect != NULL;
}

static int ascend(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;

    return (x > y) - (x < y);
}

long *faults_watched(size_t *ret_n)
{
    size_t n = 0;

    armed = FAULT_NONE;
    watching = false;
    long *calls = calloc(2 * CHAINS, sizeof *calls);
    for (size_t i = 0; calls && i < CHAINS; i++) {
        if (chains[i].hash)
            calls[n++] = chains[i].first;
        if (chains[i].hash && chains[i].last != chains[i].first)
            calls[n++] = chains[i].last;
    }
    if (n)
        qsort(calls, n, sizeof *calls, ascend);
    if (faults_are_of_one_object() && n > SUSPECT_CALLS) {
        for (size_t i = 0; i < SUSPECT_CALLS; i++)
            calls[i] = calls[i * n / SUSPECT_CALLS];
        n = SUSPECT_CALLS;
    }
    *ret_n = n;
    return calls;
}

/* Note the call with that number: FNV-1a over its callers. Where the table is full, the chain that it
 * meets takes it over. */
static void note(long number)
{
    void    *callers[CALLERS];
    uint64_t hash = UINT64_C(14695981039346656037);

    paused = true;
    int n = backtrace(callers, CALLERS);
    paused = false;
    bool suspect = !faults_are_of_one_object();
    for (int i = 0; i < n && !suspect; i++)
        suspect = (const char *)callers[i] > __start_suspect &&
                  (const char *)callers[i] <= __stop_suspect;
    for (int i = 0; i < n && suspect; i++)
        hash = (hash ^ (uintptr_t)callers[i]) * UINT64_C(1099511628211);
    if (!suspect)
        return;
    hash |= 1;
    size_t at = hash >> 48, tries = 0;
    while (chains[at].hash && chains[at].hash != hash && tries++ < 100)
        at = (at + 1) % CHAINS;
    if (!chains[at].hash)
        chains[at] = (struct chain){hash, number, number};
    chains[at].last = number;
}

static void print_callers(void)
{
    void *callers[40];

    paused = true;
    backtrace_symbols_fd(callers, backtrace(callers, 40), STDERR_FILENO);
    paused = false;
}

static bool fails(enum fault fault)
{
    if (watching) {
        if (armed == fault && !paused)
            note(left++);
        return false;
    }
    if (armed != fault || paused || fired)
        return false;
    seen++;
    if (left-- > 0)
        return false;
    fired = true;
    if (getenv("SVCQL_FAULTS_TRACE"))
        print_callers();
    errno = fault == FAULT_MEMORY || fault == FAULT_LIBRARY ? ENOMEM
            : fault == FAULT_FILES                          ? EMFILE
            : fault == FAULT_SIGNAL                         ? EINTR
                                                            : EIO;
    return true;
}

long faults_seen(void)
{
    return seen;
}

bool faults_hit(enum fault fault)
{
    return fails(fault);
}

/* Move a regular file away that is about to be opened for reading, where its turn has come. */
static void go(int dir, const char *path, int flags)
{
    char        folder[PATH_MAX], link[64];
    struct stat st;

    if (armed != FAULT_GONE || paused || fired || flags & (O_PATH | O_DIRECTORY))
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
    ssize_t size =
        dir == AT_FDCWD || (dir < 0 && *path == '/') ? 0 : readlink(link, folder, sizeof folder);
    if (size < 0 || size == sizeof folder)
        return;
    int n = snprintf(gone, sizeof gone, "%.*s%s%s", (int)size, folder,
                     size && *path != '/' ? "/" : "", path);
    if (n < 0 || (size_t)n >= sizeof gone || strncmp(gone, gone_below, strlen(gone_below)) != 0 ||
        lstat(gone, &st) < 0 || !S_ISREG(st.st_mode))
        return;
    gone_known = *known_at(st.st_ino) == st.st_ino;
    if (!fails(FAULT_GONE))
        return;
    snprintf(gone_to, sizeof gone_to, "%s.gone", gone_below);
    if (rename(gone, gone_to) < 0)
        abort();
}

/* Of a function of the C library: what it would do, unless it fails. */
#define WRAP(fault, type, failure, name, parameters, arguments)                                    \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return fails(fault) ? (failure) : __real_##name arguments;                                 \
    }

WRAP(FAULT_INPUT, int, -1, fstat, (int fd, struct stat *st), (fd, st))
WRAP(FAULT_INPUT, int, -1, fstat64, (int fd, struct stat *st), (fd, st))

/* Memory ------------------------------------------------------------------------------ */

#ifdef __SANITIZE_ADDRESS__

WRAP(FAULT_MEMORY, void *, NULL, malloc, (size_t size), (size))
WRAP(FAULT_MEMORY, void *, NULL, calloc, (size_t n, size_t size), (n, size))
WRAP(FAULT_MEMORY, void *, NULL, realloc, (void *old, size_t size), (old, size))
WRAP(FAULT_MEMORY, char *, NULL, strdup, (const char *text), (text))
WRAP(FAULT_MEMORY, char *, NULL, strndup, (const char *text, size_t size), (text, size))

/* SQLite calls the C library from its own file, which --wrap does not change. */
static sqlite3_mem_methods sqlite;

static void *sqlite_malloc(int size)
{
    return fails(FAULT_MEMORY) ? NULL : sqlite.xMalloc(size);
}

static void *sqlite_realloc(void *old, int size)
{
    return fails(FAULT_MEMORY) ? NULL : sqlite.xRealloc(old, size);
}

static void use_sqlite(void)
{
    if (!sqlite.xMalloc)
        sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite);
    sqlite3_mem_methods failing = sqlite;
    failing.xMalloc = sqlite_malloc;
    failing.xRealloc = sqlite_realloc;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
}

#else

/* Where this program and SQLite are in memory. */
static struct {
    uintptr_t from, to;
} ours[16];
static size_t n_ours;

static int note_file(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size, (void)data;
    if (*info->dlpi_name && !strstr(info->dlpi_name, "/libsqlite3."))
        return 0;
    for (size_t i = 0; i < info->dlpi_phnum && n_ours < sizeof ours / sizeof *ours; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
            ours[n_ours].from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            ours[n_ours].to = ours[n_ours].from + info->dlpi_phdr[i].p_memsz;
            n_ours++;
        }
    return 0;
}

static bool is_ours(const void *caller)
{
    if (!n_ours)
        dl_iterate_phdr(note_file, NULL);
    for (size_t i = 0; i < n_ours; i++)
        if ((uintptr_t)caller >= ours[i].from && (uintptr_t)caller < ours[i].to)
            return true;
    return false;
}

static bool memory_fails(const void *caller)
{
    return armed == FAULT_LIBRARY ? !paused && !is_ours(caller) && fails(FAULT_LIBRARY)
                                  : fails(FAULT_MEMORY);
}

/* These stand before the C library's for all libraries, and for the C library itself. */
#define EXPORTED __attribute__((visibility("default")))

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

EXPORTED void *malloc(size_t size)
{
    return memory_fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

EXPORTED void *calloc(size_t n, size_t size)
{
    return memory_fails(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

EXPORTED void *realloc(void *old, size_t size)
{
    return memory_fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

static void use_sqlite(void)
{
}

#endif

void faults_use_sqlite(void)
{
    sqlite3_shutdown();
    use_sqlite();
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
}

/* Files ------------------------------------------------------------------------------- */

/* Reads may be short too. */
#define WRAP_READ(name, parameters, arguments)                                                     \
    ssize_t __real_##name parameters;                                                              \
    ssize_t __wrap_##name parameters;                                                              \
    ssize_t __wrap_##name parameters                                                               \
    {                                                                                              \
        if (fails(FAULT_SHORT) && size > 1)                                                        \
            size /= 2;                                                                             \
        return fails(FAULT_INPUT) || fails(FAULT_SIGNAL) ? -1 : __real_##name arguments;           \
    }

WRAP_READ(read, (int fd, void *data, size_t size), (fd, data, size))
WRAP_READ(pread, (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
WRAP_READ(pread64, (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
WRAP_READ(__read_chk, (int fd, void *data, size_t size, size_t room), (fd, data, size, room))
WRAP_READ(__pread64_chk, (int fd, void *data, size_t size, off_t at, size_t room),
          (fd, data, size, at, room))

/* Of those with "...", the arguments that may follow are handed on as they are. */
#define WRAP_OPEN(name, dir, flags, parameters, arguments)                                         \
    int __real_##name parameters;                                                                  \
    int __wrap_##name parameters;                                                                  \
    int __wrap_##name parameters                                                                   \
    {                                                                                              \
        go(dir, path, flags);                                                                      \
        return fails(FAULT_FILES) ? -1 : __real_##name arguments;                                  \
    }

WRAP_OPEN(open, AT_FDCWD, flags, (const char *path, int flags, long mode), (path, flags, mode))
WRAP_OPEN(open64, AT_FDCWD, flags, (const char *path, int flags, long mode), (path, flags, mode))
WRAP_OPEN(__open64_2, AT_FDCWD, flags, (const char *path, int flags), (path, flags))
WRAP_OPEN(openat, dir, flags, (int dir, const char *path, int flags, long mode),
          (dir, path, flags, mode))
WRAP_OPEN(openat64, dir, flags, (int dir, const char *path, int flags, long mode),
          (dir, path, flags, mode))
WRAP_OPEN(__openat64_2, dir, flags, (int dir, const char *path, int flags), (dir, path, flags))

long __real_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    const struct open_how *how = (const struct open_how *)(uintptr_t)c;
    bool                   opens = number == SYS_openat2;

    if (opens && how)
        go((int)a, (const char *)(uintptr_t)b, (int)how->flags);
    return opens && (fails(FAULT_FILES) || fails(FAULT_SIGNAL))
               ? -1
               : __real_syscall(number, a, b, c, d, e, f);
}
