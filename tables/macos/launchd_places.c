#include "launchd_places.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 100000  /* names taken of one folder */
#define FILES_MAX 1000000 /* files of one root */

static const char daemon_type[] = "daemon", agent_type[] = "agent", login_item[] = "login_item",
                  xpc_service[] = "xpc_service";

/* The volumes that make up a root: the system's, and the data volume that firmlinks join to it. */
static const char *const volumes[] = {"", "/System/Volumes/Data"};

/* Folders all of whose property lists count. Launch* stands for LaunchDaemons and LaunchAgents. */
static const char *const libraries[] = {
    "/System/Library",
    "/Library",
    "/Network/Library",
    "/Apple/System/Library",
    "/System/Cryptexes/*/System/Library",
    "/private/var/root/Library",
    "/var/root/Library",
    "/Users/*/Library",
};

/* Folders of applications and of other bundles that may bring jobs of their own. */
static const char *const bundles[] = {
    "/Applications/*.app",
    "/Applications/*/*.app",
    "/Users/*/Applications/*.app",
    "/System/Applications/*.app",
    "/System/Applications/*/*.app",
    "/System/Library/CoreServices/*.app",
    "/System/Library/CoreServices/*/*.app",
    "/Library/Application Support/*/*.app",
    "/Users/*/Library/Application Support/*/*.app",
    "/usr/local/*/*.app",
    "/opt/*/*.app",
    "/System/Library/*Frameworks/*.framework/Versions/*",
    "/Library/*Frameworks/*.framework/Versions/*",
};

/* What a bundle may hold: the folder and, where one file of it counts, its name. */
static const struct part {
    const char *type, *dir, *name;
} parts[] = {
    {daemon_type, "/Contents/Library/LaunchDaemons",             NULL        },
    {agent_type,  "/Contents/Library/LaunchAgents",              NULL        },
    {login_item,  "/Contents/Library/LoginItems/*.app/Contents", "Info.plist"},
    {xpc_service, "/Contents/XPCServices/*.xpc/Contents",        "Info.plist"},
    {xpc_service, "/XPCServices/*.xpc/Contents",                 "Info.plist"},
};

struct finder {
    const struct root      *root;
    const struct tbl_terms *types;
    struct launchd_files    found;
    void                   *seen; /* tsearch() tree of folders */
    const struct part      *part; /* that is being looked for */
};

/* What to do with each folder that a pattern finds. */
typedef int visitor(struct finder *f, const char *dir);

/* Folders seen --------------------------------------------------------------- */

struct folder {
    dev_t device;
    ino_t inode;
};

static int by_folder(const void *a, const void *b)
{
    const struct folder *x = a, *y = b;

    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return x->inode < y->inode ? -1 : x->inode > y->inode;
}

/* Whether a folder was not seen before: 1, 0 or -ENOMEM. */
static int is_new(struct finder *f, const struct stat *st)
{
    struct folder *folder = malloc(sizeof *folder);

    if (!folder)
        return -ENOMEM;
    *folder = (struct folder){st->st_dev, st->st_ino};
    struct folder **at = tsearch(folder, &f->seen, by_folder);
    bool            added = at && *at == folder;
    if (!added)
        free(folder);
    return at ? added : -ENOMEM;
}

/* Files ---------------------------------------------------------------------- */

static int add(struct finder *f, const char *dir, const char *name, bool sure, int error)
{
    struct launchd_files *found = &f->found;
    struct launchd_file   file = {.type = f->part->type, .sure = sure, .error = error};

    if (found->n >= FILES_MAX) {
        found->lost++;
        return 0;
    }
    if ((found->n & (found->n - 1)) == 0) { /* full at each power of two */
        struct launchd_file *more =
            realloc(found->files, (found->n ? 2 * found->n : 1) * sizeof *more);
        if (!more)
            return -ENOMEM;
        found->files = more;
    }
    if (asprintf(&file.path, "%s%s%s", dir, *name ? "/" : "", name) < 0)
        return -ENOMEM;
    found->files[found->n++] = file;
    return 0;
}

/* Take the files of one folder: any, for launchd does not ask for names in the clear. */
static int take_folder(struct finder *f, const char *dir)
{
    struct root_names names = {0};
    struct stat       st;
    size_t            lost = 0;

    int r = root_stat(f->root, dir, true, &st);
    if (r < 0)
        return root_denied(r) ? add(f, dir, "", true, r) : 0;
    r = S_ISDIR(st.st_mode) ? is_new(f, &st) : 0;
    if (r <= 0)
        return r;
    r = root_list(f->root, dir, f->part->name, NAMES_MAX, &names, &lost);
    if (r < 0)
        return r == -ENOMEM ? r : add(f, dir, "", true, r);
    f->found.lost += lost;
    for (size_t i = 0; r == 0 && i < names.n; i++)
        r = add(f, dir, names.names[i], strcasestr(names.names[i], ".plist") != NULL, 0);
    root_names_free(&names);
    return r;
}

/* Patterns ------------------------------------------------------------------- */

static int expand(struct finder *f, const char *done, const char *pattern, visitor *visit);

/* Go on below each entry of a folder that fits one component of a pattern. */
static int expand_names(struct finder *f, const char *dir, const char *component, const char *rest,
                        visitor *visit)
{
    struct root_names names = {0};
    size_t            lost = 0;
    char              path[ROOT_PATH_MAX];

    int r = root_list(f->root, dir, component, NAMES_MAX, &names, &lost);
    if (r < 0)
        return root_denied(r) ? add(f, dir, "", true, r) : r == -ENOMEM ? r : 0;
    f->found.lost += lost;
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, names.names[i]) < sizeof path)
            r = expand(f, path, rest, visit);
    }
    root_names_free(&names);
    return r;
}

/* Visit every folder that a pattern means: `done` is a path, `pattern` what follows it. */
static int expand(struct finder *f, const char *done, const char *pattern, visitor *visit)
{
    char   dir[ROOT_PATH_MAX], component[NAME_MAX + 1];
    size_t plain = strcspn(pattern, "*");

    bool last = !pattern[plain];

    while (!last && pattern[plain] != '/')
        plain--;
    if ((size_t)snprintf(dir, sizeof dir, "%s%.*s", done, (int)plain, pattern) >= sizeof dir)
        return 0;
    if (last)
        return visit(f, dir);
    const char *name = pattern + plain + 1;
    size_t      size = strcspn(name, "/");
    memcpy(component, name, size);
    component[size] = '\0';
    return expand_names(f, dir, component, name + size, visit);
}

static int visit_bundle(struct finder *f, const char *dir)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < TBL_COUNT(parts); i++) {
        f->part = &parts[i];
        if (tbl_match_text(f->types, parts[i].type, false))
            r = expand(f, dir, parts[i].dir, take_folder);
    }
    return r;
}

static int visit_library(struct finder *f, const char *dir)
{
    static const struct part launch[] = {
        {daemon_type, "/LaunchDaemons", NULL},
        {agent_type,  "/LaunchAgents",  NULL},
    };
    int r = 0;

    for (size_t i = 0; r == 0 && i < TBL_COUNT(launch); i++) {
        f->part = &launch[i];
        if (tbl_match_text(f->types, launch[i].type, false))
            r = expand(f, dir, launch[i].dir, take_folder);
    }
    return r;
}

int launchd_files_find(const struct root *root, const struct tbl_terms *types,
                       struct launchd_files *ret)
{
    static const struct part nothing = {NULL, NULL, NULL};
    struct finder            f = {.root = root, .types = types, .part = &nothing};
    int                      r = 0;

    for (size_t v = 0; r == 0 && v < TBL_COUNT(volumes); v++) {
        for (size_t i = 0; r == 0 && i < TBL_COUNT(libraries); i++)
            r = expand(&f, volumes[v], libraries[i], visit_library);
        for (size_t i = 0; r == 0 && i < TBL_COUNT(bundles); i++)
            r = expand(&f, volumes[v], bundles[i], visit_bundle);
    }
    tdestroy(f.seen, free);
    if (r < 0) {
        launchd_files_free(&f.found);
        return r;
    }
    *ret = f.found;
    return 0;
}

void launchd_files_free(struct launchd_files *files)
{
    for (size_t i = 0; i < files->n; i++)
        free(files->files[i].path);
    free(files->files);
    *files = (struct launchd_files){0};
}

/* What a path tells ---------------------------------------------------------- */

const char *launchd_type_of(const char *path)
{
    static const struct {
        const char *part, *type;
    } tells[] = {
        {"/LaunchDaemons/", daemon_type},
        {"/LaunchAgents/",  agent_type },
        {"/LoginItems/",    login_item },
        {"/XPCServices/",   xpc_service},
    };

    for (size_t i = 0; i < TBL_COUNT(tells); i++)
        if (strcasestr(path, tells[i].part))
            return tells[i].type;
    return NULL;
}

size_t launchd_bundle_of(const char *path)
{
    const char *contents = NULL;

    for (const char *at = path; (at = strcasestr(at, "/Contents/")); at++)
        contents = at;
    return contents ? (size_t)(contents - path) : 0;
}

const char *launchd_user_of(const char *path, size_t *ret_size)
{
    static const char *const homes[] = {"/Users/", "/var/root/"};

    for (size_t i = 0; i < TBL_COUNT(homes); i++) {
        const char *home = strcasestr(path, homes[i]);
        if (!home)
            continue;
        const char *name = i ? home + strlen("/var/") : home + strlen(homes[i]);
        *ret_size = strcspn(name, "/");
        return name;
    }
    return NULL;
}
