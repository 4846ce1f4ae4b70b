/* json_pairs.h -- the names and values of one JSON object, without building a tree.
 *
 *     struct json_pairs pairs;
 *     json_pairs_begin(&pairs, text, size);
 *     while (json_pairs_next(&pairs, &pair) > 0)
 *         ... pair.name, pair.value ...
 *     json_pairs_end(&pairs);
 *
 * For objects that svcql itself writes: texts, numbers, words, and lists of them, which give a pair
 * a value. What lies deeper is given as its JSON text. null gives no pair.
 */
#ifndef SVCQL_JSON_PAIRS_H
#define SVCQL_JSON_PAIRS_H

#include "buffer.h"

struct json_pair {
    const char *name, *value; /* unescaped, not NUL-terminated; in the text or in `pairs` */
    size_t      name_size, value_size;
    bool        copied; /* name or value is in `pairs`, until the next call */
};

struct json_pairs {
    const char   *at, *end;
    const char   *name; /* of a list that is being read */
    size_t        name_size;
    bool          in_list;
    struct buffer names, values;
};

void json_pairs_begin(struct json_pairs *pairs, const char *text,
                      size_t size); /* a zeroed or a used one */
void json_pairs_end(struct json_pairs *pairs);

/* 1 and *ret, 0 at the end, -EBADMSG where the text is not an object, -ENOMEM. */
int json_pairs_next(struct json_pairs *pairs, struct json_pair *ret);

#endif
