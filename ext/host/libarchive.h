/* libarchive.h -- libarchive, loaded when the first archive is read.
 *
 *     const struct libarchive *lib = libarchive();
 *     struct archive *a = lib ? lib->archive_read_new() : NULL;
 *
 * It brings libxml2, ICU and C++ with it, whose relocation took a quarter of each start of svcql. The
 * functions have their own names, as members.
 */
#ifndef SVCQL_LIBARCHIVE_H
#define SVCQL_LIBARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

#define LIBARCHIVE_FUNCTIONS(X)                                                                    \
    X(archive_entry_filetype)                                                                      \
    X(archive_entry_free)                                                                          \
    X(archive_entry_gid)                                                                           \
    X(archive_entry_hardlink)                                                                      \
    X(archive_entry_hardlink_utf8)                                                                 \
    X(archive_entry_is_data_encrypted)                                                             \
    X(archive_entry_mtime)                                                                         \
    X(archive_entry_new2)                                                                          \
    X(archive_entry_pathname)                                                                      \
    X(archive_entry_pathname_utf8)                                                                 \
    X(archive_entry_perm)                                                                          \
    X(archive_entry_size)                                                                          \
    X(archive_entry_symlink)                                                                       \
    X(archive_entry_symlink_utf8)                                                                  \
    X(archive_entry_uid)                                                                           \
    X(archive_errno)                                                                               \
    X(archive_file_count)                                                                          \
    X(archive_filter_bytes)                                                                        \
    X(archive_read_data)                                                                           \
    X(archive_read_free)                                                                           \
    X(archive_read_header_position)                                                                \
    X(archive_read_new)                                                                            \
    X(archive_read_next_header2)                                                                   \
    X(archive_read_open1)                                                                          \
    X(archive_read_set_callback_data)                                                              \
    X(archive_read_set_read_callback)                                                              \
    X(archive_read_set_skip_callback)                                                              \
    X(archive_read_support_format_tar)                                                             \
    X(archive_read_support_format_zip_streamable)                                                  \
    X(archive_set_error)

struct libarchive {
#define MEMBER(name) __typeof__(&name) name;
    LIBARCHIVE_FUNCTIONS(MEMBER)
#undef MEMBER
};

/* NULL where this system has no libarchive. Stays loaded. */
const struct libarchive *libarchive(void);

#endif
