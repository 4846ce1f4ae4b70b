/* check_event_fields.c -- what tables hand to rules as names and values is what they show as JSON. */
#include "harness.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/evtx/evtx_names.h"
#include "formats/log/stream.h"
#include "formats/text/json_pairs.h"
#include "make_evtx.h"
#include "windows/event_reader.h"

/* Fields, a line each. */
struct listing {
    struct event_fields *fields;
    struct buffer        lines;
};

static void put_line(struct buffer *lines, const char *name, size_t name_size, const char *value,
                     size_t size)
{
    buffer_utf8(lines, name, name_size);
    buffer_putc(lines, '=');
    buffer_utf8(lines, value, size);
    buffer_putc(lines, '\n');
}

static void take(void *to, const struct event_field *field)
{
    struct listing *listing = to;
    struct buffer   text = {0};

    if (field->form)
        listing->fields->text(field->value, field->size, field->form, &text);
    put_line(&listing->lines, field->name, field->name_size, field->form ? text.data : field->value,
             field->form ? text.size : field->size);
    buffer_free(&text);
}

static void list_json(const char *json, struct buffer *lines)
{
    struct json_pairs pairs = {0};
    struct json_pair  pair;

    json_pairs_begin(&pairs, json, strlen(json));
    while (json_pairs_next(&pairs, &pair) > 0)
        put_line(lines, pair.name, pair.name_size, pair.value, pair.value_size);
    json_pairs_end(&pairs);
}

struct total {
    bool   json;
    size_t events, lines;
};

static void compare_log(const char *path, void *data)
{
    const struct event_want all = {.range = {.min = -INFINITY, .max = INFINITY}};
    struct total           *total = data;
    struct event_reader    *reader;
    struct stream          *stream;

    ck_assert_int_eq(stream_open(open(path, O_RDONLY | O_CLOEXEC), &stream), 0);
    if (event_open(stream, total->json, &all, &reader) != 0)
        return; /* not a log: tests of the table */
    while (event_next(reader) > 0) {
        struct listing listing = {.fields = event_fields(reader)};
        struct buffer  expected = {0};
        ck_assert_int_eq(listing.fields->each(listing.fields->reader, take, &listing), 0);
        list_json(event_data(reader), &expected);
        ck_assert_msg(strcmp(buffer_text(&listing.lines), buffer_text(&expected)) == 0,
                      "%s, event %zu:\n%s---\n%s", path, total->events, listing.lines.data,
                      expected.data);
        total->events++;
        total->lines += listing.lines.size > 0;
        buffer_free(&listing.lines);
        buffer_free(&expected);
    }
    event_close(reader);
}

START_TEST(fields_of_a_log_are_its_data)
{
    static const char *const pairs[] = {
        "Name", "Jos\u00e9 \"\\\n", "Name", "again", "", "without one", "Empty", "", NULL};
    struct staged_event event = {.channel = "System",
                                 .provider = "P",
                                 .computer = "C",
                                 .id = 1,
                                 .time = 1700000000,
                                 .record_id = 1,
                                 .pairs = pairs,
                                 .form = STAGED_NESTED};
    struct total        total = {0};
    char                path[4096];

    snprintf(path, sizeof path, "%s/a.evtx", harness_scratch());
    make_evtx(path, &event, 1);
    compare_log(path, &total);
    ck_assert_uint_eq(total.lines, 1);
}
END_TEST

START_TEST(fields_of_exports_are_their_data)
{
    static const char text[] =
        "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},\"EventID\":1},"
        "\"EventData\":{\"Pid\":1234,\"Ok\":true,\"None\":null,\"Many\":[1,null,\"b\"],\"Big\":0.5,"
        "\"Deep\":{\"a\":\"\\u00e9\\\"\"}}}}\n"
        "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},\"EventID\":2},"
        "\"EventData\":{\"Data\":{\"#text\":[\"a\",\"b\"]},\"Bad\":\"\xff\x01\"}}}\n";
    const char  *dir = harness_scratch();
    struct total total = {.json = true};
    char         path[4096];

    harness_write_text(dir, "a.json", text);
    snprintf(path, sizeof path, "%s/a.json", dir);
    compare_log(path, &total);
    ck_assert_uint_eq(total.lines, 2);
}
END_TEST

START_TEST(fields_of_real_logs_are_their_data)
{
    struct total logs = {0}, exports = {.json = true};

    if (!harness_each_evidence("evtx", ".evtx", compare_log, &logs))
        SKIP("needs SVCQL_EVIDENCE");
    harness_each_evidence("json", ".json", compare_log, &exports);
    ck_assert_msg(logs.lines == 12555 && exports.lines == 860, "%zu and %zu", logs.lines,
                  exports.lines);
}
END_TEST

/* Names are remembered up to a bound, and those beyond it are made each time. */
#define NAMES 3000u

static void take_name(void *to, const struct event_field *field)
{
    uint32_t *i = to;
    char      number[16];

    ck_assert_int_eq(field->name[0], (char)('a' + *i % 26));
    snprintf(number, sizeof number, "#%u", *i);
    if (*i)
        ck_assert_str_eq(strchr(field->name, '#'), number);
    ++*i;
}

START_TEST(any_number_of_names_can_be_made)
{
    static uint8_t          texts[NAMES][4];
    static struct evtx_pair pairs[NAMES];
    struct evtx_event       event = {.pairs = pairs, .n_pairs = NAMES};
    struct evtx_names      *names = evtx_names_new();

    ck_assert_ptr_nonnull(names);
    for (uint32_t i = 0; i < NAMES; i++) {
        memcpy(texts[i], (uint8_t[]){(uint8_t)('a' + i % 26), 0, (uint8_t)(i >> 8), 1}, 4);
        pairs[i] = (struct evtx_pair){
            .name = {texts[i], 4, EVTX_STRING}, .value = {texts[i], 4, EVTX_STRING}, .number = i};
    }
    for (uint32_t round = 0; round < 3; round++) {
        uint32_t taken = 0;
        ck_assert_int_eq(evtx_fields(names, &event, take_name, &taken), 0);
        ck_assert_uint_eq(taken, NAMES);
    }
    evtx_names_free(names);
}
END_TEST

Suite *make_event_fields_suite(void)
{
    Suite *suite = suite_create("event_fields");
    TCase *tcase = tcase_create("fields");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, fields_of_a_log_are_its_data);
    tcase_add_test(tcase, fields_of_exports_are_their_data);
    tcase_add_test(tcase, fields_of_real_logs_are_their_data);
    tcase_add_test(tcase, any_number_of_names_can_be_made);
    suite_add_tcase(suite, tcase);
    return suite;
}
