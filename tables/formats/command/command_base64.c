#include "command_reader.h"
#include "formats/text/base64.h"

const char *command_decoded(struct arena *arena, const char *text)
{
    struct buffer  out = {0};
    size_t         size, zeros = 0;
    const uint8_t *bytes = base64_decode(arena, text, &size);
    const char    *result = "";

    for (size_t i = 1; bytes && i < size; i += 2)
        zeros += bytes[i] == 0;
    if (bytes && zeros > size / 4)
        buffer_utf16(&out, bytes, size / 2);
    else if (bytes)
        buffer_utf8(&out, (const char *)bytes, size);
    if (buffer_text(&out))
        result = arena_strndup(arena, out.data, out.size);
    else
        arena->failed = true;
    buffer_free(&out);
    return result;
}
