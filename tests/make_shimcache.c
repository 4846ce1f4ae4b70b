#include "make_shimcache.h"

#include <stdlib.h>
#include <string.h>

#include "make_bytes.h"

enum { ROOM = 1 << 20 };

struct out {
    uint8_t *data;
    size_t   size, texts; /* end of the entries, and where texts begin that they point to */
};

static void put(struct out *out, uint64_t value, size_t size)
{
    put_le(out->data + out->size, value, size);
    out->size += size;
}

static size_t put_utf16(uint8_t *at, const char *text)
{
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i++)
        put_le(at + 2 * i, (uint8_t)text[i], 2);
    return 2 * n;
}

/* An entry of 2003 to 7, whose path is after all entries. */
static void put_listed(struct out *out, const struct made_program *program, bool seven, bool wide)
{
    size_t bytes = put_utf16(out->data + out->texts, program->path), word = wide ? 8 : 4;

    put(out, bytes, 2);
    put(out, bytes + 2, 2);
    if (wide)
        put(out, 0, 4);
    put(out, out->texts, word);
    put(out, program->modified, 8);
    put(out, seven && program->ran ? 2 : 0, 4);
    put(out, 0, 4);
    if (seven) {
        put(out, 0, word);
        put(out, 0, word);
    }
    out->texts += bytes + 2;
}

static void put_xp(struct out *out, const struct made_program *program)
{
    put_utf16(out->data + out->size, program->path);
    out->size += 528;
    put(out, program->modified, 8);
    put(out, 1000, 8);
    put(out, program->modified, 8);
}

/* A record of Windows 8 or 10. */
static void put_record(struct out *out, const struct made_program *program, const char *mark,
                       bool ten)
{
    size_t begin = out->size;

    memcpy(out->data + out->size, mark, 4);
    out->size += 12;
    size_t bytes = put_utf16(out->data + out->size + 2, program->path);
    put(out, bytes, 2);
    out->size += bytes;
    if (!ten) {
        put(out, 0, 2); /* package */
        put(out, program->ran ? 2 : 0, 4);
        put(out, 0, 4);
    }
    put(out, program->modified, 8);
    put(out, ten ? 8 : 0, 4);
    if (ten) {
        put(out, 7, 4);
        put(out, program->ran, 4);
    }
    put_le(out->data + begin + 8, out->size - begin - 12, 4);
}

static void put_header(struct out *out, const char *form, size_t n)
{
    static const struct {
        const char *form;
        uint32_t    first;
        size_t size, count; /* of the header, and where it has the count of entries; 0: nowhere */
    } headers[] = {
        {"xp", 0xdeadbeef, 400, 8}, {"2003", 0xbadc0ffe, 8, 4},   {"2003-32", 0xbadc0ffe, 8, 4},
        {"7", 0xbadc0fee, 128, 4},  {"7-32", 0xbadc0fee, 128, 4}, {"8.0", 0, 128, 0},
        {"8.1", 128, 128, 0},       {"10", 0x30, 0x30, 0x24},     {"10-1703", 0x34, 0x34, 0x28},
    };

    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        if (strcmp(headers[i].form, form) == 0) {
            put_le(out->data, headers[i].first, 4);
            if (headers[i].count)
                put_le(out->data + headers[i].count, n, 4);
            out->size = headers[i].size;
            return;
        }
    abort();
}

uint8_t *make_shimcache(const char *form, const struct made_program *programs, size_t n,
                        size_t *ret_size)
{
    struct out out = {.data = calloc(1, ROOM)};

    if (!out.data)
        abort();
    put_header(&out, form, n);
    out.texts = out.size + n * 48;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(form, "xp") == 0)
            put_xp(&out, &programs[i]);
        else if (*form == '8' || *form == '1')
            put_record(&out, &programs[i], strcmp(form, "8.0") == 0 ? "00ts" : "10ts",
                       *form == '1');
        else
            put_listed(&out, &programs[i], *form == '7', !strstr(form, "-32"));
    }
    bool listed = *form == '2' || *form == '7';
    *ret_size = listed ? out.texts : out.size;
    return out.data;
}
