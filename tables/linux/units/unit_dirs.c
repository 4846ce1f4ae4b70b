/* unit_dirs.c -- the directories in which a service manager searches for units, in order. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "unit_search.h"

#define ENVIRON_MAX (1u << 20) /* bytes of the manager's environment */

/* A directory of systemd from one version to before another. */
struct versioned_dir {
    const char *path;
    int         from, until; /* 0: always */
};

/* "/lib" represents the two names of the vendor's directory, in the order of this system. */
static const struct versioned_dir system_dirs[] = {
    {"/etc/systemd/system.control", 0, 0},
    {"/run/systemd/system.control", 0, 0},
    {"/run/systemd/transient", 0, 0},
    {"/run/systemd/generator.early", 0, 0},
    {"/etc/systemd/system", 0, 0},
    {"/etc/systemd/system.attached", 0, 0},
    {"/run/systemd/system", 0, 0},
    {"/run/systemd/system.attached", 0, 0},
    {"/run/systemd/generator", 0, 0},
    {"/usr/local/lib/systemd/system", 0, 0},
    {"/lib", 0, 0},
    {"/run/systemd/generator.late", 0, 0},
    {NULL, 0, 0},
};

/* The first is not a directory of `systemd-analyze --global`, but of every user. */
static const struct versioned_dir global_dirs[] = {
    {"/etc/xdg/systemd/user", 0, 256}, {"/etc/systemd/user", 0, 0},
    {"/run/systemd/user", 0, 0},       {"/usr/local/share/systemd/user", 0, 0},
    {"/usr/share/systemd/user", 0, 0}, {"/usr/local/lib/systemd/user", 0, 0},
    {"/usr/lib/systemd/user", 0, 0},   {NULL, 0, 0},
};

static const struct versioned_dir user_dirs[] = {
    {"~/.config/systemd/user.control", 0, 0},
    {"$/systemd/user.control", 0, 0},
    {"$/systemd/transient", 0, 0},
    {"$/systemd/generator.early", 0, 0},
    {"~/.config/systemd/user", 0, 0},
    {"~/.config/systemd/user.attached", 260, 0},
    {"/etc/xdg/systemd/user", 0, 256},
    {"/etc/systemd/user", 0, 0},
    {"$/systemd/user", 0, 0},
    {"$/systemd/user.attached", 260, 0},
    {"/run/systemd/user", 0, 0},
    {"$/systemd/generator", 0, 0},
    {"~/.local/share/systemd/user", 0, 0},
    {"/usr/local/share/systemd/user", 0, 0},
    {"/usr/share/systemd/user", 0, 0},
    {"/usr/local/lib/systemd/user", 0, 0},
    {"/usr/lib/systemd/user", 0, 0},
    {"$/systemd/generator.late", 0, 0},
    {NULL, 0, 0},
};

const char *unit_strdup(struct arena *arena, const char *text)
{
    const char *copy = arena_strndup(arena, text, strlen(text));

    return arena->failed ? NULL : copy;
}

const char *unit_join(struct arena *arena, const char *dir, const char *name)
{
    size_t a = strlen(dir), b = strlen(name);
    char  *path = arena_alloc(arena, a + 1 + b + 1);

    if (!path)
        return NULL;
    memcpy(path, dir, a);
    path[a] = '/';
    memcpy(path + a + 1, name, b + 1);
    return path;
}

/* Where a "~/", "$/" or "#/" path is; NULL for no such user, or no memory. */
static const char *expand(struct unit_search *search, const char *path)
{
    const struct unit_manager *manager = &search->manager;
    char                       runtime[64];

    if (path[0] == '/')
        return unit_strdup(&search->memory, path);
    if (path[0] == '~' && manager->home)
        return unit_join(&search->memory, manager->home, path + 2);
    if (path[0] == '$' && manager->runtime)
        return unit_join(&search->memory, manager->runtime, path + 2);
    if (path[0] == '#' && manager->uid >= 0) {
        snprintf(runtime, sizeof runtime, "%lld", (long long)manager->uid);
        return unit_join(&search->memory, path + 1, runtime);
    }
    if (path[0] == '$' && manager->uid >= 0) {
        snprintf(runtime, sizeof runtime, "/run/user/%lld", (long long)manager->uid);
        return unit_join(&search->memory, runtime, path + 2);
    }
    return NULL;
}

int unit_search_add_dir(struct unit_search *search, const char *path,
                        const struct unit_place *place)
{
    const char *full = expand(search, path);
    if (!full)
        return search->memory.failed ? -ENOMEM : 0;

    struct unit_dir *dir = ARRAY_ADD(search->dirs, search->n_dirs);
    if (!dir)
        return -ENOMEM;
    *dir = (struct unit_dir){.path = full,
                             .rank = (int64_t)search->n_dirs - 1,
                             .own = path[0] != '/' || search->manager.scope != UNIT_USER,
                             .place = place};
    return 0;
}

/* Whether a file of at most 1 MiB holds a text; -ENOENT and similar errors where it cannot be read.
 */
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

/* Whether systemd was built with /lib before /usr/lib: where the two differ, and its own
 * description or its package shows it (Debian up to 12). */
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

/* The number after "libsystemd-shared-" in a path: "257" and "257.9-1.fc42" are 257. */
static int take_version(void *arg, const char *path, int error, size_t lost)
{
    static const char before[] = "libsystemd-shared-";
    const char       *name = error ? NULL : strstr(path, before);
    int               version = name ? atoi(name + sizeof before - 1) : 0;

    (void)lost;
    if (version > 0)
        *(int *)arg = version;
    return version > 0;
}

int unit_systemd_version(const struct root *root)
{
    static const char *const patterns[] = {
        "/usr/lib/systemd/libsystemd-shared-*",
        "/usr/lib/*-linux-gnu*/systemd/libsystemd-shared-*",
        "/lib/systemd/libsystemd-shared-*",
    };
    int version = INT_MAX;

    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0] && version == INT_MAX; i++)
        root_glob(root, patterns[i], 1000, take_version, &version);
    return version;
}

int unit_search_add_unit_dirs(struct unit_search *search)
{
    static const struct versioned_dir *const lists[] = {
        [UNIT_SYSTEM] = system_dirs, [UNIT_GLOBAL] = global_dirs, [UNIT_USER] = user_dirs};
    int version = search->manager.version;
    int r = search->manager.scope == UNIT_SYSTEM ? add_environment_dirs(search) : 0;

    for (const struct versioned_dir *dir = lists[search->manager.scope]; r == 0 && dir->path; dir++)
        if (version >= dir->from && (!dir->until || version < dir->until || version == INT_MAX))
            r = strcmp(dir->path, "/lib") == 0 ? add_vendor_dirs(search)
                                               : unit_search_add_dir(search, dir->path, NULL);
    return r;
}
