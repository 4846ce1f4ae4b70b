#include "make_evtx.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "formats/evtx/evtx.h"
#include "make_bytes.h"

#define RECORDS_AT 512u
#define NAMES_MAX  512
#define VALUES_MAX 256

/* The chunk being written. Whatever does not fit sets `full`, and the event is written again into
 * the next chunk. */
struct chunk {
    uint8_t  bytes[EVTX_CHUNK_SIZE];
    uint32_t at, last_at;
    bool     full, in_template;
    uint64_t first, last; /* record numbers */
    struct {
        char     text[96];
        uint32_t at;
    } names[NAMES_MAX], templates[NAMES_MAX];
    unsigned n_names, n_templates;
};

struct value {
    uint8_t  type;
    uint16_t size;
    uint8_t  bytes[4096];
};

struct values {
    struct value *items;
    unsigned      n;
};

struct writer {
    struct chunk  chunk;
    struct buffer out;
    unsigned      n_chunks;
};

static void put(struct chunk *c, const void *data, size_t size)
{
    if (size > EVTX_CHUNK_SIZE - c->at) {
        c->full = true;
        return;
    }
    memcpy(c->bytes + c->at, data, size);
    c->at += (uint32_t)size;
}

static void put8(struct chunk *c, unsigned v)
{
    uint8_t b = (uint8_t)v;
    put(c, &b, 1);
}

static void put16(struct chunk *c, unsigned v)
{
    uint8_t b[2];
    put_le(b, v, 2);
    put(c, b, 2);
}

static void put32(struct chunk *c, uint32_t v)
{
    uint8_t b[4];
    put_le(b, v, 4);
    put(c, b, 4);
}

static void put64(struct chunk *c, uint64_t v)
{
    uint8_t b[8];
    put_le(b, v, 8);
    put(c, b, 8);
}

static void set32(struct chunk *c, uint32_t at, uint32_t v)
{
    if (!c->full)
        put_le(c->bytes + at, v, 4);
}

/* UTF-8 to UTF-16LE; returns bytes. Only what tests stage: no check of malformed input. */
static size_t widen(const char *text, uint8_t *out, size_t room)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t         n = 0;

    while (*p && n + 4 <= room) {
        unsigned length = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
        uint32_t c = length == 1 ? *p : *p & (0xffu >> (length + 1));
        for (unsigned i = 1; i < length && p[i]; i++)
            c = c << 6 | (p[i] & 0x3f);
        if (c >= 0x10000) {
            uint32_t high = 0xd800 + ((c - 0x10000) >> 10);
            out[n++] = (uint8_t)high;
            out[n++] = (uint8_t)(high >> 8);
            c = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        out[n++] = (uint8_t)c;
        out[n++] = (uint8_t)(c >> 8);
        p += length;
    }
    return n;
}

static void put_wide(struct chunk *c, const char *text)
{
    static uint8_t wide[EVTX_CHUNK_SIZE];
    size_t         size = widen(text, wide, sizeof wide);

    put16(c, (unsigned)(size / 2));
    put(c, wide, size);
}

/* libevtx documentation, "Name": its hash is that of the UTF-16 units, times 65599. */
static unsigned name_hash(const char *name)
{
    uint32_t hash = 0;

    for (; *name; name++)
        hash = hash * 65599 + (uint8_t)*name;
    return hash & 0xffff;
}

static void put_name(struct chunk *c, const char *name)
{
    for (unsigned i = 0; i < c->n_names; i++)
        if (strcmp(c->names[i].text, name) == 0) {
            put32(c, c->names[i].at);
            return;
        }
    if (c->n_names < NAMES_MAX && strlen(name) < sizeof c->names[0].text) {
        strcpy(c->names[c->n_names].text, name);
        c->names[c->n_names++].at = c->at + 4;
    }
    put32(c, c->at + 4);
    put32(c, 0);
    put16(c, name_hash(name));
    put_wide(c, name);
    put16(c, 0);
}

/* Elements ------------------------------------------------------------------- */

/* Begin an element; returns the offset of its size. */
static uint32_t open_element(struct chunk *c, const char *name, bool attributes)
{
    put8(c, attributes ? 0x41 : 0x01);
    if (c->in_template)
        put16(c, 0xffff);
    uint32_t size_at = c->at;
    put32(c, 0);
    put_name(c, name);
    return size_at;
}

static void close_element(struct chunk *c, uint32_t size_at, bool empty)
{
    put8(c, empty ? 0x03 : 0x04);
    set32(c, size_at, c->at - size_at - 4);
}

static void put_plain(struct chunk *c, const char *text)
{
    put8(c, 0x05);
    put8(c, EVTX_STRING);
    put_wide(c, text);
}

/* Text as written in a template; outside one with &, < and > as entities, so that a value is made
 * of several tokens. */
static void put_text(struct chunk *c, const char *text)
{
    static const struct {
        char        c;
        const char *name;
    } entities[] = {{'&', "amp"}, {'<', "lt"}, {'>', "gt"}};
    char part[4096];

    while (!c->in_template && *text) {
        size_t size = strcspn(text, "&<>");
        snprintf(part, sizeof part, "%.*s", (int)size, text);
        if (size)
            put_plain(c, part);
        text += size;
        for (size_t i = 0; i < 3 && *text; i++)
            if (entities[i].c == *text) {
                put8(c, 0x09);
                put_name(c, entities[i].name);
                text++;
                break;
            }
    }
    if (c->in_template)
        put_plain(c, text);
}

static void substitute(struct chunk *c, unsigned index, unsigned type, bool optional)
{
    put8(c, optional ? 0x0e : 0x0d);
    put16(c, index);
    put8(c, type);
}

static unsigned add_value(struct values *v, unsigned type, const void *data, size_t size)
{
    if (v->n == VALUES_MAX || size > sizeof v->items[0].bytes)
        abort();
    v->items[v->n].type = (uint8_t)type;
    v->items[v->n].size = (uint16_t)size;
    memcpy(v->items[v->n].bytes, data, size);
    return v->n++;
}

static unsigned add_text(struct values *v, const char *text)
{
    static uint8_t wide[4096];

    return add_value(v, EVTX_STRING, wide, widen(text, wide, sizeof wide));
}

static size_t sid_bytes(const char *text, uint8_t out[68])
{
    unsigned      revision = 0, n = 0;
    unsigned long authority = 0;
    int           read = 0;

    sscanf(text, "S-%u-%lu%n", &revision, &authority, &read);
    memset(out, 0, 8);
    out[0] = (uint8_t)revision;
    out[7] = (uint8_t)authority;
    for (const char *p = text + read; *p == '-' && n < 15; n++) {
        char *end;
        put_le(out + 8 + 4 * n, strtoul(p + 1, &end, 10), 4);
        p = end;
    }
    out[1] = (uint8_t)n;
    return 8 + 4 * n;
}

/* A value in place: through a substitution in a template, as text outside one. */
static void put_scalar(struct chunk *c, struct values *v, unsigned type, uint64_t n,
                       const char *text)
{
    static const uint8_t widths[] = {
        [EVTX_UINT8] = 1, [EVTX_UINT16] = 2, [EVTX_UINT32] = 4, [EVTX_UINT64] = 8};
    uint8_t bytes[8];

    put_le(bytes, n, sizeof bytes);
    if (!c->in_template)
        put_text(c, text);
    else if (type == EVTX_STRING)
        substitute(c, add_text(v, text), type, false);
    else if (type == EVTX_HEX64 || type == EVTX_FILETIME)
        substitute(c, add_value(v, type, bytes, 8), type, true);
    else
        substitute(c, add_value(v, type, bytes, widths[type]), type, true);
}

static void put_number_element(struct chunk *c, struct values *v, const char *name, unsigned type,
                               uint64_t n)
{
    char     text[32];
    uint32_t at = open_element(c, name, false);

    snprintf(text, sizeof text, type == EVTX_HEX64 ? "0x%llx" : "%llu", (unsigned long long)n);
    put8(c, 0x02);
    put_scalar(c, v, type, n, text);
    close_element(c, at, false);
}

static void put_text_element(struct chunk *c, const char *name, const char *text)
{
    uint32_t at = open_element(c, name, false);

    put8(c, 0x02);
    if (text)
        put_text(c, text);
    close_element(c, at, false);
}

static uint32_t begin_attributes(struct chunk *c)
{
    put32(c, 0);
    return c->at - 4;
}

static void begin_attribute(struct chunk *c, const char *name, bool more)
{
    put8(c, more ? 0x46 : 0x06);
    put_name(c, name);
}

static void end_attributes(struct chunk *c, uint32_t at)
{
    set32(c, at, c->at - at - 4);
}

/* The event ------------------------------------------------------------------- */

static void put_provider(struct chunk *c, const struct staged_event *e)
{
    uint32_t at = open_element(c, "Provider", true), list = begin_attributes(c);

    begin_attribute(c, "Name", false);
    put_text(c, e->provider);
    end_attributes(c, list);
    close_element(c, at, true);
}

static uint64_t filetime(double time)
{
    return (uint64_t)(time * 1e6 + 0.5) * 10 + 116444736000000000u;
}

static void put_time(struct chunk *c, struct values *v, const struct staged_event *e)
{
    uint64_t          ticks = filetime(e->time);
    uint8_t           bytes[8];
    struct evtx_value value = {bytes, 8, EVTX_FILETIME};
    struct buffer     text = {0};
    uint32_t          at = open_element(c, "TimeCreated", true), list = begin_attributes(c);

    put_le(bytes, ticks, sizeof bytes);
    evtx_value_text(&value, &text);
    begin_attribute(c, "SystemTime", false);
    put_scalar(c, v, EVTX_FILETIME, ticks, buffer_text(&text));
    end_attributes(c, list);
    close_element(c, at, true);
    buffer_free(&text);
}

static void put_execution(struct chunk *c, struct values *v, const struct staged_event *e)
{
    char     pid[16], tid[16];
    uint32_t at = open_element(c, "Execution", true), list = begin_attributes(c);

    snprintf(pid, sizeof pid, "%u", e->pid ? e->pid : 4);
    snprintf(tid, sizeof tid, "%u", e->tid ? e->tid : 8);
    begin_attribute(c, "ProcessID", true);
    put_scalar(c, v, EVTX_UINT32, e->pid ? e->pid : 4, pid);
    begin_attribute(c, "ThreadID", false);
    put_scalar(c, v, EVTX_UINT32, e->tid ? e->tid : 8, tid);
    end_attributes(c, list);
    close_element(c, at, true);
}

static void put_security(struct chunk *c, struct values *v, const struct staged_event *e)
{
    const char *sid = e->user_sid ? e->user_sid : "S-1-5-18";
    uint8_t     bytes[68];
    uint32_t    at = open_element(c, "Security", true), list = begin_attributes(c);

    begin_attribute(c, "UserID", false);
    if (c->in_template)
        substitute(c, add_value(v, EVTX_SID, bytes, sid_bytes(sid, bytes)), EVTX_SID, true);
    else
        put_text(c, sid);
    end_attributes(c, list);
    close_element(c, at, true);
}

static void put_system(struct chunk *c, struct values *v, const struct staged_event *e,
                       uint64_t record)
{
    uint32_t at = open_element(c, "System", false);

    put8(c, 0x02);
    put_provider(c, e);
    put_number_element(c, v, "EventID", EVTX_UINT16, e->id);
    put_number_element(c, v, "Version", EVTX_UINT8, e->version);
    put_number_element(c, v, "Level", EVTX_UINT8, e->level ? e->level : 4);
    put_number_element(c, v, "Task", EVTX_UINT16, 0);
    put_number_element(c, v, "Opcode", EVTX_UINT8, 0);
    put_number_element(c, v, "Keywords", EVTX_HEX64, 0x8000000000000000u);
    put_time(c, v, e);
    put_number_element(c, v, "EventRecordID", EVTX_UINT64, record);
    put_execution(c, v, e);
    put_text_element(c, "Channel", e->channel);
    put_text_element(c, "Computer", e->computer ? e->computer : "HOST");
    put_security(c, v, e);
    close_element(c, at, false);
}

static void put_data(struct chunk *c, struct values *v, const char *name, const char *value)
{
    uint32_t at = open_element(c, "Data", true), list = begin_attributes(c);

    begin_attribute(c, "Name", false);
    put_text(c, name);
    end_attributes(c, list);
    put8(c, 0x02);
    put_scalar(c, v, EVTX_STRING, 0, value);
    close_element(c, at, false);
}

static void put_event_data(struct chunk *c, struct values *v, const struct staged_event *e)
{
    uint32_t at = open_element(c, "EventData", false);

    put8(c, 0x02);
    for (const char *const *p = e->pairs; p && *p; p += 2)
        put_data(c, v, p[0], p[1]);
    close_element(c, at, false);
}

static void put_classic(struct chunk *c, struct values *v, const struct staged_event *e)
{
    uint8_t  strings[4096];
    size_t   size = 0;
    uint32_t at = open_element(c, "EventData", false);

    for (const char *const *p = e->pairs; p && *p; p += 2) {
        size += widen(p[1], strings + size, sizeof strings - size - 2);
        memset(strings + size, 0, 2);
        size += 2;
    }
    put8(c, 0x02);
    uint32_t data = open_element(c, "Data", false);
    put8(c, 0x02);
    substitute(c, add_value(v, EVTX_STRING | EVTX_ARRAY, strings, size), EVTX_STRING | EVTX_ARRAY,
               false);
    close_element(c, data, false);
    close_element(c, at, false);
}

static void put_user_data(struct chunk *c, struct values *v, const struct staged_event *e)
{
    uint32_t at = open_element(c, "UserData", false);

    put8(c, 0x02);
    uint32_t inner = open_element(c, "EventXML", false);
    put8(c, 0x02);
    for (const char *const *p = e->pairs; p && *p; p += 2) {
        uint32_t element = open_element(c, p[0], false);
        put8(c, 0x02);
        put_scalar(c, v, EVTX_STRING, 0, p[1]);
        close_element(c, element, false);
    }
    close_element(c, inner, false);
    close_element(c, at, false);
}

static void put_rendering(struct chunk *c, const struct staged_event *e)
{
    uint32_t at = open_element(c, "RenderingInfo", true), list = begin_attributes(c);

    begin_attribute(c, "Culture", false);
    put_text(c, "en-US");
    end_attributes(c, list);
    put8(c, 0x02);
    put_text_element(c, "Message", e->message);
    put_text_element(c, "Level", "Information");
    close_element(c, at, false);
}

typedef void body_fn(struct chunk *c, struct values *v, const struct staged_event *e);

static void put_section(struct chunk *c, struct values *v, const struct staged_event *e)
{
    static body_fn *const bodies[] = {[STAGED_NESTED] = put_event_data,
                                      [STAGED_INLINE] = put_event_data,
                                      [STAGED_USER_DATA] = put_user_data,
                                      [STAGED_CLASSIC] = put_classic,
                                      [STAGED_FORWARDED] = put_event_data};
    bodies[e->form](c, v, e);
}

static void put_header(struct chunk *c)
{
    put(c, "\x0f\x01\x01\x00", 4);
}

/* The root element, with the section in it or, with `nested`, a substitution for it. */
static void put_event(struct chunk *c, struct values *v, const struct staged_event *e,
                      uint64_t record, bool nested)
{
    uint32_t at = open_element(c, "Event", true), list = begin_attributes(c);

    begin_attribute(c, "xmlns", false);
    put_text(c, "http://schemas.microsoft.com/win/2004/08/events/event");
    end_attributes(c, list);
    put8(c, 0x02);
    put_system(c, v, e, record);
    if (nested)
        substitute(c, v->n, EVTX_XML, true);
    else
        put_section(c, v, e);
    if (e->form == STAGED_FORWARDED && e->message)
        put_rendering(c, e);
    close_element(c, at, false);
}

/* The key by which two events share a template: all text in it. */
static void template_key(const struct staged_event *e, bool outer, char key[96])
{
    uint8_t form[4];
    put_le(form, e->form, sizeof form);
    uint32_t hash = (uint32_t)crc32(0, form, sizeof form);

    for (const char *const *p = e->pairs; !outer && p && *p; p += 2)
        hash = (uint32_t)crc32(hash, (const Bytef *)*p, (uInt)strlen(*p));
    snprintf(key, 96, "%d %08x %.20s %.20s %.20s", outer, hash, e->provider, e->channel,
             e->computer ? e->computer : "HOST");
}

/* Emit the definition in a scratch copy when it is known, so that its values are collected alike.
 */
static void put_template_body(struct chunk *c, struct values *v, const struct staged_event *e,
                              uint64_t record, bool outer)
{
    c->in_template = true;
    put_header(c);
    if (outer)
        put_event(c, v, e, record, e->form != STAGED_INLINE);
    else
        put_section(c, v, e);
    put8(c, 0x00);
    c->in_template = false;
}

static uint32_t define_template(struct chunk *c, struct values *v, const struct staged_event *e,
                                uint64_t record, bool outer, uint32_t id)
{
    uint32_t at = c->at;

    put32(c, 0);
    put32(c, id);
    put(c, "svcql fixture", 12);
    put32(c, 0);
    put_template_body(c, v, e, record, outer);
    set32(c, at + 20, c->at - at - 24);
    return at;
}

static void put_instance(struct chunk *c, struct values *v, const struct staged_event *e,
                         uint64_t record, bool outer)
{
    char     key[96];
    unsigned i = 0;

    template_key(e, outer, key);
    while (i < c->n_templates && strcmp(c->templates[i].text, key) != 0)
        i++;
    uint32_t id = (uint32_t)crc32(0, (const Bytef *)key, (uInt)strlen(key));
    put8(c, 0x0c);
    put8(c, 0x01);
    put32(c, id);
    if (i == c->n_templates) {
        put32(c, c->at + 4);
        uint32_t at = define_template(c, v, e, record, outer, id);
        if (c->n_templates == NAMES_MAX)
            abort();
        strcpy(c->templates[c->n_templates].text, key);
        c->templates[c->n_templates++].at = at;
    } else {
        static struct chunk scratch;
        scratch = *c;
        put_template_body(&scratch, v, e, record, outer);
        put32(c, c->templates[i].at);
    }
}

static void put_values(struct chunk *c, const struct values *v)
{
    put32(c, v->n);
    for (unsigned i = 0; i < v->n; i++) {
        put16(c, v->items[i].size);
        put8(c, v->items[i].type);
        put8(c, 0);
    }
    for (unsigned i = 0; i < v->n; i++)
        put(c, v->items[i].bytes, v->items[i].size);
}

/* The nested section is the last value: its size is known once it is written, and patched. */
static void put_nested(struct chunk *c, struct values *outer, const struct staged_event *e)
{
    static struct value items[VALUES_MAX];
    struct values       inner = {.items = items};
    uint32_t            sizes = c->at + 4;

    add_value(outer, EVTX_XML, "", 0);
    put_values(c, outer);
    uint32_t from = c->at;
    put_header(c);
    put_instance(c, &inner, e, 0, false);
    put_values(c, &inner);
    put8(c, 0x00);
    if (!c->full)
        put_le(c->bytes + sizes + 4 * (outer->n - 1), c->at - from, 2);
}

static void put_body(struct chunk *c, const struct staged_event *e, uint64_t record)
{
    static struct value items[VALUES_MAX]; /* a megabyte, which is not cleared for each event */
    struct values       values = {.items = items};

    put_header(c);
    if (e->form == STAGED_FORWARDED) {
        put_event(c, &values, e, record, false);
    } else {
        put_instance(c, &values, e, record, true);
        if (e->form == STAGED_INLINE)
            put_values(c, &values);
        else
            put_nested(c, &values, e);
    }
    put8(c, 0x00);
}

static void put_record(struct chunk *c, const struct staged_event *e, uint64_t record)
{
    uint32_t at = c->at;

    put(c, "**\0\0", 4);
    put32(c, 0);
    put64(c, record);
    put64(c, filetime(e->time));
    put_body(c, e, record);
    while ((c->at - at + 4) % 8 && !c->full)
        put8(c, 0);
    put32(c, c->at - at + 4);
    set32(c, at + 4, c->at - at);
    if (c->full)
        return;
    c->last_at = at;
    c->last = record;
    if (!c->first)
        c->first = record;
}

/* Chunks and file ----------------------------------------------------------- */

static void begin_chunk(struct chunk *c)
{
    memset(c, 0, sizeof *c);
    c->at = RECORDS_AT;
}

static void end_chunk(struct writer *w)
{
    struct chunk *c = &w->chunk;

    memcpy(c->bytes, "ElfChnk", 8);
    for (unsigned i = 0; i < 4; i++)
        put_le(c->bytes + 8 + 8 * i, i % 2 ? c->last : c->first, 8);
    put_le(c->bytes + 40, 128, 4);
    put_le(c->bytes + 44, c->last_at, 4);
    put_le(c->bytes + 48, c->at, 4);
    buffer_put(&w->out, c->bytes, sizeof c->bytes);
    w->n_chunks++;
}

/* Copy what is in use of a chunk, which is most often little of it. */
static void copy_chunk(struct chunk *to, const struct chunk *from)
{
    memcpy(to->bytes, from->bytes, from->at);
    memset(to->bytes + from->at, 0, sizeof to->bytes - from->at);
    memcpy(to->names, from->names, from->n_names * sizeof from->names[0]);
    memcpy(to->templates, from->templates, from->n_templates * sizeof from->templates[0]);
    to->at = from->at;
    to->last_at = from->last_at;
    to->full = from->full;
    to->in_template = from->in_template;
    to->first = from->first;
    to->last = from->last;
    to->n_names = from->n_names;
    to->n_templates = from->n_templates;
}

static void add_event(struct writer *w, const struct staged_event *e, uint64_t record)
{
    static struct chunk before;

    copy_chunk(&before, &w->chunk);
    put_record(&w->chunk, e, record);
    if (!w->chunk.full)
        return;
    copy_chunk(&w->chunk, &before);
    end_chunk(w);
    begin_chunk(&w->chunk);
    put_record(&w->chunk, e, record);
    if (w->chunk.full)
        abort();
}

static void set_crc(uint8_t *at, uLong crc)
{
    put_le(at, crc, 4);
}

void make_evtx_seal(uint8_t *log, size_t size)
{
    set_crc(log + 124, crc32(0, log, 120));
    for (size_t at = EVTX_HEADER_SIZE; at + EVTX_CHUNK_SIZE <= size; at += EVTX_CHUNK_SIZE) {
        uint8_t *chunk = log + at;
        uint32_t end = le32(chunk + 48);
        set_crc(chunk + 52, crc32(0, chunk + RECORDS_AT, end - RECORDS_AT));
        set_crc(chunk + 124, crc32(crc32(0, chunk, 120), chunk + 128, RECORDS_AT - 128));
    }
}

static void put_file_header(uint8_t *log, unsigned n_chunks, uint64_t next)
{
    memcpy(log, "ElfFile", 8);
    put_le(log + 16, n_chunks - 1, 8);
    put_le(log + 24, next, 8);
    put_le(log + 32, 128, 4); /* the header's size */
    put_le(log + 36, 1, 2);   /* version 3.1 */
    put_le(log + 38, 3, 2);
    put_le(log + 40, 4096, 2);
    put_le(log + 42, n_chunks, 2);
}

uint8_t *make_evtx_bytes(const struct staged_event *events, size_t n, size_t *ret_size)
{
    static const uint8_t header[EVTX_HEADER_SIZE];
    struct writer       *w = calloc(1, sizeof *w);
    uint64_t             record = 0;

    if (!w)
        abort();
    buffer_put(&w->out, header, sizeof header);
    begin_chunk(&w->chunk);
    for (size_t i = 0; i < n; i++) {
        record = events[i].record_id ? events[i].record_id : record + 1;
        add_event(w, &events[i], record);
    }
    end_chunk(w);
    uint8_t *log = (uint8_t *)w->out.data;
    if (!buffer_text(&w->out))
        abort();
    put_file_header(log, w->n_chunks, record + 1);
    make_evtx_seal(log, w->out.size);
    *ret_size = w->out.size;
    free(w);
    return log;
}

struct staged_event make_sysmon_event(size_t i, double time)
{
    static const char *const pairs[][9] = {
        {"Image", "C:\\a.exe", "TargetFilename", "C:\\a.txt", NULL},
        {"Image", "C:\\a.exe", "TargetObject", "HKLM\\System\\A\\Start", "EventType", "SetValue",
         "Details", "2", NULL},
        {"Image", "C:\\a.exe", "DestinationIp", "192.0.2.7", "DestinationPort", "443", NULL}};
    static const uint16_t ids[] = {11, 13, 3};

    return (struct staged_event){.channel = "Microsoft-Windows-Sysmon/Operational",
                                 .provider = "Microsoft-Windows-Sysmon",
                                 .id = ids[i % 3],
                                 .time = time,
                                 .pairs = pairs[i % 3]};
}

void make_evtx(const char *path, const struct staged_event *events, size_t n)
{
    size_t   size;
    uint8_t *log = make_evtx_bytes(events, n, &size);
    FILE    *file = fopen(path, "wb");

    if (!file || fwrite(log, 1, size, file) != size || fclose(file) != 0)
        abort();
    free(log);
}
