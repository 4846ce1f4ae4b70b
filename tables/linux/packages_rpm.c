/* packages_rpm.c -- fills an index of packages from rpm's SQLite database.
 *
 * Table Packages(hnum, blob) holds a header a package (rpm.org, "RPM database format"). The older
 * forms, Berkeley DB and ndb, are told from absence and not read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "packages_index.h"
#include "rpm_header.h"

SQLITE_EXTENSION_INIT3

static const char *const databases[] = {PACKAGES_RPM_DBS};
static const char *const tables[] = {"Packages", NULL};
static const char *const older[] = {"/usr/lib/sysimage/rpm/Packages.db", "/var/lib/rpm/Packages.db",
                                    "/usr/lib/sysimage/rpm/Packages", "/var/lib/rpm/Packages"};

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

static int add_row(struct packages *p, sqlite3_stmt *stmt)
{
    struct rpm_header header;
    int64_t           key = sqlite3_column_int64(stmt, 0);
    const void       *blob = sqlite3_column_blob(stmt, 1);
    size_t            size = (size_t)sqlite3_column_bytes(stmt, 1);

    if (!key || !blob || rpm_header_parse(blob, size, &header) < 0 ||
        !rpm_string(&header, RPM_NAME)) {
        p->rpm.lost++;
        return 0;
    }
    p->rpm.packages++;
    return add_header(p, key, &header);
}

static int load_rows(struct packages *p)
{
    sqlite3_stmt *stmt;
    int           rc = SQLITE_DONE;
    int r = sqlite_file_query(&p->rpm_db, tables, "SELECT hnum, blob FROM Packages ORDER BY hnum",
                              &stmt);

    if (r < 0)
        return r == -ENOENT ? -EBADMSG : r;
    while (r == 0 && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
        r = add_row(p, stmt);
    sqlite3_finalize(stmt);
    if (r == 0 && rc != SQLITE_DONE)
        p->rpm.lost++; /* the rest of a damaged database */
    return r;
}

/* An older database is there though none that can be read. */
static int find_older(struct packages *p)
{
    struct stat st;

    for (size_t i = 0; i < COUNT(older); i++)
        if (root_stat(p->root, older[i], true, &st) == 0) {
            p->rpm.location = older[i];
            return -EOPNOTSUPP;
        }
    return -ENOENT;
}

int packages_rpm_load(struct packages *p)
{
    int r = -ENOENT;

    for (size_t i = 0; r == -ENOENT && i < COUNT(databases); i++) {
        r = sqlite_file_open(p->root, databases[i], &p->rpm_db);
        if (r != -ENOENT)
            p->rpm.location = databases[i];
    }
    if (r == -ENOENT)
        return find_older(p);
    return r < 0 ? r : load_rows(p);
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

int packages_rpm_digests(struct packages *p, const struct owner *owner, struct digests *ret)
{
    struct rpm_header header;
    sqlite3_stmt     *stmt;
    int               r =
        sqlite_file_query(&p->rpm_db, tables, "SELECT blob FROM Packages WHERE hnum = ?", &stmt);

    if (r < 0)
        return r;
    sqlite3_bind_int64(stmt, 1, owner->header);
    r = -EBADMSG;
    if (sqlite3_step(stmt) == SQLITE_ROW)
        r = rpm_header_parse(sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0),
                             &header);
    if (r == 0)
        r = header_digests(&header, ret);
    sqlite3_finalize(stmt);
    return r;
}
