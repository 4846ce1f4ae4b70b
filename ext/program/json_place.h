/* json_place.h -- typed members of a JSON file, with errors that name the file and the key path.
 *
 *     struct json_place top = {.file = "/etc/svcql.conf", .error = &error};
 *     struct json_place pack = {.above = &top, .key = "packs"};
 *     r = json_number(&pack, object, "shard", 0, 100, &shard);
 *     ... "/etc/svcql.conf: packs.shard: must be a number from 0 to 100"
 *
 * All getters return 0 and leave *ret unchanged where the member is absent; -EINVAL, with the error
 * written, where it is of another type or out of range. Texts stay owned by the JSON.
 */
#ifndef SVCQL_JSON_PLACE_H
#define SVCQL_JSON_PLACE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct json_error {
    char text[512];
};

struct json_place {
    const struct json_place *above;
    const char              *key;
    const char              *file;  /* of the topmost */
    struct json_error       *error; /* of the topmost */
};

/* Write "FILE: KEY.PATH: message". Returns -EINVAL. */
int json_fail(const struct json_place *place, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

int json_text(const struct json_place *place, const cJSON *object, const char *key,
              const char **ret);
int json_flag(const struct json_place *place, const cJSON *object, const char *key, bool *ret);
int json_number(const struct json_place *place, const cJSON *object, const char *key, int64_t least,
                int64_t most, int64_t *ret);

/* The member of that type: cJSON_Object or cJSON_Array; *ret is NULL where it is absent. */
int json_member(const struct json_place *place, const cJSON *object, const char *key, int type,
                const cJSON **ret);

/* Read what osquery accepts as JSON: lines that begin with // or # are comments, and a backslash at
 * the end of a line joins it with the next. `text` is changed. The caller frees with cJSON_Delete.
 * Errors name line and column. */
int json_parse(const struct json_place *place, char *text, size_t size, cJSON **ret);

/* The same of a regular file of at most 4 MiB. Negative errno, with the error written. */
int json_read_file(const struct json_place *place, cJSON **ret);

#endif
