#include "shell_words.h"

#include <errno.h>

#include "shell_lexer.h"

int shell_each(struct shell *shell, enum shell_dialect dialect, const char *text, size_t size,
               shell_command_fn *fn, void *data)
{
    static void (*const dialects[])(struct lexer *) = {
        [SHELL_POSIX] = lex_posix, [SHELL_CMD] = lex_cmd, [SHELL_POWERSHELL] = lex_powershell};
    struct lexer l = {.shell = shell,
                      .dialect = dialect,
                      .text = text,
                      .size = size < shell->budget ? size : shell->budget,
                      .inner = shell_each,
                      .fn = fn,
                      .data = data};

    shell->cut |= shell->depth == SHELL_DEPTH_MAX || l.size < size;
    if (shell->depth == SHELL_DEPTH_MAX)
        return 0;
    shell->depth++;
    shell->budget -= l.size;
    dialects[dialect](&l);
    lexer_end_command(&l, false);
    shell->depth--;
    buffer_free(&l.word);
    buffer_free(&l.files);
    if (shell->arena.failed)
        return -ENOMEM;
    return l.result < 0 ? l.result : 0;
}
