#include "packed_layers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/log/expander.h"
#include "formats/text/array.h"
#include "formats/text/input.h"
#include "root.h"

#define DEPTH_MAX 256 /* folders of a layer, one in another; those beyond are counted */

/* Opening --------------------------------------------------------------------------- */

static struct packed *new_layer(const char *name, const struct packed_sums *sums,
                                const struct packed *image)
{
    struct packed *layer = calloc(1, sizeof *layer);

    if (!layer || !(layer->path = strdup(name))) {
        free(layer);
        return NULL;
    }
    layer->references = 1;
    layer->fd = -1;
    layer->most = image->most;
    layer->room_kept = image->room_kept;
    layer->sums = sums;
    return layer;
}

/* Index a layer that knows where its bytes are. */
static int index_layer(struct packed *layer, struct packed *image, struct packed **ret)
{
    int r = packed_begin(layer);

    if (layer->seekable && layer->length > PACKED_SUMS_MAX - image->summed) {
        layer->sums = NULL;
        image->unsummed++;
    } else if (layer->seekable) {
        image->summed += layer->length;
    }
    if (r == 0)
        r = packed_index_walk(layer);
    layer->sums = NULL;
    if (r == -ENOMEM || r == -ECANCELED || (r < 0 && layer->n <= 1)) {
        packed_unref(layer);
        return r;
    }
    layer->error = r < 0 ? r : layer->error; /* a damaged header is an error already */
    image->most -= layer->n < image->most ? layer->n : image->most;
    image->room_kept -= layer->kept < image->room_kept ? layer->kept : image->room_kept;
    *ret = layer;
    return 0;
}

/* A tar that is not compressed can be read from any member. */
static bool is_plain(int fd, uint64_t at)
{
    uint8_t data[512];

    return input_pread(fd, data, sizeof data, (off_t)at) == sizeof data && packed_is_tar(data);
}

int packed_layer_file(int fd, const char *name, const struct packed_sums *sums,
                      struct packed *image, struct packed **ret)
{
    struct packed *layer = new_layer(name, sums, image);

    if (!layer) {
        close(fd);
        return -ENOMEM;
    }
    layer->fd = fd;
    if (fstat(fd, &layer->was) < 0) {
        packed_unref(layer);
        return -errno;
    }
    layer->length = (uint64_t)layer->was.st_size;
    layer->seekable = is_plain(fd, 0);
    return index_layer(layer, image, ret);
}

/* A member that is stored in a plain tar is a part of that file; any other is read as a stream. */
static int reach_member(struct packed *archive, uint32_t node, struct packed *layer)
{
    uint64_t at, size = (uint64_t)archive->nodes[node].size;

    layer->was.st_size = (off_t)size;
    if (packed_section(archive, node, &at) == 0 && is_plain(archive->fd, at)) {
        layer->fd = fcntl(archive->fd, F_DUPFD_CLOEXEC, 0);
        layer->begin = at;
        layer->length = size;
        layer->seekable = true;
        return layer->fd < 0 ? -errno : 0;
    }
    layer->outer = packed_ref(archive);
    layer->outer_node = node;
    return 0;
}

int packed_layer_member(struct packed *archive, uint32_t node, const char *name,
                        const struct packed_sums *sums, struct packed *image, struct packed **ret)
{
    struct packed *layer = new_layer(name, sums, image);

    if (!layer)
        return -ENOMEM;
    int r = reach_member(archive, node, layer);
    if (r < 0) {
        packed_unref(layer);
        return r;
    }
    return index_layer(layer, image, ret);
}

/* Putting --------------------------------------------------------------------------- */

static const char whiteout[] = ".wh.", opaque[] = ".wh..wh..opq";
#define WHITEOUT (sizeof whiteout - 1)

static bool is_whiteout(const char *name)
{
    return strncmp(name, whiteout, WHITEOUT) == 0;
}

/* Set what a node is as the layer has it. */
static void take_over(struct packed *image, uint32_t i, const struct packed *layer, uint32_t from)
{
    const struct node *other = &layer->nodes[from];
    struct node       *node = &image->nodes[i];

    node->link = other->link;
    node->kept = other->kept;
    node->n_kept = other->n_kept;
    node->mode = other->mode;
    node->uid = other->uid;
    node->gid = other->gid;
    node->encrypted = other->encrypted;
    node->hard = other->hard;
    node->implied = other->implied;
    node->size = other->size;
    node->mtime = other->mtime;
    node->at = other->at;
    node->layer = layer->number;
}

/* Hard links to files of layers below ------------------------------------------------- */

static int wait_for(struct packed *image, uint32_t i)
{
    uint32_t *added = ARRAY_ADD(image->hard, image->n_hard);

    if (!added)
        return -ENOMEM;
    *added = i;
    return 0;
}

/* Whether a layer takes the file at a path away from those below it: by a mark at one of its folders or names, or
 * by another kind of file there. */
static bool takes_away(const struct packed *layer, const char *path)
{
    uint32_t at = PACKED_TOP;
    char     mark[WHITEOUT + ROOT_NAME_MAX + 1];

    for (size_t size; *(path += strspn(path, "/")); path += size) {
        size = strcspn(path, "/");
        if (size > ROOT_NAME_MAX || !S_ISDIR(layer->nodes[at].mode))
            return true;
        snprintf(mark, sizeof mark, "%s%.*s", whiteout, (int)size, path);
        if (packed_child(layer, at, opaque) || packed_child(layer, at, mark))
            return true;
        at = packed_child(layer, at, mark + WHITEOUT);
        if (!at)
            return false;
    }
    return true;
}

/* Look for the files of hard links in a layer below theirs, where they may be hard links again. */
static void settle_links(struct packed *image, const struct packed *layer)
{
    size_t left = 0;

    for (size_t k = 0; k < image->n_hard; k++) {
        uint32_t     i = image->hard[k], from = 0;
        struct node *node = &image->nodes[i];
        bool         found = packed_find(layer, PACKED_TOP, node->link, 0, false, &from) == 0;
        if (found && layer->nodes[from].hard) {
            node->link = layer->nodes[from].link;
            image->hard[left++] = i;
        } else if (found && S_ISREG(layer->nodes[from].mode)) {
            take_over(image, i, layer, from);
        } else if (takes_away(layer, node->link)) {
            image->lost[PACKED_LINK]++;
        } else {
            image->hard[left++] = i;
        }
    }
    image->n_hard = left;
}

static int put_folder(struct packed *image, uint32_t folder, const struct packed *layer,
                      uint32_t from, unsigned depth);

/* Put a member of a layer into a folder of the image. */
static int put_member(struct packed *image, uint32_t folder, const struct packed *layer,
                      uint32_t from, unsigned depth)
{
    bool     is_folder = S_ISDIR(layer->nodes[from].mode);
    uint32_t i = packed_child(image, folder, layer->nodes[from].name);

    if (!i) {
        int r = packed_add_child(image, folder, layer->nodes[from].name, &i);
        if (r < 0 || !i)
            return r;
        take_over(image, i, layer, from);
        if (image->nodes[i].hard)
            return wait_for(image, i);
    } else if (!S_ISDIR(image->nodes[i].mode) || image->nodes[i].closed) {
        return 0;
    } else if (!is_folder) { /* which hides the folders of layers below it */
        image->nodes[i].closed = true;
        return 0;
    } else if (image->nodes[i].implied) {
        take_over(image, i, layer, from);
    }
    return is_folder ? put_folder(image, i, layer, from, depth + 1) : 0;
}

/* Take a name away from the layers below: a node that no folder lists. */
static int take_away(struct packed *image, uint32_t folder, const char *name)
{
    uint32_t i = packed_child(image, folder, name);

    if (i) {
        image->nodes[i].closed = true;
        return 0;
    }
    int r = packed_add_hidden(image, folder, name, &i);
    if (r == 0 && i)
        image->nodes[i].mode = 0;
    return r;
}

static int put_folder(struct packed *image, uint32_t folder, const struct packed *layer,
                      uint32_t from, unsigned depth)
{
    int r = 0;

    if (depth > DEPTH_MAX) {
        image->lost[PACKED_LIMIT]++;
        return 0;
    }
    for (uint32_t i = packed_first(layer, from); r == 0 && i; i = packed_next(layer, i)) {
        if (!is_whiteout(layer->nodes[i].name))
            r = put_member(image, folder, layer, i, depth);
        if (input_interrupted())
            return -ECANCELED;
    }
    for (uint32_t i = packed_first(layer, from); r == 0 && i; i = packed_next(layer, i)) {
        const char *name = layer->nodes[i].name;
        if (strcmp(name, opaque) == 0)
            image->nodes[folder].closed = true;
        else if (is_whiteout(name) && strncmp(name + WHITEOUT, whiteout, WHITEOUT) != 0 &&
                 name[WHITEOUT])
            r = take_away(image, folder, name + WHITEOUT);
    }
    return r;
}

int packed_put_layer(struct packed *image, uint32_t top, const struct packed *layer)
{
    settle_links(image, layer);
    return image->nodes[top].closed ? 0 : put_folder(image, top, layer, PACKED_TOP, 0);
}

void packed_end_layers(struct packed *image)
{
    image->lost[PACKED_LINK] += image->n_hard;
    image->n_hard = 0;
}

int packed_close_layers(struct packed *image, bool alone)
{
    uint32_t only = image->nodes[PACKED_TOP].first;

    for (uint32_t i = 1; i < image->n; i++)
        if (!image->nodes[i].mode)
            image->nodes[i].name = "/"; /* no name that is looked for */
    int r = alone && only ? packed_lift(image, only) : 0;
    image->alone = alone;
    for (size_t i = 0; i < image->n_layers; i++) {
        free(image->layers[i]->nodes);
        free(image->layers[i]->slots);
        image->layers[i]->nodes = NULL;
        image->layers[i]->slots = NULL;
        image->layers[i]->n = image->layers[i]->room = image->layers[i]->n_slots = 0;
    }
    return r;
}
