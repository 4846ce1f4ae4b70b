#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "formats/text/buffer.h"
#include "json_cell.h"
#include "program.h"

#define ROW_MAX       (16u << 20) /* bytes of one row; ordinary rows are far smaller */
#define TEMPORARY_MAX (1u << 30)  /* bytes of a temporary file: a query sorts there what is large */

/* First characters of a line in the pipe. */
enum { MARK_ROW = 'R', MARK_DONE = 'D', MARK_FAILED = 'F', MARK_MEMORY = 'M' };

/* last_run() is one value for a whole statement, and SQLite must know: only then it is pushed into
 * the tables below a view. */
static double last_run;

static void last_run_function(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc, (void)argv;
    if (last_run > 0)
        sqlite3_result_double(out, last_run);
}

int runner_register(sqlite3 *db)
{
    return sqlite3_create_function_v2(db, "last_run", 0, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
                                      last_run_function, NULL, NULL, NULL);
}

/* In the child ----------------------------------------------------------------------------- */

struct column {
    const char *name;
    int         index;
};

static int by_column_name(const void *a, const void *b)
{
    const struct column *x = a, *y = b;
    int                  order = strcmp(x->name, y->name);

    return order ? order : x->index - y->index;
}

/* The columns by name; of equal names the last, as in a map. Returns their count, or -ENOMEM. */
static int sorted_columns(sqlite3_stmt *stmt, struct column **ret)
{
    int            n = sqlite3_column_count(stmt), kept = 0;
    struct column *columns = calloc((size_t)n + 1, sizeof *columns);

    if (!columns)
        return -ENOMEM;
    for (int i = 0; i < n; i++)
        columns[i] = (struct column){sqlite3_column_name(stmt, i), i};
    qsort(columns, (size_t)n, sizeof *columns, by_column_name);
    for (int i = 0; i < n; i++)
        if (i + 1 == n || strcmp(columns[i].name, columns[i + 1].name) != 0)
            columns[kept++] = columns[i];
    *ret = columns;
    return kept;
}

static void put_cell(struct buffer *out, sqlite3_stmt *stmt, int i, bool numerics)
{
    int type = sqlite3_column_type(stmt, i);

    if (type == SQLITE_BLOB) {
        buffer_putc(out, '"');
        buffer_hex(out, sqlite3_column_blob(stmt, i), (size_t)sqlite3_column_bytes(stmt, i));
        buffer_putc(out, '"');
        return;
    }
    const char *text = (const char *)sqlite3_column_text(stmt, i);
    size_t      size = (size_t)sqlite3_column_bytes(stmt, i);
    if (!text)
        buffer_puts(out, "\"\"");
    else if (numerics &&
             (type == SQLITE_INTEGER || (type == SQLITE_FLOAT && *text != 'I' && text[1] != 'I')))
        buffer_put(out, text, size);
    else
        put_json_text(out, sqlite3_column_name(stmt, i), text, size);
}

static bool write_all(int fd, const char *data, size_t size)
{
    while (size) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

static void say(int fd, char mark, const char *text)
{
    struct buffer line = {0};

    buffer_putc(&line, mark);
    for (; *text; text++)
        buffer_putc(&line, *text == '\n' ? ' ' : *text);
    buffer_putc(&line, '\n');
    if (!buffer_text(&line))
        write_all(fd, "M\n", 2);
    else
        write_all(fd, line.data, line.size);
    buffer_free(&line);
}

/* Step to the end; an SQLite code, SQLITE_ABORT where the reader has closed the pipe. */
static int write_rows(int fd, sqlite3_stmt *stmt, bool numerics)
{
    struct column *columns = NULL;
    struct buffer  line = {0};
    int            rc = sqlite3_step(stmt), n = 0;

    /* The first step may prepare the statement again: the names before it do not last. */
    if (rc == SQLITE_ROW && (n = sorted_columns(stmt, &columns)) < 0)
        rc = SQLITE_NOMEM;
    while (rc == SQLITE_ROW) {
        buffer_reset(&line);
        buffer_puts(&line, "R{");
        for (int i = 0; i < n; i++) {
            if (i)
                buffer_putc(&line, ',');
            buffer_json(&line, columns[i].name, strlen(columns[i].name));
            buffer_putc(&line, ':');
            put_cell(&line, stmt, columns[i].index, numerics);
        }
        buffer_puts(&line, "}\n");
        if (!buffer_text(&line) || line.size > ROW_MAX)
            rc = SQLITE_NOMEM;
        else if (!write_all(fd, line.data, line.size))
            rc = SQLITE_ABORT;
        else
            rc = sqlite3_step(stmt);
    }
    buffer_free(&line);
    free(columns);
    return rc;
}

static bool blank(const char *sql)
{
    return !sql[strspn(sql, " \t\r\n;")];
}

/* Why a statement may not be run, or NULL: it must only return rows, which excludes ATTACH and
 * every kind of writing. */
static const char *refusal(sqlite3_stmt *stmt, const char *rest)
{
    if (!stmt)
        return "no statement";
    if (!blank(rest))
        return "more than one statement";
    return sqlite3_stmt_readonly(stmt) && sqlite3_column_count(stmt) ? NULL : "not a query";
}

static int run_here(const struct run_request *request, int fd)
{
    sqlite3_stmt *stmt = NULL;
    const char   *rest = "";

    int rc = request->before ? request->before(request->db, request->before_data) : SQLITE_OK;
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(request->db, request->sql, -1, &stmt, &rest);
    if (rc == SQLITE_OK && refusal(stmt, rest)) {
        say(fd, MARK_FAILED, refusal(stmt, rest));
        return SQLITE_ERROR;
    }
    if (rc == SQLITE_OK)
        rc = write_rows(fd, stmt, request->numerics);
    if (rc == SQLITE_NOMEM)
        say(fd, MARK_MEMORY, "");
    else if (rc != SQLITE_DONE)
        say(fd, MARK_FAILED, sqlite3_errmsg(request->db));
    else
        say(fd, MARK_DONE, "");
    return rc;
}

/* RLIMIT_DATA counts private memory, and not files that are mapped to be read. The sanitizers map
 * more than any limit for themselves. */
static void limit_memory(int64_t megabytes)
{
#ifndef __SANITIZE_ADDRESS__
    unsigned long pages = 0;
    FILE         *statm = fopen("/proc/self/statm", "re");

    if (statm && fscanf(statm, "%*u %*u %*u %*u %*u %lu", &pages) != 1)
        pages = 0;
    if (statm)
        fclose(statm);
    rlim_t most = (rlim_t)megabytes << 20;
    most += (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
    setrlimit(RLIMIT_DATA, &(struct rlimit){most, most});
#endif
    sqlite3_hard_heap_limit64((sqlite3_memory_used() + (megabytes << 20)));
}

static void child(const struct run_request *request, int fd, pid_t parent)
{
    sigset_t none;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){TEMPORARY_MAX, TEMPORARY_MAX});
    signal(SIGXFSZ, SIG_IGN);
    if (request->memory)
        limit_memory(request->memory);
    last_run = request->last_run;
    _exit(run_here(request, fd) == SQLITE_DONE ? 0 : 1);
}

/* In the program --------------------------------------------------------------------------------
 */

struct reader {
    const struct run_request *request;
    struct run_result        *result;
    struct buffer             text; /* bytes of an incomplete line */
    bool                      ended;
};

static int take_line(struct reader *reader, const char *line, size_t size)
{
    struct run_result *result = reader->result;

    switch (*line) {
    case MARK_ROW:
        result->rows++;
        return reader->request->row(reader->request->data, line + 1, size - 1);
    case MARK_DONE:
        result->outcome = RUN_OK;
        break;
    case MARK_MEMORY:
        result->outcome = RUN_OVER_MEMORY;
        break;
    default:
        result->outcome = RUN_FAILED;
        snprintf(result->error, sizeof result->error, "%.*s", (int)size - 1, line + 1);
    }
    reader->ended = true;
    return 0;
}

/* Only the new bytes are searched for the end of a line: a long row costs no more than its size. */
static int take_bytes(struct reader *reader, const char *data, size_t size)
{
    int r = 0;

    while (r >= 0 && size && !reader->ended) {
        const char *newline = memchr(data, '\n', size);
        size_t      n = newline ? (size_t)(newline - data) : size;
        buffer_put(&reader->text, data, n);
        if (reader->text.size > ROW_MAX + 2 || reader->text.failed)
            return -E2BIG;
        if (!newline)
            return 0;
        if (reader->text.size && buffer_text(&reader->text))
            r = take_line(reader, reader->text.data, reader->text.size);
        buffer_reset(&reader->text);
        data += n + 1;
        size -= n + 1;
    }
    return r;
}

static int over_time(struct run_result *result)
{
    result->outcome = RUN_OVER_TIME;
    return 0;
}

/* Read until the child ends or a limit is reached; the outcome is set. */
static int read_child(struct reader *reader, int fd, double end)
{
    const struct run_request *request = reader->request;
    static char               chunk[65536];
    int                       r = 0;

    while (r >= 0 && !reader->ended) {
        double left = end - monotonic();
        if (left <= 0)
            return over_time(reader->result);
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        int           ready = poll(&poll_fd, 1, left > 1 ? 1000 : (int)(left * 1000) + 1);
        if (ready < 0 && errno != EINTR)
            return -errno;
        if (request->waiting && request->waiting(request->data)) {
            reader->result->outcome = RUN_STOPPED;
            return 0;
        }
        if (ready <= 0)
            continue;
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == 0)
            return 0; /* it crashed, which wait() reports */
        r = n < 0 ? -errno : take_bytes(reader, chunk, (size_t)n);
        if (r == -EINTR)
            r = 0;
    }
    return r;
}

static void reap(pid_t pid, struct run_result *result)
{
    struct rusage usage;
    int           status = 0;

    kill(pid, SIGKILL); /* it has sent its last line, or must stop */
    while (wait4(pid, &status, 0, &usage) < 0)
        if (errno != EINTR)
            return;
    result->cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    result->memory = usage.ru_maxrss;
    if (result->outcome == RUN_CRASHED && WIFSIGNALED(status))
        snprintf(result->error, sizeof result->error, "crashed: %s", strsignal(WTERMSIG(status)));
}

static void explain(const struct run_request *request, struct run_result *result)
{
    if (result->outcome == RUN_OVER_TIME)
        snprintf(result->error, sizeof result->error, "took longer than %lld seconds",
                 (long long)request->timeout);
    else if (result->outcome == RUN_OVER_MEMORY)
        snprintf(result->error, sizeof result->error, "needs more than %lld MiB of memory",
                 (long long)request->memory);
    else if (result->outcome == RUN_STOPPED)
        snprintf(result->error, sizeof result->error, "stopped");
    else if (result->outcome != RUN_OK && !*result->error)
        snprintf(result->error, sizeof result->error, "ended without an answer");
}

int run_query_apart(const struct run_request *request, struct run_result *ret)
{
    struct reader reader = {.request = request, .result = ret};
    double        begin = monotonic();
    pid_t         parent = getpid();
    int           ends[2];

    *ret = (struct run_result){.outcome = RUN_CRASHED};
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child(request, ends[1], parent);
    }
    int r = pid < 0 ? -errno : 0;
    close(ends[1]);
    if (r == 0)
        r = read_child(&reader, ends[0], begin + (double)request->timeout);
    close(ends[0]);
    if (pid > 0)
        reap(pid, ret);
    buffer_free(&reader.text);
    ret->wall = monotonic() - begin;
    explain(request, ret);
    return r;
}
