#include "hive_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/hive/hive_live.h"
#include "formats/hive/hive_log.h"
#include "formats/log/expander.h"
#include "formats/log/stream.h"
#include "host.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

enum { LOG_MAX = 512 << 20 };

/* Where a hive is in the registry ----------------------------------------------- */

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Who a profile's folder belongs to, by a path with either kind of slash: the part after one of the
 * folders that hold profiles. NULL where there is none. */
static const char *profile_of(const char *path, size_t *ret_size)
{
    static const char *const folders[] = {"Users", "Documents and Settings", "ServiceProfiles",
                                          "nts and Settings", "files"};

    for (const char *part = path; part; part = strpbrk(part, "/\\")) {
        part += strspn(part, "/\\");
        size_t size = strcspn(part, "/\\");
        for (size_t i = 0; i < TBL_COUNT(folders); i++) {
            if (size != strlen(folders[i]) || strncasecmp(part, folders[i], size) != 0)
                continue;
            const char *user = part + size + strspn(part + size, "/\\");
            *ret_size = strcspn(user, "/\\");
            return user[*ret_size] ? user : NULL;
        }
    }
    return NULL;
}

/* HKEY_USERS and whose hive it is: a name, or a SID that is the same everywhere; the file's name
 * where neither its path nor the hive shows it. */
static void put_user(struct hive_file *file, const char *path)
{
    static const struct {
        const char *profile, *sid;
    } services[] = {{"LocalService", "S-1-5-19"}, {"NetworkService", "S-1-5-20"}};
    struct buffer named = {0};
    size_t        size = 0;

    hive_put_name(&named, &file->hive.file_name);
    const char *base = buffer_text(&named);
    const char *user = profile_of(path, &size);
    if (!user && base)
        user = profile_of(base, &size);
    bool known = user != NULL;
    if (!known) {
        user = file_name(path);
        size = strlen(user);
    }
    for (size_t i = 0; i < TBL_COUNT(services); i++)
        if (size == strlen(services[i].profile) &&
            strncasecmp(user, services[i].profile, size) == 0) {
            user = services[i].sid;
            size = strlen(user);
        }
    buffer_puts(&file->root, "HKEY_USERS\\");
    buffer_utf8(&file->root, user, size);
    if (known && file->kind == HIVE_USER_CLASSES)
        buffer_puts(&file->root, "_Classes");
    buffer_free(&named);
}

static bool is_default(const char *name)
{
    return strncasecmp(name, "DEFAULT", 7) == 0 && uncompressed_name(name) == 7;
}

static void put_root(struct hive_file *file, const char *path)
{
    static const char *const machine[] = {
        [HIVE_SYSTEM] = "SYSTEM",
        [HIVE_SOFTWARE] = "SOFTWARE",
        [HIVE_SAM] = "SAM",
        [HIVE_SECURITY] = "SECURITY",
    };

    if (file->kind < TBL_COUNT(machine) && machine[file->kind]) {
        buffer_puts(&file->root, "HKEY_LOCAL_MACHINE\\");
        buffer_puts(&file->root, machine[file->kind]);
    } else if (file->kind == HIVE_USER && is_default(file_name(path))) {
        buffer_puts(&file->root, "HKEY_USERS\\.DEFAULT");
    } else if (file->kind == HIVE_USER || file->kind == HIVE_USER_CLASSES) {
        put_user(file, path);
    } else {
        buffer_puts(&file->root, "\\");
        buffer_utf8(&file->root, file_name(path), strlen(file_name(path)));
    }
}

/* Opening ------------------------------------------------------------------------- */

/* Read a log of the new format as far as its entries follow each other, which is often a small part of it; another whole.
 * False: it cannot be read. */
static bool load_log(struct root_map *map)
{
    size_t   at = HIVE_LOG_FIRST, size = 0;
    uint32_t sequence = 0;
    bool     read = root_map_load(map, 0, map->size < HIVE_LOG_FIRST ? map->size : HIVE_LOG_FIRST);

    while (read && at < map->size) {
        size_t left = map->size - at;
        read = root_map_load(map, at, left < HIVE_LOG_FIRST ? left : HIVE_LOG_FIRST);
        size = read ? hive_log_entry(map->data + at, left, at == HIVE_LOG_FIRST, &sequence) : 0;
        if (!size)
            break;
        read = root_map_load(map, at, size);
        at += size;
    }
    return read && (at > HIVE_LOG_FIRST || root_map_load(map, 0, map->size));
}

/* Map the logs beside a hive that is dirty, as far as they exist. */
static void map_logs(const struct source *source, const struct root_map *hive,
                     struct root_map maps[HIVE_LOGS], struct hive_log logs[HIVE_LOGS])
{
    char path[ROOT_PATH_MAX];
    bool dirty = hive_is_dirty(hive->data, hive->size);

    for (unsigned i = 0; i < HIVE_LOGS; i++) {
        for (unsigned form = 0;
             dirty && !maps[i].data && hive_log_path(source->path, i, form, path, sizeof path);
             form++)
            if (root_map_parts(source->root, path, LOG_MAX, &maps[i]) == 0 &&
                (maps[i].cut || !load_log(&maps[i])))
                root_unmap(&maps[i]);
        logs[i] = (struct hive_log){maps[i].data, maps[i].size};
    }
}

typedef int open_fn(struct hive *ret, uint8_t *data, size_t size, const struct hive_log *logs,
                    size_t n_logs);

/* With `open` NULL it is read in parts. */
static int open_hive(const struct source *source, struct root_map *map, open_fn *open,
                     struct hive *hive)
{
    struct root_map maps[HIVE_LOGS] = {0};
    struct hive_log logs[HIVE_LOGS];

    map_logs(source, map, maps, logs);
    int r = open ? open(hive, map->data, map->size, logs, HIVE_LOGS)
                 : hive_open_parts(hive, map->data, map->size, root_map_read, map, logs, HIVE_LOGS);
    for (size_t i = 0; i < HIVE_LOGS; i++)
        root_unmap(&maps[i]);
    return r;
}

static const char *const deltas[] = {"_Delta", "_delta", "_DELTA"};
static const char *const base_ends[] = {"_Base", "_base", "_BASE", ""};

/* Bytes of a differencing hive's path without "_Delta" and what a compressor added; 0: it is not named so. */
static size_t base_length(const char *path)
{
    size_t size = uncompressed_name(path), tail = strlen(deltas[0]);

    return size > tail && strncasecmp(path + size - tail, deltas[0], tail) == 0 ? size - tail : 0;
}

/* Open the base of a differencing hive, which containers keep as SYSTEM_Base or SYSTEM beside SYSTEM_Delta.
 * -EPROTONOSUPPORT where there is none. */
static int open_base(const struct source *source, struct hive_file *file)
{
    const char   *packed = source->path + uncompressed_name(source->path);
    size_t        size = base_length(source->path);
    char          path[ROOT_PATH_MAX];
    struct source beside = *source;

    beside.path = path;
    for (size_t i = 0; size && i < TBL_COUNT(base_ends); i++) {
        int n =
            snprintf(path, sizeof path, "%.*s%s%s", (int)size, source->path, base_ends[i], packed);
        if (n < 0 || (size_t)n >= sizeof path ||
            root_map(source->root, path, HIVE_FILE_MAX, &file->base) < 0)
            continue;
        if (open_hive(&beside, &file->base, hive_open, &file->hive) == 0)
            return 0;
        root_unmap(&file->base);
    }
    return -EPROTONOSUPPORT;
}

/* Read a differencing hive as a layer over its base. */
static int open_layer(const struct source *source, struct hive_file *file)
{
    struct hive layer;

    int r = open_base(source, file);
    if (r < 0)
        return r;
    r = open_hive(source, &file->map, hive_open_layer, &layer);
    if (r == 0) {
        r = hive_put_layer(&file->hive, &layer);
        hive_close(&layer);
    }
    if (r < 0)
        hive_close(&file->hive);
    return r;
}

/* A hive that this host has loaded has no file, but a path as tables show it. */
static bool is_running(const struct source *source)
{
    return source->live && strncmp(source->path, "HKEY_", 5) == 0;
}

static int open_running(const struct source *source, struct hive_file *file)
{
    int r = host_registry_open(source->path, &file->hive);

    if (r < 0)
        return r;
    file->open = true;
    file->kind = hive_kind(&file->hive);
    buffer_puts(&file->root, source->path);
    buffer_puts(&file->host, source->host);
    return buffer_text(&file->root) && buffer_text(&file->host) ? 0 : -ENOMEM;
}

static bool exists(const struct root *root, const char *path)
{
    struct stat st;

    return root_stat(root, path, true, &st) == 0 && S_ISREG(st.st_mode);
}

static bool is_layer(const struct root *root, const char *path)
{
    struct stream *stream = NULL;
    char          *data;
    size_t         size;

    bool layer = root_open_stream(root, path, NULL, &stream) == 0 &&
                 stream_block(stream, &data, &size) > 0 &&
                 hive_is_layer((const uint8_t *)data, size);
    stream_close(stream);
    return layer;
}

/* Whether a hive is the base of a differencing one beside it, with which it is read. */
static bool is_base(const struct source *source)
{
    const char *packed = source->path + uncompressed_name(source->path);
    int         size = (int)(packed - source->path), tail = (int)strlen(base_ends[0]);
    bool        ends = size > tail && strncasecmp(packed - tail, base_ends[0], (size_t)tail) == 0;
    char        path[ROOT_PATH_MAX];

    size -= ends ? tail : 0;
    for (size_t i = 0; !ends && *base_ends[i]; i++) /* which goes before this one */
        if (snprintf(path, sizeof path, "%.*s%s%s", size, source->path, base_ends[i], packed) <
                ROOT_PATH_MAX &&
            exists(source->root, path))
            return false;
    for (size_t i = 0; i < TBL_COUNT(deltas); i++)
        if (snprintf(path, sizeof path, "%.*s%s%s", size, source->path, deltas[i], packed) <
                ROOT_PATH_MAX &&
            is_layer(source->root, path))
            return true;
    return false;
}

/* Have all of the file in memory, or with `parts` at least its beginning. */
static int map_file(const struct source *source, bool parts, struct root_map *map)
{
    if (!parts)
        return root_map_cut(source->root, source->path, HIVE_FILE_MAX, map);
    int r = root_map_parts(source->root, source->path, HIVE_FILE_MAX, map);
    if (r < 0 || root_map_load(map, 0, map->size < HIVE_BEGIN ? map->size : HIVE_BEGIN))
        return r;
    root_unmap(map);
    return -EIO;
}

static int open_file(const struct source *source, bool parts, struct hive_file *file)
{
    *file = (struct hive_file){0};
    if (is_running(source))
        return open_running(source, file);
    if (!source->named && is_base(source)) {
        file->is_base = true;
        return -ENOENT;
    }
    int r = map_file(source, parts, &file->map);
    if (r < 0)
        return r;
    if (!file->map.size && source->copy) {
        file->why = "an empty file, as Windows 10 and later leave in RegBack";
        return -ENOENT;
    }
    file->why = hive_refusal(file->map.data, file->map.size);
    bool layer = hive_is_layer(file->map.data, file->map.size);
    if (layer && parts && !root_map_load(&file->map, 0, file->map.size))
        return -EIO;
    parts = parts && file->map.fd >= 0; /* what was compressed is all there */
    r = layer ? open_layer(source, file)
              : open_hive(source, &file->map, parts ? NULL : hive_open, &file->hive);
    if (r < 0)
        return r;
    file->open = true;
    file->kind = hive_kind(&file->hive);
    put_root(file, source->path);
    /* A hive of a file is never the live host's, though its root file system holds the file. */
    if (!*source->host || source->live)
        hive_computer_name(&file->hive, &file->host);
    else
        buffer_puts(&file->host, source->host);
    hive_refill(&file->hive);
    return buffer_text(&file->root) && buffer_text(&file->host) ? 0 : -ENOMEM;
}

int hive_file_open(const struct source *source, struct hive_file *file)
{
    return open_file(source, false, file);
}

int hive_file_open_parts(const struct source *source, struct hive_file *file)
{
    return open_file(source, true, file);
}

void hive_file_close(struct hive_file *file)
{
    if (file->open)
        hive_close(&file->hive);
    root_unmap(&file->map);
    root_unmap(&file->base);
    buffer_free(&file->root);
    buffer_free(&file->host);
    *file = (struct hive_file){0};
}

/* Reporting ----------------------------------------------------------------------- */

static void add(struct buffer *text, const char *what)
{
    buffer_puts(text, text->size ? "; " : "");
    buffer_puts(text, what);
}

static void describe(struct buffer *text, const struct hive *hive)
{
    if (hive->root == HIVE_NONE)
        add(text, "no root key");
    if (hive->damaged_base)
        add(text, "the base block is damaged");
    if (hive->truncated)
        add(text, "the file is shorter than it says");
    if (hive_unread(hive))
        add(text, "a part of the file could not be read");
    if (hive->dirty && !hive->damaged_base && !hive->recovered)
        add(text, "its last write did not finish and no log applies");
    if (hive->recovered) {
        add(text, "replayed from its logs, ");
        buffer_printf(text, "%u pages", hive->pages);
    }
    if (hive->oversize && !hive->value_max)
        add(text, "values above 16 MiB were cut");
    else if (hive->oversize)
        buffer_printf(text, "%svalues above %u KiB were cut", text->size ? "; " : "",
                      hive->value_max >> 10);
    if (hive->items == 0 || hive->bytes == 0)
        add(text, "given up: its lists repeat");
}

void hive_file_report(struct tbl_scan *scan, const struct hive_file *file, struct report *report)
{
    const struct hive *hive = &file->hive;
    struct buffer      detail = {0};

    if (file->is_base) {
        report->status = SOURCE_READ;
        report->records = 0;
        report->detail = "the base of a differencing hive beside it, with which it is read";
        return;
    }
    if (report->status != SOURCE_READ) { /* it could not be opened */
        report->detail = file->why ? file->why : report->detail;
        return;
    }
    describe(&detail, hive);
    if (file->map.cut)
        add(&detail,
            "its compressed form is damaged, or goes on after its end: read as far as that");
    if (hive_live_denied(hive))
        buffer_printf(&detail, "%s%llu keys denied", detail.size ? "; " : "",
                      (unsigned long long)hive_live_denied(hive));
    if (tbl_source(scan)->copy)
        add(&detail, "a copy, by which the registry in use is not judged");
    if (file->base.data)
        add(&detail, "a differencing hive, read as a layer over its base beside it");
    report->host = tbl_strndup(scan, file->host.data, file->host.size);
    report->skipped = (int64_t)(hive->lost + hive->oversize);
    report->detail = detail.size ? tbl_strndup(scan, detail.data, detail.size) : NULL;
    if (hive->damaged_base || hive->truncated || hive->root == HIVE_NONE || file->map.cut ||
        hive_unread(hive))
        report->status = SOURCE_DAMAGED;
    buffer_free(&detail);
}
