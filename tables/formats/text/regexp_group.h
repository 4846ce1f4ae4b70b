/* regexp_group.h -- what a group of a regular expression matched: for osquery's regex_match().
 *
 *     r = regexp_group("([^/]+)$", 9, text, size, 1, &found, &found_size);
 *
 * The syntax is the common part of ECMAScript's, which osquery has: alternation, groups, (?:a), quantifiers * + ?
 * {m} {m,} {m,n} and their lazy forms, classes, . \d \D \s \S \w \W \b \B \t \n \r \f \v, anchors. Text is bytes;
 * the leftmost match counts, and of it what a backtracking matcher finds first. No state is entered twice, so
 * that time and memory are bounded by pattern times text.
 */
#ifndef SVCQL_REGEXP_GROUP_H
#define SVCQL_REGEXP_GROUP_H

#include <stddef.h>

#define REGEXP_GROUP_PATTERN      8192 /* bytes */
#define REGEXP_GROUP_INSTRUCTIONS 2048
#define REGEXP_GROUP_STATES       (64u << 20) /* instructions times bytes of text, a bit each: 8 MiB */
#define REGEXP_GROUP_MAX          9

/* 1 with what group 0 (all) to REGEXP_GROUP_MAX matched, which may be nothing: *ret NULL; 0: no match; -EINVAL: not
 * such a pattern; -E2BIG: pattern and text are too large; -ENOMEM. */
int regexp_group(const char *pattern, size_t size, const char *text, size_t text_size,
                 unsigned group, const char **ret, size_t *ret_size);

#endif
