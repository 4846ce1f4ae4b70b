/* corpus_given.h -- cases that are a folder each: a README and the files that lie over an ordinary host.
 *
 *     struct corpus *given = corpus_given(corpus, "/srv/cases/judgement");
 *
 * The README's line "expected:" says whether it is an attack: "nothing at medium or above" is none, and
 * "each" asks for a finding on every unit. A case without a folder tree/ is left out: it is staged on a
 * booted system. What it holds lives until the program ends.
 */
#ifndef SVCQL_CORPUS_GIVEN_H
#define SVCQL_CORPUS_GIVEN_H

#include "corpus.h"

#define GIVEN_ITEMS_MAX 128

struct corpus *corpus_given(const struct corpus *corpus, const char *folder);

#endif
