/* tool_options.c -- reads the options of Unix tools, and other parts that most of them share. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "service_tools.h"

void text_list_add(struct arena *arena, struct text_list *list, const char *text)
{
    const char **items = arena_grow(arena, list->items, list->n, &list->room, sizeof *items);

    if (!items)
        return;
    list->items = items;
    list->items[list->n++] = text;
}

const char *text_join(struct arena *arena, const struct shell_word *words, size_t n)
{
    size_t size = 0, at = 0;

    for (size_t i = 0; i < n; i++)
        size += strlen(words[i].text) + 1;
    char *text = arena_alloc(arena, size + 1);
    if (!text)
        return "";
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(words[i].text);

        memcpy(text + at, words[i].text, length);
        at += length;
        if (i + 1 < n)
            text[at++] = ' ';
    }
    return text;
}

const char *text_lower(struct arena *arena, const char *text)
{
    size_t size = strlen(text);
    char  *lower = arena_alloc(arena, size + 1);

    if (!lower)
        return "";
    for (size_t i = 0; i < size; i++)
        lower[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] | 0x20) : text[i];
    return lower;
}

const char *text_printf(struct arena *arena, const char *format, ...)
{
    va_list ap, again;

    va_start(ap, format);
    va_copy(again, ap);
    int   size = vsnprintf(NULL, 0, format, ap);
    char *text = size < 0 ? NULL : arena_alloc(arena, (size_t)size + 1);
    if (text)
        vsnprintf(text, (size_t)size + 1, format, again);
    va_end(ap);
    va_end(again);
    return text ? text : "";
}

bool word_in(const char *list, const char *word, bool nocase)
{
    size_t size = strlen(word);

    if (!size || strchr(word, ' '))
        return false;
    for (const char *p = list; p; p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL) {
        bool same = nocase ? strncasecmp(p, word, size) == 0 : strncmp(p, word, size) == 0;
        if (same && (p[size] == ' ' || p[size] == '\0'))
            return true;
    }
    return false;
}

const char *operand(const struct tool_call *call, size_t i)
{
    return i < call->n_operands ? call->operands[i]->text : NULL;
}

const char TOOL_RUNS[] = "";

const struct option_spec tool_help_options[] = {
    {'h', "help", OPTION_INERT},
    {'V', "version", OPTION_INERT},
    {0},
};

/* Options as getopt_long(3) reads them -------------------------------------- */

static const struct option_spec *by_letter(const struct option_spec *specs, char letter)
{
    for (; specs && (specs->letter || specs->name); specs++)
        if (specs->letter == letter)
            return specs;
    return NULL;
}

/* By its name, or by a prefix that is unique. */
static const struct option_spec *by_name(const struct option_spec *specs, const char *name,
                                         size_t size)
{
    const struct option_spec *found = NULL;

    for (; specs && (specs->letter || specs->name); specs++) {
        if (!specs->name || strncmp(specs->name, name, size) != 0)
            continue;
        if (specs->name[size] == '\0')
            return specs;
        if (found)
            return NULL;
        found = specs;
    }
    return found;
}

/* "bob@.host" is another user's manager on this host. */
static bool is_local(const char *host)
{
    size_t size = strlen(host);

    return !size || host[size - 1] == '@' || (size >= 5 && strcmp(host + size - 5, ".host") == 0);
}

static void apply(struct tool_call *call, const struct option_spec *spec, const char *value,
                  struct service_use *use)
{
    char        short_name[2] = {spec->letter, '\0'};
    const char *dashes = spec->name ? "--" : "-", *name = spec->name ? spec->name : short_name;

    text_list_add(call->arena, &use->options,
                  value ? text_printf(call->arena, "%s%s=%s", dashes, name, value)
                        : text_printf(call->arena, "%s%s", dashes, name));
    if (spec->flags & OPTION_REMOTE && value && !is_local(value))
        use->remote = value;
    if (spec->flags & OPTION_TARGET && value)
        text_list_add(call->arena, &use->targets, value);
    if (spec->flags & OPTION_RUNTIME)
        use->runtime = true;
    if (spec->flags & OPTION_INERT)
        call->inert = true;
}

/* Whether the word after the unknown option at `i` is its value: where taking it so leads to a verb
 * or a program that is known, and leaving it does not. Nothing is after the verb. */
static bool takes_next(const struct tool_call *call, size_t i)
{
    size_t after = i + 2;

    if (!call->known || call->n_operands || i + 2 >= call->n || call->words[i + 1].text[0] == '-')
        return false;
    while (after < call->n && call->words[after].text[0] == '-')
        after++;
    if (after == call->n)
        return false;
    const char *next = call->words[i + 1].text, *then = call->words[after].text;
    return call->known == TOOL_RUNS
               ? !call->is_program(next) && call->is_program(then)
               : !word_in(call->known, next, false) && word_in(call->known, then, false);
}

/* Both return the number of words that the option takes in addition to its own. */
static size_t long_option(struct tool_call *call, const struct option_spec *specs, size_t i,
                          struct service_use *use)
{
    const char               *text = call->words[i].text + 2, *equals = strchr(text, '=');
    size_t                    size = equals ? (size_t)(equals - text) : strlen(text);
    const struct option_spec *spec = by_name(specs, text, size);

    if (!spec) {
        bool next = !equals && takes_next(call, i);

        text_list_add(
            call->arena, &use->options,
            next ? text_printf(call->arena, "%s=%s", call->words[i].text, call->words[i + 1].text)
                 : call->words[i].text);
        return next ? 1 : 0;
    }
    bool next = spec->flags & OPTION_VALUE && !equals && i + 1 < call->n;
    apply(call, spec, equals ? equals + 1 : next ? call->words[i + 1].text : NULL, use);
    return next ? 1 : 0;
}

static size_t short_options(struct tool_call *call, const struct option_spec *specs, size_t i,
                            struct service_use *use)
{
    for (const char *p = call->words[i].text + 1; *p; p++) {
        const struct option_spec *spec = by_letter(specs, *p);
        struct option_spec        unknown = {.letter = *p};

        if (!spec && !p[1] && takes_next(call, i)) {
            apply(call, &unknown, call->words[i + 1].text, use);
            return 1;
        }
        if (!spec || !(spec->flags & OPTION_VALUE)) {
            apply(call, spec ? spec : &unknown, NULL, use);
            continue;
        }
        bool next = !p[1] && i + 1 < call->n;
        apply(call, spec, p[1] ? p + 1 : next ? call->words[i + 1].text : NULL, use);
        return next ? 1 : 0;
    }
    return 0;
}

void tool_options(struct tool_call *call, const struct option_spec *specs, size_t stop_at,
                  struct service_use *use)
{
    bool ended = false;

    call->operands = arena_alloc(call->arena, call->n * sizeof(struct shell_word *));
    for (size_t i = 1; call->operands && i < call->n; i++) {
        const char *text = call->words[i].text;

        if (!ended && strcmp(text, "--") == 0) {
            ended = true;
        } else if (!ended && text[0] == '-' && text[1] == '-') {
            i += long_option(call, specs, i, use);
        } else if (!ended && text[0] == '-' && text[1]) {
            i += short_options(call, specs, i, use);
        } else {
            call->operands[call->n_operands++] = &call->words[i];
            ended = ended || call->n_operands == stop_at;
        }
    }
}

/* Habits that tools share --------------------------------------------------- */

/* The operands from `from` on are targets; those of the form KEY=VALUE are options. */
void tool_targets(struct tool_call *call, size_t from, struct service_use *use)
{
    for (size_t i = from; i < call->n_operands; i++) {
        const char *text = call->operands[i]->text;
        bool        setting = strchr(text, '=') && text[0] != '/';

        text_list_add(call->arena, setting ? &use->options : &use->targets, text);
    }
}

void tool_rest(struct tool_call *call, size_t from, struct service_use *use)
{
    for (size_t i = from; i < call->n_operands; i++)
        text_list_add(call->arena, &use->options, call->operands[i]->text);
}

void tool_verb(struct tool_call *call, size_t i, struct service_use *use)
{
    use->verb = operand(call, i);
    use->spliced = i < call->n_operands && call->operands[i]->spliced;
}

/* TOOL VERB TARGET... */
bool tool_verb_first(struct tool_call *call, struct service_use *use)
{
    tool_verb(call, 0, use);
    tool_targets(call, 1, use);
    return use->verb;
}

/* TOOL TARGET VERB [ARGUMENT...] */
bool tool_name_first(struct tool_call *call, struct service_use *use)
{
    tool_verb(call, 1, use);
    if (!use->verb)
        return false;
    text_list_add(call->arena, &use->targets, operand(call, 0));
    tool_rest(call, 2, use);
    return true;
}

/* The index in call->words of an operand. */
static size_t word_of(const struct tool_call *call, size_t i)
{
    return i < call->n_operands ? (size_t)(call->operands[i] - call->words) : 0;
}

/* The command that is run as a service, from the operand `i` on. */
void tool_command(struct tool_call *call, size_t i, struct service_use *use)
{
    use->inner = word_of(call, i);
    if (!use->inner)
        return;
    const struct shell_word *first = &call->words[use->inner];
    text_list_add(call->arena, &use->options,
                  text_printf(call->arena, "command=%s",
                              text_join(call->arena, first, call->n - use->inner)));
    if (!use->targets.n)
        text_list_add(call->arena, &use->targets, first->text);
}

/* A name of the form of systemd's verbs: other texts are a file, a variable, a mistake. */
bool tool_verb_like(const char *text)
{
    return text[0] && strspn(text, "abcdefghijklmnopqrstuvwxyz-0123456789") == strlen(text);
}
