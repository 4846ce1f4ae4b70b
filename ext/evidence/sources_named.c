/* sources_named.c -- the files that a query names: a path, a pattern, a folder, an archive, a root. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/log/stream.h"
#include "host.h"
#include "sources_parts.h"
#include "table/registry.h"

SQLITE_EXTENSION_INIT3

int sources_add_root(struct sources_impl *impl, const char *path)
{
    const struct root_system *system = root_system_at(path);
    const char               *kind = system ? system->kind : "linux";
    const char               *last = strrchr(path, '/');
    char                      host[HOST_MAX], zone[HOST_MAX];
    struct root              *root = NULL;

    int r = root_open(path, system ? system->flags : 0, &root);
    if (r < 0)
        return r;
    host_of_root(root, kind, host, zone);
    struct owner owner = {.host = *host ? host : last ? last + 1 : path};
    r = batch_add_system(impl, owner, root, source_os(kind));
    root_unref(root);
    return r;
}

/* The evidence whose root holds a path, counted, and the rest of the path within it. */
static struct evidence_entry *holder_of(struct svcql *svcql, const char *path,
                                        const char **ret_rest)
{
    const struct evidence *evidence;
    size_t                 best = SIZE_MAX, best_size = 0;

    for (size_t i = 0; (evidence = evidence_at(svcql, i)); i++) {
        size_t size = strcmp(evidence->root, "/") == 0 ? 0 : strlen(evidence->root);

        if (strncmp(path, evidence->root, size) != 0 || path[size] != '/' ||
            (best != SIZE_MAX && size <= best_size))
            continue;
        best = i;
        best_size = size;
    }
    *ret_rest = path + best_size;
    return best == SIZE_MAX ? NULL : evidence_entry_ref(svcql, best);
}

/* The kind of a file that the query names: by its first bytes, expanded if it is compressed, or, for kinds
 * without a mark, by its name; else the first wanted kind that its bytes do not exclude. */
static enum artefact artefact_of_file(const struct root *root, const char *path, unsigned wanted)
{
    static const enum artefact marked[] = {ARTEFACT_JOURNAL, ARTEFACT_EVENT_LOG, ARTEFACT_HIVE,
                                           ARTEFACT_EVENT_JSON};
    const char                *name = strrchr(path, '/');
    enum artefact              artefact = (enum artefact)__builtin_ctz(wanted), named;
    unsigned                   left = wanted; /* without those whose mark the bytes lack */
    struct stream             *stream = NULL;
    char                      *data;
    size_t                     size = 0;
    bool                       unsure;

    if (wanted == 1u << artefact)
        return artefact;
    if (root_open_stream(root, path, NULL, &stream) == 0 && stream_block(stream, &data, &size) <= 0)
        size = 0;
    for (size_t i = 0; size && i < TBL_COUNT(marked); i++) {
        if (wanted & 1u << marked[i] && artefact_sniff(marked[i], (const uint8_t *)data, size)) {
            stream_close(stream);
            return marked[i];
        }
        left &= ~(1u << marked[i]);
    }
    stream_close(stream);
    if (artefact_of_name(name ? name + 1 : path, "", wanted, &named, &unsure) &&
        (!unsure || named == ARTEFACT_EVENT_JSON || left & 1u << named))
        return named;
    return left ? (enum artefact)__builtin_ctz(left) : artefact;
}

/* A file that the query names, or a folder of journals. It is read below its evidence's root or,
 * where no evidence holds it, below its own folder, so that a planted link cannot lead out of it.
 * */
static int add_named_file(struct sources_impl *impl, const char *path, unsigned artefacts)
{
    const char            *slash = strrchr(path, '/'), *rest;
    struct evidence_entry *holder = holder_of(impl->svcql, path, &rest);
    struct root           *root = NULL;
    struct stat            st;
    char                  *dir = NULL, *within = NULL;

    int r = holder ? root_open(holder->shown.root, holder->shown.flags, &root) : -ENOENT;
    if (r == 0 && root_stat(root, rest, true, &st) == -ENOTDIR) { /* in an archive of no evidence */
        root = root_unref(root);
        evidence_entry_unref(holder);
        holder = NULL;
    }
    if (!holder) {
        dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
        r = dir ? root_open(dir, 0, &root) : -ENOMEM;
        rest = slash ? slash : path;
    }
    if (r == 0 && asprintf(&within, "%s%s", *rest == '/' ? "" : "/", rest) < 0)
        r = -ENOMEM;
    if (r == 0)
        r = batch_add(&impl->batch, (struct owner){holder, ""}, root,
                      artefact_of_file(root, within, artefacts & ~ROOT_ARTEFACTS), within);
    if (r == 0)
        impl->batch.found[impl->batch.n - 1].named = true;
    root_unref(root);
    evidence_entry_unref(holder);
    free(within);
    free(dir);
    return r;
}

static int set_text(const char **text, const char *value)
{
    char *copy = value ? strdup(value) : NULL;

    if (value && !copy)
        return -ENOMEM;
    free((void *)(uintptr_t)*text);
    *text = copy;
    return 0;
}

/* Sources found in a folder belong to the evidence that holds the folder. */
static int give_to(struct evidence_entry *entry, const struct evidence_entry *holder)
{
    if (!holder)
        return 0;
    entry->shown.id = holder->shown.id;
    entry->shown.live = holder->shown.live;
    entry->shown.host_given = holder->shown.host_given;
    int r = set_text(&entry->shown.host, holder->shown.host);
    return r < 0 ? r : set_text(&entry->shown.time_zone, holder->shown.time_zone);
}

/* The live host's hives have no files ---------------------------------------------- */

static int is_that_hive(void *path, const char *loaded)
{
    return strcasecmp(path, loaded) == 0;
}

static bool is_loaded(const char *path)
{
    return strncmp(path, "HKEY_", 5) == 0 &&
           host_registry_roots(is_that_hive, (void *)(uintptr_t)path) > 0;
}

/* The live host's evidence, counted; NULL where it was removed. */
static struct evidence_entry *live_entry_of(const struct svcql *svcql)
{
    struct evidence_entry *entry;

    for (size_t i = 0; (entry = evidence_entry_ref(svcql, i)); i++) {
        if (entry->shown.live)
            return entry;
        evidence_entry_unref(entry);
    }
    return NULL;
}

/* Takes the reference. */
static int add_loaded(struct sources_impl *impl, struct evidence_entry *live, const char *path)
{
    struct root *root = NULL;

    int r = root_open(live->shown.root, live->shown.flags, &root);
    if (r == 0)
        r = batch_add_hive(impl, (struct owner){.entry = live}, root, path);
    root_unref(root);
    evidence_entry_unref(live);
    return r;
}

/* A path of a query of which a part could not be listed, for every table that would read it. */
static int report_broken(struct sources_impl *impl, const char *path, int error, size_t skipped)
{
    const struct tbl_table *table;
    int                     rc = SQLITE_OK;

    for (size_t i = 0; error && rc == SQLITE_OK && (table = tbl_at(impl->svcql, i)); i++)
        if (table->artefacts & impl->artefacts)
            rc = svcql_report(impl->svcql, &(struct report){.table = table->name,
                                                            .kind = "folder",
                                                            .location = path,
                                                            .status = source_status_of(error),
                                                            .records = TBL_NULL,
                                                            .skipped = (int64_t)skipped,
                                                            .detail = source_error(error)});
    return rc == SQLITE_OK ? 0 : -ENOMEM;
}

/* The files of a folder that the query names and of all folders in it, and of the systems whose
 * roots are in it. -ENODATA: none of the wanted kinds. */
static int add_named_folder(struct sources_impl *impl, const char *path)
{
    struct discovery       found = {0};
    const char            *rest;
    struct evidence_entry *holder = holder_of(impl->svcql, path, &rest);

    int r = discover(path, impl->artefacts & ~(1u << ARTEFACT_JOURNAL), &found);
    if (r == 0 && !(impl->entries = calloc(found.n + 1, sizeof(struct evidence_entry *))))
        r = -ENOMEM;
    for (size_t i = 0; r == 0 && i < found.n; i++) {
        struct evidence_entry *entry = evidence_entry_new(path, &found.items[i]);
        r = entry ? give_to(entry, holder) : -ENOMEM;
        if (entry)
            impl->entries[impl->n++] = entry;
    }
    if (r == 0)
        r = report_broken(impl, path, found.error, found.skipped);
    if (r == 0 && !impl->n)
        r = -ENODATA;
    discovery_free(&found);
    evidence_entry_unref(holder);
    return r;
}

/* Exactly this file; one in a missing folder is not an error, as it has no rows. */
int sources_add_file(struct sources_impl *impl, const char *path)
{
    struct evidence_entry *live = is_loaded(path) ? live_entry_of(impl->svcql) : NULL;

    if (live)
        return add_loaded(impl, live, path);
    int r = add_named_file(impl, path, impl->artefacts);

    return r == -ENOENT || r == -ENOTDIR ? 0 : r;
}

/* A folder, an archive, or a folder in one. */
static bool is_folder(const char *path)
{
    struct root *root = NULL;
    struct stat  st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return true;
    bool archive = root_open(path, 0, &root) == 0;
    root_unref(root);
    return archive;
}

static _Thread_local int listing_error; /* of the first folder that glob() could not list */

static int note_folder(const char *path, int error)
{
    (void)path;
    listing_error = listing_error || error == ENOENT || error == ENOTDIR ? listing_error : -error;
    return 0;
}

static void *open_folder(const char *path)
{
    return root_dir_take(opendir(path));
}

/* By default, glob() treats an error as the end of a folder. */
static struct dirent *next_entry_of(void *folder)
{
    struct dirent *entry;
    int            r = root_readdir(folder, &entry);

    if (r < 0)
        note_folder(NULL, -r);
    return r > 0 ? entry : NULL;
}

static void close_folder(void *folder)
{
    root_closedir(folder);
}

/* Find the files that fit the query's pattern. */
static int expand(struct sources_impl *impl, const char *pattern)
{
    glob_t *names = &impl->names;

    names->gl_opendir = open_folder;
    names->gl_readdir = next_entry_of;
    names->gl_closedir = close_folder;
    names->gl_stat = stat;
    names->gl_lstat = lstat;
    listing_error = 0;
    int r = glob(pattern, GLOB_NOSORT | GLOB_ALTDIRFUNC, note_folder, names);
    if (r == GLOB_NOSPACE || report_broken(impl, pattern, listing_error, 1) < 0)
        return -ENOMEM;
    return names->gl_pathc ? 0 : -ENODATA;
}

/* A file that the query names and that is missing is an error: no rows would look like an answer. */
static int check_present(const struct found *found)
{
    struct stat st;
    int         r = root_stat(found->root, found->path, true, &st);

    return r == -ENOENT || r == -ENOTDIR ? r : 0;
}

int sources_add_named(struct sources_impl *impl, const char *path)
{
    unsigned    journal = impl->artefacts & 1u << ARTEFACT_JOURNAL;
    struct stat st;

    if (is_folder(path)) {
        int r = impl->artefacts == journal ? -ENODATA : add_named_folder(impl, path);
        return r == -ENODATA && journal ? add_named_file(impl, path, journal) : r;
    }
    if (strpbrk(path, "*?[") && lstat(path, &st) < 0)
        return expand(impl, path);
    int r = add_named_file(impl, path, impl->artefacts);
    return r < 0 ? r : check_present(&impl->batch.found[impl->batch.n - 1]);
}

/* The next file of the query's pattern: its root is opened here, and closed with the batch. One
 * that was removed meanwhile does not stop the others. */
int sources_next_name(struct sources_impl *impl)
{
    const char *path = impl->names.gl_pathv[impl->next_name++];

    batch_clear(&impl->batch);
    int r = add_named_file(impl, path, impl->artefacts);
    return r == -ENOENT || r == -ENOTDIR || root_denied(r) ? 0 : r;
}
