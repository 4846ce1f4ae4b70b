/* text.c -- functions of the GNU C library that others lack, or have in another form. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In this file the system's own. */
#undef qsort_r
#undef strerror_r

void *memrchr(const void *in, int byte, size_t size)
{
    const unsigned char *bytes = in;

    while (size--)
        if (bytes[size] == (unsigned char)byte)
            return (void *)(uintptr_t)(bytes + size);
    return NULL;
}

void *reallocarray(void *memory, size_t n, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(memory, bytes);
}

/* As GNU's: the text, which need not be in `text`. Errors that are told to users have the same words on
 * each system. */
char *host_strerror_r(int error, char *text, size_t size)
{
    static const struct {
        int         error;
        const char *text;
    } own[] = {{ENOKEY, "Required key not available"},
               {EDQUOT, "Disk quota exceeded"},
               {ELIBACC, "Can not access a needed shared library"},
               {ESTALE, "Stale file handle"},
               {EUCLEAN, "Structure needs cleaning"},
               {EREMOTEIO, "Remote I/O error"},
               {ELOOP, "Too many levels of symbolic links"},
               {ETIMEDOUT, "Connection timed out"},
               {EBADMSG, "Bad message"},
               {ENODATA, "No data available"},
               {ECANCELED, "Operation canceled"},
               {EOPNOTSUPP, "Operation not supported"}};

    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (own[i].error == error)
            return (char *)(uintptr_t)own[i].text;
#ifdef _WIN32
    bool failed = strerror_s(text, size, error) != 0;
#else
    bool failed = strerror_r(error, text, size) != 0;
#endif
    if (failed)
        snprintf(text, size, "error %d", error);
    return text;
}

/* Theirs pass the argument first. */
struct sort {
    int (*compare)(const void *, const void *, void *);
    void *arg;
};

static int compare_sorted(void *data, const void *a, const void *b)
{
    const struct sort *sort = data;

    return sort->compare(a, b, sort->arg);
}

void host_qsort_r(void *data, size_t n, size_t size,
                  int (*compare)(const void *, const void *, void *), void *arg)
{
    struct sort sort = {compare, arg};

#ifdef _WIN32
    qsort_s(data, n, size, compare_sorted, &sort);
#else
    qsort_r(data, n, size, &sort, compare_sorted);
#endif
}
