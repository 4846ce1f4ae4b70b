/* discovery.c -- walk a location and group the sources in it by host. */
#include "discovery.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "formats/journal/journal_file.h"
#include "formats/log/expander.h"
#include "formats/log/stream.h"
#include "formats/text/array.h"

#define SNIFF_SIZE 16384 /* bytes of a file that are read for marks */
#define ASKED_MAX  16    /* loose files of one kind that are read for their host */
#define ROOTS_MAX  10000

struct entry {
    char         *name;
    unsigned char type; /* DT_DIR, DT_REG, DT_LNK; others are ignored */
};

struct listing {
    struct entry *entries;
    size_t        n;
    bool          hint;  /* a name may be the beginning of a root's mark */
    bool          units; /* a file has a unit's name */
};

/* A root or a loose file, with the folder of its collection: paths within the location. */
struct candidate {
    const struct root_system *system; /* NULL: a file */
    enum artefact             artefact;
    char                     *path;
    char                     *collection;
};

struct walker {
    struct root      *root;   /* of the location */
    unsigned          wanted; /* set of 1u << enum artefact */
    struct discovery *result;
    struct candidate *candidates;
    size_t            n, roots;
    bool              in_journals; /* the folder being read is a source of journals already */
};

/* Listing ---------------------------------------------------------------------- */

static void free_listing(struct listing *listing)
{
    for (size_t i = 0; i < listing->n; i++)
        free(listing->entries[i].name);
    free(listing->entries);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/* The type of an entry whose file system does not return it with the name. */
static unsigned char type_of(const struct walker *w, const char *dir, const struct dirent *entry)
{
    struct stat st;
    char        path[ROOT_PATH_MAX];

    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type;
    if (snprintf(path, sizeof path, "%s/%s", dir, entry->d_name) >= ROOT_PATH_MAX ||
        root_stat(w->root, path, false, &st) < 0)
        return DT_UNKNOWN;
    return S_ISDIR(st.st_mode)   ? DT_DIR
           : S_ISREG(st.st_mode) ? DT_REG
           : S_ISLNK(st.st_mode) ? DT_LNK
                                 : DT_UNKNOWN;
}

static int add_entry(struct listing *listing, const char *name, unsigned char type)
{
    struct entry *entry = ARRAY_ADD(listing->entries, listing->n);

    if (!entry)
        return -ENOMEM;
    *entry = (struct entry){.name = strdup(name), .type = type};
    if (!entry->name) {
        listing->n--; /* a NULL name cannot be sorted */
        return -ENOMEM;
    }
    return 0;
}

/* Count a folder that was not read to its end. */
static int note_error(struct walker *w, int error)
{
    w->result->skipped++;
    w->result->error = w->result->error ? w->result->error : error;
    return 0;
}

/* List the folders, regular files and links of a folder, sorted. */
static int list(struct walker *w, const char *dir, struct listing *ret)
{
    struct listing   listing = {0};
    struct dirent   *entry;
    struct root_dir *stream = NULL;
    int              r = root_open_dir(w->root, *dir ? dir : "/", &stream);

    if (r < 0)
        return r;
    while (r >= 0 && (r = root_readdir(stream, &entry)) > 0) {
        if (++w->result->entries > DISCOVERY_ENTRIES) {
            w->result->skipped++;
            continue;
        }
        listing.hint = listing.hint || root_system_hint(entry->d_name);
        unsigned char type = type_of(w, dir, entry);
        listing.units = listing.units || (type == DT_REG && names_unit(entry->d_name));
        if (type == DT_DIR || type == DT_REG || type == DT_LNK)
            r = add_entry(&listing, entry->d_name, type);
    }
    root_closedir(stream);
    if (listing.n)
        qsort(listing.entries, listing.n, sizeof *listing.entries, by_name);
    *ret = listing;
    return r < 0 && r != -ENOMEM && listing.n ? note_error(w, r) : r;
}

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

/* Add a candidate at a path, which is copied. Its collection is set later where it is a file. */
static int add_candidate(struct walker *w, const struct root_system *system, enum artefact artefact,
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

/* Walking ---------------------------------------------------------------------- */

/* Whether the text of a compressed file is of the artefact. One that is damaged from its first byte
 * is what its name says: the table that opens it reports it. Takes the descriptor. */
static bool sniff_expanded(enum artefact artefact, int fd)
{
    struct stream *stream;
    char          *data;
    size_t         size;
    bool           fits;

    if (lseek(fd, 0, SEEK_SET) != 0 || stream_open(fd, &stream) < 0)
        return false;
    int r = stream_block(stream, &data, &size);
    fits = r > 0 ? artefact_sniff(artefact, (uint8_t *)data, size < SNIFF_SIZE ? size : SNIFF_SIZE)
                 : r < 0;
    stream_close(stream);
    return fits;
}

/* A member of an archive: nothing but a stream is cheap. One that is encrypted is what its name says. */
static bool sniff_member(const struct walker *w, enum artefact artefact, const char *path)
{
    struct stream *stream;
    char          *data;
    size_t         size;
    int            r = root_open_stream(w->root, path, NULL, &stream);

    if (r < 0)
        return r == -ENOKEY;
    r = stream_block(stream, &data, &size);
    bool fits =
        r > 0 && artefact_sniff(artefact, (uint8_t *)data, size < SNIFF_SIZE ? size : SNIFF_SIZE);
    stream_close(stream);
    return fits;
}

static bool sniff(const struct walker *w, enum artefact artefact, const char *path)
{
    uint8_t data[SNIFF_SIZE];

    if (root_in_archive(w->root))
        return sniff_member(w, artefact, path);
    int fd = root_open_file(w->root, path);
    if (fd < 0)
        return root_denied(fd); /* the table that opens it reports it */
    ssize_t size = read(fd, data, sizeof data);
    if (size > 0 && PACKED_ARTEFACTS & 1u << artefact && is_compressed(data, (size_t)size))
        return sniff_expanded(artefact, fd);
    close(fd);
    return size > 0 && artefact_sniff(artefact, data, (size_t)size);
}

/* A folder of journals is one source, which is read as one. */
static int take_journal(struct walker *w, const char *dir)
{
    if (w->in_journals)
        return 0;
    w->in_journals = true;
    return add_candidate(w, NULL, ARTEFACT_JOURNAL, dir);
}

/* Unknown files ------------------------------------------------------------------ */

static void count_unknown(struct unknown_files *unknown, const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t      i = 0;

    if (!dot || dot == name || strlen(dot) >= sizeof unknown->kinds->suffix)
        dot = "";
    while (i < unknown->n_kinds && strcmp(unknown->kinds[i].suffix, dot) != 0)
        i++;
    if (i == UNKNOWN_KINDS) { /* the last counts all further ones */
        i--;
        *unknown->kinds[i].suffix = '\0';
    } else if (i == unknown->n_kinds) {
        strcpy(unknown->kinds[unknown->n_kinds++].suffix, dot);
    }
    unknown->kinds[i].n++;
}

static int add_unknown(struct walker *w, const char *dir, const char *name)
{
    struct unknown_files *unknown = &w->result->unknown;

    if (unknown->n == UNKNOWN_FILES) {
        count_unknown(unknown, name);
        return 0;
    }
    if (!unknown->paths && !(unknown->paths = calloc(UNKNOWN_FILES, sizeof *unknown->paths)))
        return -ENOMEM;
    if (asprintf(&unknown->paths[unknown->n], "%s/%s", dir, name) < 0)
        return -ENOMEM;
    unknown->n++;
    return 0;
}

static bool has_name(const struct listing *listing, const char *name, size_t size)
{
    for (size_t i = 0; i < listing->n; i++)
        if (strlen(listing->entries[i].name) == size &&
            strncasecmp(listing->entries[i].name, name, size) == 0)
            return true;
    return false;
}

/* Whether a file is the log of a hive in the same folder, either of which may be compressed. */
static bool is_log_of_hive(const struct listing *listing, const char *name)
{
    static const char *const logs[] = {".LOG", ".LOG1", ".LOG2"};
    size_t                   size = uncompressed_name(name);
    char                     hive[ROOT_NAME_MAX + 1];

    for (size_t i = 0; i < TBL_COUNT(logs); i++) {
        size_t tail = strlen(logs[i]);
        if (size <= tail || strncasecmp(name + size - tail, logs[i], tail) != 0)
            continue;
        if (has_name(listing, name, size - tail))
            return true;
        int n = snprintf(hive, sizeof hive, "%.*s%s", (int)(size - tail), name, name + size);
        if (n > 0 && (size_t)n < sizeof hive && has_name(listing, hive, (size_t)n))
            return true;
    }
    return false;
}

/* Whether a file is read together with another: a hive's log with its hive, a collector's file
 * about the host with all of its files. */
static bool goes_with(const struct listing *listing, const char *name)
{
    static const char *const notes[] = {"client_info.json", "hostname.txt", "hostname_-f.txt"};

    for (size_t i = 0; i < TBL_COUNT(notes); i++)
        if (strcmp(name, notes[i]) == 0)
            return true;
    return is_log_of_hive(listing, name);
}

/* Files ------------------------------------------------------------------------ */

/* The kind of a file: the first that its name allows and, where many other files have such names,
 * that its bytes confirm. False: none of the wanted kinds. */
static bool recognise(const struct walker *w, const char *dir, const char *name, const char *path,
                      enum artefact *ret)
{
    unsigned wanted = w->wanted;
    bool     unsure;

    while (wanted && artefact_of_name(name, dir, wanted, ret, &unsure)) {
        if (!unsure || sniff(w, *ret, path))
            return true;
        wanted &= ~(1u << *ret);
    }
    /* Where the query itself names the folder, a file that should be a hive by its name is one that
     * is damaged. */
    return w->wanted != ARTEFACTS_ALL && artefact_of_name(name, dir, ARTEFACTS_ALL, ret, &unsure) &&
           w->wanted & 1u << *ret;
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

/* Add why members of one of the archives of a folder are left out. */
static void note_why(struct walker *w, const char *path, const char *why)
{
    size_t n = strlen(w->result->lost);

    if (*why)
        snprintf(w->result->lost + n, sizeof w->result->lost - n, "%s%s: %s", n ? "; " : "",
                 path + 1, why);
}

/* Take over what was found in an archive: its items; the rest of it has a line of its own. */
static int take_found(struct walker *w, const char *path, struct discovery *found)
{
    int r = 0;

    w->result->entries += found->entries;
    w->result->skipped += found->skipped;
    note_why(w, path, found->lost);
    w->result->error = w->result->error ? w->result->error : found->error;
    for (size_t i = 0; r == 0 && i < found->n; i++) {
        struct discovered *item = ARRAY_ADD(w->result->items, w->result->n);
        if (!item)
            return -ENOMEM;
        *item = found->items[i];
        found->items[i] = (struct discovered){0};
    }
    for (size_t i = 0; r == 0 && i < found->unknown.n; i++)
        r = add_unknown(w, path, found->unknown.paths[i] + 1);
    return r;
}

/* An archive in a folder: as if its members were in a folder of its name. False in *ret_taken where
 * nothing in it is known. */
static int take_archive(struct walker *w, const char *path, bool *ret_taken)
{
    struct discovery found = {0};
    char            *full = NULL;

    *ret_taken = false;
    if (asprintf(&full, "%s%s", root_path(w->root), path) < 0)
        return -ENOMEM;
    int r = root_is_archive(full) ? discover(full, w->wanted, &found) : -ENOTDIR;
    free(full);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    size_t files = 0;
    for (size_t i = 0; i < found.n; i++)
        files += found.items[i].n + (strcmp(found.items[i].kind, "files") != 0);
    *ret_taken = files || found.error;
    if (*ret_taken)
        r = take_found(w, path, &found);
    discovery_free(&found);
    return r;
}

/* `in_units`: the folder is one of units, whose other files unit_files shows too. */
static int take_file(struct walker *w, const char *dir, const struct listing *listing,
                     const char *name, bool in_units)
{
    enum artefact artefact;
    char          path[ROOT_PATH_MAX];

    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= ROOT_PATH_MAX) {
        w->result->skipped++;
        return 0;
    }
    if (root_names_archive(name)) {
        bool taken;
        int  r = take_archive(w, path, &taken);
        if (r < 0 || taken)
            return r;
    }
    if (!recognise(w, dir, name, path, &artefact))
        return in_units || goes_with(listing, name) ? 0 : add_unknown(w, dir, name);
    if (artefact == ARTEFACT_JOURNAL && *dir && journal_file_name(name))
        return take_journal(w, dir);
    return add_candidate(w, NULL, artefact, path);
}

/* Whether a folder is a root: 1 and a candidate, 0, or -ENOMEM. */
static int take_root(struct walker *w, const char *dir)
{
    char *full = NULL;

    if (asprintf(&full, "%s%s", root_path(w->root), dir) < 0)
        return -ENOMEM;
    const struct root_system *system = root_system_at(*full ? full : "/");
    free(full);
    if (!system)
        return 0;
    if (w->roots++ >= ROOTS_MAX) {
        w->result->skipped++;
        return 1;
    }
    int r = add_candidate(w, system, system->artefact, dir);
    return r < 0 ? r : 1;
}

/* `in_units`: the folder belongs to units above it: x.service.d, x.target.wants. */
static int walk(struct walker *w, const char *dir, unsigned depth, bool in_units);

static int walk_files(struct walker *w, const char *dir, const struct listing *listing,
                      bool in_units)
{
    int r = 0;

    w->in_journals = false;
    for (size_t i = 0; r == 0 && i < listing->n; i++) {
        const struct entry *entry = &listing->entries[i];
        if (entry->type == DT_LNK && !in_units)
            r = add_unknown(w, dir, entry->name);
        else if (entry->type == DT_REG)
            r = take_file(w, dir, listing, entry->name, in_units);
    }
    return r;
}

static int walk_folders(struct walker *w, const char *dir, const struct listing *listing,
                        unsigned depth, bool in_units)
{
    char path[ROOT_PATH_MAX];
    int  r = 0;

    for (size_t i = 0; r == 0 && i < listing->n; i++) {
        if (listing->entries[i].type != DT_DIR)
            continue;
        if (snprintf(path, sizeof path, "%s/%s", dir, listing->entries[i].name) < ROOT_PATH_MAX)
            r = walk(w, path, depth + 1, in_units && !unit_folder_of(path));
        else
            w->result->skipped++;
    }
    return r;
}

/* Whether a folder has a container's image in it: 1 with its items, 0, or -ENOMEM. What is beside the list
 * are parts of the image. */
static int take_image(struct walker *w, const char *dir, const struct listing *listing)
{
    char path[ROOT_PATH_MAX];
    bool taken = false;
    int  r = 0;

    for (size_t i = 0; r == 0 && !taken && i < listing->n; i++) {
        const struct entry *entry = &listing->entries[i];
        if (entry->type != DT_REG || !root_names_image(entry->name) || root_in_archive(w->root) ||
            snprintf(path, sizeof path, "%s/%s", dir, entry->name) >= ROOT_PATH_MAX)
            continue;
        r = take_archive(w, path, &taken);
    }
    return r < 0 ? r : taken;
}

/* Whether a folder is the root of a system: 1 and its candidates, 0, or -ENOMEM. */
static int take_system(struct walker *w, const char *dir, const struct listing *listing)
{
    int r = listing->hint ? take_root(w, dir) : 0;

    if (r == 0 && root_is_image(w->root, *dir ? dir : "/") && !has_name(listing, "Files", 5)) {
        const struct root_system *system = root_system_of(ARTEFACT_LINUX_ROOT);
        r = add_candidate(w, system, system->artefact, dir);
        r = r < 0 ? r : 1;
    }
    return r == 0 ? take_image(w, dir, listing) : r;
}

static int walk_listing(struct walker *w, const char *dir, const struct listing *listing,
                        unsigned depth, bool in_units)
{
    int r = take_system(w, dir, listing);

    if (r != 0)
        return r < 0 ? r : 0;
    bool units = listing->units && unit_folder_of(dir);
    if (units && w->wanted & 1u << ARTEFACT_LINUX_ROOT)
        r = add_candidate(w, NULL, ARTEFACT_LINUX_ROOT, *dir ? dir : "/");
    if (r == 0)
        r = walk_files(w, dir, listing, units || in_units);
    return r < 0 ? r : walk_folders(w, dir, listing, depth, units || in_units);
}

static int walk(struct walker *w, const char *dir, unsigned depth, bool in_units)
{
    struct listing listing = {0};

    if (depth > DISCOVERY_DEPTH) {
        w->result->skipped++;
        return 0;
    }
    int r = list(w, dir, &listing);
    if (r < 0 && r != -ENOMEM) {
        note_error(w, r);
        r = depth ? 0 : r;
    } else if (r == 0) {
        r = walk_listing(w, dir, &listing, depth, in_units);
    }
    free_listing(&listing);
    return r;
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
    cJSON       *json = cJSON_ParseWithLength(text, size);
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

static int assemble(struct walker *w)
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

/* Entry ------------------------------------------------------------------------ */

/* An unrecognised location still becomes an empty item, so that the user sees it. */
static int finish(struct walker *w, int r)
{
    if (r == 0)
        r = assemble(w);
    if (r == 0 && !w->result->n && w->wanted == ARTEFACTS_ALL) {
        r = add_item(w, "files", "", 0, "", "");
        if (r == 0)
            r = name_collection(w, 0, 1, "");
    }
    for (size_t i = 0; i < w->n; i++) {
        free(w->candidates[i].path);
        free(w->candidates[i].collection);
    }
    free(w->candidates);
    root_unref(w->root);
    if (r < 0)
        discovery_free(w->result);
    return r;
}

/* A location that is one file: its kind by its name or its first bytes. */
static int discover_file(struct walker *w, const char *name)
{
    static const enum artefact sniffed[] = {ARTEFACT_EVENT_LOG,  ARTEFACT_HIVE,
                                            ARTEFACT_JOURNAL,    ARTEFACT_AUDIT_LOG,
                                            ARTEFACT_EVENT_JSON, ARTEFACT_PLIST};
    enum artefact              artefact;
    char                       path[ROOT_PATH_MAX];

    if (snprintf(path, sizeof path, "/%s", name) >= ROOT_PATH_MAX)
        return -ENAMETOOLONG;
    if (recognise(w, "", name, path, &artefact))
        return add_candidate(w, NULL, artefact, path);
    for (size_t i = 0; i < TBL_COUNT(sniffed); i++)
        if (sniff(w, sniffed[i], path))
            return add_candidate(w, NULL, sniffed[i], path);
    return -ENOTSUP;
}

/* Count what is left out of an archive's index. */
static void note_lost(struct walker *w)
{
    int    error;
    size_t lost = root_lost(w->root, w->result->lost, &error);

    w->result->skipped += lost;
    if (error && lost)
        w->result->error = error;
    else if (error)
        note_error(w, error);
}

int discover(const char *location, unsigned wanted, struct discovery *ret)
{
    struct discovery result = {0};
    struct walker    w = {.result = &result, .wanted = wanted};
    const char      *slash = strrchr(location, '/');
    int              r = root_open(location, 0, &w.root);

    if (r == -ENOTDIR) {
        char *dir = slash ? strndup(location, (size_t)(slash - location) + 1) : strdup(".");
        r = dir ? root_open(dir, 0, &w.root) : -ENOMEM;
        free(dir);
        if (r < 0)
            return r;
        const char *name = slash ? slash + 1 : location;
        int         fd = root_open_file(w.root, name);
        if (fd >= 0)
            close(fd);
        r = finish(&w, fd < 0 ? fd : discover_file(&w, name));
    } else if (r == 0) {
        note_lost(&w);
        r = finish(&w, walk(&w, "", 0, false));
    }
    if (r == 0)
        *ret = result;
    return r;
}
