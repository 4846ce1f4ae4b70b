#include "audit_json.h"
#include "formats/text/json_tree.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Fields --------------------------------------------------------------------------- */

/* A name may not end the field or the line. */
static bool is_name(const char *name)
{
    size_t size = strlen(name);

    return size && size < 64 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == size;
}

/* A text in quotes, or in hexadecimal where it has bytes that would end it. */
static void put_text(struct buffer *text, const char *value, size_t size)
{
    bool plain = true;

    for (size_t i = 0; i < size; i++)
        plain &= (unsigned char)value[i] >= ' ' && value[i] != '"' && value[i] != 127;
    if (plain)
        buffer_printf(text, "\"%.*s\"", (int)size, value);
    for (size_t i = 0; !plain && i < size; i++)
        buffer_printf(text, "%02X", (unsigned char)value[i]);
}

/* A mode as laurel writes it, "0o100755", which is 0100755 elsewhere. */
static bool is_octal_mode(const char *name, const char *string)
{
    size_t size = strlen(string);

    return strcmp(name, "mode") == 0 && size > 2 && size < 16 && strncmp(string, "0o", 2) == 0 &&
           strspn(string + 2, "01234567") == size - 2;
}

static void put_value(struct buffer *text, const char *name, const cJSON *value)
{
    const char *string = cJSON_GetStringValue(value);

    if (string && strcmp(name, "arch") == 0 && strncmp(string, "0x", 2) == 0)
        string += 2;
    if (string && is_octal_mode(name, string))
        buffer_printf(text, "0%s", string + 2);
    else if (string)
        put_text(text, string, strlen(string));
    else if (cJSON_IsNumber(value) && fabs(value->valuedouble) < 1e15)
        buffer_printf(text, "%.0f", value->valuedouble);
    else
        buffer_puts(text, "(null)");
}

static void put_field(struct buffer *text, const char *name, const cJSON *value)
{
    if (!value || !is_name(name) || cJSON_IsObject(value) || cJSON_IsArray(value))
        return;
    buffer_printf(text, " %s=", name);
    put_value(text, name, value);
}

/* The arguments of EXECVE. */
static void put_arguments(struct buffer *text, const cJSON *array)
{
    const cJSON *word;
    int          n = 0;

    buffer_printf(text, " argc=%d", cJSON_GetArraySize(array));
    cJSON_ArrayForEach(word, array)
    {
        const char *value = cJSON_GetStringValue(word);
        if (value) {
            buffer_printf(text, " a%d=", n);
            put_text(text, value, strlen(value));
        }
        n++;
    }
}

/* All of a command line in one text (laurel's execve-argv = "string"): where its words end is only known
 * of those without blanks. */
static void put_line(struct buffer *text, const char *line)
{
    size_t n = 0, size;

    for (const char *at = line; *(at += strspn(at, " ")); at += size, n++)
        size = strcspn(at, " ");
    buffer_printf(text, " argc=%zu", n);
    n = 0;
    for (const char *at = line; *(at += strspn(at, " ")); at += size) {
        size = strcspn(at, " ");
        buffer_printf(text, " a%zu=", n++);
        put_text(text, at, size);
    }
}

/* Several keys of one record, as the kernel writes them: \001 between them, in hexadecimal. */
static void put_keys(struct buffer *text, const cJSON *array)
{
    const cJSON *key;

    buffer_puts(text, " key=");
    cJSON_ArrayForEach(key, array)
    {
        const char *value = cJSON_GetStringValue(key);
        if (key != array->child)
            buffer_puts(text, "01");
        for (; value && *value; value++)
            buffer_printf(text, "%02X", (unsigned char)*value);
    }
}

/* The title of PROCTITLE: its words, NULs between them, in hexadecimal. */
static void put_title(struct buffer *text, const cJSON *array)
{
    const cJSON *word;

    buffer_puts(text, " proctitle=");
    cJSON_ArrayForEach(word, array)
    {
        const char *value = cJSON_GetStringValue(word);
        if (word != array->child)
            buffer_puts(text, "00");
        for (; value && *value; value++)
            buffer_printf(text, "%02X", (unsigned char)*value);
    }
}

/* laurel ---------------------------------------------------------------------------- */

struct head {
    uint64_t    offset;
    const char *node, *id;
};

static void put_head(struct buffer *text, const struct head *head, const char *type)
{
    buffer_printf(text, "entry=%" PRIu64, head->offset);
    if (head->node && *head->node && !strpbrk(head->node, " \t\r\n"))
        buffer_printf(text, " node=%s", head->node);
    buffer_printf(text, " type=%s msg=audit(%s):", type, head->id);
}

/* The kernel's fields first, then, after the separator, the names that were found for them. */
static void put_record(struct buffer *text, const struct head *head, const char *type,
                       const cJSON *record)
{
    const cJSON *field, *words = cJSON_GetObjectItemCaseSensitive(record, "ARGV");
    const cJSON *line = cJSON_GetObjectItemCaseSensitive(record, "ARGV_STR");
    const cJSON *keys = cJSON_GetObjectItemCaseSensitive(record, "key");
    bool         separated = false;

    put_head(text, head, type);
    if (cJSON_IsArray(words) && strcmp(type, "PROCTITLE") == 0)
        put_title(text, words);
    else if (cJSON_IsArray(words))
        put_arguments(text, words);
    else if (cJSON_IsString(line) && strcmp(type, "EXECVE") == 0)
        put_line(text, line->valuestring);
    if (cJSON_IsArray(keys) && keys->child)
        put_keys(text, keys);
    cJSON_ArrayForEach(field, record)
    {
        if (!isupper((unsigned char)*field->string) && strcmp(field->string, "argc") != 0)
            put_field(text, field->string, field);
    }
    cJSON_ArrayForEach(field, record)
    {
        if (!isupper((unsigned char)*field->string))
            continue;
        if (!separated)
            buffer_putc(text, '\x1d');
        separated = true;
        put_field(text, field->string, field);
    }
    buffer_putc(text, '\n');
}

/* Whether a member is a record: its name is that of a type. */
static bool is_type(const char *name)
{
    return strcmp(name, "PARENT_INFO") != 0 && strcmp(name, "CONTAINER_INFO") != 0 &&
           isupper((unsigned char)*name) && is_name(name);
}

static bool is_id(const char *id)
{
    return id && strlen(id) < 64 && strspn(id, "0123456789.:") == strlen(id);
}

static int put_laurel(const cJSON *event, uint64_t offset, struct buffer *text)
{
    const cJSON *member, *record;
    struct head  head = {
         .offset = offset,
         .node = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(event, "NODE")),
         .id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(event, "ID")),
    };

    if (!is_id(head.id))
        return -EBADMSG;
    cJSON_ArrayForEach(member, event)
    {
        if (!is_type(member->string))
            continue;
        if (cJSON_IsObject(member))
            put_record(text, &head, member->string, member);
        else if (cJSON_IsArray(member))
            cJSON_ArrayForEach(record, member)
            {
                if (cJSON_IsObject(record))
                    put_record(text, &head, member->string, record);
            }
    }
    return 0;
}

/* auditbeat -------------------------------------------------------------------------- */

static const cJSON *at(const cJSON *object, const char *path)
{
    char name[64];

    while (object && *path) {
        size_t size = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)size, path);
        object = cJSON_GetObjectItemCaseSensitive(object, name);
        path += size + (path[size] == '.');
    }
    return object;
}

/* Seconds since the epoch of "2024-07-09T15:00:29.099Z", in UTC; and its thousandths. */
static bool read_time(const char *time, int64_t *ret, unsigned *ret_msec)
{
    int    year, month, day, hour, minute, second;
    double fraction = 0;

    if (!time ||
        sscanf(time, "%4d-%2d-%2dT%2d:%2d:%2d%lf", &year, &month, &day, &hour, &minute, &second,
               &fraction) < 6 ||
        year < 1970 || year > 9999 || month < 1 || month > 12)
        return false;
    int64_t y = year - (month <= 2), era = y / 400, yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t days = era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;

    *ret = days * 86400 + hour * 3600 + minute * 60 + second;
    *ret_msec = fraction > 0 && fraction < 1 ? (unsigned)(fraction * 1000) : 0;
    return true;
}

/* Fields of the main record, and where auditbeat has them. The last four are names that it found. */
static const struct {
    const char *name, *path;
} beat_fields[] = {
    {"pid", "process.pid"},
    {"ppid", "process.parent.pid"},
    {"ppid", "process.ppid"},
    {"auid", "user.audit.id"},
    {"uid", "user.id"},
    {"euid", "user.effective.id"},
    {"suid", "user.saved.id"},
    {"fsuid", "user.filesystem.id"},
    {"gid", "user.group.id"},
    {"egid", "user.effective.group.id"},
    {"sgid", "user.saved.group.id"},
    {"fsgid", "user.filesystem.group.id"},
    {"ses", "auditd.session"},
    {"tty", "auditd.data.tty"},
    {"exit", "auditd.data.exit"},
    {"comm", "process.name"},
    {"exe", "process.executable"},
    {"unit", "auditd.data.unit"},
    {"op", "auditd.data.op"},
    {"cmd", "auditd.data.cmd"},
    {"acct", "auditd.data.acct"},
    {"addr", "source.ip"},
};

static void put_beat_main(struct buffer *text, const struct head *head, const char *type,
                          const cJSON *event)
{
    const char *result = cJSON_GetStringValue(at(event, "auditd.result"));
    bool        syscall = strcmp(type, "SYSCALL") == 0;

    put_head(text, head, type);
    if (result)
        buffer_printf(text, syscall ? " success=%s" : " res=%s",
                      strcmp(result, "success") == 0 ? syscall ? "yes" : "success"
                      : syscall                      ? "no"
                                                     : "failed");
    for (size_t i = 0; i < sizeof beat_fields / sizeof beat_fields[0]; i++)
        put_field(text, beat_fields[i].name, at(event, beat_fields[i].path));
    put_field(text, "key", cJSON_GetArrayItem(at(event, "tags"), 0));
    buffer_putc(text, '\x1d');
    put_field(text, "SYSCALL", at(event, "auditd.data.syscall"));
    put_field(text, "UID", at(event, "user.name"));
    put_field(text, "AUID", at(event, "user.audit.name"));
    buffer_putc(text, '\n');
}

static int put_beat(const cJSON *event, uint64_t offset, struct buffer *text)
{
    const cJSON *words = at(event, "process.args"), *path;
    const char  *written = cJSON_GetStringValue(at(event, "auditd.message_type"));
    double       sequence = cJSON_GetNumberValue(at(event, "auditd.sequence"));
    char         id[64], type[64];
    int64_t      seconds;
    unsigned     msec;
    size_t       n = 0;

    if (!read_time(cJSON_GetStringValue(at(event, "@timestamp")), &seconds, &msec) || !written ||
        !is_name(written) || !(sequence >= 0 && sequence < 1e15))
        return -EBADMSG;
    snprintf(id, sizeof id, "%" PRId64 ".%03u:%.0f", seconds, msec, sequence);
    for (; written[n]; n++)
        type[n] = (char)toupper((unsigned char)written[n]);
    type[n] = '\0';
    struct head head = {offset, cJSON_GetStringValue(at(event, "host.hostname")), id};
    put_beat_main(text, &head, type, event);
    const char *syscall = cJSON_GetStringValue(at(event, "auditd.data.syscall"));
    if (cJSON_IsArray(words) && syscall) {
        bool exec = strncmp(syscall, "execve", 6) == 0;
        put_head(text, &head, exec ? "EXECVE" : "PROCTITLE");
        if (exec)
            put_arguments(text, words);
        else
            put_title(text, words);
        buffer_putc(text, '\n');
    }
    if (at(event, "process.working_directory")) {
        put_head(text, &head, "CWD");
        put_field(text, "cwd", at(event, "process.working_directory"));
        buffer_putc(text, '\n');
    }
    cJSON_ArrayForEach(path, at(event, "auditd.paths"))
    {
        if (cJSON_IsObject(path))
            put_record(text, &head, "PATH", path);
    }
    return 0;
}

int audit_json_lines(const char *line, size_t size, uint64_t offset, struct buffer *text)
{
    cJSON *event;
    int    r = json_tree(line, size, &event);

    if (r == 0 && !cJSON_IsObject(event))
        r = -EBADMSG;
    else if (r == 0)
        r = cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(event, "auditd"))
                ? put_beat(event, offset, text)
                : put_laurel(event, offset, text);
    cJSON_Delete(event);
    return text->failed ? -ENOMEM : r;
}
