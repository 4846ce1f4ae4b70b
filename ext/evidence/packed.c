#include "packed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "packed_index.h"
#include "root.h"
#include "root_names.h"
#include "root_walk.h"

/* The tree ---------------------------------------------------------------------- */

static uint32_t hash(uint32_t parent, const char *name, size_t size)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325) ^ parent;

    for (size_t i = 0; i < size; i++)
        h = (h ^ (uint8_t)name[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(h ^ h >> 32);
}

static uint32_t lookup(const struct packed *p, uint32_t parent, const char *name, size_t size)
{
    if (!p->n_slots)
        return 0;
    for (uint32_t i = p->slots[hash(parent, name, size) & (p->n_slots - 1)]; i;
         i = p->nodes[i].same) {
        const struct node *node = &p->nodes[i];
        if (node->parent == parent && strncmp(node->name, name, size) == 0 && !node->name[size])
            return i;
    }
    return 0;
}

static void enter(struct packed *p, uint32_t i)
{
    struct node *node = &p->nodes[i];
    uint32_t     slot = hash(node->parent, node->name, strlen(node->name)) & (p->n_slots - 1);

    node->same = p->slots[slot];
    p->slots[slot] = i;
}

static int grow(struct packed *p)
{
    uint32_t     room = p->room ? 2 * p->room : 256;
    struct node *nodes = realloc(p->nodes, room * sizeof *nodes);

    if (!nodes)
        return -ENOMEM;
    p->nodes = nodes;
    p->room = room;
    uint32_t *slots = calloc(2 * (size_t)room, sizeof *slots);
    if (!slots)
        return -ENOMEM;
    free(p->slots);
    p->slots = slots;
    p->n_slots = 2 * room;
    for (uint32_t i = 1; i < p->n; i++)
        enter(p, i);
    return 0;
}

/* Have a node in its folder. */
static void list(struct packed *p, uint32_t i)
{
    struct node *folder = &p->nodes[p->nodes[i].parent];

    if (folder->last)
        p->nodes[folder->last].next = i;
    else
        folder->first = i;
    folder->last = i;
}

/* A new node, which no folder lists, or -ENOMEM; *ret 0 where there are too many. */
static int new_node(struct packed *p, uint32_t parent, const char *name, size_t size, uint32_t *ret)
{
    *ret = 0;
    if (p->n >= p->most) {
        p->lost[PACKED_LIMIT]++;
        return 0;
    }
    if (p->n == p->room && grow(p) < 0)
        return -ENOMEM;
    uint32_t     i = p->n++;
    struct node *node = &p->nodes[i];
    *node = (struct node){
        .name = arena_strndup(&p->names, name, size), .parent = parent, .mode = S_IFDIR | 0755};
    node->implied = true;
    if (p->names.failed)
        return -ENOMEM;
    if (i)
        enter(p, i);
    *ret = i;
    return 0;
}

static int add_node(struct packed *p, uint32_t parent, const char *name, size_t size, uint32_t *ret)
{
    int r = new_node(p, parent, name, size, ret);

    if (r == 0 && *ret)
        list(p, *ret);
    return r;
}

uint32_t packed_child(const struct packed *p, uint32_t folder, const char *name)
{
    return lookup(p, folder, name, strlen(name));
}

int packed_add_child(struct packed *p, uint32_t folder, const char *name, uint32_t *ret)
{
    return add_node(p, folder, name, strlen(name), ret);
}

int packed_add_hidden(struct packed *p, uint32_t folder, const char *name, uint32_t *ret)
{
    return new_node(p, folder, name, strlen(name), ret);
}

int packed_lift(struct packed *p, uint32_t folder)
{
    uint32_t *slots = calloc(p->n_slots, sizeof *slots);

    if (!slots)
        return -ENOMEM;
    free(p->slots);
    p->slots = slots;
    p->nodes[PACKED_TOP].first = p->nodes[folder].first;
    p->nodes[PACKED_TOP].last = p->nodes[folder].last;
    p->nodes[folder].name = "/"; /* no name that is looked for */
    for (uint32_t i = 1; i < p->n; i++) {
        if (p->nodes[i].parent == folder)
            p->nodes[i].parent = PACKED_TOP;
        enter(p, i);
    }
    return 0;
}

int packed_begin(struct packed *p)
{
    uint32_t top;

    return add_node(p, 0, "", 0, &top);
}

static bool is_dots(const char *name, size_t size)
{
    return (size == 1 || size == 2) && name[0] == '.' && name[size - 1] == '.';
}

/* The node of a member's name, with the folders on its path: 0 where it cannot be one. */
static int add_path(struct packed *p, const char *path, uint32_t *ret)
{
    uint32_t at = PACKED_TOP;

    *ret = 0;
    for (size_t size; *(path += strspn(path, "/")); path += size) {
        size = strcspn(path, "/");
        if (size == 1 && *path == '.')
            continue;
        if (size > ROOT_NAME_MAX || is_dots(path, size) || !S_ISDIR(p->nodes[at].mode)) {
            p->lost[S_ISDIR(p->nodes[at].mode) ? PACKED_NAME : PACKED_PLACE]++;
            return 0;
        }
        uint32_t next = lookup(p, at, path, size);
        int      r = next ? 0 : add_node(p, at, path, size, &next);
        if (r < 0 || !next)
            return r;
        at = next;
    }
    *ret = at;
    return 0;
}

/* A hard link without its other name is a link to that, which may come. */
static int wait_for_other(struct packed *p, struct node *node, const char *name)
{
    size_t size = strlen(name) + 2;
    char  *link = arena_alloc(&p->names, size);

    if (!link)
        return -ENOMEM;
    snprintf(link, size, "/%s", name);
    node->mode = S_IFLNK | 0777;
    node->hard = true;
    node->implied = false;
    node->link = link;
    return 0;
}

int packed_add(struct packed *p, const struct found_member *m, uint32_t *ret)
{
    uint32_t i, other;
    int      r = add_path(p, m->name, &i);

    *ret = 0;
    if (r < 0 || !i)
        return r;
    if (m->same_as && (packed_find(p, PACKED_TOP, m->same_as, 0, false, &other) == 0) &&
        other != i) {
        const struct node *same = &p->nodes[other];
        struct node       *node = &p->nodes[i];
        node->mode = same->mode, node->uid = same->uid, node->gid = same->gid;
        node->size = same->size, node->mtime = same->mtime, node->at = same->at;
        node->kept = same->kept, node->n_kept = same->n_kept, node->link = same->link;
        node->encrypted = same->encrypted, node->hard = same->hard;
        return 0;
    }
    struct node *node = &p->nodes[i];
    if (m->same_as && m->size <= 0 && !node->first) /* another layer may have it */
        return wait_for_other(p, node, m->same_as);
    if (S_ISDIR(node->mode) && node->first && !S_ISDIR(m->mode)) { /* a file where a folder is */
        p->lost[PACKED_PLACE]++;
        return 0;
    }
    node->mode = m->mode;
    node->uid = m->uid;
    node->gid = m->gid;
    node->size = m->size < 0 ? 0 : m->size;
    node->mtime = m->mtime;
    node->at = m->at;
    node->encrypted = m->encrypted;
    node->implied = node->hard = false;
    node->kept = NULL;
    node->link = m->link ? arena_strndup(&p->names, m->link, strlen(m->link)) : NULL;
    *ret = i;
    return p->names.failed ? -ENOMEM : 0;
}

/* Finding ------------------------------------------------------------------------- */

static uint32_t find_child(const struct packed *p, uint32_t folder, const char *name,
                           unsigned flags)
{
    uint32_t found = lookup(p, folder, name, strlen(name));

    if (found || !(flags & (ROOT_NOCASE | ROOT_PERCENT)))
        return found;
    for (uint32_t i = p->nodes[folder].first; i; i = p->nodes[i].next) {
        char decoded[ROOT_NAME_MAX + 1];
        root_name_decode(flags, p->nodes[i].name, decoded);
        if (root_name_is(flags, decoded, name))
            return i;
    }
    return 0;
}

struct search {
    const struct packed *packed;
    uint32_t             base;
    unsigned             flags;
    int                  links; /* followed so far */
};

/* Go one name on from *at; -ENOENT, -ENOTDIR. */
static int step(const struct search *s, const char *name, uint32_t *at)
{
    const struct node *node = &s->packed->nodes[*at];

    if (!S_ISDIR(node->mode))
        return -ENOTDIR;
    if (strcmp(name, ".") == 0)
        return 0;
    if (strcmp(name, "..") == 0) {
        *at = *at == s->base ? *at : node->parent;
        return 0;
    }
    uint32_t next = find_child(s->packed, *at, name, s->flags);
    *at = next ? next : *at;
    return next ? 0 : -ENOENT;
}

static int walk_path(struct search *s, const char *path, bool follow, uint32_t *at)
{
    char name[ROOT_NAME_MAX + 1];

    if (*path == '/')
        *at = s->base;
    for (size_t size; *(path += strspn(path, "/")); path += size) {
        size = strcspn(path, "/");
        uint32_t folder = *at;
        if (size > ROOT_NAME_MAX)
            return -ENAMETOOLONG;
        snprintf(name, sizeof name, "%.*s", (int)size, path);
        int r = step(s, name, at);
        if (r < 0)
            return r;
        const char *link = s->packed->nodes[*at].link;
        bool        last = !path[size + strspn(path + size, "/")];
        if (!link || (last && !follow && path[size] != '/'))
            continue;
        if (++s->links > ROOT_LINKS_MAX)
            return -ELOOP;
        *at = folder;
        if ((r = walk_path(s, link, true, at)) < 0)
            return r;
    }
    return 0;
}

/* The rest of a path that begins with a layer's; NULL: it does not. */
static const char *below_layer(const struct packed *p, const char *path)
{
    path += strspn(path, "/");
    for (size_t i = 0; i < p->n_layers; i++) {
        size_t size = strlen(p->layers[i]->path);
        if (strncmp(path, p->layers[i]->path, size) == 0 && path[size] == '/')
            return path + size;
    }
    return NULL;
}

int packed_find(const struct packed *p, uint32_t base, const char *path, unsigned flags,
                bool follow, uint32_t *ret)
{
    struct search s = {p, base, flags, 0};
    uint32_t      at = base;
    int           r = walk_path(&s, path, follow, &at);
    const char   *rest = r == -ENOENT ? below_layer(p, path) : NULL;

    if (rest) {
        at = base;
        r = walk_path(&s, rest, follow, &at);
    }
    if (r == 0)
        *ret = at;
    return r;
}

void packed_stat(const struct packed *p, uint32_t i, struct stat *ret)
{
    const struct node *node = &p->nodes[i];

    *ret = (struct stat){.st_dev = p->was.st_dev,
                         .st_ino = (ino_t)p->was.st_ino << 20 ^ i,
                         .st_nlink = 1,
                         .st_mode = (mode_t)node->mode,
                         .st_uid = node->uid,
                         .st_gid = node->gid,
                         .st_size = node->size,
                         .st_blocks = (node->size + 511) / 512};
    ret->st_mtim.tv_sec = ret->st_ctim.tv_sec = ret->st_atim.tv_sec = node->mtime;
}

const char *packed_link(const struct packed *p, uint32_t node)
{
    return p->nodes[node].link;
}

const char *packed_name(const struct packed *p, uint32_t node)
{
    return p->nodes[node].name;
}

uint32_t packed_first(const struct packed *p, uint32_t folder)
{
    return p->nodes[folder].first;
}

uint32_t packed_next(const struct packed *p, uint32_t node)
{
    return p->nodes[node].next;
}

/* Put a name, and a slash before it, in front of a path. */
static int put_name(char *ret, char **at, const char *name)
{
    size_t size = strlen(name);

    if (size + 1 > (size_t)(*at - ret))
        return -ENAMETOOLONG;
    memcpy(*at -= size, name, size);
    *--*at = '/';
    return 0;
}

int packed_path(const struct packed *p, uint32_t base, uint32_t node, char *ret, size_t room)
{
    char              *at = ret + room;
    const struct node *last = &p->nodes[node];
    int                r = 0;

    if (room < 1)
        return -ENAMETOOLONG;
    *--at = '\0';
    for (; r == 0 && node != base && node != PACKED_TOP; node = p->nodes[node].parent)
        r = put_name(ret, &at, p->nodes[node].name);
    if (r == 0 && p->n_layers && !S_ISDIR(last->mode))
        r = put_name(ret, &at, p->layers[last->layer]->path);
    if (r == 0)
        memmove(ret, at, (size_t)(ret + room - at));
    return r;
}

bool packed_is_image(const struct packed *p, uint32_t folder)
{
    bool is_top = folder == PACKED_TOP;

    return p->n_layers && (p->alone ? is_top : !is_top && p->nodes[folder].parent == PACKED_TOP);
}

/* "Members left out: 2 ..., 1 ...". */
static const char *const losses[PACKED_LOSSES] = {
    [PACKED_NAME] = "with a name that leads out of the archive, is too long or is none",
    [PACKED_LIMIT] = "beyond the limit of members",
    [PACKED_PLACE] = "that are file and folder at once",
    [PACKED_LINK] = "links whose target cannot be read",
    [PACKED_HEADER] = "or more with a damaged header",
};

size_t packed_lost(const struct packed *p, char ret_why[ROOT_LOST_MAX], int *ret_error)
{
    size_t lost = 0;

    *ret_error = p->error;
    snprintf(ret_why, ROOT_LOST_MAX, "%s", p->trouble ? p->trouble : "");
    for (size_t i = 0; i < PACKED_LOSSES; i++) {
        size_t length = strlen(ret_why);
        if (p->lost[i] && losses[i])
            snprintf(ret_why + length, ROOT_LOST_MAX - length, "%s%zu %s",
                     strstr(ret_why, "members left out") ? ", "
                     : length                            ? "; members left out: "
                                                         : "members left out: ",
                     p->lost[i], losses[i]);
        lost += p->lost[i];
    }
    size_t length = strlen(ret_why);
    if (p->unsummed)
        snprintf(ret_why + length, ROOT_LOST_MAX - length,
                 "%slayers not compared with their SHA-256, as they have more than 1 GiB: %zu",
                 length ? "; " : "", p->unsummed);
    return lost;
}

/* References ---------------------------------------------------------------------- */

static void free_packed(struct packed *p)
{
    if (p->fd >= 0)
        close(p->fd);
    for (size_t i = 0; i < p->n_layers; i++)
        packed_unref(p->layers[i]);
    free(p->layers);
    free(p->hard);
    packed_unref(p->outer);
    free(p->path);
    free(p->nodes);
    free(p->slots);
    arena_free(&p->names);
    free(p);
}

struct packed *packed_ref(struct packed *p)
{
    __atomic_add_fetch(&p->references, 1, __ATOMIC_RELAXED);
    return p;
}

void packed_unref(struct packed *p)
{
    if (p && __atomic_sub_fetch(&p->references, 1, __ATOMIC_ACQ_REL) == 0)
        free_packed(p);
}
