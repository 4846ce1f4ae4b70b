/* make_osquery.h -- a stand-in for osqueryd: its manager's socket, its calls of an extension, and its virtual
 * tables, which hand an extension the terms and columns that osquery 5 does.
 *
 *     struct osquery_manager *manager = osquery_manager_begin(socket);
 *     ... start an extension ...
 *     int64_t  uuid = osquery_manager_wait(manager, 1);
 *     sqlite3 *db = osquery_database(manager, path_of(uuid));
 *     harness_query(db, "SELECT name FROM svcql_unit_files");
 *     osquery_manager_end(manager);
 *
 * What fails, fails the test.
 */
#ifndef SVCQL_MAKE_OSQUERY_H
#define SVCQL_MAKE_OSQUERY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/thrift/osquery_message.h"
#include "program/osquery/peer.h"

/* A call, and what it was answered with. The rows are the arena's. */
struct osquery_cell {
    const char *name, *value;
    size_t      size;
};

struct osquery_row {
    struct osquery_cell *cells;
    size_t               n;
};

struct osquery_answer {
    struct arena          arena;
    struct osquery_status status;
    struct osquery_row   *rows;
    size_t                n;
};

/* Write a call, as osquery does; NULL: the request has none. */
void osquery_put_call(struct buffer *b, const char *registry, const char *item, const char *action,
                      const char *context);

/* Write the manager's answer to extensions(): itself, and `n` whose last uuid is `last`. */
void osquery_put_extensions(struct buffer *b, const struct thrift_head *head, int64_t last,
                            size_t n);

/* 0 or the error that ended the connection. */
int  osquery_read_answer(struct peer *peer, struct osquery_answer *ret);
void osquery_answer_free(struct osquery_answer *answer);

/* Connect, call, and close. */
void osquery_call(const char *path, const char *item, const char *action, const char *context,
                  struct osquery_answer *ret);

/* The value in a row, or NULL. */
const char *osquery_value(const struct osquery_row *row, const char *name);

/* The manager. */
struct osquery_manager;

struct osquery_manager *osquery_manager_begin(const char *socket);
void                    osquery_manager_end(struct osquery_manager *manager);

/* Wait for the n-th registration since the beginning; its uuid. */
int64_t osquery_manager_wait(struct osquery_manager *manager, size_t n);

/* Forget all extensions, or refuse those that come. */
void osquery_manager_forget(struct osquery_manager *manager);
void osquery_manager_refuse(struct osquery_manager *manager);

/* How many extensions have been registered and not deregistered. */
size_t osquery_manager_has(struct osquery_manager *manager);

/* A database with a table for each that the last registration named, which asks at `path`. */
sqlite3 *osquery_database(struct osquery_manager *manager, const char *path);

/* Calls that databases made, and the terms of the last. */
extern size_t osquery_calls;
extern char   osquery_last_context[1 << 16];

#endif
