/* launchd_overrides.c -- what launchctl enabled and disabled against the property lists' own word.
 *
 *     SELECT label, domain, datetime(mtime, 'unixepoch') FROM launchd_overrides
 *      WHERE disabled = 0 AND label NOT GLOB 'com.apple.*';
 */
#include "launchd_overrides.h"

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
    struct sources           sources;
    struct source            source;
    struct launchd_overrides overrides;
    size_t                   next;
    int64_t                  number; /* of entries of the current file so far */
};

static int open_scan(struct tbl_scan *scan)
{
    struct state              *state = tbl_state(scan);
    const struct override_row *key = tbl_key(scan);

    return tbl_sources_begin(
        scan, &state->sources,
        &(struct sources_want){
            .artefacts = 1u << ARTEFACT_MACOS_ROOT | 1u << ARTEFACT_LAUNCHD_OVERRIDES,
            .host = key->host,
            .path = key->file,
            .source = key->source,
            .root = key->root,
        });
}

/* Report one file, whose entries are items[first] up to items[end]. */
static int report_file(struct tbl_scan *scan, size_t first, size_t end)
{
    struct state                  *state = tbl_state(scan);
    const struct launchd_override *last = &state->overrides.items[end - 1];
    const char                    *location = tbl_shown(scan, state->source.root, last->path);

    if (!location)
        return SQLITE_NOMEM;
    return svcql_report(tbl_svcql(scan),
                        &(struct report){
                            .table = name,
                            .kind = artefact_name(ARTEFACT_LAUNCHD_OVERRIDES),
                            .host = state->source.host,
                            .location = location,
                            .status = last->status ? source_status_of(last->status) : SOURCE_READ,
                            .records = (int64_t)(end - first) - (last->status != 0),
                            .skipped = last->status != 0,
                            .detail = last->error,
                        });
}

/* Report a root: how many entries its files gave. */
static int report_root(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);
    int64_t       n = (int64_t)state->overrides.n;

    return svcql_report(tbl_svcql(scan), &(struct report){
                                             .table = name,
                                             .kind = artefact_name(state->source.artefact),
                                             .host = state->source.host,
                                             .location = state->source.shown,
                                             .status = n ? SOURCE_READ : SOURCE_ABSENT,
                                             .records = n,
                                             .detail = n ? NULL : "launchctl overrides nothing",
                                         });
}

static int report_files(struct tbl_scan *scan)
{
    struct state                  *state = tbl_state(scan);
    const struct launchd_override *items = state->overrides.items;
    size_t                         n = state->overrides.n, first = 0;
    int                            rc = *state->source.path ? SQLITE_OK : report_root(scan);

    for (size_t i = 1; rc == SQLITE_OK && i <= n; i++) {
        if (i < n && strcmp(items[i].path, items[first].path) == 0)
            continue;
        rc = report_file(scan, first, i);
        first = i;
    }
    return rc;
}

/* Load the overrides of the next source: 1, 0 at the end, or negative. */
static int next_source(struct state *state)
{
    launchd_overrides_free(&state->overrides);
    state->next = 0;
    int r = sources_next(&state->sources, &state->source);
    if (r <= 0)
        return r;
    r = *state->source.path
            ? launchd_overrides_load_file(state->source.root, state->source.path, &state->overrides)
            : launchd_overrides_load(state->source.root, &state->overrides);
    return r < 0 ? r : 1;
}

static int fill(struct tbl_scan *scan, struct override_row *row,
                const struct launchd_override *item)
{
    struct state *state = tbl_state(scan);

    row->host = state->source.host;
    row->path = item->path;
    row->source = tbl_shown(scan, state->source.root, item->path);
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

static int next(struct tbl_scan *scan, void *out)
{
    struct state *state = tbl_state(scan);

    while (state->next == state->overrides.n) {
        int r = next_source(state);
        if (r <= 0)
            return r < 0 ? tbl_error(scan, r, "overrides") : SQLITE_DONE;
        int rc = report_files(scan);
        if (rc != SQLITE_OK)
            return rc;
    }
    const struct launchd_override *item = &state->overrides.items[state->next];
    bool                           first = !state->next || strcmp(item[-1].path, item->path) != 0;
    state->number = first ? 1 : state->number + 1;
    state->next++;
    return fill(scan, out, item);
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    launchd_overrides_free(&state->overrides);
    sources_end(&state->sources);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct override_row, host, TBL_KEY, "Host the file belongs to"),
    TBL_COL(struct override_row, source, TBL_KEY | TBL_ID, "File, where it lies now"),
    TBL_COL(struct override_row, path, 0, "File, where it lay on its host"),
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
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
