/* main.h -- what main.c needs of the harness beside harness.h. */
#ifndef SVCQL_TESTS_MAIN_H
#define SVCQL_TESTS_MAIN_H

#include "harness.h"

void harness_begin(void); /* before the first suite */
int  harness_end(void); /* after the last: prints the skips, removes the scratch folders, counts */

#endif
