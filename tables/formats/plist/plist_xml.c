/* plist_xml.c -- the XML form, read as CoreFoundation reads it (CFPropertyList.c of
 * swift-corelibs-foundation), which is not how XML is read:
 *
 * - before the root and between values there may be, in any order and number, white space, comments,
 *   processing instructions and <?xml?> lines; a comment ends at the first "-->", with any content;
 *   an instruction before the root ends at the first "?>" after its "<?", one between values at once;
 * - of a tag only the name counts: all up to the first '>' is passed over, quoted or not;
 * - <plist> may be left out, and holds exactly one value; nothing after the root is read;
 * - text holds CDATA and entities, no comments; control characters are text; in numbers, dates and
 *   data an '&' is a character as any other;
 * - a <key> where a value is due is a string; a value where a key is due is an error;
 * - DOCTYPE is passed over; one with a subset of its own is refused.
 *
 * What launchd would refuse is refused here, so that a job is in force exactly where it is on a Mac.
 */
#include "plist_xml.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "plist_encoding.h"

/* An open element that holds others. */
enum level { LEVEL_DOCUMENT, LEVEL_PLIST, LEVEL_DICT, LEVEL_ARRAY };

struct level_state {
    enum level kind;
    bool       value_due; /* of a dictionary: after its key */
    bool       filled;    /* of the document and <plist>: has its one value */
};

struct xml {
    struct plist_sink *sink;
    const char        *begin, *at, *end;
    struct buffer      text; /* of one value, where entities and CDATA make it differ */
    unsigned           depth;
    bool               done;
    struct level_state levels[2 * PLIST_DEPTH_MAX +
                              2]; /* that of the document first; `depth` is the last one open */
};

/* The text of one value. */
struct span {
    const char *text;
    size_t      size;
};

/* Say what is wrong, of which element unless that is "", and in which line. */
static int fail(struct xml *x, const char *text, const char *name)
{
    unsigned long line = 1;

    for (const char *p = x->begin; p < x->at && p < x->end; p++)
        if (*p == '\n' || (*p == '\r' && (p + 1 == x->end || p[1] != '\n')))
            line++;
    if (*name)
        return plist_fail(x->sink, -EBADMSG, "line %lu: %s <%.40s>", line, text, name);
    return plist_fail(x->sink, -EBADMSG, "line %lu: %s", line, text);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(struct xml *x)
{
    while (x->at < x->end && is_space(*x->at))
        x->at++;
}

static bool begins(const struct xml *x, const char *with)
{
    size_t length = strlen(with);

    return (size_t)(x->end - x->at) >= length && memcmp(x->at, with, length) == 0;
}

/* Go past the next `mark`; where there is none, `what` is wrong. */
static int skip_past(struct xml *x, const char *mark, const char *what)
{
    const char *found = memmem(x->at, (size_t)(x->end - x->at), mark, strlen(mark));

    if (!found)
        return fail(x, what, "");
    x->at = found + strlen(mark);
    return 0;
}

static int skip_doctype(struct xml *x)
{
    x->at += strlen("<!DOCTYPE");
    while (x->at < x->end && *x->at != '[' && *x->at != '>')
        x->at++;
    if (x->at == x->end)
        return fail(x, "no end of DOCTYPE", "");
    if (*x->at == '[')
        return fail(x, "DOCTYPE declares entities of its own", "");
    x->at++;
    return 0;
}

/* Text --------------------------------------------------------------------------- */

static int put_character(struct xml *x, uint32_t c)
{
    char   utf8[4];
    size_t n = plist_utf8(c, utf8);

    if (!n)
        return fail(x, "a reference to no character", "");
    buffer_put(&x->text, utf8, n);
    return 0;
}

/* &#ddd; or &#xhhh;, of at most eight digits. `at` is after the '#'. */
static int read_number_reference(struct xml *x)
{
    bool     hex = x->at < x->end && *x->at == 'x';
    uint32_t value = 0;

    x->at += hex;
    for (int digits = 0; x->at < x->end && digits <= 8; digits++) {
        char c = *x->at++;
        if (c == ';')
            return put_character(x, value);
        if (hex ? !isxdigit((unsigned char)c) : !isdigit((unsigned char)c))
            break;
        uint32_t digit = c <= '9' ? (uint32_t)(c - '0') : (uint32_t)((c | 32) - 'a' + 10);
        value = value * (hex ? 16 : 10) + digit;
    }
    return fail(x, "a reference to no character", "");
}

static int read_reference(struct xml *x)
{
    static const struct {
        const char *name, *text;
    } known[] = {{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&apos;", "'"}, {"&quot;", "\""}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (begins(x, known[i].name)) {
            x->at += strlen(known[i].name);
            buffer_puts(&x->text, known[i].text);
            return 0;
        }
    if (!begins(x, "&#"))
        return fail(x, "unknown entity", "");
    x->at += 2;
    return read_number_reference(x);
}

static int read_cdata(struct xml *x)
{
    static const char begin[] = "<![CDATA[";

    if (!begins(x, begin))
        return fail(x, "a comment or declaration within a text", "");
    x->at += strlen(begin);
    const char *from = x->at;
    int         r = skip_past(x, "]]>", "no end of CDATA");
    if (r == 0)
        buffer_put(&x->text, from, (size_t)(x->at - 3 - from));
    return r;
}

/* The bytes up to the next tag. Where nothing was decoded the span is of the file itself. */
static int read_text(struct xml *x, struct span *ret)
{
    const char *from = x->at;
    bool        decoded = false;
    int         r = 0;

    buffer_reset(&x->text);
    for (; r == 0 && x->at < x->end; from = x->at) {
        while (x->at < x->end && *x->at != '<' && *x->at != '&')
            x->at++;
        bool tag = x->at < x->end && *x->at == '<' && !begins(x, "<!");
        if (!decoded && (tag || x->at == x->end))
            break;
        buffer_put(&x->text, from, (size_t)(x->at - from));
        if (tag || x->at == x->end)
            break;
        decoded = true;
        r = *x->at == '&' ? read_reference(x) : read_cdata(x);
    }
    if (r != 0)
        return r;
    if (x->text.failed)
        return plist_fail(x->sink, -ENOMEM, "out of memory");
    *ret = decoded ? (struct span){x->text.size ? x->text.data : "", x->text.size}
                   : (struct span){from, (size_t)(x->at - from)};
    return 0;
}

/* The bytes up to the next '<', as they are. */
static int read_raw(struct xml *x, struct span *ret)
{
    const char *from = x->at;
    const char *tag = memchr(from, '<', (size_t)(x->end - from));

    x->at = tag ? tag : x->end;
    *ret = (struct span){from, (size_t)(x->at - from)};
    return 0;
}

/* Values ------------------------------------------------------------------------- */

static int emit(struct xml *x, struct plist_event event)
{
    return plist_emit(x->sink, &event);
}

static int emit_text(struct xml *x, enum plist_type type, struct span text)
{
    if (!plist_is_utf8(text.text, text.size))
        return fail(x, "a text that is not in the file's encoding", "");
    return emit(x, (struct plist_event){.type = type, .text = text.text, .size = text.size});
}

static int emit_key(struct xml *x, struct span text)
{
    return emit_text(x, PLIST_KEY, text);
}

static int emit_string(struct xml *x, struct span text)
{
    return emit_text(x, PLIST_STRING, text);
}

/* White space before a number's sign and digits: control characters and Unicode's too. */
static void skip_number_space(struct span *s)
{
    static const char *const wide[] = {"\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};

    while (s->size) {
        unsigned char c = (unsigned char)*s->text;
        size_t        n = c <= ' ' || (c > '~' && c < 0xa1) ? 1 : 0;
        if (s->size >= 3 && c == 0xe2 && (unsigned char)s->text[1] == 0x80 &&
            (unsigned char)s->text[2] >= 0x80 && (unsigned char)s->text[2] <= 0x8b)
            n = 3;
        for (size_t i = 0; i < 3 && n == 0 && s->size >= 3; i++)
            n = memcmp(s->text, wide[i], 3) == 0 ? 3 : 0;
        if (n == 0)
            return;
        s->text += n;
        s->size -= n;
    }
}

/* Decimal or, after 0x, hexadecimal digits to the end of the text. */
static bool parse_digits(struct span s, uint64_t *ret)
{
    bool     hex = s.size >= 2 && s.text[0] == '0' && (s.text[1] | 32) == 'x';
    size_t   i = hex ? 2 : 0;
    uint64_t value = 0, base = hex ? 16 : 10;

    if (i == s.size)
        return false;
    for (; i < s.size; i++) {
        char c = s.text[i];
        if (!(hex ? isxdigit((unsigned char)c) : isdigit((unsigned char)c)))
            return false;
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, (uint64_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10),
                                   &value))
            return false;
    }
    *ret = value;
    return true;
}

static int emit_integer(struct xml *x, struct span s)
{
    struct plist_event event = {.type = PLIST_INT};
    uint64_t           value;
    bool               negative = false;

    skip_number_space(&s);
    if (s.size && (*s.text == '-' || *s.text == '+')) {
        negative = *s.text == '-';
        s = (struct span){s.text + 1, s.size - 1};
        skip_number_space(&s);
    }
    if (!parse_digits(s, &value) || (negative && value > (uint64_t)INT64_MAX + 1))
        return fail(x, "<integer> is not a number of 64 bits", "");
    event.integer = (int64_t)(negative ? 0 - value : value);
    event.above = !negative && value > INT64_MAX;
    return emit(x, event);
}

/* A number in the C locale, in every locale of the process. */
static bool parse_real(const char *text, double *ret)
{
    char    *end = NULL;
    locale_t c = newlocale(LC_ALL_MASK, "C", NULL);

    if (!c)
        return false;
    *ret = strtod_l(text, &end, c);
    freelocale(c);
    return end != text && !*end;
}

static int emit_real(struct xml *x, struct span s)
{
    char   text[400]; /* more digits than a double has */
    double value;

    if (s.size == 0 || s.size >= sizeof text)
        return fail(x, "<real> is not a number", "");
    memcpy(text, s.text, s.size);
    text[s.size] = '\0';
    if (strlen(text) != s.size || !parse_real(text, &value))
        return fail(x, "<real> is not a number", "");
    return emit(x, (struct plist_event){.type = PLIST_REAL, .real = value});
}

static bool take_digits(struct span *s, size_t most, char after, int *ret)
{
    int    value = 0;
    size_t n = 0;

    for (; n < s->size && n < most && isdigit((unsigned char)s->text[n]); n++)
        value = 10 * value + (s->text[n] - '0');
    if (n == 0 || (most == 2 && n != 2) || n == s->size || s->text[n] != after)
        return false;
    *s = (struct span){s->text + n + 1, s->size - n - 1};
    *ret = value;
    return true;
}

static int emit_date(struct xml *x, struct span s)
{
    struct tm tm = {0};
    bool      negative = s.size && *s.text == '-';

    if (negative)
        s = (struct span){s.text + 1, s.size - 1};
    if (!take_digits(&s, 8, '-', &tm.tm_year) || !take_digits(&s, 2, '-', &tm.tm_mon) ||
        !take_digits(&s, 2, 'T', &tm.tm_mday) || !take_digits(&s, 2, ':', &tm.tm_hour) ||
        !take_digits(&s, 2, ':', &tm.tm_min) || !take_digits(&s, 2, 'Z', &tm.tm_sec) || s.size ||
        tm.tm_mon < 1 || tm.tm_mon > 12)
        return fail(x, "<date> is not a date", "");
    tm.tm_year = (negative ? -tm.tm_year : tm.tm_year) - 1900;
    tm.tm_mon -= 1;
    return emit(x, (struct plist_event){.type = PLIST_DATE, .real = (double)timegm(&tm)});
}

static int base64_digit(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
           : c == '='             ? 0
                                  : -1;
}

/* Base64 in groups of four; what is not a digit is passed over, and a group that is not whole is lost. */
static int emit_data(struct xml *x, struct span s)
{
    uint32_t bits = 0;
    unsigned n = 0, equals = 0;

    buffer_reset(&x->text);
    for (size_t i = 0; i < s.size; i++) {
        if ((unsigned char)s.text[i] >= 0x80)
            return fail(x, "<data> is not base64", "");
        if (s.text[i] == '=')
            equals++;
        else if (!isspace((unsigned char)s.text[i]))
            equals = 0;
        int digit = base64_digit(s.text[i]);
        if (digit < 0)
            continue;
        bits = bits << 6 | (uint32_t)digit;
        if (++n % 4 != 0)
            continue;
        char three[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
        buffer_put(&x->text, three, equals < 1 ? 3 : equals < 2 ? 2 : 1);
    }
    if (x->text.failed)
        return plist_fail(x->sink, -ENOMEM, "out of memory");
    return emit(x, (struct plist_event){.type = PLIST_DATA,
                                        .text = x->text.size ? x->text.data : "",
                                        .size = x->text.size});
}

/* Elements ----------------------------------------------------------------------- */

struct element {
    const char *name;
    size_t      size;  /* of the name */
    enum level  level; /* that it opens; LEVEL_DOCUMENT for one that holds a value */
    bool        may_be_empty;
    int (*read)(struct xml *x, struct span *ret);
    int (*emit)(struct xml *x, struct span text);
};

static int emit_true(struct xml *x, struct span text)
{
    return text.size ? fail(x, "text in <true>", "")
                     : emit(x, (struct plist_event){.type = PLIST_BOOL, .integer = 1});
}

static int emit_false(struct xml *x, struct span text)
{
    return text.size ? fail(x, "text in <false>", "")
                     : emit(x, (struct plist_event){.type = PLIST_BOOL});
}

#define NAME(text) text, sizeof(text) - 1
static const struct element elements[] = {
    {NAME("key"), LEVEL_DOCUMENT, true, read_text, emit_key},
    {NAME("string"), LEVEL_DOCUMENT, true, read_text, emit_string},
    {NAME("dict"), LEVEL_DICT, true, NULL, NULL},
    {NAME("array"), LEVEL_ARRAY, true, NULL, NULL},
    {NAME("true"), LEVEL_DOCUMENT, true, read_raw, emit_true},
    {NAME("false"), LEVEL_DOCUMENT, true, read_raw, emit_false},
    {NAME("integer"), LEVEL_DOCUMENT, false, read_raw, emit_integer},
    {NAME("real"), LEVEL_DOCUMENT, false, read_text, emit_real},
    {NAME("date"), LEVEL_DOCUMENT, false, read_raw, emit_date},
    {NAME("data"), LEVEL_DOCUMENT, false, read_raw, emit_data},
    {NAME("plist"), LEVEL_PLIST, false, NULL, NULL},
};

static const char *const level_names[] = {
    [LEVEL_DOCUMENT] = "",
    [LEVEL_PLIST] = "plist",
    [LEVEL_DICT] = "dict",
    [LEVEL_ARRAY] = "array",
};

static const struct element *element_of(struct span name)
{
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
        if (elements[i].size == name.size && memcmp(elements[i].name, name.text, name.size) == 0)
            return &elements[i];
    return NULL;
}

/* Go past "</name >". */
static int close_tag(struct xml *x, const char *name)
{
    if (!begins(x, "</"))
        return fail(x, "no end of", name);
    x->at += 2;
    if (!begins(x, name))
        return fail(x, "an end that is not of", name);
    x->at += strlen(name);
    skip_space(x);
    if (!begins(x, ">"))
        return fail(x, "an end that is not of", name);
    x->at++;
    return 0;
}

/* Whether the element is allowed here: keys and values take turns in a dictionary, and the document
 * and <plist> hold one value. *ret_key: it is the key that is due. */
static int take_place(struct xml *x, const struct element *element, bool *ret_key)
{
    bool in_dict = x->levels[x->depth].kind == LEVEL_DICT;
    bool due = in_dict && !x->levels[x->depth].value_due;

    if (due && element->emit != emit_key)
        return fail(x, "no key before", element->name);
    if (x->levels[x->depth].kind == LEVEL_PLIST && x->levels[x->depth].filled)
        return fail(x, "a second value in <plist>:", element->name);
    x->levels[x->depth].value_due = due;
    x->levels[x->depth].filled = true;
    *ret_key = due;
    return 0;
}

static int open_level(struct xml *x, enum level kind)
{
    int r = 0;

    if (x->depth + 1 == sizeof x->levels / sizeof x->levels[0])
        return plist_fail(x->sink, -EFBIG, "nested deeper than %d", PLIST_DEPTH_MAX);
    if (kind != LEVEL_PLIST)
        r = emit(x, (struct plist_event){.type = kind == LEVEL_DICT ? PLIST_BEGIN_DICT
                                                                    : PLIST_BEGIN_ARRAY});
    x->levels[++x->depth].kind = kind;
    x->levels[x->depth].value_due = x->levels[x->depth].filled = false;
    return r;
}

static int close_level(struct xml *x)
{
    enum level kind = x->levels[x->depth].kind;

    if (kind == LEVEL_PLIST && !x->levels[x->depth].filled)
        return fail(x, "<plist> without a value", "");
    if (x->levels[x->depth].value_due)
        return fail(x, "the last key of a <dict> has no value", "");
    x->depth--;
    x->done = x->depth == 0;
    if (kind == LEVEL_PLIST)
        return 0;
    return emit(
        x, (struct plist_event){.type = kind == LEVEL_DICT ? PLIST_END_DICT : PLIST_END_ARRAY});
}

static int read_value(struct xml *x, const struct element *element, bool empty, bool key)
{
    struct span text = {"", 0};
    int         r = empty ? 0 : element->read(x, &text);

    if (r == 0 && element->emit == emit_key && !key)
        r = emit_string(x, text);
    else if (r == 0)
        r = element->emit(x, text);
    if (r == 0 && !empty)
        r = close_tag(x, element->name);
    x->done = x->depth == 0;
    return r;
}

/* The tag's name and whether it closes itself; all else up to the first '>' is passed over. */
static int read_tag(struct xml *x, struct span *ret_name, bool *ret_empty)
{
    const char *name = ++x->at;
    const char *end = memchr(name, '>', (size_t)(x->end - name));

    if (!end)
        return fail(x, "no end of a tag", "");
    *ret_empty = end > name && end[-1] == '/';
    const char *stop = name;
    while (stop < end - *ret_empty && !is_space(*stop))
        stop++;
    *ret_name = (struct span){name, (size_t)(stop - name)};
    x->at = end + 1;
    return 0;
}

static int read_element(struct xml *x)
{
    struct span name = {0};
    bool        empty = false, key = false;
    int         r = read_tag(x, &name, &empty);

    if (r != 0)
        return r;
    const struct element *element = element_of(name);
    if (!element) {
        char   shown[41];
        size_t n = name.size < sizeof shown - 1 ? name.size : sizeof shown - 1;
        memcpy(shown, name.text, n);
        shown[n] = '\0';
        return fail(x, "unknown element", shown);
    }
    if (empty && !element->may_be_empty)
        return fail(x, "nothing in", element->name);
    if ((r = take_place(x, element, &key)) != 0)
        return r;
    if (element->level == LEVEL_DOCUMENT)
        return read_value(x, element, empty, key);
    r = open_level(x, element->level);
    return r == 0 && empty ? close_level(x) : r;
}

/* The document ------------------------------------------------------------------- */

/* Text between values, up to the end of one of them or of a container. */
static int read_next(struct xml *x)
{
    skip_space(x);
    if (x->at == x->end)
        return fail(x, x->depth ? "no end of" : "no value", level_names[x->levels[x->depth].kind]);
    if (*x->at != '<')
        return fail(x, "text outside of a value", "");
    if (begins(x, "<?")) {
        x->at += x->depth ? 1 : 2;
        return skip_past(x, "?>", "no end of <?");
    }
    if (begins(x, "<!--")) {
        x->at += strlen("<!--");
        return skip_past(x, "-->", "no end of a comment");
    }
    if (begins(x, "<!DOCTYPE") && x->depth == 0)
        return skip_doctype(x);
    if (begins(x, "<!"))
        return fail(x, "a declaration between values", "");
    if (!begins(x, "</"))
        return read_element(x);
    if (x->depth == 0)
        return fail(x, "an end before the value", "");
    int r = close_tag(x, level_names[x->levels[x->depth].kind]);
    return r == 0 ? close_level(x) : r;
}

/* All but the levels that are not open, which are most of it. */
static void xml_begin(struct xml *x, struct plist_sink *sink, const char *text, size_t size)
{
    x->sink = sink;
    x->begin = x->at = text;
    x->end = text + size;
    x->text = (struct buffer){0};
    x->depth = 0;
    x->done = false;
    x->levels[0] = (struct level_state){.kind = LEVEL_DOCUMENT};
}

int plist_read_xml(struct plist_sink *sink, const uint8_t *data, size_t size)
{
    struct xml    x;
    struct buffer utf8 = {0};
    int           r = plist_to_utf8(sink, &data, &size, &utf8);

    xml_begin(&x, sink, (const char *)data, size);
    while (r == 0 && !x.done)
        r = read_next(&x);
    buffer_free(&x.text);
    buffer_free(&utf8);
    return r;
}
