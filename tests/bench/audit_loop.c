/* audit_loop -- reads every field of every record of an audit log, as a program that uses a library
 * would; prints the milliseconds of wall clock and of processor, the peak of memory in KiB, and how
 * many there were.
 *
 *     audit_loop auparse FILE               libauparse, values as recorded
 *     audit_loop interpret FILE             libauparse, values interpreted
 *     audit_loop query EXTENSION SQL        every column of every row of the last statement
 *     audit_loop run COMMAND...             a command, its output thrown away
 */
#include <auparse.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct timespec begun;
static double          used; /* processor time before, in ms */

static double ms(const struct timeval *time)
{
    return (double)time->tv_sec * 1000 + (double)time->tv_usec / 1000;
}

static void begin(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    used = ms(&usage.ru_utime) + ms(&usage.ru_stime);
    clock_gettime(CLOCK_MONOTONIC, &begun);
}

static void end(int who, const char *what, size_t n)
{
    struct timespec now;
    struct rusage   usage;

    clock_gettime(CLOCK_MONOTONIC, &now);
    getrusage(who, &usage);
    printf("%.2f %.2f %ld %zu %s\n",
           (double)(now.tv_sec - begun.tv_sec) * 1000 + (double)(now.tv_nsec - begun.tv_nsec) / 1e6,
           ms(&usage.ru_utime) + ms(&usage.ru_stime) - (who == RUSAGE_SELF ? used : 0),
           usage.ru_maxrss, n, what);
}

static int fail(const char *what)
{
    fprintf(stderr, "audit_loop: %s\n", what);
    return 1;
}

static size_t each_field(auparse_state_t *state, bool interpret)
{
    size_t n = 0;

    do {
        do {
            const char *name = auparse_get_field_name(state);
            const char *value =
                interpret ? auparse_interpret_field(state) : auparse_get_field_str(state);
            n += name && value;
        } while (auparse_next_field(state) > 0);
    } while (auparse_next_record(state) > 0);
    return n;
}

static int loop(const char *path, bool interpret)
{
    size_t           fields = 0;
    auparse_state_t *state = auparse_init(AUSOURCE_FILE, path);

    if (!state)
        return fail(path);
    while (auparse_next_event(state) > 0) {
        auparse_first_record(state);
        fields += each_field(state, interpret);
    }
    auparse_destroy(state);
    end(RUSAGE_SELF, "fields", fields);
    return 0;
}

/* Read all columns of all rows; returns how many rows, or -1. */
static long read_rows(sqlite3_stmt *stmt)
{
    int    columns = sqlite3_column_count(stmt), rc;
    long   rows = 0;
    size_t bytes = 0;

    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        rows++;
        for (int i = 0; i < columns; i++)
            if (sqlite3_column_type(stmt, i) == SQLITE_TEXT)
                bytes += (size_t)sqlite3_column_bytes(stmt, i);
    }
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? rows + (bytes == SIZE_MAX) : -1;
}

/* Run statements; the last is what is measured. */
static int query(const char *extension, const char *sql)
{
    sqlite3      *db;
    sqlite3_stmt *stmt;
    long          rows = 0;

    if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        return fail("sqlite3_open");
    sqlite3_enable_load_extension(db, 1);
    if (sqlite3_load_extension(db, extension, NULL, NULL) != SQLITE_OK)
        return fail(sqlite3_errmsg(db));
    while (*sql) {
        if (sqlite3_prepare_v2(db, sql, -1, &stmt, &sql) != SQLITE_OK)
            return fail(sqlite3_errmsg(db));
        begin();
        if ((rows = read_rows(stmt)) < 0)
            return fail(sqlite3_errmsg(db));
    }
    end(RUSAGE_SELF, "rows", (size_t)rows);
    sqlite3_close(db);
    return 0;
}

static int run(char **command)
{
    pid_t pid = fork();
    int   status;

    if (pid == 0) {
        dup2(open("/dev/null", O_WRONLY), 1);
        execvp(command[0], command);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
        return fail(command[0]);
    end(RUSAGE_CHILDREN, command[0], 1);
    return 0;
}

int main(int argc, char **argv)
{
    begin();
    if (argc >= 3 && strcmp(argv[1], "run") == 0)
        return run(argv + 2);
    if (argc == 3 && strcmp(argv[1], "auparse") == 0)
        return loop(argv[2], false);
    if (argc == 3 && strcmp(argv[1], "interpret") == 0)
        return loop(argv[2], true);
    if (argc == 4 && strcmp(argv[1], "query") == 0)
        return query(argv[2], argv[3]);
    return fail("see the head of the source");
}
