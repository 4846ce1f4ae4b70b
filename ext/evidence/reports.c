#include "reports.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "formats/text/input.h"
#include "table.h"
#include "table/connection.h"

SQLITE_EXTENSION_INIT3

#define REPORT_BUCKETS 1024

struct reports {
    struct report_entry *first, **end;
    struct report_entry *buckets[REPORT_BUCKETS];
};

static const char reports_key; /* its address is the key of the kept reports */

static char *copy_text(const char *text)
{
    return text ? sqlite3_mprintf("%s", text) : NULL;
}

static void free_report(struct report_entry *entry)
{
    sqlite3_free((void *)(uintptr_t)entry->report.kind);
    sqlite3_free((void *)(uintptr_t)entry->report.host);
    sqlite3_free((void *)(uintptr_t)entry->report.location);
    sqlite3_free((void *)(uintptr_t)entry->report.detail);
    sqlite3_free(entry);
}

static void free_reports(void *data)
{
    struct reports *reports = data;

    while (reports->first) {
        struct report_entry *entry = reports->first;
        reports->first = entry->next;
        free_report(entry);
    }
    sqlite3_free(reports);
}

/* The connection's reports; NULL when out of memory. */
static struct reports *keep_reports(struct svcql *svcql)
{
    struct reports *reports = svcql_kept(svcql, &reports_key);

    if (reports || !(reports = sqlite3_malloc64(sizeof *reports)))
        return reports;
    memset(reports, 0, sizeof *reports);
    reports->end = &reports->first;
    return svcql_keep(svcql, &reports_key, reports, free_reports) == SQLITE_OK ? reports : NULL;
}

const struct report_entry *reports_first(const struct svcql *svcql)
{
    const struct reports *reports = svcql_kept(svcql, &reports_key);

    return reports ? reports->first : NULL;
}

static size_t bucket_of(const char *table, const char *location)
{
    size_t hash = 5381;

    for (const char *p = table; *p; p++)
        hash = hash * 33 ^ (unsigned char)*p;
    for (const char *p = location; *p; p++)
        hash = hash * 33 ^ (unsigned char)*p;
    return hash % REPORT_BUCKETS;
}

static struct report_entry *find_report(const struct svcql *svcql, const char *table,
                                        const char *location)
{
    const struct reports *reports = svcql_kept(svcql, &reports_key);
    struct report_entry  *entry = reports ? reports->buckets[bucket_of(table, location)] : NULL;

    while (entry && (strcmp(entry->report.table, table) != 0 ||
                     strcmp(entry->report.location, location) != 0))
        entry = entry->next_in_bucket;
    return entry;
}

bool svcql_reported(const struct svcql *svcql, const char *table, const char *location)
{
    return find_report(svcql, table, location) != NULL;
}

bool svcql_reported_host(const struct svcql *svcql, const char *table, const char *host)
{
    for (const struct report_entry *entry = reports_first(svcql); entry; entry = entry->next)
        if (entry->report.status != SOURCE_READY && strcmp(entry->report.table, table) == 0 &&
            entry->report.host && strcmp(entry->report.host, host) == 0)
            return true;
    return false;
}

static struct report_entry *new_report(const struct report *report)
{
    struct report_entry *entry = sqlite3_malloc64(sizeof *entry);
    if (!entry)
        return NULL;

    *entry = (struct report_entry){.report = *report};
    entry->report.kind = copy_text(report->kind);
    entry->report.host = copy_text(report->host);
    entry->report.location = copy_text(report->location);
    entry->report.detail = copy_text(report->detail);
    if (!entry->report.kind || (report->host && !entry->report.host) || !entry->report.location ||
        (report->detail && !entry->report.detail)) {
        free_report(entry);
        return NULL;
    }
    return entry;
}

/* How bad it is: 2 the source failed, 1 records of it were lost, 0 neither. */
static int badness(const struct report *report)
{
    return report->status == SOURCE_DENIED || report->status == SOURCE_DAMAGED
               ? 2
               : report->skipped > 0;
}

static bool is_worse(const struct report *a, const struct report *b)
{
    int difference = badness(a) - badness(b);

    return difference ? difference > 0 : a->skipped > b->skipped;
}

/* A statement that reads a source again, and this time whole, has lost what the first reading lost. */
static bool stays(const struct report_entry *entry, const struct report *report, uint64_t statement)
{
    return statement && entry->statement == statement && is_worse(&entry->report, report);
}

/* One that the statement has read, and does not find any more. */
static bool is_gone(const struct report_entry *entry, const struct report *report,
                    uint64_t statement)
{
    return statement && entry->statement == statement && report->status == SOURCE_ABSENT &&
           entry->report.status == SOURCE_READ;
}

static int update_report(struct report_entry *entry, const struct report *report,
                         uint64_t statement)
{
    if (stays(entry, report, statement))
        return SQLITE_OK;

    char *detail = copy_text(report->detail);

    if (report->detail && !detail)
        return SQLITE_NOMEM;
    sqlite3_free((void *)(uintptr_t)entry->report.detail);
    entry->report.detail = detail;
    entry->report.status = report->status;
    entry->report.records = report->records;
    entry->report.skipped = report->skipped;
    entry->statement = statement;
    return SQLITE_OK;
}

static int set_report(struct svcql *svcql, const struct report *report)
{
    struct report_entry *entry = find_report(svcql, report->table, report->location);
    uint64_t             statement = svcql->scans ? svcql_statement(svcql) + 1 : 0;

    if (entry && is_gone(entry, report, statement)) {
        struct report gone = *report;
        gone.status = source_status_of(-ESTALE);
        gone.detail = source_error(-ESTALE);
        gone.skipped = 1;
        return update_report(entry, &gone, statement);
    }
    if (entry)
        return update_report(entry, report, statement);
    struct reports *reports = keep_reports(svcql);
    if (!reports || !(entry = new_report(report)))
        return SQLITE_NOMEM;
    size_t bucket = bucket_of(report->table, report->location);
    entry->statement = statement;
    entry->next_in_bucket = reports->buckets[bucket];
    reports->buckets[bucket] = entry;
    *reports->end = entry;
    reports->end = &entry->next;
    return SQLITE_OK;
}

/* What the table did not see, as a file that it reads beside the source. */
static void tell_faults(struct report *report)
{
    uint64_t faults = report->status == SOURCE_READY ? 0 : input_faults();

    if (!faults || report->skipped || report->status > SOURCE_ABSENT)
        return;
    report->skipped = (int64_t)faults;
    if (report->status == SOURCE_ABSENT)
        report->status = SOURCE_DAMAGED;
    if (!report->detail)
        report->detail = "reads failed, of it or beside it";
}

int svcql_report(struct svcql *svcql, const struct report *report)
{
    struct report copy = *report;

    if (input_no_memory()) /* what it says may be of that, as a name that was not found */
        return SQLITE_NOMEM;
    tell_faults(&copy);
    if (copy.status == SOURCE_READ && copy.records == 0 && copy.skipped > 0)
        copy.status = SOURCE_DAMAGED;
    return set_report(svcql, &copy);
}

int svcql_report_folder(struct svcql *svcql, const char *table, const struct folder *folder,
                        int error, size_t lost)
{
    char shown[2 * ROOT_PATH_MAX], detail[128];

    if (!error && !lost)
        return SQLITE_OK;
    if (error == -ENOMEM)
        return SQLITE_NOMEM;
    root_shown(folder->root, folder->dir, shown);
    if (error)
        snprintf(detail, sizeof detail, "the folder was not listed to its end: %s",
                 source_error(error));
    else
        snprintf(detail, sizeof detail, "names beyond the limit of a folder: %zu", lost);
    return svcql_report(
        svcql, &(struct report){.table = table,
                                .kind = folder->kind,
                                .host = folder->host,
                                .location = *shown ? shown : "/",
                                .status = root_denied(error) ? SOURCE_DENIED : SOURCE_DAMAGED,
                                .records = TBL_NULL,
                                .skipped = (int64_t)lost + (error != 0),
                                .detail = detail});
}

bool report_is_stale(const struct svcql *svcql, const struct report *report)
{
    return report->root && report->status == SOURCE_READY && report->host &&
           svcql_reported_host(svcql, report->table, report->host);
}
