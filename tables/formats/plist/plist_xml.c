/* plist_xml.c -- the XML form, by expat. What it allows is what CoreFoundation's reader does
 * (CFPropertyList.c): see plist.h. */
#include <errno.h>
#include <expat.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "formats/text/xml_line.h"
#include "plist_xml.h"

struct xml;

/* An element that holds a value, and what its end emits. */
struct element {
    const char     *name;
    enum plist_type type;
    int (*emit)(struct xml *x);
};

struct xml {
    XML_Parser            parser;
    struct plist_sink    *sink;
    const struct element *leaf; /* the open element that holds text; NULL between such */
    struct buffer         text; /* of that element */
    bool                  in_plist, had_root, done;
    int                   result; /* of the first thing that went wrong */
    struct {
        bool dict, value_due;
    } levels[PLIST_DEPTH_MAX + 1]; /* [0]: the document */
};

static bool stopped(const struct xml *x)
{
    return x->done || x->result != 0;
}

/* Stop the parser with a result; 0 is fine and changes nothing. */
static int settle(struct xml *x, int result)
{
    if (result != 0 && x->result == 0) {
        x->result = result;
        XML_StopParser(x->parser, XML_FALSE);
    }
    return result;
}

#define FAIL(x, format, ...)                                                                       \
    plist_fail((x)->sink, -EBADMSG, "line %lu: " format, xml_line((x)->parser), __VA_ARGS__)

/* Values -------------------------------------------------------------------- */

/* The text without white space around it. */
static const char *trimmed(struct xml *x)
{
    static const char space[] = " \t\r\n";
    struct buffer    *text = &x->text;

    while (text->size && memchr(space, text->data[text->size - 1], 4))
        text->size--;
    const char *start = buffer_text(text);
    return start ? start + strspn(start, space) : NULL;
}

static int emit_text(struct xml *x)
{
    return plist_emit(x->sink, &(struct plist_event){.type = x->leaf->type,
                                                     .text = x->text.size ? x->text.data : "",
                                                     .size = x->text.size});
}

static int emit_bool(struct xml *x)
{
    return plist_emit(
        x->sink, &(struct plist_event){.type = PLIST_BOOL, .integer = x->leaf->name[0] == 't'});
}

/* Decimal or, after 0x, hexadecimal digits to the end of the text. */
static bool parse_digits(const char *digits, uint64_t *ret)
{
    bool  hex = digits[0] == '0' && (digits[1] | 32) == 'x';
    char *end;

    digits += hex ? 2 : 0;
    if (!strchr("0123456789abcdefABCDEF", *digits) || !*digits)
        return false; /* strtoull() takes white space and signs */
    errno = 0;
    *ret = strtoull(digits, &end, hex ? 16 : 10);
    return !*end && errno == 0;
}

static int emit_integer(struct xml *x)
{
    struct plist_event event = {.type = PLIST_INT};
    const char        *text = trimmed(x);
    uint64_t           value;

    if (!text)
        return -ENOMEM;
    bool negative = *text == '-';
    if (negative || *text == '+')
        text += 1 + strspn(text + 1, " \t\r\n");
    if (!parse_digits(text, &value) || (negative && value > (uint64_t)INT64_MAX + 1))
        return FAIL(x, "<%s> is no number of 64 bits", x->leaf->name);
    event.integer = (int64_t)(negative ? 0 - value : value);
    event.above = !negative && value > INT64_MAX;
    return plist_emit(x->sink, &event);
}

static int emit_real(struct xml *x)
{
    const char *text = trimmed(x);
    char       *end = NULL;
    locale_t    c = newlocale(LC_ALL_MASK, "C", NULL);

    if (!text || !c) {
        freelocale(c);
        return -ENOMEM;
    }
    double value = strtod_l(text, &end, c);
    freelocale(c);
    if (end == text || *end)
        return FAIL(x, "<%s> is no number", x->leaf->name);
    return plist_emit(x->sink, &(struct plist_event){.type = PLIST_REAL, .real = value});
}

static int emit_date(struct xml *x)
{
    const char *text = trimmed(x);
    struct tm   tm = {0};
    int         n = 0;

    if (!text)
        return -ENOMEM;
    int got = sscanf(text, "%9d-%2d-%2dT%2d:%2d:%2dZ%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
                     &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &n);
    if (got != 6 || !n || text[n] || tm.tm_mon < 1 || tm.tm_mon > 12)
        return FAIL(x, "<%s> is no date", x->leaf->name);
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return plist_emit(x->sink,
                      &(struct plist_event){.type = PLIST_DATE, .real = (double)timegm(&tm)});
}

static int base64_digit(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
                                  : -1;
}

/* Base64, in place. Like macOS's, it passes over whatever is no digit. */
static int emit_data(struct xml *x)
{
    struct buffer *text = &x->text;
    uint32_t       bits = 0;
    unsigned       n = 0;
    size_t         out = 0;

    for (size_t i = 0; i < text->size; i++) {
        int digit = base64_digit(text->data[i]);
        if (digit < 0)
            continue;
        bits = bits << 6 | (uint32_t)digit;
        if (++n % 4 != 1)
            text->data[out++] = (char)(bits >> (6 - 2 * ((n - 1) % 4)));
    }
    text->size = out;
    return emit_text(x);
}

static const struct element elements[] = {
    {"key", PLIST_KEY, emit_text},        {"string", PLIST_STRING, emit_text},
    {"dict", PLIST_BEGIN_DICT, NULL},     {"array", PLIST_BEGIN_ARRAY, NULL},
    {"true", PLIST_BOOL, emit_bool},      {"false", PLIST_BOOL, emit_bool},
    {"integer", PLIST_INT, emit_integer}, {"real", PLIST_REAL, emit_real},
    {"date", PLIST_DATE, emit_date},      {"data", PLIST_DATA, emit_data},
};

static const struct element *find_element(const char *name)
{
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
        if (strcmp(elements[i].name, name) == 0)
            return &elements[i];
    return NULL;
}

/* Structure ----------------------------------------------------------------- */

/* Whether the element may stand here: keys and values take turns in a dictionary, and there is one
 * root. */
static int take_place(struct xml *x, const struct element *element)
{
    unsigned depth = x->sink->depth;
    bool     key = element->type == PLIST_KEY;

    if (depth == 0 && x->had_root)
        return FAIL(x, "<%s> after the one value", element->name);
    if (key && (!x->levels[depth].dict || x->levels[depth].value_due))
        return FAIL(x, "<%s> where a value is due", element->name);
    if (!key && x->levels[depth].dict && !x->levels[depth].value_due)
        return FAIL(x, "<%s> without a key", element->name);
    x->levels[depth].value_due = key;
    x->had_root = true;
    return 0;
}

static int begin_container(struct xml *x, const struct element *element)
{
    int r = plist_emit(x->sink, &(struct plist_event){.type = element->type});

    if (r == 0) {
        x->levels[x->sink->depth].dict = element->type == PLIST_BEGIN_DICT;
        x->levels[x->sink->depth].value_due = false;
    }
    return r;
}

static int begin(struct xml *x, const char *name)
{
    if (x->leaf)
        return FAIL(x, "<%.40s> within <%s>", name, x->leaf->name);
    if (strcmp(name, "plist") == 0) {
        if (x->in_plist || x->had_root)
            return FAIL(x, "<%s> within the property list", name);
        x->in_plist = true;
        return 0;
    }
    const struct element *element = find_element(name);
    if (!element)
        return FAIL(x, "unknown element <%.40s>", name);
    int r = take_place(x, element);
    if (r != 0)
        return r;
    if (!element->emit)
        return begin_container(x, element);
    x->leaf = element;
    buffer_reset(&x->text);
    return 0;
}

static int end_container(struct xml *x)
{
    bool dict = x->levels[x->sink->depth].dict;

    if (x->levels[x->sink->depth].value_due)
        return FAIL(x, "the last key of a <%s> has no value", "dict");
    return plist_emit(x->sink,
                      &(struct plist_event){.type = dict ? PLIST_END_DICT : PLIST_END_ARRAY});
}

static int end(struct xml *x, const char *name)
{
    int r = 0;

    if (x->leaf) {
        r = x->text.failed ? -ENOMEM : x->leaf->emit(x);
        x->leaf = NULL;
    } else if (x->sink->depth) {
        r = end_container(x);
    }
    if (r != 0 || x->sink->depth || (x->in_plist && strcmp(name, "plist") != 0))
        return r;
    if (!x->had_root)
        return FAIL(x, "<%s> without a value", name);
    x->done = true;
    XML_StopParser(x->parser, XML_FALSE);
    return 0;
}

static void on_begin(void *user, const XML_Char *name, const XML_Char **attributes)
{
    (void)attributes;
    if (!stopped(user))
        settle(user, begin(user, name));
}

static void on_end(void *user, const XML_Char *name)
{
    if (!stopped(user))
        settle(user, end(user, name));
}

static void on_text(void *user, const XML_Char *text, int size)
{
    struct xml *x = user;

    if (stopped(x))
        return;
    if (x->leaf) {
        buffer_put(&x->text, text, (size_t)size);
        return;
    }
    for (int i = 0; i < size; i++)
        if (!memchr(" \t\r\n", text[i], 4)) {
            settle(x, FAIL(x, "text outside of a %s", "value"));
            return;
        }
}

static void on_doctype(void *user, const XML_Char *name, const XML_Char *system,
                       const XML_Char *public, int internal_subset)
{
    struct xml *x = user;

    (void)system, (void)public;
    if (internal_subset && !stopped(x))
        settle(x, FAIL(x, "DOCTYPE %.40s declares entities of its own", name));
}

static void on_entity(void *user, const XML_Char *name, int parameter)
{
    struct xml *x = user;

    (void)parameter;
    if (!stopped(x))
        settle(x, FAIL(x, "unknown entity &%.40s;", name));
}

static int finish(struct xml *x, enum XML_Status status)
{
    if (x->result == -ENOMEM || XML_GetErrorCode(x->parser) == XML_ERROR_NO_MEMORY)
        return plist_fail(x->sink, -ENOMEM, "out of memory");
    if (stopped(x))
        return x->result;
    if (status == XML_STATUS_OK)
        return FAIL(x, "no %s", "value");
    return FAIL(x, "%s", XML_ErrorString(XML_GetErrorCode(x->parser)));
}

int plist_read_xml(struct plist_sink *sink, const uint8_t *data, size_t size)
{
    struct xml x = {.sink = sink, .parser = XML_ParserCreate(NULL)};

    _Static_assert(PLIST_SIZE_MAX <= INT_MAX, "expat takes an int");
    if (!x.parser)
        return plist_fail(sink, -ENOMEM, "out of memory");
    XML_SetUserData(x.parser, &x);
    XML_SetElementHandler(x.parser, on_begin, on_end);
    XML_SetCharacterDataHandler(x.parser, on_text);
    XML_SetStartDoctypeDeclHandler(x.parser, on_doctype);
    XML_SetSkippedEntityHandler(x.parser, on_entity);
    int r = finish(&x, XML_Parse(x.parser, (const char *)data, (int)size, XML_TRUE));
    XML_ParserFree(x.parser);
    buffer_free(&x.text);
    return r;
}
