/* hunt.c -- svcql hunt: findings, posture and coverage, once. */
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <time.h>

#include "follow.h"
#include "program.h"
#include "report.h"

enum {
    HUNT_EVIDENCE,
    HUNT_SINCE,
    HUNT_SEVERITY,
    HUNT_COVERAGE,
    HUNT_FORMAT,
    HUNT_OUTPUT,
    HUNT_SIGNALS,
    HUNT_RULES,
    HUNT_FOLLOW
};

static const struct option_spec options[] = {
    {"evidence", 'e', "PATH", "read this instead of the live host; may be repeated"},
    {"since", 's', "SPAN", "only events of the last 90s, 15m, 1h, 7d or 2w"},
    {"severity", 'S', "GRADE", "lowest grade to show: info, low, medium, high, critical"},
    {"coverage", 0, NULL, "each source that could not be read, not a line a host"},
    {"format", 'f', "FORMAT", "table, json, csv, ndjson; html, navigator, timesketch, ecs or ocsf"},
    {"output", 'o', "FILE", "write to this file instead of standard output"},
    {"signals", 0, "DIR", "use the detections of this folder too"},
    {"rules", 0, "DIR", "show what Sigma rules of this folder match too"},
    {"follow", 0, NULL, "then print findings as they come, until interrupted: table or ndjson"},
    {0},
};

const struct command hunt_command = {
    "hunt", NULL, "show what is suspicious about the services of a host", options, run_hunt,
};

struct hunt {
    sqlite3    *db;
    const char *severity;
    double      since;    /* seconds; 0: all time */
    bool        coverage; /* every source, in a table too */
    enum format format;
    const char *path;
    const char *rules; /* folder of Sigma rules; NULL: none */
    bool        follow;

    bool             other_form; /* `form` instead of a format of rows */
    enum report_form form;
};

/* A location in which nothing was recognised. */
#define NOTHING_THERE                                                                              \
    "(SELECT location FROM evidence_sources WHERE table_name = 'evidence' AND kind = 'location' "  \
    "AND (status = 'unknown' OR coalesce(records, 0) = 0))"

static const char make_posture[] =
    "CREATE TEMP TABLE hunt_posture AS SELECT DISTINCT host, mitigation, check_name, status, "
    "severity, subject, why FROM (SELECT * FROM posture_privileged_accounts "
    "UNION ALL SELECT * FROM posture_user_accounts "
    "UNION ALL SELECT * FROM posture_behavior_prevention "
    "UNION ALL SELECT * FROM posture_permissions) WHERE status IN ('fail', 'unknown') "
    "AND host NOT IN (SELECT host FROM evidence WHERE location IN " NOTHING_THERE ") "
    "ORDER BY host, mitigation, status, check_name, subject";

/* Sources that an analytic could not read, and problems with any other source; without the files
 * that no table reads, of which there may be many. */
static const char make_coverage[] =
    "CREATE TEMP TABLE hunt_coverage AS SELECT host, table_name, status, source, skipped, detail, "
    "analytic FROM coverage UNION ALL SELECT host, table_name, iif(table_name = 'evidence' AND "
    "coalesce(records, 0) = 0, 'unknown', status), location, skipped, detail, NULL "
    "FROM evidence_sources WHERE table_name NOT IN (SELECT table_name FROM analytic_sources) "
    "AND status NOT IN ('absent', 'ready')";

/* The columns for programs, and those for a terminal. */
static const char findings_sql[] =
    "SELECT %s time, datetime, host, severity, analytic, technique, subject, why, signals, "
    "evidence, source, record, user, tool, verb, target, key FROM hunt_findings";
static const char findings_table_sql[] =
    "SELECT strftime('%Y-%m-%d %H:%M', time, 'unixepoch') AS datetime, host, severity, subject, "
    "why FROM hunt_findings";

static const char posture_sql[] =
    "SELECT %s host, mitigation, check_name, status, severity, subject, why FROM hunt_posture";
static const char posture_table_sql[] =
    "SELECT host, mitigation, check_name, severity, subject, why FROM hunt_posture "
    "WHERE status = 'fail'";

/* What Sigma rules match; how many of them cannot run is the table's report, in coverage. */
static const char make_rules[] = "CREATE TEMP TABLE hunt_rules AS SELECT " SIGMA_RANK
                                 " AS rank, * FROM svcql_rules(%Q) WHERE status = 'match' %s";
static const char rules_sql[] = "SELECT %s time, utc_datetime(time) AS datetime, host, level, "
                                "rule, id, technique, subject, source, "
                                "record FROM hunt_rules ORDER BY rank DESC, time, number, match";
static const char rules_table_sql[] =
    "SELECT strftime('%Y-%m-%d %H:%M', time, 'unixepoch') AS datetime, host, level, subject, rule "
    "FROM hunt_rules ORDER BY rank DESC, time, number, match";

static const char coverage_sql[] =
    "SELECT %s host, status, source, sum(skipped) AS skipped, detail, "
    "group_concat(DISTINCT analytic) AS analytics FROM hunt_coverage "
    "WHERE status NOT IN ('read', 'ready') OR skipped > 0 GROUP BY host, status, source, detail";

/* One line for each host: the number of sources by status, and their problems. */
static const char coverage_table_sql[] =
    "WITH each AS (SELECT host, table_name, status, source, max(skipped) AS skipped, max(detail) "
    "AS detail FROM hunt_coverage WHERE source <> '' AND host IS NOT NULL AND status <> 'ready' "
    "AND "
    "(table_name <> 'evidence' OR status <> 'unknown' OR source IN (SELECT location FROM "
    "evidence)) GROUP BY 1, 2, 3, 4) "
    "SELECT host, sum(status = 'read') AS read, sum(status = 'absent') AS absent, "
    "sum(status = 'denied') AS denied, sum(status = 'damaged') AS damaged, "
    "sum(status NOT IN ('read', 'absent', 'denied', 'damaged')) AS other, "
    "sum(coalesce(skipped, 0)) AS \"records lost\", (SELECT count(DISTINCT check_name) FROM "
    "hunt_posture AS p WHERE p.host = each.host AND p.status = 'unknown') AS \"checks open\", "
    "group_concat(iif(status NOT IN ('read', 'absent') OR skipped > 0, status || ' ' || source || "
    "coalesce(' (' || detail || ')', ''), NULL), '; ') AS trouble FROM each GROUP BY host "
    "ORDER BY host";

/* The last line, for a list that is longer than the screen. */
static const char summary_sql[] =
    "SELECT iif(count(*) = 0, 'No findings', 'Findings: ' || (SELECT group_concat(n || ' ' || "
    "severity, ', ') FROM (SELECT count(*) AS n, severity FROM hunt_findings GROUP BY severity "
    "ORDER BY min(rowid))) || '; hosts with findings: ' || count(DISTINCT host)) || '; hosts: ' || "
    "(SELECT count(DISTINCT host) FROM evidence) FROM hunt_findings";
static const char incomplete_sql[] =
    "SELECT 1 FROM evidence_sources WHERE status IN ('denied', 'damaged') OR skipped > 0 "
    "UNION ALL SELECT 1 FROM " NOTHING_THERE;
static const char nothing_sql[] = "SELECT DISTINCT location FROM " NOTHING_THERE;

/* The layouts that discovery recognises, for users whose evidence it did not recognise. */
static const char looked_for[] =
    "searched for: a root of Linux (etc with os-release, passwd or systemd), of Windows (Windows "
    "with "
    "System32) or of macOS (System/Library, Library); collections of KAPE, Velociraptor, UAC, "
    "CyLR; "
    "unit files, audit and auth logs, journals, shell histories, package logs, event logs (.evtx, "
    "JSON), registry hives, property lists";

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
        complain("hunt: %s is not a severity: info, low, medium, high or critical", name);
    return known;
}

static void tell(void *data, const char *text)
{
    (void)data;
    complain("%s", text);
}

static bool take_option(struct hunt *hunt, int option)
{
    switch (option) {
    case HUNT_EVIDENCE:
        return add_evidence(hunt->db, optarg);
    case HUNT_SINCE:
        if ((hunt->since = parse_span(optarg)) <= 0)
            complain("hunt: %s is not a span of time: 90s, 15m, 1h, 7d, 2w", optarg);
        return hunt->since > 0;
    case HUNT_SEVERITY:
        hunt->severity = optarg;
        return known_severity(hunt->db, optarg);
    case HUNT_COVERAGE:
        return hunt->coverage = true;
    case HUNT_FORMAT:
        hunt->other_form = report_named(optarg, &hunt->form);
        return hunt->other_form || parse_format(optarg, &hunt->format);
    case HUNT_OUTPUT:
        hunt->path = optarg;
        return true;
    case HUNT_RULES:
        hunt->rules = optarg;
        return true;
    case HUNT_FOLLOW:
        return hunt->follow = true;
    case HUNT_SIGNALS:
        return use_signals(hunt->db, optarg, tell, NULL);
    default:
        return false;
    }
}

static long long fail(struct hunt *hunt)
{
    complain("%s", sqlite3_errmsg(hunt->db));
    return -EIO;
}

/* The term on time is left out where all time is wanted: not every finding has one. */
static char *make_findings(const struct hunt *hunt)
{
    char *since = hunt->since > 0 ? sqlite3_mprintf("AND f.time >= unixepoch() - %f", hunt->since)
                                  : sqlite3_mprintf("");
    char *sql =
        sqlite3_mprintf("CREATE TEMP TABLE hunt_findings AS WITH f AS MATERIALIZED (SELECT * FROM "
                        "findings AS f WHERE true %s) SELECT f.* FROM f "
                        "JOIN severities AS s ON s.severity = f.severity "
                        "WHERE s.rank >= (SELECT rank FROM severities WHERE severity = %Q) "
                        "ORDER BY s.rank DESC, f.time",
                        since, hunt->severity);

    sqlite3_free(since);
    return sql;
}

enum { FINDINGS, RULES, POSTURE, COVERAGE, N_SECTIONS };

/* Each section's rows are found once and kept; then they are printed. */
static const struct {
    const char *title, *none;
    const char *key;    /* of the object in JSON */
    const char *column; /* that marks a line of NDJSON */
    const char *make;   /* NULL: a function does */
    const char *sql, *table_sql;
} sections[N_SECTIONS] = {
    {"Findings", "none of that severity or above", "findings", "'finding' AS section,", NULL,
     findings_sql, findings_table_sql},
    {"Rules: what Sigma rules match", "nothing", "rules", "'rule' AS section,", make_rules,
     rules_sql, rules_table_sql},
    {"Posture: what is missing", "nothing", "posture", "'posture' AS section,", make_posture,
     posture_sql, posture_table_sql},
    {"Coverage: what could not be read", "all was read", "coverage", "'coverage' AS section,",
     make_coverage, coverage_sql, coverage_table_sql},
};

/* The SQL that prints a section's rows. */
static char *section_sql(const struct hunt *hunt, int section)
{
    bool wide = hunt->coverage && section > RULES;

    if (hunt->format == FORMAT_TABLE && !wide)
        return sqlite3_mprintf("%s", sections[section].table_sql);
    return sqlite3_mprintf(sections[section].sql,
                           hunt->format == FORMAT_NDJSON ? sections[section].column : "");
}

/* The term on time is left out where all time is wanted, as above. */
static char *make_rules_sql(const struct hunt *hunt)
{
    char *since = hunt->since > 0
                      ? sqlite3_mprintf(" AND time >= %f", (double)time(NULL) - hunt->since)
                      : sqlite3_mprintf("");
    char *sql = sqlite3_mprintf(make_rules, hunt->rules, since);

    sqlite3_free(since);
    return sql;
}

/* Find a section's rows; false after complaining. */
static bool make_section(struct hunt *hunt, int section)
{
    char *sql = section == FINDINGS ? make_findings(hunt)
                : section == RULES  ? make_rules_sql(hunt)
                                    : sqlite3_mprintf("%s", sections[section].make);
    bool  done = run_shown(hunt->db, sql);

    sqlite3_free(sql);
    return done;
}

/* Print a section's rows; their count, or -1 after complaining. */
static long long print_rows(struct hunt *hunt, struct output *output, int section)
{
    char         *sql = section_sql(hunt, section);
    sqlite3_stmt *stmt = NULL;
    long long     rows = -EIO;

    if (sql && sqlite3_prepare_v2(hunt->db, sql, -1, &stmt, NULL) == SQLITE_OK)
        rows = output_rows(output, stmt);
    if (rows < 0)
        fail(hunt);
    sqlite3_finalize(stmt);
    sqlite3_free(sql);
    return rows;
}

/* Report each location in which nothing was recognised, and what would have been recognised.
 * Returns how many there were, -1 after complaining. */
static int report_nothing(struct hunt *hunt)
{
    sqlite3_stmt *stmt = NULL;
    int           n = 0, rc = sqlite3_prepare_v2(hunt->db, nothing_sql, -1, &stmt, NULL);

    while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        complain("nothing was recognised in %s", (const char *)sqlite3_column_text(stmt, 0));
        n++;
        rc = SQLITE_OK;
    }
    sqlite3_finalize(stmt);
    if (n)
        complain("%s", looked_for);
    return rc == SQLITE_DONE ? n : (int)fail(hunt);
}

static long long print_section(struct hunt *hunt, struct output *output, int section)
{
    if (hunt->format == FORMAT_JSON)
        fprintf(output->file, "%s\"%s\":", section ? "," : "{", sections[section].key);
    output_title(output, sections[section].title);
    long long rows = make_section(hunt, section) ? print_rows(hunt, output, section) : -EIO;
    if (rows == 0 && hunt->format == FORMAT_TABLE)
        fprintf(output->file, "%s\n", sections[section].none);
    if (section == N_SECTIONS - 1 && hunt->format == FORMAT_JSON)
        fputs("}\n", output->file);
    return rows;
}

/* 1 where a source was denied, damaged or lost records; -1 after complaining. */
static int incomplete(struct hunt *hunt)
{
    sqlite3_stmt *stmt = NULL;
    int           rc = sqlite3_prepare_v2(hunt->db, incomplete_sql, -1, &stmt, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    sqlite3_finalize(stmt);
    return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : (int)fail(hunt);
}

/* The number that a query of one row answers; negative after complaining. */
static long long count(struct hunt *hunt, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    long long     n = -EIO;

    if (sqlite3_prepare_v2(hunt->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n < 0 ? fail(hunt) : n;
}

/* Findings without a time have no place in a timeline. */
static void tell_timeless(struct hunt *hunt)
{
    long long n = count(hunt, "SELECT count(*) FROM hunt_findings WHERE time IS NULL");

    if (n > 0)
        complain("%lld findings have no time and are left out", n);
}

/* All that was found, in another program's form: the number of findings, negative after complaining. */
static long long print_form(struct hunt *hunt, struct output *output)
{
    char *posture = sqlite3_mprintf(posture_sql, ""), *problems = sqlite3_mprintf(coverage_sql, "");
    char *findings = sqlite3_mprintf(findings_sql, "");
    const struct report_rows rows[] = {
        {"findings", findings}, {"posture", posture}, {"problems", problems}, {0}};
    const struct report report = {hunt->severity,
                                  hunt->since > 0 ? (double)time(NULL) - hunt->since : 0, rows};

    bool done = findings && posture && problems;
    for (int section = 0; done && section < N_SECTIONS; section++)
        done = section == RULES || make_section(hunt, section);
    if (done && !report_write(hunt->db, hunt->form, &report, output->file))
        done = fail(hunt) >= 0;
    if (done && hunt->form == REPORT_TIMESKETCH)
        tell_timeless(hunt);
    sqlite3_free(findings);
    sqlite3_free(posture);
    sqlite3_free(problems);
    return done ? count(hunt, "SELECT count(*) FROM hunt_findings") : -EIO;
}

/* CSV has one header, so it holds the findings only; the rest goes to standard error. */
static long long print_sections(struct hunt *hunt, struct output *output)
{
    long long     findings = 0;
    struct output beside = {.file = stderr, .format = FORMAT_TABLE};

    for (int section = 0; section < N_SECTIONS; section++) {
        if (section == RULES && !hunt->rules)
            continue;
        bool      aside = hunt->format == FORMAT_CSV && section != FINDINGS;
        long long rows = print_section(hunt, aside ? &beside : output, section);
        if (rows < 0)
            return rows;
        if (section <= RULES)
            findings += rows;
    }
    output_answer(output, hunt->db, summary_sql);
    return findings;
}

static int report(struct hunt *hunt, struct output *output)
{
    long long findings = hunt->other_form ? print_form(hunt, output) : print_sections(hunt, output);

    if (findings < 0)
        return EXIT_ERROR;
    int missing = incomplete(hunt);
    if (missing < 0 || report_nothing(hunt) < 0 || !tell_unread(hunt->db, false))
        return EXIT_ERROR;
    return findings ? EXIT_FINDINGS : missing ? EXIT_INCOMPLETE : EXIT_CLEAN;
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
    if (hunt->rules && hunt->other_form)
        return complain("hunt: --rules is for table, json, csv and ndjson");
    if (hunt->follow &&
        (hunt->other_form || (hunt->format != FORMAT_TABLE && hunt->format != FORMAT_NDJSON)))
        return complain("hunt: --follow is for table and ndjson");
    if (!output_open(&output, hunt->format, hunt->path))
        return EXIT_ERROR;
    int status = report(hunt, &output);
    if (hunt->follow && status != EXIT_ERROR)
        status = follow(hunt->db, &output, hunt->severity);
    return output_close(&output) ? status : EXIT_ERROR;
}

int run_hunt(int argc, char **argv)
{
    struct hunt hunt = {.db = open_database(), .severity = "low"};
    int         status = hunt.db ? hunt_with(&hunt, argc, argv) : EXIT_ERROR;

    sqlite3_close(hunt.db);
    return status;
}
