#include "unit_value_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "formats/unit/unit_value.h"

/* Whether the root has a time zone of this name; the short names of zones, and all where there is no
 * zoneinfo, may be known. */
static bool may_be_zone(const void *data, const char *name)
{
    const struct root *root = data;
    char               path[ROOT_PATH_MAX];
    struct stat        st;
    size_t             capitals = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    if (!name[capitals] && capitals > 2 && capitals < 6)
        return true;
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    return (root_stat(root, path, true, &st) == 0 && S_ISREG(st.st_mode)) ||
           root_stat(root, "/usr/share/zoneinfo", true, &st) < 0;
}

bool unit_type_parses(const char *type)
{
    return strcmp(type, "timer") == 0 || strcmp(type, "socket") == 0 || strcmp(type, "path") == 0;
}

int unit_value_check(const struct root *root, struct unit_setting *setting, struct arena *memory)
{
    struct unit_value_host host = {may_be_zone, root};
    struct buffer          reason = {0}, text = {0};

    if (unit_value_refused(setting->section, setting->key, setting->value, &host, &reason)) {
        buffer_utf8(&text, reason.data ? reason.data : "", reason.size);
        if (buffer_text(&text))
            setting->ignored = arena_strndup(memory, text.data, text.size);
    }
    int r = reason.failed || text.failed || memory->failed ? -ENOMEM : 0;
    buffer_free(&reason);
    buffer_free(&text);
    return r;
}
