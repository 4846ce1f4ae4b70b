/* fuzz_regexp.c -- a pattern, a newline, and a text: no crash, and no match that never ends. */
#include <string.h>

#include <stdint.h>

#include "formats/command/exec_path.h"
#include "formats/text/regexp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char    *pattern = (const char *)data, *why;
    const char    *end = memchr(pattern, '\n', size);
    size_t         length = end ? (size_t)(end - pattern) : size;
    struct regexp *regexp;
    struct buffer  path = {0};

    if (regexp_compile(pattern, length, &regexp, &why) == 0) {
        regexp_match(regexp, pattern + length, size - length);
        regexp_free(regexp);
    }
    path_trust(pattern, size);
    path_usual_library(pattern, size);
    exec_path(pattern, size, &path);
    buffer_free(&path);
    return 0;
}
