#include "make_platforms.h"

#include <stdio.h>
#include <stdlib.h>
#include <utmp.h>

#include "harness.h"
#include "make_archive.h"
#include "make_cases.h"
#include "make_evtx.h"
#include "make_hive.h"
#include "make_macos.h"
#include "make_shimcache.h"

static void write_login(const char *dir)
{
    struct utmp login = {
        .ut_type = USER_PROCESS, .ut_pid = 7, .ut_user = "ann", .ut_line = "pts/0"};

    login.ut_tv.tv_sec = 1700000000;
    harness_write(dir, "var/log/wtmp", &login, sizeof login);
}

static void write_journal(const char *dir)
{
    size_t   size;
    uint8_t *journal = make_journal("regular", &size);

    harness_write(dir, "var/log/journal/0123/system.journal", journal, size);
    free(journal);
}

/* Files of a Linux root beside those of make_linux(). */
static const struct {
    const char *path, *text;
} texts[] = {
    {"home/ann/.bash_history", "systemctl start x\nls\n"},
    {"etc/sudoers", "root ALL=(ALL) ALL\n"},
    {"etc/crontab", "1 2 * * * root /bin/true\n"},
    {"etc/hosts", "127.0.0.1 localhost\n"},
    {"etc/group", "wheel:x:10:ann\nadm:x:4:\n"},
    {"etc/udev/rules.d/9.rules", "ACTION==\"add\", RUN+=\"/tmp/x\"\n"},
    {"etc/polkit-1/rules.d/50-a.rules",
     "polkit.addRule(function(action, subject) {\n  if (action.id == 'a.b') {\n    return "
     "polkit.Result.YES;\n  }\n});\n"},
    {"usr/lib/systemd/system/a.service", "[Service]\nExecStart=/usr/bin/a\n"},
    {"etc/systemd/system/a.service.d/b.conf", "[Service]\nUser=ann\n"},
    {"var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nArchitecture: all\n"
                            "Version: 1\n\n"},
    {"var/lib/dpkg/info/a.list", "/.\n/usr\n/usr/lib/systemd/system/a.service\n"},
    {"var/log/dpkg.log", "2026-11-24 10:00:00 install a:all <none> 1\n"},
};

/* What Windows keeps of programs: Amcache.hve, and a cache within the SYSTEM hive of another host. */
static void write_programs(const char *dir, const char *host)
{
    static const struct made_program programs[] = {{"C:\\Windows\\Temp\\evil.exe", 1, true}};
    struct made_hive                *amcache = make_hive(), *system = make_hive();
    struct made_key                 *file =
        make_hive_key(amcache, "Root\\InventoryApplicationFile\\evil.exe|0123456789abcdef");
    size_t   size;
    uint8_t *cache = make_shimcache("10", programs, 1, &size);

    make_hive_string(file, "LowerCaseLongPath", "c:\\windows\\temp\\evil.exe");
    make_hive_string(file, "Name", "evil.exe");
    make_hive_file(amcache, dir, "Windows/appcompat/Programs/Amcache.hve");
    make_hive_dword(make_hive_key(system, "Select"), "Current", 1);
    make_hive_string(make_hive_key(system, "ControlSet001\\Control\\ComputerName\\ComputerName"),
                     "ComputerName", host);
    make_hive_value(
        make_hive_key(system, "ControlSet001\\Control\\Session Manager\\AppCompatCache"),
        "AppCompatCache", 3, cache, size);
    make_hive_file(system, dir, "Windows/System32/config/SYSTEM");
    make_hive_free(amcache);
    make_hive_free(system);
    free(cache);
}

static void copy_seed(const char *from, const char *dir, const char *path)
{
    size_t size;
    char  *data = harness_read(from, &size);

    harness_write(dir, path, data, size);
    free(data);
}

/* What the views take of SOFTWARE and SECURITY, in a hive and in its copy in RegBack; beside it what is like it: the same
 * names in another key, other keys beside those, and keys that were deleted. */
#define CONFIG  "Windows/System32/config/"
#define RULES   "Windows Defender\\Windows Defender Exploit Guard\\ASR\\Rules"
#define PSEXEC  "d1e49aac-8f56-4280-b9ba-993a6d77406c"
#define DRIVERS "56a863a9-875e-4185-98a7-b882c64b5ce5"

static void put_release(struct made_hive *hive, const char *key, const char *mark, uint32_t number)
{
    static const char *const names[] = {"ProductName",    "CurrentVersion", "CurrentBuildNumber",
                                        "DisplayVersion", "MachineGuid",    "RegisteredOwner"};
    static const char *const numbers[] = {"CurrentMajorVersionNumber", "CurrentMinorVersionNumber",
                                          "InstallDate", "UBR", "UpdateRevision"};
    struct made_key         *made = make_hive_key(hive, key);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        make_hive_string(made, names[i], mark);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        make_hive_dword(made, numbers[i], number + (uint32_t)i);
}

static void write_software(const char *dir, const char *path, const char *mark)
{
    struct made_hive *hive = make_hive();

    put_release(hive, "Microsoft\\Windows NT\\CurrentVersion", mark, 10);
    put_release(hive, "Microsoft\\Contoso", "zz", 90);
    make_hive_string(make_hive_key(hive, "Microsoft\\" RULES), PSEXEC, "0");
    make_hive_string(make_hive_key(hive, "Microsoft\\Contoso\\" RULES), DRIVERS, "1");
    put_release(hive, "Microsoft\\Cryptography", "zz", 90);
    make_hive_deleted(make_hive_key(hive, "Microsoft\\Cryptography"));
    make_hive_string(make_hive_key(hive, "Policies\\Microsoft\\" RULES), PSEXEC, "1");
    make_hive_deleted(make_hive_key(hive, "Policies\\Microsoft\\" RULES));
    make_hive_file(hive, dir, path);
    make_hive_free(hive);
}

static void write_rights(const char *dir, const char *path, const char *sid)
{
    static const struct {
        const char *name;
        uint32_t    rights;
        bool        deleted;
    } keys[] = {{"1001\\ActSysAc", 0x10, false},
                {"1002\\ActSysAc", 0xef, false},
                {"1003\\ActSysAc", 0x10, true},
                {"1004\\Privilgs", 0x10, false}};
    struct made_hive *hive = make_hive();

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char name[200];
        snprintf(name, sizeof name, "Policy\\Accounts\\%s-%s", sid, keys[i].name);
        struct made_key *key = make_hive_key(hive, name);
        make_hive_value(key, "", 0, &keys[i].rights, sizeof keys[i].rights);
        if (keys[i].deleted)
            make_hive_deleted(key);
    }
    make_hive_file(hive, dir, path);
    make_hive_free(hive);
}

static void write_policies(const char *dir)
{
    write_software(dir, CONFIG "SOFTWARE", "a");
    write_software(dir, CONFIG "RegBack/SOFTWARE", "zz");
    write_rights(dir, CONFIG "SECURITY", "S-1-5-21-1-2-3");
    write_rights(dir, CONFIG "RegBack/SECURITY", "S-1-5-21-1-2-4");
}

static void write_sysmon(const char *dir)
{
    struct staged_event events[3];
    size_t              size;

    for (size_t i = 0; i < 3; i++)
        events[i] = make_sysmon_event(i, 1700000000 + (double)i);
    uint8_t *log = make_evtx_bytes(events, 3, &size);
    harness_write(dir, "Windows/System32/winevt/Logs/Sysmon.evtx", log, size);
    free(log);
}

const char *make_platforms(void)
{
    const char *dir = harness_scratch(), *unpacked = harness_scratch();
    char        path[4300];

    snprintf(path, sizeof path, "%s/linux", dir);
    make_linux(path, "a");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        harness_write_text(path, texts[i].path, texts[i].text);
    write_login(path);
    write_journal(path);
    snprintf(path, sizeof path, "%s/windows", dir);
    make_windows(path, "b", "%4");
    snprintf(path, sizeof path, "%s/windows-2", dir);
    write_programs(path, "e");
    write_policies(path);
    write_sysmon(path);
    snprintf(path, sizeof path, "%s/macos", dir);
    make_macos(path, "c");
    harness_write_text(path, "private/var/log/com.apple.xpc.launchd/launchd.log",
                       "2026-08-14 20:21:43.322799 (gui/501 [100003]) <Notice>: entering bootstrap "
                       "mode\n");
    snprintf(path, sizeof path, "%s/collected", dir);
    copy_seed("tests/corpus/listing/sc_qc.txt", path, "sc_qc.txt");
    make_linux(unpacked, "d");
    snprintf(path, sizeof path, "%s/host-d.tar.gz", dir);
    make_archive(path, "tar.gz", unpacked);
    return dir;
}

const char *make_rules(void)
{
    const char *dir = harness_scratch();

    harness_write_text(dir, "a.yml",
                       "title: a\nlogsource: {product: windows, service: system}\ndetection: {a: "
                       "{EventID: 7045}, condition: a}\n");
    harness_write_text(
        dir, "b.json",
        "[{\"title\": \"b\", \"rule\": [\"SELECT * FROM logs WHERE EventID = 7045\"]}]");
    return dir;
}

sqlite3 *make_platforms_open(const char *evidence)
{
    sqlite3 *db = harness_open();

    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", evidence);
    return db;
}
