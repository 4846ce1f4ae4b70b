/* corpus.h -- labelled cases, attacks and ordinary things, written out as hosts.
 *
 *     struct corpus *corpus = corpus_load("tests/corpus/judgement");
 *     for (size_t i = 0; i < corpus->n; i++) {
 *         const char *dir = harness_scratch();
 *         corpus_write(corpus, &corpus->cases[i], dir, 40);
 *         ... INSERT INTO evidence(location) VALUES (dir) ...
 *     }
 *     corpus_free(corpus);
 *
 * The form of the files is described in tests/corpus/judgement/README.md. A file that breaks it fails the
 * test with its name and line.
 */
#ifndef SVCQL_CORPUS_H
#define SVCQL_CORPUS_H

#include <stdbool.h>
#include <stddef.h>

/* One thing that a case puts on its host. */
struct corpus_item {
    const char *kind;    /* file, program, link, owner, event, service, key */
    const char *subject; /* path below the root; of an event "CHANNEL ID PROVIDER" */
    const char *extra;   /* permissions, target, user id; NULL: none */
    char       *content; /* lines without their tab; NULL: none */
};

struct corpus_case {
    const char         *name, *platform, *what, *source, *twin; /* twin may be NULL */
    bool                attack;
    bool                fitting;          /* in the half from which weights may be taken */
    bool                without_packages; /* lies on an empty host, and not over base.txt */
    size_t              n_expected;       /* subjects that findings must name; 0 counts as 1 */
    struct corpus_item *items;
    size_t              n_items;
};

struct corpus {
    struct corpus_case *cases;
    size_t              n;
    char              **texts; /* the files, into which the strings point */
    size_t              n_texts;
    char               *base; /* base.txt */
};

struct corpus *corpus_load(const char *folder);
void           corpus_free(struct corpus *corpus);

/* Make the host of a case below a folder, its files `days` days old. NULL: the base host alone, with
 * packages and units of Linux that are 400 days old. */
void corpus_write(const struct corpus *corpus, const struct corpus_case *one, const char *dir,
                  int days);

/* The same of all cases of a platform, of both corpora, on one host. */
void corpus_write_platform(const struct corpus *corpus, const struct corpus *more,
                           const char *platform, const char *dir, int days);

#endif
