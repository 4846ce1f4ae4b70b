/* check_osquery.c -- svcql inside osqueryd: the wire, the tables, the answers and the life of the extension,
 * against a stand-in for osqueryd (make_osquery.h). tests/osquery-peers.sh has osquery's own clients. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "harness.h"
#include "make_osquery.h"
#include "program/osquery/context.h"
#include "program/osquery/generate.h"
#include "program/osquery/server.h"
#include "program/program.h"

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

/* The server --------------------------------------------------------------------------------------- */

static const char *const compromised = "tests/fixtures/linux/compromised";

/* Rows that no table of the extension has. */
static const char rows_sql[] =
    "CREATE TEMP VIEW known_rows AS SELECT 1 AS record, 'a' AS name, NULL AS detail "
    "UNION ALL SELECT 1, 'a', NULL UNION ALL SELECT 2, x'00ff', 'b' UNION ALL "
    "SELECT 3, CAST(x'610062ff' AS TEXT), 1.5; "
    "CREATE TEMP VIEW many_rows AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
    "LIMIT 1000000) SELECT i AS record, 'a name of some length ' || i AS name, NULL AS detail FROM "
    "n; "
    "CREATE TEMP VIEW endless_rows AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
    "n) "
    "SELECT i AS record, NULL AS name, NULL AS detail FROM n WHERE i < begun(i)";

/* How many queries of endless_rows have begun: each asks with 1 once. */
static atomic_int begun;

static void count_begun(sqlite3_context *ctx, int n, sqlite3_value **args)
{
    (void)n;
    begun += sqlite3_value_int64(args[0]) == 1;
    sqlite3_result_int(ctx, 0);
}

static void wait_until_begun(int n)
{
    for (int i = 0; i < 60000 && begun < n; i++)
        usleep(1000);
    ck_assert_int_eq(begun, n);
}

static sqlite3 *open_evidence(void *arg)
{
    sqlite3 *db = open_database();

    (void)arg;
    if (db && add_evidence(db, compromised)) {
        sqlite3_create_function(db, "begun", 1, SQLITE_UTF8, NULL, count_begun, NULL, NULL);
        sqlite3_exec(db, rows_sql, NULL, NULL, NULL);
    }
    return db;
}

/* The plugins, and three more over the rows above. */
static void add_plugins(void)
{
    static struct plugin_column columns[] = {{"record", PLUGIN_BIGINT, PLUGIN_INDEX},
                                             {"name", PLUGIN_TEXT, 0},
                                             {"detail", PLUGIN_TEXT, 0}};
    static const char *const    names[] = {"known_rows", "many_rows", "endless_rows"};
    sqlite3                    *db = open_evidence(NULL);

    find_plugin(db, "svcql_findings");
    struct plugin *items = arena_alloc(&plugins.arena, (plugins.n + 3) * sizeof *items);
    memcpy(items, plugins.items, plugins.n * sizeof *items);
    for (size_t i = 0; i < 3; i++)
        items[plugins.n++] = (struct plugin){names[i], names[i], columns, 3};
    plugins.items = items;
    sqlite3_close(db);
}

static char           server_path[300];
static struct server *server;

static void begin_server(int idle, int message, int query)
{
    struct server_setup setup = {.plugins = &plugins,
                                 .uuid = 77,
                                 .open_db = open_evidence,
                                 .idle = idle,
                                 .message = message,
                                 .query = query};

    add_plugins();
    snprintf(server_path, sizeof server_path, "%s/em.77", harness_scratch());
    ck_assert_int_eq(server_start(&server, server_path, &setup), 0);
}

static void end_server(void)
{
    server_stop(server);
    ck_assert_int_eq(access(server_path, F_OK), -1);
    plugins_free(&plugins);
}

static struct osquery_answer answer;

static void call(const char *item, const char *context)
{
    osquery_answer_free(&answer);
    osquery_call(server_path, item, "generate", context, &answer);
}

START_TEST(values_are_as_osquery_expects_them)
{
    begin_server(0, 0, 0);
    call("known_rows", "{}");
    ck_assert_int_eq(answer.status.code, 0);
    ck_assert_int_eq((int)answer.status.uuid, 77);
    ck_assert_uint_eq(answer.n, 4);
    ck_assert_str_eq(osquery_value(&answer.rows[0], "record"), "1");
    ck_assert_str_eq(osquery_value(&answer.rows[0], "name"), "a");
    ck_assert_ptr_eq(osquery_value(&answer.rows[0], "detail"), NULL);
    ck_assert_str_eq(osquery_value(&answer.rows[2], "name"), "00FF");
    ck_assert_str_eq(osquery_value(&answer.rows[3], "detail"), "1.5");
    /* A NUL stays, and what is not UTF-8 becomes so. */
    ck_assert_mem_eq(osquery_value(&answer.rows[3], "name"), "a\0b\xef\xbf\xbd", 6);
    for (size_t i = 0; i < answer.n; i++) {
        const char *id = osquery_value(&answer.rows[i], "rowid");
        ck_assert(id && atoll(id) > 0);
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(id, osquery_value(&answer.rows[k], "rowid"));
    }
    end_server();
}
END_TEST

START_TEST(row_ids_are_the_same_each_time_and_for_each_part)
{
    char ids[4][32];

    begin_server(0, 0, 0);
    call("known_rows", "{}");
    for (size_t i = 0; i < 4; i++)
        snprintf(ids[i], sizeof ids[i], "%s", osquery_value(&answer.rows[i], "rowid"));
    call("known_rows", "{}");
    for (size_t i = 0; i < 4; i++)
        ck_assert_str_eq(osquery_value(&answer.rows[i], "rowid"), ids[i]);
    call("known_rows", "{\"constraints\":[{\"name\":\"record\",\"list\":[" TERM("2", "3") "]}]}");
    ck_assert_uint_eq(answer.n, 1);
    ck_assert_str_eq(osquery_value(&answer.rows[0], "rowid"), ids[3]);
    call("known_rows", "{\"colsUsed\":[]}");
    ck_assert_uint_eq(answer.n, 4);
    end_server();
}
END_TEST

START_TEST(what_cannot_be_answered_is_a_failed_status_with_the_reason)
{
    static const struct {
        const char *item, *action, *context, *message;
    } cases[] = {
        {"svcql_nothing", "generate", "{}", "no such plugin"},
        {"findings", "generate", "{}", "no such plugin"},
        {"svcql_findings", "insert", "{}", "the tables are read-only"},
        {"svcql_findings", NULL, "{}", "the request has no action"},
        {"svcql_findings", "generate", "}", "svcql_findings: the context of the query is not JSON"},
        {"svcql_path_permissions", "generate", "{}",
         "svcql_path_permissions: path_permissions: needs path = ..."},
        {"many_rows", "generate", "{}",
         "many_rows: more than 500000 rows or 32 MiB; narrow the query by time or by a key"},
    };

    begin_server(0, 0, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        osquery_answer_free(&answer);
        osquery_call(server_path, cases[i].item, cases[i].action, cases[i].context, &answer);
        ck_assert_int_eq(answer.status.code, OSQUERY_FAILED);
        ck_assert_str_eq(answer.status.message, cases[i].message);
        ck_assert_uint_eq(answer.n, 0);
    }
    call("known_rows", NULL); /* no context: all */
    ck_assert_uint_eq(answer.n, 4);
    end_server();
}
END_TEST

START_TEST(columns_are_shown_as_they_are_registered)
{
    begin_server(0, 0, 0);
    osquery_call(server_path, "svcql_unit_files", "columns", NULL, &answer);
    ck_assert_int_eq(answer.status.code, 0);
    ck_assert_str_eq(osquery_value(&answer.rows[0], "id"), "column");
    ck_assert_str_eq(osquery_value(&answer.rows[0], "type"), "TEXT");
    ck_assert_str_eq(osquery_value(&answer.rows[answer.n - 1], "id"), "attributes");
    end_server();
}
END_TEST

/* A connection's life ---------------------------------------------------------------------------- */

static void connect_to_server(struct peer *peer)
{
    ck_assert_int_eq(peer_connect(peer, server_path), 0);
}

static void send_bytes(struct peer *peer, const void *data, size_t size)
{
    ck_assert_int_eq(send(peer->fd, data, size, MSG_NOSIGNAL), (int)size);
}

/* Whether the server closes within some seconds. */
static bool is_dropped(struct peer *peer)
{
    peer_within(peer, 20);
    return thrift_ended(&peer->reader) || peer->reader.error == -ECONNRESET;
}

START_TEST(ping_and_unknown_methods_are_answered_on_one_connection)
{
    struct osquery_status status;
    struct thrift_head    head;
    struct arena          arena = {0};
    struct buffer         b = {0};
    struct peer           peer;

    begin_server(0, 0, 0);
    connect_to_server(&peer);
    for (int i = 0; i < 3; i++) {
        osquery_put_plain(&b, "ping");
        osquery_put_plain(&b, "getQueryColumns");
        ck_assert_int_eq(peer_send(&peer, &b), 0);
        buffer_reset(&b);
        peer_within(&peer, 20);
        ck_assert_int_eq(osquery_read_status(&peer.reader, &arena, &status), 0);
        ck_assert_int_eq(status.code, OSQUERY_SUCCESS);
        thrift_next(&peer.reader, 1000);
        ck_assert(thrift_read_head(&peer.reader, &head));
        ck_assert_int_eq(head.type, THRIFT_EXCEPTION);
        thrift_skip(&peer.reader, THRIFT_STRUCT);
    }
    peer_close(&peer);
    buffer_free(&b);
    arena_free(&arena);
    end_server();
}
END_TEST

START_TEST(peers_that_are_slow_or_talk_something_else_are_dropped)
{
    struct peer silent, half, other;

    begin_server(1, 1, 0);
    connect_to_server(&silent);
    connect_to_server(&half);
    connect_to_server(&other);
    send_bytes(&half, python_call, 20);
    send_bytes(&other, "GET / HTTP/1.1\r\n\r\n", 18);
    ck_assert(is_dropped(&other));
    ck_assert(is_dropped(&half));
    ck_assert(is_dropped(&silent));
    peer_close(&silent);
    peer_close(&half);
    peer_close(&other);
    call("known_rows", "{}");
    ck_assert_uint_eq(answer.n, 4);
    end_server();
}
END_TEST

START_TEST(a_query_that_nobody_waits_for_or_that_lasts_too_long_ends)
{
    struct buffer b = {0};
    struct peer   peers[SERVER_QUERIES_MAX];

    begin_server(0, 0, 2);
    osquery_put_call(&b, "table", "endless_rows", "generate", "{}");
    for (size_t i = 0; i < SERVER_QUERIES_MAX; i++) {
        connect_to_server(&peers[i]);
        ck_assert_int_eq(peer_send(&peers[i], &b), 0);
    }
    wait_until_begun(SERVER_QUERIES_MAX);
    for (size_t i = 0; i < SERVER_QUERIES_MAX; i++)
        peer_close(&peers[i]);
    call("known_rows", "{}"); /* both turns are free again */
    ck_assert_uint_eq(answer.n, 4);
    call("endless_rows", "{}");
    ck_assert_int_eq(answer.status.code, OSQUERY_FAILED);
    ck_assert_str_eq(answer.status.message,
                     "endless_rows: took too long, or nobody waited for it any more");
    buffer_free(&b);
    end_server();
}
END_TEST

/* The answer never fits the socket's buffer. */
START_TEST(a_peer_that_vanishes_before_its_rows_holds_nothing)
{
    struct buffer b = {0};
    struct peer   peer;

    begin_server(0, 0, 0);
    osquery_put_call(&b, "table", "svcql_columns", "generate", "{}");
    for (int i = 0; i < 2 * SERVER_QUERIES_MAX; i++) {
        connect_to_server(&peer);
        ck_assert_int_eq(peer_send(&peer, &b), 0);
        peer_close(&peer);
    }
    call("svcql_columns", "{}");
    ck_assert_int_eq(answer.status.code, 0);
    ck_assert_uint_gt(answer.n, 1000);
    buffer_free(&b);
    end_server();
}
END_TEST

START_TEST(the_server_ends_while_queries_run)
{
    struct buffer b = {0};
    struct peer   peer;

    begin_server(0, 0, 0);
    osquery_put_call(&b, "table", "endless_rows", "generate", "{}");
    connect_to_server(&peer);
    ck_assert_int_eq(peer_send(&peer, &b), 0);
    wait_until_begun(1);
    end_server();
    ck_assert(is_dropped(&peer) || peer.reader.size > 0);
    peer_close(&peer);
    buffer_free(&b);
}
END_TEST

#define CALLERS 200

static void *caller(void *arg)
{
    static const char *const items[] = {"svcql_unit_files", "svcql_users", "known_rows",
                                        "svcql_severities"};
    struct osquery_answer    own;
    size_t                   which = (size_t)arg;

    osquery_call(server_path, items[which % 4], "generate", "{}", &own);
    size_t n = own.status.code == 0 ? own.n : 0;
    osquery_answer_free(&own);
    return (void *)n;
}

START_TEST(hundreds_of_calls_at_once_are_all_answered)
{
    pthread_t threads[CALLERS];
    size_t    expected[4];

    begin_server(0, 0, 0);
    for (size_t i = 0; i < 4; i++)
        expected[i] = (size_t)caller((void *)i);
    for (size_t i = 0; i < CALLERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, caller, (void *)i), 0);
    for (size_t i = 0; i < CALLERS; i++) {
        void *n;
        pthread_join(threads[i], &n);
        ck_assert_uint_gt((size_t)n, 0);
        ck_assert_uint_eq((size_t)n, expected[i % 4]);
    }
    end_server();
}
END_TEST

/* The program, and osquery's tables over it ------------------------------------------------------- */

static char em[200];

static pid_t start_over(const char *evidence, const char *interval)
{
    char    path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 16);

    ck_assert_int_gt(n, 0);
    path[n] = '\0';
    strcpy(strrchr(path, '/'), "/svcql");
    pid_t pid = fork();
    if (pid == 0) {
        /* As osqueryd starts what ends in .ext: by its name, without a command. */
        execl(path, "/usr/local/lib/svcql/svcql.ext", "--socket", em, "--timeout", "10",
              "--interval", interval, "--evidence", evidence, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static pid_t start_extension(const char *interval)
{
    return start_over(compromised, interval);
}

static int status_of(pid_t pid)
{
    int status = -1;

    for (int i = 0; i < 30000; i++) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        usleep(1000);
    }
    kill(pid, SIGKILL);
    ck_abort_msg("the extension does not end");
    return -1;
}

static struct osquery_manager *begin_manager(void)
{
    if (!*em)
        snprintf(em, sizeof em, "%s/em", harness_scratch());
    return osquery_manager_begin(em);
}

static const char *socket_of(int64_t uuid)
{
    snprintf(server_path, sizeof server_path, "%s.%lld", em, (long long)uuid);
    for (int i = 0; i < 30000 && access(server_path, F_OK) < 0; i++)
        usleep(1000);
    return server_path;
}

/* A socket is bound, or that of one before it, before anybody listens. */
static void connect_to(struct peer *peer, const char *path)
{
    int r = peer_connect(peer, path);

    for (int i = 0; i < 30000 && (r == -ECONNREFUSED || r == -ENOENT); i++) {
        peer_close(peer);
        usleep(1000);
        r = peer_connect(peer, path);
    }
    ck_assert_int_eq(r, 0);
}

static void say_shutdown(int64_t uuid)
{
    struct thrift_head head;
    struct buffer      b = {0};
    struct peer        peer;

    connect_to(&peer, socket_of(uuid));
    osquery_put_plain(&b, "shutdown");
    ck_assert_int_eq(peer_send(&peer, &b), 0);
    peer_within(&peer, 20);
    thrift_next(&peer.reader, 1000);
    ck_assert(thrift_read_head(&peer.reader, &head));
    ck_assert_int_eq(head.type, THRIFT_REPLY);
    peer_close(&peer);
    buffer_free(&b);
}

/* Whether a process has become the extension and waits: of stat, the name and the state (proc(5)). */
static bool waits(pid_t pid)
{
    char path[64], name[17] = "", state = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *in = fopen(path, "re");
    if (in && fscanf(in, "%*d (%16[^)]) %c", name, &state) != 2)
        state = 0;
    if (in)
        fclose(in);
    return strncmp(name, "svcql", 5) == 0 && state == 'S';
}

START_TEST(it_ends_when_stopped_when_forgotten_and_when_refused)
{
    snprintf(em, sizeof em, "%s/em", harness_scratch());
    pid_t pid = start_extension("1"); /* before there is a socket */

    for (int i = 0; i < 30000 && !waits(pid); i++)
        usleep(1000);
    ck_assert(waits(pid));
    struct osquery_manager *manager = begin_manager();
    ck_assert_int_eq(kill(pid, 0), 0);
    int64_t uuid = osquery_manager_wait(manager, 1);
    say_shutdown(uuid);
    ck_assert_int_eq(status_of(pid), 0);
    ck_assert_int_eq(access(server_path, F_OK), -1);

    pid = start_extension("1");
    osquery_manager_wait(manager, 2);
    osquery_manager_forget(manager);
    ck_assert_int_eq(status_of(pid), 0);

    pid = start_extension("1");
    socket_of(osquery_manager_wait(manager, 3));
    kill(pid, SIGTERM);
    ck_assert_int_eq(status_of(pid), 0);
    ck_assert_uint_eq(osquery_manager_has(manager), 0); /* it has deregistered */

    osquery_manager_refuse(manager);
    ck_assert_int_eq(status_of(start_extension("1")), EXIT_ERROR);
    osquery_manager_end(manager);
}
END_TEST

/* Three restarts of osqueryd, or as many as $SVCQL_RESTARTS says, each within seconds. */
START_TEST(it_registers_again_after_each_restart_and_leaves_no_socket)
{
    const char             *wanted = getenv("SVCQL_RESTARTS");
    int                     restarts = wanted ? atoi(wanted) : 3;
    struct osquery_manager *manager = begin_manager();
    pid_t                   pid = start_extension("1");

    ck_assert_int_gt(restarts, 0);
    for (int i = 0; i < restarts; i++) {
        char old[sizeof server_path];
        strcpy(old, socket_of(osquery_manager_wait(manager, 1)));
        osquery_manager_end(manager);
        manager = begin_manager();
        osquery_manager_wait(manager, 1);
        ck_assert_int_eq(access(old, F_OK), -1);
    }
    say_shutdown(osquery_manager_wait(manager, 1));
    ck_assert_int_eq(status_of(pid), 0);
    osquery_manager_end(manager);
}
END_TEST

/* What a kill leaves is removed by the next that starts, once it is old enough to be nobody's. */
START_TEST(sockets_of_killed_extensions_are_removed)
{
    struct osquery_manager *manager = begin_manager();
    struct timespec         old[2] = {{time(NULL) - 100, 0}, {time(NULL) - 100, 0}};
    pid_t                   pid = start_extension("1");
    char                    left[sizeof server_path], other[sizeof server_path + 10];

    strcpy(left, socket_of(osquery_manager_wait(manager, 1)));
    kill(pid, SIGKILL);
    ck_assert_int_eq(status_of(pid), 128 + SIGKILL);
    ck_assert_int_eq(access(left, F_OK), 0);
    ck_assert_int_eq(utimensat(AT_FDCWD, left, old, 0), 0);
    snprintf(other, sizeof other, "%s.7x", em);
    harness_write_text("/", other + 1, "");
    utimensat(AT_FDCWD, other, old, 0);
    osquery_manager_forget(manager);
    pid = start_extension("1");
    say_shutdown(osquery_manager_wait(manager, 2));
    ck_assert_int_eq(status_of(pid), 0);
    ck_assert_int_eq(access(left, F_OK), -1);
    ck_assert_int_eq(access(other, F_OK), 0); /* nobody's socket */
    osquery_manager_end(manager);
}
END_TEST

/* The most memory that a process has had, in kB: proc(5). */
static long peak_of(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    char *text = harness_read(path, NULL), *at = strstr(text, "\nVmHWM:");
    long  kb = at ? strtol(at + strlen("\nVmHWM:"), NULL, 10) : 0;

    free(text);
    return kb;
}

static void *ask_everything(void *arg)
{
    osquery_call(server_path, "svcql_shell_history", "generate", "{}", arg);
    return NULL;
}

/* Over a history of a million commands, asked from several connections at once, each answer is the limit's, and
 * the extension has less memory than the 200 MB of osqueryd's watchdog. */
START_TEST(a_million_rows_stay_below_the_watchdogs_memory)
{
    struct osquery_answer answers[4];
    pthread_t             threads[4];
    const char           *evidence = harness_scratch();
    struct buffer         b = {0};

    for (int i = 0; i < 1000000; i++)
        buffer_printf(&b, "systemctl restart service-%d\n", i);
    harness_write_text(evidence, "etc/os-release", "ID=debian\n");
    harness_write_text(evidence, "etc/passwd", "ann:x:1000:1000::/home/ann:/bin/bash\n");
    harness_write(evidence, "home/ann/.bash_history", b.data, b.size);
    buffer_free(&b);
    struct osquery_manager *manager = begin_manager();
    pid_t                   pid = start_over(evidence, "1");
    int64_t                 uuid = osquery_manager_wait(manager, 1);
    struct peer             peer;
    connect_to(&peer, socket_of(uuid));
    peer_close(&peer);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_everything, &answers[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(answers[i].status.code, OSQUERY_FAILED);
        ck_assert_str_eq(
            answers[i].status.message,
            "svcql_shell_history: more than 500000 rows or 32 MiB; narrow the query by "
            "time or by a key");
        osquery_answer_free(&answers[i]);
    }
    long kb = peak_of(pid);
    ck_assert_int_gt(kb, 0);
    ck_assert_msg(SANITIZED || kb < 200 * 1000, "%ld kB", kb);
    say_shutdown(uuid);
    ck_assert_int_eq(status_of(pid), 0);
    osquery_manager_end(manager);
}
END_TEST

START_TEST(bad_options_are_refused)
{
    char *const lines[][6] = {{"osquery", NULL},
                              {"osquery", "--socket", "/nowhere/em", "--timeout", "0", NULL},
                              {"osquery", "--socket", "/nowhere/em", "x", NULL},
                              {"osquery", "--socket", "/nowhere/em", "--timeout", "1", NULL}};

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        int argc = 0;
        while (lines[i][argc])
            argc++;
        optind = 0;
        ck_assert_int_eq(run_osquery(argc, (char **)lines[i]), EXIT_ERROR);
    }
}
END_TEST

/* The same query on osquery's tables and on svcql's. */
static void compare(sqlite3 *osquery, sqlite3 *own, const char *sql)
{
    char  plain[4096], *to = plain;
    char *theirs = harness_query(osquery, "%s", sql);

    for (const char *at = sql; *at;)
        if (strncmp(at, "svcql_", 6) == 0)
            at += 6;
        else
            *to++ = *at++;
    *to = '\0';
    char *expected = harness_query(own, "%s", plain);
    ck_assert_msg(strcmp(theirs, expected) == 0, "%s:\n%s\nnot\n%s", sql, theirs, expected);
    free(theirs);
    free(expected);
}

static const char *const same_queries[] = {
    "SELECT * FROM svcql_findings ORDER BY time, subject, signals",
    "SELECT count(*) FROM svcql_unit_files",
    "SELECT name, path FROM svcql_unit_files WHERE name = 'ssh.service' ORDER BY path",
    "SELECT name FROM svcql_unit_files WHERE name IN ('ssh.service', 'b.service', '') ORDER BY 1",
    "SELECT name FROM svcql_unit_files WHERE name = 'ssh.service' OR path LIKE '%/b.%' ORDER BY 1",
    "SELECT name FROM svcql_unit_files WHERE name LIKE 'S%' AND path GLOB '/usr*' ORDER BY 1",
    "SELECT name FROM svcql_unit_files WHERE path LIKE '/etc/%' OR path LIKE '/usr/%' ORDER BY 1",
    "SELECT name FROM svcql_unit_files WHERE name > 'b' AND name <= 'n' ORDER BY 1",
    "SELECT name FROM svcql_unit_files WHERE NOT name = 'ssh.service' ORDER BY 1",
    "SELECT name FROM svcql_unit_files WHERE description IS NULL ORDER BY 1",
    "SELECT f.name, c.program FROM svcql_unit_files f JOIN svcql_unit_commands c ON c.path = "
    "f.path "
    "ORDER BY 1, 2",
    "SELECT u.username, g.groupname FROM svcql_users u LEFT JOIN svcql_groups g ON g.gid = u.gid "
    "ORDER BY 1",
    "SELECT subject FROM svcql_timeline WHERE time > 1000000000 AND time < 4000000000 ORDER BY 1",
    "SELECT subject FROM svcql_timeline WHERE time >= 4000000000",
    "SELECT component, step FROM svcql_path_permissions WHERE path = '/etc/systemd/system' ORDER "
    "BY 2",
    "SELECT DISTINCT severity FROM svcql_incidents",
    "SELECT * FROM svcql_severities ORDER BY rank",
};

START_TEST(queries_give_what_they_give_in_svcql)
{
    struct osquery_manager *manager = begin_manager();
    pid_t                   pid = start_extension("1");
    int64_t                 uuid = osquery_manager_wait(manager, 1);
    sqlite3                *osquery = osquery_database(manager, socket_of(uuid));
    sqlite3                *own = open_evidence(NULL);

    for (size_t i = 0; i < sizeof same_queries / sizeof same_queries[0]; i++)
        compare(osquery, own, same_queries[i]);
    sqlite3_close(osquery);
    sqlite3_close(own);
    say_shutdown(uuid);
    ck_assert_int_eq(status_of(pid), 0);
    osquery_manager_end(manager);
}
END_TEST

START_TEST(terms_and_columns_reach_the_extension)
{
    struct osquery_manager *manager = begin_manager();
    pid_t                   pid = start_extension("1");
    int64_t                 uuid = osquery_manager_wait(manager, 1);
    sqlite3                *db = osquery_database(manager, socket_of(uuid));

    osquery_calls = 0;
    free(harness_query(db, "SELECT path FROM svcql_unit_files WHERE name IN ('a', 'b')"));
    ck_assert_uint_eq(osquery_calls, 1); /* an IN is one call */
    ck_assert_ptr_ne(strstr(osquery_last_context,
                            "{\"name\":\"name\",\"list\":[{\"op\":2,\"expr\":\"a\"},{\"op\":2,"
                            "\"expr\":\"b\"}]"),
                     NULL);
    ck_assert_ptr_ne(strstr(osquery_last_context, "\"colsUsed\":[\"path\",\"name\"]"), NULL);
    ck_assert_str_eq(harness_error(db, "SELECT * FROM svcql_rules"),
                     "svcql_rules: svcql_rules: needs path = ...");
    sqlite3_close(db);
    say_shutdown(uuid);
    ck_assert_int_eq(status_of(pid), 0);
    osquery_manager_end(manager);
}
END_TEST

/* Every value of every table is of the type that was declared: get_column() of the stand-in fails where one
 * is not. */
START_TEST(values_are_of_their_declared_types)
{
    struct osquery_manager *manager = begin_manager();
    pid_t                   pid = start_extension("1");
    int64_t                 uuid = osquery_manager_wait(manager, 1);
    sqlite3                *db = osquery_database(manager, socket_of(uuid));
    char *names = harness_query(db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND "
                                    "name NOT IN ('svcql_path_permissions', "
                                    "'svcql_rules', 'svcql_file', 'svcql_hash')");

    for (char *save, *name = strtok_r(names, "\n", &save); name; name = strtok_r(NULL, "\n", &save))
        free(harness_query(db, "SELECT * FROM \"%s\"", name));
    free(names);
    sqlite3_close(db);
    say_shutdown(uuid);
    ck_assert_int_eq(status_of(pid), 0);
    osquery_manager_end(manager);
}
END_TEST

/* The pack's queries over the extension's tables, beside what osquery itself has. */
START_TEST(the_pack_runs_in_osquery)
{
    static const char pack_path[] = "sql/packs/osquery-t1569.json";
    const cJSON      *query;

    struct osquery_manager *manager = begin_manager();
    pid_t                   pid = start_extension("1");
    int64_t                 uuid = osquery_manager_wait(manager, 1);
    sqlite3                *db = osquery_database(manager, socket_of(uuid));
    char                   *text = harness_read(pack_path, NULL);
    cJSON                  *pack = cJSON_Parse(text);
    ck_assert_ptr_ne(pack, NULL);
    ck_assert_int_eq(
        sqlite3_exec(db,
                     "CREATE TABLE time(unix_time BIGINT); INSERT INTO time VALUES(1795960000);"
                     "CREATE TABLE osquery_registry(registry TEXT, name TEXT);"
                     "INSERT INTO osquery_registry VALUES('table', 'svcql_findings')",
                     NULL, NULL, NULL),
        SQLITE_OK);
    cJSON_ArrayForEach(query, cJSON_GetObjectItem(pack, "discovery"))
        harness_expect(db, "svcql_findings", "%s", query->valuestring);
    cJSON_ArrayForEach(query, cJSON_GetObjectItem(pack, "queries"))
    {
        ck_assert(cJSON_IsNumber(cJSON_GetObjectItem(query, "interval")));
        ck_assert(cJSON_IsString(cJSON_GetObjectItem(query, "description")));
        char *rows = harness_query(db, "%s", cJSON_GetObjectItem(query, "query")->valuestring);
        if (strcmp(query->string, "findings") == 0)
            ck_assert_ptr_ne(strstr(rows, "network_shell"), NULL);
        free(rows);
    }
    cJSON_Delete(pack);
    free(text);
    sqlite3_close(db);
    say_shutdown(uuid);
    ck_assert_int_eq(status_of(pid), 0);
    osquery_manager_end(manager);
}
END_TEST

/* osquery's own clients, as manager and client: what tests/osquery-peers.sh says. */
static void ask_peer(const char *which, const char *expected)
{
    char    command[8400], path[4096], text[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 16);

    ck_assert_int_gt(n, 0);
    path[n] = '\0';
    strcpy(strrchr(path, '/'), "/svcql");
    snprintf(command, sizeof command, "tests/osquery-peers.sh %s '%s' 2>&1", which, path);
    FILE *pipe = popen(command, "r");
    text[fread(text, 1, sizeof text - 1, pipe)] = '\0';
    int status = pclose(pipe);
    if (WEXITSTATUS(status) == 77)
        SKIP("%s", text);
    ck_assert_msg(status == 0 && strstr(text, expected), "%s", text);
}

START_TEST(osquerys_python_client_is_answered)
{
    ask_peer("python", "300 calls at once");
}
END_TEST

START_TEST(osquerys_go_client_is_answered)
{
    ask_peer("go", "21 operators, 9 whole tables, 300 calls at once, 94 malformed messages");
}
END_TEST

Suite *make_osquery_suite(void)
{
    Suite *suite = suite_create("osquery");
    TCase *tc = tcase_create("osquery");

    tcase_set_timeout(tc, 240);
    suite_add_tcase(suite, tc);
    tcase_add_test(tc, a_call_is_read_however_it_is_cut_into_pieces);
    tcase_add_test(tc, a_call_that_ends_early_is_not_one);
    tcase_add_test(tc, a_damaged_call_is_refused_or_read_as_another);
    tcase_add_test(tc, lengths_and_depths_beyond_the_message_are_refused_before_memory_is_taken);
    tcase_add_test(tc, a_message_beyond_the_limit_is_refused);
    tcase_add_test(tc, other_protocols_and_versions_are_refused);
    tcase_add_test(tc, each_operator_becomes_a_bound_value);
    tcase_add_test(tc, bounds_of_numbers_are_wider_than_what_was_lost);
    tcase_add_test(tc, more_terms_than_can_be_bound_are_an_error);
    tcase_add_test(tc, options_are_those_of_the_declarations);
    tcase_add_test(tc, every_table_and_view_is_a_plugin);
    tcase_add_test(tc, values_are_as_osquery_expects_them);
    tcase_add_test(tc, row_ids_are_the_same_each_time_and_for_each_part);
    tcase_add_test(tc, what_cannot_be_answered_is_a_failed_status_with_the_reason);
    tcase_add_test(tc, columns_are_shown_as_they_are_registered);
    tcase_add_test(tc, ping_and_unknown_methods_are_answered_on_one_connection);
    tcase_add_test(tc, peers_that_are_slow_or_talk_something_else_are_dropped);
    tcase_add_test(tc, a_query_that_nobody_waits_for_or_that_lasts_too_long_ends);
    tcase_add_test(tc, a_peer_that_vanishes_before_its_rows_holds_nothing);
    tcase_add_test(tc, the_server_ends_while_queries_run);
    tcase_add_test(tc, hundreds_of_calls_at_once_are_all_answered);
    tcase_add_test(tc, it_ends_when_stopped_when_forgotten_and_when_refused);
    tcase_add_test(tc, it_registers_again_after_each_restart_and_leaves_no_socket);
    tcase_add_test(tc, sockets_of_killed_extensions_are_removed);
    tcase_add_test(tc, a_million_rows_stay_below_the_watchdogs_memory);
    tcase_add_test(tc, bad_options_are_refused);
    tcase_add_test(tc, queries_give_what_they_give_in_svcql);
    tcase_add_test(tc, terms_and_columns_reach_the_extension);
    tcase_add_test(tc, values_are_of_their_declared_types);
    tcase_add_test(tc, the_pack_runs_in_osquery);
    tcase_add_test(tc, osquerys_python_client_is_answered);
    tcase_add_test(tc, osquerys_go_client_is_answered);
    return suite;
}
