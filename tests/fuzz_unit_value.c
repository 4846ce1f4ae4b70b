/* Values of timers and sockets, a setting a line, "Key=value": no crash, and a reason is in the words
 * of who refuses it and holds the value. */
#include <stdlib.h>
#include <string.h>

#include "formats/unit/unit_value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool zone(const void *data, const char *name)
{
    (void)data;
    return strchr(name, '/') != NULL;
}

static void try_line(const char *section, const char *key, const char *value)
{
    struct unit_value_host host = {zone, NULL};
    struct buffer          reason = {0};

    if (unit_value_refused(section, key, value, &host, &reason)) {
        const char *text = buffer_text(&reason);
        if (!text || !strstr(text, "ignoring: ") || !strstr(text, value))
            abort();
    } else if (reason.size) {
        abort();
    }
    buffer_free(&reason);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const sections[] = {"Timer", "Socket", "Path"};
    char                    *copy = malloc(size + 1), *rest = copy, *line;

    memcpy(copy, data, size);
    copy[size] = '\0';
    while ((line = strsep(&rest, "\n"))) {
        char *value = strchr(line, '=');
        if (!value)
            continue;
        *value++ = '\0';
        for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
            try_line(sections[i], line, value);
    }
    free(copy);
    return 0;
}
