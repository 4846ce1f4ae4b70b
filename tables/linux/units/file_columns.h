/* file_columns.h -- the columns that tables of files have in common, for their lists.
 *
 *     static const struct tbl_column columns[] = {
 *         TBL_COL(struct file_row, path, TBL_KEY, "Path of the file on its host"),
 *         FILE_OWNER_COLUMNS(struct file_row),
 *         FILE_PACKAGE_COLUMNS(get_package, get_package_altered),
 *     };
 */
#ifndef SVCQL_FILE_COLUMNS_H
#define SVCQL_FILE_COLUMNS_H

#include "table.h"

/* Of a row with the fields size, mode, uid, gid, mtime and ctime. */
#define FILE_OWNER_COLUMNS(row)                                                                    \
    TBL_COL(row, size, 0, "Bytes"),                                                                \
        TBL_COL(row, mode, 0, "Permissions, octal; of a link its own"),                            \
        TBL_COL(row, uid, 0, "Owner; of a link its own"),                                          \
        TBL_COL(row, gid, 0, "Group; of a link its own"),                                          \
        TBL_COL(row, mtime, 0, "Last change of its contents, seconds since the epoch, UTC"),       \
        TBL_COL(row, ctime, 0, "Last change of its inode, seconds since the epoch, UTC")

#define FILE_PACKAGE_COLUMNS(get_package, get_altered)                                             \
    TBL_LAZY("package", TBL_TEXT, 0,                                                               \
             "Package that owns the file; empty: none; NULL: the host has no package database",    \
             get_package),                                                                         \
        TBL_LAZY("package_altered", TBL_BOOL, 0,                                                   \
                 "Whether it differs from the file that the package installed; NULL: no package "  \
                 "or no digest",                                                                   \
                 get_altered)

#endif
