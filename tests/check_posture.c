/* check_posture.c -- the four mitigations as checks: for each a weak host, and a safe one. */
#include "harness.h"
#include "make_acl.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "make_hive.h"
#include "make_plist.h"

/* Every check's name and status but those of other platforms, one a line. */
static const char all_checks[] =
    "SELECT DISTINCT check_name, status FROM (SELECT * FROM posture_privileged_accounts "
    "UNION ALL SELECT * FROM posture_user_accounts UNION ALL SELECT * FROM posture_permissions "
    "UNION ALL SELECT * FROM posture_behavior_prevention) WHERE status <> 'not_applicable' "
    "ORDER BY check_name";

static sqlite3 *look_at(const char *root)
{
    sqlite3 *db = harness_open();

    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", root);
    return db;
}

static void set_mode(const char *root, const char *path, mode_t mode)
{
    char whole[512];

    snprintf(whole, sizeof whole, "%s/%s", root, path);
    ck_assert_int_eq(chmod(whole, mode), 0);
}

/* Linux ------------------------------------------------------------------------- */

static const char polkit_checked[] =
    "polkit.addRule(function(action, subject) {\n"
    "  if (action.id == 'org.freedesktop.systemd1.manage-units' && subject.isInGroup('ops') &&\n"
    "      action.lookup('unit') == 'orders.service') return polkit.Result.YES; });\n";
static const char unit_text[] =
    "[Service]\nExecStart=/bin/sh /opt/app/run.sh\nExecStartPre=/opt/tool/prepare\n"
    "EnvironmentFile=-/opt/env/orders\nWorkingDirectory=/opt/work\n";

/* A Linux root in which nothing is wrong. */
static const char *sound_linux(void)
{
    const char *root = harness_scratch();

    set_mode(root, "", 0755);
    harness_write_text(root, "etc/hostname", "lin01\n");
    harness_write_text(root, "etc/passwd",
                       "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/:/bin/sh\n");
    harness_write_text(root, "etc/group", "root:x:0:\nsudo:x:27:\nann:x:1000:\n");
    harness_write_text(root, "etc/sudoers",
                       "root ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n"
                       "ann ALL=(root) /usr/bin/systemctl restart orders.service\n"
                       "ann ALL=(root) NOPASSWD: /usr/bin/apt update, !/usr/bin/systemctl\n"
                       "ann ALL=(www) NOPASSWD: /usr/bin/systemctl\n");
    harness_write_text(root, "etc/polkit-1/rules.d/10-ops.rules", polkit_checked);
    harness_write_text(root, "etc/systemd/system/orders.service", unit_text);
    harness_write_text(root, "bin/sh", "x");
    harness_write_text(root, "opt/app/run.sh", "x");
    harness_write_text(root, "opt/tool/prepare", "x");
    harness_write_text(root, "opt/env/orders", "x");
    harness_write_text(root, "opt/work/keep", "x");
    return root;
}

static const char sound_linux_checks[] =
    "admin_group|pass\nenvironment_file_writable|pass\nexec_target_writable|pass\n"
    "lingering_user|pass\npolkit_grant|pass\npolkit_self|pass\nroot_service_input|pass\n"
    "script_writable|pass\nsudo_service_tool|pass\nunit_file_writable|pass\nuser_units|pass\n"
    "working_directory_writable|pass";

/* What an ordinary user makes is his own, and so others than root may change all of it. */
#define NEED_ROOTS_FILES()                                                                         \
    do {                                                                                           \
        if (geteuid() != 0)                                                                        \
            SKIP("needs root");                                                                    \
    } while (0)

START_TEST(a_sound_linux_host_passes)
{
    sqlite3 *db = look_at(sound_linux());

    NEED_ROOTS_FILES();
    harness_expect(db, sound_linux_checks, "%s", all_checks);
    harness_expect(db, "not_applicable", "SELECT DISTINCT status FROM posture_behavior_prevention");
    harness_close(db);
}
END_TEST

START_TEST(an_answer_does_not_depend_on_earlier_queries)
{
    static const char *const views[] = {"posture_privileged_accounts", "posture_user_accounts",
                                        "posture_permissions", "posture_behavior_prevention"};
    const char              *root = sound_linux();
    sqlite3                 *later = look_at(root);

    harness_write_text(root, "etc/sudoers.d/x", "ann ALL = NOPASSWD: /usr/bin/systemctl\n");
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++)
        harness_query(later, "SELECT * FROM %s", views[3 - i]);
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        sqlite3 *first = look_at(root);
        char    *answers = harness_query(first, "SELECT * FROM %s ORDER BY check_name", views[i]);

        harness_expect(later, answers, "SELECT * FROM %s ORDER BY check_name", views[i]);
        harness_expect(first, answers, "SELECT * FROM %s ORDER BY check_name", views[i]);
        free(answers);
        harness_close(first);
    }
    harness_close(later);
}
END_TEST

/* A change of a safe host, the check that must report it, and its subject. */
static const struct weakness {
    const char *path, *text; /* a file written, if there is a text */
    mode_t      mode;        /* then its mode, if not 0 */
    const char *view, *check, *subject;
} linux_weak[] = {
    {"etc/polkit-1/rules.d/20.rules",
     "polkit.addRule(function(action, subject) {\n if "
     "(action.id.indexOf('org.freedesktop.systemd1.')"
     " == 0 && subject.isInGroup('dev')) return polkit.Result.YES; });\n",
     0, "posture_privileged_accounts", "polkit_grant", "[\"dev\"][]"},
    {"etc/polkit-1/rules.d/20.rules",
     "polkit.addRule(function(a, s) { if (a.id == 'org.freedesktop.systemd1.manage-unit-files') "
     "return polkit.Result.AUTH_SELF; });\n",
     0, "posture_privileged_accounts", "polkit_self", "[][]"},
    {"var/lib/polkit-1/localauthority/50-local.d/x.pkla",
     "[x]\nIdentity=unix-user:ann\nAction=org.freedesktop.systemd1.*\nResultActive=yes\n", 0,
     "posture_privileged_accounts", "polkit_grant", "[\"unix-user:ann\"]"},
    {"usr/share/polkit-1/actions/s.policy",
     "<policyconfig><action id='org.freedesktop.systemd1.manage-units'><defaults>"
     "<allow_any>yes</allow_any></defaults></action></policyconfig>",
     0, "posture_privileged_accounts", "polkit_grant", "everyone"},
    {"etc/sudoers", "Cmnd_Alias S = /bin/systemctl\nann ALL = S\n", 0,
     "posture_privileged_accounts", "sudo_service_tool", "[\"ann\"]"},
    {"etc/sudoers", "ann ALL = /usr/bin/systemctl restart *\n", 0, "posture_privileged_accounts",
     "sudo_service_tool", "[\"ann\"]"},
    {"etc/sudoers", "ann ALL = NOPASSWD: /usr/bin/systemctl restart orders\n", 0,
     "posture_privileged_accounts", "sudo_service_tool", "[\"ann\"]"},
    {"etc/sudoers", "%dev ALL=(ALL) NOPASSWD: ALL\n", 0, "posture_privileged_accounts",
     "sudo_service_tool", "[\"%dev\"]"},
    {"etc/sudoers", "ann ALL = /usr/bin/sys*\n", 0, "posture_privileged_accounts",
     "sudo_service_tool", "[\"ann\"]"},
    {"etc/sudoers", "ann ALL = /usr/bin/\n", 0, "posture_privileged_accounts", "sudo_service_tool",
     "[\"ann\"]"},
    {"opt/app/run.sh", NULL, 0666, "posture_privileged_accounts", "root_service_input",
     "orders.service"},
    {"home/ann/.config/systemd/user/y.service", unit_text, 0, "posture_user_accounts", "user_units",
     "ann"},
    {"var/lib/systemd/linger/ann", "", 0, "posture_user_accounts", "lingering_user", "ann"},
    {"etc/group", "sudo:x:27:ann\n", 0, "posture_user_accounts", "admin_group", "sudo: ann"},
    {"etc/passwd", "root:x:0:0::/root:/bin/sh\nbob:x:7:27::/:/bin/sh\n", 0, "posture_user_accounts",
     "admin_group", "sudo: bob"},
    {"etc/systemd/system/orders.service", NULL, 0646, "posture_permissions", "unit_file_writable",
     "/etc/systemd/system/orders.service"},
    {"etc/systemd/system/orders.service.d/x.conf", "[Service]\n", 0666, "posture_permissions",
     "unit_file_writable", "/etc/systemd/system/orders.service.d/x.conf"},
    {"etc/systemd", NULL, 0777, "posture_permissions", "unit_file_writable", "/etc/systemd"},
    {"opt/tool/prepare", NULL, 0757, "posture_permissions", "exec_target_writable",
     "/opt/tool/prepare"},
    {"opt/tool", NULL, 0777, "posture_permissions", "exec_target_writable", "/opt/tool"},
    {"opt/app/run.sh", NULL, 0666, "posture_permissions", "script_writable", "/opt/app/run.sh"},
    {"opt/env/orders", NULL, 0666, "posture_permissions", "environment_file_writable",
     "/opt/env/orders"},
    /* each command: in a shell's text, through a link, and after a variable */
    {"etc/systemd/system/two.service",
     "[Service]\nType=oneshot\nExecStart=/bin/sh\nExecStart=/tmp/two -c /tmp/two.conf\n", 0,
     "posture_permissions", "exec_target_writable", "/tmp/two"},
    {"etc/systemd/system/piped.service",
     "[Service]\nExecStart=/bin/sh -c \"cat /etc/x | /opt/../tmp/piped\"\n", 0,
     "posture_permissions", "script_writable", "/tmp/piped"},
    {"etc/systemd/system/named.service",
     "[Service]\nEnvironment=WHAT=/tmp/named\nExecStart=/bin/sh $WHAT\n", 0, "posture_permissions",
     "script_writable", "/tmp/named"},
    {"opt/work", NULL, 01777, "posture_permissions", "working_directory_writable", "/opt/work"},
    /* a program that is not there, where anyone may put one */
    {"etc/systemd/system/late.service", "[Service]\nExecStart=/tmp/late\n", 0,
     "posture_permissions", "exec_target_writable", "/tmp/late"},
    /* the user's own files do not count, but + runs as root */
    {"etc/systemd/system/own.service", "[Service]\nUser=ann\nExecStart=+/tmp/own\n", 0,
     "posture_permissions", "exec_target_writable", "/tmp/own"},
};

START_TEST(each_weakness_of_linux_is_found)
{
    const struct weakness *w = &linux_weak[_i];
    const char            *root = sound_linux();

    harness_write_text(root, "tmp/x", "x");
    set_mode(root, "tmp", 01777);
    if (w->text)
        harness_write_text(root, w->path, w->text);
    if (w->mode)
        set_mode(root, w->path, w->mode);
    if (strstr(w->check, "_writable") || strcmp(w->check, "plist_owner") == 0)
        NEED_ROOTS_FILES();
    sqlite3 *db = look_at(root);
    harness_expect(db, w->subject,
                   "SELECT subject FROM %s WHERE check_name = '%s' AND status = 'fail'", w->view,
                   w->check);
    harness_close(db);
}
END_TEST

START_TEST(a_service_of_a_user_may_run_the_users_files)
{
    const char *root = sound_linux();

    NEED_ROOTS_FILES();
    harness_write_text(root, "etc/systemd/system/own.service",
                       "[Service]\nUser=ann\nExecStart=/opt/tool/prepare\n");
    harness_write_text(root, "etc/systemd/system/orders.service", "[Service]\nExecStart=/bin/sh\n");
    set_mode(root, "opt/tool/prepare", 0777);
    sqlite3 *db = look_at(root);
    harness_expect(db, "pass",
                   "SELECT status FROM posture_permissions WHERE check_name = "
                   "'exec_target_writable'");
    harness_close(db);
}
END_TEST

START_TEST(a_file_that_a_script_is_given_is_not_its_program)
{
    const char *root = sound_linux();

    NEED_ROOTS_FILES();
    harness_write_text(root, "tmp/x", "x");
    set_mode(root, "tmp", 01777);
    harness_write_text(root, "etc/systemd/system/own.service",
                       "[Service]\nDynamicUser=yes\nExecStart=/tmp/own\n");
    harness_write_text(root, "etc/systemd/system/orders.service",
                       "[Service]\nExecStart=/bin/sh /opt/app/run.sh --pidfile /tmp/pid\n");
    sqlite3 *db = look_at(root);
    harness_expect(db, "pass\npass",
                   "SELECT status FROM posture_permissions WHERE check_name IN "
                   "('exec_target_writable', 'script_writable')");
    harness_close(db);
}
END_TEST

START_TEST(the_links_to_a_unit_and_its_target_are_followed)
{
    const char *root = sound_linux();
    char        path[512];

    NEED_ROOTS_FILES();
    harness_write_text(root, "srv/units/far.service", "[Service]\nExecStart=/bin/sh\n");
    set_mode(root, "srv/units", 0777);
    snprintf(path, sizeof path, "%s/etc/systemd/system/far.service", root);
    ck_assert_int_eq(symlink("/srv/units/far.service", path), 0);
    sqlite3 *db = look_at(root);
    harness_expect(db, "/srv/units",
                   "SELECT subject FROM posture_permissions WHERE check_name = 'unit_file_writable'"
                   " AND status = 'fail'");
    harness_close(db);
}
END_TEST

START_TEST(an_access_control_list_counts)
{
    static const struct acl_entry acl[] = {{ACL_USER_OBJ, 7, 0},  {ACL_USER, 7, 1000},
                                           {ACL_GROUP_OBJ, 5, 0}, {ACL_MASK, 7, 0},
                                           {ACL_OTHER, 5, 0},     {0}};
    const char                   *root = sound_linux();
    char                          path[512];

    snprintf(path, sizeof path, "%s/opt/tool/prepare", root);
    if (!give_acl(path, acl))
        SKIP("needs access control lists");
    NEED_ROOTS_FILES();
    sqlite3 *db = look_at(root);
    harness_expect(
        db, "/opt/tool/prepare|[\"user 1000\"]|1",
        "SELECT component, writers, acl FROM path_permissions('/opt/tool/prepare', '%s') "
        "WHERE others_write",
        root);
    harness_expect(db, "[\"user 1000\"]",
                   "SELECT evidence ->> 'writers' FROM posture_permissions WHERE check_name = "
                   "'exec_target_writable' AND status = 'fail'");
    harness_close(db);
}
END_TEST

START_TEST(a_link_in_an_open_folder_is_its_owners)
{
    const char *root = sound_linux();
    char        path[512];

    NEED_ROOTS_FILES();
    harness_write_text(root, "tmp/x", "x");
    set_mode(root, "tmp", 01777);
    snprintf(path, sizeof path, "%s/tmp/link", root);
    ck_assert_int_eq(symlink("/bin/sh", path), 0);
    ck_assert_int_eq(lchown(path, 1000, 1000), 0);
    sqlite3 *db = look_at(root);
    harness_expect(db, "/tmp/link|[\"user 1000\"]",
                   "SELECT component, writers FROM path_permissions('/tmp/link', '%s') "
                   "WHERE others_write",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(a_copy_whose_owners_are_not_the_hosts_does_not_pass)
{
    const char *root = sound_linux();

    NEED_ROOTS_FILES();
    ck_assert_int_eq(chown(root, 1000, 1000), 0);
    sqlite3 *db = look_at(root);
    harness_expect(db, "0", "SELECT count(*) FROM posture_permissions WHERE status = 'pass'");
    harness_close(db);
}
END_TEST

/* Statuses for the user nobody, of a root with files that only root may read. */
static void ask_as_nobody(const char *root, const char *out)
{
    pid_t child = fork();

    if (child == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(2);
        sqlite3 *db = look_at(root);
        char    *text =
            harness_query(db, "SELECT check_name FROM (SELECT check_name, status FROM "
                              "posture_privileged_accounts UNION ALL SELECT check_name, status "
                              "FROM posture_permissions UNION ALL SELECT check_name, status "
                              "FROM posture_user_accounts) WHERE status = 'unknown' ORDER BY 1");
        int fd = open(out, O_WRONLY | O_TRUNC);
        _exit(fd < 0 || write(fd, text, strlen(text)) < 0);
    }
    int status = 1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

START_TEST(what_is_denied_is_unknown)
{
    const char *root = sound_linux();
    const char *other = harness_scratch();
    char        out[512];

    NEED_ROOTS_FILES();
    set_mode(root, "etc/sudoers", 0400);
    set_mode(root, "etc/polkit-1/rules.d", 0700);
    set_mode(root, "opt/app", 0700);
    set_mode(root, "..", 0711); /* the suite's own folder */
    set_mode(other, "", 0755);
    harness_write_text(other, "out", "");
    set_mode(other, "out", 0666);
    snprintf(out, sizeof out, "%s/out", other);
    ask_as_nobody(root, out);
    char *text = harness_read(out, NULL);
    ck_assert_str_eq(text, "environment_file_writable\nexec_target_writable\npolkit_grant\n"
                           "polkit_self\nroot_service_input\nscript_writable\nsudo_service_tool\n"
                           "unit_file_writable\nworking_directory_writable");
}
END_TEST

START_TEST(what_is_absent_is_unknown)
{
    const char *root = harness_scratch();

    harness_write_text(root, "etc/hostname", "lin02\n");
    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(root, "usr/lib/os-release", "ID=x\n");
    sqlite3 *db = look_at(root);
    harness_expect(db, "sudo_service_tool|unknown|absent",
                   "SELECT check_name, status, evidence ->> 'status' FROM "
                   "posture_privileged_accounts WHERE check_name = 'sudo_service_tool'");
    harness_expect(db, "unknown",
                   "SELECT status FROM posture_privileged_accounts WHERE check_name = "
                   "'polkit_grant'");
    harness_close(db);
}
END_TEST

/* macOS ------------------------------------------------------------------------- */

static const char *macos(void)
{
    const char *root = harness_scratch();

    set_mode(root, "", 0755);
    make_plist(root, "System/Library/CoreServices/SystemVersion.plist", false,
               "<dict><key>ProductVersion</key><string>14.5</string></dict>");
    make_plist(root, "Library/LaunchDaemons/com.example.d.plist", false,
               "<dict><key>Label</key><string>com.example.d</string><key>ProgramArguments</key>"
               "<array><string>/bin/sh</string><string>/opt/d.sh</string></array></dict>");
    harness_write_text(root, "private/etc/sudoers", "%admin ALL=(ALL) ALL\n");
    harness_write_text(root, "bin/sh", "x");
    harness_write_text(root, "opt/d.sh", "x");
    return root;
}

START_TEST(a_sound_mac_passes)
{
    sqlite3 *db = look_at(macos());

    NEED_ROOTS_FILES();
    harness_expect(db, "plist_owner|pass\nplist_target_writable|pass\nsudo_service_tool|pass", "%s",
                   all_checks);
    harness_close(db);
}
END_TEST

static const struct weakness macos_weak[] = {
    {"Library/LaunchDaemons/com.example.d.plist", NULL, 0666, "posture_user_accounts",
     "plist_owner", "/Library/LaunchDaemons/com.example.d.plist"},
    {"bin/sh", NULL, 0777, "posture_permissions", "plist_target_writable", "/bin/sh"},
    {"opt/d.sh", NULL, 0777, "posture_permissions", "plist_target_writable", "/opt/d.sh"},
    {"private/etc/sudoers", "ann ALL = NOPASSWD: /bin/launchctl\n", 0,
     "posture_privileged_accounts", "sudo_service_tool", "[\"ann\"]"},
};

START_TEST(each_weakness_of_macos_is_found)
{
    const struct weakness *w = &macos_weak[_i];
    const char            *root = macos();

    if (w->text)
        harness_write_text(root, w->path, w->text);
    if (w->mode)
        set_mode(root, w->path, w->mode);
    if (strstr(w->check, "_writable") || strcmp(w->check, "plist_owner") == 0)
        NEED_ROOTS_FILES();
    sqlite3 *db = look_at(root);
    harness_expect(db, w->subject,
                   "SELECT subject FROM %s WHERE check_name = '%s' AND status = 'fail'", w->view,
                   w->check);
    harness_close(db);
}
END_TEST

/* Windows ------------------------------------------------------------------------- */

#define CONFIG "Windows/System32/config/"
#define USUAL  "D:(A;;CCLCSWRPWPDTLOCRRC;;;SY)(A;;CCLCSWLOCRRC;;;IU)"

struct windows {
    const char *image, *account, *descriptor, *key, *dll, *manager, *rule;
    const char *pushed; /* ASRRules, as device management sets them */
    bool        exempt; /* remote callers are not checked */
    const char *logon;  /* SID with the right to log on as a service */
    const char *check;  /* the one that fails, or NULL */
};

static void write_system(const char *root, const struct windows *w)
{
    struct made_hive *hive = make_hive();

    make_hive_dword(make_hive_key(hive, "Select"), "Current", 1);
    make_hive_string(make_hive_key(hive, "ControlSet001\\Control\\ComputerName\\ComputerName"),
                     "ComputerName", "WS01");
    struct made_key *service = make_hive_key(hive, "ControlSet001\\Services\\svc");
    make_hive_dword(service, "Type", 0x10);
    make_hive_dword(service, "Start", 2);
    make_hive_string(service, "ImagePath", w->image ? w->image : "C:\\Windows\\System32\\svc.exe");
    make_hive_string(service, "ObjectName", w->account ? w->account : "LocalSystem");
    make_hive_security(service, w->key ? w->key : "O:SYG:SYD:(A;CI;KA;;;BA)(A;CI;KR;;;BU)");
    make_hive_descriptor(make_hive_key(hive, "ControlSet001\\Services\\svc\\Security"), "Security",
                         w->descriptor ? w->descriptor : USUAL);
    if (w->dll)
        make_hive_expand(make_hive_key(hive, "ControlSet001\\Services\\svc\\Parameters"),
                         "ServiceDll", w->dll);
    if (w->manager)
        make_hive_descriptor(
            make_hive_key(hive, "ControlSet001\\Control\\ServiceGroupOrder\\Security"), "Security",
            w->manager);
    if (w->exempt)
        make_hive_dword(make_hive_key(hive, "ControlSet001\\Control"), "RemoteAccessExemption", 1);
    make_hive_file(hive, root, CONFIG "SYSTEM");
    make_hive_free(hive);
}

static void write_software(const char *root, const struct windows *w)
{
    struct made_hive *hive = make_hive();
    struct made_key  *rules = make_hive_key(
         hive, "Policies\\Microsoft\\Windows Defender\\Windows Defender Exploit Guard\\ASR\\Rules");

    make_hive_key(hive, "Microsoft\\Windows");
    if (!w->rule || *w->rule)
        make_hive_string(rules, "D1E49AAC-8F56-4280-B9BA-993A6D77406C", w->rule ? w->rule : "1");
    if (w->pushed)
        make_hive_string(
            make_hive_key(hive, "Policies\\Microsoft\\Windows Defender\\Policy Manager"),
            "ASRRules", w->pushed);
    make_hive_dword(rules, "56a863a9-875e-4185-98a7-b882c64b5ce5", 1);
    make_hive_file(hive, root, CONFIG "SOFTWARE");
    make_hive_free(hive);
}

static void write_security(const char *root, const struct windows *w)
{
    static const uint8_t right[] = {0x10, 0, 0, 0};
    struct made_hive    *hive = make_hive();
    char                 path[200];

    snprintf(path, sizeof path, "Policy\\Accounts\\%s\\ActSysAc",
             w->logon ? w->logon : "S-1-5-80-0");
    make_hive_value(make_hive_key(hive, path), "", 0, right, sizeof right);
    make_hive_file(hive, root, CONFIG "SECURITY");
    make_hive_free(hive);
}

static const char *windows(const struct windows *w)
{
    const char *root = harness_scratch();

    write_system(root, w);
    write_software(root, w);
    write_security(root, w);
    return root;
}

static const struct windows windows_cases[] = {
    {.check = NULL},
    {.descriptor = "D:(A;;CCDCLC;;;AU)", .check = "service_descriptor"},
    {.descriptor = "D:(A;;CCLCWD;;;WD)", .check = "service_descriptor"},
    {.descriptor = "D:(A;;CCLCRP;;;IU)", .check = "service_start"},
    {.key = "O:SYG:SYD:(A;CI;KA;;;BU)", .check = "service_key"},
    {.manager = "D:(A;;KA;;;WD)", .check = "manager_descriptor"},
    {.account = ".\\ann", .check = "service_account"},
    {.image = "C:\\Program Files\\A B\\c.exe", .check = "unquoted_path"},
    {.image = "C:\\Users\\ann\\a.exe", .check = "user_writable_path"},
    {.image = "C:\\tools\\a.exe", .check = "user_writable_path"},
    {.dll = "C:\\ProgramData\\x\\a.dll", .check = "user_writable_path"},
    {.image = "C:\\ProgramData\\Microsoft\\Windows Defender\\a.exe", .check = "unquoted_path"},
    {.logon = "S-1-5-21-1-2-3-1001", .check = "service_logon"},
    {.rule = "2", .check = "asr_psexec_wmi"},
    {.rule = "", .pushed = "D1E49AAC-8F56-4280-B9BA-993A6D77406C=1|x=2"},
    {.rule = "", .pushed = "x=1|d1e49aac-8f56-4280-b9ba-993a6d77406c=6", .check = "asr_psexec_wmi"},
    {.exempt = true, .check = "manager_descriptor"},
    {.rule = "", .check = "asr_psexec_wmi"},
};

START_TEST(each_weakness_of_windows_is_found_and_nothing_else)
{
    const struct windows *w = &windows_cases[_i];
    sqlite3              *db = look_at(windows(w));
    char                 *failed = harness_query(
                        db, "SELECT group_concat(check_name) FROM (%s) WHERE status = 'fail'", all_checks);
    char *rest = harness_query(
        db, "SELECT count(*), group_concat(check_name) FROM (%s) WHERE status = 'unknown'",
        all_checks);

    ck_assert_str_eq(failed, w->check ? w->check : "NULL");
    ck_assert_str_eq(rest, "0|NULL");
    harness_close(db);
}
END_TEST

START_TEST(a_hive_that_is_not_there_is_unknown)
{
    const char *root = harness_scratch();

    write_system(root, &windows_cases[0]);
    sqlite3 *db = look_at(root);
    harness_expect(db, "asr_psexec_wmi\nasr_vulnerable_drivers\nservice_logon",
                   "SELECT check_name FROM (%s) WHERE status = 'unknown'", all_checks);
    harness_close(db);
}
END_TEST

/* The commands of all units cost most of the posture. */
START_TEST(the_inputs_of_services_are_found_once_and_only_where_they_are_asked_for)
{
    static const struct {
        const char *query;
        int64_t     scans;
    } asks[] = {
        {"SELECT * FROM posture_answers WHERE status = 'fail'", 1},
        {"SELECT * FROM posture_permissions", 1},
        {"SELECT * FROM posture_behavior_prevention", 0},
    };
    sqlite3 *db = look_at(sound_linux());

    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
        const char *scans = "SELECT scans FROM svcql_tables WHERE name = 'unit_commands'";
        int64_t     before = harness_int(db, "%s", scans);
        free(harness_query(db, "%s", asks[i].query));
        ck_assert_msg(harness_int(db, "%s", scans) - before == asks[i].scans, "%s", asks[i].query);
    }
    harness_close(db);
}
END_TEST

Suite *make_posture_suite(void)
{
    Suite *suite = suite_create("posture");
    TCase *tcase = tcase_create("posture");

    tcase_add_test(tcase, a_sound_linux_host_passes);
    tcase_add_loop_test(tcase, each_weakness_of_linux_is_found, 0,
                        sizeof linux_weak / sizeof *linux_weak);
    tcase_add_test(tcase, a_service_of_a_user_may_run_the_users_files);
    tcase_add_test(tcase, a_file_that_a_script_is_given_is_not_its_program);
    tcase_add_test(tcase, the_links_to_a_unit_and_its_target_are_followed);
    tcase_add_test(tcase, an_access_control_list_counts);
    tcase_add_test(tcase, a_link_in_an_open_folder_is_its_owners);
    tcase_add_test(tcase, a_copy_whose_owners_are_not_the_hosts_does_not_pass);
    tcase_add_test(tcase, an_answer_does_not_depend_on_earlier_queries);
    tcase_add_test(tcase, what_is_denied_is_unknown);
    tcase_add_test(tcase, what_is_absent_is_unknown);
    tcase_add_test(tcase, a_sound_mac_passes);
    tcase_add_loop_test(tcase, each_weakness_of_macos_is_found, 0,
                        sizeof macos_weak / sizeof *macos_weak);
    tcase_add_loop_test(tcase, each_weakness_of_windows_is_found_and_nothing_else, 0,
                        sizeof windows_cases / sizeof *windows_cases);
    tcase_add_test(tcase, a_hive_that_is_not_there_is_unknown);
    tcase_add_test(tcase, the_inputs_of_services_are_found_once_and_only_where_they_are_asked_for);
    suite_add_tcase(suite, tcase);
    return suite;
}
