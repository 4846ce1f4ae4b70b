#include "unit_environment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit_words.h"

#define WHITESPACE " \t\n\r"

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_name(const char *name, size_t size)
{
    if (!size || (name[0] >= '0' && name[0] <= '9'))
        return false;
    for (size_t i = 0; i < size; i++)
        if (!is_name_char(name[i]))
            return false;
    return true;
}

static void set(struct unit_environment *environment, const char *name, size_t name_size,
                const char *value, size_t value_size, bool given)
{
    struct unit_variable *variables = NULL;

    environment->bytes += name_size + value_size;
    if (environment->n < UNIT_VARIABLES_MAX && environment->bytes <= UNIT_VARIABLES_BYTES_MAX)
        variables = arena_grow(environment->memory, environment->variables, environment->n,
                               &environment->room, sizeof *variables);
    else
        environment->lost++;
    if (!variables)
        return;
    environment->variables = variables;
    variables[environment->n] =
        (struct unit_variable){.name = arena_strndup(environment->memory, name, name_size),
                               .value = arena_strndup(environment->memory, value, value_size),
                               .place = environment->n,
                               .given = given};
    environment->n++;
}

void unit_environment_give(struct unit_environment *environment, const char *name,
                           const char *value)
{
    set(environment, name, strlen(name), value, strlen(value), true);
}

/* Add "NAME=value" unless systemd passes it over. */
static void add_assignment(struct unit_environment *environment, const char *text, size_t size)
{
    const char *equals = memchr(text, '=', size);
    size_t      name = equals ? (size_t)(equals - text) : 0;

    if (is_name(text, name) && buffer_is_text(text, size))
        set(environment, text, name, equals + 1, size - name - 1, false);
}

/* Call `each` with every word of a value, its specifiers expanded. */
static void each_word(struct unit_environment *environment, const char *value,
                      const struct unit_expander *expander,
                      void (*each)(struct unit_environment *, const char *, size_t))
{
    struct buffer word = {0}, expanded = {0};
    size_t        size = 0;

    while (size <= UNIT_EXEC_MAX && unit_word(&value, UNIT_ESCAPES_STRICT, &word) > 0) {
        const char *text = buffer_text(&word);
        bool        known = true;

        buffer_reset(&expanded);
        if (text && expander)
            known = expander->expand(expander->data, text, &expanded);
        else if (text)
            buffer_puts(&expanded, text);
        size += expanded.size;
        if (!text || !buffer_text(&expanded))
            environment->memory->failed = true;
        else if (known)
            each(environment, expanded.data, expanded.size);
    }
    if (word.failed)
        environment->memory->failed = true;
    buffer_free(&word);
    buffer_free(&expanded);
}

void unit_environment_words(struct unit_environment *environment, const char *value,
                            const struct unit_expander *expander)
{
    each_word(environment, value, expander, add_assignment);
}

/* Files ----------------------------------------------------------------------- */

enum file_state {
    BEFORE_KEY,
    KEY,
    BEFORE_VALUE,
    VALUE,
    VALUE_ESCAPE,
    SINGLE_QUOTES,
    DOUBLE_QUOTES,
    DOUBLE_QUOTES_ESCAPE,
    COMMENT,
    COMMENT_ESCAPE,
};

struct file_reader {
    struct unit_environment *environment;
    enum file_state          state;
    struct buffer            key, value;
    size_t                   value_end; /* without the white space that ends an unquoted value */
    bool                     comments_join, refused;
};

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || is_newline(c);
}

/* The assignment is whole: add it. */
static void push(struct file_reader *f, bool trim)
{
    size_t      key = f->key.size, value = trim ? f->value_end : f->value.size;
    const char *name = f->key.data ? f->key.data : "", *text = f->value.data ? f->value.data : "";

    while (key && is_white(name[key - 1]))
        key--;
    if (!buffer_is_text(name, key) || !buffer_is_text(text, value))
        f->refused = true;
    else if (is_name(name, key))
        set(f->environment, name, key, text, value, false);
    if (f->key.failed || f->value.failed)
        f->environment->memory->failed = true;
    buffer_reset(&f->key);
    buffer_reset(&f->value);
    f->value_end = 0;
    f->state = BEFORE_KEY;
}

static void put_value(struct file_reader *f, char c, bool counts)
{
    buffer_putc(&f->value, c);
    if (counts)
        f->value_end = f->value.size;
}

static void before_value(struct file_reader *f, char c)
{
    if (is_newline(c))
        push(f, false);
    else if (c == '\'')
        f->state = SINGLE_QUOTES;
    else if (c == '"')
        f->state = DOUBLE_QUOTES;
    else if (c == '\\')
        f->state = VALUE_ESCAPE;
    else if (!is_white(c)) {
        put_value(f, c, true);
        f->state = VALUE;
    }
}

static void in_value(struct file_reader *f, char c)
{
    switch (f->state) {
    case VALUE:
        if (is_newline(c))
            push(f, true);
        else if (c == '\\')
            f->state = VALUE_ESCAPE;
        else
            put_value(f, c, !is_white(c));
        return;
    case VALUE_ESCAPE:
        f->state = VALUE;
        if (!is_newline(c))
            put_value(f, c, true);
        return;
    case SINGLE_QUOTES:
        if (c == '\'')
            f->state = BEFORE_VALUE;
        else
            put_value(f, c, true);
        return;
    case DOUBLE_QUOTES:
        if (c == '"')
            f->state = BEFORE_VALUE;
        else if (c == '\\')
            f->state = DOUBLE_QUOTES_ESCAPE;
        else
            put_value(f, c, true);
        return;
    default:
        f->state = DOUBLE_QUOTES;
        if (c != '\n' && !strchr("\"\\`$", c))
            put_value(f, '\\', true);
        if (c != '\n')
            put_value(f, c, true);
    }
}

static void read_byte(struct file_reader *f, char c)
{
    switch (f->state) {
    case BEFORE_KEY:
        if (c == '#' || c == ';')
            f->state = COMMENT;
        else if (!is_white(c)) {
            buffer_putc(&f->key, c);
            f->state = KEY;
        }
        return;
    case KEY:
        if (is_newline(c)) {
            buffer_reset(&f->key);
            f->state = BEFORE_KEY;
        } else if (c == '=')
            f->state = BEFORE_VALUE;
        else
            buffer_putc(&f->key, c);
        return;
    case BEFORE_VALUE:
        before_value(f, c);
        return;
    case COMMENT:
        f->state = c == '\\' ? COMMENT_ESCAPE : is_newline(c) ? BEFORE_KEY : COMMENT;
        return;
    case COMMENT_ESCAPE:
        f->state = is_newline(c) && !f->comments_join ? BEFORE_KEY : COMMENT;
        return;
    default:
        in_value(f, c);
    }
}

bool unit_environment_file(struct unit_environment *environment, const char *data, size_t size,
                           bool comments_join)
{
    struct file_reader f = {.environment = environment, .comments_join = comments_join};
    size_t             before = environment->n;

    for (size_t i = 0; i < size && data[i] && !f.refused; i++)
        read_byte(&f, data[i]);
    if (f.state >= BEFORE_VALUE && f.state <= DOUBLE_QUOTES_ESCAPE)
        push(&f, f.state == VALUE);
    buffer_free(&f.key);
    buffer_free(&f.value);
    if (f.refused)
        environment->n = before;
    return !f.refused;
}

/* Settled --------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    const struct unit_variable *x = a, *y = b;
    int                         order = strcmp(x->name, y->name);

    return order ? order : (x->place > y->place) - (x->place < y->place);
}

void unit_environment_settle(struct unit_environment *environment)
{
    struct unit_variable *variables = environment->variables;
    size_t                n = 0;

    if (environment->n)
        qsort(variables, environment->n, sizeof *variables, by_name);
    for (size_t i = 0; i < environment->n; i++) {
        if (n && strcmp(variables[n - 1].name, variables[i].name) == 0)
            variables[n - 1] =
                (struct unit_variable){variables[i].name, variables[i].value,
                                       variables[n - 1].place, variables[i].given, false};
        else
            variables[n++] = variables[i];
    }
    environment->n = n;
}

static struct unit_variable *find(const struct unit_environment *environment, const char *name,
                                  size_t size)
{
    size_t low = 0, high = environment->n;

    while (low < high) {
        size_t                middle = low + (high - low) / 2;
        struct unit_variable *variable = &environment->variables[middle];
        int                   order = strncmp(variable->name, name, size);

        if (order == 0 && variable->name[size])
            order = 1;
        if (order == 0)
            return variable;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const char *unit_environment_get(const struct unit_environment *environment, const char *name,
                                 size_t size)
{
    const struct unit_variable *variable = find(environment, name, size);

    return variable ? variable->value : NULL;
}

static void take_away(struct unit_environment *environment, const char *text, size_t size)
{
    const char           *equals = memchr(text, '=', size);
    struct unit_variable *variable =
        find(environment, text, equals ? (size_t)(equals - text) : size);

    if (!variable || !variable->value || (equals && strcmp(variable->value, equals + 1) != 0))
        return;
    if (environment->unset_last)
        variable->unset = true;
    else
        variable->value = NULL;
}

void unit_environment_unset(struct unit_environment *environment, const char *value,
                            const struct unit_expander *expander)
{
    each_word(environment, value, expander, take_away);
}

static int by_place(const void *a, const void *b)
{
    const struct unit_variable *x = *(const struct unit_variable *const *)a;
    const struct unit_variable *y = *(const struct unit_variable *const *)b;

    return (x->place > y->place) - (x->place < y->place);
}

void unit_environment_json(const struct unit_environment *environment, struct buffer *json)
{
    const struct unit_variable **sorted =
        arena_alloc(environment->memory, (environment->n + 1) * sizeof *sorted);
    bool begun = false;

    for (size_t i = 0; sorted && i < environment->n; i++)
        sorted[i] = &environment->variables[i];
    if (sorted)
        qsort(sorted, environment->n, sizeof *sorted, by_place);
    buffer_putc(json, '{');
    for (size_t i = 0; sorted && i < environment->n; i++) {
        if (!sorted[i]->value || sorted[i]->unset || sorted[i]->given)
            continue;
        buffer_puts(json, begun ? ", " : "");
        buffer_json(json, sorted[i]->name, strlen(sorted[i]->name));
        buffer_puts(json, ": ");
        buffer_json(json, sorted[i]->value, strlen(sorted[i]->value));
        begun = true;
    }
    buffer_putc(json, '}');
}

/* Expansion ------------------------------------------------------------------- */

struct expansion {
    const struct unit_environment *environment;
    unit_variable_kept            *kept;
    const void                    *data;
    struct arena                  *memory;
    struct unit_words             *out;
    struct buffer                  word;
    size_t                         size;
    bool                           cut;
};

static void add(struct expansion *e, const char *text, size_t size)
{
    const char **words =
        arena_grow(e->memory, e->out->words, e->out->n, &e->out->room, sizeof *words);

    e->size += size;
    if (e->size > UNIT_EXEC_MAX)
        e->cut = true;
    if (!words || e->cut)
        return;
    e->out->words = words;
    words[e->out->n++] = arena_strndup(e->memory, text, size);
}

/* The words of a value: quotes keep them together, a backslash stands before what is meant as it
 * is. A quote that does not end ends with the value. */
static void add_split(struct expansion *e, const char *value)
{
    while (*(value += strspn(value, WHITESPACE)) && !e->cut) {
        char quote = '\0';

        buffer_reset(&e->word);
        for (; *value && (quote || !is_white(*value)); value++) {
            if (*value == '\\' && value[1])
                buffer_putc(&e->word, *++value);
            else if (quote ? *value == quote : *value == '"' || *value == '\'')
                quote = quote ? '\0' : *value;
            else if (*value != '\\')
                buffer_putc(&e->word, *value);
        }
        add(e, e->word.data ? e->word.data : "", e->word.size);
    }
}

/* The reference at a "$" within a word; its length. */
static size_t put_dollar(struct expansion *e, const char *text)
{
    if (text[1] == '$') {
        buffer_putc(&e->word, '$');
        return 2;
    }
    size_t size = text[1] == '{' ? strcspn(text + 2, "}:") : 0;
    if (text[1] != '{' || text[2 + size] != '}') {
        buffer_putc(&e->word, '$');
        return 1;
    }
    const char *value = unit_environment_get(e->environment, text + 2, size);
    if (value)
        buffer_puts(&e->word, value);
    else if (e->kept(e->data, text + 2, size))
        buffer_put(&e->word, text, size + 3);
    return size + 3;
}

static void expand_word(struct expansion *e, const char *text)
{
    if (text[0] == '$' && text[1] != '{' && text[1] != '$') {
        size_t      size = strlen(text + 1);
        const char *value = unit_environment_get(e->environment, text + 1, size);
        if (value)
            add_split(e, value);
        else if (e->kept(e->data, text + 1, size))
            add(e, text, size + 1);
        return;
    }
    buffer_reset(&e->word);
    while (*text && e->word.size <= UNIT_EXEC_MAX) {
        size_t plain = strcspn(text, "$");

        buffer_put(&e->word, text, plain);
        text += plain;
        text += *text ? put_dollar(e, text) : 0;
    }
    add(e, e->word.data ? e->word.data : "", e->word.size);
}

int unit_environment_expand(const struct unit_environment *environment,
                            const struct unit_exec *command, unit_variable_kept *kept,
                            const void *data, struct arena *memory, struct unit_words *ret,
                            bool *ret_cut)
{
    struct unit_words words = {0};
    struct expansion  e = {environment, kept, data, memory, &words, {0}, 0, false};

    for (size_t i = 0; i < command->argc && !e.cut; i++) {
        if (command->flags & UNIT_EXEC_LITERAL)
            add(&e, command->argv[i], strlen(command->argv[i]));
        else
            expand_word(&e, command->argv[i]);
    }
    bool failed = e.word.failed || memory->failed;
    buffer_free(&e.word);
    if (failed)
        return -ENOMEM;
    *ret = words;
    *ret_cut = e.cut;
    return 0;
}
