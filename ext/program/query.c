/* query.c -- svcql query, svcql tables: SQL over the tables, once. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"
#include "schedule_status.h"
#include "svcql.h"

/* The folders in which SQLite makes its temporary files (sqlite.org/tempfiles.html, section 5). */
static bool temporary_files_work(void)
{
    const char *folders[] = {
        getenv("SQLITE_TMPDIR"), getenv("TMPDIR"), "/var/tmp", "/usr/tmp", "/tmp", "."};

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (folders[i] && access(folders[i], W_OK | X_OK) == 0)
            return true;
    return false;
}

bool spare_files(sqlite3 *db)
{
    return temporary_files_work() ||
           sqlite3_exec(db, "PRAGMA temp_store = MEMORY", NULL, NULL, NULL) == SQLITE_OK;
}

sqlite3 *open_database(void)
{
    sqlite3 *db = NULL;

    sqlite3_auto_extension((void (*)(void))sqlite3_svcql_init);
    if (sqlite3_open(":memory:", &db) == SQLITE_OK && spare_files(db))
        return db;
    complain("%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    return NULL;
}

bool add_evidence(sqlite3 *db, const char *location)
{
    sqlite3_stmt *stmt = NULL;
    int           rc;

    sqlite3_exec(db, "DELETE FROM evidence WHERE kind = 'live'", NULL, NULL, NULL);
    rc = sqlite3_prepare_v2(db, "INSERT INTO evidence(location) VALUES(?)", -1, &stmt, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_text(stmt, 1, location, -1, SQLITE_STATIC);
        rc = sqlite3_step(stmt);
    }
    if (rc != SQLITE_DONE)
        complain("%s", sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE;
}

bool tell_unread(sqlite3 *db, bool nothing)
{
    static const char sql[] =
        "SELECT DISTINCT location, status, detail FROM evidence_sources AS s "
        "WHERE location IN (SELECT location FROM evidence WHERE kind <> 'live') AND "
        "iif(table_name = 'evidence' AND (status = 'unknown' OR coalesce(records, 0) = 0), ?1, "
        "status IN ('denied', 'damaged')) ORDER BY 1";
    sqlite3_stmt *stmt = NULL;
    int           rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int(stmt, 1, nothing);
    while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *detail = (const char *)sqlite3_column_text(stmt, 2);
        complain("evidence: %s: %s%s%s", (const char *)sqlite3_column_text(stmt, 0),
                 (const char *)sqlite3_column_text(stmt, 1), detail ? ": " : "",
                 detail ? detail : "");
        rc = SQLITE_OK;
    }
    sqlite3_finalize(stmt);
    if (rc != SQLITE_DONE)
        complain("%s", sqlite3_errmsg(db));
    return rc == SQLITE_DONE;
}

/* Parameters: -p name=value for :name, @name or $name ---------------------------- */

struct parameters {
    const char *given[64];
    bool        used[64];
    size_t      n;
};

static bool bind_one(sqlite3_stmt *stmt, const char *given)
{
    static const char marks[] = ":@$?";
    const char       *value = strchr(given, '=');
    bool              bound = false;

    for (const char *mark = marks; value && *mark; mark++) {
        char *name = sqlite3_mprintf("%c%.*s", *mark, (int)(value - given), given);
        int   index = name ? sqlite3_bind_parameter_index(stmt, name) : 0;
        if (index)
            bound |= sqlite3_bind_text(stmt, index, value + 1, -1, SQLITE_STATIC) == SQLITE_OK;
        sqlite3_free(name);
    }
    return bound;
}

static bool is_given(const struct parameters *parameters, const char *name)
{
    size_t size = name ? strlen(name + 1) : 0;

    for (size_t i = 0; name && i < parameters->n; i++)
        if (strncmp(parameters->given[i], name + 1, size) == 0 && parameters->given[i][size] == '=')
            return true;
    return false;
}

static bool bind_all(sqlite3_stmt *stmt, struct parameters *parameters)
{
    for (size_t i = 0; i < parameters->n; i++)
        parameters->used[i] |= bind_one(stmt, parameters->given[i]);
    for (int i = 1; i <= sqlite3_bind_parameter_count(stmt); i++) {
        const char *name = sqlite3_bind_parameter_name(stmt, i);
        if (!is_given(parameters, name)) {
            complain("query: %s has no value; give one with -p NAME=VALUE", name ? name : "?");
            return false;
        }
    }
    return true;
}

static bool run_statement(sqlite3 *db, struct output *output, sqlite3_stmt *stmt,
                          struct parameters *parameters)
{
    if (!bind_all(stmt, parameters))
        return false;
    if (output_rows(output, stmt) < 0) {
        complain("%s", sqlite3_errmsg(db));
        return false;
    }
    return true;
}

static int run_sql(sqlite3 *db, struct output *output, const char *sql,
                   struct parameters *parameters)
{
    bool ok = true, any = false;

    while (ok && *sql) {
        sqlite3_stmt *stmt = NULL;
        if (sqlite3_prepare_v2(db, sql, -1, &stmt, &sql) != SQLITE_OK) {
            complain("%s", sqlite3_errmsg(db));
            return EXIT_ERROR;
        }
        if (stmt)
            ok = run_statement(db, output, stmt, parameters);
        any |= stmt != NULL;
        sqlite3_finalize(stmt);
    }
    if (ok && !any)
        return complain("query: there is no statement in it");
    for (size_t i = 0; ok && i < parameters->n; i++)
        if (!parameters->used[i])
            return complain("query: -p %s names no parameter of the query", parameters->given[i]);
    return ok ? EXIT_CLEAN : EXIT_ERROR;
}

/* svcql query ------------------------------------------------------------------ */

enum { QUERY_EVIDENCE, QUERY_FORMAT, QUERY_OUTPUT, QUERY_PARAMETER, QUERY_STATE };

static const struct option_spec query_options[] = {
    {"evidence", 'e', "PATH", "read this instead of the live host; may be repeated"},
    {"format", 'f', "FORMAT", "table, json, csv or ndjson"},
    {"output", 'o', "FILE", "write to this file instead of standard output"},
    {"parameter", 'p', "NAME=VALUE", "bind :NAME in the query"},
    {"state", 's', "FILE", "state of a schedule, for svcql_schedule; without it the service's"},
    {0},
};

const struct command query_command = {
    "query", "SQL", "run SQL over the tables and print the rows", query_options, run_query,
};

struct query {
    enum format       format;
    bool              evidence; /* was given */
    const char       *path, *state;
    struct parameters parameters;
};

static bool query_option(sqlite3 *db, int option, struct query *query)
{
    struct parameters *parameters = &query->parameters;

    switch (option) {
    case QUERY_EVIDENCE:
        query->evidence = true;
        return add_evidence(db, optarg);
    case QUERY_FORMAT:
        return parse_format(optarg, &query->format);
    case QUERY_OUTPUT:
        query->path = optarg;
        return true;
    case QUERY_STATE:
        query->state = optarg;
        return true;
    case QUERY_PARAMETER:
        if (parameters->n == sizeof parameters->given / sizeof parameters->given[0]) {
            complain("query: too many parameters");
            return false;
        }
        parameters->given[parameters->n++] = optarg;
        return true;
    default:
        return false;
    }
}

static int query(sqlite3 *db, int argc, char **argv)
{
    struct query  query = {.format = FORMAT_TABLE};
    struct output output;
    int           option;

    while ((option = next_option(&query_command, argc, argv)) != -1)
        if (!query_option(db, option, &query))
            return EXIT_ERROR;
    if (optind != argc - 1)
        return complain("query: give the SQL as one argument");
    if (!lend_schedule(db, argv[optind], query.state) ||
        !output_open(&output, query.format, query.path))
        return EXIT_ERROR;
    int status = run_sql(db, &output, argv[optind], &query.parameters);
    if (query.evidence && !tell_unread(db, true))
        status = EXIT_ERROR;
    return output_close(&output) ? status : EXIT_ERROR;
}

int run_query(int argc, char **argv)
{
    sqlite3 *db = open_database();
    int      status = db ? query(db, argc, argv) : EXIT_ERROR;

    sqlite3_close(db);
    return status;
}

/* svcql tables ----------------------------------------------------------------- */

static const struct option_spec no_options[] = {{0}};

const struct command tables_command = {
    "tables",   "[NAME]",   "list tables, views and functions, or the columns of one",
    no_options, run_tables,
};

/* Whether there is a table, view or function of that name; complains where there is none. */
static bool table_known(sqlite3 *db, const char *name)
{
    static const char sql[] =
        "SELECT name = ?1 OR name GLOB ?1 || '(*', name FROM svcql_tables ORDER BY 1 DESC, "
        "edit_distance(?1, substr(name, 1, instr(name || '(', '(') - 1)) LIMIT 1";
    sqlite3_stmt *stmt = NULL;
    bool          known = false;

    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
        rc = sqlite3_step(stmt);
    }
    if (rc == SQLITE_ROW)
        known = sqlite3_column_int(stmt, 0) != 0;
    if (rc == SQLITE_ROW && !known)
        complain("tables: no table, view or function %s; is %s meant?", name,
                 (const char *)sqlite3_column_text(stmt, 1));
    else if (rc != SQLITE_ROW)
        complain("%s", sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
    return known;
}

static int list_tables(sqlite3 *db, const char *name)
{
    static const char all[] = "SELECT name, kind, description FROM svcql_tables";
    static const char one[] = "SELECT name, type, key, description FROM svcql_columns "
                              "WHERE table_name = :name UNION ALL "
                              "SELECT name, kind, NULL, description FROM svcql_tables "
                              "WHERE name GLOB :name || '(*'";
    char              given[256];
    struct parameters parameters = {.given = {given}, .n = name != NULL};
    struct output     output;

    if ((name && !table_known(db, name)) || !output_open(&output, FORMAT_TABLE, NULL))
        return EXIT_ERROR;
    if (name)
        snprintf(given, sizeof given, "name=%s", name);
    int status = run_sql(db, &output, name ? one : all, &parameters);
    return output_close(&output) ? status : EXIT_ERROR;
}

int run_tables(int argc, char **argv)
{
    if (next_option(&tables_command, argc, argv) != -1)
        return EXIT_ERROR;
    if (argc > optind + 1)
        return complain("tables: unexpected %s", argv[optind + 1]);
    sqlite3 *db = open_database();
    int      status = db ? list_tables(db, optind < argc ? argv[optind] : NULL) : EXIT_ERROR;

    sqlite3_close(db);
    return status;
}
