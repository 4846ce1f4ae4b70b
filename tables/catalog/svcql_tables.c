/* svcql_tables.c -- every table, view, list and function of the extension.
 *
 *     SELECT name, description FROM svcql_tables WHERE kind = 'analytics';
 */
#include <ctype.h>
#include <string.h>

#include "functions.h"
#include "table/registry.h"
#include "views.h"

SQLITE_EXTENSION_INIT3

struct catalog_row {
    const char *name;
    const char *kind;
    const char *description;
    const char *examples;
    const char *severity;
    const char *attack;
    const char *why;
    const char *false_positives;
    const char *sources;
    int64_t     scans;
};

struct state {
    size_t table, view, function;
};

static const char *joined_examples(struct tbl_scan *scan, const struct tbl_table *table)
{
    const char *text = "";

    for (size_t i = 0; text && i < table->n_examples; i++)
        text = tbl_printf(scan, "%s%s-- %s\n%s;", text, i ? "\n" : "", table->examples[i].title,
                          table->examples[i].sql);
    return text;
}

/* A header's text on one line: comment dashes and runs of blanks become one space. */
static const char *header(struct tbl_scan *scan, const struct embedded_view *view, const char *word)
{
    size_t      size, n = 0;
    const char *text = view_header(view, word, &size);
    char       *line = text ? tbl_strndup(scan, text, size) : NULL;

    for (size_t i = 0; line && i < size; i++) {
        bool blank = isspace((unsigned char)text[i]);
        if (blank && strncmp(text + i, "\n--", 3) == 0)
            i += 2;
        if (!blank)
            line[n++] = text[i];
        else if (n && line[n - 1] != ' ')
            line[n++] = ' ';
    }
    if (line)
        line[n] = '\0';
    return line;
}

static const char *view_examples(struct tbl_scan *scan, const struct embedded_view *view)
{
    const char *begin = strstr(view->sql, "\n--   SELECT");
    const char *sql = begin ? strstr(begin, "SELECT") : NULL;
    const char *end = sql ? strchr(sql, ';') : NULL;

    return end ? tbl_printf(scan, "%.*s", (int)(end + 1 - sql), sql) : NULL;
}

static void fill_view(struct tbl_scan *scan, struct catalog_row *row,
                      const struct embedded_view *view)
{
    row->name = view->name;
    row->kind = view->room;
    row->description = header(scan, view, view->name);
    row->examples = view_examples(scan, view);
    row->severity = header(scan, view, "severity");
    row->attack = header(scan, view, "attack");
    row->why = header(scan, view, "why");
    row->false_positives = header(scan, view, "false positives");
    row->sources = header(scan, view, "sources");
}

static int next(struct tbl_scan *scan, void *out)
{
    struct state           *state = tbl_state(scan);
    struct catalog_row     *row = out;
    const struct tbl_table *table = tbl_at(tbl_svcql(scan), state->table);

    if (table) {
        row->scans = tbl_scans(tbl_svcql(scan), state->table++);
        row->name = table->name;
        row->kind = "table";
        row->description = table->doc;
        row->examples = joined_examples(scan, table);
        return SQLITE_ROW;
    }
    if (embedded_views[state->view].name) {
        fill_view(scan, row, &embedded_views[state->view++]);
        return SQLITE_ROW;
    }
    if (function_docs[state->function].name) {
        const struct function_doc *function = &function_docs[state->function++];
        row->name = function->name;
        row->kind = "function";
        row->description = function->doc;
        row->examples = function->example;
        return SQLITE_ROW;
    }
    return SQLITE_DONE;
}

static const struct tbl_column columns[] = {
    TBL_COL(struct catalog_row, name, TBL_ID, "Name, or call of a function"),
    TBL_COL(struct catalog_row, kind, TBL_ID,
            "table, function, or the room of a view: lists, normalize, analytics, posture, compat"),
    TBL_COL(struct catalog_row, description, 0, "What it shows"),
    TBL_COL(struct catalog_row, examples, 0, "Queries worth running"),
    TBL_COL(struct catalog_row, severity, 0, "Of an analytic: how its findings are graded"),
    TBL_COL(struct catalog_row, attack, 0, "Of an analytic: ATT&CK techniques and data component"),
    TBL_COL(struct catalog_row, why, 0, "Of an analytic: what an adversary gains by it"),
    TBL_COL(struct catalog_row, false_positives, 0,
            "Of an analytic: ordinary cases that look like it"),
    TBL_COL(struct catalog_row, sources, 0, "Of a view: the tables it reads"),
    TBL_COL(struct catalog_row, scans, 0, "Of a table: how often this connection has scanned it"),
};

static const struct tbl_example examples[] = {
    {"The catalogue", "SELECT kind, name, description FROM svcql_tables"},
};

const struct tbl_table svcql_tables_table = {
    .name = "svcql_tables",
    .doc = "The catalogue: every table, view, list and function of the extension",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct catalog_row),
    .state_size = sizeof(struct state),
    .rows = 80,
    .next = next,
};
