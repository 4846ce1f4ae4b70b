/* launchd_overrides.c -- what launchctl enabled and disabled against the property lists' own word.
 *
 *     SELECT label, domain, datetime(mtime, 'unixepoch') FROM launchd_overrides
 *      WHERE disabled = 0 AND label NOT GLOB 'com.apple.*';
 */
#include "launchd_overrides.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "evidence.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

static const char name[] = "launchd_overrides";

struct override_row {
    const char *host;
    const char *source;
    const char *path;
    int64_t     number;
    const char *label;
    const char *key;
    const char *value;
    int64_t     disabled;
    int64_t     uid;
    const char *domain;
    double      mtime;
    const char *error;
    const char *file;
    const char *root;
};

struct state {
    struct launchd_overrides overrides;
    size_t                   next;
    int64_t                  number; /* of entries of the current file so far */
};

/* Report one file, whose entries are items[first] up to items[end]. */
static int report_file(struct tbl_scan *scan, size_t first, size_t end)
{
    struct state                  *state = tbl_state(scan);
    const struct launchd_override *last = &state->overrides.items[end - 1];
    const char                    *location = tbl_shown(scan, tbl_source(scan)->root, last->path);

    if (!location)
        return SQLITE_NOMEM;
    return svcql_report(tbl_svcql(scan),
                        &(struct report){
                            .table = name,
                            .kind = artefact_name(ARTEFACT_LAUNCHD_OVERRIDES),
                            .host = tbl_source(scan)->host,
                            .location = location,
                            .status = last->status ? source_status_of(last->status) : SOURCE_READ,
                            .records = (int64_t)(end - first) - (last->status != 0),
                            .skipped = last->status != 0,
                            .detail = last->error,
                        });
}

static int report_files(struct tbl_scan *scan)
{
    struct state                  *state = tbl_state(scan);
    const struct launchd_override *items = state->overrides.items;
    size_t                         n = state->overrides.n, first = 0;
    int                            rc = SQLITE_OK;

    for (size_t i = 1; rc == SQLITE_OK && i <= n; i++) {
        if (i < n && strcmp(items[i].path, items[first].path) == 0)
            continue;
        rc = report_file(scan, first, i);
        first = i;
    }
    return rc;
}

static int open_source(struct tbl_scan *scan)
{
    struct state        *state = tbl_state(scan);
    const struct source *source = tbl_source(scan);
    bool                 one = *source->path;

    state->next = 0;
    int r = one ? launchd_overrides_load_file(source->root, source->path, &state->overrides)
                : launchd_overrides_load(source->root, &state->overrides);
    if (r < 0)
        return r;
    int rc = one ? SQLITE_OK : launchd_overrides_listed(scan, &state->overrides);
    rc = rc == SQLITE_OK ? report_files(scan) : rc;
    return rc == SQLITE_OK ? 0 : -ENOMEM;
}

/* Files are reported one by one; of a root, how many entries they gave. */
static void report_source(struct tbl_scan *scan, struct report *report)
{
    const struct state *state = tbl_state(scan);
    int64_t             n = (int64_t)state->overrides.n;

    if (*tbl_source(scan)->path)
        report->location = NULL;
    if (report->status != SOURCE_READ)
        return;
    report->records = n;
    report->status = n ? SOURCE_READ : SOURCE_ABSENT;
    report->detail = n ? NULL : "launchctl overrides nothing";
}

static int fill(struct tbl_scan *scan, struct override_row *row,
                const struct launchd_override *item)
{
    struct state *state = tbl_state(scan);

    row->host = tbl_source(scan)->host;
    row->path = item->path;
    row->source = tbl_shown(scan, tbl_source(scan)->root, item->path);
    row->number = state->number;
    row->label = item->label;
    row->key = item->key;
    row->value = item->value;
    row->disabled = item->disabled;
    row->uid = item->uid < 0 ? TBL_NULL : item->uid;
    row->domain = item->uid < 0 ? "system" : tbl_printf(scan, "user/%lld", (long long)item->uid);
    row->mtime = item->mtime;
    row->error = item->error;
    return row->source && row->domain ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next_record(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);

    if (state->next == state->overrides.n)
        return SQLITE_DONE;
    const struct launchd_override *item = &state->overrides.items[state->next];
    bool                           first = !state->next || strcmp(item[-1].path, item->path) != 0;
    state->number = first ? 1 : state->number + 1;
    state->next++;
    return fill(scan, row, item);
}

static void close_source(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    launchd_overrides_free(&state->overrides);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct override_row, host, TBL_KEY, "Host the file belongs to"),
    TBL_COL(struct override_row, source, TBL_KEY | TBL_ID, "Path of the file in the evidence"),
    TBL_COL(struct override_row, path, 0, "Path of the file on its host"),
    TBL_COL(struct override_row, number, TBL_ID, "Place of the entry in its file, from 1"),
    TBL_COL(struct override_row, label, 0, "Label of the job; NULL where the file cannot be read"),
    TBL_COL(struct override_row, key, 0, "Key that is overridden, mostly Disabled"),
    TBL_COL(struct override_row, value, 0, "Its value, as JSON"),
    TBL_COL(struct override_row, disabled, 0,
            "1 where the job is disabled, 0 where it is enabled, NULL for other keys"),
    TBL_COL(struct override_row, uid, 0,
            "User whose launchd it concerns; NULL for the system's launchd"),
    TBL_COL(struct override_row, domain, 0, "The same as launchctl names it: system or user/UID"),
    TBL_COL(struct override_row, mtime, 0, "Last change of the file, seconds since the epoch, UTC"),
    TBL_COL(struct override_row, error, 0, "Why the file, or the rest of it, could not be read"),
    TBL_COL(struct override_row, file, TBL_KEY | TBL_HIDDEN,
            "File, folder or pattern to read instead of the evidence"),
    TBL_COL(struct override_row, root, TBL_KEY | TBL_HIDDEN,
            "Root file system to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"Jobs that someone enabled or disabled by hand, newest file first",
     "SELECT host, domain, label, disabled, datetime(mtime, 'unixepoch') AS changed "
     "FROM launchd_overrides WHERE label NOT GLOB 'com.apple.*' ORDER BY mtime DESC"},
    {"Apple's own jobs that are switched off", "SELECT host, label, domain FROM launchd_overrides "
                                               "WHERE disabled AND label GLOB 'com.apple.*'"},
};

static const struct tbl_source_table sources = {
    .open_file = open_source,
    .next_record = next_record,
    .report_file = report_source,
    .close_file = close_source,
};

const struct tbl_table launchd_overrides_table = {
    .name = name,
    .doc = "What launchctl enable and disable wrote down, of the system and of each user",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct override_row),
    .state_size = sizeof(struct state),
    .rows = 100,
    .artefacts = 1u << ARTEFACT_MACOS_ROOT | 1u << ARTEFACT_LAUNCHD_OVERRIDES,
    .sources = &sources,
};
