/* fcntl.h -- with O_PATH of folders, which is to search them; no name but a folder's is opened with it. */
#include_next <fcntl.h>
#ifndef SVCQL_MACOS_FCNTL_H
#define SVCQL_MACOS_FCNTL_H

#define O_PATH        O_EXEC
#define AT_EMPTY_PATH 0 /* statx() of no name is of the descriptor */

#endif
