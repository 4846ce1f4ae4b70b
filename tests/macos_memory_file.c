/* macos_memory_file.c -- a program for tests/macos.sh: descriptors of memory as ext/host/macos/memory_file.c has them, beside
 * files of this system's own.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

ssize_t host_read(int fd, void *data, size_t size) __asm__("host_read");
ssize_t host_pread(int fd, void *data, size_t size, off_t at) __asm__("host_pread");
off_t   host_lseek(int fd, off_t offset, int whence) __asm__("host_lseek");
int     host_close(int fd) __asm__("host_close");
int     host_fstat(int fd, struct stat *ret) __asm__("host_fstat");

static const struct stat was = {.st_mode = S_IFREG | 0640, .st_mtim = {.tv_sec = 1700000000}};

static void reads_as_a_file(void)
{
    char        text[16] = "";
    struct stat st;
    int         fd = host_memory_file("0123456789", 10, &was);

    assert(fd >= 0);
    assert(host_fstat(fd, &st) == 0 && st.st_size == 10 && st.st_mode == was.st_mode);
    assert(st.st_mtim.tv_sec == was.st_mtim.tv_sec);
    assert(host_read(fd, text, 4) == 4 && memcmp(text, "0123", 4) == 0);
    assert(host_pread(fd, text, 16, 7) == 3 && memcmp(text, "789", 3) == 0);
    assert(host_pread(fd, text, 1, 10) == 0 && host_pread(fd, text, 1, -1) == 0);
    assert(host_lseek(fd, 0, SEEK_CUR) == 4);
    assert(host_lseek(fd, -2, SEEK_END) == 8 && host_read(fd, text, 16) == 2);
    assert(host_read(fd, text, 16) == 0);
    assert(host_lseek(fd, 3, SEEK_DATA) == 3);
    assert(host_lseek(fd, 10, SEEK_DATA) == -1 && errno == ENXIO);
    assert(host_lseek(fd, -11, SEEK_END) == -1 && errno == EINVAL);
    assert(host_lseek(fd, 0, SEEK_CUR) == 3);
    assert(host_close(fd) == 0);
    assert(host_close(fd) == -1 && errno == EBADF);
}

static void others_are_the_systems(void)
{
    char        text[4];
    struct stat st;
    int pipes[2], first = host_memory_file("a", 1, &was), second = host_memory_file("bc", 2, &was);

    assert(pipe(pipes) == 0 && write(pipes[1], "xyz", 3) == 3);
    assert(host_read(pipes[0], text, 4) == 3 && memcmp(text, "xyz", 3) == 0);
    assert(host_lseek(pipes[0], 0, SEEK_SET) == -1 && errno == ESPIPE);
    assert(host_fstat(pipes[0], &st) == 0 && S_ISFIFO(st.st_mode));
    assert(host_close(first) == 0);
    assert(host_pread(second, text, 4, 0) == 2 && memcmp(text, "bc", 2) == 0);
    assert(host_close(pipes[0]) == 0 && host_close(pipes[1]) == 0 && host_close(second) == 0);
}

static void *turn(void *arg)
{
    (void)arg;
    for (int i = 0; i < 2000; i++) {
        char text[2];
        int  fd = host_memory_file("de", 2, &was);
        assert(fd >= 0 && host_read(fd, text, 2) == 2 && memcmp(text, "de", 2) == 0);
        assert(host_close(fd) == 0);
    }
    return NULL;
}

static void threads_have_their_own(void)
{
    pthread_t threads[4];

    for (size_t i = 0; i < 4; i++)
        assert(pthread_create(&threads[i], NULL, turn, NULL) == 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

int main(void)
{
    reads_as_a_file();
    others_are_the_systems();
    threads_have_their_own();
    puts("ok");
    return 0;
}
