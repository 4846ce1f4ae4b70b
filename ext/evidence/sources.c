#include "sources.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "discovery.h"
#include "formats/log/expander.h"
#include "formats/log/stream.h"
#include "formats/text/array.h"
#include "host.h"
#include "listings.h"
#include "table/registry.h"
#include "table/scope.h"

SQLITE_EXTENSION_INIT3

#define NAMES_MAX 100000 /* files taken of one folder */

/* Paths of artefacts by operating system ---------------------------------------- */

enum os { OS_LINUX = 1, OS_WINDOWS = 2, OS_MACOS = 4, OS_UNIX = OS_LINUX | OS_MACOS };

/* The hives of the machine in one folder. */
#define HIVES(dir)                                                                                 \
    {ARTEFACT_HIVE, OS_WINDOWS, dir, "SYSTEM"}, {ARTEFACT_HIVE, OS_WINDOWS, dir, "SOFTWARE"},      \
        {ARTEFACT_HIVE, OS_WINDOWS, dir, "SAM"}, {ARTEFACT_HIVE, OS_WINDOWS, dir, "SECURITY"},     \
    {                                                                                              \
        ARTEFACT_HIVE, OS_WINDOWS, dir, "DEFAULT"                                                  \
    }

/* pattern NULL: the folder itself is the source. A "*" in dir matches any name. */
static const struct place {
    enum artefact artefact;
    unsigned      os;
    const char   *dir, *pattern;
} places[] = {
    {ARTEFACT_AUDIT_LOG, OS_LINUX, "/var/log/audit", "audit.log*"},
    {ARTEFACT_AUDIT_LOG, OS_LINUX, "/var/log/laurel", "audit.log*"},
    {ARTEFACT_AUDIT_LOG, OS_LINUX, "/var/log/auditbeat", "auditbeat*"},
    {ARTEFACT_JOURNAL, OS_LINUX, "/var/log/journal", NULL},
    {ARTEFACT_JOURNAL, OS_LINUX, "/run/log/journal", NULL},
    {ARTEFACT_AUTH_LOG, OS_UNIX, "/var/log", "auth.log*"},
    {ARTEFACT_AUTH_LOG, OS_UNIX, "/var/log", "secure*"},
    {ARTEFACT_UNIFIED_LOG, OS_MACOS, "/var/log/com.apple.xpc.launchd", "launchd.log*"},
    {ARTEFACT_UNIFIED_LOG, OS_MACOS, "/var/db/diagnostics/*", "*.tracev3"},
    {ARTEFACT_PACKAGE_LOG, OS_LINUX, "/var/log", "dpkg.log*"},
    {ARTEFACT_PACKAGE_LOG, OS_LINUX, "/var/log/apt", "history.log*"},
    {ARTEFACT_PACKAGE_LOG, OS_LINUX, "/var/log", "dnf.rpm.log*"},
    {ARTEFACT_PACKAGE_LOG, OS_LINUX, "/var/log", "yum.log*"},
    {ARTEFACT_PACKAGE_LOG, OS_LINUX, "/var/log/zypp", "history*"},
    {ARTEFACT_EVENT_LOG, OS_WINDOWS, "/Windows/System32/winevt/Logs", "*.evtx"},
    HIVES("/Windows/System32/config"),
    {ARTEFACT_HIVE, OS_WINDOWS, "/Users/*", "NTUSER.DAT"},
    {ARTEFACT_HIVE, OS_WINDOWS, "/Users/*/AppData/Local/Microsoft/Windows", "UsrClass.dat"},
    {ARTEFACT_HIVE, OS_WINDOWS, "/Windows/ServiceProfiles/*", "NTUSER.DAT"},
    {ARTEFACT_HIVE, OS_WINDOWS, "/Documents and Settings/*", "NTUSER.DAT"},
    {ARTEFACT_HIVE, OS_WINDOWS, "/Windows/AppCompat/Programs", "Amcache.hve"},
    HIVES("/Windows/System32/config/RegBack"),
    HIVES("/Windows.old/Windows/System32/config"),
    {ARTEFACT_HIVE, OS_WINDOWS, "/Windows.old/Windows/AppCompat/Programs", "Amcache.hve"},
    HIVES("/*HarddiskVolumeShadowCopy*/Windows/System32/config"),
    HIVES("/*vss*/Windows/System32/config"),
};

static unsigned os_of_kind(const char *kind)
{
    return strcmp(kind, "windows") == 0 ? OS_WINDOWS
           : strcmp(kind, "macos") == 0 ? OS_MACOS
           : strcmp(kind, "files") == 0 ? 0u
           : strcmp(kind, "live") == 0  ? os_of_kind(host_kind)
                                        : OS_LINUX;
}

const char *sources_place(const struct evidence *evidence, enum artefact artefact)
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
    char                  *copy;  /* of a source; may be NULL */
    char                  *units; /* folder of units to open as a system, later */
    enum artefact          artefact;
    bool                   named; /* in the query */
};

/* The sources of one evidence, or those that a query names. */
struct batch {
    struct found *found;
    size_t        n, next;
};

struct sources_impl {
    struct svcql *svcql;
    unsigned      artefacts;
    const char   *host; /* that the question, or the scan, is about; NULL: any */
    bool          of_scan;
    bool (*of_others)(const struct source *source);
    struct evidence_entry **entries; /* whose sources follow, from `at` on */
    size_t                  n, at;
    glob_t                  names; /* files that fit the query's pattern, from `next_name` on */
    size_t                  next_name;
    struct batch            batch;
    struct root            *units;  /* of the current source, a folder of units */
    struct evidence_entry  *lender; /* of the batch's root; counted both */
    struct root            *lent;
};

/* The owner of a source: an evidence, or a host by name. */
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
    free(found->copy);
    free(found->units);
}

static void clear_batch(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        free_found(&batch->found[i]);
    free(batch->found);
    *batch = (struct batch){0};
}

/* Set the copy that a source is from, by the last folder below the location that is one: what the
 * user named itself is no copy. */
static int set_copy(struct found *found)
{
    const char *location = found->entry ? found->entry->shown.location : "";
    size_t      size = strlen(location), copy = 0;
    bool        below = size && strncmp(found->shown, location, size) == 0;

    for (const char *part = below ? found->shown + size : found->path; *part; part += copy) {
        part += strspn(part, "/");
        copy = strcspn(part, "/");
        if (!part[copy] || !copy_name(&part, &copy))
            continue;
        free(found->copy);
        if (!(found->copy = strndup(part, copy)))
            return -ENOMEM;
    }
    return 0;
}

static int add_found(struct batch *batch, struct owner owner, struct root *root,
                     enum artefact artefact, const char *path)
{
    struct found *added = ARRAY_ADD(batch->found, batch->n);
    char          shown[2 * ROOT_PATH_MAX];

    if (!added)
        return -ENOMEM;
    struct found found = {.entry = owner.entry,
                          .root = root_ref(root),
                          .host = owner.entry ? NULL : strdup(owner.host),
                          .path = strdup(path),
                          .artefact = artefact};
    if (owner.entry)
        owner.entry->references++;
    root_shown(root, path, shown);
    found.shown = strdup(*shown ? shown : "/");
    if (!found.path || !found.shown || (!owner.entry && !found.host) || set_copy(&found) < 0) {
        free_found(&found);
        batch->n--;
        return -ENOMEM;
    }
    *added = found;
    return 0;
}

struct adder {
    struct svcql       *svcql;
    struct batch       *batch;
    struct owner        owner;
    struct root        *root;
    const struct place *place;
};

static struct folder folder_of(const struct adder *a, const char *dir)
{
    return (struct folder){.kind = artefact_name(a->place->artefact),
                           .host = a->owner.entry ? a->owner.entry->shown.host : a->owner.host,
                           .root = a->root,
                           .dir = dir};
}

/* Whether a table would read the files of the place. */
static bool reads(const struct tbl_table *table, const struct adder *a)
{
    return table->artefacts & 1u << a->place->artefact;
}

/* A folder of which a part is missing, for every table that would read its files. */
static int report_part(const struct adder *a, const char *dir, int error, size_t lost)
{
    const struct folder     folder = folder_of(a, dir);
    const struct tbl_table *table;
    int                     rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && (table = tbl_at(a->svcql, i)); i++)
        if (reads(table, a))
            rc = svcql_report_folder(a->svcql, table->name, &folder, error, lost);
    return rc == SQLITE_OK ? 0 : -ENOMEM;
}

/* Whether the file that one compressed was made of lies beside it: names are in order. */
static bool has_plain(const struct root_names *names, size_t i)
{
    size_t size = uncompressed_name(names->names[i]);

    for (size_t k = 0; names->names[i][size] && k < names->n; k++)
        if (strlen(names->names[k]) == size &&
            strncasecmp(names->names[k], names->names[i], size) == 0)
            return true;
    return false;
}

/* A file of a folder. Of a hive that lies there plain too, the compressed one is a copy. */
static int add_listed(const struct adder *a, const char *dir, const struct root_names *names,
                      size_t i)
{
    char path[ROOT_PATH_MAX];

    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, names->names[i]) >= sizeof path)
        return 0;
    int r = add_found(a->batch, a->owner, a->root, a->place->artefact, path);
    if (r < 0 || a->place->artefact != ARTEFACT_HIVE || !has_plain(names, i))
        return r;
    struct found *found = &a->batch->found[a->batch->n - 1];
    if (!found->copy)
        found->copy = strdup(names->names[i]);
    return found->copy ? 0 : -ENOMEM;
}

/* The files that the folder had when this statement listed it before, for the same tables. */
static int report_missing(const struct adder *a, const char *dir, const struct root_names *names)
{
    const struct folder     folder = folder_of(a, dir);
    const struct tbl_table *table;
    struct root_names       gone = {0};

    int r = listings_gone(a->svcql, &folder, a->place->pattern, names, &gone);
    for (size_t i = 0; r == 0 && gone.n && (table = tbl_at(a->svcql, i)); i++)
        if (reads(table, a) && listings_report(a->svcql, table->name, &folder, &gone) != SQLITE_OK)
            r = -ENOMEM;
    root_names_free(&gone);
    return r;
}

/* A folder that is a source itself is missing: for the tables that have read it. */
static int report_absent(const struct adder *a)
{
    const struct folder     folder = folder_of(a, a->place->dir);
    const struct tbl_table *table;
    char                    shown[2 * ROOT_PATH_MAX];
    int                     rc = SQLITE_OK;

    root_shown(a->root, folder.dir, shown);
    for (size_t i = 0; rc == SQLITE_OK && (table = tbl_at(a->svcql, i)); i++)
        if (reads(table, a) && svcql_reported(a->svcql, table->name, shown))
            rc = svcql_report(a->svcql, &(struct report){.table = table->name,
                                                         .kind = folder.kind,
                                                         .host = folder.host,
                                                         .location = shown,
                                                         .status = SOURCE_ABSENT,
                                                         .records = TBL_NULL,
                                                         .detail = source_error(-ENOENT)});
    return rc == SQLITE_OK ? 0 : -ENOMEM;
}

/* Files of one folder by pattern, compressed or not. A folder that may not be read is a source too, so that the table
 * which opens it reports why. */
static int add_folder(void *arg, const char *dir, int error, size_t lost)
{
    struct adder     *a = arg;
    struct root_names names = {0};

    if (lost || (error && !root_denied(error)))
        return report_part(a, dir, error, lost);
    int r = error ? error : root_list_packed(a->root, dir, a->place->pattern, NAMES_MAX, &names);
    if (r == -ENOENT || r == -ENOTDIR)
        return report_missing(a, dir, &names);
    if (root_denied(r))
        return add_found(a->batch, a->owner, a->root, a->place->artefact, dir);
    if (r == -ENOMEM)
        return r;
    r = report_part(a, dir, r < 0 ? r : names.error, names.lost);
    if (r == 0)
        r = report_missing(a, dir, &names);
    for (size_t i = 0; r == 0 && i < names.n; i++)
        r = add_listed(a, dir, &names, i);
    root_names_free(&names);
    return r;
}

static int add_place(struct svcql *svcql, struct batch *batch, struct owner owner,
                     struct root *root, const struct place *place)
{
    struct adder adder = {svcql, batch, owner, root, place};
    struct stat  st;

    if (place->pattern)
        return root_glob(root, place->dir, NAMES_MAX, add_folder, &adder);
    if (root_stat(root, place->dir, true, &st) == -ENOENT)
        return report_absent(&adder);
    return add_found(batch, owner, root, place->artefact, place->dir);
}

/* The sources that a root of an operating system has. */
static int add_system(struct sources_impl *impl, struct owner owner, struct root *root, unsigned os)
{
    struct batch *batch = &impl->batch;
    unsigned      artefacts = impl->artefacts;
    int           r = 0;

    for (size_t i = 0; r == 0 && i < ROOT_SYSTEMS; i++)
        if (os_of_kind(root_systems[i].kind) & os && artefacts & 1u << root_systems[i].artefact)
            r = add_found(batch, owner, root, root_systems[i].artefact, "");
    for (size_t i = 0; r == 0 && i < TBL_COUNT(places); i++)
        if (places[i].os & os && artefacts & 1u << places[i].artefact)
            r = add_place(impl->svcql, batch, owner, root, &places[i]);
    return r;
}

/* A loose file, or a folder of units that represents a system's: it is opened only when it is read,
 * as there may be more of them than files may be open. */
static int add_file(struct batch *batch, struct owner owner, struct root *root,
                    const struct discovered_file *file)
{
    int r = add_found(batch, owner, root, file->artefact, file->path);

    if (r < 0 || file->artefact != ARTEFACT_LINUX_ROOT)
        return r;
    struct found *found = &batch->found[batch->n - 1];
    found->units = found->path;
    found->path = strdup("");
    return found->path ? 0 : -ENOMEM;
}

struct hives {
    struct sources_impl *impl;
    struct owner         owner;
    struct root         *root;
};

static int add_live_hive(void *arg, const char *path)
{
    const struct hives *hives = arg;
    struct batch       *batch = &hives->impl->batch;

    int r = add_found(batch, hives->owner, hives->root, ARTEFACT_HIVE, path);
    if (r < 0)
        return r;
    struct found *found = &batch->found[batch->n - 1];
    free(found->shown);
    found->shown = strdup(path);
    return found->shown ? 0 : -ENOMEM;
}

/* All sources of one evidence. */
static int add_entry(struct sources_impl *impl, struct evidence_entry *entry, struct root *root)
{
    struct batch *batch = &impl->batch;
    unsigned      artefacts = impl->artefacts;
    struct owner  owner = {.entry = entry};

    int r = add_system(impl, owner, root, os_of_kind(entry->shown.kind));

    if (r == 0 && entry->shown.live && artefacts & 1u << ARTEFACT_LIVE)
        r = add_found(batch, owner, root, ARTEFACT_LIVE, "");
    if (r == 0 && entry->shown.live && artefacts & 1u << ARTEFACT_HIVE)
        r = host_registry_roots(add_live_hive, &(struct hives){impl, owner, root});
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

/* The root of an evidence for a scan. A scan that a running one calls for each of its rows has the same,
 * while the folder is still that one: it costs one stat() rather than to open it and to find out what it is. */
static int lend_root(struct sources_impl *impl, struct evidence_entry *entry)
{
    const struct stat *open = &entry->root_was;
    struct stat        now = {0};
    int                r = stat(entry->shown.root, &now) < 0 ? -errno : 0;

    if (r < 0 || !entry->root || open->st_dev != now.st_dev || open->st_ino != now.st_ino) {
        struct root *root = NULL;
        if ((r = open_root(&entry->shown, &root)) < 0)
            return r;
        impl->lent = root;
        entry->root = root;
        entry->root_users = 0;
        entry->root_was = now;
    } else {
        impl->lent = root_ref(entry->root);
    }
    entry->root_users++;
    entry->references++;
    impl->lender = entry;
    return 0;
}

static void give_root_back(struct sources_impl *impl)
{
    struct evidence_entry *entry = impl->lender;

    if (entry && entry->root == impl->lent && --entry->root_users == 0)
        entry->root = NULL;
    impl->lent = root_unref(impl->lent);
    evidence_entry_unref(entry);
    impl->lender = NULL;
}

/* Evidence that is missing now does not stop the others; it is reported. It was there when it was added. */
static int report_gone(struct svcql *svcql, const struct evidence *evidence, int error)
{
    if (error == -ENOENT)
        error = -ESTALE;
    int rc = svcql_report(svcql, &(struct report){.table = "evidence",
                                                  .kind = evidence->kind,
                                                  .host = evidence->host,
                                                  .location = evidence->root,
                                                  .status = source_status_of(error),
                                                  .records = TBL_NULL,
                                                  .detail = source_error(error)});

    return rc == SQLITE_OK ? 0 : -ENOMEM;
}

/* Whether evidence can have a source that is wanted, as far as its root need not be read for it. */
static bool can_have(const struct sources_impl *impl, const struct evidence_entry *entry)
{
    unsigned os = os_of_kind(entry->shown.kind);
    unsigned artefacts = impl->artefacts;

    if (artefacts & (ROOT_ARTEFACTS | 1u << ARTEFACT_LIVE))
        return true;
    for (size_t i = 0; i < TBL_COUNT(places); i++)
        if (places[i].os & os && artefacts & 1u << places[i].artefact)
            return true;
    for (size_t i = 0; i < entry->n_files; i++)
        if (artefacts & 1u << entry->files[i].artefact)
            return true;
    return false;
}

/* Whether evidence is a whole system of another host than the question is about. */
static bool is_of_another(const struct sources_impl *impl, const struct evidence_entry *entry)
{
    return impl->host && (impl->of_scan || !entry->shown.live) &&
           os_of_kind(entry->shown.kind) & OS_UNIX &&
           sqlite3_stricmp(entry->shown.host, impl->host) != 0;
}

/* Whether it is known to have rows of its own host alone. */
static bool is_own(const struct sources_impl *impl, const struct evidence_entry *entry)
{
    return !impl->of_others || (entry->own_statement == svcql_statement(impl->svcql) &&
                                (entry->own & impl->artefacts) == impl->artefacts);
}

static struct source source_of(const struct found *found, struct root *units)
{
    const struct evidence *evidence = found->entry ? &found->entry->shown : NULL;

    return (struct source){.evidence = evidence,
                           .root = units ? units : found->root,
                           .path = found->path,
                           .shown = found->shown,
                           .host = evidence ? evidence->host : found->host,
                           .copy = found->copy,
                           .artefact = found->artefact,
                           .live = evidence && evidence->live,
                           .named = found->named};
}

/* Leave out the sources of another host's evidence where none has rows of others. */
static void leave_out(struct sources_impl *impl, struct evidence_entry *entry)
{
    uint64_t statement = svcql_statement(impl->svcql);

    for (size_t i = 0; i < impl->batch.n; i++) {
        struct source source = source_of(&impl->batch.found[i], NULL);
        if (impl->of_others(&source))
            return;
    }
    entry->own = (entry->own_statement == statement ? entry->own : 0) | impl->artefacts;
    entry->own_statement = statement;
    clear_batch(&impl->batch);
}

/* Fill the batch from the next evidence: its root is opened here, and closed with the batch. */
static int next_entry(struct sources_impl *impl)
{
    struct evidence_entry *entry = impl->entries[impl->at++];
    bool                   another = is_of_another(impl, entry);
    int                    r = 0;

    clear_batch(&impl->batch);
    give_root_back(impl);
    if (!can_have(impl, entry) || (another && is_own(impl, entry))) {
        evidence_entry_unref(entry);
        return 0;
    }
    r = lend_root(impl, entry);
    if (r == 0)
        r = add_entry(impl, entry, impl->lent);
    else if (r != -ENOMEM && r != -EMFILE && r != -ENFILE)
        r = report_gone(impl->svcql, &entry->shown, r);
    if (r == 0 && another)
        leave_out(impl, entry);
    evidence_entry_unref(entry);
    return r;
}

/* Take references of all evidence of a host. */
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
    r = add_system(impl, owner, root, os_of_kind(kind));
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

/* The kind of a file that the query names: by its first bytes, expanded if it is compressed, or, for
 * kinds without a mark, by its name; else the first wanted kind. */
static enum artefact artefact_of_file(const struct root *root, const char *path, unsigned wanted)
{
    static const enum artefact marked[] = {ARTEFACT_JOURNAL, ARTEFACT_EVENT_LOG, ARTEFACT_HIVE,
                                           ARTEFACT_EVENT_JSON};
    const char                *name = strrchr(path, '/');
    enum artefact              artefact = (enum artefact)__builtin_ctz(wanted), named;
    struct stream             *stream = NULL;
    char                      *data;
    size_t                     size = 0;
    bool                       unsure;

    if (wanted == 1u << artefact)
        return artefact;
    if (root_open_stream(root, path, NULL, &stream) == 0 && stream_block(stream, &data, &size) <= 0)
        size = 0;
    for (size_t i = 0; size && i < TBL_COUNT(marked); i++)
        if (wanted & 1u << marked[i] && artefact_sniff(marked[i], (const uint8_t *)data, size)) {
            stream_close(stream);
            return marked[i];
        }
    stream_close(stream);
    bool known = artefact_of_name(name ? name + 1 : path, "", wanted, &named, &unsure);
    for (size_t i = 0; known && unsure && i < TBL_COUNT(marked);
         i++) /* its bytes say that it is none */
        known = named != marked[i] || named == ARTEFACT_EVENT_JSON;
    return known ? named : artefact;
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

    int r = holder ? open_root(&holder->shown, &root) : -ENOENT;
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
        r = add_found(&impl->batch, (struct owner){holder, ""}, root,
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

    int r = open_root(&live->shown, &root);
    if (r == 0)
        r = add_live_hive(&(struct hives){impl, {.entry = live}, root}, path);
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
static int add_source(struct sources_impl *impl, const char *path)
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

static int add_named(struct sources_impl *impl, const char *path)
{
    unsigned    journal = impl->artefacts & 1u << ARTEFACT_JOURNAL;
    struct stat st;

    if (is_folder(path)) {
        int r = impl->artefacts == journal ? -ENODATA : add_named_folder(impl, path);
        return r == -ENODATA && journal ? add_named_file(impl, path, journal) : r;
    }
    if (strpbrk(path, "*?[") == NULL || lstat(path, &st) == 0)
        return add_named_file(impl, path, impl->artefacts);
    return expand(impl, path);
}

/* The next file of the query's pattern: its root is opened here, and closed with the batch. One
 * that was removed meanwhile does not stop the others. */
static int next_name(struct sources_impl *impl)
{
    const char *path = impl->names.gl_pathv[impl->next_name++];

    clear_batch(&impl->batch);
    int r = add_named_file(impl, path, impl->artefacts);
    return r == -ENOENT || r == -ENOTDIR || root_denied(r) ? 0 : r;
}

/* The iterator -------------------------------------------------------------------- */

int sources_begin(struct sources *sources, struct svcql *svcql, const struct sources_want *want)
{
    struct sources_impl *impl = calloc(1, sizeof *impl);

    if (!impl)
        return -ENOMEM;
    impl->svcql = svcql;
    impl->artefacts = want->artefacts;
    impl->of_scan = want->host && want->host_of_rows;
    impl->host = impl->of_scan ? want->host : scope_of(svcql)->host;
    impl->of_others = want->of_others;
    sources->impl = impl;
    char *path = want->path ? host_path(want->path) : NULL;
    int   r = want->path && !path ? -ENOMEM
              : path              ? add_named(impl, path)
              : want->source      ? add_source(impl, want->source)
              : want->root        ? add_root(impl, want->root)
                                  : hold_evidence(impl, impl->of_scan ? NULL : want->host);
    free(path);
    if (r < 0)
        sources_end(sources);
    return r;
}

int sources_begin_entry(struct sources *sources, struct svcql *svcql, struct evidence_entry *entry,
                        unsigned artefacts)
{
    struct sources_impl *impl = calloc(1, sizeof *impl);

    if (!impl)
        return -ENOMEM;
    *impl = (struct sources_impl){.svcql = svcql, .artefacts = artefacts};
    sources->impl = impl;
    if (!(impl->entries = calloc(1, sizeof(struct evidence_entry *)))) {
        sources_end(sources);
        return -ENOMEM;
    }
    entry->references++;
    impl->entries[impl->n++] = entry;
    return 0;
}

/* Open a folder of units: 1, 0 where it is missing, or a negative errno. */
static int open_units(struct sources_impl *impl, const struct found *found)
{
    int r = root_graft(found->root, found->units, unit_folder_of(found->units), &impl->units);

    if (r == 0)
        return 1;
    if (r == -ENOMEM || r == -EMFILE || r == -ENFILE)
        return r;
    if (r == -ENOENT)
        return 0;
    int rc = svcql_report(impl->svcql, &(struct report){.table = "evidence",
                                                        .kind = "units",
                                                        .host = found->entry->shown.host,
                                                        .location = found->shown,
                                                        .status = source_status_of(r),
                                                        .records = TBL_NULL,
                                                        .detail = source_error(r)});
    return rc == SQLITE_OK ? 0 : -ENOMEM;
}

/* Fill the batch again until it has a source: 1, 0 at the end, or a negative errno. */
static int refill(struct sources_impl *impl)
{
    while (impl->batch.next == impl->batch.n) {
        int r = impl->at < impl->n                       ? next_entry(impl)
                : impl->next_name < impl->names.gl_pathc ? next_name(impl)
                                                         : 1;
        if (r != 0)
            return r < 0 ? r : 0;
    }
    return 1;
}

int sources_next(struct sources *sources, struct source *ret)
{
    struct sources_impl *impl = sources->impl;
    const struct found  *found;
    int                  r = impl ? 1 : 0;

    do {
        if (r < 0 || !impl)
            return r;
        impl->units = root_unref(impl->units);
        if ((r = refill(impl)) <= 0)
            return r;
        found = &impl->batch.found[impl->batch.next++];
    } while (found->units && (r = open_units(impl, found)) <= 0);

    *ret = source_of(found, impl->units);
    return 1;
}

void sources_end(struct sources *sources)
{
    struct sources_impl *impl = sources->impl;

    if (!impl)
        return;
    root_unref(impl->units);
    clear_batch(&impl->batch);
    give_root_back(impl);
    while (impl->at < impl->n)
        evidence_entry_unref(impl->entries[impl->at++]);
    free(impl->entries);
    globfree(&impl->names);
    free(impl);
    sources->impl = NULL;
}
