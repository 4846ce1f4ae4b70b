/* dirent.h -- folders of Windows with POSIX's names: folders.c. */
#ifndef SVCQL_WINDOWS_DIRENT_H
#define SVCQL_WINDOWS_DIRENT_H

#include <sys/types.h>

enum {
    DT_UNKNOWN = 0,
    DT_FIFO = 1,
    DT_CHR = 2,
    DT_DIR = 4,
    DT_BLK = 6,
    DT_REG = 8,
    DT_LNK = 10,
    DT_SOCK = 12
};

#define IFTODT(mode) (((mode)&0170000) >> 12)

struct dirent {
    ino_t         d_ino;
    unsigned char d_type;
    char          d_name[1024];
};

typedef struct host_folder DIR;

DIR           *opendir(const char *path) __asm__("host_opendir");
DIR           *fdopendir(int fd) __asm__("host_fdopendir");
struct dirent *readdir(DIR *folder) __asm__("host_readdir");
int            closedir(DIR *folder) __asm__("host_closedir");
int            dirfd(DIR *folder) __asm__("host_dirfd");

#endif
