/* connections.c EXTENSION STATEMENT...: memory of a connection that has loaded the extension, then after each statement,
 * as the mean of 200 that are open at once: resident KB, and what SQLite has allocated of it. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { CONNECTIONS = 200 };

static double resident_kb(void)
{
    FILE  *file = fopen("/proc/self/statm", "r");
    long   pages = 0;
    double kb;

    if (!file || fscanf(file, "%*d %ld", &pages) != 1)
        exit(1);
    kb = (double)pages * 4096 / 1000;
    fclose(file);
    return kb;
}

static void show(const char *what, double before)
{
    printf("%-44.44s %8.1f KB resident %8.1f KB of SQLite\n", what,
           (resident_kb() - before) / CONNECTIONS,
           (double)sqlite3_memory_used() / 1000 / CONNECTIONS);
}

int main(int argc, char **argv)
{
    static sqlite3 *db[CONNECTIONS];
    double          before = resident_kb();
    char           *error = NULL;

    for (int i = 0; i < CONNECTIONS && argc > 1; i++) {
        sqlite3_open(":memory:", &db[i]);
        sqlite3_enable_load_extension(db[i], 1);
        if (sqlite3_load_extension(db[i], argv[1], NULL, &error) != SQLITE_OK)
            return fprintf(stderr, "%s\n", error), 1;
    }
    show(".load", before);
    for (int a = 2; a < argc; a++) {
        for (int i = 0; i < CONNECTIONS; i++)
            if (sqlite3_exec(db[i], argv[a], NULL, NULL, &error) != SQLITE_OK)
                return fprintf(stderr, "%s: %s\n", argv[a], error), 1;
        show(argv[a], before);
    }
    return 0;
}
