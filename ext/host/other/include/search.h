/* search.h -- with GNU's tdestroy(): tree.c. */
#include_next <search.h>
#ifndef SVCQL_OTHER_SEARCH_H
#define SVCQL_OTHER_SEARCH_H

void tdestroy(void *root, void (*free_key)(void *key)) __asm__("host_tdestroy");

#endif
