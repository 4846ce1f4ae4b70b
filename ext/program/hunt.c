/* hunt.c -- svcql hunt: findings, posture and coverage, once. */
#include <getopt.h>
#include <string.h>

#include "program.h"

enum { HUNT_EVIDENCE, HUNT_SINCE, HUNT_SEVERITY, HUNT_FORMAT, HUNT_OUTPUT };

static const struct option_spec options[] = {
    {"evidence",                                               'e', "PATH", "look at this in place of the live host; may be repeated"},
    {"since",                                                  's', "SPAN", "only what happened in the last 90s, 15m, 1h, 7d or 2w"},
    {"severity",                                                        'S', "GRADE", "the least grade to show: info, low, medium, high, critical"},
    {"format",    'f', "FORMAT", "table, json, csv or ndjson"},
    {"output", 'o', "FILE", "write there in place of standard output"},
    {0                                              },
};

const struct command hunt_command = {
    "hunt", NULL, "show what is suspicious about the services of a host", options, run_hunt,
};

struct hunt {
    sqlite3    *db;
    const char *severity;
    double      since; /* seconds; 0: all time */
    enum format format;
    const char *path;
};

/* What a program gets, and what fits a person's terminal. */
static const char findings_columns[] =
    "f.time, f.datetime, f.host, f.severity, f.analytic, f.technique, f.subject, f.why, f.signals, "
    "f.evidence, f.source, f.record";
static const char table_columns[] =
    "strftime('%Y-%m-%d %H:%M', f.time, 'unixepoch') AS datetime, f.host, f.severity, f.subject, "
    "f.why";
static const char incomplete_sql[] =
    "SELECT host, kind, location, status, skipped, detail FROM evidence_sources "
    "WHERE status IN ('denied', 'damaged') OR skipped > 0";

static bool known_severity(sqlite3 *db, const char *name)
{
    sqlite3_stmt *stmt = NULL;
    bool          known = false;

    if (sqlite3_prepare_v2(db, "SELECT 1 FROM severities WHERE severity = ?1", -1, &stmt, NULL) ==
        SQLITE_OK) {
        sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
        known = sqlite3_step(stmt) == SQLITE_ROW;
    }
    sqlite3_finalize(stmt);
    if (!known)
        complain("hunt: %s is no severity: info, low, medium, high or critical", name);
    return known;
}

static bool take_option(struct hunt *hunt, int option)
{
    switch (option) {
    case HUNT_EVIDENCE:
        return add_evidence(hunt->db, optarg);
    case HUNT_SINCE:
        if ((hunt->since = parse_span(optarg)) <= 0)
            complain("hunt: %s is no span of time: 90s, 15m, 1h, 7d, 2w", optarg);
        return hunt->since > 0;
    case HUNT_SEVERITY:
        hunt->severity = optarg;
        return known_severity(hunt->db, optarg);
    case HUNT_FORMAT:
        return parse_format(optarg, &hunt->format);
    case HUNT_OUTPUT:
        hunt->path = optarg;
        return true;
    default:
        return false;
    }
}

/* Print one query's rows; the count, or -1 after complaining. Takes the SQL. */
static long long print(struct hunt *hunt, struct output *output, char *sql)
{
    sqlite3_stmt *stmt = NULL;
    long long     rows = -1;

    if (sql && sqlite3_prepare_v2(hunt->db, sql, -1, &stmt, NULL) == SQLITE_OK)
        rows = output_rows(output, stmt);
    if (rows < 0)
        complain("%s", sqlite3_errmsg(hunt->db));
    sqlite3_finalize(stmt);
    sqlite3_free(sql);
    return rows;
}

/* The term on time is left out where all time is wanted: not every finding has one. */
static char *findings_sql(const struct hunt *hunt)
{
    char *since = hunt->since > 0 ? sqlite3_mprintf("AND f.time >= unixepoch() - %f", hunt->since)
                                  : sqlite3_mprintf("");
    char *sql = sqlite3_mprintf(
        "SELECT %s FROM findings AS f JOIN severities AS s ON s.severity = f.severity "
        "WHERE s.rank >= (SELECT rank FROM severities WHERE severity = %Q) %s "
        "ORDER BY s.rank DESC, f.time",
        hunt->format == FORMAT_TABLE ? table_columns : findings_columns, hunt->severity, since);

    sqlite3_free(since);
    return sql;
}

static int report(struct hunt *hunt, struct output *output)
{
    bool      table = hunt->format == FORMAT_TABLE;
    long long incomplete = 0;

    output_title(output, "Findings");
    long long findings = print(hunt, output, findings_sql(hunt));
    if (findings == 0 && table)
        fprintf(output->file, "none of severity %s or above\n", hunt->severity);
    if (findings >= 0) {
        struct output where = *output;
        if (!table) /* one stream of findings for programs; what is missing goes beside it */
            where = (struct output){.file = stderr, .format = FORMAT_TABLE};
        output_title(&where, "Evidence that could not be read whole");
        incomplete = print(hunt, &where, sqlite3_mprintf("%s", incomplete_sql));
        if (incomplete == 0 && table)
            fputs("none\n", output->file);
    }
    if (findings < 0 || incomplete < 0)
        return EXIT_ERROR;
    return findings ? EXIT_FINDINGS : incomplete ? EXIT_INCOMPLETE : EXIT_CLEAN;
}

static int hunt_with(struct hunt *hunt, int argc, char **argv)
{
    struct output output;
    int           option;

    while ((option = next_option(&hunt_command, argc, argv)) != -1)
        if (!take_option(hunt, option))
            return EXIT_ERROR;
    if (optind < argc)
        return complain("hunt: unexpected %s", argv[optind]);
    if (!output_open(&output, hunt->format, hunt->path))
        return EXIT_ERROR;
    int status = report(hunt, &output);
    return output_close(&output) ? status : EXIT_ERROR;
}

int run_hunt(int argc, char **argv)
{
    struct hunt hunt = {.db = open_database(), .severity = "low"};
    int         status = hunt.db ? hunt_with(&hunt, argc, argv) : EXIT_ERROR;

    sqlite3_close(hunt.db);
    return status;
}
