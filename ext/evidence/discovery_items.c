/* discovery_items.c -- group what a walk found by collection and host: each root, and the loose files of each host. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cjson/cJSON.h>

#include "discovery_parts.h"
#include "formats/text/array.h"
#include "formats/text/json_tree.h"
#include "root_names.h"

#define ASKED_MAX 16 /* loose files of one kind that are read for their host */

/* Collections ------------------------------------------------------------------ */

/* Folders that are a part of every host's collection, and name none. */
static bool is_generic(const char *name, size_t size)
{
    /* clang-format off */
    static const char *const names[] = {
        "[root]", "root", "rootfs", "fs", "filesystem", "image", "disk", "mnt", "mount", "c_drive",
        "live_response", "uploads", "results", "auto", "file", "files", "ntfs", "lazy_ntfs", "mft",
        "triage", "artifacts", "collection", "collected", "evidence_files",
        "logs", "log", "evtx", "eventlogs", "event logs", "winevt", "registry", "hives", "config",
        "system32", "windows", "journal", "audit", "history", "json", "plist", "plists",
        "launchdaemons", "launchagents", "units", "systemd", "system", "user",
        "var", "etc", "usr", "lib", "run", "home", "tmp", "opt", "private", "library", "users",
        "programdata", "remote", "export", "exports",
    };
    /* clang-format on */

    if (size == 1 || memmem(name, size, "%3A", 3) || memmem(name, size, "%5C", 3))
        return true; /* a drive */
    if (size == 2 && name[1] == ':')
        return true;
    for (size_t i = 0; i < TBL_COUNT(names); i++)
        if (strlen(names[i]) == size && strncasecmp(names[i], name, size) == 0)
            return true;
    return copy_name(&name, &size);
}

/* Cut generic folders off the end of a path: the rest is the collection's own folder. */
static void cut_generic(char *path)
{
    for (char *slash; (slash = strrchr(path, '/')) && is_generic(slash + 1, strlen(slash + 1));)
        *slash = '\0';
}

int discovery_add(struct walker *w, const struct root_system *system, enum artefact artefact,
                  const char *path)
{
    struct candidate *candidate = ARRAY_ADD(w->candidates, w->n);

    if (!candidate)
        return -ENOMEM;
    *candidate = (struct candidate){system, artefact, strdup(path), strdup(path)};
    if (!candidate->path || !candidate->collection)
        return -ENOMEM;
    if (system)
        cut_generic(candidate->collection);
    return 0;
}

/* Whether a folder is another or is below it. */
static bool is_within(const char *path, const char *folder)
{
    size_t size = strlen(folder);

    return strncmp(path, folder, size) == 0 && (!path[size] || path[size] == '/');
}

/* The nearest collection of a root that holds a file; NULL for none. */
static const char *holder(const struct walker *w, const char *path)
{
    const char *best = NULL;

    for (size_t i = 0; i < w->n && w->candidates[i].system; i++) {
        const char *folder = w->candidates[i].collection;
        if (is_within(path, folder) && (!best || strlen(folder) > strlen(best)))
            best = folder;
    }
    return best;
}

static bool same_folder(const char *a, const char *b)
{
    size_t size = (size_t)(strrchr(a, '/') - a);

    return size == (size_t)(strrchr(b, '/') - b) && memcmp(a, b, size) == 0;
}

/* A loose file belongs to the collection of a root or, without one, to the first folder of the
 * location that could name a host. `before` is the file before it, or NULL. */
static void set_collection(const struct walker *w, struct candidate *file,
                           const struct candidate *before)
{
    const char *path = file->path;
    size_t      size = 1 + strcspn(path + 1, "/");

    if (before && same_folder(before->path, path))
        size = strlen(before->collection);
    else if (holder(w, path))
        size = strlen(holder(w, path));
    else if (!path[size] || is_generic(path + 1, size - 1))
        size = 0;
    file->collection[size] = '\0';
}

/* Items ------------------------------------------------------------------------ */

static void free_item(struct discovered *item)
{
    for (size_t i = 0; i < item->n; i++)
        free(item->files[i].path);
    free(item->files);
    free(item->root);
    free(item->host);
    free(item->time_zone);
}

void discovery_free(struct discovery *found)
{
    for (size_t i = 0; i < found->n; i++)
        free_item(&found->items[i]);
    free(found->items);
    for (size_t i = 0; i < found->unknown.n; i++)
        free(found->unknown.paths[i]);
    free(found->unknown.paths);
    free(found->unknown.what);
    *found = (struct discovery){0};
}

static int add_item(struct walker *w, const char *kind, const char *dir, unsigned flags,
                    const char *host, const char *zone)
{
    struct discovery  *d = w->result;
    struct discovered *item = ARRAY_ADD(d->items, d->n);

    if (!item)
        return -ENOMEM;
    *item = (struct discovered){.kind = kind,
                                .flags = flags,
                                .host = strdup(host),
                                .time_zone = *zone ? strdup(zone) : NULL};
    if (asprintf(&item->root, "%s%s", root_path(w->root), dir) < 0)
        item->root = NULL;
    if (item->root && !*item->root) {
        free(item->root);
        item->root = strdup("/");
    }
    return item->root && item->host && (!*zone || item->time_zone) ? 0 : -ENOMEM;
}

/* Velociraptor keeps what it uploads below the name of the accessor that read it, and drives with a
 * percent sign. */
static unsigned percent_flag(const char *path)
{
    static const char *const marks[] = {"/uploads/auto",
                                        "/uploads/ntfs",
                                        "/uploads/file",
                                        "/uploads/lazy_ntfs",
                                        "/uploads/mft",
                                        "%3A",
                                        "%3a"};

    for (size_t i = 0; i < TBL_COUNT(marks); i++)
        if (strstr(path, marks[i]))
            return ROOT_PERCENT;
    return 0;
}

static int add_root_item(struct walker *w, const struct candidate *candidate)
{
    char         host[HOST_MAX] = "", zone[HOST_MAX] = "";
    struct root *root = NULL;
    char        *full = NULL;

    if (asprintf(&full, "%s%s", root_path(w->root), candidate->path) < 0)
        return -ENOMEM;
    unsigned flags = candidate->system->flags | percent_flag(full);
    if (root_open(*full ? full : "/", flags, &root) == 0)
        host_of_root(root, candidate->system->kind, host, zone);
    root_unref(root);
    free(full);
    return add_item(w, candidate->system->kind, candidate->path, flags, host, zone);
}

/* The name that all loose files of a collection have, or "". */
static void host_of_files(const struct walker *w, const struct candidate *files, size_t n,
                          char host[HOST_MAX], char zone[HOST_MAX])
{
    static const enum artefact with_host[] = {ARTEFACT_HIVE, ARTEFACT_EVENT_LOG, ARTEFACT_JOURNAL};

    for (size_t a = 0; a < TBL_COUNT(with_host) && !*host; a++)
        for (size_t i = 0, tries = 0; i < n && tries < ASKED_MAX; i++) {
            char name[HOST_MAX] = "", its_zone[HOST_MAX] = "";

            if (files[i].artefact != with_host[a])
                continue;
            tries++;
            if (!host_of_file(w->root, with_host[a], files[i].path, name, its_zone))
                continue;
            if (*host && strcasecmp(host, name) != 0) {
                *host = *zone = '\0'; /* of several hosts */
                return;
            }
            strcpy(host, name);
            strcpy(zone, its_zone);
        }
}

/* Add the loose files of one collection, which are adjacent. */
static int add_files_item(struct walker *w, const struct candidate *files, size_t n)
{
    char   host[HOST_MAX] = "", zone[HOST_MAX] = "";
    size_t skip = strlen(files->collection);

    host_of_files(w, files, n, host, zone);
    int r = add_item(w, "files", files->collection, percent_flag(files->path), host, zone);
    if (r < 0)
        return r;
    struct discovered *item = &w->result->items[w->result->n - 1];
    if (!(item->files = calloc(n, sizeof *item->files)))
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        char *path = strdup(files[i].path + skip);
        if (!path)
            return -ENOMEM;
        item->files[item->n++] = (struct discovered_file){files[i].artefact, path};
    }
    return 0;
}

/* Names ------------------------------------------------------------------------ */

/* The host in Velociraptor's file about its client. */
static bool host_of_client(const struct walker *w, const char *collection, char host[HOST_MAX])
{
    char   path[ROOT_PATH_MAX + 64];
    char  *text;
    size_t size;

    snprintf(path, sizeof path, "%s/client_info.json", collection);
    if (root_read(w->root, path, ROOT_FILE_MAX, &text, &size) < 0)
        return false;
    cJSON *json;
    json_tree(text, size, &json);
    const cJSON *info = cJSON_GetObjectItem(json, "os_info");
    const cJSON *name = cJSON_GetObjectItem(info ? info : json, "hostname");
    bool         found = cJSON_IsString(name) && *name->valuestring;
    if (found)
        snprintf(host, HOST_MAX, "%s", name->valuestring);
    cJSON_Delete(json);
    free(text);
    return found;
}

/* Names that collectors write beside the collected files: UAC, Velociraptor. */
static bool host_beside(const struct walker *w, const char *collection, char host[HOST_MAX])
{
    static const char *const texts[] = {"live_response/network/hostname.txt",
                                        "live_response/system/hostname.txt",
                                        "live_response/network/hostname_-f.txt"};
    char                     path[ROOT_PATH_MAX + 64];

    for (size_t i = 0; i < TBL_COUNT(texts); i++) {
        snprintf(path, sizeof path, "%s/%s", collection, texts[i]);
        if (host_of_text(w->root, path, host))
            return true;
    }
    return host_of_client(w, collection, host);
}

/* The name of an archive without what says that it is one. */
static void cut_archive(char *name)
{
    size_t size = strlen(name);

    if (!root_names_archive(name))
        return;
    while (size && name[size] != '.')
        size--;
    if (size > 4 && strncasecmp(name + size - 4, ".tar", 4) == 0)
        size -= 4;
    name[size] = '\0';
}

/* The last folder of a path that could name a host; its last folder where none could. */
static void host_of_path(const char *location, const char *collection, char host[HOST_MAX])
{
    char path[2 * ROOT_PATH_MAX];

    const char *file = strrchr(location, '/');
    int         size = (int)strlen(location);
    if (file && root_names_image(file + 1)) /* what lists an image is named after its folder */
        size = (int)(file - location);
    snprintf(path, sizeof path, "%.*s%s", size, location, collection);
    for (int i = 0; i < 2; i++) {
        const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
        if (*last)
            snprintf(host, HOST_MAX, "%.*s", HOST_MAX - 1, last);
        cut_archive(host);
        cut_generic(path);
    }
}

static int set_host(struct discovered *item, const char *host)
{
    char *copy = strdup(host);

    if (!copy)
        return -ENOMEM;
    free(item->host);
    item->host = copy;
    return 0;
}

/* Give a collection's nameless items the name that another of them has, that a collector left, or
 * that of its folder. */
static int name_collection(struct walker *w, size_t first, size_t end, const char *collection)
{
    char host[HOST_MAX] = "";
    int  r = 0;

    for (size_t i = first; i < end && !*host; i++)
        snprintf(host, sizeof host, "%s", w->result->items[i].host);
    if (!*host && !host_beside(w, collection, host))
        host_of_path(root_path(w->root), collection, host);
    for (size_t i = first; i < end && r == 0; i++)
        if (!*w->result->items[i].host)
            r = set_host(&w->result->items[i], host);
    return r;
}

/* By collection, roots before files; else as they were found. */
static int by_collection(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    int                     order = strcmp(x->collection, y->collection);

    if (order)
        return order;
    if (!x->system != !y->system)
        return x->system ? -1 : 1;
    return strcmp(x->path, y->path);
}

/* Add the items of one collection, whose candidates are adjacent. */
static int add_collection(struct walker *w, const struct candidate *candidates, size_t n)
{
    size_t first = w->result->n, i = 0;
    int    r = 0;

    for (; r == 0 && i < n && candidates[i].system; i++)
        r = add_root_item(w, &candidates[i]);
    if (r == 0 && i < n)
        r = add_files_item(w, candidates + i, n - i);
    return r < 0 ? r : name_collection(w, first, w->result->n, candidates->collection);
}

static int by_path_roots_first(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;

    if (!x->system != !y->system)
        return x->system ? -1 : 1;
    return strcmp(x->path, y->path);
}

int discovery_group(struct walker *w)
{
    int r = 0;

    if (w->n)
        qsort(w->candidates, w->n, sizeof *w->candidates, by_path_roots_first);
    for (size_t i = 0; i < w->n; i++)
        if (!w->candidates[i].system)
            set_collection(w, &w->candidates[i],
                           i && !w->candidates[i - 1].system ? &w->candidates[i - 1] : NULL);
    if (w->n)
        qsort(w->candidates, w->n, sizeof *w->candidates, by_collection);
    for (size_t i = 0, end; r == 0 && i < w->n; i = end) {
        for (end = i + 1; end < w->n; end++)
            if (strcmp(w->candidates[end].collection, w->candidates[i].collection) != 0)
                break;
        r = add_collection(w, w->candidates + i, end - i);
    }
    return r;
}

int discovery_group_nothing(struct walker *w)
{
    int r = add_item(w, "files", "", 0, "", "");

    return r < 0 ? r : name_collection(w, 0, 1, "");
}
