/* check_images.c -- containers' images as evidence: their layers, one over another, are a root. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "make_image.h"

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

#define UNIT(command) "[Service]\nExecStart=" command "\n"
#define SUDO          "Nov 14 22:13:20 h sudo:    eve : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/x\n"

static const struct image_member base[] = {{"etc", NULL},
                                           {"etc/passwd", "root:x:0:0::/root:/bin/sh\n"},
                                           {"etc/systemd/system", NULL},
                                           {"etc/systemd/system/kept.service", UNIT("/bin/kept")},
                                           {"etc/systemd/system/gone.service", UNIT("/bin/gone")},
                                           {"etc/systemd/system/new.service", UNIT("/bin/old")},
                                           {"usr/lib/systemd/system/a.service", UNIT("/bin/a")},
                                           {"var/log/auth.log", SUDO},
                                           {NULL, NULL}};
static const struct image_member middle[] = {
    {"etc/systemd/system/.wh.gone.service", ""},
    {"etc/systemd/system/new.service", UNIT("/tmp/new")},
    {"etc/systemd/system/multi-user.target.wants/kept.service",
     "->/etc/systemd/system/kept.service"},
    {NULL, NULL}};
static const struct image_member upper[] = {{"usr/lib/systemd/system/.wh..wh..opq", ""},
                                            {"usr/lib/systemd/system/b.service", UNIT("/bin/b")},
                                            {NULL, NULL}};

static struct image_layer layers[] = {{base, NULL}, {middle, NULL}, {upper, NULL}};

static void expect_units(const char *expected)
{
    harness_expect(db, expected,
                   "SELECT u.name, c.program FROM unit_files AS u JOIN unit_commands AS c USING "
                   "(path) WHERE u.name LIKE '%%.service' GROUP BY 1, 2 ORDER BY 1");
}

static const char all_units[] = "b.service|/bin/b\nkept.service|/bin/kept\nnew.service|/tmp/new";

START_TEST(layers_are_put_over_one_another)
{
    const char *path = make_image(dir, image_forms[_i], layers, 3);

    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", path);
    harness_expect(db, "linux", "SELECT kind FROM evidence");
    expect_units(all_units);
    harness_expect(db, "eve|/bin/x", "SELECT user, command FROM auth_events");
    harness_expect(db, "read|0",
                   "SELECT status, skipped FROM evidence_sources WHERE table_name = 'evidence'");
    /* A source names the layer, and can be asked for by that. */
    harness_expect(db, "1", "SELECT source GLOB '%s/*%s/var/log/auth.log' FROM auth_events", path,
                   make_image_layer(0));
    harness_expect(db, "1",
                   "SELECT count(*) FROM auth_events WHERE source = (SELECT source FROM "
                   "auth_events)");
}
END_TEST

START_TEST(an_exported_container_is_a_root)
{
    size_t size;
    char  *tar = make_layer(base, &size);

    harness_write(dir, "box.tar", tar, size);
    free(tar);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s/box.tar')", dir);
    harness_expect(db, "box|linux", "SELECT host, kind FROM evidence");
    expect_units("a.service|/bin/a\ngone.service|/bin/gone\nkept.service|/bin/kept\n"
                 "new.service|/bin/old");
}
END_TEST

/* An image of nothing but a program has no mark of a system. */
START_TEST(an_image_without_marks_is_a_root_too)
{
    static const struct image_member scratch[] = {{"app", "x"}, {NULL, NULL}};
    static const struct image_layer  layer = {scratch, NULL};

    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')",
                  make_image(dir, image_forms[_i], &layer, 1));
    harness_expect(db, "linux", "SELECT kind FROM evidence");
    harness_expect(db, "0", "SELECT count(*) FROM evidence_sources WHERE status = 'unknown'");
}
END_TEST

START_TEST(images_of_a_folder_are_hosts)
{
    char path[600];

    make_image(dir, "docker", layers, 3);
    snprintf(path, sizeof path, "%s/second", dir);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    make_image(path, "oci+gzip", layers, 1);
    make_image(path, "oci.tar", layers, 2);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "docker|3\noci|3\noci+gzip|4",
                   "SELECT host, count(DISTINCT name) FROM unit_files WHERE name LIKE "
                   "'%%.service' GROUP BY 1 ORDER BY 1");
}
END_TEST

START_TEST(several_images_of_an_archive_are_hosts)
{
    make_image(dir, "docker", layers, 3);
    harness_write_text(
        dir, "docker/manifest.json",
        "[{\"RepoTags\":[\"a/app:1\"],\"Layers\":[\""
        "0000000000000000000000000000000000000000000000000000000000000000/layer.tar\"]},"
        "{\"RepoTags\":[\"b/app:1\"],\"Layers\":[\""
        "0000000000000000000000000000000000000000000000000000000000000000/layer.tar\",\""
        "0000000000000000000000000000000000000000000000000000000000000001/layer.tar\"]},"
        "{\"RepoTags\":null,\"Layers\":[]}]");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s/docker')", dir);
    harness_expect(db, "app:1\napp:1-2\ndocker", "SELECT host FROM evidence ORDER BY 1");
    harness_expect(db, "app:1|4\napp:1-2|3",
                   "SELECT host, count(DISTINCT name) FROM unit_files WHERE name LIKE "
                   "'%%.service' GROUP BY 1 ORDER BY 1");
}
END_TEST

/* Damage ---------------------------------------------------------------------------- */

/* The file below a folder that has those bytes: its path there, static memory; its content, malloc()ed, and where in
 * it they end. */
static const char *find_bytes(const char *folder, const char *what, char **ret, size_t *ret_size,
                              size_t *ret_at)
{
    static char path[4096];
    char        command[700];

    snprintf(command, sizeof command, "cd '%s' && find . -type f | sort", folder);
    FILE *list = popen(command, "r");
    while (fgets(path, sizeof path, list)) {
        char whole[5000];
        path[strcspn(path, "\n")] = '\0';
        snprintf(whole, sizeof whole, "%s/%s", folder, path);
        *ret = harness_read(whole, ret_size);
        char *found = memmem(*ret, *ret_size, what, strlen(what));
        if (found) {
            *ret_at = (size_t)(found - *ret) + strlen(what);
            pclose(list);
            return path + 2;
        }
        free(*ret);
    }
    ck_abort_msg("%s is in no file", what);
}

START_TEST(a_layer_that_cannot_be_read_is_named)
{
    static const struct {
        const char *form, *damage, *why;
    } cases[] = {
        {"docker.tar", "missing", "is missing"},
        {"docker", "missing", "is missing"},
        {"oci+gzip", "missing", "is missing"},
        {"oci+zstd.tar", "cut", "is damaged"},
        {"oci+gzip", "encrypted", "is encrypted"},
        {"docker.tar", "altered", "is altered: its SHA-256 is not what the image says"},
        {"docker.tar.gz", "altered", "is altered: its SHA-256 is not what the image says"},
        {"docker", "altered", "is altered: its SHA-256 is not what the image says"},
        {"oci.tar", "altered", "is altered: its SHA-256 is not what the image says"},
        {"oci.tar.gz", "altered", "is altered: its SHA-256 is not what the image says"},
    };
    struct image_layer damaged[] = {layers[0], {middle, cases[_i].damage}, layers[2]};

    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')",
                  make_image(dir, cases[_i].form, damaged, 3));
    harness_expect(db, "1",
                   "SELECT count(*) FROM evidence_sources WHERE status IN ('damaged', 'denied') "
                   "AND skipped = 1 "
                   "AND detail LIKE '%%a part of a container''s image %s: %s'",
                   cases[_i].why, make_image_layer(1));
    /* The others are read. */
    harness_expect(db, "1", "SELECT count(*) FROM unit_files WHERE name = 'b.service'");
    harness_expect(db, "1",
                   "SELECT count(DISTINCT name) FROM unit_files WHERE name = 'kept.service'");
}
END_TEST

/* Lists, and layers that are compressed, whose own sums do not tell: a byte of the file that has them is another. */
START_TEST(an_altered_part_is_named_and_read)
{
    static const struct {
        const char *form;
        const char *what; /* bytes before the one that is altered */
    } cases[] = {{"oci+gzip", "\"os\":\"linu"},      {"oci+zstd", "\"schemaVersion\":"},
                 {"oci", "\"os\":\"linu"},           {"oci", "/bin/kep"},
                 {"oci+gzip", "\x1f\x8b\x08"}, /* its flags: a text */
                 {"docker", "diff_ids\":[\"sha256:"}};
    char   path[600], *data = NULL;
    size_t size = 0, at;

    snprintf(path, sizeof path, "%s", make_image(dir, cases[_i].form, layers, 3));
    const char *where = find_bytes(path, cases[_i].what, &data, &size, &at);
    data[at] = _i == 5 ? "01"[data[at] == '0'] : (char)(data[at] ^ 1);
    harness_write(path, where, data, size);
    free(data);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", path);
    expect_units(_i == 3 ? "b.service|/bin/b\nkept.service|/bin/kepu\nnew.service|/tmp/new"
                         : all_units);
    harness_expect(
        db, "damaged|1|1",
        "SELECT status, skipped, detail GLOB '*a part of a container''s image is altered: its "
        "SHA-256 is not what the image says: *' FROM evidence_sources WHERE kind = 'location'");
}
END_TEST

/* Zeros after the end of a tar belong to none of its members. */
START_TEST(a_layer_that_is_too_long_to_compare_is_told)
{
    char path[700];

    make_image(dir, "docker", layers, 3);
    snprintf(path, sizeof path, "%s/docker/%s", dir, make_image_layer(1));
    ck_assert_int_eq(truncate(path, (off_t)1100 << 20), 0);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s/docker')", dir);
    expect_units(all_units);
    harness_expect(db,
                   "read|0|manifest.json: layers not compared with their SHA-256, as they have "
                   "more than 1 GiB: 1",
                   "SELECT status, skipped, detail FROM evidence_sources WHERE kind = 'location'");
}
END_TEST

/* A hard link whose other name is in a layer below has the file that is there, not that of a layer above. */
START_TEST(a_hard_link_has_the_file_of_the_layers_below)
{
    static const struct image_member links[] = {
        {"etc/systemd/system/hard.service", "=>etc/systemd/system/kept.service"},
        {"etc/systemd/system/again.service", "=>etc/systemd/system/hard.service"},
        {"etc/systemd/system/.wh.kept.service", ""},
        {NULL, NULL}};
    static const struct image_member more[] = {
        {"etc/systemd/system/more.service", "=>etc/systemd/system/again.service"},
        {"etc/systemd/system/hard2.service", "=>./etc/systemd/system/new.service"},
        {NULL, NULL}};
    static const struct image_member above[] = {
        {"etc/systemd/system/new.service", UNIT("/bin/above")}, {NULL, NULL}};
    static const struct image_layer four[] = {
        {base, NULL}, {links, NULL}, {more, NULL}, {above, NULL}};

    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')",
                  make_image(dir, image_forms[_i], four, 4));
    expect_units("a.service|/bin/a\nagain.service|/bin/kept\ngone.service|/bin/gone\n"
                 "hard.service|/bin/kept\nhard2.service|/bin/old\nmore.service|/bin/kept\n"
                 "new.service|/bin/above");
    harness_expect(db, "read|0",
                   "SELECT status, skipped FROM evidence_sources WHERE table_name = 'evidence'");
}
END_TEST

START_TEST(a_hard_link_without_a_file_is_counted)
{
    static const struct image_member links[] = {{"etc/hostname", "=>etc/none"},
                                                {"etc/x", "=>etc/gone"},
                                                {"etc/y", "=>usr/lib/z"},
                                                {NULL, NULL}};
    static const struct image_member marks[] = {
        {"etc/.wh.gone", ""}, {"usr/.wh.lib", ""}, {NULL, NULL}};
    static const struct image_member below[] = {{"etc/gone", "a"},
                                                {"usr/lib/z", "b"},
                                                {"etc/passwd", "root:x:0:0::/root:/bin/sh\n"},
                                                {NULL, NULL}};
    static const struct image_layer  three[] = {{below, NULL}, {marks, NULL}, {links, NULL}};

    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')",
                  make_image(dir, "docker.tar", three, 3));
    harness_expect(db, "1", "SELECT count(*) FROM users");
    harness_expect(
        db, "3|3 links whose target cannot be read",
        "SELECT skipped, substr(detail, -35) FROM evidence_sources WHERE kind = 'location'");
}
END_TEST

START_TEST(layers_of_another_type_are_named)
{
    static const char *const lists[][2] = {
        {"[{\"Config\":\"config.json\",\"Layers\":{\"a\":1}}]", "damaged|1"},
        {"[{\"Config\":\"config.json\",\"Layers\":\"a\"}]", "damaged|1"},
        {"[{\"Config\":\"config.json\",\"Layers\":[1,null]}]", "damaged|2"},
        {"[{\"Config\":\"config.json\",\"Layers\":null}]", "read|0"},
        {"[{\"Config\":7,\"RepoTags\":{},\"Layers\":[]}]", "read|0"},
    };

    make_image(dir, "docker", layers, 1);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        harness_write_text(dir, "docker/manifest.json", lists[i][0]);
        harness_query(db, "DELETE FROM evidence");
        harness_query(db, "INSERT INTO evidence(location) VALUES ('%s/docker')", dir);
        harness_expect(db, lists[i][1],
                       "SELECT status, skipped FROM evidence_sources WHERE kind = 'location'");
    }
}
END_TEST

START_TEST(nothing_outside_an_image_is_read)
{
    static const struct image_member evil[] = {
        {"etc/passwd", "->../../../../../../../../../outside/secret"},
        {"etc/systemd/system/x.service", "->/outside/secret"},
        {"../outside/y.service", UNIT("/bin/y")},
        {"etc/systemd/system/.wh...", ""},
        {".wh...", ""},
        {NULL, NULL}};
    static const struct image_layer two[] = {{base, NULL}, {evil, NULL}};

    harness_write_text(dir, "outside/secret", "secret:x:0:0::/:/bin/sh\n");
    harness_write_text(dir, "outside/layer.tar", "secret");
    const char *path = make_image(dir, image_forms[_i], two, 2);
    if (strcmp(image_forms[_i], "docker") == 0)
        harness_write_text(dir, "docker/manifest.json",
                           "[{\"Layers\":[\"../outside/layer.tar\",\"/etc/passwd\","
                           "\"0000000000000000000000000000000000000000000000000000000000000000/"
                           "layer.tar\"]}]");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", path);
    harness_expect(db, "0", "SELECT count(*) FROM users WHERE username = 'secret'");
    harness_expect(db, "0", "SELECT count(*) FROM unit_files WHERE name = 'y.service'");
    harness_expect(db, "1", "SELECT count(*) FROM unit_files WHERE name = 'kept.service'");
    harness_expect(db, "1",
                   "SELECT skipped > 0 FROM evidence_sources WHERE table_name = 'evidence' AND "
                   "kind = 'location'");
}
END_TEST

START_TEST(a_layer_of_many_members_is_bounded)
{
    enum { MANY = 120000 };
    struct harness_cost  before = harness_cost();
    struct image_member *many[3];
    char                *names = malloc((size_t)MANY * 24);

    for (int k = 0; k < 3; k++) { /* of which the first member alone differs */
        static const char *const first[] = {"etc/passwd", "etc/a", "etc/b"};
        many[k] = calloc(MANY + 2, sizeof *many[k]);
        many[k][0] = (struct image_member){first[k], "root:x:0:0::/root:/bin/sh\n"};
        for (int i = 0; i < MANY; i++) {
            snprintf(names + 24 * (size_t)i, 24, "d%03d/f%06d", i % 1000, i);
            many[k][i + 1] = (struct image_member){names + 24 * (size_t)i, ""};
        }
    }
    struct image_layer three[] = {{many[2], NULL}, {many[1], NULL}, {many[0], NULL}};
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')",
                  make_image(dir, "oci+zstd", three, 3));
    for (int k = 0; k < 3; k++)
        free(many[k]);
    free(names);
    harness_expect(db, "1", "SELECT count(*) FROM users");
    harness_expect(db, "read|1",
                   "SELECT status, skipped BETWEEN 60000 AND 70000 FROM evidence_sources WHERE "
                   "kind = 'location'");
    struct harness_cost after = harness_cost();
    printf("images: %d members three times: %.1f s, %ld KiB\n", MANY,
           after.seconds - before.seconds, after.kib - before.kib);
}
END_TEST

Suite *make_images_suite(void)
{
    Suite *suite = suite_create("images");
    TCase *tc = tcase_create("images");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, layers_are_put_over_one_another, 0, IMAGE_FORMS);
    tcase_add_test(tc, an_exported_container_is_a_root);
    tcase_add_loop_test(tc, an_image_without_marks_is_a_root_too, 0, IMAGE_FORMS);
    tcase_add_test(tc, images_of_a_folder_are_hosts);
    tcase_add_test(tc, several_images_of_an_archive_are_hosts);
    tcase_add_loop_test(tc, a_layer_that_cannot_be_read_is_named, 0, 10);
    tcase_add_loop_test(tc, an_altered_part_is_named_and_read, 0, 6);
    tcase_add_test(tc, a_layer_that_is_too_long_to_compare_is_told);
    tcase_add_loop_test(tc, a_hard_link_has_the_file_of_the_layers_below, 0, IMAGE_FORMS);
    tcase_add_test(tc, a_hard_link_without_a_file_is_counted);
    tcase_add_test(tc, layers_of_another_type_are_named);
    tcase_add_loop_test(tc, nothing_outside_an_image_is_read, 0, IMAGE_FORMS);
    tcase_add_test(tc, a_layer_of_many_members_is_bounded);
    suite_add_tcase(suite, tc);
    return suite;
}
