/* make_platforms.h -- small evidence of every platform at once, for what is asked of every table. */
#ifndef SVCQL_MAKE_PLATFORMS_H
#define SVCQL_MAKE_PLATFORMS_H

#include <sqlite3.h>

/* Roots of Linux, Windows (two) and macOS, an archive of a Linux root, hosts a to e, and what a service tool
 * printed: something for each table that reads evidence. The folder is removed when the program ends. */
const char *make_platforms(void);

/* A folder with a rule of Sigma, a.yml, and one as SQL, b.json. It ends likewise. */
const char *make_rules(void);

/* A connection that reads that folder and nothing of the host. */
sqlite3 *make_platforms_open(const char *evidence);

#endif
