/* make_descriptor.c -- SDDL to a self-relative security descriptor ([MS-DTYP], 2.4.6 and 2.5.1). */
#include "make_hive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
    uint8_t data[4096];
    size_t  size;
};

struct word {
    const char *text;
    uint32_t    value;
};

static const struct word rights[] = {
    {"CC", 0x1},        {"DC", 0x2},        {"LC", 0x4},     {"SW", 0x8},        {"RP", 0x10},
    {"WP", 0x20},       {"DT", 0x40},       {"LO", 0x80},    {"CR", 0x100},      {"SD", 0x10000},
    {"RC", 0x20000},    {"WD", 0x40000},    {"WO", 0x80000}, {"GA", 0x10000000}, {"GX", 0x20000000},
    {"GW", 0x40000000}, {"GR", 0x80000000}, {"KA", 0xf003f}, {"KR", 0x20019},    {"KW", 0x20006},
};

static const struct word ace_flags[] = {{"OI", 1},    {"CI", 2},    {"NP", 4},   {"IO", 8},
                                        {"ID", 0x10}, {"SA", 0x40}, {"FA", 0x80}};

static const struct word control_flags[] = {{"P", 0x1000}, {"AI", 0x400}, {"AR", 0x100}};

static const struct {
    const char *alias, *sid;
} aliases[] = {
    {"SY", "S-1-5-18"},     {"BA", "S-1-5-32-544"}, {"BU", "S-1-5-32-545"}, {"BG", "S-1-5-32-546"},
    {"PU", "S-1-5-32-547"}, {"SO", "S-1-5-32-549"}, {"AU", "S-1-5-11"},     {"IU", "S-1-5-4"},
    {"SU", "S-1-5-6"},      {"NU", "S-1-5-2"},      {"AN", "S-1-5-7"},      {"WD", "S-1-1-0"},
    {"LS", "S-1-5-19"},     {"NS", "S-1-5-20"},     {"CO", "S-1-3-0"},      {"OW", "S-1-3-4"},
    {"AC", "S-1-15-2-1"},
};

static void put(struct bytes *out, uint64_t value, size_t size)
{
    if (out->size + size > sizeof out->data)
        abort();
    for (size_t i = 0; i < size; i++)
        out->data[out->size++] = (uint8_t)(i < 8 ? value >> (8 * i) : 0);
}

static void set(struct bytes *out, size_t at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out->data[at + i] = (uint8_t)(i < 8 ? value >> (8 * i) : 0);
}

/* Take words off the front of a text and add up their values. */
static uint32_t words(const char **text, const struct word *list, size_t n)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        size_t size = strlen(list[i].text);
        if (strncmp(*text, list[i].text, size) == 0) {
            sum |= list[i].value;
            *text += size;
            i = SIZE_MAX; /* from the first again */
        }
    }
    return sum;
}
#define WORDS(text, list) words(text, list, sizeof list / sizeof list[0])

static void put_sid_text(struct bytes *out, const char *sid)
{
    unsigned long numbers[17];
    size_t        n = 0;

    for (const char *p = strchr(sid, '-'); p && n < 17; p = strchr(p + 1, '-'))
        numbers[n++] = strtoul(p + 1, NULL, 10);
    put(out, 1, 1);
    put(out, n - 2, 1);
    put(out, 0, 5);
    put(out, numbers[1], 1);
    for (size_t i = 2; i < n; i++)
        put(out, numbers[i], 4);
}

static void put_sid(struct bytes *out, const char **text)
{
    char sid[200] = "";

    if (strncmp(*text, "S-", 2) == 0) {
        size_t size = 2 + strspn(*text + 2, "0123456789-");
        snprintf(sid, sizeof sid, "%.*s", (int)size, *text);
        *text += size;
        put_sid_text(out, sid);
        return;
    }
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (strncmp(*text, aliases[i].alias, 2) == 0)
            snprintf(sid, sizeof sid, "%s", aliases[i].sid);
    if (!*sid)
        abort();
    *text += 2;
    put_sid_text(out, sid);
}

static void put_ace(struct bytes *out, const char **text)
{
    static const struct word types[] = {{"AU", 2}, {"A", 0}, {"D", 1}};
    size_t                   at = out->size;

    put(out, WORDS(text, types), 1);
    ++*text;
    put(out, WORDS(text, ace_flags), 1);
    ++*text;
    put(out, 0, 2);
    if (strncmp(*text, "0x", 2) == 0)
        put(out, strtoul(*text, (char **)text, 16), 4);
    else
        put(out, WORDS(text, rights), 4);
    *text += strspn(*text, ";");
    put_sid(out, text);
    set(out, at + 2, out->size - at, 2);
    *text += strspn(*text, ")");
}

static uint32_t put_acl(struct bytes *out, const char **text)
{
    size_t   at = out->size;
    uint32_t n = 0, control = WORDS(text, control_flags);

    put(out, 2, 2);
    put(out, 0, 6);
    while (**text == '(') {
        ++*text;
        put_ace(out, text);
        n++;
    }
    set(out, at + 2, out->size - at, 2);
    set(out, at + 4, n, 2);
    return control;
}

uint8_t *make_descriptor(const char *sddl, size_t *ret_size)
{
    struct bytes out = {0};
    uint32_t     control = 0x8000;

    put(&out, 1, 20);
    while (*sddl) {
        char part = sddl[0];
        sddl += 2;
        size_t field = part == 'O' ? 4 : part == 'G' ? 8 : part == 'S' ? 12 : 16;
        set(&out, field, out.size, 4);
        if (part == 'D')
            control |= 4 | put_acl(&out, &sddl);
        else if (part == 'S')
            control |= 0x10 | put_acl(&out, &sddl) << 1;
        else
            put_sid(&out, &sddl);
    }
    set(&out, 2, control, 2);
    uint8_t *data = malloc(out.size);
    if (!data)
        abort();
    memcpy(data, out.data, out.size);
    *ret_size = out.size;
    return data;
}
