/* functions.h -- the SQL functions of the extension. */
#ifndef SVCQL_FUNCTIONS_H
#define SVCQL_FUNCTIONS_H

#include "sqlite3ext.h"

struct function_doc {
    const char *name;    /* as called: "entropy(text)" */
    const char *doc;     /* one sentence */
    const char *example; /* a query worth running */
};

/* Ends with an element whose name is NULL. */
extern const struct function_doc function_docs[];

int functions_register(sqlite3 *db);
int functions_register_pure(sqlite3 *db); /* those that know nothing but their arguments */

#endif
