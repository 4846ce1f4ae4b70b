/* check_polkit.c -- rules of polkit in their three forms. */
#include "harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/access/polkit_text.h"

static const char rules[] =
    "// polkit.addRule(function nothing)\n"
    "polkit.addRule(function(action, subject) {\n"
    "    if (action.id == \"org.freedesktop.systemd1.manage-units\" && subject.isInGroup(\"ops\")) "
    "{\n"
    "        return polkit.Result.YES; /* ) */\n"
    "    }\n"
    "});\n"
    "polkit.addRule(function(action, subject) {\n"
    "    if (action.id.indexOf('org.freedesktop.systemd1.') === 0 &&\n"
    "        action.lookup(\"unit\") == \"nginx.service\" && subject.user == \"bob\")\n"
    "        return polkit.Result.AUTH_ADMIN;\n"
    "});\n";

static const char *fixture(void)
{
    const char *root = harness_scratch();

    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(root, "etc/polkit-1/rules.d/10-ops.rules", rules);
    harness_write_text(root, "etc/polkit-1/rules.d/README", "polkit.addRule(x)");
    harness_write_text(root, "etc/polkit-1/localauthority/50-local.d/ops.pkla",
                       "[Ops]\nIdentity=unix-group:ops;unix-user:al\n"
                       "Action=org.freedesktop.systemd1.manage-units;org.x.*\n"
                       "ResultAny=yes\nResultActive=auth_admin\n");
    harness_write_text(root, "usr/share/polkit-1/actions/bad.policy",
                       "<!DOCTYPE x [<!ENTITY a \"b\">]><policyconfig/>");
    return root;
}

START_TEST(each_form_gives_its_rules)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();

    harness_expect(db,
                   "rules|[\"org.freedesktop.systemd1.manage-units\"]|[\"ops\"]|yes|0|2\n"
                   "rules|[\"org.freedesktop.systemd1.\"]|[]|auth_admin|1|7\n"
                   "pkla|[\"org.freedesktop.systemd1.manage-units\",\"org.x.*\"]|[]|yes|0|1",
                   "SELECT kind, actions, groups, result, unit_checked, line "
                   "FROM polkit_rules('%s')",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(an_entity_in_a_policy_is_refused_and_reported)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();

    harness_query(db, "SELECT * FROM polkit_rules('%s')", root);
    harness_expect(db, "damaged|1",
                   "SELECT status, skipped FROM evidence_sources WHERE location = "
                   "'%s/usr/share/polkit-1/actions/bad.policy'",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(the_hosts_own_policies_are_read)
{
    sqlite3 *db = harness_open();

    if (access("/usr/share/polkit-1/actions/org.freedesktop.systemd1.policy", R_OK) != 0)
        SKIP("needs systemd's actions of polkit");
    harness_expect(db, "auth_admin",
                   "SELECT result FROM polkit_rules WHERE actions = "
                   "'[\"org.freedesktop.systemd1.manage-units\"]' AND kind = 'policy'");
    harness_close(db);
}
END_TEST

static int count(const struct polkit_rule *rule, void *data)
{
    int *n = data;
    (void)rule;
    return ++*n, 0;
}

START_TEST(a_cut_rule_ends_with_the_text)
{
    for (size_t size = 0; size < sizeof rules; size++) {
        int n = 0;
        ck_assert_int_eq(polkit_parse_rules(rules, size, count, &n), 0);
        ck_assert_int_le(n, 2);
    }
}
END_TEST

#define RULE(body) "polkit.addRule(function(action, subject) {" body "});\n"

/* What is read of a file: a result for each row. */
static int add_result(const struct polkit_rule *rule, void *data)
{
    char *shown = data;

    snprintf(shown + strlen(shown), 256 - strlen(shown), "%s%.*s%s", *shown ? " " : "",
             (int)rule->any.size, rule->any.size ? rule->any.text : "", rule->admin ? "admin" : "");
    return 0;
}

static const char *results_of(const char *text)
{
    static char shown[256];

    *shown = '\0';
    ck_assert_int_eq(polkit_parse_rules(text, strlen(text), add_result, shown), 0);
    return shown;
}

START_TEST(what_cannot_be_followed_is_unknown)
{
    static const char *const unknown[] = {
        "const R = polkit.Result;\n" RULE("if (subject.isInGroup('a')) return R.YES;"),
        RULE("var r = polkit.Result.YES; return r;"),
        RULE("polkit.spawn(['/bin/x']); return polkit.Result.YES;"),
        RULE("if (action.id == 'org.freedesktop.' + 'systemd1.manage-units') return "
             "polkit.Result.YES;"),
        RULE("return decide(action);"),
        RULE("return polkit['Result'].YES;"),
        RULE("if (action.id == ['org', 'x'].join('.')) return polkit.Result.YES;"),
        RULE("if (action['id'] == 'org.x.y') return polkit.Result.YES;"),
        RULE("if (action.id == `org.${x}.y`) return polkit.Result.YES;"),
        "function f() { return polkit.Result.YES; }\npolkit.addRule(f);",
        "polkit['addRule'](function(a, s) { return polkit.Result.YES; });",
        "var p = polkit; p.addRule(function(a, s) { return p.Result.YES; });",
        "eval('polkit.addRule(x)');",
        RULE("if (action.id == 'org.\\u{78}.y') return polkit.Result.YES;"),
        RULE("if (action.id == 'org.\\u00e9.y') return polkit.Result.YES;"),
    };

    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        ck_assert_msg(strcmp(results_of(unknown[i]), "unknown") == 0, "%s: %s", unknown[i],
                      results_of(unknown[i]));
}
END_TEST

START_TEST(what_administrators_write_is_followed)
{
    static const struct {
        const char *text, *results;
    } rules_of[] = {
        {RULE("var unit = action.lookup('unit'); if (unit == 'x.service' && "
              "/^org\\.'/.test(action.id)) "
              "return polkit.Result.YES;"),
         "yes"},
        {"polkit.addRule(function(a, s) { polkit.log('a' + a); if (s.user === 'ann') "
         "return polkit.Result.AUTH_SELF; return polkit.Result.NOT_HANDLED });",
         "auth_self"},
        {"polkit.addRule((action, subject) => subject.isInGroup('x') ? polkit.Result.YES : null);",
         "yes"},
        {RULE("if (['org.a.b', 'org.a.c'].indexOf(action.id) >= 0) { return 'auth_admin'; }"),
         "auth_admin"},
        {RULE("/* polkit.spawn */ return polkit.Result.NO // polkit['x']\n"), "no"},
        {"polkit . addRule ( function x(action) { return polkit . Result . YES } )", "yes"},
        {"polkit.addAdminRule(function(action, subject) { return ['unix-group:sudo']; });",
         "admin"},
    };

    for (size_t i = 0; i < sizeof rules_of / sizeof rules_of[0]; i++)
        ck_assert_str_eq(results_of(rules_of[i].text), rules_of[i].results);
}
END_TEST

START_TEST(escapes_of_strings_are_decoded)
{
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();

    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(root, "etc/polkit-1/rules.d/1.rules",
                       RULE("if (action.id == '\\x6frg.a\\u002eb\\\n.c' && subject.user == "
                            "\"o\\'x\") return 'y\\es';"));
    harness_expect(db, "[\"org.a.b.c\"]|[\"o'x\"]|yes",
                   "SELECT actions, users, result FROM polkit_rules('%s')", root);
    harness_close(db);
}
END_TEST

static const char *host_with(const char *library, const char *text)
{
    const char *root = harness_scratch();

    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(root, "usr/lib/polkit-1/polkitd", library);
    harness_write_text(root, "etc/polkit-1/rules.d/1.rules", text);
    return root;
}

START_TEST(duktape_drops_a_file_for_what_it_does_not_know)
{
    static const struct {
        const char *library, *text, *loaded;
    } files[] = {
        {"\x7f"
         "ELF libduktape.so.207",
         RULE("let x = 1; return polkit.Result.YES;"), "0"},
        {"\x7f"
         "ELF libduktape.so.207",
         "[].map(x => x);" RULE("return polkit.Result.YES;"), "0"},
        {"\x7f"
         "ELF libduktape.so.207",
         RULE("polkit.log(`x`); return polkit.Result.YES;"), "0"},
        {"\x7f"
         "ELF libduktape.so.207",
         RULE("const x = 'let y'; /* `let` */ return polkit.Result.YES;"), "1"},
        {"\x7f"
         "ELF libmozjs-115.so",
         RULE("let x = 1; return polkit.Result.YES;"), "1"},
        {"\x7f"
         "ELF libc.so.6",
         RULE("return polkit.Result.YES;"), "0"},
        {"", RULE("return polkit.Result.YES;"), "NULL"},
    };

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        sqlite3    *db = harness_open();
        const char *root = host_with(files[i].library, files[i].text);
        harness_expect(db, files[i].loaded, "SELECT loaded FROM polkit_rules('%s')", root);
        harness_close(db);
    }
}
END_TEST

START_TEST(administrators_have_rows)
{
    sqlite3    *db = harness_open();
    const char *root = host_with("", "polkit.addAdminRule(function(action, subject) {\n"
                                     "return ['unix-group:wheel', 'unix-user:ann']; });");

    harness_write_text(root, "etc/polkit-1/localauthority.conf.d/50.conf",
                       "[Configuration]\n# AdminIdentities=unix-user:no\n"
                       "AdminIdentities=unix-user:0;unix-group:sudo\n");
    harness_expect(db,
                   "admin|[\"unix-group:wheel\",\"unix-user:ann\"]|1\n"
                   "admin|[\"unix-user:0\",\"unix-group:sudo\"]|3",
                   "SELECT kind, identities, line FROM polkit_rules('%s')", root);
    harness_close(db);
}
END_TEST

START_TEST(the_check_fails_for_what_is_unknown_and_not_for_an_empty_group)
{
    static const char empower[] =
        RULE("if (subject.isInGroup('empower')) return polkit.Result.YES;");
    sqlite3    *db = harness_open();
    const char *root =
        host_with("\x7f"
                  "ELF libduktape.so",
                  "const R = polkit.Result;\n" RULE(
                      "if (action.id == 'org.freedesktop.systemd1.manage-units') return R.YES;"));

    harness_write_text(root, "usr/share/polkit-1/rules.d/empower.rules", empower);
    harness_write_text(root, "etc/polkit-1/rules.d/2.rules",
                       RULE("let x; return polkit.Result.YES;"));
    harness_write_text(root, "etc/group", "root:x:0:\nempower:x:990:\n");
    harness_expect(db, "", "INSERT INTO evidence(location) VALUES ('%s')", root);
    harness_expect(
        db, "polkit_grant|1.rules",
        "SELECT check_name, replace(source, rtrim(source, replace(source, '/', '')), '') "
        "FROM failed_privileged_accounts WHERE check_name GLOB 'polkit*'");
    harness_expect(db, "damaged|1",
                   "SELECT status, skipped FROM evidence_sources WHERE location = "
                   "'%s/etc/polkit-1/rules.d/1.rules'",
                   root);
    harness_write_text(root, "etc/group", "root:x:0:\nempower:x:990:ann\n");
    harness_expect(
        db, "2", "SELECT count(*) FROM failed_privileged_accounts WHERE check_name GLOB 'polkit*'");
    harness_close(db);
}
END_TEST

Suite *make_polkit_suite(void)
{
    Suite *suite = suite_create("polkit");
    TCase *tcase = tcase_create("polkit");

    tcase_add_test(tcase, each_form_gives_its_rules);
    tcase_add_test(tcase, an_entity_in_a_policy_is_refused_and_reported);
    tcase_add_test(tcase, the_hosts_own_policies_are_read);
    tcase_add_test(tcase, a_cut_rule_ends_with_the_text);
    tcase_add_test(tcase, what_cannot_be_followed_is_unknown);
    tcase_add_test(tcase, what_administrators_write_is_followed);
    tcase_add_test(tcase, escapes_of_strings_are_decoded);
    tcase_add_test(tcase, duktape_drops_a_file_for_what_it_does_not_know);
    tcase_add_test(tcase, administrators_have_rows);
    tcase_add_test(tcase, the_check_fails_for_what_is_unknown_and_not_for_an_empty_group);
    suite_add_tcase(suite, tcase);
    return suite;
}
