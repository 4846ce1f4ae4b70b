/* shapes.c -- reads the columns of the shapes from the headers of the embedded views. */
#include "shapes.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "views.h"

/* Of a view NAME_facts: the size of NAME; else 0. */
static size_t shape_size(const struct embedded_view *view)
{
    static const char suffix[] = "_facts";
    size_t            size = strlen(view->name), end = sizeof suffix - 1;

    if (size <= end || strcmp(view->name + size - end, suffix) != 0)
        return 0;
    return size - end;
}

static size_t word_size(const char *text, const char *end)
{
    size_t size = 0;

    while (text + size < end && text[size] != ' ')
        size++;
    return size;
}

static bool is_type(const char *word, size_t size)
{
    static const char *const types[] = {"TEXT", "INTEGER", "REAL", "BLOB", "NOCASE"};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strlen(types[i]) == size && memcmp(types[i], word, size) == 0)
            return true;
    return false;
}

/* One line "name TYPE NOCASE sentence": the name is added to the shape, with its type to the
 * declaration. */
static int read_column(struct shape *shape, struct arena *arena, struct buffer *declaration,
                       const char *line, size_t n)
{
    const char *end = line + n, *word = line;
    size_t      size = word_size(word, end);

    if (shape->n_columns == SHAPE_MAX_COLUMNS)
        return -EINVAL;
    buffer_printf(declaration, "%s\"%.*s\"", shape->n_columns ? ", " : "", (int)size, word);
    shape->columns[shape->n_columns++] = arena_strndup(arena, word, size);
    for (word += size; word < end; word += size) {
        while (word < end && *word == ' ')
            word++;
        if (!is_type(word, size = word_size(word, end)))
            break;
        buffer_printf(declaration, " %s%.*s", *word == 'N' ? "COLLATE " : "", (int)size, word);
    }
    return 0;
}

/* All lines of a header's word as one text. */
static const char *joined(struct arena *arena, const char *at, size_t size)
{
    struct buffer text = {0};
    const char   *line;
    size_t        n;

    for (const char *end = at + size; view_header_line(&at, end, &line, &n);)
        buffer_put(&text, line, n);
    const char *copy = buffer_text(&text) ? arena_strndup(arena, text.data, text.size) : NULL;
    if (!copy)
        arena->failed = true;
    buffer_free(&text);
    return copy;
}

int shape_read(struct shape *shape, struct arena *arena, const struct embedded_view *view)
{
    struct buffer declaration = {0};
    size_t        usual_size, size, n;
    const char   *usual = view_header(view, "usual", &usual_size), *line;
    const char   *at = view_header(view, "columns", &size);
    int           r = 0;

    if (!at)
        return -EINVAL;
    shape->name = arena_strndup(arena, view->name, shape_size(view));
    shape->usual = usual ? joined(arena, usual, usual_size) : NULL;
    for (const char *end = at + size; r == 0 && view_header_line(&at, end, &line, &n);)
        r = read_column(shape, arena, &declaration, line, n);
    if (buffer_text(&declaration))
        shape->declaration = arena_strndup(arena, declaration.data, declaration.size);
    buffer_free(&declaration);
    return r < 0 ? r : !shape->declaration || arena->failed ? -ENOMEM : 0;
}

int shapes_read(struct shapes *ret)
{
    struct shapes shapes = {0};
    size_t        n = 0;
    int           r = 0;

    for (const struct embedded_view *view = embedded_views; view->name; view++)
        n += shape_size(view) > 0;
    shapes.shapes = arena_alloc(&shapes.arena, n * sizeof *shapes.shapes);
    if (!shapes.shapes)
        return -ENOMEM;
    for (const struct embedded_view *view = embedded_views; r == 0 && view->name; view++)
        if (shape_size(view)) {
            struct shape *shape = &shapes.shapes[shapes.n++];
            r = shape_read(shape, &shapes.arena, view);
            if (r == 0 && !shape->usual)
                r = -EINVAL;
        }
    if (r < 0)
        arena_free(&shapes.arena);
    else
        *ret = shapes;
    return r;
}

const struct shape *shapes_find(const struct shapes *shapes, const char *name, size_t size)
{
    for (size_t i = 0; i < shapes->n; i++)
        if (strlen(shapes->shapes[i].name) == size &&
            memcmp(shapes->shapes[i].name, name, size) == 0)
            return &shapes->shapes[i];
    return NULL;
}

void shapes_free(struct shapes *shapes)
{
    arena_free(&shapes->arena);
    memset(shapes, 0, sizeof *shapes);
}
