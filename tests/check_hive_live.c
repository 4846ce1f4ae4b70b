/* check_hive_live.c -- a running registry as a hive: a registry of the test's own, a key at a time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/hive/hive_live.h"
#include "harness.h"

#define MANY 70000 /* subkeys: more than one list holds */

/* Keys by their path below the root, and a value of each. */
static const struct fake {
    const char *path, *value;
    uint32_t    type;
    const char *data;
    uint32_t    size;
    uint64_t    written;
    int         error; /* what opening it gives */
} fakes[] = {
    {"", NULL, 0, NULL, 0, HIVE_EPOCH + 10000000, 0},
    {"ControlSet001", NULL, 0, NULL, 0, HIVE_EPOCH, 0},
    {"ControlSet001\\Services", NULL, 0, NULL, 0, HIVE_EPOCH, 0},
    {"ControlSet001\\Services\\Closed", NULL, 0, NULL, 0, HIVE_EPOCH, -EACCES},
    {"ControlSet001\\Services\\Sp\xc3\xa9"
     "cial",
     "ImagePath", HIVE_REG_EXPAND_SZ, "C\0:\0\\\0x\0\0", 10, HIVE_EPOCH + 20000000, 0},
    {"ControlSet001\\Services\\\xe2\x82\xac", "Start", HIVE_REG_DWORD, "\2\0\0", 4, HIVE_EPOCH, 0},
    {"Leaf", "Start", HIVE_REG_DWORD, "\2\0\0", 4, HIVE_EPOCH, 0},
    {"Many", NULL, 0, NULL, 0, HIVE_EPOCH, 0},
};

enum { N_FAKES = sizeof fakes / sizeof *fakes };

static unsigned looks, lists, descriptors, closed;

static const struct fake *find(const uint8_t *path, size_t units)
{
    struct buffer text = {0};

    buffer_utf16(&text, path, units);
    for (size_t i = 0; i < N_FAKES; i++)
        if (strcasecmp(buffer_text(&text), fakes[i].path) == 0) {
            buffer_free(&text);
            return &fakes[i];
        }
    buffer_free(&text);
    return NULL;
}

static int look(void *data, const uint8_t *path, size_t units, uint64_t *ret_written)
{
    const struct fake *fake = find(path, units);

    (void)data;
    looks++;
    if (!fake || fake->error)
        return fake ? fake->error : -ENOENT;
    *ret_written = fake->written;
    return 0;
}

/* Names of these keys are of Latin 1 or of the euro sign. */
static size_t widen(const char *name, size_t size, uint8_t ret[128])
{
    size_t units = 0;

    for (size_t i = 0; i < size; units++) {
        unsigned c = (uint8_t)name[i++];
        if (c == 0xc3)
            c = 0xc0 | ((uint8_t)name[i++] & 0x3f);
        else if (c == 0xe2) {
            c = 0x20ac;
            i += 2;
        }
        ret[2 * units] = (uint8_t)c;
        ret[2 * units + 1] = (uint8_t)(c >> 8);
    }
    return units;
}

static int keys(void *data, const uint8_t *path, size_t units, struct hive_live *to)
{
    const struct fake *parent = find(path, units);
    uint8_t            name[128];
    char               text[16];
    int                r = parent ? parent->error : -ENOENT;

    (void)data;
    lists++;
    for (int i = 0; r == 0 && strcmp(parent->path, "Many") == 0 && i < MANY; i++) {
        snprintf(text, sizeof text, "k%05d", i);
        r = hive_live_key(to, name, widen(text, strlen(text), name), HIVE_EPOCH);
    }
    size_t begin = parent && *parent->path ? strlen(parent->path) + 1 : 0;
    for (size_t i = 1; r == 0 && i < N_FAKES; i++) {
        const char *child = fakes[i].path;
        if (strncmp(child, parent->path, strlen(parent->path)) == 0 && strlen(child) > begin &&
            (!begin || child[begin - 1] == '\\') && !strchr(child + begin, '\\'))
            r = hive_live_key(to, name, widen(child + begin, strlen(child + begin), name),
                              fakes[i].written);
    }
    return r;
}

static int values(void *data, const uint8_t *path, size_t units, struct hive_live *to)
{
    const struct fake *key = find(path, units);
    uint8_t            name[128];

    (void)data;
    if (!key || key->error)
        return key ? key->error : -ENOENT;
    if (strcmp(key->path, "Leaf") == 0)
        hive_live_subkeys(to, 0);
    if (strcmp(key->path, "ControlSet001\\Services") == 0)
        hive_live_subkeys(to, 3);
    return key->value ? hive_live_value(to, name, widen(key->value, strlen(key->value), name),
                                        key->type, (const uint8_t *)key->data, key->size)
                      : 0;
}

static int security(void *data, const uint8_t *path, size_t units, struct buffer *to)
{
    (void)data, (void)path, (void)units;
    descriptors++;
    buffer_puts(to, "descriptor");
    return 0;
}

static void end(void *data)
{
    (void)data;
    closed++;
}

static const struct hive_registry registry = {look, keys, values, security, end};
static struct hive                hive;

static void setup(void)
{
    looks = lists = descriptors = closed = 0;
    ck_assert_int_eq(hive_live_open(&hive, &registry, NULL), 0);
}

static void teardown(void)
{
    hive_close(&hive);
    ck_assert_uint_eq(closed, 1);
}

START_TEST(a_key_is_found_by_its_path_without_its_neighbours)
{
    struct hive_key key, again;

    ck_assert_int_eq(hive_find(&hive, hive.root,
                               "ControlSet001\\services\\sp\xc3\xa9"
                               "cial",
                               &key),
                     0);
    ck_assert_uint_eq(lists, 0);
    ck_assert_uint_eq(key.written, HIVE_EPOCH + 20000000);
    unsigned before = looks;
    ck_assert_int_eq(hive_find(&hive, key.parent,
                               "Sp\xc3\xa9"
                               "cial",
                               &again),
                     0);
    ck_assert_uint_eq(looks, before);
    ck_assert_uint_eq(again.cell, key.cell);
    ck_assert_int_eq(hive_find(&hive, hive.root, "Many", &key), 0);
    ck_assert_int_eq(hive_find(&hive, hive.root, "ControlSet001", &again), 0);
    ck_assert_int_eq(hive_find(&hive, hive.root, "ControlSet002", &key), -ENOENT);
    ck_assert_uint_eq(hive.lost, 0);
}
END_TEST

START_TEST(a_walk_sees_each_key_once_and_what_is_denied_is_counted)
{
    struct hive_walk   walk;
    struct hive_key    root, key;
    struct hive_value  value;
    struct buffer      scratch = {0}, text = {0}, paths = {0};
    struct hive_values list;
    const uint8_t     *data;
    uint32_t           size;

    ck_assert_int_eq(hive_find(&hive, hive.root, "ControlSet001", &root), 0);
    ck_assert_int_eq(hive_walk_begin(&walk, &hive, &root, "S"), 0);
    while (hive_walk_next(&walk, &key) > 0) {
        buffer_printf(&paths, "%s\n", walk.path.data);
        hive_values_begin(&list, &hive, &key);
        while (hive_values_next(&list, &value)) {
            ck_assert_int_eq(hive_data(&hive, &value, &scratch, &data, &size), 0);
            hive_put_name(&text, &value.name);
            buffer_putc(&text, '=');
            hive_put_data(&text, value.type, data, size, ',');
            buffer_putc(&text, ' ');
        }
    }
    hive_walk_end(&walk);
    ck_assert_str_eq(buffer_text(&paths), "S\nS\\Services\nS\\Services\\Closed\n"
                                          "S\\Services\\Sp\xc3\xa9"
                                          "cial\nS\\Services\\\xe2\x82\xac\n");
    ck_assert_str_eq(buffer_text(&text), "ImagePath=C:\\x Start=2 ");
    ck_assert_uint_eq(hive_live_denied(&hive), 2); /* its keys and its values */
    ck_assert_uint_eq(hive.lost, 2);
    buffer_free(&scratch);
    buffer_free(&text);
    buffer_free(&paths);
}
END_TEST

START_TEST(a_key_that_is_known_to_have_no_subkeys_is_not_asked_for_one)
{
    struct hive_key   key, below;
    struct hive_value value;

    ck_assert_int_eq(hive_find(&hive, hive.root, "Leaf", &key), 0);
    ck_assert_int_eq(hive_find(&hive, key.cell, "Parameters", &below), -ENOENT);
    ck_assert_uint_eq(looks, 3); /* the root, the key and what it has not */
    ck_assert_int_eq(hive_find_value(&hive, &key, "Start", &value), 0);
    ck_assert_int_eq(hive_find(&hive, key.cell, "Parameters", &below), -ENOENT);
    ck_assert_uint_eq(looks, 3);
    ck_assert_uint_eq(lists, 0);
}
END_TEST

START_TEST(few_subkeys_are_listed_once_and_not_looked_for_each)
{
    struct hive_key   key, below;
    struct hive_value value;

    ck_assert_int_eq(hive_find(&hive, hive.root, "ControlSet001\\Services", &key), 0);
    ck_assert_int_eq(hive_find_value(&hive, &key, "Start", &value), -ENOENT);
    unsigned before = looks;
    ck_assert_int_eq(hive_find(&hive, key.cell, "Parameters", &below), -ENOENT);
    ck_assert_int_eq(hive_find(&hive, key.cell, "TriggerInfo", &below), -ENOENT);
    ck_assert_int_eq(hive_find(&hive, key.cell, "closed", &below), 0);
    ck_assert_uint_eq(looks, before);
    ck_assert_uint_eq(lists, 1);
}
END_TEST

START_TEST(a_key_has_its_values_as_often_as_they_are_asked_for)
{
    struct hive_key     key;
    struct hive_value   value;
    struct hive_subkeys list;
    struct hive_key     set, services;

    ck_assert_int_eq(hive_find(&hive, hive.root, "Leaf", &key), 0);
    ck_assert_int_eq(hive_find_value(&hive, &key, "Start", &value), 0);
    ck_assert_int_eq(hive_find_value(&hive, &key, "Start", &value), 0);
    ck_assert_int_eq(hive_find(&hive, hive.root, "ControlSet001", &set), 0);
    for (int i = 0; i < 2; i++) {
        hive_subkeys_begin(&list, &hive, &set);
        ck_assert(hive_subkeys_next(&list, &services));
    }
}
END_TEST

START_TEST(a_long_list_of_keys_is_whole)
{
    struct hive_subkeys list;
    struct hive_key     many, key;
    unsigned            n = 0;

    ck_assert_int_eq(hive_find(&hive, hive.root, "Many", &many), 0);
    hive_subkeys_begin(&list, &hive, &many);
    while (hive_subkeys_next(&list, &key))
        n++;
    ck_assert_uint_eq(n, MANY);
    ck_assert_int_eq(hive_find(&hive, many.cell, "k69999", &key), 0);
    ck_assert_uint_eq(hive.lost, 0);
}
END_TEST

START_TEST(a_descriptor_is_read_and_nothing_is_found_deleted)
{
    struct hive_marks marks = {0};
    struct hive_scan  scan = {0};
    struct hive_key   key;
    const uint8_t    *data;
    uint32_t          size, cell;
    bool              is_free;

    ck_assert_int_eq(hive_find(&hive, hive.root, "ControlSet001\\Services", &key), 0);
    ck_assert_int_eq(hive_security(&hive, &key, &data, &size), 0);
    ck_assert_uint_eq(size, strlen("descriptor"));
    ck_assert_mem_eq(data, "descriptor", size);
    ck_assert_int_eq(hive_security(&hive, &key, &data, &size), 0);
    ck_assert_uint_eq(descriptors, 1);
    ck_assert_int_eq(hive_marks_begin(&marks, &hive), 0);
    hive_scan_keys(&scan, &hive, &marks);
    ck_assert(!hive_scan_next(&scan, &cell, &is_free));
    hive_marks_end(&marks);
}
END_TEST

Suite *make_hive_live_suite(void)
{
    Suite *suite = suite_create("hive_live");
    TCase *tc = tcase_create("hive_live");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_key_is_found_by_its_path_without_its_neighbours);
    tcase_add_test(tc, a_walk_sees_each_key_once_and_what_is_denied_is_counted);
    tcase_add_test(tc, a_key_that_is_known_to_have_no_subkeys_is_not_asked_for_one);
    tcase_add_test(tc, few_subkeys_are_listed_once_and_not_looked_for_each);
    tcase_add_test(tc, a_key_has_its_values_as_often_as_they_are_asked_for);
    tcase_add_test(tc, a_long_list_of_keys_is_whole);
    tcase_add_test(tc, a_descriptor_is_read_and_nothing_is_found_deleted);
    suite_add_tcase(suite, tc);
    return suite;
}
