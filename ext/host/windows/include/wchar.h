/* wchar.h -- with characters of UTF-8, whatever the code page is: wide.c. */
#include <sys/types.h>
#include_next <wchar.h>
#ifndef SVCQL_WINDOWS_WCHAR_H
#define SVCQL_WINDOWS_WCHAR_H

/* A character that is more than 16 bits is U+FFFD. */
size_t host_mbrtowc(wchar_t *ret, const char *text, size_t size, mbstate_t *state);
int    host_wcwidth(wchar_t c);
#define mbrtowc host_mbrtowc
#define wcwidth host_wcwidth

#endif
