/* shell_variables.c -- the values that a line gives its variables. */
#include "shell_words.h"

#include <string.h>
#include <strings.h>

static bool same_name(const struct shell_variable *variable, enum shell_dialect dialect,
                      const char *name, size_t size)
{
    if (strlen(variable->name) != size)
        return false;
    return dialect == SHELL_POSIX ? memcmp(variable->name, name, size) == 0
                                  : strncasecmp(variable->name, name, size) == 0;
}

struct shell_variable *shell_get(struct shell *shell, enum shell_dialect dialect, const char *name,
                                 size_t size)
{
    for (size_t i = 0; i < shell->n_variables; i++)
        if (same_name(&shell->variables[i], dialect, name, size))
            return &shell->variables[i];
    return NULL;
}

static void set(struct shell *shell, enum shell_dialect dialect, const char *name, size_t name_size,
                const char *value, bool list)
{
    struct shell_variable *variable = shell_get(shell, dialect, name, name_size);

    if (!variable) {
        if (shell->n_variables == SHELL_VARIABLES_MAX) {
            shell->full = true;
            return;
        }
        variable = &shell->variables[shell->n_variables++];
        variable->name = arena_strndup(&shell->arena, name, name_size);
    }
    shell->full |= strlen(value) > SHELL_VALUE_MAX;
    variable->value = arena_strndup(&shell->arena, value, strnlen(value, SHELL_VALUE_MAX));
    variable->list = list;
}

void shell_set(struct shell *shell, enum shell_dialect dialect, const char *name, size_t name_size,
               const char *value)
{
    set(shell, dialect, name, name_size, value, false);
}

void shell_set_list(struct shell *shell, enum shell_dialect dialect, const char *name,
                    size_t name_size, const char *words)
{
    set(shell, dialect, name, name_size, words, true);
}

void shell_forget(struct shell *shell, enum shell_dialect dialect, const char *name,
                  size_t name_size)
{
    struct shell_variable *variable = shell_get(shell, dialect, name, name_size);

    if (variable)
        *variable = shell->variables[--shell->n_variables];
}

void shell_end(struct shell *shell)
{
    arena_free(&shell->arena);
    *shell = (struct shell){0};
}
