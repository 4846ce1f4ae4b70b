/* make_archive.h -- write archives of a folder for tests. */
#ifndef SVCQL_MAKE_ARCHIVE_H
#define SVCQL_MAKE_ARCHIVE_H

/* Pack all that is below a folder, by libarchive: "zip" (deflated), "stored" (zip), "encrypted" (zip),
 * "tar", "tar.gz", "tar.xz", "tar.zst", "tar.bz2", "tar.lz4". Aborts where it cannot. */
void make_archive(const char *path, const char *form, const char *dir);

#endif
