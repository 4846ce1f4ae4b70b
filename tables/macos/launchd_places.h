/* launchd_places.h -- where macOS keeps property lists that start something. */
#ifndef SVCQL_LAUNCHD_PLACES_H
#define SVCQL_LAUNCHD_PLACES_H

#include "root.h"
#include "table.h"

struct launchd_file {
    char       *path;  /* within the root */
    const char *type;  /* daemon, agent, login_item or xpc_service; NULL where it is unknown */
    bool        sure;  /* its name or place says that it is one; else only its contents can */
    int         error; /* of a folder that could not be listed; negative errno, 0 for a file */
};

struct launchd_files {
    struct launchd_file *files;
    size_t               n;
    size_t               lost; /* names beyond the cap on one folder */
};

/* Every file that may be one, of the types that `types` allows, in the order of the places. A
 * folder seen under two names (firmlinks, links) is taken once. */
int  launchd_files_find(const struct root *root, const struct tbl_terms *types,
                        struct launchd_files *ret);
void launchd_files_free(struct launchd_files *files);

/* The type by a path; NULL where it is unknown. */
const char *launchd_type_of(const char *path);

/* The bundle that a path is in, "/Applications/X.app", as the length of its beginning; 0: none.
 */
size_t launchd_bundle_of(const char *path);

/* The user whose home holds the path, as a part of it; NULL for none. */
const char *launchd_user_of(const char *path, size_t *ret_size);

#endif
