/* unit_links.c -- targets of the links in unit directories, and the file that a name is loaded
 * from. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "formats/unit/unit_name.h"
#include "unit_search.h"

#define FOLLOW_MAX 8 /* aliases of aliases, as systemd */

bool unit_search_holds(const struct unit_search *search, const char *path)
{
    for (size_t i = 0; i < search->n_dirs; i++) {
        size_t size = strlen(search->dirs[i].path);
        if (strncmp(path, search->dirs[i].path, size) == 0 && path[size] == '/')
            return true;
    }
    return false;
}

static bool dot_or_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Add a component to a path that has no links, following it where it is a link; a missing part
 * stays as it is written. */
static void descend(const struct root *root, char path[ROOT_PATH_MAX], const char *part,
                    size_t size)
{
    char next[2 * ROOT_PATH_MAX], resolved[ROOT_PATH_MAX];

    if (size == 1 && *part == '.')
        return;
    if (size == 2 && memcmp(part, "..", 2) == 0) {
        char *slash = strrchr(path, '/');
        if (slash)
            *slash = '\0';
        return;
    }
    snprintf(next, sizeof next, "%s/%.*s", path, (int)size, part);
    if (root_resolve(root, next, resolved) == 0)
        strcpy(path, strcmp(resolved, "/") == 0 ? "" : resolved);
    else
        snprintf(path, ROOT_PATH_MAX, "%.*s", ROOT_PATH_MAX - 1, next);
}

/* A directory after all links, as far as it is present; "" for the root. */
static void resolve_far(const struct root *root, const char *dir, char ret[ROOT_PATH_MAX])
{
    if (root_resolve(root, *dir ? dir : "/", ret) == 0) {
        if (strcmp(ret, "/") == 0)
            *ret = '\0';
        return;
    }
    *ret = '\0';
    for (size_t size; *(dir += strspn(dir, "/")); dir += size) {
        size = strcspn(dir, "/");
        descend(root, ret, dir, size);
    }
}

/* The same, kept for the next call, as many entries are in one directory. NULL: no memory. */
static const char *resolve_dir(struct unit_search *search, const char *dir)
{
    char resolved[ROOT_PATH_MAX];

    if (search->parent && strcmp(search->parent, dir) == 0)
        return search->parent_resolved;
    resolve_far(search->root, dir, resolved);
    search->parent = unit_strdup(&search->memory, dir);
    search->parent_resolved = unit_strdup(&search->memory, resolved);
    if (!search->parent_resolved)
        search->parent = NULL;
    return search->parent_resolved;
}

const char *unit_search_target(struct unit_search *search, struct unit_entry *entry)
{
    char path[2 * ROOT_PATH_MAX];

    if (entry->targeted || !entry->link)
        return entry->target;
    entry->targeted = true;
    int size = entry->link[0] == '/'
                   ? snprintf(path, sizeof path, "%s", entry->link)
                   : snprintf(path, sizeof path, "%.*s/%s", (int)(entry->name - 1 - entry->path),
                              entry->path, entry->link);
    while (size > 1 && path[size - 1] == '/')
        path[--size] = '\0';
    char *slash = strrchr(path, '/');
    if (size < 0 || size >= ROOT_PATH_MAX || !slash)
        return NULL;
    if (dot_or_dots(slash + 1)) {
        const char *dir = resolve_dir(search, path);
        return entry->target = dir && !*dir ? "/" : dir;
    }
    *slash = '\0';
    const char *dir = resolve_dir(search, path);
    return entry->target = dir ? unit_join(&search->memory, dir, slash + 1) : NULL;
}

bool unit_search_resolve(struct unit_search *search, const struct unit_entry *entry,
                         char ret[ROOT_PATH_MAX])
{
    char dir[ROOT_PATH_MAX];

    if (entry->type == DT_LNK || entry->error)
        return root_resolve(search->root, entry->path, ret) == 0;
    snprintf(dir, sizeof dir, "%.*s", (int)(entry->name - 1 - entry->path), entry->path);
    const char *resolved = resolve_dir(search, dir);
    int         size = resolved ? snprintf(ret, ROOT_PATH_MAX, "%s/%s", resolved, entry->name) : -1;
    return size >= 0 && size < ROOT_PATH_MAX;
}

bool unit_is_mask(const struct root *root, const char *path)
{
    char        link[ROOT_PATH_MAX];
    struct stat st;

    if (strcmp(path, "/dev/null") == 0)
        return true;
    if (root_stat(root, path, true, &st) < 0)
        return root_readlink(root, path, link) == 0 && strcmp(link, "/dev/null") == 0;
    return S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode) || (S_ISREG(st.st_mode) && st.st_size == 0);
}

bool unit_search_is_mask(struct unit_search *search, struct unit_entry *entry)
{
    struct statx st;

    if (entry->mask == UNIT_MASK_UNKNOWN) {
        bool file = entry->type == DT_REG && unit_search_statx(search, entry, &st) == 0 &&
                    S_ISREG(st.stx_mode);
        bool mask = file ? st.stx_size == 0 : unit_is_mask(search->root, entry->path);
        entry->mask = mask ? UNIT_MASK : UNIT_NO_MASK;
    }
    return entry->mask == UNIT_MASK;
}

/* The entry of a name that systemd loads: links within the search path must be valid aliases;
 * *ret_alias is then the name that they lead to, else NULL. */
static struct unit_entry *loadable(struct unit_search *search, const char *name,
                                   const char **ret_alias)
{
    size_t                    n;
    struct unit_entry *const *entries = unit_search_range(search, UNIT_TOP, name, &n);

    *ret_alias = NULL;
    for (size_t i = 0; i < n; i++) {
        struct unit_entry *entry = entries[i];
        if (entry->type == DT_REG)
            return entry;
        const char *target = entry->type == DT_LNK ? unit_search_target(search, entry) : NULL;
        if (!target)
            continue;
        if (!unit_search_holds(search, target))
            return entry;
        const char *alias = strrchr(target, '/') + 1;
        if (!unit_alias_valid(name, alias))
            continue;
        *ret_alias = alias;
        return entry;
    }
    return NULL;
}

struct unit_entry *unit_search_fragment(struct unit_search *search, const char *name)
{
    char template[UNIT_NAME_MAX];
    const char *alias;

    for (int hops = 0; hops < FOLLOW_MAX; hops++) {
        struct unit_entry *entry = loadable(search, name, &alias);
        if (entry && !alias)
            return entry;
        if (!entry && unit_name_kind(name) == UNIT_NAME_INSTANCE &&
            unit_name_template(name, template))
            entry = loadable(search, template, &alias);
        if (!entry || !alias)
            return entry;
        name = alias;
    }
    return NULL;
}
