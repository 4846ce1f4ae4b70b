/* check_bom.c -- bills of materials and the receipts that they belong to: by values, damaged, and beside another reader. */
#include "formats/package/bom.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/package/cksum.h"
#include "formats/text/byte_order.h"
#include "harness.h"
#include "make_bom.h"
#include "make_plist.h"

#define FOLDER (S_IFDIR | 0755)
#define FILE_  (S_IFREG | 0755)
#define LINK   (S_IFLNK | 0755)

static const struct made_path agent[] = {
    {".", FOLDER, 0},
    {"./Library", FOLDER, 0},
    {"./Library/LaunchDaemons", FOLDER, 0},
    {"./Library/LaunchDaemons/com.example.agent.plist", FILE_, 0x11},
    {"./usr", FOLDER, 0},
    {"./usr/local", FOLDER, 0},
    {"./usr/local/bin", FOLDER, 0},
    {"./usr/local/bin/agent", FILE_, 3287646509}, /* of "hello" */
    {"./usr/local/bin/link", LINK, 7},
};

enum { N_AGENT = sizeof agent / sizeof *agent };

/* Paths, each with its type and checksum; or the error. */
static char *list_of(const uint8_t *data, size_t size)
{
    struct buffer text = {0}, path = {0};
    struct bom    bom = {0};
    int           r = bom_open(data, size, &bom);

    if (r < 0)
        buffer_printf(&text, "error %d", r);
    for (size_t i = 0; r == 0 && i < bom.n; i++) {
        int one = bom_path(&bom, i, &path);
        if (one < 0)
            buffer_printf(&text, "error %d\n", one);
        else
            buffer_printf(&text, "%s %u %s%x\n", path.data, bom.list[i].type,
                          bom.list[i].has_checksum ? "" : "-", bom.list[i].checksum);
    }
    if (r == 0)
        buffer_printf(&text, "lost %llu", (unsigned long long)bom.lost);
    buffer_free(&path);
    bom_close(&bom);
    ck_assert_ptr_nonnull(buffer_text(&text));
    return text.data;
}

static void expect(const uint8_t *data, size_t size, const char *expected)
{
    char *list = list_of(data, size);

    ck_assert_str_eq(list, expected);
    free(list);
}

static const char whole[] = " 2 -0\nLibrary 2 -0\nLibrary/LaunchDaemons 2 -0\n"
                            "Library/LaunchDaemons/com.example.agent.plist 1 11\nusr 2 -0\n"
                            "usr/local 2 -0\nusr/local/bin 2 -0\nusr/local/bin/agent 1 c3f5812d\n"
                            "usr/local/bin/link 3 -0\nlost 0";

START_TEST(a_bill_has_the_paths_of_all_its_leaves)
{
    static const size_t per_leaf[] = {100, N_AGENT, 4, 1};
    char                expected[sizeof whole];
    size_t              size;

    strcpy(expected, whole);
    for (size_t i = 0; i < sizeof per_leaf / sizeof *per_leaf; i++) {
        uint8_t *bom = make_bom(agent, N_AGENT, per_leaf[i], &size);
        expect(bom, size, expected);
        free(bom);
    }
}
END_TEST

/* Every beginning of a bill in memory of its very size, and every byte of it changed. */
START_TEST(a_cut_or_damaged_bill_is_read_within_its_bounds)
{
    static const uint8_t bytes[] = {0, 1, 0x7f, 0xff};
    size_t               size;
    uint8_t             *bom = make_bom(agent, N_AGENT, 4, &size);

    for (size_t n = 0; n < size; n += n < 600 ? 1 : 37) {
        uint8_t *copy = malloc(n + 1);
        memcpy(copy, bom, n);
        char *list = list_of(copy, n);
        ck_assert_str_ne(list, whole);
        free(list);
        free(copy);
    }
    for (size_t at = 0; at < size; at += at < 32 || at >= 512 ? 1 : 16)
        for (size_t i = 0; i < sizeof bytes; i++) {
            uint8_t was = bom[at];
            bom[at] = bytes[i];
            free(list_of(bom, size));
            bom[at] = was;
        }
    expect(bom, size, whole);
    free(bom);
}
END_TEST

static void put_be32(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> 8 * (3 - i));
}

START_TEST(what_a_bill_misleads_to_is_lost_and_ends)
{
    static const struct made_path two[] = {{".", FOLDER, 0}, {"./a", FOLDER, 0}};
    size_t                        size;
    uint8_t                      *bom = make_bom(two, 2, 1, &size);
    uint8_t *first = bom + make_bom_block(bom, 3), *top = bom + make_bom_block(bom, 5),
            *a = bom + make_bom_block(bom, 8), *node = bom + make_bom_block(bom, 2);

    put_be32(first + 4, 3); /* a leaf that follows itself */
    expect(bom, size, " 2 -0\nlost 1");
    put_be32(first + 4, 4);
    put_be32(node + 12, 2); /* a node that leads to itself */
    expect(bom, size, "lost 1");
    put_be32(node + 12, 3);
    put_be32(top, 2); /* folders that are in each other */
    expect(bom, size, "error -74\nerror -74\nlost 0");
    put_be32(top, 1); /* and in themselves */
    expect(bom, size, "error -74\nerror -74\nlost 0");
    put_be32(top, 77); /* and in none */
    expect(bom, size, "error -74\nerror -74\nlost 0");
    put_be32(top, 0);
    a[4] = '/';
    expect(bom, size, " 2 -0\nlost 1");
    a[4] = 'a';
    expect(bom, size, " 2 -0\na 2 -0\nlost 0");
    put_be32(bom + 24, (uint32_t)size - 3); /* names beyond the end */
    expect(bom, size, "error -74");
    free(bom);
}
END_TEST

/* A million pairs that are the same one, in a bill of 9 MB: as many entries as it has room for the blocks of. */
START_TEST(a_leaf_that_is_shared_costs_no_more_than_the_bill)
{
    enum { PATHS = 60000, LEAVES = 2000 };
    struct made_path *paths = calloc(PATHS, sizeof *paths);
    size_t            size, n = 0;
    struct bom        bom;
    struct buffer     path = {0};

    for (size_t i = 0; i < PATHS; i++)
        paths[i] = i ? (struct made_path){"./a", FILE_, 1} : (struct made_path){".", FOLDER, 0};
    uint8_t *data = make_bom(paths, PATHS, PATHS / LEAVES, &size);
    uint32_t large = be32(data + make_bom_slot(data, 2));
    for (uint32_t leaf = 3; leaf < 3 + LEAVES; leaf++) { /* all of the file is each leaf's */
        uint8_t *slot = data + make_bom_slot(data, leaf);
        put_be32(slot + 4, (uint32_t)size - large - 100000);
        data[make_bom_block(data, leaf) + 2] = 0xff;
    }
    ck_assert_int_eq(bom_open(data, size, &bom), 0);
    ck_assert_uint_le(bom.n, size / 16);
    ck_assert_uint_gt(bom.lost, 0);
    for (size_t i = 0; i < bom.n; i++)
        n += bom_path(&bom, i, &path) == 0 ? path.size : 0;
    ck_assert_uint_le(n, 8 * size);
    buffer_free(&path);
    bom_close(&bom);
    free(data);
    free(paths);
}
END_TEST

START_TEST(a_checksum_is_that_of_cksum)
{
    static const struct {
        const char *text;
        uint32_t    value;
    } known[] = {{"", 4294967295u}, {"hello", 3287646509u}, {"hello\n", 3015617425u}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct cksum sum;
        cksum_begin(&sum);
        cksum_put(&sum, (const uint8_t *)known[i].text, strlen(known[i].text) / 2);
        cksum_put(&sum, (const uint8_t *)known[i].text + strlen(known[i].text) / 2,
                  strlen(known[i].text) - strlen(known[i].text) / 2);
        ck_assert_uint_eq(cksum_end(&sum), known[i].value);
    }
}
END_TEST

/* Receipts ------------------------------------------------------------------------- */

#define RECEIPTS "private/var/db/receipts/"

static void write_bom(const char *root, const char *path, const struct made_path *paths, size_t n)
{
    size_t   size;
    uint8_t *bom = make_bom(paths, n, 4, &size);

    harness_write(root, path, bom, size);
    free(bom);
}

/* As Installer of macOS 14 writes them. */
static const char *macos_root(void)
{
    static const struct made_path tool[] = {{".", FOLDER, 0}, {"./tool", FILE_, 1}};
    const char                   *root = harness_scratch();

    harness_write_text(root, "Library/LaunchDaemons/x", "");
    harness_write_text(root, "usr/local/bin/agent", "hello");
    harness_write_text(root, "opt/tool", "changed");
    make_plist(root, RECEIPTS "com.example.agent.plist", true,
               "<dict><key>InstallDate</key><date>2023-11-14T22:13:20Z</date>"
               "<key>InstallPrefixPath</key><string>/</string>"
               "<key>InstallProcessName</key><string>Installer</string>"
               "<key>PackageFileName</key><string>agent.pkg</string>"
               "<key>PackageIdentifier</key><string>com.example.agent</string>"
               "<key>PackageVersion</key><string>1.2</string></dict>");
    make_plist(root, "Library/Apple/System/Library/Receipts/com.example.tool.plist", false,
               "<dict><key>InstallDate</key><date>2023-11-14T22:13:21Z</date>"
               "<key>InstallPrefixPath</key><string>opt/</string>"
               "<key>PackageIdentifier</key><string>com.example.tool</string></dict>");
    write_bom(root, RECEIPTS "com.example.agent.bom", agent, N_AGENT);
    write_bom(root, "Library/Apple/System/Library/Receipts/com.example.tool.bom", tool, 2);
    return root;
}

START_TEST(a_program_of_macos_has_its_package_by_receipt)
{
    sqlite3    *db = harness_open();
    const char *root = macos_root();

    harness_expect(db, "com.example.agent|1.2|installed|installer|cksum|c3f5812d|0|1",
                   "SELECT package, version, state, tool, digest_kind, digest, altered, present "
                   "FROM package_files WHERE path = '/usr/local/bin/agent' AND root = '%s'",
                   root);
    harness_expect(db, "com.example.tool|1",
                   "SELECT package, altered FROM package_files "
                   "WHERE path = '/opt/tool' AND root = '%s'",
                   root);
    harness_expect(db, "8|1|0",
                   "SELECT count(*), count(digest) - 1, sum(path GLOB '*//*') "
                   "FROM package_files WHERE package = 'com.example.agent' AND root = '%s'",
                   root);
    harness_expect(db, "read|2|0|receipts: 2 packages",
                   "SELECT status, records, skipped, detail FROM evidence_sources "
                   "WHERE table_name = 'package_files' AND location = '%s'",
                   root);
    harness_expect(db,
                   "2023-11-14 22:13:20.000000|install|com.example.agent|1.2|Installer|installer\n"
                   "2023-11-14 22:13:21.000000|install|com.example.tool|NULL|NULL|installer",
                   "SELECT datetime, action, package, new_version, command, tool "
                   "FROM package_history WHERE root = '%s' ORDER BY 1",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(a_receipt_that_is_damaged_is_counted_and_the_others_are_read)
{
    sqlite3    *db = harness_open();
    const char *root = macos_root();

    make_plist(root, RECEIPTS "a.plist", true,
               "<dict><key>PackageVersion</key><string>1</string></dict>");
    make_plist(root, RECEIPTS "b.plist", true,
               "<dict><key>PackageIdentifier</key><string>b</string></dict>"); /* without a bill */
    harness_write_text(root, RECEIPTS "com.example.agent.bom", "BOMStore");
    harness_expect(db, "/opt/tool", "SELECT path FROM package_files WHERE root = '%s'", root);
    harness_expect(db, "read|3|3",
                   "SELECT status, records, skipped FROM evidence_sources "
                   "WHERE table_name = 'package_files' AND location = '%s'",
                   root);
    harness_close(db);
}
END_TEST

/* When it was installed is not known then, which is no event of 1970. */
START_TEST(a_receipt_whose_date_is_no_moment_has_none)
{
    static const char *const dates[] = {"<string>yesterday</string>", "<date>yesterday</date>",
                                        "<string>12x</string>", "<string></string>"};
    sqlite3                 *db = harness_open();
    const char              *root = macos_root();

    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        char path[60], list[300];
        snprintf(path, sizeof path, RECEIPTS "d%zu.plist", i);
        snprintf(list, sizeof list,
                 "<dict><key>InstallDate</key>%s<key>PackageIdentifier</key><string>d%zu</string></"
                 "dict>",
                 dates[i], i);
        make_plist(root, path, false, list);
    }
    harness_expect(
        db, "0", "SELECT count(*) FROM package_history WHERE root = '%s' AND package GLOB 'd[0-9]'",
        root);
    harness_expect(db, "2",
                   "SELECT records FROM evidence_sources WHERE table_name = 'package_history' AND "
                   "location = '%s'",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(a_mac_without_receipts_has_no_packages)
{
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();

    harness_write_text(root, "Library/LaunchDaemons/x", "");
    harness_expect(db, "0", "SELECT count(*) FROM package_files WHERE root = '%s'", root);
    harness_expect(db, "absent|no receipts",
                   "SELECT status, detail FROM evidence_sources "
                   "WHERE table_name = 'package_files' AND location = '%s'",
                   root);
    harness_close(db);
}
END_TEST

/* Paths and checksums of a bill that another program made, as it lists them. */
START_TEST(another_program_reads_and_writes_the_same_paths)
{
    const char *dir = harness_scratch(), *made = harness_scratch();
    char        command[2000];
    size_t      size;

    if (system("command -v mkbom >/dev/null && command -v lsbom >/dev/null") != 0)
        SKIP("needs mkbom and lsbom");
    harness_write_text(dir, "usr/local/bin/agent", "hello");
    harness_write_text(dir, "Library/LaunchDaemons/a b.plist", "x");
    for (int i = 0; i < 700; i++) { /* more than one leaf */
        char name[40];
        snprintf(name, sizeof name, "share/%d/f", i);
        harness_write_text(dir, name, "y");
    }
    snprintf(command, sizeof command,
             "ulimit -v 4000000; cd %s && timeout 60 mkbom %s a.bom && timeout 60 lsbom a.bom | "
             "awk -F'\\t' '{ sub(\"^([.]/)+\", \"\", $1) } $1 != \".\" { print $1, $5 }' | "
             "LC_ALL=C sort > list",
             made, dir);
    ck_assert_int_eq(system(command), 0);
    snprintf(command, sizeof command, "%s/a.bom", made);
    uint8_t      *bytes = (uint8_t *)harness_read(command, &size);
    struct bom    bom;
    struct buffer path = {0}, list = {0};
    ck_assert_int_eq(bom_open(bytes, size, &bom), 0);
    for (size_t i = 0; i < bom.n; i++) {
        ck_assert_int_eq(bom_path(&bom, i, &path), 0);
        if (path.size && bom.list[i].has_checksum)
            buffer_printf(&list, "%s %u\n", path.data, bom.list[i].checksum);
        else if (path.size)
            buffer_printf(&list, "%s \n", path.data);
    }
    harness_write_text(made, "ours", buffer_text(&list));
    snprintf(command, sizeof command, "cd %s && test -s list && LC_ALL=C sort ours | cmp - list",
             made);
    ck_assert_int_eq(system(command), 0);
    ck_assert_uint_eq(bom.lost, 0);
    buffer_free(&path);
    buffer_free(&list);
    bom_close(&bom);
    free(bytes);
}
END_TEST

Suite *make_bom_suite(void)
{
    Suite *suite = suite_create("bom");
    TCase *tcase = tcase_create("bom");

    tcase_add_test(tcase, a_bill_has_the_paths_of_all_its_leaves);
    tcase_add_test(tcase, a_cut_or_damaged_bill_is_read_within_its_bounds);
    tcase_add_test(tcase, what_a_bill_misleads_to_is_lost_and_ends);
    tcase_add_test(tcase, a_leaf_that_is_shared_costs_no_more_than_the_bill);
    tcase_add_test(tcase, a_checksum_is_that_of_cksum);
    tcase_add_test(tcase, a_program_of_macos_has_its_package_by_receipt);
    tcase_add_test(tcase, a_receipt_that_is_damaged_is_counted_and_the_others_are_read);
    tcase_add_test(tcase, a_receipt_whose_date_is_no_moment_has_none);
    tcase_add_test(tcase, a_mac_without_receipts_has_no_packages);
    tcase_add_test(tcase, another_program_reads_and_writes_the_same_paths);
    suite_add_tcase(suite, tcase);
    return suite;
}
