/* settings.h -- the settings of a connection, for svcql_settings. Tables read one with
 * svcql_setting(). */
#ifndef SVCQL_SETTINGS_H
#define SVCQL_SETTINGS_H

#include "evidence.h"

struct setting {
    const char *name, *doc, *fallback;
};

const struct setting *setting_at(size_t i); /* NULL after the last */

/* Copies; NULL restores the default. SQLITE_NOTFOUND, SQLITE_NOMEM. */
int svcql_set(struct svcql *svcql, const char *name, const char *value);

#endif
