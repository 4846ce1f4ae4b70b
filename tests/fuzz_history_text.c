/* Histories of any bytes, read as what they look like and as each shell's. */
#include "formats/log/history_text.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as(const char *data, size_t size, enum history_shell shell)
{
    struct history       history;
    struct history_entry entry;

    history_begin(&history, data, size, shell);
    while (history_next(&history, &entry) > 0)
        if (entry.line == 0 || entry.command[entry.size] != '\0')
            __builtin_trap();
    history_end(&history);
}

/* The same in parts, as shell_history reads a long file: as many commands. */
static size_t count(const char *data, size_t size, size_t known, enum history_shell shell)
{
    struct history       history;
    struct history_entry entry;
    size_t               n = 0;

    history_begin(&history, data, known, shell);
    for (;;) {
        const struct history before = history;
        int                  r = history_next(&history, &entry);
        if (known < size && (r == 0 || history_at_end(&history))) {
            history_take_back(&history, &before);
            known += size - known < 1000 ? size - known : 1000;
            history_read_on(&history, history.at, (size_t)(data + known - history.at));
        } else if (r > 0) {
            n++;
        } else {
            break;
        }
    }
    history_end(&history);
    return n;
}

static void read_in_parts(const char *data, size_t size, enum history_shell shell)
{
    const char *line = memchr(data, '\n', size);
    size_t      first = line ? (size_t)(line + 1 - data) : size;

    first = first < 2 && size > 1 ? 2 : first;
    if (shell != HISTORY_XONSH && count(data, size, first, shell) != count(data, size, size, shell))
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;

    read_as(text, size, history_shell_of("history", HISTORY_SH, text, size));
    for (int shell = HISTORY_SH; shell <= HISTORY_ATUIN; shell++)
        read_as(text, size, (enum history_shell)shell);
    for (int shell = HISTORY_SH; size && shell <= HISTORY_ATUIN; shell++)
        read_in_parts(text, size, (enum history_shell)shell);
    return 0;
}
