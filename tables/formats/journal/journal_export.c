#include "journal_export.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/byte_order.h"
#include "formats/text/json_objects.h"
#include "formats/text/json_tree.h"

#define NAME_MAX_SIZE 64 /* bytes of a field's name; journald refuses longer ones */

/* A field in `text`; size SIZE_MAX: its value was left out. */
struct item {
    size_t at, size, name_size;
};

struct journal_export {
    struct stream *stream;
    bool           json;

    const char *data; /* bytes of the stream that are not taken yet */
    size_t      left;
    uint64_t    read; /* bytes taken */

    struct json_objects objects;
    bool                ended; /* the last object was taken */

    struct buffer text; /* "NAME=value" of each field, one after another */
    struct item   items[JOURNAL_ITEMS_MAX];
    uint32_t      n;
    bool          timed;    /* the entry has its time */
    bool          overfull; /* a field did not fit into `text` or `items` */
    uint8_t       seqnum_id[16];
    int64_t       lost;
};

/* Recognition -------------------------------------------------------------------- */

static bool is_name_byte(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t name_length(const char *text, size_t size)
{
    size_t n = 0;

    while (n < size && n <= NAME_MAX_SIZE && is_name_byte(text[n]))
        n++;
    return n && n <= NAME_MAX_SIZE && !isdigit((unsigned char)text[0]) ? n : 0;
}

static bool contains(const char *data, size_t size, const char *text)
{
    return memmem(data, size, text, strlen(text)) != NULL;
}

/* What may be before the first object: blanks, the separator of json-seq, the word of json-sse. */
static size_t before_json(const char *data, size_t size)
{
    size_t n = 0;

    while (n < size && memchr(" \t\r\n\x1e\xef\xbb\xbf", data[n], 8))
        n++;
    if (size - n > 5 && memcmp(data + n, "data:", 5) == 0)
        for (n += 5; n < size && data[n] == ' ';)
            n++;
    return n;
}

static bool is_json(const char *data, size_t size)
{
    size_t n = before_json(data, size);

    return n < size && (data[n] == '{' || data[n] == '[') &&
           (contains(data + n, size - n, "\"__REALTIME_TIMESTAMP\"") ||
            contains(data + n, size - n, "\"__CURSOR\""));
}

static bool is_text(const char *data, size_t size)
{
    size_t blank = 0;

    while (blank < size && data[blank] == '\n')
        blank++;
    data += blank;
    size -= blank;
    size_t name = name_length(data, size);
    return name && name < size && (data[name] == '=' || data[name] == '\n') &&
           (contains(data, size, "\n__REALTIME_TIMESTAMP=") ||
            (size > 21 && memcmp(data, "__REALTIME_TIMESTAMP=", 21) == 0));
}

bool journal_export_is(const uint8_t *data, size_t size)
{
    return is_text((const char *)data, size) || is_json((const char *)data, size);
}

/* An entry ------------------------------------------------------------------------- */

static bool has_name(const char *name, size_t size, const char *other)
{
    return strlen(other) == size && memcmp(name, other, size) == 0;
}

/* Digits of hexadecimal into bytes; false where they are not so many. */
static bool read_id(const char *text, size_t size, uint8_t ret[16])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t           id[16] = {0};

    for (size_t i = 0; i < 32; i++) {
        const char *digit = i < size ? memchr(digits, tolower((unsigned char)text[i]), 16) : NULL;
        if (!digit)
            return false;
        id[i / 2] = (uint8_t)(id[i / 2] << 4 | (digit - digits));
    }
    memcpy(ret, id, sizeof id);
    return true;
}

static void read_number(const char *text, size_t size, int base, uint64_t *ret)
{
    char digits[24], *end;

    if (!size || size >= sizeof digits || !isxdigit((unsigned char)text[0]))
        return;
    memcpy(digits, text, size);
    digits[size] = '\0';
    errno = 0;
    unsigned long long value = strtoull(digits, &end, base);
    if (!errno && !*end)
        *ret = value;
}

/* sd_journal_get_cursor(3): "s=<id>;i=<hex>;b=<id>;m=<hex>;t=<hex>;x=<hex>". */
static void read_cursor(struct journal_export *e, const char *text, size_t size,
                        struct journal_entry *entry)
{
    for (const char *end = text + size; end - text > 2;) {
        const char *stop = memchr(text, ';', (size_t)(end - text));
        size_t      n = (size_t)((stop ? stop : end) - text) - (text[1] == '=' ? 2 : 0);
        const char *value = text + 2;
        uint64_t   *number = text[0] == 'i'   ? &entry->seqnum
                             : text[0] == 'm' ? &entry->monotonic
                             : text[0] == 'x' ? &entry->xor_hash
                                              : NULL;
        if (text[1] == '=' && number)
            read_number(value, n, 16, number);
        else if (text[1] == '=' && text[0] == 's')
            read_id(value, n, e->seqnum_id);
        else if (text[1] == '=' && text[0] == 'b')
            read_id(value, n, entry->boot_id);
        text = stop ? stop + 1 : end;
    }
}

/* Take what is said of the entry itself; false where it is a field of the entry. */
static bool take_meta(struct journal_export *e, const char *name, size_t name_size,
                      const char *value, size_t size, struct journal_entry *entry)
{
    if (name_size < 2 || memcmp(name, "__", 2) != 0)
        return false;
    if (has_name(name, name_size, "__REALTIME_TIMESTAMP")) {
        entry->realtime = UINT64_MAX;
        read_number(value, size, 10, &entry->realtime);
        e->timed = entry->realtime != UINT64_MAX;
    } else if (has_name(name, name_size, "__MONOTONIC_TIMESTAMP")) {
        read_number(value, size, 10, &entry->monotonic);
    } else if (has_name(name, name_size, "__SEQNUM")) {
        read_number(value, size, 10, &entry->seqnum);
    } else if (has_name(name, name_size, "__SEQNUM_ID")) {
        read_id(value, size, e->seqnum_id);
    } else if (has_name(name, name_size, "__CURSOR")) {
        read_cursor(e, value, size, entry);
    }
    return true;
}

static void begin_entry(struct journal_export *e, uint64_t at, struct journal_entry *entry)
{
    *entry = (struct journal_entry){.offset = at};
    buffer_reset(&e->text);
    memset(e->seqnum_id, 0, sizeof e->seqnum_id);
    e->n = 0;
    e->timed = e->overfull = false;
}

/* Begin a field: its name and '='. False where there is no room for its value. */
static bool begin_field(struct journal_export *e, const char *name, size_t name_size)
{
    if (e->n == JOURNAL_ITEMS_MAX || e->text.size > JOURNAL_EXPORT_MAX) {
        e->overfull = true;
        return false;
    }
    e->items[e->n] = (struct item){.at = e->text.size, .name_size = name_size};
    buffer_put(&e->text, name, name_size);
    buffer_putc(&e->text, '=');
    return true;
}

/* Complete the field with what was put after its '='; `whole` is false where its value is not all there. */
static void end_field(struct journal_export *e, bool whole, struct journal_entry *entry)
{
    struct item *item = &e->items[e->n];

    if (e->text.failed)
        return;
    item->size = whole ? e->text.size - item->at : SIZE_MAX;
    const char *name = e->text.data + item->at, *value = name + item->name_size + 1;
    size_t      size = whole ? item->size - item->name_size - 1 : 0;
    if (take_meta(e, name, item->name_size, value, size, entry)) {
        e->text.size = item->at;
        return;
    }
    if (has_name(name, item->name_size, "_BOOT_ID"))
        read_id(value, size, entry->boot_id);
    if (!whole)
        e->text.size = item->at + item->name_size + 1;
    e->n++;
}

/* The text, -o export ---------------------------------------------------------------- */

/* Have bytes of the stream: 1, 0 at its end, or a negative errno. */
static int have_bytes(struct journal_export *e)
{
    char *data;

    if (e->left)
        return 1;
    int r = stream_block(e->stream, &data, &e->left);
    if (r <= 0)
        e->left = 0;
    else
        e->data = data;
    return r;
}

static void take_bytes(struct journal_export *e, size_t size)
{
    e->data += size;
    e->left -= size;
    e->read += size;
}

/* Put up to `*size` bytes of the stream, or those of a line without its end, after the text, as far as
 * there is room; *size becomes what is left of them. 1, 0 at the end of the stream, or a negative errno. */
static int put_bytes(struct journal_export *e, uint64_t *size, bool line, bool *whole)
{
    int r = 1;

    while (*size && (r = have_bytes(e)) > 0) {
        size_t      n = *size < e->left ? (size_t)*size : e->left;
        const char *end = line ? memchr(e->data, '\n', n) : NULL;
        n = end ? (size_t)(end - e->data) : n;
        if (e->text.size + n <= JOURNAL_EXPORT_MAX + NAME_MAX_SIZE)
            buffer_put(&e->text, e->data, n);
        else
            *whole = false;
        take_bytes(e, n + (end != NULL));
        *size = end ? 0 : *size - n;
        if (e->text.failed)
            return -ENOMEM;
    }
    return r;
}

/* Read the name that a line begins with, and the byte after it: '=' before a value, '\n' before the size of
 * one in bytes. *ret_size is 0 for an empty line, which ends an entry. */
static int read_name(struct journal_export *e, char name[NAME_MAX_SIZE + 1], size_t *ret_size,
                     char *ret_end)
{
    size_t n = 0;
    int    r;

    while ((r = have_bytes(e)) > 0) {
        char c = *e->data;
        if (n <= NAME_MAX_SIZE && is_name_byte(c)) {
            name[n++ % (NAME_MAX_SIZE + 1)] = c;
            take_bytes(e, 1);
            continue;
        }
        *ret_size = n;
        *ret_end = c;
        if (c == '=' || c == '\n')
            take_bytes(e, 1);
        return 1;
    }
    return r < 0 || !n ? r : -EBADMSG;
}

/* Leave a line that is not a field. */
static int skip_line(struct journal_export *e)
{
    int r;

    while ((r = have_bytes(e)) > 0) {
        const char *end = memchr(e->data, '\n', e->left);
        take_bytes(e, end ? (size_t)(end - e->data) + 1 : e->left);
        if (end)
            break;
    }
    e->lost++;
    return r;
}

/* The size of a value in bytes: 1, 0 at the end of the stream, or a negative errno. */
static int read_size(struct journal_export *e, uint64_t *ret)
{
    uint8_t bytes[8];
    int     r;

    for (size_t i = 0; i < sizeof bytes; i++) {
        if ((r = have_bytes(e)) <= 0)
            return r;
        bytes[i] = (uint8_t)*e->data;
        take_bytes(e, 1);
    }
    *ret = le64(bytes);
    return 1;
}

/* The value of a field in its binary form: its size, the bytes, a line end. */
static int put_binary(struct journal_export *e, bool *whole)
{
    uint64_t size = 0;
    int      r = read_size(e, &size);

    if (r > 0)
        r = put_bytes(e, &size, false, whole);
    if (r > 0)
        r = have_bytes(e);
    if (r > 0 && *e->data == '\n')
        take_bytes(e, 1);
    else if (r > 0)
        e->lost++;
    return r;
}

static int put_value(struct journal_export *e, char form, bool *whole)
{
    uint64_t all = UINT64_MAX;

    int r = form == '\n' ? put_binary(e, whole) : put_bytes(e, &all, true, whole);
    return r ? r : -EBADMSG; /* the stream ended in it */
}

/* Read a field of the entry: 1, 0 where an empty line or the end of the stream ends the entry, or a negative
 * errno. */
static int read_field(struct journal_export *e, struct journal_entry *entry)
{
    char   name[NAME_MAX_SIZE + 1], end = '\0';
    size_t size = 0, before = e->text.size;
    bool   whole = true;

    int r = read_name(e, name, &size, &end);
    if (r <= 0 || (!size && end == '\n')) {
        e->overfull |= r == 0; /* the file was cut: an empty line would end the entry */
        return r < 0 ? r : 0;
    }
    if ((end != '=' && end != '\n') || !name_length(name, size)) {
        r = skip_line(e);
        return r < 0 ? r : 1;
    }
    bool room = begin_field(e, name, size);
    r = put_value(e, end, &whole);
    if (r > 0 && room)
        end_field(e, whole, entry);
    else
        e->text.size = before;
    return e->text.failed ? -ENOMEM : r;
}

static int next_text(struct journal_export *e, struct journal_entry *entry)
{
    int r = have_bytes(e);

    while (r > 0 && *e->data == '\n') { /* more than one empty line between entries */
        take_bytes(e, 1);
        r = have_bytes(e);
    }
    if (r <= 0)
        return r;
    begin_entry(e, e->read, entry);
    while ((r = read_field(e, entry)) > 0)
        ;
    if (r < 0)
        e->lost++; /* the entry that it ends in */
    return r < 0 ? r : 1;
}

/* JSON ---------------------------------------------------------------------------------- */

/* Bytes that are not text are a list of numbers. */
static bool put_numbers(struct journal_export *e, const cJSON *list)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsNumber(item) || item->valuedouble < 0 || item->valuedouble > 255)
            return false;
        buffer_putc(&e->text, (char)(unsigned char)item->valuedouble);
    }
    return true;
}

/* One value of a field. null: journalctl left it out, as it does with more than 4096 bytes without --all. */
static void take_value(struct journal_export *e, const char *name, const cJSON *value,
                       struct journal_entry *entry)
{
    bool whole = true;

    if (!begin_field(e, name, strlen(name)))
        return;
    if (cJSON_IsString(value))
        buffer_puts(&e->text, value->valuestring);
    else if (cJSON_IsNumber(value))
        buffer_printf(&e->text, "%.0f", value->valuedouble);
    else
        whole = cJSON_IsArray(value) && put_numbers(e, value);
    end_field(e, whole, entry);
}

static bool is_list_of_values(const cJSON *value)
{
    return cJSON_IsArray(value) && value->child && !cJSON_IsNumber(value->child);
}

static bool take_object(struct journal_export *e, const cJSON *object, struct journal_entry *entry)
{
    const cJSON *member, *value;

    cJSON_ArrayForEach(member, object)
    {
        if (!name_length(member->string, strlen(member->string)) ||
            member->string[name_length(member->string, strlen(member->string))])
            return false;
        /* A list: the field occurs more than once. */
        for (value = is_list_of_values(member) ? member->child : member; value;
             value = value == member ? NULL : value->next)
            take_value(e, member->string, value, entry);
    }
    return true;
}

/* The next object of the stream: 1, 0 at its end, or a negative errno. */
static int next_object(struct journal_export *e)
{
    int r;

    while (!e->ended) {
        r = json_objects_feed(&e->objects, &e->data, &e->left);
        if (r != 0)
            return r;
        if ((r = have_bytes(e)) < 0) {
            e->lost += e->objects.text.size != 0; /* the entry that it ends in */
            return r;
        }
        if (r == 0) {
            e->ended = true;
            return json_objects_end(&e->objects);
        }
    }
    return 0;
}

static int next_json(struct journal_export *e, struct journal_entry *entry)
{
    int r = next_object(e);

    if (r <= 0)
        return r;
    begin_entry(e, e->objects.at, entry);
    cJSON *object;
    if (json_tree(e->objects.text.data, e->objects.text.size, &object) == -ENOMEM)
        return -ENOMEM;
    if (!cJSON_IsObject(object) || !take_object(e, object, entry))
        e->timed = false;
    cJSON_Delete(object);
    return e->text.failed ? -ENOMEM : 1;
}

/* All -------------------------------------------------------------------------------------- */

int journal_export_open(struct stream *stream, struct journal_export **ret)
{
    struct journal_export *e = calloc(1, sizeof *e);

    if (!e) {
        stream_close(stream);
        return -ENOMEM;
    }
    e->stream = stream;
    int r = have_bytes(e);
    if (r > 0 && is_json(e->data, e->left))
        e->json = true;
    else if (r >= 0 && !(r > 0 && is_text(e->data, e->left)))
        r = -EBADMSG;
    if (r < 0) {
        journal_export_close(e);
        return r;
    }
    *ret = e;
    return 0;
}

void journal_export_close(struct journal_export *e)
{
    if (!e)
        return;
    stream_close(e->stream);
    json_objects_free(&e->objects);
    buffer_free(&e->text);
    free(e);
}

int journal_export_next(struct journal_export *e, struct journal_entry *ret)
{
    int r;

    while ((r = e->json ? next_json(e, ret) : next_text(e, ret)) > 0) {
        ret->n_items = e->n + e->overfull;
        if (e->text.failed)
            return -ENOMEM;
        if (e->timed)
            return 1;
        e->lost++;
    }
    return r;
}

int journal_export_item(const struct journal_export *e, uint32_t i, struct journal_field *ret)
{
    if (i >= e->n || e->items[i].size == SIZE_MAX)
        return -EFBIG;
    const struct item *item = &e->items[i];
    *ret = (struct journal_field){e->text.data + item->at, item->size, item->name_size};
    return 0;
}

const uint8_t *journal_export_seqnum_id(const struct journal_export *e)
{
    return e->seqnum_id;
}

int64_t journal_export_lost(const struct journal_export *e)
{
    return e->lost + (int64_t)e->objects.bad;
}
