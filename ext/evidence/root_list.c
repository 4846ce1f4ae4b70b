/* root_list.c -- the names in folders below a root, and paths by pattern. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/log/expander.h"
#include "formats/text/array.h"
#include "formats/text/input.h"
#include "root.h"
#include "root_names.h"

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int root_names_add(struct root_names *names, const char *name)
{
    char **added = ARRAY_ADD(names->names, names->n);

    if (!added)
        return input_fault(-ENOMEM);
    *added = strdup(name);
    names->n -= !*added; /* a NULL name cannot be sorted */
    return *added ? 0 : input_fault(-ENOMEM);
}

void root_names_sort(struct root_names *names)
{
    if (names->n)
        qsort(names->names, names->n, sizeof *names->names, by_name);
}

/* What is listed of a folder. */
struct wanted {
    const char *pattern; /* NULL: all */
    unsigned    flags;   /* of the root */
    bool        packed;  /* compressed files too */
    size_t      cap;
};

static bool fits(const struct wanted *wanted, const char *name)
{
    int  flags = wanted->flags & ROOT_NOCASE ? FNM_CASEFOLD : 0;
    char plain[ROOT_NAME_MAX + 1];

    if (!wanted->pattern || fnmatch(wanted->pattern, name, flags) == 0)
        return true;
    size_t size = wanted->packed ? uncompressed_name(name) : strlen(name);
    if (!name[size])
        return false;
    snprintf(plain, sizeof plain, "%.*s", (int)size, name);
    return fnmatch(wanted->pattern, plain, flags) == 0;
}

/* Keep a name that fits, or count it where there is no room. */
static int take_name(const struct wanted *wanted, const char *entry, struct root_names *names)
{
    char name[ROOT_NAME_MAX + 1];

    root_name_decode(wanted->flags, entry, name);
    if (!fits(wanted, name))
        return 0;
    if (names->n < wanted->cap && strlen(entry) <= ROOT_NAME_MAX)
        return root_names_add(names, name);
    names->lost++;
    return 0;
}

static int list(const struct root *root, const char *dir, const struct wanted *wanted,
                struct root_names *ret)
{
    struct root_names names = {0};
    struct dirent    *entry;
    struct root_dir  *stream;
    int               r = root_open_dir(root, dir, &stream);

    if (r < 0)
        return r;
    while ((r = root_readdir(stream, &entry)) > 0 &&
           (r = take_name(wanted, entry->d_name, &names)) == 0)
        ;
    root_closedir(stream);
    if (r == -ENOMEM || (r < 0 && !names.n && !names.lost)) {
        root_names_free(&names);
        return r;
    }
    names.error = r;
    root_names_sort(&names);
    *ret = names;
    return 0;
}

int root_list(const struct root *root, const char *dir, const char *pattern, size_t cap,
              struct root_names *ret)
{
    return list(root, dir, &(struct wanted){pattern, root_flags(root), false, cap}, ret);
}

int root_list_packed(const struct root *root, const char *dir, const char *pattern, size_t cap,
                     struct root_names *ret)
{
    return list(root, dir, &(struct wanted){pattern, root_flags(root), true, cap}, ret);
}

int root_gone(const struct root *root, const char *path, int error)
{
    struct stat st;

    if (error != -ENOENT && error != -ENOTDIR)
        return error;
    int r = root_stat(root, path, false, &st);
    return r == -ENOENT || r == -ENOTDIR ? input_fault(-ESTALE) : error;
}

void root_names_free(struct root_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->names[i]);
    free(names->names);
    *names = (struct root_names){0};
}

/* Patterns ------------------------------------------------------------------ */

struct glob {
    const struct root *root;
    size_t             cap;
    root_glob_fn      *each;
    void              *arg;
};

static int glob_below(const struct glob *g, const char *done, const char *pattern);

/* Go on below each entry of a folder that fits one component of a pattern. */
static int glob_names(const struct glob *g, const char *dir, const char *component,
                      const char *rest)
{
    struct root_names names = {0};
    char              path[ROOT_PATH_MAX];

    int r = root_list(g->root, *dir ? dir : "/", component, g->cap, &names);
    if (r < 0)
        return r == -ENOENT || r == -ENOTDIR ? 0 : r == -ENOMEM ? r : g->each(g->arg, dir, r, 0);
    if (names.lost || names.error)
        r = g->each(g->arg, dir, names.error, names.lost);
    for (size_t i = 0; r == 0 && i < names.n; i++)
        if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, names.names[i]) < sizeof path)
            r = glob_below(g, path, rest);
    root_names_free(&names);
    return r;
}

/* Report every path that fits a pattern: `done` is a path, `pattern` the part after it. */
static int glob_below(const struct glob *g, const char *done, const char *pattern)
{
    char   dir[ROOT_PATH_MAX], component[ROOT_NAME_MAX + 1];
    size_t plain = strcspn(pattern, "*");
    bool   last = !pattern[plain];

    while (!last && plain && pattern[plain] != '/')
        plain--;
    if ((size_t)snprintf(dir, sizeof dir, "%s%.*s", done, (int)plain, pattern) >= sizeof dir)
        return 0;
    if (last)
        return g->each(g->arg, dir, 0, 0);
    const char *name = pattern + plain + 1;
    size_t      size = strcspn(name, "/");
    if (size > ROOT_NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(component, name, size);
    component[size] = '\0';
    return glob_names(g, dir, component, name + size);
}

int root_glob(const struct root *root, const char *pattern, size_t cap, root_glob_fn *each,
              void *arg)
{
    return glob_below(&(struct glob){root, cap, each, arg}, "", pattern);
}
