#include "functions.h"

#include <stddef.h>

SQLITE_EXTENSION_INIT3

static void version(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc, (void)argv;
    sqlite3_result_text(out, SVCQL_VERSION, -1, SQLITE_STATIC);
}

static const struct {
    const char *name;
    int         args;
    void (*call)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
    {"svcql_version", 0, version},
};

const struct function_doc function_docs[] = {
    {"svcql_version()",          "The version of the extension", "SELECT svcql_version();"},
    {0},
};

int functions_register(sqlite3 *db)
{
    static const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int              rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && i < sizeof functions / sizeof functions[0]; i++)
        rc = sqlite3_create_function_v2(db, functions[i].name, functions[i].args, flags, NULL,
                                        functions[i].call, NULL, NULL, NULL);
    return rc;
}
