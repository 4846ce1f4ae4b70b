#include "packages.h"

#include <errno.h>
#include <fcntl.h>
#include <md5.h>
#include <sha1.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "evidence.h"
#include "evidence/root_names.h"
#include "formats/package/cksum.h"
#include "formats/text/array.h"
#include "formats/text/input.h"
#include "host.h"
#include "packages_dpkg.h"
#include "packages_index.h"
#include "packages_receipts.h"
#include "packages_rpm.h"

SQLITE_EXTENSION_INIT3

#define INDEXES_MAX 4                /* roots whose index is kept at a time */
#define FILE_MAX    ((off_t)1 << 30) /* bytes of a file whose digest is computed */

/* Loading ----------------------------------------------------------------------- */

static void digests_free(struct digests *d)
{
    free(d->text);
    free(d->list);
    *d = (struct digests){0};
}

static void free_index(struct packages *p)
{
    for (size_t i = 0; i < DIGESTS_KEPT; i++)
        digests_free(&p->digests[i]);
    free(p->judged);
    free(p->verdicts);
    free(p->checksums);
    sqlite_file_close(&p->rpm_db);
    rpm_store_close(&p->rpm_store);
    root_unmap(&p->rpm_map);
    free(p->slots);
    free(p->entries);
    free(p->owners);
    free(p->text);
    root_unref(p->root);
    free(p);
}

/* Read the database of either tool; after an error, earlier records stay. */
static int load_both(struct packages *p)
{
    int dpkg = packages_dpkg_load(p);
    int rpm = dpkg == -ENOMEM ? dpkg : packages_rpm_load(p);

    p->dpkg.error = dpkg == -ENOENT ? 0 : dpkg;
    p->rpm.error = rpm == -ENOENT ? 0 : rpm;
    if (dpkg == -ENOMEM || rpm == -ENOMEM)
        return -ENOMEM;
    if (dpkg == 0 || rpm == 0 || p->n_owners)
        return 0;
    return dpkg == -ENOENT ? rpm : dpkg;
}

/* The same of macOS. */
static int load_receipts(struct packages *p)
{
    int r = packages_receipts_load(p);

    p->receipts.error = r == -ENOENT ? 0 : r;
    return r == -ENOMEM || !p->n_owners ? r : 0;
}

static int load(struct root *root, struct packages **ret)
{
    struct packages *p = calloc(1, sizeof *p);

    if (!p)
        return -ENOMEM;
    p->refs = 1;
    p->root = root_ref(root);
    if (host_random(&p->seed, sizeof p->seed) < 0)
        p->seed = (uint64_t)(uintptr_t)p;
    p->seed |= 1;
    p->merged = packages_merged(root);
    int r = root_flags(root) & ROOT_MACOS ? load_receipts(p) : load_both(p);
    if (r == 0)
        r = packages_fill_slots(p);
    if (r == 0)
        *ret = p;
    else
        free_index(p);
    return r;
}

/* The connection's indexes -------------------------------------------------------- */

static const char *const stamped[] = {
    "/", DPKG_STATUS, DPKG_STATUS_DIR, PACKAGES_RPM_DBS, PACKAGES_RPM_STORES, PACKAGES_RECEIPTS};

enum { STAMPED = sizeof stamped / sizeof stamped[0] };

/* Identifies one state of one root's databases. */
struct stamp {
    struct {
        dev_t           device;
        ino_t           inode;
        off_t           size;
        struct timespec modified;
    } files[STAMPED];
};

struct kept {
    struct packages *packages;
    struct stamp     stamp;
    uint64_t         statement; /* that read this stamp, and when: CLOCK_MONOTONIC, seconds */
    time_t           seen;
};

struct cache {
    struct kept kept[INDEXES_MAX]; /* the one used last comes first */
};

static void take_stamp(const struct root *root, struct stamp *ret)
{
    memset(ret, 0, sizeof *ret);
    for (size_t i = 0; i < STAMPED; i++) {
        struct stat st;

        if (root_stat(root, stamped[i], true, &st) < 0)
            continue;
        ret->files[i].device = st.st_dev;
        ret->files[i].inode = st.st_ino;
        if (i == 0) /* the root itself only identifies the root */
            continue;
        ret->files[i].size = st.st_size;
        ret->files[i].modified = st.st_mtim;
    }
}

static void cache_free(void *data)
{
    struct cache *cache = data;

    for (size_t i = 0; i < INDEXES_MAX; i++)
        packages_unref(cache->kept[i].packages);
    free(cache);
}

static struct cache *cache_of(struct svcql *svcql)
{
    static const char key;
    struct cache     *cache = svcql_kept(svcql, &key);

    if (cache)
        return cache;
    cache = calloc(1, sizeof *cache);
    if (!cache || svcql_keep(svcql, &key, cache, cache_free) != SQLITE_OK)
        return NULL;
    return cache;
}

/* Move an index to the front; the last one makes room for a new one. */
static void keep_first(struct cache *cache, size_t i, struct kept kept)
{
    memmove(cache->kept + 1, cache->kept, i * sizeof kept);
    cache->kept[0] = kept;
}

/* The index that this statement used a moment ago is current: a statement may call this for each
 * row. */
static bool just_seen(const struct kept *kept, const struct root *root, const struct kept *now)
{
    return kept->packages && strcmp(root_path(kept->packages->root), root_path(root)) == 0 &&
           kept->statement == now->statement && now->seen - kept->seen <= 1;
}

static bool is_same(const struct kept *kept, const struct kept *now)
{
    return kept->packages && memcmp(&kept->stamp, &now->stamp, sizeof now->stamp) == 0;
}

static int give(struct packages *packages, const struct kept *now, struct packages **ret)
{
    packages->refs++;
    packages->statement = now->statement;
    packages->seen = now->seen;
    *ret = packages;
    return 0;
}

int packages_get(struct svcql *svcql, struct root *root, struct packages **ret)
{
    struct cache   *cache = cache_of(svcql);
    struct timespec now = {0};

    if (!cache)
        return -ENOMEM;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct kept kept = {.statement = svcql_statement(svcql), .seen = now.tv_sec};
    if (just_seen(&cache->kept[0], root, &kept))
        return give(cache->kept[0].packages, &kept, ret);
    take_stamp(root, &kept.stamp);
    for (size_t i = 0; i < INDEXES_MAX; i++) {
        if (!is_same(&cache->kept[i], &kept))
            continue;
        kept.packages = cache->kept[i].packages;
        root_ref(root); /* the one that scans have open now, for just_seen() */
        root_unref(kept.packages->root);
        kept.packages->root = root;
        keep_first(cache, i, kept);
        return give(kept.packages, &kept, ret);
    }
    int r = load(root, &kept.packages);
    if (r < 0)
        return r;
    packages_unref(cache->kept[INDEXES_MAX - 1].packages);
    keep_first(cache, INDEXES_MAX - 1, kept);
    return give(kept.packages, &kept, ret);
}

void packages_unref(struct packages *packages)
{
    if (packages && --packages->refs == 0)
        free_index(packages);
}

/* Looking up ------------------------------------------------------------------------ */

size_t packages_count(const struct packages *packages)
{
    return packages->n_owners;
}

void packages_package(const struct packages *packages, size_t i, struct package *ret)
{
    static const char *const tools[] = {"dpkg", "rpm", "installer"};
    const struct owner      *owner = &packages->owners[i];

    *ret = (struct package){
        .name = packages_text(packages, owner->name),
        .version = packages_text(packages, owner->version),
        .architecture = packages_text(packages, owner->architecture),
        .state = owner->tool == TOOL_DPKG ? packages_text(packages, owner->state) : "installed",
        .tool = tools[owner->tool],
        .installer = packages_text(packages, owner->installer),
        .installed = owner->installed,
        .first = owner->first,
        .last = owner->last,
    };
}

void packages_file(const struct packages *packages, size_t i, struct package_file *ret)
{
    const struct entry *entry = &packages->entries[i];

    *ret = (struct package_file){
        .path = packages->text + entry->path,
        .listed = packages->text + entry->listed,
        .package = entry->owner,
    };
}

static size_t find_spelled(const struct packages *packages, const char *path)
{
    uint32_t at = packages_slot(packages, path)->entry;

    return at ? at - 1 : SIZE_MAX;
}

size_t packages_find(const struct packages *packages, const char *path)
{
    size_t      found = find_spelled(packages, path);
    const char *base = strrchr(path, '/');
    char        dir[ROOT_PATH_MAX], real[2 * ROOT_PATH_MAX];

    if (found != SIZE_MAX || !base || base == path || (size_t)(base - path) >= sizeof dir ||
        strlen(base) >= ROOT_PATH_MAX)
        return found;
    memcpy(dir, path, (size_t)(base - path));
    dir[base - path] = '\0';
    if (root_resolve(packages->root, dir, real) < 0 || strcmp(dir, real) == 0)
        return SIZE_MAX;
    strcat(real, base);
    return find_spelled(packages, real);
}

size_t packages_find_next(const struct packages *packages, size_t i)
{
    uint32_t same = packages->entries[i].same;

    return same ? same - 1 : SIZE_MAX;
}

/* Of several packages that list a path, one that is installed. */
static size_t find_installed(const struct packages *packages, const char *path)
{
    size_t first = packages ? packages_find(packages, path) : SIZE_MAX;

    for (size_t i = first; i != SIZE_MAX; i = packages_find_next(packages, i)) {
        const struct owner *owner = &packages->owners[packages->entries[i].owner];
        const char         *state = packages_text(packages, owner->state);

        if (owner->tool != TOOL_DPKG || (state && strcmp(state, "installed") == 0))
            return i;
    }
    return first;
}

const char *packages_owner(const struct packages *packages, const char *path)
{
    size_t i = find_installed(packages, path);

    if (i == SIZE_MAX)
        return NULL;
    return packages_text(packages, packages->owners[packages->entries[i].owner].name);
}

/* Digests ----------------------------------------------------------------------------- */

static int compare_digests(const void *a, const void *b)
{
    const struct digest *x = a, *y = b;
    int                  order = strcmp(x->path, y->path);

    return order ? order : y->conffile - x->conffile;
}

/* The package's digests, which are moved to the front. */
static int load_digests(struct packages *packages, size_t i)
{
    struct digests     *all = packages->digests, found = {0};
    const struct owner *owner = &packages->owners[i];
    size_t              at = 0;
    int                 r = 0;

    while (at < DIGESTS_KEPT - 1 && all[at].owner != i + 1)
        at++;
    if (all[at].owner == i + 1) {
        found = all[at];
    } else {
        r = owner->tool == TOOL_RPM ? packages_rpm_digests(packages, owner, &found)
                                    : packages_dpkg_digests(packages, owner, &found);
        if (r < 0) {
            digests_free(&found);
            return r;
        }
        if (found.n)
            qsort(found.list, found.n, sizeof *found.list, compare_digests);
        found.owner = i + 1;
        digests_free(&all[at]);
    }
    memmove(all + 1, all, at * sizeof *all);
    all[0] = found;
    return 0;
}

static const struct digest *find_digest(const struct digests *d, const char *path)
{
    size_t low = 0, high = d->n;

    while (low < high) { /* the first that is not less: a conffile comes first */
        size_t middle = low + (high - low) / 2;

        if (strcmp(d->list[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < d->n && strcmp(d->list[low].path, path) == 0 ? &d->list[low] : NULL;
}

int packages_digest(struct packages *packages, size_t i, struct package_digest *ret)
{
    const struct entry *entry = &packages->entries[i];
    struct digests     *d = &packages->digests[0];
    const char         *listed = packages->text + entry->listed;

    if (i < packages->n_checksums) {
        snprintf(d->hex, sizeof d->hex, "%08x", packages->checksums[i].value);
        *ret = (struct package_digest){.kind = "cksum", .hex = d->hex};
        return packages->checksums[i].known ? 0 : -ENODATA;
    }
    int r = load_digests(packages, entry->owner);
    if (r < 0)
        return r == -ENOENT ? -ENODATA : r;
    const struct digest *found = find_digest(d, listed + (listed[0] == '/'));
    if (!found || !d->kind)
        return -ENODATA;
    size_t n = 0;
    for (; n < sizeof d->hex - 1 && found->hex[n]; n++)
        d->hex[n] = (char)(found->hex[n] | ('A' <= found->hex[n] && found->hex[n] <= 'Z') << 5);
    d->hex[n] = '\0';
    *ret = (struct package_digest){.kind = d->kind, .hex = d->hex, .conffile = found->conffile};
    return 0;
}

#define UNPACK_SECONDS 60 /* between a package's first file and its list */

/* libmd's own readers, by the names from packages_digest(). */
static const struct {
    const char *kind;
    char *(*file)(const char *path, char *ret_hex);
} algorithms[] = {
    {"md5", MD5File},       {"sha1", SHA1File},     {"sha256", SHA256File},
    {"sha384", SHA384File}, {"sha512", SHA512File},
};

static int cksum_of(int fd, char ret_hex[static 129])
{
    struct cksum sum;
    uint8_t      data[16384];
    ssize_t      n;

    cksum_begin(&sum);
    while ((n = input_read(fd, data, sizeof data)) > 0)
        cksum_put(&sum, data, (size_t)n);
    snprintf(ret_hex, 129, "%08x", cksum_end(&sum));
    return n < 0 ? input_fault((int)n) : 0;
}

/* Read an open file; for libmd through its name in /proc. */
static int digest_of(int fd, const char *kind, char ret_hex[static 129])
{
    struct stat st;
    char        name[32];

    if (fstat(fd, &st) < 0)
        return input_fault(-errno);
    if (st.st_size > FILE_MAX)
        return -EFBIG;
    if (strcmp(kind, "cksum") == 0)
        return cksum_of(fd, ret_hex);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
        if (strcmp(algorithms[i].kind, kind) == 0)
            return algorithms[i].file(name, ret_hex) ? 0 : -errno;
    return -ENODATA;
}

/* Verdicts: a file whose inode has not changed since it was read is not read again. One changed
 * within the last two seconds is read, as the next change might have the same time. */
static struct verdict verdict_of(const struct packages *packages, const struct stat *st,
                                 int altered)
{
    return (struct verdict){st->st_dev,  st->st_ino, st->st_size,         st->st_mtim,
                            st->st_ctim, altered,    packages->statement, packages->seen};
}

/* What this statement found of entry `i` a moment ago: its scans ask for the same files. NULL: nothing. */
static const struct verdict *verdict_seen(const struct packages *packages, size_t i)
{
    if (!packages->judged || !packages->judged[i])
        return NULL;
    const struct verdict *kept = &packages->verdicts[packages->judged[i] - 1];

    return kept->statement == packages->statement && packages->seen - kept->seen <= 1 ? kept : NULL;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* The verdict on entry `i`, where the file is unchanged; NULL: it must be read. */
static const struct verdict *verdict_kept(struct packages *packages, size_t i,
                                          const struct stat *st)
{
    if (!packages->judged || !packages->judged[i])
        return NULL;
    struct verdict *kept = &packages->verdicts[packages->judged[i] - 1];
    bool            same = kept->device == st->st_dev && kept->inode == st->st_ino &&
                kept->size == st->st_size && same_time(&kept->modified, &st->st_mtim) &&
                same_time(&kept->changed, &st->st_ctim);

    if (same) {
        kept->statement = packages->statement;
        kept->seen = packages->seen;
    }
    return same ? kept : NULL;
}

static void keep_verdict(struct packages *packages, size_t i, const struct stat *st, int altered)
{
    if (st->st_ctim.tv_sec + 2 > time(NULL))
        return;
    if (!packages->judged)
        packages->judged = calloc(packages->n_entries, sizeof *packages->judged);
    if (!packages->judged)
        return; /* it is read again */
    if (packages->judged[i]) {
        packages->verdicts[packages->judged[i] - 1] = verdict_of(packages, st, altered);
        return;
    }
    struct verdict *added = ARRAY_ADD(packages->verdicts, packages->n_verdicts);
    if (!added)
        return;
    *added = verdict_of(packages, st, altered);
    packages->judged[i] = (uint32_t)packages->n_verdicts;
}

/* Read an open file of entry `i`. */
static int judge(struct packages *packages, size_t i, int fd, const struct stat *st)
{
    struct package_digest digest;
    char                  hex[129] = "";
    int                   r = packages_digest(packages, i, &digest);

    if (r == 0)
        r = digest_of(fd, digest.kind, hex);
    if (r < 0)
        return r;
    r = strcmp(hex, digest.hex) != 0;
    keep_verdict(packages, i, st, r);
    return r;
}

int packages_file_altered(struct packages *packages, size_t i)
{
    const struct verdict *seen = verdict_seen(packages, i);
    struct package_digest digest;
    struct stat           st;

    if (seen)
        return seen->altered;
    int fd = root_open_stat(packages->root, packages->text + packages->entries[i].path, &st);

    if (fd < 0) {
        int r = packages_digest(packages, i, &digest);
        return r < 0 ? r : fd == -ENOENT || fd == -EINVAL ? -ENODATA : fd;
    }
    const struct verdict *kept = verdict_kept(packages, i, &st);
    int                   r = kept ? kept->altered : judge(packages, i, fd, &st);
    close(fd);
    return r;
}

/* When the package was unpacked: the time of dpkg's list of files, or what rpm and a receipt say. */
static int unpacked(const struct packages *packages, const struct owner *owner, int64_t *ret)
{
    char        path[512];
    struct stat st;

    if (owner->tool != TOOL_DPKG) {
        *ret = owner->installed;
        return owner->installed == INT64_MIN ? -ENODATA : 0;
    }
    snprintf(path, sizeof path, "/var/lib/dpkg/info/%s.list", packages_text(packages, owner->list));
    int r = root_stat(packages->root, path, true, &st);
    if (r == 0)
        *ret = st.st_ctim.tv_sec;
    return r;
}

int packages_file_replaced(struct packages *packages, size_t i)
{
    const struct entry *entry = &packages->entries[i];
    struct stat         st;
    int64_t             then = 0;
    int                 r = root_stat(packages->root, packages->text + entry->path, true, &st);

    if (r == 0 && st.st_size > PACKAGES_SMALL &&
        unpacked(packages, &packages->owners[entry->owner], &then) == 0 &&
        st.st_ctim.tv_sec <= then + UNPACK_SECONDS)
        return 0;
    return packages_file_altered(packages, i);
}

int packages_file_present(const struct packages *packages, size_t i)
{
    struct stat st;
    int r = root_stat(packages->root, packages->text + packages->entries[i].path, false, &st);

    return r == 0 ? 1 : r == -ENOENT || r == -ENOTDIR ? 0 : r;
}

int packages_altered(struct packages *packages, const char *path)
{
    size_t i = find_installed(packages, path);

    return i == SIZE_MAX ? -ENODATA : packages_file_altered(packages, i);
}

struct packages_sources packages_sources(const struct packages *packages)
{
    return (struct packages_sources){packages->dpkg, packages->rpm, packages->receipts};
}
