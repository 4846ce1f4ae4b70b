/* check_quadlets.c -- what quadlets and their drop-ins run, against podman's generator. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static const char *dir;

static void new_root(void)
{
    dir = harness_scratch();
    harness_write_text(dir, "etc/passwd",
                       "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:\n");
}

static void file(const char *path, const char *text)
{
    harness_write_text(dir, path, text);
}

#define FOLDER "etc/containers/systemd/"

/* The rows of a query, with the table on this root in place of ROOT. */
#define expect(expected, sql) harness_expect_root(dir, "unit_commands", expected, sql)

START_TEST(a_drop_in_overrides_what_a_container_runs)
{
    new_root();
    file(FOLDER "web.container", "[Container]\nImage=docker.io/a\nExec=one\n"
                                 "[Service]\nExecStartPre=/bin/first\nEnvironment=A=1\n");
    file(FOLDER "web.container.d/10-x.conf",
         "[Container]\nExec=sh -c \"nc ${A}\" %n\n[Service]\nExecStartPre=\nExecStartPre=/tmp/x\n");
    expect("/etc/containers/systemd/web.container|5|ExecStartPre|/bin/first|0\n"
           "/etc/containers/systemd/web.container.d/10-x.conf|5|ExecStartPre|/tmp/x|1\n"
           "/etc/containers/systemd/web.container|3|Exec|/usr/bin/podman run docker.io/a one|0\n"
           "/etc/containers/systemd/web.container.d/10-x.conf|2|Exec|/usr/bin/podman run "
           "docker.io/a sh -c 'nc 1' web.service|1",
           "SELECT path, line, setting, text, effective FROM ROOT");
    expect("/tmp/x",
           "SELECT text FROM ROOT WHERE path GLOB '*/10-x.conf' AND setting = 'ExecStartPre'");
    expect("2", "SELECT count(*) FROM ROOT WHERE path = '/etc/containers/systemd/web.container'");
}
END_TEST

START_TEST(drop_ins_of_prefixes_templates_and_types_apply)
{
    new_root();
    file(FOLDER "a-b-c.container", "[Container]\nImage=i\n");
    file(FOLDER "a-b-c.container.d/50.conf", "[Service]\nExecStop=/own\n");
    file(FOLDER "a-b-.container.d/50.conf", "[Service]\nExecStop=/masked\n");
    file(FOLDER "a-b-.container.d/40.conf", "[Service]\nExecStop=/long\n");
    file(FOLDER "a-.container.d/30.conf", "[Service]\nExecStop=/short\n");
    file(FOLDER "deep/er/container.d/.20.conf", "[Service]\nExecStop=/all\n");
    file(FOLDER "t@.container", "[Container]\nImage=i\nExec=%i\n");
    harness_link(dir, FOLDER "t@x.container", "t@.container");
    file(FOLDER "t@.container.d/60.conf", "[Service]\nExecStop=/template\n");
    file(FOLDER "pod.d/x.conf", "[Service]\nExecStop=/pod\n");
    file(FOLDER "p.pod", "[Pod]\n");
    expect("a-b-c.service|/all\na-b-c.service|/long\na-b-c.service|/own\na-b-c.service|/short\n"
           "p-pod.service|/pod\nt@.service|/all\nt@.service|/template\nt@x.service|/all\n"
           "t@x.service|/template",
           "SELECT unit, text FROM ROOT WHERE setting = 'ExecStop' AND effective ORDER BY 1, 2");
    expect("/masked|0|another file replaces it",
           "SELECT text, effective, error FROM ROOT WHERE NOT effective AND setting = 'ExecStop'");
    expect("/usr/bin/podman run i x", "SELECT text FROM ROOT WHERE unit = 't@x.service' AND "
                                      "setting = 'Exec'");
}
END_TEST

START_TEST(what_no_quadlet_reads_or_podman_refuses_is_not_in_force)
{
    new_root();
    file(FOLDER "gone.container.d/a.conf", "[Container]\nExec=x\n[Service]\nExecStop=/x\n");
    file(FOLDER "any.d/a.conf", "[Container]\nExec=x\n");
    file(FOLDER "container.d/y.container", "[Container]\nImage=i\n");
    file(FOLDER "n.container", "[Container]\nExec=x\n");
    file(FOLDER "b.build", "[Build]\nFile=Containerfile\n");
    file(FOLDER "z.container", "[Container]\nImage=i\n");
    file(FOLDER "a/z.container", "[Container]\nImage=k\n");
    file(FOLDER "s.container", "[Container]\nImage=i\nServiceName=unit\n");
    file("etc/systemd/system/unit.service", "[Service]\nExecStart=/own\n");
    expect("b-build.service|File|0|relative path in File key requires SetWorkingDirectory key to "
           "be set\n"
           "gone.service|Exec|NULL|no unit here reads it\n"
           "gone.service|ExecStop|NULL|no unit here reads it\n"
           "n.service|Exec|0|no Image or Rootfs key specified\n"
           "unit.service|Image|0|another file replaces it\n"
           "z.service|Image|0|another file replaces it\nz.service|Image|1|NULL",
           "SELECT unit, setting, effective, error FROM ROOT WHERE kind = 'quadlet' ORDER BY unit, "
           "setting, effective");
}
END_TEST

START_TEST(an_entry_point_and_the_files_of_other_types_are_part_of_what_runs)
{
    new_root();
    file(FOLDER "e.container",
         "[Container]\nImage=i\nEntrypoint=/bin/sh\nPodmanArgs=--tty\nExec=-c \"nc x | sh\"\n");
    file(FOLDER "k.kube", "[Kube]\nYaml=pod.yml\n");
    file(FOLDER "b.build", "[Build]\nFile=/srv/Containerfile\nImageTag=x\n");
    expect("/usr/bin/podman build --file /srv/Containerfile\n"
           "/usr/bin/podman run --entrypoint /bin/sh --tty i -c 'nc x | sh'\n"
           "/usr/bin/podman kube play /etc/containers/systemd/pod.yml",
           "SELECT text FROM ROOT ORDER BY path");
}
END_TEST

START_TEST(a_users_drop_in_changes_a_quadlet_of_all_users)
{
    new_root();
    file(FOLDER "users/u.container", "[Container]\nImage=i\nExec=x\n");
    file("home/ann/.config/"
         "containers/systemd/u.container.d/a.conf",
         "[Container]\nExec=mine\n");
    expect("NULL|x|1\nann|mine|1\nann|x|0",
           "SELECT scope_user, argv ->> '$[#-1]' AS word, effective FROM ROOT ORDER BY 1, 2");
}
END_TEST

/* The real generator ---------------------------------------------------------- */

static uint32_t seed;

static uint32_t any(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

#define ANY(array) ((array)[any(sizeof(array) / sizeof((array)[0]))])

static const char *const folders[] = {"", "", "a/", "a/b/", "z/"};
static const char *const names[] = {"web.container",   "web-a.container", "web-a-b.container",
                                    "-x.container",    "t@.container",    "t@i.container",
                                    "t-u@i.container", "p.pod",           "v.volume",
                                    "web-v.volume",    "n-1.network",     "i.image",
                                    "x.y-z.container"};
static const char *const drop_ins[] = {"container.d",
                                       "web.container.d",
                                       "web-.container.d",
                                       "web-a-.container.d",
                                       "-.container.d",
                                       "t@.container.d",
                                       "t@i.container.d",
                                       "t-.container.d",
                                       "t-@.container.d",
                                       "t-u@.container.d",
                                       "pod.d",
                                       "p.pod.d",
                                       "volume.d",
                                       "web-.volume.d",
                                       "n-.network.d",
                                       "web-a.container.d",
                                       "x.y-.container.d",
                                       "image.d"};
static const char *const lines[] = {
    "[Container]\nExec=%u\n",
    "[Container]\nExec=sh -c \"echo \\x41 '%u'\" %%i\n",
    "[Container]\nExec=\n",
    "[Container]\nExec=a \\\n  b%u\n",
    "[Container]\nExec=sh -c \"a '%u' | b\n",
    "[Container]\nImage=docker.io/new%u\n",
    "[Service]\nExecStartPre=/bin/pre%u x\n",
    "[Service]\nExecStartPre=\n",
    "[Service]\nExecStopPost=-/bin/post%u %%n\nExecReload=/bin/r\n",
    "# [Container]\n; Exec=no%u\n",
};

/* A tree below the folder, without what the generator refuses. Before 5.6, a drop-in of an upper folder
 * came before one that is more specific, so that all are in one. */
static void random_tree(int version)
{
    char path[512], text[1024];

    new_root();
    for (uint32_t n = 3 + any(6), i = 0; i < n; i++) {
        const char *name = ANY(names);
        snprintf(path, sizeof path, "%s%s%s", FOLDER, ANY(folders), name);
        size_t size = (size_t)sprintf(text, "[%s]\nImage=docker.io/x%u\n",
                                      strstr(name, ".image") ? "Image" : "Container", i);
        size += (size_t)sprintf(text + size, ANY(lines), i); /* NOLINT: the formats are above */
        harness_write_text(dir, path, text);
    }
    for (uint32_t n = any(14), i = 0; i < n; i++) {
        const char *folder = ANY(folders);
        snprintf(path, sizeof path, "%s%s%s/%s%u.conf", FOLDER, version >= 506 ? folder : "",
                 ANY(drop_ins), any(6) ? "" : ".", any(4));
        size_t size = (size_t)sprintf(text, ANY(lines), 100 + i); /* NOLINT */
        sprintf(text + size, ANY(lines), 200 + i);                /* NOLINT */
        harness_write_text(dir, path, text);
    }
}

static const char *find_generator(void)
{
    static const char *const paths[] = {"/usr/libexec/podman/quadlet", "/usr/lib/podman/quadlet"};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (access(paths[i], X_OK) == 0)
            return paths[i];
    return NULL;
}

/* 504 of "5.4.2". */
static int version_of(const char *generator)
{
    char  command[256];
    int   major = 0, minor = 0;
    FILE *pipe = NULL;

    snprintf(command, sizeof command, "%s --version", generator);
    pipe = popen(command, "re");
    ck_assert_ptr_nonnull(pipe);
    ck_assert_int_eq(fscanf(pipe, "%d.%d", &major, &minor), 2);
    pclose(pipe);
    return 100 * major + minor;
}

/* Put what the generator makes below run/systemd/generator of a root of its own. */
static const char *generated(const char *generator)
{
    const char *root = harness_scratch();
    char        command[4096];

    snprintf(command, sizeof command,
             "mkdir -p '%s/run/systemd/generator' && QUADLET_UNIT_DIRS='%s/etc/containers/systemd' "
             "'%s' --no-kmsg-log '%s/run/systemd/generator' 2> /dev/null",
             root, dir, generator, root);
    ck_assert_int_eq(system(command), 0);
    return root;
}

/* A command is compared from its image on; of other types than containers, only what [Service] of
 * the quadlet says. */
static const char same_commands[] =
    "WITH ours AS (SELECT unit, CASE WHEN setting IN ('Exec', 'Image') THEN 'ExecStart' ELSE "
    "setting END AS setting, CASE WHEN setting IN ('Exec', 'Image') THEN substr(argv, "
    "instr(argv, '\"docker.io/')) ELSE argv END AS words, count(*) FROM unit_commands('%s') WHERE "
    "kind = 'quadlet' AND effective GROUP BY 1, 2, 3), theirs AS (SELECT unit, setting, CASE "
    "setting WHEN 'ExecStart' "
    "THEN substr(argv, instr(argv, '\"docker.io/')) ELSE argv END AS words, count(*) FROM "
    "unit_commands('%s') WHERE effective AND (setting = 'ExecStart' AND argv GLOB "
    "'*podman\", \"run\"*' OR executable <> '/usr/bin/podman') GROUP BY 1, 2, 3) SELECT 'ours', * "
    "FROM (SELECT * "
    "FROM ours EXCEPT SELECT * FROM theirs) UNION ALL SELECT 'theirs', * FROM (SELECT * FROM "
    "theirs EXCEPT SELECT * FROM ours) WHERE %u";

START_TEST(any_tree_of_quadlets_runs_what_the_generator_makes_of_it)
{
    const char *generator = find_generator();
    int         version = generator ? version_of(generator) : 0;

    if (!generator)
        SKIP("needs podman's quadlet generator");
    if (version < 502)
        SKIP("podman is older than 5.2, which knew no drop-ins of prefixes");
    for (uint32_t of_seed = 1; of_seed <= 100; of_seed++) {
        seed = of_seed * 7919;
        random_tree(version);
        const char *root = generated(generator);
        sqlite3    *db = harness_open();
        harness_expect(db, "", same_commands, dir, root, of_seed);
        /* How many the generator makes is a matter of its version. */
        ck_assert_int_gt(
            harness_int(db, "SELECT count(*) FROM unit_commands('%s') WHERE effective", root), 0);
        harness_close(db);
    }
}
END_TEST

Suite *make_quadlets_suite(void)
{
    Suite *s = suite_create("quadlets");
    TCase *t = tcase_create("quadlets");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, a_drop_in_overrides_what_a_container_runs);
    tcase_add_test(t, drop_ins_of_prefixes_templates_and_types_apply);
    tcase_add_test(t, what_no_quadlet_reads_or_podman_refuses_is_not_in_force);
    tcase_add_test(t, an_entry_point_and_the_files_of_other_types_are_part_of_what_runs);
    tcase_add_test(t, a_users_drop_in_changes_a_quadlet_of_all_users);
    tcase_add_test(t, any_tree_of_quadlets_runs_what_the_generator_makes_of_it);
    suite_add_tcase(s, t);
    return s;
}
