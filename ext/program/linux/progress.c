/* progress.c -- a line on the terminal that shows the progress of long work: the file, the part of
 * it that is left, and the bytes read.
 *
 * A separate process reads this from /proc: so the line also changes while one table works long on
 * one row, and does not slow the work.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program/system.h"

#define FIRST_LOOK 700 /* ms: shorter work needs no line */
#define NEXT_LOOK  200 /* ms */

struct look {
    char      file[512]; /* the one opened last; "" where none is open */
    long long at, size;  /* bytes in it */
    long long bytes;     /* read in all */
};

/* The number after a name in a file of /proc; 0 where there is none. */
static long long proc_number(pid_t pid, const char *file, const char *name)
{
    char      path[64], line[256];
    long long number = 0;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    FILE *in = fopen(path, "re");
    while (in && fgets(line, sizeof line, in))
        if (strncmp(line, name, strlen(name)) == 0)
            number = atoll(line + strlen(name));
    if (in)
        fclose(in);
    return number;
}

/* Note an open descriptor of the process, where it is a file and was opened later. */
static void look_at(pid_t pid, const char *number, int *newest, struct look *look)
{
    char        path[64], name[32];
    struct stat st;
    int         fd = atoi(number);

    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
    if (fd <= *newest || stat(path, &st) < 0 || !S_ISREG(st.st_mode))
        return;
    ssize_t n = readlink(path, look->file, sizeof look->file - 1);
    if (n < 0)
        return;
    look->file[n] = '\0';
    look->size = st.st_size;
    snprintf(name, sizeof name, "fdinfo/%d", fd);
    look->at = proc_number(pid, name, "pos:");
    *newest = fd;
}

static void look_around(pid_t pid, struct look *look)
{
    char path[64];
    int  newest = STDERR_FILENO;

    *look = (struct look){.bytes = proc_number(pid, "io", "rchar:")};
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (*entry->d_name != '.')
            look_at(pid, entry->d_name, &newest, look);
    if (dir)
        closedir(dir);
}

static void say(const struct look *look, int ms)
{
    struct winsize size = {.ws_col = 80};
    char           line[768], left[32] = "";

    ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
    if (look->at > 0 && look->size > look->at)
        snprintf(left, sizeof left, ", %lld MB to go", (look->size - look->at) / 1000000);
    snprintf(line, sizeof line, "%d s, %lld MB read%s%s%s", ms / 1000, look->bytes / 1000000,
             *look->file ? ": " : "", look->file, left);
    for (char *p = line; *p; p++) /* names of hostile evidence: ASCII alone cannot act */
        if ((unsigned char)*p < ' ' || (unsigned char)*p >= 0x7f)
            *p = '?';
    fprintf(stderr, "\r\033[K%.*s", size.ws_col > 1 ? size.ws_col - 1 : 79, line);
}

static void watch(pid_t pid)
{
    struct look look;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    usleep(FIRST_LOOK * 1000);
    for (int ms = FIRST_LOOK; getppid() == pid; ms += NEXT_LOOK) {
        look_around(pid, &look);
        say(&look, ms);
        usleep(NEXT_LOOK * 1000);
    }
    _exit(0);
}

pid_t progress_begin(void)
{
    pid_t pid = getpid();

    if (!isatty(STDERR_FILENO))
        return 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        watch(pid);
    return child < 0 ? 0 : child;
}

void progress_end(pid_t child)
{
    if (child <= 0)
        return;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    fputs("\r\033[K", stderr);
}
