/* descriptors.h -- descriptors of files as POSIX has them, over Windows's handles.
 *
 * A descriptor is a number from DESCRIPTOR_FIRST on; those below are the C library's standard streams.
 * Duplicates share one description with its offset, as POSIX says. All functions may be called from any
 * thread. The bytes of a file are read by offset: the handle's own position is never used.
 */
#ifndef SVCQL_WINDOWS_DESCRIPTORS_H
#define SVCQL_WINDOWS_DESCRIPTORS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <windows.h>

#define DESCRIPTOR_FIRST 3
#define DESCRIPTOR_MAX   8192

struct description {
    LONG           references;
    HANDLE         handle; /* NULL: of memory */
    int64_t        at;     /* the next byte of read() */
    bool           append;
    LONG64         volume; /* serial number of its volume, plus 1; 0: not asked for yet */
    const uint8_t *memory; /* owned */
    struct stat    was;    /* of memory: what fstat() gives */
};

/* A descriptor of a new description, which it takes over: a number, or -1 with errno set. */
int descriptor_new(HANDLE handle);
int descriptor_of_memory(uint8_t *data, size_t size, const struct stat *was);

/* Its description, counted until descriptor_release(); NULL with errno EBADF. */
struct description *descriptor_get(int fd);
void                descriptor_release(struct description *description);

/* The number of the volume that its file is on, which is asked for once. */
uint32_t descriptor_volume(struct description *description);

/* The errno of a Windows error, or of an NTSTATUS; both set it and return -1. */
int fail_windows(DWORD error);
int fail_status(LONG status);

#endif
