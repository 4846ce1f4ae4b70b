/* evaluate_windows.c -- how services of Windows are abused: the event logs and the SYSTEM hive that
 * each trick leaves. */
#include "evaluate.h"
#include "harness.h"
#include "make_hive.h"

#define T0    1790000000
#define PAIRS (const char *const[])
/* An installation as System 7045 and as Security 4697 record it. */
#define INSTALLED(name, image)                                                                     \
    {                                                                                              \
        .channel = "System", .provider = "Service Control Manager", .id = 7045, .time = T0,        \
        .pairs = PAIRS                                                                             \
        {                                                                                          \
            "ServiceName", name, "ImagePath", image, "ServiceType", "user mode service",           \
                "StartType", "demand start", "AccountName", "LocalSystem", NULL                    \
        }                                                                                          \
    }
#define DRIVER(name, image)                                                                        \
    {                                                                                              \
        .channel = "System", .provider = "Service Control Manager", .id = 7045, .time = T0,        \
        .pairs = PAIRS                                                                             \
        {                                                                                          \
            "ServiceName", name, "ImagePath", image, "ServiceType", "kernel mode driver",          \
                "StartType", "demand start", "AccountName", "", NULL                               \
        }                                                                                          \
    }
#define SECURITY(number, ...)                                                                      \
    {                                                                                              \
        .channel = "Security", .provider = "Microsoft-Windows-Security-Auditing", .id = number,    \
        .time = T0, .pairs = PAIRS                                                                 \
        {                                                                                          \
            __VA_ARGS__, NULL                                                                      \
        }                                                                                          \
    }
#define SYSMON(number, ...)                                                                        \
    {                                                                                              \
        .channel = "Microsoft-Windows-Sysmon/Operational", .provider = "Microsoft-Windows-Sysmon", \
        .id = number, .time = T0, .pairs = PAIRS                                                   \
        {                                                                                          \
            __VA_ARGS__, NULL                                                                      \
        }                                                                                          \
    }
#define MANAGER(number, ...)                                                                       \
    {                                                                                              \
        .channel = "System", .provider = "Service Control Manager", .id = number, .time = T0 + 2,  \
        .pairs = PAIRS                                                                             \
        {                                                                                          \
            __VA_ARGS__, NULL                                                                      \
        }                                                                                          \
    }
#define BY_EVE                                                                                     \
    "SubjectUserSid", "S-1-5-21-1-2-3-1104", "SubjectUserName", "eve", "SubjectDomainName",        \
        "CORP", "SubjectLogonId", "0x5e1a3"
#define RAN(image, line, parent)                                                                   \
    SYSMON(1, "Image", image, "CommandLine", line, "ParentImage", parent, "User", "CORP\\eve",     \
           "ProcessId", "4711", "ParentProcessId", "612")
#define SET(image, key, details)                                                                   \
    SYSMON(13, "EventType", "SetValue", "Image", image, "TargetObject",                            \
           "HKLM\\System\\CurrentControlSet\\" key, "Details", details, "User", "CORP\\eve")
#define CMD  "C:\\Windows\\System32\\cmd.exe"
#define SC   "C:\\Windows\\System32\\sc.exe"
#define SCM  "C:\\Windows\\System32\\services.exe"
#define REG  "C:\\Windows\\System32\\reg.exe"
#define PS   "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
#define KEEP "Windows/System32/config/.keep", ""

/* Hives ----------------------------------------------------------------------- */

/* A hive with one service; the rest of it is the trick's. */
static struct made_key *begin(struct made_hive **ret, const char *image, unsigned type)
{
    struct made_hive *hive = *ret = make_hive();

    make_hive_dword(make_hive_key(hive, "Select"), "Current", 1);
    make_hive_string(make_hive_key(hive, "ControlSet001\\Control\\ComputerName\\ComputerName"),
                     "ComputerName", "WS01");
    struct made_key *key = make_hive_key(hive, "ControlSet001\\Services\\metrics");
    make_hive_expand(key, "ImagePath", image);
    make_hive_dword(key, "Type", type);
    make_hive_dword(key, "Start", 2);
    make_hive_string(key, "ObjectName", "LocalSystem");
    make_hive_written(key, T0);
    return key;
}

static void end(struct made_hive *hive, const char *dir)
{
    make_hive_file(hive, dir, "Windows/System32/config/SYSTEM");
    make_hive_free(hive);
}

#define PROGRAM "C:\\Program Files\\Metrics\\metrics.exe"
#define PLAIN   "\"" PROGRAM "\""
#define SVCHOST "%SystemRoot%\\System32\\svchost.exe -k netsvcs"

static void temp_image(const char *dir)
{
    struct made_hive *hive;

    begin(&hive, "C:\\Windows\\Temp\\m.exe", 16);
    end(hive, dir);
}

static void hidden(const char *dir)
{
    struct made_hive *hive;

    begin(&hive, PLAIN, 16);
    make_hive_descriptor(make_hive_key(hive, "ControlSet001\\Services\\metrics\\Security"),
                         "Security",
                         "O:SYG:SYD:(D;;DCLCWPDTSD;;;IU)(D;;DCLCWPDTSD;;;SU)(D;;DCLCWPDTSD;;;BA)"
                         "(A;;CCLCSWRPWPDTLOCRRC;;;SY)");
    end(hive, dir);
}

static void weak(const char *dir)
{
    struct made_hive *hive;

    begin(&hive, PLAIN, 16);
    make_hive_descriptor(make_hive_key(hive, "ControlSet001\\Services\\metrics\\Security"),
                         "Security", "O:SYG:SYD:(A;;CCDCLCSWRPWPDTLOCRRCWDWO;;;WD)");
    end(hive, dir);
}

static void manager_descriptor(const char *dir)
{
    struct made_hive *hive;

    begin(&hive, PLAIN, 16);
    make_hive_descriptor(make_hive_key(hive, "ControlSet001\\Control\\ServiceGroupOrder\\Security"),
                         "Security", "O:SYG:SYD:(A;;KA;;;WD)");
    end(hive, dir);
}

static void failure(const char *dir)
{
    struct made_hive *hive;
    struct made_key  *key = begin(&hive, PLAIN, 16);

    make_hive_string(key, "FailureCommand", "cmd.exe /c C:\\ProgramData\\m.bat");
    end(hive, dir);
}

static void service_dll(const char *dir)
{
    struct made_hive *hive;

    begin(&hive, SVCHOST, 32);
    make_hive_expand(make_hive_key(hive, "ControlSet001\\Services\\metrics\\Parameters"),
                     "ServiceDll", "C:\\ProgramData\\m.dll");
    end(hive, dir);
}

static void performance(const char *dir)
{
    struct made_hive *hive;

    begin(&hive, PLAIN, 16);
    make_hive_string(make_hive_key(hive, "ControlSet001\\Services\\metrics\\Performance"),
                     "Library", "C:\\ProgramData\\m.dll");
    end(hive, dir);
}

static void unquoted(const char *dir)
{
    struct made_hive *hive;

    begin(&hive, PROGRAM " -k run", 16);
    end(hive, dir);
}

static void profiler(const char *dir)
{
    struct made_hive *hive;
    struct made_key  *key = begin(&hive, PLAIN, 16);

    make_hive_strings(key, "Environment",
                      "COR_ENABLE_PROFILING=1|COR_PROFILER={00000000-0000-0000-0000-000000000001}|"
                      "COR_PROFILER_PATH=C:\\ProgramData\\m.dll");
    end(hive, dir);
}

static void driver(const char *dir)
{
    struct made_hive *hive;

    begin(&hive, "\\??\\C:\\ProgramData\\m.sys", 1);
    end(hive, dir);
}

static void defender_off(const char *dir)
{
    struct made_hive *hive;

    begin(&hive, PLAIN, 16);
    struct made_key *key = make_hive_key(hive, "ControlSet001\\Services\\WinDefend");
    make_hive_expand(key, "ImagePath", "\"%ProgramFiles%\\Windows Defender\\MsMpEng.exe\"");
    make_hive_dword(key, "Type", 16);
    make_hive_dword(key, "Start", 4);
    end(hive, dir);
}

static void look_alike(const char *dir)
{
    struct made_hive *hive;

    begin(&hive, PLAIN, 16);
    struct made_key *key = make_hive_key(hive, "ControlSet001\\Services\\WinDefemd");
    make_hive_expand(key, "ImagePath", PLAIN);
    make_hive_dword(key, "Type", 16);
    make_hive_dword(key, "Start", 2);
    end(hive, dir);
}

/* clang-format off */
#define EVENTS(name, ...) {.trick = name, .files = {KEEP, NULL}, .events = {__VA_ARGS__}}

const struct attack evaluate_windows[] = {
    EVENTS("PsExec (7045)", INSTALLED("PSEXESVC", "%SystemRoot%\\PSEXESVC.exe")),
    EVENTS("PAExec (7045)", INSTALLED("PAExec-4120-WS02", "%SystemRoot%\\PAExec-4120-WS02.exe -service")),
    EVENTS("RemCom (7045)", INSTALLED("RemComSvc", "%SystemRoot%\\RemComSvc.exe")),
    EVENTS("CSExec (7045)", INSTALLED("csexecsvc", "%SystemRoot%\\csexecsvc.exe")),
    EVENTS("impacket psexec.py (7045: four letters, eight letters)", INSTALLED("BTKz", "%systemroot%\\hKzQpWxR.exe")),
    EVENTS("impacket smbexec.py (7045)", INSTALLED("BTOBTO",
        "%COMSPEC% /Q /c echo cd ^> \\\\127.0.0.1\\C$\\__output 2^>^&1 > %TEMP%\\execute.bat & %COMSPEC% /Q /c %TEMP%\\execute.bat & del %TEMP%\\execute.bat")),
    EVENTS("Metasploit psexec (7045)", INSTALLED("MqTrPwZcYbQkLmNa", "%SYSTEMROOT%\\kXwQzRtB.exe")),
    EVENTS("Metasploit, PowerShell in the image path (7045)", INSTALLED("rTqXwZkLpMnBvCxZ",
        "%COMSPEC% /b /c start /b /min powershell.exe -nop -w hidden -e aQBmACgAWwBJAG4AdABQAHQAcgBdADoAOgBTAGkAegBlAA==")),
    EVENTS("Cobalt Strike psexec (7045)", INSTALLED("a1b2c3d", "\\\\WS01\\ADMIN$\\a1b2c3d.exe")),
    EVENTS("Cobalt Strike psexec_psh (7045)", INSTALLED("0f1e2d3", "%COMSPEC% /b /c start /b /min powershell -nop -w hidden -encodedcommand JABzAD0ATgBlAHcALQBPAGIAagBlAGMAdAA=")),
    EVENTS("getsystem by a named pipe (7045)", INSTALLED("qwzxkv", "cmd.exe /c echo qwzxkv > \\\\.\\pipe\\qwzxkv")),
    EVENTS("a plain program in ProgramData (7045)", INSTALLED("Metrics", "C:\\ProgramData\\Metrics\\metrics.exe")),
    EVENTS("installed by a person over the network (4624, 5145, 7045, 4697)",
        SECURITY(4624, "TargetUserSid", "S-1-5-21-1-2-3-1104", "TargetUserName", "eve", "TargetDomainName", "CORP", "TargetLogonId", "0x5e1a3", "LogonType", "3", "IpAddress", "10.0.0.9"),
        SECURITY(5145, BY_EVE, "ObjectType", "File", "IpAddress", "10.0.0.9", "ShareName", "\\\\*\\IPC$", "RelativeTargetName", "svcctl", "AccessMask", "0x12019f"),
        SECURITY(4697, BY_EVE, "ServiceName", "Metrics", "ServiceFileName", "C:\\Windows\\metrics.exe", "ServiceType", "0x10", "ServiceStartType", "3", "ServiceAccount", "LocalSystem"),
        INSTALLED("Metrics", "C:\\Windows\\metrics.exe")),
    EVENTS("PsExec's files and pipes (Sysmon 11, 17)",
        SYSMON(11, "Image", "System", "TargetFilename", "C:\\Windows\\PSEXESVC.exe", "User", "NT AUTHORITY\\SYSTEM"),
        SYSMON(17, "EventType", "CreatePipe", "PipeName", "\\PSEXESVC-WS02-4120-stdin", "Image", "C:\\Windows\\PSEXESVC.exe")),
    EVENTS("a program dropped on ADMIN$ (5145)",
        SECURITY(5145, BY_EVE, "ObjectType", "File", "IpAddress", "10.0.0.9", "ShareName", "\\\\*\\ADMIN$", "RelativeTargetName", "metrics.exe", "AccessMask", "0x2", "AccessList", "%%4417")),
    EVENTS("sc create of a program in a user's folder (Sysmon 1)", RAN(SC, "sc create metrics binPath= C:\\Users\\Public\\m.exe start= auto", CMD)),
    EVENTS("sc create on another host (4688)", SECURITY(4688, BY_EVE, "NewProcessName", SC, "CommandLine", "sc \\\\ws07 create metrics binPath= \"cmd /c whoami\"", "NewProcessId", "0x11f0", "ProcessId", "0x264")),
    EVENTS("New-Service (PowerShell 4104)", {.channel = "Microsoft-Windows-PowerShell/Operational", .provider = "Microsoft-Windows-PowerShell", .id = 4104, .time = T0,
        .pairs = PAIRS{"MessageNumber", "1", "MessageTotal", "1", "ScriptBlockText", "New-Service -Name metrics -BinaryPathName 'C:\\Windows\\Temp\\m.exe' -StartupType Automatic", NULL}}),
    EVENTS("wmic service call create (Sysmon 1)", RAN("C:\\Windows\\System32\\wbem\\WMIC.exe", "wmic /node:ws07 service call create Name=metrics PathName='cmd /c C:\\Users\\Public\\m.exe'", CMD)),
    EVENTS("sc config binPath (Sysmon 1)", RAN(SC, "sc config Spooler binPath= \"cmd.exe /c C:\\Users\\Public\\m.bat\"", CMD)),
    EVENTS("sc config binPath, as the manager writes it (Sysmon 13)", SET(SCM, "Services\\Spooler\\ImagePath", "cmd.exe /c C:\\Users\\Public\\m.bat")),
    EVENTS("a service's key written directly (Sysmon 13)", SET(REG, "Services\\metrics\\ImagePath", "C:\\Program Files\\Metrics\\metrics.exe")),
    EVENTS("reg add of a service's key (Sysmon 1)", RAN(REG, "reg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\metrics /v ImagePath /d C:\\Users\\Public\\m.exe /f", CMD)),
    EVENTS("sc sdset that hides a service (Sysmon 1)", RAN(SC, "sc sdset metrics D:(D;;DCLCWPDTSD;;;IU)(D;;DCLCWPDTSD;;;SU)(A;;CCLCSWRPWPDTLOCRRC;;;SY)", CMD)),
    EVENTS("sc sdset scmanager (Sysmon 1)", RAN(SC, "sc sdset scmanager D:(A;;KA;;;WD)", CMD)),
    EVENTS("sc failure with a command (4688)", SECURITY(4688, BY_EVE, "NewProcessName", SC, "CommandLine", "sc failure Fax command= \"C:\\Users\\Public\\m.exe\" actions= run/0 reset= 0", "NewProcessId", "0x11f0", "ProcessId", "0x264")),
    EVENTS("ServiceDll set (Sysmon 13)", SET(REG, "Services\\metrics\\Parameters\\ServiceDll", "C:\\ProgramData\\m.dll")),
    EVENTS("a driver outside the driver folders (7045)", DRIVER("metrics", "C:\\Users\\eve\\AppData\\Local\\Temp\\rtcore64.sys")),
    EVENTS("an old signed driver by its name (7045)", DRIVER("RTCore64", "C:\\ProgramData\\RTCore64.sys")),
    EVENTS("Defender set not to start (7040)", MANAGER(7040, "param1", "Microsoft Defender Antivirus Service", "param2", "auto start", "param3", "disabled", "param4", "WinDefend")),
    EVENTS("Defender stopped by a command (Sysmon 1)", RAN(SC, "sc stop WinDefend", CMD)),
    EVENTS("the event log service stopped (1100)", {.channel = "Security", .provider = "Microsoft-Windows-Eventlog", .id = 1100, .time = T0, .form = STAGED_USER_DATA, .pairs = PAIRS{"x", "", NULL}}),
    EVENTS("the Security log cleared after an installation (7045, 1102)", INSTALLED("Metrics", "C:\\Windows\\metrics.exe"),
        {.channel = "Security", .provider = "Microsoft-Windows-Eventlog", .id = 1102, .time = T0 + 60, .form = STAGED_USER_DATA, .pairs = PAIRS{"SubjectUserName", "eve", "SubjectDomainName", "CORP", NULL}}),
    EVENTS("a shell under services.exe (4688)", SECURITY(4688, BY_EVE, "NewProcessName", CMD, "CommandLine", "cmd.exe /c whoami", "ParentProcessName", SCM, "NewProcessId", "0x11f0", "ProcessId", "0x264")),
    EVENTS("a false services.exe (Sysmon 1)", RAN("C:\\Users\\Public\\services.exe", "services.exe", CMD)),
    EVENTS("made and deleted within a minute (Sysmon 12, 7045)", INSTALLED("Metrics", "C:\\Windows\\metrics.exe"),
        SYSMON(12, "EventType", "DeleteKey", "Image", SCM, "TargetObject", "HKLM\\System\\CurrentControlSet\\Services\\Metrics", "User", "NT AUTHORITY\\SYSTEM")),
    {.trick = "a program in Temp (hive)", .make = temp_image},
    {.trick = "hidden by its descriptor (hive)", .make = hidden},
    {.trick = "everyone may change it (hive)", .make = weak},
    {.trick = "the manager's own descriptor (hive)", .make = manager_descriptor},
    {.trick = "failure command (hive)", .make = failure},
    {.trick = "ServiceDll in ProgramData (hive)", .make = service_dll},
    {.trick = "performance library in ProgramData (hive)", .make = performance},
    {.trick = "unquoted path (hive)", .make = unquoted},
    {.trick = "COR_PROFILER in a service's environment (hive)", .make = profiler},
    {.trick = "driver in ProgramData (hive)", .make = driver},
    {.trick = "Defender disabled (hive)", .make = defender_off},
    {.trick = "a name one letter off Defender's (hive)", .make = look_alike},
    {0},
};
/* clang-format on */
