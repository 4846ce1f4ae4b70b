/* connection.c -- what is kept of one connection: settings, reports, and memory for its modules. */
#include "connection.h"

#include <errno.h>
#include <string.h>

SQLITE_EXTENSION_INIT3

static const struct {
    const char *name, *doc, *fallback;
} defaults[] = {
    {"systemd_address", "D-Bus address of the system manager; empty: the private socket or the bus",
     ""},
};

static char *copy_text(const char *text)
{
    return text ? sqlite3_mprintf("%s", text) : NULL;
}

int svcql_new(sqlite3 *db, struct svcql **ret)
{
    struct svcql *svcql = sqlite3_malloc64(sizeof *svcql);

    if (!svcql)
        return SQLITE_NOMEM;
    memset(svcql, 0, sizeof *svcql);
    svcql->db = db;
    svcql->references = 1;
    svcql->reports_end = &svcql->reports;
    svcql->settings = sqlite3_malloc64(sizeof *svcql->settings * TBL_COUNT(defaults));
    if (!svcql->settings || evidence_list_new(&svcql->evidence) < 0) {
        svcql_unref(svcql);
        return SQLITE_NOMEM;
    }
    svcql->n_settings = TBL_COUNT(defaults);
    for (size_t i = 0; i < svcql->n_settings; i++)
        svcql->settings[i] = (struct setting){
            .name = defaults[i].name, .doc = defaults[i].doc, .fallback = defaults[i].fallback};
    *ret = svcql;
    return SQLITE_OK;
}

struct svcql *svcql_ref(struct svcql *svcql)
{
    svcql->references++;
    return svcql;
}

static void free_report(struct report_entry *entry)
{
    sqlite3_free((void *)(uintptr_t)entry->report.kind);
    sqlite3_free((void *)(uintptr_t)entry->report.host);
    sqlite3_free((void *)(uintptr_t)entry->report.location);
    sqlite3_free((void *)(uintptr_t)entry->report.detail);
    sqlite3_free(entry);
}

void svcql_unref(struct svcql *svcql)
{
    if (!svcql || --svcql->references)
        return;
    while (svcql->kept) {
        struct kept *kept = svcql->kept;
        svcql->kept = kept->next;
        kept->free(kept->data);
        sqlite3_free(kept);
    }
    while (svcql->reports) {
        struct report_entry *entry = svcql->reports;
        svcql->reports = entry->next;
        free_report(entry);
    }
    for (size_t i = 0; i < svcql->n_settings; i++)
        sqlite3_free((void *)(uintptr_t)svcql->settings[i].value);
    sqlite3_free(svcql->settings);
    sqlite3_free(svcql->scans);
    evidence_list_free(svcql->evidence);
    sqlite3_free(svcql);
}

sqlite3 *svcql_db(const struct svcql *svcql)
{
    return svcql->db;
}

/* Settings ------------------------------------------------------------------ */

static struct setting *find_setting(const struct svcql *svcql, const char *name)
{
    for (size_t i = 0; i < svcql->n_settings; i++)
        if (strcmp(svcql->settings[i].name, name) == 0)
            return &svcql->settings[i];
    return NULL;
}

const char *svcql_setting(const struct svcql *svcql, const char *name)
{
    const struct setting *setting = find_setting(svcql, name);

    if (!setting)
        return "";
    return setting->value ? setting->value : setting->fallback;
}

int svcql_set(struct svcql *svcql, const char *name, const char *value)
{
    struct setting *setting = find_setting(svcql, name);
    if (!setting)
        return SQLITE_NOTFOUND;

    char *copy = copy_text(value);
    if (value && !copy)
        return SQLITE_NOMEM;
    sqlite3_free((void *)(uintptr_t)setting->value);
    setting->value = copy;
    return SQLITE_OK;
}

/* Kept memory --------------------------------------------------------------- */

void *svcql_kept(const struct svcql *svcql, const void *key)
{
    for (const struct kept *kept = svcql->kept; kept; kept = kept->next)
        if (kept->key == key)
            return kept->data;
    return NULL;
}

int svcql_keep(struct svcql *svcql, const void *key, void *data, void (*free_fn)(void *))
{
    struct kept *kept = sqlite3_malloc64(sizeof *kept);

    if (!kept) {
        free_fn(data);
        return SQLITE_NOMEM;
    }
    *kept = (struct kept){svcql->kept, key, data, free_fn};
    svcql->kept = kept;
    return SQLITE_OK;
}

/* Reports ------------------------------------------------------------------- */

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
    struct report_entry *entry = svcql->buckets[bucket_of(table, location)];

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
    for (const struct report_entry *entry = svcql->reports; entry; entry = entry->next)
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

static int update_report(struct report_entry *entry, const struct report *report)
{
    char *detail = copy_text(report->detail);

    if (report->detail && !detail)
        return SQLITE_NOMEM;
    sqlite3_free((void *)(uintptr_t)entry->report.detail);
    entry->report.detail = detail;
    entry->report.status = report->status;
    entry->report.records = report->records;
    entry->report.skipped = report->skipped;
    return SQLITE_OK;
}

static int set_report(struct svcql *svcql, const struct report *report)
{
    struct report_entry *entry = find_report(svcql, report->table, report->location);

    if (entry)
        return update_report(entry, report);
    if (!(entry = new_report(report)))
        return SQLITE_NOMEM;
    size_t bucket = bucket_of(report->table, report->location);
    entry->next_in_bucket = svcql->buckets[bucket];
    svcql->buckets[bucket] = entry;
    *svcql->reports_end = entry;
    svcql->reports_end = &entry->next;
    return SQLITE_OK;
}

int svcql_report(struct svcql *svcql, const struct report *report)
{
    struct report copy = *report;

    if (copy.status == SOURCE_READ && copy.records == 0 && copy.skipped > 0)
        copy.status = SOURCE_DAMAGED;
    return set_report(svcql, &copy);
}

enum source_status source_status_of(int negative_errno)
{
    switch (negative_errno) {
    case -ENOENT:
    case -ENOTDIR:
        return SOURCE_ABSENT;
    case -EACCES:
    case -EPERM:
        return SOURCE_DENIED;
    default:
        return SOURCE_DAMAGED;
    }
}
