/* main.c -- the svcql program: picks the command. */
#include <locale.h>
#include <string.h>

#include "program.h"
#include "system.h"

static const struct command *const all[] = {
    &hunt_command,     &sigma_command,   &query_command, &cat_command,
    &tables_command,   &signals_command, &merge_command,
#ifndef SVCQL_NO_DAEMONS /* of systems with POSIX's processes and sockets */
    &schedule_command, &osquery_command, &shell_command,
#endif
};

#define N_COMMANDS (sizeof all / sizeof all[0])

static int help(void)
{
    puts("svcql: the services of a host or a dead disk, as SQL tables\n\n"
         "usage: svcql COMMAND [OPTION]...\n");
    for (size_t i = 0; i < N_COMMANDS; i++)
        printf("  %-9s %-11s %s\n", all[i]->name, all[i]->arguments ? all[i]->arguments : "",
               all[i]->help);
    puts("\nsvcql COMMAND --help shows a command's options. In the shell:\n"
         "  sqlite3 -cmd \".load " SVCQL_LIBRARY "\"\n\n"
         "exit status: 0 nothing found, 1 findings, 2 an error, 3 evidence incomplete");
    return EXIT_CLEAN;
}

static int command_help(const struct command *command)
{
    printf("svcql %s: %s\n\nusage: svcql %s [OPTION]...%s%s\n\n", command->name, command->help,
           command->name, command->arguments ? " " : "",
           command->arguments ? command->arguments : "");
    for (const struct option_spec *option = command->options; option->name; option++) {
        char form[64];
        snprintf(form, sizeof form, "%c%c%s--%s%s%s", option->letter ? '-' : ' ',
                 option->letter ? option->letter : ' ', option->letter ? ", " : "  ", option->name,
                 option->argument ? " " : "", option->argument ? option->argument : "");
        printf("  %-26s %s\n", form, option->help);
    }
    return EXIT_CLEAN;
}

static bool is_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

#ifndef SVCQL_NO_DAEMONS
/* osqueryd starts an extension by its own name, which ends in .ext, and gives no command. */
static bool is_autoloaded(const char *name)
{
    size_t n = name ? strlen(name) : 0;

    return n > 4 && strcmp(name + n - 4, ".ext") == 0;
}
#endif

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    if (!program_begin(&argc, &argv))
        return complain("out of memory");
#ifndef SVCQL_NO_DAEMONS
    if (is_autoloaded(argv[0]))
        return run_osquery(argc, argv);
#endif
    if (argc <= 1 || is_help(argv[1]) || strcmp(argv[1], "help") == 0)
        return help();
    if (strcmp(argv[1], "--version") == 0)
        return puts("svcql " SVCQL_VERSION) < 0 ? EXIT_ERROR : EXIT_CLEAN;
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(argv[1], all[i]->name) == 0)
            return argc > 2 && is_help(argv[2]) ? command_help(all[i])
                                                : all[i]->run(argc - 1, argv + 1);
    return complain("no command %s; try svcql --help", argv[1]);
}
