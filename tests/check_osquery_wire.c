/* check_osquery_wire.c -- osquery's protocol as bytes, the statement that a call becomes, and the tables and columns that
 * are offered to osquery. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "make_osquery.h"
#include "program/osquery/context.h"

/* The wire ------------------------------------------------------------------------------------ */

struct bytes {
    const uint8_t *data;
    size_t         size, at, most; /* what a read gives at most; 0: all */
};

static int more(void *arg, uint8_t *data, size_t size)
{
    struct bytes *bytes = arg;
    size_t        n = bytes->size - bytes->at;

    if (n > size)
        n = size;
    if (bytes->most && n > bytes->most)
        n = bytes->most;
    memcpy(data, bytes->data + bytes->at, n);
    bytes->at += n;
    return (int)n;
}

static int read_call(const void *data, size_t size, size_t most, struct arena *arena,
                     struct osquery_call *ret)
{
    static struct thrift_reader r;
    static struct bytes         bytes;

    bytes = (struct bytes){data, size, 0, most};
    thrift_begin(&r, more, &bytes);
    return osquery_read_call(&r, arena, ret);
}

/* What the generated client of the Python package osquery 3.1.1 sends for
 * call("table", "time", {"action": "generate", "context": "{}"}), the first message of a client. */
static const char python_call[] = "\x80\x01\x00\x01\x00\x00\x00\x04"
                                  "call"
                                  "\x00\x00\x00\x00"
                                  "\x0b\x00\x01\x00\x00\x00\x05"
                                  "table"
                                  "\x0b\x00\x02\x00\x00\x00\x04"
                                  "time"
                                  "\x0d\x00\x03\x0b\x0b\x00\x00\x00\x02"
                                  "\x00\x00\x00\x06"
                                  "action"
                                  "\x00\x00\x00\x08"
                                  "generate"
                                  "\x00\x00\x00\x07"
                                  "context"
                                  "\x00\x00\x00\x02"
                                  "{}"
                                  "\x00";
#define PYTHON_CALL_SIZE (sizeof python_call - 1)

START_TEST(a_call_is_read_however_it_is_cut_into_pieces)
{
    struct arena        arena = {0};
    struct osquery_call call;

    for (size_t most = 0; most < 7; most++) {
        ck_assert_int_eq(read_call(python_call, PYTHON_CALL_SIZE, most, &arena, &call), 1);
        ck_assert_int_eq(call.method, OSQUERY_CALL);
        ck_assert_str_eq(call.registry, "table");
        ck_assert_str_eq(call.item, "time");
        ck_assert_str_eq(call.action, "generate");
        ck_assert_str_eq(call.context, "{}");
    }
    arena_free(&arena);
}
END_TEST

START_TEST(a_call_that_ends_early_is_not_one)
{
    struct arena        arena = {0};
    struct osquery_call call;

    ck_assert_int_eq(read_call(python_call, 0, 0, &arena, &call), 0);
    for (size_t n = 1; n < PYTHON_CALL_SIZE; n++)
        ck_assert_int_eq(read_call(python_call, n, 0, &arena, &call), -EBADMSG);
    arena_free(&arena);
}
END_TEST

/* Each byte as each other value: a call or an error, and never more memory than the message may have. */
START_TEST(a_damaged_call_is_refused_or_read_as_another)
{
    struct osquery_call call;
    char                damaged[PYTHON_CALL_SIZE];

    for (size_t i = 0; i < PYTHON_CALL_SIZE; i++)
        for (int value = 0; value < 256; value++) {
            struct arena arena = {0};
            memcpy(damaged, python_call, sizeof damaged);
            damaged[i] = (char)value;
            int r = read_call(damaged, sizeof damaged, 0, &arena, &call);
            ck_assert(r == 1 || r == -EBADMSG || r == -EMSGSIZE);
            arena_free(&arena);
        }
}
END_TEST

static int read_with(const char *part, size_t size)
{
    struct arena        arena = {0};
    struct osquery_call call;
    struct buffer       b = {0};

    thrift_put_head(&b, THRIFT_CALL, "ping", 1);
    buffer_put(&b, part, size);
    int r = read_call(b.data, b.size, 0, &arena, &call);
    buffer_free(&b);
    arena_free(&arena);
    return r;
}

#define READ_WITH(part) read_with(part, sizeof(part) - 1)

START_TEST(lengths_and_depths_beyond_the_message_are_refused_before_memory_is_taken)
{
    struct buffer deep = {0};

    ck_assert_int_eq(READ_WITH("\x0b\x00\x01\x7f\xff\xff\xff"), -EMSGSIZE); /* a text of 2 GiB */
    ck_assert_int_eq(READ_WITH("\x0b\x00\x01\xff\xff\xff\xff"), -EBADMSG);  /* of -1 */
    ck_assert_int_eq(READ_WITH("\x0f\x00\x01\x0c\x7f\xff\xff\xff"), -EMSGSIZE);     /* a list */
    ck_assert_int_eq(READ_WITH("\x0f\x00\x01\x00\x00\x00\x00\x01"), -EBADMSG);      /* of no type */
    ck_assert_int_eq(READ_WITH("\x0d\x00\x01\x0b\x0b\x00\x04\x00\x00"), -EMSGSIZE); /* a map */
    ck_assert_int_eq(READ_WITH("\x0d\x00\x01\x00\x00\x00\x00\x00\x00\x00"), 1); /* an empty one */
    ck_assert_int_eq(READ_WITH("\x01\x00\x01\x00"), -EBADMSG);                  /* no type */
    for (int i = 0; i < THRIFT_DEPTH_MAX + 1; i++)
        buffer_put(&deep, "\x0c\x00\x01", 3);
    for (int i = 0; i < THRIFT_DEPTH_MAX + 2; i++)
        buffer_putc(&deep, 0);
    ck_assert_int_eq(read_with(deep.data, deep.size), -EBADMSG);
    ck_assert_int_eq(read_with(deep.data + 6, deep.size - 8), 1);
    buffer_free(&deep);
}
END_TEST

START_TEST(a_long_name_is_cut_and_what_follows_it_is_read)
{
    static struct thrift_reader r;
    struct thrift_head          head;
    char                        name[2 * sizeof head.name] = "";

    for (size_t n = 0; n < sizeof name; name[n++] = 'm') {
        struct buffer b = {0};
        thrift_put_head(&b, THRIFT_REPLY, name, 7);
        struct bytes bytes = {(const uint8_t *)b.data, b.size, 0, 0};
        thrift_begin(&r, more, &bytes);
        thrift_next(&r, OSQUERY_MESSAGE_MAX);
        ck_assert(thrift_read_head(&r, &head));
        ck_assert_uint_eq(strnlen(head.name, sizeof head.name),
                          n < sizeof head.name ? n : sizeof head.name - 1);
        ck_assert_int_eq(head.id, 7);
        buffer_free(&b);
    }
}
END_TEST

START_TEST(a_message_beyond_the_limit_is_refused)
{
    struct arena        arena = {0};
    struct osquery_call call;
    struct buffer       b = {0}, context = {0};

    while (context.size < OSQUERY_MESSAGE_MAX)
        buffer_puts(&context, "                                ");
    osquery_put_call(&b, "table", "t", "generate", buffer_text(&context));
    ck_assert_int_eq(read_call(b.data, b.size, 0, &arena, &call), -EMSGSIZE);
    buffer_free(&b);
    buffer_free(&context);
    arena_free(&arena);
}
END_TEST

START_TEST(other_protocols_and_versions_are_refused)
{
    static const char *const others[] = {
        "GET / HTTP/1.1\r\n\r\n", "\x82\x21\x01\x04ping", /* compact */
        "\x80\x02\x00\x01xxxxxxxxxxxx", "\x80\x01\x00\x05xxxxxxxxxxxx"};
    struct arena        arena = {0};
    struct osquery_call call;

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        ck_assert_int_eq(read_call(others[i], i < 2 ? strlen(others[i]) : 16, 0, &arena, &call),
                         -EBADMSG);
    /* A reply is no call. */
    ck_assert_int_eq(read_call("\x80\x01\x00\x02\0\0\0\4ping\0\0\0\0\0", 17, 0, &arena, &call),
                     -EBADMSG);
    /* Not strict: a length goes first. */
    ck_assert_int_eq(read_call("\0\0\0\4ping\1\0\0\0\0\0", 14, 0, &arena, &call), -EBADMSG);
    arena_free(&arena);
}
END_TEST

/* Statements ------------------------------------------------------------------------------------- */

static struct plugins plugins;

static const struct plugin *find_plugin(sqlite3 *db, const char *name)
{
    if (!plugins.n)
        ck_assert_int_eq(plugins_load(db, &plugins), SQLITE_OK);
    const struct plugin *plugin = plugins_find(&plugins, name);
    ck_assert_msg(plugin != NULL, "no plugin %s", name);
    return plugin;
}

/* The statement for a context, with the values in it. */
static const char *statement_of(sqlite3 *db, const char *name, const char *context)
{
    static char              text[4096];
    struct context_statement statement;

    int rc = context_prepare(db, find_plugin(db, name), context, &statement);
    if (rc == SQLITE_OK) {
        char *sql = sqlite3_expanded_sql(statement.stmt);
        snprintf(text, sizeof text, "%s", sql);
        sqlite3_free(sql);
    } else {
        snprintf(text, sizeof text, "%s", sqlite3_errstr(rc));
    }
    context_end(&statement);
    return text;
}

#define TERMS(name, list)                                                                          \
    "{\"colsUsed\":[\"name\"],\"constraints\":[{\"name\":\"" name "\",\"list\":[" list "]}]}"
#define TERM(op, text) "{\"op\":" op ",\"expr\":\"" text "\"}"
#define UNIT_FILES     "SELECT \"name\" FROM \"unit_files\""

START_TEST(each_operator_becomes_a_bound_value)
{
    static const struct {
        const char *context, *sql;
    } cases[] = {
        {TERMS("name", TERM("2", "a'b")), UNIT_FILES " WHERE \"name\" = 'a''b'"},
        {TERMS("name", TERM("\"2\"", "a")), UNIT_FILES " WHERE \"name\" = 'a'"},
        {TERMS("name", TERM("2", "a") "," TERM("2", "b")),
         UNIT_FILES " WHERE \"name\" IN ('a', 'b')"},
        {TERMS("name", TERM("65", "%a") "," TERM("66", "*b")),
         UNIT_FILES " WHERE \"name\" LIKE '%a' AND \"name\" GLOB '*b'"},
        {TERMS("name", TERM("4", "a") "," TERM("16", "b")),
         UNIT_FILES " WHERE \"name\" > 'a' AND \"name\" < 'b'"},
        {TERMS("name", TERM("64", "a") "," TERM("67", "b") "," TERM("3", "c")), UNIT_FILES},
        {TERMS("nothing", TERM("2", "a")), UNIT_FILES},
        {TERMS("size\\\" OR 1", TERM("2", "a")), UNIT_FILES},
        {"{\"colsUsed\":[\"NAME\",\"other\"],\"constraints\":7}", UNIT_FILES},
        {"{\"colsUsed\":[]}", "SELECT 1 FROM \"unit_files\""},
        {"[]", "datatype mismatch"},
        {"{\"colsUsed\":", "datatype mismatch"},
        {"", "datatype mismatch"},
    };
    sqlite3 *db = harness_open();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        ck_assert_str_eq(statement_of(db, "svcql_unit_files", cases[i].context), cases[i].sql);
    harness_close(db);
}
END_TEST

#define TIME_TERMS(list)                                                                           \
    "{\"colsUsed\":[],\"constraints\":[{\"name\":\"time\",\"list\":[" list "]}]}"

/* osquery writes a number with 15 digits: the term must have it all the same. */
START_TEST(bounds_of_numbers_are_wider_than_what_was_lost)
{
    static const char head[] = "SELECT 1 FROM \"timeline\" WHERE \"time\" ";
    sqlite3          *db = harness_open();
    double            exact = 1795955592.9465353, low = 0, high = 0;
    char              rounded[64], context[256];

    snprintf(rounded, sizeof rounded, "%.15g", exact);
    snprintf(context, sizeof context, TIME_TERMS(TERM("2", "%s")), rounded);
    const char *sql = statement_of(db, "svcql_timeline", context);
    ck_assert(strncmp(sql, head, strlen(head)) == 0);
    ck_assert_int_eq(sscanf(sql + strlen(head), ">= %lf AND \"time\" <= %lf", &low, &high), 2);
    ck_assert(low <= exact && exact <= high && high - low < 0.001);
    sql = statement_of(db, "svcql_timeline", TIME_TERMS(TERM("4", "5") "," TERM("16", "6")));
    ck_assert_int_eq(sscanf(sql + strlen(head), ">= %lf AND \"time\" <= %lf", &low, &high), 2);
    ck_assert(low < 5 && low > 4.999 && high > 6 && high < 6.001);
    /* What is no number narrows nothing. */
    ck_assert_str_eq(statement_of(db, "svcql_timeline", TIME_TERMS(TERM("4", "now"))),
                     "SELECT 1 FROM \"timeline\"");
    harness_close(db);
}
END_TEST

START_TEST(more_terms_than_can_be_bound_are_an_error)
{
    struct buffer b = {0};
    sqlite3      *db = harness_open();

    buffer_puts(&b,
                "{\"colsUsed\":[],\"constraints\":[{\"name\":\"name\",\"list\":[" TERM("2", "0"));
    for (int i = 1; i <= CONTEXT_TERMS_MAX; i++)
        buffer_printf(&b, "," TERM("2", "%d"), i);
    buffer_puts(&b, "]}]}");
    ck_assert_str_eq(statement_of(db, "svcql_unit_files", buffer_text(&b)),
                     sqlite3_errstr(SQLITE_TOOBIG));
    buffer_free(&b);
    harness_close(db);
}
END_TEST

/* Plugins ---------------------------------------------------------------------------------------- */

static unsigned options_of(sqlite3 *db, const char *plugin, const char *column)
{
    const struct plugin_column *found = plugin_column(find_plugin(db, plugin), column);

    ck_assert_msg(found != NULL, "%s has no %s", plugin, column);
    return found->options;
}

START_TEST(options_are_those_of_the_declarations)
{
    const unsigned key = PLUGIN_INDEX | PLUGIN_OPTIMIZED;
    sqlite3       *db = harness_open();

    ck_assert_uint_eq(options_of(db, "svcql_processes", "pid"), key);
    ck_assert_uint_eq(options_of(db, "svcql_unit_files", "root"), key | PLUGIN_HIDDEN);
    ck_assert_uint_eq(options_of(db, "svcql_unit_files", "host"), 0);
    ck_assert_uint_eq(options_of(db, "svcql_path_permissions", "path"),
                      key | PLUGIN_HIDDEN | PLUGIN_REQUIRED);
    ck_assert_uint_eq(options_of(db, "svcql_journal", "time") & PLUGIN_ADDITIONAL,
                      PLUGIN_ADDITIONAL);
    ck_assert_uint_eq(options_of(db, "svcql_findings", "time"), PLUGIN_ADDITIONAL);
    ck_assert_uint_eq(options_of(db, "svcql_findings", "subject"), 0);
    ck_assert_uint_eq(options_of(db, "svcql_registry", "key") & PLUGIN_NOCASE, PLUGIN_NOCASE);
    ck_assert_ptr_eq(plugins_find(&plugins, "svcql_svcql_tables"), NULL);
    ck_assert_ptr_ne(plugins_find(&plugins, "svcql_tables"), NULL);
    ck_assert_ptr_eq(plugins_find(&plugins, "svcql_once"), NULL); /* a function */
    harness_close(db);
}
END_TEST

START_TEST(every_table_and_view_is_a_plugin)
{
    sqlite3 *db = harness_open();

    find_plugin(db, "svcql_findings");
    ck_assert_int_eq((int)plugins.n,
                     harness_int(db, "SELECT count(*) FROM svcql_tables WHERE kind <> 'function'"));
    for (size_t i = 0; i < plugins.n; i++)
        ck_assert_int_eq((int)plugins.items[i].n_columns,
                         harness_int(db,
                                     "SELECT count(*) FROM svcql_columns WHERE table_name = '%s'",
                                     plugins.items[i].table));
    harness_close(db);
}
END_TEST

Suite *make_osquery_wire_suite(void)
{
    Suite *suite = suite_create("osquery_wire");
    TCase *tc = tcase_create("osquery_wire");

    tcase_set_timeout(tc, 240);
    suite_add_tcase(suite, tc);
    tcase_add_test(tc, a_call_is_read_however_it_is_cut_into_pieces);
    tcase_add_test(tc, a_call_that_ends_early_is_not_one);
    tcase_add_test(tc, a_damaged_call_is_refused_or_read_as_another);
    tcase_add_test(tc, lengths_and_depths_beyond_the_message_are_refused_before_memory_is_taken);
    tcase_add_test(tc, a_long_name_is_cut_and_what_follows_it_is_read);
    tcase_add_test(tc, a_message_beyond_the_limit_is_refused);
    tcase_add_test(tc, other_protocols_and_versions_are_refused);
    tcase_add_test(tc, each_operator_becomes_a_bound_value);
    tcase_add_test(tc, bounds_of_numbers_are_wider_than_what_was_lost);
    tcase_add_test(tc, more_terms_than_can_be_bound_are_an_error);
    tcase_add_test(tc, options_are_those_of_the_declarations);
    tcase_add_test(tc, every_table_and_view_is_a_plugin);
    return suite;
}
