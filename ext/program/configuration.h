/* configuration.h -- what to run and when: osquery's configuration and pack format.
 *
 *     {"options": {"schedule_splay_percent": 10, "logger_plugin": "filesystem"},
 *      "schedule": {"units": {"query": "SELECT name FROM unit_files", "interval": 300}},
 *      "packs": {"t1569": "/etc/svcql/t1569.json", "*": "/etc/svcql/packs/" "*.json",
 *                "inline": {"queries": {}}},
 *      "decorators": {"load": ["SELECT svcql_version() AS svcql"]},
 *      "views": {"name": "SELECT ..."}}
 *
 * Keys that mean something else to osquery (events, file_paths, yara, its other options) are left
 * out and named in `ignored`.
 */
#ifndef SVCQL_CONFIGURATION_H
#define SVCQL_CONFIGURATION_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/arena.h"
#include "formats/text/buffer.h"
#include "json_place.h"

/* The release of osquery whose format this is, for packs that ask for at least some version. */
#define OSQUERY_VERSION "5.20.0"
#define INTERVAL_MAX    604800 /* seconds; as osquery has it */

struct schedule_options {
    const char *host_identifier;      /* hostname, uuid, instance, ephemeral or specified */
    const char *specified_identifier; /* for "specified" */
    const char *logger_plugin;        /* filesystem, stdout, syslog or journald */
    const char *logger_path;          /* folder of the result files; NULL: svcql's own */
    const char *pack_delimiter;
    const char *rules;   /* folder of Sigma rules, which add the query `sigma`; NULL: none */
    const char *signals; /* folder of detections; NULL: /etc/svcql/signals.d, where it exists */
    bool        logger_event_type;          /* a line for each row; else one for all of a run */
    bool        logger_snapshot_event_type; /* the same for snapshots */
    bool        logger_numerics;            /* numbers as numbers, not as text */
    bool        logger_rotate, disable_decorators, decorations_top_level;
    int64_t     logger_rotate_size, logger_rotate_max_files;
    int64_t     buffered_log_max;                                  /* lines that may wait */
    int64_t     schedule_splay_percent, schedule_default_interval; /* seconds */
    int64_t     schedule_epoch, pack_refresh_interval;
    int64_t     query_timeout;                                 /* seconds; svcql's own */
    int64_t     source_megabytes, source_rows, source_seconds; /* as of svcql_settings */
    int64_t     watchdog_memory_limit;                         /* MiB that one query may take */
};

struct scheduled_query {
    const char *name; /* as logged: pack_<pack>_<query> for one of a pack */
    const char *sql;
    int64_t     interval; /* seconds */
    bool        snapshot; /* log all rows every time, no difference */
    bool        removed;  /* also log rows that are missing now */
    bool        denylist; /* whether going over a limit denies it for some minutes */
    int         pack;     /* index, or -1 */
};

struct pack {
    const char  *name;
    const cJSON *discovery; /* list of SQL texts, or NULL: always runs */
};

struct decorator {
    enum { DECORATE_LOAD, DECORATE_ALWAYS, DECORATE_INTERVAL } when;
    int64_t     interval; /* seconds, for DECORATE_INTERVAL */
    const char *sql;
};

struct configuration {
    struct schedule_options options;
    struct scheduled_query *queries; /* sorted by name */
    struct pack            *packs;
    struct decorator       *decorators;
    const cJSON            *views; /* object: name to SQL; or NULL */
    size_t                  n_queries, n_packs, n_decorators;
    size_t                  left_out; /* queries of another platform, version or shard */
    struct buffer           ignored;  /* keys without meaning here, joined by ", " */
    struct buffer           warnings; /* packs that were left out, and why: a line each */

    struct arena arena; /* names, and the arrays above */
    cJSON      **documents;
    size_t       n_documents, room[4];
};

/* Read a configuration, or the shipped pack for a NULL path, as the host of that name would. On
 * failure *ret is empty and error->text has the reason. Negative errno. */
int  configuration_read(const char *path, const char *host, struct configuration *ret,
                        struct json_error *error);
void configuration_free(struct configuration *configuration);

/* The percentage of hosts, 0 to 100, that a host of that name belongs to (osquery, packs.cpp). */
int machine_shard(const char *host);

/* Whether a pack's comma-separated platforms include this one, and its version is not above ours.
 */
bool pack_platform_fits(const char *platform);
bool pack_version_fits(const char *version);

#endif
