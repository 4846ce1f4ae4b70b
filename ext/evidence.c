/* evidence.c -- the hosts a connection reads from, and the files that a scan finds in them. */
#include "evidence.h"

#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connection.h"

SQLITE_EXTENSION_INIT3

#define NAMES_MAX 100000 /* files taken of one folder */

struct evidence_entry {
    struct evidence shown;
};

struct evidence_list {
    struct evidence_entry **entries;
    size_t                  n;
    int64_t                 last_id;
};

const char *artefact_name(enum artefact artefact)
{
    static const char *const names[] = {
#define ARTEFACT_NAME(id, name) [ARTEFACT_##id] = name,
        ARTEFACTS(ARTEFACT_NAME)
#undef ARTEFACT_NAME
    };
    return names[artefact];
}

/* Where operating systems keep what ---------------------------------------- */

enum os { OS_LINUX = 1, OS_WINDOWS = 2, OS_MACOS = 4, OS_UNIX = OS_LINUX | OS_MACOS };

static const struct place {
    enum artefact artefact;
    unsigned      os;
    const char   *dir, *pattern; /* pattern NULL: the folder itself is the source */
} places[] = {
    {ARTEFACT_AUDIT_LOG,   OS_LINUX,   "/var/log/audit",                "audit.log*"  },
    {ARTEFACT_JOURNAL,     OS_LINUX,   "/var/log/journal",              NULL          },
    {ARTEFACT_JOURNAL,     OS_LINUX,   "/run/log/journal",              NULL          },
    {ARTEFACT_AUTH_LOG,    OS_UNIX,    "/var/log",                      "auth.log*"   },
    {ARTEFACT_AUTH_LOG,    OS_UNIX,    "/var/log",                      "secure*"     },
    {ARTEFACT_PACKAGE_LOG, OS_LINUX,   "/var/log",                      "dpkg.log*"   },
    {ARTEFACT_PACKAGE_LOG, OS_LINUX,   "/var/log/apt",                  "history.log*"},
    {ARTEFACT_PACKAGE_LOG, OS_LINUX,   "/var/log",                      "dnf.rpm.log*"},
    {ARTEFACT_PACKAGE_LOG, OS_LINUX,   "/var/log",                      "yum.log*"    },
    {ARTEFACT_EVENT_LOG,   OS_WINDOWS, "/Windows/System32/winevt/Logs", "*.evtx"      },
    {ARTEFACT_HIVE,        OS_WINDOWS, "/Windows/System32/config",      "SYSTEM"      },
    {ARTEFACT_HIVE,        OS_WINDOWS, "/Windows/System32/config",      "SOFTWARE"    },
    {ARTEFACT_HIVE,        OS_WINDOWS, "/Windows/System32/config",      "SAM"         },
    {ARTEFACT_HIVE,        OS_WINDOWS, "/Windows/System32/config",      "SECURITY"    },
    {ARTEFACT_HIVE,        OS_WINDOWS, "/Windows/System32/config",      "DEFAULT"     },
};

/* What a file of a kind is called where it lies loose, for folders named in a query. */
static const struct {
    enum artefact artefact;
    const char   *pattern;
} loose[] = {
    {ARTEFACT_AUDIT_LOG,     "*audit*log*"  },
    {ARTEFACT_JOURNAL,       "*.journal"    },
    {ARTEFACT_JOURNAL,       "*.journal~"   },
    {ARTEFACT_AUTH_LOG,      "*auth*log*"   },
    {ARTEFACT_AUTH_LOG,      "secure*"      },
    {ARTEFACT_SHELL_HISTORY, "*history*"    },
    {ARTEFACT_PACKAGE_LOG,   "*dpkg.log*"   },
    {ARTEFACT_PACKAGE_LOG,   "*history.log*"},
    {ARTEFACT_EVENT_LOG,     "*.evtx"       },
    {ARTEFACT_EVENT_JSON,    "*.json"       },
    {ARTEFACT_EVENT_JSON,    "*.jsonl"      },
    {ARTEFACT_EVENT_JSON,    "*.ndjson"     },
    {ARTEFACT_HIVE,          "SYSTEM"       },
    {ARTEFACT_HIVE,          "SOFTWARE"     },
    {ARTEFACT_HIVE,          "*.hive"       },
    {ARTEFACT_HIVE,          "*.DAT"        },
    {ARTEFACT_PLIST,         "*.plist*"     },
};

static const struct {
    enum os     os;
    const char *kind;
    unsigned    root_artefact;
    unsigned    root_flags;
    const char *marks[3]; /* any of these folders below the root tells the system */
} systems[] = {
    {OS_MACOS,
     "macos",   ARTEFACT_MACOS_ROOT,
     ROOT_NOCASE, {"/System/Library/LaunchDaemons", "/Library/LaunchDaemons", "/private/var/db"}},
    {OS_WINDOWS,
     "windows", ARTEFACT_WINDOWS_ROOT,
     ROOT_NOCASE, {"/Windows/System32/config", "/Windows/System32/winevt", "/Windows/System32"} },
    {OS_LINUX,
     "linux",   ARTEFACT_LINUX_ROOT,
     0,           {"/etc/passwd", "/etc/systemd", "/usr/lib/systemd"}                           },
};

static unsigned os_of(const struct evidence *evidence)
{
    if (evidence->live)
        return OS_LINUX;
    for (size_t i = 0; i < TBL_COUNT(systems); i++)
        if (strcmp(systems[i].kind, evidence->kind) == 0)
            return systems[i].os;
    return 0;
}

/* The list ------------------------------------------------------------------ */

static void free_entry(struct evidence_entry *entry)
{
    if (!entry)
        return;
    free((void *)(uintptr_t)entry->shown.location);
    free((void *)(uintptr_t)entry->shown.host);
    free((void *)(uintptr_t)entry->shown.time_zone);
    root_unref(entry->shown.root);
    free(entry);
}

static int append(struct evidence_list *list, struct evidence_entry *entry)
{
    struct evidence_entry **more = realloc(list->entries, (list->n + 1) * sizeof *more);

    if (!more)
        return -ENOMEM;
    list->entries = more;
    entry->shown.id = ++list->last_id;
    list->entries[list->n++] = entry;
    return 0;
}

static char *last_part(const char *location)
{
    const char *end = location + strlen(location);

    while (end > location && end[-1] == '/')
        end--;
    const char *begin = end;
    while (begin > location && begin[-1] != '/')
        begin--;
    return strndup(begin, (size_t)(end - begin));
}

/* The first word of /etc/hostname, or the last part of the location. */
static char *host_of(struct root *root, const char *location)
{
    char  *text;
    size_t size;

    if (root && root_read(root, "/etc/hostname", 4096, &text, &size) == 0) {
        size_t begin = strspn(text, " \t\n"), length = strcspn(text + begin, " \t\r\n");
        char  *host = length ? strndup(text + begin, length) : NULL;
        free(text);
        if (host)
            return host;
    }
    return last_part(location);
}

static char *live_host(void)
{
    char name[HOST_NAME_MAX + 1] = "localhost";

    gethostname(name, sizeof name - 1);
    return strdup(name);
}

static struct evidence_entry *new_entry(const char *location, char *host, const char *kind,
                                        struct root *root, bool live)
{
    struct evidence_entry *entry = calloc(1, sizeof *entry);
    char                  *copy = strdup(location);

    if (!entry || !copy || !host) {
        free(copy);
        free(host);
        free(entry);
        root_unref(root);
        return NULL;
    }
    entry->shown =
        (struct evidence){.location = copy, .host = host, .kind = kind, .root = root, .live = live};
    return entry;
}

int evidence_list_new(struct evidence_list **ret)
{
    struct evidence_list *list = calloc(1, sizeof *list);
    struct root          *root = NULL;

    if (!list)
        return -ENOMEM;
    int r = root_open("/", 0, &root);
    if (r == 0) {
        struct evidence_entry *entry = new_entry("/", live_host(), "live", root, true);
        r = entry ? append(list, entry) : -ENOMEM;
        if (r < 0)
            free_entry(entry);
    }
    if (r < 0) {
        evidence_list_free(list);
        return r;
    }
    *ret = list;
    return 0;
}

void evidence_list_free(struct evidence_list *list)
{
    for (size_t i = 0; list && i < list->n; i++)
        free_entry(list->entries[i]);
    if (list)
        free(list->entries);
    free(list);
}

const struct evidence *evidence_at(const struct svcql *svcql, size_t i)
{
    return i < svcql->evidence->n ? &svcql->evidence->entries[i]->shown : NULL;
}

/* Tell the operating system of a root by its marks; -ENOENT where it is none that is known. */
static int recognise(const char *location, struct root **ret_root, const char **ret_kind)
{
    for (size_t i = 0; i < TBL_COUNT(systems); i++) {
        struct root *root;
        struct stat  st;
        int          r = root_open(location, systems[i].root_flags, &root);

        if (r < 0)
            return r;
        for (size_t m = 0; m < TBL_COUNT(systems[i].marks); m++) {
            if (root_stat(root, systems[i].marks[m], true, &st) < 0)
                continue;
            *ret_root = root;
            *ret_kind = systems[i].kind;
            return 0;
        }
        root_unref(root);
    }
    return -ENOENT;
}

int evidence_add(struct svcql *svcql, const char *location, const char *host)
{
    struct root *root = NULL;
    const char  *kind = "files";
    int          r = recognise(location, &root, &kind);

    if (r == -ENOENT)
        r = root_open(location, 0, &root);
    if (r < 0)
        return r;
    struct evidence_entry *entry =
        new_entry(location, host ? strdup(host) : host_of(root, location), kind, root, false);
    if (!entry || append(svcql->evidence, entry) < 0) {
        free_entry(entry);
        return -ENOMEM;
    }
    return 0;
}

int evidence_remove(struct svcql *svcql, int64_t id)
{
    struct evidence_list *list = svcql->evidence;

    for (size_t i = 0; i < list->n; i++) {
        if (list->entries[i]->shown.id != id)
            continue;
        free_entry(list->entries[i]);
        memmove(&list->entries[i], &list->entries[i + 1], (--list->n - i) * sizeof *list->entries);
        return 0;
    }
    return -ENOENT;
}

const char *evidence_place(const struct evidence *evidence, enum artefact artefact)
{
    for (size_t i = 0; i < TBL_COUNT(places); i++)
        if (places[i].artefact == artefact && places[i].os & os_of(evidence))
            return places[i].dir;
    return NULL;
}

/* Sources ------------------------------------------------------------------- */

struct found {
    struct evidence *evidence; /* a copy of what it was when the scan began; NULL: none */
    struct root     *root;
    char            *path, *shown, *host;
    enum artefact    artefact;
    bool             live;
};

struct sources_impl {
    struct found *found;
    size_t        n, next;
};

static int add_found(struct sources_impl *impl, const struct evidence *evidence, struct root *root,
                     const char *host, enum artefact artefact, const char *path)
{
    if ((impl->n & (impl->n - 1)) == 0) {
        struct found *more = realloc(impl->found, (impl->n ? 2 * impl->n : 1) * sizeof *more);
        if (!more)
            return -ENOMEM;
        impl->found = more;
    }
    struct found *found = &impl->found[impl->n];
    *found = (struct found){.root = root_ref(root),
                            .path = strdup(path),
                            .host = strdup(host),
                            .artefact = artefact,
                            .live = evidence && evidence->live};
    impl->n++;
    if (asprintf(&found->shown, "%s%s", root_path(root), path) < 0)
        found->shown = NULL;
    if (found->shown && !*found->shown) {
        free(found->shown);
        found->shown = strdup("/");
    }
    if (evidence && (found->evidence = malloc(sizeof *evidence)))
        *found->evidence = *evidence;
    return found->path && found->host && found->shown && (!evidence || found->evidence) ? 0
                                                                                        : -ENOMEM;
}

/* Files of one folder by pattern. A folder that cannot be read is no file, but a source all the
 * same, so that the table which opens it reports why. */
static int add_folder(struct sources_impl *impl, const struct evidence *evidence, struct root *root,
                      const char *host, const struct place *place)
{
    struct root_names names = {0};
    char              path[ROOT_PATH_MAX];

    int r = root_list(root, place->dir, place->pattern, NAMES_MAX, &names, NULL);
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (r < 0)
        return add_found(impl, evidence, root, host, place->artefact, place->dir);
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        if ((size_t)snprintf(path, sizeof path, "%s/%s", place->dir, names.names[i]) < sizeof path)
            r = add_found(impl, evidence, root, host, place->artefact, path);
    }
    root_names_free(&names);
    return r;
}

static int add_place(struct sources_impl *impl, const struct evidence *evidence, struct root *root,
                     const char *host, const struct place *place)
{
    struct stat st;

    if (place->pattern)
        return add_folder(impl, evidence, root, host, place);
    if (root_stat(root, place->dir, true, &st) == -ENOENT)
        return 0;
    return add_found(impl, evidence, root, host, place->artefact, place->dir);
}

static int add_system(struct sources_impl *impl, const struct evidence *evidence, struct root *root,
                      const char *host, unsigned os, unsigned artefacts)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < TBL_COUNT(systems); i++)
        if (systems[i].os & os && artefacts & 1u << systems[i].root_artefact)
            r = add_found(impl, evidence, root, host, systems[i].root_artefact, "");
    if (r == 0 && evidence && evidence->live && artefacts & 1u << ARTEFACT_LIVE)
        r = add_found(impl, evidence, root, host, ARTEFACT_LIVE, "");
    for (size_t i = 0; r == 0 && i < TBL_COUNT(places); i++)
        if (places[i].os & os && artefacts & 1u << places[i].artefact)
            r = add_place(impl, evidence, root, host, &places[i]);
    return r;
}

static int add_evidence(struct sources_impl *impl, struct svcql *svcql, const char *host,
                        unsigned artefacts)
{
    const struct evidence *evidence;
    int                    r = 0;

    for (size_t i = 0; r == 0 && (evidence = evidence_at(svcql, i)); i++)
        if (!host || strcmp(evidence->host, host) == 0)
            r = add_system(impl, evidence, evidence->root, evidence->host, os_of(evidence),
                           artefacts);
    return r;
}

static int add_root(struct sources_impl *impl, const char *path, unsigned artefacts)
{
    struct root *root = NULL;
    const char  *kind = "linux";
    unsigned     os = OS_LINUX;
    int          r = recognise(path, &root, &kind);

    if (r == -ENOENT)
        r = root_open(path, 0, &root);
    if (r < 0)
        return r;
    for (size_t i = 0; i < TBL_COUNT(systems); i++)
        if (strcmp(systems[i].kind, kind) == 0)
            os = systems[i].os;
    char *host = host_of(root, path);
    r = host ? add_system(impl, NULL, root, host, os, artefacts) : -ENOMEM;
    free(host);
    root_unref(root);
    return r;
}

static enum artefact first_of(unsigned artefacts)
{
    return (enum artefact)__builtin_ctz(artefacts);
}

/* The kind that a loose file's name tells, or the first that is wanted. */
static bool kind_of_name(const char *name, unsigned artefacts, enum artefact *ret)
{
    for (size_t i = 0; i < TBL_COUNT(loose); i++) {
        if (artefacts & 1u << loose[i].artefact &&
            fnmatch(loose[i].pattern, name, FNM_CASEFOLD) == 0) {
            *ret = loose[i].artefact;
            return true;
        }
    }
    return false;
}

/* The evidence whose root holds a path, and the rest of the path within it. */
static const struct evidence *holder(struct svcql *svcql, const char *path, const char **ret_rest)
{
    const struct evidence *evidence, *best = NULL;
    size_t                 best_size = 0;

    for (size_t i = 0; (evidence = evidence_at(svcql, i)); i++) {
        const char *root = root_path(evidence->root);
        size_t      size = strlen(root);

        if (strncmp(path, root, size) != 0 || path[size] != '/' || (best && size <= best_size))
            continue;
        best = evidence;
        best_size = size;
    }
    *ret_rest = path + best_size;
    return best;
}

/* A file that the query names. It is read below its evidence's root or, where no evidence holds it,
 * below its own folder, so that a link planted there leads nowhere else. */
static int add_named_file(struct sources_impl *impl, struct svcql *svcql, const char *path,
                          unsigned artefacts)
{
    const char            *rest, *name = strrchr(path, '/');
    const struct evidence *evidence = holder(svcql, path, &rest);
    enum artefact          artefact = first_of(artefacts);

    name = name ? name + 1 : path;
    kind_of_name(name, artefacts, &artefact);
    if (evidence)
        return add_found(impl, evidence, evidence->root, evidence->host, artefact, rest);

    char        *dir = name == path ? strdup(".") : strndup(path, (size_t)(name - path));
    struct root *root = NULL;
    int          r = dir ? root_open(dir, 0, &root) : -ENOMEM;
    if (r == 0) {
        char *within = NULL;
        r = asprintf(&within, "/%s", name) < 0 ? -ENOMEM
                                               : add_found(impl, NULL, root, "", artefact, within);
        free(within);
    }
    root_unref(root);
    free(dir);
    return r;
}

static int add_named_folder(struct sources_impl *impl, struct svcql *svcql, const char *path,
                            unsigned artefacts)
{
    struct root      *root = NULL;
    struct root_names names = {0};
    enum artefact     artefact;

    int r = root_open(path, 0, &root);
    if (r == 0)
        r = root_list(root, "/", NULL, NAMES_MAX, &names, NULL);
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        if (!kind_of_name(names.names[i], artefacts, &artefact))
            continue;
        char *full = NULL;
        r = asprintf(&full, "%s/%s", root_path(root), names.names[i]) < 0
                ? -ENOMEM
                : add_named_file(impl, svcql, full, artefacts);
        free(full);
    }
    root_names_free(&names);
    root_unref(root);
    return r;
}

static int add_named(struct sources_impl *impl, struct svcql *svcql, const char *path,
                     unsigned artefacts)
{
    struct stat st;
    glob_t      names = {0};

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode) && !(artefacts & 1u << ARTEFACT_JOURNAL))
        return add_named_folder(impl, svcql, path, artefacts);
    if (strpbrk(path, "*?[") == NULL || lstat(path, &st) == 0)
        return add_named_file(impl, svcql, path, artefacts);
    int r = glob(path, GLOB_NOSORT, NULL, &names) == GLOB_NOSPACE ? -ENOMEM : 0;
    for (size_t i = 0; r == 0 && i < names.gl_pathc; i++)
        r = add_named_file(impl, svcql, names.gl_pathv[i], artefacts);
    globfree(&names);
    return r;
}

int sources_begin(struct sources *sources, struct svcql *svcql, const struct sources_want *want)
{
    struct sources_impl *impl = calloc(1, sizeof *impl);
    int                  r;

    if (!impl)
        return -ENOMEM;
    if (want->path)
        r = add_named(impl, svcql, want->path, want->artefacts);
    else if (want->root)
        r = add_root(impl, want->root, want->artefacts);
    else
        r = add_evidence(impl, svcql, want->host, want->artefacts);
    sources->impl = impl;
    if (r < 0)
        sources_end(sources);
    return r;
}

int sources_next(struct sources *sources, struct source *ret)
{
    struct sources_impl *impl = sources->impl;

    if (!impl || impl->next == impl->n)
        return 0;
    const struct found *found = &impl->found[impl->next++];
    *ret = (struct source){.evidence = found->evidence,
                           .root = found->root,
                           .path = found->path,
                           .shown = found->shown,
                           .host = found->host,
                           .artefact = found->artefact,
                           .live = found->live};
    return 1;
}

void sources_end(struct sources *sources)
{
    struct sources_impl *impl = sources->impl;

    for (size_t i = 0; impl && i < impl->n; i++) {
        free(impl->found[i].evidence);
        root_unref(impl->found[i].root);
        free(impl->found[i].path);
        free(impl->found[i].shown);
        free(impl->found[i].host);
    }
    if (impl)
        free(impl->found);
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
    snprintf(location, sizeof location, "%s%s", root_path(evidence->root), place);
    return svcql_report(svcql, &(struct report){
                                   .table = table->name,
                                   .kind = artefact_name(artefact),
                                   .host = evidence->host,
                                   .location = location,
                                   .status = SOURCE_ABSENT,
                                   .records = TBL_NULL,
                               });
}

static int probe_artefact(struct svcql *svcql, const struct tbl_table *table,
                          const struct evidence *evidence, enum artefact artefact)
{
    struct sources sources = {calloc(1, sizeof(struct sources_impl))};
    struct source  source;
    int            rc = SQLITE_OK, n = 0;

    if (!sources.impl)
        return SQLITE_NOMEM;
    int r = add_system(sources.impl, evidence, evidence->root, evidence->host, os_of(evidence),
                       1u << artefact);
    for (; r == 0 && rc == SQLITE_OK && sources_next(&sources, &source) > 0; n++)
        rc = probe_source(svcql, table, &source);
    if (r == 0 && rc == SQLITE_OK && n == 0)
        rc = report_absent(svcql, table, evidence, artefact);
    sources_end(&sources);
    return r < 0 ? SQLITE_NOMEM : rc;
}

static int probe_table(struct svcql *svcql, const struct tbl_table *table)
{
    const struct evidence *evidence;
    int                    rc = SQLITE_OK;

    for (size_t i = 0; (evidence = evidence_at(svcql, i)); i++)
        for (unsigned a = 0; rc == SQLITE_OK && a < ARTEFACT_COUNT; a++)
            if (table->artefacts & 1u << a)
                rc = probe_artefact(svcql, table, evidence, (enum artefact)a);
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
