#define ROOT_READDIR
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/input.h"
#include "root_dir.h"

struct root_dir {
    DIR           *stream; /* NULL: of an archive */
    struct packed *packed;
    uint32_t       next; /* member of an archive; 0: none */
    union {
        struct dirent entry;
        char          room[offsetof(struct dirent, d_name) + ROOT_NAME_MAX + 1];
    };
};

struct root_dir *root_dir_take(DIR *stream)
{
    struct root_dir *dir = stream ? calloc(1, sizeof *dir) : NULL;

    if (dir)
        dir->stream = stream;
    else if (stream)
        closedir(stream);
    return dir;
}

struct root_dir *root_dir_of(struct packed *packed, uint32_t first)
{
    struct root_dir *dir = calloc(1, sizeof *dir);

    if (dir) {
        dir->packed = packed_ref(packed);
        dir->next = first;
    }
    return dir;
}

int root_dir_fd(const struct root_dir *dir)
{
    return dir->stream ? dirfd(dir->stream) : -EXDEV;
}

void root_closedir(struct root_dir *dir)
{
    if (!dir)
        return;
    if (dir->stream)
        closedir(dir->stream);
    packed_unref(dir->packed);
    free(dir);
}

static int next_member(struct root_dir *dir, struct dirent **ret)
{
    struct stat st;

    if (!dir->next)
        return 0;
    packed_stat(dir->packed, dir->next, &st);
    strcpy(dir->room + offsetof(struct dirent, d_name), packed_name(dir->packed, dir->next));
    dir->entry.d_type = S_ISDIR(st.st_mode)   ? DT_DIR
                        : S_ISREG(st.st_mode) ? DT_REG
                        : S_ISLNK(st.st_mode) ? DT_LNK
                                              : DT_FIFO;
    dir->next = packed_next(dir->packed, dir->next);
    *ret = &dir->entry;
    return 1;
}

int root_readdir(struct root_dir *dir, struct dirent **ret)
{
    struct dirent *entry;

    if (!dir->stream)
        return next_member(dir, ret);
    do {
        errno = 0;
        entry = readdir(dir->stream);
        if (!entry)
            return input_fault(-errno);
    } while (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    *ret = entry;
    return 1;
}
