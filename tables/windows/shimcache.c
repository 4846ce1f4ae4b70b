/* shimcache.c -- programs that Windows saw, by its cache for application compatibility.
 *
 *     SELECT s.name, c.path, c.modified, c.executed FROM registry_services AS s
 *       JOIN shimcache AS c ON c.host = s.host AND c.path_resolved = s.image_path_resolved
 *      WHERE s.current AND c.current;
 *
 * One row an entry of each control set's AppCompatCache, in SYSTEM hives, of Windows XP to 11. The newest
 * is first; none has a time of its own but that of its file, so that `written`, when Windows wrote the
 * cache at shutdown, is the latest that it was seen. That a program is there says it was on the disk.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "formats/hive/shimcache.h"
#include "hive_file.h"
#include "service_key.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

struct shimcache_row {
    int64_t     position;
    const char *path;
    const char *path_resolved;
    double      modified;
    double      time;
    int64_t     executed;
    const char *form;
    const char *control_set;
    bool        current;
    double      written;
    bool        recovered;
    const char *copy;
    const char *host;
    const char *source;
    int64_t     cell;
    const char *file;
};

struct state {
    struct hive_file    file;
    struct control_sets sets;
    struct control_set  set;
    struct hive_key     key;
    struct shimcache    cache;
    bool                in_cache;
    int64_t             position;
    uint64_t            lost;
    const char         *why; /* of a cache that is not read */
    struct buffer       data, text;
};

static int open_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    int r = hive_file_open_parts(tbl_source(scan), &state->file);
    if (r == 0 && state->file.kind == HIVE_SYSTEM)
        control_sets_begin(&state->sets, &state->file.hive);
    return r;
}

static void report_file(struct tbl_scan *scan, struct report *report)
{
    const struct state *state = tbl_state(scan);

    hive_file_report(scan, &state->file, report);
    report->skipped += (int64_t)state->lost;
    if (state->lost && report->status == SOURCE_READ)
        report->status = SOURCE_DAMAGED;
    report->detail = state->why ? state->why : report->detail;
}

static void close_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    hive_file_close(&state->file);
    state->sets = (struct control_sets){0};
    state->in_cache = false;
    state->lost = 0;
    state->why = NULL;
}

static void lose(struct state *state, uint64_t entries, const char *why)
{
    state->lost += entries ? entries : 1;
    state->why = why;
}

/* Go to the cache of the next control set: 1, 0 after the last, -ENOMEM. */
static int next_cache(struct state *state)
{
    static const char *const keys[] = {"AppCompatCache",
                                       "AppCompatibility"}; /* XP has the second */
    struct hive             *hive = &state->file.hive;
    struct hive_key          manager;
    const uint8_t           *data;
    uint32_t                 size;

    while (control_sets_next(&state->sets, &state->set)) {
        if (hive_find(hive, state->set.key.cell, "Control\\Session Manager", &manager) < 0)
            continue;
        for (size_t i = 0; i < TBL_COUNT(keys); i++) {
            if (hive_find(hive, manager.cell, keys[i], &state->key) < 0)
                continue;
            hive_refill(hive);
            int r =
                service_data(hive, &state->key, "", "AppCompatCache", &state->data, &data, &size);
            if (r == -ENOMEM)
                return r;
            r = r < 0 ? r : shimcache_begin(&state->cache, data, size);
            state->position = 0;
            if (r == 0)
                return 1;
            if (r != -ENOENT)
                lose(state, 1, "a cache of a form that is not known");
        }
    }
    return 0;
}

/* The path with a drive. NULL on out of memory. */
static const char *resolve(struct tbl_scan *scan, const char *path)
{
    static const char system[] = "SYSVOL\\";

    return strncasecmp(path, system, strlen(system)) == 0
               ? tbl_printf(scan, "C:\\%s", path + strlen(system))
               : path;
}

static int fill(struct tbl_scan *scan, struct state *state, const struct shimcache_entry *entry,
                struct shimcache_row *row)
{
    const struct shimcache_row *query = tbl_key(scan);

    buffer_reset(&state->text);
    buffer_utf16(&state->text, entry->path, entry->units);
    if (!buffer_text(&state->text))
        return SQLITE_NOMEM;
    *row = (struct shimcache_row){
        .position = state->position++,
        .path = state->text.data,
        .path_resolved = resolve(scan, state->text.data),
        .modified = hive_time(entry->modified),
        .time = hive_time(entry->modified),
        .executed = entry->executed < 0 ? TBL_NULL : entry->executed,
        .form = shimcache_form_name(state->cache.form),
        .control_set = state->set.name,
        .current = state->set.current && !tbl_source(scan)->copy,
        .written = hive_time(state->key.written),
        .recovered = state->file.hive.recovered,
        .copy = tbl_source(scan)->copy,
        .host = state->file.host.data,
        .source = tbl_source(scan)->shown,
        .cell = state->key.cell,
        .file = query->file,
    };
    return row->path_resolved ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next_record(struct tbl_scan *scan, void *row)
{
    struct state          *state = tbl_state(scan);
    struct shimcache_entry entry;

    if (!state->in_cache) {
        int r = next_cache(state);
        state->in_cache = r > 0;
        return r < 0 ? SQLITE_NOMEM : r > 0 ? SQLITE_OK : SQLITE_DONE;
    }
    int r = shimcache_next(&state->cache, &entry);
    if (r > 0)
        return fill(scan, state, &entry, row);
    state->in_cache = false;
    if (r < 0 || shimcache_lost(&state->cache))
        lose(state, shimcache_lost(&state->cache), "entries of the cache could not be read");
    return SQLITE_OK;
}

static void close(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    buffer_free(&state->data);
    buffer_free(&state->text);
}

static int get_datetime(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct shimcache_row *row = data;

    (void)scan;
    return tbl_result_datetime(out, row->time);
}

#define COL(field, flags, doc) TBL_COL(struct shimcache_row, field, flags, doc)

static const struct tbl_column columns[] = {
    COL(position, TBL_ID, "Place in the cache; 0 is the entry that was made last"),
    COL(path, TBL_NOCASE,
        "Path as Windows keeps it: C:\\, in Windows 8 SYSVOL\\; of an app its package"),
    COL(path_resolved, TBL_NOCASE, "The same with C: for SYSVOL, the system's drive"),
    COL(modified, 0,
        "When the file was last written, in seconds since the epoch; no time of a run; NULL of an "
        "app, which has none (regipy leaves these entries out)"),
    COL(executed, 0,
        "Whether it ran, by flags of Windows 7 and 8 and the data of Windows 10 that others found "
        "to say so; NULL where the form has none"),
    COL(form, TBL_NOCASE, "Form of the cache, by the first Windows that has it"),
    COL(control_set, TBL_NOCASE, "Key of the control set: ControlSet001"),
    COL(current, 0,
        "Whether it is the control set in use (Select\\Current) of the registry in use, no copy's"),
    COL(written, 0,
        "When Windows wrote the cache, at shutdown: no entry is newer; seconds since the epoch"),
    COL(time, TBL_RANGE, "The same as modified"),
    TBL_LAZY("datetime", TBL_TEXT, 0, "time in UTC, as datetime() writes it", get_datetime),
    COL(recovered, 0, "Whether the hive was brought up to date by its logs"),
    COL(copy, 0, HIVE_COPY_DOC),
    COL(host, TBL_KEY | TBL_NOCASE, "Host whose registry it is"),
    COL(source, TBL_KEY | TBL_ID,
        "File of the hive; = reads exactly that file, in evidence or not"),
    COL(cell, TBL_ID, "Offset of the cache's key from the first bin, in bytes"),
    COL(file, TBL_KEY | TBL_HIDDEN,
        "Argument: a file, folder or glob to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"Programs of services that Windows saw, when their files were written",
     "SELECT s.name, c.path, datetime(c.modified, 'unixepoch') AS modified, c.executed "
     "FROM registry_services AS s JOIN shimcache AS c "
     "ON c.host = s.host AND c.path_resolved = s.image_path_resolved WHERE s.current AND "
     "c.current"},
    {"Programs in folders that anyone may write",
     "SELECT position, path, datetime, executed FROM shimcache WHERE current "
     "AND path_trust(path_resolved) IN ('temp', 'public', 'home')"},
};

static const struct tbl_source_table sources = {
    .open_file = open_file,
    .next_record = next_record,
    .report_file = report_file,
    .close_file = close_file,
};

const struct tbl_table shimcache_table = {
    .name = "shimcache",
    .doc = "Programs in the application compatibility cache of SYSTEM hives, Windows XP to 11",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct shimcache_row),
    .state_size = sizeof(struct state),
    .rows = 1000,
    .artefacts = 1u << ARTEFACT_HIVE,
    .sources = &sources,
    .close = close,
};
