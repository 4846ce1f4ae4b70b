/* discovery_parts.h -- what discovery.c is made of: a walk over a location gathers candidates (discovery_walk.c), whose
 * kinds names and first bytes tell (discovery_kinds.c), and which are grouped into items by host
 * (discovery_items.c).
 */
#ifndef SVCQL_DISCOVERY_PARTS_H
#define SVCQL_DISCOVERY_PARTS_H

#include "discovery.h"

/* A root or a loose file, with the folder of its collection: paths within the location. */
struct candidate {
    const struct root_system *system; /* NULL: a file */
    enum artefact             artefact;
    char                     *path;
    char                     *collection;
};

struct walker {
    struct root      *root;   /* of the location */
    unsigned          wanted; /* set of 1u << enum artefact */
    struct discovery *result;
    struct candidate *candidates;
    size_t            n, roots;
    bool              in_journals; /* the folder being read is a source of journals already */

    int (*discover)(const char *location, unsigned wanted, struct discovery *ret); /* an archive */
};

/* Gather what is in the location. A negative errno where it cannot be listed, -ENOMEM. */
int discovery_walk(struct walker *w);

/* Count a folder that was not read to its end. Returns 0. */
int discovery_note(struct walker *w, int error);

/* Whether a file of the location has the first bytes of an artefact, expanded where it is compressed. */
bool discovery_sniff(const struct walker *w, enum artefact artefact, const char *path);

/* The kind of a file: the first that its name allows and, where many other files have such names,
 * that its bytes confirm. False: none of the wanted kinds. */
bool discovery_kind(const struct walker *w, const char *dir, const char *name, const char *path,
                    enum artefact *ret);

/* What a file of no kind is, as format_of_bytes() has it; of a member of an archive by its name alone. */
const char *discovery_format(const struct walker *w, const char *path);

/* Add a candidate at a path, which is copied; `system` is NULL of a file. -ENOMEM. */
int discovery_add(struct walker *w, const struct root_system *system, enum artefact artefact,
                  const char *path);

/* Make items of the candidates, with the names of their hosts; or one that is empty. -ENOMEM. */
int discovery_group(struct walker *w);
int discovery_group_nothing(struct walker *w);

#endif
