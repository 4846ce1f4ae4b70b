#include <sys/ioctl.h>

#include "program/system.h"

size_t terminal_width(int fd)
{
    struct winsize size;

    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool program_begin(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return true;
}
