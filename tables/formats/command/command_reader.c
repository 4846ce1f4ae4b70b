#include "command_reader.h"

#include <string.h>
#include <strings.h>

const char *command_name(struct arena *arena, const char *path, enum shell_dialect dialect)
{
    const char *name = path;
    size_t      size;

    for (const char *p = path; *p; p++)
        if (*p == '/' || (*p == '\\' && dialect != SHELL_POSIX))
            name = p + 1;
    size = strlen(name);
    if (size > 4 &&
        (strcasecmp(name + size - 4, ".exe") == 0 || strcasecmp(name + size - 4, ".com") == 0))
        size -= 4;
    return arena_strndup(arena, name, size);
}

bool command_enter(struct command_reader *r, const char *via, const char *remote)
{
    if (r->n_via == COMMAND_DEPTH_MAX) {
        r->shell.cut = true;
        return false;
    }
    if (r->n_via < COMMAND_VIA_MAX)
        r->via[r->n_via] = via;
    r->n_via++;
    if (remote)
        r->remote = remote;
    return true;
}
