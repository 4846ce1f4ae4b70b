/* configuration_keys.h -- which keys a configuration may have, so that a misspelt one is an error
 * and is not ignored. */
#ifndef SVCQL_CONFIGURATION_KEYS_H
#define SVCQL_CONFIGURATION_KEYS_H

#include "json_place.h"

enum key_meaning { KEY_MEANT, KEY_IGNORED, KEY_UNKNOWN };

/* Who uses a key at the top of a configuration: svcql, osquery alone, or neither. Keys that begin
 * with "_", "#" or "/" are comments, and allowed. */
enum key_meaning top_key_meaning(const char *key);

/* Fail where an object has a key that is nearly one of `known` (ends with NULL) and none of them:
 * "schedule.q.intervall: unknown; did you mean interval?". Accepts a NULL object. */
int check_spelling(const struct json_place *place, const cJSON *object, const char *const *known);

/* Fail for that key, naming the known one that is near it, if any. */
int unknown_key(const struct json_place *place, const char *key, const char *const *known);

extern const char *const top_keys[], *const query_keys[], *const pack_keys[];

#endif
