/* packages_dpkg.c -- fills an index of packages from dpkg's files.
 *
 * status names the packages, info/<package>[:<architecture>].list their files, .md5sums what the
 * files should be, diversions which of them lie elsewhere. Images without dpkg have status.d. dpkg(1), dpkg-divert(1), deb-md5sums(5).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packages_dpkg.h"

#define INFO       "/var/lib/dpkg/info"
#define DIVERSIONS "/var/lib/dpkg/diversions"

#define STATUS_MAX ((size_t)256 << 20) /* bytes */
#define LIST_MAX   ((size_t)64 << 20)
#define LISTS_MAX  200000 /* files in info/ that are read */

/* Offset of the text, 0 where it is missing, or a negative errno in *r. */
static uint32_t add_slice(struct packages *p, struct slice text, int *r)
{
    int64_t offset = text.size ? packages_add_text(p, text.at, text.size) : 0;

    if (offset < 0)
        *r = (int)offset;
    return offset < 0 ? 0 : (uint32_t)offset;
}

/* status ------------------------------------------------------------------------ */

static int add_package(struct packages *p, const struct dpkg_package *package)
{
    int          r = 0;
    struct owner owner = {
        .name = add_slice(p, package->name, &r),
        .version = add_slice(p, package->version, &r),
        .architecture = add_slice(p, package->architecture, &r),
        .state = add_slice(p, package->state, &r),
        .conffiles = add_slice(p, package->conffiles, &r),
        .n_conffiles = (uint32_t)package->conffiles.size,
        .installed = INT64_MIN,
    };

    return r < 0 ? r : packages_add_owner(p, &owner);
}

static int load_status(struct packages *p)
{
    char               *text;
    size_t              size;
    struct dpkg_package package;
    int                 r = root_read(p->root, DPKG_STATUS, STATUS_MAX, &text, &size);

    if (r < 0)
        return r;
    for (struct slice rest = {text, size}; r == 0 && dpkg_package(&rest, &package);)
        r = add_package(p, &package);
    free(text);
    return r;
}

/* Diversions ----------------------------------------------------------------------- */

struct diversion {
    uint32_t from, to, by;
};

struct loading {
    struct packages  *p;
    struct diversion *diversions; /* sorted by `from`, which is canonical */
    size_t            n_diversions;
    uint32_t         *sorted; /* owners that status names, by name and architecture */
    size_t            n_sorted;
};

static int compare_diversions(const void *a, const void *b, void *data)
{
    const struct packages  *p = data;
    const struct diversion *x = a, *y = b;

    return strcmp(p->text + x->from, p->text + y->from);
}

static int add_diversions(struct loading *l, struct slice rest)
{
    size_t                room = rest.size / 6 + 1; /* three lines have six bytes at least */
    struct dpkg_diversion d;
    int                   r = 0;

    l->diversions = calloc(room, sizeof *l->diversions);
    if (!l->diversions)
        return -ENOMEM;
    while (r == 0 && l->n_diversions < room && dpkg_diversion(&rest, &d))
        l->diversions[l->n_diversions++] = (struct diversion){
            .from = add_slice(l->p, d.from, &r),
            .to = add_slice(l->p, d.to, &r),
            .by = add_slice(l->p, d.by, &r),
        };
    for (size_t i = 0; r == 0 && i < l->n_diversions; i++)
        l->diversions[i].from =
            (uint32_t)(packages_canonical(l->p, l->p->text + l->diversions[i].from) - l->p->text);
    if (r == 0)
        qsort_r(l->diversions, l->n_diversions, sizeof *l->diversions, compare_diversions, l->p);
    return r;
}

static int load_diversions(struct loading *l)
{
    char  *text;
    size_t size;
    int    r = root_read(l->p->root, DIVERSIONS, LIST_MAX, &text, &size);

    if (r == -ENOMEM)
        return r;
    if (r < 0) {
        l->p->dpkg.lost += r != -ENOENT;
        return 0;
    }
    r = add_diversions(l, (struct slice){text, size});
    free(text);
    return r;
}

/* The actual path of the file of this owner that is listed as `path`. */
static uint32_t diverted(const struct loading *l, uint32_t path, const struct owner *owner)
{
    const struct packages *p = l->p;
    size_t                 low = 0, high = l->n_diversions;
    const char            *name = high ? packages_canonical(p, p->text + path) : NULL;

    while (low < high) {
        size_t                  middle = low + (high - low) / 2;
        const struct diversion *d = &l->diversions[middle];
        int                     order = strcmp(p->text + d->from, name);

        if (order == 0)
            return strcmp(p->text + d->by, p->text + owner->name) == 0 ? path : d->to;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return path;
}

/* Lists ----------------------------------------------------------------------------- */

static int compare_names(const struct packages *p, const struct owner *owner, const char *name,
                         const char *architecture)
{
    int order = strcmp(p->text + owner->name, name);

    return order ? order : strcmp(p->text + owner->architecture, architecture);
}

static int compare_owners(const void *a, const void *b, void *data)
{
    const struct packages *p = data;
    const struct owner    *y = &p->owners[*(const uint32_t *)b];

    return compare_names(p, &p->owners[*(const uint32_t *)a], p->text + y->name,
                         p->text + y->architecture);
}

static int sort_owners(struct loading *l)
{
    l->n_sorted = l->p->n_owners;
    l->sorted = calloc(l->n_sorted + 1, sizeof *l->sorted);
    if (!l->sorted)
        return -ENOMEM;
    for (size_t i = 0; i < l->n_sorted; i++)
        l->sorted[i] = (uint32_t)i;
    qsort_r(l->sorted, l->n_sorted, sizeof *l->sorted, compare_owners, l->p);
    return 0;
}

/* The package of that name and, unless it is "", architecture; NULL: status does not have it. */
static struct owner *find_owner(const struct loading *l, const char *name, const char *architecture)
{
    struct packages *p = l->p;
    size_t           low = 0, high = l->n_sorted;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_names(p, &p->owners[l->sorted[middle]], name, architecture) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == l->n_sorted)
        return NULL;
    struct owner *owner = &p->owners[l->sorted[low]];
    if (strcmp(p->text + owner->name, name) != 0 ||
        (*architecture && strcmp(p->text + owner->architecture, architecture) != 0))
        return NULL;
    return owner;
}

/* The owner of info/<file>.list; one that is not in status is added. */
static struct owner *owner_of_list(struct loading *l, const char *file, size_t size)
{
    struct packages *p = l->p;
    int              r = 0;
    uint32_t         list = add_slice(p, (struct slice){file, size}, &r);
    const char      *colon = memchr(file, ':', size);
    size_t           n_name = colon ? (size_t)(colon - file) : size;
    uint32_t         name = add_slice(p, (struct slice){file, n_name}, &r);

    if (r < 0)
        return NULL;
    struct owner *owner = find_owner(l, p->text + name, colon ? p->text + list + n_name + 1 : "");
    if (!owner) {
        if (packages_add_owner(p, &(struct owner){.name = name, .installed = INT64_MIN}) < 0)
            return NULL;
        owner = &p->owners[p->n_owners - 1];
    }
    owner->list = list;
    return owner;
}

/* Add a list's paths: its text goes into the arena whole, and is cut into lines there. */
static int add_paths(struct loading *l, struct owner *owner, struct slice text)
{
    struct packages *p = l->p;
    int64_t          at = packages_add_text(p, text.at, text.size);
    struct slice     line;
    int              r = at < 0 ? (int)at : 0;

    owner->first = (uint32_t)p->n_entries;
    for (struct slice rest = text; r == 0 && slice_line(&rest, &line);) {
        uint32_t path = (uint32_t)(at + (line.at - text.at));

        p->text[path + line.size] = '\0';
        if (line.size == 2 && memcmp(line.at, "/.", 2) == 0)
            p->text[path + 1] = '\0'; /* the root directory */
        if (line.size && line.at[0] == '/')
            r = packages_add_entry(p, (uint32_t)(owner - p->owners), diverted(l, path, owner),
                                   path);
        else
            p->dpkg.lost++;
    }
    owner->last = (uint32_t)p->n_entries;
    return r;
}

static int load_list(struct loading *l, const char *file)
{
    struct packages *p = l->p;
    size_t           size = strlen(file) - strlen(".list"), n_text;
    char             path[ROOT_PATH_MAX], *text;

    snprintf(path, sizeof path, INFO "/%s", file);
    int r = root_read(p->root, path, LIST_MAX, &text, &n_text);
    if (r == -ENOMEM)
        return r;
    if (r < 0) {
        root_gone(p->root, path, r);
        p->dpkg.lost++;
        return 0;
    }
    struct owner *owner = owner_of_list(l, file, size);
    r = owner ? add_paths(l, owner, (struct slice){text, n_text}) : -ENOMEM;
    free(text);
    return r;
}

static int load_lists(struct loading *l)
{
    struct packages  *p = l->p;
    struct root_names names = {0};
    int               r = root_list(p->root, INFO, "*.list", LISTS_MAX, &names);

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    p->dpkg.lost += (int64_t)names.lost + (names.error != 0);
    for (size_t i = 0; r == 0 && i < names.n; i++)
        r = load_list(l, names.names[i]);
    root_names_free(&names);
    return r;
}

/* A folder of packages --------------------------------------------------------------------- */

static bool ends_in(const char *name, const char *end)
{
    size_t size = strlen(name), tail = strlen(end);

    return size > tail && strcmp(name + size - tail, end) == 0;
}

/* The paths of a package are those of which it has digests. */
static int add_summed(struct packages *p, const char *file)
{
    char               path[ROOT_PATH_MAX], *text;
    size_t             size, lost = 0;
    struct dpkg_digest digest;
    struct owner      *owner = &p->owners[p->n_owners - 1];

    snprintf(path, sizeof path, DPKG_STATUS_DIR "/%s.md5sums", file);
    int r = root_read(p->root, path, LIST_MAX, &text, &size);
    if (r < 0) {
        p->dpkg.lost += r != -ENOENT; /* a package without digests of files has no such file */
        return r == -ENOMEM ? r : 0;
    }
    owner->first = (uint32_t)p->n_entries;
    for (struct slice rest = {text, size}; r == 0 && dpkg_md5sum(&rest, &digest, &lost);) {
        int n = snprintf(path, sizeof path, "/%.*s", (int)digest.path.size, digest.path.at);
        if (n >= (int)sizeof path) {
            lost++;
            continue;
        }
        uint32_t at = add_slice(p, (struct slice){path, (size_t)n}, &r);
        if (r == 0)
            r = packages_add_entry(p, (uint32_t)(owner - p->owners), at, at);
    }
    owner->last = (uint32_t)p->n_entries;
    p->dpkg.lost += (int64_t)lost;
    free(text);
    return r;
}

static int load_package(struct packages *p, const char *file)
{
    char                path[ROOT_PATH_MAX], *text;
    size_t              size;
    struct dpkg_package package = {0};

    snprintf(path, sizeof path, DPKG_STATUS_DIR "/%s", file);
    int r = root_read(p->root, path, STATUS_MAX, &text, &size);
    if (r < 0) {
        p->dpkg.lost++;
        return r == -ENOMEM ? r : 0;
    }
    struct slice rest = {text, size};
    bool         found = dpkg_package(&rest, &package);
    if (!package.state.size) /* there are no others here */
        package.state = (struct slice){"installed", sizeof "installed" - 1};
    if (found)
        r = add_package(p, &package);
    if (found && r == 0)
        p->owners[p->n_owners - 1].list = add_slice(p, (struct slice){file, strlen(file)}, &r);
    free(text);
    return r == 0 && found ? add_summed(p, file) : r;
}

/* Images without dpkg, such as distroless ones, have a file for each package. */
static int load_status_dir(struct packages *p)
{
    struct root_names names = {0};
    int               r = root_list(p->root, DPKG_STATUS_DIR, "*", LISTS_MAX, &names);

    if (r < 0)
        return r;
    p->dpkg.location = DPKG_STATUS_DIR;
    p->status_dir = true;
    p->dpkg.lost += (int64_t)names.lost + (names.error != 0);
    for (size_t i = 0; r == 0 && i < names.n; i++)
        if (names.names[i][0] != '.' && !ends_in(names.names[i], ".md5sums"))
            r = load_package(p, names.names[i]);
    root_names_free(&names);
    p->dpkg.packages = (int64_t)p->n_owners;
    return r;
}

int packages_dpkg_load(struct packages *p)
{
    struct loading l = {.p = p};
    int            r = load_status(p);

    if (r == -ENOENT)
        return load_status_dir(p);
    p->dpkg.location = DPKG_STATUS;
    if (r == 0)
        r = load_diversions(&l);
    if (r == 0)
        r = sort_owners(&l);
    if (r == 0)
        r = load_lists(&l);
    p->dpkg.packages = (int64_t)p->n_owners;
    free(l.diversions);
    free(l.sorted);
    return r;
}

/* Digests ------------------------------------------------------------------------------- */

/* The text of md5sums and then of the status file's conffiles, in one piece. */
static int read_digests(struct packages *p, const struct owner *owner, char **ret, size_t *ret_sums)
{
    char   path[ROOT_PATH_MAX], *sums = NULL;
    size_t size = 0;

    snprintf(path, sizeof path, "%s/%s.md5sums", p->status_dir ? DPKG_STATUS_DIR : INFO,
             p->text + (owner->list ? owner->list : owner->name));
    int r = root_read(p->root, path, LIST_MAX, &sums, &size);
    if (r < 0 && r != -ENOENT)
        return r;
    char *text = realloc(sums, size + owner->n_conffiles + 1);
    if (!text) {
        free(sums);
        return -ENOMEM;
    }
    memcpy(text + size, p->text + owner->conffiles, owner->n_conffiles);
    *ret = text;
    *ret_sums = size;
    return 0;
}

/* Both texts are ours, and each slice is followed by a space or '\n', or by the text's last byte.
 */
static char *terminate(struct digests *d, struct slice text)
{
    char *at = d->text + (text.at - d->text);

    at[text.size] = '\0';
    return at;
}

static int add_all(struct digests *d, struct slice rest, bool conffiles)
{
    struct dpkg_digest digest;
    size_t             lost = 0;
    int                r = 0;

    while (r == 0 &&
           (conffiles ? dpkg_conffile(&rest, &digest, &lost) : dpkg_md5sum(&rest, &digest, &lost)))
        r = packages_add_digest(d, terminate(d, digest.path), terminate(d, digest.md5), conffiles);
    return r;
}

int packages_dpkg_digests(struct packages *p, const struct owner *owner, struct digests *ret)
{
    size_t sums;
    int    r = read_digests(p, owner, &ret->text, &sums);

    if (r < 0)
        return r;
    ret->kind = "md5";
    r = add_all(ret, (struct slice){ret->text, sums}, false);
    if (r == 0)
        r = add_all(ret, (struct slice){ret->text + sums, owner->n_conffiles}, true);
    return r;
}
