/* rule_file.h -- detection rules converted to SQL, as other tools write them.
 *
 * Two forms:
 *   JSON  an array of objects, as sigma convert -f zircolite writes: title, id, level, tags, and
 * rule, an array of SQL texts or one text. SQL   statements, each after comments that say of it:
 * -- title: ..., -- id: ..., -- level: ...,
 *         -- tags: a, b. As sigma convert -t sqlite writes, a file may have no comments at all.
 */
#ifndef SVCQL_RULE_FILE_H
#define SVCQL_RULE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#define RULE_FILE_MAX (32u << 20) /* bytes of a file */
#define RULES_MAX     20000       /* rules of a file */
#define RULE_SQL_MAX  (1u << 20)  /* bytes of one rule's SQL */

struct rule {
    char *title, *id, *level, *tags; /* owned; NULL where the file does not say */
    char *sql;                       /* owned; NULL: the file has none for this rule */
    bool  too_long;                  /* or its SQL is longer than RULE_SQL_MAX */
};

struct rules {
    struct rule *rules;
    size_t       n;
    size_t       lost; /* rules beyond RULES_MAX */
};

/* Add the rules of one file. -EBADMSG where it is neither form, -ENOMEM. */
int  rules_parse_json(struct rules *rules, const char *text, size_t size);
int  rules_parse_sql(struct rules *rules, const char *text, size_t size);
void rules_free(struct rules *rules);

#endif
