#include "command_lead.h"

#include <string.h>

#include "service_tools.h"
#include "shell_lexer.h"

bool command_assignment(struct shell *shell, const struct shell_word *word)
{
    const char *equals = strchr(word->text, '=');
    size_t      size = equals ? (size_t)(equals - word->text) : 0;

    if (!size || word->quoted || is_digit(word->text[0]))
        return false;
    for (size_t i = 0; i < size; i++)
        if (!is_name(word->text[i]))
            return false;
    shell_set(shell, SHELL_POSIX, word->text, size, equals + 1);
    return true;
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

/* The parts of a word's first {a,b}: before its brace, after it, and how many are within. */
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
            expanded[at].spliced = i == 0; /* nobody writes a command's name so */
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
