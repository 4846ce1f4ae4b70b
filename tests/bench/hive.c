/* hive.c -- services of a SYSTEM hive: the table registry_services against libhivex, for the same
 * columns, each opening the file again. Medians of ROUNDS, in milliseconds of processor time, which
 * a busy machine disturbs less.
 *
 *     bench-hive EXTENSION HIVE...
 */
#include <hivex.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { ROUNDS = 31 };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* libhivex ------------------------------------------------------------------------ */

static const char *const strings[] = {"ImagePath",   "ObjectName", "Description",
                                      "DisplayName", "Group",      "FailureCommand"};
static const char *const lists[] = {"DependOnService", "RequiredPrivileges", "Environment"};
static const char *const raw[] = {"Type", "Start", "ErrorControl", "FailureActions"};

static size_t read_service(hive_h *h, hive_node_h service)
{
    hive_node_h parameters = hivex_node_get_child(h, service, "Parameters");
    size_t      bytes = 0, size;
    hive_type   type;

    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        hive_value_h value = hivex_node_get_value(h, service, strings[i]);
        char        *text = value ? hivex_value_string(h, value) : NULL;
        bytes += text ? strlen(text) : 0;
        free(text);
    }
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        hive_value_h value = hivex_node_get_value(h, service, lists[i]);
        char       **texts = value ? hivex_value_multiple_strings(h, value) : NULL;
        for (size_t j = 0; texts && texts[j]; j++) {
            bytes += strlen(texts[j]);
            free(texts[j]);
        }
        free(texts);
    }
    for (size_t i = 0; i < sizeof raw / sizeof raw[0]; i++) {
        hive_value_h value = hivex_node_get_value(h, service, raw[i]);
        char        *data = value ? hivex_value_value(h, value, &type, &size) : NULL;
        bytes += data ? size : 0;
        free(data);
    }
    hive_value_h dll = parameters ? hivex_node_get_value(h, parameters, "ServiceDll") : 0;
    char        *text = dll ? hivex_value_string(h, dll) : NULL;
    bytes += text ? strlen(text) : 0;
    free(text);
    return bytes + (size_t)(hivex_node_timestamp(h, service) & 1);
}

static size_t with_libhivex(const char *path, size_t *ret_services)
{
    hive_h *h = hivex_open(path, 0);
    size_t  bytes = 0;

    *ret_services = 0;
    if (!h)
        return 0;
    for (int set = 1; set <= 3; set++) {
        char name[32];
        snprintf(name, sizeof name, "ControlSet%03d", set);
        hive_node_h node = hivex_node_get_child(h, hivex_root(h), name);
        node = node ? hivex_node_get_child(h, node, "Services") : 0;
        hive_node_h *services = node ? hivex_node_children(h, node) : NULL;
        for (size_t i = 0; services && services[i]; i++, ++*ret_services)
            bytes += read_service(h, services[i]);
        free(services);
    }
    hivex_close(h);
    return bytes;
}

/* svcql ----------------------------------------------------------------------------- */

static size_t with_svcql(sqlite3 *db, const char *columns, const char *rest, const char *path,
                         size_t *ret_services)
{
    sqlite3_stmt *statement;
    size_t        bytes = 0;
    char *sql = sqlite3_mprintf("SELECT %s FROM registry_services(%Q) %s", columns, path, rest);

    *ret_services = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fprintf(stderr, "%s\n", sqlite3_errmsg(db));
    for (; sqlite3_step(statement) == SQLITE_ROW; ++*ret_services)
        for (int i = 0; i < sqlite3_column_count(statement); i++)
            bytes += (size_t)sqlite3_column_bytes(statement, i);
    sqlite3_finalize(statement);
    sqlite3_free(sql);
    return bytes;
}

static const char same[] = "name, time, image_path, object_name, description, display_name, "
                           "load_order_group, failure_command, depend_on, required_privileges, "
                           "environment, type, start, error_control, failure_actions, service_dll";

static const struct {
    const char *what, *columns, *rest;
} queries[] = {
    {"libhivex, no replay, no deleted", NULL, NULL},
    {"registry_services, same columns", same, "WHERE deleted = 0"},
    {"the same, and deleted services", same, ""},
    {"all columns, and deleted services", "*", ""},
};

enum { QUERIES = sizeof queries / sizeof queries[0] };

static void compare(sqlite3 *db, const char *path)
{
    double times[QUERIES][ROUNDS];
    size_t services[QUERIES] = {0};

    for (int i = 0; i < ROUNDS; i++)
        for (int j = 0; j < QUERIES; j++) {
            double begin = now();
            if (queries[j].columns)
                with_svcql(db, queries[j].columns, queries[j].rest, path, &services[j]);
            else
                with_libhivex(path, &services[j]);
            times[j][i] = now() - begin;
        }
    printf("%s\n", path);
    for (int j = 0; j < QUERIES; j++) {
        qsort(times[j], ROUNDS, sizeof(double), by_value);
        printf("  %-34s %7.2f ms  %zu services  %.2f\n", queries[j].what, times[j][ROUNDS / 2],
               services[j], times[j][ROUNDS / 2] / times[0][ROUNDS / 2]);
    }
}

int main(int argc, char **argv)
{
    sqlite3      *db;
    struct rusage usage;

    sqlite3_open(":memory:", &db);
    sqlite3_enable_load_extension(db, 1);
    if (argc < 3 || sqlite3_load_extension(db, argv[1], NULL, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: EXTENSION HIVE...: %s\n", argv[0], sqlite3_errmsg(db));
        return 1;
    }
    for (int i = 2; i < argc; i++)
        compare(db, argv[i]);
    getrusage(RUSAGE_SELF, &usage);
    printf("  most memory, both readers   %7.1f MiB, mapped pages counted\n",
           (double)usage.ru_maxrss / 1024);
    sqlite3_close(db);
    return 0;
}
