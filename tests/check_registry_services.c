/* check_registry_services.c -- the tables of services in SYSTEM hives, made and real. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/hive/service_value.h"
#include "harness.h"
#include "make_hive.h"

#define REGIPY   "hives/mkorman90+regipy/regipy_tests/data/"
#define SERVICES "ControlSet001\\Services\\"

static sqlite3    *db;
static const char *dir;

static void setup(void)
{
    db = harness_open();
    dir = harness_scratch();
}

static void teardown(void)
{
    harness_close(db);
}

static struct made_hive *system_hive(void)
{
    struct made_hive *made = make_hive();

    make_hive_dword(make_hive_key(made, "Select"), "Current", 1);
    return made;
}

static struct made_key *service(struct made_hive *made, const char *name, const char *image_path)
{
    char path[256];

    snprintf(path, sizeof path, SERVICES "%s", name);
    struct made_key *key = make_hive_key(made, path);
    make_hive_dword(key, "Type", 0x10);
    make_hive_dword(key, "Start", 2);
    make_hive_expand(key, "ImagePath", image_path);
    return key;
}

static struct made_key *below(struct made_hive *made, const char *path)
{
    char full[256];

    snprintf(full, sizeof full, SERVICES "%s", path);
    return make_hive_key(made, full);
}

static void write_hive(struct made_hive *made, const char *path)
{
    make_hive_file(made, dir, path);
    make_hive_free(made);
}

/* The one row's column. */
static void expect(const char *expected, const char *columns, const char *where)
{
    harness_expect(db, expected, "SELECT %s FROM registry_services('%s/SYSTEM') WHERE %s", columns,
                   dir, where);
}

START_TEST(values_become_columns)
{
    struct made_hive *made = system_hive();
    struct made_key  *key = service(made, "svc", "%SystemRoot%\\System32\\svchost.exe -k grp -p");

    make_hive_string(key, "DisplayName", "@x.dll,-1");
    make_hive_string(key, "ObjectName", "NT AUTHORITY\\LocalService");
    make_hive_strings(key, "DependOnService", "RpcSs|http");
    make_hive_strings(key, "DependOnGroup", "TDI");
    make_hive_strings(key, "RequiredPrivileges", "SeDebugPrivilege");
    make_hive_strings(key, "Environment", "COR_ENABLE_PROFILING=1|COR_PROFILER={x}");
    make_hive_dword(key, "DelayedAutostart", 1);
    make_hive_dword(key, "ErrorControl", 1);
    make_hive_dword(key, "ServiceSidType", 3);
    make_hive_dword(key, "LaunchProtected", 2);
    make_hive_dword(key, "WOW64", 0x14c);
    make_hive_string(key, "Group", "Base");
    make_hive_dword(key, "Tag", 7);
    make_hive_string(key, "FailureCommand", "cmd /c evil");
    make_hive_value(
        key, "FailureActions", 3,
        "\x80\x51\x01\0\0\0\0\0\0\0\0\0\x02\0\0\0\x14\0\0\0\x03\0\0\0\x60\xea\0\0\x09\0\0\0"
        "\0\0\0\0",
        36);
    make_hive_written(key, 1600000000);
    make_hive_expand(below(made, "svc\\Parameters"), "ServiceDll", "%SystemRoot%\\x.dll");
    make_hive_string(below(made, "svc\\Parameters"), "ServiceMain", "Main");
    make_hive_written(below(made, "svc\\Parameters"), 1600000001);
    make_hive_string(below(made, "svc\\Performance"), "Library", "perf.dll");
    write_hive(made, "SYSTEM");
    expect("ControlSet001|1|@x.dll,-1|16|OWN_PROCESS|2|AUTO_START|1|NORMAL",
           "control_set, current, display_name, type, service_type, start, start_type, "
           "delayed_autostart, error_control",
           "name = 'SVC'");
    expect(
        "C:\\Windows\\System32\\svchost.exe|-k grp -p|grp|%SystemRoot%\\x.dll|C:\\Windows\\x.dll|"
        "Main|perf.dll",
        "image_path_resolved, arguments, svchost_group, service_dll, service_dll_resolved, "
        "service_main, performance_library",
        "1");
    expect("[\"RpcSs\",\"http\"]|[\"TDI\"]|[\"SeDebugPrivilege\"]|"
           "[\"COR_ENABLE_PROFILING=1\",\"COR_PROFILER={x}\"]",
           "depend_on, depend_on_group, required_privileges, environment", "1");
    expect(
        "NT AUTHORITY\\LocalService|Base|7|RESTRICTED|WINDOWS_LIGHT|332|cmd /c evil|"
        "{\"reset_period\":86400,\"actions\":[{\"type\":\"run_command\",\"delay\":60000},{\"type\":"
        "9,\"delay\":0}]}",
        "object_name, load_order_group, tag, service_sid_type, launch_protected, wow64, "
        "failure_command, failure_actions",
        "1");
    expect("1600000000.0|1600000000.0|1600000001.0|2020-09-13 12:26:40.000000",
           "time, last_write, parameters_last_write, datetime", "time > 1599999999");
}
END_TEST

START_TEST(triggers_are_json)
{
    struct made_hive *made = system_hive();
    struct made_key  *trigger = below(made, "svc\\TriggerInfo\\0");

    make_hive_dword(trigger, "Type", 20);
    make_hive_dword(trigger, "Action", 1);
    make_hive_value(trigger, "GUID", 3,
                    "\x27\x9c\x2a\xd0\xb8\x79\xd6\x40\x9b\x97\xcf\x3f\x8b\x7b\x5d\x60", 16);
    make_hive_value(trigger, "Data0", 3, "a\0\"\0\0\0", 6);
    make_hive_dword(trigger, "DataType0", 2);
    make_hive_value(trigger, "Data1", 3, "\x01\xff", 2);
    make_hive_dword(trigger, "DataType1", 1);
    write_hive(made, "SYSTEM");
    expect("[{\"type\":\"custom\",\"action\":\"start\",\"guid\":\"{d02a9c27-79b8-40d6-9b97-"
           "cf3f8b7b5d60}\",\"data\":[\"a\\\"\",\"01ff\"]}]|1|NULL",
           "triggers, json_valid(triggers), type", "name = 'svc'");
}
END_TEST

START_TEST(a_descriptor_that_hides_is_seen_whoever_may_list)
{
    struct made_hive *made = system_hive();

    service(made, "evil", "C:\\evil.exe");
    make_hive_descriptor(below(made, "evil\\Security"), "Security",
                         "D:(D;;DCLCWPDTSD;;;IU)(A;;CCLC;;;SY)");
    service(made, "good", "C:\\good.exe");
    make_hive_security(below(made, "good"), "O:BAG:SYD:(A;;KA;;;WD)");
    write_hive(made, "SYSTEM");
    expect("evil|D:(D;;DCLCWPDTSD;;;IU)(A;;CCLC;;;SY)", "name, security_sddl", "hidden");
    expect("good|NULL|O:BAG:SYD:(A;;KA;;;WD)", "name, security_sddl, key_sddl", "NOT hidden");
}
END_TEST

/* What Windows's functions show no more of than the name, the hive has. */
START_TEST(a_key_that_may_not_be_read_is_hidden_and_a_finding)
{
    static const struct {
        const char *name, *sddl;
    } keys[] = {
        {"closed", "O:SYG:SYD:(D;;0x20019;;;BA)(A;;0xf003f;;;SY)"},  {"empty", "O:SYG:SYD:"},
        {"below", "O:SYG:SYD:(D;IO;0x20019;;;BA)(A;;0x20019;;;BA)"}, /* what is below the key */
        {"written", "O:SYG:SYD:(D;;0x10006;;;WD)(A;;0x20019;;;BA)"}, /* no writing and no removal */
        {"guest", "O:SYG:SYD:(D;;0x20019;;;BG)(A;;0x20019;;;BA)"},
    };
    struct made_hive *made = system_hive();

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        service(made, keys[i].name, "C:\\Program Files\\Agent\\agent.exe");
        make_hive_security(below(made, keys[i].name), keys[i].sddl);
    }
    write_hive(made, "SYSTEM");
    harness_expect(
        db, "closed,empty",
        "SELECT group_concat(name) FROM (SELECT name FROM registry_services('%s/SYSTEM') "
        "WHERE key_hidden ORDER BY name)",
        dir);
    free(harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir));
    harness_expect(db, "closed,empty",
                   "SELECT group_concat(substr(subject, 50)) FROM (SELECT subject FROM findings "
                   "WHERE signals LIKE '%%hidden_by_descriptor%%' ORDER BY subject)");
}
END_TEST

START_TEST(an_unquoted_path_says_what_may_run_instead)
{
    struct made_hive *made = system_hive();

    service(made, "a", "C:\\Program Files\\x.exe -run");
    service(made, "b", "\"C:\\Program Files\\x.exe\" -run");
    make_hive_dword(service(made, "c", "System32\\my drivers\\c.sys"), "Type", 1);
    write_hive(made, "SYSTEM");
    expect("a|[\"C:\\\\Program.exe\"]", "name, path_candidates", "unquoted_path");
    expect("b|C:\\Program Files\\x.exe|NULL", "name, image_path_resolved, path_candidates",
           "name = 'b'");
    expect("c|C:\\Windows\\System32\\my drivers\\c.sys", "name, image_path_resolved", "name = 'c'");
}
END_TEST

START_TEST(a_driver_without_a_path_is_where_drivers_are)
{
    struct made_hive *made = system_hive();

    make_hive_dword(below(made, "drv"), "Type", 2);
    write_hive(made, "SYSTEM");
    expect("NULL|C:\\Windows\\System32\\drivers\\drv.sys|FILE_SYSTEM_DRIVER",
           "image_path, image_path_resolved, service_type", "1");
}
END_TEST

START_TEST(the_hosts_own_variables_are_used)
{
    struct made_hive *made = system_hive();

    make_hive_expand(make_hive_key(made, "ControlSet001\\Control\\Session Manager\\Environment"),
                     "EVIL", "%SystemDrive%\\hidden");
    service(made, "svc", "%evil%\\x.exe");
    write_hive(made, "SYSTEM");
    expect("C:\\hidden\\x.exe", "image_path_resolved", "1");
}
END_TEST

START_TEST(deleted_services_are_found_in_their_control_set)
{
    struct made_hive *made = system_hive();

    service(made, "kept", "C:\\kept.exe");
    service(made, "gone", "C:\\gone.exe");
    make_hive_string(below(made, "gone\\Parameters"), "x", "y");
    make_hive_deleted(below(made, "gone"));
    make_hive_dword(make_hive_key(made, "ControlSet002\\Services\\old"), "Type", 1);
    write_hive(made, "SYSTEM");
    expect("ControlSet001|1|gone|C:\\gone.exe|1\nControlSet001|1|kept|C:\\kept.exe|0\n"
           "ControlSet002|0|old|NULL|0",
           "control_set, current, name, image_path, deleted", "1 ORDER BY control_set, name");
    expect("2", "count(*)", "deleted = 0");
    expect("gone", "name", "deleted");
    expect("1|1", "count(*), count(DISTINCT rowid)", "control_set = 'controlset002'");
}
END_TEST

START_TEST(svchost_members_come_from_the_software_hive_beside)
{
    struct made_hive *made = system_hive(), *software = make_hive();

    service(made, "svc", "svchost.exe -k grp");
    service(made, "other", "C:\\other.exe");
    make_hive_strings(make_hive_key(software, "Microsoft\\Windows NT\\CurrentVersion\\Svchost"),
                      "grp", "svc|evil");
    write_hive(made, "Windows/System32/config/SYSTEM");
    write_hive(software, "Windows/System32/config/SOFTWARE");
    free(harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir));
    harness_expect(db, "other|NULL\nsvc|[\"svc\",\"evil\"]",
                   "SELECT name, svchost_members FROM registry_services ORDER BY name");
}
END_TEST

START_TEST(the_managers_own_settings_have_a_row_a_control_set)
{
    struct made_hive *made = system_hive();
    struct made_key  *control = make_hive_key(made, "ControlSet001\\Control");

    make_hive_dword(control, "RemoteAccessExemption", 1);
    make_hive_descriptor(make_hive_key(made, "ControlSet001\\Control\\ServiceGroupOrder\\Security"),
                         "Security", "D:(A;;KA;;;WD)");
    service(made, "svc", "x.exe");
    make_hive_written(make_hive_key(made, "ControlSet001\\Services"), 1650000000);
    make_hive_key(made, "ControlSet002\\Services");
    write_hive(made, "SYSTEM");
    harness_expect(db,
                   "ControlSet001|1|D:(A;;CCDCLCSWRPWPSDRCWDWO;;;WD)|1|1|1650000000.0\n"
                   "ControlSet002|0|NULL|NULL|0|1700000000.0",
                   "SELECT control_set, current, scm_sddl, remote_access_exemption, services, "
                   "services_key_last_write FROM registry_services_scm('%s/SYSTEM')",
                   dir);
}
END_TEST

START_TEST(hives_of_other_kinds_are_passed_over)
{
    struct made_hive *software = make_hive();

    make_hive_key(software, "Microsoft\\x");
    write_hive(software, "h/SOFTWARE");
    harness_write_text(dir, "h/SYSTEM", "no hive at all");
    ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM registry_services('%s/h')", dir), 0);
    harness_expect(db, "read|0|NULL\ndamaged|NULL|too short for a registry hive",
                   "SELECT status, records, detail FROM evidence_sources WHERE table_name = "
                   "'registry_services' AND location LIKE '%%/h/%%' ORDER BY location");
}
END_TEST

START_TEST(failure_actions_cut_short_give_what_is_whole)
{
    static const uint8_t data[28] = {0xff, 0xff, 0xff, 0xff,    [12] = 0xff,
                                     0xff, 0xff, 0xff, [20] = 1};
    struct buffer        json = {0};

    ck_assert_int_lt(service_put_failure_actions(&json, data, 19), 0);
    ck_assert_int_eq(service_put_failure_actions(&json, data, 27), 0);
    buffer_putc(&json, ' ');
    ck_assert_int_eq(service_put_failure_actions(&json, data, 28), 0);
    ck_assert_str_eq(buffer_text(&json),
                     "{\"reset_period\":null,\"actions\":[]} "
                     "{\"reset_period\":null,\"actions\":[{\"type\":\"restart\",\"delay\":0}]}");
    buffer_free(&json);
}
END_TEST

/* Real hives ----------------------------------------------------------------------------- */

/* Services as other readers count them, after replay; that many are hidden, and are deleted. */
static const struct {
    const char *path;
    int         services, deleted;
} real[] = {
    {REGIPY "SYSTEM_B", 656, 0},
    {REGIPY "SYSTEM_WIN_10_1709", 737, 18},
    {REGIPY "corrupted_system_hive", 198, 0}, /* of 258 keys in its list, 60 are missing */
    {"hives/C-Sto+gosecretsdump/test/system", 554, 0},
};

START_TEST(real_hives_have_as_many_services_as_others_find_and_none_hidden)
{
    const char *path = harness_evidence(real[_i].path);
    char        expected[64];

    if (!path)
        SKIP("needs SVCQL_EVIDENCE");
    snprintf(expected, sizeof expected, "%d|%d|0|%d", real[_i].services, real[_i].deleted,
             real[_i].services);
    harness_expect(
        db, expected,
        "SELECT sum(NOT deleted), sum(deleted), sum((hidden OR key_hidden) AND NOT deleted), "
        "sum(NOT deleted AND host <> '') FROM registry_services('%s')",
        path);
    ck_assert_int_eq(harness_int(db,
                                 "SELECT count(*) FROM registry_services('%s') WHERE "
                                 "json_valid(coalesce(failure_actions, '{}')) + "
                                 "json_valid(coalesce(triggers, '[]')) + "
                                 "json_valid(coalesce(depend_on, '[]')) < 3",
                                 harness_evidence(real[_i].path)),
                     0);
}
END_TEST

START_TEST(log_replay_adds_the_service_that_was_loaded_last)
{
    const char *path = harness_evidence(REGIPY "SYSTEM_B");
    size_t      size;

    if (!path)
        SKIP("needs SVCQL_EVIDENCE");
    char *data = harness_read(path, &size);
    harness_write(dir, "SYSTEM", data, size);
    free(data);
    ck_assert_int_eq(
        harness_int(db, "SELECT count(*) FROM registry_services('%s/SYSTEM') WHERE NOT deleted",
                    dir),
        655);
    harness_expect(db, "ad_driver|KERNEL_DRIVER|DEMAND_START|2018-04-06 12:42:31.843133",
                   "SELECT name, service_type, start_type, datetime FROM registry_services('%s') "
                   "WHERE image_path LIKE '%%\\Temp\\%%'",
                   harness_evidence(REGIPY "SYSTEM_B"));
}
END_TEST

START_TEST(mangled_hives_answer_every_query)
{
    const char *path = harness_evidence("hives/C-Sto+gosecretsdump/test/system");
    size_t      size;
    unsigned    seed = 7;

    if (!path)
        SKIP("needs SVCQL_EVIDENCE");
    char *data = harness_read(path, &size);
    for (int round = 0; round < 12; round++) {
        for (int i = 0; i < 2000; i++)
            data[4096 + (size_t)rand_r(&seed) % (size - 4096)] = (char)rand_r(&seed);
        harness_write(dir, "SYSTEM", data, round % 3 == 2 ? size / 2 : size);
        free(harness_query(db,
                           "SELECT sum(length(data) + length(data_raw) + length(class)) "
                           "FROM registry('%s/SYSTEM')",
                           dir));
        free(harness_query(db,
                           "SELECT max(failure_actions), max(triggers), max(security_sddl), "
                           "max(key_sddl), max(path_candidates), max(service_dll_resolved) "
                           "FROM registry_services('%s/SYSTEM')",
                           dir));
        free(
            harness_query(db, "SELECT max(scm_sddl) FROM registry_services_scm('%s/SYSTEM')", dir));
        ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM evidence_sources WHERE table_name "
                                         "LIKE 'registry%%' AND status IN ('read', 'damaged') AND "
                                         "location LIKE '%%/SYSTEM'"),
                         3);
    }
    free(data);
}
END_TEST

Suite *make_registry_services_suite(void)
{
    Suite *suite = suite_create("registry_services");
    TCase *tc = tcase_create("tables");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, values_become_columns);
    tcase_add_test(tc, triggers_are_json);
    tcase_add_test(tc, a_descriptor_that_hides_is_seen_whoever_may_list);
    tcase_add_test(tc, a_key_that_may_not_be_read_is_hidden_and_a_finding);
    tcase_add_test(tc, an_unquoted_path_says_what_may_run_instead);
    tcase_add_test(tc, a_driver_without_a_path_is_where_drivers_are);
    tcase_add_test(tc, the_hosts_own_variables_are_used);
    tcase_add_test(tc, deleted_services_are_found_in_their_control_set);
    tcase_add_test(tc, svchost_members_come_from_the_software_hive_beside);
    tcase_add_test(tc, the_managers_own_settings_have_a_row_a_control_set);
    tcase_add_test(tc, hives_of_other_kinds_are_passed_over);
    tcase_add_test(tc, failure_actions_cut_short_give_what_is_whole);
    tcase_add_loop_test(tc, real_hives_have_as_many_services_as_others_find_and_none_hidden, 0,
                        sizeof real / sizeof real[0]);
    tcase_add_test(tc, log_replay_adds_the_service_that_was_loaded_last);
    tcase_add_test(tc, mangled_hives_answer_every_query);
    tcase_set_timeout(tc, 60);
    suite_add_tcase(suite, tc);
    return suite;
}
