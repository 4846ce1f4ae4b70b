/* history_places.h -- where the startup file of a shell says that the history is kept. */
#ifndef SVCQL_HISTORY_PLACES_H
#define SVCQL_HISTORY_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#define HISTORY_PLACES_MAX 1000 /* of one startup file */

/* Call `found` with the absolute path of each history that the text names: HISTFILE=, and in zsh
 * ZDOTDIR=, in which .zsh_history and .zhistory are. ~, $HOME, the XDG folders and ZDOTDIR stand for
 * what they are by default below `home`; a value with anything else in it that a shell would compute
 * is left out. Stops where found() returns non-zero, and returns that; -E2BIG after HISTORY_PLACES_MAX;
 * else 0. */
int history_places(const char *text, size_t size, const char *home, bool zsh,
                   int (*found)(const char *path, void *data), void *data);

#endif
