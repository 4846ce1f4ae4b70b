#include "audit_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"

/* Records -------------------------------------------------------------------- */

#define HEAD_MAX 1024 /* bytes in which "audit(" must be; syslog's prefix is short */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool begins(const char *at, const char *end, const char *word, size_t size)
{
    return (size_t)(end - at) >= size && memcmp(at, word, size) == 0;
}

#define BEGINS(at, end, word) begins(at, end, word, sizeof(word) - 1)

/* Read decimal digits, at most 18 of them, so that nothing overflows. */
static const char *decimal(const char *at, const char *end, uint64_t *ret)
{
    const char *start = at;
    uint64_t    value = 0;

    while (at < end && is_digit(*at) && at - start < 18)
        value = value * 10 + (uint64_t)(*at++ - '0');
    if (at == start || (at < end && is_digit(*at)))
        return NULL;
    *ret = value;
    return at;
}

/* Read "SEC.MSEC:SERIAL)" after "audit(". Returns the text after it, or NULL. */
static const char *stamp(const char *at, const char *end, struct audit_stamp *ret)
{
    uint64_t sec, msec, serial;

    if (!(at = decimal(at, end, &sec)) || at == end || *at++ != '.')
        return NULL;
    if (!(at = decimal(at, end, &msec)) || at == end || *at++ != ':' || msec > 999)
        return NULL;
    if (!(at = decimal(at, end, &serial)) || at == end || *at++ != ')')
        return NULL;
    if (sec > 253402300799) /* the year 9999 */
        return NULL;
    *ret = (struct audit_stamp){(int64_t)sec, (uint32_t)msec, serial};
    return at;
}

/* Where the record itself begins in a line: at "node=" or "type=", after syslog's prefix. */
static const char *record_start(const char *line, const char *end)
{
    if (BEGINS(line, end, "type=") || BEGINS(line, end, "node="))
        return line;

    size_t      size = (size_t)(end - line) < HEAD_MAX ? (size_t)(end - line) : HEAD_MAX;
    const char *audit = memmem(line, size, "audit(", 6);
    if (!audit)
        return NULL;
    size = (size_t)(audit - line);
    const char *node = memmem(line, size, " node=", 6);
    const char *type = memmem(line, size, " type=", 6);
    return node ? node + 1 : type ? type + 1 : NULL;
}

/* The word after a name such as "type=", up to the next blank. */
static const char *word(const char *at, const char *end, const char *line, uint16_t *ret,
                        uint16_t *ret_size)
{
    const char *start = at;

    while (at < end && *at != ' ' && at - line < HEAD_MAX)
        at++;
    *ret = (uint16_t)(start - line);
    *ret_size = (uint16_t)(at - start);
    return at < end && *at == ' ' ? at + 1 : NULL;
}

static int head(const char *at, const char *end, struct audit_record *ret,
                struct audit_stamp *ret_stamp)
{
    if (BEGINS(at, end, "node=")) {
        at = word(at + 5, end, ret->line, &ret->node, &ret->node_size);
        if (!at)
            return -EBADMSG;
    }
    if (!BEGINS(at, end, "type="))
        return -EBADMSG;
    at = word(at + 5, end, ret->line, &ret->type, &ret->type_size);
    if (!at || !ret->type_size)
        return -EBADMSG;
    if (BEGINS(at, end, "msg="))
        at += 4;
    if (!BEGINS(at, end, "audit(") || !(at = stamp(at + 6, end, ret_stamp)))
        return -EBADMSG;
    if (at < end && *at == ':')
        at++;
    ret->body = (uint32_t)(at - ret->line);
    return 0;
}

static const char *trim_end(const char *line, const char *end)
{
    while (end > line && (end[-1] == '\r' || end[-1] == '\0'))
        end--;
    return end;
}

/* Whether a message is not closed: the line was cut, and its last value may be no more than the
 * beginning of one. */
static bool is_cut(const char *line, const char *end)
{
    static const char open[] = "msg='";

    if (end[-1] == '\'' || !memchr(line, '\'', (size_t)(end - line))) /* the kernel writes none */
        return false;
    const char *message = memmem(line, (size_t)(end - line), open, sizeof open - 1);
    return message &&
           !memchr(message + sizeof open - 1, '\'', (size_t)(end - message) - (sizeof open - 1));
}

int audit_record_parse(const char *line, size_t size, struct audit_record *ret,
                       struct audit_stamp *ret_stamp)
{
    const char *end = line + size;

    if (size > AUDIT_LINE_MAX)
        return -EBADMSG;
    while (line < end && (*line == '\0' || *line == ' ' || *line == '\t'))
        line++;
    end = trim_end(line, end);
    if (line == end)
        return -ENODATA;
    if (is_cut(line, end))
        return -EBADMSG;

    struct audit_record record = {.line = line, .size = (uint32_t)(end - line)};
    struct audit_stamp  when;
    const char         *start = record_start(line, end);
    int                 r = start ? head(start, end, &record, &when) : -EBADMSG;
    if (r < 0)
        return r;
    record.id = audit_type_find(line + record.type, record.type_size);
    *ret = record;
    *ret_stamp = when;
    return 0;
}

/* As memcmp() == 0, without a call: stamps are compared for every line. */
static bool is_same(const char *a, const char *b, size_t size)
{
    uint64_t x, y;

    for (; size >= sizeof x; a += sizeof x, b += sizeof x, size -= sizeof x) {
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        if (x != y)
            return false;
    }
    while (size && *a == *b)
        a++, b++, size--;
    return !size;
}

bool audit_record_repeats(const char *line, size_t size, const struct audit_record *last,
                          struct audit_record *ret)
{
    const char *end = line + size, *type = line + 5, *at = type;
    const char *stamp_text = last->line + last->type + last->type_size;
    size_t      stamp_size = last->body - last->type - last->type_size;

    if (last->node_size || size > AUDIT_LINE_MAX || !BEGINS(line, end, "type="))
        return false;
    while (at < end && *at != ' ' && at - type < 64)
        at++;
    if (at == type || (size_t)(end - at) < stamp_size || !is_same(at, stamp_text, stamp_size))
        return false;
    ret->line = line;
    ret->size = (uint32_t)(trim_end(line, end) - line);
    ret->body = (uint32_t)(at - line + (ptrdiff_t)stamp_size);
    ret->type = 5;
    ret->type_size = (uint16_t)(at - type);
    ret->node = ret->node_size = 0;
    ret->id = audit_type_find(type, ret->type_size);
    return ret->body <= ret->size && !is_cut(line, line + ret->size);
}

/* Fields -------------------------------------------------------------------- */

#define SEPARATOR                                                                                  \
    '\x1d' /* between the fields of the kernel and the names that auditd found for them */

void audit_fields_begin(struct audit_fields *fields, const struct audit_record *record)
{
    *fields = (struct audit_fields){record->line + record->body, record->line + record->size, false,
                                    false};
}

static bool is_upper(char c)
{
    return (c >= 'A' && c <= 'Z') || c == '_';
}

/* The names that auditd's enriched format begins its part with (auditd-event.c, by the types of
 * the fields it looks up). */
static bool enriched_name(const char *at, const char *end)
{
    static const char *const names[] = {"ARCH=", "UID=",   "AUID=",  "OUID=",    "SADDR=",
                                        "ID=",   "SAUID=", "OAUID=", "NEW_GID=", "SYSCALL="};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (begins(at, end, names[i], strlen(names[i])))
            return true;
    return false;
}

/* How programs that pass a log on write the separator, which is not a printable character: rsyslog,
 * syslog-ng, and JSON without its unescaping. */
static const char *const separator_texts[] = {"#035", "^]", "\\u001d", "\\u001D", "\\x1d", "\\035"};

#define N_SEPARATOR_TEXTS (sizeof separator_texts / sizeof separator_texts[0])

/* The name that begins the enriched part, at `at` or after a written separator there; or NULL. */
static const char *enriched_at(const char *at, const char *end)
{
    if (enriched_name(at, end))
        return at;
    for (size_t i = 0; i < N_SEPARATOR_TEXTS; i++) {
        size_t size = strlen(separator_texts[i]);
        if (begins(at, end, separator_texts[i], size) && enriched_name(at + size, end))
            return at + size;
    }
    return NULL;
}

/* Where an enriched part whose separator is lost or written as text begins in a bare value that
 * holds a '=', or the value's end; *ret_end is where the value ends. */
static const char *lost_separator(const char *value, const char *equals, const char *end,
                                  const char *limit, const char **ret_end)
{
    const char *at = equals;

    *ret_end = end;
    while (at > value && is_upper(at[-1]))
        at--;
    while (at < equals && !(at > value && enriched_name(at, limit)))
        at++;
    if (at == equals)
        return end;
    *ret_end = at;
    for (size_t i = 0; i < N_SEPARATOR_TEXTS; i++) {
        size_t size = strlen(separator_texts[i]);
        if ((size_t)(at - value) >= size && memcmp(at - size, separator_texts[i], size) == 0)
            *ret_end = at - size;
    }
    return at;
}

/* Pass over what separates fields; note where the enriched part begins. */
static const char *separators(struct audit_fields *fields)
{
    const char *at = fields->at, *end = fields->end;

    for (; at < end; at++) {
        if (*at == SEPARATOR) {
            fields->enriched = true;
        } else if (*at == '\'' && fields->inside) {
            fields->inside = false;
            const char *name = enriched_at(at + 1, end);
            fields->enriched |= name != NULL;
            at = name ? name - 1 : at;
        } else if (*at != ' ' && *at != '(' && *at != ',' && *at != '\0') {
            break;
        }
    }
    return at;
}

#define NEAR_MAX 256 /* bytes that a bracket or brace may be away; a socket's path has 108 */

static size_t near_end(const char *at, const char *end)
{
    return end - at < NEAR_MAX ? (size_t)(end - at) : NEAR_MAX;
}

/* The end of a bare value: a blank, or the end of the kernel's part. "name=word (more)" goes on.
 * *ret_equals is a '=' in it, or NULL. */
static const char *bare_end(const char *at, const char *end, const char **ret_equals)
{
    *ret_equals = NULL;
    for (; at < end && *at != ' ' && *at != SEPARATOR; at++)
        if (*at == '=' && !*ret_equals)
            *ret_equals = at;
    if (end - at > 2 && at[0] == ' ' && at[1] == '(') {
        const char *close = memchr(at, ')', near_end(at, end));
        if (close && !memchr(at, '=', (size_t)(close - at)))
            return close + 1;
    }
    return at;
}

/* Where msg='...' closes in a bare value, or its end. */
static const char *message_end(const char *value, const char *end, const char *limit)
{
    const char *quote = memchr(value, '\'', (size_t)(end - value));

    if (quote && (quote + 1 == end || enriched_at(quote + 1, limit)))
        return quote;
    return end;
}

/* Remove characters that old messages have after a bare value: "(hostname=?, addr=?)", "acct=root:
 * exe=". An address may end in "::". */
static size_t trim(const char *value, size_t size)
{
    bool bracket = size && value[size - 1] == ')' && memchr(value, '(', size);

    while (size && (value[size - 1] == ',' || (value[size - 1] == ')' && !bracket) ||
                    (value[size - 1] == ':' && size > 1 && value[size - 2] != ':')))
        size--;
    return size;
}

static void bare_value(struct audit_fields *fields, const char *at, struct audit_field *ret)
{
    const char *equals, *end = bare_end(at, fields->end, &equals), *next = end;

    if (fields->inside) {
        next = end = message_end(at, end, fields->end);
    } else if (equals && !fields->enriched) {
        const char *lost = lost_separator(at, equals, end, fields->end, &end);
        fields->enriched = lost != end || lost < next;
        next = lost;
    }
    fields->at = next;
    while (at < end && *at == '=')
        at++; /* AppArmor's records write subj==unconfined */
    ret->value = at;
    ret->size = trim(at, (size_t)(end - at));
}

static void quoted_value(struct audit_fields *fields, const char *at, struct audit_field *ret)
{
    const char *close = memchr(at, '"', (size_t)(fields->end - at));

    ret->quoted = true;
    ret->value = at;
    ret->size = (size_t)((close ? close : fields->end) - at);
    fields->at = close ? close + 1 : fields->end;
    if (!close || close + 1 >= fields->end || fields->inside || close[1] == ' ')
        return;
    const char *name = enriched_at(close + 1, fields->end);
    if (name) {
        fields->enriched = true;
        fields->at = name;
    }
}

/* The value of SADDR={ fam=local path=/x } is all of it, blanks included. */
static bool braced_value(struct audit_fields *fields, const char *at, struct audit_field *ret)
{
    if (!fields->enriched || at == fields->end || *at != '{')
        return false;
    const char *close = memrchr(at, '}', near_end(at, fields->end));
    if (!close)
        return false;
    ret->value = at;
    ret->size = (size_t)(close + 1 - at);
    fields->at = close + 1;
    return true;
}

/* Characters of the values that the kernel writes bare, about which no rule above is. */
static const bool plain[256] = {
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['_'] = true,
    ['-'] = true,         ['+'] = true,         ['.'] = true,
};

static const char *plain_end(const char *at, const char *end)
{
    while (at < end && plain[(uint8_t)*at])
        at++;
    return at;
}

/* The next field where it is " name=value " of such characters alone, as nearly all of the kernel's are. */
static bool plain_field(struct audit_fields *fields, struct audit_field *ret)
{
    const char *end = fields->end, *name = fields->at + 1;

    if (fields->inside || name >= end || name[-1] != ' ')
        return false;
    const char *equals = plain_end(name, end);
    if (equals == name || equals == end || *equals != '=')
        return false;
    const char *value = equals + 1, *at = plain_end(value, end);
    if (at == value || end - at < 2 || at[0] != ' ' || at[1] == '(')
        return false;
    *ret = (struct audit_field){.name = name,
                                .name_size = (size_t)(equals - name),
                                .value = value,
                                .size = (size_t)(at - value),
                                .enriched = fields->enriched};
    fields->at = at;
    return true;
}

bool audit_fields_next(struct audit_fields *fields, struct audit_field *ret)
{
    const char *end = fields->end, *old = NULL;

    if (plain_field(fields, ret))
        return true;
    while ((fields->at = separators(fields)) < end) {
        const char *name = fields->at, *at = name;
        while (at < end && *at != '=' && *at != ' ' && *at != SEPARATOR)
            at++;
        if (at == end || *at != '=' || at == name) {
            old = at - name == 3 && memcmp(name, "old", 3) == 0 ? name : NULL;
            fields->at = at + (at < end && *at == '=');
            continue;
        }
        *ret = (struct audit_field){.name = old && old + 4 == name ? old : name};
        ret->name_size = (size_t)(at++ - ret->name);
        if (at < end && *at == '\'' && ret->name_size == 3 && memcmp(name, "msg", 3) == 0) {
            fields->inside = true;
            fields->at = at + 1;
            continue;
        }
        bool enriched = fields->enriched;
        if (at < end && *at == '"')
            quoted_value(fields, at + 1, ret);
        else if (!braced_value(fields, at, ret))
            bare_value(fields, at, ret);
        ret->enriched = enriched;
        return true;
    }
    return false;
}

static bool value_is(const struct audit_field *field, const char *text)
{
    return field->size == strlen(text) && memcmp(field->value, text, field->size) == 0;
}

bool audit_is_null(const struct audit_field *field)
{
    if (field->size == 0 || field->size > 6)
        return field->size == 0;
    if (value_is(field, "?"))
        return true;
    return !field->quoted && (value_is(field, "(null)") || value_is(field, "(none)"));
}

bool audit_number(const struct audit_field *field, int64_t *ret)
{
    const char *at = field->value, *end = at + field->size;
    bool        negative = at < end && *at == '-';
    uint64_t    value;

    if (decimal(at + negative, end, &value) != end || field->size == 0)
        return false;
    *ret = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

/* Values -------------------------------------------------------------------- */

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static int digit(char c)
{
    return is_digit(c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Whether a value is written in hexadecimal; the kernel uses upper case (audit_log_n_hex()). */
static bool is_hex(const struct audit_field *field)
{
    if (field->quoted || field->size == 0 || field->size % 2)
        return false;
    for (size_t i = 0; i < field->size; i++)
        if (digit(field->value[i]) < 0)
            return false;
    return true;
}

static char hex_byte(const char *at)
{
    return (char)(digit(at[0]) << 4 | digit(at[1]));
}

/* Append text as UTF-8 with NULs replaced. Plain ASCII, which is nearly all, goes in one piece. */
static void put_text(const char *text, size_t size, const char *nul, struct buffer *out)
{
    while (size) {
        const char *stop = memchr(text, '\0', size);
        size_t      run = stop ? (size_t)(stop - text) : size;

        buffer_utf8(out, text, run);
        if (stop)
            buffer_puts(out, nul);
        text += run + (stop != NULL);
        size -= run + (stop != NULL);
    }
}

/* Append the bytes of a value, decoded where it is in hexadecimal. */
static void put_raw(const char *value, size_t size, bool hex, struct buffer *raw)
{
    char   some[256];
    size_t n = 0;

    if (!hex) {
        buffer_put(raw, value, size);
        return;
    }
    for (size_t i = 0; i + 1 < size; i += 2) {
        some[n++] = hex_byte(value + i);
        if (n == sizeof some) {
            buffer_put(raw, some, n);
            n = 0;
        }
    }
    buffer_put(raw, some, n);
}

void audit_value(const struct audit_field *field, bool encoded, const char *nul,
                 struct buffer *text)
{
    if (!encoded || !is_hex(field)) {
        put_text(field->value, field->size, nul, text);
        return;
    }
    struct buffer raw = {0};
    put_raw(field->value, field->size, true, &raw);
    put_text(raw.data, raw.size, nul, text);
    text->failed |= raw.failed;
    buffer_free(&raw);
}

void audit_value_bytes(const struct audit_field *field, struct buffer *raw)
{
    put_raw(field->value, field->size, is_hex(field), raw);
}

bool audit_value_is(const struct audit_field *field, const char *text)
{
    size_t size = strlen(text);

    return field->size == size && memcmp(field->value, text, size) == 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool audit_value_may_be(const struct audit_field *field, const char *text)
{
    size_t size = strlen(text), bytes = is_hex(field) ? 2 : 1;

    if (field->size != size * bytes)
        return false;
    for (size_t i = 0; i < size; i++)
        if (lower(bytes == 2 ? hex_byte(field->value + 2 * i) : field->value[i]) != lower(text[i]))
            return false;
    return true;
}

/* A struct sockaddr_un, _in or _in6 in hexadecimal (unix(7), ip(7), ipv6(7)); the family is in the
 * byte order of the host, and both orders are taken. */
void audit_sockaddr(const struct audit_field *saddr, struct buffer *text)
{
    uint8_t raw[128] = {0};
    char    shown[INET6_ADDRSTRLEN];

    if (!is_hex(saddr) || saddr->size < 8)
        return;
    size_t size = saddr->size / 2 < sizeof raw - 1 ? saddr->size / 2 : sizeof raw - 1;
    for (size_t i = 0; i < size; i++)
        raw[i] = (uint8_t)hex_byte(saddr->value + 2 * i);
    int      family = raw[0] | raw[1];
    unsigned port = (unsigned)(raw[2] << 8 | raw[3]);

    if (family == AF_UNIX) {
        buffer_puts(text, raw[2] ? "unix:" : "unix:@");
        const char *path = (const char *)raw + (raw[2] ? 2 : 3);
        buffer_utf8(text, path, strlen(path));
    } else if (family == AF_INET && size >= 8 && inet_ntop(AF_INET, raw + 4, shown, sizeof shown)) {
        buffer_printf(text, "%s:%u", shown, port);
    } else if (family == AF_INET6 && size >= 24 &&
               inet_ntop(AF_INET6, raw + 8, shown, sizeof shown)) {
        buffer_printf(text, "[%s]:%u", shown, port);
    }
}

/* Arguments ------------------------------------------------------------------ */

/* An argument or a piece of one. Small, as a hostile record can hold very many. */
struct audit_piece {
    const char *value;
    uint32_t    size, argument, part;
    uint32_t    order : 31; /* of finding, so that sorting is stable */
    uint32_t    hex : 1;
};

/* Read "a12" or "a12[3]"; false for argc, a12_len and what is not an argument. */
static bool argument_name(const struct audit_field *field, struct audit_piece *piece)
{
    const char *at = field->name + 1, *end = field->name + field->name_size;
    uint64_t    argument, part = 0;

    if (field->name_size < 2 || field->name[0] != 'a' || !is_digit(*at) || field->enriched)
        return false;
    if (!(at = decimal(at, end, &argument)) || argument > UINT32_MAX)
        return false;
    if (at < end) {
        if (*at != '[' || !(at = decimal(at + 1, end, &part)) || at + 1 != end || *at != ']')
            return false;
        if (part > UINT32_MAX)
            return false;
    }
    piece->argument = (uint32_t)argument;
    piece->part = (uint32_t)part;
    return true;
}

static int compare_pieces(const void *a, const void *b)
{
    const struct audit_piece *x = a, *y = b;

    if (x->argument != y->argument)
        return x->argument < y->argument ? -1 : 1;
    if (x->part != y->part)
        return x->part < y->part ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static int add_piece(struct audit_arguments *arguments, struct audit_piece *piece)
{
    struct audit_piece *added = ARRAY_REUSE(arguments->pieces, arguments->n, arguments->room);

    if (!added)
        return -ENOMEM;
    piece->order = (uint32_t)(arguments->n - 1) & INT32_MAX;
    if (arguments->n == 1)
        arguments->sorted = true;
    else if (compare_pieces(added - 1, piece) > 0)
        arguments->sorted = false;
    *added = *piece;
    return 0;
}

int audit_arguments_add(struct audit_arguments *arguments, const struct audit_record *record)
{
    struct audit_fields fields;
    struct audit_field  field;

    arguments->records++;
    audit_fields_begin(&fields, record);
    while (audit_fields_next(&fields, &field)) {
        if (!field.enriched && field.name_size == 4 && memcmp(field.name, "argc", 4) == 0)
            audit_number(&field, &arguments->argc);
        struct audit_piece piece = {.value = field.value, .size = (uint32_t)field.size};
        if (!argument_name(&field, &piece))
            continue;
        piece.hex = is_hex(&field);
        if (add_piece(arguments, &piece) < 0)
            return -ENOMEM;
    }
    return 0;
}

void audit_arguments_reset(struct audit_arguments *arguments)
{
    arguments->n = arguments->records = 0;
    arguments->argc = -1;
}

void audit_arguments_free(struct audit_arguments *arguments)
{
    free(arguments->pieces);
    buffer_free(&arguments->raw);
    buffer_free(&arguments->word);
    *arguments = (struct audit_arguments){0};
}

/* Put the argument that begins at piece i, whole, into arguments->word as UTF-8; returns the piece
 * after it. Bytes are joined before they are checked, as a sequence may be split between pieces.
 */
static size_t join(struct audit_arguments *arguments, size_t i)
{
    uint32_t argument = arguments->pieces[i].argument;

    buffer_reset(&arguments->raw);
    buffer_reset(&arguments->word);
    for (; i < arguments->n && arguments->pieces[i].argument == argument; i++)
        put_raw(arguments->pieces[i].value, arguments->pieces[i].size, arguments->pieces[i].hex,
                &arguments->raw);
    put_text(arguments->raw.data, arguments->raw.size, REPLACEMENT, &arguments->word);
    arguments->word.failed |= arguments->raw.failed;
    return i;
}

static void sort(struct audit_arguments *arguments)
{
    if (!arguments->sorted && arguments->n)
        qsort(arguments->pieces, arguments->n, sizeof *arguments->pieces, compare_pieces);
    arguments->sorted = true;
}

/* Whether the pieces of the argument that begins at piece i are numbered without a gap. */
static bool is_whole(const struct audit_arguments *arguments, size_t i)
{
    const struct audit_piece *pieces = arguments->pieces;

    for (uint32_t part = 0, argument = pieces[i].argument;
         i < arguments->n && pieces[i].argument == argument; i++, part++)
        if (pieces[i].part != part)
            return false;
    return true;
}

bool audit_arguments_incomplete(struct audit_arguments *arguments)
{
    int64_t expected = 0;

    sort(arguments);
    for (size_t i = 0; i < arguments->n; i++) {
        if (i && arguments->pieces[i].argument == arguments->pieces[i - 1].argument)
            continue;
        if (arguments->pieces[i].argument != expected++ || !is_whole(arguments, i))
            return true;
    }
    return arguments->records && arguments->argc != expected;
}

/* How many arguments are missing before the one that begins at piece i, `next` being due. */
static size_t gap_before(const struct audit_arguments *arguments, size_t i, uint32_t next)
{
    uint32_t argument = arguments->pieces[i].argument;
    size_t   gap = argument > next ? argument - next : 0;

    return gap > AUDIT_GAP_MAX ? AUDIT_GAP_MAX : gap;
}

/* Append the arguments, a missing one as `missing`. */
static void put_arguments(struct audit_arguments *arguments, char separator, const char *missing,
                          void (*put)(struct buffer *text, const char *word, size_t size),
                          struct buffer *text)
{
    const struct buffer *word = &arguments->word;
    uint32_t             next = 0;
    bool                 first = true;

    sort(arguments);
    for (size_t i = 0; i < arguments->n; first = false) {
        for (size_t gap = gap_before(arguments, i, next); gap; gap--, first = false)
            buffer_printf(text, "%.*s%s", !first, &separator, missing);
        next = arguments->pieces[i].argument + 1;
        if (!first)
            buffer_putc(text, separator);
        i = join(arguments, i);
        put(text, word->size ? word->data : "", word->size);
        text->failed |= word->failed;
    }
}

void audit_arguments_json(struct audit_arguments *arguments, struct buffer *text)
{
    buffer_putc(text, '[');
    put_arguments(arguments, ',', "null", buffer_json, text);
    buffer_putc(text, ']');
}

void audit_arguments_line(struct audit_arguments *arguments, struct buffer *text)
{
    put_arguments(arguments, ' ', "?", buffer_shell_word, text);
}

void audit_title_line(const struct audit_field *proctitle, struct buffer *text)
{
    struct buffer raw = {0}, word = {0};

    put_raw(proctitle->value, proctitle->size, is_hex(proctitle), &raw);
    while (raw.size && raw.data[raw.size - 1] == '\0')
        raw.size--;
    bool several = raw.size && memchr(raw.data, '\0', raw.size);
    for (size_t i = 0, size; i < raw.size; i += size + 1) {
        size = strnlen(raw.data + i, raw.size - i);
        buffer_reset(&word);
        buffer_utf8(&word, raw.data + i, size);
        if (i)
            buffer_putc(text, ' ');
        if (several)
            buffer_shell_word(text, word.size ? word.data : "", word.size);
        else
            buffer_put(text, word.data, word.size);
    }
    text->failed |= raw.failed || word.failed;
    buffer_free(&raw);
    buffer_free(&word);
}
