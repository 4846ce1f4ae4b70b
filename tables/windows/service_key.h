/* service_key.h -- where the services of a SYSTEM hive are: control sets, their Services keys, and
 * the texts that are made of more than one value. */
#ifndef SVCQL_SERVICE_KEY_H
#define SVCQL_SERVICE_KEY_H

#include "formats/hive/hive.h"
#include "formats/text/buffer.h"

/* The control sets of a hive, one after the other. */
struct control_sets {
    struct hive        *hive;
    struct hive_subkeys roots;
    uint32_t            current; /* number of the one in use; 0 where the hive does not say */
};

struct control_set {
    char            name[32]; /* as the hive spells it: ControlSet001 */
    bool            current;
    struct hive_key key;
};

void control_sets_begin(struct control_sets *sets, struct hive *hive);
bool control_sets_next(struct control_sets *sets, struct control_set *ret);

/* Append the data of a value below a key as text. 0, -ENOENT, -EBADMSG, -ENOMEM. */
int service_put_value(struct hive *hive, const struct hive_key *key, const char *subkey,
                      const char *name, struct buffer *scratch, struct buffer *text);

/* The bytes of a value below a key. */
int service_data(struct hive *hive, const struct hive_key *key, const char *subkey,
                 const char *name, struct buffer *scratch, const uint8_t **ret, uint32_t *ret_size);

/* Append the strings of a value's data as members of a JSON array, each with `prefix` before it;
 * `*more` says whether the array has members already. */
void service_put_strings(struct buffer *json, const uint8_t *data, uint32_t size,
                         const char *prefix, bool *more);

/* Append the triggers of a service as a JSON array: its key TriggerInfo, subkey by subkey, until a
 * megabyte is full. 0, or -ENOENT where it has none. */
int service_put_triggers(struct hive *hive, const struct hive_key *service, struct buffer *json);

#endif
