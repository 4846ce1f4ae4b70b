#include "unit_search.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit_name.h"
#include "unit_places.h"

#define FOLLOW_MAX  8 /* aliases of aliases, as systemd */
#define ENVIRON_MAX (1u << 20)

void unit_search_free(struct unit_search *search)
{
    if (!search)
        return;
    unit_memory_free(&search->memory);
    free(search->aliases);
    free(search->dirs);
    free(search->entries);
    free(search->by_owner);
    free(search);
}

/* Directories --------------------------------------------------------------- */

/* "/lib" stands for the two names of the vendor's directory, in the order of this system. */
static const char *const system_dirs[] = {
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/run/systemd/transient",
    "/run/systemd/generator.early",
    "/etc/systemd/system",
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/system.attached",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/lib",
    "/run/systemd/generator.late",
    NULL,
};

static const char *const global_dirs[] = {
    "/etc/xdg/systemd/user",   "/etc/systemd/user",
    "/run/systemd/user",       "/usr/local/share/systemd/user",
    "/usr/share/systemd/user", "/usr/local/lib/systemd/user",
    "/usr/lib/systemd/user",   NULL,
};

static const char *const user_dirs[] = {
    "~/.config/systemd/user.control",
    "$/systemd/user.control",
    "$/systemd/transient",
    "$/systemd/generator.early",
    "~/.config/systemd/user",
    "/etc/xdg/systemd/user",
    "/etc/systemd/user",
    "$/systemd/user",
    "/run/systemd/user",
    "$/systemd/generator",
    "~/.local/share/systemd/user",
    "/usr/local/share/systemd/user",
    "/usr/share/systemd/user",
    "/usr/local/lib/systemd/user",
    "/usr/lib/systemd/user",
    "$/systemd/generator.late",
    NULL,
};

/* Where a "~/" or "$/" path lies; NULL for no such user or no memory (errno ENOMEM). */
static char *expand(struct unit_search *search, const char *path)
{
    const struct unit_manager *manager = &search->manager;
    char                       runtime[64];

    errno = 0;
    if (path[0] == '/')
        return unit_memory_strdup(&search->memory, path);
    if (path[0] == '~' && manager->home)
        return unit_memory_join(&search->memory, manager->home, path + 2);
    if (path[0] == '$' && manager->uid >= 0) {
        snprintf(runtime, sizeof runtime, "/run/user/%lld", (long long)manager->uid);
        return unit_memory_join(&search->memory, runtime, path + 2);
    }
    return NULL;
}

int unit_search_add_dir(struct unit_search *search, const char *path,
                        const struct unit_place *place)
{
    char *full = expand(search, path);
    if (!full)
        return errno == ENOMEM ? -ENOMEM : 0;

    struct unit_dir *more = realloc(search->dirs, (search->n_dirs + 1) * sizeof *more);
    if (!more)
        return -ENOMEM;
    search->dirs = more;
    search->dirs[search->n_dirs] =
        (struct unit_dir){.path = full,
                          .rank = (int64_t)search->n_dirs,
                          .own = path[0] != '/' || search->manager.scope != UNIT_USER,
                          .place = place};
    search->n_dirs++;
    return 0;
}

/* Whether a file of at most 1 MiB holds a text; -ENOENT and the like where it cannot be read. */
static int holds_text(const struct root *root, const char *path, const char *text)
{
    char  *data;
    size_t size;
    int    r = root_read(root, path, 1u << 20, &data, &size);

    if (r < 0)
        return r;
    r = strstr(data, text) != NULL;
    free(data);
    return r;
}

/* Whether systemd was built with /lib before /usr/lib: where the two differ, or where its own
 * description or the package that it came in says so (Debian up to 12). */
static bool lib_comes_first(const struct root *root)
{
    char target[ROOT_PATH_MAX];

    if (root_readlink(root, "/lib", target) < 0)
        return true;
    int r = holds_text(root, "/usr/share/pkgconfig/systemd.pc", "\nroot_prefix=\n");
    if (r < 0)
        r = holds_text(root, "/var/lib/dpkg/info/systemd.list", "\n/lib/systemd/system\n");
    return r > 0;
}

static int add_vendor_dirs(struct unit_search *search)
{
    static const char *const names[] = {"/lib/systemd/system", "/usr/lib/systemd/system"};
    bool                     lib_first = lib_comes_first(search->root);

    int r = unit_search_add_dir(search, names[!lib_first], NULL);
    return r < 0 ? r : unit_search_add_dir(search, names[lib_first], NULL);
}

/* What SYSTEMD_UNIT_PATH of the running system manager puts first. */
static int add_environment_dirs(struct unit_search *search)
{
    static const char name[] = "SYSTEMD_UNIT_PATH=";
    char             *data, *save;
    size_t            size;
    int               r = 0;

    if (root_read(search->root, "/proc/1/environ", ENVIRON_MAX, &data, &size) < 0)
        return 0;
    for (char *p = data; p < data + size; p += strlen(p) + 1) {
        if (strncmp(p, name, sizeof name - 1) != 0)
            continue;
        char *dir = strtok_r(p + sizeof name - 1, ":", &save);
        for (; r == 0 && dir; dir = strtok_r(NULL, ":", &save))
            r = dir[0] == '/' ? unit_search_add_dir(search, dir, NULL) : 0;
        break;
    }
    free(data);
    return r;
}

static int add_unit_dirs(struct unit_search *search)
{
    static const char *const *const lists[] = {
        [UNIT_SYSTEM] = system_dirs, [UNIT_GLOBAL] = global_dirs, [UNIT_USER] = user_dirs};
    int r = search->manager.scope == UNIT_SYSTEM ? add_environment_dirs(search) : 0;

    for (const char *const *dir = lists[search->manager.scope]; r == 0 && *dir; dir++)
        r = strcmp(*dir, "/lib") == 0 ? add_vendor_dirs(search)
                                      : unit_search_add_dir(search, *dir, NULL);
    return r;
}

/* Reading ------------------------------------------------------------------- */

static int add_entry(struct unit_search *search, const struct unit_entry *entry)
{
    if (search->n >= UNIT_ENTRIES_MAX) {
        search->lost++;
        return 0;
    }
    if (!entry->path || !entry->owner)
        return -ENOMEM;
    if ((search->n & (search->n - 1)) == 0) {
        struct unit_entry *more =
            realloc(search->entries, (search->n ? 2 * search->n : 1) * sizeof *more);
        if (!more)
            return -ENOMEM;
        search->entries = more;
    }
    search->entries[search->n++] = *entry;
    return 0;
}

/* A directory that is there and could not be read stands in the list with its error. */
static int add_failure(struct unit_search *search, const struct unit_dir *dir, const char *path,
                       int error)
{
    if (error == -ENOENT || error == -ENOTDIR)
        return 0;
    const char *slash = strrchr(path, '/');
    return add_entry(search, &(struct unit_entry){.dir = dir,
                                                  .path = path,
                                                  .name = slash ? slash + 1 : path,
                                                  .owner = slash ? slash + 1 : path,
                                                  .type = DT_DIR,
                                                  .error = error});
}

/* The X of "X.d", "X.wants", "X.requires", "X.upholds" where X is a unit or a type; NULL for other
 * names. */
static char *folder_owner(struct unit_search *search, const char *name, enum unit_where *ret_where)
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
        return unit_memory_strdup(&search->memory, owner);
    }
    return NULL;
}

static unsigned char type_of(int dir, const struct dirent *entry)
{
    struct stat st;

    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type;
    if (fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return DT_UNKNOWN;
    return (unsigned char)IFTODT(st.st_mode);
}

static const char *read_link(struct unit_search *search, int dir, const char *name)
{
    char    target[ROOT_PATH_MAX];
    ssize_t size = readlinkat(dir, name, target, sizeof target);

    if (size < 0 || (size_t)size == sizeof target)
        return NULL;
    target[size] = '\0';
    return unit_memory_strdup(&search->memory, target);
}

static bool dot_or_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int read_folder(struct unit_search *search, const struct unit_dir *dir, const char *path,
                       const char *owner, enum unit_where where);

/* What to do with one name of a unit directory or place. */
static int read_name(struct unit_search *search, struct unit_entry *entry)
{
    const struct unit_place *place = entry->dir->place;
    bool                     folder = entry->type == DT_DIR;
    enum unit_where          where;

    if (place && folder)
        return place->deep ? read_folder(search, entry->dir, entry->path, NULL, UNIT_WANTS) : 0;
    if (place)
        return fnmatch(place->pattern, entry->name, 0) == 0 ? add_entry(search, entry) : 0;
    if (folder || (entry->type == DT_LNK && !unit_name_kind(entry->name))) {
        char *owner = folder_owner(search, entry->name, &where);
        if (owner)
            return read_folder(search, entry->dir, entry->path, owner, where);
    }
    return add_entry(search, entry);
}

/* Add what an open directory holds: where `owner` is NULL as UNIT_TOP, one level down for places.
 */
static int read_stream(struct unit_search *search, const struct unit_dir *dir, const char *path,
                       const char *owner, enum unit_where where, DIR *stream)
{
    int r = 0;

    for (struct dirent *d; r == 0 && (d = readdir(stream));) {
        if (dot_or_dots(d->d_name))
            continue;
        struct unit_entry entry = {.dir = dir,
                                   .path = unit_memory_join(&search->memory, path, d->d_name),
                                   .where = owner ? where : UNIT_TOP,
                                   .type = type_of(dirfd(stream), d)};
        if (!entry.path)
            return -ENOMEM;
        entry.name = strrchr(entry.path, '/') + 1;
        entry.owner = owner ? owner : entry.name;
        if (entry.type == DT_LNK)
            entry.link = read_link(search, dirfd(stream), d->d_name);
        bool below = owner || where != UNIT_TOP; /* folders of folders are not looked into */
        if (!below)
            r = read_name(search, &entry);
        else if (!dir->place || fnmatch(dir->place->pattern, entry.name, 0) == 0)
            r = add_entry(search, &entry);
    }
    return r;
}

/* The folder's drop-ins go by the path that it has after all links, as in systemd's DropInPaths. */
static const char *drop_in_path(struct unit_search *search, const char *path)
{
    char resolved[ROOT_PATH_MAX];

    if (root_resolve(search->root, path, resolved) < 0)
        return path;
    return unit_memory_strdup(&search->memory, resolved);
}

static int read_folder(struct unit_search *search, const struct unit_dir *dir, const char *path,
                       const char *owner, enum unit_where where)
{
    DIR *stream;
    int  r = root_open_dir(search->root, path, &stream);

    if (r < 0)
        return add_failure(search, dir, path, r);
    if (where == UNIT_DROP_IN)
        path = drop_in_path(search, path);
    r = path ? read_stream(search, dir, path, owner, where, stream) : -ENOMEM;
    closedir(stream);
    return r;
}

static bool same_place(const struct unit_dir *a, const struct unit_dir *b)
{
    return a->device == b->device && a->inode == b->inode &&
           (!a->place || strcmp(a->place->pattern, b->place->pattern) == 0);
}

static int read_dir(struct unit_search *search, struct unit_dir *dir)
{
    struct stat st;
    DIR        *stream;
    int         r = root_open_dir(search->root, dir->path, &stream);

    if (r < 0)
        return add_failure(search, dir, dir->path, r);
    if (fstat(dirfd(stream), &st) == 0) {
        dir->device = st.st_dev;
        dir->inode = st.st_ino;
        for (const struct unit_dir *other = search->dirs; other < search->dirs + search->n_dirs;
             other++)
            dir->twin |= other != dir && other->inode && same_place(other, dir);
    }
    r = dir->twin ? 0 : read_stream(search, dir, dir->path, NULL, UNIT_TOP, stream);
    closedir(stream);
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

static int by_owner(const void *a, const void *b)
{
    const struct unit_entry *x = *(struct unit_entry *const *)a;
    const struct unit_entry *y = *(struct unit_entry *const *)b;
    int                      order = compare_place(x, y->where, y->owner, y->name);

    if (!order)
        order = (x->dir->rank > y->dir->rank) - (x->dir->rank < y->dir->rank);
    return order ? order : strcmp(x->path, y->path);
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

    if (r == 0 && search->n) /* what all users share matters only to one who has something */
        r = read_dirs(search, false);
    return r < 0 ? r : build_index(search);
}

int unit_search_open(struct unit_search **ret, const struct root *root,
                     const struct unit_manager *manager)
{
    struct unit_search *search = calloc(1, sizeof *search);
    if (!search)
        return -ENOMEM;
    search->root = root;
    search->manager = *manager;

    int r = add_unit_dirs(search);
    if (r == 0)
        r = unit_search_scan(search);
    if (r < 0)
        unit_search_free(search);
    else
        *ret = search;
    return r;
}

/* Finding ------------------------------------------------------------------- */

/* Index of the first entry that is not before the place, owner and name (NULL: any) or, with
 * `after`, behind them. */
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

bool unit_search_holds(const struct unit_search *search, const char *path)
{
    for (size_t i = 0; i < search->n_dirs; i++) {
        size_t size = strlen(search->dirs[i].path);
        if (strncmp(path, search->dirs[i].path, size) == 0 && path[size] == '/')
            return true;
    }
    return false;
}

/* Links --------------------------------------------------------------------- */

/* Add a component to a path that has no links, following it where it is one; what is not there
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

/* A directory after all links, as far as it is there; "" for the root. */
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

/* The same, remembered, as many entries lie in one directory. NULL: no memory. */
static const char *resolve_dir(struct unit_search *search, const char *dir)
{
    char resolved[ROOT_PATH_MAX];

    if (search->parent && strcmp(search->parent, dir) == 0)
        return search->parent_resolved;
    resolve_far(search->root, dir, resolved);
    search->parent = unit_memory_strdup(&search->memory, dir);
    search->parent_resolved = unit_memory_strdup(&search->memory, resolved);
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
    return entry->target = dir ? unit_memory_join(&search->memory, dir, slash + 1) : NULL;
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
