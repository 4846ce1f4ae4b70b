/* rpm_header.h -- the header of an installed package, as rpm's database holds it.
 *
 * Format facts: "Package File Format" of the RPM reference manual (header structure, tag types) and
 * "RPM Tags" there. A blob is two big-endian counts (index entries, bytes of data), the entries of
 * 16 bytes each (tag, type, offset, count), and the data.
 *
 * Strings point into the blob, NUL-terminated, and may be any bytes.
 */
#ifndef SVCQL_RPM_HEADER_H
#define SVCQL_RPM_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rpm_tag {
    RPM_NAME = 1000,
    RPM_VERSION = 1001,
    RPM_RELEASE = 1002,
    RPM_EPOCH = 1003,
    RPM_INSTALL_TIME = 1008,
    RPM_ARCH = 1022,
    RPM_FILE_DIGESTS = 1035,
    RPM_FILE_FLAGS = 1037,
    RPM_DIR_INDEXES = 1116,
    RPM_BASE_NAMES = 1117,
    RPM_DIR_NAMES = 1118,
    RPM_FILE_DIGEST_ALGORITHM = 5011,
};

enum rpm_file_flag { RPM_FILE_CONFIG = 1 << 0, RPM_FILE_GHOST = 1 << 6 };

struct rpm_header {
    const uint8_t *index;
    const uint8_t *store;
    uint32_t       n_index; /* entries */
    uint32_t       n_store; /* bytes */
};

/* -EBADMSG where the counts do not fit the blob. Borrows `data`. */
int rpm_header_parse(const uint8_t *data, size_t size, struct rpm_header *ret);

/* Whether each entry of the index is one that may be: one that is not is lost. */
bool rpm_header_intact(const struct rpm_header *header);

/* A string; the first of several. NULL: not there. */
const char *rpm_string(const struct rpm_header *header, enum rpm_tag tag);

/* Element `i` of 16 or 32 bit numbers. False: not there. */
bool rpm_int(const struct rpm_header *header, enum rpm_tag tag, uint32_t i, uint32_t *ret);

#define RPM_PATH_MAX 4096 /* bytes of a directory's name, with its NUL; longer ones are lost */

/* The files of a package, in the order of the header. */
struct rpm_file {
    const char *dir;    /* with its trailing '/' */
    const char *base;   /* "" for the directory itself */
    const char *digest; /* hexadecimal; "" for what has none, as links and directories */
    uint32_t    flags;  /* enum rpm_file_flag */
};

struct rpm_files {
    const char  *bases, *digests; /* where the next strings begin */
    const char  *end;             /* of the store, a NUL before it */
    const char **dirs;
    uint32_t     n_dirs, n, i;
    uint32_t     lost; /* files whose directory or name is not there */

    const uint8_t *indexes, *flags; /* 32 bit numbers; NULL: not there */
    uint32_t       n_indexes, n_flags, n_digests;
};

/* -ENOMEM; a package without files has none. rpm_files_end() accepts a zeroed one. */
int  rpm_files_begin(const struct rpm_header *header, struct rpm_files *ret);
bool rpm_files_next(struct rpm_files *files, struct rpm_file *ret);
void rpm_files_end(struct rpm_files *files);

/* The name of an algorithm number (RFC 4880, section 9.4): "md5", "sha256", ...; NULL: unknown. */
const char *rpm_digest_name(uint32_t algorithm);

#endif
