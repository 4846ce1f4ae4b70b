#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static int fill(int fd, const char *data, size_t size, const struct stat *was)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, data + done, size - done);
        if (n < 0)
            return -errno;
        done += (size_t)n;
    }
    if (lseek(fd, 0, SEEK_SET) < 0 || fchmod(fd, was->st_mode & 07777) < 0 ||
        futimens(fd, (struct timespec[]){was->st_atim, was->st_mtim}) < 0)
        return -errno;
    return 0;
}

/* Before Linux 3.17 it is a file without a name in the folder that is in memory. */
static int open_memory(void)
{
    int fd = memfd_create("member", MFD_CLOEXEC);

    if (fd < 0 && errno == ENOSYS)
        fd = open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return fd;
}

int host_memory_file(const void *data, size_t size, const struct stat *was)
{
    int fd = open_memory();
    int r = fd < 0 ? -errno : fill(fd, data, size, was);

    if (r < 0 && fd >= 0)
        close(fd);
    return r < 0 ? r : fd;
}
