#include "configuration_keys.h"

#include <string.h>

#include "formats/text/text_measure.h"

#define NEAR     2 /* edits between a key and the intended one */
#define NEAR_MIN 5 /* bytes of a key that can be near another */

const char *const top_keys[] = {"options", "schedule", "packs", "decorators", "views", NULL};

const char *const query_keys[] = {"query",    "interval",  "snapshot",    "removed",
                                  "denylist", "platform",  "version",     "shard",
                                  "value",    "blacklist", "description", NULL};

const char *const pack_keys[] = {"queries", "discovery", "platform", "version", "shard", NULL};

/* Of osquery's configuration: other subsystems'. */
static const char *const osquery_keys[] = {
    "auto_table_construction",
    "events",
    "exclude_paths",
    "feature_vectors",
    "file_accesses",
    "file_paths",
    "file_paths_query",
    "logger",
    "node_invalid",
    "node_key",
    "overrides",
    "prometheus_targets",
    "yara",
    NULL,
};

static bool is_one_of(const char *key, const char *const *keys)
{
    for (; *keys; keys++)
        if (strcmp(key, *keys) == 0)
            return true;
    return false;
}

static const char *near_one(const char *key, const char *const *known)
{
    size_t size = strlen(key);

    for (; *known; known++) {
        int edits = text_edit_distance(key, size, *known, strlen(*known));
        if (size >= NEAR_MIN && edits >= 0 && edits <= NEAR)
            return *known;
    }
    return NULL;
}

enum key_meaning top_key_meaning(const char *key)
{
    if (is_one_of(key, top_keys) || strchr("_#/", *key))
        return KEY_MEANT;
    return is_one_of(key, osquery_keys) ? KEY_IGNORED : KEY_UNKNOWN;
}

int unknown_key(const struct json_place *place, const char *key, const char *const *known)
{
    const char *meant = near_one(key, known);

    return meant ? json_fail(place, key, "unknown key; did you mean %s?", meant)
                 : json_fail(place, key, "unknown key");
}

int check_spelling(const struct json_place *place, const cJSON *object, const char *const *known)
{
    for (const cJSON *item = object ? object->child : NULL; item; item = item->next)
        if (!is_one_of(item->string, known) && near_one(item->string, known))
            return unknown_key(place, item->string, known);
    return 0;
}
