/* history_places.h -- the paths of histories that the startup file of a shell sets. */
#ifndef SVCQL_HISTORY_PLACES_H
#define SVCQL_HISTORY_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#define HISTORY_PLACES_MAX 1000 /* of one startup file */

/* Call `found` with the absolute path of each history that the text names: HISTFILE=, and in zsh
 * ZDOTDIR=, in which .zsh_history and .zhistory are, and with that of the .zshrc there, which is a startup
 * file too. ~, $HOME and the XDG folders have their default values below `home`, ZDOTDIR is `folder`, that
 * of the startup file, until the text sets it; a value with any other expansion is left out. Stops where
 * found() returns non-zero, and returns that; -E2BIG after HISTORY_PLACES_MAX; else 0. */
int history_places(const char *text, size_t size, const char *home, const char *folder, bool zsh,
                   int (*found)(const char *path, void *data), void *data);

#endif
