/* svcql_rules.c -- other people's detection rules, run over the logs in one pass.
 *
 *     SELECT rule, level, host, datetime(time, 'unixepoch'), subject FROM svcql_rules('/etc/rules');
 *     SELECT file, line, rule, error FROM svcql_rules('/etc/rules') WHERE status = 'error';
 *
 * Rules of Sigma run as they are, in YAML (rules_sigma.c), and converted to SQL (rules_sql.c). Each
 * form reads the logs once for all its rules.
 */
#include <string.h>

#include "rule_files.h"
#include "rules_scan.h"

SQLITE_EXTENSION_INIT3

static int read_file(struct tbl_scan *scan, const struct root *root, const char *path,
                     const char *name)
{
    switch (rule_form_of(name)) {
    case RULE_YAML:
        return sigma_rules_read(scan, root, path, name);
    default:
        return sql_rules_read(scan, root, path, name);
    }
}

static int open_scan(struct tbl_scan *scan)
{
    struct rules_scan      *state = tbl_state(scan);
    const struct match_row *key = tbl_key(scan);
    const char             *logs = key->logs ? key->logs : "logs";

    state->svcql = tbl_svcql(scan);
    state->path = key->path;
    int rc = rule_files_each(scan, key->path, read_file);
    if (rc == SQLITE_OK)
        rc = sigma_rules_begin(scan, logs);
    return rc == SQLITE_OK ? sql_rules_begin(scan, logs) : rc;
}

static void close_scan(struct tbl_scan *scan)
{
    struct rules_scan *state = tbl_state(scan);

    sigma_rules_free(&state->sigma);
    sql_rules_free(&state->sql);
}

static int next(struct tbl_scan *scan, void *row)
{
    int rc = sigma_rules_next(scan, row);

    return rc == SQLITE_DONE ? sql_rules_next(scan, row) : rc;
}

static const struct tbl_column columns[] = {
    TBL_COL(struct match_row, rule, 0, "Title of the rule"),
    TBL_COL(struct match_row, id, 0, "Its id"),
    TBL_COL(struct match_row, level, 0, "Its level: informational, low, medium, high, critical"),
    TBL_COL(struct match_row, technique, 0,
            "ATT&CK techniques among its tags, separated by commas"),
    TBL_COL(struct match_row, tags, 0, "Its tags, separated by commas"),
    TBL_COL(struct match_row, host, 0, "Host of the event that it matched"),
    TBL_COL(struct match_row, time, TBL_RANGE, "When that happened, seconds since the epoch, UTC"),
    TBL_COL(
        struct match_row, subject, 0,
        "What the event is about: a command line, service, path, key or address; of rules in YAML"),
    TBL_COL(
        struct match_row, row, 0,
        "The event as a JSON object: all its fields; of a rule in SQL the columns that the rules "
        "read, empty ones left out, and all its fields in the log as data"),
    TBL_COL(struct match_row, source, 0, "Log that the event is in"),
    TBL_COL(struct match_row, record, 0, "Its identity in that log"),
    TBL_COL(struct match_row, file, 0, "File of the rule"),
    TBL_COL(struct match_row, line, 0,
            "Line in that file: of the rule, or of what is wrong with it; NULL of a rule in SQL"),
    TBL_COL(
        struct match_row, status, 0,
        "What the row says: match; error: the rule, or its file, could not be used; no log: "
        "nothing "
        "read here has its log source; no value: a placeholder is not in sigma_placeholders; slow: "
        "it was given up"),
    TBL_COL(struct match_row, error, 0, "Why it is no match, in words; NULL of a match"),
    TBL_COL(struct match_row, number, TBL_ID, "Number of the rule, over all files"),
    TBL_COL(struct match_row, match, TBL_ID, "Number of the match among the rule's, from 0"),
    TBL_COL(struct match_row, path, TBL_KEY | TBL_NEEDED | TBL_HIDDEN,
            "File, folder or pattern (*) of rules: .yml, .yaml, .sql and .json"),
    TBL_COL(struct match_row, logs, TBL_KEY | TBL_HIDDEN,
            "View that gives the events: logs, logs_windows, logs_linux or logs_macos"),
};

static const struct tbl_example examples[] = {
    {"What the rules of a folder match",
     "SELECT rule, level, host, subject, row FROM svcql_rules('/etc/svcql/rules')"},
    {"Rules that cannot run, and why",
     "SELECT file, line, rule, error FROM svcql_rules('/etc/svcql/rules') WHERE status = 'error'"},
};

const struct tbl_table svcql_rules_table = {
    .name = "svcql_rules",
    .doc = "Sigma rules, in YAML or converted to SQL as pySigma's sqlite backend does, run over "
           "the logs: "
           "a row a match, a row with an error for each rule that cannot run",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct match_row),
    .state_size = sizeof(struct rules_scan),
    .rows = 1000,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
