#include "plist.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "plist_binary.h"
#include "plist_sink.h"
#include "plist_xml.h"

/* Bytes of text that even a small file may expand to; more than four times a file's size means
 * that its objects share long texts, which only an attacker's do. */
#define TEXT_SLACK ((size_t)1 << 20)

/* Beginnings ---------------------------------------------------------------- */

static bool begins(const uint8_t *data, size_t size, const char *with)
{
    size_t length = strlen(with);

    return size >= length && memcmp(data, with, length) == 0;
}

static bool is_binary(const uint8_t *data, size_t size)
{
    return begins(data, size, "bplist");
}

/* UTF-16 or UTF-32 in either order, by its mark or by the zero beside its first character. */
static bool is_wide(const uint8_t *data, size_t size)
{
    return size >= 2 &&
           ((data[0] == 0xff && data[1] == 0xfe) || (data[0] == 0xfe && data[1] == 0xff) ||
            (size >= 4 && memcmp(data, "\0\0\xfe\xff", 4) == 0) ||
            (strchr("< \n", data[0]) && data[0] && !data[1]) ||
            (!data[0] && strchr("< \n", data[1]) && data[1]));
}

static bool is_xml(const uint8_t *data, size_t size)
{
    size_t i = begins(data, size, "\xef\xbb\xbf") ? 3 : 0;

    while (i < size && strchr(" \t\r\n", data[i]) && data[i])
        i++;
    return is_wide(data, size) || (i < size && data[i] == '<');
}

/* {"name": or [ and a value: OpenStep writes = where JSON has a colon, and ( for lists. */
static bool is_json(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *end = text + size;

    while (text < end && strchr(" \t\r\n", *text) && *text)
        text++;
    if (text < end && *text == '[')
        return true;
    if (text == end || *text++ != '{')
        return false;
    while (text < end && strchr(" \t\r\n", *text) && *text)
        text++;
    if (text < end && *text == '}')
        return true;
    if (text == end || *text++ != '"')
        return false;
    const char *close = memchr(text, '"', (size_t)(end - text));
    for (text = close ? close + 1 : end; text < end && strchr(" \t\r\n", *text) && *text; text++)
        ;
    return text < end && *text == ':';
}

bool plist_looks_like(const uint8_t *data, size_t size)
{
    static const char *const marks[] = {"<?xml", "<!DOCTYPE plist", "<plist"};

    if (is_binary(data, size) || is_wide(data, size))
        return true;
    for (size_t i = 0; size && i < sizeof marks / sizeof marks[0]; i++)
        if (memmem(data, size, marks[i], strlen(marks[i])))
            return true;
    return false;
}

bool plist_is_unread(const uint8_t *data, size_t size)
{
    return size && !is_binary(data, size) && !is_xml(data, size) &&
           (is_json(data, size) || *data == '{');
}

int plist_parse(const uint8_t *data, size_t size, plist_handler *handle, void *user,
                struct plist_error *ret_error)
{
    struct plist_error unused = {0};
    struct plist_sink  sink = {.handle = handle,
                               .user = user,
                               .error = ret_error ? ret_error : &unused,
                               .nodes_max = PLIST_NODES_MAX,
                               .bytes_max = 4 * size + TEXT_SLACK};

    if (size > PLIST_SIZE_MAX)
        return plist_fail(&sink, -EFBIG, "larger than %u bytes", PLIST_SIZE_MAX);
    if (size == 0)
        return plist_fail(&sink, -EBADMSG, "empty file");
    if (is_binary(data, size))
        return plist_read_binary(&sink, data, size);
    if (is_xml(data, size))
        return plist_read_xml(&sink, data, size);
    if (is_json(data, size))
        return plist_fail(&sink, -ENOTSUP, "JSON, which launchd does not load");
    if (data[0] && strchr("{(/\"", data[0]))
        return plist_fail(&sink, -ENOTSUP,
                          "an OpenStep text property list, which launchd does not load");
    return plist_fail(&sink, -EBADMSG, "neither an XML nor a binary property list");
}

void plist_text(struct buffer *out, const char *text, size_t size)
{
    for (const char *end = text + size; text < end;) {
        size_t part = strnlen(text, (size_t)(end - text));
        buffer_utf8(out, text, part);
        text += part;
        if (text < end) {
            buffer_puts(out, "\xef\xbf\xbd");
            text++;
        }
    }
}

/* JSON ---------------------------------------------------------------------- */

static void json_base64(struct buffer *json, const uint8_t *data, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    buffer_putc(json, '"');
    for (size_t i = 0; i < size; i += 3) {
        uint32_t three = (uint32_t)data[i] << 16 | (uint32_t)(i + 1 < size ? data[i + 1] : 0) << 8 |
                         (i + 2 < size ? data[i + 2] : 0);
        char four[4] = {digits[three >> 18], digits[three >> 12 & 63],
                        i + 1 < size ? digits[three >> 6 & 63] : '=',
                        i + 2 < size ? digits[three & 63] : '='};
        buffer_put(json, four, 4);
    }
    buffer_putc(json, '"');
}

static void json_date(struct buffer *json, double seconds)
{
    /* Years 1 to 9999, which are all that ISO 8601 writes in four digits. */
    if (!(seconds >= -62135596800.0 && seconds < 253402300800.0)) {
        buffer_puts(json, "null");
        return;
    }
    time_t    whole = (time_t)floor(seconds);
    struct tm tm;
    char      text[32];

    gmtime_r(&whole, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    buffer_json(json, text, strlen(text));
}

static void json_real(struct buffer *json, double real)
{
    if (!isfinite(real)) {
        buffer_puts(json, "null");
        return;
    }
    char text[32];
    snprintf(text, sizeof text, "%.17g", real);
    for (char *c = text; *c; c++)
        if (*c == ',') /* a locale's decimal point */
            *c = '.';
    buffer_puts(json, text);
}

static void json_int(struct buffer *json, const struct plist_event *event)
{
    if (event->above)
        buffer_printf(json, "%" PRIu64, (uint64_t)event->integer);
    else
        buffer_printf(json, "%" PRId64, event->integer);
}

static void json_separate(struct buffer *json, enum plist_type type)
{
    char last = json->size ? json->data[json->size - 1] : '[';

    if (type != PLIST_END_DICT && type != PLIST_END_ARRAY && !strchr("[{:,", last))
        buffer_putc(json, ',');
}

void plist_json(struct buffer *json, const struct plist_event *event)
{
    json_separate(json, event->type);
    switch (event->type) {
    case PLIST_BEGIN_DICT:
        buffer_putc(json, '{');
        break;
    case PLIST_END_DICT:
        buffer_putc(json, '}');
        break;
    case PLIST_BEGIN_ARRAY:
        buffer_putc(json, '[');
        break;
    case PLIST_END_ARRAY:
        buffer_putc(json, ']');
        break;
    case PLIST_KEY:
        buffer_json(json, event->text, event->size);
        buffer_putc(json, ':');
        break;
    case PLIST_STRING:
        buffer_json(json, event->text, event->size);
        break;
    case PLIST_INT:
        json_int(json, event);
        break;
    case PLIST_REAL:
        json_real(json, event->real);
        break;
    case PLIST_BOOL:
        buffer_puts(json, event->integer ? "true" : "false");
        break;
    case PLIST_DATE:
        json_date(json, event->real);
        break;
    case PLIST_DATA:
        json_base64(json, (const uint8_t *)event->text, event->size);
        break;
    case PLIST_UID:
        buffer_printf(json, "{\"CF$UID\":%" PRId64 "}", event->integer);
        break;
    case PLIST_NULL:
        buffer_puts(json, "null");
        break;
    }
}
