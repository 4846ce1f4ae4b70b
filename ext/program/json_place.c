#include "json_place.h"
#include "formats/text/json_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (4 << 20) /* bytes; the largest public pack is below 1 MiB */

static const struct json_place *topmost(const struct json_place *place)
{
    while (place->above)
        place = place->above;
    return place;
}

static void put_path(char *text, size_t size, const struct json_place *place)
{
    if (!place->above)
        return;
    put_path(text, size, place->above);
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", used ? "." : "", place->key);
}

int json_fail(const struct json_place *place, const char *key, const char *format, ...)
{
    const struct json_place *top = topmost(place);
    const struct json_place  here = {.above = place, .key = key};
    char                     path[256] = "", message[160];
    va_list                  ap;

    put_path(path, sizeof path, key ? &here : place);
    va_start(ap, format);
    vsnprintf(message, sizeof message, format, ap);
    va_end(ap);
    snprintf(top->error->text, sizeof top->error->text, "%.90s: %s%s%s", top->file, path,
             *path ? ": " : "", message);
    return -EINVAL;
}

int json_text(const struct json_place *place, const cJSON *object, const char *key,
              const char **ret)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

    if (!item)
        return 0;
    if (!cJSON_IsString(item))
        return json_fail(place, key, "must be a string");
    *ret = item->valuestring;
    return 0;
}

int json_flag(const struct json_place *place, const cJSON *object, const char *key, bool *ret)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    const char  *text = cJSON_GetStringValue(item);

    if (!item)
        return 0;
    if (cJSON_IsTrue(item) || (cJSON_IsNumber(item) && item->valuedouble == 1) ||
        (text && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)))
        *ret = true;
    else if (cJSON_IsFalse(item) || (cJSON_IsNumber(item) && item->valuedouble == 0) ||
             (text && (strcmp(text, "false") == 0 || strcmp(text, "0") == 0)))
        *ret = false;
    else
        return json_fail(place, key, "must be true or false");
    return 0;
}

int json_number(const struct json_place *place, const cJSON *object, const char *key, int64_t least,
                int64_t most, int64_t *ret)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    const char  *text = cJSON_GetStringValue(item);
    char        *end = NULL;
    double       value = 0;

    if (!item)
        return 0;
    if (text)
        value = strtod(text, &end);
    else if (cJSON_IsNumber(item))
        value = item->valuedouble;
    if ((!text && !cJSON_IsNumber(item)) || (text && (end == text || *end)) ||
        !(value >= (double)least && value <= (double)most) || value != (double)(int64_t)value)
        return json_fail(place, key, "must be a number from %lld to %lld", (long long)least,
                         (long long)most);
    *ret = (int64_t)value;
    return 0;
}

int json_member(const struct json_place *place, const cJSON *object, const char *key, int type,
                const cJSON **ret)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

    if (item && (item->type & 0xff) != type)
        return json_fail(place, key, "must be %s", type == cJSON_Object ? "an object" : "a list");
    *ret = item;
    return 0;
}

/* Blanks keep every character at its line and column for the errors. */
static void blank_comments(char *text, size_t size)
{
    for (size_t at = 0, end; at < size; at = end + 1) {
        const char *newline = memchr(text + at, '\n', size - at);
        end = newline ? (size_t)(newline - text) : size;
        size_t first = at;
        while (first < end && (text[first] == ' ' || text[first] == '\t'))
            first++;
        if (first < end && (text[first] == '#' ||
                            (end - first > 1 && text[first] == '/' && text[first + 1] == '/')))
            memset(text + at, ' ', end - at);
        else if (end < size && end > at && text[end - 1] == '\\')
            text[end - 1] = text[end] = ' ';
    }
}

static int bad_syntax(const struct json_place *place, const char *text, const char *at)
{
    size_t line = 1, column = 1;

    for (const char *p = text; p < at; p++) {
        column = *p == '\n' ? 1 : column + 1;
        line += *p == '\n';
    }
    return json_fail(place, NULL, "no JSON at line %zu, column %zu", line, column);
}

int json_parse(const struct json_place *place, char *text, size_t size, cJSON **ret)
{
    const char *end = text;

    blank_comments(text, size);
    cJSON *json;
    if (json_tree_end(text, size, &end, &json) == -ENOMEM) {
        json_fail(place, NULL, "%s", strerror(ENOMEM));
        return -ENOMEM;
    }
    for (; json && end < text + size; end++)
        if (!strchr(" \t\r\n", *end))
            break;
    if (!json || end < text + size) {
        cJSON_Delete(json);
        return bad_syntax(place, text, end < text + size ? end : text + size);
    }
    if (!cJSON_IsObject(json)) {
        cJSON_Delete(json);
        return json_fail(place, NULL, "must be an object");
    }
    *ret = json;
    return 0;
}

static int read_all(int fd, char *text, size_t size)
{
    for (size_t n = 0; n < size;) {
        ssize_t got = read(fd, text + n, size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -EIO;
        n += (size_t)got;
    }
    return 0;
}

int json_read_file(const struct json_place *place, cJSON **ret)
{
    const char *file = topmost(place)->file;
    struct stat st = {0};
    char       *text = NULL;
    int         r = 0;

    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0)
        r = -errno;
    else if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
        r = S_ISREG(st.st_mode) ? -EFBIG : -EINVAL;
    else if (!(text = malloc((size_t)st.st_size + 1)))
        r = -ENOMEM;
    else
        r = read_all(fd, text, (size_t)st.st_size);
    if (r < 0)
        json_fail(place, NULL, "%s", r == -EINVAL ? "is not a regular file" : strerror(-r));
    else
        r = json_parse(place, text, (size_t)st.st_size, ret);
    free(text);
    if (fd >= 0)
        close(fd);
    return r;
}
