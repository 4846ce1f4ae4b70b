/* shell.c -- svcql shell where there may be no sqlite3: SQLite's own shell is a part of the static
 * program.
 */
#include <getopt.h>
#include <pwd.h>

#include "program/program.h"
#include "svcql.h"

/* main() of SQLite's shell.c, under another name, and what it calls when it has configured SQLite. */
int  sqlite3_shell(int argc, char **argv);
void svcql_shell_begin(void);

/* The shell asks it for the home folder, else takes $HOME. The C library's would load others for it. */
struct passwd *getpwuid(uid_t uid)
{
    (void)uid;
    return NULL;
}

static const struct option_spec no_options[] = {{0}};

const struct command shell_command = {
    "shell", "[DATABASE]", "SQLite's shell, with the tables in it", no_options, run_shell,
};

void svcql_shell_begin(void)
{
    sqlite3_auto_extension((void (*)(void))sqlite3_svcql_init);
}

int run_shell(int argc, char **argv)
{
    char  name[] = "sqlite3", memory[] = ":memory:";
    char *shell[] = {name, memory, NULL};

    if (next_option(&shell_command, argc, argv) != -1 || argc > optind + 1)
        return EXIT_ERROR;
    if (optind < argc)
        shell[1] = argv[optind];
    return sqlite3_shell(2, shell);
}
