/* string.h -- with what POSIX and GNU have and Windows lacks: text.c. */
#include_next <string.h>
#ifndef SVCQL_WINDOWS_STRING_H
#define SVCQL_WINDOWS_STRING_H

void *memmem(const void *in, size_t in_size, const void *what, size_t size) __asm__("host_memmem");
char *strndup(const char *text, size_t most) __asm__("host_strndup");
char *strcasestr(const char *in, const char *what) __asm__("host_strcasestr");
char *strchrnul(const char *text, int byte) __asm__("host_strchrnul");
char *stpcpy(char *to, const char *from) __asm__("host_stpcpy");
char *strsep(char **text, const char *ends) __asm__("host_strsep");

#endif
