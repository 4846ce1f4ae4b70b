/* systemd_fixture.c -- the program build/systemd-fixture: see make_systemd.h. */
#include "make_systemd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int start(const char *dir)
{
    pid_t pid = systemd_start_to_stay(dir);

    if (pid < 0) {
        fprintf(stderr, "systemd-fixture: %s: %s\n", dir, strerror(-pid));
        return EXIT_FAILURE;
    }
    printf("%d\n", pid);
    return EXIT_SUCCESS;
}

static int stop(const char *dir)
{
    int r = systemd_stop(dir);

    if (r < 0)
        fprintf(stderr, "systemd-fixture: %s: %s\n", dir, strerror(-r));
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "start") == 0)
        return start(argv[2]);
    if (argc == 3 && strcmp(argv[1], "stop") == 0)
        return stop(argv[2]);
    if (argc > 3 && strcmp(argv[1], "exec") == 0)
        return systemd_run(argv[2], argv + 3);
    fprintf(stderr, "usage: systemd-fixture start DIR | exec DIR COMMAND... | stop DIR\n");
    return 2;
}
