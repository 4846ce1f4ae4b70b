#include "harness.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "main.h"
#include "svcql.h"

/* Skips --------------------------------------------------------------------- */

/* Which reasons count, for how many tests and when: the file explains itself. */
#define SKIPS "tests/skips.txt"

/* Shared with the processes that Check forks: a reason for each line of SKIPS. */
static struct {
    int count;
    struct {
        int  count;
        char text[120];
    } reasons[64];
    char scratch[512];
} * shared;

#define N_REASONS (sizeof shared->reasons / sizeof shared->reasons[0])

void harness_begin(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        abort();
    snprintf(shared->scratch, sizeof shared->scratch, "%s/svcql-check-XXXXXX",
             getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    if (!mkdtemp(shared->scratch))
        abort();
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void print_skips(void)
{
    const char *missing = getenv("SVCQL_MISSING");

    for (size_t i = 0; i < N_REASONS; i++)
        if (shared->reasons[i].count)
            printf("skipped %d: %s\n", shared->reasons[i].count, shared->reasons[i].text);
    if (shared->count && missing && *missing)
        printf("packages that are not installed: %s\n", missing);
}

int harness_end(void)
{
    int count = shared->count;

    print_skips();
    nftw(shared->scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    munmap(shared, sizeof *shared);
    return count;
}

/* What the harness has given out stays reachable, so that a test need not free it. */
static void *keep(void *given)
{
    static struct kept {
        struct kept *next;
        void        *given;
    } * all;
    struct kept *kept = malloc(sizeof *kept);

    if (!kept)
        abort();
    *kept = (struct kept){all, given};
    all = kept;
    return given;
}

/* End the test as failed, at the line that called. */
static void fail_at(struct harness_here here, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

static void fail_at(struct harness_here here, const char *format, ...)
{
    char   *why = NULL;
    va_list ap;

    va_start(ap, format);
    if (vasprintf(&why, format, ap) < 0)
        abort();
    va_end(ap);
    _ck_assert_failed(here.file, here.line, "Failed", "turn %d: %s", here.turn, why);
    abort();
}

/* Skipped tests ------------------------------------------------------------- */

/* The line of SKIPS that has this reason: its number, or N_REASONS where none has it. */
static size_t find_reason(const char *reason, int *ret_most, char ret_unless[static 256])
{
    char   line[512], pattern[256];
    FILE  *in = fopen(SKIPS, "re");
    size_t i = 0;
    bool   found = false;

    while (in && i < N_REASONS && !found && fgets(line, sizeof line, in)) {
        found = sscanf(line, "%d\t%255[^\t]\t%255[^\n]", ret_most, ret_unless, pattern) == 3 &&
                fnmatch(pattern, reason, 0) == 0;
        i += !found;
    }
    if (in)
        fclose(in);
    return found ? i : N_REASONS;
}

void harness_skip(struct harness_here here, const char *test, const char *format, ...)
{
    char    reason[sizeof shared->reasons[0].text], unless[256];
    int     most;
    va_list ap;

    va_start(ap, format);
    vsnprintf(reason, sizeof reason, format, ap);
    va_end(ap);
    reason[strcspn(reason, "\n")] = '\0';
    size_t i = find_reason(reason, &most, unless);
    if (i == N_REASONS)
        fail_at(here, "no reason of " SKIPS " to be skipped: %s", reason);
    if (system(unless) == 0)
        fail_at(here, "skipped, though \"%s\" succeeds: %s", unless, reason);
    fprintf(stderr, "skipped %s: %s\n", test, reason);
    shared->count++;
    strcpy(shared->reasons[i].text, reason);
    if (++shared->reasons[i].count > most)
        fail_at(here, "more than the %d tests of " SKIPS " are skipped: %s", most, reason);
}

/* Queries ------------------------------------------------------------------- */

sqlite3 *harness_open_at(struct harness_here here)
{
    sqlite3 *db;

    sqlite3_auto_extension((void (*)(void))sqlite3_svcql_init);
    int rc = sqlite3_open(":memory:", &db);
    if (rc != SQLITE_OK)
        fail_at(here, "open: %s", sqlite3_errmsg(db));
    return db;
}

void harness_close_at(struct harness_here here, sqlite3 *db)
{
    int rc = sqlite3_close(db);

    if (rc != SQLITE_OK)
        fail_at(here, "close: %s", sqlite3_errstr(rc));
}

static char *format_sql(const char *format, va_list ap)
{
    char *sql = NULL;

    if (vasprintf(&sql, format, ap) < 0)
        abort();
    return sql;
}

/* Run all statements, adding each row to `text`. */
static int run(sqlite3 *db, const char *sql, FILE *text)
{
    bool first = true;

    while (sql && *sql) {
        sqlite3_stmt *stmt = NULL;
        int           rc = sqlite3_prepare_v2(db, sql, -1, &stmt, &sql);

        if (rc != SQLITE_OK)
            return rc;
        while (stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
            if (!first)
                fputc('\n', text);
            first = false;
            for (int i = 0; i < sqlite3_column_count(stmt); i++) {
                const char *value = (const char *)sqlite3_column_text(stmt, i);
                fprintf(text, "%s%s", i ? "|" : "", value ? value : "NULL");
            }
        }
        sqlite3_finalize(stmt);
        if (stmt && rc != SQLITE_DONE)
            return rc;
    }
    return SQLITE_OK;
}

static char *query(struct harness_here here, sqlite3 *db, const char *sql)
{
    char  *text = NULL;
    size_t size;
    FILE  *out = open_memstream(&text, &size);
    int    rc = run(db, sql, out);

    fclose(out);
    if (rc != SQLITE_OK)
        fail_at(here, "%s\n  in: %s", sqlite3_errmsg(db), sql);
    return keep(text);
}

char *harness_query_at(struct harness_here here, sqlite3 *db, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    char *sql = format_sql(format, ap);
    va_end(ap);
    char *text = query(here, db, sql);
    free(sql);
    return text;
}

int64_t harness_int_at(struct harness_here here, sqlite3 *db, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    char *sql = format_sql(format, ap);
    va_end(ap);
    char *text = query(here, db, sql);
    if (!*text || strcmp(text, "NULL") == 0)
        fail_at(here, "no value from: %s", sql);
    int64_t value = strtoll(text, NULL, 10);
    free(sql);
    return value;
}

char *harness_error_at(struct harness_here here, sqlite3 *db, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    char *sql = format_sql(format, ap);
    va_end(ap);
    FILE *out = fopen("/dev/null", "we");
    int   rc = run(db, sql, out);
    fclose(out);
    if (rc == SQLITE_OK)
        fail_at(here, "no error from: %s", sql);
    free(sql);
    return keep(strdup(sqlite3_errmsg(db)));
}

/* Whether a line of a text is one of another's. */
static bool has_line(const char *text, const char *line, size_t size)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        if (length == size && memcmp(text, line, size) == 0)
            return true;
        text += length + (text[length] != '\0');
    }
    return size == 0;
}

/* The lines of one text that another has not, as many as Check has room for. */
static void write_others(FILE *out, const char *mark, const char *text, const char *other)
{
    for (int room = 1500; *text && room > 0;) {
        size_t size = strcspn(text, "\n");
        if (!has_line(other, text, size))
            room -= fprintf(out, "%s%.*s\n", mark, size < 300 ? (int)size : 300, text);
        text += size + (text[size] != '\0');
    }
}

void harness_expect_at(struct harness_here here, sqlite3 *db, const char *expected,
                       const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    char *sql = format_sql(format, ap);
    va_end(ap);
    char *text = query(here, db, sql);
    if (strcmp(text, expected) != 0 && strlen(text) + strlen(expected) < 3000)
        fail_at(here, "%s\n--- gave\n%s\n--- not\n%s", sql, text, expected);
    if (strcmp(text, expected) != 0) {
        char  *difference = NULL;
        size_t size;
        FILE  *out = open_memstream(&difference, &size);
        write_others(out, "gave ", text, expected);
        write_others(out, "not ", expected, text);
        fclose(out);
        fail_at(here, "%s\n%s", sql, (char *)keep(difference));
    }
    free(sql);
}

/* Files --------------------------------------------------------------------- */

const char *harness_scratch(void)
{
    char *dir = NULL;

    if (asprintf(&dir, "%s/XXXXXX", shared->scratch) < 0 || !mkdtemp(dir))
        ck_abort_msg("scratch folder: %s", strerror(errno));
    return keep(dir);
}

static void make_parents(char *path)
{
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
}

void harness_write_at(struct harness_here here, const char *dir, const char *path, const void *data,
                      size_t size)
{
    char *full = NULL;

    if (asprintf(&full, "%s/%s", dir, path) < 0)
        abort();
    make_parents(full);
    struct stat st;
    if (lstat(full, &st) == 0 && S_ISLNK(st.st_mode)) /* what a link leads to is not the test's */
        unlink(full);
    FILE *file = fopen(full, "we");
    if (!file || (size && fwrite(data, 1, size, file) != size) || fclose(file) != 0)
        fail_at(here, "%s: %s", full, strerror(errno));
    free(full);
}

void harness_link_at(struct harness_here here, const char *dir, const char *path,
                     const char *target)
{
    char *full = NULL;

    if (asprintf(&full, "%s/%s", dir, path) < 0)
        abort();
    make_parents(full);
    if (symlink(target, full) < 0)
        fail_at(here, "%s: %s", full, strerror(errno));
    free(full);
}

void harness_expect_root_at(struct harness_here here, const char *dir, const char *table,
                            const char *expected, const char *sql)
{
    sqlite3    *db = harness_open_at(here);
    const char *mark = strstr(sql, "ROOT");

    if (!mark)
        fail_at(here, "no ROOT in %s", sql);
    harness_expect_at(here, db, expected, "%.*s%s('%s')%s", (int)(mark - sql), sql, table, dir,
                      mark + strlen("ROOT"));
    harness_close_at(here, db);
}

void harness_write_text_at(struct harness_here here, const char *dir, const char *path,
                           const char *text)
{
    harness_write_at(here, dir, path, text, strlen(text));
}

char *harness_read_at(struct harness_here here, const char *path, size_t *ret_size)
{
    FILE  *file = fopen(path, "re");
    char  *data = NULL;
    size_t size = 0, room = 0;

    if (!file)
        fail_at(here, "%s: %s", path, strerror(errno));
    do {
        if (size + 1 >= room && !(data = realloc(data, room = room ? 2 * room : 65536)))
            abort();
        size += fread(data + size, 1, room - size - 1, file);
    } while (!feof(file) && !ferror(file));
    if (ferror(file))
        fail_at(here, "%s: %s", path, strerror(errno));
    fclose(file);
    data[size] = '\0';
    if (ret_size)
        *ret_size = size;
    return keep(data);
}

/* Costs ---------------------------------------------------------------------- */

#define COST_SECONDS 5
#define COST_KIB     (64l << 10)

struct harness_cost harness_cost(void)
{
    static const int    whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
    struct harness_cost cost = {0};
    struct rusage       usage;

    for (size_t i = 0; i < 2; i++) {
        getrusage(whose[i], &usage);
        cost.seconds += (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
                        (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
        cost.kib = usage.ru_maxrss > cost.kib ? usage.ru_maxrss : cost.kib;
    }
    return cost;
}

void harness_expect_cost_at(struct harness_here here, const struct harness_cost *before,
                            const char *what)
{
    struct harness_cost now = harness_cost();

    if (SANITIZED ||
        (now.seconds - before->seconds <= COST_SECONDS && now.kib - before->kib <= COST_KIB))
        return;
    fail_at(here, "%s: %.1f s, %ld KiB more", what, now.seconds - before->seconds,
            now.kib - before->kib);
}

/* Failures ------------------------------------------------------------------- */

static struct {
    DIR   *stream; /* that was read last */
    size_t n, after;
    int    error;
} breaking;

bool (*harness_readdir_fails)(void);
void (*harness_readdir_saw)(uint64_t inode);

void harness_break_readdir(size_t n, int error)
{
    breaking.stream = NULL;
    breaking.after = n;
    breaking.error = error;
}

/* Stands before the C library's, which is readdir64() where files have 64-bit sizes. */
struct dirent *readdir(DIR *stream)
{
    static struct dirent *(*real)(DIR *);

    if (!real)
        real = (struct dirent * (*)(DIR *))(uintptr_t)dlsym(RTLD_NEXT, "readdir64");
    if (breaking.error && stream != breaking.stream) {
        breaking.stream = stream;
        breaking.n = 0;
    }
    if (breaking.error && breaking.n++ >= breaking.after) {
        breaking.stream = NULL;
        errno = breaking.error;
        return NULL;
    }
    if (harness_readdir_fails && harness_readdir_fails())
        return NULL;
    struct dirent *entry = real(stream);
    if (!entry)
        breaking.stream = NULL; /* another may get its address */
    else if (harness_readdir_saw)
        harness_readdir_saw(entry->d_ino);
    return entry;
}

static int refused; /* errno of openat2() */

int harness_refuse_openat2(int error)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};

    refused = error;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
        return 0;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                   prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0
               ? 0
               : -1;
}

int harness_openat2(void)
{
    return refused;
}

const char *harness_program(void)
{
    static char path[4096];
    const char *other = getenv("SVCQL_PROGRAM");
    ssize_t     n = readlink("/proc/self/exe", path, sizeof path - 16);

    if (other && *other)
        return other;
    ck_assert_int_gt(n, 0);
    path[n] = '\0';
    strcpy(strrchr(path, '/'), "/svcql");
    return path;
}

const char *harness_evidence(const char *path)
{
    static char full[4096];
    const char *root = getenv("SVCQL_EVIDENCE");

    if (!root || !*root)
        return NULL;
    snprintf(full, sizeof full, "%s/%s", root, path);
    return access(full, R_OK) == 0 ? full : NULL;
}

static struct {
    const char *suffix;
    size_t      n;
    void (*fn)(const char *path, void *data);
    void *data;
} walk;

static int walk_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    size_t length = strlen(path), tail = strlen(walk.suffix);

    (void)st, (void)ftw;
    if (type == FTW_F && length >= tail && strcmp(path + length - tail, walk.suffix) == 0) {
        walk.n++;
        walk.fn(path, walk.data);
    }
    return 0;
}

size_t harness_each_evidence(const char *dir, const char                    *suffix,
                             void (*fn)(const char *path, void *data), void *data)
{
    const char *root = harness_evidence(dir);

    if (!root)
        return 0;
    walk.suffix = suffix;
    walk.n = 0;
    walk.fn = fn;
    walk.data = data;
    nftw(root, walk_one, 16, FTW_PHYS);
    return walk.n;
}

static int count_calls(void *data, int action, const char *a, const char *b, const char *c,
                       const char *d)
{
    (void)action, (void)a, (void)b, (void)c, (void)d;
    ++*(int *)data;
    return SQLITE_OK;
}

int harness_planned(sqlite3 *db, const char *sql)
{
    int n = 0;

    sqlite3_set_authorizer(db, count_calls, &n);
    free(harness_query(db, "%s", sql));
    sqlite3_set_authorizer(db, NULL, NULL);
    return n;
}

long long harness_bytes_read(void)
{
    char      line[100];
    long long bytes = -1;
    FILE     *in = fopen("/proc/self/io", "r");

    while (in && fgets(line, sizeof line, in))
        sscanf(line, "rchar: %lld", &bytes);
    if (in)
        fclose(in);
    return bytes;
}
