#!/bin/sh
# new-table.sh NAME: a table to start from, that works as it is: the lines of /etc/NAME of each host.
# Writes tables/linux/NAME.c and tests/check_NAME.c and enters NAME in ext/tables.list.h.
set -eu
name=${1:-}
case $name in
'' | *[!a-z0-9_]* | [!a-z]*) echo "usage: make new-table NAME=lower_case_name" >&2; exit 2 ;;
esac
table=tables/linux/$name.c test=tests/check_$name.c
if [ -e "$table" ] || [ -e "$test" ] || grep -q "^TABLE($name)\$" ext/tables.list.h; then
    echo "$name is already a table" >&2
    exit 1
fi

sed "s/NAME/$name/g" >"$table" <<'C'
/* NAME.c -- the lines of /etc/NAME.
 *
 *     SELECT host, line, text FROM NAME;
 */
#include <string.h>

#include "evidence.h"
#include "place_files.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

/* A row. What a field is called, a column is called. */
struct line_row {
    const char *text;
    int64_t     line;
    const char *host;
    const char *source;
    const char *root;
};

/* A scan, all zero when it is opened. */
struct state {
    struct place_files files;
    int64_t            line;
};

static const struct place_of_files places[] = {{.path = "/etc/NAME"}};

static int begin_file(struct tbl_scan *scan, void *row)
{
    (void)row;
    ((struct state *)tbl_state(scan))->line = 0;
    return SQLITE_OK;
}

/* A row of the file: SQLITE_ROW, SQLITE_DONE at its end, or an error. */
static int next_record(struct tbl_scan *scan, void *out)
{
    struct state    *state = tbl_state(scan);
    struct line_row *row = out;
    char            *text;
    size_t           size;
    int              rc = place_files_line(&state->files, &text, &size);

    if (rc != SQLITE_ROW)
        return rc;
    state->files.records++;
    row->text = tbl_utf8(scan, text, size); /* lives until the next row */
    row->line = ++state->line;
    row->host = state->files.source.host;
    row->source = state->files.shown;
    return row->text ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next(struct tbl_scan *scan, void *row)
{
    return place_files_row(&((struct state *)tbl_state(scan))->files, row);
}

static int open_scan(struct tbl_scan *scan)
{
    struct state          *state = tbl_state(scan);
    const struct line_row *key = tbl_key(scan); /* what = fixes in the query */

    state->files = (struct place_files){.scan = scan,
                                        .kind = "NAME",
                                        .places = places,
                                        .n_places = TBL_COUNT(places),
                                        .by_line = true,
                                        .begin_file = begin_file,
                                        .next_record = next_record};
    return place_files_begin(&state->files,
                             &(struct sources_want){.artefacts = 1u << ARTEFACT_LINUX_ROOT,
                                                    .host = key->host,
                                                    .root = key->root});
}

static void close_scan(struct tbl_scan *scan)
{
    place_files_end(&((struct state *)tbl_state(scan))->files);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct line_row, text, 0, "The line"),
    TBL_COL(struct line_row, line, TBL_ID, "Line of the file, from 1"),
    TBL_COL(struct line_row, host, TBL_KEY, "Host that the file is of"),
    TBL_COL(struct line_row, source, TBL_ID, "Path of the file in the evidence"),
    TBL_COL(struct line_row, root, TBL_KEY | TBL_HIDDEN, "Root directory to read below"),
};

static const struct tbl_example examples[] = {
    {"Lines that are not comments", "SELECT host, text FROM NAME WHERE text NOT LIKE '#%'"},
};

const struct tbl_table NAME_table = {
    .name = "NAME",
    .doc = "Lines of /etc/NAME",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct line_row),
    .state_size = sizeof(struct state),
    .rows = 20,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT,
    .places = (const char *const[]){"/etc/NAME", NULL},
    .places_kind = "NAME",
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
C

sed "s/NAME/$name/g" >"$test" <<'C'
/* check_NAME.c -- the table NAME. */
#include "harness.h"

START_TEST(each_line_is_a_row_and_the_file_is_reported)
{
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();

    harness_write_text(root, "etc/NAME", "one\n\nthree\n");
    harness_expect(db, "1|one\n2|\n3|three", "SELECT line, text FROM NAME('%s')", root);
    harness_expect(db, "read|3",
                   "SELECT status, records FROM evidence_sources WHERE table_name = 'NAME' AND "
                   "location = '%s/etc/NAME'",
                   root);
    harness_close(db);
}
END_TEST

Suite *make_NAME_suite(void)
{
    Suite *suite = suite_create("NAME");
    TCase *tcase = tcase_create("NAME");

    tcase_add_test(tcase, each_line_is_a_row_and_the_file_is_reported);
    suite_add_tcase(suite, tcase);
    return suite;
}
C

echo "TABLE($name)" >>ext/tables.list.h
echo "wrote $table and $test; next: make check-fast SUITE='$name frame'"
