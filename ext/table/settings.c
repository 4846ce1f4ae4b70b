#include "settings.h"

#include <string.h>

#include "table.h"

SQLITE_EXTENSION_INIT3

static const struct setting settings[] = {
    {"systemd_address", "D-Bus address of the system manager; empty: the private socket or the bus",
     ""},
    {"attack_version", "Version of ATT&CK whose ids are shown: 18.1 or 19.1", "19.1"},
    {"signals", "Folder of the user's own detections, one file each; empty: none", ""},
    {"source_megabytes",
     "MiB that a scan reads of one source, of all of a user's a quarter of it; what is beyond is "
     "left "
     "out and the source is damaged; 0: all",
     "0"},
    {"source_rows", "Rows that a scan returns of one source, with the same rule; 0: all", "0"},
    {"source_seconds", "Seconds that a scan spends on one source, with the same rule; 0: all", "0"},
    {"threads",
     "Threads that decode one long event log, no more than the processors that are online; 1: no "
     "other than the query's own",
     "2"},
};

/* The values that were set, in the order of settings[]; NULL: the default. Kept once one is. */
struct values {
    char *texts[TBL_COUNT(settings)];
};

static void free_values(void *data)
{
    struct values *values = data;

    for (size_t i = 0; i < TBL_COUNT(settings); i++)
        sqlite3_free(values->texts[i]);
    sqlite3_free(values);
}

const struct setting *setting_at(size_t i)
{
    return i < TBL_COUNT(settings) ? &settings[i] : NULL;
}

static size_t index_of(const char *name)
{
    size_t i = 0;

    while (i < TBL_COUNT(settings) && strcmp(settings[i].name, name) != 0)
        i++;
    return i;
}

const char *svcql_setting(const struct svcql *svcql, const char *name)
{
    const struct values *values = svcql_kept(svcql, settings);
    size_t               i = index_of(name);

    if (i == TBL_COUNT(settings))
        return "";
    return values && values->texts[i] ? values->texts[i] : settings[i].fallback;
}

static struct values *keep_values(struct svcql *svcql)
{
    struct values *values = svcql_kept(svcql, settings);

    if (values || !(values = sqlite3_malloc64(sizeof *values)))
        return values;
    memset(values, 0, sizeof *values);
    return svcql_keep(svcql, settings, values, free_values) == SQLITE_OK ? values : NULL;
}

int svcql_set(struct svcql *svcql, const char *name, const char *value)
{
    size_t i = index_of(name);
    if (i == TBL_COUNT(settings))
        return SQLITE_NOTFOUND;

    struct values *values = keep_values(svcql);
    char          *copy = value ? sqlite3_mprintf("%s", value) : NULL;
    if (!values || (value && !copy)) {
        sqlite3_free(copy);
        return SQLITE_NOMEM;
    }
    sqlite3_free(values->texts[i]);
    values->texts[i] = copy;
    return SQLITE_OK;
}
