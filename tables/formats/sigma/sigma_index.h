/* sigma_index.h -- which rules an event may fit, by texts that they cannot do without.
 *
 * Nearly every rule has a set of texts of which an event must hold one. For each such text the
 * index keeps the four bytes of it that the fewest other texts have; a value is read once, and only
 * where it has the four bytes of a text of its field is the text compared, at its end where the rule
 * says so. So the cost of a value is that of its length, however many rules there are. A rule without
 * such a set is one that is always tried. The tests of a rule that is tried, and its lists of them, ask
 * the index, too, whether their texts are in the event.
 */
#ifndef SVCQL_SIGMA_INDEX_H
#define SVCQL_SIGMA_INDEX_H

#include "sigma_test.h"

struct sigma_index;

/* Index the trees of n rules (NULL: none); `indexed` says of each whether it is found by a text. 0
 * or -ENOMEM. Free with sigma_index_free(). */
int  sigma_index_new(struct sigma_node *const *trees, size_t n, bool *indexed,
                     struct sigma_index **ret);
void sigma_index_free(struct sigma_index *index); /* accepts NULL */

/* Add what a rule looks at to sets of fields, a bit for each number: the fields that are searched for its texts, all that
 * it asks for, its keywords. */
void sigma_index_ask(const struct sigma_index *index, uint32_t rule, uint64_t *searched,
                     uint64_t *asked, struct sigma_words *words);

/* Whether a rule asks for a field. */
bool sigma_index_asks(const struct sigma_index *index, uint32_t rule, int32_t field);

/* A search in events, one for each thread; it ends before the index does. NULL: out of memory. */
struct sigma_search;
struct sigma_search *sigma_search_new(const struct sigma_index *index);
void                 sigma_search_free(struct sigma_search *search); /* accepts NULL */

/* Begin to search an event, and search the values [from, to) of it for the texts of a set of fields, each in its own
 * field, and where they may hold `words` for keywords: how many texts the event holds so far. */
void   sigma_search_begin(struct sigma_search *search);
size_t sigma_search_values(struct sigma_search *search, struct sigma_event *event, size_t from,
                           size_t to, const uint64_t *fields, const struct sigma_words *words);

/* The rules, each once, in no order, one of whose texts the event holds; valid until the next event. Only rules whose
 * fields are all in the set are sure to be found. */
const uint32_t *sigma_search_found(const struct sigma_search *search, size_t *ret_n);

/* Whether one of the texts was a keyword's. */
bool sigma_search_words(const struct sigma_search *search);

/* What the last search found: the numbers `literal` of tests and `mark` of ORs (from 1) whose mark is
 * *ret_turn; of others the text, or each of the texts, is not in the event. */
const uint32_t *sigma_search_marks(const struct sigma_search *search, uint32_t *ret_turn);

#endif
