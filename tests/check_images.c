/* check_images.c -- containers' images as evidence: their layers, one over another, are a root. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence/packed.h"
#include "formats/text/buffer.h"
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
    harness_expect(db, "1", "SELECT source GLOB '%s/*%064x*/var/log/auth.log' FROM auth_events",
                   path, strncmp(image_forms[_i], "oci", 3) == 0);
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

START_TEST(a_layer_that_cannot_be_read_is_named)
{
    static const struct {
        const char *form, *damage, *why;
    } cases[] = {
        {"docker.tar", "missing", "is missing: 000%1/layer.tar"},
        {"docker", "missing", "is missing: 000%1/layer.tar"},
        {"oci+gzip", "missing", "is missing: blobs/sha256/0%2"},
        {"oci+zstd.tar", "cut", "is damaged: blobs/sha256/0%2"},
        {"oci+gzip", "encrypted", "is encrypted: blobs/sha256/0%2"},
    };
    struct image_layer damaged[] = {layers[0], {middle, cases[_i].damage}, layers[2]};

    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')",
                  make_image(dir, cases[_i].form, damaged, 3));
    harness_expect(db, "1",
                   "SELECT count(*) FROM evidence_sources WHERE status IN ('damaged', 'denied') "
                   "AND skipped > 0 "
                   "AND detail LIKE '%%a part of a container''s image %s'",
                   cases[_i].why);
    /* The others are read. */
    harness_expect(db, "1", "SELECT count(*) FROM unit_files WHERE name = 'b.service'");
    harness_expect(db, "1", "SELECT count(*) FROM unit_files WHERE name = 'kept.service'");
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
    struct image_member *many = calloc(MANY + 2, sizeof *many);
    char                *names = malloc((size_t)MANY * 24);

    many[0] = (struct image_member){"etc/passwd", "root:x:0:0::/root:/bin/sh\n"};
    for (int i = 0; i < MANY; i++) {
        snprintf(names + 24 * (size_t)i, 24, "d%03d/f%06d", i % 1000, i);
        many[i + 1] = (struct image_member){names + 24 * (size_t)i, ""};
    }
    struct image_layer three[] = {{many, NULL}, {many, NULL}, {many, NULL}};
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')",
                  make_image(dir, "oci+zstd", three, 3));
    free(many);
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

/* Against a plain model ---------------------------------------------------------------- */

/* A tree as a list of paths; contents are the number of the layer. */
struct model {
    char paths[400][16];
    int  of[400]; /* layer; -1: a folder */
    int  n;
};

static bool is_below(const char *path, const char *folder)
{
    size_t size = strlen(folder);

    return strncmp(path, folder, size) == 0 && path[size] == '/';
}

static void remove_paths(struct model *m, const char *path, bool itself)
{
    int n = 0;

    for (int i = 0; i < m->n; i++)
        if (!is_below(m->paths[i], path) && !(itself && strcmp(m->paths[i], path) == 0)) {
            memmove(m->paths[n], m->paths[i], sizeof m->paths[i]);
            m->of[n++] = m->of[i];
        }
    m->n = n;
}

static int find_path(const struct model *m, const char *path)
{
    for (int i = 0; i < m->n; i++)
        if (strcmp(m->paths[i], path) == 0)
            return i;
    return -1;
}

/* Add a path; what is in its way, of another kind, goes. */
static void add_path(struct model *m, const char *path, int of)
{
    char folder[16];

    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash) {
        *slash = '\0';
        add_path(m, folder, -1);
    }
    int i = find_path(m, path);
    if (i >= 0 && (m->of[i] < 0) == (of < 0)) {
        m->of[i] = of;
        return;
    }
    remove_paths(m, path, true);
    snprintf(m->paths[m->n], sizeof m->paths[0], "%s", path);
    m->of[m->n++] = of;
}

/* A random path of one to three letters, with a slash between. */
static void random_path(unsigned *seed, char ret[16])
{
    int depth = 1 + rand_r(seed) % 3;

    for (int i = 0; i < depth; i++) {
        ret[2 * i] = (char)('a' + rand_r(seed) % 3);
        ret[2 * i + 1] = i + 1 < depth ? '/' : '\0';
    }
}

enum { MEMBERS = 12 };

/* A random layer, whose own members have one kind a path; and what it makes of the model: first what it takes
 * away, then what it adds. */
static void random_layer(unsigned *seed, int number, struct model *m, char names[MEMBERS][64],
                         char contents[4], struct image_member members[MEMBERS + 1])
{
    struct model own = {.n = 0};
    int          n = 0;

    snprintf(contents, 4, "%d", number % 10);
    for (int i = 0; i < MEMBERS; i++) {
        char path[16], folder[16];
        int  kind = rand_r(seed) % 6;
        random_path(seed, path);
        snprintf(folder, sizeof folder, "%s", path);
        char       *slash = strrchr(folder, '/');
        const char *name = slash ? slash + 1 : folder;
        bool way = false; /* a file of this layer on the path, or this path as another kind */
        for (int k = 0; k < own.n; k++)
            way = way || (own.of[k] >= 0 && is_below(path, own.paths[k])) ||
                  strcmp(own.paths[k], path) == 0;
        if (kind < 4 && way)
            continue;
        if (kind < 3) {
            add_path(&own, path, number);
            snprintf(names[n], 64, "%s", path);
            members[n] = (struct image_member){names[n], contents};
        } else if (kind == 3) {
            add_path(&own, path, -1);
            snprintf(names[n], 64, "%s", path);
            members[n] = (struct image_member){names[n], NULL};
        } else {
            /* The folder of a mark is a folder of the layer. */
            bool file = false;
            for (int k = 0; slash && k < own.n; k++)
                file = file || (own.of[k] >= 0 && (is_below(path, own.paths[k])));
            if (file)
                continue;
            if (slash)
                *slash = '\0';
            if (slash)
                add_path(&own, folder, -1);
            snprintf(names[n], 64, "%s%s%s%s", slash ? folder : "", slash ? "/" : "",
                     kind == 4 ? ".wh." : ".wh..wh..opq", kind == 4 ? name : "");
            members[n] = (struct image_member){names[n], ""};
            if (kind == 4)
                remove_paths(m, path, true);
            else if (slash)
                remove_paths(m, folder, false);
            else
                m->n = 0;
        }
        n++;
    }
    members[n] = (struct image_member){NULL, NULL};
    for (int k = 0; k < own.n; k++)
        add_path(m, own.paths[k], own.of[k]);
}

static void expect_folder(struct packed *packed, uint32_t folder, const struct model *m, int *seen)
{
    for (uint32_t i = packed_first(packed, folder); i; i = packed_next(packed, i)) {
        char        path[4096], content[8] = "";
        struct stat st;

        packed_stat(packed, i, &st);
        ck_assert_int_eq(packed_path(packed, PACKED_TOP, i, path, sizeof path), 0);
        const char *own = S_ISDIR(st.st_mode) ? path + 1 : strstr(path, "layer.tar/") + 10;
        int         k = find_path(m, own);
        ck_assert_msg(k >= 0, "%s is not in the model", path);
        ck_assert_msg(S_ISDIR(st.st_mode) == (m->of[k] < 0), "%s: another kind", path);
        if (!S_ISDIR(st.st_mode)) {
            ck_assert_int_eq(packed_read(packed, i, content, (size_t)st.st_size), 0);
            ck_assert_int_eq(atoi(content), m->of[k]);
        }
        (*seen)++;
        expect_folder(packed, i, m, seen);
    }
}

START_TEST(random_layers_give_what_a_plain_model_gives)
{
    const char *given = getenv("SVCQL_SEED");
    unsigned    seed = given ? (unsigned)atoi(given) : 7;

    for (int round = 0; round < 150; round++) {
        static char                names[5][MEMBERS][64];
        static char                contents[5][4];
        static struct image_member members[5][MEMBERS + 1];
        struct image_layer         some[5];
        struct model               m = {.n = 0};
        struct packed             *packed;
        const char                *rest, *scratch = harness_scratch();
        int                        n = 1 + rand_r(&seed) % 5, seen = 0;

        for (int i = 0; i < n; i++) {
            random_layer(&seed, i, &m, names[i], contents[i], members[i]);
            some[i] = (struct image_layer){members[i], NULL};
        }
        make_image(scratch, "docker.tar", some, (size_t)n);
        char path[600];
        snprintf(path, sizeof path, "%s/docker.tar", scratch);
        int r = packed_open(path, &packed, &rest);
        ck_assert_int_eq(r, 0);
        expect_folder(packed, PACKED_TOP, &m, &seen);
        ck_assert_msg(seen == m.n, "round %d, seed %s: %d paths, not %d", round,
                      given ? given : "7", seen, m.n);
        packed_unref(packed);
    }
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
    tcase_add_loop_test(tc, a_layer_that_cannot_be_read_is_named, 0, 5);
    tcase_add_loop_test(tc, nothing_outside_an_image_is_read, 0, IMAGE_FORMS);
    tcase_add_test(tc, a_layer_of_many_members_is_bounded);
    tcase_add_test(tc, random_layers_give_what_a_plain_model_gives);
    suite_add_tcase(suite, tc);
    return suite;
}
