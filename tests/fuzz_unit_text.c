/* Unit text, its words and commands, merged: no crash, no read out of bounds, no endless loop. */
#include <stdlib.h>
#include <string.h>

#include "formats/unit/unit_exec.h"
#include "formats/unit/unit_merge.h"
#include "formats/unit/unit_name.h"
#include "formats/unit/unit_text.h"
#include "formats/unit/unit_words.h"

#define SETTINGS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_value(const char *value)
{
    struct buffer json = {0}, word = {0};
    char          name[UNIT_NAME_MAX];

    unit_exec_json(value, &json);
    for (const char *p = value; unit_word(&p, UNIT_ESCAPES_KEEP, &word) > 0;)
        ;
    for (const char *p = value; unit_name_shorten(p, name); p = name)
        ;
    buffer_free(&json);
    buffer_free(&word);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct unit_text       text;
    struct unit_assignment a;
    struct unit_setting    settings[SETTINGS];
    size_t                 n = 0;

    unit_text_open(&text, (const char *)data, size, 252);
    while (unit_text_next(&text, &a) > 0) {
        try_value(a.value);
        if (a.fault == UNIT_OK && n < SETTINGS)
            settings[n++] = (struct unit_setting){
                .section = strdup(a.section), .key = strdup(a.key), .value = strdup(a.value)};
    }
    unit_text_close(&text);
    if (unit_merge(settings, n) == 0)
        for (size_t i = 0; i < n; i++)
            if (settings[i].decided_by < i)
                abort();
    for (size_t i = 0; i < n; i++) {
        free((void *)(uintptr_t)settings[i].section);
        free((void *)(uintptr_t)settings[i].key);
        free((void *)(uintptr_t)settings[i].value);
    }
    return 0;
}
