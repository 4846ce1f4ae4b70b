/* unit_each.h -- every unit of every manager of the evidence, each loaded as its manager would, and
 * after them the files that no unit reads.
 *
 *     unit_each_open(&each, scan, &want);
 *     while ((r = unit_each_next(&each)) > 0)
 *         for (size_t i = 0; i < each.loaded.n; i++) ... each.loaded.settings[i] ...
 *     unit_each_close(&each);
 */
#ifndef SVCQL_UNIT_EACH_H
#define SVCQL_UNIT_EACH_H

#include "unit_load.h"
#include "unit_walk.h"

enum unit_stage {
    UNIT_STAGE_UNITS,     /* that have a file, or a drop-in of exactly their name */
    UNIT_STAGE_NAMED,     /* by the query, without a file of their own */
    UNIT_STAGE_INSTANCES, /* of templates, that links or other units start */
    UNIT_STAGE_REST,      /* files that no unit reads: shadowed ones, drop-ins of absent units */
    UNIT_STAGE_PLACES,    /* other files that start services (unit_places.h) */
};

struct unit_each_want {
    struct unit_walk_want   walk;
    const struct tbl_terms *path, *unit; /* only units that a file of these paths sets; of these
                                            names */
    bool                    instances, places;
};

/* Names of instances, gathered during the walk. */
struct unit_names {
    const char **names;
    size_t       n, room;
};

struct unit_each {
    struct unit_each_want want;
    struct unit_walk      walk;
    struct arena          memory; /* of the manager: names of instances */
    enum unit_stage       stage;
    size_t                next; /* of the stage */
    struct unit_names     instances;
    bool                 *read; /* of each entry of the search, in its order: a unit reads it */

    struct unit_loaded loaded;  /* the unit, or with UNIT_STAGE_REST the file; may be empty */
    const char        *unit;    /* its name */
    const char        *instead; /* of UNIT_STAGE_REST and _PLACES: the file in force; NULL: none */

    struct unit_entry *entry; /* of UNIT_STAGE_PLACES: the file; NULL: none is needed */
};

/* SQLITE_OK, or the error that the query fails with. */
int unit_each_open(struct unit_each *each, struct tbl_scan *scan,
                   const struct unit_each_want *want);

/* Load the next unit: 1, with `loaded` empty where nothing of it is needed; 0 after
 * the last; negative errno. */
int  unit_each_next(struct unit_each *each);
void unit_each_close(struct unit_each *each); /* accepts a zeroed one */

/* Whether the query needs the file of this path. */
bool unit_each_wants(const struct unit_each *each, const struct unit_entry *entry);

#endif
