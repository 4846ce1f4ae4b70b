#include "questions.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

/* What is asked of those that do not give all their rows at once. */
static const struct {
    const char *name, *sql;
} asked[] = {
    {"file", "SELECT * FROM file WHERE path LIKE '/etc/%/%'"},
    {"hash", "SELECT * FROM hash WHERE path LIKE '/etc/systemd/system/%'"},
    {"host_lines", "SELECT * FROM etc_hosts"},
    {"path_permissions", "SELECT * FROM path_permissions('/usr/bin/env')"},
    {"svcql_tables", "SELECT name, kind, description, examples, sources FROM svcql_tables"},
    {"svcql_rules", "SELECT * FROM svcql_rules('RULES')"},
    {"svcql_rules", "SELECT * FROM svcql_rules('RULES/a.yml')"},
    {"svcql_rules", "SELECT * FROM svcql_rules('RULES/b.json')"},
    {"users", "SELECT * FROM users"},
    {"users", "SELECT * FROM users UNION ALL SELECT * FROM users"},
};

static void add(struct questions *questions, const char *name, const char *kind, const char *sql)
{
    questions->list = realloc(questions->list, (questions->n + 1) * sizeof *questions->list);
    if (!questions->list)
        abort();
    questions->list[questions->n++] = (struct question){strdup(name), strdup(kind), strdup(sql)};
}

/* A function's name is as it is called: "split(text, characters, n)". Of its arguments, numbers, which
 * are made into text by the call. */
static void add_function(struct questions *questions, const char *name, const char *examples)
{
    char        sql[300];
    const char *open = strchr(name, '(');
    size_t length = (size_t)snprintf(sql, sizeof sql, "SELECT %.*s(", (int)(open - name), name);
    bool   more = open[1] != ')';

    add(questions, name, "function", examples);
    for (const char *p = open + 1; more; p++) {
        length += (size_t)snprintf(sql + length, sizeof sql - length, "12345678");
        p = strchr(p, ',');
        if (!(more = p != NULL))
            break;
        length += (size_t)snprintf(sql + length, sizeof sql - length, ", ");
    }
    snprintf(sql + length, sizeof sql - length, ")");
    add(questions, name, "function", sql);
}

static void add_relation(struct questions *questions, const char *name, const char *kind)
{
    char sql[300];
    bool found = false;

    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        if (strcmp(asked[i].name, name) == 0) {
            add(questions, name, kind, asked[i].sql);
            found = true;
        }
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", name);
    if (!found)
        add(questions, name, kind, sql);
}

static int each(void *data, int n, char **values, char **names)
{
    (void)n, (void)names;
    if (strcmp(values[1], "function") == 0)
        add_function(data, values[0], values[2]);
    else
        add_relation(data, values[0], values[1]);
    return 0;
}

struct questions questions_of(const char *term)
{
    struct questions questions = {0};
    char             sql[400];
    sqlite3         *db = harness_open();

    snprintf(sql, sizeof sql, "SELECT name, kind, examples FROM svcql_tables WHERE %s", term);
    if (sqlite3_exec(db, sql, each, &questions, NULL) != SQLITE_OK)
        abort();
    sqlite3_close(db);
    sqlite3_reset_auto_extension(); /* suites are made in one process, whose tests may open plain ones */
    return questions;
}

char *question_sql(const struct question *question, const char *rules)
{
    const char *at = strstr(question->sql, "RULES");
    char       *sql = NULL;

    if (asprintf(&sql, "%.*s%s%s", at ? (int)(at - question->sql) : 0, question->sql,
                 at ? rules : "", at ? at + strlen("RULES") : question->sql) < 0)
        abort();
    return sql;
}
