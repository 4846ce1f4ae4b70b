/* limits.h -- with POSIX's sizes of names. */
#include_next <limits.h>
#ifndef HOST_NAME_MAX
#define HOST_NAME_MAX 255 /* bytes of a host's name */
#endif
#ifndef NAME_MAX
#define NAME_MAX 765 /* bytes of a file's: 255 units of UTF-16 */
#endif
