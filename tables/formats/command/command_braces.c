/* command_braces.c -- brace expansion of POSIX shells' words: {a,b}.service, x{1..3}, {auditd,rsys{log,}} (bash(1),
 * "Brace Expansion"). */
#include "command_lead.h"

#include <stdlib.h>
#include <string.h>

#include "service_tools.h"
#include "shell_lexer.h"

#define WORDS_MAX  256         /* of a command, once expanded */
#define BYTES_MAX  (64u << 10) /* of these together */
#define WORD_MAX   1024        /* bytes of a word that is expanded */
#define BRACES_MAX 64          /* opening ones in it */
#define WORK_MAX   (1u << 20)  /* bytes looked at for a command */
#define GROUPS_MAX 16          /* one in or after the other */

struct expansion {
    struct arena      *arena;
    struct shell_word *words;
    size_t             n, bytes, work;
    bool               failed; /* too much: the words stay as they are */
};

/* {a,b}: from its brace to the brace that closes it. */
struct group {
    const char *open, *close;
    bool        commas; /* else it is a sequence */
};

/* {1..9}, {01..10..3}, {a..f} */
struct sequence {
    long   from, to, step;
    int    width; /* of numbers that are filled up with zeros */
    bool   letters;
    size_t n;
};

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Groups --------------------------------------------------------------------------- */

/* The end of a substitution or ${variable} that begins here; `text` itself where none does. */
static const char *past_substitution(const char *text)
{
    const char *end = text;
    size_t      depth = 0;

    if (*text == '`')
        return (end = strchr(text + 1, '`')) ? end + 1 : text + strlen(text);
    if (text[0] != '$' || (text[1] != '(' && text[1] != '{'))
        return text;
    const char open = text[1], close = open == '(' ? ')' : '}';
    for (end = text + 1; *end; end++) {
        depth += *end == open;
        if (*end == close && --depth == 0)
            return end + 1;
    }
    return end;
}

/* The end of a number of at most nine digits; NULL where there is none. */
static const char *read_number(const char *text, long *ret)
{
    const char *at = text + (*text == '-' || *text == '+');
    size_t      size = strspn(at, "0123456789");

    if (!size || size > 9)
        return NULL;
    *ret = strtol(text, NULL, 10);
    return at + size;
}

static bool has_zero(const char *number)
{
    number += *number == '-' || *number == '+';
    return number[0] == '0' && is_digit(number[1]);
}

/* Read the text between two braces. */
static bool read_sequence(const char *text, const char *close, struct sequence *ret)
{
    struct sequence sequence = {.step = 1};
    const char     *at = text, *second;

    if (is_alpha(text[0]) && strncmp(text + 1, "..", 2) == 0 && is_alpha(text[3])) {
        sequence.letters = true;
        sequence.from = text[0];
        sequence.to = text[3];
        at = text + 4;
    } else {
        if (!(at = read_number(text, &sequence.from)) || strncmp(at, "..", 2) != 0 ||
            !(second = at + 2) || !(at = read_number(second, &sequence.to)))
            return false;
        if (has_zero(text) || has_zero(second))
            sequence.width =
                (int)(second - 2 - text > at - second ? second - 2 - text : at - second);
    }
    if (strncmp(at, "..", 2) == 0 && !(at = read_number(at + 2, &sequence.step)))
        return false;
    if (at != close)
        return false;
    sequence.step = labs(sequence.step) ? labs(sequence.step) : 1;
    sequence.n = (size_t)(labs(sequence.to - sequence.from) / sequence.step) + 1;
    *ret = sequence;
    return true;
}

/* The group that begins at a brace: whether something is to be expanded. */
static bool read_group(const char *open, struct group *ret)
{
    struct sequence sequence;
    const char     *past;
    bool            commas = false;
    size_t          depth = 0;

    for (const char *at = open; *at; at++) {
        if ((past = past_substitution(at)) > at) {
            at = past - 1;
            continue;
        }
        depth += *at == '{';
        commas |= *at == ',' && depth == 1;
        if (*at == '}' && --depth == 0) {
            *ret = (struct group){open, at, commas};
            return commas || read_sequence(open + 1, at, &sequence);
        }
    }
    return false;
}

static bool find_group(const char *text, struct group *ret)
{
    const char *past;

    for (const char *at = text; *at; at++)
        if ((past = past_substitution(at)) > at)
            at = past - 1;
        else if (*at == '{' && read_group(at, ret))
            return true;
    return false;
}

/* The end of an alternative: the comma or brace at its own level. */
static const char *alternative_end(const char *text, const char *close)
{
    size_t depth = 0;

    for (const char *past; text < close && (depth || *text != ','); text++) {
        if ((past = past_substitution(text)) > text)
            text = past - 1;
        else if (*text == '{')
            depth++;
        else if (*text == '}' && depth)
            depth--;
    }
    return text < close ? text : close;
}

/* Expanding ------------------------------------------------------------------------ */

static void expand(struct expansion *e, const struct shell_word *word, size_t from, unsigned depth);

/* The word with a group replaced by one of its alternatives, and what is left of it expanded. */
static void put(struct expansion *e, const struct shell_word *word, const struct group *group,
                const char *text, size_t size, unsigned depth)
{
    size_t            before = (size_t)(group->open - word->text);
    struct shell_word replaced = *word;

    replaced.text = text_printf(e->arena, "%.*s%.*s%s", (int)before, word->text, (int)size, text,
                                group->close + 1);
    expand(e, &replaced, before, depth + 1);
}

static void put_sequence(struct expansion *e, const struct shell_word *word,
                         const struct group *group, unsigned depth)
{
    struct sequence sequence;

    if (!read_sequence(group->open + 1, group->close, &sequence) || sequence.n > WORDS_MAX) {
        e->failed = true;
        return;
    }
    for (size_t i = 0; i < sequence.n && !e->failed; i++) {
        long        offset = (long)i * sequence.step;
        long        value = sequence.from + (sequence.to < sequence.from ? -offset : offset);
        const char *text = sequence.letters ? text_printf(e->arena, "%c", (int)value)
                                            : text_printf(e->arena, "%0*ld", sequence.width, value);
        put(e, word, group, text, strlen(text), depth);
    }
}

/* Add the words that a word becomes; before `from` it is expanded already. */
static void expand(struct expansion *e, const struct shell_word *word, size_t from, unsigned depth)
{
    struct group group;
    size_t       size = strlen(word->text);

    for (const char *at = word->text + from; (at = strchr(at, '{')); at++)
        e->work += size;
    e->failed |= e->work > WORK_MAX;
    if (e->failed || depth > GROUPS_MAX || !find_group(word->text + from, &group)) {
        if (!size)
            return;
        e->bytes += size + 1;
        e->failed |= depth > GROUPS_MAX || e->n == WORDS_MAX || e->bytes > BYTES_MAX;
        if (!e->failed)
            e->words[e->n++] = *word;
        return;
    }
    if (!group.commas) {
        put_sequence(e, word, &group, depth);
        return;
    }
    for (const char *at = group.open + 1; at <= group.close && !e->failed;) {
        const char *end = alternative_end(at, group.close);
        put(e, word, &group, at, (size_t)(end - at), depth);
        at = end + 1;
    }
}

static bool is_braced(const struct shell_word *word)
{
    struct group group;
    size_t       n = 0;

    if (word->quoted || !strchr(word->text, '{') || strlen(word->text) > WORD_MAX)
        return false;
    for (const char *at = word->text; *at; at++)
        n += *at == '{';
    return n <= BRACES_MAX && find_group(word->text, &group);
}

const struct shell_word *command_braces(struct arena *arena, const struct shell_word *words,
                                        size_t *n)
{
    struct expansion e = {.arena = arena};
    size_t           braced = 0;

    for (size_t i = 0; i < *n; i++)
        braced += is_braced(&words[i]);
    if (!braced || *n > WORDS_MAX || !(e.words = arena_alloc(arena, WORDS_MAX * sizeof *e.words)))
        return words;
    for (size_t i = 0; i < *n && !e.failed; i++) {
        struct shell_word word = words[i];
        bool              expands = is_braced(&word);
        word.spliced = expands ? i == 0 : word.spliced; /* a command's name in braces hides it */
        if (expands)
            expand(&e, &word, 0, 0);
        else if (e.n == WORDS_MAX)
            e.failed = true;
        else
            e.words[e.n++] = word;
    }
    if (e.failed || arena->failed)
        return words;
    *n = e.n;
    return e.words;
}
