/* shell.c -- svcql shell: the stock shell, with the extension loaded. */
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "program.h"

static const struct option_spec no_options[] = {{0}};

const struct command shell_command = {
    "shell", "[DATABASE]", "open sqlite3 with the extension loaded", no_options, run_shell,
};

/* The extension beside the program, or in the folder where it is installed. */
static const char *extension_path(char *path, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", path, size - sizeof "/svcql.so");

    if (n > 0) {
        path[n] = '\0';
        char *slash = strrchr(path, '/');
        strcpy(slash ? slash : path, "/svcql.so");
        if (access(path, R_OK) == 0)
            return path;
    }
    return SVCQL_LIBRARY ".so";
}

int run_shell(int argc, char **argv)
{
    char path[4096], load[4200];

    if (next_option(&shell_command, argc, argv) != -1 || argc > optind + 1)
        return EXIT_ERROR;
    snprintf(load, sizeof load, ".load '%s'", extension_path(path, sizeof path));
    execlp("sqlite3", "sqlite3", "-cmd", load,
           optind < argc ? argv[optind] : ":memory:", (char *)NULL);
    return complain("sqlite3: %s", strerror(errno));
}
