#include "path_walk.h"

#include <errno.h>
#include <string.h>

#include "sqlite3ext.h"

SQLITE_EXTENSION_INIT3

bool path_walk_is_pattern(const char *text, bool glob)
{
    return strpbrk(text, glob ? "*?[" : "%") != NULL;
}

static bool is_all(const struct path_walk *walk, size_t part)
{
    return part + 1 == walk->n_parts && strcmp(walk->parts[part], walk->glob ? "**" : "%%") == 0;
}

void path_walk_begin(struct path_walk *walk, const char *pattern)
{
    char *save = NULL;

    walk->n_parts = walk->n_folders = 0;
    walk->begun = false;
    walk->left = PATH_WALK_NAMES;
    walk->path[0] = '\0';
    if (strlen(pattern) >= sizeof walk->pattern)
        return;
    strcpy(walk->pattern, pattern);
    for (char *part = strtok_r(walk->pattern, "/", &save); part;
         part = strtok_r(NULL, "/", &save)) {
        if (walk->n_parts == PATH_WALK_PARTS) {
            walk->n_parts = 0;
            return;
        }
        walk->parts[walk->n_parts++] = part;
    }
}

bool path_walk_listed(const struct path_walk *walk)
{
    return walk->n_parts && path_walk_is_pattern(walk->parts[walk->n_parts - 1], walk->glob);
}

void path_walk_end(struct path_walk *walk)
{
    while (walk->n_folders > 0)
        root_names_free(&walk->folders[--walk->n_folders].names);
}

static bool append(struct path_walk *walk, const char *name)
{
    size_t size = strlen(walk->path);

    if (size + 1 + strlen(name) >= sizeof walk->path)
        return false;
    walk->path[size] = '/';
    strcpy(walk->path + size + 1, name);
    return true;
}

/* Begin to list the folder at hand. 0, or what lost() returned; what is no folder has no names. */
static int enter(struct path_walk *walk, size_t part)
{
    struct path_folder *folder = &walk->folders[walk->n_folders];
    const char         *path = *walk->path ? walk->path : "/";

    *folder = (struct path_folder){.size = strlen(walk->path), .part = part};
    int error = root_list(walk->root, path, NULL, walk->left, &folder->names);
    if (error == -ENOENT || error == -ENOTDIR)
        return 0;
    if (error < 0)
        return walk->lost(walk->arg, path, error, 0);
    walk->n_folders++;
    walk->left -= folder->names.n < walk->left ? folder->names.n : walk->left;
    if (folder->names.error || folder->names.lost)
        return walk->lost(walk->arg, path, folder->names.error, folder->names.lost);
    return 0;
}

/* Follow the names of a pattern from `part` on: 1 at its end, 0 where a folder is to be listed. */
static int descend(struct path_walk *walk, size_t part)
{
    for (; part < walk->n_parts; part++) {
        if (path_walk_is_pattern(walk->parts[part], walk->glob))
            return enter(walk, part);
        if (!append(walk, walk->parts[part]))
            return 0;
    }
    return 1;
}

static bool fits(const struct path_walk *walk, size_t part, const char *name)
{
    const char *pattern = walk->parts[part];

    if (is_all(walk, part))
        return true;
    return walk->glob ? sqlite3_strglob(pattern, name) == 0
                      : sqlite3_strlike(pattern, name, 0) == 0;
}

/* Below %% a folder that is no link is entered in turn. */
static int enter_below(struct path_walk *walk, size_t part)
{
    struct stat st;

    if (walk->n_folders == PATH_WALK_PARTS)
        return walk->lost(walk->arg, walk->path, -ELOOP, 0);
    if (root_stat(walk->root, walk->path, false, &st) < 0 || !S_ISDIR(st.st_mode))
        return 0;
    return enter(walk, part);
}

static int next_name(struct path_walk *walk)
{
    struct path_folder *folder = &walk->folders[walk->n_folders - 1];
    size_t              part = folder->part;

    walk->path[folder->size] = '\0';
    if (folder->next == folder->names.n) {
        root_names_free(&folder->names);
        walk->n_folders--;
        return 0;
    }
    const char *name = folder->names.names[folder->next++];
    if (!fits(walk, part, name) || !append(walk, name))
        return 0;
    if (!is_all(walk, part))
        return descend(walk, part + 1);
    int r = enter_below(walk, part);
    return r ? r : 1;
}

int path_walk_next(struct path_walk *walk)
{
    int r = 0;

    if (!walk->begun && walk->n_parts) {
        walk->begun = true;
        r = descend(walk, 0);
    }
    while (r == 0 && walk->n_folders > 0)
        r = next_name(walk);
    return r;
}
