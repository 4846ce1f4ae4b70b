/* main.c -- runs every suite, or those named as arguments, and counts what was skipped. What reads
 * hostile roots is run again where the kernel refuses openat2(2). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* Suites for which it matters how files below a root are opened. */
static const char *const confined[] = {"root", "root_names", "discovery", "shell_history",
                                       "unit_settings"};

static bool wanted(const char *name, int argc, char **argv)
{
    if (argc == 1)
        return true;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return false;
}

static bool is_confined(const char *name)
{
    for (size_t i = 0; i < sizeof confined / sizeof confined[0]; i++)
        if (strcmp(confined[i], name) == 0)
            return true;
    return false;
}

/* Run what is wanted, or of that what is confined: the exit status. */
static int run(int argc, char **argv, bool confined_only)
{
    SRunner *runner = NULL;

    harness_begin();
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
        if (!wanted(suites[i].name, argc, argv) || (confined_only && !is_confined(suites[i].name)))
            continue;
        if (runner)
            srunner_add_suite(runner, suites[i].make());
        else
            runner = srunner_create(suites[i].make());
    }
    srunner_run_all(runner, CK_ENV);
    int done = srunner_ntests_run(runner);
    int failed = srunner_ntests_failed(runner);
    int skipped = harness_end();
    srunner_free(runner);
    printf("%d passed, %d failed, %d skipped\n", done - failed - skipped, failed, skipped);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The confined suites in a process to which openat2() gives that error. */
static int run_refused(int argc, char **argv, int error)
{
    int status = 0;

    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        if (harness_refuse_openat2(error) < 0) { /* as below qemu-user */
            printf("openat2: %s: skipped, no filter can be set here\n", strerror(error));
            exit(EXIT_SUCCESS);
        }
        printf("openat2: %s\n", strerror(error));
        exit(run(argc, argv, true));
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return EXIT_FAILURE;
    return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool any_confined(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof confined / sizeof confined[0]; i++)
        if (wanted(confined[i], argc, argv))
            return true;
    return false;
}

int main(int argc, char **argv)
{
    static const int refusals[] = {ENOSYS, EPERM};
    const char      *name = unknown(argc, argv);

    if (name) {
        fprintf(stderr, "%s: no suite %s\n", argv[0], name);
        return EXIT_FAILURE;
    }
    /* Time limits of tests are for what hangs; a busy or slow machine is none. */
    setenv("CK_TIMEOUT_MULTIPLIER", "10", 0);
    int status = run(argc, argv, false);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0] && any_confined(argc, argv); i++)
        if (run_refused(argc, argv, refusals[i]) != EXIT_SUCCESS)
            status = EXIT_FAILURE;
    return status;
}
