/* check_hive_layers.c -- differencing hives, read over their base as Windows does for a container. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/hive/hive.h"
#include "harness.h"
#include "make_hive.h"

#define SERVICES "ControlSet001\\Services\\"

enum { TOMBSTONE = 1, SUPERSEDES_VALUES = 2, SUPERSEDES_TREE = 3 };

static sqlite3    *db;
static const char *dir;

static void setup(void)
{
    db = harness_open();
    dir = harness_scratch();
    harness_query(db, "DELETE FROM evidence");
}

static void teardown(void)
{
    harness_close(db);
}

static struct made_key *service(struct made_hive *made, const char *name, const char *path)
{
    char key[256];

    snprintf(key, sizeof key, SERVICES "%s", name);
    struct made_key *made_key = make_hive_key(made, key);
    make_hive_dword(made_key, "Type", 0x10);
    make_hive_string(made_key, "ImagePath", path);
    make_hive_written(made_key, 1600000000);
    return made_key;
}

/* A base with four services, and a value that the layer deletes. */
static struct made_hive *base_hive(void)
{
    struct made_hive *made = make_hive();

    make_hive_dword(make_hive_key(made, "Select"), "Current", 1);
    service(made, "kept", "C:\\kept.exe");
    make_hive_dword(service(made, "changed", "C:\\before.exe"), "Start", 2);
    make_hive_string(make_hive_key(made, SERVICES "changed\\Parameters"), "ServiceDll",
                     "C:\\p.dll");
    service(made, "gone", "C:\\gone.exe");
    make_hive_dword(service(made, "replaced", "C:\\old.exe"), "Start", 2);
    make_hive_string(make_hive_key(made, SERVICES "replaced\\Parameters"), "ServiceDll",
                     "C:\\o.dll");
    return made;
}

static struct made_hive *layer_hive(void)
{
    struct made_hive *made = make_hive();
    struct made_key  *changed = make_hive_key(made, SERVICES "CHANGED");
    char              long_path[20000];

    make_hive_minor(made, 6);
    make_hive_string(changed, "imagepath", "C:\\after.exe");
    make_hive_dword(changed, "Start", 0); /* a tombstone, below */
    make_hive_written(changed, 1700000000);
    make_hive_key(made, SERVICES "gone");
    service(made, "replaced", "C:\\new.exe");
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    make_hive_string(service(made, "added", "C:\\added.exe"), "Description", long_path);
    make_hive_string(make_hive_key(made, SERVICES "added\\Parameters"), "ServiceDll", "C:\\a.dll");
    return made;
}

/* The record of a key ("nk") or value ("vk") by its name. */
static uint8_t *record_of(uint8_t *image, size_t size, const char *kind, size_t head,
                          const char *name)
{
    for (size_t at = head; at + strlen(name) <= size; at++)
        if (memcmp(image + at, name, strlen(name)) == 0 && memcmp(image + at - head, kind, 2) == 0)
            return image + at - head;
    ck_abort_msg("no %s %s", kind, name);
    return NULL;
}

static uint8_t *layer_image(size_t *ret_size, int replaced)
{
    struct made_hive *made = layer_hive();
    uint8_t          *image = make_hive_image(made, ret_size);

    make_hive_free(made);
    record_of(image, *ret_size, "nk", 76, "gone")[13] = TOMBSTONE;
    record_of(image, *ret_size, "nk", 76, "replaced")[13] = (uint8_t)replaced;
    record_of(image, *ret_size, "vk", 20, "Start")[16] |= 2;
    return image;
}

static void write_base(const char *path)
{
    struct made_hive *made = base_hive();

    make_hive_file(made, dir, path);
    make_hive_free(made);
}

START_TEST(a_layer_is_read_over_the_base_beside_it)
{
    size_t   size;
    uint8_t *image = layer_image(&size, SUPERSEDES_TREE);

    harness_write(dir, "SYSTEM_Delta", image, size);
    free(image);
    write_base(_i ? "SYSTEM" : "SYSTEM_Base");
    harness_expect(db,
                   "added|C:\\added.exe|NULL|C:\\a.dll|19999\n"
                   "changed|C:\\after.exe|NULL|C:\\p.dll|NULL\n"
                   "kept|C:\\kept.exe|NULL|NULL|NULL\n"
                   "replaced|C:\\new.exe|NULL|NULL|NULL",
                   "SELECT name, image_path, start, service_dll, length(description) "
                   "FROM registry_services('%s/SYSTEM_Delta') WHERE NOT deleted ORDER BY name",
                   dir);
    harness_expect(db, "1700000000.0",
                   "SELECT time FROM registry_services('%s/SYSTEM_Delta') WHERE name = 'changed'",
                   dir);
    harness_expect(db, "read|a differencing hive, read as a layer over its base beside it",
                   "SELECT status, detail FROM evidence_sources WHERE location LIKE '%%_Delta' "
                   "AND table_name = 'registry_services'");
}
END_TEST

/* Where no query names it, the base is read with the layer alone, and says so. */
START_TEST(a_base_beside_its_layer_is_read_once)
{
    static const char *const bases[] = {"SYSTEM_Base", "SYSTEM"};
    size_t                   size;
    uint8_t                 *image = layer_image(&size, SUPERSEDES_TREE);

    harness_write(dir, "h/SYSTEM_Delta", image, size);
    free(image);
    char path[64];
    snprintf(path, sizeof path, "h/%s", bases[_i]);
    write_base(path);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s/h')", dir);
    harness_expect(db, "added\nchanged\nkept\nreplaced",
                   "SELECT name FROM registry_services WHERE NOT deleted ORDER BY name");
    harness_query(db, "SELECT count(*) FROM registry");
    for (int i = 0; i < 2; i++) {
        const char *table = i ? "registry" : "registry_services";
        harness_expect(db,
                       "read|0|the base of a differencing hive beside it, with which it is read",
                       "SELECT status, records, detail FROM evidence_sources WHERE table_name = "
                       "'%s' AND location = '%s/%s'",
                       table, dir, path);
    }
    harness_expect(db, "4", "SELECT count(*) FROM registry_services('%s/%s') WHERE NOT deleted",
                   dir, path);
}
END_TEST

START_TEST(a_key_may_stand_for_its_values_alone)
{
    size_t   size;
    uint8_t *image = layer_image(&size, SUPERSEDES_VALUES);

    harness_write(dir, "SYSTEM_Delta", image, size);
    free(image);
    write_base("SYSTEM_Base");
    harness_expect(db, "C:\\new.exe|NULL|C:\\o.dll",
                   "SELECT image_path, start, service_dll FROM "
                   "registry_services('%s/SYSTEM_Delta') WHERE name = 'replaced'",
                   dir);
}
END_TEST

START_TEST(a_layer_without_its_base_is_named)
{
    size_t   size;
    uint8_t *image = layer_image(&size, SUPERSEDES_TREE);

    harness_write(dir, "SYSTEM_Delta", image, size);
    harness_expect(db, "0", "SELECT count(*) FROM registry_services('%s/SYSTEM_Delta')", dir);
    harness_write(dir, "SYSTEM_Base", image, size); /* a layer is no base */
    free(image);
    harness_expect(db, "0", "SELECT count(*) FROM registry_services('%s/SYSTEM_Delta')", dir);
    harness_expect(db, "differencing hive (version 1.6), a layer of another hive",
                   "SELECT detail FROM evidence_sources WHERE location LIKE '%%_Delta' "
                   "AND table_name = 'registry_services'");
}
END_TEST

START_TEST(a_mangled_layer_costs_no_more_than_it_holds)
{
    unsigned seed = 11;
    size_t   size, base_size;

    for (int round = 0; round < 200; round++) {
        uint8_t          *image = layer_image(&size, round % 4);
        struct made_hive *made = base_hive();
        uint8_t          *below = make_hive_image(made, &base_size);
        struct hive       base, layer;
        for (int i = 0; i < 30; i++)
            image[4096 + (size_t)rand_r(&seed) % (size - 4096)] = (uint8_t)rand_r(&seed);
        ck_assert_int_eq(hive_open(&base, below, base_size, NULL, 0), 0);
        ck_assert_int_eq(hive_open_layer(&layer, image, size, NULL, 0), 0);
        hive_put_layer(&base, &layer);
        struct hive_key  key;
        struct hive_walk walk = {0};
        if (hive_key(&base, base.root, &key) == 0 && hive_walk_begin(&walk, &base, &key, "") == 0)
            while (hive_walk_next(&walk, &key) > 0)
                continue;
        hive_walk_end(&walk);
        ck_assert_uint_lt(base.size, 2 * (base_size + size) + 100000);
        hive_close(&layer);
        hive_close(&base);
        make_hive_free(made);
        free(below);
        free(image);
    }
    printf("hive layers: seed 11\n");
}
END_TEST

Suite *make_hive_layers_suite(void)
{
    Suite *suite = suite_create("hive_layers");
    TCase *tc = tcase_create("hive_layers");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_layer_is_read_over_the_base_beside_it, 0, 2);
    tcase_add_loop_test(tc, a_base_beside_its_layer_is_read_once, 0, 2);
    tcase_add_test(tc, a_key_may_stand_for_its_values_alone);
    tcase_add_test(tc, a_layer_without_its_base_is_named);
    tcase_add_test(tc, a_mangled_layer_costs_no_more_than_it_holds);
    suite_add_tcase(suite, tc);
    return suite;
}
