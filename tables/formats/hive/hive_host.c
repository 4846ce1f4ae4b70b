/* hive_host.c -- what a hive is, and what a SYSTEM hive says of its host. */
#include "hive.h"

#include <errno.h>
#include <stdio.h>

enum hive_kind hive_kind(struct hive *hive)
{
    static const struct {
        enum hive_kind kind;
        const char    *key, *other; /* both must be there */
    } signs[] = {
        {HIVE_SYSTEM, "Select", ""},
        {HIVE_SYSTEM, "ControlSet001", ""},
        {HIVE_SOFTWARE, "Microsoft", ""},
        {HIVE_SECURITY, "Policy", ""},
        {HIVE_SAM, "SAM", ""},
        {HIVE_USER_CLASSES, "Local Settings", ""},
        {HIVE_USER_CLASSES, "CLSID", ""},
        {HIVE_USER, "Software", "Control Panel"},
        {HIVE_USER, "Software", "Environment"},
        {HIVE_USER, "Software\\Microsoft", ""},
    };
    struct hive_key key;

    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (hive_find(hive, hive->root, signs[i].key, &key) == 0 &&
            hive_find(hive, hive->root, signs[i].other, &key) == 0)
            return signs[i].kind;
    return HIVE_OTHER;
}

int hive_current_control_set(struct hive *hive, uint32_t *ret)
{
    struct hive_key   key;
    struct hive_value value;
    struct buffer     scratch = {0};
    const uint8_t    *data;
    uint32_t          size;

    if (hive_find(hive, hive->root, "Select", &key) < 0 ||
        hive_find_value(hive, &key, "Current", &value) < 0)
        return -ENOENT;
    if (value.size != 4 || hive_data(hive, &value, &scratch, &data, &size) < 0 || size != 4)
        return -ENOENT;
    *ret = hive_u32(data);
    return 0;
}

/* Append a string of the current control set, or of the first where no other is named. */
static int put_setting(struct hive *hive, const char *path, const char *name, struct buffer *ret)
{
    uint32_t          set = 1, size;
    char              full[160];
    struct hive_key   key;
    struct hive_value value;
    struct buffer     scratch = {0};
    const uint8_t    *data;

    hive_current_control_set(hive, &set);
    snprintf(full, sizeof full, "ControlSet%03u\\%s", set, path);
    if (hive_find(hive, hive->root, full, &key) < 0 ||
        hive_find_value(hive, &key, name, &value) < 0 || value.type != HIVE_REG_SZ)
        return -ENOENT;
    if (hive_data(hive, &value, &scratch, &data, &size) < 0 || size < 2 || hive_u16(data) == 0) {
        buffer_free(&scratch);
        return -ENOENT;
    }
    hive_put_data(ret, value.type, data, size, ',');
    buffer_free(&scratch);
    return 0;
}

int hive_computer_name(struct hive *hive, struct buffer *ret)
{
    if (put_setting(hive, "Control\\ComputerName\\ComputerName", "ComputerName", ret) == 0)
        return 0;
    return put_setting(hive, "Services\\Tcpip\\Parameters", "Hostname", ret);
}

int hive_time_zone(struct hive *hive, struct buffer *ret)
{
    if (put_setting(hive, "Control\\TimeZoneInformation", "TimeZoneKeyName", ret) == 0)
        return 0;
    return put_setting(hive, "Control\\TimeZoneInformation", "StandardName", ret);
}
