#include "unit_program.h"

#include <errno.h>
#include <sha2.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/text/input.h"

#define LINKS_MAX  40          /* as the kernel */
#define DIGEST_MAX (64u << 20) /* bytes of a file for a digest */
#define HEAD       512         /* bytes that decide between text and data */

struct walk {
    const struct root      *root;
    const struct unit_view *view;
    char seen[ROOT_PATH_MAX]; /* so far, as the program sees it; "" for its root */
    char host[ROOT_PATH_MAX]; /* the same, as a path of the host */
    char rest[ROOT_PATH_MAX];
    const struct unit_bind *bind;    /* the last one met since the root; NULL: none */
    bool                    absent;  /* a component is absent: the rest is not searched */
    bool                    outside; /* of the root directory, through /proc */
    int                     links;
};

static bool append(char path[ROOT_PATH_MAX], const char *name, size_t size)
{
    size_t length = strlen(path);

    if (length + 1 + size >= ROOT_PATH_MAX)
        return false;
    path[length] = '/';
    memcpy(path + length + 1, name, size);
    path[length + 1 + size] = '\0';
    return true;
}

/* Begin again at the root that the program sees, or with `outside` at the host's. */
static void to_root(struct walk *w)
{
    *w->seen = *w->host = '\0';
    w->bind = NULL;
    if (w->view->directory && !w->outside)
        snprintf(w->host, sizeof w->host, "%s", w->view->directory);
}

/* The last bind mount at exactly this path; NULL: none. */
static const struct unit_bind *bind_at(const struct walk *w, const char *path)
{
    for (size_t i = w->outside ? 0 : w->view->n_binds; i-- > 0;)
        if (strcmp(w->view->binds[i].target, path) == 0)
            return &w->view->binds[i];
    return NULL;
}

/* Whether a bind mount is over the path so far; from there on, the host's path is its source's. */
static bool enter_bind(struct walk *w)
{
    const struct unit_bind *bind = bind_at(w, w->seen);

    if (!bind)
        return false;
    w->bind = bind;
    snprintf(w->host, sizeof w->host, "%s", bind->source);
    return true;
}

/* Whether a path is that of a process's root: /proc/self/root, /proc/1/root. */
static bool is_proc_root(const char *path)
{
    static const char proc[] = "/proc/";
    size_t            size;

    if (strncmp(path, proc, sizeof proc - 1) != 0)
        return false;
    path += sizeof proc - 1;
    size = strspn(path, "0123456789");
    if (!size && strncmp(path, "thread-self", 11) == 0)
        size = 11;
    if (!size && strncmp(path, "self", 4) == 0)
        size = 4;
    return size && strcmp(path + size, "/root") == 0;
}

/* Put a link's text before the part that is still to be walked. */
static bool follow(struct walk *w, const char *target)
{
    char rest[2 * ROOT_PATH_MAX];

    if (++w->links > LINKS_MAX ||
        snprintf(rest, sizeof rest, "%s/%s", target, w->rest) >= ROOT_PATH_MAX)
        return false;
    strcpy(w->rest, rest);
    return true;
}

/* Walk again to a path as the program sees it, which has no links. */
static void walk_again(struct walk *w, const char *path)
{
    to_root(w);
    for (size_t size; *(path += strspn(path, "/")); path += size) {
        size = strcspn(path, "/");
        append(w->seen, path, size);
        if (!enter_bind(w))
            append(w->host, path, size);
    }
}

static bool go_up(struct walk *w)
{
    char  above[ROOT_PATH_MAX];
    char *slash = strrchr(w->seen, '/');

    if (!slash)
        return true;
    bool bound = bind_at(w, w->seen) != NULL;
    *slash = '\0';
    if (!bound) {
        *strrchr(w->host, '/') = '\0';
        return true;
    }
    strcpy(above, w->seen);
    walk_again(w, above);
    return ++w->links <= LINKS_MAX; /* as much work as a link */
}

/* Walk one component. */
static bool step(struct walk *w, const char *name, size_t size)
{
    char   target[ROOT_PATH_MAX];
    size_t seen = strlen(w->seen), host = strlen(w->host);

    if (size == 1 && *name == '.')
        return true;
    if (size == 2 && memcmp(name, "..", 2) == 0) {
        return go_up(w);
    }
    if (!append(w->seen, name, size) || !append(w->host, name, size))
        return false;
    if (enter_bind(w)) {
        w->absent = false;
        return true;
    }
    if (is_proc_root(w->seen)) {
        w->outside |= strncmp(w->seen, "/proc/1/", 8) == 0;
        w->absent = false;
        to_root(w);
        return ++w->links <= LINKS_MAX;
    }
    if (w->absent)
        return true;
    int r = root_readlink(w->root, w->host, target);
    if (r < 0) {
        w->absent = r == -ENOENT || r == -ENOTDIR;
        return true;
    }
    if (*target == '/') {
        to_root(w);
    } else {
        w->seen[seen] = w->host[host] = '\0';
    }
    return follow(w, target);
}

static bool resolve(const struct root *root, const struct unit_view *view, const char *path,
                    char ret[ROOT_PATH_MAX], const struct unit_bind **ret_bind)
{
    struct walk w = {.root = root, .view = view};
    int         size = *path == '/'
                           ? snprintf(w.rest, sizeof w.rest, "%s", path)
                           : snprintf(w.rest, sizeof w.rest, "%s/%s", view->working_directory, path);

    if (size < 0 || (size_t)size >= sizeof w.rest)
        return false;
    to_root(&w);
    for (char name[ROOT_PATH_MAX];;) {
        size_t skip = strspn(w.rest, "/"), part = strcspn(w.rest + skip, "/");
        if (!part)
            break;
        memcpy(name, w.rest + skip, part);
        memmove(w.rest, w.rest + skip + part, strlen(w.rest + skip + part) + 1);
        if (!step(&w, name, part))
            return false;
    }
    strcpy(ret, *w.host ? w.host : "/");
    *ret_bind = w.bind;
    return true;
}

/* The resolved path of a folder, which is remembered; NULL: it is absent, or too long. */
static const char *folder_of(const struct root *root, const struct unit_view *view,
                             const char *path, size_t size)
{
    struct unit_folders    *folders = view->folders;
    const struct unit_bind *bind;
    char                    folder[UNIT_FOLDER_SIZE], resolved[ROOT_PATH_MAX];
    struct stat             st;

    if (size >= sizeof folder || strstr(path, "/.") || strstr(path, "//"))
        return NULL;
    memcpy(folder, path, size);
    folder[size] = '\0';
    for (size_t i = 0; i < UNIT_FOLDERS; i++)
        if (strcmp(folders->folders[i].path, folder) == 0)
            return folders->folders[i].resolved;
    if (!resolve(root, view, folder, resolved, &bind) || strlen(resolved) >= UNIT_FOLDER_SIZE ||
        root_stat(root, resolved, false, &st) < 0 || !S_ISDIR(st.st_mode))
        return NULL;
    size_t slot = folders->next++ % UNIT_FOLDERS;
    strcpy(folders->folders[slot].path, folder);
    strcpy(folders->folders[slot].resolved, resolved);
    return folders->folders[slot].resolved;
}

bool unit_program_resolve(const struct root *root, const struct unit_view *view, const char *path,
                          char ret[ROOT_PATH_MAX])
{
    const char             *slash = strrchr(path, '/'), *folder = NULL;
    char                    found[2 * ROOT_PATH_MAX], target[ROOT_PATH_MAX];
    const struct unit_bind *bind;

    if (view->folders && !view->directory && !view->n_binds && *path == '/' && slash > path &&
        slash[1])
        folder = folder_of(root, view, path, (size_t)(slash - path));
    if (!folder)
        return resolve(root, view, path, ret, &bind);
    int size = snprintf(found, sizeof found, "%s%s", strcmp(folder, "/") == 0 ? "" : folder, slash);
    if (size >= ROOT_PATH_MAX || root_readlink(root, found, target) == 0)
        return resolve(root, view, path, ret, &bind);
    strcpy(ret, found);
    return true;
}

const struct unit_bind *unit_view_bind(const struct root *root, const struct unit_view *view,
                                       const char *path)
{
    char                    host[ROOT_PATH_MAX];
    const struct unit_bind *bind = NULL;

    if (view->n_binds && resolve(root, view, path, host, &bind))
        return bind;
    return NULL;
}

/* Files ----------------------------------------------------------------------- */

static bool is_text(const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (((unsigned char)data[i] < ' ' && !strchr("\t\n\r\f\v\b\033", data[i])) || !data[i])
            return false;
    return size > 0;
}

bool unit_program_digest(const struct root *root, const char *path, char ret[UNIT_DIGEST_SIZE])
{
    uint8_t  block[16384];
    SHA2_CTX sha;
    ssize_t  n;
    size_t   size = 0;
    int      fd = root_open_file(root, path);

    if (fd < 0)
        return false;
    SHA256Init(&sha);
    while ((n = input_read(fd, block, sizeof block)) > 0 && (size += (size_t)n) <= DIGEST_MAX)
        SHA256Update(&sha, block, (size_t)n);
    close(fd);
    return n == 0 && SHA256End(&sha, ret);
}

enum unit_program_kind unit_program_kind(const struct root *root, const char *path)
{
    char    head[HEAD];
    ssize_t n;
    int     fd = root_open_file(root, path);

    if (fd < 0)
        return fd == -ENOENT || fd == -ENOTDIR ? UNIT_PROGRAM_MISSING
               : root_denied(fd)               ? UNIT_PROGRAM_UNREAD
                                               : UNIT_PROGRAM_OTHER;
    n = read(fd, head, sizeof head);
    close(fd);
    if (n < 0)
        return UNIT_PROGRAM_UNREAD;
    if (n >= 4 && memcmp(head, "\177ELF", 4) == 0)
        return UNIT_PROGRAM_ELF;
    if (n >= 2 && memcmp(head, "#!", 2) == 0)
        return UNIT_PROGRAM_SCRIPT;
    return is_text(head, (size_t)n) ? UNIT_PROGRAM_TEXT : UNIT_PROGRAM_OTHER;
}

const char *unit_program_kind_name(enum unit_program_kind kind)
{
    static const char *const names[] = {
        [UNIT_PROGRAM_MISSING] = "missing", [UNIT_PROGRAM_ELF] = "elf",
        [UNIT_PROGRAM_SCRIPT] = "script",   [UNIT_PROGRAM_TEXT] = "text",
        [UNIT_PROGRAM_OTHER] = "other",     [UNIT_PROGRAM_UNREAD] = "unreadable",
    };

    return names[kind];
}
