/* hook_apt.c -- apt.conf: blocks within blocks, of which the commands that apt and dpkg run are
 * taken. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "hook_text.h"

/* Pass over blanks and comments; `//` and `#` reach to the end of the line. */
static void pass_blanks(struct hook_reader *r)
{
    while (r->next < r->size) {
        const char *p = r->text + r->next;
        size_t      left = r->size - r->next;
        const char *end = NULL;

        if (*p == '#' || (left > 1 && p[0] == '/' && p[1] == '/')) {
            end = memchr(p, '\n', left);
            r->next = end ? (size_t)(end - r->text) : r->size;
        } else if (left > 1 && p[0] == '/' && p[1] == '*') {
            end = memmem(p + 2, left - 2, "*/", 2);
            size_t stop = end ? (size_t)(end - r->text) + 2 : r->size;
            for (; r->next < stop; r->next++)
                r->line += r->text[r->next] == '\n';
        } else if (*p && strchr(" \t\r\n", *p)) {
            r->line += *p == '\n';
            r->next++;
        } else {
            return;
        }
    }
}

enum token { END, WORD, STRING, OPEN, CLOSE, STOP };

/* The text at r->next, after blanks. */
static enum token next_token(struct hook_reader *r, const char **ret)
{
    if (r->next >= r->size)
        return END;
    const char *p = r->text + r->next;
    char        c = *p;
    size_t      left = r->size - r->next, size = 0;

    if (c == '{' || c == '}' || c == ';') {
        r->next++;
        return c == '{' ? OPEN : c == '}' ? CLOSE : STOP;
    }
    if (c == '"') {
        for (size = 1; size < left && (p[size] != '"' || p[size - 1] == '\\');)
            r->line += p[size++] == '\n';
        *ret = arena_strndup(&r->memory, p + 1, size - 1);
        r->next += size < left ? size + 1 : left;
        return STRING;
    }
    while (size < left && (!p[size] || !strchr(" \t\r\n{};\"", p[size])))
        size++;
    *ret = arena_strndup(&r->memory, p, size);
    r->next += size;
    return WORD;
}

/* The name of a setting within the open blocks. */
static void full_name(const struct hook_reader *r, const char *name, char ret[HOOK_SCOPE_SIZE])
{
    const char *scope = r->n_scopes ? r->scopes[r->n_scopes - 1] : "";
    size_t      size;

    name = name ? name : "";
    snprintf(ret, HOOK_SCOPE_SIZE, "%s%s%s", scope, *scope && *name ? "::" : "", name);
    for (size = strlen(ret); size > 1 && ret[size - 1] == ':';) /* "DPkg::Post-Invoke::" */
        ret[--size] = '\0';
}

/* Names under which apt runs commands: DPkg::Post-Invoke, APT::Update::Pre-Invoke. */
static bool runs(const char *name)
{
    static const char *const ends[] = {"Pre-Invoke",          "Post-Invoke",
                                       "Post-Invoke-Success", "Post-Invoke-Stats",
                                       "Pre-Install-Pkgs",    "Post-Install-Pkgs"};
    size_t                   size = strlen(name);

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t end = strlen(ends[i]);
        if (size > end && name[size - end - 1] == ':' &&
            strcasecmp(name + size - end, ends[i]) == 0)
            return true;
    }
    return false;
}

static void open_block(struct hook_reader *r, const char *name)
{
    char scope[HOOK_SCOPE_SIZE];

    if (r->n_scopes == HOOK_SCOPES_MAX) {
        r->bad++;
        r->next = r->size; /* apt refuses such a file, too */
        return;
    }
    full_name(r, name, scope);
    strcpy(r->scopes[r->n_scopes++], scope);
}

static bool take(struct hook_reader *r, const char *name, const char *value, struct hook *ret)
{
    char full[HOOK_SCOPE_SIZE];

    if (!value)
        return false;
    full_name(r, name, full);
    if (!runs(full))
        return false;
    *ret = (struct hook){.setting = arena_strndup(&r->memory, full, strlen(full)),
                         .value = value,
                         .command = value,
                         .line = r->first};
    return true;
}

int hook_next_apt(struct hook_reader *r, struct hook *ret)
{
    const char *text = NULL, *name = NULL, *value = NULL;

    for (arena_reset(&r->memory); !r->memory.failed;) {
        pass_blanks(r);
        if (!name && !value)
            r->first = r->line + 1;
        enum token token = next_token(r, &text);
        if (token == WORD && !name) {
            name = text;
            continue;
        }
        if (token == WORD || token == STRING) {
            value = text;
            continue;
        }
        if (token == OPEN)
            open_block(r, name);
        else if (take(r, name, value, ret))
            return r->memory.failed ? -ENOMEM : 1;
        r->n_scopes -= token == CLOSE && r->n_scopes;
        if (token == END)
            return 0;
        name = value = NULL;
        arena_reset(&r->memory);
    }
    return -ENOMEM;
}
