/* package_files.c -- every path that dpkg, rpm or macOS's installer installed on a host, its package, and whether it
 * was changed since.
 *
 *     SELECT path, package FROM package_files
 *      WHERE path GLOB '/usr/lib/systemd/system/[a-z]*' AND altered AND NOT conffile;
 */
#include "packages.h"

#include <errno.h>
#include <string.h>

#include "evidence.h"
#include "formats/text/buffer.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

struct package_path {
    const char *path;
    const char *package;
    const char *version;
    const char *architecture;
    const char *state;
    const char *tool;
    const char *listed;
    const char *host;
    const char *source;
    const char *root;

    struct packages *packages; /* for the lazy columns */
    size_t           file;
};

struct state {
    struct packages        *packages;
    const struct tbl_terms *paths, *names;
    size_t                  package, file; /* of a full scan: what comes next */
    size_t                  path, same;    /* of a scan by path */
    bool                    by_path;
};

/* What there is ------------------------------------------------------------------ */

/* One tool's part of the detail: "dpkg: 855 packages". */
static void describe(struct buffer *text, const struct packages_source *from, const char *tool)
{
    if (!from->location)
        return;
    buffer_printf(text, "%s%s: %lld packages", text->size ? "; " : "", tool,
                  (long long)from->packages);
    if (from->error)
        buffer_printf(text, " (%s: %s)", from->location, source_error(from->error));
}

static int open_root(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    state->package = state->file = state->path = 0;
    state->same = SIZE_MAX;
    return packages_get(tbl_svcql(scan), tbl_source(scan)->root, &state->packages);
}

static void report_root(struct tbl_scan *scan, struct report *report)
{
    const struct state *state = tbl_state(scan);
    struct buffer       detail = {0};

    report->records = 0;
    if (report->status == SOURCE_ABSENT)
        report->detail = tbl_source(scan)->artefact == ARTEFACT_MACOS_ROOT
                             ? "no receipts"
                             : "no database of dpkg or rpm";
    if (!state->packages)
        return;
    struct packages_sources of = packages_sources(state->packages);
    describe(&detail, &of.dpkg, "dpkg");
    describe(&detail, &of.rpm, "rpm");
    describe(&detail, &of.receipts, "receipts");
    int worst = of.dpkg.error < 0  ? of.dpkg.error
                : of.rpm.error < 0 ? of.rpm.error
                                   : of.receipts.error;
    report->status = worst < 0 ? source_status_of(worst) : SOURCE_READ;
    report->records = of.dpkg.packages + of.rpm.packages + of.receipts.packages;
    report->skipped = of.dpkg.lost + of.rpm.lost + of.receipts.lost;
    report->detail = detail.size ? tbl_strndup(scan, detail.data, detail.size) : "";
    buffer_free(&detail);
}

static void close_root(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    packages_unref(state->packages);
    state->packages = NULL;
}

/* Rows ---------------------------------------------------------------------------- */

/* The next file of the wanted paths; SIZE_MAX: no more in this root. */
static size_t next_by_path(struct state *state)
{
    size_t i = state->same;

    while (i == SIZE_MAX && state->path < state->paths->n)
        i = packages_find(state->packages, state->paths->texts[state->path++]);
    if (i != SIZE_MAX)
        state->same = packages_find_next(state->packages, i);
    return i;
}

/* The next file of the wanted packages, or of all. */
static size_t next_by_package(struct state *state)
{
    struct package package;

    for (; state->package < packages_count(state->packages); state->package++, state->file = 0) {
        packages_package(state->packages, state->package, &package);
        if (!tbl_match_text(state->names, package.name, false))
            continue;
        if (state->file < package.first)
            state->file = package.first;
        if (state->file < package.last)
            return state->file++;
    }
    return SIZE_MAX;
}

/* Copy as UTF-8; NULL in, NULL out. False: out of memory. */
static bool text(struct tbl_scan *scan, const char *value, const char **ret)
{
    *ret = value ? tbl_utf8(scan, value, strlen(value)) : NULL;
    return *ret || !value;
}

/* A row found by path shows the path of the query: it is one of the file's names. */
static int fill(struct tbl_scan *scan, struct state *state, size_t i, struct package_path *row)
{
    const struct package_path *key = tbl_key(scan);
    struct package_file        file;
    struct package             package;

    packages_file(state->packages, i, &file);
    packages_package(state->packages, file.package, &package);
    *row = (struct package_path){
        .tool = package.tool,
        .host = tbl_source(scan)->host,
        .source = tbl_source(scan)->shown,
        .root = key->root,
        .packages = state->packages,
        .file = i,
    };
    const char *path = state->by_path ? state->paths->texts[state->path - 1] : file.path;
    bool        whole = text(scan, path, &row->path) && text(scan, package.name, &row->package) &&
                 text(scan, package.version, &row->version) &&
                 text(scan, package.architecture, &row->architecture) &&
                 text(scan, package.state, &row->state) && text(scan, file.listed, &row->listed);
    return whole ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next_file(struct tbl_scan *scan, void *row)
{
    struct state       *state = tbl_state(scan);
    struct package_file file;

    size_t i = state->by_path ? next_by_path(state) : next_by_package(state);
    if (i == SIZE_MAX)
        return SQLITE_DONE;
    packages_file(state->packages, i, &file);
    return state->by_path || tbl_match_text(state->paths, file.path, false)
               ? fill(scan, state, i, row)
               : SQLITE_OK;
}

/* Whether the wanted paths are exact: U+FFFD may replace bytes that are not UTF-8. */
static bool can_look_up(const struct tbl_terms *paths)
{
    for (size_t i = 0; i < paths->n; i++)
        if (strstr(paths->texts[i], "\xef\xbf\xbd"))
            return false;
    return paths->n > 0;
}

static int open(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    state->paths = TBL_TERMS(scan, struct package_path, path);
    state->by_path = can_look_up(state->paths);
    state->names = TBL_TERMS(scan, struct package_path, package);
    return SQLITE_OK;
}

/* Lazy columns ---------------------------------------------------------------------- */

static int get_digest(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct package_path *row = data;
    struct package_digest      digest;
    int                        r = packages_digest(row->packages, row->file, &digest);

    (void)scan;
    if (r == 0)
        sqlite3_result_text(out, digest.hex, -1, SQLITE_TRANSIENT);
    return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

static int get_digest_kind(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct package_path *row = data;
    struct package_digest      digest;
    int                        r = packages_digest(row->packages, row->file, &digest);

    (void)scan;
    if (r == 0)
        sqlite3_result_text(out, digest.kind, -1, SQLITE_STATIC);
    return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

static int get_conffile(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct package_path *row = data;
    struct package_digest      digest;
    int                        r = packages_digest(row->packages, row->file, &digest);

    (void)scan;
    sqlite3_result_int(out, r == 0 && digest.conffile);
    return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

static int get_altered(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct package_path *row = data;
    int                        r = packages_file_altered(row->packages, row->file);

    (void)scan;
    if (r >= 0)
        sqlite3_result_int(out, r);
    return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

static int get_replaced(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct package_path *row = data;
    int                        r = packages_file_replaced(row->packages, row->file);

    (void)scan;
    if (r >= 0)
        sqlite3_result_int(out, r);
    return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

static int get_present(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct package_path *row = data;
    int                        r = packages_file_present(row->packages, row->file);

    (void)scan;
    if (r >= 0)
        sqlite3_result_int(out, r);
    return SQLITE_OK;
}

static const struct tbl_column columns[] = {
    TBL_COL(struct package_path, path, TBL_KEY | TBL_PREFIX | TBL_ID,
            "Path of the file or directory; a path in the query is found under either name of a "
            "merged /usr"),
    TBL_COL(struct package_path, package, TBL_KEY | TBL_PREFIX | TBL_ID,
            "Name of the package, without architecture; of macOS its identifier"),
    TBL_COL(struct package_path, version, 0, "Version, [epoch:]version-revision"),
    TBL_COL(struct package_path, architecture, TBL_ID, "Architecture of the package"),
    TBL_COL(struct package_path, state, 0,
            "installed, config-files (removed except for its configuration), half-installed, ..."),
    TBL_COL(struct package_path, tool, TBL_ID,
            "dpkg, rpm, or installer: that of macOS, by its receipts"),
    TBL_LAZY(
        "digest_kind", TBL_TEXT, 0,
        "Algorithm of the digest: md5, sha256, ...; cksum of macOS, which any file can be given",
        get_digest_kind),
    TBL_LAZY("digest", TBL_TEXT, 0,
             "Digest of the file in the package; NULL for directories and links", get_digest),
    TBL_LAZY("conffile", TBL_BOOL, 0, "Whether it is configuration that may be edited",
             get_conffile),
    TBL_LAZY("altered", TBL_BOOL, 0,
             "Whether the file's content differs from the package's; NULL where there is no digest "
             "or no file; reads the file",
             get_altered),
    TBL_LAZY(
        "replaced", TBL_BOOL, 0,
        "altered, without reading a file of more than 256 KiB whose inode has not changed since "
        "its package was unpacked",
        get_replaced),
    TBL_LAZY("present", TBL_BOOL, 0, "Whether the path exists now", get_present),
    TBL_COL(struct package_path, listed, 0,
            "The path that the package lists, where a diversion has moved the file"),
    TBL_COL(struct package_path, host, TBL_KEY | TBL_ID, "Host that the evidence is of"),
    TBL_COL(struct package_path, source, TBL_ID, "Root of the package database"),
    TBL_COL(struct package_path, root, TBL_KEY | TBL_HIDDEN,
            "Argument: a file system's root, to read its packages instead"),
};

static const struct tbl_example examples[] = {
    {"Programs and units that were changed since their package installed them",
     "SELECT path, package FROM package_files WHERE path GLOB '/usr/lib/systemd/system/[a-z]*' AND "
     "altered AND NOT conffile"},
    {"The package of a file",
     "SELECT package, version, state FROM package_files WHERE path = '/bin/systemctl'"},
    {"Files that a package installed on this host",
     "SELECT path FROM package_files WHERE package = 'dbus' ORDER BY path"},
};

static const struct tbl_source_table sources = {
    .open_file = open_root,
    .next_record = next_file,
    .report_file = report_root,
    .close_file = close_root,
};

const struct tbl_table package_files_table = {
    .name = "package_files",
    .doc = "Every path that dpkg, rpm or macOS's installer installed on a host, its package, and "
           "whether it was altered",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct package_path),
    .state_size = sizeof(struct state),
    .rows = 150000,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT | 1u << ARTEFACT_MACOS_ROOT,
    .sources = &sources,
    .open = open,
};
