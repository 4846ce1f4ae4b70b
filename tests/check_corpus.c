/* check_corpus.c -- the fuzzers' seeds in tests/corpus, each through its harness, without a fuzzer.
 *
 * tests/corpus/NAME/ is of tests/fuzz_NAME.c. Seeds are small and made by make_corpus.c; what a fuzzer
 * found and was fixed may be beside them. UPDATE=1 writes the seeds again.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "make_corpus.h"
#include "replay.h"

#define CORPUS "tests/corpus"

static const struct {
    const char *name;
    replay_fn  *run;
} harnesses[] = {
#define REPLAY(name) {#name, replay_##name},
    REPLAYS(REPLAY)
#undef REPLAY
};

static int is_seed(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Call `each` with every file of a folder, in memory of its very size, so that a sanitizer sees a
 * read beyond it; returns how many there are. */
static size_t each_seed(const char *dir,
                        void (*each)(void *arg, const char *path, const uint8_t *data, size_t size),
                        void *arg)
{
    struct dirent **entries = NULL;
    int             n = scandir(dir, &entries, is_seed, alphasort);
    char            path[512];

    for (int i = 0; i < n; i++) {
        size_t size;
        snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
        char    *text = harness_read(path, &size);
        uint8_t *data = malloc(size ? size : 1);
        ck_assert_ptr_nonnull(data);
        memcpy(data, text, size);
        each(arg, path, data, size);
        free(data);
        free(entries[i]);
    }
    free(entries);
    return n < 0 ? 0 : (size_t)n;
}

static void replay(void *arg, const char *path, const uint8_t *data, size_t size)
{
    replay_fn *const *run = arg;

    mark_point();
    ck_assert_msg((*run)(data, size) == 0, "%s", path);
}

START_TEST(seeds_of_every_harness_are_replayed)
{
    char       dir[256];
    replay_fn *run = harnesses[_i].run;

    snprintf(dir, sizeof dir, CORPUS "/%s", harnesses[_i].name);
    ck_assert_msg(each_seed(dir, replay, &run) > 0, "%s has no seed", harnesses[_i].name);
}
END_TEST

/* Each seed with one byte changed, everywhere. */
static void replay_changed(void *arg, const char *path, const uint8_t *data, size_t size)
{
    replay_fn *const *run = arg;
    size_t            step = size / 200 + 1;
    uint8_t          *copy = malloc(size + 1);

    (void)path;
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, data, size);
    for (size_t i = 0; i < size; i += step) {
        copy[i] ^= (uint8_t)(1u << i % 8);
        (*run)(copy, size);
        copy[i] = data[i];
        (*run)(copy, i);
    }
    free(copy);
}

START_TEST(seeds_changed_and_cut_are_replayed)
{
    char       dir[256];
    replay_fn *run = harnesses[_i].run;

    snprintf(dir, sizeof dir, CORPUS "/%s", harnesses[_i].name);
    each_seed(dir, replay_changed, &run);
}
END_TEST

static void compare(void *arg, const char *path, const uint8_t *data, size_t size)
{
    const char *made = arg;
    char        kept[512];
    size_t      kept_size;

    snprintf(kept, sizeof kept, CORPUS "%s", path + strlen(made));
    char *text = harness_read(kept, &kept_size);
    ck_assert_msg(kept_size == size && memcmp(text, data, size) == 0,
                  "%s is stale: UPDATE=1 build/check corpus", kept);
}

START_TEST(seeds_are_what_the_makers_make)
{
    char        dir[512];
    const char *made = getenv("UPDATE") ? CORPUS : harness_scratch();

    make_corpus(made);
    for (size_t i = 0; i < sizeof harnesses / sizeof harnesses[0]; i++) {
        snprintf(dir, sizeof dir, "%s/%s", made, harnesses[i].name);
        each_seed(dir, compare, (void *)(uintptr_t)made);
    }
}
END_TEST

Suite *make_corpus_suite(void)
{
    Suite *suite = suite_create("corpus");
    TCase *tc = tcase_create("corpus");
    int    n = (int)(sizeof harnesses / sizeof harnesses[0]);

    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, seeds_are_what_the_makers_make);
    tcase_add_loop_test(tc, seeds_of_every_harness_are_replayed, 0, n);
    tcase_add_loop_test(tc, seeds_changed_and_cut_are_replayed, 0, n);
    suite_add_tcase(suite, tc);
    return suite;
}
