/* judge_ordinary.h -- real ordinary units, judged and counted by source, grade and signal. */
#ifndef SVCQL_JUDGE_ORDINARY_H
#define SVCQL_JUDGE_ORDINARY_H

#include "corpus.h"

/* Print what became of the units of $SVCQL_EVIDENCE/ordinary, or that there are none. 1: a bar is missed. */
int judge_ordinary(const struct corpus *corpus);

#endif
