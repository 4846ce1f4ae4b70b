#include "hive_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/hive/hive_live.h"
#include "host.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

enum { LOGS = 3, LOG_MAX = 512 << 20 };

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
    } else if (file->kind == HIVE_USER && strcasecmp(file_name(path), "DEFAULT") == 0) {
        buffer_puts(&file->root, "HKEY_USERS\\.DEFAULT");
    } else if (file->kind == HIVE_USER || file->kind == HIVE_USER_CLASSES) {
        put_user(file, path);
    } else {
        buffer_puts(&file->root, "\\");
        buffer_utf8(&file->root, file_name(path), strlen(file_name(path)));
    }
}

/* Opening ------------------------------------------------------------------------- */

/* Map the existing logs beside a hive, with the ending in either case. */
static void map_logs(const struct source *source, struct root_map maps[LOGS])
{
    static const char *const endings[LOGS][2] = {
        {".LOG1", ".log1"}, {".LOG2", ".log2"}, {".LOG", ".log"}};
    char path[ROOT_PATH_MAX];

    for (size_t i = 0; i < LOGS; i++)
        for (size_t j = 0; j < 2 && !maps[i].data; j++) {
            int n = snprintf(path, sizeof path, "%s%s", source->path, endings[i][j]);
            if (n > 0 && (size_t)n < sizeof path)
                root_map(source->root, path, LOG_MAX, &maps[i]);
        }
}

typedef int open_fn(struct hive *ret, uint8_t *data, size_t size, const struct hive_log *logs,
                    size_t n_logs);

static int open_hive(const struct source *source, const struct root_map *map, open_fn *open,
                     struct hive *hive)
{
    struct root_map maps[LOGS] = {0};
    struct hive_log logs[LOGS];

    if (hive_is_dirty(map->data, map->size))
        map_logs(source, maps);
    for (size_t i = 0; i < LOGS; i++)
        logs[i] = (struct hive_log){maps[i].data, maps[i].size};
    int r = open(hive, map->data, map->size, logs, LOGS);
    for (size_t i = 0; i < LOGS; i++)
        root_unmap(&maps[i]);
    return r;
}

/* Open the base of a differencing hive, which containers keep as SYSTEM_Base or SYSTEM beside SYSTEM_Delta.
 * -EPROTONOSUPPORT where there is none. */
static int open_base(const struct source *source, struct hive_file *file)
{
    static const char        delta[] = "_Delta";
    static const char *const ends[] = {"_Base", "_base", "_BASE", ""};
    char                     path[ROOT_PATH_MAX];
    struct source            beside = *source;
    size_t                   size = strlen(source->path), tail = strlen(delta);

    if (size <= tail || strcasecmp(source->path + size - tail, delta) != 0)
        return -EPROTONOSUPPORT;
    beside.path = path;
    for (size_t i = 0; i < TBL_COUNT(ends); i++) {
        int n = snprintf(path, sizeof path, "%.*s%s", (int)(size - tail), source->path, ends[i]);
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

int hive_file_open(const struct source *source, struct hive_file *file)
{
    *file = (struct hive_file){0};
    if (is_running(source))
        return open_running(source, file);
    int r = root_map(source->root, source->path, HIVE_FILE_MAX, &file->map);
    if (r < 0)
        return r;
    if (!file->map.size && source->copy) {
        file->why = "an empty file, as Windows 10 and later leave in RegBack";
        return -ENOENT;
    }
    file->why = hive_refusal(file->map.data, file->map.size);
    r = hive_is_layer(file->map.data, file->map.size)
            ? open_layer(source, file)
            : open_hive(source, &file->map, hive_open, &file->hive);
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

    if (report->status != SOURCE_READ) { /* it could not be opened */
        report->detail = file->why ? file->why : report->detail;
        return;
    }
    describe(&detail, hive);
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
    if (hive->damaged_base || hive->truncated || hive->root == HIVE_NONE)
        report->status = SOURCE_DAMAGED;
    buffer_free(&detail);
}
