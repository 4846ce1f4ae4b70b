/* stdlib.h -- with what POSIX has and Windows lacks: text.c. */
#include_next <stdlib.h>
#ifndef SVCQL_WINDOWS_STDLIB_H
#define SVCQL_WINDOWS_STDLIB_H

int setenv(const char *name, const char *value, int overwrite) __asm__("host_setenv");
int unsetenv(const char *name) __asm__("host_unsetenv");

#endif
