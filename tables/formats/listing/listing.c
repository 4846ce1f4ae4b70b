#include "listing_state.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_SIZE  16384 /* bytes that are read before the form is decided */
#define HEAD_LINES 80    /* lines within which one of the forms begins */

static const struct listing_grammar *const grammars[] = {&listing_units,
                                                         &listing_unit_files,
                                                         &listing_timers,
                                                         &listing_status,
                                                         &listing_launchctl_list,
                                                         &listing_launchctl_disabled,
                                                         &listing_launchctl_print,
                                                         &listing_launchctl_job,
                                                         &listing_sc,
                                                         &listing_reg_file,
                                                         &listing_reg_query,
                                                         &listing_table,
                                                         &listing_ps_list,
                                                         &listing_pairs,
                                                         &listing_sc_foreign,
                                                         NULL};

/* Records ------------------------------------------------------------------------ */

/* Give the open record out; one without a name is counted. */
static bool finish(struct listing *l)
{
    bool named = listing_named(l);

    l->lost.bad += l->open.cut || (!named && !listing_empty(l));
    if (named) {
        for (size_t i = 0; i < LISTING_FIELDS; i++)
            buffer_text(&l->open.text[i]);
        struct listing_record done = l->done;
        l->done = l->open;
        l->open = done;
    }
    listing_drop(l);
    return named;
}

static bool failed(const struct listing *l)
{
    bool failed = l->previous.failed || l->pending.failed || l->header.failed;

    for (size_t i = 0; i < LISTING_FIELDS; i++)
        failed |= l->open.text[i].failed || l->done.text[i].failed;
    return failed;
}

/* Lines -------------------------------------------------------------------------- */

static const struct listing_grammar *grammar_of(const struct listing *l, const char *line)
{
    for (size_t i = 0; grammars[i]; i++)
        if (grammars[i]->begins(l, line))
            return grammars[i];
    return NULL;
}

static void enter(struct listing *l, const struct listing_grammar *grammar)
{
    l->grammar = grammar;
    l->n_columns = 0;
    l->depth = 0;
    *l->block = *l->domain = '\0';
    buffer_reset(&l->pending);
}

/* Take a line: 1 for a record, 0. */
static int take_line(struct listing *l)
{
    char *line = l->lines.text.data;

    for (size_t size = strlen(line); size && line[size - 1] == '\r';) /* wmic ends lines in two */
        line[--size] = '\0';
    l->line_at = l->lines.at;
    const struct listing_grammar *next = l->depth ? NULL : grammar_of(l, line);
    if (next && next != l->grammar) {
        if (!listing_empty(l) && finish(l)) {
            l->again = true;
            return 1;
        }
        enter(l, next);
    }
    enum listing_take take = l->grammar ? l->grammar->line(l, line) : LINE_TAKEN;
    l->again = take == LINE_AGAIN;
    if (!l->again) {
        buffer_reset(&l->previous);
        buffer_puts(&l->previous, line);
        buffer_text(&l->previous);
    }
    return take != LINE_TAKEN && finish(l);
}

/* A line whose record was ended before it may end another one; twice is enough. */
static int feed_lines(struct listing *l, const char **data, size_t *size)
{
    for (;;) {
        int r = l->again ? 1 : text_lines_feed(&l->lines, data, size);
        if (r <= 0)
            return r;
        l->again = false;
        if (take_line(l))
            return 1;
    }
}

static int end_lines(struct listing *l)
{
    int r = l->again ? 1 : l->ended ? 0 : text_lines_end(&l->lines);

    l->ended = true;
    if (r < 0)
        return r;
    while (r > 0) {
        l->again = false;
        if (take_line(l))
            return 1;
        r = l->again;
    }
    if (l->grammar && !l->depth && l->grammar->line(l, "") == LINE_ENDS && finish(l))
        return 1;
    return finish(l);
}

/* Objects and rows ---------------------------------------------------------------- */

static int feed_objects(struct listing *l, const char **data, size_t *size)
{
    int r;

    while ((r = json_objects_feed(&l->objects, data, size)) > 0) {
        l->line_at = l->objects.at;
        r = listing_object(l, l->objects.text.data, l->objects.text.size);
        if (r < 0 || (r > 0 && finish(l)))
            return r;
        listing_drop(l);
    }
    return r;
}

static int feed_rows(struct listing *l, const char **data, size_t *size)
{
    int r;

    while ((r = csv_records_feed(&l->rows, data, size)) > 0) {
        l->line_at = l->rows.at;
        r = listing_row(l);
        if (r < 0 || (r > 0 && finish(l)))
            return r;
        listing_drop(l);
    }
    return r;
}

static int end_records(struct listing *l)
{
    bool objects = l->container == OBJECTS;
    int  r;

    if (l->ended)
        return 0;
    l->ended = true;
    r = objects ? json_objects_end(&l->objects) : csv_records_end(&l->rows);
    if (r <= 0)
        return r;
    l->line_at = objects ? l->objects.at : l->rows.at;
    r = objects ? listing_object(l, l->objects.text.data, l->objects.text.size) : listing_row(l);
    return r > 0 ? finish(l) : r;
}

/* The form ------------------------------------------------------------------------ */

/* Skip what stands before the first line that is not empty, and a mark of UTF-8. */
static void skip_blank(const char **text, size_t *size)
{
    while (*size && strchr(" \t\r\n\xef\xbb\xbf", **text)) {
        ++*text;
        --*size;
    }
}

/* Whether braces are launchctl's: "Label" = "x"; and not JSON's. */
static bool is_job(const char *text, size_t size)
{
    size_t      at = 1;
    const char *end;

    while (at < size && isspace((unsigned char)text[at]))
        at++;
    end = memchr(text + at, '\n', size - at);
    return end && at < size && text[at] == '"' &&
           memmem(text + at, (size_t)(end - text) - at, "\" = ", 4) != NULL;
}

/* Whether a line with which a form begins is among the first. */
static bool has_grammar(const char *text, size_t size)
{
    struct listing    l = {0};
    struct text_lines lines = {0};
    bool              found = false;

    for (size_t n = 0; n < HEAD_LINES && !found && text_lines_feed(&lines, &text, &size) > 0; n++) {
        found = grammar_of(&l, lines.text.data) != NULL;
        buffer_reset(&l.previous);
        buffer_puts(&l.previous, lines.text.data);
        buffer_text(&l.previous);
    }
    if (!found && !size && text_lines_end(&lines) > 0)
        found = grammar_of(&l, lines.text.data) != NULL;
    buffer_free(&l.previous);
    text_lines_free(&lines);
    return found;
}

static enum listing_container container_of(const char *text, size_t size)
{
    const char *begin = text;
    size_t      rest = size;

    if (memchr(text, '\0', size))
        return UNKNOWN;
    skip_blank(&begin, &rest);
    if (!rest)
        return UNKNOWN;
    if (*begin == '{' && is_job(begin, rest))
        return LINES;
    if (*begin == '{' || (*begin == '[' && rest > 1 && begin[1] != 'S'))
        return listing_is_objects(begin, rest) ? OBJECTS : UNKNOWN;
    if (listing_is_header(begin, rest))
        return ROWS;
    return has_grammar(begin, rest) ? LINES : UNKNOWN;
}

bool listing_is(const char *text, size_t size)
{
    return container_of(text, size < HEAD_SIZE ? size : HEAD_SIZE) != UNKNOWN;
}

/* Gather the first bytes, then decide. What is of no form is read as lines, of which none is known. */
static void decide(struct listing *l)
{
    size_t size = l->head.size < HEAD_SIZE ? l->head.size : HEAD_SIZE;

    l->container = size ? container_of(l->head.data, size) : LINES;
    l->container = l->container == UNKNOWN ? LINES : l->container;
}

static int feed(struct listing *l, const char **data, size_t *size)
{
    return l->container == LINES     ? feed_lines(l, data, size)
           : l->container == OBJECTS ? feed_objects(l, data, size)
                                     : feed_rows(l, data, size);
}

/* From what was gathered at the beginning. */
static int feed_head(struct listing *l)
{
    size_t      size = l->head.size - l->head_at;
    const char *data = size ? l->head.data + l->head_at : "";

    int r = size || l->again ? feed(l, &data, &size) : 0;
    l->head_at = l->head.size - size;
    return r;
}

int listing_feed(struct listing *l, const char **data, size_t *size)
{
    if (l->container == UNKNOWN) {
        buffer_put(&l->head, *data, *size);
        *size = 0;
        if (l->head.failed)
            return -ENOMEM;
        if (l->head.size < HEAD_SIZE)
            return 0;
        decide(l);
    }
    int r = feed_head(l);
    if (r == 0)
        r = feed(l, data, size);
    return failed(l) ? -ENOMEM : r;
}

int listing_end(struct listing *l)
{
    if (l->container == UNKNOWN)
        decide(l);
    int r = feed_head(l);
    if (r == 0)
        r = l->container == LINES ? end_lines(l) : end_records(l);
    return failed(l) ? -ENOMEM : r;
}

/* Access -------------------------------------------------------------------------- */

int listing_new(struct listing **ret)
{
    struct listing *l = calloc(1, sizeof *l);

    if (!l)
        return -ENOMEM;
    l->last = LISTING_FIELDS;
    *ret = l;
    return 0;
}

void listing_free(struct listing *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < LISTING_FIELDS; i++) {
        buffer_free(&l->open.text[i]);
        buffer_free(&l->done.text[i]);
    }
    buffer_free(&l->head);
    buffer_free(&l->header);
    buffer_free(&l->previous);
    buffer_free(&l->pending);
    text_lines_free(&l->lines);
    json_objects_free(&l->objects);
    csv_records_free(&l->rows);
    free(l);
}

const char *listing_value(const struct listing *l, enum listing_field field)
{
    return l->done.has[field] ? l->done.text[field].data : NULL;
}

const char *listing_form(const struct listing *l)
{
    return l->done.form;
}

const char *listing_platform(const struct listing *l)
{
    static const char *const names[] = {"linux", "macos", "windows"};

    return names[l->done.platform];
}

uint64_t listing_at(const struct listing *l)
{
    return l->done.at;
}

struct listing_lost listing_lost(const struct listing *l)
{
    struct listing_lost lost = l->lost;

    lost.bad += l->objects.bad + l->rows.bad + l->lines.cut;
    return lost;
}
