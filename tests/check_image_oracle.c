/* check_image_oracle.c -- the layers of random images, one over another, give what a plain model gives, and what umoci
 * unpacks. SVCQL_SEED gives others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "evidence/packed.h"
#include "harness.h"
#include "make_image.h"

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

/* Against umoci -------------------------------------------------------------------------- */

/* A layer with a member for each folder on its members' paths, without which umoci puts none in the place of a file. */
struct explicit_layer {
    char                folders[2 * MEMBERS][16];
    struct image_member members[3 * MEMBERS + 1];
    int                 n_folders, n;
};

static void add_folder(struct explicit_layer *layer, const char *name, size_t size)
{
    char folder[16];

    snprintf(folder, sizeof folder, "%.*s", (int)size, name);
    for (int i = 0; i < layer->n; i++)
        if (strcmp(layer->members[i].name, folder) == 0)
            return;
    char *kept = layer->folders[layer->n_folders++];
    strcpy(kept, folder);
    layer->members[layer->n++] = (struct image_member){kept, NULL};
}

static void with_folders(struct explicit_layer *layer, const struct image_member *members)
{
    *layer = (struct explicit_layer){.n = 0};
    for (; members->name; members++) {
        for (const char *slash = members->name; (slash = strchr(slash, '/')); slash++)
            add_folder(layer, members->name, (size_t)(slash - members->name));
        layer->members[layer->n++] = *members;
    }
    layer->members[layer->n] = (struct image_member){NULL, NULL};
}

/* Compare one path that umoci unpacked with the tree's. */
static void compare_path(struct packed *packed, const char *root, char type, const char *name)
{
    char        path[1200], own[8] = "";
    struct stat st;
    uint32_t    node;
    size_t      size;

    ck_assert_msg(packed_find(packed, PACKED_TOP, name, 0, false, &node) == 0, "no %s", name);
    packed_stat(packed, node, &st);
    ck_assert_msg(S_ISDIR(st.st_mode) == (type == 'd'), "%s: another kind", name);
    if (type == 'd')
        return;
    snprintf(path, sizeof path, "%s/%s", root, name);
    char *data = harness_read(path, &size);
    ck_assert_int_eq(packed_read(packed, node, own, (size_t)st.st_size), 0);
    ck_assert_msg(strlen(own) == size && memcmp(own, data, size) == 0, "%s: %s", name, own);
    free(data);
}

/* All that umoci unpacked below a folder: how much it is. */
static int compare_all(struct packed *packed, const char *root)
{
    char command[800], line[600];
    int  n = 0;

    snprintf(command, sizeof command, "find '%s' -mindepth 1 -printf '%%y%%P\\n'", root);
    FILE *list = popen(command, "r");
    for (; fgets(line, sizeof line, list); n++) {
        line[strcspn(line, "\n")] = '\0';
        compare_path(packed, root, *line, line + 1);
    }
    ck_assert_int_eq(pclose(list), 0);
    return n;
}

static int count_nodes(struct packed *packed, uint32_t folder)
{
    int n = 0;

    for (uint32_t i = packed_first(packed, folder); i; i = packed_next(packed, i))
        n += 1 + count_nodes(packed, i);
    return n;
}

START_TEST(random_layers_give_what_umoci_unpacks)
{
    const char *given = getenv("SVCQL_SEED");
    unsigned    seed = given ? (unsigned)atoi(given) : 11;

    if (system("umoci --version >/dev/null 2>&1") != 0)
        SKIP("needs umoci");
    for (int round = 0; round < 12; round++) {
        static char                  names[5][MEMBERS][64];
        static char                  contents[5][4];
        static struct image_member   members[5][MEMBERS + 1];
        static struct explicit_layer explicit_layers[5];
        struct image_layer           some[5];
        struct model                 m = {.n = 0};
        struct packed               *packed;
        const char                  *rest, *scratch = harness_scratch();
        char                         path[600], command[1500];
        int                          n = 1 + rand_r(&seed) % 5;

        for (int i = 0; i < n; i++) {
            random_layer(&seed, i, &m, names[i], contents[i], members[i]);
            with_folders(&explicit_layers[i], members[i]);
            some[i] = (struct image_layer){explicit_layers[i].members, NULL};
        }
        snprintf(path, sizeof path, "%s",
                 make_image(scratch, round & 1 ? "oci" : "oci+gzip", some, (size_t)n));
        snprintf(
            command, sizeof command,
            "umoci unpack --rootless --image %s:t %s/bundle >%s/log 2>&1 || { cat %s/log; false; }",
            path, scratch, scratch, scratch);
        ck_assert_int_eq(system(command), 0);
        snprintf(command, sizeof command, "%s/index.json", path);
        ck_assert_int_eq(packed_open(command, &packed, &rest), 0);
        snprintf(path, sizeof path, "%s/bundle/rootfs", scratch);
        int seen = compare_all(packed, path);
        ck_assert_msg(seen == count_nodes(packed, PACKED_TOP), "round %d: %d paths, umoci has %d",
                      round, count_nodes(packed, PACKED_TOP), seen);
        packed_unref(packed);
    }
}
END_TEST

Suite *make_image_oracle_suite(void)
{
    Suite *suite = suite_create("image_oracle");
    TCase *tc = tcase_create("image_oracle");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, random_layers_give_what_a_plain_model_gives);
    tcase_add_test(tc, random_layers_give_what_umoci_unpacks);
    suite_add_tcase(suite, tc);
    return suite;
}
