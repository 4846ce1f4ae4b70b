/* check_accounts.c -- users, groups and who may write along a path. */
#include "harness.h"
#include "make_acl.h"
#include "make_hive.h"
#include "make_plist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/access/filesec.h"
#include "formats/access/posix_acl.h"
#include "formats/access/sam.h"

static const char *fixture(void)
{
    const char *root = harness_scratch();

    harness_write_text(root, "etc/passwd",
                       "root:x:0:0:root:/root:/bin/bash\n"
                       "# a comment\n"
                       "toor:x:0:0::/:/bin/sh\n"
                       "broken line\n"
                       "bad:x:4294967296:1::/:/bin/sh\n"
                       "\xff\xfe:x:7:7::/:/bin/sh");
    harness_write_text(root, "etc/group", "root:x:0:\nsudo:x:27:ann,bob\nnot a group\n");
    return root;
}

START_TEST(every_account_is_a_row_and_every_bad_line_is_counted)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();

    harness_expect(db, "root|0|1\ntoor|0|3\n\xef\xbf\xbd\xef\xbf\xbd|7|6",
                   "SELECT username, uid, line FROM users('%s')", root);
    harness_expect(db, "damaged|3|2",
                   "SELECT status, records, skipped FROM evidence_sources WHERE table_name = "
                   "'users' AND location = '%s/etc/passwd'",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(groups_list_their_members)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();

    harness_expect(db, "ann,bob", "SELECT members FROM groups('%s') WHERE groupname = 'sudo'",
                   root);
    harness_close(db);
}
END_TEST

/* Accounts of Windows ------------------------------------------------------------------ */

/* A value of SAM: a table of `table` bytes, and after it parts that its entries name. */
struct sam_value {
    uint8_t data[1024];
    size_t  table, size;
};

static void put32(uint8_t *p, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(n >> 8 * i);
}

static void put_part(struct sam_value *value, size_t entry, const void *data, size_t size)
{
    put32(value->data + entry, (uint32_t)(value->size - value->table));
    put32(value->data + entry + 4, (uint32_t)size);
    memcpy(value->data + value->size, data, size);
    value->size += (size + 3) & ~(size_t)3;
}

static void put_words(struct sam_value *value, size_t entry, const char *text)
{
    uint8_t wide[128];
    size_t  n = strlen(text);

    for (size_t i = 0; i < n; i++) {
        wide[2 * i] = (uint8_t)text[i];
        wide[2 * i + 1] = 0;
    }
    put_part(value, entry, wide, 2 * n);
}

static struct sam_value user_value(const char *name, const char *full, const char *comment)
{
    struct sam_value v = {.table = 0xcc, .size = 0xcc};

    put_part(&v, 0, "descriptor", 10);
    put_words(&v, 0x0c, name);
    put_words(&v, 0x18, full);
    put_words(&v, 0x24, comment);
    return v;
}

static void add_user(struct made_hive *sam, uint32_t rid, const char *name, const char *full,
                     const char *comment)
{
    struct sam_value v = user_value(name, full, comment);
    uint8_t          f[80] = {2, 0, 1};
    char             path[64];

    put32(f + 0x30, rid);
    put32(f + 0x34, 513);
    snprintf(path, sizeof path, "SAM\\Domains\\Account\\Users\\%08X", rid);
    make_hive_value(make_hive_key(sam, path), "F", 3, f, sizeof f);
    make_hive_value(make_hive_key(sam, path), "V", 3, v.data, v.size);
    snprintf(path, sizeof path, "SAM\\Domains\\Account\\Users\\Names\\%s", name);
    make_hive_value(make_hive_key(sam, path), "", rid, "", 0);
}

#define MACHINE   "\1\0\0\0\2\0\0\0\3\0\0\0" /* S-1-5-21-1-2-3 */
#define OF_DOMAIN "\1\5\0\0\0\0\0\5\25\0\0\0"

static struct sam_value group_value(uint32_t rid, const char *name, const char *comment,
                                    const char *members, size_t size)
{
    struct sam_value c = {.table = 0x34, .size = 0x34};

    put32(c.data, rid);
    put_words(&c, 0x10, name);
    put_words(&c, 0x1c, comment);
    put_part(&c, 0x28, members, size);
    return c;
}

static struct made_hive *sam_hive(void)
{
    static const char admins[] = OF_DOMAIN MACHINE "\364\1\0\0" /* Administrator */
        OF_DOMAIN                          MACHINE "\353\3\0\0" /* no account */
        OF_DOMAIN "\7\0\0\0\2\0\0\0\3\0\0\0\0\2\0\0";           /* of a domain */
    static const char users[] = "\1\1\0\0\0\0\0\5\4\0\0\0";     /* INTERACTIVE */
    struct made_hive *sam = make_hive();
    struct sam_value  c = group_value(544, "Administrators", "All rights", admins,
                                      sizeof admins - 1),
                     d = group_value(1001, "Backup", "", users, sizeof users - 1);

    make_hive_value(make_hive_key(sam, "SAM\\Domains\\Account"), "V", 3, "some bytes" MACHINE, 22);
    add_user(sam, 500, "Administrator", "", "Built-in account");
    add_user(sam, 1000, "ann", "Ann Example", "Desk 7");
    make_hive_value(make_hive_key(sam, "SAM\\Domains\\Builtin\\Aliases\\00000220"), "C", 3, c.data,
                    c.size);
    make_hive_value(make_hive_key(sam, "SAM\\Domains\\Account\\Aliases\\000003E9"), "C", 3, d.data,
                    d.size);
    make_hive_key(sam, "SAM\\Domains\\Builtin\\Aliases\\Members");
    make_hive_key(sam, "SAM\\Domains\\Builtin\\Aliases\\Names\\Administrators");
    return sam;
}

#define CONFIG "Windows/System32/config/"

static const char *windows_root(struct made_hive *sam)
{
    const char       *root = harness_scratch();
    struct made_hive *software = make_hive(), *system = make_hive();

    make_hive_expand(make_hive_key(software, "Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\"
                                             "S-1-5-21-1-2-3-1000"),
                     "ProfileImagePath", "C:\\Users\\ann");
    make_hive_string(make_hive_key(system, "ControlSet001\\Control\\ComputerName\\ComputerName"),
                     "ComputerName", "PC1");
    make_hive_dword(make_hive_key(system, "Select"), "Current", 1);
    make_hive_file(sam, root, CONFIG "SAM");
    make_hive_file(software, root, CONFIG "SOFTWARE");
    make_hive_file(system, root, CONFIG "SYSTEM");
    make_hive_free(sam);
    make_hive_free(software);
    make_hive_free(system);
    return root;
}

START_TEST(accounts_of_windows_have_names_and_profiles)
{
    sqlite3    *db = harness_open();
    const char *root = windows_root(sam_hive());

    free(harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", root));
    harness_expect(
        db,
        "500|513|Administrator|Built-in account|NULL|S-1-5-21-1-2-3-500|PC1|1\n"
        "1000|513|ann|Ann Example, Desk 7|C:\\Users\\ann|S-1-5-21-1-2-3-1000|PC1|2",
        "SELECT uid, gid, username, description, coalesce(directory, 'NULL'), uuid, host, line "
        "FROM users WHERE source LIKE '%%/SAM'");
    harness_expect(db, "ann",
                   "SELECT username FROM users WHERE uid = 1000 AND source LIKE '%%/SAM'");
    harness_expect(
        db, "read|2|0",
        "SELECT status, records, skipped FROM evidence_sources WHERE table_name = 'users' "
        "AND location LIKE '%%/SAM'");
    harness_close(db);
}
END_TEST

START_TEST(groups_of_windows_have_their_members_by_name_or_sid)
{
    sqlite3    *db = harness_open();
    const char *root = windows_root(sam_hive());

    free(harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", root));
    harness_expect(db,
                   "544|Administrators|Administrator,S-1-5-21-1-2-3-1003,S-1-5-21-7-2-3-512|All "
                   "rights|S-1-5-32-544\n1001|Backup|S-1-5-4||S-1-5-21-1-2-3-1001",
                   "SELECT gid, groupname, members, comment, group_sid FROM groups "
                   "WHERE source LIKE '%%/SAM'");
    harness_close(db);
}
END_TEST

START_TEST(a_damaged_account_of_windows_is_counted_and_the_others_are_read)
{
    sqlite3          *db = harness_open();
    struct made_hive *sam = sam_hive();
    struct sam_value  v = user_value("x", "", "");

    put32(v.data + 0x18, 0xffffff00); /* its full name is elsewhere */
    make_hive_value(make_hive_key(sam, "SAM\\Domains\\Account\\Users\\000001F4"), "V", 3, v.data,
                    v.size);
    const char *root = windows_root(sam);
    free(harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", root));
    harness_expect(db, "ann", "SELECT username FROM users WHERE source LIKE '%%/SAM'");
    harness_expect(db, "1|1",
                   "SELECT records, skipped FROM evidence_sources WHERE table_name = 'users' "
                   "AND location LIKE '%%/SAM'");
    harness_close(db);
}
END_TEST

/* Each size and each offset of the table, as an attacker may write it. */
START_TEST(values_of_sam_are_read_within_their_bounds)
{
    struct sam_value      v = user_value("name", "full", "comment");
    struct sam_value      c = group_value(544, "g", "c", "12345678", 8);
    struct sam_user       user;
    struct sam_group      group;
    uint8_t               f[0x38] = {0};
    static const uint32_t numbers[] = {0, 1, 0x7fffffff, 0xffffffff, 0xffffff34};

    ck_assert_int_eq(sam_user_parse(f, sizeof f, v.data, v.size, &user), 0);
    ck_assert_int_eq(sam_group_parse(c.data, c.size, &group), 0);
    for (size_t size = 0; size < v.size; size++) { /* copies of just that size, for the sanitizer */
        uint8_t *copy = malloc(size + 1);
        memcpy(copy, v.data, size);
        int r = sam_user_parse(f, sizeof f, copy, size, &user);
        ck_assert(size < 0xcc ? r < 0 : r == 0 || r < 0);
        free(copy);
    }
    for (size_t at = 0; at < 0x34; at += 4)
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
            struct sam_value changed = c;
            put32(changed.data + at, numbers[i]);
            int r = sam_group_parse(changed.data, changed.size, &group);
            ck_assert(r < 0 || group.members + group.size <= changed.data + changed.size);
        }
    ck_assert_int_lt(sam_user_parse(f, 0x37, v.data, v.size, &user), 0);
}
END_TEST

/* Accounts of macOS -------------------------------------------------------------------- */

#define VALUES(key, values) "<key>" key "</key><array>" values "</array>"
#define VALUE(key, text)    VALUES(key, "<string>" text "</string>")
#define ANN                 "6D4F1E0A-93C5-4B8E-8F57-2B1C0D9E7A11"
#define BOB                 "0B9A77D2-5E1F-4C44-9D3B-77A0C1E2F3B4"
#define LOST                "11111111-2222-3333-4444-555555555555"
#define EVERYONE            "ABCDEFAB-CDEF-ABCD-EFAB-CDEF0000000C"
#define DIRECTORY           "private/var/db/dslocal/nodes/Default/"

/* As macOS 14 has them: with aliases after a name, a hash that nobody can read without its key, a policy. */
static const char *macos_root(void)
{
    const char *root = harness_scratch();

    harness_write_text(root, "Library/LaunchDaemons/x", "");
    make_plist(
        root, DIRECTORY "users/ann.plist", true,
        "<dict>" VALUES("name", "<string>ann</string><string>com.apple.idms.appleid.prd.1</string>")
            VALUE("realname", "Ann Example") VALUE("uid", "501") VALUE("gid", "20")
                VALUE("home", "/Users/ann") VALUE("shell", "/bin/zsh") VALUE("generateduid", ANN)
                    VALUE("passwd", "********")
                        VALUES("ShadowHashData", "<data>YnBsaXN0MDA=</data>")
                            VALUE("authentication_authority",
                                  ";ShadowHash;HASHLIST:&lt;SALTED-SHA512-PBKDF2&gt;")
                                VALUES("accountPolicyData", "<data>PGRpY3QvPg==</data>") "</dict>");
    make_plist(root, DIRECTORY "users/nobody.plist", false,
               "<dict>" VALUES("name", "<string>nobody</string>")
                   VALUE("realname", "Unprivileged User") VALUE("uid", "-2") VALUE("gid", "-2")
                       VALUE("home", "/var/empty") VALUE("shell", "/usr/bin/false") "</dict>");
    make_plist(root, DIRECTORY "users/_helper.plist", true,
               "<dict>" VALUE("name", "_helper") VALUE("uid", "0") VALUE("generateduid", BOB)
                   VALUE("IsHidden", "1") VALUE("home", "/private/var/.h") "</dict>");
    make_plist(
        root, DIRECTORY "groups/admin.plist", true,
        "<dict>" VALUES("name", "<string>admin</string><string>BUILTIN\\Administrators</string>")
            VALUE("realname", "Administrators") VALUE("gid", "80")
                VALUES("users", "<string>root</string><string>ann</string>")
                    VALUES("groupmembers", "<string>" ANN "</string><string>" BOB
                                           "</string><string>" LOST "</string>")
                        VALUE("nestedgroups", EVERYONE) "</dict>");
    return root;
}

START_TEST(accounts_of_macos_are_those_of_its_directory)
{
    sqlite3    *db = harness_open();
    const char *root = macos_root();

    harness_write_text(root, "private/etc/passwd", "_passwd:*:7:7::/:/bin/sh\n");
    free(harness_query(db, "INSERT INTO evidence(location, host) VALUES('%s', 'mac1')", root));
    harness_expect(
        db,
        "0|-|_helper|NULL|/private/var/.h|NULL|" BOB "|1\n"
        "501|20|ann|Ann Example|/Users/ann|/bin/zsh|" ANN "|0\n"
        "4294967294|4294967294|nobody|Unprivileged User|/var/empty|/usr/bin/false|NULL|0",
        "SELECT coalesce(uid, '-'), coalesce(gid, '-'), username, description, directory, shell, "
        "uuid, is_hidden "
        "FROM users WHERE host = 'mac1' ORDER BY uid");
    harness_expect(db, "-2|-2|nobody.plist",
                   "SELECT uid_signed, gid_signed, replace(source, rtrim(source, replace(source, "
                   "'/', '')), '') "
                   "FROM users WHERE host = 'mac1' AND uid = 4294967294");
    harness_expect(
        db, "read|1|0",
        "SELECT status, records, skipped FROM evidence_sources WHERE table_name = 'users' "
        "AND location LIKE '%%/users/ann.plist'");
    harness_close(db);
}
END_TEST

/* strtol() makes 0 of these, which is root. */
START_TEST(what_is_no_number_of_an_account_is_null_and_told)
{
    static const char *const numbers[] = {
        "", "x", "-", " 0", "0x0", "4294967296", "-2147483649", "99999999999999999999"};
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char path[128], text[512];
        snprintf(path, sizeof path, DIRECTORY "users/%zu.plist", i);
        snprintf(text, sizeof text,
                 "<dict>" VALUE("name", "u%zu") VALUE("uid", "%s")
                     VALUE("gid", "4294967295") "</dict>",
                 i, numbers[i]);
        make_plist(root, path, true, text);
    }
    harness_expect(
        db, "8|8|NULL|4294967295|0",
        "SELECT count(*), sum(uid IS NULL), max(uid), min(gid), sum(is_hidden) FROM users('%s')",
        root);
    harness_expect(db, "read|8|0|a uid or gid that is no number of 32 bits",
                   "SELECT status, count(*), sum(skipped), min(detail) FROM evidence_sources "
                   "WHERE table_name = 'users' AND location LIKE '%%.plist' GROUP BY 1");
    harness_close(db);
}
END_TEST

START_TEST(a_member_of_a_group_of_macos_whose_name_looks_like_two_is_in_quotes)
{
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();

    make_plist(root, DIRECTORY "groups/admin.plist", true,
               "<dict>" VALUE("name", "admin") VALUE("gid", "80")
                   VALUES("users",
                          "<string>a,root</string><string></string><string>b</string>") "</dict>");
    harness_expect(db, "\"a,root\",\"\",b", "SELECT members FROM groups('%s')", root);
    harness_close(db);
}
END_TEST

START_TEST(a_group_of_macos_has_members_by_name_by_uuid_and_nested)
{
    sqlite3    *db = harness_open();
    const char *root = macos_root();

    free(harness_query(db, "INSERT INTO evidence(location, host) VALUES('%s', 'mac1')", root));
    harness_expect(db, "80|admin|root,ann,_helper," LOST "," EVERYONE "|Administrators",
                   "SELECT gid, groupname, members, comment FROM groups WHERE host = 'mac1'");
    harness_close(db);
}
END_TEST

START_TEST(an_account_of_macos_that_is_none_is_counted_and_the_others_are_read)
{
    sqlite3    *db = harness_open();
    const char *root = macos_root();

    make_plist(root, DIRECTORY "users/x.plist", true, "<dict>" VALUE("uid", "7") "</dict>");
    harness_write_text(root, DIRECTORY "users/y.plist", "bplist00");
    harness_expect(db, "3", "SELECT count(*) FROM users('%s')", root);
    harness_expect(db, "x.plist|damaged|1|not an account\ny.plist|damaged|1|not an account",
                   "SELECT substr(location, -7), status, skipped, detail FROM evidence_sources "
                   "WHERE table_name = 'users' AND location LIKE '%%/_.plist' ORDER BY 1");
    harness_close(db);
}
END_TEST

/* What the user nobody is told of the directory, in a file that it may write. */
static void ask_as_nobody(const char *root, const char *out)
{
    pid_t child = fork();

    if (child == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(2);
        sqlite3 *db = harness_open();
        free(harness_query(db, "INSERT INTO evidence(location, host) VALUES('%s', 'mac1')", root));
        free(harness_query(db, "SELECT count(*) FROM users UNION ALL SELECT count(*) FROM groups "
                               "UNION ALL SELECT count(*) FROM shell_history"));
        char *text = harness_query(db,
                                   "SELECT DISTINCT table_name, replace(location, '%s/', ''), "
                                   "status FROM evidence_sources "
                                   "WHERE kind = 'accounts' AND host = 'mac1' ORDER BY 1, 2",
                                   root);
        int   fd = open(out, O_WRONLY | O_TRUNC);
        _exit(fd < 0 || write(fd, text, strlen(text)) < 0);
    }
    int status = 1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

START_TEST(the_directory_of_macos_is_denied_to_all_but_root)
{
    const char *root = macos_root();
    char        path[512];

    if (geteuid() != 0)
        SKIP("needs root");
    snprintf(path, sizeof path, "%s/private/var/db/dslocal/nodes", root);
    ck_assert_int_eq(chmod(path, 0700), 0);
    snprintf(path, sizeof path, "%s/..", root);
    ck_assert_int_eq(chmod(path, 0711), 0); /* the suite's own folder */
    ck_assert_int_eq(chmod(root, 0755), 0);
    harness_write_text(root, "out", "");
    snprintf(path, sizeof path, "%s/out", root);
    ck_assert_int_eq(chmod(path, 0666), 0);
    ask_as_nobody(root, path);
    char *text = harness_read(path, NULL);
    ck_assert_str_eq(text, "groups|" DIRECTORY "groups|denied\n"
                           "groups|" DIRECTORY "users|denied\n"
                           "shell_history|" DIRECTORY "users|denied\n"
                           "users|" DIRECTORY "users|denied");
    free(text);
}
END_TEST

START_TEST(histories_of_macos_have_the_users_of_its_directory)
{
    sqlite3    *db = harness_open();
    const char *root = macos_root();

    harness_write_text(root, "private/var/.h/.zsh_history", "launchctl list\n");
    harness_expect(db, "_helper|0|launchctl list",
                   "SELECT user, uid, command FROM shell_history WHERE root = '%s'", root);
    harness_close(db);
}
END_TEST

START_TEST(a_daemon_with_another_name_of_root_is_roots)
{
    sqlite3    *db = harness_open();
    const char *root = macos_root();
    char        path[512];

    make_plist(root, "Library/LaunchDaemons/a.plist", true,
               "<dict><key>Label</key><string>a</string><key>Program</key><string>/opt/a</string>"
               "<key>UserName</key><string>_helper</string></dict>");
    make_plist(root, "Library/LaunchDaemons/b.plist", true,
               "<dict><key>Label</key><string>b</string><key>Program</key><string>/opt/a</string>"
               "<key>UserName</key><string>ann</string></dict>");
    harness_write_text(root, "opt/a", "");
    snprintf(path, sizeof path, "%s/opt/a", root);
    ck_assert_int_eq(chmod(path, 0777), 0);
    free(harness_query(db, "INSERT INTO evidence(location, host) VALUES('%s', 'mac1')", root));
    harness_expect(db, "a|/opt/a",
                   "SELECT service, weak_at FROM service_inputs "
                   "WHERE host = 'mac1' AND kind = 'program' AND weak_at = '/opt/a'");
    harness_close(db);
}
END_TEST

START_TEST(a_link_that_others_can_replace_is_seen_on_the_way)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();
    char        path[512];

    harness_write_text(root, "opt/app/bin/run", "x");
    harness_write_text(root, "srv/x", "x");
    snprintf(path, sizeof path, "%s/srv/run", root);
    ck_assert_int_eq(symlink("/opt/app/bin/run", path), 0);
    snprintf(path, sizeof path, "%s/opt/app", root);
    ck_assert_int_eq(chmod(path, 0777), 0);
    harness_expect(db, "/opt/app",
                   "SELECT group_concat(component) FROM path_permissions('/srv/run', '%s') "
                   "WHERE others_write AND writers LIKE '%%others%%'",
                   root);
    harness_expect(db, "/|/srv|/srv/run|/opt|/opt/app|/opt/app/bin|/opt/app/bin/run",
                   "SELECT group_concat(component, '|') FROM path_permissions('/srv/run', '%s')",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(a_link_out_of_the_root_stays_inside)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();
    char        path[512];

    snprintf(path, sizeof path, "%s/escape", root);
    ck_assert_int_eq(symlink("../../../../../../etc/hostname", path), 0);
    harness_expect(db, "/etc/hostname|No such file or directory",
                   "SELECT component, error FROM path_permissions('/escape', '%s') "
                   "ORDER BY step DESC LIMIT 1",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(a_path_is_needed)
{
    sqlite3 *db = harness_open();
    ck_assert_str_eq(harness_error(db, "SELECT * FROM path_permissions"),
                     "path_permissions: needs path = ...");
    harness_close(db);
}
END_TEST

static void collect(char tag, uint32_t id, void *data)
{
    char *text = data;
    sprintf(text + strlen(text), "%c%d ", tag, (int)id);
}

START_TEST(acl_applies_its_mask)
{
    /* user 1000 rw, mask r: nobody writes; then mask rw. */
    uint8_t acl[] = {2, 0, 0, 0, 2, 0, 6, 0, 0xe8, 3, 0, 0, 0x10, 0, 4, 0, 0, 0, 0, 0};
    char    text[100] = "";

    ck_assert_int_eq(acl_writers(acl, sizeof acl, collect, text), 0);
    ck_assert_str_eq(text, "");
    acl[14] = 6;
    ck_assert_int_eq(acl_writers(acl, sizeof acl, collect, text), 0);
    ck_assert_str_eq(text, "u1000 ");
    ck_assert_int_lt(acl_writers(acl, sizeof acl - 1, collect, text), 0);
}
END_TEST

static int in_staff(uint32_t gid, void *data)
{
    return gid == 50 || (gid == ACL_NOBODY && *(bool *)data);
}

START_TEST(acl_gives_access_in_the_order_of_its_entries)
{
    struct acl_entry entries[] = {
        {ACL_USER_OBJ, 6, 0}, {ACL_USER, 4, 1000}, {ACL_USER, 0, 1001}, {ACL_GROUP_OBJ, 0, 0},
        {ACL_GROUP, 6, 50},   {ACL_MASK, 4, 0},    {ACL_OTHER, 4, 0},   {0}};
    enum { GROUP = 4, MASK = 5 };
    bool    owning = false;
    uint8_t acl[ACL_ROOM];

#define ALLOWS(uid, wanted) acl_allows(acl, make_acl(entries, acl), uid, wanted, in_staff, &owning)
    ck_assert_int_eq(ALLOWS(1000, 4), 1);
    ck_assert_int_eq(ALLOWS(1000, 2), 0);
    ck_assert_int_eq(ALLOWS(1001, 4), 0);
    ck_assert_int_eq(ALLOWS(1002, 4), 1);
    ck_assert_int_eq(ALLOWS(1002, 2), 0); /* by the mask */
    owning = true;
    ck_assert_int_eq(ALLOWS(1002, 4), 1); /* one of his groups is enough */
    entries[GROUP].allowed = 0;
    ck_assert_int_eq(ALLOWS(1002, 4), 0); /* a member is none of the others */
    entries[GROUP].id = 51;
    owning = false;
    ck_assert_int_eq(ALLOWS(1002, 4), 1);
    entries[MASK].allowed = 0;
    ck_assert_int_eq(ALLOWS(1000, 4), 0);
    ck_assert_int_eq(ALLOWS(1002, 4), 1); /* the mask is not for others */
    ck_assert_int_lt(acl_allows(acl, 7, 1, 4, in_staff, &owning), 0);
#undef ALLOWS
}
END_TEST

/* Lists of macOS ------------------------------------------------------------------------ */

struct ace {
    const char *uuid; /* 16 bytes */
    uint32_t    flags, rights;
};

#define OF_USER(id)  "\xff\xff\xee\xee\xdd\xdd\xcc\xcc\xbb\xbb\xaa\xaa\0\0" id
#define OF_GROUP(id) "\xab\xcd\xef\xab\xcd\xef\xab\xcd\xef\xab\xcd\xef\0\0" id
#define OWN_UUID     "\x6d\x4f\x1e\x0a\x93\xc5\x4b\x8e\x8f\x57\x2b\x1c\x0d\x9e\x7a\x11"

enum { ALLOW = 1, DENIED = 2, INHERIT_ONLY = 0x101 };
enum {
    READS = 1 << 1,
    WRITES = 1 << 2,
    DELETES = 1 << 4,
    APPENDS = 1 << 5,
    DELETES_CHILD = 1 << 6
};

static void put_number(uint8_t *at, uint32_t number, bool big)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(number >> 8 * (big ? 3 - i : i));
}

static size_t make_filesec(const struct ace *entries, uint32_t n, bool big, uint8_t *ret)
{
    memset(ret, 0, 44);
    put_number(ret, 0x012cc16d, big);
    put_number(ret + 36, n, big);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *at = ret + 44 + 24 * (size_t)i;
        memcpy(at, entries[i].uuid, 16);
        put_number(at + 16, entries[i].flags, big);
        put_number(at + 20, entries[i].rights, big);
    }
    return 44 + 24 * (size_t)n;
}

static void collect_filesec(const struct filesec_writer *writer, void *data)
{
    char *text = data;

    if (writer->tag == '?')
        sprintf(text + strlen(text), "%s ", writer->uuid);
    else
        sprintf(text + strlen(text), "%c%u ", writer->tag, writer->id);
}

START_TEST(a_list_of_macos_names_who_may_change_a_file)
{
    static const struct ace entries[] = {
        {OF_GROUP("\0\x0c"), DENIED, DELETES},         /* everyone may not remove it */
        {OF_USER("\x01\xf5"), ALLOW, READS | DELETES}, /* so 501 may not */
        {OF_USER("\x01\xf6"), ALLOW, READS | WRITES},  /* 502 may write */
        {OF_USER("\x01\xf6"), ALLOW, WRITES},          /* and is named once */
        {OF_GROUP("\0\x50"), ALLOW, APPENDS},          /* admin */
        {OWN_UUID, DENIED, WRITES},
        {OWN_UUID, ALLOW, WRITES | APPENDS},
        {OF_USER("\x01\xf7"), INHERIT_ONLY, WRITES}, /* of what will be in it */
        {OF_USER("\x01\xf8"), ALLOW, DELETES_CHILD}, /* of a folder */
        {OF_GROUP("\0\x0c"), ALLOW, WRITES},
    };
    uint8_t list[44 + 24 * 200];

    for (int big = 0; big < 2; big++) {
        char   file[200] = "", folder[200] = "";
        size_t size = make_filesec(entries, 10, big, list);
        ck_assert(filesec_is_list(list, size));
        ck_assert_int_eq(filesec_writers(list, size, false, collect_filesec, file), 0);
        ck_assert_str_eq(file, "u502 g80 6D4F1E0A-93C5-4B8E-8F57-2B1C0D9E7A11 o0 ");
        ck_assert_int_eq(filesec_writers(list, size, true, collect_filesec, folder), 0);
        ck_assert_str_eq(folder, "u502 u504 o0 ");
    }
}
END_TEST

START_TEST(a_list_of_macos_is_read_within_its_bounds)
{
    static const struct ace one = {OF_USER("\x01\xf6"), ALLOW, WRITES};
    struct ace              many[200];
    uint8_t                 list[44 + 24 * 200];
    char                    text[100] = "";

    size_t size = make_filesec(&one, 1, false, list);
    for (size_t n = 0; n < size; n++) {
        uint8_t *copy = malloc(n + 1);
        memcpy(copy, list, n);
        ck_assert_int_eq(filesec_writers(copy, n, false, collect_filesec, text), -EBADMSG);
        free(copy);
    }
    put_number(list + 36, UINT32_MAX, false); /* an owner alone */
    ck_assert_int_eq(filesec_writers(list, size, false, collect_filesec, text), 0);
    for (size_t i = 0; i < 200; i++)
        many[i] = one;
    size = make_filesec(many, 129, false, list); /* macOS has 128 at most */
    ck_assert_int_eq(filesec_writers(list, size, false, collect_filesec, text), -EBADMSG);
    ck_assert_str_eq(text, "");
    size = make_filesec(many, 128, false, list);
    ck_assert_int_eq(filesec_writers(list, size, false, collect_filesec, text), 0);
    ck_assert_str_eq(text, "u502 ");
}
END_TEST

Suite *make_accounts_suite(void)
{
    Suite *suite = suite_create("accounts");
    TCase *tcase = tcase_create("accounts");

    tcase_add_test(tcase, every_account_is_a_row_and_every_bad_line_is_counted);
    tcase_add_test(tcase, groups_list_their_members);
    tcase_add_test(tcase, accounts_of_windows_have_names_and_profiles);
    tcase_add_test(tcase, groups_of_windows_have_their_members_by_name_or_sid);
    tcase_add_test(tcase, a_damaged_account_of_windows_is_counted_and_the_others_are_read);
    tcase_add_test(tcase, values_of_sam_are_read_within_their_bounds);
    tcase_add_test(tcase, accounts_of_macos_are_those_of_its_directory);
    tcase_add_test(tcase, what_is_no_number_of_an_account_is_null_and_told);
    tcase_add_test(tcase, a_member_of_a_group_of_macos_whose_name_looks_like_two_is_in_quotes);
    tcase_add_test(tcase, a_group_of_macos_has_members_by_name_by_uuid_and_nested);
    tcase_add_test(tcase, an_account_of_macos_that_is_none_is_counted_and_the_others_are_read);
    tcase_add_test(tcase, the_directory_of_macos_is_denied_to_all_but_root);
    tcase_add_test(tcase, histories_of_macos_have_the_users_of_its_directory);
    tcase_add_test(tcase, a_daemon_with_another_name_of_root_is_roots);
    tcase_add_test(tcase, a_link_that_others_can_replace_is_seen_on_the_way);
    tcase_add_test(tcase, a_link_out_of_the_root_stays_inside);
    tcase_add_test(tcase, a_path_is_needed);
    tcase_add_test(tcase, acl_applies_its_mask);
    tcase_add_test(tcase, acl_gives_access_in_the_order_of_its_entries);
    tcase_add_test(tcase, a_list_of_macos_names_who_may_change_a_file);
    tcase_add_test(tcase, a_list_of_macos_is_read_within_its_bounds);
    suite_add_tcase(suite, tcase);
    return suite;
}
