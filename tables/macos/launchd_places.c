#include "launchd_places.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"

#define NAMES_MAX 100000  /* names taken of one folder */
#define FILES_MAX 1000000 /* files of one root */

static const char daemon_type[] = "daemon", agent_type[] = "agent", login_item[] = "login_item",
                  xpc_service[] = "xpc_service";

/* The volumes that make up a root: the system's, and the data volume that firmlinks join to it. */
static const char *const volumes[] = {"", "/System/Volumes/Data"};

/* Folders that hold LaunchDaemons and LaunchAgents. */
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

/* Folders of applications that may bring jobs of their own. */
static const char *const applications[] = {
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
};

static const char *const frameworks[] = {
    "/System/Library/*Frameworks/*.framework/Versions/*",
    "/Library/*Frameworks/*.framework/Versions/*",
};

/* What each of them may hold: a folder and, where one file of it counts, its name. */
struct part {
    const char *type, *dir, *name;
};

static const struct part library_parts[] = {
    {daemon_type, "/LaunchDaemons", NULL},
    {agent_type, "/LaunchAgents", NULL},
};

static const struct part application_parts[] = {
    {daemon_type, "/Contents/Library/LaunchDaemons", NULL},
    {agent_type, "/Contents/Library/LaunchAgents", NULL},
    {login_item, "/Contents/Library/LoginItems/*.app/Contents", "Info.plist"},
    {xpc_service, "/Contents/XPCServices/*.xpc/Contents", "Info.plist"},
};

static const struct part framework_parts[] = {
    {xpc_service, "/XPCServices/*.xpc/Contents", "Info.plist"},
};

struct finder {
    const struct root      *root;
    const struct tbl_terms *types;
    struct launchd_files    found;
    void                   *seen; /* tsearch() tree of folders */
    const struct part      *part; /* that is searched */
};

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

/* Files ---------------------------------------------------------------------- */

static int add(struct finder *f, const char *dir, const char *name, bool sure, int error)
{
    struct launchd_files *found = &f->found;
    struct launchd_file   file = {.type = f->part->type, .sure = sure, .error = error};

    if (found->n >= FILES_MAX) {
        found->lost++;
        return 0;
    }
    if (asprintf(&file.path, "%s%s%s", dir, *name ? "/" : "", name) < 0)
        return -ENOMEM;
    struct launchd_file *added = ARRAY_ADD(found->files, found->n);
    if (!added) {
        free(file.path);
        return -ENOMEM;
    }
    *added = file;
    return 0;
}

/* Of a folder that the search for folders could not list, or not whole. */
static int note(struct finder *f, const char *dir, int error, size_t lost)
{
    f->found.lost += lost;
    return error ? add(f, dir, "", true, error) : 0;
}

/* Whether a folder exists and was not seen before: 1, 0 or -ENOMEM. One that must not be read
 * at is noted. */
static int is_new(struct finder *f, const char *dir)
{
    struct stat st;

    int r = root_stat(f->root, dir, true, &st);
    if (r < 0)
        return root_denied(r) ? note(f, dir, r, 0) : 0;
    if (!S_ISDIR(st.st_mode))
        return 0;
    struct folder *folder = malloc(sizeof *folder);
    if (!folder)
        return -ENOMEM;
    *folder = (struct folder){st.st_dev, st.st_ino};
    struct folder **at = tsearch(folder, &f->seen, by_folder);
    bool            added = at && *at == folder;
    if (!added)
        free(folder);
    return at ? added : -ENOMEM;
}

/* Take the files of one folder: any, for launchd does not ask for names in the clear. */
static int take_folder(void *arg, const char *dir, int error, size_t lost)
{
    struct finder    *f = arg;
    struct root_names names = {0};

    if (error || lost)
        return note(f, dir, error, lost);
    int r = is_new(f, dir);
    if (r <= 0)
        return r;
    r = root_list(f->root, dir, f->part->name, NAMES_MAX, &names);
    if (r < 0)
        return r == -ENOMEM ? r : note(f, dir, r, 0);
    r = note(f, dir, names.error, names.lost);
    for (size_t i = 0; r == 0 && i < names.n; i++)
        r = add(f, dir, names.names[i], strcasestr(names.names[i], ".plist") != NULL, 0);
    root_names_free(&names);
    return r;
}

/* Look for the parts of one folder. */
static int take_parts(struct finder *f, const char *dir, const struct part *parts, size_t n)
{
    char pattern[ROOT_PATH_MAX];
    int  r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        f->part = &parts[i];
        if (tbl_match_text(f->types, parts[i].type, false) &&
            (size_t)snprintf(pattern, sizeof pattern, "%s%s", dir, parts[i].dir) < sizeof pattern)
            r = root_glob(f->root, pattern, NAMES_MAX, take_folder, f);
    }
    return r;
}

/* A library, application or framework, unless it was read before. */
static int take_whole(struct finder *f, const char *dir, const struct part *parts, size_t n)
{
    int r = is_new(f, dir);

    return r <= 0 ? r : take_parts(f, dir, parts, n);
}

static int take_library(void *arg, const char *dir, int error, size_t lost)
{
    return error || lost ? note(arg, dir, error, lost)
                         : take_whole(arg, dir, library_parts, TBL_COUNT(library_parts));
}

static int take_application(void *arg, const char *dir, int error, size_t lost)
{
    return error || lost ? note(arg, dir, error, lost)
                         : take_whole(arg, dir, application_parts, TBL_COUNT(application_parts));
}

static int take_framework(void *arg, const char *dir, int error, size_t lost)
{
    return error || lost ? note(arg, dir, error, lost)
                         : take_whole(arg, dir, framework_parts, TBL_COUNT(framework_parts));
}

/* Look into every folder that patterns mean, on each volume. */
static int look(struct finder *f, const char *const *patterns, size_t n, root_glob_fn *take)
{
    char pattern[ROOT_PATH_MAX];
    int  r = 0;

    for (size_t v = 0; v < TBL_COUNT(volumes); v++)
        for (size_t i = 0; r == 0 && i < n; i++) {
            snprintf(pattern, sizeof pattern, "%s%s", volumes[v], patterns[i]);
            r = root_glob(f->root, pattern, NAMES_MAX, take, f);
        }
    return r;
}

int launchd_files_find(const struct root *root, const struct tbl_terms *types,
                       struct launchd_files *ret)
{
    static const struct part nothing = {NULL, NULL, NULL};
    struct finder            f = {.root = root, .types = types, .part = &nothing};

    int r = look(&f, libraries, TBL_COUNT(libraries), take_library);
    if (r == 0)
        r = look(&f, applications, TBL_COUNT(applications), take_application);
    if (r == 0)
        r = look(&f, frameworks, TBL_COUNT(frameworks), take_framework);
    while (f.seen) { /* a node begins with its pointer to what it holds */
        void *folder = *(void **)f.seen;
        tdelete(folder, &f.seen, by_folder);
        free(folder);
    }
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

/* Types by path ---------------------------------------------------------- */

const char *launchd_type_of(const char *path)
{
    static const struct {
        const char *part, *type;
    } tells[] = {
        {"/LaunchDaemons/", daemon_type},
        {"/LaunchAgents/", agent_type},
        {"/LoginItems/", login_item},
        {"/XPCServices/", xpc_service},
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
