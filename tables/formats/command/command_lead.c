#include "command_lead.h"

#include <string.h>

#include "service_tools.h"
#include "shell_lexer.h"

/* Length of the name in NAME=value; 0 where a word is not an assignment. */
static size_t assigned_name(const struct shell_word *word)
{
    const char *equals = strchr(word->text, '=');
    size_t      size = equals ? (size_t)(equals - word->text) : 0;

    if (!size || word->quoted || is_digit(word->text[0]))
        return 0;
    for (size_t i = 0; i < size; i++)
        if (!is_name(word->text[i]))
            return 0;
    return size;
}

bool command_assignment(struct shell *shell, const struct shell_word *word)
{
    size_t size = assigned_name(word);

    if (size)
        shell_set(shell, SHELL_POSIX, word->text, size, word->text + size + 1);
    return size;
}

size_t command_posix_lead(const struct shell_word *words, size_t n)
{
    size_t i = 0;

    while (i < n && !words[i].quoted &&
           word_in("if then elif else while until do ! { coproc export local declare readonly "
                   "typeset",
                   words[i].text, false))
        i++;
    if (i < n && strcmp(words[i].text, "function") == 0)
        i += 2;
    while (i < n && strcmp(words[i].text, "{") == 0)
        i++;
    return i;
}

/* The parts of a word's first {a,b}: before its brace, after it, and the number within. */
struct braces {
    const char *open, *close;
    size_t      n;
};

static bool find_braces(const struct shell_word *word, struct braces *ret)
{
    const char *open = strchr(word->text, '{'), *close = open ? strchr(open, '}') : NULL;
    const char *comma = open ? strchr(open, ',') : NULL;

    if (word->quoted || !close || !comma || comma > close || (open > word->text && open[-1] == '$'))
        return false;
    *ret = (struct braces){.open = open, .close = close, .n = 1};
    for (; open < close; open++)
        ret->n += *open == ',';
    return true;
}

#define BRACE_WORDS_MAX 256
#define BRACE_BYTES_MAX (64u << 10) /* of the words together */

const struct shell_word *command_braces(struct arena *arena, const struct shell_word *words,
                                        size_t *n)
{
    struct shell_word *expanded;
    struct braces      braces;
    size_t             total = 0, bytes = 0, at = 0;

    for (size_t i = 0; i < *n; i++) {
        bool found = find_braces(&words[i], &braces);
        total += found ? braces.n : 1;
        bytes += found ? braces.n * strlen(words[i].text) : 0;
    }
    if (total == *n || total > BRACE_WORDS_MAX || bytes > BRACE_BYTES_MAX ||
        !(expanded = arena_alloc(arena, total * sizeof *expanded)))
        return words;
    for (size_t i = 0; i < *n; i++) {
        if (!find_braces(&words[i], &braces)) {
            expanded[at++] = words[i];
            continue;
        }
        for (const char *p = braces.open + 1; p <= braces.close; at++) {
            int size = (int)strcspn(p, ",}");

            expanded[at].text = text_printf(arena, "%.*s%.*s%s", (int)(braces.open - words[i].text),
                                            words[i].text, size, p, braces.close + 1);
            expanded[at].spliced = i == 0; /* a command's name in braces hides it */
            p += size + 1;
        }
    }
    *n = total;
    return expanded;
}

void command_loop(struct shell *shell, const struct shell_word *words, size_t n)
{
    const char *list;

    if (n < 4 || strcmp(words[0].text, "for") != 0 || strcmp(words[2].text, "in") != 0)
        return;
    list = text_join(&shell->arena, words + 3, n - 3);
    if (!strpbrk(list, "$`*?"))
        shell_set_list(shell, SHELL_POSIX, words[1].text, strlen(words[1].text), list);
}

#define LISTS_MAX 4 /* loops around one command */

/* The lists of values in a command's words, each once. */
struct lists {
    const char *begin[LISTS_MAX]; /* past SHELL_LIST_BEGIN */
    size_t      size[LISTS_MAX], values[LISTS_MAX];
    size_t      n;
};

/* The next list of a text; NULL for none. */
static const char *next_list(const char *text, size_t *ret_size)
{
    const char *begin = strchr(text, SHELL_LIST_BEGIN);
    const char *end = begin ? strchr(begin, SHELL_LIST_END) : NULL;

    if (!end)
        return NULL;
    *ret_size = (size_t)(end - begin) - 1;
    return begin + 1;
}

static size_t list_index(const struct lists *lists, const char *begin, size_t size)
{
    size_t i = 0;

    while (i < lists->n && (lists->size[i] != size || memcmp(lists->begin[i], begin, size) != 0))
        i++;
    return i;
}

static struct lists find_lists(const struct shell_word *words, size_t n)
{
    struct lists lists = {0};
    size_t       size = 0;

    for (size_t i = 0; i < n; i++) {
        const char *at = words[i].listed ? words[i].text : "";

        for (; (at = next_list(at, &size)) != NULL; at += size) {
            if (lists.n == LISTS_MAX || list_index(&lists, at, size) < lists.n)
                continue;
            lists.begin[lists.n] = at;
            lists.size[lists.n] = size;
            lists.values[lists.n] = 1;
            for (size_t b = 0; b < size; b++)
                lists.values[lists.n] += at[b] == SHELL_LIST_NEXT;
            lists.n++;
        }
    }
    return lists;
}

size_t command_turns(const struct shell_word *words, size_t n)
{
    struct lists lists = find_lists(words, n);
    size_t       turns = 1;

    for (size_t i = 0; i < lists.n && turns < COMMAND_TURNS_MAX; i++)
        turns *= lists.values[i];
    return turns < COMMAND_TURNS_MAX ? turns : COMMAND_TURNS_MAX;
}

/* The value of a list at a turn. */
static const char *turn_value(const struct lists *lists, size_t index, size_t turn,
                              size_t *ret_size)
{
    const char *value = lists->begin[index], *end = value + lists->size[index];

    for (size_t i = 0; i < index; i++)
        turn /= lists->values[i];
    for (turn %= lists->values[index]; turn; turn--)
        value = (const char *)memchr(value, SHELL_LIST_NEXT, (size_t)(end - value)) + 1;
    const char *next = memchr(value, SHELL_LIST_NEXT, (size_t)(end - value));
    *ret_size = (size_t)((next ? next : end) - value);
    return value;
}

static const char *turn_text(struct arena *arena, const struct lists *lists, const char *text,
                             size_t turn)
{
    char  *out = arena_alloc(arena, strlen(text) + 1); /* a value is shorter than its list */
    size_t at = 0, size = 0;

    if (!out)
        return NULL;
    for (const char *list; (list = next_list(text, &size)) != NULL; text = list + size + 1) {
        size_t      index = list_index(lists, list, size), length = 0;
        const char *value = index < lists->n ? turn_value(lists, index, turn, &length) : "";

        memcpy(out + at, text, (size_t)(list - 1 - text));
        at += (size_t)(list - 1 - text);
        memcpy(out + at, value, length);
        at += length;
    }
    strcpy(out + at, text);
    return out;
}

const struct shell_word *command_turn(struct arena *arena, const struct shell_word *words, size_t n,
                                      size_t turn)
{
    struct lists       lists = find_lists(words, n);
    struct shell_word *turned = arena_alloc(arena, n * sizeof *turned);

    for (size_t i = 0; turned && i < n; i++) {
        turned[i] = words[i];
        turned[i].listed = false;
        if (words[i].listed)
            turned[i].text = turn_text(arena, &lists, words[i].text, turn);
        if (!turned[i].text)
            return NULL;
    }
    return turned;
}

bool command_assign_turns(struct shell *shell, const struct shell_word *word, size_t turns)
{
    const struct shell_word *turned;
    size_t                   size = assigned_name(word);
    const char              *values = "";

    for (size_t i = 0; size && i < turns; i++) {
        turned = command_turn(&shell->arena, word, 1, i);
        if (turned)
            values =
                text_printf(&shell->arena, "%s%s%s", values, i ? " " : "", turned->text + size + 1);
    }
    if (size)
        shell_set_list(shell, SHELL_POSIX, word->text, size, values);
    return size;
}
