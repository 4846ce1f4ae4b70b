/* check_evtx_oracle.c -- every field of every real event log agrees with the output of other
 * readers. */
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/evtx/evtx.h"
#include "harness.h"
#include "make_evtx.h"

/* Events of one reader: a key that identifies them, and the fields as lines "path=value". */
struct event {
    char *key, *lines;
};

struct events {
    struct event *items;
    size_t        n, room;
};

struct parse {
    struct buffer lines, path, text, key;
    bool          leaf;
};

/* How much of a time is compared: all that the format has, or its seconds. */
static size_t time_size;

/* What is compared: GUIDs in one case; times as far as the other reader has them; numbers
 * without the zeros with which libevtx fills hexadecimal ones, and Windows does not. */
static void put_value(struct buffer *out, const char *value, size_t size)
{
    if (size > 3 && strncmp(value, "0x0", 3) == 0) {
        buffer_puts(out, "0x");
        for (value += 2, size -= 2; size > 1 && *value == '0'; size--)
            value++;
        buffer_put(out, value, size);
        return;
    }
    if (size <= 5 && (strncmp(value, "True", 4) == 0 || strncmp(value, "False", 5) == 0)) {
        buffer_puts(out, *value == 'T' ? "true" : "false");
        return;
    }
    bool is_time = size >= 19 && value[4] == '-' && value[13] == ':' && value[16] == ':';
    if (is_time && size > time_size)
        size = time_size;
    for (size_t i = 0; i < size; i++) {
        char c = value[i];
        if (c == '\r' && i + 1 < size && value[i + 1] == '\n')
            continue; /* ends of lines become one character in XML */
        if (c == '\r')
            c = '\n';
        if ((uint8_t)c < 0x20 && c != '\n' && c != '\t') { /* cannot be written in XML */
            buffer_puts(out, "\xef\xbf\xbd");
            continue;
        }
        if (c == '\n' || (is_time && i == 10))
            c = c == '\n' ? ' ' : 'T';
        if (value[0] == '{' && size == 38 && c >= 'A' && c <= 'F')
            c = (char)(c + 32);
        buffer_putc(out, c);
    }
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct parse *p = data;

    buffer_putc(&p->path, '/');
    buffer_puts(&p->path, name);
    buffer_reset(&p->text);
    p->leaf = true;
    for (; *attributes; attributes += 2) {
        if (strncmp(attributes[0], "xmlns", 5) == 0 || !*attributes[1])
            continue;
        buffer_put(&p->lines, p->path.data, p->path.size);
        buffer_printf(&p->lines, "@%s=", attributes[0]);
        put_value(&p->lines, attributes[1], strlen(attributes[1]));
        buffer_putc(&p->lines, '\n');
        if (strcmp(attributes[0], "SystemTime") == 0)
            put_value(&p->key, attributes[1], strlen(attributes[1]));
    }
}

static void XMLCALL on_text(void *data, const XML_Char *text, int size)
{
    struct parse *p = data;

    buffer_put(&p->text, text, (size_t)size);
}

static bool is_blank(const struct buffer *text)
{
    size_t i = 0;

    while (i < text->size && strchr(" \t\r\n", text->data[i]))
        i++;
    return i == text->size;
}

/* A text of spaces and line ends alone is passed over: libevtx prints none. */
static void XMLCALL on_end(void *data, const XML_Char *name)
{
    struct parse *p = data;

    if (p->leaf && !is_blank(&p->text)) {
        buffer_put(&p->lines, p->path.data, p->path.size);
        buffer_putc(&p->lines, '=');
        put_value(&p->lines, p->text.data, p->text.size);
        buffer_putc(&p->lines, '\n');
        if (strcmp(name, "EventRecordID") == 0)
            buffer_put(&p->key, p->text.data, p->text.size);
    }
    buffer_reset(&p->text);
    p->path.size -= strlen(name) + 1;
    p->leaf = false;
}

/* False where the XML is not well formed. */
static bool add_event(struct events *events, const char *xml, size_t size)
{
    struct parse p = {0};
    XML_Parser   parser = XML_ParserCreate("UTF-8");

    XML_SetUserData(parser, &p);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    bool good = XML_Parse(parser, xml, (int)size, 1) == XML_STATUS_OK;
    XML_ParserFree(parser);
    if (good) {
        if (events->n == events->room) {
            events->room = events->room ? 2 * events->room : 256;
            events->items = realloc(events->items, events->room * sizeof *events->items);
            ck_assert_ptr_nonnull(events->items);
        }
        events->items[events->n++] =
            (struct event){strdup(buffer_text(&p.key)), strdup(buffer_text(&p.lines))};
    }
    buffer_free(&p.lines);
    buffer_free(&p.path);
    buffer_free(&p.text);
    buffer_free(&p.key);
    return good;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct event *)a)->key, ((const struct event *)b)->key);
}

static void free_events(struct events *events)
{
    for (size_t i = 0; i < events->n; i++) {
        free(events->items[i].key);
        free(events->items[i].lines);
    }
    free(events->items);
}

static const struct {
    const char *element, *attribute;
} fields[] = {
#define FIELD(id, element, attribute) {element, attribute},
    EVTX_SYSTEM_FIELDS(FIELD)
#undef FIELD
};

/* One value of the event as the line that the XML must have; empty for what has none. */
static bool expected_line(const char *path, const struct evtx_value *value, struct buffer *line)
{
    struct buffer text = {0};

    evtx_value_text(value, &text);
    bool any = !is_blank(&text);
    buffer_reset(line);
    buffer_printf(line, "%s=", path);
    if (any)
        put_value(line, buffer_text(&text), text.size);
    buffer_putc(line, '\n');
    buffer_free(&text);
    return any;
}

static bool is_system_field(const char *line, size_t size)
{
    static const char system[] = "/Event/System/";
    char              name[80];

    for (unsigned f = 0; f < EVTX_FIELD_COUNT; f++) {
        int n = snprintf(name, sizeof name, "%s%s%s%s", system, fields[f].element,
                         fields[f].attribute ? "@" : "",
                         fields[f].attribute ? fields[f].attribute : "");
        if ((size_t)n == size && strncmp(line, name, size) == 0)
            return true;
    }
    return false;
}

/* How many lines of the XML are fields of System, and how many texts of what comes after it. */
static void count_xml(const char *lines, size_t *ret_system, size_t *ret_texts)
{
    *ret_system = *ret_texts = 0;
    for (; *lines; lines += strcspn(lines, "\n") + 1) {
        size_t size = strcspn(lines, "=");
        if (is_system_field(lines, size))
            ++*ret_system;
        else if (strncmp(lines, "/Event/System", strlen("/Event/System")) != 0 &&
                 !memchr(lines, '@', size))
            ++*ret_texts;
    }
}

/* The references from evtx_decode() agree with the XML, and it has no other values. Returns how many there are. */
static size_t check_decoded(const struct evtx_event *event, const char *lines)
{
    struct buffer line = {0}, path = {0};
    size_t        n = 0, system, texts, arrays = 0;

    count_xml(lines, &system, &texts);

    for (unsigned f = 0; f < EVTX_FIELD_COUNT; f++) {
        buffer_reset(&path);
        buffer_printf(&path, "/Event/System/%s%s%s", fields[f].element,
                      fields[f].attribute ? "@" : "",
                      fields[f].attribute ? fields[f].attribute : "");
        if (!expected_line(buffer_text(&path), &event->system[f], &line))
            continue;
        ck_assert_msg(strstr(lines, buffer_text(&line)), "no %s in %s", line.data, lines);
        n++;
    }
    ck_assert_uint_eq(n, system);
    for (size_t i = 0; i < event->n_pairs; i++) {
        const struct evtx_pair *pair = &event->pairs[i];
        bool is_array = pair->value.type & EVTX_ARRAY || pair->name.type == EVTX_UTF8;
        arrays += is_array;
        if (is_array || !expected_line("", &pair->value, &line))
            continue;
        ck_assert_msg(strstr(lines, buffer_text(&line)), "no %s in %s", line.data, lines);
        n++;
    }
    if (!arrays) /* whose elements are a line each */
        ck_assert_uint_eq(n - system, texts);
    buffer_free(&line);
    buffer_free(&path);
    return n;
}

/* The live records of a log, as this reader has them. */
static size_t our_events(const char *path, struct events *events, size_t *ret_decoded)
{
    struct evtx_event   event;
    static uint8_t      chunk[EVTX_CHUNK_SIZE];
    struct evtx_reader *reader;
    struct evtx_chunk   header;
    struct evtx_record  record;
    struct buffer       xml = {0};
    size_t              size, malformed = 0;

    uint8_t *log = (uint8_t *)harness_read(path, &size);
    ck_assert_int_eq(evtx_reader_new(&reader), 0);
    for (size_t at = EVTX_HEADER_SIZE; at < size; at += EVTX_CHUNK_SIZE) {
        size_t part = size - at < sizeof chunk ? size - at : sizeof chunk;
        memcpy(chunk, log + at, part);
        memset(chunk + part, 0, sizeof chunk - part);
        if (evtx_load(reader, chunk, false, &header) != 0)
            continue;
        while (evtx_next(reader, &record) > 0) {
            buffer_reset(&xml);
            if (record.carved || evtx_xml(reader, &record, &xml) != 0)
                continue;
            bool good = add_event(events, buffer_text(&xml), xml.size);
            malformed += !good;
            if (good && evtx_decode(reader, &record, &event) == 0)
                *ret_decoded += check_decoded(&event, events->items[events->n - 1].lines);
        }
    }
    buffer_free(&xml);
    evtx_reader_free(reader);
    free(log);
    return malformed;
}

/* Run a program that prints a log as XML, within bounds, and take its events. */
static void their_events(const char *command, const char *path, struct events *events)
{
    static char   line[1 << 20];
    struct buffer xml = {0}, shell = {0};

    buffer_printf(&shell, "ulimit -v 4000000; timeout 60 %s '%s' 2>/dev/null", command, path);
    FILE *pipe = popen(buffer_text(&shell), "r");
    ck_assert_ptr_nonnull(pipe);
    while (fgets(line, sizeof line, pipe)) {
        if (!xml.size && strncmp(line, "<Event ", 7) != 0)
            continue;
        buffer_puts(&xml, line);
        if (strncmp(line, "</Event>", 8) != 0)
            continue;
        add_event(events, buffer_text(&xml), xml.size); /* what is not well formed is theirs */
        buffer_reset(&xml);
    }
    pclose(pipe);
    buffer_free(&xml);
    buffer_free(&shell);
}

struct tally {
    const char *command;
    size_t      files, decoded, shared, arrays, missing, different, malformed, lines;
};

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (; (text = strchr(text, '\n')); text++)
        n++;
    return n;
}

/* libevtx 20181227 takes the sign of a negative number for a bit of its own: -1 becomes
 * -2147483647. */
static bool wrong_sign(const char *theirs, const char *ours)
{
    return theirs[1] == '-' && ours[1] == '-' &&
           strtol(theirs + 1, NULL, 10) == -(strtol(ours + 1, NULL, 10) & 0x7fffffff);
}

/* python-evtx writes bytes in base64, which is as long as that many bytes make it. */
static bool is_base64_of(const char *theirs, size_t their_size, const char *ours, size_t our_size)
{
    size_t bytes = our_size / 2;

    return strspn(ours, "0123456789ABCDEF") == our_size && their_size == (bytes + 2) / 3 * 4 &&
           strspn(theirs, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") ==
               their_size;
}

static bool only_known_differ(const char *theirs, const char *ours)
{
    while (*theirs && *ours) {
        size_t their_size = strcspn(theirs, "\n"), our_size = strcspn(ours, "\n");
        if (their_size != our_size || strncmp(theirs, ours, our_size) != 0) {
            const char *a = memchr(theirs, '=', their_size), *b = memchr(ours, '=', our_size);
            if (!a || !b ||
                !(wrong_sign(a, b) || is_base64_of(a + 1, (size_t)(theirs + their_size - a - 1),
                                                   b + 1, (size_t)(ours + our_size - b - 1))))
                return false;
        }
        theirs += their_size + 1;
        ours += our_size + 1;
    }
    return *theirs == *ours;
}

static void compare(const struct events *theirs, const struct events *ours, const char *path,
                    struct tally *tally)
{
    for (size_t i = 0; i < theirs->n; i++) {
        const struct event *their = &theirs->items[i];
        const struct event *our =
            ours->n ? bsearch(their, ours->items, ours->n, sizeof *ours->items, by_key) : NULL;
        if (!our) {
            /* python-evtx makes an event of no time out of the zeros after damage */
            if (strncmp(their->key, "1601", 4) == 0 || strncmp(their->key, "0001", 4) == 0)
                continue;
            tally->missing++;
            fprintf(stderr, "missing: %s in %s\n", their->key, path);
            continue;
        }
        tally->shared++;
        if (strstr(their->lines, "=<string>")) { /* python-evtx's mark-up of an array */
            tally->arrays++;
            continue;
        }
        tally->lines += count_lines(our->lines);
        if (strcmp(our->lines, their->lines) == 0 || only_known_differ(their->lines, our->lines))
            continue;
        tally->different++;
        fprintf(stderr, "different: %s in %s\n--- theirs\n%s--- ours\n%s", their->key, path,
                their->lines, our->lines);
    }
}

static void compare_file(const char *path, void *data)
{
    struct tally *tally = data;
    struct events ours = {0}, theirs = {0};

    tally->malformed += our_events(path, &ours, &tally->decoded);
    their_events(tally->command, path, &theirs);
    if (ours.n)
        qsort(ours.items, ours.n, sizeof *ours.items, by_key);
    compare(&theirs, &ours, path, tally);
    tally->files++;
    free_events(&ours);
    free_events(&theirs);
}

START_TEST(fields_agree_with_libevtx)
{
    struct tally tally = {.command = "evtxexport -f xml"};

    if (system("command -v evtxexport >/dev/null") != 0)
        SKIP("needs evtxexport");
    time_size = 27;
    if (!harness_each_evidence("evtx", ".evtx", compare_file, &tally))
        SKIP("needs SVCQL_EVIDENCE");
    printf("evtxexport: %zu files, %zu events, %zu fields (%zu decoded without XML); %zu differ, "
           "%zu missing here, %zu not well formed\n",
           tally.files, tally.shared, tally.lines, tally.decoded, tally.different, tally.missing,
           tally.malformed);
    fflush(stdout);
    /* How many of them the tool reads is a matter of its version. */
    ck_assert_uint_gt(tally.shared, 10000);
    ck_assert_uint_eq(tally.malformed, 0);
    ck_assert_uint_eq(tally.missing, 0);
    ck_assert_uint_eq(tally.different, 0);
}
END_TEST

static void compare_short_file(const char *path, void *data)
{
    char  *bytes;
    size_t size;

    bytes = harness_read(path, &size);
    free(bytes);
    if (size < 80000)
        compare_file(path, data);
}

/* By the library: its programs have another name in each version, or do not start. */
static const char python_evtx[] = "/usr/bin/python3 -c '\n"
                                  "import sys, Evtx.Evtx\n"
                                  "with Evtx.Evtx.Evtx(sys.argv[1]) as log:\n"
                                  "    for record in log.records():\n"
                                  "        print(record.xml())\n"
                                  "'";

START_TEST(fields_agree_with_python_evtx)
{
    struct tally tally = {.command = python_evtx};

    if (system("/usr/bin/python3 -c 'import Evtx.Evtx' 2>/dev/null") != 0)
        SKIP("needs python3-evtx");
    time_size = 19;
    if (!harness_each_evidence("evtx", ".evtx", compare_short_file, &tally))
        SKIP("needs SVCQL_EVIDENCE");
    printf("python-evtx: %zu files, %zu events, %zu fields; %zu with arrays passed over, %zu "
           "differ, %zu missing here\n",
           tally.files, tally.shared, tally.lines, tally.arrays, tally.different, tally.missing);
    fflush(stdout);
    /* How many of them the library reads is a matter of its version. */
    ck_assert_uint_gt(tally.shared, 500);
    ck_assert_uint_eq(tally.missing, 0);
    ck_assert_uint_eq(tally.different, 0);
}
END_TEST

/* A log with 20 events, in each of the forms. */
static void compare_made(struct tally *tally)
{
    static const char *const pairs[] = {"Name", "v & w", "Other", "\xc3\xa9", NULL};
    struct staged_event      events[20];
    char                     path[4096];

    for (unsigned i = 0; i < 20; i++)
        events[i] = (struct staged_event){.channel = "Security",
                                          .provider = "P",
                                          .id = (uint16_t)(100 + i),
                                          .time = 1700000000.125 + i,
                                          .pairs = pairs,
                                          .form = (enum staged_form)(i % STAGED_FORWARDED)};
    snprintf(path, sizeof path, "%s/Made.evtx", harness_scratch());
    make_evtx(path, events, 20);
    compare_file(path, tally);
    ck_assert_uint_eq(tally->shared, 20);
    ck_assert_uint_eq(tally->different + tally->missing + tally->malformed, 0);
}

/* So that what other tests stage is what Windows would write. */
START_TEST(made_logs_are_read_by_libevtx_alike)
{
    if (system("command -v evtxexport >/dev/null") != 0)
        SKIP("needs evtxexport");
    time_size = 27;
    compare_made(&(struct tally){.command = "evtxexport -f xml"});
}
END_TEST

START_TEST(made_logs_are_read_by_python_evtx_alike)
{
    if (system("/usr/bin/python3 -c 'import Evtx.Evtx' 2>/dev/null") != 0)
        SKIP("needs python3-evtx");
    time_size = 19;
    compare_made(&(struct tally){.command = python_evtx});
}
END_TEST

Suite *make_evtx_oracle_suite(void)
{
    Suite *suite = suite_create("evtx_oracle");
    TCase *tcase = tcase_create("oracle");

    tcase_set_timeout(tcase, 300);
    tcase_add_test(tcase, made_logs_are_read_by_libevtx_alike);
    tcase_add_test(tcase, made_logs_are_read_by_python_evtx_alike);
    tcase_add_test(tcase, fields_agree_with_libevtx);
    tcase_add_test(tcase, fields_agree_with_python_evtx);
    suite_add_tcase(suite, tcase);
    return suite;
}
