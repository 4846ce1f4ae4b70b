/* memory_file.c -- descriptors of bytes in memory. macOS has none that can be read: what shm_open() gives can
 * only be mapped, and a file without a name would be written to a disk. Such a descriptor is one of /dev/null,
 * and reading is done here, by the functions that include/unistd.h and include/sys/stat.h have for those of
 * POSIX. They know memory by its descriptor's number; while there is none they cost one comparison.
 */
#define SVCQL_SYSTEM_FILES
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/text/array.h"
#include "host.h"

struct memory_file {
    int         fd;
    uint8_t    *data;
    size_t      size;
    off_t       at;
    struct stat st;
};

static pthread_mutex_t     lock = PTHREAD_MUTEX_INITIALIZER;
static struct memory_file *files;
static size_t              n_files;

ssize_t host_read(int fd, void *data, size_t size) __asm__("host_read");
ssize_t host_pread(int fd, void *data, size_t size, off_t at) __asm__("host_pread");
off_t   host_lseek(int fd, off_t offset, int whence) __asm__("host_lseek");
int     host_close(int fd) __asm__("host_close");
int     host_fstat(int fd, struct stat *ret) __asm__("host_fstat");

/* The memory of a descriptor, with the lock held; NULL, without it: it is the system's. */
static struct memory_file *hold(int fd)
{
    if (!__atomic_load_n(&n_files, __ATOMIC_ACQUIRE))
        return NULL;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < n_files; i++)
        if (files[i].fd == fd)
            return &files[i];
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void let_go(void)
{
    pthread_mutex_unlock(&lock);
}

static int add(struct memory_file file)
{
    pthread_mutex_lock(&lock);
    struct memory_file *added = ARRAY_ADD(files, n_files);
    if (added)
        *added = file;
    let_go();
    return added ? file.fd : -ENOMEM;
}

int host_memory_file(const void *data, size_t size, const struct stat *was)
{
    struct memory_file file = {.size = size, .st = *was};

    file.data = malloc(size ? size : 1);
    if (!file.data)
        return -ENOMEM;
    memcpy(file.data, data, size);
    file.st.st_size = (off_t)size;
    file.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int r = file.fd < 0 ? -errno : add(file);
    if (r < 0) {
        free(file.data);
        if (file.fd >= 0)
            close(file.fd);
    }
    return r;
}

/* Of POSIX --------------------------------------------------------------------------- */

static size_t copy(const struct memory_file *file, void *data, size_t size, off_t at)
{
    size_t left = at < 0 || (size_t)at >= file->size ? 0 : file->size - (size_t)at;
    size_t n = size < left ? size : left;

    if (n)
        memcpy(data, file->data + at, n);
    return n;
}

ssize_t host_read(int fd, void *data, size_t size)
{
    struct memory_file *file = hold(fd);

    if (!file)
        return read(fd, data, size);
    size_t n = copy(file, data, size, file->at);
    file->at += (off_t)n;
    let_go();
    return (ssize_t)n;
}

ssize_t host_pread(int fd, void *data, size_t size, off_t at)
{
    struct memory_file *file = hold(fd);

    if (!file)
        return pread(fd, data, size, at);
    size_t n = copy(file, data, size, at);
    let_go();
    return (ssize_t)n;
}

off_t host_lseek(int fd, off_t offset, int whence)
{
    struct memory_file *file = hold(fd);

    if (!file)
        return lseek(fd, offset, whence);
    off_t size = (off_t)file->size, at = -1;
    if (whence == SEEK_DATA) /* it has no holes */
        at = offset < size ? offset : -1;
    else if (__builtin_add_overflow(whence == SEEK_CUR   ? file->at
                                    : whence == SEEK_END ? size
                                                         : 0,
                                    offset, &at))
        at = -1;
    if (at < 0)
        errno = whence == SEEK_DATA ? ENXIO : EINVAL;
    else
        file->at = at;
    let_go();
    return at < 0 ? -1 : at;
}

int host_close(int fd)
{
    struct memory_file *file = hold(fd);

    if (file) {
        free(file->data);
        *file = files[n_files - 1];
        __atomic_store_n(&n_files, n_files - 1, __ATOMIC_RELEASE);
        let_go();
    }
    return close(fd);
}

int host_fstat(int fd, struct stat *ret)
{
    struct memory_file *file = hold(fd);

    if (!file)
        return fstat(fd, ret);
    *ret = file->st;
    let_go();
    return 0;
}
