/* packages_rpm.c -- fills an index of packages from rpm's database.
 *
 * It is a table Packages(hnum, blob) of SQLite, or a store of rpm_store.h; each holds one header
 * for each package.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/package/rpm_header.h"
#include "formats/text/buffer.h"
#include "packages_rpm.h"

SQLITE_EXTENSION_INIT3

static const char *const databases[] = {PACKAGES_RPM_DBS};
static const char *const stores[] = {PACKAGES_RPM_STORES};
static const char *const tables[] = {"Packages", NULL};

#define STORE_MAX    ((size_t)1 << 30) /* bytes of a database */
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static uint32_t add_string(struct packages *p, const char *text, int *r)
{
    int64_t offset = text && *text ? packages_add_text(p, text, strlen(text)) : 0;

    if (offset < 0)
        *r = (int)offset;
    return offset < 0 ? 0 : (uint32_t)offset;
}

/* [epoch:]version-release */
static uint32_t add_version(struct packages *p, const struct rpm_header *header, int *r)
{
    struct buffer text = {0};
    const char   *version = rpm_string(header, RPM_VERSION);
    const char   *release = rpm_string(header, RPM_RELEASE);
    uint32_t      epoch, offset = 0;

    if (rpm_int(header, RPM_EPOCH, 0, &epoch) && epoch)
        buffer_printf(&text, "%u:", epoch);
    buffer_puts(&text, version ? version : "");
    if (release)
        buffer_printf(&text, "-%s", release);
    if (buffer_text(&text))
        offset = add_string(p, text.data, r);
    else
        *r = -ENOMEM;
    buffer_free(&text);
    return offset;
}

static int add_files(struct packages *p, const struct rpm_header *header, struct owner *owner)
{
    struct rpm_files files;
    struct rpm_file  file;
    struct buffer    path = {0};
    int              r = rpm_files_begin(header, &files);

    if (r < 0)
        return r;
    while (r == 0 && rpm_files_next(&files, &file)) {
        buffer_reset(&path);
        buffer_puts(&path, file.dir);
        buffer_puts(&path, file.base);
        uint32_t at = buffer_text(&path) ? add_string(p, path.data, &r) : 0;

        if (r == 0 && at && p->text[at] == '/')
            r = packages_add_entry(p, (uint32_t)p->n_owners, at, at);
        else
            p->rpm.lost++;
    }
    p->rpm.lost += files.lost;
    owner->last = (uint32_t)p->n_entries;
    rpm_files_end(&files);
    buffer_free(&path);
    return r;
}

static int add_header(struct packages *p, int64_t key, const struct rpm_header *header)
{
    uint32_t     installed;
    int          r = 0;
    struct owner owner = {
        .tool = TOOL_RPM,
        .name = add_string(p, rpm_string(header, RPM_NAME), &r),
        .version = add_version(p, header, &r),
        .architecture = add_string(p, rpm_string(header, RPM_ARCH), &r),
        .installed = rpm_int(header, RPM_INSTALL_TIME, 0, &installed) ? installed : INT64_MIN,
        .header = key,
        .first = (uint32_t)p->n_entries,
    };

    if (r == 0)
        r = add_files(p, header, &owner);
    return r < 0 ? r : packages_add_owner(p, &owner);
}

static int add_blob(struct packages *p, int64_t key, const void *blob, size_t size)
{
    struct rpm_header header;

    if (!key || !blob || rpm_header_parse(blob, size, &header) < 0 ||
        !rpm_string(&header, RPM_NAME)) {
        p->rpm.lost++;
        return 0;
    }
    p->rpm.lost += !rpm_header_intact(&header);
    p->rpm.packages++;
    return add_header(p, key, &header);
}

/* Pages that several headers share can make a small file endless: an ordinary one returns no more
 * bytes than it has. */
static bool spend(size_t *left, size_t size)
{
    bool enough = size <= *left;

    *left -= enough ? size : 0;
    return enough;
}

static int load_rows(struct packages *p)
{
    sqlite3_stmt *stmt;
    size_t        left = p->rpm_db.map.size;
    int           rc = SQLITE_DONE;
    int r = sqlite_file_query(&p->rpm_db, tables, "SELECT hnum, blob FROM Packages ORDER BY hnum",
                              &stmt);

    if (r < 0)
        return r == -ENOENT ? -EBADMSG : r;
    while (r == 0 && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const void *blob = sqlite3_column_blob(stmt, 1);
        size_t      size = (size_t)sqlite3_column_bytes(stmt, 1);

        r = spend(&left, size) ? add_blob(p, sqlite3_column_int64(stmt, 0), blob, size) : -EBADMSG;
    }
    sqlite3_finalize(stmt);
    if (r == 0 && (rc != SQLITE_DONE || p->rpm_db.damaged))
        p->rpm.lost++; /* the rest of a damaged database */
    return r;
}

static int load_store(struct packages *p)
{
    size_t  left = p->rpm_map.size;
    int64_t place;
    int     r = 0;

    while (r == 0 && rpm_store_next(&p->rpm_store, &place) > 0) {
        const uint8_t *blob = NULL;
        size_t         size = 0;

        r = rpm_store_read(&p->rpm_store, place, &blob, &size);
        if (r == -ENOMEM)
            return r;
        r = spend(&left, size) ? add_blob(p, place, r < 0 ? NULL : blob, size) : -EBADMSG;
    }
    p->rpm.lost += (int64_t)p->rpm_store.lost;
    return r;
}

static int open_store(struct packages *p, const char *path)
{
    int r = root_map(p->root, path, STORE_MAX, &p->rpm_map);

    return r < 0 ? r : rpm_store_open(p->rpm_map.data, p->rpm_map.size, &p->rpm_store);
}

int packages_rpm_load(struct packages *p)
{
    int r = -ENOENT;

    for (size_t i = 0; r == -ENOENT && i < COUNT(databases); i++) {
        r = sqlite_file_open(p->root, databases[i], &p->rpm_db);
        p->rpm.location = r == -ENOENT ? NULL : databases[i];
    }
    if (r != -ENOENT)
        return r < 0 ? r : load_rows(p);
    for (size_t i = 0; r == -ENOENT && i < COUNT(stores); i++) {
        r = open_store(p, stores[i]);
        p->rpm.location = r == -ENOENT ? NULL : stores[i];
    }
    return r < 0 ? r : load_store(p);
}

/* Digests ------------------------------------------------------------------------------- */

/* Path and digest after each other, each with its NUL; then the list points into the text. */
static int collect(struct rpm_files *files, struct buffer *text, struct buffer *flags)
{
    struct rpm_file file;

    while (rpm_files_next(files, &file)) {
        if (!*file.digest || file.flags & RPM_FILE_GHOST)
            continue;
        buffer_printf(text, "%s%s%c%s%c", file.dir, file.base, 0, file.digest, 0);
        buffer_putc(flags, file.flags & RPM_FILE_CONFIG ? 1 : 0);
    }
    return buffer_text(text) && buffer_text(flags) ? 0 : -ENOMEM;
}

static int add_collected(struct digests *d, const struct buffer *flags)
{
    char *at = d->text;
    int   r = 0;

    for (size_t i = 0; r == 0 && i < flags->size; i++) {
        char *hex = at + strlen(at) + 1;

        r = packages_add_digest(d, at, hex, flags->data[i]);
        at = hex + strlen(hex) + 1;
    }
    return r;
}

static int header_digests(const struct rpm_header *header, struct digests *ret)
{
    struct rpm_files files = {0};
    struct buffer    text = {0}, flags = {0};
    uint32_t         algorithm = 1;
    int              r = rpm_files_begin(header, &files);

    rpm_int(header, RPM_FILE_DIGEST_ALGORITHM, 0, &algorithm);
    ret->kind = rpm_digest_name(algorithm);
    if (r == 0)
        r = collect(&files, &text, &flags);
    ret->text = text.data;
    if (r == 0)
        r = add_collected(ret, &flags);
    buffer_free(&flags);
    rpm_files_end(&files);
    return r;
}

static int blob_digests(const void *blob, size_t size, struct digests *ret)
{
    struct rpm_header header;
    int               r = rpm_header_parse(blob, size, &header);

    return r < 0 ? r : header_digests(&header, ret);
}

static int store_digests(struct packages *p, const struct owner *owner, struct digests *ret)
{
    const uint8_t *blob;
    size_t         size;
    int            r = rpm_store_read(&p->rpm_store, owner->header, &blob, &size);

    return r < 0 ? r : blob_digests(blob, size, ret);
}

int packages_rpm_digests(struct packages *p, const struct owner *owner, struct digests *ret)
{
    sqlite3_stmt *stmt;

    if (!p->rpm_db.db)
        return store_digests(p, owner, ret);
    int r =
        sqlite_file_query(&p->rpm_db, tables, "SELECT blob FROM Packages WHERE hnum = ?", &stmt);
    if (r < 0)
        return r;
    sqlite3_bind_int64(stmt, 1, owner->header);
    r = sqlite3_step(stmt) == SQLITE_ROW
            ? blob_digests(sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0), ret)
            : -EBADMSG;
    sqlite3_finalize(stmt);
    return r;
}
