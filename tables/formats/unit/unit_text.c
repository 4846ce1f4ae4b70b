#include "unit_text.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define WHITESPACE " \t\n\r"
#define EXCERPT    128 /* bytes of a faulty line that are shown */

static const char byte_order_mark[] = "\xef\xbb\xbf";

static const struct {
    const char *text;
    bool        fatal;
} faults[] = {
    [UNIT_OK] = {"", false},
    [UNIT_NO_SECTION] = {"assignment outside of a section", false},
    [UNIT_NO_EQUALS] = {"no \"=\" in the line", false},
    [UNIT_NO_KEY] = {"no key before \"=\"", false},
    [UNIT_BAD_HEADER] = {"invalid section header", true},
    [UNIT_NOT_UTF8] = {"not UTF-8", true},
    [UNIT_LONG_LINE] = {"line of 1 MiB or more", true},
};

const char *unit_fault_text(enum unit_fault fault)
{
    return faults[fault].text;
}

bool unit_fault_fatal(enum unit_fault fault)
{
    return faults[fault].fatal;
}

void unit_text_open(struct unit_text *text, const char *data, size_t size, int version)
{
    *text = (struct unit_text){.data = data, .size = size, .version = version};
}

void unit_text_close(struct unit_text *text)
{
    buffer_free(&text->text);
    buffer_free(&text->section);
}

/* Lines --------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static unsigned end_mark(char c)
{
    return c == '\n' ? 1 : c == '\r' ? 2 : c == '\0' ? 4 : 0;
}

/* Bytes of the line end at `p`: of each mark at most one, nothing after a NUL. */
static size_t line_end(const char *p, size_t size)
{
    unsigned seen = 0;
    size_t   n = 0;

    for (; n < size; n++) {
        unsigned mark = end_mark(p[n]);
        if (!mark || (seen & (mark | 4)))
            break;
        seen |= mark;
    }
    return n;
}

/* The next line without its end; false after the last. */
static bool read_line(struct unit_text *t, const char **ret, size_t *ret_size)
{
    const char *p = t->data + t->at;
    size_t      left = t->size - t->at, n = 0;

    if (!left)
        return false;
    while (n < left && !end_mark(p[n]))
        n++;
    t->at += n + line_end(p + n, left - n);
    t->line++;
    *ret = p;
    *ret_size = n;
    return true;
}

static bool is_comment(const char *p, size_t size)
{
    while (size && is_space(*p))
        p++, size--;
    return size && (*p == '#' || *p == ';');
}

/* Whether the last byte is a backslash that nothing escapes. */
static bool continues(const char *p, size_t size)
{
    size_t n = 0;

    while (n < size && p[size - 1 - n] == '\\')
        n++;
    return n % 2 == 1;
}

/* Gather one assignment's text from its line and the continuations, without the comments between:
 * 1, 0 at the end of the file, -E2BIG for what is too long. */
static int gather(struct unit_text *t, unsigned *ret_line)
{
    const char *p;
    size_t      size;
    bool        more = false;

    buffer_reset(&t->text);
    while (read_line(t, &p, &size)) {
        if (size < UNIT_LINE_MAX && is_comment(p, size))
            continue;
        if (!more)
            *ret_line = t->line;
        if (!t->bom_seen && size >= 3 && memcmp(p, byte_order_mark, 3) == 0) {
            t->bom_seen = true;
            p += 3, size -= 3;
        }
        if (size >= UNIT_LINE_MAX || t->text.size + size > UNIT_LINE_MAX) {
            buffer_put(&t->text, p, size < EXCERPT ? size : EXCERPT);
            return -E2BIG;
        }
        more = continues(p, size);
        buffer_put(&t->text, p, more ? size - 1 : size);
        if (!more)
            return 1;
        buffer_putc(&t->text, ' ');
    }
    return more;
}

/* Meaning ------------------------------------------------------------------- */

/* The code point at `p` and its length, 0 where it is none that systemd accepts: it also refuses
 * the noncharacters U+FDD0..FDEF and U+xxFFFE, U+xxFFFF. */
static size_t code_point(const uint8_t *p)
{
    if (p[0] < 0x80)
        return 1;

    size_t   length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    uint32_t c = p[0] & (0x7fu >> length);
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80) /* stops at the NUL after the text */
            return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    if ((length == 3 && c < 0x800) || (length == 4 && c < 0x10000) || c > 0x10ffff)
        return 0;
    if ((c >= 0xd800 && c < 0xe000) || (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe)
        return 0;
    return length;
}

static bool is_utf8(const char *text)
{
    for (const uint8_t *p = (const uint8_t *)text; *p;) {
        size_t length = code_point(p);
        if (!length)
            return false;
        p += length;
    }
    return true;
}

/* Whether a header, "[" and "]" included, has no character that would need quoting or escaping, and
 * where the version minds them is not empty and begins no other. */
static bool is_safe(const char *text, int version)
{
    if (version >= 258 && (text[1] == ']' || strchr(text + 1, '[')))
        return false;
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || strchr("\"'\\\x7f", *text))
            return false;
    return true;
}

static char *strip(char *text)
{
    text += strspn(text, WHITESPACE);
    for (size_t n = strlen(text); n && is_space(text[n - 1]); n--)
        text[n - 1] = '\0';
    return text;
}

static int fail(struct unit_text *t, enum unit_fault fault, char *text, struct unit_assignment *ret)
{
    if (strlen(text) > EXCERPT)
        text[EXCERPT] = '\0';
    ret->key = NULL;
    ret->value = text;
    ret->fault = fault;
    t->given_up |= unit_fault_fatal(fault);
    return 1;
}

static int assign(struct unit_text *t, char *text, struct unit_assignment *ret)
{
    char *equals = strchr(text, '=');

    if (!t->in_section)
        return fail(t, UNIT_NO_SECTION, text, ret);
    if (!equals)
        return fail(t, UNIT_NO_EQUALS, text, ret);
    if (equals == text)
        return fail(t, UNIT_NO_KEY, text, ret);
    *equals = '\0';
    ret->key = strip(text);
    ret->value = strip(equals + 1);
    ret->fault = UNIT_OK;
    return 1;
}

/* A gathered line: 1 for an assignment or a fault, 0 for a header or nothing, -ENOMEM. */
static int understand(struct unit_text *t, char *text, struct unit_assignment *ret)
{
    size_t size = strlen(text = strip(text));

    if (!size)
        return 0;
    if (!is_utf8(text))
        return fail(t, UNIT_NOT_UTF8, text, ret);
    if (text[0] != '[')
        return assign(t, text, ret);
    if (text[size - 1] != ']' || !is_safe(text, t->version))
        return fail(t, UNIT_BAD_HEADER, text, ret);
    buffer_reset(&t->section);
    buffer_put(&t->section, text + 1, size - 2);
    t->in_section = true;
    return buffer_text(&t->section) ? 0 : -ENOMEM;
}

int unit_text_next(struct unit_text *t, struct unit_assignment *ret)
{
    struct unit_assignment a = {0};
    int                    r;

    do {
        a.unread = t->given_up;
        r = gather(t, &a.line);
        if (r == 0)
            return 0;
        if (!buffer_text(&t->text))
            return -ENOMEM;
        r = r == -E2BIG ? fail(t, UNIT_LONG_LINE, t->text.data, &a)
                        : understand(t, t->text.data, &a);
    } while (r == 0);
    if (r > 0) {
        a.section = t->in_section ? t->section.data : NULL;
        *ret = a;
    }
    return r;
}
