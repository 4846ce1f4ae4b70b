/* fuzz_command_line.c -- any bytes as a command line: no crash, and both outputs are JSON. */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "formats/command/command_files.h"
#include "formats/command/command_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef int reader(const char *line, size_t size, struct buffer *out);

static void read_line(reader *read, const uint8_t *data, size_t size)
{
    struct buffer out = {0};
    int           n = read((const char *)data, size, &out);

    if (n > 0) {
        cJSON *array = cJSON_Parse(buffer_text(&out));
        if (cJSON_GetArraySize(array) != n)
            abort();
        cJSON_Delete(array);
    } else if (out.size) {
        abort();
    }
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_line(command_line_services, data, size);
    read_line(command_line_files, data, size);
    return 0;
}
