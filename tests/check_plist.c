/* check_plist.c -- the readers of property lists: what they read, what they refuse, and what an
 * attacker's file may cost. */
#include "formats/plist/plist.h"
#include "formats/plist/plist_values.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "make_plist.h"

static int to_json(void *user, const struct plist_event *event)
{
    plist_json(user, event);
    return 0;
}

/* The JSON of a file, or "error: why"; malloc()ed. */
static char *json_of(const void *data, size_t size)
{
    struct buffer      json = {0};
    struct plist_error error;
    int                r = plist_parse(data, size, to_json, &json, &error);

    if (r < 0) {
        buffer_reset(&json);
        buffer_printf(&json, "error: %s", error.text);
    }
    ck_assert_ptr_nonnull(buffer_text(&json));
    return json.data;
}

static void expect_bytes(const void *data, size_t size, const char *expected)
{
    char *json = json_of(data, size);

    ck_assert_str_eq(json, expected);
    free(json);
}

static void expect(const char *text, const char *expected)
{
    expect_bytes(text, strlen(text), expected);
}

/* The value in both forms must read as the same JSON. */
static void expect_value(const char *value, const char *expected)
{
    size_t size;
    char  *xml = make_plist_xml(value);
    void  *binary = make_plist_binary(value, &size);

    expect(xml, expected);
    expect_bytes(binary, size, expected);
    free(xml);
    free(binary);
}

/* Honest files -------------------------------------------------------------- */

START_TEST(every_type_reads_alike_from_both_forms)
{
    expect_value("<string>a &lt;b&gt; &amp; \"c\" &#233;</string>",
                 "\"a <b> & \\\"c\\\" \xc3\xa9\"");
    expect_value("<string></string>", "\"\"");
    expect_value("<string/>", "\"\"");
    expect_value("<string><![CDATA[<x>&y;]]></string>", "\"<x>&y;\"");
    expect_value("<integer> -0x10</integer>", "-16");
    expect_value("<integer>- 5</integer>", "-5");
    expect_value("<integer>+007</integer>", "7");
    expect_value("<integer>-9223372036854775808</integer>", "-9223372036854775808");
    expect_value("<integer>18446744073709551615</integer>", "18446744073709551615");
    expect_value("<real>1.5</real>", "1.5");
    expect_value("<real>-infinity</real>", "null");
    expect_value("<date>2026-11-24T10:00:00Z</date>", "\"2026-11-24T10:00:00Z\"");
    expect_value("<date>1969-12-31T23:59:59Z</date>", "\"1969-12-31T23:59:59Z\"");
    expect_value("<data>\n\taGVs\n\tbG8=\n</data>", "\"aGVsbG8=\"");
    expect_value("<data></data>", "\"\"");
    expect_value("<array><true/><false></false></array>", "[true,false]");
    expect_value("<dict/>", "{}");
    expect_value("<array/>", "[]");
    expect_value("<dict><key>a</key><dict><key>b</key><array><dict/><array/>"
                 "<integer>1</integer></array></dict><key>c</key><string>d</string></dict>",
                 "{\"a\":{\"b\":[{},[],1]},\"c\":\"d\"}");
}
END_TEST

START_TEST(a_container_of_many_items_has_its_count_in_an_integer)
{
    struct buffer value = {0}, json = {0};

    buffer_puts(&value, "<array>");
    buffer_puts(&json, "[");
    for (int i = 0; i < 300; i++) {
        buffer_printf(&value, "<integer>%d</integer>", i);
        buffer_printf(&json, "%s%d", i ? "," : "", i);
    }
    buffer_puts(&value, "</array>");
    buffer_puts(&json, "]");
    expect_value(buffer_text(&value), buffer_text(&json));
    buffer_free(&value);
    buffer_free(&json);
}
END_TEST

/* An object of a binary file with nothing else in it. */
static void expect_object(const void *object, size_t size, const char *expected)
{
    struct buffer file = {0};
    uint8_t       tail[33] = {[0] = 8, [7] = 1, [8] = 1, [16] = 1, [32] = (uint8_t)(8 + size)};

    buffer_puts(&file, "bplist00");
    buffer_put(&file, object, size);
    buffer_put(&file, tail, sizeof tail);
    expect_bytes(file.data, file.size, expected);
    buffer_free(&file);
}

START_TEST(binary_objects_that_xml_cannot_write_are_read)
{
    expect_object("\x62\x00\xe9\x20\xac", 5, "\"\xc3\xa9\xe2\x82\xac\""); /* UTF-16 */
    expect_object("\x62\xd8\x3d\xde\x00", 5, "\"\xf0\x9f\x98\x80\"");     /* a pair */
    expect_object("\x61\xd8\x3d", 3, "\"\xef\xbf\xbd\"");                 /* half a pair */
    expect_object("\x52\xc3\xa9", 3, "\"\xc3\xa9\"");                     /* not ASCII after all */
    expect_object("\x51\xff", 2, "\"\xef\xbf\xbd\"");
    expect_object("\x53"
                  "a\0b",
                  4, "\"a\\u0000b\"");
    expect_object("\x10\xff", 2, "255"); /* short integers have no sign */
    expect_object("\x13\xff\xff\xff\xff\xff\xff\xff\xff", 9, "-1");
    expect_object("\x22\x3f\xc0\x00\x00", 5, "1.5");
    expect_object("\x80\x07", 2, "{\"CF$UID\":7}");
    expect_object("\x00\x00", 2, "null");
    expect_object("\xb0\x00", 2, "[]"); /* sets */
    expect_object("\xc0\x00", 2, "[]");
    expect_object("\x33\x00\x00\x00\x00\x00\x00\x00\x00", 9, "\"2001-01-01T00:00:00Z\"");
    expect_object("\x33\x7f\xf0\x00\x00\x00\x00\x00\x00", 9, "null"); /* an infinite date */
}
END_TEST

START_TEST(xml_is_read_as_macos_does)
{
    expect("<dict><key>Label</key><string>x</string></dict>", "{\"Label\":\"x\"}");
    expect("<plist><string>x</string></plist> trailing <junk", "\"x\"");
    expect("\xef\xbb\xbf<?xml version='1.0'?><plist><true/></plist>", "true");
    expect("<?xml version='1.0' encoding='iso-8859-1'?><string>\xe9</string>", "\"\xc3\xa9\"");
    expect("<plist><!-- a --><array><!-- b --><true/></array><!-- c --></plist>", "[true]");
    /* Comments, instructions and <?xml lines occur in any order, and a comment ends at "-->". */
    expect("\n<?xml version='1.0'?><true/>", "true");
    expect("<!-- a --><?xml version='1.0'?><plist><true/></plist>", "true");
    expect("<?xml version='1.0'?><!DOCTYPE plist><?xml version='1.0'?><!DOCTYPE plist><true/>",
           "true");
    expect("<array><!-- <true/> --debug --><?x?><false/></array>", "[false]");
    /* Of a tag only the name counts. */
    expect("<plist version=1.0 version=2><array a=b a=\"c\" ><true /></array ></plist>", "[true]");
    expect("<array><string>a\x01\x1b</string></array>", "[\"a\\u0001\\u001b\"]");
    expect("<dict><key>a</key><key>b</key></dict>", "{\"a\":\"b\"}");
    expect("<array><key>a</key><plist><true/></plist></array>", "[\"a\",true]");
    expect("<data>aGVsbG8</data>", "\"aGVs\"");
    expect("<?xml version='1.0' encoding='windows-1252'?><string>\x80</string>",
           "\"\xe2\x82\xac\"");
    expect("<?xml version='1.0' encoding='macintosh'?><string>\x8e</string>", "\"\xc3\xa9\"");
    expect("<?xml version='1.0' encoding='iso-8859-2'?><string>a\xb1</string>",
           "\"a\xef\xbf\xbd\"");
    expect("<?xml version='1.0' encoding='Shift_JIS'?><true/>", "true");
    /* An instruction before the root does not end with its own '?'. */
    expect("<?><true/>?><false/>", "false");
    expect("<array><?><true/></array>", "[true]");
    /* In data an '&' is a character that is passed over. */
    expect("<data>aGVs&bG8=</data>", "\"aGVsbG8=\"");
    expect_bytes("\xff\xfe<\0t\0r\0u\0e\0/\0>\0", 16, "true");
    expect_bytes("\0<\0t\0r\0u\0e\0/\0>", 14, "true");
}
END_TEST

static int stop_at_key(void *user, const struct plist_event *event)
{
    ++*(int *)user;
    return event->type == PLIST_KEY ? 7 : 0;
}

START_TEST(a_handler_ends_the_parse_with_its_own_result)
{
    const char *value = "<dict><key>a</key><true/><key>b</key><true/></dict>";
    size_t      size;
    void       *binary = make_plist_binary(value, &size);
    int         calls = 0;

    ck_assert_int_eq(plist_parse(binary, size, stop_at_key, &calls, NULL), 7);
    ck_assert_int_eq(plist_parse((const uint8_t *)value, strlen(value), stop_at_key, &calls, NULL),
                     7);
    ck_assert_int_eq(calls, 4);
    free(binary);
}
END_TEST

START_TEST(a_property_list_is_known_by_its_beginning)
{
    ck_assert(plist_looks_like((const uint8_t *)"bplist00", 8));
    ck_assert(plist_looks_like((const uint8_t *)" <?xml version", 14));
    ck_assert(plist_looks_like((const uint8_t *)"<!-- x --><plist>", 17));

    struct buffer padded = {0};
    buffer_puts(&padded, "<!--");
    for (int i = 0; i < 1000; i++)
        buffer_putc(&padded, 'x');
    buffer_puts(&padded, "--><plist>");
    ck_assert(plist_looks_like((const uint8_t *)padded.data, padded.size));
    buffer_free(&padded);
    ck_assert(!plist_looks_like((const uint8_t *)"\0\0\0\1Bud1", 8));
    ck_assert(!plist_looks_like((const uint8_t *)"", 0));
}
END_TEST

/* Files that are refused ---------------------------------------------------- */

static const struct {
    const char *text, *error;
} refused[] = {
    {"", "error: empty file"},
    {"junk", "error: neither an XML nor a binary property list"},
    {"{ Label = x; }", "error: an OpenStep text property list, which launchd does not load"},
    {"{\"Label\": \"x\"}", "error: JSON, which launchd does not load"},
    {"[1]", "error: JSON, which launchd does not load"},
    {"{ \"Label\" = x; }", "error: an OpenStep text property list, which launchd does not load"},
    {"<string>a<!-- b --></string>", "error: line 1: a comment or declaration within a text"},
    {"<string>&#xd800;</string>", "error: line 1: a reference to no character"},
    {"<integer>1 </integer>", "error: line 1: <integer> is not a number of 64 bits"},
    {"bplist16xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
     "error: binary property list of a version that is not read"},
    {"bplist00", "error: shorter than a header and a trailer"},
    {"<!DOCTYPE plist [<!ENTITY x 'y'>]><plist><string>&x;</string></plist>",
     "error: line 1: DOCTYPE declares entities of its own"},
    {"<!DOCTYPE plist SYSTEM 'x'>\n<plist><string>&x;</string></plist>",
     "error: line 2: unknown entity"},
    {"<plist><string>&x;</string></plist>", "error: line 1: unknown entity"},
    {"<plist><array></plist>", "error: line 1: an end that is not of <array>"},
    {"<plist><array>", "error: line 1: no end of <array>"},
    {"<plist></plist>", "error: line 1: <plist> without a value"},
    {"<plist><true/><true/></plist>", "error: line 1: a second value in <plist>: <true>"},
    {"<plist/>", "error: line 1: nothing in <plist>"},
    {"<dict><string>a</string></dict>", "error: line 1: no key before <string>"},
    {"<dict><key>a</key><true/><false/></dict>", "error: line 1: no key before <false>"},
    {"<dict><key>a</key></dict>", "error: line 1: the last key of a <dict> has no value"},
    {"<array><!ENTITY x></array>", "error: line 1: a declaration between values"},
    {"<array>a</array>", "error: line 1: text outside of a value"},
    {"<string><true/></string>", "error: line 1: no end of <string>"},
    {"<array>\n<script/></array>", "error: line 2: unknown element <script>"},
    {"<integer></integer>", "error: line 1: <integer> is not a number of 64 bits"},
    {"<integer>1f</integer>", "error: line 1: <integer> is not a number of 64 bits"},
    {"<integer>18446744073709551616</integer>",
     "error: line 1: <integer> is not a number of 64 bits"},
    {"<integer>-9223372036854775809</integer>",
     "error: line 1: <integer> is not a number of 64 bits"},
    {"<integer>&#49;</integer>", "error: line 1: <integer> is not a number of 64 bits"},
    {"<integer><![CDATA[1]]></integer>", "error: line 1: <integer> is not a number of 64 bits"},
    {"<true><![CDATA[]]></true>", "error: line 1: no end of <true>"},
    {"<data>aGVs<![CDATA[bG8=]]></data>", "error: line 1: no end of <data>"},
    {"<real>x</real>", "error: line 1: <real> is not a number"},
    {"<real/>", "error: line 1: nothing in <real>"},
    {"<date>yesterday</date>", "error: line 1: <date> is not a date"},
    {"<date>2026-13-01T00:00:00Z</date>", "error: line 1: <date> is not a date"},
    {"<string>\xff</string>", "error: line 1: a text that is not in the file's encoding"},
    {"<?xml version='1.0' encoding='klingon'?><true/>",
     "error: encoding klingon, which is not read"},
};

START_TEST(a_malformed_file_is_refused_and_says_why)
{
    expect(refused[_i].text, refused[_i].error);
}
END_TEST

START_TEST(malformed_binary_objects_are_refused)
{
    expect_object("\x15", 1, "error: object 0: an integer longer than the file or than 16 bytes");
    expect_object("\x13\x01", 2,
                  "error: object 0: an integer longer than the file or than 16 bytes");
    expect_object("\x14\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0", 17,
                  "error: object 0: an integer beyond 64 bits");
    expect_object("\x20\x00", 2, "error: object 0: a real number of an impossible size");
    expect_object("\x55"
                  "abc",
                  4, "error: object 0: longer than the file");
    expect_object("\x5f\x11", 2, "error: object 0: no count");
    expect_object("\x5f\x13\xff\xff\xff\xff\xff\xff\xff\xff", 10,
                  "error: object 0: longer than the file");
    expect_object("\xaf\x13\x7f\xff\xff\xff\xff\xff\xff\xff", 10,
                  "error: object 0: longer than the file");
    expect_object("\xa1\x07", 2, "error: object 7: no such object");
    expect_object("\xd1\x00\x00", 3, "error: object 0: a key that is not a text");
    expect_object("\xf0", 1, "error: object 0: of an unknown type");
    expect_object("\x0e", 1, "error: object 0: of an unknown type");
}
END_TEST

START_TEST(a_file_cut_or_altered_anywhere_never_crashes)
{
    size_t   size;
    uint8_t *binary = make_plist_binary("<dict><key>a</key><array><integer>1</integer>"
                                        "<string>bc</string><real>1</real></array></dict>",
                                        &size);

    for (size_t cut = 0; cut < size; cut++)
        ck_assert_int_lt(plist_parse(binary, cut, to_json, &(struct buffer){.failed = true}, NULL),
                         0);
    for (size_t i = 0; i < size; i++)
        for (int bit = 0; bit < 8; bit++) {
            binary[i] ^= (uint8_t)(1 << bit);
            char *json = json_of(binary, size);
            ck_assert_uint_lt(strlen(json), 100000);
            free(json);
            binary[i] ^= (uint8_t)(1 << bit);
        }
    free(binary);
}
END_TEST

/* What an attacker's file costs --------------------------------------------- */

static int count(void *user, const struct plist_event *event)
{
    (void)event;
    ++*(size_t *)user;
    return 0;
}

static void put_offset(struct buffer *offsets, size_t at)
{
    buffer_putc(offsets, (char)(at >> 8));
    buffer_putc(offsets, (char)at);
}

static void put_reference(struct buffer *file, unsigned object, unsigned size)
{
    if (size == 2)
        buffer_putc(file, (char)(object >> 8));
    buffer_putc(file, (char)object);
}

/* Arrays in a row, each of which holds the next one `width` times: width to the power of depth
 * values from 4 bytes a level. */
static uint8_t *make_shared(unsigned depth, unsigned width, size_t *ret_size)
{
    struct buffer file = {0};
    struct buffer offsets = {0};
    unsigned      reference = depth < 256 ? 1 : 2;

    buffer_puts(&file, "bplist00");
    for (unsigned i = 0; i < depth; i++) {
        put_offset(&offsets, file.size);
        buffer_putc(&file, (char)(0xa0 | width));
        for (unsigned j = 0; j < width; j++)
            put_reference(&file, i + 1, reference);
    }
    put_offset(&offsets, file.size);
    buffer_putc(&file, 9);
    uint8_t tail[32] = {[6] = 2,
                        [7] = (uint8_t)reference,
                        [14] = (uint8_t)((depth + 1) >> 8),
                        [15] = (uint8_t)(depth + 1),
                        [30] = (uint8_t)(file.size >> 8),
                        [31] = (uint8_t)file.size};
    buffer_put(&file, offsets.data, offsets.size);
    buffer_put(&file, tail, sizeof tail);
    buffer_free(&offsets);
    *ret_size = file.size;
    return (uint8_t *)file.data;
}

START_TEST(shared_references_do_not_multiply)
{
    size_t             size, events = 0;
    uint8_t           *data = make_shared(5, 8, &size); /* 37,448 events */
    struct plist_error error;

    ck_assert_uint_lt(size, 262);
    ck_assert_int_eq(plist_parse(data, size, count, &events, &error), -EFBIG);
    ck_assert_ptr_nonnull(strstr(error.text, "too many for its size"));
    ck_assert_uint_lt(events, 6000);
    free(data);
}
END_TEST

START_TEST(a_long_text_is_not_handed_out_again_and_again)
{
    struct buffer value = {0};
    size_t        size;

    buffer_puts(&value, "<array>");
    for (int i = 0; i < 1000; i++)
        buffer_puts(&value, "<true/>");
    buffer_puts(&value, "<string>");
    for (int i = 0; i < 10000; i++)
        buffer_puts(&value, "0123456789");
    buffer_puts(&value, "</string></array>");
    uint8_t *binary = make_plist_binary(buffer_text(&value), &size);
    for (size_t i = 0; i < 1000; i++) { /* every item becomes the text, the last object */
        binary[8 + 6 + 2 * i] = 1001 >> 8;
        binary[8 + 6 + 2 * i + 1] = 1001 & 255;
    }
    size_t events = 0;
    ck_assert_int_eq(plist_parse(binary, size, count, &events, NULL), -EFBIG);
    ck_assert_uint_lt(events, 30);
    free(binary);
    buffer_free(&value);
}
END_TEST

START_TEST(nested_arrays_end_at_the_depth_cap)
{
    struct buffer      text = {0};
    struct plist_error error;
    size_t             size, events = 0;

    for (int i = 0; i <= PLIST_DEPTH_MAX; i++)
        buffer_puts(&text, "<array>");
    for (int i = 0; i <= PLIST_DEPTH_MAX; i++)
        buffer_puts(&text, "</array>");
    const char *xml = buffer_text(&text);
    ck_assert_int_eq(plist_parse((const uint8_t *)xml, text.size, count, &events, &error), -EFBIG);
    ck_assert_str_eq(error.text, "nested deeper than 512");
    ck_assert_uint_eq(events, PLIST_DEPTH_MAX);
    uint8_t *binary = make_shared(PLIST_DEPTH_MAX + 1, 1, &size);
    ck_assert_int_eq(plist_parse(binary, size, count, &events, &error), -EFBIG);
    ck_assert_str_eq(error.text, "nested deeper than 512");
    free(binary);
    buffer_free(&text);
}
END_TEST

/* Real files, against other readers ------------------------------------------ */

/* What libplist makes of a file, written as the other form and read here. It runs on its own,
 * with its memory and time limited: some files are made to crash it. NULL: it would not. */
static char *by_libplist(const char *path, const char *scratch)
{
    char *command = NULL, *other = NULL, *json = NULL;

    if (asprintf(&other, "%s/other.plist", scratch) < 0 ||
        asprintf(&command, "ulimit -v 1000000; timeout 5 plistutil -i '%s' -o '%s' >/dev/null 2>&1",
                 path, other) < 0)
        abort();
    remove(other);
    int    status = system(command);
    size_t size = 0;
    char  *data = NULL;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && access(other, R_OK) == 0)
        data = harness_read(other, &size);
    if (size)
        json = json_of(data, size);
    free(data);
    free(command);
    free(other);
    return json;
}

struct oracle {
    const char *scratch;
    size_t      read, agreed;
};

/* Two files have '=' within their base64, which macOS and Python pass over and libplist does not.
 */
static bool padded_inside(const char *path)
{
    return strstr(path, "clusterfuzz-testcase-4663876528373760") || strstr(path, "test_airport.");
}

static void compare(const char *path, void *user)
{
    struct oracle *o = user;
    size_t         size;
    char          *data = harness_read(path, &size);
    char          *ours = json_of(data, size), *theirs = by_libplist(path, o->scratch);

    if (strncmp(ours, "error:", 6) != 0)
        o->read++;
    if (theirs && strncmp(theirs, "error:", 6) != 0 && strncmp(ours, "error:", 6) != 0) {
        ck_assert_msg(strcmp(ours, theirs) == 0 || padded_inside(path), "%s:\n%s\n%s", path, ours,
                      theirs);
        o->agreed++;
    }
    free(ours);
    free(theirs);
    free(data);
}

/* Seeds of both forms, so that a clone without evidence has the oracle too. */
START_TEST(made_files_read_as_libplist_reads_them)
{
    struct oracle o = {.scratch = harness_scratch()};

    if (system("plistutil --version >/dev/null 2>&1") != 0)
        SKIP("needs plistutil");
    compare("tests/corpus/plist/xml", &o);
    compare("tests/corpus/plist/binary", &o);
    ck_assert_uint_eq(o.agreed, 2);
}
END_TEST

START_TEST(real_files_read_as_libplist_reads_them)
{
    struct oracle o = {.scratch = harness_scratch()};

    if (!harness_evidence("plists"))
        SKIP("needs SVCQL_EVIDENCE");
    if (system("plistutil --version >/dev/null 2>&1") != 0)
        SKIP("needs plistutil");
    size_t n = harness_each_evidence("plists", "", compare, &o);
    printf("plist: of %zu real files %zu read, %zu compared with libplist\n", n, o.read, o.agreed);
    ck_assert_uint_eq(n, 83);
    ck_assert_uint_eq(o.read, 80);
    ck_assert_uint_gt(o.agreed, 0); /* by libplist's version */
}
END_TEST

/* All values of the keys of a list in one form, one after another. */
static char *values_of(const void *data, size_t size, int expected)
{
    static const char *const keys[] = {"one", "list", "date", "number", "none"};
    struct plist_values      values = {0};
    struct buffer            text = {0};

    ck_assert_int_eq(plist_values_read(&values, keys, 5, data, size, NULL), expected);
    for (size_t i = 0; i < 5; i++) {
        const char *value = NULL;
        buffer_printf(&text, "%s:", keys[i]);
        while ((value = plist_values_next(&values, i, value)))
            buffer_printf(&text, " %s", value);
        buffer_puts(&text, "\n");
    }
    ck_assert_ptr_nonnull(buffer_text(&text));
    plist_values_free(&values);
    return text.data;
}

START_TEST(values_of_keys_are_those_of_the_dictionary_itself)
{
    static const char value[] =
        "<dict><key>one</key><string>first</string><key>list</key><array><string>b</string>"
        "<data>AA==</data><array><string>deep</string></array><integer>-2</integer><true/></array>"
        "<key>none</key><dict><key>one</key><string>deeper</string></dict>"
        "<key>date</key><date>2023-11-14T22:13:20Z</date><key>number</key><integer>20</integer>"
        "<key>one</key><array><string>last</string></array><key>other</key><string>x</string></"
        "dict>";
    size_t size;
    char  *xml = make_plist_xml(value);
    void  *binary = make_plist_binary(value, &size);
    char  *texts[] = {values_of(xml, strlen(xml), 0), values_of(binary, size, 0),
                      values_of("<plist><array/></plist>", 23, -EBADMSG)};

    ck_assert_str_eq(texts[0], "one: last\nlist: b -2 1\ndate: 1700000000\nnumber: 20\nnone:\n");
    ck_assert_str_eq(texts[1], texts[0]);
    ck_assert_str_eq(texts[2], "one:\nlist:\ndate:\nnumber:\nnone:\n");
    for (size_t i = 0; i < 3; i++)
        free(texts[i]);
    free(xml);
    free(binary);
}
END_TEST

Suite *make_plist_suite(void)
{
    Suite *suite = suite_create("plist");
    TCase *tc = tcase_create("plist");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, every_type_reads_alike_from_both_forms);
    tcase_add_test(tc, a_container_of_many_items_has_its_count_in_an_integer);
    tcase_add_test(tc, binary_objects_that_xml_cannot_write_are_read);
    tcase_add_test(tc, xml_is_read_as_macos_does);
    tcase_add_test(tc, a_handler_ends_the_parse_with_its_own_result);
    tcase_add_test(tc, a_property_list_is_known_by_its_beginning);
    tcase_add_loop_test(tc, a_malformed_file_is_refused_and_says_why, 0,
                        sizeof refused / sizeof refused[0]);
    tcase_add_test(tc, malformed_binary_objects_are_refused);
    tcase_add_test(tc, a_file_cut_or_altered_anywhere_never_crashes);
    tcase_add_test(tc, shared_references_do_not_multiply);
    tcase_add_test(tc, a_long_text_is_not_handed_out_again_and_again);
    tcase_add_test(tc, nested_arrays_end_at_the_depth_cap);
    tcase_add_test(tc, values_of_keys_are_those_of_the_dictionary_itself);
    tcase_add_test(tc, made_files_read_as_libplist_reads_them);
    tcase_add_test(tc, real_files_read_as_libplist_reads_them);
    suite_add_tcase(suite, tc);
    return suite;
}
