/* make_corpus.h -- small inputs of every format for the fuzzers to begin with. */
#ifndef SVCQL_MAKE_CORPUS_H
#define SVCQL_MAKE_CORPUS_H

/* Write them below a folder: NAME/SEED for tests/fuzz_NAME.c. */
void make_corpus(const char *dir);

/* Those of archives and of containers' images. */
void make_corpus_archives(const char *dir);

#endif
