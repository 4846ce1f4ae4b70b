/* fuzz_unified_text.c -- any text as an export of macOS' unified log: its form, its entries, its times. */
#include <string.h>

#include "formats/log/unified_text.h"
#include "formats/text/json_objects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_lines(enum unified_form form, const char *text, size_t size)
{
    struct unified_entry entry = {0};
    struct unified_stamp stamp;

    for (const char *end = text + size; text < end;) {
        const char *next = memchr(text, '\n', (size_t)(end - text));
        size_t      line = next ? (size_t)(next - text) : (size_t)(end - text);
        unified_stamp(form, text, line, &stamp);
        unified_is_rule(text, line);
        unified_is_head(text, line);
        unified_line(form, text, line, &entry);
        unified_line(form, text, (size_t)(end - text), &entry); /* with lines that follow */
        text = next ? next + 1 : end;
    }
    unified_free(&entry);
}

static void read_objects(const char *data, size_t size)
{
    struct json_objects  objects = {0};
    struct unified_entry entry = {0};

    while (json_objects_feed(&objects, &data, &size) > 0)
        unified_object(objects.text.data, objects.text.size, &entry);
    if (json_objects_end(&objects) > 0)
        unified_object(objects.text.data, objects.text.size, &entry);
    json_objects_free(&objects);
    unified_free(&entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum unified_form forms[] = {UNIFIED_DEFAULT, UNIFIED_SYSLOG, UNIFIED_COMPACT,
                                              UNIFIED_LAUNCHD};

    if (size > 4096)
        return 0;
    unified_form_of((const char *)data, size);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        read_lines(forms[i], (const char *)data, size);
    read_objects((const char *)data, size);
    return 0;
}
