/* json_tree.h -- a text of JSON as cJSON's tree.
 *
 * cJSON has NULL for a text that is not JSON and for want of memory alike. Everything that parses JSON does it
 * here, where the two are told apart.
 */
#ifndef SVCQL_JSON_TREE_H
#define SVCQL_JSON_TREE_H

#include <cjson/cJSON.h>
#include <stddef.h>

/* The tree of a text, which cJSON_Delete() frees: 0, -EBADMSG where it does not begin with JSON, or -ENOMEM;
 * *ret is then NULL. What follows the JSON is ignored. */
int json_tree(const char *text, size_t size, cJSON **ret);

/* The same, and where the JSON ends, or what is not JSON begins. */
int json_tree_end(const char *text, size_t size, const char **ret_end, cJSON **ret);

#endif
