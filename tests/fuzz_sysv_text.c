/* Init scripts: the first line is the script's name, the rest its text: no crash, and every name that it
 * provides is a service other than its own. */
#include <stdlib.h>
#include <string.h>

#include "formats/unit/sysv_text.h"
#include "formats/unit/unit_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_names(const struct buffer *names, const char *own)
{
    for (size_t i = 0; i < names->size; i += strlen(names->data + i) + 1) {
        const char *type = unit_name_type(names->data + i);
        if (!type || strcmp(type, "service") != 0 || strcmp(names->data + i, own) == 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, '\n', size);
    size_t         name_size = end ? (size_t)(end - data) : size;
    char          *name = malloc(name_size + 1), *text = malloc(size - name_size + 1);
    struct buffer  unit = {0}, names = {0};

    memcpy(name, data, name_size);
    name[name_size] = '\0';
    memcpy(text, data + name_size, size - name_size);
    if (*name && !strchr(name, '/') && strlen(name) < 200 && !unit_name_ignored(name)) {
        sysv_unit_name(name, &unit);
        sysv_provides(text, size - name_size, name, &names);
        const char *script = sysv_link_script(name);
        if (!buffer_text(&unit) || (script && !*script))
            abort();
        check_names(&names, unit.data);
    }
    buffer_free(&unit);
    buffer_free(&names);
    free(name);
    free(text);
    return 0;
}
