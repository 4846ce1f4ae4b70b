/* sources.c -- the sources of a scan, for tables: how it begins, continues and fails. */
#include <errno.h>
#include <string.h>

#include "registry.h"
#include "scan.h"

SQLITE_EXTENSION_INIT3

/* The kinds of artefact of a set, in words: "event_log, event_json". */
static char *names_of(unsigned artefacts)
{
    sqlite3_str *text = sqlite3_str_new(NULL);

    for (unsigned a = 0; a < ARTEFACT_COUNT; a++)
        if (artefacts & 1u << a)
            sqlite3_str_appendf(text, "%s%s", sqlite3_str_length(text) ? ", " : "",
                                artefact_name((enum artefact)a));
    return sqlite3_str_finish(text);
}

/* A pattern that no file fits, or a folder without a file that the table reads, is an error: an
 * empty result would look like an answer. */
static int fail_empty(struct tbl_scan *scan, const struct sources_want *want)
{
    const char *table = tbl_name(scan);

    if (strpbrk(want->path, "*?["))
        return tbl_fail(scan, "%s: no file fits %s", table, want->path);
    char *names = names_of(want->artefacts);
    int   rc = names ? tbl_fail(scan, "%s: %s: no file of a kind that this table reads: %s", table,
                                want->path, names)
                     : SQLITE_NOMEM;
    sqlite3_free(names);
    return rc;
}

static int sources_error(struct tbl_scan *scan, int negative_errno, const struct sources_want *want)
{
    const char *what = want->path     ? want->path
                       : want->source ? want->source
                       : want->root   ? want->root
                                      : "evidence";

    if (negative_errno == -ENODATA && want->path)
        return fail_empty(scan, want);
    return tbl_error(scan, negative_errno, what);
}

int tbl_sources_begin(struct tbl_scan *scan, struct sources *sources,
                      const struct sources_want *want)
{
    int r = sources_begin(sources, tbl_svcql(scan), want);

    return r < 0 ? sources_error(scan, r, want) : SQLITE_OK;
}

int tbl_sources_next(struct tbl_scan *scan, struct sources *sources, struct source *ret)
{
    int r = sources_next(sources, ret);

    return r > 0 ? SQLITE_ROW : r < 0 ? tbl_error(scan, r, "evidence") : SQLITE_DONE;
}

char *tbl_shown(struct tbl_scan *scan, const struct root *root, const char *path)
{
    char shown[2 * ROOT_PATH_MAX];

    root_shown(root, path, shown);
    return tbl_strndup(scan, shown, strlen(shown));
}

/* Tables with sources --------------------------------------------------------- */

const struct source *tbl_source(const struct tbl_scan *scan)
{
    return &scan->source;
}

/* The text that the query requires of a column; NULL where there is no such column or term. */
static const char *text_of_key(const struct tbl_scan *scan, const char *name, bool hidden)
{
    const struct tbl_table *table = scan_table(scan);

    for (size_t c = 0; c < table->n_columns; c++) {
        const struct tbl_column *column = &table->columns[c];
        if (!column->get && column->type == TBL_TEXT && strcmp(column->name, name) == 0 &&
            (column->flags & TBL_KEY) && !(column->flags & TBL_HIDDEN) == !hidden)
            return *(const char *const *)scan_field(scan->key, column);
    }
    return NULL;
}

/* The sources that the query leaves of the table's. */
static struct sources_want want_of(struct tbl_scan *scan)
{
    const struct tbl_table *table = scan_table(scan);
    const char             *file = text_of_key(scan, "file", true);
    struct sources_want     want = {.artefacts = tbl_artefacts(table),
                                    .host = text_of_key(scan, "host", false),
                                    .path = file ? file : text_of_key(scan, "path", true),
                                    .source = text_of_key(scan, "source", false),
                                    .root = text_of_key(scan, "root", true)};

    if (table->sources->want)
        table->sources->want(scan, &want);
    return want;
}

int scan_sources_begin(struct tbl_scan *scan)
{
    const struct sources_want want = want_of(scan);

    return tbl_sources_begin(scan, &scan->sources, &want);
}

int tbl_each_source(struct tbl_scan *scan, tbl_source_fn *each, void *arg)
{
    const struct sources_want want = want_of(scan);
    struct sources            sources = {0};
    struct source             source;
    int                       stop = SQLITE_OK;

    int rc = tbl_sources_begin(scan, &sources, &want);
    while (rc == SQLITE_OK && stop == SQLITE_OK) {
        rc = tbl_sources_next(scan, &sources, &source);
        stop = rc == SQLITE_ROW ? each(&source, arg) : SQLITE_OK;
        rc = rc == SQLITE_ROW ? SQLITE_OK : rc;
    }
    sources_end(&sources);
    return rc == SQLITE_OK || rc == SQLITE_DONE ? stop : rc;
}

static int report_file(struct tbl_scan *scan, int error)
{
    const struct tbl_source_table *sources = scan_table(scan)->sources;
    struct report                  report = {.table = tbl_name(scan),
                                             .kind = artefact_name(scan->source.artefact),
                                             .host = scan->source.host,
                                             .location = scan->source.shown,
                                             .status = error ? source_status_of(error) : SOURCE_READ,
                                             .records = scan->file_open ? scan->records : TBL_NULL,
                                             .detail = error ? source_error(error) : NULL};

    if (sources->report_file)
        sources->report_file(scan, &report);
    return report.location ? svcql_report(tbl_svcql(scan), &report) : SQLITE_OK;
}

/* Report the file that is open, or that could not be opened, and close it. */
static int leave_file(struct tbl_scan *scan, int error)
{
    const struct tbl_source_table *sources = scan_table(scan)->sources;
    int                            rc = SQLITE_OK;

    if (scan->file_open || error)
        rc = report_file(scan, error);
    if (sources->close_file)
        sources->close_file(scan);
    scan->in_file = scan->file_open = false;
    return rc;
}

/* Go on to the next source: SQLITE_ROW with it open, SQLITE_OK where it has no rows, SQLITE_DONE
 * after the last, or an error. */
static int enter_file(struct tbl_scan *scan)
{
    int rc = tbl_sources_next(scan, &scan->sources, &scan->source);
    if (rc != SQLITE_ROW)
        return rc;

    scan->in_file = true;
    scan->records = 0;
    input_source(0);
    int r = scan_table(scan)->sources->open_file(scan);
    if (r < 0 && *scan->source.path && !scan->source.named)
        r = root_gone(scan->source.root, scan->source.path, r);
    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    scan->file_open = r == 0;
    return r == 0 ? SQLITE_ROW : leave_file(scan, r < 0 ? r : 0);
}

int scan_sources_next(struct tbl_scan *scan, void *row)
{
    for (;;) {
        int rc = scan->in_file ? SQLITE_ROW : enter_file(scan);
        if (rc == SQLITE_OK)
            continue;
        if (rc != SQLITE_ROW)
            return rc;
        rc = input_over_budget() ? -EDQUOT : scan_table(scan)->sources->next_record(scan, row);
        scan->records += rc == SQLITE_ROW;
        if (rc == -ENOMEM)
            return SQLITE_NOMEM;
        if (rc > 0 && rc != SQLITE_DONE)
            return rc;
        if (rc != SQLITE_OK && (rc = leave_file(scan, rc < 0 ? rc : 0)) != SQLITE_OK)
            return rc;
    }
}

void scan_sources_end(struct tbl_scan *scan)
{
    if (scan->in_file)
        leave_file(scan, 0);
    sources_end(&scan->sources);
}
