/* shapes.h -- the input of detections: the columns of sql/facts/SHAPE_facts.sql, from their
 * headers. */
#ifndef SVCQL_SHAPES_H
#define SVCQL_SHAPES_H

#include <stddef.h>

#include "formats/text/arena.h"
struct embedded_view;

#define SHAPE_MAX_COLUMNS 120 /* a function takes 127 arguments at most */

struct shape {
    const char *name;        /* "unit" */
    const char *declaration; /* "host TEXT, service TEXT COLLATE NOCASE, ..." */
    const char *usual;       /* the row from which tests start, as JSON */
    const char *columns[SHAPE_MAX_COLUMNS];
    size_t      n_columns;
};

struct shapes {
    struct shape *shapes;
    size_t        n;
    struct arena  arena; /* owns all of it */
};

/* Read the header of one SHAPE_facts. 0, -ENOMEM, or -EINVAL where it has another form. */
int shape_read(struct shape *ret, struct arena *arena, const struct embedded_view *facts);

/* Read all of them. Returns as shape_read(). */
int                 shapes_read(struct shapes *ret);
const struct shape *shapes_find(const struct shapes *shapes, const char *name, size_t size);
void                shapes_free(struct shapes *shapes);

#endif
