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

void sigma_needed_text(struct arena *arena, const char *at, struct sigma_pattern *ret)
{
    char  *run = arena_alloc(arena, strlen(at) + 1), *best = arena_alloc(arena, strlen(at) + 1);
    size_t n = 0, most = 0;

    for (bool plain; run && best; at++) {
        char c = *at;
        if (c == '|')
            return; /* what is before it need not be there */
        plain = c > 0 && !strchr("()[]{}.*+?^$|\\", c);
        if (c == '\\' && at[1] && ispunct((unsigned char)at[1])) {
            c = *++at;
            plain = true;
        } else if (c == '\\' && at[1]) {
            if (isalnum((unsigned char)at[1]) && !strchr("dDsSwWbBAzZ", at[1]))
                return; /* a character by its number */
            at++;
        } else if (c == '(' || c == '[') {
            at = skip_brackets(at) - 1;
        } else if (c && strchr("*?{", c)) {
            n -= n > 0; /* the character before it may be missing */
            at = c == '{' && strchr(at, '}') ? strchr(at, '}') : at;
        }
        if (plain) {
            run[n++] = (char)tolower((unsigned char)c); /* plain ones are ASCII */
            continue;
        }
        if (n > most)
            memcpy(best, run, most = n);
        n = 0;
        if (!*at)
            break;
    }
    if (!most || !(ret->parts = arena_alloc(arena, sizeof *ret->parts)))
        return;
    ret->parts[0] = (struct sigma_part){.text = best, .size = (uint32_t)most};
    ret->n = 1;
}
