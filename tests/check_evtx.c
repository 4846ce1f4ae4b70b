/* check_evtx.c -- the reader of event logs, against logs written here, real ones and other readers.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/evtx/binxml.h"
#include "formats/evtx/evtx.h"
#include "harness.h"
#include "make_bytes.h"
#include "make_evtx.h"

static const char *const installed[] = {"ServiceName", "Tele\xc3\xa9mon \xf0\x9f\x90\x9b",
                                        "ImagePath",   "%COMSPEC% /c \"a & b\" <x>",
                                        "StartType",   "",
                                        NULL};

static const struct staged_event one = {.channel = "System",
                                        .provider = "Service Control Manager",
                                        .computer = "WS01.corp",
                                        .user_sid = "S-1-5-21-1-2-3-500",
                                        .id = 7045,
                                        .time = 1700000000.25,
                                        .record_id = 41,
                                        .pid = 612,
                                        .tid = 99,
                                        .pairs = installed};

/* What a walk over a log in memory found. */
struct walk {
    struct buffer rows; /* a line a record: id, c where carved, data */
    unsigned      records, carved, failed;
    size_t        lost;
};

static void append_record(struct walk *w, struct evtx_reader *reader,
                          const struct evtx_record *record)
{
    struct evtx_event event;

    w->records++;
    w->carved += record->carved;
    if (evtx_decode(reader, record, &event) != 0) {
        w->failed++;
        return;
    }
    buffer_printf(&w->rows, "%llu%s ", (unsigned long long)record->id, record->carved ? "c" : "");
    evtx_value_text(&event.system[EVTX_EVENT_ID], &w->rows);
    buffer_putc(&w->rows, ' ');
    evtx_pairs_json(&event, &w->rows);
    buffer_putc(&w->rows, '\n');
}

static struct walk walk_log(const uint8_t *log, size_t size)
{
    static uint8_t      chunk[EVTX_CHUNK_SIZE];
    struct evtx_reader *reader;
    struct evtx_chunk   header;
    struct evtx_record  record;
    struct walk         w = {0};

    ck_assert_int_eq(evtx_reader_new(&reader), 0);
    for (size_t at = EVTX_HEADER_SIZE; at < size; at += EVTX_CHUNK_SIZE) {
        size_t part = size - at < EVTX_CHUNK_SIZE ? size - at : EVTX_CHUNK_SIZE;
        memcpy(chunk, log + at, part);
        memset(chunk + part, 0, EVTX_CHUNK_SIZE - part);
        if (evtx_load(reader, chunk, false, &header) != 0)
            continue;
        while (evtx_next(reader, &record) > 0)
            append_record(&w, reader, &record);
        w.lost += evtx_lost(reader);
    }
    evtx_reader_free(reader);
    return w;
}

static void expect_rows(const uint8_t *log, size_t size, const char *expected)
{
    struct walk w = walk_log(log, size);

    ck_assert_str_eq(buffer_text(&w.rows), expected);
    buffer_free(&w.rows);
}

/* The first event of a log, decoded; the reader is the caller's to free. */
static struct evtx_reader *first_event(const uint8_t *log, struct evtx_record *record,
                                       struct evtx_event *event)
{
    struct evtx_reader *reader;
    struct evtx_chunk   header;

    ck_assert_int_eq(evtx_reader_new(&reader), 0);
    ck_assert_int_eq(evtx_load(reader, log + EVTX_HEADER_SIZE, false, &header), 0);
    ck_assert_int_eq(evtx_next(reader, record), 1);
    ck_assert_int_eq(evtx_decode(reader, record, event), 0);
    return reader;
}

static void expect_value(const struct evtx_value *value, const char *expected)
{
    struct buffer text = {0};

    evtx_value_text(value, &text);
    ck_assert_str_eq(buffer_text(&text), expected);
    buffer_free(&text);
}

/* Each form -------------------------------------------------------------------- */

#define INSTALLED_JSON                                                                             \
    "{\"ServiceName\":\"Tele\xc3\xa9mon \xf0\x9f\x90\x9b\","                                       \
    "\"ImagePath\":\"%COMSPEC% /c \\\"a & b\\\" <x>\",\"StartType\":\"\"}\n"

START_TEST(system_and_pairs_are_read_from_every_form)
{
    struct staged_event event = one;
    struct evtx_record  record;
    struct evtx_event   got;
    size_t              size;

    event.form = (enum staged_form)_i;
    uint8_t *log = make_evtx_bytes(&event, 1, &size);
    expect_rows(log, size,
                _i == STAGED_CLASSIC ? "41 7045 {\"param1\":\"Tele\xc3\xa9mon \xf0\x9f\x90\x9b\","
                                       "\"param2\":\"%COMSPEC% /c \\\"a & b\\\" <x>\","
                                       "\"param3\":\"\"}\n"
                                     : "41 7045 " INSTALLED_JSON);
    struct evtx_reader *reader = first_event(log, &record, &got);
    expect_value(&got.system[EVTX_PROVIDER_NAME], "Service Control Manager");
    expect_value(&got.system[EVTX_CHANNEL], "System");
    expect_value(&got.system[EVTX_COMPUTER], "WS01.corp");
    expect_value(&got.system[EVTX_USER_ID], "S-1-5-21-1-2-3-500");
    expect_value(&got.system[EVTX_PROCESS_ID], "612");
    expect_value(&got.system[EVTX_THREAD_ID], "99");
    expect_value(&got.system[EVTX_RECORD_ID], "41");
    expect_value(&got.system[EVTX_TIME_CREATED], "2023-11-14T22:13:20.2500000Z");
    ck_assert_double_eq(evtx_value_time(&got.system[EVTX_TIME_CREATED]), 1700000000.25);
    ck_assert_int_eq(got.forwarded, _i == STAGED_FORWARDED);
    ck_assert_int_eq(got.system[EVTX_PROVIDER_GUID].type, EVTX_NULL);
    evtx_reader_free(reader);
    free(log);
}
END_TEST

START_TEST(message_of_a_forwarded_event_is_no_data)
{
    struct staged_event event = one;
    struct evtx_record  record;
    struct evtx_event   got;
    size_t              size;

    event.form = STAGED_FORWARDED;
    event.message = "A service was installed.";
    uint8_t            *log = make_evtx_bytes(&event, 1, &size);
    struct evtx_reader *reader = first_event(log, &record, &got);
    expect_value(&got.message, "A service was installed.");
    ck_assert_uint_eq(got.n_pairs, 3);
    evtx_reader_free(reader);
    free(log);
}
END_TEST

START_TEST(xml_escapes_and_keeps_all)
{
    struct evtx_record record;
    struct evtx_event  got;
    struct buffer      xml = {0};
    size_t             size;

    uint8_t            *log = make_evtx_bytes(&one, 1, &size);
    struct evtx_reader *reader = first_event(log, &record, &got);
    ck_assert_int_eq(evtx_xml(reader, &record, &xml), 0);
    const char *text = buffer_text(&xml);
    ck_assert_ptr_nonnull(
        strstr(text, "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\">"));
    ck_assert_ptr_nonnull(strstr(text, "<EventID>7045</EventID>"));
    ck_assert_ptr_nonnull(strstr(text, "<Data Name=\"ImagePath\">%COMSPEC% /c &quot;a &amp; "
                                       "b&quot; &lt;x&gt;</Data>"));
    ck_assert_ptr_nonnull(strstr(text, "<Security UserID=\"S-1-5-21-1-2-3-500\"/></System>"));
    buffer_free(&xml);
    evtx_reader_free(reader);
    free(log);
}
END_TEST

START_TEST(entities_are_characters_in_values_and_in_attributes)
{
    static const char *const pairs[] = {"a<b&c", "x & y > z", NULL};
    struct staged_event      event = one;
    struct evtx_record       record;
    struct evtx_event        got;
    struct buffer            xml = {0};
    size_t                   size;

    event.form = STAGED_FORWARDED;
    event.pairs = pairs;
    uint8_t *log = make_evtx_bytes(&event, 1, &size);
    expect_rows(log, size, "41 7045 {\"a<b&c\":\"x & y > z\"}\n");
    struct evtx_reader *reader = first_event(log, &record, &got);
    ck_assert_int_eq(evtx_xml(reader, &record, &xml), 0);
    ck_assert_ptr_nonnull(
        strstr(buffer_text(&xml), "<Data Name=\"a&lt;b&amp;c\">x &amp; y &gt; z</Data>"));
    buffer_free(&xml);
    evtx_reader_free(reader);
    free(log);
}
END_TEST

START_TEST(array_of_nameless_data_is_an_element_each_in_xml)
{
    struct staged_event event = one;
    struct evtx_record  record;
    struct evtx_event   got;
    struct buffer       xml = {0};
    size_t              size;

    event.form = STAGED_CLASSIC;
    uint8_t            *log = make_evtx_bytes(&event, 1, &size);
    struct evtx_reader *reader = first_event(log, &record, &got);
    ck_assert_int_eq(evtx_xml(reader, &record, &xml), 0);
    ck_assert_ptr_nonnull(strstr(buffer_text(&xml), "</Data><Data>%COMSPEC%"));
    buffer_free(&xml);
    evtx_reader_free(reader);
    free(log);
}
END_TEST

START_TEST(repeated_name_is_numbered)
{
    static const char *const twice[] = {"A", "1", "B", "2", "A", "3", NULL};
    struct staged_event      event = one;
    size_t                   size;

    event.pairs = twice;
    uint8_t *log = make_evtx_bytes(&event, 1, &size);
    expect_rows(log, size, "41 7045 {\"A\":\"1\",\"B\":\"2\",\"A#2\":\"3\"}\n");
    free(log);
}
END_TEST

START_TEST(templates_are_shared_within_and_defined_again_across_chunks)
{
    static char              filler[1500];
    static const char *const pairs[] = {"Text", filler, NULL};
    struct staged_event      events[64];
    size_t                   size;

    memset(filler, 'x', sizeof filler - 1);
    for (unsigned i = 0; i < 64; i++) {
        events[i] = one;
        events[i].record_id = i + 1;
        events[i].pairs = i % 2 ? pairs : installed;
    }
    uint8_t    *log = make_evtx_bytes(events, 64, &size);
    struct walk w = walk_log(log, size);
    ck_assert_uint_gt(size, EVTX_HEADER_SIZE + EVTX_CHUNK_SIZE);
    ck_assert_uint_eq(w.records, 64);
    ck_assert_uint_eq(w.failed + w.carved + w.lost, 0);
    buffer_free(&w.rows);
    free(log);
}
END_TEST

/* Containers --------------------------------------------------------------------- */

START_TEST(headers_say_what_is_dirty_and_what_was_altered)
{
    struct evtx_header header;
    struct evtx_chunk  chunk;
    size_t             size;
    uint8_t           *log = make_evtx_bytes(&one, 1, &size);

    ck_assert_int_eq(evtx_header_parse(log, size, &header), 0);
    ck_assert(header.intact && !header.dirty);
    ck_assert_uint_eq(header.major, 3);
    ck_assert_uint_eq(header.next_record, 42);
    ck_assert_int_eq(evtx_chunk_parse(log + EVTX_HEADER_SIZE, EVTX_CHUNK_SIZE, &chunk), 0);
    ck_assert(chunk.header_intact && evtx_chunk_intact(log + EVTX_HEADER_SIZE));
    ck_assert_uint_eq(chunk.first_record, 41);
    log[120] |= 1;
    ck_assert_int_eq(evtx_header_parse(log, size, &header), 0);
    ck_assert(header.dirty);
    log[EVTX_HEADER_SIZE + 700] ^= 1;
    ck_assert(!evtx_chunk_intact(log + EVTX_HEADER_SIZE));
    log[EVTX_HEADER_SIZE + 9] ^= 1;
    ck_assert_int_eq(evtx_chunk_parse(log + EVTX_HEADER_SIZE, EVTX_CHUNK_SIZE, &chunk), 0);
    ck_assert(!chunk.header_intact);
    ck_assert_int_lt(evtx_header_parse(log + 1, size - 1, &header), 0);
    ck_assert_int_lt(evtx_chunk_parse(log, size, &chunk), 0);
    free(log);
}
END_TEST

START_TEST(loose_chunk_is_found_wherever_it_lies)
{
    uint8_t bytes[256] = {0};

    memcpy(bytes + 77, "ElfChnk", 8);
    ck_assert_uint_eq(evtx_find_chunk(bytes, sizeof bytes, 0), 77);
    ck_assert_uint_eq(evtx_find_chunk(bytes, sizeof bytes, 78), sizeof bytes);
    ck_assert_uint_eq(evtx_find_chunk(bytes, sizeof bytes, 1000), sizeof bytes);
}
END_TEST

/* Three events in one chunk, and the offset of each record in the file. */
static uint8_t *three_events(size_t *ret_size, size_t at[4])
{
    struct staged_event events[] = {one, one, one};
    uint8_t            *log;
    size_t              next = EVTX_HEADER_SIZE + 512;

    events[1].record_id = 42;
    events[2].record_id = 43;
    log = make_evtx_bytes(events, 3, ret_size);
    for (unsigned i = 0; i < 4; i++) {
        at[i] = next;
        next += le32(log + next + 4);
    }
    return log;
}

START_TEST(records_in_slack_are_carved)
{
    size_t   size, at[4];
    uint8_t *log = three_events(&size, at);
    uint32_t free_at = (uint32_t)(at[1] - EVTX_HEADER_SIZE);

    /* as after the chunk was started again: the header has one record, the old ones are after it */
    put_le(log + EVTX_HEADER_SIZE + 48, free_at, 4);
    log[at[2] + 8] = 99; /* no neighbour of number 42 */
    memset(log + at[1], 0, 32);
    expect_rows(log, size, "41 7045 " INSTALLED_JSON "99c 7045 " INSTALLED_JSON);
    free(log);
}
END_TEST

START_TEST(records_of_a_log_that_was_not_closed_are_not_called_carved)
{
    size_t   size, at[4];
    uint8_t *log = three_events(&size, at);
    uint32_t free_at = (uint32_t)(at[1] - EVTX_HEADER_SIZE);

    put_le(log + EVTX_HEADER_SIZE + 48, free_at, 4);
    expect_rows(log, size,
                "41 7045 " INSTALLED_JSON "42 7045 " INSTALLED_JSON "43 7045 " INSTALLED_JSON);
    free(log);
}
END_TEST

START_TEST(damaged_record_costs_only_itself)
{
    size_t      size, at[4];
    uint8_t    *log = three_events(&size, at);
    struct walk w;

    memset(log + at[1], 0xff, at[2] - at[1]);
    w = walk_log(log, size);
    ck_assert_str_eq(buffer_text(&w.rows), "41 7045 " INSTALLED_JSON "43c 7045 " INSTALLED_JSON);
    ck_assert_uint_eq(w.lost, at[2] - at[1]);
    buffer_free(&w.rows);
    free(log);
}
END_TEST

START_TEST(record_hidden_inside_its_neighbour_is_carved)
{
    size_t   size, at[4];
    uint8_t *log = three_events(&size, at);
    uint32_t both = (uint32_t)(at[2] - at[0]);

    put_le(log + at[0] + 4, both, 4);
    put_le(log + at[2] - 4, both, 4);
    make_evtx_seal(log, size);
    expect_rows(log, size,
                "41 7045 " INSTALLED_JSON "42c 7045 " INSTALLED_JSON "43 7045 " INSTALLED_JSON);
    free(log);
}
END_TEST

START_TEST(carved_record_whose_template_was_overwritten_is_not_made_up)
{
    size_t      size, at[4];
    uint8_t    *log = three_events(&size, at);
    uint32_t    free_at = (uint32_t)(at[1] - EVTX_HEADER_SIZE);
    struct walk w;

    put_le(log + EVTX_HEADER_SIZE + 48, free_at, 4);
    log[at[1] + 8] = 99;
    log[at[2] + 8] = 98;
    log[at[0] + 24 + 4 + 10 + 4] ^= 0x55; /* the definition's GUID */
    w = walk_log(log, size);
    ck_assert_str_eq(buffer_text(&w.rows), "41 7045 " INSTALLED_JSON);
    ck_assert_uint_eq(w.failed, 2);
    buffer_free(&w.rows);
    free(log);
}
END_TEST

START_TEST(a_name_may_be_the_last_of_its_chunk)
{
    static uint8_t chunk[EVTX_CHUNK_SIZE];
    struct span    name;

    for (uint32_t units = 0; units < 4; units++)
        for (uint32_t beyond = 0; beyond < 4; beyond++) {
            uint32_t      at = EVTX_CHUNK_SIZE - 10 - 2 * units + beyond;
            struct cursor c = {chunk, 512, EVTX_CHUNK_SIZE};
            memset(chunk, 0, sizeof chunk);
            put_le(chunk + 512, at, 4);
            chunk[at + 6] = (uint8_t)units;
            ck_assert_int_eq(binxml_name(&c, &name), beyond == 0);
            if (beyond == 0)
                ck_assert(name.at == at + 8 && name.units == units && c.at == 516);
        }
}
END_TEST

/* Hostile input -------------------------------------------------------------- */

START_TEST(forged_count_of_values_is_refused)
{
    size_t      size, at[4];
    uint8_t    *log = three_events(&size, at);
    struct walk w;

    /* record 41 defines its template in place: the count is after the definition */
    uint32_t definition = le32(log + at[0] + 24 + 4 + 10 + 20);
    put_le(log + at[0] + 24 + 4 + 10 + 24 + definition, 0x3fffffff, 4);
    w = walk_log(log, size);
    ck_assert_uint_eq(w.records, 3);
    ck_assert_uint_eq(w.failed, 1);
    buffer_free(&w.rows);
    free(log);
}
END_TEST

/* Make each Data element of the templates refer to value 0: <close start>, substitution, index. */
static void point_at_first_value(uint8_t *log, size_t size)
{
    for (size_t i = EVTX_HEADER_SIZE; i + 5 < size; i++)
        if (log[i] == 0x02 && log[i + 1] == 0x0d && log[i + 3] == 0 && log[i + 4] == EVTX_STRING)
            log[i + 2] = 0;
}

START_TEST(bytes_that_a_chunk_can_be_blown_up_to_are_bounded)
{
    static const char  *pairs[2 * 200 + 1];
    static char         text[2000], names[200][8];
    struct staged_event events[8];
    struct walk         w;
    size_t              size;

    memset(text, 'y', sizeof text - 1);
    for (unsigned i = 0; i < 200; i++) {
        snprintf(names[i], sizeof names[i], "N%u", i);
        pairs[2 * i] = names[i];
        pairs[2 * i + 1] = i ? "" : text;
    }
    for (unsigned i = 0; i < 8; i++) {
        events[i] = one;
        events[i].pairs = pairs;
    }
    uint8_t *log = make_evtx_bytes(events, 8, &size);
    ck_assert_uint_eq(size, EVTX_HEADER_SIZE + EVTX_CHUNK_SIZE);
    point_at_first_value(log, size);
    w = walk_log(log, size); /* 8 records of 800,000 bytes each, of 64 KiB */
    ck_assert_uint_eq(w.records, 8);
    ck_assert_uint_eq(w.failed, 6);
    ck_assert_uint_lt(w.rows.size, EVTX_WORK_MAX);
    buffer_free(&w.rows);
    free(log);
}
END_TEST

static uint32_t state = 1;

static uint32_t dice(uint32_t n)
{
    state = state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(state >> 8) * n >> 24);
}

/* Decode, render and write as XML everything that can be read. */
static void exhaust(const uint8_t *log, size_t size)
{
    static uint8_t      chunk[EVTX_CHUNK_SIZE];
    struct evtx_reader *reader;
    struct evtx_chunk   header;
    struct evtx_record  record;
    struct buffer       xml = {0};

    struct walk w = walk_log(log, size);
    buffer_free(&w.rows);
    ck_assert_int_eq(evtx_reader_new(&reader), 0);
    for (size_t at = EVTX_HEADER_SIZE; at + EVTX_CHUNK_SIZE <= size; at += EVTX_CHUNK_SIZE) {
        memcpy(chunk, log + at, sizeof chunk);
        if (evtx_load(reader, chunk, false, &header) != 0)
            continue;
        while (evtx_next(reader, &record) > 0) {
            buffer_reset(&xml);
            evtx_xml(reader, &record, &xml);
        }
    }
    buffer_free(&xml);
    evtx_reader_free(reader);
}

START_TEST(flipped_and_cut_logs_are_survived)
{
    struct staged_event events[10];
    size_t              size;

    for (unsigned i = 0; i < 10; i++) {
        events[i] = one;
        events[i].record_id = i + 1;
        events[i].form = (enum staged_form)(i % 5);
        events[i].message = "m";
    }
    uint8_t *log = make_evtx_bytes(events, 10, &size);
    uint8_t *copy = malloc(size);
    for (unsigned round = 0; round < 300; round++) {
        memcpy(copy, log, size);
        for (unsigned flips = 1 + dice(8); flips > 0; flips--)
            copy[EVTX_HEADER_SIZE + dice(9000)] = (uint8_t)dice(256);
        exhaust(copy, round % 4 ? size : EVTX_HEADER_SIZE + 512 + dice(8000));
    }
    free(copy);
    free(log);
}
END_TEST

static void flip_real(const char *path, void *data)
{
    unsigned *rounds = data;
    size_t    size;
    uint8_t  *log = (uint8_t *)harness_read(path, &size);

    for (unsigned round = 0; round < 3 && size < 200000; round++) {
        for (unsigned flips = 1 + dice(40); flips > 0; flips--)
            log[dice((uint32_t)size)] = (uint8_t)dice(256);
        exhaust(log, round == 2 ? size / 2 + dice((uint32_t)size / 2) : size);
        ++*rounds;
    }
    free(log);
}

START_TEST(flipped_and_cut_real_logs_are_survived)
{
    unsigned rounds = 0;

    if (!harness_each_evidence("evtx", ".evtx", flip_real, &rounds))
        SKIP("needs SVCQL_EVIDENCE");
    ck_assert_uint_eq(rounds, 3 * 69); /* the logs of less than 200,000 bytes */
}
END_TEST

/* Values ---------------------------------------------------------------------- */

static const struct {
    uint8_t     type;
    uint8_t     size;
    const char *bytes;
    const char *text;
    const char *json;
} values[] = {
    {EVTX_NULL, 0, "", "", "null"},
    {EVTX_STRING, 8, "a\0\"\0b\0\0\0", "a\"b", "\"a\\\"b\""},
    {EVTX_STRING, 6, "a\0\0\0b\0",
     "a\xef\xbf\xbd"
     "b",
     "\"a\xef\xbf\xbd"
     "b\""},
    {EVTX_STRING, 2, "\0\xd8", "\xef\xbf\xbd", "\"\xef\xbf\xbd\""},
    {EVTX_ANSI, 4, "caf\xe9", "caf\xc3\xa9", "\"caf\xc3\xa9\""},
    {EVTX_INT8, 1, "\xff", "-1", "\"-1\""},
    {EVTX_UINT8, 1, "\xff", "255", "\"255\""},
    {EVTX_INT16, 2, "\0\x80", "-32768", "\"-32768\""},
    {EVTX_UINT16, 2, "\x85\x1b", "7045", "\"7045\""},
    {EVTX_INT32, 4, "\xfe\xff\xff\xff", "-2", "\"-2\""},
    {EVTX_UINT32, 4, "\xfe\xff\xff\xff", "4294967294", "\"4294967294\""},
    {EVTX_INT64, 8, "\0\0\0\0\0\0\0\x80", "-9223372036854775808", "\"-9223372036854775808\""},
    {EVTX_UINT64, 8, "\0\0\0\0\0\0\0\x80", "9223372036854775808", "\"9223372036854775808\""},
    {EVTX_REAL32, 4, "\0\0\x80\x3e", "0.25", "\"0.25\""},
    {EVTX_REAL64, 8, "\0\0\0\0\0\0\xf8\xbf", "-1.5", "\"-1.5\""},
    {EVTX_BOOL, 4, "\1\0\0\0", "true", "\"true\""},
    {EVTX_BOOL, 1, "\0", "false", "\"false\""},
    {EVTX_BINARY, 3, "\x01\xab\xff", "01ABFF", "\"01ABFF\""},
    {EVTX_GUID, 16, "\x25\x96\x84\x54\x78\x54\x94\x49\xa5\xba\x3e\x3b\x03\x28\xc3\x0d",
     "{54849625-5478-4994-A5BA-3E3B0328C30D}", "\"{54849625-5478-4994-A5BA-3E3B0328C30D}\""},
    {EVTX_SIZE, 4, "\x10\0\0\0", "0x10", "\"0x10\""},
    {EVTX_FILETIME, 8, "\0\x80\x3e\xd5\xde\xb1\x9d\x01", "1970-01-01T00:00:00.0000000Z",
     "\"1970-01-01T00:00:00.0000000Z\""},
    {EVTX_SYSTEMTIME, 16, "\xea\x07\x0b\0\2\0\x18\0\x0a\0\x1e\0\x05\0\x07\0",
     "2026-11-24T10:30:05.007Z", "\"2026-11-24T10:30:05.007Z\""},
    {EVTX_SID, 12, "\1\1\0\0\0\0\0\5\x12\0\0\0", "S-1-5-18", "\"S-1-5-18\""},
    {EVTX_HEX32, 4, "\xe7\3\0\0", "0x3e7", "\"0x3e7\""},
    {EVTX_HEX64, 8, "\0\0\0\0\0\0\0\x80", "0x8000000000000000", "\"0x8000000000000000\""},
    {EVTX_ARRAY | EVTX_STRING, 8, "a\0\0\0b\0\0\0", "a,b", "[\"a\",\"b\"]"},
    {EVTX_ARRAY | EVTX_UINT16, 4, "\1\0\2\0", "1,2", "[\"1\",\"2\"]"},
    {EVTX_UINT32, 3, "\1\2\3", "010203", "\"010203\""}, /* a size its type cannot have */
};

START_TEST(value_of_every_type_is_rendered)
{
    struct evtx_value value = {(const uint8_t *)values[_i].bytes, values[_i].size, values[_i].type};
    struct buffer     json = {0};

    expect_value(&value, values[_i].text);
    evtx_value_json(&value, &json);
    ck_assert_str_eq(buffer_text(&json), values[_i].json);
    buffer_free(&json);
}
END_TEST

START_TEST(integers_and_times_are_read_from_texts_too)
{
    static const struct {
        const char *text;
        int64_t     number;
        double      time;
    } cases[] = {{"7045", 7045, NAN},
                 {"0x1f", 31, NAN},
                 {"-3", -3, NAN},
                 {"12x", 0, NAN},
                 {"", 0, NAN},
                 {"2026-11-24T10:00:00Z", 0, 1795514400},
                 {"2026-11-24T11:00:00.5+01:00", 0, 1795514400.5},
                 {"2026-11-24 10:00:00.123456789Z", 0, 1795514400.123456},
                 {"2026-13-24T10:00:00Z", 0, NAN}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct evtx_value value = {(const uint8_t *)cases[i].text, (uint32_t)strlen(cases[i].text),
                                   EVTX_UTF8};
        int64_t           number = 0;
        double            time = evtx_value_time(&value);
        ck_assert_int_eq(evtx_value_int(&value, &number), cases[i].number != 0);
        ck_assert_int_eq(number, cases[i].number);
        if (isnan(cases[i].time))
            ck_assert_double_nan(time);
        else
            ck_assert_double_eq_tol(time, cases[i].time, 1e-6);
    }
}
END_TEST

/* One unit after another, as the documents say: for texts without surrogates. */
static void convert_plainly(const uint16_t *units, size_t n, bool json, struct buffer *text)
{
    static const char escapes[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};

    for (size_t i = 0; i < n; i++) {
        uint16_t c = units[i];
        if (c == 0)
            buffer_puts(text, "\xef\xbf\xbd");
        else if (json && c < sizeof escapes && escapes[c])
            buffer_printf(text, "\\%c", escapes[c]);
        else if (json && (c == '"' || c == '\\'))
            buffer_printf(text, "\\%c", c);
        else if (json && (c < 0x20 || (c >= 0x7f && c < 0xa0)))
            buffer_printf(text, "\\u%04x", c);
        else if (c < 0x80)
            buffer_putc(text, (char)c);
        else if (c < 0x800)
            buffer_printf(text, "%c%c", 0xc0 | c >> 6, 0x80 | (c & 0x3f));
        else
            buffer_printf(text, "%c%c%c", 0xe0 | c >> 12, 0x80 | (c >> 6 & 0x3f),
                          0x80 | (c & 0x3f));
    }
}

START_TEST(text_of_any_length_is_converted)
{
    static const uint16_t odd[] = {0,    1,    '\n', 0x1f, '"',   '\\',  0x7e,  0x7f,
                                   0x80, 0x9f, 0xa0, 0xff, 0x100, 0x7ff, 0x800, 0xffff};
    unsigned              seed = (unsigned)_i;

    for (int round = 0; round < 20000; round++) {
        uint16_t      units[80];
        uint8_t       bytes[160];
        size_t        n = (size_t)(rand_r(&seed) % 80);
        struct buffer expected = {0}, text = {0};
        for (size_t i = 0; i < n; i++) {
            units[i] = rand_r(&seed) % 24 ? (uint16_t)(' ' + rand_r(&seed) % 95)
                                          : odd[rand_r(&seed) % (int)(sizeof odd / sizeof *odd)];
            bytes[2 * i] = (uint8_t)units[i];
            bytes[2 * i + 1] = (uint8_t)(units[i] >> 8);
        }
        convert_plainly(units, n, _i, &expected);
        buffer_utf16_shown(&text, bytes, n, _i);
        ck_assert_str_eq(buffer_text(&text), buffer_text(&expected));
        buffer_free(&text);
        buffer_free(&expected);
    }
}
END_TEST

Suite *make_evtx_suite(void)
{
    Suite *suite = suite_create("evtx");
    TCase *tcase = tcase_create("reader");

    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, system_and_pairs_are_read_from_every_form, 0, 5);
    tcase_add_test(tcase, message_of_a_forwarded_event_is_no_data);
    tcase_add_test(tcase, xml_escapes_and_keeps_all);
    tcase_add_test(tcase, entities_are_characters_in_values_and_in_attributes);
    tcase_add_test(tcase, array_of_nameless_data_is_an_element_each_in_xml);
    tcase_add_test(tcase, repeated_name_is_numbered);
    tcase_add_test(tcase, templates_are_shared_within_and_defined_again_across_chunks);
    tcase_add_test(tcase, headers_say_what_is_dirty_and_what_was_altered);
    tcase_add_test(tcase, loose_chunk_is_found_wherever_it_lies);
    tcase_add_test(tcase, records_in_slack_are_carved);
    tcase_add_test(tcase, records_of_a_log_that_was_not_closed_are_not_called_carved);
    tcase_add_test(tcase, damaged_record_costs_only_itself);
    tcase_add_test(tcase, record_hidden_inside_its_neighbour_is_carved);
    tcase_add_test(tcase, carved_record_whose_template_was_overwritten_is_not_made_up);
    tcase_add_test(tcase, a_name_may_be_the_last_of_its_chunk);
    tcase_add_test(tcase, forged_count_of_values_is_refused);
    tcase_add_test(tcase, bytes_that_a_chunk_can_be_blown_up_to_are_bounded);
    tcase_add_test(tcase, flipped_and_cut_logs_are_survived);
    tcase_add_test(tcase, flipped_and_cut_real_logs_are_survived);
    tcase_add_loop_test(tcase, value_of_every_type_is_rendered, 0,
                        sizeof values / sizeof values[0]);
    tcase_add_test(tcase, integers_and_times_are_read_from_texts_too);
    tcase_add_loop_test(tcase, text_of_any_length_is_converted, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
