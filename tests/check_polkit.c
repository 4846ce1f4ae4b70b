/* check_polkit.c -- rules of polkit in their three forms. */
#include "harness.h"

#include <errno.h>
#include <string.h>

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

    if (harness_int(db, "SELECT count(*) FROM polkit_rules WHERE kind = 'policy'") == 0)
        SKIP("no polkit actions on this host");
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

Suite *make_polkit_suite(void)
{
    Suite *suite = suite_create("polkit");
    TCase *tcase = tcase_create("polkit");

    tcase_add_test(tcase, each_form_gives_its_rules);
    tcase_add_test(tcase, an_entity_in_a_policy_is_refused_and_reported);
    tcase_add_test(tcase, the_hosts_own_policies_are_read);
    tcase_add_test(tcase, a_cut_rule_ends_with_the_text);
    suite_add_tcase(suite, tcase);
    return suite;
}
