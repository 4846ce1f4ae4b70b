/* threads.c LOCATION...: eight threads, each with a connection of its own, read every table and view of the
 * evidence at the same time. For ThreadSanitizer: make threads. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "svcql.h"

#define THREADS 8

static char **locations;

static int add_evidence(sqlite3 *db)
{
    int rc = sqlite3_exec(db, "DELETE FROM evidence", NULL, NULL, NULL);

    for (char **l = locations; rc == SQLITE_OK && *l; l++) {
        char *sql = sqlite3_mprintf("INSERT INTO evidence(location) VALUES(%Q)", *l);
        rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
        sqlite3_free(sql);
    }
    return rc;
}

/* Rows of all relations; -1 where something failed that must not. */
static long long read_all(sqlite3 *db)
{
    static const char list[] =
        "SELECT name FROM svcql_tables WHERE kind <> 'function' ORDER BY name";
    sqlite3_stmt *names, *rows;
    long long     n = 0;

    if (sqlite3_prepare_v2(db, list, -1, &names, NULL) != SQLITE_OK)
        return -1;
    while (sqlite3_step(names) == SQLITE_ROW) {
        char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", sqlite3_column_text(names, 0));
        if (sqlite3_prepare_v2(db, sql, -1, &rows, NULL) == SQLITE_OK)
            while (sqlite3_step(rows) == SQLITE_ROW && ++n)
                for (int c = sqlite3_column_count(rows); c > 0; c--)
                    sqlite3_column_text(rows, c - 1);
        sqlite3_finalize(rows);
        sqlite3_free(sql);
    }
    sqlite3_finalize(names);
    return n;
}

static void *run(void *data)
{
    long long *n = data;
    sqlite3   *db;

    *n = -1;
    if (sqlite3_open(":memory:", &db) == SQLITE_OK && add_evidence(db) == SQLITE_OK)
        *n = read_all(db);
    sqlite3_close(db);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    long long rows[THREADS];
    int       bad = argc < 2;

    locations = argv + 1;
    sqlite3_auto_extension((void (*)(void))sqlite3_svcql_init);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, run, &rows[i]) != 0)
            abort();
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        bad |= rows[i] <= 0 || rows[i] != rows[0];
    }
    printf("%d connections, %lld rows each%s\n", THREADS, rows[0], bad ? ": NOT ALL THE SAME" : "");
    return bad;
}
