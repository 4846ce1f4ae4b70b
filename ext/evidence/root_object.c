#include "root_object.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/text/input.h"
#include "root_names.h"
#include "root_reader.h"

int root_new(int fd, struct packed *packed, const char *path, unsigned flags, const char *at,
             struct root **ret)
{
    size_t size = strlen(path);
    while (size && path[size - 1] == '/')
        size--;
    struct root *root = malloc(sizeof *root + size + 1);
    if (!root) {
        if (fd >= 0)
            close(fd);
        packed_unref(packed);
        return input_fault(-ENOMEM);
    }
    *root = (struct root){.references = 1, .fd = fd, .packed = packed, .flags = flags, .at = at};
    memcpy(root->path, path, size);
    root->path[size] = '\0';
    *ret = root;
    return 0;
}

struct root *root_ref(struct root *root)
{
    __atomic_add_fetch(&root->references, 1, __ATOMIC_RELAXED);
    return root;
}

struct root *root_unref(struct root *root)
{
    if (root && __atomic_sub_fetch(&root->references, 1, __ATOMIC_ACQ_REL) == 0) {
        root_reader_free(root->reader);
        root_unref(root->parent);
        if (root->fd >= 0)
            close(root->fd);
        packed_unref(root->packed);
        free(root);
    }
    return NULL;
}

const char *root_path(const struct root *root)
{
    return root->path;
}

unsigned root_flags(const struct root *root)
{
    return root->flags;
}

const char *root_below_graft(const struct root *root, const char *path, int flags)
{
    size_t size = strlen(root->at), length = strlen(path);

    if (strncmp(path, root->at, size) == 0 && (!path[size] || path[size] == '/'))
        return path + size;
    while (length && path[length - 1] == '/')
        length--;
    bool above = strncmp(path, root->at, length) == 0 && root->at[length] == '/';
    return above && flags & O_PATH ? "" : NULL;
}
