/* discovery_walk.c -- walk a location: its folders, files and archives. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "discovery_parts.h"
#include "formats/journal/journal_file.h"
#include "formats/log/expander.h"
#include "formats/text/array.h"

#define ROOTS_MAX 10000

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

int discovery_note(struct walker *w, int error)
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
    return r < 0 && r != -ENOMEM && listing.n ? discovery_note(w, r) : r;
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

static int add_unknown(struct walker *w, const char *dir, const char *name, const char *what)
{
    struct unknown_files *unknown = &w->result->unknown;

    if (unknown->n == UNKNOWN_FILES) {
        count_unknown(unknown, name);
        return 0;
    }
    if (!unknown->paths && !(unknown->paths = calloc(UNKNOWN_FILES, sizeof *unknown->paths)))
        return -ENOMEM;
    if (!unknown->what && !(unknown->what = calloc(UNKNOWN_FILES, sizeof *unknown->what)))
        return -ENOMEM;
    if (asprintf(&unknown->paths[unknown->n], "%s/%s", dir, name) < 0)
        return -ENOMEM;
    unknown->what[unknown->n++] = what;
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

/* A folder of journals is one source, which is read as one. */
static int take_journal(struct walker *w, const char *dir)
{
    if (w->in_journals)
        return 0;
    w->in_journals = true;
    return discovery_add(w, NULL, ARTEFACT_JOURNAL, dir);
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
        r = add_unknown(w, path, found->unknown.paths[i] + 1, found->unknown.what[i]);
    return r;
}

/* An archive in a folder: as if its members were in a folder of its name. False in *ret_taken where
 * nothing in it is known. One that cannot be read is taken if its name says that it is one. */
static int take_archive(struct walker *w, const char *path, bool *ret_taken)
{
    struct discovery found = {0};
    char            *full = NULL;

    *ret_taken = false;
    if (asprintf(&full, "%s%s", root_path(w->root), path) < 0)
        return -ENOMEM;
    int r = root_is_archive(full) ? w->discover(full, w->wanted, &found) : -ENOTDIR;
    free(full);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    size_t files = 0;
    for (size_t i = 0; i < found.n; i++)
        files += found.items[i].n + (strcmp(found.items[i].kind, "files") != 0);
    *ret_taken = files || (found.error && (root_names_archive(path) || root_names_image(path)));
    if (*ret_taken)
        r = take_found(w, path, &found);
    discovery_free(&found);
    return r;
}

/* A file of no kind, which may be an archive without the name of one. */
static int take_other(struct walker *w, const char *dir, const char *name, const char *path)
{
    bool        taken = false, room = w->result->unknown.n < UNKNOWN_FILES;
    const char *format = room ? discovery_format(w, path) : NULL;
    int         r = format && !root_names_archive(name) ? take_archive(w, path, &taken) : 0;

    return r < 0 || taken ? r : add_unknown(w, dir, name, format);
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
    if (!discovery_kind(w, dir, name, path, &artefact))
        return in_units || goes_with(listing, name) ? 0 : take_other(w, dir, name, path);
    if (artefact == ARTEFACT_JOURNAL && *dir && journal_file_name(name))
        return take_journal(w, dir);
    return discovery_add(w, NULL, artefact, path);
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
    int r = discovery_add(w, system, system->artefact, dir);
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
            r = add_unknown(w, dir, entry->name, NULL);
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
        r = discovery_add(w, system, system->artefact, dir);
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
        r = discovery_add(w, NULL, ARTEFACT_LINUX_ROOT, *dir ? dir : "/");
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
        discovery_note(w, r);
        r = depth ? 0 : r;
    } else if (r == 0) {
        r = walk_listing(w, dir, &listing, depth, in_units);
    }
    free_listing(&listing);
    return r;
}

int discovery_walk(struct walker *w)
{
    return walk(w, "", 0, false);
}
