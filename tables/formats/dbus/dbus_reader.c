#include "dbus_reader.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "formats/text/byte_order.h"

#define NESTING_MAX 64 /* of variants and structures that are passed over */

/* Types --------------------------------------------------------------------- */

/* Bytes of a value of fixed size, or of the length that goes before it, which is what it is aligned
 * to; 0 for no type. */
static size_t alignment(char type)
{
    switch (type) {
    case 'y':
    case 'g':
    case 'v':
        return 1;
    case 'n':
    case 'q':
        return 2;
    case 'b':
    case 'i':
    case 'u':
    case 'h':
    case 's':
    case 'o':
    case 'a':
        return 4;
    case 'x':
    case 't':
    case 'd':
    case '(':
    case '{':
        return 8;
    default:
        return 0;
    }
}

static bool is_text(char type)
{
    return type == 's' || type == 'o';
}

static size_t type_size(const char *types, size_t n, int depth)
{
    size_t size = 1, part;

    if (n == 0 || depth > NESTING_MAX || !alignment(*types))
        return 0;
    if (*types == 'a')
        return (part = type_size(types + 1, n - 1, depth + 1)) ? 1 + part : 0;
    if (*types != '(' && *types != '{')
        return 1;
    char close = *types == '(' ? ')' : '}';
    while (size < n && types[size] != close) {
        if (!(part = type_size(types + size, n - size, depth + 1)))
            return 0;
        size += part;
    }
    return size < n && size > 1 ? size + 1 : 0;
}

size_t dbus_type_size(const char *types, size_t n)
{
    return type_size(types, n, 0);
}

static bool are_types(const char *types, size_t n)
{
    for (size_t at = 0, part; at < n; at += part)
        if (!(part = dbus_type_size(types + at, n - at)))
            return false;
    return true;
}

/* Bytes --------------------------------------------------------------------- */

static struct dbus_level *top(struct dbus_reader *m)
{
    return &m->levels[m->depth - 1];
}

static uint32_t number32(const struct dbus_reader *m, const uint8_t *p)
{
    return m->big_endian ? be32(p) : le32(p);
}

/* Move to a multiple of `to`, before at least `size` bytes. */
static int align(struct dbus_reader *m, size_t to, size_t size)
{
    size_t at = (m->at + to - 1) & ~(to - 1), end = top(m)->end;

    if (at > end || end - at < size)
        return -EBADMSG;
    m->at = at;
    return 0;
}

/* A length of 4 bytes, and that many bytes after it, aligned to `to`, with `more` after them. */
static int read_length(struct dbus_reader *m, size_t to, size_t more, size_t *ret)
{
    int r = align(m, 4, 4);

    if (r < 0)
        return r;
    uint64_t size = number32(m, m->data + m->at);
    m->at += 4;
    if ((r = align(m, to, 0)) < 0)
        return r;
    if (size > DBUS_ARRAY_MAX || size + more > top(m)->end - m->at)
        return -EBADMSG;
    *ret = (size_t)size;
    return 0;
}

static int read_text(struct dbus_reader *m, const char **ret)
{
    size_t size;

    int r = read_length(m, 1, 1, &size);
    if (r < 0)
        return r;
    const char *text = (const char *)m->data + m->at;
    if (text[size] || !buffer_is_text(text, size))
        return -EBADMSG;
    m->at += size + 1;
    *ret = text;
    return 0;
}

/* Types, as a signature in the message has them; those of a variant are one complete type. */
static int read_signature(struct dbus_reader *m, const char **ret)
{
    int r = align(m, 1, 2);

    if (r < 0)
        return r;
    size_t      size = m->data[m->at];
    const char *text = (const char *)m->data + m->at + 1;
    if (top(m)->end - m->at < size + 2 || text[size] || strlen(text) != size ||
        !are_types(text, size))
        return -EBADMSG;
    m->at += size + 2;
    *ret = text;
    return 0;
}

static int read_variant_type(struct dbus_reader *m, const char **ret)
{
    const char *types;

    int r = read_signature(m, &types);
    if (r < 0)
        return r;
    size_t size = strlen(types);
    if (size == 0 || dbus_type_size(types, size) != size)
        return -EBADMSG;
    *ret = types;
    return 0;
}

static int read_number(struct dbus_reader *m, size_t size, void *ret)
{
    uint8_t *out = ret;

    int r = align(m, size, size);
    if (r < 0)
        return r;
    const uint8_t *p = m->data + m->at;
    uint64_t       value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)p[m->big_endian ? size - 1 - i : i] << 8 * i;
    m->at += size;
    uint32_t value32 = (uint32_t)value;
    uint16_t value16 = (uint16_t)value;
    if (size == 8)
        memcpy(out, &value, 8);
    else if (size == 4)
        memcpy(out, &value32, 4);
    else if (size == 2)
        memcpy(out, &value16, 2);
    else
        *out = (uint8_t)value;
    return 0;
}

/* Walking ------------------------------------------------------------------- */

void dbus_reader_begin(struct dbus_reader *m, const uint8_t *data, size_t size, const char *types,
                       bool big_endian)
{
    m->data = data;
    m->at = 0;
    m->big_endian = big_endian;
    m->depth = 1;
    m->levels[0] = (struct dbus_level){.types = types, .n_types = strlen(types), .end = size};
}

bool dbus_at_end(const struct dbus_reader *m)
{
    const struct dbus_level *level = &m->levels[m->depth - 1];

    return level->kind == 'a' ? m->at >= level->end : level->next >= level->n_types;
}

/* The type that is next, and how long it is written: 1, or 0 at the end. */
static int next_type(const struct dbus_reader *m, const char **ret, size_t *ret_size)
{
    const struct dbus_level *level = &m->levels[m->depth - 1];

    if (dbus_at_end(m))
        return 0;
    const char *types = level->types + level->next;
    size_t      size = dbus_type_size(types, level->n_types - level->next);
    if (!size)
        return -EBADMSG;
    *ret = types;
    *ret_size = size;
    return 1;
}

static void pass_type(struct dbus_reader *m, size_t size)
{
    struct dbus_level *level = top(m);

    level->next += size;
    if (level->kind == 'a' && level->next >= level->n_types)
        level->next = 0;
}

int dbus_read(struct dbus_reader *m, char type, void *ret)
{
    const char *types;
    size_t      size;

    int r = next_type(m, &types, &size);
    if (r <= 0)
        return r;
    if (*types != type || strchr("a({v", type))
        return -ENXIO;
    if (is_text(type))
        r = read_text(m, ret);
    else if (type == 'g')
        r = read_signature(m, ret);
    else
        r = read_number(m, alignment(type), ret);
    if (r < 0)
        return r;
    pass_type(m, size);
    return 1;
}

int dbus_read_bytes(struct dbus_reader *m, const uint8_t **ret, size_t *ret_size)
{
    const char *types;
    size_t      size, n;

    int r = next_type(m, &types, &size);
    if (r <= 0)
        return r;
    if (size != 2 || memcmp(types, "ay", 2) != 0)
        return -ENXIO;
    if ((r = read_length(m, 1, 0, &n)) < 0)
        return r;
    *ret = m->data + m->at;
    *ret_size = n;
    m->at += n;
    pass_type(m, size);
    return 1;
}

/* Containers ---------------------------------------------------------------- */

/* Move to the first value of a container; *end is where it ends, and that of a variant has its type
 * read. */
static int open_container(struct dbus_reader *m, char kind, const char **types, size_t *n_types,
                          size_t *end)
{
    size_t size;
    int    r;

    if (kind == 'v') {
        if ((r = read_variant_type(m, types)) == 0)
            *n_types = strlen(*types);
        return r;
    }
    if (kind != 'a') {
        *types += 1;
        *n_types -= 2;
        return align(m, 8, 0);
    }
    *types += 1;
    *n_types -= 1;
    if ((r = read_length(m, alignment(**types), 0, &size)) == 0)
        *end = m->at + size;
    return r;
}

int dbus_enter(struct dbus_reader *m, char kind, const char *contents)
{
    const char *types;
    size_t      size;
    char        opens = kind == 'r' ? '(' : kind == 'e' ? '{' : kind;

    int r = next_type(m, &types, &size);
    if (r <= 0)
        return r;
    if (*types != opens || m->depth == DBUS_DEPTH_MAX)
        return -ENXIO;
    struct dbus_reader before = {.at = m->at};
    size_t             n_types = size, end = top(m)->end;
    if ((r = open_container(m, kind, &types, &n_types, &end)) < 0)
        return r;
    if (strlen(contents) != n_types || memcmp(contents, types, n_types) != 0) {
        m->at = before.at;
        return -ENXIO;
    }
    pass_type(m, size);
    m->levels[m->depth++] =
        (struct dbus_level){.types = types, .n_types = n_types, .end = end, .kind = kind};
    return 1;
}

int dbus_exit(struct dbus_reader *m)
{
    if (m->depth < 2)
        return -ENXIO;
    if (!dbus_at_end(m))
        return -EBUSY;
    m->depth--;
    return 1;
}

int dbus_peek_variant(const struct dbus_reader *m, const char **ret)
{
    struct dbus_reader copy = {.data = m->data, .at = m->at, .depth = 1};
    const char        *types;
    size_t             size;

    int r = next_type(m, &types, &size);
    if (r <= 0)
        return r;
    if (*types != 'v')
        return -ENXIO;
    copy.levels[0].end = m->levels[m->depth - 1].end;
    return (r = read_variant_type(&copy, ret)) < 0 ? r : 1;
}

/* Passing over -------------------------------------------------------------- */

static int skip_type(struct dbus_reader *m, const char *types, size_t n, int depth)
{
    const char *text;
    uint64_t    number;
    size_t      size, part;
    int         r;

    if (depth > NESTING_MAX)
        return -EBADMSG;
    if (is_text(*types))
        return read_text(m, &text);
    if (*types == 'g')
        return read_signature(m, &text);
    if (*types == 'v')
        return (r = read_variant_type(m, &text)) < 0 ? r
                                                     : skip_type(m, text, strlen(text), depth + 1);
    if (*types == 'a') {
        if ((r = read_length(m, alignment(types[1]), 0, &size)) == 0)
            m->at += size;
        return r;
    }
    if (*types != '(' && *types != '{')
        return read_number(m, alignment(*types), &number);
    r = align(m, 8, 0);
    for (size_t at = 1; r == 0 && at + 1 < n; at += part) {
        part = dbus_type_size(types + at, n - at);
        r = part ? skip_type(m, types + at, part, depth + 1) : -EBADMSG;
    }
    return r;
}

int dbus_skip(struct dbus_reader *m, size_t n)
{
    const char *types;
    size_t      size;
    int         r = 1;

    for (size_t i = 0; i < n && r > 0; i++) {
        if ((r = next_type(m, &types, &size)) <= 0)
            break;
        if ((r = skip_type(m, types, size, 0)) < 0)
            break;
        pass_type(m, size);
        r = 1;
    }
    return r;
}

/* Several ------------------------------------------------------------------- */

/* Enter the structure at `types`, written with its parentheses. */
static int enter_struct(struct dbus_reader *m, const char *types)
{
    char   contents[DBUS_SIGNATURE_MAX + 1];
    size_t size = dbus_type_size(types, strlen(types));

    if (size < 3 || size > DBUS_SIGNATURE_MAX)
        return -EINVAL;
    memcpy(contents, types + 1, size - 2);
    contents[size - 2] = '\0';
    return dbus_enter(m, 'r', contents);
}

int dbus_read_values(struct dbus_reader *m, const char *types, ...)
{
    const char *type = types;
    int         r = 1;
    va_list     ap;

    va_start(ap, types);
    for (; *type && r > 0; type++) {
        if (*type == '(')
            r = enter_struct(m, type);
        else if (*type == ')')
            r = dbus_exit(m);
        else
            r = dbus_read(m, *type, va_arg(ap, void *));
    }
    va_end(ap);
    return r == 0 && type != types + 1 ? -EBADMSG : r;
}
