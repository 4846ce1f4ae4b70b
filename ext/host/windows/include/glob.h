/* glob.h -- GNU's, of Windows: pattern.c. */
#ifndef SVCQL_WINDOWS_GLOB_H
#define SVCQL_WINDOWS_GLOB_H

#include <stddef.h>

struct dirent;
struct stat;

enum { GLOB_NOSORT = 4, GLOB_ALTDIRFUNC = 512 };
enum { GLOB_NOSPACE = 1, GLOB_ABORTED = 2, GLOB_NOMATCH = 3 };

/* The four functions are always used. */
typedef struct {
    size_t gl_pathc;
    char **gl_pathv;
    void (*gl_closedir)(void *folder);
    struct dirent *(*gl_readdir)(void *folder);
    void *(*gl_opendir)(const char *path);
    int (*gl_lstat)(const char *path, struct stat *ret);
    int (*gl_stat)(const char *path, struct stat *ret);
} glob_t;

int  glob(const char *pattern, int flags, int (*failed)(const char *path, int error),
          glob_t *ret) __asm__("host_glob");
void globfree(glob_t *names) __asm__("host_globfree");

#endif
