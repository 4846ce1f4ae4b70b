/* fuzz_rule_file.c -- any bytes as a file of rules, in both forms. */
#include "formats/text/rule_file.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rules rules = {0};

    rules_parse_sql(&rules, (const char *)data, size);
    rules_parse_json(&rules, (const char *)data, size);
    rules_free(&rules);
    return 0;
}
