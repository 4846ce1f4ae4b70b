#include "sigma_pattern.h"

#include <string.h>

#include "formats/text/rare_bytes.h"

/* Units ---------------------------------------------------------------------------- */

struct sigma_units sigma_units_parse(struct arena *arena, const char *text, size_t size)
{
    struct sigma_units units = {arena_alloc(arena, (size + 1) * sizeof(uint16_t)), 0};

    for (size_t i = 0; units.units && i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\\' && i + 1 < size && strchr("\\*?", text[i + 1]) && text[i + 1])
            units.units[units.n++] = (unsigned char)text[++i];
        else
            units.units[units.n++] = c == '*' ? SIGMA_STAR : c == '?' ? SIGMA_ONE : c;
    }
    return units;
}

static struct sigma_units *add_form(struct arena *arena, struct sigma_forms *forms, size_t room)
{
    struct sigma_units *grown =
        arena_grow(arena, forms->forms, forms->n, &forms->room, sizeof *forms->forms);

    if (!grown)
        return NULL;
    forms->forms = grown;
    grown[forms->n] = (struct sigma_units){arena_alloc(arena, (room + 1) * sizeof(uint16_t)), 0};
    return grown[forms->n].units ? &grown[forms->n++] : NULL;
}

static void put(struct sigma_units *units, unsigned unit)
{
    units->units[units->n++] = (uint16_t)unit;
}

static void put_units(struct sigma_units *units, const uint16_t *from, size_t n)
{
    if (n)
        memcpy(units->units + units->n, from, n * sizeof *from);
    units->n += n;
}

static bool is_fixed(const struct sigma_units *units)
{
    for (size_t i = 0; i < units->n; i++)
        if (units->units[i] >= SIGMA_STAR)
            return false;
    return true;
}

/* Stars ---------------------------------------------------------------------------- */

static const char *add_stars(struct arena *arena, struct sigma_forms *forms, bool start, bool end)
{
    struct sigma_forms made = {0};

    for (size_t i = 0; i < forms->n; i++) {
        const struct sigma_units *from = &forms->forms[i];
        struct sigma_units       *to = add_form(arena, &made, from->n + 2);
        if (!to)
            return NULL;
        if (start && (from->n == 0 || from->units[0] != SIGMA_STAR))
            put(to, SIGMA_STAR);
        put_units(to, from->units, from->n);
        if (end && (to->n == 0 || to->units[to->n - 1] != SIGMA_STAR))
            put(to, SIGMA_STAR);
    }
    *forms = made;
    return NULL;
}

const char *sigma_make_contains(struct arena *arena, struct sigma_forms *forms)
{
    return add_stars(arena, forms, true, true);
}

const char *sigma_make_startswith(struct arena *arena, struct sigma_forms *forms)
{
    return add_stars(arena, forms, false, true);
}

const char *sigma_make_endswith(struct arena *arena, struct sigma_forms *forms)
{
    return add_stars(arena, forms, true, false);
}

/* Encodings ------------------------------------------------------------------------ */

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static unsigned byte_at(const struct sigma_units *units, size_t pad, size_t i)
{
    if (i < pad)
        return ' ';
    return i - pad < units->n ? units->units[i - pad] & 0xffu : 0;
}

/* Encode `pad` blanks and the bytes; give the digits from `skip` on, without the last `drop`. */
static void encode(const struct sigma_units *from, size_t pad, size_t skip, size_t drop,
                   struct sigma_units *to)
{
    size_t size = from->n + pad, groups = (size + 2) / 3, end = groups * 4 - drop;

    for (size_t i = skip; i < end && groups; i++) {
        size_t   at = i / 4 * 3;
        unsigned bits = byte_at(from, pad, at) << 16 | byte_at(from, pad, at + 1) << 8 |
                        byte_at(from, pad, at + 2);
        bool filler = at + (i % 4) > size; /* digit k of a group needs k bytes of it, at least */
        put(to, filler ? '=' : (unsigned)base64_digits[bits >> (18 - 6 * (i % 4)) & 63]);
    }
}

static const char wildcard_in_base64[] = "base64 of a value with wildcards";

const char *sigma_make_base64(struct arena *arena, struct sigma_forms *forms)
{
    struct sigma_forms made = {0};

    for (size_t i = 0; i < forms->n; i++) {
        if (!is_fixed(&forms->forms[i]))
            return wildcard_in_base64;
        struct sigma_units *to = add_form(arena, &made, forms->forms[i].n * 2 + 8);
        if (!to)
            return NULL;
        encode(&forms->forms[i], 0, 0, 0, to);
    }
    *forms = made;
    return NULL;
}

/* What stands in base64 wherever the value stands in the encoded text: the digits that its
 * neighbours do not change, at each of three offsets. */
const char *sigma_make_base64offset(struct arena *arena, struct sigma_forms *forms)
{
    static const size_t skip[] = {0, 2, 3}, drop[] = {0, 3, 2};
    struct sigma_forms  made = {0};

    for (size_t i = 0; i < forms->n; i++) {
        const struct sigma_units *from = &forms->forms[i];
        if (!is_fixed(from))
            return wildcard_in_base64;
        for (size_t offset = 0; offset < 3; offset++) {
            struct sigma_units *to = add_form(arena, &made, from->n * 2 + 8);
            if (!to)
                return NULL;
            encode(from, offset, skip[offset], drop[(from->n + offset) % 3], to);
        }
    }
    if (made.n > SIGMA_FORMS_MAX)
        return "too many forms of one value";
    *forms = made;
    return NULL;
}

/* The code point at units[i], UTF-8 or a lone byte, and its length. */
static uint32_t code_point(const struct sigma_units *units, size_t i, size_t *ret_size)
{
    unsigned c = units->units[i];
    size_t   n = c >= SIGMA_STAR ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
    uint32_t code = n == 1 ? c : c & (0xffu >> (n + 1));

    *ret_size = 1;
    if (i + n > units->n)
        return c;
    for (size_t k = 1; k < n; k++) {
        if ((units->units[i + k] & ~0x3fu) != 0x80)
            return c;
        code = code << 6 | (units->units[i + k] & 0x3fu);
    }
    *ret_size = n;
    return code;
}

static void put_utf16(struct sigma_units *to, uint32_t code, bool big)
{
    if (code > 0xffff) {
        put_utf16(to, 0xd800 | (code - 0x10000) >> 10, big);
        code = 0xdc00 | ((code - 0x10000) & 0x3ff);
    }
    put(to, big ? code >> 8 : code & 0xff);
    put(to, big ? code & 0xff : code >> 8);
}

static const char *make_utf16(struct arena *arena, struct sigma_forms *forms, bool big, bool mark)
{
    struct sigma_forms made = {0};

    for (size_t i = 0; i < forms->n; i++) {
        const struct sigma_units *from = &forms->forms[i];
        struct sigma_units       *to = add_form(arena, &made, from->n * 4 + 2);
        if (!to)
            return NULL;
        if (mark)
            put_utf16(to, 0xfeff, big);
        for (size_t k = 0, size; k < from->n; k += size) {
            uint32_t code = code_point(from, k, &size);
            if (from->units[k] >= SIGMA_STAR)
                put(to, code);
            else
                put_utf16(to, code, big);
        }
    }
    *forms = made;
    return NULL;
}

const char *sigma_make_utf16le(struct arena *arena, struct sigma_forms *forms)
{
    return make_utf16(arena, forms, false, false);
}

const char *sigma_make_utf16be(struct arena *arena, struct sigma_forms *forms)
{
    return make_utf16(arena, forms, true, false);
}

const char *sigma_make_utf16(struct arena *arena, struct sigma_forms *forms)
{
    return make_utf16(arena, forms, false, true);
}

/* Dashes --------------------------------------------------------------------------- */

static bool is_word(unsigned unit)
{
    return unit == '_' || (unit >= '0' && unit <= '9') || (unit >= 'a' && unit <= 'z') ||
           (unit >= 'A' && unit <= 'Z') || (unit >= 0x80 && unit < SIGMA_STAR);
}

/* A dash that begins an option: - or / before a letter or digit and not after one. */
static bool is_dash(const struct sigma_units *units, size_t i)
{
    return (units->units[i] == '-' || units->units[i] == '/') && i + 1 < units->n &&
           is_word(units->units[i + 1]) && (i == 0 || !is_word(units->units[i - 1]));
}

#define DASHES_MAX 3 /* of one value; as pySigma has it */

static const char *replace_dashes(struct arena *arena, const struct sigma_units *from,
                                  struct sigma_forms *made)
{
    static const char *const dashes[] = {"-", "/", "\u2013", "\u2014", "\u2015"};
    size_t                   n = 0, forms = 1;

    for (size_t i = 0; i < from->n; i++)
        n += is_dash(from, i);
    if (n > DASHES_MAX)
        return "windash on a value with more than three options";
    for (size_t i = 0; i < n; i++)
        forms *= 5;
    for (size_t form = 0; form < forms; form++) {
        struct sigma_units *to = add_form(arena, made, from->n + 3 * n);
        size_t              rest = form;
        for (size_t i = 0; to && i < from->n; i++) {
            if (!is_dash(from, i)) {
                put(to, from->units[i]);
                continue;
            }
            for (const char *dash = dashes[rest % 5]; *dash; dash++)
                put(to, (unsigned char)*dash);
            rest /= 5;
        }
    }
    return made->n > SIGMA_FORMS_MAX ? "too many forms of one value" : NULL;
}

const char *sigma_make_windash(struct arena *arena, struct sigma_forms *forms)
{
    struct sigma_forms made = {0};

    for (size_t i = 0; i < forms->n; i++) {
        const char *error = replace_dashes(arena, &forms->forms[i], &made);
        if (error)
            return error;
    }
    *forms = made;
    return NULL;
}

/* Placeholders --------------------------------------------------------------------- */

/* The place of %name% from `at` on; false where there is none. The name is copied. */
static bool find_name(const struct sigma_units *units, size_t at, size_t *ret_at, char name[64],
                      size_t *ret_size)
{
    for (; at < units->n; at++) {
        size_t n = 0, i = at + 1;
        if (units->units[at] != '%')
            continue;
        while (i < units->n && units->units[i] < SIGMA_STAR && units->units[i] != '%' &&
               units->units[i] != '\\' && n < 63)
            name[n++] = (char)units->units[i++];
        if (n && i < units->n && units->units[i] == '%') {
            name[n] = '\0';
            *ret_at = at;
            *ret_size = n + 2;
            return true;
        }
    }
    return false;
}

const char sigma_no_value[] = "a placeholder without values in sigma_placeholders";

static const char *expand_form(struct arena *arena, const struct sigma_units *from,
                               struct sigma_forms *made, sigma_placeholder *values, void *data)
{
    char        name[64];
    size_t      at, size;
    const char *value;

    if (!find_name(from, 0, &at, name, &size)) {
        struct sigma_units *to = add_form(arena, made, from->n);
        if (to)
            put_units(to, from->units, from->n);
        return NULL;
    }
    if (!values || !values(data, name, 0))
        return sigma_no_value;
    for (size_t i = 0; (value = values(data, name, i)); i++) {
        struct sigma_units put_in = sigma_units_parse(arena, value, strlen(value));
        struct sigma_units to = {arena_alloc(arena, (from->n + put_in.n + 1) * sizeof(uint16_t)),
                                 0};
        if (!put_in.units || !to.units)
            return NULL;
        put_units(&to, from->units, at);
        put_units(&to, put_in.units, put_in.n);
        put_units(&to, from->units + at + size, from->n - at - size);
        struct sigma_units *form = add_form(arena, made, 0);
        if (!form)
            return NULL;
        *form = to;
        if (made->n > SIGMA_FORMS_MAX)
            return "too many forms of one value";
    }
    return NULL;
}

#define PLACEHOLDERS_MAX 4 /* of one value, each of which multiplies its forms */

const char *sigma_make_expand(struct arena *arena, struct sigma_forms *forms,
                              sigma_placeholder *values, void *data)
{
    char   name[64];
    size_t at, size;

    for (int turn = 0; turn < PLACEHOLDERS_MAX; turn++) {
        struct sigma_forms made = {0};
        bool               more = false;
        for (size_t i = 0; i < forms->n; i++) {
            more |= find_name(&forms->forms[i], 0, &at, name, &size);
            const char *error = expand_form(arena, &forms->forms[i], &made, values, data);
            if (error)
                return error;
        }
        *forms = made;
        if (!more)
            return NULL;
    }
    return "too many placeholders in one value";
}

/* Patterns ------------------------------------------------------------------------- */

static char unit_char(unsigned unit, bool fold)
{
    if (unit == SIGMA_ONE)
        return SIGMA_ANY_BYTE;
    return (char)(fold && unit - 'A' < 26 ? unit + 32 : unit);
}

void sigma_pattern_make(struct arena *arena, const struct sigma_units *units, bool fold,
                        struct sigma_pattern *ret)
{
    char  *text = arena_alloc(arena, units->n + 1);
    size_t room = 0;

    *ret = (struct sigma_pattern){0};
    if (!text)
        return;
    ret->open_start = units->n && units->units[0] == SIGMA_STAR;
    ret->open_end = units->n && units->units[units->n - 1] == SIGMA_STAR;
    for (size_t i = 0; i < units->n;) {
        struct sigma_part part = {.text = text};
        for (; i < units->n && units->units[i] != SIGMA_STAR; i++) {
            *text++ = unit_char(units->units[i], fold);
            part.any |= units->units[i] == SIGMA_ONE;
        }
        part.size = (uint32_t)(text - part.text);
        for (; i < units->n && units->units[i] == SIGMA_STAR; i++)
            ;
        if (part.size == 0)
            continue;
        struct sigma_part *parts = arena_grow(arena, ret->parts, ret->n, &room, sizeof *parts);
        if (!parts)
            return;
        ret->parts = parts;
        ret->least += part.size;
        parts[ret->n++] = part;
    }
}

/* Bytes of the character at text[0]. */
static size_t character(const char *text, size_t size)
{
    unsigned char c = (unsigned char)text[0];
    size_t        n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1, i = 1;

    while (i < n && i < size && ((unsigned char)text[i] & 0xc0) == 0x80)
        i++;
    return i;
}

/* How many bytes at the beginning of a text a part matches; -1 where it does not. */
static long match_here(const struct sigma_part *part, const char *text, size_t size)
{
    size_t at = 0;

    for (uint32_t i = 0; i < part->size; i++) {
        if (at == size)
            return -1;
        if (part->text[i] == SIGMA_ANY_BYTE)
            at += character(text + at, size - at);
        else if (part->text[i] != text[at++])
            return -1;
    }
    return (long)at;
}

#define SHORT_MAX 3  /* bytes of a part that memmem() would go through a text for byte by byte */
#define LONG_MIN  64 /* bytes of a text that it pays for */

/* memmem() by the rarest byte of a few. */
static const char *find_few(const struct sigma_part *part, const char *text, size_t size)
{
    uint32_t rare = 0;

    for (uint32_t i = 1; i < part->size; i++)
        if (byte_rank(part->text[i]) < byte_rank(part->text[rare]))
            rare = i;
    const char *end = text + size - (part->size - 1 - rare);
    for (const char *at = text + rare;
         (at = memchr(at, (unsigned char)part->text[rare], (size_t)(end - at))); at++)
        if (memcmp(at - rare, part->text, part->size) == 0)
            return at - rare;
    return NULL;
}

/* Find a part in a text: where it begins, and its length there; NULL where it is not. */
static const char *find_part(const struct sigma_part *part, const char *text, size_t size,
                             size_t *ret_size)
{
    *ret_size = part->size;
    if (!part->any && part->size <= SHORT_MAX && size >= LONG_MIN)
        return find_few(part, text, size);
    if (!part->any)
        return memmem(text, size, part->text, part->size);
    for (size_t at = 0; at < size; at++) {
        long n = match_here(part, text + at, size - at);
        if (n >= 0) {
            *ret_size = (size_t)n;
            return text + at;
        }
    }
    return NULL;
}

/* Whether a part matches the very end of a text of which at least `from` bytes are taken. */
static bool match_end(const struct sigma_part *part, const char *text, size_t size)
{
    if (!part->any)
        return size >= part->size && memcmp(text + size - part->size, part->text, part->size) == 0;
    for (size_t at = size; at-- > 0 && size - at <= 4 * (size_t)part->size;)
        if (match_here(part, text + at, size - at) == (long)(size - at))
            return true;
    return false;
}

bool sigma_pattern_match(const struct sigma_pattern *pattern, const char *text, size_t size)
{
    const struct sigma_part *part = pattern->parts;

    if (!pattern->n)
        return pattern->open_start || pattern->open_end || size == 0;
    const struct sigma_part *end = part + pattern->n;
    if (pattern->n == 1 && !part->any && !pattern->open_start && !pattern->open_end)
        return size == part->size && memcmp(text, part->text, size) == 0;
    if (!pattern->open_start) {
        long n = match_here(part, text, size);
        if (n < 0 || (pattern->n == 1 && !pattern->open_end && (size_t)n != size))
            return false;
        if (++part == end)
            return true;
        text += n, size -= (size_t)n;
    }
    for (; part < end - !pattern->open_end; part++) {
        size_t      n;
        const char *at = find_part(part, text, size, &n);
        if (!at)
            return false;
        size -= (size_t)(at - text) + n;
        text = at + n;
    }
    return pattern->open_end || match_end(end - 1, text, size);
}
