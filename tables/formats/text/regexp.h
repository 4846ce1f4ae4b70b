/* regexp.h -- regular expressions in time bounded by pattern times text, without backtracking.
 *
 * The common part of what PCRE, RE2 and Sigma rules write: alternation, groups (a), (?:a), (?i:a),
 * quantifiers * + ? {m} {m,} {m,n} and their lazy forms, classes [^a-z\d[:alpha:]], . \d \D \s \S
 * \w \W, anchors ^ $ \A \z \Z \b \B, escapes \t \n \r \f \v \a \e \xHH \x{H...} \uHHHH, and the
 * flags (?i) (?s) (?m). Look-around and back-references are refused.
 *
 * A text is UTF-8 and matches by code points; a byte that is no UTF-8 counts as itself. Case is
 * ignored for ASCII letters only. The method is Thompson's, as R. Cox describes it ("Regular
 * Expression Matching Can Be Simple And Fast"), with states that are kept once they are known.
 */
#ifndef SVCQL_REGEXP_H
#define SVCQL_REGEXP_H

#include <stdbool.h>
#include <stddef.h>

#define REGEXP_PATTERN_MAX 8192       /* bytes */
#define REGEXP_PROGRAM_MAX 4096       /* instructions that a pattern may come to */
#define REGEXP_REPEAT_MAX  1000       /* of {m,n} */
#define REGEXP_STEPS_MAX   (1u << 28) /* of one match, a character in one state each: about 1 s */

struct regexp;

/* 0, -ENOMEM, or -EINVAL with *ret_error the reason (static text). Free with regexp_free(). */
int  regexp_compile(const char *pattern, size_t size, struct regexp **ret, const char **ret_error);
void regexp_free(struct regexp *regexp); /* accepts NULL */

/* The same expression for another thread, to be freed before the first one: 0, -ENOMEM. */
int regexp_copy(const struct regexp *regexp, struct regexp **ret);

/* Whether the pattern matches anywhere in the text: 1, 0, -ENOMEM, or -E2BIG where it takes more steps
 * than REGEXP_STEPS_MAX. Not for two threads at once. */
int regexp_match(struct regexp *regexp, const char *text, size_t size);

#endif
