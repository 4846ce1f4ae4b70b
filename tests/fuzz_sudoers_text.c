/* fuzz_sudoers_text.c -- any bytes as a sudoers file. */
#include "formats/access/sudoers_text.h"

#include <stdint.h>

static int count(const char *text, bool negated, void *data)
{
    size_t *n = data;

    *n += text[0] != '\0' || negated;
    return *n > 10000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sudoers sudoers = {0};
    size_t         n = 0;

    sudoers_parse(&sudoers, (const char *)data, size, "fuzz");
    for (size_t i = 0; i < sudoers.n_rules; i++)
        sudoers_expand(&sudoers, ALIAS_COMMAND, &sudoers.rules[i].command, count, &n);
    sudoers_free(&sudoers);
    return 0;
}
