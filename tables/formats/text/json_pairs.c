#include "json_pairs.h"

#include <errno.h>
#include <string.h>

void json_pairs_begin(struct json_pairs *pairs, const char *text, size_t size)
{
    struct buffer names = pairs->names, values = pairs->values;

    *pairs = (struct json_pairs){.at = text, .end = text + size, .names = names, .values = values};
}

void json_pairs_end(struct json_pairs *pairs)
{
    buffer_free(&pairs->names);
    buffer_free(&pairs->values);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct json_pairs *pairs)
{
    while (pairs->at < pairs->end && is_blank(*pairs->at))
        pairs->at++;
}

static bool take(struct json_pairs *pairs, char c)
{
    skip_blanks(pairs);
    if (pairs->at == pairs->end || *pairs->at != c)
        return false;
    pairs->at++;
    return true;
}

static unsigned hex4(const char *text)
{
    unsigned code = 0;

    for (int i = 0; i < 4; i++) {
        char c = text[i];
        code = code << 4 | (unsigned)(c >= '0' && c <= '9'   ? c - '0'
                                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                             : 0);
    }
    return code;
}

/* The escape \u at `at`, of one or two units of UTF-16; where it ends. */
static const char *unescape_unit(const char *at, const char *end, struct buffer *out)
{
    uint8_t  units[4];
    unsigned code;
    size_t   n = 0;

    while (n < 2 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
        code = hex4(at + 2);
        if (n == 1 && (code & 0xfc00) != 0xdc00)
            break;
        units[2 * n] = (uint8_t)code, units[2 * n + 1] = (uint8_t)(code >> 8);
        n++;
        at += 6;
        if ((code & 0xfc00) != 0xd800)
            break;
    }
    buffer_utf16(out, units, n);
    return n ? at : end;
}

static void unescape(const char *at, const char *end, struct buffer *out)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";

    buffer_reset(out);
    while (at < end) {
        const char *escape = memchr(at, '\\', (size_t)(end - at));
        const char *stop = escape ? escape : end;
        buffer_put(out, at, (size_t)(stop - at));
        at = stop;
        if (at >= end - 1)
            break;
        const char *letter = at[1] ? strchr(letters, at[1]) : NULL;
        if (letter) {
            buffer_putc(out, meant[letter - letters]);
            at += 2;
        } else if (at[1] == 'u') {
            at = unescape_unit(at, end, out);
        } else {
            at += 2;
        }
    }
}

/* A text in quotes: in the JSON where it has no escapes, else in `scratch`. */
static int take_text(struct json_pairs *pairs, struct buffer *scratch, const char **ret,
                     size_t *ret_size, bool *copied)
{
    const char *start = pairs->at;
    bool        escaped = false;

    for (; pairs->at < pairs->end && *pairs->at != '"'; pairs->at++)
        if (*pairs->at == '\\') {
            escaped = true;
            if (++pairs->at == pairs->end)
                return -EBADMSG;
        }
    if (pairs->at == pairs->end)
        return -EBADMSG;
    *ret = start;
    *ret_size = (size_t)(pairs->at++ - start);
    if (!escaped)
        return 0;
    unescape(start, start + *ret_size, scratch);
    *ret = buffer_text(scratch);
    *ret_size = scratch->size;
    *copied = true;
    return *ret ? 0 : -ENOMEM;
}

/* A number, a word, or an object or list inside a list, as it is written. */
static void take_bare(struct json_pairs *pairs, const char **ret, size_t *ret_size)
{
    size_t depth = 0;
    bool   in_text = false;

    *ret = pairs->at;
    for (; pairs->at < pairs->end; pairs->at++) {
        char c = *pairs->at;
        if (in_text && c == '\\' && pairs->at + 1 < pairs->end)
            pairs->at++;
        else if (c == '"')
            in_text = !in_text;
        else if (in_text)
            continue;
        else if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']' || c == ',') && depth == 0)
            break;
        else if (c == '}' || c == ']')
            depth--;
    }
    const char *end = pairs->at;
    while (end > *ret && is_blank(end[-1]))
        end--;
    *ret_size = (size_t)(end - *ret);
}

/* 1 and the value; 0 where it is null. */
static int take_value(struct json_pairs *pairs, struct json_pair *ret)
{
    ret->name = pairs->name;
    ret->name_size = pairs->name_size;
    if (take(pairs, '"')) {
        int r = take_text(pairs, &pairs->values, &ret->value, &ret->value_size, &ret->copied);
        return r < 0 ? r : 1;
    }
    take_bare(pairs, &ret->value, &ret->value_size);
    if (ret->value_size == 0) /* nothing that can be passed over */
        return -EBADMSG;
    return !(ret->value_size == 4 && memcmp(ret->value, "null", 4) == 0);
}

static int next_name(struct json_pairs *pairs, bool *copied)
{
    while (take(pairs, ',') || take(pairs, '{'))
        ;
    if (take(pairs, '}') || pairs->at == pairs->end)
        return 0;
    if (!take(pairs, '"'))
        return -EBADMSG;
    int r = take_text(pairs, &pairs->names, &pairs->name, &pairs->name_size, copied);
    if (r == 0 && !take(pairs, ':'))
        r = -EBADMSG;
    return r < 0 ? r : 1;
}

int json_pairs_next(struct json_pairs *pairs, struct json_pair *ret)
{
    for (;;) {
        int r;
        *ret = (struct json_pair){.copied = pairs->in_list};
        if (!pairs->in_list) {
            if ((r = next_name(pairs, &ret->copied)) <= 0)
                return r;
            pairs->in_list = take(pairs, '[');
        }
        if (pairs->in_list) {
            while (take(pairs, ','))
                ;
            if (take(pairs, ']')) {
                pairs->in_list = false;
                continue;
            }
            if (pairs->at == pairs->end)
                return -EBADMSG;
            ret->copied = true; /* the name may be in `names` */
        }
        if ((r = take_value(pairs, ret)) != 0)
            return r;
    }
}
