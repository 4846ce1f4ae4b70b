/* sigma_command.c -- svcql sigma: what Sigma rules find, by level; why a rule does not match; rules
 * tried on their own sample logs. */
#include <getopt.h>
#include <string.h>

#include "program.h"
#include "sigma_explain.h"
#include "sigma_samples.h"

enum { SIGMA_EVIDENCE, SIGMA_LEVEL, SIGMA_EXPLAIN, SIGMA_JUNIT, SIGMA_FORMAT, SIGMA_OUTPUT };

static const struct option_spec options[] = {
    {"evidence", 'e', "PATH", "read this instead of the live host; may be repeated"},
    {"level", 'l', "LEVEL", "lowest level to show: informational, low, medium, high, critical"},
    {"explain", 0, "RULE", "a file: show the rule as SQL, and what of it failed on which event"},
    {"junit", 0, "FILE", "of sigma test: write the results as JUnit's XML too"},
    {"format", 'f', "FORMAT", "table, json, csv or ndjson"},
    {"output", 'o', "FILE", "write to this file instead of standard output"},
    {0},
};

const struct command sigma_command = {
    "sigma", "RULES | test DIR", "show what Sigma rules match in the logs", options, run_sigma,
};

struct sigma_options {
    sqlite3    *db;
    const char *level, *explain, *junit, *path;
    enum format format;
};

/* The rows are kept: errors, hits and the summary are read from them. */
static const char make_hits[] =
    "CREATE TEMP TABLE sigma_hits AS SELECT " SIGMA_RANK " AS rank, r.* FROM svcql_rules(%Q) AS r";
static const char hits_sql[] =
    "SELECT time, utc_datetime(time) AS datetime, host, level, rule, id, technique, subject, file, "
    "line, "
    "source, record, row FROM sigma_hits WHERE status = 'match' AND rank >= %d "
    "ORDER BY rank DESC, time, number, match";
static const char hits_table_sql[] =
    "SELECT level, strftime('%%Y-%%m-%%d %%H:%%M', time, 'unixepoch') AS datetime, host, rule, "
    "id, technique, "
    "subject FROM sigma_hits WHERE status = 'match' AND rank >= %d ORDER BY rank DESC, time, "
    "number, "
    "match";
static const char errors_sql[] =
    "SELECT file, line, rule, error FROM sigma_hits WHERE status NOT IN ('match', 'no log') "
    "ORDER BY file, line";
#define RULES_RUN                                                                                  \
    "(SELECT coalesce(sum(records), 0) FROM evidence_sources WHERE table_name = 'svcql_rules' "    \
    "AND "                                                                                         \
    "kind = 'rules')"
static const char summary_sql[] =
    "SELECT printf('Hits: %d of %d rules; rules read: %d, that ran: %d, that cannot run: %d, of "
    "logs that "
    "nothing reads: %d', count(*) FILTER (WHERE status = 'match'), count(DISTINCT number) FILTER "
    "(WHERE status = 'match'), " RULES_RUN
    " + count(*) FILTER (WHERE status NOT IN ('match', 'slow')), " RULES_RUN
    ", count(*) FILTER (WHERE status NOT IN ('match', 'no log')), "
    "count(*) FILTER (WHERE status = 'no log')) FROM sigma_hits";
static const char no_rule_sql[] =
    "SELECT 1 WHERE " RULES_RUN " = 0 AND NOT EXISTS (SELECT 1 FROM sigma_hits)";

static int rank_of(const char *level)
{
    static const char *const levels[] = {"informational", "low", "medium", "high", "critical"};

    for (int i = 0; i < 5; i++)
        if (strcmp(levels[i], level) == 0)
            return i;
    return -1;
}

static bool take_option(struct sigma_options *sigma, int option)
{
    switch (option) {
    case SIGMA_EVIDENCE:
        return add_evidence(sigma->db, optarg);
    case SIGMA_LEVEL:
        sigma->level = optarg;
        if (rank_of(optarg) < 0)
            complain("sigma: %s is not a level: informational, low, medium, high or critical",
                     optarg);
        return rank_of(optarg) >= 0;
    case SIGMA_EXPLAIN:
        sigma->explain = optarg;
        return true;
    case SIGMA_JUNIT:
        sigma->junit = optarg;
        return true;
    case SIGMA_FORMAT:
        return parse_format(optarg, &sigma->format);
    case SIGMA_OUTPUT:
        sigma->path = optarg;
        return true;
    default:
        return false;
    }
}

/* Print the rows of a query: their number, -1 after complaining. */
static long long print_query(sqlite3 *db, struct output *output, char *sql)
{
    sqlite3_stmt *stmt = NULL;
    long long     rows = -1;

    if (sql && sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK)
        rows = output_rows(output, stmt);
    if (rows < 0)
        complain("%s", sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
    sqlite3_free(sql);
    return rows;
}

static bool find_hits(struct sigma_options *sigma, const char *rules)
{
    char *sql = sqlite3_mprintf(make_hits, rules);
    bool  done = run_shown(sigma->db, sql);

    sqlite3_free(sql);
    return done;
}

/* Whether a log was denied, damaged or lost records. */
static const char incomplete_sql[] =
    "SELECT 1 FROM evidence_sources WHERE table_name <> 'svcql_rules' AND "
    "(status IN ('denied', 'damaged') OR skipped > 0)";

static bool has_row(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int           rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    sqlite3_finalize(stmt);
    return rc == SQLITE_ROW;
}

/* Rules that cannot run go to standard error, so that the hits can be read by a program. */
static int match(struct sigma_options *sigma, struct output *output, const char *rules)
{
    struct output beside = {.file = stderr, .format = FORMAT_TABLE};
    int           rank = sigma->level ? rank_of(sigma->level) : 0;

    if (!find_hits(sigma, rules))
        return EXIT_ERROR;
    long long hits = print_query(
        sigma->db, output,
        sqlite3_mprintf(sigma->format == FORMAT_TABLE ? hits_table_sql : hits_sql, rank));
    long long broken = hits < 0 ? -1 : print_query(sigma->db, &beside, sqlite3_mprintf(errors_sql));
    if (broken < 0)
        return EXIT_ERROR;
    output_answer(output, sigma->db, summary_sql);
    if (!hits && !broken && has_row(sigma->db, no_rule_sql))
        return complain("sigma: %s: no rule in it", rules);
    if (hits)
        return EXIT_FINDINGS;
    return broken || has_row(sigma->db, incomplete_sql) ? EXIT_INCOMPLETE : EXIT_CLEAN;
}

static int run_with(struct sigma_options *sigma, int argc, char **argv)
{
    struct output output;
    int           option, n, status;

    while ((option = next_option(&sigma_command, argc, argv)) != -1)
        if (!take_option(sigma, option))
            return EXIT_ERROR;
    n = argc - optind;
    bool test = n == 2 && strcmp(argv[optind], "test") == 0;
    if (!test && n != (sigma->explain ? 0 : 1))
        return complain("sigma: give a file, folder or pattern of rules, or test DIR");
    if (!output_open(&output, sigma->format, sigma->path))
        return EXIT_ERROR;
    if (test)
        status = sigma_samples(argv[optind + 1], sigma->junit, output.file);
    else if (sigma->explain)
        status = sigma_explain(sigma->db, sigma->explain, output.file);
    else
        status = match(sigma, &output, argv[optind]);
    return output_close(&output) ? status : EXIT_ERROR;
}

int run_sigma(int argc, char **argv)
{
    struct sigma_options sigma = {.db = open_database()};
    int                  status = sigma.db ? run_with(&sigma, argc, argv) : EXIT_ERROR;

    sqlite3_close(sigma.db);
    return status;
}
