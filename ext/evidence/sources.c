/* sources.c -- the files that a scan reads: those of the evidence, or those that the query names.
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connection.h"
#include "discovery.h"

SQLITE_EXTENSION_INIT3

#define NAMES_MAX 100000 /* files taken of one folder */

/* Where operating systems keep what ---------------------------------------- */

enum os { OS_LINUX = 1, OS_WINDOWS = 2, OS_MACOS = 4, OS_UNIX = OS_LINUX | OS_MACOS };

/* pattern NULL: the folder itself is the source. A "*" in dir stands for any name. */
static const struct place {
    enum artefact artefact;
    unsigned      os;
    const char   *dir, *pattern;
} places[] = {
    {ARTEFACT_AUDIT_LOG, OS_LINUX, "/var/log/audit", "audit.log*"},
    {ARTEFACT_JOURNAL, OS_LINUX, "/var/log/journal", NULL},
    {ARTEFACT_JOURNAL, OS_LINUX, "/run/log/journal", NULL},
    {ARTEFACT_AUTH_LOG, OS_UNIX, "/var/log", "auth.log*"},
    {ARTEFACT_AUTH_LOG, OS_UNIX, "/var/log", "secure*"},
    {ARTEFACT_PACKAGE_LOG, OS_LINUX, "/var/log", "dpkg.log*"},
    {ARTEFACT_PACKAGE_LOG, OS_LINUX, "/var/log/apt", "history.log*"},
    {ARTEFACT_PACKAGE_LOG, OS_LINUX, "/var/log", "dnf.rpm.log*"},
    {ARTEFACT_PACKAGE_LOG, OS_LINUX, "/var/log", "yum.log*"},
    {ARTEFACT_PACKAGE_LOG, OS_LINUX, "/var/log/zypp", "history*"},
    {ARTEFACT_EVENT_LOG, OS_WINDOWS, "/Windows/System32/winevt/Logs", "*.evtx"},
    {ARTEFACT_HIVE, OS_WINDOWS, "/Windows/System32/config", "SYSTEM"},
    {ARTEFACT_HIVE, OS_WINDOWS, "/Windows/System32/config", "SOFTWARE"},
    {ARTEFACT_HIVE, OS_WINDOWS, "/Windows/System32/config", "SAM"},
    {ARTEFACT_HIVE, OS_WINDOWS, "/Windows/System32/config", "SECURITY"},
    {ARTEFACT_HIVE, OS_WINDOWS, "/Windows/System32/config", "DEFAULT"},
    {ARTEFACT_HIVE, OS_WINDOWS, "/Users/*", "NTUSER.DAT"},
    {ARTEFACT_HIVE, OS_WINDOWS, "/Users/*/AppData/Local/Microsoft/Windows", "UsrClass.dat"},
    {ARTEFACT_HIVE, OS_WINDOWS, "/Windows/ServiceProfiles/*", "NTUSER.DAT"},
    {ARTEFACT_HIVE, OS_WINDOWS, "/Documents and Settings/*", "NTUSER.DAT"},
};

static unsigned os_of_kind(const char *kind)
{
    return strcmp(kind, "windows") == 0 ? OS_WINDOWS
           : strcmp(kind, "macos") == 0 ? OS_MACOS
           : strcmp(kind, "files") == 0 ? 0u
                                        : OS_LINUX;
}

/* Where artefacts of a kind lie below a root of that evidence; NULL where its system keeps none. */
static const char *evidence_place(const struct evidence *evidence, enum artefact artefact)
{
    for (size_t i = 0; i < TBL_COUNT(places); i++)
        if (places[i].artefact == artefact && places[i].os & os_of_kind(evidence->kind))
            return places[i].dir;
    return NULL;
}

/* Found ----------------------------------------------------------------------- */

struct found {
    struct evidence_entry *entry; /* counted; NULL: none holds it */
    struct root           *root;
    char                  *host; /* where there is no entry */
    char                  *path, *shown;
    enum artefact          artefact;
};

/* The sources of one evidence, or those that a query names. */
struct batch {
    struct found *found;
    size_t        n, next;
};

struct sources_impl {
    struct svcql           *svcql;
    unsigned                artefacts;
    struct evidence_entry **entries; /* whose sources are still to come, from `at` on */
    size_t                  n, at;
    struct batch            batch;
};

/* Whose a source is: an evidence, or a host by name. */
struct owner {
    struct evidence_entry *entry;
    const char            *host;
};

static void free_found(struct found *found)
{
    evidence_entry_unref(found->entry);
    root_unref(found->root);
    free(found->host);
    free(found->path);
    free(found->shown);
}

static void clear_batch(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        free_found(&batch->found[i]);
    free(batch->found);
    *batch = (struct batch){0};
}

static int add_found(struct batch *batch, struct owner owner, struct root *root,
                     enum artefact artefact, const char *path)
{
    if ((batch->n & (batch->n - 1)) == 0) { /* full at each power of two */
        struct found *more = realloc(batch->found, (batch->n ? 2 * batch->n : 1) * sizeof *more);
        if (!more)
            return -ENOMEM;
        batch->found = more;
    }
    char         shown[2 * ROOT_PATH_MAX];
    struct found found = {.entry = owner.entry,
                          .root = root_ref(root),
                          .host = owner.entry ? NULL : strdup(owner.host),
                          .path = strdup(path),
                          .artefact = artefact};
    if (owner.entry)
        owner.entry->references++;
    root_shown(root, path, shown);
    found.shown = strdup(*shown ? shown : "/");
    if (!found.path || !found.shown || (!owner.entry && !found.host)) {
        free_found(&found);
        return -ENOMEM;
    }
    batch->found[batch->n++] = found;
    return 0;
}

struct adder {
    struct batch       *batch;
    struct owner        owner;
    struct root        *root;
    const struct place *place;
};

/* Files of one folder by pattern. A folder that cannot be read is no file, but a source all the
 * same, so that the table which opens it reports why. */
static int add_folder(void *arg, const char *dir, int error, size_t lost)
{
    struct adder     *a = arg;
    struct root_names names = {0};
    char              path[ROOT_PATH_MAX];

    (void)lost;
    int r = error ? error : root_list(a->root, dir, a->place->pattern, NAMES_MAX, &names, NULL);
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (r < 0)
        return add_found(a->batch, a->owner, a->root, a->place->artefact, dir);
    for (size_t i = 0; r == 0 && i < names.n; i++)
        if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, names.names[i]) < sizeof path)
            r = add_found(a->batch, a->owner, a->root, a->place->artefact, path);
    root_names_free(&names);
    return r;
}

static int add_place(struct batch *batch, struct owner owner, struct root *root,
                     const struct place *place)
{
    struct stat st;

    if (place->pattern)
        return root_glob(root, place->dir, NAMES_MAX, add_folder,
                         &(struct adder){batch, owner, root, place});
    if (root_stat(root, place->dir, true, &st) == -ENOENT)
        return 0;
    return add_found(batch, owner, root, place->artefact, place->dir);
}

/* The sources that a root of an operating system has. */
static int add_system(struct batch *batch, struct owner owner, struct root *root, unsigned os,
                      unsigned artefacts)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < ROOT_SYSTEMS; i++)
        if (os_of_kind(root_systems[i].kind) & os && artefacts & 1u << root_systems[i].artefact)
            r = add_found(batch, owner, root, root_systems[i].artefact, "");
    for (size_t i = 0; r == 0 && i < TBL_COUNT(places); i++)
        if (places[i].os & os && artefacts & 1u << places[i].artefact)
            r = add_place(batch, owner, root, &places[i]);
    return r;
}

/* A loose file, or a folder of units that stands for a system's. */
static int add_file(struct batch *batch, struct owner owner, struct root *root,
                    const struct discovered_file *file)
{
    struct root *graft = NULL;

    if (file->artefact != ARTEFACT_LINUX_ROOT)
        return add_found(batch, owner, root, file->artefact, file->path);
    int r = root_graft(root, file->path, unit_folder_of(file->path), &graft);
    if (r == 0)
        r = add_found(batch, owner, graft, ARTEFACT_LINUX_ROOT, "");
    root_unref(graft);
    return r == -ENOENT ? 0 : r;
}

/* All sources of one evidence. */
static int add_entry(struct batch *batch, struct evidence_entry *entry, struct root *root,
                     unsigned artefacts)
{
    struct owner owner = {.entry = entry};

    int r = add_system(batch, owner, root, os_of_kind(entry->shown.kind), artefacts);

    if (r == 0 && entry->shown.live && artefacts & 1u << ARTEFACT_LIVE)
        r = add_found(batch, owner, root, ARTEFACT_LIVE, "");
    for (size_t i = 0; r == 0 && i < entry->n_files; i++)
        if (artefacts & 1u << entry->files[i].artefact)
            r = add_file(batch, owner, root, &entry->files[i]);
    return r;
}

/* Evidence --------------------------------------------------------------------- */

static int open_root(const struct evidence *evidence, struct root **ret)
{
    return root_open(evidence->root, evidence->flags, ret);
}

/* Evidence that has gone does not stop the others; it says so. */
static int report_gone(struct svcql *svcql, const struct evidence *evidence, int error)
{
    int rc = svcql_report(svcql, &(struct report){.table = "evidence",
                                                  .kind = evidence->kind,
                                                  .host = evidence->host,
                                                  .location = evidence->root,
                                                  .status = source_status_of(error),
                                                  .records = TBL_NULL,
                                                  .detail = strerror(-error)});

    return rc == SQLITE_OK ? 0 : -ENOMEM;
}

/* Fill the batch from the next evidence: its root is opened here, and closed with the batch. */
static int next_entry(struct sources_impl *impl)
{
    struct evidence_entry *entry = impl->entries[impl->at++];
    struct root           *root = NULL;

    clear_batch(&impl->batch);
    int r = open_root(&entry->shown, &root);
    if (r == 0)
        r = add_entry(&impl->batch, entry, root, impl->artefacts);
    else if (r != -ENOMEM && r != -EMFILE && r != -ENFILE)
        r = report_gone(impl->svcql, &entry->shown, r);
    root_unref(root);
    evidence_entry_unref(entry);
    return r;
}

/* Hold on to all evidence of a host. */
static int hold_evidence(struct sources_impl *impl, const char *host)
{
    const struct evidence *evidence;
    size_t                 n = 0;

    while (evidence_at(impl->svcql, n))
        n++;
    if (!(impl->entries = calloc(n + 1, sizeof(struct evidence_entry *))))
        return -ENOMEM;
    for (size_t i = 0; (evidence = evidence_at(impl->svcql, i)); i++)
        if (!host || strcmp(evidence->host, host) == 0)
            impl->entries[impl->n++] = evidence_entry_ref(impl->svcql, i);
    return 0;
}

/* Named ------------------------------------------------------------------------- */

static int add_root(struct sources_impl *impl, const char *path)
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
    r = add_system(&impl->batch, owner, root, os_of_kind(kind), impl->artefacts);
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

/* The kind that a name tells, or the first that is wanted. */
static enum artefact artefact_of_path(const char *path, unsigned wanted)
{
    const char   *name = strrchr(path, '/');
    enum artefact artefact;
    bool          unsure;
    char         *dir = name ? strndup(path, (size_t)(name - path)) : NULL;

    if (!artefact_of_name(name ? name + 1 : path, dir ? dir : "", wanted, &artefact, &unsure))
        artefact = (enum artefact)__builtin_ctz(wanted);
    free(dir);
    return artefact;
}

/* A file that the query names. It is read below its evidence's root or, where no evidence holds it,
 * below its own folder, so that a link planted there leads nowhere else. */
static int add_named_file(struct sources_impl *impl, const char *path)
{
    const char            *slash = strrchr(path, '/'), *rest;
    struct evidence_entry *holder = holder_of(impl->svcql, path, &rest);
    struct root           *root = NULL;
    char                  *dir = NULL, *within = NULL;

    int r = holder ? open_root(&holder->shown, &root) : -ENOENT;
    if (!holder) {
        dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
        r = dir ? root_open(dir, 0, &root) : -ENOMEM;
        rest = slash ? slash : path;
    }
    if (r == 0 && asprintf(&within, "%s%s", *rest == '/' ? "" : "/", rest) < 0)
        r = -ENOMEM;
    if (r == 0)
        r = add_found(&impl->batch, (struct owner){holder, ""}, root,
                      artefact_of_path(path, impl->artefacts), within);
    root_unref(root);
    evidence_entry_unref(holder);
    free(within);
    free(dir);
    return r;
}

static int add_named_folder(struct sources_impl *impl, const char *path)
{
    struct root      *root = NULL;
    struct root_names names = {0};
    enum artefact     artefact;
    bool              unsure;

    int r = root_open(path, 0, &root);
    if (r == 0)
        r = root_list(root, "/", NULL, NAMES_MAX, &names, NULL);
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        if (!artefact_of_name(names.names[i], path, impl->artefacts, &artefact, &unsure))
            continue;
        char *full = NULL;
        r = asprintf(&full, "%s/%s", root_path(root), names.names[i]) < 0
                ? -ENOMEM
                : add_named_file(impl, full);
        free(full);
    }
    root_names_free(&names);
    root_unref(root);
    return r;
}

static int add_named(struct sources_impl *impl, const char *path)
{
    struct stat st;
    glob_t      names = {0};

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode) && !(impl->artefacts & 1u << ARTEFACT_JOURNAL))
        return add_named_folder(impl, path);
    if (strpbrk(path, "*?[") == NULL || lstat(path, &st) == 0)
        return add_named_file(impl, path);
    int r = glob(path, GLOB_NOSORT, NULL, &names) == GLOB_NOSPACE ? -ENOMEM : 0;
    for (size_t i = 0; r == 0 && i < names.gl_pathc; i++)
        r = add_named_file(impl, names.gl_pathv[i]);
    globfree(&names);
    return r;
}

/* The iterator -------------------------------------------------------------------- */

int sources_begin(struct sources *sources, struct svcql *svcql, const struct sources_want *want)
{
    struct sources_impl *impl = calloc(1, sizeof *impl);

    if (!impl)
        return -ENOMEM;
    impl->svcql = svcql;
    impl->artefacts = want->artefacts;
    sources->impl = impl;
    int r = want->path   ? add_named(impl, want->path)
            : want->root ? add_root(impl, want->root)
                         : hold_evidence(impl, want->host);
    if (r < 0)
        sources_end(sources);
    return r;
}

int sources_next(struct sources *sources, struct source *ret)
{
    struct sources_impl *impl = sources->impl;

    while (impl && impl->batch.next == impl->batch.n) {
        if (impl->at == impl->n)
            return 0;
        int r = next_entry(impl);
        if (r < 0)
            return r;
    }
    if (!impl)
        return 0;
    const struct found    *found = &impl->batch.found[impl->batch.next++];
    const struct evidence *evidence = found->entry ? &found->entry->shown : NULL;
    *ret = (struct source){.evidence = evidence,
                           .root = found->root,
                           .path = found->path,
                           .shown = found->shown,
                           .host = evidence ? evidence->host : found->host,
                           .artefact = found->artefact,
                           .live = evidence && evidence->live};
    return 1;
}

void sources_end(struct sources *sources)
{
    struct sources_impl *impl = sources->impl;

    if (!impl)
        return;
    clear_batch(&impl->batch);
    while (impl->at < impl->n)
        evidence_entry_unref(impl->entries[impl->at++]);
    free(impl->entries);
    free(impl);
    sources->impl = NULL;
}

/* Probing ------------------------------------------------------------------- */

/* Whether a source can be opened, without reading it: 0 or a negative errno. */
static int try_open(const struct source *source)
{
    DIR *dir = NULL;

    if (!*source->path)
        return 0;
    int fd = root_open_file(source->root, source->path);
    if (fd >= 0) {
        close(fd);
        return 0;
    }
    int r = root_open_dir(source->root, source->path, &dir);
    if (r == 0)
        closedir(dir);
    return r == -ENOTDIR ? fd : r;
}

static int probe_source(struct svcql *svcql, const struct tbl_table *table,
                        const struct source *source)
{
    if (*source->path ? svcql_reported(svcql, table->name, source->shown)
                      : svcql_reported_host(svcql, table->name, source->host))
        return SQLITE_OK;
    int r = try_open(source);
    return svcql_report(svcql, &(struct report){
                                   .table = table->name,
                                   .kind = artefact_name(source->artefact),
                                   .host = source->host,
                                   .location = source->shown,
                                   .status = r == 0 ? SOURCE_READ : source_status_of(r),
                                   .records = TBL_NULL,
                                   .detail = r == 0 ? "not read yet" : strerror(-r),
                               });
}

/* Say of one host that it has none of an artefact that its system would keep. */
static int report_absent(struct svcql *svcql, const struct tbl_table *table,
                         const struct evidence *evidence, enum artefact artefact)
{
    const char *place = evidence_place(evidence, artefact);
    char        location[ROOT_PATH_MAX * 2];

    if (!place)
        return SQLITE_OK;
    snprintf(location, sizeof location, "%s%s",
             strcmp(evidence->root, "/") == 0 ? "" : evidence->root, place);
    return svcql_report(svcql, &(struct report){
                                   .table = table->name,
                                   .kind = artefact_name(artefact),
                                   .host = evidence->host,
                                   .location = location,
                                   .status = SOURCE_ABSENT,
                                   .records = TBL_NULL,
                               });
}

/* Probe what one evidence has of an artefact; *ret_n counts it. */
static int probe_entry(struct svcql *svcql, const struct tbl_table *table,
                       struct evidence_entry *entry, enum artefact artefact)
{
    struct sources_impl impl = {.svcql = svcql,
                                .artefacts = 1u << artefact,
                                .entries = (struct evidence_entry *[]){entry},
                                .n = 1};
    struct sources      sources = {&impl};
    struct source       source;
    int                 rc = SQLITE_OK, n = 0, r;

    entry->references++;
    while ((r = sources_next(&sources, &source)) > 0 && rc == SQLITE_OK) {
        rc = probe_source(svcql, table, &source);
        n++;
    }
    clear_batch(&impl.batch);
    if (r == 0 && rc == SQLITE_OK && n == 0)
        rc = report_absent(svcql, table, &entry->shown, artefact);
    return r < 0 ? SQLITE_NOMEM : rc;
}

static int probe_table(struct svcql *svcql, const struct tbl_table *table)
{
    struct evidence_entry *entry;
    int                    rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && (entry = evidence_entry_ref(svcql, i)); i++) {
        for (unsigned a = 0; rc == SQLITE_OK && a < ARTEFACT_COUNT; a++)
            if (table->artefacts & 1u << a)
                rc = probe_entry(svcql, table, entry, (enum artefact)a);
        evidence_entry_unref(entry);
    }
    return rc;
}

int svcql_probe(struct svcql *svcql)
{
    int rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && i < svcql->n_tables; i++) {
        const struct tbl_table *table = svcql->tables[i];
        rc = table->probe ? table->probe(svcql) : probe_table(svcql, table);
    }
    return rc;
}
