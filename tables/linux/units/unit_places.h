/* unit_places.h -- other files that start services: generators, SysV scripts, rc.local, D-Bus
 * activation, quadlets, xinetd, hooks of sleep and shutdown, lingering users, managers'
 * configuration and presets.
 */
#ifndef SVCQL_UNIT_PLACES_H
#define SVCQL_UNIT_PLACES_H

#include "unit_search.h"

struct unit_place {
    const char *kind;
    const char *group;   /* of one kind, where a name is read from the first directory only; "" for
                            directories that do not shadow each other */
    const char *dir;     /* "~/" and "$/" as for unit_search_add_dir() */
    const char *pattern; /* of file names */
    unsigned    depth;   /* levels of folders that are read too */
    bool (*matches)(const char *name);     /* also called for file names, and with a depth above 1
                                              of the X of folders of drop-ins; NULL: not */
    bool (*passes_over)(const char *path); /* of folders that are not read; NULL: none */
};

/* The places of the system's manager, those all users share, or a user's own; as a search whose
 * entries all have a dir->place and are UNIT_TOP, quadlets' drop-ins UNIT_DROP_IN. */
int unit_places_open(struct unit_search **ret, const struct root *root,
                     const struct unit_manager *manager);

/* Of these the managers' configuration and environment.d alone; of a user's with what all users
 * share. */
int unit_places_open_configuration(struct unit_search **ret, const struct root *root,
                                   const struct unit_manager *manager);

#endif
