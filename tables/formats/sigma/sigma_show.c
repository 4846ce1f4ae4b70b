#include "sigma_show.h"

#include <string.h>

#define LINES_MAX 400 /* of one event */

/* SQL ------------------------------------------------------------------------------ */

static void put_name(const struct sigma *sigma, int32_t field, struct buffer *text)
{
    const char *name = sigma_field_name(sigma, field);

    if (!name)
        buffer_puts(text, "any_field");
    else if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") ==
             strlen(name))
        buffer_puts(text, name);
    else
        buffer_printf(text, "\"%s\"", name);
}

static void put_part(const struct sigma_part *part, bool cased, struct buffer *text)
{
    for (uint32_t i = 0; i < part->size; i++) {
        char c = part->text[i];
        if (c == SIGMA_ANY_BYTE)
            buffer_putc(text, cased ? '?' : '_');
        else if (cased && strchr("*?[", c) && c)
            buffer_printf(text, "[%c]", c);
        else if (!cased && strchr("%_\\", c) && c)
            buffer_printf(text, "\\%c", c);
        else if (c == '\'')
            buffer_puts(text, "''");
        else
            buffer_putc(text, c);
    }
}

static void put_pattern(const struct sigma_test *test, struct buffer *text)
{
    const struct sigma_pattern *pattern = &test->pattern;
    char                        star = test->cased ? '*' : '%';

    buffer_puts(text, test->cased ? " GLOB '" : " LIKE '");
    if (pattern->open_start)
        buffer_putc(text, star);
    for (uint32_t i = 0; i < pattern->n; i++) {
        if (i)
            buffer_putc(text, star);
        put_part(&pattern->parts[i], test->cased, text);
    }
    if (pattern->open_end && (pattern->n || !pattern->open_start))
        buffer_putc(text, star);
    buffer_puts(text, test->cased ? "'" : "' ESCAPE '\\'");
}

static void put_quoted(const char *value, struct buffer *text)
{
    buffer_putc(text, '\'');
    for (; *value; value++)
        buffer_puts(text, *value == '\'' ? "''" : (char[2]){*value, 0});
    buffer_putc(text, '\'');
}

static void put_comparison(const struct sigma *sigma, const struct sigma_test *test,
                           struct buffer *text)
{
    static const char *const operators[] = {"=", ">", ">=", "<", "<="};
    static const char *const parts[] = {"", "%M", "%H", "%d", "%V", "%m", "%Y"};

    if (test->part)
        buffer_printf(text, "CAST(strftime('%s', ", parts[test->part]);
    put_name(sigma, test->field, text);
    if (test->part)
        buffer_puts(text, ") AS INTEGER)");
    buffer_printf(text, " %s %.15g", operators[test->comparison], test->number);
}

static void put_test(const struct sigma *sigma, const struct sigma_test *test, struct buffer *text)
{
    if (test->operation == SIGMA_COMPARE) {
        put_comparison(sigma, test, text);
        return;
    }
    if (test->operation == SIGMA_CIDR)
        buffer_puts(text, "in_network(");
    put_name(sigma, test->field, text);
    switch (test->operation) {
    case SIGMA_TEXT:
        put_pattern(test, text);
        break;
    case SIGMA_NUMBER:
        buffer_printf(text, " = %.15g", test->number);
        break;
    case SIGMA_NULL:
        buffer_puts(text, " IS NULL");
        break;
    case SIGMA_EXISTS:
        buffer_puts(text, " IS NOT NULL");
        break;
    case SIGMA_REGEXP:
        buffer_puts(text, " REGEXP ");
        put_quoted(test->shown, text);
        break;
    case SIGMA_CIDR:
        buffer_puts(text, ", ");
        put_quoted(test->shown, text);
        buffer_putc(text, ')');
        break;
    default:
        buffer_puts(text, test->ends ? " LIKE '%' || " : test->starts ? " LIKE " : " = ");
        put_name(sigma, test->other, text);
        buffer_puts(text, test->starts ? " || '%'" : "");
    }
}

void sigma_show_sql(const struct sigma *sigma, const struct sigma_node *node, struct buffer *text)
{
    if (node->join == SIGMA_TEST) {
        put_test(sigma, node->test, text);
        return;
    }
    if (node->join == SIGMA_NOT)
        buffer_puts(text, "NOT ");
    if (node->n == 1 && node->join != SIGMA_NOT) {
        sigma_show_sql(sigma, node->items[0], text);
        return;
    }
    buffer_putc(text, '(');
    for (uint32_t i = 0; i < node->n; i++) {
        if (i)
            buffer_puts(text, node->join == SIGMA_AND ? " AND " : " OR ");
        sigma_show_sql(sigma, node->items[i], text);
    }
    if (node->n == 0)
        buffer_puts(text, node->join == SIGMA_AND ? "1" : "0");
    buffer_putc(text, ')');
}

/* Lines ---------------------------------------------------------------------------- */

static uint32_t plus(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

/* Tests to end otherwise for a tree to be `wanted`: all of them that must, or the least that may. */
static uint32_t distance(struct sigma *sigma, const struct sigma_node *node, bool wanted)
{
    bool     every = (node->join == SIGMA_AND) == wanted;
    uint32_t sum = 0, least = UINT32_MAX;

    if (node->join == SIGMA_TEST)
        return sigma_fits(sigma, node) != wanted;
    if (node->join == SIGMA_NOT)
        return distance(sigma, node->items[0], !wanted);
    for (uint32_t i = 0; i < node->n; i++) {
        uint32_t item = distance(sigma, node->items[i], wanted);
        sum = plus(sum, item);
        least = item < least ? item : least;
    }
    return every ? sum : least;
}

uint32_t sigma_distance(struct sigma *sigma, const struct sigma_node *node)
{
    return distance(sigma, node, true);
}

/* Whether a node is a line of the rule: a test, or the values of one field. */
static bool is_line(const struct sigma_node *node)
{
    for (uint32_t i = 0; i < node->n; i++)
        if (node->items[i]->join != SIGMA_TEST || node->join == SIGMA_NOT ||
            node->items[i]->test->field != node->items[0]->test->field)
            return false;
    return node->join == SIGMA_TEST || node->n > 1;
}

static const struct sigma_test *first_test(const struct sigma_node *node)
{
    while (node->join != SIGMA_TEST && node->n)
        node = node->items[0];
    return node->test;
}

/* What the event has where a line looks. */
static void put_values(struct sigma *sigma, const struct sigma_test *test, struct buffer *text)
{
    const struct sigma_value *value =
        test ? sigma_event_get(sigma_event(sigma), test->field) : NULL;

    if (!test || test->field == SIGMA_NO_FIELD)
        return;
    buffer_puts(text, "   -- ");
    put_name(sigma, test->field, text);
    buffer_puts(text, value ? ": " : " is absent");
    if (value)
        buffer_printable(text, value->text, value->size < 200 ? value->size : 200);
}

static void put_lines(struct sigma *sigma, const struct sigma_node *node, unsigned depth,
                      unsigned *lines, struct buffer *text)
{
    static const char *const joins[] = {"", "all of", "one of", "not"};
    bool                     fits = sigma_fits(sigma, node);

    while (node->n == 1 && node->join != SIGMA_NOT && !node->label)
        node = node->items[0];
    if (++*lines > LINES_MAX)
        return;
    bool line = is_line(node);
    buffer_printf(text, "    %s %*s", fits ? "yes" : "no ", (int)(2 * depth), "");
    if (!line) {
        buffer_printf(text, "%s%s%s\n", joins[node->join], node->label ? " " : "",
                      node->label ? node->label : "");
        for (uint32_t i = 0; i < node->n; i++)
            put_lines(sigma, node->items[i], depth + 1, lines, text);
        return;
    }
    struct buffer sql = {0};
    sigma_show_sql(sigma, node, &sql);
    buffer_printable(text, sql.size ? sql.data : "", sql.size < 300 ? sql.size : 300);
    buffer_puts(text, sql.size < 300 ? "" : " ...");
    buffer_free(&sql);
    if (!fits)
        put_values(sigma, first_test(node), text);
    buffer_putc(text, '\n');
}

void sigma_show_lines(struct sigma *sigma, const struct sigma_node *node, struct buffer *text)
{
    unsigned lines = 0;

    put_lines(sigma, node, 0, &lines, text);
}
