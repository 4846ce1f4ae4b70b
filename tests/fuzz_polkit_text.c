/* fuzz_polkit_text.c -- any bytes as each of polkit's four forms. */
#include "formats/access/polkit_text.h"

#include <stdint.h>

static int nothing(const struct polkit_rule *rule, void *data)
{
    (void)rule, (void)data;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;

    polkit_parse_rules(text, size, nothing, NULL);
    polkit_rules_need_es6(text, size);
    polkit_parse_pkla(text, size, nothing, NULL);
    polkit_parse_admins(text, size, nothing, NULL);
    polkit_parse_policy(text, size, nothing, NULL);
    return 0;
}
