#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#include <shellapi.h>

#include "host/windows/utf16.h"
#include "program/system.h"

/* The C library's; its header has POSIX's names too, with other types. */
int _setmode(int fd, int mode);
#define BYTES 0x8000 /* _O_BINARY */

size_t terminal_width(int fd)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    HANDLE console = GetStdHandle(fd == 2 ? STD_ERROR_HANDLE : STD_OUTPUT_HANDLE);

    if (!GetConsoleScreenBufferInfo(console, &info))
        return 0;
    return (size_t)(info.srWindow.Right - info.srWindow.Left + 1);
}

/* There is no /proc that would show what another process has read. */
pid_t progress_begin(void)
{
    return 0;
}

void progress_end(pid_t child)
{
    (void)child;
}

/* The command line has every name of a file, which the code page of main()'s arguments may lack. */
bool program_begin(int *argc, char ***argv)
{
    int       n = 0;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &n);
    char    **narrow = wide ? calloc((size_t)n + 1, sizeof *narrow) : NULL;
    bool      done = narrow != NULL;

    for (int i = 0; done && i < n; i++)
        done = (narrow[i] = utf16_to_utf8_copy(wide[i])) != NULL;
    LocalFree(wide);
    if (!done)
        return false;
    *argc = n;
    *argv = narrow;
    SetConsoleOutputCP(CP_UTF8);
    _setmode(1, BYTES);
    return true;
}
