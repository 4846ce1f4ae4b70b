/* folders.c -- the entries of a folder, a block at a time. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptors.h"
#include "native.h"
#include "utf16.h"

struct host_folder {
    int           fd;
    bool          started, ended;
    size_t        at; /* of the next entry in `block`; SIZE_MAX: none left */
    struct dirent entry;
    union {
        FILE_FULL_DIR_INFO info;
        char               bytes[32768];
    } block;
};

DIR *fdopendir(int fd)
{
    DIR *folder = calloc(1, sizeof *folder);

    if (!folder) {
        errno = ENOMEM;
        return NULL;
    }
    folder->fd = fd;
    folder->at = SIZE_MAX;
    return folder;
}

DIR *opendir(const char *path)
{
    int  fd = open(path, O_RDONLY | O_DIRECTORY);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);

    if (fd >= 0 && !folder)
        close(fd);
    return folder;
}

int closedir(DIR *folder)
{
    int r = close(folder->fd);

    free(folder);
    return r;
}

int dirfd(DIR *folder)
{
    return folder->fd;
}

/* Read the next block: 1, 0 at the end, -1 with errno set. */
static int fill(DIR *folder)
{
    struct description *d = folder->ended ? NULL : descriptor_get(folder->fd);
    int                 r = folder->ended ? 0 : -1;

    if (!d)
        return r;
    FILE_INFO_BY_HANDLE_CLASS what =
        folder->started ? FileFullDirectoryInfo : FileFullDirectoryRestartInfo;
    if (GetFileInformationByHandleEx(d->handle, what, &folder->block, sizeof folder->block))
        r = 1;
    else if (GetLastError() == ERROR_NO_MORE_FILES)
        r = 0;
    else
        fail_windows(GetLastError());
    folder->started = true;
    folder->ended = r <= 0;
    folder->at = r > 0 ? 0 : SIZE_MAX;
    descriptor_release(d);
    return r;
}

/* EaSize is the tag of a reparse point (MS-FSCC 2.4.14). */
static unsigned char type_of(const FILE_FULL_DIR_INFO *info)
{
    if (info->FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT && TAG_IS_NAME(info->EaSize))
        return DT_LNK;
    return info->FileAttributes & FILE_ATTRIBUTE_DIRECTORY ? DT_DIR : DT_REG;
}

struct dirent *readdir(DIR *folder)
{
    if (folder->at == SIZE_MAX && fill(folder) <= 0)
        return NULL;
    const FILE_FULL_DIR_INFO *info = (const void *)(folder->block.bytes + folder->at);
    folder->at = info->NextEntryOffset ? folder->at + info->NextEntryOffset : SIZE_MAX;
    folder->entry.d_type = type_of(info);
    utf16_to_utf8(info->FileName, info->FileNameLength / sizeof(wchar_t), folder->entry.d_name,
                  sizeof folder->entry.d_name);
    return &folder->entry;
}
