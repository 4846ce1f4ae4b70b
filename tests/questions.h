/* questions.h -- a query for every table, view and function that the schema has, so that what is new is
 * tried without being named. */
#ifndef SVCQL_TEST_QUESTIONS_H
#define SVCQL_TEST_QUESTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct question {
    char *name; /* of the relation or function */
    char *kind; /* as in svcql_tables */
    char *sql;  /* RULES in it stands for a folder of rules */
};

struct questions {
    struct question *list;
    size_t           n;
};

/* Those whose row of svcql_tables fulfils a term of SQL; some have several. Lives as long as the program. */
struct questions questions_of(const char *term);

/* The query, with the folder; the caller's to free(). */
char *question_sql(const struct question *question, const char *rules);

#endif
