/* check_dbus.c -- the reader of the D-Bus wire that talks to hostile managers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/dbus/dbus_message.h"
#include "harness.h"
#include "make_dbus.h"

static struct buffer reply;

static struct dbus_reader begin(const uint8_t *data, size_t size)
{
    struct dbus_message message;
    struct dbus_reader  m;

    ck_assert_int_eq(dbus_message_parse(data, size, &message), 0);
    ck_assert_int_eq(message.type, DBUS_RETURN);
    ck_assert_uint_eq(message.reply_serial, 1);
    dbus_reader_begin(&m, message.body, message.body_size, message.types, message.big_endian);
    return m;
}

static struct dbus_reader begin_reply(void)
{
    buffer_reset(&reply);
    make_dbus_reply(&reply);
    return begin((const uint8_t *)reply.data, reply.size);
}

START_TEST(values_are_read_as_their_types_say)
{
    struct dbus_reader m = begin_reply();
    const char        *name, *text;
    uint32_t           number;

    ck_assert_int_eq(dbus_enter(&m, 'a', "{sv}"), 1);
    ck_assert_int_eq(dbus_enter(&m, 'e', "sv"), 1);
    ck_assert_int_eq(dbus_read_values(&m, "s", &name), 1);
    ck_assert_str_eq(name, "Type");
    ck_assert_int_eq(dbus_enter(&m, 'v', "u"), -ENXIO); /* and stays where it is */
    ck_assert_int_eq(dbus_enter(&m, 'v', "s"), 1);
    ck_assert_int_eq(dbus_exit(&m), -EBUSY);
    ck_assert_int_eq(dbus_read(&m, 's', &text), 1);
    ck_assert_str_eq(text, "simple");
    ck_assert_int_eq(dbus_exit(&m), 1);
    ck_assert_int_eq(dbus_exit(&m), 1);
    ck_assert_int_eq(dbus_enter(&m, 'e', "sv"), 1);
    ck_assert_int_eq(dbus_read(&m, 'u', &number), -ENXIO);
    ck_assert_int_eq(dbus_read(&m, 's', &name), 1);
    ck_assert_int_eq(dbus_enter(&m, 'v', "u"), 1);
    ck_assert_int_eq(dbus_read(&m, 'u', &number), 1);
    ck_assert_uint_eq(number, 7);
    ck_assert_int_eq(dbus_exit(&m), 1);
    ck_assert_int_eq(dbus_exit(&m), 1);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(dbus_enter(&m, 'e', "sv"), 1);
        ck_assert_int_eq(dbus_skip(&m, 2), 1);
        ck_assert_int_eq(dbus_exit(&m), 1);
    }
    ck_assert(dbus_at_end(&m));
    ck_assert_int_eq(dbus_exit(&m), 1);
    ck_assert_int_eq(dbus_skip(&m, 1), 0);
}
END_TEST

START_TEST(a_message_cut_anywhere_is_not_whole)
{
    struct dbus_message message;
    uint64_t            size;

    begin_reply();
    for (size_t n = 0; n < reply.size; n++) {
        ck_assert_int_eq(dbus_message_parse((const uint8_t *)reply.data, n, &message), -EBADMSG);
        int r = dbus_message_measure((const uint8_t *)reply.data, n, &size);
        ck_assert_int_eq(r, n >= DBUS_HEADER_MIN);
        if (r > 0)
            ck_assert_uint_eq(size, reply.size);
    }
}
END_TEST

/* A length that goes beyond its container, a text with a NUL, a text that is not UTF-8. */
START_TEST(damage_is_shown)
{
    static const struct {
        uint8_t change, at; /* after the text "simple" */
    } damages[] = {{200, 0}, {0, 2}, {0xff, 2}, {1, 6}};
    const char *text;

    begin_reply();
    uint8_t *simple = memmem(reply.data, reply.size, "simple", 6);
    uint8_t *p = _i == 0 ? simple - 4 : simple + damages[_i].at;
    *p = damages[_i].change;
    struct dbus_reader m = begin((const uint8_t *)reply.data, reply.size);
    ck_assert_int_eq(dbus_enter(&m, 'a', "{sv}"), 1);
    ck_assert_int_eq(dbus_enter(&m, 'e', "sv"), 1);
    ck_assert_int_eq(dbus_read(&m, 's', &text), 1);
    ck_assert_int_eq(dbus_enter(&m, 'v', "s"), 1);
    ck_assert_int_eq(dbus_read(&m, 's', &text), -EBADMSG);
}
END_TEST

/* Each type of a number, in both orders of bytes, among bytes that it must leave alone; and a byte short of whole. */
START_TEST(a_number_has_the_size_of_its_type)
{
    static const struct {
        char   type[2];
        size_t size;
    } types[] = {{"y", 1}, {"n", 2}, {"q", 2}, {"b", 4}, {"i", 4},
                 {"u", 4}, {"h", 4}, {"x", 8}, {"t", 8}, {"d", 8}};
    size_t             size = types[_i / 2].size;
    bool               big = _i % 2;
    uint8_t            data[8], ret[9], expected[9];
    struct dbus_reader m;

    memset(ret, 0xaa, sizeof ret);
    memset(expected, 0xaa, sizeof expected);
    for (size_t i = 0; i < size; i++) {
        data[i] = (uint8_t)(0x11 * (i + 1));
        expected[i] = data[i];
    }
    if (big != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
        for (size_t i = 0; i < size; i++)
            expected[i] = data[size - 1 - i];
    dbus_reader_begin(&m, data, size - 1, types[_i / 2].type, big);
    ck_assert_int_eq(dbus_read(&m, *types[_i / 2].type, ret), -EBADMSG);
    ck_assert_uint_eq(ret[0], 0xaa);
    dbus_reader_begin(&m, data, size, types[_i / 2].type, big);
    ck_assert_int_eq(dbus_read(&m, *types[_i / 2].type, ret), 1);
    ck_assert_mem_eq(ret, expected, sizeof ret);
    ck_assert(dbus_at_end(&m));
    ck_assert_int_eq(dbus_read(&m, *types[_i / 2].type, ret), 0);
}
END_TEST

/* Variants in variants: as deep as a reader goes, and not one further. */
START_TEST(containers_are_entered_as_deep_as_a_reader_goes)
{
    uint8_t            data[3 * (DBUS_DEPTH_MAX + 1)];
    struct dbus_reader m;

    for (size_t i = 0; i < sizeof data; i += 3)
        memcpy(data + i, "\1v", 3);
    dbus_reader_begin(&m, data, sizeof data, "v", false);
    for (int depth = 1; depth < DBUS_DEPTH_MAX; depth++)
        ck_assert_int_eq(dbus_enter(&m, 'v', "v"), 1);
    ck_assert_int_eq(dbus_enter(&m, 'v', "v"), -ENXIO);
    ck_assert_int_eq(dbus_exit(&m), -EBUSY);
}
END_TEST

/* A structure is of eight bytes' alignment; what was passed over ends where the next begins. */
START_TEST(what_is_passed_over_is_as_long_as_it_is)
{
    static const uint8_t data[] = "\1\0\0\0\0\0\0\0"  /* y, then (yq) */
                                  "\2\0\3\0\1y\0\4"   /* its q, then a variant */
                                  "\4\0\0\0\5\0\6\0"  /* aq */
                                  "\2\0\0\0ab\0\1i\0" /* s, and g */
                                  "\7";
    struct dbus_reader m;
    uint8_t            last = 0;

    for (size_t skipped = 0; skipped <= 6; skipped++) {
        dbus_reader_begin(&m, data, sizeof data - 1, "y(yq)vaqsgy", false);
        ck_assert_int_eq(dbus_skip(&m, skipped), 1);
        ck_assert_int_eq(dbus_skip(&m, 6 - skipped), 1);
        ck_assert_int_eq(dbus_read(&m, 'y', &last), 1);
        ck_assert_uint_eq(last, 7);
        ck_assert_int_eq(dbus_skip(&m, 1), 0);
    }
    dbus_reader_begin(&m, data, sizeof data - 2, "y(yq)vaqsgy", false);
    ck_assert_int_eq(dbus_skip(&m, 6), 1);
    ck_assert_int_eq(dbus_skip(&m, 1), -EBADMSG);
}
END_TEST

START_TEST(a_type_is_one_complete_type)
{
    static const struct {
        const char *types;
        size_t      size;
    } cases[] = {{"s", 1}, {"as", 2},   {"a{s(uv)}x", 8}, {"(ss)", 4}, {"()", 0},
                 {"a", 0}, {"(s", 0},   {"a(s", 0},       {")", 0},    {"", 0},
                 {"z", 0}, {"aaas", 4}, {"(s(u)", 0}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(dbus_type_size(cases[i].types, strlen(cases[i].types)) == cases[i].size, "%s",
                      cases[i].types);
    char deep[1000];
    memset(deep, 'a', sizeof deep);
    ck_assert_uint_eq(dbus_type_size(deep, sizeof deep), 0);
}
END_TEST

static void write_call(struct buffer *out, const char *types, ...)
{
    va_list ap;

    va_start(ap, types);
    dbus_call_write(out,
                    &(struct dbus_call){.destination = "a.b",
                                        .object = "/o",
                                        .interface = "a.b.I",
                                        .member = "Get",
                                        .serial = 3},
                    types, ap);
    va_end(ap);
}

/* Written after another, at an offset that is not a multiple of 8. */
START_TEST(a_call_is_a_message)
{
    struct buffer       out = {0};
    struct dbus_message message;
    struct dbus_reader  m;
    const char         *interface, *member;
    uint32_t            number;

    buffer_puts(&out, "abc");
    write_call(&out, "ssu", "a.I", "Name", 7u);
    ck_assert_int_eq(dbus_message_parse((const uint8_t *)out.data + 3, out.size - 3, &message), 0);
    ck_assert_int_eq(message.type, DBUS_CALL);
    ck_assert_str_eq(message.types, "ssu");
    dbus_reader_begin(&m, message.body, message.body_size, message.types, message.big_endian);
    ck_assert_int_eq(dbus_read_values(&m, "ssu", &interface, &member, &number), 1);
    ck_assert_str_eq(interface, "a.I");
    ck_assert_str_eq(member, "Name");
    ck_assert_uint_eq(number, 7);
    ck_assert_uint_eq(m.at, message.body_size);
    buffer_free(&out);
}
END_TEST

/* A length from a peer must not exhaust this process's memory, which would end the query. */
START_TEST(a_peer_does_not_say_that_we_have_no_memory)
{
    ck_assert_int_eq(dbus_error_errno("org.freedesktop.DBus.Error.NoMemory"), -EREMOTEIO);
    ck_assert_int_eq(dbus_error_errno("System.Error.ENOMEM"), -EREMOTEIO);
    ck_assert_int_eq(dbus_error_errno("org.freedesktop.DBus.Error.AccessDenied"), -EACCES);
}
END_TEST

Suite *make_dbus_suite(void)
{
    Suite *suite = suite_create("dbus");
    TCase *tcase = tcase_create("wire");

    tcase_add_test(tcase, values_are_read_as_their_types_say);
    tcase_add_test(tcase, a_message_cut_anywhere_is_not_whole);
    tcase_add_loop_test(tcase, damage_is_shown, 0, 4);
    tcase_add_loop_test(tcase, a_number_has_the_size_of_its_type, 0, 20);
    tcase_add_test(tcase, containers_are_entered_as_deep_as_a_reader_goes);
    tcase_add_test(tcase, what_is_passed_over_is_as_long_as_it_is);
    tcase_add_test(tcase, a_type_is_one_complete_type);
    tcase_add_test(tcase, a_call_is_a_message);
    tcase_add_test(tcase, a_peer_does_not_say_that_we_have_no_memory);
    suite_add_tcase(suite, tcase);
    return suite;
}
