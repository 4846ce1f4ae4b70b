/* registry.c -- every key and value of the registry hives of the evidence, deleted ones too.
 *
 *     SELECT path, data, datetime FROM registry
 *      WHERE key = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Run';
 *
 * Columns and paths are osquery's: a row of type "subkey" for each key, one for each value. What
 * the WHERE clause says of `key` and `path` (=, IN, GLOB 'x*', LIKE 'x%') decides where the walk
 * begins and how deep it goes. CurrentControlSet, which no hive on disk has, is the control set in
 * use where a query names it, in full, by =, IN, GLOB or LIKE.
 *
 * Rows with deleted = 1 come from cells that the tree does not reach. Looking for them takes a walk
 * of every key of the hive; `deleted = 0` saves it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "registry_targets.h"

SQLITE_EXTENSION_INIT3

struct registry {
    const char *key;
    const char *path;
    const char *name;
    const char *type;
    int64_t     mtime;
    double      time;
    const char *hive;
    const char *host;
    const char *source;
    bool        deleted;
    bool        recovered;
    const char *copy;
    int64_t     size;
    int64_t     cell;
    int64_t     key_cell;
    const char *file;

    struct hive_value value; /* of a value's row, for the lazy columns */
    struct hive_key   node;  /* of a key's row */
    bool              is_key;
};

enum stage { STAGE_END, STAGE_TARGETS, STAGE_WALK, STAGE_LOST_KEYS, STAGE_LOST_VALUES };

struct state {
    struct hive_file file;
    enum stage       stage;

    const struct tbl_terms *keys, *paths, *deleted, *times;

    struct registry_targets       targets;
    size_t                        next_target;
    const struct registry_target *target; /* that is being walked */
    bool                          inside; /* whether the walk is at it or below */
    size_t                        base;   /* level of the walk at which it is */

    struct hive_walk   walk;
    struct hive_marks  seen;
    struct hive_scan   scan;
    struct hive_key    key; /* the current one, and what is left of its values */
    struct hive_values values;
    struct buffer      path;          /* of a lost key */
    bool               values_marked; /* `seen` has the values of the tree, not only its keys */
    bool               lost;          /* the current key was found by the scan */
    uint64_t           damage;        /* records of the tree that could not be read */
    struct buffer      scratch, text;
};

/* Rows -------------------------------------------------------------------------- */

static bool in_time(const struct state *state, const struct hive_key *key)
{
    return tbl_match_real(state->times, hive_time(key->written));
}

static void fill_common(struct tbl_scan *scan, struct state *state, struct registry *row)
{
    const struct registry  *query = tbl_key(scan);
    const struct source    *source = tbl_source(scan);
    const struct hive_file *file = &state->file;
    const char             *slash = strrchr(source->path, file->hive.live ? '\\' : '/');
    double                  time = hive_time(state->key.written);

    *row = (struct registry){
        .mtime = isnan(time) ? TBL_NULL : (int64_t)floor(time),
        .time = time,
        .hive = slash ? slash + 1 : source->path,
        .host = file->host.data,
        .source = source->shown,
        .deleted = state->lost,
        .recovered = file->hive.recovered,
        .copy = source->copy,
        .file = query->file,
        .size = TBL_NULL,
    };
}

/* Cells of a running registry are made as it is read, so that two scans have others. */
static int64_t cell_of(const struct state *state, uint32_t cell)
{
    return state->file.hive.live ? TBL_NULL : cell;
}

/* Fill the row of the current key, whose path is `path`. */
static int fill_key(struct tbl_scan *scan, struct state *state, const struct buffer *path,
                    struct registry *row)
{
    size_t parent = registry_parent_size(path->data, path->size);

    fill_common(scan, state, row);
    row->is_key = true;
    row->node = state->key;
    row->key = tbl_strndup(scan, path->data, parent);
    row->path = tbl_strndup(scan, path->data, path->size);
    row->type = "subkey";
    row->cell = cell_of(state, state->key.cell);
    row->key_cell = cell_of(state, state->key.parent);
    if (!row->key || !row->path)
        return SQLITE_NOMEM;
    row->name = row->path + (parent ? parent + 1 : path->data[0] == '\\');
    return SQLITE_ROW;
}

static const char *type_of(struct tbl_scan *scan, uint32_t type)
{
    const char *name = hive_type_name(type);

    return name ? name : tbl_printf(scan, "0x%x", type);
}

/* Fill the row of a value of the current key; `path` is NULL for one whose key is not known. */
static int fill_value(struct tbl_scan *scan, struct state *state, const struct hive_value *value,
                      const struct buffer *path, struct registry *row)
{
    struct buffer *text = &state->text;

    fill_common(scan, state, row);
    buffer_reset(text);
    if (path)
        buffer_put(text, path->data, path->size);
    if (path)
        buffer_putc(text, '\\');
    size_t at = text->size;
    if (value->name.size)
        hive_put_name(text, &value->name);
    else
        buffer_puts(text, "(Default)");
    if (!buffer_text(text))
        return SQLITE_NOMEM;
    row->value = *value;
    row->path = tbl_strndup(scan, text->data, text->size);
    row->key = path ? tbl_strndup(scan, text->data, path->size) : NULL;
    row->type = type_of(scan, value->type);
    row->size = value->size;
    row->cell = cell_of(state, value->cell);
    row->key_cell = path ? cell_of(state, state->key.cell) : TBL_NULL;
    if (!row->path || !row->type || (path && !row->key))
        return SQLITE_NOMEM;
    row->name = row->path + at;
    row->path = path ? row->path : NULL;
    return SQLITE_ROW;
}

/* Stages -------------------------------------------------------------------------- */

/* Whether the query names keys: then all of the hive is read for deleted ones alone. */
static bool names_keys(const struct state *state)
{
    return state->keys->n || state->paths->n || state->keys->prefix || state->paths->prefix;
}

static int open_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);
    bool          parts = names_keys(state) && !tbl_match_int(state->deleted, 1);

    state->stage = STAGE_TARGETS;
    int r = parts ? hive_file_open_parts(tbl_source(scan), &state->file)
                  : hive_file_open(tbl_source(scan), &state->file);
    return r < 0
               ? r
               : registry_targets_choose(&state->targets, &state->file, state->keys, state->paths);
}

static void report_file(struct tbl_scan *scan, struct report *report)
{
    struct state *state = tbl_state(scan);

    if (state->lost) /* missing parts of deleted keys are not damage */
        state->file.hive.lost = state->damage;
    hive_file_report(scan, &state->file, report);
}

static void close_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    hive_walk_end(&state->walk);
    hive_marks_end(&state->seen);
    registry_targets_free(&state->targets);
    hive_file_close(&state->file);
    state->next_target = 0;
    state->lost = state->values_marked = false;
}

/* Mark every key that the tree reaches or, with `values`, every value of them. */
static int mark_tree(struct state *state, bool values)
{
    struct hive_walk   walk = {0};
    struct hive_values list;
    struct hive_value  value;
    struct hive_key    key;
    struct hive       *hive = &state->file.hive;
    int                r = state->seen.bits ? 0 : hive_marks_begin(&state->seen, hive);

    if (r < 0 || hive_key(hive, hive->root, &key) < 0)
        return r;
    hive_refill(hive);
    r = hive_walk_begin(&walk, hive, &key, "");
    while (r == 0 && (r = hive_walk_next(&walk, &key)) > 0) {
        r = 0;
        hive_mark(&state->seen, key.cell);
        if (!values)
            continue;
        hive_values_begin(&list, hive, &key);
        while (hive_values_next(&list, &value))
            hive_mark(&state->seen, value.cell);
    }
    hive_walk_end(&walk);
    return r;
}

/* After the tree: look for what it does not reach, unless the query does not want that. */
static int begin_lost(struct state *state)
{
    int r = 0;

    state->stage = STAGE_END;
    state->damage = state->file.hive.lost;
    if (!tbl_match_int(state->deleted, 1))
        return 0;
    if (!state->targets.all)
        r = mark_tree(state, false);
    if (r < 0)
        return r;
    hive_refill(&state->file.hive);
    hive_scan_keys(&state->scan, &state->file.hive, &state->seen);
    state->lost = true;
    state->stage = STAGE_LOST_KEYS;
    return 0;
}

/* Walk to the next target, or go on to what no walk reaches. */
static int begin_walk(struct state *state)
{
    struct hive    *hive = &state->file.hive;
    struct hive_key root;

    state->lost = state->inside = false;
    state->values = (struct hive_values){0};
    if (state->next_target == state->targets.n || hive_key(hive, hive->root, &root) < 0)
        return begin_lost(state);
    state->target = &state->targets.list[state->next_target++];
    state->stage = STAGE_WALK;
    return hive_walk_begin(&state->walk, hive, &root, state->file.root.data);
}

/* At the end of a walk. That of the whole hive has marked what it reached. */
static void end_walk(struct state *state)
{
    if (state->targets.all) {
        state->seen = state->walk.seen;
        state->walk.seen = (struct hive_marks){0};
    }
    hive_walk_end(&state->walk);
    state->stage = STAGE_TARGETS;
}

static bool begins_with(const struct hive_name *name, const char *first)
{
    struct buffer text = {0};

    hive_put_name(&text, name);
    bool begins = text.failed ||
                  (text.size >= strlen(first) && strncasecmp(text.data, first, strlen(first)) == 0);
    buffer_free(&text);
    return begins;
}

/* Whether the current key of the walk is to be shown; if not, it may be on the path to one. */
static bool reach_target(struct state *state)
{
    const char *path = state->walk.path.data + state->file.root.size;

    if (state->inside && state->walk.level > state->base)
        return true;
    enum registry_side side = registry_target_side(state->target, path + (*path == '\\'));
    state->inside = side == SIDE_AT;
    state->base = state->walk.level;
    if (side == SIDE_ELSEWHERE)
        hive_walk_prune(&state->walk);
    return state->inside;
}

/* The next key of the walk: 1, 0 at its end, -errno. `*ret_shown`: whether it is wanted. */
static int walk_key(struct state *state, bool *ret_shown)
{
    int r = hive_walk_next(&state->walk, &state->key);

    state->values = (struct hive_values){0};
    *ret_shown = r > 0 && reach_target(state);
    if (!*ret_shown)
        return r;
    size_t depth = state->walk.level - state->base;
    bool   skip =
        depth == 1 && *state->target->first && !begins_with(&state->key.name, state->target->first);
    if (skip || depth >= state->target->depth)
        hive_walk_prune(&state->walk);
    if (!skip && depth < state->target->depth)
        hive_values_begin(&state->values, &state->file.hive, &state->key);
    /* Rows wanted by their parent are below the target; the target itself belongs to its own
     * parent. */
    *ret_shown = !skip && in_time(state, &state->key) && (depth || state->target->depth != 1);
    return r;
}

/* The path of the current key of the walk as the query has it: CurrentControlSet where it named
 * that. */
static const struct buffer *shown_path(struct state *state)
{
    struct buffer *path = &state->path;
    size_t         root = state->file.root.size + 1, end = root + state->target->alias;

    if (state->target->alias == 0)
        return &state->walk.path;
    buffer_reset(path);
    buffer_put(path, state->walk.path.data, root);
    buffer_puts(path, "CurrentControlSet");
    buffer_put(path, state->walk.path.data + end, state->walk.path.size - end);
    return buffer_text(path) ? path : NULL;
}

static bool wants_key(const struct state *state, const struct registry *row)
{
    return tbl_match_text(state->keys, row->key, true) &&
           tbl_match_text(state->paths, row->path, true);
}

/* One step of the walk: a value of the current key, or the next key. SQLITE_OK: nothing to show. */
static int step_walk(struct tbl_scan *scan, struct state *state, struct registry *row)
{
    const struct buffer *path;
    struct hive_value    value;
    bool                 shown;

    if (hive_values_next(&state->values, &value)) {
        if (state->targets.all)
            hive_mark(&state->walk.seen, value.cell);
        if (!in_time(state, &state->key))
            return SQLITE_OK;
        path = shown_path(state);
        return path ? fill_value(scan, state, &value, path, row) : SQLITE_NOMEM;
    }
    int r = walk_key(state, &shown);
    if (r < 0)
        return SQLITE_NOMEM;
    if (r == 0)
        end_walk(state);
    if (!shown)
        return SQLITE_OK;
    path = shown_path(state);
    return path ? fill_key(scan, state, path, row) : SQLITE_NOMEM;
}

/* The next key that the tree does not reach, with its path. */
static int lost_key(struct tbl_scan *scan, struct state *state, struct registry *row)
{
    uint32_t cell;
    bool     is_free;

    if (!hive_scan_next(&state->scan, &cell, &is_free)) {
        state->stage =
            state->keys->n || state->paths->n || state->keys->prefix || state->paths->prefix
                ? STAGE_END
                : STAGE_LOST_VALUES;
        hive_scan_values(&state->scan, &state->file.hive, &state->seen);
        return SQLITE_OK;
    }
    if (hive_key(&state->file.hive, cell, &state->key) < 0 || !in_time(state, &state->key))
        return SQLITE_OK;
    buffer_reset(&state->path);
    int r = hive_put_path(&state->file.hive, &state->key, state->file.root.data, &state->path);
    if (r == -ENOMEM || !buffer_text(&state->path))
        return SQLITE_NOMEM;
    hive_values_begin(&state->values, &state->file.hive, &state->key);
    return r < 0 ? SQLITE_OK : fill_key(scan, state, &state->path, row);
}

/* A lost key's value, unless it is in a cell that is now the value of a present key. */
static int step_lost_keys(struct tbl_scan *scan, struct state *state, struct registry *row)
{
    struct hive_value value;

    if (!hive_values_next(&state->values, &value))
        return lost_key(scan, state, row);
    int rc = fill_value(scan, state, &value, &state->path, row);
    if (rc != SQLITE_ROW || !wants_key(state, row))
        return rc == SQLITE_ROW ? SQLITE_OK : rc;
    if (!state->targets.all && !state->values_marked && mark_tree(state, true) < 0)
        return SQLITE_NOMEM;
    state->values_marked = true;
    return hive_mark(&state->seen, value.cell) ? SQLITE_OK : rc;
}

/* A value in a free cell, or in one that no list names: whose it was is not known. */
static int step_lost_values(struct tbl_scan *scan, struct state *state, struct registry *row)
{
    struct hive_value value;
    uint32_t          cell;
    bool              is_free;

    if (!hive_scan_next(&state->scan, &cell, &is_free)) {
        state->stage = STAGE_END;
        return SQLITE_OK;
    }
    state->key = (struct hive_key){0};
    if (hive_value(&state->file.hive, cell, &value) < 0)
        return SQLITE_OK;
    return fill_value(scan, state, &value, NULL, row);
}

static int step(struct tbl_scan *scan, struct state *state, struct registry *row)
{
    switch (state->stage) {
    case STAGE_TARGETS:
        return begin_walk(state) < 0 ? SQLITE_NOMEM : SQLITE_OK;
    case STAGE_WALK:
        return step_walk(scan, state, row);
    case STAGE_LOST_KEYS:
        return step_lost_keys(scan, state, row);
    case STAGE_LOST_VALUES:
        return step_lost_values(scan, state, row);
    case STAGE_END:
    default:
        return SQLITE_DONE;
    }
}

static int next_record(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);

    int rc = step(scan, state, row);
    return rc == SQLITE_ROW && !wants_key(state, row) ? SQLITE_OK : rc;
}

static int open(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    state->keys = TBL_TERMS(scan, struct registry, key);
    state->paths = TBL_TERMS(scan, struct registry, path);
    state->deleted = TBL_TERMS(scan, struct registry, deleted);
    state->times = TBL_TERMS(scan, struct registry, time);
    return SQLITE_OK;
}

static void close(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    buffer_free(&state->path);
    buffer_free(&state->scratch);
    buffer_free(&state->text);
}

/* Lazy columns ---------------------------------------------------------------------- */

/* The bytes of a value's row; false where there are none to show. */
static bool data_of(struct state *state, const struct registry *row, const uint8_t **ret,
                    uint32_t *ret_size)
{
    return !row->is_key &&
           hive_data(&state->file.hive, &row->value, &state->scratch, ret, ret_size) == 0;
}

static int result_text(sqlite3_context *out, struct buffer *text)
{
    if (!buffer_text(text))
        return SQLITE_NOMEM;
    sqlite3_result_text64(out, text->data, text->size, SQLITE_TRANSIENT, SQLITE_UTF8);
    return SQLITE_OK;
}

static int get_data(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    struct state          *state = tbl_state(scan);
    const struct registry *row = data;
    const uint8_t         *bytes;
    uint32_t               size;

    buffer_reset(&state->text);
    if (data_of(state, row, &bytes, &size))
        hive_put_data(&state->text, row->value.type, bytes, size, ',');
    else if (!row->is_key)
        return SQLITE_OK;
    return result_text(out, &state->text);
}

static int get_data_raw(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const uint8_t *bytes;
    uint32_t       size;

    if (data_of(tbl_state(scan), data, &bytes, &size))
        sqlite3_result_blob64(out, bytes, size, SQLITE_TRANSIENT);
    return SQLITE_OK;
}

static int get_datetime(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct registry *row = data;

    (void)scan;
    return tbl_result_datetime(out, row->time);
}

static int get_class(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    struct state          *state = tbl_state(scan);
    const struct registry *row = data;
    struct hive_name       name;

    if (!row->is_key || hive_class(&state->file.hive, &row->node, &name) < 0)
        return SQLITE_OK;
    buffer_reset(&state->text);
    hive_put_name(&state->text, &name);
    return result_text(out, &state->text);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct registry, key, TBL_KEY | TBL_PREFIX | TBL_NOCASE,
            "Path of the key that the key or value is in; NULL for a deleted value whose key is "
            "lost"),
    TBL_COL(struct registry, path, TBL_KEY | TBL_PREFIX | TBL_NOCASE | TBL_ID,
            "Path of the key or value itself"),
    TBL_COL(struct registry, name, TBL_NOCASE,
            "Name of the key or value; (Default) for the value without one; a NUL shows as U+2400"),
    TBL_COL(struct registry, type, TBL_ID, "subkey, or the value's type"),
    TBL_LAZY("data", TBL_TEXT, TBL_NOCASE,
             "Data: text up to its first NUL, strings joined by commas, numbers in decimal, all "
             "else in hexadecimal",
             get_data),
    TBL_COL(struct registry, mtime, 0, "When the key was last written, in seconds since the epoch"),
    TBL_COL(struct registry, hive, TBL_NOCASE, "Name of the hive's file"),
    TBL_COL(struct registry, source, TBL_KEY | TBL_ID,
            "File of the hive; = reads exactly that file, in evidence or not"),
    TBL_COL(struct registry, deleted, TBL_KEY,
            "Whether the tree does not reach it: deleted, or cut off by damage"),
    TBL_LAZY("data_raw", TBL_BLOB, 0, "Data, every byte of it", get_data_raw),
    TBL_COL(struct registry, size, 0, "Bytes of data, as recorded in the value; NULL for keys"),
    TBL_LAZY("class", TBL_TEXT, TBL_NOCASE, "Class name of a key", get_class),
    TBL_COL(struct registry, time, TBL_RANGE, "As mtime, with the fraction in the key"),
    TBL_LAZY("datetime", TBL_TEXT, 0, "time in UTC, as datetime() writes it", get_datetime),
    TBL_COL(struct registry, host, TBL_KEY | TBL_NOCASE, "Host of the registry"),
    TBL_COL(struct registry, recovered, 0, "Whether the hive was brought up to date by its logs"),
    TBL_COL(struct registry, copy, 0, HIVE_COPY_DOC),
    TBL_COL(struct registry, cell, TBL_ID,
            "Offset of the key or value from the first bin, in bytes; NULL of a running registry"),
    TBL_COL(struct registry, key_cell, TBL_ID, "Offset of the key that it is in"),
    TBL_COL(struct registry, file, TBL_KEY | TBL_HIDDEN,
            "Argument: a file, folder or glob to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"What starts with a user's session",
     "SELECT path, data, datetime FROM registry WHERE key = "
     "'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run'"},
    {"Services' commands, values of the control set in use",
     "SELECT key, data FROM registry WHERE key GLOB "
     "'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\*' AND name = 'ImagePath'"},
    {"Deleted keys and values under a Services key",
     "SELECT path, type, data, datetime FROM registry WHERE deleted AND path LIKE "
     "'%\\Services\\%'"},
};

static const struct tbl_source_table sources = {
    .open_file = open_file,
    .next_record = next_record,
    .report_file = report_file,
    .close_file = close_file,
};

const struct tbl_table registry_table = {
    .name = "registry",
    .doc = "Keys and values of Windows registry hives, deleted ones too",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct registry),
    .state_size = sizeof(struct state),
    .rows = 300000,
    .artefacts = 1u << ARTEFACT_HIVE,
    .sources = &sources,
    .open = open,
    .close = close,
};
