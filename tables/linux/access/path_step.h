/* path_step.h -- what one path of a root is, and who may change it: a step of path_permissions.
 *
 *     const struct path_step *step = path_step(svcql, source.root, "/usr/lib");
 *     if (step && step->error == 0 && *step->writers) ...
 *
 * The folders above the paths of a question are mostly the same few, so each is looked up once a statement.
 */
#ifndef SVCQL_PATH_STEP_H
#define SVCQL_PATH_STEP_H

#include <stdbool.h>
#include <sys/stat.h>

#include "evidence.h"
#include "root.h"

struct path_step {
    int         error;      /* negative errno; 0: the rest is filled in */
    struct stat st;         /* not followed */
    bool        acl;        /* it has an access control list */
    bool        descriptor; /* of Windows: owners and modes of `st` say nothing */
    const char
        *writers; /* who may write it, other than root: the items of a JSON array; "" of a link */
    const char *target; /* of a link; NULL where it cannot be read */
};

/* Look up a path within a root. NULL: no memory. Valid until the next call and the end of the statement. */
const struct path_step *path_step(struct svcql *svcql, struct root *root, const char *path);

/* Add one account to the items of a JSON array, as `writers` has them: tag 'u', 'g' or 'o' as acl_writers() gives it.
 * Root does not count. */
struct buffer;
void path_step_add_writer(struct buffer *writers, char tag, uint32_t id);

#endif
