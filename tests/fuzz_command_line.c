/* fuzz_command_line.c -- any bytes as a command line: no crash, and the output is JSON. */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "formats/command/command_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer out = {0};
    int           n = command_line_services((const char *)data, size, &out);

    if (n > 0) {
        cJSON *array = cJSON_Parse(buffer_text(&out));
        if (cJSON_GetArraySize(array) != n)
            abort();
        cJSON_Delete(array);
    } else if (out.size) {
        abort();
    }
    buffer_free(&out);
    return 0;
}
