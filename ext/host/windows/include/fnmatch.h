/* fnmatch.h -- POSIX's, of Windows: pattern.c. */
#ifndef SVCQL_WINDOWS_FNMATCH_H
#define SVCQL_WINDOWS_FNMATCH_H

enum { FNM_NOMATCH = 1, FNM_NOESCAPE = 1, FNM_PATHNAME = 2, FNM_PERIOD = 4, FNM_CASEFOLD = 16 };
#define FNM_NOESCAPE FNM_NOESCAPE
#define FNM_PATHNAME FNM_PATHNAME
#define FNM_PERIOD   FNM_PERIOD
#define FNM_CASEFOLD FNM_CASEFOLD

int fnmatch(const char *pattern, const char *text, int flags) __asm__("host_fnmatch");

#endif
