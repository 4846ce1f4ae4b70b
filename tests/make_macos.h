/* make_macos.h -- a macOS root file system for fixtures: a few jobs, honest and not. */
#ifndef SVCQL_MAKE_MACOS_H
#define SVCQL_MAKE_MACOS_H

/* Make it below a folder. `name` is what the machine calls itself. */
void make_macos(const char *dir, const char *name);

#endif
