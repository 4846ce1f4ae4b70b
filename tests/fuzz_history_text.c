/* Histories of any bytes, read as what they look like and as each shell's. */
#include "formats/log/history_text.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;

    read_as(text, size, history_shell_of("history", HISTORY_SH, text, size));
    for (int shell = HISTORY_SH; shell <= HISTORY_ATUIN; shell++)
        read_as(text, size, (enum history_shell)shell);
    return 0;
}
