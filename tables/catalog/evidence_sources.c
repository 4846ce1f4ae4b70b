/* evidence_sources.c -- the status of every file, bus and folder that the tables read.
 *
 *     SELECT * FROM evidence_sources WHERE status NOT IN ('read', 'ready') OR skipped > 0;
 */
#include "evidence/probe.h"
#include "evidence/reports.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

struct source_row {
    const char *source;
    const char *table_name;
    const char *kind;
    const char *host;
    const char *location;
    const char *status;
    int64_t     records;
    int64_t     skipped;
    const char *detail;
};

struct state {
    const struct report_entry *next;
};

static int open_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);
    struct svcql *svcql = tbl_svcql(scan);

    int rc = svcql_probe(svcql);
    state->next = reports_first(svcql);
    return rc;
}

static const char *const status_names[] = {
    [SOURCE_READ] = "read",     [SOURCE_READY] = "ready",     [SOURCE_ABSENT] = "absent",
    [SOURCE_DENIED] = "denied", [SOURCE_DAMAGED] = "damaged", [SOURCE_UNKNOWN] = "unknown",
};

static int next(struct tbl_scan *scan, void *out)
{
    struct state      *state = tbl_state(scan);
    struct source_row *row = out;

    while (state->next && report_is_stale(tbl_svcql(scan), &state->next->report))
        state->next = state->next->next;
    if (!state->next)
        return SQLITE_DONE;
    const struct report *report = &state->next->report;
    state->next = state->next->next;
    *row = (struct source_row){.source = report->location,
                               .table_name = report->table,
                               .kind = report->kind,
                               .host = report->host,
                               .location = report->location,
                               .status = status_names[report->status],
                               .records = report->records,
                               .skipped = report->skipped,
                               .detail = report->detail};
    return SQLITE_ROW;
}

static const struct tbl_column columns[] = {
    TBL_COL(struct source_row, source, TBL_ID, "File, folder or bus, as the tables' column source"),
    TBL_COL(struct source_row, table_name, TBL_ID, "Table that reads it"),
    TBL_COL(struct source_row, kind, 0, "Kind of artefact"),
    TBL_COL(struct source_row, host, 0, "Host it belongs to"),
    TBL_COL(struct source_row, location, 0, "Where it is"),
    TBL_COL(
        struct source_row, status, 0,
        "read; ready: can be read, but no query has read it yet; absent; denied; damaged; unknown: "
        "a file of the evidence that no table reads, or a location with nothing that a table "
        "reads"),
    TBL_COL(struct source_row, records, 0,
            "Records read by the newest query; NULL before the first"),
    TBL_COL(struct source_row, skipped, 0,
            "Records lost to damage or limits, counted, not returned"),
    TBL_COL(struct source_row, detail, 0, "Why, in words"),
};

static const struct tbl_example examples[] = {
    {"Sources that could not be read completely",
     "SELECT table_name, location, status, skipped, detail FROM evidence_sources "
     "WHERE status IN ('denied', 'damaged') OR skipped > 0"},
    {"Records of each source", "SELECT kind, location, status, records FROM evidence_sources"},
};

const struct tbl_table evidence_sources_table = {
    .name = "evidence_sources",
    .doc = "Every source of every table: read, ready, absent, denied or damaged, and how much was "
           "lost; files that no table reads",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct source_row),
    .state_size = sizeof(struct state),
    .rows = 50,
    .open = open_scan,
    .next = next,
};
