/* check_osquery.c -- svcql inside osqueryd: the life of the extension, its memory, and osquery's tables over it, against
 * a stand-in for osqueryd (make_osquery.h). tests/osquery-peers.sh has osquery's own clients. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "harness.h"
#include "make_osquery.h"
#include "program/program.h"

static const char *const compromised = "tests/fixtures/linux/compromised";

static char em[200], server_path[300];

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
    sqlite3                *own = open_database();

    ck_assert(add_evidence(own, compromised));
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
