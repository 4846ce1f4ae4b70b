/* file.c -- the files that a query names, with what the file system keeps of each: osquery's table of that
 * name, below the roots of all evidence.
 *
 *     SELECT path, mode, mtime FROM file WHERE path LIKE '/etc/systemd/system/%.service';
 *     SELECT p.pid, f.uid FROM processes AS p JOIN file AS f ON f.path = p.exe WHERE f.uid <> 0;
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "files/asked_paths.h"

SQLITE_EXTENSION_INIT3

struct file_row {
    const char *path;
    const char *directory;
    const char *filename;
    int64_t     inode;
    int64_t     uid;
    int64_t     gid;
    const char *mode;
    int64_t     device;
    int64_t     size;
    int64_t     block_size;
    int64_t     atime;
    int64_t     mtime;
    int64_t     ctime;
    int64_t     btime;
    int64_t     hard_links;
    bool        symlink;
    const char *type;
    const char *symlink_target_path;
    const char *host;
};

static int open_scan(struct tbl_scan *scan)
{
    const struct file_row *key = tbl_key(scan);

    return asked_paths_begin(tbl_state(scan), scan, TBL_TERMS(scan, struct file_row, path),
                             TBL_TERMS(scan, struct file_row, directory), key->host, NULL);
}

static void close_scan(struct tbl_scan *scan)
{
    asked_paths_end(tbl_state(scan));
}

static const char *type_of(unsigned mode)
{
    static const struct {
        mode_t      format;
        const char *name;
    } types[] = {{S_IFREG, "regular"}, {S_IFDIR, "directory"}, {S_IFLNK, "symlink"},
                 {S_IFBLK, "block"},   {S_IFCHR, "character"}, {S_IFIFO, "fifo"},
                 {S_IFSOCK, "socket"}};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if ((mode & S_IFMT) == types[i].format)
            return types[i].name;
    return "unknown";
}

/* As makedev(3) of Linux. */
static uint64_t device_number(uint64_t major, uint64_t minor)
{
    return (major & 0xfffff000) << 32 | (major & 0xfff) << 8 | (minor & 0xffffff00) << 12 |
           (minor & 0xff);
}

static void fill_status(struct file_row *row, const struct statx *st)
{
    row->inode = (int64_t)st->stx_ino;
    row->uid = st->stx_uid;
    row->gid = st->stx_gid;
    row->device = (int64_t)device_number(st->stx_rdev_major, st->stx_rdev_minor);
    row->size = (int64_t)st->stx_size;
    row->block_size = st->stx_blksize;
    row->atime = st->stx_atime.tv_sec;
    row->mtime = st->stx_mtime.tv_sec;
    row->ctime = st->stx_ctime.tv_sec;
    row->btime = st->stx_mask & STATX_BTIME ? st->stx_btime.tv_sec : 0;
    row->hard_links = st->stx_nlink;
    row->type = type_of(st->stx_mode);
}

/* The target as the link has it. */
static bool fill_link(struct tbl_scan *scan, const struct asked_paths *asked, struct file_row *row)
{
    char target[ROOT_PATH_MAX];

    row->symlink = true;
    if (root_readlink(asked->source.root, asked->path, target) < 0)
        return true;
    row->symlink_target_path = tbl_utf8(scan, target, strlen(target));
    return row->symlink_target_path != NULL;
}

static const char *last_part(const char *shown)
{
    const char *stroke = strrchr(shown, shown[0] == '/' ? '/' : '\\');

    return stroke ? stroke + 1 : shown;
}

static const char *copy(struct tbl_scan *scan, const char *text)
{
    return tbl_utf8(scan, text, strlen(text));
}

/* Like osquery's: of a link, what it leads to, or itself where that is not there. */
static int fill(struct tbl_scan *scan, const struct asked_paths *asked, const struct statx *link,
                struct file_row *row)
{
    struct statx st = *link;

    if (S_ISLNK(link->stx_mode)) {
        if (!fill_link(scan, asked, row))
            return SQLITE_NOMEM;
        root_statx(asked->source.root, asked->path, true, &st);
    }
    fill_status(row, &st);
    row->mode = tbl_printf(scan, "%04o", (unsigned)st.stx_mode & 07777);
    row->path = copy(scan, asked->shown);
    row->directory = copy(scan, asked->shown_folder);
    row->filename = copy(scan, last_part(asked->shown));
    row->host = asked->source.host;
    return row->mode && row->path && row->directory && row->filename ? SQLITE_ROW : SQLITE_NOMEM;
}

/* A path that is not there has no row; one that may not be looked at is reported. */
static int next(struct tbl_scan *scan, void *row)
{
    struct asked_paths *asked = tbl_state(scan);
    struct statx        link;
    int                 rc;

    while ((rc = asked_paths_next(asked)) == SQLITE_ROW) {
        int error = root_statx(asked->source.root, asked->path, false, &link);
        if (error == 0)
            return fill(scan, asked, &link, row);
        rc = asked_paths_report(asked, error);
        if (rc != SQLITE_OK)
            return rc;
    }
    return rc;
}

static const struct tbl_column columns[] = {
    TBL_COL(
        struct file_row, path, TBL_KEY | TBL_PREFIX | TBL_NEEDED | TBL_ID,
        "Absolute path: =, or LIKE, where % stands for part of a name and %% at the end for all "
        "that is below"),
    TBL_COL(struct file_row, directory, TBL_KEY | TBL_PREFIX | TBL_NEEDED,
            "Folder of the file, as the query writes it"),
    TBL_COL(struct file_row, filename, 0, "Name of the file"),
    TBL_COL(struct file_row, inode, 0, "Inode number"),
    TBL_COL(struct file_row, uid, 0, "User id of the owner"),
    TBL_COL(struct file_row, gid, 0, "Group id of the owner"),
    TBL_COL(struct file_row, mode, 0, "Permission bits in octal, such as 0755"),
    TBL_COL(struct file_row, device, 0, "Number of the device that it is, 0 for none"),
    TBL_COL(struct file_row, size, 0, "Size in bytes"),
    TBL_COL(struct file_row, block_size, 0, "Preferred size of reads, in bytes"),
    TBL_COL(struct file_row, atime, 0, "When it was last read, in seconds since the epoch"),
    TBL_COL(struct file_row, mtime, 0, "When it was last written, in seconds since the epoch"),
    TBL_COL(struct file_row, ctime, 0, "When its inode changed, in seconds since the epoch"),
    TBL_COL(
        struct file_row, btime, 0,
        "When it was made, in seconds since the epoch; 0 where the file system does not keep it"),
    TBL_COL(struct file_row, hard_links, 0, "How many names it has"),
    TBL_COL(struct file_row, symlink, 0,
            "1 for a symbolic link; the columns are then of what it leads to"),
    TBL_COL(struct file_row, type, 0,
            "regular, directory, symlink (a dangling one), block, character, fifo or socket"),
    TBL_COL(struct file_row, symlink_target_path, 0, "Target of a link, as it is written"),
    TBL_COL(struct file_row, host, TBL_KEY | TBL_ID, "Host it is on"),
};

static const struct tbl_example examples[] = {
    {"Programs in folders that are emptied at boot",
     "SELECT path, mode, mtime FROM file WHERE path LIKE '/tmp/%%' AND type = 'regular'"},
    {"The owner and age of what runs",
     "SELECT p.pid, f.path, f.uid, f.ctime FROM processes AS p JOIN file AS f ON f.path = p.exe"},
};

const struct tbl_table file_table = {
    .name = "file",
    .doc = "The files that the query names by path or folder, of any host; osquery's table",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct file_row),
    .state_size = sizeof(struct asked_paths),
    .rows = 100,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
