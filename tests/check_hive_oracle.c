/* check_hive_oracle.c -- every key and value of made and of real hives, against libhivex. */
#include <errno.h>
#include <hivex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/hive/hive.h"
#include "harness.h"
#include "make_hive.h"

struct totals {
    size_t hives, refused, keys, values, unlike;
    size_t nul;      /* names with a NUL, where libhivex ends them */
    size_t nameless; /* names that libhivex does not give: half a surrogate pair, cut by damage */
};

#define NUL_SHOWN "\xe2\x90\x80"

/* Whether two names are the same, or unlike for a known reason. */
static bool same_name(const char *theirs, const struct hive_name *name, struct totals *totals)
{
    struct buffer ours = {0};

    hive_put_name(&ours, name);
    const char *text = buffer_text(&ours);
    const char *nul = strstr(text, NUL_SHOWN);
    bool        same = theirs && strcmp(text, theirs) == 0;
    bool        cut_at_nul = theirs && nul && (size_t)(nul - text) == strlen(theirs) &&
                      strncmp(text, theirs, strlen(theirs)) == 0;
    totals->nul += cut_at_nul;
    totals->nameless += !theirs;
    if (!same && !cut_at_nul && theirs)
        fprintf(stderr, "libhivex: %s, svcql: %s\n", theirs, text);
    buffer_free(&ours);
    return same || cut_at_nul || !theirs;
}

static void compare_value(hive_h *theirs, hive_value_h there, struct hive *ours,
                          const struct hive_value *here, struct totals *totals)
{
    struct buffer  scratch = {0};
    const uint8_t *data = NULL;
    uint32_t       size = 0;
    hive_type      type;
    size_t         their_size;
    char          *their_data = hivex_value_value(theirs, there, &type, &their_size);
    char          *their_name = hivex_value_key(theirs, there);

    totals->values++;
    if (!their_data || hive_data(ours, here, &scratch, &data, &size) < 0 ||
        !same_name(their_name, &here->name, totals) || (uint32_t)type != here->type ||
        size != their_size || memcmp(data, their_data, size) != 0)
        totals->unlike++;
    free(their_data);
    free(their_name);
    buffer_free(&scratch);
}

static void compare_values(hive_h *theirs, hive_node_h node, struct hive *ours,
                           const struct hive_key *key, struct totals *totals)
{
    hive_value_h      *list = hivex_node_values(theirs, node);
    struct hive_values values;
    struct hive_value  value;

    hive_values_begin(&values, ours, key);
    for (size_t i = 0; list && list[i]; i++) {
        if (!hive_values_next(&values, &value)) {
            totals->unlike++;
            break;
        }
        compare_value(theirs, list[i], ours, &value, totals);
    }
    if (hive_values_next(&values, &value))
        totals->unlike++;
    free(list);
}

static void compare_key(hive_h *theirs, hive_node_h node, struct hive *ours,
                        const struct hive_key *key, struct totals *totals)
{
    hive_node_h        *list = hivex_node_children(theirs, node);
    struct hive_subkeys subkeys;
    struct hive_key     subkey;

    char *name = hivex_node_name(theirs, node);

    totals->keys++;
    totals->unlike += !same_name(name, &key->name, totals) ||
                      hivex_node_timestamp(theirs, node) != (int64_t)key->written;
    free(name);
    compare_values(theirs, node, ours, key, totals);
    hive_subkeys_begin(&subkeys, ours, key);
    for (size_t i = 0; list && list[i]; i++) {
        if (!hive_subkeys_next(&subkeys, &subkey)) {
            totals->unlike++;
            break;
        }
        compare_key(theirs, list[i], ours, &subkey, totals);
    }
    if (list && hive_subkeys_next(&subkeys, &subkey))
        totals->unlike++;
    free(list);
}

static void compare(const char *path, void *arg)
{
    struct totals  *totals = arg;
    struct hive     ours;
    struct hive_key root;
    size_t          size, before = totals->unlike;
    uint8_t        *data = (uint8_t *)harness_read(path, &size);

    if (hive_open(&ours, data, size, NULL, 0) == 0) {
        hive_h *theirs = hivex_open(path, 0);
        if (theirs && hive_key(&ours, ours.root, &root) == 0) {
            totals->hives++;
            compare_key(theirs, hivex_root(theirs), &ours, &root, totals);
            hivex_close(theirs);
        } else {
            totals->refused++;
        }
        if (totals->unlike > before)
            fprintf(stderr, "%s: %zu unlike\n", path, totals->unlike - before);
        hive_close(&ours);
    }
    free(data);
}

/* A hive with each type of value, names in both encodings, a value of several cells, many subkeys. */
static struct made_hive *made_hive_of(const char *lists)
{
    struct made_hive *made = make_hive();
    struct made_key  *key = make_hive_key(made, "Services\\caf\xc3\xa9");
    static uint8_t    big[40000];
    char              path[64];

    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (uint8_t)(i * 7);
    make_hive_lists(made, lists);
    make_hive_string(key, "ImagePath", "C:\\Windows\\Temp\\a.exe");
    make_hive_expand(key, "\xd0\x9f\xd1\x83\xd1\x82\xd1\x8c", "%SystemRoot%\\x");
    make_hive_strings(key, "DependOnService", "a|b");
    make_hive_string(key, "", "default");
    make_hive_dword(key, "Start", 2);
    make_hive_qword(key, "Long", UINT64_C(0x0123456789abcdef));
    make_hive_value(key, "Big", 3, big, sizeof big);
    make_hive_value(key, "None", 0, NULL, 0);
    make_hive_written(key, 1700000000);
    for (int i = 0; i < 1200; i++) {
        snprintf(path, sizeof path, "Many\\key%04d", i);
        make_hive_dword(make_hive_key(made, path), "Number", (uint32_t)i);
    }
    return made;
}

START_TEST(made_hives_agree_with_libhivex)
{
    static const char *const lists[] = {"lf", "lh", "li", "ri"};
    struct totals            totals = {0};
    char                     path[4200];
    const char              *dir = harness_scratch();
    struct made_hive        *made = made_hive_of(lists[_i]);

    make_hive_file(made, dir, "hive");
    make_hive_free(made);
    snprintf(path, sizeof path, "%s/hive", dir);
    compare(path, &totals);
    ck_assert_uint_eq(totals.hives, 1);
    ck_assert_uint_eq(totals.unlike, 0);
    ck_assert_uint_eq(totals.keys, 1204);
    ck_assert_uint_eq(totals.values, 1208);
    ck_assert_uint_eq(totals.nul + totals.nameless, 0);
}
END_TEST

/* libhivex refuses three: a damaged bin, a wrong checksum, and a log whose checksum is wrong too,
 * so that its type cannot be believed. */
START_TEST(every_key_and_value_agrees_with_libhivex)
{
    struct totals totals = {0};

    if (harness_each_evidence("hives", "", compare, &totals) == 0)
        SKIP("needs SVCQL_EVIDENCE");
    ck_assert_uint_eq(totals.unlike, 0);
    ck_assert_msg(totals.hives == 40 && totals.keys == 123989 && totals.values == 221684,
                  "%zu hives, %zu keys, %zu values", totals.hives, totals.keys, totals.values);
    ck_assert_uint_eq(totals.refused, 3);
    ck_assert_uint_eq(totals.nul, 3);
    ck_assert_uint_eq(totals.nameless, 3);
}
END_TEST

Suite *make_hive_oracle_suite(void)
{
    Suite *suite = suite_create("hive_oracle");
    TCase *tc = tcase_create("libhivex");

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, made_hives_agree_with_libhivex, 0, 4);
    tcase_add_test(tc, every_key_and_value_agrees_with_libhivex);
    suite_add_tcase(suite, tc);
    return suite;
}
