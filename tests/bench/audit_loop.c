/* audit_loop -- reads every field of every record of an audit log, as a program that uses a library
 * would; prints how many.
 *
 *     audit_loop auparse FILE               libauparse, values as they stand
 *     audit_loop interpret FILE             libauparse, values interpreted
 *     audit_loop query EXTENSION SQL        every column of every row of a query
 */
#include <auparse.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int fail(const char *what)
{
    fprintf(stderr, "audit_loop: %s\n", what);
    return 1;
}

static size_t each_field(auparse_state_t *state, bool interpret)
{
    size_t n = 0;

    do {
        do {
            const char *name = auparse_get_field_name(state);
            const char *value =
                interpret ? auparse_interpret_field(state) : auparse_get_field_str(state);
            n += name && value;
        } while (auparse_next_field(state) > 0);
    } while (auparse_next_record(state) > 0);
    return n;
}

static int loop(const char *path, bool interpret)
{
    size_t           events = 0, fields = 0;
    auparse_state_t *state = auparse_init(AUSOURCE_FILE, path);

    if (!state)
        return fail(path);
    while (auparse_next_event(state) > 0) {
        events++;
        auparse_first_record(state);
        fields += each_field(state, interpret);
    }
    auparse_destroy(state);
    printf("%zu events, %zu fields\n", events, fields);
    return 0;
}

static int query(const char *extension, const char *sql)
{
    sqlite3      *db;
    sqlite3_stmt *stmt;
    size_t        rows = 0, bytes = 0;

    if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        return fail("sqlite3_open");
    sqlite3_enable_load_extension(db, 1);
    if (sqlite3_load_extension(db, extension, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        return fail(sqlite3_errmsg(db));
    int columns = sqlite3_column_count(stmt);
    for (; sqlite3_step(stmt) == SQLITE_ROW; rows++)
        for (int i = 0; i < columns; i++)
            bytes += (size_t)sqlite3_column_bytes(stmt, i);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    printf("%zu rows, %zu bytes of text\n", rows, bytes);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "auparse") == 0)
        return loop(argv[2], false);
    if (argc == 3 && strcmp(argv[1], "interpret") == 0)
        return loop(argv[2], true);
    if (argc == 4 && strcmp(argv[1], "query") == 0)
        return query(argv[2], argv[3]);
    return fail("see the head of the source");
}
