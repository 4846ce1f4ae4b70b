#include "sigma_needed.h"

#include <ctype.h>
#include <string.h>

/* Past a group or a class, from its first character; the end of the text where it is not closed. */
static const char *skip_brackets(const char *at)
{
    bool class = *at == '[';
    unsigned depth = 0;

    for (; *at; at++) {
        if (*at == '\\' && at[1])
            at++;
        else if (class && *at == ']' && depth++)
            return at + 1;
        else if (class)
            depth = depth ? depth : at[0] == '[' && at[1] == '^' ? 0 : 1;
        else if (*at == '[')
            at = skip_brackets(at) - 1;
        else if (*at == '(')
            depth++;
        else if (*at == ')' && --depth == 0)
            return at + 1;
    }
    return at;
}

/* Whether all matches have what is in a group: it is not left out, and it has no alternatives. */
static bool is_plain(const char *group)
{
    const char *end = skip_brackets(group);

    if (group[1] == '?' && group[2] != ':')
        return false; /* flags */
    return !strchr("*?{|", *end ? *end : '.') && !memchr(group, '|', (size_t)(end - group));
}

struct runs {
    struct arena         *arena;
    struct sigma_pattern *pattern;
    size_t                room, n; /* bytes of the run at hand */
    char                 *text;    /* where it begins */
};

static void end_run(struct runs *runs)
{
    struct sigma_pattern *pattern = runs->pattern;

    if (runs->n == 0)
        return;
    struct sigma_part *parts =
        arena_grow(runs->arena, pattern->parts, pattern->n, &runs->room, sizeof *parts);
    if (!parts)
        return;
    pattern->parts = parts;
    parts[pattern->n++] = (struct sigma_part){.text = runs->text, .size = (uint32_t)runs->n};
    runs->text += runs->n;
    runs->n = 0;
}

/* Read what is at `at`: where the next is, NULL where nothing can be said of the expression. */
static const char *read_piece(struct runs *runs, const char *at)
{
    char c = *at;
    bool plain = c > 0 && !strchr("()[]{}.*+?^$|\\", c);

    if (c == '\\' && at[1]) {
        c = *++at;
        plain = ispunct((unsigned char)c);
        if (isalnum((unsigned char)c) && !strchr("dDsSwWbBAzZ", c))
            return NULL; /* a character by its number */
    }
    if (plain) {
        runs->text[runs->n++] = (char)tolower((unsigned char)c); /* plain ones are ASCII */
        return at + 1;
    }
    if (c == '|') /* what is before it need not be there */
        return NULL;
    if (strchr("*?{", c))
        runs->n -= runs->n > 0; /* the character before it may be missing */
    end_run(runs);
    if (c == '{')
        return strchr(at, '}') ? strchr(at, '}') + 1 : at + 1;
    if (c == '(' && is_plain(at))
        return at + (at[1] == '?' ? 3 : 1);
    return c == '[' || c == '(' ? skip_brackets(at) : at + 1;
}

void sigma_needed_text(struct arena *arena, const char *at, struct sigma_pattern *ret)
{
    struct runs runs = {arena, ret, 0, 0, arena_alloc(arena, strlen(at) + 1)};

    *ret = (struct sigma_pattern){.open_start = true, .open_end = true};
    while (runs.text && at && *at)
        at = read_piece(&runs, at);
    if (runs.text)
        end_run(&runs);
    if (!at)
        ret->n = 0;
}
