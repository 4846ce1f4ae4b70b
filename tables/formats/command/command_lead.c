#include "command_lead.h"

#include <stdlib.h>
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

#define COUNTED_MAX COMMAND_TURNS_MAX

struct counting {
    long from, to, step;
};

static const char *past_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* Past these letters and the blanks before them; NULL where others are here. */
static const char *past(const char *text, const char *literal, size_t size)
{
    text = text ? past_blanks(text) : NULL;
    return text && strncmp(text, literal, size) == 0 ? text + size : NULL;
}

static const char *past_number(const char *text, long *ret)
{
    char *end;

    text = text ? past_blanks(text) : NULL;
    *ret = text ? strtol(text, &end, 10) : 0;
    return text && end > text && labs(*ret) < 1000000 ? end : NULL;
}

/* "i=0; i<3; i++" */
static bool read_counting(const char *text, size_t name, struct counting *ret)
{
    const char *at = past_number(text + name + 1, &ret->from), *after;

    at = past(past(at, ";", 1), text, name);
    bool down = past(at, ">", 1);
    if (!(at = past(at, down ? ">" : "<", 1)))
        return false;
    bool equal = *at == '=';
    at = past(past(past_number(at + equal, &ret->to), ";", 1), text, name);
    if (!at)
        return false;
    ret->to += equal ? (down ? -1 : 1) : 0;
    ret->step = down ? -1 : 1;
    at = past_blanks(at);
    if (strncmp(at, down ? "--" : "++", 2) == 0)
        return true;
    if (strncmp(at, down ? "-=" : "+=", 2) != 0 || !(after = past_number(at + 2, &ret->step)))
        return false;
    ret->step = down ? -ret->step : ret->step;
    return ret->step != 0 && (ret->step < 0) == down;
}

static const char *counted(struct arena *arena, const struct counting *counting)
{
    const char *list = "";
    size_t      n = 0;

    for (long i = counting->from; counting->step < 0 ? i > counting->to : i < counting->to;
         i += counting->step) {
        if (++n > COUNTED_MAX)
            return NULL;
        list = text_printf(arena, "%s%s%ld", list, *list ? " " : "", i);
    }
    return n ? list : NULL;
}

bool command_counting(struct shell *shell, const struct shell_command *command,
                      const struct shell_word *word)
{
    size_t          name = assigned_name(word), begin = word->begin;
    struct counting counting;

    if (!name || begin >= command->size || command->text[begin] != word->text[0])
        return false;
    while (begin && (command->text[begin - 1] == ' ' || command->text[begin - 1] == '\t'))
        begin--;
    if (begin < 2 || command->text[begin - 1] != '(' || command->text[begin - 2] != '(')
        return false;
    const char *text =
        arena_strndup(&shell->arena, command->text + word->begin,
                      strnlen(command->text + word->begin, command->size - word->begin));
    const char *list =
        read_counting(text, name, &counting) ? counted(&shell->arena, &counting) : NULL;
    if (list)
        shell_set_list(shell, SHELL_POSIX, word->text, name, list);
    else
        shell_forget(shell, SHELL_POSIX, word->text, name);
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

/* $(seq 3), $(seq 2 9), $(seq 1 2 9): its numbers, or the text itself where it is more than that. */
static const char *sequence(struct arena *arena, const char *text, const char *close,
                            const char *otherwise)
{
    long            numbers[3] = {0};
    int             n = 0;
    const char     *at = text, *next;
    struct counting counting = {1, 0, 1};

    for (; n < 3 && (next = past_number(at, &numbers[n])); at = next)
        n++;
    if (!n || strcmp(past_blanks(at), close) != 0)
        return otherwise;
    counting.from = n > 1 ? numbers[0] : 1;
    counting.step = n > 2 ? numbers[1] : 1;
    counting.to = numbers[n - 1] + (counting.step < 0 ? -1 : 1);
    const char *list = counting.step ? counted(arena, &counting) : NULL;
    return list ? list : otherwise;
}

void command_loop(struct shell *shell, const struct shell_word *words, size_t n)
{
    const char *list;

    if (n < 4 || strcmp(words[0].text, "for") != 0 || strcmp(words[2].text, "in") != 0)
        return;
    list = text_join(&shell->arena, words + 3, n - 3);
    if (strncmp(list, "$(seq ", 6) == 0 || strncmp(list, "`seq ", 5) == 0)
        list = sequence(&shell->arena, strchr(list, ' '), list[0] == '$' ? ")" : "`", list);
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
