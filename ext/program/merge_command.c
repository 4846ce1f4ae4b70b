/* merge_command.c -- svcql merge: the results of many hosts in one SQLite file. */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "merge.h"
#include "program.h"

enum { MERGE_EXPORT, MERGE_OUTPUT };

static const struct option_spec merge_options[] = {
    {"export", 'x', "TABLE", "then print findings, incidents, items or rare_items as NDJSON"},
    {"output", 'o', "FILE", "write that to this file instead of standard output"},
    {0},
};

const struct command merge_command = {
    "merge",       "OUT.db RESULT...", "results of many hosts into one database",
    merge_options, run_merge,
};

static const char *reason(int error)
{
    return error == -EBADMSG      ? "cut off or damaged: what is before that is merged"
           : error == -EOPNOTSUPP ? "a database that is compressed: expand it first"
           : error == -ESPIPE     ? "not a file"
           : error == -EFBIG      ? "expands to more than a log does"
           : error == -ENOBUFS    ? "takes too much memory to expand: what is before that is merged"
                                  : strerror(-error);
}

/* A file that cannot be read, or only in part, is reported, and the others are still merged. */
static int merge_all(sqlite3 *db, int n, char **paths)
{
    int status = EXIT_CLEAN;

    for (int i = 0; i < n; i++) {
        struct merge_count count = {0};
        int                error = merge_file(db, paths[i], &count);
        if (error == -EIO)
            return complain("merge: %s", sqlite3_errmsg(db));
        if (error)
            complain("merge: %s: %s", paths[i], reason(error));
        if (count.damaged)
            complain("merge: %s: lines that are not results: %lld", paths[i],
                     (long long)count.damaged);
        if (error || count.damaged)
            status = EXIT_INCOMPLETE;
        fprintf(stderr, "%s: findings: %lld; incidents: %lld; items: %lld; other rows: %lld\n",
                paths[i], (long long)count.findings, (long long)count.incidents,
                (long long)count.items, (long long)count.other);
    }
    return status;
}

static int merge_into(sqlite3 *db, int n, char **paths)
{
    int status = EXIT_ERROR;

    if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
        merge_prepare(db) == SQLITE_OK)
        status = merge_all(db, n, paths);
    else
        complain("merge: %s", sqlite3_errmsg(db));
    if (status != EXIT_ERROR && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        status = complain("merge: %s", sqlite3_errmsg(db));
    return status;
}

static int export_table(sqlite3 *db, const char *table, const char *path)
{
    struct output output;
    sqlite3_stmt *stmt = NULL;
    char         *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", table);
    bool          ok = sql && sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
              output_open(&output, FORMAT_NDJSON, path);

    if (!ok)
        complain("merge: %s", sqlite3_errmsg(db));
    else if (output_rows(&output, stmt) < 0)
        ok = complain("merge: %s", sqlite3_errmsg(db)) == EXIT_CLEAN;
    if (ok)
        ok = output_close(&output);
    sqlite3_finalize(stmt);
    sqlite3_free(sql);
    return ok ? EXIT_CLEAN : EXIT_ERROR;
}

static bool is_table(const char *name)
{
    static const char *const names[] = {"findings", "incidents", "items", "rare_items"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    complain("merge: --export %s: findings, incidents, items or rare_items", name);
    return false;
}

static bool take_option(int option, const char **ret_table, const char **ret_path)
{
    if (option == MERGE_EXPORT)
        *ret_table = optarg;
    else if (option == MERGE_OUTPUT)
        *ret_path = optarg;
    return option == MERGE_OUTPUT || (option == MERGE_EXPORT && is_table(optarg));
}

int run_merge(int argc, char **argv)
{
    const char *table = NULL, *path = NULL;
    sqlite3    *db = NULL;
    int         option, status = EXIT_ERROR;

    while ((option = next_option(&merge_command, argc, argv)) != -1)
        if (!take_option(option, &table, &path))
            return EXIT_ERROR;
    if (argc - optind < 2)
        return complain("merge: give the database, and one result or more");
    if (sqlite3_open(argv[optind], &db) == SQLITE_OK)
        status = merge_into(db, argc - optind - 1, argv + optind + 1);
    else
        complain("merge: %s: %s", argv[optind], sqlite3_errmsg(db));
    if (status != EXIT_ERROR && table && export_table(db, table, path) != EXIT_CLEAN)
        status = EXIT_ERROR;
    sqlite3_close(db);
    return status;
}
