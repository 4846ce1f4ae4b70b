/* listing_registry.c -- keys of services as reg query prints them and as .reg files export them.
 *
 * A key is that of a service where \Services\NAME is in its path; of the keys below it only Parameters counts,
 * which has the ServiceDll. Forms: reg query and "Windows Registry Editor Version 5.00", whose hex(2) and hex(7)
 * are UTF-16, or REGEDIT4, whose are of a code page (documentation of reg and of .reg files).
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "listing_state.h"

static const char services[] = "\\Services\\";

static const char *find_services(const char *key, size_t size)
{
    size_t n = sizeof services - 1;

    for (size_t i = 0; i + n < size; i++)
        if (strncasecmp(key + i, services, n) == 0)
            return key + i + n;
    return NULL;
}

/* Go to a key: the open record ends where it is of another service. */
static enum listing_take take_key(struct listing *l, const char *key, size_t size)
{
    const char *name = find_services(key, size);
    size_t      name_size = name ? strcspn(name, "\\]\r\n") : 0;

    if (name && name_size > size - (size_t)(name - key))
        name_size = size - (size_t)(name - key);
    size_t               whole = name ? (size_t)(name + name_size - key) : 0;
    const struct buffer *open = &l->open.text[LISTING_DEFINITION];
    bool                 same = name && !listing_empty(l) && open->size == whole &&
                strncasecmp(open->data, key, whole) == 0;

    if (!listing_empty(l) && !same) {
        if (l->typed)
            return LINE_AGAIN;
        l->lost.others++;
        listing_drop(l);
    }
    if (!same)
        l->typed = false;
    *l->block = '\0';
    if (!name || !name_size)
        return LINE_TAKEN;
    if (!same) {
        listing_set(l, LISTING_NAME, name, name_size);
        listing_set(l, LISTING_DEFINITION, key, whole);
    }
    const char *rest = name + name_size;
    size_t      rest_size = size - whole;
    strcpy(l->block, rest_size == 0                                                  ? "key"
                     : rest_size == 11 && strncasecmp(rest, "\\Parameters", 11) == 0 ? "parameters"
                                                                                     : "");
    return LINE_TAKEN;
}

static bool is_name(const char *name, size_t size, const char *wanted)
{
    return strlen(wanted) == size && strncasecmp(name, wanted, size) == 0;
}

static void take_value(struct listing *l, const char *name, size_t size, const char *value,
                       size_t value_size)
{
    static const char *const names[] = {"DisplayName",    "Description", "ImagePath",
                                        "Type",           "Start",       "ObjectName",
                                        "FailureCommand", "ServiceDll"};

    if (!*l->block || listing_empty(l))
        return;
    bool parameters = strcmp(l->block, "parameters") == 0;
    /* One of these makes it a service: `reg query /s /v ImagePath` shows no other, and a file that changes
     * one may hold that alone. */
    l->typed |= parameters ? is_name(name, size, "ServiceDll")
                           : is_name(name, size, "Type") || is_name(name, size, "Start") ||
                                 is_name(name, size, "ImagePath");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (is_name(name, size, names[i]) && (!parameters || is_name(name, size, "ServiceDll")))
            listing_put(l, WINDOWS, names[i], strlen(names[i]), value, value_size);
}

/* At the end of the file, and where another command's output begins. */
static enum listing_take end_key(struct listing *l)
{
    if (listing_empty(l) || l->typed)
        return LINE_TAKEN;
    l->lost.others++;
    listing_drop(l);
    return LINE_TAKEN;
}

/* reg query -------------------------------------------------------------------------- */

static bool is_key_line(const char *line)
{
    return listing_begins(line, "HKEY_") || listing_begins(line, "HKLM\\");
}

static bool query_begins(const struct listing *l, const char *line)
{
    size_t size = strlen(line);

    if (!is_key_line(line))
        return false;
    return l->container == LINES || find_services(line, size) ||
           (size > 9 && strcasecmp(line + size - 9, "\\Services") == 0);
}

/* "    ImagePath    REG_EXPAND_SZ    C:\x.exe": four blanks or, of old versions, tabs between. */
static enum listing_take query_line(struct listing *l, const char *line)
{
    size_t size = strlen(line);

    if (is_key_line(line))
        return take_key(l, line, size);
    const char *name = line + strspn(line, " \t"), *type = strstr(name, "REG_");
    if (name == line || !type)
        return *line ? LINE_TAKEN : end_key(l);
    const char *end = type, *value = type + strcspn(type, " \t");
    while (end > name && strchr(" \t", end[-1]))
        end--;
    value += strspn(value, " \t");
    take_value(l, name, (size_t)(end - name), value, strlen(value));
    return LINE_TAKEN;
}

const struct listing_grammar listing_reg_query = {"reg query", WINDOWS, query_begins, query_line};

/* .reg -------------------------------------------------------------------------------- */

static bool file_begins(const struct listing *l, const char *line)
{
    (void)l;
    return listing_begins(line, "Windows Registry Editor Version ") ||
           strcmp(line, "REGEDIT4") == 0;
}

/* A text in quotes, with \\ and \" for \ and "; the end of it. */
static const char *quoted(const char *at, struct buffer *out)
{
    for (at++; *at && *at != '"'; at++) {
        at += *at == '\\' && at[1];
        buffer_putc(out, *at);
    }
    return at + (*at == '"');
}

/* "61,00,62,00": bytes, as text of UTF-16 or of a code page. Of several texts the first. */
static void hex_text(const char *at, bool wide, struct buffer *out)
{
    struct buffer bytes = {0};

    while (isxdigit((unsigned char)*at)) {
        char *end;
        buffer_putc(&bytes, (char)strtoul(at, &end, 16));
        at = end + strspn(end, ", \t");
    }
    size_t size = 0;
    if (wide) {
        while (size + 1 < bytes.size && (bytes.data[size] || bytes.data[size + 1]))
            size += 2;
        buffer_utf16(out, (const uint8_t *)(bytes.data ? bytes.data : ""), size / 2);
    } else {
        while (size < bytes.size && bytes.data[size])
            size++;
        buffer_utf8(out, bytes.data ? bytes.data : "", size);
    }
    out->failed |= bytes.failed;
    buffer_free(&bytes);
}

static void file_value(struct listing *l, const char *line)
{
    struct buffer name = {0}, value = {0};
    const char   *at = quoted(line, &name);

    if (*at == '=') {
        at++;
        if (*at == '"') {
            quoted(at, &value);
        } else if (listing_begins(at, "dword:")) {
            buffer_puts(&value, "0x");
            buffer_puts(&value, at + 6);
        } else if (listing_begins(at, "hex(") && strchr(at, ':')) {
            hex_text(strchr(at, ':') + 1, !l->old_registry, &value);
        }
        take_value(l, name.data ? name.data : "", name.size, value.data ? value.data : "",
                   value.size);
    }
    l->pending.failed |= name.failed || value.failed;
    buffer_free(&name);
    buffer_free(&value);
}

/* A line that ends in \ goes on in the next, after blanks. */
static bool gather(struct listing *l, const char *line)
{
    size_t size = strlen(line);
    bool   more = size && line[size - 1] == '\\' && (l->pending.size || strstr(line, "hex"));

    if (l->pending.size)
        line += strspn(line, " \t");
    buffer_put(&l->pending, line, strlen(line) - more);
    buffer_text(&l->pending);
    return !more;
}

static enum listing_take file_line(struct listing *l, const char *line)
{
    size_t size = strlen(line);

    if (file_begins(l, line)) {
        l->old_registry = *line == 'R';
        return LINE_TAKEN;
    }
    if (*line == '[' && !l->pending.size) {
        bool deletes = line[1] == '-';
        size -= size > 1 && line[size - 1] == ']';
        return deletes ? take_key(l, "", 0) : take_key(l, line + 1, size - 1);
    }
    if (*line != '"' && !l->pending.size)
        return *line ? LINE_TAKEN : end_key(l);
    if (gather(l, line)) {
        if (l->pending.size && !l->pending.failed)
            file_value(l, l->pending.data);
        buffer_reset(&l->pending);
    }
    return LINE_TAKEN;
}

const struct listing_grammar listing_reg_file = {"registry export", WINDOWS, file_begins,
                                                 file_line};
