#include "evidence_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "formats/text/array.h"
#include "formats/text/input.h"
#include "host.h"

SQLITE_EXTENSION_INIT3

struct evidence_list {
    struct evidence_entry **entries;
    size_t                  n;
    int64_t                 last_id;
    uint64_t                changes;
};

static const char list_key; /* its address is the key of the kept list */

/* NULL before evidence_begin(). */
static struct evidence_list *list_of(const struct svcql *svcql)
{
    return svcql_kept(svcql, &list_key);
}

const char *artefact_name(enum artefact artefact)
{
    static const char *const names[] = {
#define ARTEFACT_NAME(id, name) [ARTEFACT_##id] = name,
        ARTEFACTS(ARTEFACT_NAME)
#undef ARTEFACT_NAME
    };
    return names[artefact];
}

/* Entries ---------------------------------------------------------------------- */

void evidence_entry_unref(struct evidence_entry *entry)
{
    if (!entry || --entry->references)
        return;
    for (size_t i = 0; i < entry->n_files; i++)
        free(entry->files[i].path);
    free(entry->files);
    free((void *)(uintptr_t)entry->shown.location);
    free((void *)(uintptr_t)entry->shown.host);
    free((void *)(uintptr_t)entry->shown.time_zone);
    free((void *)(uintptr_t)entry->shown.root);
    free(entry);
}

struct evidence_entry *evidence_entry_ref(const struct svcql *svcql, size_t i)
{
    struct evidence_list *list = list_of(svcql);

    if (i >= list->n)
        return NULL;
    list->entries[i]->references++;
    return list->entries[i];
}

struct evidence_entry *evidence_entry_new(const char *location, struct discovered *item)
{
    struct evidence_entry *entry = calloc(1, sizeof *entry);
    char                  *copy = strdup(location);

    if (!entry || !copy) {
        free(entry);
        free(copy);
        return NULL;
    }
    *entry = (struct evidence_entry){
        .references = 1,
        .shown = {.location = copy,
                  .host = item->host,
                  .kind = item->kind,
                  .time_zone = item->time_zone,
                  .root = item->root,
                  .flags = item->flags},
        .files = item->files,
        .n_files = item->n,
    };
    *item = (struct discovered){0};
    return entry;
}

static int append(struct evidence_list *list, struct evidence_entry *entry)
{
    struct evidence_entry **added = ARRAY_ADD(list->entries, list->n);

    if (!added)
        return -ENOMEM;
    entry->shown.id = ++list->last_id;
    list->changes++;
    *added = entry;
    return 0;
}

/* The list ---------------------------------------------------------------------- */

static struct evidence_entry *live_entry(void)
{
    char                   name[HOST_NAME_SIZE], zone[HOST_MAX] = "";
    char                   unused[HOST_MAX] = "";
    struct root           *root = NULL;
    struct discovered      item = {.kind = "live", .flags = host_root_flags};
    struct evidence_entry *entry = NULL;

    host_computer_name(name);
    if (root_open(host_root(), host_root_flags, &root) == 0)
        host_of_root(root, host_kind, unused, zone);
    root_unref(root);
    item.root = strdup(host_root());
    item.host = strdup(name);
    item.time_zone = *zone ? strdup(zone) : NULL;
    if (item.root && item.host && (!*zone || item.time_zone))
        entry = evidence_entry_new(host_root(), &item);
    if (entry) {
        entry->shown.live = true;
        return entry;
    }
    free(item.root);
    free(item.host);
    free(item.time_zone);
    return NULL;
}

static void free_list(void *data)
{
    struct evidence_list *list = data;

    for (size_t i = 0; i < list->n; i++)
        evidence_entry_unref(list->entries[i]);
    free(list->entries);
    free(list);
}

int evidence_begin(struct svcql *svcql)
{
    struct evidence_list  *list = calloc(1, sizeof *list);
    struct evidence_entry *live = live_entry();

    if (!list || !live || append(list, live) < 0) {
        evidence_entry_unref(live);
        free(list);
        return SQLITE_NOMEM;
    }
    return svcql_keep(svcql, &list_key, list, free_list);
}

const struct evidence *evidence_at(const struct svcql *svcql, size_t i)
{
    const struct evidence_list *list = list_of(svcql);

    return i < list->n ? &list->entries[i]->shown : NULL;
}

uint64_t evidence_changes(const struct svcql *svcql)
{
    return list_of(svcql)->changes;
}

static void remove_at(struct evidence_list *list, size_t i)
{
    list->changes++;
    evidence_entry_unref(list->entries[i]);
    memmove(&list->entries[i], &list->entries[i + 1], (--list->n - i) * sizeof *list->entries);
}

int evidence_remove(struct svcql *svcql, int64_t id)
{
    struct evidence_list *list = list_of(svcql);

    for (size_t i = 0; i < list->n; i++)
        if (list->entries[i]->shown.id == id) {
            remove_at(list, i);
            return 0;
        }
    return -ENOENT;
}

static void remove_location(struct evidence_list *list, const char *location)
{
    for (size_t i = list->n; i-- > 0;)
        if (!list->entries[i]->shown.live &&
            strcmp(list->entries[i]->shown.location, location) == 0)
            remove_at(list, i);
}

/* Reports -------------------------------------------------------------------------- */

const char *unread_reason(const char *path)
{
    static const char *const kinds[][2] = {
        {".regtrans-ms", "transactions of a registry hive, which are not applied to it"},
        {".blf", "a log of transactions, which are not applied to their hive"},
        {".tracev3",
         "a part of macOS's unified log, which is not read: log show --archive exports it"},
    };
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < TBL_COUNT(kinds); i++)
        if (strcasecmp(dot, kinds[i][0]) == 0)
            return kinds[i][1];
    return NULL;
}

static int report_unknown(struct svcql *svcql, const char *location,
                          const struct unknown_files *unknown)
{
    static const char other[] = "not of a kind that a table reads";
    char              shown[2 * ROOT_PATH_MAX], detail[128];
    int               rc = SQLITE_OK;
    int               size = (int)strlen(location);

    while (size > 1 && location[size - 1] == '/')
        size--;
    struct report report = {.table = "evidence",
                            .kind = "file",
                            .location = shown,
                            .status = SOURCE_UNKNOWN,
                            .records = TBL_NULL};
    for (size_t i = 0; rc == SQLITE_OK && i < unknown->n; i++) {
        snprintf(shown, sizeof shown, "%.*s%s", size, location, unknown->paths[i]);
        const char *what = unknown->what[i];
        snprintf(detail, sizeof detail, "%s%s%s", other, what ? ": " : "", what ? what : "");
        report.detail = unread_reason(unknown->paths[i]);
        report.detail = report.detail ? report.detail : detail;
        rc = svcql_report(svcql, &report);
    }
    report.kind = "files";
    report.detail = detail;
    for (size_t i = 0; rc == SQLITE_OK && i < unknown->n_kinds; i++) {
        snprintf(shown, sizeof shown, "%.*s/**/*%s", size, location, unknown->kinds[i].suffix);
        snprintf(detail, sizeof detail, "more files that no table reads: %zu", unknown->kinds[i].n);
        rc = svcql_report(svcql, &report);
    }
    return rc;
}

/* Why a location was read in part, or that nothing was recognised; "" for neither. Malloc()ed, or NULL. */
static char *detail_of(const char *location, const struct discovery *found, size_t files)
{
    const char *error = found->error ? source_error(found->error) : "";
    char       *text = NULL;

    int n = files || found->error
                ? asprintf(&text, "%s%s%s", error, *error && *found->lost ? "; " : "", found->lost)
                : asprintf(&text, "nothing was recognised in %s%s%s; searched for: %s", location,
                           *found->lost ? "; " : "", found->lost, discovery_supported);
    return n < 0 ? NULL : text;
}

/* Report what the walk of a location found; files that no table reads are reported one by one. */
static int report(struct svcql *svcql, const char *location, const struct discovery *found)
{
    size_t files = 0;

    for (size_t i = 0; i < found->n; i++)
        files += found->items[i].n + (strcmp(found->items[i].kind, "files") != 0);
    char *detail = detail_of(location, found, files);
    if (!detail)
        return SQLITE_NOMEM;
    int rc =
        svcql_report(svcql, &(struct report){
                                .table = "evidence",
                                .kind = "location",
                                .host = found->n == 1 ? found->items[0].host : NULL,
                                .location = location,
                                .status = found->error && (!files || !root_denied(found->error))
                                              ? source_status_of(found->error)
                                          : files ? SOURCE_READ
                                                  : SOURCE_UNKNOWN,
                                .records = (int64_t)files,
                                .skipped = (int64_t)found->skipped,
                                .detail = *detail ? detail : NULL,
                            });
    free(detail);
    return rc == SQLITE_OK ? report_unknown(svcql, location, &found->unknown) : rc;
}

/* Transactions of hives ------------------------------------------------------------ */

struct transactions {
    struct svcql      *svcql;
    const struct root *root;
    const char        *host;
};

static int report_transactions(void *arg, const char *dir, int error, size_t lost)
{
    static const char *const patterns[] = {"*.regtrans-ms", "*.blf"};
    struct transactions     *t = arg;
    char                     shown[2 * ROOT_PATH_MAX], path[ROOT_PATH_MAX];
    int                      rc = SQLITE_OK;

    for (size_t p = 0; !error && !lost && p < TBL_COUNT(patterns); p++) {
        struct root_names names = {0};
        if (root_list(t->root, dir, patterns[p], UNKNOWN_FILES, &names) < 0)
            continue; /* the tables report a folder of hives that cannot be read */
        for (size_t i = 0; rc == SQLITE_OK && i < names.n; i++) {
            if (snprintf(path, sizeof path, "%s/%s", dir, names.names[i]) >= ROOT_PATH_MAX)
                continue;
            root_shown(t->root, path, shown);
            rc = svcql_report(t->svcql, &(struct report){.table = "evidence",
                                                         .kind = "file",
                                                         .host = t->host,
                                                         .location = shown,
                                                         .status = SOURCE_UNKNOWN,
                                                         .records = TBL_NULL,
                                                         .detail = unread_reason(path)});
        }
        root_names_free(&names);
    }
    return rc == SQLITE_OK ? 0 : -ENOMEM;
}

/* Name the transactions beside the hives of a Windows system: what they hold may be in no hive yet. */
static int name_transactions(struct svcql *svcql, const struct discovered *item)
{
    static const char *const dirs[] = {"/Windows/System32/config", "/Windows/System32/config/TxR",
                                       "/Users/*", "/Windows/ServiceProfiles/*"};
    struct root             *root = NULL;

    if (strcmp(item->kind, "windows") != 0 || root_open(item->root, item->flags, &root) < 0)
        return 0;
    struct transactions t = {svcql, root, item->host};
    int                 r = 0;
    for (size_t i = 0; r != -ENOMEM && i < TBL_COUNT(dirs); i++)
        r = root_glob(root, dirs[i], UNKNOWN_FILES, report_transactions, &t);
    root_unref(root);
    return r == -ENOMEM ? r : 0;
}

static int add_item(struct evidence_list *list, const char *location, const char *host,
                    struct discovered *item)
{
    if (host) {
        char *copy = strdup(host);
        if (!copy)
            return -ENOMEM;
        free(item->host);
        item->host = copy;
    }
    struct evidence_entry *entry = evidence_entry_new(location, item);
    if (entry)
        entry->shown.host_given = host != NULL;
    if (!entry || append(list, entry) < 0) {
        evidence_entry_unref(entry);
        return -ENOMEM;
    }
    return 0;
}

static int add_location(struct svcql *svcql, const char *location, const char *host)
{
    struct discovery  found;
    struct input_scan outer = input_scan_begin((struct input_scan){.budget = NULL});
    int               r = discover(location, ARTEFACTS_ALL, &found);
    bool              no_memory = input_no_memory();

    input_scan_end(outer);
    if (r == 0 && no_memory) { /* a name, or a part, is missing */
        discovery_free(&found);
        r = -ENOMEM;
    }
    if (r < 0)
        return r;
    remove_location(list_of(svcql), location);
    if (report(svcql, location, &found) != SQLITE_OK)
        r = -ENOMEM;
    for (size_t i = 0; r == 0 && i < found.n; i++) {
        r = name_transactions(svcql, &found.items[i]);
        if (r == 0)
            r = add_item(list_of(svcql), location, host, &found.items[i]);
    }
    discovery_free(&found);
    return r;
}

int evidence_add(struct svcql *svcql, const char *location, const char *host)
{
    char *path = host_path(location);
    int   r = path ? add_location(svcql, path, host) : -ENOMEM;

    free(path);
    return r;
}
