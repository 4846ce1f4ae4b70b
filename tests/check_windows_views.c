/* check_windows_views.c -- the shapes and analytics over logs of Windows: what attacks leave is
 * found, what ordinary days leave is not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "make_evtx.h"
#include "make_hive.h"
#include "make_spared.h"
#include "views.h"

#define LOGS         "Windows/System32/winevt/Logs"
#define SYSMON       "Microsoft-Windows-Sysmon"
#define AUDIT        "Microsoft-Windows-Security-Auditing"
#define MANAGER      "Service Control Manager"
#define SERVICES_EXE "C:\\Windows\\System32\\services.exe"

struct staged {
    const char *provider;
    const char *pairs[24];
    unsigned    id;
    double      time;
};

/* Make a root the only evidence. */
static void stage_again(sqlite3 *db, const char *root)
{
    free(harness_query(db, "DELETE FROM evidence"));
    free(harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", root));
}

/* A root of a Windows host whose logs hold these events, added as evidence. */
static void stage(sqlite3 *db, const struct staged *staged, size_t n)
{
    struct staged_event *events = calloc(n, sizeof *events);
    const char          *root = harness_scratch();
    char                 path[4096];

    ck_assert_ptr_nonnull(events);
    for (size_t i = 0; i < n; i++)
        events[i] = (struct staged_event){.channel = strcmp(staged[i].provider, AUDIT) ? "System"
                                                                                       : "Security",
                                          .provider = staged[i].provider,
                                          .computer = "WS01",
                                          .pairs = staged[i].pairs,
                                          .id = (uint16_t)staged[i].id,
                                          .time = staged[i].time ? staged[i].time : 1700000000};
    harness_write_text(root, LOGS "/.keep", "");
    harness_write_text(root, "Windows/System32/config/.keep", "");
    snprintf(path, sizeof path, "%s/" LOGS "/Staged.evtx", root);
    make_evtx(path, events, n);
    free(events);
    stage_again(db, root);
}

START_TEST(shapes_hold_what_each_event_says)
{
    static const struct staged staged[] = {
        {MANAGER,
         {"ServiceName", "Evil Helper", "ImagePath", "C:\\x\\e.exe", "ServiceType",
          "user mode service", "StartType", "auto start", "AccountName", "LocalSystem"},
         7045,
         0},
        {MANAGER,
         {"param1", "Windows Defender", "param2", "auto start", "param3", "disabled", "param4",
          "WinDefend"},
         7040,
         1700000001},
        {MANAGER, {"param1", "Windows Defender", "param2", "stopped"}, 7036, 1700000002},
        {AUDIT,
         {"SubjectUserName", "eve", "SubjectDomainName", "CORP", "ServiceName", "evil",
          "ServiceFileName", "C:\\x\\e.exe", "ServiceType", "0x10", "ServiceStartType", "2",
          "ServiceAccount", "LocalSystem"},
         4697,
         1700000003},
        {AUDIT,
         {"SubjectUserName", "eve", "SubjectDomainName", "CORP", "ObjectServer", "SC Manager",
          "ObjectType", "SERVICE OBJECT", "ObjectName", "evil", "AccessMask",
          "%%7185\r\n\t\t\t\t%%1539\r\n", "ProcessId", "0x200", "ProcessName", SERVICES_EXE},
         4674,
         1700000004},
    };
    sqlite3 *db = harness_open();

    stage(db, staged, 5);
    harness_expect(
        db,
        "created|Evil Helper|Evil Helper|C:\\x\\e.exe|auto start|user mode "
        "service|LocalSystem|S-1-5-18|NULL\n"
        "start_type|WinDefend|Windows Defender|NULL|disabled|NULL|NULL|S-1-5-18|auto start to "
        "disabled\n"
        "stopped|Windows Defender|Windows Defender|NULL|NULL|NULL|NULL|S-1-5-18|stopped\n"
        "created|evil|NULL|C:\\x\\e.exe|auto start|user mode service|LocalSystem|CORP\\eve|NULL\n"
        "modified|evil|NULL|NULL|NULL|NULL|NULL|CORP\\eve|change configuration, WRITE_DAC",
        "SELECT action, service, display_name, image_path, start_type, service_type, "
        "account, user, detail FROM service_events ORDER BY time");
    harness_expect(db, "WS01|windows|512|" SERVICES_EXE,
                   "SELECT host, platform, pid, exe FROM service_events WHERE event_id = 4674");
    harness_close(db);
}
END_TEST

START_TEST(records_of_one_installation_are_one_row)
{
#define INSTALLED "ImagePath", "C:\\x\\e.exe"
    static const struct staged staged[] = {
        {AUDIT,
         {"SubjectUserName", "eve", "SubjectDomainName", "CORP", "ServiceName", "evil",
          "ServiceFileName", "C:\\x\\e.exe", "ServiceStartType", "3"},
         4697,
         1700000000},
        {MANAGER,
         {"ServiceName", "Evil Helper", INSTALLED, "StartType", "demand start"},
         7045,
         1700000001},
        {MANAGER, {"ServiceName", "Evil Helper", INSTALLED}, 7045, 1700000060},
    };
    sqlite3 *db = harness_open();

    stage(db, staged, 3);
    harness_expect(db,
                   "evil|Evil Helper|CORP\\eve|demand start|4697,7045|1700000000.0\n"
                   "NULL|Evil Helper|S-1-5-18|NULL|7045|1700000060.0",
                   "SELECT service, display_name, installed_by, start_type, event_ids, time "
                   "FROM service_installs ORDER BY time");
    harness_close(db);
}
END_TEST

START_TEST(processes_of_both_logs_have_one_shape)
{
    static const struct staged staged[] = {
        {SYSMON,
         {"ProcessId", "5828", "Image", "C:\\Windows\\System32\\sc.exe", "CommandLine",
          "sc query %%x", "CurrentDirectory", "C:\\", "User", "CORP\\eve", "ParentProcessId", "77",
          "ParentImage", "C:\\Windows\\System32\\cmd.exe", "ParentCommandLine", "cmd"},
         1,
         0},
        {AUDIT,
         {"SubjectUserName", "eve", "SubjectDomainName", "CORP", "NewProcessId", "0x16c4",
          "NewProcessName", "C:\\Windows\\System32\\sc.exe", "ProcessId", "0x4d", "CommandLine",
          "sc query %x", "TargetUserName", "-", "TargetDomainName", "-", "ParentProcessName",
          "C:\\Windows\\System32\\cmd.exe"},
         4688,
         1700000001},
    };
    sqlite3 *db = harness_open();

    stage(db, staged, 2);
    harness_expect(db,
                   "5828|77|CORP\\eve|sc.exe|sc query %x|C:\\Windows\\System32\\cmd.exe|sysmon\n"
                   "5828|77|CORP\\eve|sc.exe|sc query %x|C:\\Windows\\System32\\cmd.exe|security",
                   "SELECT pid, ppid, user, name, cmdline, parent_exe, via FROM process_events "
                   "ORDER BY time");
    harness_expect(db, "2",
                   "SELECT count(*) FROM service_commands WHERE tool = 'sc' AND verb = 'query'");
    harness_close(db);
}
END_TEST

/* A log whose rules leave the child out has the wrapper alone, and that is the command then. */
START_TEST(a_wrapper_counts_where_its_child_was_not_recorded)
{
#define PROCESS(pid, ppid, exe, line, time)                                                        \
    {                                                                                              \
        AUDIT, {"SubjectUserName", "eve", "SubjectDomainName", "CORP", "NewProcessId", pid,        \
                "NewProcessName",  exe,   "ProcessId",         ppid,   "CommandLine",  line,       \
                "TargetUserName",  "-"},                                                           \
            4688, 1700000000 + (time)                                                              \
    }
    static const struct staged staged[] = {
        PROCESS("0x10", "0x4", "C:\\Windows\\System32\\cmd.exe", "cmd /c sc create alone", 0),
        PROCESS("0x20", "0x4", "C:\\Windows\\System32\\cmd.exe", "cmd /c sc create seen", 1),
        PROCESS("0x21", "0x20", "C:\\Windows\\System32\\sc.exe", "sc create seen", 2),
        PROCESS("0x30", "0x4", "C:\\Windows\\System32\\cmd.exe",
                "cmd.exe /c \"sc stop late & sc delete late\"", 3),
        PROCESS("0x31", "0x30", "C:\\Windows\\System32\\sc.exe", "sc query late", 600),
        PROCESS("0x40", "0x4", "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
                "powershell sc.exe create other", 4),
    };
    sqlite3 *db = harness_open();

    stage(db, staged, sizeof staged / sizeof staged[0]);
    harness_expect(db,
                   "create|alone|cmd\ncreate|seen|\nstop|late|cmd\ndelete|late|cmd\n"
                   "create|other|powershell\nquery|late|",
                   "SELECT verb, target, via FROM service_commands ORDER BY time, verb DESC");
    harness_expect(db, "alone\nother\nseen",
                   "SELECT DISTINCT target FROM t1569_command_execution WHERE severity <> 'info' "
                   "AND verb = 'create' ORDER BY 1");
    harness_close(db);
}
END_TEST

/* A command line as the Security log has it, and what is found of it. */
static const struct {
    const char *line, *expected;
} commands[] = {
    {"reg copy HKLM\\SYSTEM\\CurrentControlSet\\Services\\a "
     "HKLM\\SYSTEM\\CurrentControlSet\\Services\\b /s /f",
     "low|makes_service"},
    {"reg copy HKLM\\SOFTWARE\\staged HKLM\\SYSTEM\\CurrentControlSet\\Services\\b /s",
     "low|makes_service"},
    {"reg copy HKLM\\SYSTEM\\CurrentControlSet\\Services\\a HKLM\\SOFTWARE\\backup /s", "info|"},
    {"sc stop WinDefend", "medium|stops_security"},
    {"sc delete WinDefend", "medium|stops_security"},
    {"sc config Sense start= disabled", "high|stops_security,makes_service"},
    {"sc privs Reporter SeDebugPrivilege", "info|"},
    {"sc config Reporter start= auto", "info|"},
    {"sc config Reporter binPath= C:\\Windows\\System32\\a.exe", "low|makes_service"},
    {"wmic service where \"caption like '%Sophos%'\" call stopservice", "medium|stops_security"},
    {"wmic service where \"name='Sense'\" call ChangeStartMode Disabled",
     "high|stops_security,makes_service"},
    {"wmic service where \"name='Spooler'\" call ChangeStartMode Disabled", "low|makes_service"},
    {"powershell Get-Service *sophos* | Stop-Service", "medium|stops_security"},
    {"powershell Stop-Service -DisplayName 'Sophos Anti-Virus'", "medium|stops_security"},
    {"net stop \"Sophos Anti-Virus\"", "medium|stops_security"},
    {"net stop Spooler", "info|"},
    {"sc sdset Reporter D:(A;;CCLCSWRPLOCRRC;;;WD)", "low|makes_service"},
    {"sc sdset Reporter D:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;WD)",
     "medium|weak_descriptor,makes_service"},
    {"sc sdset Reporter D:(D;;DCLCWPDTSD;;;IU)(A;;CC;;;SY)",
     "high|hidden_by_descriptor,makes_service"},
    {"sc create Reporter binPath= C:\\", "medium|runs_from_odd_path,makes_service"},
    {"sc create Reporter binPath= C:\\ProgramData\\", "medium|runs_from_odd_path,makes_service"},
    {"fltmc unload SysmonDrv", "medium|stops_security"},
};

START_TEST(commands_are_judged_by_what_they_do_to_services)
{
    const struct staged staged[] = {
        PROCESS("0x10", "0x4", "C:\\Windows\\System32\\a.exe", commands[_i].line, 0),
    };
    sqlite3 *db = harness_open();

    stage(db, staged, 1);
    harness_expect(db, commands[_i].expected,
                   "SELECT severity, signals FROM t1569_command_execution "
                   "WHERE verb NOT LIKE 'Get-%%'");
    harness_close(db);
}
END_TEST

/* The session of the share that the program came through names the host that it came from. */
START_TEST(an_incident_names_the_host_of_its_share)
{
    static const struct staged staged[] = {
        {AUDIT,
         {"SubjectUserName", "eve", "SubjectDomainName", "CORP", "SubjectLogonId", "0x1375fbd",
          "ObjectType", "File", "IpAddress", "192.0.2.9", "IpPort", "50000", "ShareName",
          "\\\\*\\ADMIN$", "AccessMask", "0x1"},
         5140,
         1700000000},
        {AUDIT,
         {"SubjectUserName", "eve", "SubjectDomainName", "CORP", "SubjectLogonId", "0x1375fbd",
          "ObjectType", "File", "IpAddress", "192.0.2.9", "IpPort", "50000", "ShareName",
          "\\\\*\\ADMIN$", "RelativeTargetName", "PSEXESVC.exe"},
         5145,
         1700000001},
        {MANAGER,
         {"ServiceName", "PSEXESVC", "ImagePath", "%SystemRoot%\\PSEXESVC.exe"},
         7045,
         1700000002},
    };
    sqlite3 *db = harness_open();

    stage(db, staged, 3);
    harness_expect(db, "psexesvc|0x1375fbd|192.0.2.9|2",
                   "SELECT entity, session, remote_host, steps FROM incidents");
    harness_close(db);
}
END_TEST

START_TEST(keys_of_both_logs_are_written_alike)
{
    static const struct staged staged[] = {
        {SYSMON,
         {"EventType", "SetValue", "TargetObject",
          "HKLM\\System\\CurrentControlSet\\Services\\x\\ImagePath", "Details", "%%TEMP%%\\a.exe",
          "ProcessId", "9", "Image", "C:\\a\\w.exe"},
         13,
         0},
        {SYSMON,
         {"EventType", "CreateKey", "TargetObject", "HKLM\\System\\CurrentControlSet\\Services\\x",
          "ProcessId", "9", "Image", "C:\\a\\w.exe"},
         12,
         1700000001},
        {AUDIT,
         {"ObjectName", "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x",
          "ObjectValueName", "Start", "OperationType", "%%1905", "NewValue", "4", "ProcessId",
          "0x9", "ProcessName", "C:\\a\\w.exe"},
         4657,
         1700000002},
        {AUDIT,
         {"ObjectType", "Key", "ObjectName",
          "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x", "AccessList", "%%4433\r\n",
          "ProcessId", "0x9", "ProcessName", "C:\\a\\w.exe"},
         4663,
         1700000003},
        {AUDIT,
         {"ObjectType", "Key", "ObjectName", "\\REGISTRY\\MACHINE\\SYSTEM", "AccessList",
          "%%4432\r\n", "ProcessId", "0x9"},
         4663,
         1700000004},
    };
    sqlite3 *db = harness_open();

    stage(db, staged, 5);
    harness_expect(
        db,
        "modified|HKLM\\System\\CurrentControlSet\\Services\\x|ImagePath|%TEMP%\\a.exe|9\n"
        "created|HKLM\\System\\CurrentControlSet\\Services\\x|NULL|NULL|9\n"
        "modified|HKLM\\SYSTEM\\ControlSet001\\Services\\x|Start|4|9\n"
        "modified|HKLM\\SYSTEM\\ControlSet001\\Services\\x|NULL|set value|9",
        "SELECT action, key, value, data, pid FROM registry_events ORDER BY time");
    harness_close(db);
}
END_TEST

/* An event and the signal it must give in findings; NULL: none. */
static const struct {
    struct staged event;
    const char   *signal;
} judged[] = {
    {{MANAGER, {"ServiceName", "PSEXESVC", "ImagePath", "%SystemRoot%\\PSEXESVC.exe"}, 7045, 0},
     "remote_execution_name"},
    {{MANAGER,
      {"ServiceName", "x", "ImagePath",
       "%COMSPEC% /c powershell -enc AAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
      7045,
      0},
     "command_processor"},
    {{MANAGER, {"ServiceName", "x", "ImagePath", "calc.exe"}, 7045, 0}, "bare_image"},
    {{MANAGER,
      {"ServiceName", "drv", "ServiceType", "kernel mode driver", "ImagePath",
       "\\??\\C:\\Users\\a\\mimidrv.sys"},
      7045,
      0},
     "driver_from_odd_path"},
    {{MANAGER,
      {"ServiceName", "Google Updater", "ImagePath", "\"C:\\Program Files\\Google\\u.exe\" /svc",
       "AccountName", "LocalSystem"},
      7045,
      0},
     NULL},
    {{MANAGER,
      {"ServiceName", "netkvm", "ServiceType", "kernel mode driver", "ImagePath",
       "\\SystemRoot\\System32\\drivers\\netkvm.sys"},
      7045,
      0},
     NULL},
    {{MANAGER,
      {"param1", "BITS", "param2", "demand start", "param3", "auto start", "param4", "BITS"},
      7040,
      0},
     NULL},
    {{MANAGER,
      {"param1", "Windows Event Log", "param2", "auto start", "param3", "disabled", "param4",
       "EventLog"},
      7040,
      0},
     "stops_security"},
    {{MANAGER, {"param1", "Windows Update", "param2", "running"}, 7036, 0}, NULL},
    {{SYSMON, {"ImageLoaded", "C:\\Windows\\Temp\\RTCore64.sys", "Signature", "MICRO-STAR"}, 6, 0},
     "vulnerable_driver"},
    {{SYSMON,
      {"ImageLoaded", "C:\\Windows\\System32\\drivers\\tcpip.sys", "Signature",
       "Microsoft Windows"},
      6,
      0},
     NULL},
    {{MANAGER, {"param1", "Windows Event Log", "param2", "stopped"}, 7036, 0}, "stops_security"},
    {{MANAGER, {"param1", "Print Spooler", "param2", "stopped"}, 7036, 0}, NULL},
    {{SYSMON, {"PipeName", "\\svc-WS02-4321-stdin", "Image", "System", "ProcessId", "4"}, 17, 0},
     "remote_execution_name"},
    {{SYSMON, {"PipeName", "\\LSM_API_service", "Image", "System", "ProcessId", "4"}, 17, 0}, NULL},
    {{SYSMON,
      {"Image", "C:\\Windows\\System32\\cmd.exe", "CommandLine",
       "cmd.exe /c echo a > \\\\.\\pipe\\b", "ParentImage", SERVICES_EXE, "ProcessId", "1"},
      1,
      0},
     "shell_of_manager"},
    {{SYSMON,
      {"Image", "C:\\Windows\\System32\\svchost.exe", "CommandLine", "svchost.exe -k netsvcs",
       "ParentImage", SERVICES_EXE, "ProcessId", "1"},
      1,
      0},
     NULL},
    {{SYSMON,
      {"EventType", "SetValue", "TargetObject",
       "HKLM\\System\\CurrentControlSet\\Services\\x\\ImagePath", "Details", "C:\\x.exe", "Image",
       "C:\\Windows\\System32\\reg.exe"},
      13,
      0},
     "registry_direct"},
    {{SYSMON,
      {"EventType", "SetValue", "TargetObject",
       "HKLM\\System\\CurrentControlSet\\Services\\x\\ImagePath", "Details",
       "C:\\Program Files\\x.exe", "Image", SERVICES_EXE},
      13,
      0},
     NULL},
    {{SYSMON,
      {"EventType", "SetValue", "TargetObject",
       "HKLM\\System\\CurrentControlSet\\Services\\WinDefend\\Start", "Details",
       "DWORD (0x00000004)", "Image", SERVICES_EXE},
      13,
      0},
     "stops_security"},
    {{SYSMON,
      {"EventType", "SetValue", "TargetObject",
       "HKLM\\System\\CurrentControlSet\\Services\\x\\Parameters\\ServiceDll", "Details",
       "C:\\Users\\a\\b.dll", "Image", SERVICES_EXE},
      13,
      0},
     "service_dll_odd"},
    {{SYSMON,
      {"EventType", "SetValue", "TargetObject",
       "HKLM\\System\\CurrentControlSet\\Services\\bam\\State\\x", "Details", "Binary Data",
       "Image", "C:\\Windows\\explorer.exe"},
      13,
      0},
     NULL},
    {{AUDIT,
      {"ShareName", "\\\\*\\IPC$", "RelativeTargetName", "svcctl", "AccessList", "%%4416 %%4417",
       "IpAddress", "10.0.0.9"},
      5145,
      0},
     "manager_pipe"},
    {{AUDIT,
      {"ShareName", "\\\\*\\ADMIN$", "RelativeTargetName", "blabla.exe", "AccessList", "%%4417",
       "IpAddress", "10.0.0.9"},
      5145,
      0},
     "share_program"},
    {{AUDIT,
      {"ShareName", "\\\\*\\SYSVOL", "RelativeTargetName", "x\\gpt.ini", "AccessList", "%%4416",
       "IpAddress", "10.0.0.9"},
      5145,
      0},
     NULL},
    {{SYSMON, {"PipeName", "\\PSEXESVC-WS02-1-stdin", "Image", "C:\\Windows\\PSEXESVC.exe"}, 17, 0},
     "remote_execution_name"},
    {{SYSMON, {"TargetFilename", "C:\\Windows\\PSEXESVC.exe", "Image", "System"}, 11, 0},
     "remote_execution_name"},
    {{SYSMON,
      {"TargetFilename", "C:\\Users\\a\\Documents\\report.docx", "Image", "winword.exe"},
      11,
      0},
     NULL},
    {{SYSMON,
      {"Image", "C:\\Windows\\System32\\sc.exe", "CommandLine", "sc create x binPath= virus.exe",
       "ProcessId", "1"},
      1,
      0},
     "bare_image"},
    {{SYSMON,
      {"Image", "C:\\Windows\\System32\\sc.exe", "CommandLine", "sc query x", "ProcessId", "1"},
      1,
      0},
     NULL},
    {{"Microsoft-Windows-PowerShell",
      {"ScriptBlockText", "New-Service -Name x -BinaryPathName '\"C:\\Windows\\Temp\\x.exe\"'"},
      4104,
      0},
     "makes_service"},
    {{SYSMON,
      {"Image", "C:\\Users\\a\\services.exe", "CommandLine", "services.exe", "ParentImage",
       "C:\\Windows\\explorer.exe", "ProcessId", "1"},
      1,
      0},
     "false_manager"},
    {{SYSMON,
      {"Image", SERVICES_EXE, "CommandLine", SERVICES_EXE, "ParentImage",
       "C:\\Windows\\System32\\wininit.exe", "ProcessId", "1"},
      1,
      0},
     NULL},
    {{SYSMON,
      {"EventType", "SetValue", "TargetObject",
       "HKLM\\System\\CurrentControlSet\\Services\\x\\ImagePath", "Details",
       "C:\\Windows\\System32\\drivers\\x.sys", "Image", "C:\\Windows\\System32\\drvinst.exe"},
      13,
      0},
     NULL},
    {{SYSMON,
      {"EventType", "SetValue", "TargetObject",
       "HKLM\\System\\CurrentControlSet\\Services\\x\\Start", "Details", "DWORD (0x00000003)",
       "Image", "C:\\WINDOWS\\system32\\svchost.exe"},
      13,
      0},
     NULL},
    {{SYSMON,
      {"EventType", "SetValue", "TargetObject",
       "HKLM\\System\\CurrentControlSet\\Services\\x\\ImagePath", "Details",
       "C:\\Windows\\System32\\x.exe", "Image", "C:\\Windows\\System32\\svchost.exe"},
      13,
      0},
     "registry_direct"},
    {{SYSMON,
      {"EventType", "SetValue", "TargetObject",
       "HKLM\\System\\CurrentControlSet\\Services\\x\\ImagePath", "Details",
       "C:\\Windows\\System32\\x.exe", "Image", "C:\\Users\\a\\msiexec.exe"},
      13,
      0},
     "registry_direct"},
};

START_TEST(findings_tell_attacks_from_ordinary_days)
{
    sqlite3 *db = harness_open();

    stage(db, &judged[_i].event, 1);
    if (judged[_i].signal)
        ck_assert_msg(harness_int(db,
                                  "SELECT count(*) FROM findings "
                                  "WHERE instr(',' || signals || ',', ',%s,')",
                                  judged[_i].signal) == 1,
                      "case %d: %s not found once", _i, judged[_i].signal);
    else
        harness_expect(db, "", "SELECT subject, signals FROM findings");
    harness_close(db);
}
END_TEST

START_TEST(service_execution_is_the_part_of_findings_that_is_about_it)
{
    static const struct staged staged[] = {
        {MANAGER, {"ServiceName", "PSEXESVC", "ImagePath", "%SystemRoot%\\PSEXESVC.exe"}, 7045, 0},
        {MANAGER,
         {"param1", "Windows Event Log", "param2", "auto start", "param3", "disabled", "param4",
          "EventLog"},
         7040,
         1700000001},
    };
    sqlite3 *db = harness_open();

    stage(db, staged, 2);
    harness_expect(db, "PSEXESVC", "SELECT subject FROM t1569_service_execution");
    harness_expect(db, "2", "SELECT count(*) FROM findings");
    harness_close(db);
}
END_TEST

/* A hive of a host WS01 with two services outside the system's folders, changed at two times. */
static void stage_hive(const char *root)
{
    struct made_hive *hive = make_hive();
    struct made_key  *key;

    make_hive_dword(make_hive_key(hive, "Select"), "Current", 1);
    make_hive_string(make_hive_key(hive, "ControlSet001\\Control\\ComputerName\\ComputerName"),
                     "ComputerName", "WS01");
    for (int i = 0; i < 2; i++) {
        key = make_hive_key(hive,
                            i ? "ControlSet001\\Services\\quiet" : "ControlSet001\\Services\\told");
        make_hive_expand(key, "ImagePath", i ? "C:\\tools\\q.exe" : "C:\\tools\\t.exe");
        make_hive_dword(key, "Type", 16);
        make_hive_dword(key, "Start", 2);
        make_hive_written(key, 1700000100);
    }
    make_hive_file(hive, root, "Windows/System32/config/SYSTEM");
    make_hive_free(hive);
}

START_TEST(key_that_changed_without_an_event_is_shown)
{
    static const struct staged staged[] = {
        {MANAGER, {"param1", "Windows Update", "param2", "running"}, 7036, 0},
        {MANAGER, {"ServiceName", "Told", "ImagePath", "C:\\tools\\t.exe"}, 7045, 1700000099},
        {MANAGER, {"param1", "Windows Update", "param2", "stopped"}, 7036, 1700000900},
    };
    sqlite3 *db = harness_open();

    stage(db, staged, 3);
    char *root = harness_query(db, "SELECT location FROM evidence");
    stage_hive(root);
    stage_again(db, root);
    harness_expect(db, "WS01|quiet|unexplained_change",
                   "SELECT host, service, signals FROM t1569_registry_modification");
    expect_spared(db, "t1569_registry_modification", "service", "known_services", "name");
    free(root);
    harness_close(db);
}
END_TEST

START_TEST(rules_of_defender_at_work_are_evidence_of_them)
{
#define DEFENDER "Microsoft-Windows-Windows Defender"
    static const struct staged staged[] = {
        {DEFENDER,
         {"ID", "{D1E49AAC-8F56-4280-B9BA-993A6D77406C}", "Path", "C:\\Windows\\PSEXESVC.exe",
          "Process Name", SERVICES_EXE},
         1121,
         0},
        {DEFENDER, {"ID", "56A863A9-875E-4185-98A7-B882C64B5CE5", "Path", "C:\\x.sys"}, 1122, 0},
        {DEFENDER, {"ID", "{00000000-0000-0000-0000-000000000000}"}, 1121, 0},
    };
    sqlite3 *db = harness_open();

    stage(db, staged, 3);
    harness_expect(db,
                   "asr_psexec_wmi|pass|info|C:\\Windows\\PSEXESVC.exe\n"
                   "asr_vulnerable_drivers|fail|medium|C:\\x.sys",
                   "SELECT check_name, status, severity, evidence ->> 'path' "
                   "FROM posture_behavior_prevention WHERE evidence ->> 'event_id' IN (1121, 1122) "
                   "ORDER BY check_name");
    harness_close(db);
}
END_TEST

START_TEST(known_admins_and_services_are_left_out)
{
    static const struct staged staged[] = {
        {AUDIT,
         {"SubjectUserName", "deploy", "SubjectDomainName", "CORP", "ServiceName", "x",
          "ServiceFileName", "calc.exe"},
         4697,
         0},
    };
    sqlite3 *db = harness_open();

    stage(db, staged, 1);
    harness_expect(db, "1", "SELECT count(*) FROM t1569_service_creation");
    expect_spared(db, "t1569_service_creation", "service", "known_services", "name");
    expect_spared(db, "t1569_service_creation", "user", "known_admins", "user");
    free(harness_query(db, "INSERT INTO known_admins(user, host) VALUES('corp\\DEPLOY', 'WS02')"));
    harness_expect(db, "1", "SELECT count(*) FROM t1569_service_creation");
    free(harness_query(db, "INSERT INTO known_admins(user) VALUES('corp\\DEPLOY')"));
    harness_expect(db, "0", "SELECT count(*) FROM t1569_service_creation");
    harness_close(db);
}
END_TEST

START_TEST(ranges_of_time_reach_the_logs_through_the_views)
{
    static const struct {
        const char *view;
        size_t      scans;
    } views[] = {{"process_rows", 1},
                 {"service_rows", 1},
                 {"file_rows", 1},
                 {"registry_rows", 1},
                 {"service_command_rows", 3}};
    sqlite3 *db = harness_open();

    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        char *plan =
            harness_query(db, "EXPLAIN QUERY PLAN SELECT * FROM %s WHERE time > 1", views[i].view);
        size_t scans = 0;
        for (const char *line = strtok(plan, "\n"); line; line = strtok(NULL, "\n")) {
            if (!strstr(line, "event_id IN"))
                continue;
            ck_assert_msg(strstr(line, "time>"), "%s: %s", views[i].view, line);
            scans++;
        }
        ck_assert_msg(scans == views[i].scans, "%s: %zu scans", views[i].view, scans);
        free(plan);
    }
    harness_close(db);
}
END_TEST

/* Real logs ------------------------------------------------------------------------- */

struct tally {
    size_t attacks, found, others, alarmed;
};

/* An ordinary log with one finding that is right: a driver for imaging memory, out of a user's
 * folder. */
static bool is_excused(const char *path)
{
    return strstr(path, "2-vss_7-System.evtx") != NULL;
}

/* The worst severity that findings gives for one real log; NULL where it gives none. malloc()ed. */
static char *worst_finding(const char *path)
{
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();
    size_t      size;

    char *log = harness_read(path, &size);
    harness_write(root, LOGS "/Real.evtx", log, size);
    harness_write_text(root, "Windows/System32/config/.keep", "");
    free(log);
    stage_again(db, root);
    char *worst =
        harness_query(db, "SELECT severity FROM findings JOIN severities USING (severity) "
                          "ORDER BY rank DESC LIMIT 1");
    harness_close(db);
    return worst;
}

static void judge(const char *path, void *data)
{
    struct tally *tally = data;
    bool          attack = strstr(path, "/positive/") != NULL;
    bool          other = strstr(path, "negative/") || strstr(path, "/benign_services/");

    if (!attack && !other)
        return;
    char *worst = worst_finding(path);
    bool  alarm = strcmp(worst, "") != 0 && strcmp(worst, "info") != 0 && strcmp(worst, "low") != 0;
    printf("%-9s %s\n", *worst ? worst : "-", strrchr(path, '/') + 1);
    tally->attacks += attack;
    tally->found += attack && *worst;
    tally->others += other;
    tally->alarmed += other && alarm && !is_excused(path);
    free(worst);
}

START_TEST(real_attacks_are_found_and_ordinary_logs_are_quiet)
{
    struct tally tally = {0};

    if (!harness_each_evidence("evtx", ".evtx", judge, &tally))
        SKIP("needs SVCQL_EVIDENCE");
    printf("findings: %zu of %zu attacks; %zu of %zu others above low\n", tally.found,
           tally.attacks, tally.alarmed, tally.others);
    fflush(stdout);
    ck_assert_uint_eq(tally.attacks, 26);
    ck_assert_uint_eq(tally.found, tally.attacks);
    ck_assert_uint_eq(tally.alarmed, 0);
}
END_TEST

/* Lines of the plan of a question about time that have both texts. */
static size_t lines_with(sqlite3 *db, const char *from, const char *first, const char *second)
{
    char  *plan = harness_query(db, "EXPLAIN QUERY PLAN SELECT * FROM %s WHERE time >= 1", from);
    size_t n = 0;

    for (const char *line = strtok(plan, "\n"); line; line = strtok(NULL, "\n"))
        n += strstr(line, first) && strstr(line, second);
    free(plan);
    return n;
}

/* The same of the SELECT of a view, which SQLite plans when the view is read, with the views that it reads. */
static size_t lines_below(sqlite3 *db, const char *name, const char *first, const char *second)
{
    size_t      size, n;
    const char *select = view_select(view_find(name), &size);
    char       *from = NULL;

    ck_assert_int_gt(asprintf(&from, "(%.*s)", (int)size, select), 0);
    harness_query(db, "SELECT 1 FROM %s LIMIT 0", from); /* parses them */
    n = lines_with(db, from, first, second);
    free(from);
    return n;
}

/* findings gives the range to found, which asks each analytic for it, and that the shapes it is made of. */
START_TEST(ranges_of_time_reach_the_logs_through_findings)
{
    static const struct {
        const char *analytic;
        size_t      shapes;
    } analytics[] = {{"t1569_service_creation", 7},  {"t1569_file_modification", 1},
                     {"t1569_process_creation", 1},  {"t1569_registry_modification", 1},
                     {"t1569_command_execution", 1}, {"t1569_tool_child", 1},
                     {"t1569_unasked_start", 1},     {"t1569_account_jump", 1},
                     {"t1569_service_network", 1}};
    static const char *const facts[] = {"service_event_facts", "file_facts", "process_facts",
                                        "registry_facts", "service_command_rows"};
    sqlite3                 *db = harness_open();
    size_t                   ranged = 0;

    char *plan = harness_query(db, "EXPLAIN QUERY PLAN SELECT * FROM findings WHERE time > 1");
    ck_assert_ptr_nonnull(strstr(plan, "found VIRTUAL TABLE INDEX 0:time>"));
    free(plan);
    for (size_t i = 0; i < sizeof analytics / sizeof *analytics; i++)
        ck_assert_uint_eq(lines_with(db, analytics[i].analytic, "VIRTUAL TABLE INDEX 1:", ">=?1"),
                          analytics[i].shapes);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        ranged += lines_below(db, facts[i], "event_id IN", "time>");
    /* Files and processes are two shapes each, and commands three. */
    ck_assert_uint_eq(ranged, 9);
    /* What was started, who started it, the tools, their pagers, and their children. */
    ck_assert_uint_eq(lines_below(db, "tool_child_facts", "VIRTUAL TABLE INDEX 0:", "time>"), 5);
    harness_close(db);
}
END_TEST

Suite *make_windows_views_suite(void)
{
    Suite *suite = suite_create("windows_views");
    TCase *tcase = tcase_create("views");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, shapes_hold_what_each_event_says);
    tcase_add_test(tcase, records_of_one_installation_are_one_row);
    tcase_add_test(tcase, processes_of_both_logs_have_one_shape);
    tcase_add_test(tcase, a_wrapper_counts_where_its_child_was_not_recorded);
    tcase_add_test(tcase, an_incident_names_the_host_of_its_share);
    tcase_add_test(tcase, keys_of_both_logs_are_written_alike);
    tcase_add_loop_test(tcase, findings_tell_attacks_from_ordinary_days, 0,
                        sizeof judged / sizeof judged[0]);
    tcase_add_test(tcase, service_execution_is_the_part_of_findings_that_is_about_it);
    tcase_add_test(tcase, key_that_changed_without_an_event_is_shown);
    tcase_add_test(tcase, rules_of_defender_at_work_are_evidence_of_them);
    tcase_add_test(tcase, known_admins_and_services_are_left_out);
    tcase_add_test(tcase, ranges_of_time_reach_the_logs_through_the_views);
    tcase_add_test(tcase, ranges_of_time_reach_the_logs_through_findings);
    tcase_add_test(tcase, real_attacks_are_found_and_ordinary_logs_are_quiet);
    tcase_add_loop_test(tcase, commands_are_judged_by_what_they_do_to_services, 0,
                        sizeof commands / sizeof commands[0]);
    suite_add_tcase(suite, tcase);
    return suite;
}
