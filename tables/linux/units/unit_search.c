#include "unit_search.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/text/array.h"
#include "formats/text/input.h"
#include "formats/unit/unit_name.h"
#include "unit_places.h"

void unit_search_free(struct unit_search *search)
{
    if (!search)
        return;
    root_unref(search->as);
    arena_free(&search->memory);
    free(search->aliases);
    free(search->dirs);
    free(search->entries);
    free(search->by_owner);
    free(search);
}

size_t unit_search_size(const struct unit_search *search)
{
    return sizeof *search + search->n_dirs * sizeof *search->dirs +
           search->n * (sizeof *search->entries + sizeof(void *)) + arena_size(&search->memory);
}

/* Reading ------------------------------------------------------------------- */

static int add_entry(struct unit_search *search, const struct unit_entry *entry)
{
    if (!entry->path || !entry->owner)
        return -ENOMEM;
    struct unit_entry *added = ARRAY_ADD(search->entries, search->n);
    if (!added)
        return -ENOMEM;
    *added = *entry;
    return 0;
}

/* A directory that exists and could not be read is an entry with its error. */
static int add_failure(struct unit_search *search, const struct unit_dir *dir, const char *path,
                       int error)
{
    if (error == -ENOENT || error == -ENOTDIR)
        return 0;
    if (error == -ENOMEM)
        return error;
    const char *slash = strrchr(path, '/');
    return add_entry(search, &(struct unit_entry){.dir = dir,
                                                  .path = path,
                                                  .name = slash ? slash + 1 : path,
                                                  .owner = slash ? slash + 1 : path,
                                                  .type = DT_DIR,
                                                  .error = error});
}

/* The same for a directory that was not listed to its end. */
static int add_broken(struct unit_search *search, const struct unit_dir *dir, const char *path,
                      int error)
{
    search->broken++;
    return add_failure(search, dir, path, error == -ENOENT ? -EIO : error);
}

/* The X of "X.d", "X.wants", "X.requires", "X.upholds" where X is a unit or a type; NULL for other
 * names. */
static const char *folder_owner(struct unit_search *search, const char *name,
                                enum unit_where *ret_where)
{
    static const char *const suffixes[] = {".d", ".wants", ".requires", ".upholds"};
    const char              *dot = strrchr(name, '.');
    char                     owner[UNIT_NAME_MAX];

    for (size_t i = 0; dot && i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (strcmp(dot, suffixes[i]) != 0 || (size_t)(dot - name) >= sizeof owner)
            continue;
        memcpy(owner, name, (size_t)(dot - name));
        owner[dot - name] = '\0';
        if (!unit_name_kind(owner) && !unit_type_known(owner))
            return NULL;
        *ret_where = i == 0 ? UNIT_DROP_IN : UNIT_WANTS;
        return unit_strdup(&search->memory, owner);
    }
    return NULL;
}

/* `folder` is an open folder, or negative: of an archive. */
static unsigned char type_of(int folder, const struct dirent *entry)
{
    struct stat st;

    if (entry->d_type != DT_UNKNOWN || folder < 0)
        return entry->d_type;
    if (fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        input_fault(-errno);
        return DT_UNKNOWN;
    }
    return (unsigned char)IFTODT(st.st_mode);
}

/* The text of a link of such a folder. */
static const char *read_link(struct unit_search *search, int folder, const char *path)
{
    char target[ROOT_PATH_MAX];

    if (folder < 0)
        return root_readlink(search->root, path, target) < 0 ? NULL
                                                             : unit_strdup(&search->memory, target);
    ssize_t size = readlinkat(folder, strrchr(path, '/') + 1, target, sizeof target);

    if (size < 0)
        input_fault(-errno);
    if (size < 0 || (size_t)size == sizeof target)
        return NULL;
    target[size] = '\0';
    return unit_strdup(&search->memory, target);
}

static int read_folder(struct unit_search *search, const struct unit_dir *dir, const char *path,
                       const char *owner, enum unit_where where);

/* Whether an entry is a link to a folder, or to a target that cannot be read; with a unit's name it
 * is a unit, whatever its target is. */
static bool leads_to_folder(const struct unit_search *search, const struct unit_entry *entry)
{
    struct stat st;

    if (entry->type != DT_LNK || unit_name_kind(entry->name))
        return false;
    int r = root_stat(search->root, entry->path, true, &st);
    return r < 0 ? r != -ENOENT : S_ISDIR(st.st_mode);
}

/* Whether a file of this name is one of the place; of drop-ins all ".conf", hidden ones too. */
static bool is_of_place(const struct unit_dir *dir, const char *name, bool drop_in)
{
    if (drop_in)
        return fnmatch("*.conf", name, 0) == 0;
    return fnmatch(dir->place->pattern, name, 0) == 0 &&
           (!dir->place->matches || dir->place->matches(name));
}

/* How many folders of the place `path` is below it. */
static unsigned depth_of(const struct unit_dir *dir, const char *path)
{
    unsigned depth = 0;

    for (const char *p = path + strlen(dir->path); *p; p++)
        depth += *p == '/';
    return depth;
}

/* A folder, or a link to one, within a place: 1 once it was read, 0 where it is none. */
static int read_below(struct unit_search *search, const struct unit_entry *entry)
{
    const struct unit_place *place = entry->dir->place;
    bool folder = entry->type == DT_DIR || (place->depth > 1 && leads_to_folder(search, entry));

    size_t size = strlen(entry->name);

    if (!folder)
        return 0;
    if (depth_of(entry->dir, entry->path) > place->depth ||
        (place->passes_over && place->passes_over(entry->path)))
        return 1;
    if (place->depth < 2 || size < 3 || strcmp(entry->name + size - 2, ".d") != 0) {
        int r = read_folder(search, entry->dir, entry->path, NULL, UNIT_WANTS);
        return r < 0 ? r : 1;
    }
    const char *owner = arena_strndup(&search->memory, entry->name, size - 2);
    int         r = search->memory.failed ? -ENOMEM : 0;
    if (r == 0 && place->matches(owner))
        r = read_folder(search, entry->dir, entry->path, owner, UNIT_DROP_IN);
    return r < 0 ? r : 1;
}

/* What to do with one name of a unit directory or place. */
static int read_name(struct unit_search *search, struct unit_entry *entry)
{
    const struct unit_place *place = entry->dir->place;
    bool                     folder = entry->type == DT_DIR;
    enum unit_where          where;

    if (place) {
        int r = read_below(search, entry);
        return r != 0                                        ? (r < 0 ? r : 0)
               : is_of_place(entry->dir, entry->name, false) ? add_entry(search, entry)
                                                             : 0;
    }
    const char *owner =
        folder || leads_to_folder(search, entry) ? folder_owner(search, entry->name, &where) : NULL;
    return owner ? read_folder(search, entry->dir, entry->path, owner, where)
                 : add_entry(search, entry);
}

/* Add the entries of an open directory: where `owner` is NULL as UNIT_TOP, one level down for
 * places.
 */
static int read_stream(struct unit_search *search, const struct unit_dir *dir, const char *path,
                       const char *owner, enum unit_where where, struct root_dir *stream)
{
    struct dirent *d;
    int            r;

    while ((r = root_readdir(stream, &d)) > 0) {
        if (search->n >= UNIT_ENTRIES_MAX) {
            search->lost++;
            continue;
        }
        struct unit_entry entry = {.dir = dir,
                                   .path = unit_join(&search->memory, path, d->d_name),
                                   .where = owner ? where : UNIT_TOP,
                                   .type = type_of(root_dir_fd(stream), d)};
        if (!entry.path)
            return -ENOMEM;
        entry.name = strrchr(entry.path, '/') + 1;
        entry.owner = owner ? owner : entry.name;
        if (entry.type == DT_LNK)
            entry.link = read_link(search, root_dir_fd(stream), entry.path);
        bool below = owner || where != UNIT_TOP; /* folders of folders are not read */
        if (!below)
            r = read_name(search, &entry);
        else if (!dir->place ||
                 ((r = dir->place->depth > 1 && !owner ? read_below(search, &entry) : 0) == 0 &&
                  is_of_place(dir, entry.name, owner != NULL)))
            r = add_entry(search, &entry);
        if (r < 0)
            return r;
    }
    return r < 0 ? add_broken(search, dir, path, r) : 0;
}

/* The folder's drop-ins have the path that it has after all links, as in systemd's DropInPaths. */
static const char *drop_in_path(struct unit_search *search, const char *path)
{
    char resolved[ROOT_PATH_MAX];

    if (root_resolve(search->root, path, resolved) < 0)
        return path;
    return unit_strdup(&search->memory, resolved);
}

static int read_folder(struct unit_search *search, const struct unit_dir *dir, const char *path,
                       const char *owner, enum unit_where where)
{
    struct root_dir *stream;
    int              r = root_open_dir(search->root, path, &stream);

    if (r < 0)
        return add_failure(search, dir, path, r);
    if (where == UNIT_DROP_IN)
        path = drop_in_path(search, path);
    r = path ? read_stream(search, dir, path, owner, where, stream) : -ENOMEM;
    root_closedir(stream);
    return r;
}

static bool same_place(const struct unit_dir *a, const struct unit_dir *b)
{
    return a->device == b->device && a->inode == b->inode &&
           (!a->place || strcmp(a->place->pattern, b->place->pattern) == 0);
}

static int read_dir(struct unit_search *search, struct unit_dir *dir)
{
    struct stat      st;
    struct root_dir *stream;
    int              r = root_open_dir(search->root, dir->path, &stream);

    if (r < 0)
        return add_failure(search, dir, dir->path, r);
    int folder = root_dir_fd(stream);
    if ((folder >= 0 ? fstat(folder, &st) : root_stat(search->root, dir->path, true, &st)) == 0) {
        dir->device = (uint64_t)st.st_dev;
        dir->inode = st.st_ino;
        for (const struct unit_dir *other = search->dirs; other < search->dirs + search->n_dirs;
             other++)
            dir->twin |= other != dir && other->inode && same_place(other, dir);
    } else {
        input_fault(-errno);
    }
    r = dir->twin ? 0 : read_stream(search, dir, dir->path, NULL, UNIT_TOP, stream);
    root_closedir(stream);
    return r;
}

static int by_path(const void *a, const void *b)
{
    const struct unit_entry *x = a, *y = b;
    int                      order = (x->dir->rank > y->dir->rank) - (x->dir->rank < y->dir->rank);

    return order ? order : strcmp(x->path, y->path);
}

static int compare_place(const struct unit_entry *entry, enum unit_where where, const char *owner,
                         const char *name)
{
    int order = (entry->where > where) - (entry->where < where);

    if (!order)
        order = strcmp(entry->owner, owner);
    return order || !name ? order : strcmp(entry->name, name);
}

/* Where in the path of an entry the folder ends in which it is; of a drop-in, in which its X.d is. */
static const char *end_of_folder(const struct unit_entry *entry)
{
    const char *end = entry->name;

    if (entry->where == UNIT_DROP_IN && end > entry->path)
        for (end--; end > entry->path && end[-1] != '/';)
            end--;
    return end;
}

/* A folder's own files come before those of the folders in it. */
static int by_folder(const struct unit_entry *x, const struct unit_entry *y)
{
    const char *i = x->path, *k = y->path;
    const char *i_end = end_of_folder(x), *k_end = end_of_folder(y);

    for (; i < i_end && k < k_end && *i == *k; i++)
        k++;
    return i == i_end || k == k_end ? (i < i_end) - (k < k_end) : strcmp(i, k);
}

static int by_owner(const void *a, const void *b)
{
    const struct unit_entry *x = *(struct unit_entry *const *)a;
    const struct unit_entry *y = *(struct unit_entry *const *)b;
    int                      order = compare_place(x, y->where, y->owner, y->name);

    if (!order)
        order = (x->dir->rank > y->dir->rank) - (x->dir->rank < y->dir->rank);
    return order ? order : by_folder(x, y);
}

static int build_index(struct unit_search *search)
{
    search->by_owner = calloc(search->n + 1, sizeof *search->by_owner);
    if (!search->by_owner)
        return -ENOMEM;
    if (search->n)
        qsort(search->entries, search->n, sizeof *search->entries, by_path);
    for (size_t i = 0; i < search->n; i++)
        search->by_owner[i] = &search->entries[i];
    qsort(search->by_owner, search->n, sizeof *search->by_owner, by_owner);
    return 0;
}

/* Read the directories that are the manager's own, or the others. */
static int read_dirs(struct unit_search *search, bool own)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < search->n_dirs; i++)
        if (search->dirs[i].own == own)
            r = read_dir(search, &search->dirs[i]);
    return r;
}

int unit_search_scan(struct unit_search *search)
{
    int r = read_dirs(search, true);

    if (r == 0 && (search->n || search->shared)) /* matters only to a user who has files */
        r = read_dirs(search, false);
    if (r == 0 && search->memory.failed)
        r = -ENOMEM;
    return r < 0 ? r : build_index(search);
}

int unit_search_new(struct unit_search **ret, const struct root *root,
                    const struct unit_manager *manager)
{
    struct unit_search *search = calloc(1, sizeof *search);
    if (!search)
        return -ENOMEM;
    search->root = root;
    search->manager = *manager;
    if (manager->scope == UNIT_USER && manager->uid > 0) {
        int r = root_as(root, manager->uid, &search->as);
        if (r < 0) {
            unit_search_free(search);
            return r;
        }
        search->root = search->as;
    }
    *ret = search;
    return 0;
}

int unit_search_open(struct unit_search **ret, const struct root *root,
                     const struct unit_manager *manager)
{
    struct unit_search *search = NULL;
    int                 r = unit_search_new(&search, root, manager);
    if (r < 0)
        return r;

    r = unit_search_add_unit_dirs(search);
    if (r == 0)
        r = unit_search_scan(search);
    if (r < 0)
        unit_search_free(search);
    else
        *ret = search;
    return r;
}

bool unit_dir_is_vendor(const struct unit_dir *dir)
{
    static const char *const above[] = {"/usr/lib/", "/lib/", "/usr/share/"};

    for (size_t i = 0; i < sizeof above / sizeof above[0]; i++)
        if (strncmp(dir->path, above[i], strlen(above[i])) == 0)
            return true;
    return false;
}

int unit_search_open_vendor(struct unit_search **ret, const struct root *root,
                            const struct unit_manager *manager)
{
    struct unit_search *search = NULL;
    struct unit_manager vendor = {.scope =
                                      manager->scope == UNIT_SYSTEM ? UNIT_SYSTEM : UNIT_GLOBAL,
                                  .uid = -1,
                                  .version = manager->version};
    size_t              n = 0;
    int                 r = unit_search_new(&search, root, &vendor);

    if (r < 0)
        return r;
    r = unit_search_add_unit_dirs(search);
    for (size_t i = 0; i < search->n_dirs; i++)
        if (unit_dir_is_vendor(&search->dirs[i]))
            search->dirs[n++] = search->dirs[i];
    search->n_dirs = n;
    if (r == 0)
        r = unit_search_scan(search);
    if (r < 0)
        unit_search_free(search);
    else
        *ret = search;
    return r;
}

/* Entries ------------------------------------------------------------------- */

int unit_search_statx(struct unit_search *search, struct unit_entry *entry, struct statx *ret)
{
    if (!entry->status) {
        int           r = root_statx(search->root, entry->path, false, ret);
        struct statx *kept = r < 0 ? NULL : arena_alloc(&search->memory, sizeof *kept);
        if (!kept)
            return r < 0 ? r : -ENOMEM;
        *kept = *ret;
        entry->status = kept;
    }
    *ret = *entry->status;
    return 0;
}

/* Finding ------------------------------------------------------------------- */

/* Index of the first entry that is not before the place, owner and name (NULL: any) or, with
 * `after`, after them. */
static size_t bound(const struct unit_search *search, enum unit_where where, const char *owner,
                    const char *name, bool after)
{
    size_t low = 0, high = search->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int    order = compare_place(search->by_owner[middle], where, owner, name);
        if (order < 0 || (after && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct unit_entry *const *unit_search_range(const struct unit_search *search, enum unit_where where,
                                            const char *owner, size_t *ret_n)
{
    size_t first = bound(search, where, owner, NULL, false);
    size_t end = bound(search, where, owner, NULL, true);

    *ret_n = end - first;
    return end > first ? search->by_owner + first : NULL;
}

struct unit_entry *unit_search_first(const struct unit_search *search, const char *name)
{
    size_t                    n;
    struct unit_entry *const *entries = unit_search_range(search, UNIT_TOP, name, &n);

    for (size_t i = 0; i < n; i++)
        if (entries[i]->type == DT_REG || entries[i]->type == DT_LNK)
            return entries[i];
    return NULL;
}

const struct unit_entry *unit_search_shadow(const struct unit_search *search,
                                            const struct unit_entry  *entry)
{
    size_t i = bound(search, entry->where, entry->owner, entry->name, false);

    for (; search->by_owner[i] != entry; i++) {
        const struct unit_entry *other = search->by_owner[i];
        if (other->type != DT_REG && other->type != DT_LNK)
            continue;
        if (!entry->dir->place)
            return other;
        if (*entry->dir->place->group &&
            strcmp(other->dir->place->kind, entry->dir->place->kind) == 0 &&
            strcmp(other->dir->place->group, entry->dir->place->group) == 0)
            return other;
    }
    return entry;
}
