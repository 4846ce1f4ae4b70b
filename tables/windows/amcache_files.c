/* amcache_files.c -- programs and drivers that Windows took stock of, with their hashes.
 *
 *     SELECT s.name, a.path, a.sha1, datetime(a.first_seen, 'unixepoch') FROM registry_services AS s
 *       JOIN amcache_files AS a ON a.host = s.host AND a.path = s.image_path_resolved
 *      WHERE s.current;
 *
 * One row a file of Amcache.hve (Windows\AppCompat\Programs): Root\InventoryApplicationFile and
 * Root\InventoryDriverBinary since Windows 10, Root\File of Windows 7, 8 and early 10. A key is written
 * when its file is met, by a task that runs once a day, so that `first_seen` is not when it ran; Windows
 * keeps the key when the file is deleted. The hash is of the file's first 31,457,280 bytes.
 *
 * Source: "Analysis of the AmCache" (B. Lagny, ANSSI, 2019); names of the old form's values by
 * Y. Khatri's "Amcache.hve in Windows 8" (2013).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "hive_file.h"
#include "service_key.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

struct amcache_file {
    const char *path;
    const char *name;
    const char *sha1;
    int64_t     size;
    const char *service;
    const char *publisher;
    const char *product;
    const char *version;
    double      linked;
    double      modified;
    int64_t     os_component;
    int64_t     signed_driver;
    const char *program_id;
    double      first_seen;
    double      time;
    const char *form;
    const char *key;
    bool        recovered;
    const char *copy;
    const char *host;
    const char *source;
    int64_t     cell;
    const char *file;
};

/* How one list of files names its values; "" for what it has not. */
struct form {
    const char *name;      /* below Root */
    bool        by_volume; /* its files are one level deeper */
    const char *path, *file, *sha1, *size, *service, *publisher, *product, *version, *linked,
        *modified, *modified_else, *os_component, *signed_driver, *program_id;
};

static const struct form forms[] = {
    {.name = "InventoryApplicationFile",
     .path = "LowerCaseLongPath",
     .file = "Name",
     .sha1 = "FileId",
     .size = "Size",
     .publisher = "Publisher",
     .product = "ProductName",
     .version = "Version",
     .linked = "LinkDate",
     .os_component = "IsOsComponent",
     .program_id = "ProgramId"},
    {.name = "InventoryDriverBinary", /* the key's name is the path */
     .file = "DriverName",
     .sha1 = "DriverId",
     .size = "ImageSize",
     .service = "Service",
     .publisher = "DriverCompany",
     .product = "Product",
     .version = "DriverVersion",
     .linked = "DriverTimeStamp",
     .modified = "DriverLastWriteTime",
     .os_component = "DriverInBox",
     .signed_driver = "DriverSigned"},
    {.name = "File",
     .by_volume = true,
     .path = "15",
     .sha1 = "101",
     .size = "6",
     .publisher = "1",
     .product = "0",
     .version = "5",
     .linked = "f",
     .modified = "17",
     .modified_else = "11",
     .program_id = "100"},
};

struct state {
    struct hive_file    file;
    const struct form  *form;           /* that is read; NULL before the first */
    struct hive_subkeys folders, files; /* volumes, and files of one of them */
    struct hive_key     key;
    bool                no_memory;
    struct buffer       scratch, text;
};

static int open_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    return hive_file_open(tbl_source(scan), &state->file);
}

static void report_file(struct tbl_scan *scan, struct report *report)
{
    const struct state *state = tbl_state(scan);

    hive_file_report(scan, &state->file, report);
}

static void close_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    hive_file_close(&state->file);
    state->form = NULL;
    state->files = state->folders = (struct hive_subkeys){0};
}

/* Values ---------------------------------------------------------------------------- */

/* A value as text that lasts as long as the row; NULL where it is missing or empty. */
static const char *text_of(struct tbl_scan *scan, const char *name)
{
    struct state *state = tbl_state(scan);

    buffer_reset(&state->text);
    if (!name || service_put_value(&state->file.hive, &state->key, "", name, &state->scratch,
                                   &state->text) < 0)
        return NULL;
    const char *copy =
        buffer_text(&state->text) ? tbl_strndup(scan, state->text.data, state->text.size) : NULL;
    state->no_memory = state->no_memory || !copy;
    return copy && *copy ? copy : NULL;
}

/* A number, which some versions write as hexadecimal text. */
static int64_t number_of(struct tbl_scan *scan, const char *name)
{
    const char *text = text_of(scan, name);
    char       *end;

    if (!text)
        return TBL_NULL;
    errno = 0;
    long long value = strtoll(text, &end, strncasecmp(text, "0x", 2) == 0 ? 16 : 10);
    return errno || *end || end == text ? TBL_NULL : value;
}

/* Without the "0000" that Windows puts before a hash. */
static const char *hash_of(struct tbl_scan *scan, const char *name)
{
    const char *text = text_of(scan, name);

    return text && strlen(text) == 44 && strncmp(text, "0000", 4) == 0 ? text + 4 : text;
}

/* "11/24/2026 10:00:00", which is UTC, or a number: seconds, or a FILETIME. NAN where it is none. */
static double time_of(struct tbl_scan *scan, const char *name)
{
    const char *text = text_of(scan, name);
    struct tm   tm = {0};
    int         end = 0;

    if (!text)
        return NAN;
    if (sscanf(text, "%2d/%2d/%4d %2d:%2d:%2d%n", &tm.tm_mon, &tm.tm_mday, &tm.tm_year, &tm.tm_hour,
               &tm.tm_min, &tm.tm_sec, &end) == 6 &&
        !text[end] && tm.tm_mon >= 1 && tm.tm_mon <= 12) {
        tm.tm_mon--;
        tm.tm_year -= 1900;
        return (double)timegm(&tm);
    }
    int64_t number = number_of(scan, name);
    if (number == TBL_NULL || number <= 0)
        return NAN;
    return number > UINT32_MAX ? hive_time((uint64_t)number) : (double)number;
}

/* Rows ------------------------------------------------------------------------------- */

/* The name of the current key, in which InventoryDriverBinary has the path with slashes. */
static const char *path_of_key(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    buffer_reset(&state->text);
    hive_put_name(&state->text, &state->key.name);
    char *path =
        buffer_text(&state->text) ? tbl_strndup(scan, state->text.data, state->text.size) : NULL;
    state->no_memory = state->no_memory || !path;
    for (char *c = path; c && *c; c++)
        *c = *c == '/' ? '\\' : *c;
    return path;
}

static const char *key_path(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    buffer_reset(&state->text);
    int r = hive_put_path(&state->file.hive, &state->key, state->file.root.data, &state->text);
    const char *path = r == 0 && buffer_text(&state->text)
                           ? tbl_strndup(scan, state->text.data, state->text.size)
                           : NULL;
    state->no_memory = state->no_memory || r == -ENOMEM || (r == 0 && !path);
    return path;
}

static void fill_values(struct tbl_scan *scan, const struct form *form, struct amcache_file *row)
{
    row->path = form->path ? text_of(scan, form->path) : path_of_key(scan);
    row->name = text_of(scan, form->file);
    row->sha1 = hash_of(scan, form->sha1);
    row->size = number_of(scan, form->size);
    row->service = text_of(scan, form->service);
    row->publisher = text_of(scan, form->publisher);
    row->product = text_of(scan, form->product);
    row->version = text_of(scan, form->version);
    row->linked = time_of(scan, form->linked);
    row->modified = time_of(scan, form->modified);
    if (isnan(row->modified))
        row->modified = time_of(scan, form->modified_else);
    row->os_component = number_of(scan, form->os_component);
    row->signed_driver = number_of(scan, form->signed_driver);
    row->program_id = text_of(scan, form->program_id);
    if (!row->name && row->path) {
        const char *slash = strrchr(row->path, '\\');
        row->name = slash ? slash + 1 : row->path;
    }
}

static int fill(struct tbl_scan *scan, struct state *state, struct amcache_file *row)
{
    const struct amcache_file *query = tbl_key(scan);
    double                     written = hive_time(state->key.written);

    *row = (struct amcache_file){
        .first_seen = written,
        .time = written,
        .form = state->form->name,
        .recovered = state->file.hive.recovered,
        .copy = tbl_source(scan)->copy,
        .host = state->file.host.data,
        .source = tbl_source(scan)->shown,
        .cell = state->key.cell,
        .file = query->file,
    };
    state->no_memory = false;
    fill_values(scan, state->form, row);
    row->key = key_path(scan);
    return state->no_memory ? SQLITE_NOMEM : SQLITE_ROW;
}

/* Go to the next list of files that the hive has; false after the last. */
static bool next_form(struct state *state)
{
    struct hive    *hive = &state->file.hive;
    struct hive_key key;
    char            path[64];

    state->form = state->form ? state->form + 1 : forms;
    for (; state->form < forms + TBL_COUNT(forms); state->form++) {
        snprintf(path, sizeof path, "Root\\%s", state->form->name);
        if (hive->root == HIVE_NONE || hive_find(hive, hive->root, path, &key) < 0)
            continue;
        hive_refill(hive);
        state->files = state->folders = (struct hive_subkeys){0};
        hive_subkeys_begin(state->form->by_volume ? &state->folders : &state->files, hive, &key);
        return true;
    }
    return false;
}

static int next_record(struct tbl_scan *scan, void *row)
{
    struct state   *state = tbl_state(scan);
    struct hive_key volume;

    if (state->files.hive && hive_subkeys_next(&state->files, &state->key))
        return fill(scan, state, row);
    if (state->folders.hive && hive_subkeys_next(&state->folders, &volume)) {
        hive_subkeys_begin(&state->files, &state->file.hive, &volume);
        return SQLITE_OK;
    }
    return next_form(state) ? SQLITE_OK : SQLITE_DONE;
}

static void close(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    buffer_free(&state->scratch);
    buffer_free(&state->text);
}

static int get_datetime(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct amcache_file *row = data;

    (void)scan;
    return tbl_result_datetime(out, row->time);
}

#define COL(field, flags, doc) TBL_COL(struct amcache_file, field, flags, doc)

static const struct tbl_column columns[] = {
    COL(path, TBL_NOCASE, "Path of the file"),
    COL(name, TBL_NOCASE, "Name of the file"),
    COL(sha1, TBL_NOCASE, "SHA-1 of its first 31,457,280 bytes"),
    COL(size, 0, "Bytes of the file; of a driver its image in memory"),
    COL(service, TBL_NOCASE, "Name of the service of a driver"),
    COL(publisher, TBL_NOCASE, "Company, as the file says"),
    COL(product, TBL_NOCASE, "Product, as the file says"),
    COL(version, TBL_NOCASE, "Version, as the file says"),
    COL(linked, 0, "When the file was linked, as it says, in seconds since the epoch"),
    COL(modified, 0,
        "When the file was last written, where the form has it; seconds since the epoch"),
    COL(os_component, 0, "Whether it is a part of Windows, as Windows judges"),
    COL(signed_driver, 0, "Whether a driver is signed"),
    COL(program_id, 0, "Installed program that the file belongs to, as Windows numbers it"),
    COL(first_seen, 0,
        "When its key was last written, which is when Windows met the file; seconds since the "
        "epoch"),
    COL(time, TBL_RANGE, "The same as first_seen"),
    TBL_LAZY("datetime", TBL_TEXT, 0, "time in UTC, as datetime() writes it", get_datetime),
    COL(form, TBL_NOCASE,
        "Key below Root: InventoryApplicationFile, InventoryDriverBinary or File"),
    COL(key, TBL_NOCASE, "Path of the file's key, as in the table registry"),
    COL(recovered, 0, "Whether the hive was brought up to date by its logs"),
    COL(copy, 0, HIVE_COPY_DOC),
    COL(host, TBL_KEY | TBL_NOCASE, "Host whose files they are"),
    COL(source, TBL_KEY | TBL_ID,
        "File of the hive; = reads exactly that file, in evidence or not"),
    COL(cell, TBL_ID, "Offset of the file's key from the first bin, in bytes"),
    COL(file, TBL_KEY | TBL_HIDDEN,
        "Argument: a file, folder or glob to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"Hashes of the programs of services, and when Windows met them",
     "SELECT s.name, a.path, a.sha1, a.datetime FROM registry_services AS s JOIN amcache_files AS "
     "a "
     "ON a.host = s.host AND a.path = s.image_path_resolved WHERE s.current"},
    {"Drivers that are not of Windows",
     "SELECT service, path, sha1, signed_driver, datetime FROM amcache_files "
     "WHERE form = 'InventoryDriverBinary' AND NOT os_component"},
};

static const struct tbl_source_table sources = {
    .open_file = open_file,
    .next_record = next_record,
    .report_file = report_file,
    .close_file = close_file,
};

const struct tbl_table amcache_files_table = {
    .name = "amcache_files",
    .doc =
        "Programs and drivers that Windows took stock of (Amcache.hve), with hash and first sight",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct amcache_file),
    .state_size = sizeof(struct state),
    .rows = 2000,
    .artefacts = 1u << ARTEFACT_HIVE,
    .sources = &sources,
    .close = close,
};
