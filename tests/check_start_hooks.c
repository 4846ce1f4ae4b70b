/* check_start_hooks.c -- what starts programs and is not a unit: the forms of its files, rows, masks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/unit/hook_text.h"
#include "harness.h"

/* All hooks of a text: "line setting|value|command", one a line; after them "bad N" where lines were
 * not understood. */
static const char *parsed(enum hook_form form, const char *text)
{
    static char        out[2048];
    struct hook_reader reader = {.form = form, .text = text, .size = strlen(text)};
    struct hook        hook;
    size_t             n = 0;

    *out = '\0';
    while (hook_next(&reader, &hook) > 0)
        n += (size_t)snprintf(out + n, sizeof out - n, "%u %s|%s|%s%s%s\n", hook.line, hook.setting,
                              hook.value ? hook.value : "-", hook.command ? hook.command : "-",
                              hook.content ? "|" : "", hook.content ? hook.content : "");
    if (reader.bad)
        snprintf(out + n, sizeof out - n, "bad %d\n", (int)reader.bad);
    hook_end(&reader);
    return out;
}

START_TEST(each_form_is_read_as_its_program_reads_it)
{
    static const struct {
        enum hook_form form;
        const char    *text, *want;
    } texts[] = {
        {HOOK_UDEV,
         "# RUN+=\"/no\"\nACTION==\"add\", ENV{MAJOR}==\"1\", \\\n  RUN+=\"/opt/a run:+\", "
         "RUN{program}+=\"/bin/sh -c 'echo \\\"x\\\"'\"\nPROGRAM==\"/bin/b\", RESULT==\"1\", "
         "ENV{SYSTEMD_WANTS}+=\"x.service\"\nENV{SYSTEMD_WANTS}==\"\", MODE=\"0660\"\n",
         "2 RUN|/opt/a run:+|/opt/a run:+\n"
         "2 RUN{program}|/bin/sh -c 'echo \"x\"'|/bin/sh -c 'echo \"x\"'\n"
         "4 PROGRAM|/bin/b|/bin/b\n4 ENV{SYSTEMD_WANTS}|x.service|-\n"},
        {HOOK_UDEV, "RUN+=\"/open\nRUN+=e\"/a\\tb\"", "2 RUN|/a\tb|/a\tb\nbad 1\n"},
        {HOOK_TMPFILES,
         "f+ /run/systemd/system/x.service 0644 root root - [Service]\\nExecStart=/opt/a\\n\n"
         "L+ \"/etc/systemd/../systemd/system/y.service\" - - - - /opt/y\nd /run/systemd/system\n"
         "w /sys/kernel/x - - - - never\nr! /var/run/systemd/system/z.service\nf\n",
         "1 f+|/run/systemd/system/x.service|-|[Service]\nExecStart=/opt/a\n\n"
         "2 L+|/etc/systemd/system/y.service|-|/opt/y\n5 r!|/run/systemd/system/z.service|-\n"
         "bad 1\n"},
        {HOOK_MODULES, "; x\n# y\n  br_netfilter  \noverlay\n",
         "3 module|br_netfilter|-\n4 module|overlay|-\n"},
        {HOOK_MODPROBE, "options x a=1\ninstall cramfs /bin/true\nremove y \\\n /sbin/z -q\n",
         "2 install|cramfs|/bin/true\n3 remove|y|/sbin/z -q\n"},
        {HOOK_PRELOAD, "/lib/a.so:/lib/b.so # c\n# /lib/c.so\n/lib/d.so\n",
         "1 preload|/lib/a.so|-\n1 preload|/lib/b.so|-\n3 preload|/lib/d.so|-\n"},
        {HOOK_PAM,
         "@include common-auth\nauth required pam_unix.so\n"
         "-session optional pam_exec.so quiet log=/x /opt/a 0\n"
         "auth [success=1 default=ignore] /opt/evil.so try\naccount\n",
         "3 session|pam_exec.so quiet log=/x /opt/a 0|/opt/a 0\n4 auth|/opt/evil.so try|-\nbad "
         "1\n"},
        {HOOK_PAM_CONF, "sshd auth optional pam_exec.so expose_authtok /x\n",
         "1 auth|pam_exec.so expose_authtok /x|/x\n"},
        {HOOK_INITTAB, "id:2:initdefault:\nx:23:respawn:/opt/x -d\n::sysinit:/sbin/openrc\ny\n",
         "2 respawn|x|/opt/x -d\n3 sysinit|-|/sbin/openrc\nbad 1\n"},
        {HOOK_JOURNALD,
         "[Journal]\n#Storage=auto\nStorage = none\nSystemMaxUse=1G\n[X]\nStorage=x\n",
         "3 Storage|none|-\n"},
        {HOOK_APT,
         "// x\nDPkg::Post-Invoke {\"/opt/a; b\"; \"/opt/c\";};\nAPT { Update { /* y\n*/ "
         "Pre-Invoke:: \"/opt/d\"; }; Archives \"no\"; };\n# DPkg::Pre-Invoke \"no\";\n"
         "dpkg::pre-install-pkgs:: \"/e\";",
         "2 DPkg::Post-Invoke|/opt/a; b|/opt/a; b\n2 DPkg::Post-Invoke|/opt/c|/opt/c\n"
         "4 APT::Update::Pre-Invoke|/opt/d|/opt/d\n6 dpkg::pre-install-pkgs|/e|/e\n"},
        {HOOK_DPKG, "no-debsig\npost-invoke=\"/opt/a b\"\npre-invoke /opt/c\n",
         "2 post-invoke|/opt/a b|/opt/a b\n3 pre-invoke|/opt/c|/opt/c\n"},
        {HOOK_DNF, "*:any:/opt/a ${x}\n", "1 action|*|/opt/a ${x}\n"},
        {HOOK_DNF5, "post_transaction:::enabled=1:/opt/a\n", "1 action|post_transaction|/opt/a\n"},
        {HOOK_PACMAN, "[Action]\nWhen = PostTransaction\nExec = /opt/a\n",
         "3 Exec|/opt/a|/opt/a\n"},
        {HOOK_ACPI, "event=button\naction=/opt/a %e\n", "2 action|/opt/a %e|/opt/a %e\n"},
        {HOOK_UNIT, "[Service]\nExecStart=-/bin/a \\\n b\nExecStop=\nUser=x\n",
         "2 ExecStart|-/bin/a  b|/bin/a  b\n"},
        {HOOK_SETTINGS, "[Service]\nEnvironment=A=1\nExecStart=+/bin/a\nUser=\n",
         "2 Environment|A=1|-\n3 ExecStart|+/bin/a|/bin/a\n"},
        {HOOK_NSPAWN, "[Exec]\nBoot=no\nParameters=/bin/sh -c id\nHostname=x\n[Files]\nBind=/\n",
         "2 Boot|no|-\n3 Parameters|/bin/sh -c id|-|/bin/sh -c id\n6 Bind|/|-\n"},
        {HOOK_TMPFILES, "f %h/.config/systemd/user/a.service - - - - x\n",
         "1 f|%h/.config/systemd/user/a.service|-|x\n"},
        {HOOK_INTERFACES, "iface eth0 inet dhcp\n  up /opt/a\n  post-down /opt/b \\\n c\n",
         "2 up|/opt/a|/opt/a\n3 post-down|/opt/b  c|/opt/b  c\n"},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *got = parsed(texts[i].form, texts[i].text);
        ck_assert_msg(strcmp(got, texts[i].want) == 0, "%s\nis\n%s\nnot\n%s", texts[i].text, got,
                      texts[i].want);
    }
}
END_TEST

START_TEST(blocks_within_blocks_without_end_are_refused)
{
    char text[200];

    for (size_t i = 0; i < 99; i++)
        memcpy(text + 2 * i, "a{", 2);
    text[198] = '\0';
    ck_assert_str_eq(parsed(HOOK_APT, text), "bad 1\n");
}
END_TEST

static const char *fixture(void)
{
    const char *root = harness_scratch();

    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(root, "etc/hostname", "web7\n");
    harness_write_text(root, "etc/udev/rules.d/90-x.rules", "RUN+=\"/opt/agentd x\"\n");
    harness_write_text(root, "usr/lib/udev/rules.d/70-y.rules", "RUN+=\"/opt/agentd y\"\n");
    harness_write_text(root, "usr/lib/udev/rules.d/90-x.rules", "RUN+=\"/usr/bin/vendor\"\n");
    harness_write_text(root, "etc/systemd/system-sleep/10-x",
                       "#!/bin/sh\n/opt/agentd 1\ncd /opt; /opt/agentd 2\n$X/y\n");
    harness_write_text(root, "etc/systemd/system-sleep/old.dpkg-old", "#!/bin/sh\n");
    harness_write_text(root, "etc/ld.so.preload", "/usr/local/lib/x.so\n");
    harness_write_text(root, "opt/agentd", "\177ELF");
    return root;
}

START_TEST(rows_say_what_runs_and_what_it_is)
{
    sqlite3 *db = harness_open();

    harness_expect(
        db,
        "udev|/etc/udev/rules.d/90-x.rules|1|RUN|/opt/agentd "
        "x|/opt/agentd|{\"/opt/agentd\":\"elf\"}|"
        "NULL|NULL\n"
        "udev|/usr/lib/udev/rules.d/70-y.rules|1|RUN|/opt/agentd "
        "y|/opt/agentd|{\"/opt/agentd\":\"elf\"}|NULL|NULL\n"
        "udev|/usr/lib/udev/rules.d/90-x.rules|1|RUN|/usr/bin/vendor|/usr/bin/vendor|"
        "{\"/usr/bin/vendor\":\"missing\"}|/etc/udev/rules.d/90-x.rules|NULL\n"
        "sleep|/etc/systemd/system-sleep/10-x|0|NULL|/etc/systemd/system-sleep/10-x|"
        "/etc/systemd/system-sleep/10-x|"
        "{\"/etc/systemd/system-sleep/10-x\":\"script\",\"/opt/agentd\":\"elf\"}|NULL|NULL\n"
        "preload|/etc/ld.so.preload|1|preload|NULL|/usr/local/lib/x.so|"
        "{\"/usr/local/lib/x.so\":\"missing\"}|NULL|NULL",
        "SELECT kind, path, line, setting, command, program, runs, shadowed_by, package FROM "
        "start_hooks('%s')",
        fixture());
    harness_close(db);
}
END_TEST

/* A rule that is masked by a link to /dev/null is not a damaged file. */
START_TEST(masks_and_leftovers_are_passed_over)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();
    char        path[4096];

    snprintf(path, sizeof path, "%s/etc/udev/rules.d/80-m.rules", root);
    ck_assert_int_eq(symlink("/dev/null", path), 0);
    harness_write_text(root, "opt/l.rules", "ACTION==\"add\", RUN+=\"/opt/l\"\n");
    harness_link(root, "etc/udev/rules.d/81-l.rules", "/opt/l.rules");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", root);
    harness_expect(db, "/etc/udev/rules.d/81-l.rules|/opt/l",
                   "SELECT path, command FROM start_hooks WHERE name LIKE '81-%%'");
    harness_expect(db, "0",
                   "SELECT count(*) FROM start_hooks WHERE host = 'web7' AND (name LIKE '%%old' OR "
                   "name LIKE '80-%%')");
    harness_expect(db, "0",
                   "SELECT count(*) FROM evidence_sources WHERE table_name = 'start_hooks' AND "
                   "status = 'damaged'");
    harness_close(db);
}
END_TEST

/* Extensions and portable services: their trees' units have rows, their images a word that they were not
 * read. */
START_TEST(extensions_are_read_and_images_are_named)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();

    harness_write_text(root, "var/lib/extensions/tools/usr/lib/systemd/system/tools.service",
                       "[Service]\nExecStart=/usr/bin/toold 99\n");
    harness_write_text(root, "var/lib/confexts/net/etc/systemd/system/ssh.service.d/a.conf",
                       "[Service]\nExecStartPre=/bin/sh -c 'id'\n");
    harness_write_text(root, "var/lib/extensions/big.raw", "x");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", root);
    harness_expect(db,
                   "extension|tools.service|ExecStart|/usr/bin/toold 99\n"
                   "extension|a.conf|ExecStartPre|/bin/sh -c 'id'",
                   "SELECT kind, name, setting, command FROM start_hooks WHERE host = 'web7' AND "
                   "kind = 'extension'");
    harness_expect(db, "unknown|1|an image, whose units are not read",
                   "SELECT status, skipped, detail FROM evidence_sources WHERE location = "
                   "'%s/var/lib/extensions/big.raw'",
                   root);
    harness_close(db);
}
END_TEST

/* Machines, credentials and users' tmpfiles.d: rows, or a word that they were not read. */
START_TEST(credentials_machines_and_users_files_have_rows)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();

    harness_write_text(root, "etc/passwd",
                       "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n");
    harness_write_text(root, "etc/credstore/systemd.extra-unit.evil.service",
                       "[Service]\nExecStart=-/opt/agentd\n");
    harness_write_text(root, "usr/lib/credstore/systemd.unit-dropin.ssh.service~10-x",
                       "[Service]\nEnvironment=LD_PRELOAD=/opt/x.so\n");
    harness_write_text(root, "etc/credstore/other", "secret\n");
    harness_write_text(root, "etc/credstore.encrypted/systemd.extra-unit.sealed.service", "x");
    harness_write_text(root, "etc/systemd/nspawn/box.nspawn",
                       "[Exec]\nParameters=/bin/sh -c id\n[Files]\nBind=/etc\n");
    harness_write_text(root, "var/lib/machines/box/etc/systemd/system/in.service",
                       "[Service]\nExecStart=/bin/in\n");
    harness_write_text(root, "var/lib/machines/disk.raw", "x");
    harness_write_text(root, "var/lib/portables/app.raw.v/app_2.raw", "x");
    harness_write_text(root, "var/lib/extensions/t.v/t_1/usr/lib/systemd/system/t.socket",
                       "[Socket]\nExecStartPre=/bin/t\n");
    harness_write_text(root, "var/lib/extensions/u/usr/lib/systemd/user/u.service",
                       "[Service]\nExecStart=/bin/u\n");
    harness_write_text(root, "var/lib/extensions/u/usr/lib/systemd/system/a.target.wants/x", "");
    harness_write_text(root, "home/ann/.config/user-tmpfiles.d/u.conf",
                       "f %h/.config/systemd/user/e.service - - - - [Service]\\n\n");
    harness_write_text(root, "etc/cron.daily/d", "#!/bin/sh\nsystemctl stop auditd\n");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", root);
    harness_expect(
        db,
        "credential|systemd.extra-unit.evil.service|ExecStart|-/opt/agentd|/opt/agentd\n"
        "credential|systemd.unit-dropin.ssh.service~10-x|Environment|"
        "LD_PRELOAD=/opt/x.so|NULL\n"
        "cron|d|NULL|NULL|/etc/cron.daily/d\n"
        "extension|t.socket|ExecStartPre|/bin/t|/bin/t\n"
        "extension|u.service|ExecStart|/bin/u|/bin/u\n"
        "nspawn|box.nspawn|Parameters|/bin/sh -c id|NULL\n"
        "nspawn|box.nspawn|Bind|/etc|NULL\n"
        "tmpfiles|u.conf|f|%h/.config/systemd/user/e.service|NULL",
        "SELECT kind, name, setting, value, command FROM start_hooks WHERE host = 'web7' "
        "AND kind IN ('credential', 'nspawn', 'extension', 'tmpfiles', 'cron') ORDER BY "
        "kind, name, position");
    harness_expect(
        db,
        "etc/credstore.encrypted/systemd.extra-unit.sealed.service|unknown|an encrypted "
        "credential, "
        "whose unit is not read\n"
        "var/lib/machines/box|unknown|the tree of a machine with a manager of its own: add it as "
        "evidence to read it\n"
        "var/lib/machines/disk.raw|unknown|an image, whose units are not read\n"
        "var/lib/portables/app.raw.v/app_2.raw|unknown|an image, whose units are not read",
        "SELECT substr(location, length('%s') + 2), status, detail FROM evidence_sources WHERE "
        "table_name = 'start_hooks' AND status NOT IN ('read', 'absent') AND location GLOB '%s*' "
        "ORDER BY 1",
        root, root);
    harness_close(db);
}
END_TEST

Suite *make_start_hooks_suite(void);
Suite *make_start_hooks_suite(void)
{
    Suite *suite = suite_create("start_hooks");
    TCase *tests = tcase_create("start_hooks");

    tcase_add_test(tests, each_form_is_read_as_its_program_reads_it);
    tcase_add_test(tests, blocks_within_blocks_without_end_are_refused);
    tcase_add_test(tests, rows_say_what_runs_and_what_it_is);
    tcase_add_test(tests, masks_and_leftovers_are_passed_over);
    tcase_add_test(tests, extensions_are_read_and_images_are_named);
    tcase_add_test(tests, credentials_machines_and_users_files_have_rows);
    suite_add_tcase(suite, tests);
    return suite;
}
