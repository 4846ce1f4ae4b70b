/* fuzz_hook_text.c -- any bytes as a file of each form that starts something and is not a unit. */
#include "formats/unit/hook_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int form = HOOK_SCRIPT; form <= HOOK_NSPAWN; form++) {
        char *text = malloc(size + !size); /* of its own, so that one byte beyond is seen */
        struct hook_reader reader = {.form = (enum hook_form)form, .text = text, .size = size};
        struct hook        hook;
        size_t             n = 0;

        if (!text)
            abort();
        memcpy(text, data, size);
        while (hook_next(&reader, &hook) > 0) {
            const char *texts[] = {hook.setting, hook.value, hook.command, hook.content};
            for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
                if (texts[i] && strlen(texts[i]) > size + HOOK_SCOPE_SIZE)
                    abort();
            if (!hook.setting || !hook.line || ++n > size)
                abort();
        }
        hook_end(&reader);
        free(text);
    }
    return 0;
}
