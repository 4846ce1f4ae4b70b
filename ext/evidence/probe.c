#include "probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "evidence_list.h"
#include "reports.h"
#include "sources.h"
#include "table/registry.h"

SQLITE_EXTENSION_INIT3

/* Whether a path can be opened, without reading it: 0 or a negative errno. */
static int try_open(const struct root *root, const char *path)
{
    struct root_dir *dir = NULL;

    struct stat st;

    if (!*path || *path != '/') /* the root itself; a hive of the running registry */
        return 0;
    if (root_in_archive(root)) /* to open a member is to expand it */
        return root_stat(root, path, true, &st);
    int fd = root_open_file(root, path);
    if (fd >= 0) {
        close(fd);
        return 0;
    }
    int r = root_open_dir(root, path, &dir);
    if (r == 0)
        root_closedir(dir);
    return r == -ENOTDIR ? fd : r;
}

/* Complete and set a report of the attempt to open a source, unless there is one. */
static int report_probed(struct svcql *svcql, struct report report, int r)
{
    if (svcql_reported(svcql, report.table, report.location))
        return SQLITE_OK;
    const char *never = r == 0 ? unread_reason(report.location) : NULL;
    report.status = r < 0 ? source_status_of(r) : never ? SOURCE_UNKNOWN : SOURCE_READY;
    report.records = TBL_NULL;
    report.detail = r < 0 ? source_error(r) : never ? never : "not read yet";
    return svcql_report(svcql, &report);
}

/* The paths below a root that the table reads, one by one. */
static int probe_places(struct svcql *svcql, const struct tbl_table *table,
                        const struct source *source)
{
    char shown[2 * ROOT_PATH_MAX];
    int  rc = SQLITE_OK;

    for (const char *const *place = table->places; rc == SQLITE_OK && *place; place++) {
        root_shown(source->root, *place, shown);
        rc = report_probed(svcql,
                           (struct report){.table = table->name,
                                           .kind = table->places_kind,
                                           .host = source->host,
                                           .location = shown},
                           try_open(source->root, *place));
    }
    return rc;
}

static int probe_source(struct svcql *svcql, const struct tbl_table *table,
                        const struct source *source)
{
    bool is_root = !*source->path;

    if (is_root && table->places)
        return probe_places(svcql, table, source);
    if (is_root && svcql_reported_host(svcql, table->name, source->host))
        return SQLITE_OK;
    return report_probed(svcql,
                         (struct report){.table = table->name,
                                         .kind = artefact_name(source->artefact),
                                         .host = source->host,
                                         .location = source->shown,
                                         .root = is_root},
                         try_open(source->root, source->path));
}

/* Report that one host has none of an artefact that its system would keep. */
static int report_absent(struct svcql *svcql, const struct tbl_table *table,
                         const struct evidence *evidence, enum artefact artefact)
{
    const char *place = sources_place(evidence, artefact);
    char        location[ROOT_PATH_MAX * 2];

    if (!place)
        return SQLITE_OK;
    size_t size = strlen(evidence->root);
    size -= size && evidence->root[size - 1] == '/';
    snprintf(location, sizeof location, "%.*s%s", (int)size, evidence->root, place);
    return svcql_report(svcql, &(struct report){
                                   .table = table->name,
                                   .kind = artefact_name(artefact),
                                   .host = evidence->host,
                                   .location = location,
                                   .status = SOURCE_ABSENT,
                                   .records = TBL_NULL,
                               });
}

/* Probe the sources that one evidence has of an artefact. */
static int probe_entry(struct svcql *svcql, const struct tbl_table *table,
                       struct evidence_entry *entry, enum artefact artefact)
{
    struct sources sources = {0};
    struct source  source;
    int            rc = SQLITE_OK, n = 0;

    int r = sources_begin_entry(&sources, svcql, entry, 1u << artefact);
    while (r == 0 && rc == SQLITE_OK && (r = sources_next(&sources, &source)) > 0) {
        rc = probe_source(svcql, table, &source);
        n++;
        r = 0;
    }
    sources_end(&sources);
    if (r == 0 && rc == SQLITE_OK && n == 0)
        rc = report_absent(svcql, table, &entry->shown, artefact);
    return r == -ENOMEM ? SQLITE_NOMEM : r < 0 ? SQLITE_CANTOPEN : rc;
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
    const struct tbl_table *table;
    int                     rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && (table = tbl_at(svcql, i)); i++)
        rc = table->probe ? table->probe(svcql) : probe_table(svcql, table);
    return rc;
}
