/* yaml_tree.h -- the documents of a YAML file as trees, read by libyaml under limits of our own.
 *
 *     struct yaml_file file;
 *     if (yaml_file_parse(text, size, &arena, &file) == 0)
 *         for (size_t i = 0; i < file.n; i++)
 *             const struct yaml_node *title = yaml_get(file.documents[i], "title");
 *
 * YAML 1.1, as libyaml reads it: maps, lists, scalars, anchors, aliases, merge keys (<<), several
 * documents. Hostile text is refused, never followed: a file has at most YAML_SIZE_MAX bytes, a
 * document YAML_DEPTH_MAX levels and, each alias counted as often as it is used, YAML_NODES_MAX
 * nodes. A key that occurs twice in one map is an error, as one of its values would be lost.
 */
#ifndef SVCQL_YAML_TREE_H
#define SVCQL_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/arena.h"

#define YAML_SIZE_MAX      (1u << 20) /* bytes of a file */
#define YAML_DEPTH_MAX     32         /* maps and lists inside each other */
#define YAML_NODES_MAX     100000     /* of a document */
#define YAML_KEYS_MAX      2000       /* of a map */
#define YAML_ANCHORS_MAX   64         /* of a document */
#define YAML_DOCUMENTS_MAX 1000       /* of a file */

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind     kind;
    bool               plain; /* a scalar without quotes, whose form says what it is */
    uint32_t           line;  /* from 1 */
    uint32_t           depth; /* levels that it has, of a scalar 1 */
    uint32_t           count; /* nodes that it comes to, itself and repeated ones included */
    const char        *text;  /* of a scalar: UTF-8, NUL-terminated, may hold NUL */
    size_t             size;
    struct yaml_node **items; /* of a list its items; of a map key, value, key, value */
    size_t             n;     /* how many of them: of a map twice its pairs */
};

struct yaml_file {
    struct yaml_node **documents;
    size_t             n;
    uint32_t           error_line; /* where the reading ended, from 1 */
    const char        *error;      /* why: static text, or the arena's; NULL where all was read */
};

/* 0; -EBADMSG with ret->error and the documents before it, -ENOMEM. All is the arena's. */
int yaml_file_parse(const char *text, size_t size, struct arena *arena, struct yaml_file *ret);

/* The value of a key in a map; NULL where there is none, or the node is not a map or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* The text of a scalar; NULL of anything else. */
const char *yaml_text(const struct yaml_node *node);

/* Whether it is a scalar that says null: plain, and empty, ~ or null. */
bool yaml_is_null(const struct yaml_node *node);

#endif
