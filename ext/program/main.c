/* main.c -- the svcql program: picks the command. */
#include <locale.h>
#include <string.h>

#include "program.h"

static const struct command *const all[] = {
    &hunt_command, &query_command, &schedule_command, &tables_command, &shell_command,
};

#define N_COMMANDS (sizeof all / sizeof all[0])

static void print_option(const struct option_spec *option)
{
    char form[64];

    snprintf(form, sizeof form, "%c%c%s--%s%s%s", option->letter ? '-' : ' ',
             option->letter ? option->letter : ' ', option->letter ? ", " : "  ", option->name,
             option->argument ? " " : "", option->argument ? option->argument : "");
    printf("      %-28s %s\n", form, option->help);
}

static int help(void)
{
    puts("svcql: what a host or a dead disk says about its services, as SQL\n\n"
         "usage: svcql COMMAND [OPTION]...\n");
    for (size_t i = 0; i < N_COMMANDS; i++) {
        printf("  %s%s%s\n      %s\n", all[i]->name, all[i]->arguments ? " " : "",
               all[i]->arguments ? all[i]->arguments : "", all[i]->help);
        for (const struct option_spec *option = all[i]->options; option->name; option++)
            print_option(option);
    }
    puts("\nExit status: 0 nothing found, 1 findings, 2 an error, 3 evidence incomplete.");
    return EXIT_CLEAN;
}

static bool asks_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return argc > 1 && strcmp(argv[1], "help") == 0;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    if (argc == 1 || asks_help(argc, argv))
        return help();
    if (strcmp(argv[1], "--version") == 0)
        return puts("svcql " SVCQL_VERSION) < 0 ? EXIT_ERROR : EXIT_CLEAN;
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(argv[1], all[i]->name) == 0)
            return all[i]->run(argc - 1, argv + 1);
    return complain("no command %s; try svcql --help", argv[1]);
}
