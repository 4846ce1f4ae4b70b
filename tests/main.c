/* main.c -- runs every suite, or those named as arguments, and counts what was skipped. What reads
 * hostile roots is run again where the kernel refuses openat2(2). What failed, in whichever run, is
 * printed again at the end, a line each, below what sanitizers reported. */
#include <dlfcn.h>
#include <errno.h>
#include <glob.h>
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

/* Of all runs, also those of children. */
static FILE *failures;

/* The failures in a log of Check's: each with its message as one line. */
static void note_failures(const char *log)
{
    FILE  *in = fopen(log, "re");
    char  *line = NULL;
    size_t room = 0, written = 0;
    bool   inside = false;

    while (in && getline(&line, &room, in) > 0) {
        char result = '\0';
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%*[^:]:%*d:%c:", &result) == 1 && strchr("PFES", result)) {
            if (inside)
                fputc('\n', failures);
            inside = result == 'F' || result == 'E';
            written = 0;
        }
        if (inside && written < 600)
            written += (size_t)fprintf(failures, "%s%.400s", written ? " / " : "", line);
    }
    if (inside)
        fputc('\n', failures);
    free(line);
    if (in)
        fclose(in);
    fflush(failures); /* a child ends without */
}

static void print_failures(void)
{
    int c;

    rewind(failures);
    while ((c = getc(failures)) != EOF)
        putchar(c);
}

/* Sanitizers, which gcc has in a library each, write to a file for each process, of which `report` is
 * the beginning; NULL: as ever. */
static void report_to(const char *report)
{
    static const char *const libraries[] = {"libasan.so.8", "libubsan.so.1"};

    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        void *library = dlopen(libraries[i], RTLD_LAZY | RTLD_NOLOAD);
        void (*set)(const char *) =
            library
                ? (void (*)(const char *))(uintptr_t)dlsym(library, "__sanitizer_set_report_path")
                : NULL;
        if (set)
            set(report);
        if (library)
            dlclose(library);
    }
}

/* The whole of each report, and its first lines again among the failures. */
static void note_reports(const char *report)
{
    char  *pattern = NULL, *line = NULL;
    size_t room = 0;
    glob_t found;

    report_to(NULL);
    if (asprintf(&pattern, "%s.*", report) < 0)
        abort();
    int r = glob(pattern, 0, NULL, &found);
    for (size_t i = 0; r == 0 && i < found.gl_pathc; i++) {
        FILE *in = fopen(found.gl_pathv[i], "re");
        for (int n = 0; in && getline(&line, &room, in) > 0; n++) {
            fputs(line, stderr);
            if (n < 8)
                fputs(line, failures);
        }
        if (in)
            fclose(in);
    }
    if (r == 0)
        globfree(&found);
    free(line);
    free(pattern);
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
    const char *dir = harness_scratch();
    char       *log = NULL, *report = NULL;
    if (asprintf(&log, "%s/log", dir) < 0 || asprintf(&report, "%s/report", dir) < 0)
        abort();
    srunner_set_log(runner, log);
    report_to(report);
    srunner_run_all(runner, CK_ENV);
    note_reports(report);
    note_failures(log);
    free(report);
    int done = srunner_ntests_run(runner);
    int failed = srunner_ntests_failed(runner);
    int skipped = harness_end();
    srunner_free(runner); /* which has the log's name */
    free(log);
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
    setenv("CK_TIMEOUT_MULTIPLIER", "30", 0);
    failures = tmpfile();
    if (!failures)
        abort();
    int status = run(argc, argv, false);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0] && any_confined(argc, argv); i++)
        if (run_refused(argc, argv, refusals[i]) != EXIT_SUCCESS)
            status = EXIT_FAILURE;
    print_failures();
    return status;
}
