/* check_hive.c -- the registry hive reader: every structure, replay of logs, damage, deleted cells.
 */
#include "formats/hive/hive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness.h"
#include "make_bytes.h"
#include "make_hive.h"

#define SERVICE "ControlSet001\\Services\\Spooler"

/* A hive opened from what the writer was given. */
struct opened {
    struct hive hive;
    uint8_t    *image;
    size_t      size;
};

static struct opened reopen(uint8_t *image, size_t size)
{
    struct opened opened = {.image = image, .size = size};

    ck_assert_int_eq(hive_open(&opened.hive, image, size, NULL, 0), 0);
    return opened;
}

static struct opened open_made(struct made_hive *made)
{
    size_t   size;
    uint8_t *image = make_hive_image(made, &size);

    make_hive_free(made);
    return reopen(image, size);
}

static void close_made(struct opened *opened)
{
    hive_close(&opened->hive);
    free(opened->image);
}

static struct made_hive *service_hive(void)
{
    struct made_hive *made = make_hive();
    struct made_key  *key = make_hive_key(made, SERVICE);

    make_hive_string(key, "ImagePath", "C:\\Windows\\System32\\spoolsv.exe");
    make_hive_dword(key, "Start", 2);
    make_hive_written(key, 1700000000.25);
    return made;
}

/* The text of a value, static until the next call; NULL where it is not there. */
static const char *value_text(struct hive *hive, const char *path, const char *name)
{
    static char       shown[65536];
    struct hive_key   key;
    struct hive_value value;
    struct buffer     scratch = {0}, text = {0};
    const uint8_t    *data;
    uint32_t          size;

    if (hive_find(hive, hive->root, path, &key) < 0 ||
        hive_find_value(hive, &key, name, &value) < 0 ||
        hive_data(hive, &value, &scratch, &data, &size) < 0)
        return NULL;
    hive_put_data(&text, value.type, data, size, ',');
    ck_assert_ptr_nonnull(buffer_text(&text));
    ck_assert_uint_lt(text.size, sizeof shown);
    memcpy(shown, text.data, text.size + 1);
    buffer_free(&text);
    buffer_free(&scratch);
    return shown;
}

/* Count of keys that a walk from the root meets. */
static size_t count_keys(struct hive *hive)
{
    struct hive_walk walk;
    struct hive_key  key;
    size_t           n = 0;

    ck_assert_int_eq(hive_key(hive, hive->root, &key), 0);
    ck_assert_int_eq(hive_walk_begin(&walk, hive, &key, ""), 0);
    while (hive_walk_next(&walk, &key) > 0)
        n++;
    hive_walk_end(&walk);
    return n;
}

START_TEST(finds_keys_and_values_ignoring_case)
{
    struct opened   opened = open_made(service_hive());
    struct hive_key key;

    ck_assert_str_eq(value_text(&opened.hive, "controlset001\\SERVICES\\spooler", "IMAGEPATH"),
                     "C:\\Windows\\System32\\spoolsv.exe");
    ck_assert_str_eq(value_text(&opened.hive, SERVICE, "Start"), "2");
    ck_assert_ptr_null(value_text(&opened.hive, SERVICE, "Type"));
    ck_assert_int_eq(hive_find(&opened.hive, opened.hive.root, SERVICE, &key), 0);
    ck_assert_double_eq(hive_time(key.written), 1700000000.25);
    ck_assert(!opened.hive.dirty && !opened.hive.damaged_base && opened.hive.lost == 0);
    close_made(&opened);
}
END_TEST

START_TEST(reads_every_kind_of_list_of_subkeys)
{
    static const char *const kinds[] = {"lf", "lh", "li", "ri"};
    struct made_hive        *made = make_hive();
    char                     path[64];

    make_hive_lists(made, kinds[_i]);
    for (int i = 0; i < 200; i++) {
        snprintf(path, sizeof path, "Services\\service%d", i);
        make_hive_dword(make_hive_key(made, path), "Start", (uint32_t)i);
    }
    struct opened opened = open_made(made);
    ck_assert_uint_eq(count_keys(&opened.hive), 202);
    ck_assert_str_eq(value_text(&opened.hive, "Services\\service117", "Start"), "117");
    ck_assert_uint_eq(opened.hive.lost, 0);
    close_made(&opened);
}
END_TEST

START_TEST(shows_each_type_of_data_as_osquery_does)
{
    struct made_hive *made = make_hive();
    struct made_key  *key = make_hive_key(made, "k");

    make_hive_value(key, "none", 0, "\x01\xab", 2);
    make_hive_string(key, "sz", "text");
    make_hive_expand(key, "expand", "%SystemRoot%\\x");
    make_hive_value(key, "binary", 3, "\x00\xff\x10", 3);
    make_hive_dword(key, "dword", 4294967295u);
    make_hive_value(key, "big endian", 5, "\x00\x00\x01\x02", 4);
    make_hive_value(key, "link", 6, "a\0b\0", 4);
    make_hive_strings(key, "multi", "one|two|three");
    make_hive_strings(key, "pairs", "a||b|c|d|");
    make_hive_qword(key, "qword", 1ull << 63);
    make_hive_value(key, "short dword", 4, "\x07", 1);
    make_hive_value(key, "own type", 0x10ff, "\x07", 1);
    make_hive_value(key, "empty", 1, "", 0);
    make_hive_value(key, "odd", 1, "a\0b\0c", 5);
    make_hive_value(key, "tail", 1, "a\0\0\0b\0", 6);
    struct opened            opened = open_made(made);
    static const char *const expected[][2] = {
        {"none", "01AB"},
        {"sz", "text"},
        {"expand", "%SystemRoot%\\x"},
        {"binary", "00FF10"},
        {"dword", "4294967295"},
        {"big endian", "258"},
        {"link", "ab"},
        {"multi", "one,two,three"},
        {"pairs", "a,,b,c,d"},
        {"qword", "9223372036854775808"},
        {"short dword", "07"},
        {"own type", "07"},
        {"empty", ""},
        {"odd", "ab"},
        {"tail", "a"},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        ck_assert_str_eq(value_text(&opened.hive, "k", expected[i][0]), expected[i][1]);
    close_made(&opened);
}
END_TEST

START_TEST(gathers_data_that_is_kept_in_segments)
{
    struct made_hive *made = make_hive();
    size_t            size = 50000;
    uint8_t          *big = malloc(size);

    for (size_t i = 0; i < size; i++)
        big[i] = (uint8_t)(i * 7);
    make_hive_minor(made, _i ? 5 : 3);
    make_hive_value(make_hive_key(made, "k"), "big", 3, big, size);
    struct opened     opened = open_made(made);
    struct hive_key   key;
    struct hive_value value;
    struct buffer     scratch = {0};
    const uint8_t    *data;
    uint32_t          got;
    ck_assert_int_eq(hive_find(&opened.hive, opened.hive.root, "k", &key), 0);
    ck_assert_int_eq(hive_find_value(&opened.hive, &key, "big", &value), 0);
    ck_assert_int_eq(hive_data(&opened.hive, &value, &scratch, &data, &got), 0);
    ck_assert_uint_eq(got, size);
    ck_assert_mem_eq(data, big, size);
    ck_assert_int_eq(scratch.size != 0, _i);
    buffer_free(&scratch);
    close_made(&opened);
    free(big);
}
END_TEST

START_TEST(names_may_be_latin1_or_utf16_or_hold_a_nul)
{
    struct made_hive *made = make_hive();

    make_hive_string(make_hive_key(made, "d\xc3\xa9j\xc3\xa0"), "\xc3\xbc", "latin");
    make_hive_string(make_hive_key(made, "\xd0\x9a\xd0\xbb\xd1\x8e\xd1\x87"), "\xf0\x9f\x94\x91",
                     "wide");
    make_hive_string(make_hive_key(made, "ev\xe2\x90\x80il"), "v", "nul");
    struct opened opened = open_made(made);
    ck_assert_str_eq(value_text(&opened.hive, "d\xc3\xa9j\xc3\xa0", "\xc3\xbc"), "latin");
    ck_assert_str_eq(
        value_text(&opened.hive, "\xd0\x9a\xd0\xbb\xd1\x8e\xd1\x87", "\xf0\x9f\x94\x91"), "wide");
    ck_assert_str_eq(value_text(&opened.hive, "ev\xe2\x90\x80il", "v"), "nul");
    ck_assert_ptr_null(value_text(&opened.hive, "ev", "v"));
    close_made(&opened);
}
END_TEST

START_TEST(class_names_and_descriptors_belong_to_their_key)
{
    struct made_hive *made = make_hive();
    struct made_key  *key = make_hive_key(made, "k");

    make_hive_class(key, "activeds");
    make_hive_security(key, "O:SYG:SYD:(A;;KA;;;BA)");
    struct opened    opened = open_made(made);
    struct hive_key  found;
    struct hive_name class_name;
    const uint8_t   *data;
    uint32_t         size;
    size_t           want;
    uint8_t         *descriptor = make_descriptor("O:SYG:SYD:(A;;KA;;;BA)", &want);
    ck_assert_int_eq(hive_find(&opened.hive, opened.hive.root, "k", &found), 0);
    ck_assert_int_eq(hive_class(&opened.hive, &found, &class_name), 0);
    ck_assert(hive_name_is(&class_name, "activeds", 8));
    ck_assert_int_eq(hive_security(&opened.hive, &found, &data, &size), 0);
    ck_assert_uint_eq(size, want);
    ck_assert_mem_eq(data, descriptor, want);
    free(descriptor);
    close_made(&opened);
}
END_TEST

/* Logs ------------------------------------------------------------------------- */

struct pair {
    uint8_t *before, *after;
    size_t   before_size, after_size;
};

/* A hive before and after a service was added; `more` makes it outgrow the file. */
static struct pair before_and_after(bool more)
{
    struct made_hive *made = service_hive();
    struct pair       pair;
    char              path[64];

    pair.before = make_hive_image(made, &pair.before_size);
    make_hive_expand(make_hive_key(made, "ControlSet001\\Services\\evil"), "ImagePath", "evil.sys");
    for (int i = 0; more && i < 100; i++) {
        snprintf(path, sizeof path, "ControlSet001\\Services\\more%d", i);
        make_hive_key(made, path);
    }
    pair.after = make_hive_image(made, &pair.after_size);
    make_hive_free(made);
    make_hive_sequences(pair.before, 8, 7);
    return pair;
}

static const char *replayed(struct pair *pair, const struct hive_log *logs, size_t n,
                            struct hive *ret)
{
    ck_assert_int_eq(hive_open(ret, pair->before, pair->before_size, logs, n), 0);
    return value_text(ret, "ControlSet001\\Services\\evil", "ImagePath");
}

static void free_pair(struct pair *pair)
{
    free(pair->before);
    free(pair->after);
}

START_TEST(new_log_is_replayed_even_where_the_hive_grew)
{
    struct pair     pair = before_and_after(_i);
    struct hive_log log = {0};
    struct hive     hive;

    log.data =
        make_hive_log(pair.before, pair.before_size, pair.after, pair.after_size, 7, &log.size);
    ck_assert_str_eq(replayed(&pair, &log, 1, &hive), "evil.sys");
    ck_assert(hive.dirty && hive.recovered && hive.pages > 0);
    ck_assert_int_eq(hive.grown != NULL, _i);
    hive_close(&hive);
    free((void *)(uintptr_t)log.data);
    free_pair(&pair);
}
END_TEST

START_TEST(old_log_is_replayed)
{
    struct pair     pair = before_and_after(_i);
    struct hive_log log = {0};
    struct hive     hive;

    log.data =
        make_hive_old_log(pair.before, pair.before_size, pair.after, pair.after_size, &log.size);
    ck_assert_str_eq(replayed(&pair, &log, 1, &hive), "evil.sys");
    ck_assert(hive.recovered);
    hive_close(&hive);
    free((void *)(uintptr_t)log.data);
    free_pair(&pair);
}
END_TEST

START_TEST(logs_are_replayed_in_the_order_of_their_numbers)
{
    struct pair     first = before_and_after(false), second = before_and_after(true);
    struct hive_log logs[2] = {{0}};
    struct hive     hive;

    logs[1].data = make_hive_log(first.before, first.before_size, first.after, first.after_size, 7,
                                 &logs[1].size);
    logs[0].data = make_hive_log(first.after, first.after_size, second.after, second.after_size, 8,
                                 &logs[0].size);
    ck_assert_str_eq(replayed(&first, logs, 2, &hive), "evil.sys");
    ck_assert_uint_eq(count_keys(&hive), 105);
    hive_close(&hive);
    for (int i = 0; i < 2; i++)
        free((void *)(uintptr_t)logs[i].data);
    free_pair(&first);
    free_pair(&second);
}
END_TEST

/* What must keep a log from being applied. */
static void spoil(uint8_t *log, size_t size, int how)
{
    switch (how) {
    case 0: /* a byte of a page: hash 1 */
        log[size - 600] ^= 1;
        break;
    case 1: /* the sequence number: hash 2 */
        log[512 + 12] ^= 1;
        break;
    case 2: /* an entry that ends after the file */
        log[512 + 6] = 0x7f;
        break;
    case 3: /* no entry */
        log[512] = 'X';
        break;
    case 4: /* a page that would be outside the bins */
        log[512 + 40 + 3] = 0x7f;
        break;
    case 5: /* no bytes */
        memset(log + 512 + 4, 0, 4);
        break;
    case 6: /* less than a sector */
        memset(log + 512 + 4, 0, 4);
        log[512 + 5] = 1;
        break;
    default: /* not whole sectors */
        log[512 + 4] = 1;
        break;
    }
}

START_TEST(a_log_that_is_not_whole_is_not_applied)
{
    struct pair pair = before_and_after(false);
    struct hive hive;
    size_t      size;
    uint8_t    *log =
        make_hive_log(pair.before, pair.before_size, pair.after, pair.after_size, 7, &size);

    spoil(log, size, _i);
    ck_assert_ptr_null(replayed(&pair, &(struct hive_log){log, size}, 1, &hive));
    ck_assert(hive.dirty && !hive.recovered);
    hive_close(&hive);
    free(log);
    free_pair(&pair);
}
END_TEST

/* False sizes in an entry whose hashes are right: the offset, and the value written there. */
static const struct {
    size_t   at;
    uint32_t value;
} false_sizes[] = {
    {40, 0x7ffff000},                   /* a page far after the bins */
    {40, 0xfffff000},                   /* and one whose end wraps around */
    {44, 0x7fffffff},                   /* a page longer than the entry */
    {44, 0xffffffff}, {20, 0x10000000}, /* more pages than the entry holds */
    {20, 0xffffffff}, {16, 0},          /* no bins at all */
    {16, 0x00001001},                   /* bins that are not whole pages */
    {16, 0x7ffff000},                   /* more bins than memory should be given for */
};

START_TEST(an_entry_that_lies_and_is_sealed_is_not_believed)
{
    struct pair pair = before_and_after(false);
    struct hive hive;
    size_t      size;
    uint8_t    *log =
        make_hive_log(pair.before, pair.before_size, pair.after, pair.after_size, 7, &size);

    put_le(log + 512 + false_sizes[_i].at, false_sizes[_i].value, 4);
    make_hive_seal(log);
    ck_assert_ptr_null(replayed(&pair, &(struct hive_log){log, size}, 1, &hive));
    ck_assert(!hive.recovered);
    hive_close(&hive);
    free(log);
    free_pair(&pair);
}
END_TEST

START_TEST(logs_of_a_clean_hive_and_older_entries_are_ignored)
{
    struct pair pair = before_and_after(false);
    struct hive hive;
    size_t      size;
    uint8_t    *log = make_hive_log(pair.before, pair.before_size, pair.after, pair.after_size,
                                 _i ? 6 : 9, &size);

    if (!_i)
        make_hive_sequences(pair.before, 9, 9);
    ck_assert_ptr_null(replayed(&pair, &(struct hive_log){log, size}, 1, &hive));
    ck_assert(!hive.recovered);
    hive_close(&hive);
    free(log);
    free_pair(&pair);
}
END_TEST

START_TEST(a_damaged_base_block_is_taken_from_the_log)
{
    struct pair pair = before_and_after(true);
    struct hive hive;
    size_t      size;
    uint8_t    *log =
        make_hive_log(pair.before, pair.before_size, pair.after, pair.after_size, 7, &size);

    memset(pair.before, 0xee, 512);
    ck_assert_str_eq(replayed(&pair, &(struct hive_log){log, size}, 1, &hive), "evil.sys");
    ck_assert(hive.damaged_base && hive.recovered);
    hive_close(&hive);
    free(log);
    free_pair(&pair);
}
END_TEST

/* Refusals and damage ---------------------------------------------------------------- */

START_TEST(what_is_no_hive_is_refused_by_name)
{
    size_t      size;
    uint8_t    *image;
    struct hive hive;

    ck_assert_str_eq(hive_refusal((const uint8_t *)"CREG", 4),
                     "registry of Windows 95, 98 or Me (CREG)");
    ck_assert_int_eq(hive_open(&hive, (uint8_t *)strdupa("CREG"), 4, NULL, 0), -EPROTONOSUPPORT);
    ck_assert_int_eq(hive_open(&hive, (uint8_t *)strdupa("x"), 1, NULL, 0), -EINVAL);
    static const uint32_t minors[] = {6, 2};
    for (size_t i = 0; i < 2; i++) {
        struct made_hive *made = make_hive();
        make_hive_minor(made, minors[i]);
        image = make_hive_image(made, &size);
        make_hive_free(made);
        ck_assert_ptr_nonnull(strstr(hive_refusal(image, size), i ? "older than" : "differencing"));
        ck_assert_int_eq(hive_open(&hive, image, size, NULL, 0), -EPROTONOSUPPORT);
        free(image);
    }
}
END_TEST

START_TEST(a_root_that_the_base_block_has_lost_is_found)
{
    size_t            size;
    struct made_hive *made = service_hive();
    uint8_t          *image = make_hive_image(made, &size);

    make_hive_free(made);
    memset(image + 36, 0xff, 4);
    make_hive_checksum(image);
    struct opened opened = reopen(image, size);
    ck_assert_str_eq(value_text(&opened.hive, SERVICE, "Start"), "2");
    ck_assert(opened.hive.damaged_base);
    close_made(&opened);
}
END_TEST

/* Cell of the key at a path. */
static uint32_t cell_of(struct hive *hive, const char *path)
{
    struct hive_key key;

    ck_assert_int_eq(hive_find(hive, hive->root, path, &key), 0);
    return key.cell;
}

static void put_u32(struct opened *opened, uint32_t cell, size_t at, uint32_t value)
{
    put_le(opened->image + 4096 + cell + 4 + at, value, 4);
}

START_TEST(a_circle_of_keys_ends)
{
    struct opened   opened = open_made(service_hive());
    struct hive_key root;
    uint32_t        leaf = cell_of(&opened.hive, SERVICE);

    ck_assert_int_eq(hive_key(&opened.hive, opened.hive.root, &root), 0);
    put_u32(&opened, leaf, 20, 1);
    put_u32(&opened, leaf, 28, root.subkeys);
    ck_assert_uint_eq(count_keys(&opened.hive), 4);
    ck_assert_uint_eq(opened.hive.lost, 1);
    close_made(&opened);
}
END_TEST

START_TEST(lists_that_are_shared_by_many_keys_do_not_multiply)
{
    struct made_hive *made = make_hive();
    char              path[32];

    for (int i = 0; i < 3000; i++) {
        snprintf(path, sizeof path, "k%d", i);
        make_hive_dword(make_hive_key(made, path), "v", 1);
    }
    for (int i = 0; i < 3000; i++) {
        snprintf(path, sizeof path, "v%d", i);
        make_hive_dword(make_hive_key(made, "k0"), path, 1);
    }
    struct opened      opened = open_made(made);
    struct hive_key    first, key;
    struct hive_values values;
    struct hive_value  value;
    size_t             n = 0;
    ck_assert_int_eq(hive_find(&opened.hive, opened.hive.root, "k0", &first), 0);
    for (int i = 1; i < 3000; i++) {
        snprintf(path, sizeof path, "k%d", i);
        key = first; /* as if each key named the one long list */
        hive_values_begin(&values, &opened.hive, &key);
        while (hive_values_next(&values, &value))
            n++;
    }
    ck_assert_uint_lt(n, opened.hive.size * 2 + 4096);
    ck_assert_uint_eq(opened.hive.items, 0);
    ck_assert_uint_eq(opened.hive.lost, 1);
    close_made(&opened);
}
END_TEST

START_TEST(deeper_keys_than_windows_allows_are_counted)
{
    struct made_hive *made = make_hive();
    struct buffer     path = {0};

    for (int i = 0; i < 600; i++)
        buffer_puts(&path, i ? "\\k" : "k");
    make_hive_key(made, buffer_text(&path));
    buffer_free(&path);
    struct opened opened = open_made(made);
    ck_assert_uint_eq(count_keys(&opened.hive), HIVE_DEPTH + 1);
    ck_assert_uint_eq(opened.hive.lost, 1);
    close_made(&opened);
}
END_TEST

START_TEST(data_that_damage_has_cut_is_given_as_far_as_it_goes)
{
    struct opened     opened = open_made(service_hive());
    struct hive_key   key;
    struct hive_value value;
    ck_assert_int_eq(hive_find(&opened.hive, opened.hive.root, SERVICE, &key), 0);
    ck_assert_int_eq(hive_find_value(&opened.hive, &key, "ImagePath", &value), 0);
    put_u32(&opened, value.cell, 4, 1000);
    ck_assert_str_eq(value_text(&opened.hive, SERVICE, "ImagePath"),
                     "C:\\Windows\\System32\\spoolsv.exe");
    ck_assert_uint_eq(opened.hive.lost, 1);
    put_u32(&opened, value.cell, 8, 0xfffffff0);
    ck_assert_ptr_null(value_text(&opened.hive, SERVICE, "ImagePath"));
    close_made(&opened);
}
END_TEST

/* Cells ---------------------------------------------------------------------------------- */

/* Paths of the keys that a scan finds, each with '-' for free and '+' for orphaned before it. */
static char *scan_keys(struct hive *hive)
{
    struct buffer    text = {0};
    struct hive_walk walk;
    struct hive_scan scan;
    struct hive_key  key;
    uint32_t         cell;
    bool             is_free;

    ck_assert_int_eq(hive_key(hive, hive->root, &key), 0);
    ck_assert_int_eq(hive_walk_begin(&walk, hive, &key, ""), 0);
    while (hive_walk_next(&walk, &key) > 0)
        ;
    hive_scan_keys(&scan, hive, &walk.seen);
    while (hive_scan_next(&scan, &cell, &is_free)) {
        ck_assert_int_eq(hive_key(hive, cell, &key), 0);
        buffer_puts(&text, is_free ? " -" : " +");
        ck_assert_int_eq(hive_put_path(hive, &key, "R", &text), 0);
    }
    hive_walk_end(&walk);
    ck_assert_ptr_nonnull(buffer_text(&text));
    return text.data;
}

START_TEST(deleted_and_orphaned_keys_are_found_with_their_paths)
{
    struct made_hive *made = service_hive();

    make_hive_dword(make_hive_key(made, "ControlSet001\\Services\\gone\\Parameters"), "v", 7);
    make_hive_deleted(make_hive_key(made, "ControlSet001\\Services\\gone"));
    make_hive_orphaned(make_hive_key(made, "ControlSet001\\Services\\lone"));
    struct opened opened = open_made(made);
    char         *found = scan_keys(&opened.hive);
    ck_assert_str_eq(found, " -R\\ControlSet001\\Services\\gone"
                            " -R\\ControlSet001\\Services\\gone\\Parameters"
                            " +R\\ControlSet001\\Services\\lone");
    ck_assert_uint_eq(count_keys(&opened.hive), 4);
    ck_assert_uint_eq(opened.hive.lost, 0);
    free(found);
    close_made(&opened);
}
END_TEST

START_TEST(a_chain_of_parents_that_breaks_is_shown_as_lost)
{
    struct made_hive *made = service_hive();

    make_hive_deleted(make_hive_key(made, "a\\b"));
    struct opened opened = open_made(made);
    uint32_t      a = cell_of(&opened.hive, "a");
    opened.image[4096 + a + 4] = 'X';
    char *found = scan_keys(&opened.hive);
    ck_assert_str_eq(found, " -R\\(lost)\\b");
    free(found);
    close_made(&opened);
}
END_TEST

/* The host ---------------------------------------------------------------------------------- */

START_TEST(a_system_hive_tells_its_computer_and_time_zone)
{
    struct made_hive *made = make_hive();
    struct buffer     text = {0};
    uint32_t          set = 0;

    make_hive_dword(make_hive_key(made, "Select"), "Current", 2);
    make_hive_string(make_hive_key(made, "ControlSet002\\Control\\ComputerName\\ComputerName"),
                     "ComputerName", "WS-042");
    make_hive_string(make_hive_key(made, "ControlSet002\\Control\\TimeZoneInformation"),
                     "TimeZoneKeyName", "W. Europe Standard Time");
    struct opened opened = open_made(made);
    ck_assert_int_eq(hive_kind(&opened.hive), HIVE_SYSTEM);
    ck_assert_int_eq(hive_current_control_set(&opened.hive, &set), 0);
    ck_assert_uint_eq(set, 2);
    ck_assert_int_eq(hive_computer_name(&opened.hive, &text), 0);
    ck_assert_str_eq(buffer_text(&text), "WS-042");
    buffer_reset(&text);
    ck_assert_int_eq(hive_time_zone(&opened.hive, &text), 0);
    ck_assert_str_eq(buffer_text(&text), "W. Europe Standard Time");
    buffer_free(&text);
    close_made(&opened);
}
END_TEST

/* Damage at large --------------------------------------------------------------------------- */

/* Read everything there is to read. */
static void read_all(uint8_t *data, size_t size)
{
    struct hive        hive;
    struct hive_walk   walk;
    struct hive_key    key;
    struct hive_values values;
    struct hive_value  value;
    struct hive_scan   scan;
    struct buffer      scratch = {0}, text = {0};
    const uint8_t     *bytes;
    uint32_t           n, cell;
    bool               is_free;

    if (hive_open(&hive, data, size, NULL, 0) < 0)
        return;
    if (hive_key(&hive, hive.root, &key) == 0 && hive_walk_begin(&walk, &hive, &key, "") == 0) {
        while (hive_walk_next(&walk, &key) > 0) {
            hive_values_begin(&values, &hive, &key);
            while (hive_values_next(&values, &value)) {
                buffer_reset(&text);
                if (hive_data(&hive, &value, &scratch, &bytes, &n) == 0)
                    hive_put_data(&text, value.type, bytes, n, ',');
            }
            hive_security(&hive, &key, &bytes, &n);
        }
        hive_scan_keys(&scan, &hive, &walk.seen);
        while (hive_scan_next(&scan, &cell, &is_free))
            if (hive_key(&hive, cell, &key) == 0) {
                buffer_reset(&text);
                hive_put_path(&hive, &key, "", &text);
            }
        hive_walk_end(&walk);
    }
    buffer_free(&scratch);
    buffer_free(&text);
    hive_close(&hive);
}

struct mangling {
    unsigned seed, rounds;
};

/* Flip bytes of, and truncate, a real hive; each round must end within two seconds of work. */
static void mangle(const char *path, void *arg)
{
    struct mangling *mangling = arg;
    size_t           size;
    uint8_t         *original = (uint8_t *)harness_read(path, &size), *copy = malloc(size + 1);

    for (unsigned i = 0; i < mangling->rounds && size; i++) {
        size_t length = i % 4 == 3 ? (size_t)rand_r(&mangling->seed) % size : size;
        memcpy(copy, original, length);
        for (int j = 0; j < 64 && length; j++)
            copy[(size_t)rand_r(&mangling->seed) % length] = (uint8_t)rand_r(&mangling->seed);
        clock_t begin = clock();
        read_all(copy, length);
        ck_assert_int_lt((clock() - begin) / CLOCKS_PER_SEC, 2);
    }
    free(copy);
    free(original);
}

START_TEST(mangled_hives_neither_crash_nor_hang)
{
    const char     *rounds = getenv("SVCQL_MANGLE");
    struct mangling mangling = {1, rounds ? (unsigned)atoi(rounds) : 2};

    if (harness_each_evidence("hives", "", mangle, &mangling) == 0)
        SKIP("needs SVCQL_EVIDENCE");
}
END_TEST

START_TEST(every_byte_of_a_small_hive_may_be_wrong)
{
    struct made_hive *made = service_hive();
    size_t            size;
    uint8_t          *image = make_hive_image(made, &size), *copy = malloc(size);

    make_hive_free(made);
    for (size_t i = 0; i < size; i++)
        for (int j = 0; j < 3; j++) {
            static const uint8_t with[] = {0x00, 0x7f, 0xff};
            memcpy(copy, image, size);
            copy[i] = with[j];
            read_all(copy, size);
        }
    free(copy);
    free(image);
}
END_TEST

Suite *make_hive_suite(void)
{
    Suite *suite = suite_create("hive");
    TCase *tc = tcase_create("reading");

    tcase_add_test(tc, finds_keys_and_values_ignoring_case);
    tcase_add_loop_test(tc, reads_every_kind_of_list_of_subkeys, 0, 4);
    tcase_add_test(tc, shows_each_type_of_data_as_osquery_does);
    tcase_add_loop_test(tc, gathers_data_that_is_kept_in_segments, 0, 2);
    tcase_add_test(tc, names_may_be_latin1_or_utf16_or_hold_a_nul);
    tcase_add_test(tc, class_names_and_descriptors_belong_to_their_key);
    tcase_add_test(tc, a_system_hive_tells_its_computer_and_time_zone);
    suite_add_tcase(suite, tc);

    tc = tcase_create("logs");
    tcase_add_loop_test(tc, new_log_is_replayed_even_where_the_hive_grew, 0, 2);
    tcase_add_loop_test(tc, old_log_is_replayed, 0, 2);
    tcase_add_test(tc, logs_are_replayed_in_the_order_of_their_numbers);
    tcase_add_loop_test(tc, a_log_that_is_not_whole_is_not_applied, 0, 8);
    tcase_add_loop_test(tc, an_entry_that_lies_and_is_sealed_is_not_believed, 0,
                        sizeof false_sizes / sizeof false_sizes[0]);
    tcase_add_loop_test(tc, logs_of_a_clean_hive_and_older_entries_are_ignored, 0, 2);
    tcase_add_test(tc, a_damaged_base_block_is_taken_from_the_log);
    suite_add_tcase(suite, tc);

    tc = tcase_create("damage");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, what_is_no_hive_is_refused_by_name);
    tcase_add_test(tc, a_root_that_the_base_block_has_lost_is_found);
    tcase_add_test(tc, a_circle_of_keys_ends);
    tcase_add_test(tc, lists_that_are_shared_by_many_keys_do_not_multiply);
    tcase_add_test(tc, deeper_keys_than_windows_allows_are_counted);
    tcase_add_test(tc, data_that_damage_has_cut_is_given_as_far_as_it_goes);
    tcase_add_test(tc, deleted_and_orphaned_keys_are_found_with_their_paths);
    tcase_add_test(tc, a_chain_of_parents_that_breaks_is_shown_as_lost);
    tcase_add_test(tc, mangled_hives_neither_crash_nor_hang);
    tcase_add_test(tc, every_byte_of_a_small_hive_may_be_wrong);
    suite_add_tcase(suite, tc);
    return suite;
}
