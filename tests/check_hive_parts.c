/* check_hive_parts.c -- hives that are read as they are needed: as those that are read whole, and no more of
 * the file than that. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/hive/hive.h"
#include "harness.h"
#include "make_hive.h"

#define SERVICES "ControlSet001\\Services"

/* A file, of which a part may be unreadable. */
struct file {
    const uint8_t *data;
    size_t         size;
    uint64_t       bad_from, bad_end;
    size_t         read; /* bytes */
};

static bool read_file(void *arg, uint64_t at, size_t size, uint8_t *to)
{
    struct file *file = arg;

    ck_assert_uint_le(at + size, file->size);
    if (at < file->bad_end && at + size > file->bad_from)
        return false;
    memcpy(to, file->data + at, size);
    file->read += size;
    return true;
}

/* A hive in both ways: `parts` shows nothing but what was read. */
struct both {
    struct file file;
    uint8_t    *memory, *copy;
    struct hive whole, parts;
    uint8_t    *made; /* the file's, of open_large() */
};

static void open_both(struct both *both, const uint8_t *image, size_t size,
                      const struct hive_log *logs, size_t n_logs)
{
    both->file.data = image;
    both->file.size = size;
    both->copy = malloc(size);
    both->memory = calloc(1, size);
    memcpy(both->copy, image, size);
    memcpy(both->memory, image, size < HIVE_BEGIN ? size : HIVE_BEGIN);
    int r = hive_open(&both->whole, both->copy, size, logs, n_logs);
    ck_assert_int_eq(
        hive_open_parts(&both->parts, both->memory, size, read_file, &both->file, logs, n_logs), r);
    if (r < 0)
        both->whole = both->parts = (struct hive){.root = HIVE_NONE};
}

static void close_both(struct both *both)
{
    hive_close(&both->whole);
    hive_close(&both->parts);
    free(both->copy);
    free(both->memory);
    free(both->made);
}

/* All that the keys, values and lost keys of a hive hold, as text. */
static char *text_of(struct hive *hive)
{
    struct buffer      text = {0}, scratch = {0};
    struct hive_walk   walk = {0};
    struct hive_scan   scan;
    struct hive_key    key;
    struct hive_values values;
    struct hive_value  value;
    const uint8_t     *bytes;
    uint32_t           size, cell;
    bool               is_free;

    if (hive_key(hive, hive->root, &key) == 0 && hive_walk_begin(&walk, hive, &key, "") == 0) {
        while (hive_walk_next(&walk, &key) > 0) {
            buffer_printf(&text, "%s %u\n", walk.path.data, key.cell);
            hive_values_begin(&values, hive, &key);
            while (hive_values_next(&values, &value))
                if (hive_data(hive, &value, &scratch, &bytes, &size) == 0)
                    hive_put_data(&text, value.type, bytes, size, ',');
            if (hive_security(hive, &key, &bytes, &size) == 0)
                hive_put_data(&text, HIVE_REG_BINARY, bytes, size, ',');
        }
        hive_scan_keys(&scan, hive, &walk.seen);
        while (hive_scan_next(&scan, &cell, &is_free)) {
            buffer_printf(&text, "%s %u ", is_free ? "deleted" : "orphaned", cell);
            if (hive_key(hive, cell, &key) == 0)
                hive_put_path(hive, &key, "", &text);
        }
    }
    buffer_printf(&text, "lost %llu, %u bytes, %u pages%s%s", (unsigned long long)hive->lost,
                  hive->size, hive->pages, hive->recovered ? ", recovered" : "",
                  hive->truncated ? ", truncated" : "");
    hive_walk_end(&walk);
    buffer_free(&scratch);
    ck_assert_ptr_nonnull(buffer_text(&text));
    return text.data;
}

/* The lost keys below a key, by what the tree does not reach, all of which are looked at or only where one names it. */
static char *lost_of(struct hive *hive, const char *path, bool all)
{
    struct buffer    text = {0};
    struct hive_walk walk;
    struct hive_scan scan;
    struct hive_key  root, parent, key;
    uint32_t         cell;
    bool             is_free;

    if (hive_key(hive, hive->root, &root) < 0 || hive_find(hive, root.cell, path, &parent) < 0)
        return strdup("");
    ck_assert_int_eq(hive_walk_begin(&walk, hive, &root, ""), 0);
    while (hive_walk_next(&walk, &key) > 0)
        ;
    hive_scan_keys(&scan, hive, &walk.seen);
    scan.parents = &parent.cell;
    scan.n_parents = !all;
    while (hive_scan_next(&scan, &cell, &is_free))
        if (hive_key(hive, cell, &key) == 0 && key.parent == parent.cell) {
            buffer_printf(&text, " %c%u ", is_free ? '-' : '+', cell);
            hive_put_name(&text, &key.name);
        }
    hive_walk_end(&walk);
    ck_assert_ptr_nonnull(buffer_text(&text));
    return text.data;
}

static void expect_same(char *one, char *other)
{
    ck_assert_str_eq(one, other);
    free(one);
    free(other);
}

static const uint8_t made_bytes[4000] = {1};

/* Services of which some were deleted, over many bins and stretches. */
static struct made_hive *large_hive(int n)
{
    struct made_hive *made = make_hive();
    static char       text[2000];
    char              path[64];

    memset(text, 'a', sizeof text - 1);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, SERVICES "\\svc%d", i);
        struct made_key *key = make_hive_key(made, path);
        make_hive_string(key, "ImagePath", text + (i % 7 < 5 ? (i * 37) % 1500 : 1990));
        if (i % 7 == 3 || i % 7 > 4)
            make_hive_deleted(key);
        if (i % 31 == 5)
            make_hive_orphaned(key);
    }
    make_hive_string(make_hive_key(made, "Select\\far"), "v", "far");
    return made;
}

/* One of many bins, in both ways; `file` has what cannot be read of it. */
static void open_large(struct both *both, struct file file)
{
    struct made_hive *made = large_hive(400);
    size_t            size;

    *both = (struct both){.file = file, .made = make_hive_image(made, &size)};
    make_hive_free(made);
    open_both(both, both->made, size, NULL, 0);
}

START_TEST(a_hive_in_parts_is_as_a_whole_one)
{
    struct both both;

    open_large(&both, (struct file){0});
    ck_assert_uint_gt(both.file.size, 4 * 65536);
    expect_same(text_of(&both.whole), text_of(&both.parts));
    char *found = lost_of(&both.whole, SERVICES, true);
    ck_assert_ptr_nonnull(strstr(found, "svc3"));
    ck_assert_ptr_nonnull(strstr(found, "svc5"));
    expect_same(found, lost_of(&both.whole, SERVICES, false));
    close_both(&both);
    open_large(&both, (struct file){0}); /* of which nothing was read before */
    expect_same(lost_of(&both.whole, SERVICES, true), lost_of(&both.parts, SERVICES, false));
    close_both(&both);
}
END_TEST

START_TEST(no_more_is_read_than_was_asked_for)
{
    struct both     both;
    struct hive_key key;

    open_large(&both, (struct file){0});
    ck_assert_int_eq(hive_find(&both.parts, both.parts.root, "Select\\far", &key), 0);
    ck_assert_uint_lt(both.file.read, 65536);
    ck_assert(!hive_unread(&both.parts));
    close_both(&both);
}
END_TEST

/* Logs of both formats that change pages in part, before any is read, and one that makes the hive longer. */
START_TEST(logs_are_replayed_into_parts)
{
    struct made_hive *made = large_hive(200);
    size_t            before_size, after_size;
    uint8_t          *before = make_hive_image(made, &before_size);
    struct hive_log   log = {0};
    struct both       both = {.memory = NULL};

    make_hive_expand(make_hive_key(made, SERVICES "\\svc8"), "ImagePath", "evil.sys");
    if (_i & 1)
        for (int i = 0; i < 99; i++) {
            char path[64];
            snprintf(path, sizeof path, SERVICES "\\more%d", i);
            make_hive_key(made, path);
        }
    uint8_t *after = make_hive_image(made, &after_size);
    make_hive_sequences(before, 8, 7);
    log.data = _i & 2 ? make_hive_old_log(before, before_size, after, after_size, &log.size)
                      : make_hive_log(before, before_size, after, after_size, 7, &log.size);
    open_both(&both, before, before_size, &log, 1);
    ck_assert(both.whole.recovered);
    char *text = text_of(&both.whole);
    ck_assert_ptr_nonnull(strstr(text, "evil.sys"));
    expect_same(text, text_of(&both.parts));
    close_both(&both);
    both = (struct both){.memory = NULL};
    open_both(&both, before, before_size, &log, 1);
    expect_same(lost_of(&both.whole, SERVICES, true), lost_of(&both.parts, SERVICES, false));
    close_both(&both);
    make_hive_free(made);
    free((void *)(uintptr_t)log.data);
    free(before);
    free(after);
}
END_TEST

START_TEST(what_cannot_be_read_is_told_and_the_rest_is_given)
{
    struct both both;

    open_large(&both, (struct file){.bad_from = 3 * 65536 + 100, .bad_end = 3 * 65536 + 20000});
    char *whole = text_of(&both.whole), *parts = text_of(&both.parts);
    ck_assert(hive_unread(&both.parts));
    ck_assert_uint_gt(both.parts.lost, 0);
    ck_assert_uint_gt(strlen(parts), strlen(whole) / 2);
    ck_assert_uint_lt(strlen(parts), strlen(whole));
    free(whole);
    free(parts);
    close_both(&both);
}
END_TEST

/* A cell that says that it is as long as the hive is read once, however many name it. */
START_TEST(a_cell_of_all_pages_is_read_once)
{
    struct both     both;
    struct hive_key key;

    open_large(&both, (struct file){0});
    ck_assert_int_eq(hive_find(&both.whole, both.whole.root, "Select\\far", &key), 0);
    uint32_t length = -(both.whole.size - key.cell) & ~7u;
    for (size_t i = 0; i < 4; i++)
        both.made[4096 + key.cell + i] = (uint8_t)(length >> 8 * i);
    uint32_t found;
    for (int i = 0; i < 1000; i++)
        ck_assert_ptr_nonnull(hive_cell(&both.parts, key.cell, &found));
    ck_assert_uint_le(both.file.read, 2 * both.file.size);
    close_both(&both);
}
END_TEST

/* Each real hive, as it is and with bytes that are wrong. */
static void compare(const char *path, void *arg)
{
    unsigned   *seed = arg;
    size_t      size;
    uint8_t    *image = (uint8_t *)harness_read(path, &size);
    struct both both;

    for (int round = 0; round < 2; round++) {
        both = (struct both){.memory = NULL};
        open_both(&both, image, size, NULL, 0);
        expect_same(text_of(&both.whole), text_of(&both.parts));
        if (round == 0)
            expect_same(lost_of(&both.whole, SERVICES, true),
                        lost_of(&both.parts, SERVICES, false));
        close_both(&both);
        for (int i = 0; i < 64 && size; i++)
            image[(size_t)rand_r(seed) % size] = (uint8_t)rand_r(seed);
    }
    free(image);
}

START_TEST(real_hives_are_the_same_in_parts)
{
    unsigned seed = 5;

    if (harness_each_evidence("hives", "", compare, &seed) == 0)
        SKIP("needs SVCQL_EVIDENCE");
}
END_TEST

/* Of a file: what is not asked for is not read; with deleted services all of it is, and once more where it is one bin. */
START_TEST(services_are_read_without_the_rest_of_the_hive)
{
    struct made_hive *made = large_hive(50);
    sqlite3          *db = harness_open();
    const char       *dir = harness_scratch();
    char              path[64];

    for (int i = 0; i < 400; i++) {
        snprintf(path, sizeof path, "ControlSet001\\Enum\\device%d", i);
        make_hive_value(make_hive_key(made, path), "v", 3, made_bytes, sizeof made_bytes);
    }
    make_hive_dword(make_hive_key(made, "Select"), "Current", 1);
    make_hive_file(made, dir, "SYSTEM");
    make_hive_free(made);
    static const struct {
        const char *sql;
        long long   least, most; /* bytes */
    } queries[] = {
        {"SELECT count(*) > 0 FROM registry_services('%s/SYSTEM') WHERE deleted = 0", 0, 400000},
        {"SELECT count(*) > 0 FROM registry('%s/SYSTEM') WHERE deleted = 0 AND key = "
         "'HKEY_LOCAL_MACHINE\\SYSTEM\\Select'",
         0, 300000},
        {"SELECT count(*) > 0 FROM registry_services('%s/SYSTEM')", 1600000, 4000000},
    };
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        char *sql = sqlite3_mprintf(queries[i].sql, dir);
        harness_expect(db, "1", "%s", sql); /* lists are read once */
        long long before = harness_bytes_read();
        if (before < 0)
            SKIP("needs /proc/self/io");
        ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        long long read = harness_bytes_read() - before;
        ck_assert_int_ge(read, queries[i].least);
        ck_assert_int_le(read, queries[i].most);
        sqlite3_free(sql);
    }
    harness_close(db);
}
END_TEST

Suite *make_hive_parts_suite(void)
{
    Suite *suite = suite_create("hive_parts");
    TCase *tc = tcase_create("hive_parts");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, a_hive_in_parts_is_as_a_whole_one);
    tcase_add_test(tc, no_more_is_read_than_was_asked_for);
    tcase_add_loop_test(tc, logs_are_replayed_into_parts, 0, 4);
    tcase_add_test(tc, what_cannot_be_read_is_told_and_the_rest_is_given);
    tcase_add_test(tc, a_cell_of_all_pages_is_read_once);
    tcase_add_test(tc, real_hives_are_the_same_in_parts);
    tcase_add_test(tc, services_are_read_without_the_rest_of_the_hive);
    suite_add_tcase(suite, tc);
    return suite;
}
