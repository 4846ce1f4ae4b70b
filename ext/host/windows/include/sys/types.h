/* sys/types.h -- with numbers of files and devices as wide as NTFS has them. */
#ifndef SVCQL_WINDOWS_TYPES_H
#define SVCQL_WINDOWS_TYPES_H

#include <stdint.h>

#define _INO_T_DEFINED
#define _DEV_T_DEFINED
#define _MODE_T_
typedef uint64_t       ino_t, dev_t;
typedef unsigned short _ino_t;
typedef unsigned int   _dev_t;
typedef uint32_t       mode_t;
typedef unsigned short _mode_t;
typedef uint32_t       uid_t, gid_t;
typedef int64_t        blkcnt_t;

#include_next <sys/types.h>

#endif
