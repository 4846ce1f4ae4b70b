/* root.h -- files below an evidence root, opened so that nothing outside it is ever reached.
 *
 * Absolute links and ".." stay inside: by openat2(2) with RESOLVE_IN_ROOT or, where the kernel
 * lacks it or a filter forbids it, component by component with the same result (root_walk.h). Files
 * are opened O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY and must be regular (a FIFO, device or
 * socket is -EINVAL, at once); nothing is ever created or written. Paths are absolute within the
 * root ("/etc/passwd"); a relative one means the same. Functions return a negative errno on failure
 * and leave ret_ arguments untouched then.
 *
 * Case: a root of a Windows or macOS file system is opened with ROOT_NOCASE; a path that does not
 * resolve as written is then searched component by component, ignoring case (simple folding of
 * Unicode's basic plane) and normal form. With ROOT_PERCENT paths and listed names are those of the
 * host, and the files' own are found.
 */
#ifndef SVCQL_ROOT_H
#define SVCQL_ROOT_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

enum root_flag {
    ROOT_NOCASE = 1 << 0,  /* of Windows and macOS: see above */
    ROOT_PERCENT = 1 << 1, /* names have %XX for what a collector could not write: Velociraptor */
    ROOT_MACOS = 1 << 2,   /* join /System/Volumes/Data and /private to the root, as macOS does */
};

/* An archive, zip or tar, or a container's image, is a root as a folder is, and so is a folder in it: root_open("/cases/host1.zip/C").
 * Members are read in place (packed.h): root_open_stream() reads one of any size; a descriptor of a
 * member, which is in memory, may have 64 MiB, a map 256 MiB, else it is -EFBIG. An encrypted one is
 * -ENOKEY. Owners' rights do not count in it. root_lost() counts the members that are left out, says
 * why ("" where none is), and what ended the index before its end. */
#define ROOT_PATH_MAX 4096       /* bytes of a path, with its NUL */
#define ROOT_NAME_MAX 1023       /* of a name: FAT, NTFS and FUSE have more than NAME_MAX */
#define ROOT_LOST_MAX 320        /* bytes of the reasons of root_lost() */
#define ROOT_FILE_MAX (4u << 20) /* bytes root_read() takes when the caller has no better cap */

struct root; /* counted reference to an open directory */

int    root_open(const char *path, unsigned flags, struct root **ret);
bool   root_in_archive(const struct root *root); /* whether the root is one, or in one */
bool   root_names_archive(const char *name);     /* whether a file of that name should be one */
bool   root_is_archive(const char *path);        /* whether a regular file is one, by its bytes */
size_t root_lost(const struct root *root, char ret_why[ROOT_LOST_MAX], int *ret_error);
/* Whether a file may list a container's image, which is in its folder: a root then, by the list's path; and
 * whether a folder is the root of one. */
bool         root_names_image(const char *name);
bool         root_is_image(const struct root *root, const char *dir);
struct root *root_ref(struct root *root);
struct root *root_unref(struct root *root); /* returns NULL; accepts NULL */
const char  *root_path(
     const struct root *root); /* as given to root_open(), no trailing slash; "" for "/" */

/* A root of which only the folder `at` (static text: "/etc/systemd/system") exists: it is the
 * folder `dir` below `parent`. For parts of a system that were collected without the rest. */
int root_graft(const struct root *parent, const char *dir, const char *at, struct root **ret);

/* The same root as a user sees it who may not choose what others read for him. Once a path has
 * passed a folder in which that user may change names, all that follows must be his to read:
 * opening a file or folder of others that does not let him, or below a folder that he may not
 * search, is -EPERM. Folders that the user neither owns nor may write, as of evidence that somebody
 * else unpacked, forbid nothing. Groups are those of the root's own /etc/group. POSIX access control
 * lists count, which let a user read what the mode does not, or forbid what it lets. A uid of 0 or
 * less: no such limit. For use in one thread. */
#define ROOT_AS_ALL                                                                                \
    (INT64_C(1) << 32) /* added to a uid: the user chose the whole path, as in HISTFILE */
int root_as(const struct root *parent, int64_t uid, struct root **ret);

/* The user to whom it is up what a path leads to: the owner of the first of its folders, or links to
 * them, that is not root's. 0: none but root. */
int64_t root_chooser(const struct root *root, const char *path);

/* The words for an error of such a root: "denied by owner", else those of source_error(). */
const char *root_as_error(int negative_errno);

/* Where a person finds a path of the root: the root's own path in front of it, spelled as the files
 * on disk are. */
void  root_shown(const struct root *root, const char *path, char ret[2 * ROOT_PATH_MAX]);
char *root_shown_copy(const struct root *root, const char *path); /* malloc()ed; NULL: no memory */

/* Open a regular file; a directory. The descriptor is the caller's. */
int root_open_file(const struct root *root, const char *path);
int root_open_stat(const struct root *root, const char *path,
                   struct stat *ret); /* and what it is */
struct root_dir;
int              root_open_dir(const struct root *root, const char *path, struct root_dir **ret);
void             root_closedir(struct root_dir *dir);     /* accepts NULL */
int              root_dir_fd(const struct root_dir *dir); /* negative: of an archive */
struct root_dir *root_dir_take(DIR *stream);              /* NULL: no memory; closes it then */

/* The same as a stream (formats/log/stream.h), which expands what is compressed and is the only method
 * to read what may be large: whatever its size, it takes little memory. `ret_stat` may be NULL. */
struct stream;
int root_open_stream(const struct root *root, const char *path, struct stat *ret_stat,
                     struct stream **ret);

/* The next entry of a folder, "." and ".." left out: 1 and *ret, 0 at the end, or a negative errno
 * where the rest of the folder cannot be read. The only method to list evidence: readdir() alone
 * takes an error for the end. */
int root_readdir(struct root_dir *dir, struct dirent **ret);
#ifndef ROOT_READDIR
#pragma GCC poison readdir
#endif

/* As fstatat(): the file itself, or with `follow` what its links lead to inside the root. */
int root_stat(const struct root *root, const char *path, bool follow, struct stat *ret);

/* The same as statx() gives it, birth time included. */
int root_statx(const struct root *root, const char *path, bool follow, struct statx *ret);

/* The POSIX access control list of an open file or folder, opened with O_PATH or not, or with a name of that name in it
 * (formats/access/posix_acl.h), on Windows its descriptor (formats/hive/file_descriptor.h), on macOS its list
 * (formats/access/filesec.h): its size, or
 * a negative errno; -ENODATA or -EOPNOTSUPP: it has none. */
#define ROOT_ACL_MAX 65536 /* as the kernel's XATTR_SIZE_MAX */
ssize_t root_acl(int fd, const char *name, uint8_t ret[ROOT_ACL_MAX]);

/* root_stat() of what a path names, not followed, and its access control list; *ret_size is what root_acl() returns. */
int root_stat_acl(const struct root *root, const char *path, struct stat *ret,
                  uint8_t acl[ROOT_ACL_MAX], ssize_t *ret_size);

/* The text of a symbolic link, NUL-terminated; -EINVAL where the path is not a link. */
int root_readlink(const struct root *root, const char *path, char ret[ROOT_PATH_MAX]);

/* Where a path ends after all links, as a path within the root. -ENOENT for a dangling one. */
int root_resolve(const struct root *root, const char *path, char ret[ROOT_PATH_MAX]);

/* Read a whole regular file of at most `cap` bytes (more is -EFBIG) into malloc()ed memory with a
 * NUL after it. */
int root_read(const struct root *root, const char *path, size_t cap, char **ret, size_t *ret_size);

/* The same of an open one, from its beginning, of which root_open_stat() gave the size. */
int root_read_open(int fd, off_t size, size_t cap, char **ret, size_t *ret_size);

/* A regular file of at most `cap` bytes (-EFBIG: larger, or larger than this machine can address), page by page in memory that is ours: somebody may change or
 * shorten the file meanwhile, and what is no longer there is zeros. Holes take no memory. A compressed
 * file, and a member of an archive, is expanded whole, up to 256 MiB: root_map() gives -EFBIG for what is
 * longer, root_map_parts() its beginning, marked as cut. root_map()
 * reads it whole; after root_map_parts() root_map_load() reads what is needed of it, in blocks.
 * root_unmap() accepts a zeroed one. */
struct root_map {
    uint8_t *data;
    size_t   size;
    size_t   room;   /* bytes of memory that `data` has */
    int      fd;     /* of root_map_parts() */
    uint8_t *loaded; /* a bit a block; NULL: all of it */
    bool     cut;    /* more of a compressed file is missing or damaged: root_map_cut(), _parts() */
};
int root_map(const struct root *root, const char *path, uint64_t cap, struct root_map *ret);
/* As root_map(), but of a compressed file that is damaged, or has more after its end, what is before that. */
int root_map_cut(const struct root *root, const char *path, uint64_t cap, struct root_map *ret);
/* As root_map(), in the memory of a map that is done with, or of a zeroed one, and what the file is. An error leaves
 * the map zeroed. */
int root_map_next(const struct root *root, const char *path, uint64_t cap, struct root_map *map,
                  struct stat *ret_stat);
int root_map_parts(const struct root *root, const char *path, uint64_t cap, struct root_map *ret);
/* As root_map_parts(), in the memory of a map of parts that is done with, or of a zeroed one. An error leaves it zeroed. */
int  root_map_again(const struct root *root, const char *path, uint64_t cap, struct root_map *map);
bool root_map_load(void *map, uint64_t at, uint64_t size); /* false: outside it, or unreadable */
/* Read bytes of a file whose memory the caller fills, with zeros for what is no longer there. */
bool root_map_read(void *map, uint64_t at, size_t size, uint8_t *to);
void root_map_forget(struct root_map *map); /* give back the memory of what was loaded */
void root_unmap(struct root_map *map);

/* The names in a directory that match a shell pattern, or all with NULL; sorted; no "." and "..".
 * Absent directory: -ENOENT. One of which only a part could be read gives that part. */
struct root_names {
    char **names;
    size_t n;
    size_t lost;  /* names beyond `cap` */
    int    error; /* negative errno that ended the directory before its end; 0: it is whole */
};
int root_list(const struct root *root, const char *dir, const char *pattern, size_t cap,
              struct root_names *ret);
/* The same, where the end that a compressor adds to a name does not count: "*.evtx" fits a.evtx.gz too. */
int  root_list_packed(const struct root *root, const char *dir, const char *pattern, size_t cap,
                      struct root_names *ret);
void root_names_free(struct root_names *names);

/* Whether nothing tells that a file is another, or has changed, since it was looked at. */
static inline bool root_unchanged(const struct stat *before, const struct stat *now)
{
    return before->st_dev == now->st_dev && before->st_ino == now->st_ino &&
           before->st_size == now->st_size && before->st_mtim.tv_sec == now->st_mtim.tv_sec &&
           before->st_mtim.tv_nsec == now->st_mtim.tv_nsec;
}

/* What the error means of opening a name that a folder was listed with: -ESTALE where the name is missing
 * now, which input_fault() counts, -ENOENT where it is a link to nothing, else `error`. */
int root_gone(const struct root *root, const char *path, int error);

/* Call `each` with every path that a pattern may mean: "*" matches any part of a name, and names
 * after the last "*" are not searched. A folder that cannot be listed, or only in part, comes with
 * its error, one with more than `cap` names that fit with how many were lost. What `each` returns,
 * unless 0, ends the search and is returned. */
typedef int root_glob_fn(void *arg, const char *path, int error, size_t lost);
int         root_glob(const struct root *root, const char *pattern, size_t cap, root_glob_fn *each,
                      void *arg);

/* A path as Windows writes it, as a path within a root of the system drive: C:\x, \??\C:\x,
 * \SystemRoot\x, %SystemRoot%\x, \Windows\x; a path without a root is in the Windows folder, as
 * for drivers. -EXDEV for a share, a device or another drive than `drive` (an upper-case letter).
 */
int root_windows_path(const char *windows, char drive, char ret[ROOT_PATH_MAX]);

/* Whether `status` forbids reading rather than says that nothing is there. */
static inline bool root_denied(int negative_errno)
{
    return negative_errno == -13 /* EACCES */ || negative_errno == -1 /* EPERM */;
}

#endif
