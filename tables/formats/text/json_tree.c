#include "json_tree.h"

#include <errno.h>

#include "input.h"

/* That malloc() failed is known by errno (POSIX.1-2017, malloc()): cJSON gives up at once, and frees, which
 * leaves errno alone. Its hooks for memory are the process's, which is not ours. */
int json_tree_end(const char *text, size_t size, const char **ret_end, cJSON **ret)
{
    errno = 0;
    *ret = cJSON_ParseWithLengthOpts(text, size, ret_end, 0);
    return *ret ? 0 : errno == ENOMEM ? input_fault(-ENOMEM) : -EBADMSG;
}

int json_tree(const char *text, size_t size, cJSON **ret)
{
    const char *end;

    return json_tree_end(text, size, &end, ret);
}
