#include "history_places.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define PATH_SIZE 4096

struct places {
    const char *home;
    char        zdotdir[PATH_SIZE];
    int         n;
};

/* The value of a variable below the home; NULL for another. */
static const char *variable(const char *name, size_t size)
{
    static const struct {
        const char *name, *path;
    } variables[] = {
        {"HOME", ""},
        {"XDG_STATE_HOME", "/.local/state"},
        {"XDG_DATA_HOME", "/.local/share"},
        {"XDG_CACHE_HOME", "/.cache"},
        {"XDG_CONFIG_HOME", "/.config"},
    };

    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        if (strlen(variables[i].name) == size && memcmp(variables[i].name, name, size) == 0)
            return variables[i].path;
    return NULL;
}

/* Append to a path; false where it is full. */
static bool append(char path[PATH_SIZE], size_t *n, const char *text, size_t size)
{
    if (size >= PATH_SIZE - *n)
        return false;
    memcpy(path + *n, text, size);
    *n += size;
    path[*n] = '\0';
    return true;
}

/* $NAME, ${NAME} or ${NAME:-default} at `at`; returns the text after it, or NULL. */
static const char *expand(const struct places *places, const char *at, const char *end,
                          char path[PATH_SIZE], size_t *n)
{
    bool        braced = at + 1 < end && at[1] == '{';
    const char *name = at + 1 + braced, *stop = name;

    while (stop < end && (isalnum((unsigned char)*stop) || *stop == '_'))
        stop++;
    size_t size = (size_t)(stop - name);
    if (braced) {
        const char *close = memchr(stop, '}', (size_t)(end - stop));
        if (!close || (close > stop && *stop != ':' && *stop != '-'))
            return NULL;
        stop = close + 1;
    }
    if (size == 7 && memcmp(name, "ZDOTDIR", 7) == 0) {
        const char *dir = *places->zdotdir ? places->zdotdir : places->home;
        return append(path, n, dir, strlen(dir)) ? stop : NULL;
    }
    const char *below = variable(name, size);
    return below && append(path, n, places->home, strlen(places->home)) &&
                   append(path, n, below, strlen(below))
               ? stop
               : NULL;
}

/* The path that a value means; false where it cannot be known. */
static bool value_path(const struct places *places, const char *at, const char *end,
                       char path[PATH_SIZE])
{
    size_t n = 0;
    char   quote = '\0';

    *path = '\0';
    if (at < end && *at == '~' && (at + 1 == end || at[1] == '/')) {
        if (!append(path, &n, places->home, strlen(places->home)))
            return false;
        at++;
    }
    while (at && at < end) {
        char c = *at;
        if (c == quote) {
            quote = '\0';
            at++;
        } else if (!quote && (c == '"' || c == '\'')) {
            quote = c;
            at++;
        } else if (!quote && (isspace((unsigned char)c) || strchr(";&|#", c))) {
            break;
        } else if (c == '$' && quote != '\'') {
            at = expand(places, at, end, path, &n);
        } else if (c == '`' || c == '\0' || !append(path, &n, at++, 1)) {
            return false;
        }
    }
    return at && *path == '/' && n > 1 && path[n - 1] != '/';
}

/* The value that a line assigns to a variable, directly or after export, typeset -x and others;
 * NULL for none. */
static const char *assigned(const char *line, const char *end, const char *name)
{
    size_t      size = strlen(name);
    const char *at = memmem(line, (size_t)(end - line), name, size);

    if (!at || at + size >= end || at[size] != '=' ||
        (at > line && !isspace((unsigned char)at[-1]) && at[-1] != ';' && at[-1] != '{'))
        return NULL;
    const char *comment = memchr(line, '#', (size_t)(at - line));
    return comment ? NULL : at + size + 1;
}

static int take_zdotdir(struct places *places, int (*found)(const char *, void *), void *data)
{
    static const char *const names[] = {"/.zsh_history", "/.zhistory", "/.histfile", "/history",
                                        "/.zshrc"};
    char                     path[PATH_SIZE + 16];
    int                      r = 0;

    for (size_t i = 0; r == 0 && i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s%s", places->zdotdir, names[i]);
        r = found(path, data);
    }
    return r;
}

static int take_line(struct places *places, const char *line, const char *end, bool zsh,
                     int (*found)(const char *, void *), void *data)
{
    char        path[PATH_SIZE];
    const char *value;

    if (zsh && (value = assigned(line, end, "ZDOTDIR")) && value_path(places, value, end, path)) {
        memcpy(places->zdotdir, path, sizeof path);
        places->n++;
        return take_zdotdir(places, found, data);
    }
    if (!(value = assigned(line, end, "HISTFILE")) || !value_path(places, value, end, path))
        return 0;
    places->n++;
    return found(path, data);
}

int history_places(const char *text, size_t size, const char *home, const char *folder, bool zsh,
                   int (*found)(const char *path, void *data), void *data)
{
    struct places places = {.home = home};
    size_t        length = strlen(folder);
    const char   *end = text + size;
    int           r = 0;

    if (length < sizeof places.zdotdir)
        memcpy(places.zdotdir, folder, length);
    while (r == 0 && text < end && places.n < HISTORY_PLACES_MAX) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline ? newline : end;
        r = take_line(&places, text, stop, zsh, found, data);
        text = stop + 1;
    }
    return r == 0 && text < end ? -E2BIG : r;
}
