/* pair.c -- processor time of whole processes, two commands by turns.
 *
 *     pair RUNS COMMAND [COMMAND]     each for sh -c; their output is thrown away
 *
 * Prints the median of user and system time of the first, in ms, its largest memory in KiB; with a second
 * command its median too, and the median of the ratios of each turn: the second's time by the first's. A
 * command that fails ends it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long peak; /* of the command that was run last */

static double run(const char *command)
{
    struct rusage used;
    int           status;
    pid_t         pid = fork();

    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &used) < 0 || status != 0) {
        fprintf(stderr, "pair: failed: %s\n", command);
        exit(1);
    }
    peak = used.ru_maxrss;
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, compare);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

int main(int argc, char **argv)
{
    enum { MAX = 1000 };
    static double first[MAX], second[MAX], ratios[MAX];
    int           runs = argc > 2 ? atoi(argv[1]) : 0;
    long          memory = 0;

    if (runs < 1 || runs > MAX || argc > 4) {
        fputs("usage: pair RUNS COMMAND [COMMAND]\n", stderr);
        return 2;
    }
    for (int i = 0; i < runs; i++) {
        first[i] = run(argv[2]);
        memory = peak > memory ? peak : memory;
        if (argc < 4)
            continue;
        second[i] = run(argv[3]);
        ratios[i] = second[i] / first[i];
    }
    printf("%.1f %ld", median(first, runs), memory);
    if (argc == 4)
        printf(" %.1f %.2f", median(second, runs), median(ratios, runs));
    printf("\n");
    return 0;
}
