/* source_batch.c -- the files of one evidence, or of one root, that a scan may read. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "formats/log/expander.h"
#include "formats/text/array.h"
#include "host.h"
#include "listings.h"
#include "sources_parts.h"
#include "table/registry.h"

SQLITE_EXTENSION_INIT3

#define NAMES_MAX 100000 /* files taken of one folder */

/* Paths of artefacts by operating system ---------------------------------------- */

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

unsigned source_os(const char *kind)
{
    return strcmp(kind, "windows") == 0 ? OS_WINDOWS
           : strcmp(kind, "macos") == 0 ? OS_MACOS
           : strcmp(kind, "files") == 0 ? 0u
           : strcmp(kind, "live") == 0  ? source_os(host_kind)
                                        : OS_LINUX;
}

const char *sources_place(const struct evidence *evidence, enum artefact artefact)
{
    for (size_t i = 0; i < TBL_COUNT(places); i++)
        if (places[i].artefact == artefact && places[i].os & source_os(evidence->kind))
            return places[i].dir;
    return NULL;
}
/* The batch ----------------------------------------------------------------------- */

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

void batch_clear(struct batch *batch)
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

int batch_add(struct batch *batch, struct owner owner, struct root *root, enum artefact artefact,
              const char *path)
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

/* Whether a hive of the running host cannot be opened as it is loaded: its keys are those of the running registry. */
static bool is_loaded(const struct adder *a, const char *path)
{
    if (a->place->artefact != ARTEFACT_HIVE || !a->owner.entry || !a->owner.entry->shown.live)
        return false;
    int fd = root_open_file(a->root, path);
    if (fd >= 0)
        close(fd);
    return fd == -EBUSY && host_registry_has_file(path);
}

/* A file of a folder. Of a hive that lies there plain too, the compressed one is a copy. */
static int add_listed(const struct adder *a, const char *dir, const struct root_names *names,
                      size_t i)
{
    char path[ROOT_PATH_MAX];

    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, names->names[i]) >= sizeof path ||
        is_loaded(a, path))
        return 0;
    int r = batch_add(a->batch, a->owner, a->root, a->place->artefact, path);
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
        return batch_add(a->batch, a->owner, a->root, a->place->artefact, dir);
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
    return batch_add(batch, owner, root, place->artefact, place->dir);
}

/* The sources that a root of an operating system has. */
int batch_add_system(struct sources_impl *impl, struct owner owner, struct root *root, unsigned os)
{
    struct batch *batch = &impl->batch;
    unsigned      artefacts = impl->artefacts;
    int           r = 0;

    for (size_t i = 0; r == 0 && i < ROOT_SYSTEMS; i++)
        if (source_os(root_systems[i].kind) & os && artefacts & 1u << root_systems[i].artefact)
            r = batch_add(batch, owner, root, root_systems[i].artefact, "");
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
    int r = batch_add(batch, owner, root, file->artefact, file->path);

    if (r < 0 || file->artefact != ARTEFACT_LINUX_ROOT)
        return r;
    struct found *found = &batch->found[batch->n - 1];
    found->units = found->path;
    found->path = strdup("");
    return found->path ? 0 : -ENOMEM;
}

/* A hive of the running registry, which has no file. */
int batch_add_hive(struct sources_impl *impl, struct owner owner, struct root *root,
                   const char *path)
{
    struct batch *batch = &impl->batch;
    int           r = batch_add(batch, owner, root, ARTEFACT_HIVE, path);

    if (r < 0)
        return r;
    struct found *found = &batch->found[batch->n - 1];
    free(found->shown);
    found->shown = strdup(path);
    return found->shown ? 0 : -ENOMEM;
}

struct hives {
    struct sources_impl *impl;
    struct owner         owner;
    struct root         *root;
};

static int each_live_hive(void *arg, const char *path)
{
    const struct hives *hives = arg;

    return batch_add_hive(hives->impl, hives->owner, hives->root, path);
}

/* All sources of one evidence. */
int batch_add_entry(struct sources_impl *impl, struct evidence_entry *entry, struct root *root)
{
    struct batch *batch = &impl->batch;
    unsigned      artefacts = impl->artefacts;
    struct owner  owner = {.entry = entry};

    int r = batch_add_system(impl, owner, root, source_os(entry->shown.kind));

    if (r == 0 && entry->shown.live && artefacts & 1u << ARTEFACT_LIVE)
        r = batch_add(batch, owner, root, ARTEFACT_LIVE, "");
    if (r == 0 && entry->shown.live && artefacts & 1u << ARTEFACT_HIVE)
        r = host_registry_roots(each_live_hive, &(struct hives){impl, owner, root});
    for (size_t i = 0; r == 0 && i < entry->n_files; i++)
        if (artefacts & 1u << entry->files[i].artefact)
            r = add_file(batch, owner, root, &entry->files[i]);
    return r;
}

/* Whether evidence can have a source that is wanted, as far as its root need not be read for it. */
bool batch_can_have(const struct sources_impl *impl, const struct evidence_entry *entry)
{
    unsigned os = source_os(entry->shown.kind);
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

struct source source_of(const struct found *found, struct root *units)
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
