#include "root_packed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/text/input.h"
#include "host.h"
#include "packed_image.h"
#include "root_dir.h"

static const char *const joined[] = {"/System/Volumes/Data", "/private"};
#define N_JOINED (sizeof joined / sizeof joined[0])

static int find_member(const struct root *root, const char *path, bool follow, uint32_t *ret)
{
    if (root->at && !(path = root_below_graft(root, path, follow ? 0 : O_PATH)))
        return -ENOENT;
    return packed_find(root->packed, root->base, path, root->flags, follow, ret);
}

/* The node of a path in an archive, with the joined volumes of macOS. */
int root_packed_find(const struct root *root, const char *path, bool follow, uint32_t *ret)
{
    char other[ROOT_PATH_MAX];
    int  r = find_member(root, path, follow, ret);

    for (size_t i = 0; r == -ENOENT && root->flags & ROOT_MACOS && i < N_JOINED; i++) {
        size_t size = strlen(joined[i]);
        if (strncmp(path, joined[i], size) == 0 && path[size] == '/')
            r = find_member(root, path + size, follow, ret);
        else if (snprintf(other, sizeof other, "%s%s", joined[i], path) < ROOT_PATH_MAX)
            r = find_member(root, other, follow, ret);
    }
    return r;
}

/* A file of an archive: 0, *ret and what it is. */
int root_packed_file(const struct root *root, const char *path, uint32_t *ret, struct stat *st)
{
    int r = root_packed_find(root, path, true, ret);

    if (r < 0)
        return r;
    packed_stat(root->packed, *ret, st);
    return S_ISREG(st->st_mode) ? 0 : -EINVAL;
}

#define MEMBER_FD_MAX (64 << 20) /* bytes of a member that is read by a descriptor */

/* A descriptor of a member's bytes in memory, with the mode and times that it has. */
int root_packed_fd(const struct root *root, const char *path, struct stat *ret)
{
    uint32_t node;
    int      r = root_packed_file(root, path, &node, ret);

    if (r < 0)
        return r;
    size_t size = (size_t)ret->st_size;
    if (ret->st_size > MEMBER_FD_MAX)
        return -EFBIG;
    char *data = malloc(size ? size : 1);
    r = data ? packed_read(root->packed, node, data, size) : input_fault(-ENOMEM);
    r = r < 0 ? r : host_memory_file(data, size, ret);
    free(data);
    return r;
}

/* A root below an archive file, or below a folder in it. */
int root_packed_open(const char *path, unsigned flags, struct root **ret)
{
    struct packed *packed;
    const char    *rest;
    struct stat    st;
    uint32_t       base;
    int            r = packed_open(path, &packed, &rest);

    if (r < 0)
        return r;
    r = packed_find(packed, PACKED_TOP, rest, 0, true, &base);
    if (r == 0)
        packed_stat(packed, base, &st);
    if (r == 0 && !S_ISDIR(st.st_mode))
        r = -ENOTDIR;
    if (r < 0) {
        packed_unref(packed);
        return r;
    }
    r = root_new(-1, packed, path, flags, NULL, ret);
    if (r == 0)
        (*ret)->base = base;
    return r;
}

size_t root_lost(const struct root *root, char ret_why[ROOT_LOST_MAX], int *ret_error)
{
    *ret_error = 0;
    *ret_why = '\0';
    return root->packed ? packed_lost(root->packed, ret_why, ret_error) : 0;
}

bool root_names_image(const char *name)
{
    return packed_image_lists(name);
}

bool root_is_image(const struct root *root, const char *dir)
{
    uint32_t node;

    return root->packed && root_packed_find(root, dir, false, &node) == 0 &&
           packed_is_image(root->packed, node);
}

bool root_in_archive(const struct root *root)
{
    return root->packed != NULL;
}

bool root_names_archive(const char *name)
{
    return packed_names(name);
}

bool root_is_archive(const char *path)
{
    return packed_is(path);
}

/* All of a member of an archive, with a NUL after it. */
int root_packed_read(const struct root *root, const char *path, size_t cap, char **ret,
                     size_t *ret_size)
{
    struct stat st;
    uint32_t    node;
    int         r = root_packed_file(root, path, &node, &st);

    if (r < 0)
        return r;
    size_t size = (size_t)st.st_size;
    if ((uint64_t)st.st_size > cap || (uint64_t)st.st_size > PACKED_WHOLE_MAX)
        return -EFBIG;
    char *data = malloc(size + 1);
    r = data ? packed_read(root->packed, node, data, size) : input_fault(-ENOMEM);
    if (r < 0) {
        free(data);
        return r;
    }
    data[size] = '\0';
    *ret = data;
    *ret_size = size;
    return 0;
}

int root_packed_dir(const struct root *root, const char *path, struct root_dir **ret)
{
    struct stat st;
    uint32_t    node;
    int         r = root_packed_find(root, path, true, &node);

    if (r < 0)
        return r;
    packed_stat(root->packed, node, &st);
    if (!S_ISDIR(st.st_mode))
        return -ENOTDIR;
    *ret = root_dir_of(root->packed, packed_first(root->packed, node));
    return *ret ? 0 : input_fault(-ENOMEM);
}
