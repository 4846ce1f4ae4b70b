/* check_osquery_server.c -- what the extension answers, and to whom: rows, failures, connections that last too long, that
 * vanish or come by hundreds. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"
#include "make_osquery.h"
#include "program/osquery/generate.h"
#include "program/osquery/server.h"
#include "program/program.h"

/* The server --------------------------------------------------------------------------------------- */

static struct plugins plugins;

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

    ck_assert_int_eq(plugins_load(db, &plugins), SQLITE_OK);
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

/* How many rows a table has over the same evidence, without osquery. */
static size_t rows_of(const char *table)
{
    sqlite3 *db = open_evidence(NULL);
    size_t   n = (size_t)harness_int(db, "SELECT count(*) FROM %s", table);

    sqlite3_close(db);
    return n;
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
    call("known_rows", "{\"constraints\":[{\"name\":\"record\",\"list\":[{\"op\":2,\"expr\":"
                       "\"3\"}]}]}");
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
    struct peer   silent, half, other;
    struct buffer b = {0};

    begin_server(1, 1, 0);
    connect_to_server(&silent);
    connect_to_server(&half);
    connect_to_server(&other);
    osquery_put_call(&b, "table", "known_rows", "generate", "{}");
    send_bytes(&half, b.data, 20);
    buffer_free(&b);
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
    ck_assert_uint_eq(answer.n, rows_of("svcql_columns"));
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

static const char *const items[] = {"svcql_unit_files", "svcql_users", "known_rows",
                                    "svcql_severities"};

static void *caller(void *arg)
{
    struct osquery_answer own;
    size_t                which = (size_t)arg;

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
        expected[i] = rows_of(strstr(items[i], "known") ? items[i] : items[i] + strlen("svcql_"));
    for (size_t i = 0; i < CALLERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, caller, (void *)i), 0);
    for (size_t i = 0; i < CALLERS; i++) {
        void *n;
        pthread_join(threads[i], &n);
        ck_assert_uint_eq((size_t)n, expected[i % 4]);
    }
    end_server();
}
END_TEST

Suite *make_osquery_server_suite(void)
{
    Suite *suite = suite_create("osquery_server");
    TCase *tc = tcase_create("osquery_server");

    tcase_set_timeout(tc, 240);
    suite_add_tcase(suite, tc);
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
    return suite;
}
