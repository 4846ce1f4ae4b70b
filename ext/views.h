/* views.h -- the SQL that the extension ships: views and lists, embedded from sql/.
 *
 * A file of sql/ROOM/NAME.sql opens with a comment whose first line is "NAME: what it shows.";
 * lines "word: text" follow (why, severity, attack, false positives, sources), then an indented
 * example. Each makes one TEMP object called NAME.
 */
#ifndef SVCQL_VIEWS_H
#define SVCQL_VIEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sqlite3ext.h"

struct embedded_view {
    const char *room; /* folder of sql/: lists, normalize, analytics, posture, compat */
    const char *name;
    const char *sql;
};

/* Ends with an element whose name is NULL. */
extern const struct embedded_view embedded_views[];

/* The texts of a build that has them compressed, by xz, and where they are expanded; size 0: they are not compressed. */
struct embedded_pack {
    const unsigned char *packed;
    size_t               n_packed;
    char                *text;
    size_t               size;
};
extern const struct embedded_pack embedded_pack;

/* Expand them, once, before a view's text is read. False where that fails. */
bool views_unpack(void);

/* The sentence on a column: of one view, or of every view that has such a column where `view` is
 * "". From sql/columns.txt and the headers of views, sorted by column and view; offsets in
 * embedded_column_text. */
struct embedded_column {
    uint32_t column, view, doc;
};
extern const struct embedded_column embedded_columns[];
extern const size_t                 n_embedded_columns;
extern const char *const            embedded_column_text;

/* The sentence on a view's column; NULL where there is none. */
const char *view_column_doc(const char *view, const char *column);

/* The number of embedded_views. */
size_t views_count(void);

/* Whether the TEMP schema has each view with the text that it came with: the user has not put another in its
 * place. In the order of embedded_views; `ret` has room for all. Returns an SQLite code. */
int views_as_shipped(sqlite3 *db, bool *ret);

/* The columns of the views as SQLite derives them from their SELECT, which takes it long: of each view those
 * in a row, in their order, the views sorted by name. Lists and views of shapes are not in it. Made by
 * `make docs`, and compared with SQLite's by a test. */
struct declared_column {
    const char   *view, *name;
    unsigned char type, collation; /* ask the functions below */
};

const char *declared_type(const struct declared_column *column); /* NULL: SQLite knows none */
const char *declared_collation(const struct declared_column *column);

/* Those of a view, and how many. */
const struct declared_column *view_columns(const char *view, size_t *ret_n);

/* Create every list as a TEMP table, where they are not `made` yet. One is left out where a database of the
 * connection has a table of its name, which is then used instead. On failure sets *ret_error, which
 * the caller frees with sqlite3_free(). Returns an SQLite code. */
int views_create_lists(sqlite3 *db, bool made, char **ret_error);

/* Run the statements of one file. Returns as views_create_lists(). */
int view_run(sqlite3 *db, const struct embedded_view *view, char **ret_error);

/* Whether it is a list; a virtual table of late_views.h. */
bool view_is_list(const struct embedded_view *view);
bool view_is_late(const struct embedded_view *view);

/* SHAPE_facts of SHAPE_signals; NULL of any other view. */
const struct embedded_view *view_facts(const struct embedded_view *view);

/* A view's text in the schema before SQLite has parsed it: as a virtual table, which is all that SQLite reads of it, and
 * on the lines after that as the view (deferred.h). For sqlite3_free(); NULL of a list, or where memory is short. */
char *view_schema_text(const struct embedded_view *view);

/* The one of that name, or NULL. */
const struct embedded_view *view_find(const char *name);

const struct embedded_view *view_find_word(const char *name, size_t size);

/* The size of the comment or the quoted text that begins here, or 0. */
size_t view_opaque_size(const char *text, const char *end);

/* The next name after FROM or JOIN in SQL, and its size; NULL where there is none. A name in quotes, or with that of its
 * schema, is none. */
const char *view_source_next(const char *sql, const char *end, size_t *ret_size);

/* The SELECT of a view: pointer into the SQL and size. */
const char *view_select(const struct embedded_view *view, size_t *ret_size);

/* The text of a header line, such as "severity" or, for the title, the view's own name: pointer
 * into the SQL and size, continuation lines and their dashes included. NULL where there is none. */
const char *view_header(const struct embedded_view *view, const char *word, size_t *ret_size);

/* The next line of such a text, from *at on, without its dashes and the spaces around it; empty ones are passed over. */
bool view_header_line(const char **at, const char *end, const char **ret, size_t *ret_size);

#endif
