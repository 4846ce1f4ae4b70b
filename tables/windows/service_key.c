#include "service_key.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/hive/service_value.h"

/* Control sets --------------------------------------------------------------------- */

void control_sets_begin(struct control_sets *sets, struct hive *hive)
{
    struct hive_key root;

    *sets = (struct control_sets){.hive = hive};
    hive_current_control_set(hive, &sets->current);
    if (hive_key(hive, hive->root, &root) == 0)
        hive_subkeys_begin(&sets->roots, hive, &root);
}

/* The number of a control set by its key's name, ControlSet001, or -1. */
static long number_of(const struct hive_name *name, char ret[32])
{
    static const char begins[] = "ControlSet";
    size_t            size = strlen(begins);

    if (!name->latin1 || name->size <= size || name->size > 31)
        return -1;
    memcpy(ret, name->data, name->size);
    ret[name->size] = '\0';
    if (strncasecmp(ret, begins, size) != 0 ||
        strspn(ret + size, "0123456789") + size != name->size)
        return -1;
    return strtol(ret + size, NULL, 10);
}

/* Wine's registry has its only control set under this name, which Windows has for a link alone. */
static bool is_current(const struct control_sets *sets, const struct hive_key *key)
{
    static const char name[] = "CurrentControlSet";

    return sets->hive->live && hive_name_is(&key->name, name, strlen(name));
}

bool control_sets_next(struct control_sets *sets, struct control_set *ret)
{
    struct hive_key key;

    while (sets->roots.hive && hive_subkeys_next(&sets->roots, &key)) {
        long number =
            is_current(sets, &key) ? (long)sets->current : number_of(&key.name, ret->name);
        if (number < 0)
            continue;
        if (is_current(sets, &key))
            strcpy(ret->name, "CurrentControlSet");
        ret->key = key;
        ret->current = number == (long)sets->current;
        return true;
    }
    return false;
}

/* Values ------------------------------------------------------------------------------ */

/* A value below a key, or below one of its subkeys. */
static int find_value(struct hive *hive, const struct hive_key *key, const char *subkey,
                      const char *name, struct hive_value *ret)
{
    struct hive_key below = *key;
    int             r = *subkey ? hive_find(hive, key->cell, subkey, &below) : 0;

    return r < 0 ? r : hive_find_value(hive, &below, name, ret);
}

int service_data(struct hive *hive, const struct hive_key *key, const char *subkey,
                 const char *name, struct buffer *scratch, const uint8_t **ret, uint32_t *ret_size)
{
    struct hive_value value;
    int               r = find_value(hive, key, subkey, name, &value);

    return r < 0 ? r : hive_data(hive, &value, scratch, ret, ret_size);
}

int service_put_value(struct hive *hive, const struct hive_key *key, const char *subkey,
                      const char *name, struct buffer *scratch, struct buffer *text)
{
    struct hive_value value;
    const uint8_t    *data;
    uint32_t          size;
    int               r = find_value(hive, key, subkey, name, &value);

    if (r == 0)
        r = hive_data(hive, &value, scratch, &data, &size);
    if (r == 0)
        hive_put_data(text, value.type, data, size, ',');
    return r == 0 && text->failed ? -ENOMEM : r;
}

struct strings {
    struct buffer *json;
    const char    *prefix;
    bool          *more;
};

static void put_string(void *arg, const uint8_t *string, size_t units)
{
    struct strings *strings = arg;

    if (units == 0)
        return;
    buffer_puts(strings->json, *strings->more ? ",\"" : "\"");
    buffer_puts(strings->json, strings->prefix);
    buffer_utf16_json(strings->json, string, units);
    buffer_putc(strings->json, '"');
    *strings->more = true;
}

void service_put_strings(struct buffer *json, const uint8_t *data, uint32_t size,
                         const char *prefix, bool *more)
{
    struct strings strings = {json, prefix, more};

    hive_each_string(data, size, put_string, &strings);
}

/* Triggers ------------------------------------------------------------------------------ */

enum {
    DATA_STRING = 2,
    DATA_MAX = 20,
    TRIGGERS_MAX = 1 << 20 /* bytes of JSON; triggers and items beyond are counted as lost */
};

static int64_t dword(struct hive *hive, const struct hive_key *key, const char *name)
{
    struct buffer  scratch = {0};
    const uint8_t *data;
    uint32_t       size;
    int64_t        value = -1;

    if (service_data(hive, key, "", name, &scratch, &data, &size) == 0 && size == 4)
        value = hive_u32(data);
    buffer_free(&scratch);
    return value;
}

static void put_name_or_number(struct buffer *json, const char *name, int64_t value)
{
    if (name) {
        buffer_putc(json, '"');
        buffer_puts(json, name);
        buffer_putc(json, '"');
    } else if (value >= 0)
        buffer_decimal(json, (uint64_t)value);
    else
        buffer_puts(json, "null");
}

/* The data items of a trigger, Data0 and DataType0 and so on: strings as they are, others in
 * hexadecimal. */
static void put_items(struct hive *hive, const struct hive_key *trigger, struct buffer *json)
{
    struct buffer  scratch = {0};
    const uint8_t *data;
    uint32_t       size;
    bool           more = false;
    char           name[16], type[16];

    buffer_puts(json, ",\"data\":[");
    for (unsigned i = 0; i < DATA_MAX; i++) {
        snprintf(name, sizeof name, "Data%u", i);
        snprintf(type, sizeof type, "DataType%u", i);
        if (service_data(hive, trigger, "", name, &scratch, &data, &size) < 0)
            break;
        if (size > TRIGGERS_MAX) {
            hive->lost++;
            continue;
        }
        if (dword(hive, trigger, type) == DATA_STRING) {
            service_put_strings(json, data, size, "", &more);
            continue;
        }
        buffer_puts(json, more ? ",\"" : "\"");
        buffer_hex(json, data, size);
        buffer_putc(json, '"');
        more = true;
    }
    buffer_putc(json, ']');
    buffer_free(&scratch);
}

static void put_trigger(struct hive *hive, const struct hive_key *trigger, struct buffer *json)
{
    int64_t        type = dword(hive, trigger, "Type"), action = dword(hive, trigger, "Action");
    struct buffer  scratch = {0};
    const uint8_t *guid;
    uint32_t       size;

    buffer_puts(json, "{\"type\":");
    put_name_or_number(json, service_trigger_name(type), type);
    buffer_puts(json, ",\"action\":");
    put_name_or_number(json, service_trigger_action_name(action), action);
    if (service_data(hive, trigger, "", "GUID", &scratch, &guid, &size) == 0 && size == 16) {
        buffer_puts(json, ",\"guid\":\"");
        service_put_guid(json, guid);
        buffer_putc(json, '"');
    }
    put_items(hive, trigger, json);
    buffer_putc(json, '}');
    buffer_free(&scratch);
}

int service_put_triggers(struct hive *hive, const struct hive_key *service, struct buffer *json)
{
    struct hive_key     info, trigger;
    struct hive_subkeys triggers;
    bool                more = false;
    int                 r = hive_find(hive, service->cell, "TriggerInfo", &info);

    if (r < 0)
        return r;
    buffer_putc(json, '[');
    hive_subkeys_begin(&triggers, hive, &info);
    while (hive_subkeys_next(&triggers, &trigger)) {
        if (json->size >= TRIGGERS_MAX) {
            hive->lost++;
            continue;
        }
        if (more)
            buffer_putc(json, ',');
        put_trigger(hive, &trigger, json);
        more = true;
    }
    buffer_putc(json, ']');
    return json->failed ? -ENOMEM : 0;
}
