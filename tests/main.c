/* main.c -- runs every suite, or those named as arguments, and counts what was skipped. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "main.h"

#define SUITE(name) Suite *make_##name##_suite(void);
#include "suites.h"
#undef SUITE

static const struct {
    const char *name;
    Suite *(*make)(void);
} suites[] = {
#define SUITE(name) {#name, make_##name##_suite},
#include "suites.h"
#undef SUITE
};

/* A misspelt name must not pass for a suite that passed. */
static const char *unknown(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        size_t n = 0;

        while (n < sizeof suites / sizeof suites[0] && strcmp(suites[n].name, argv[i]) != 0)
            n++;
        if (n == sizeof suites / sizeof suites[0])
            return argv[i];
    }
    return NULL;
}

static bool wanted(const char *name, int argc, char **argv)
{
    if (argc == 1)
        return true;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    SRunner    *runner = NULL;
    const char *name = unknown(argc, argv);

    if (name) {
        fprintf(stderr, "%s: no suite %s\n", argv[0], name);
        return EXIT_FAILURE;
    }
    /* Time limits of tests are for what hangs; a busy or slow machine is none. */
    setenv("CK_TIMEOUT_MULTIPLIER", "10", 0);
    harness_begin();
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
        if (!wanted(suites[i].name, argc, argv))
            continue;
        if (runner)
            srunner_add_suite(runner, suites[i].make());
        else
            runner = srunner_create(suites[i].make());
    }
    srunner_run_all(runner, CK_ENV);
    int run = srunner_ntests_run(runner);
    int failed = srunner_ntests_failed(runner);
    int skipped = harness_end();
    srunner_free(runner);
    printf("%d passed, %d failed, %d skipped\n", run - failed - skipped, failed, skipped);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
