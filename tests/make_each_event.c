#include "make_each_event.h"

#include "make_evtx.h"

#define SECURITY "Microsoft-Windows-Security-Auditing"
#define SYSMON   "Microsoft-Windows-Sysmon"
#define DEFENDER "Microsoft-Windows-Windows Defender"
#define T0       1780000000.0
#define VARIANTS 3

static const struct {
    const char *channel, *provider;
    uint16_t    ids[24];
} kinds[] = {
    {"Security",
     SECURITY,
     {4624, 4625, 4634, 4648, 4656, 4657, 4663, 4674, 4688, 4696, 4697, 5024, 5025, 5140, 5145}},
    {"Security", "Microsoft-Windows-Eventlog", {1100, 1102}},
    {"System", "Microsoft-Windows-Eventlog", {104}},
    {"System",
     "Service Control Manager",
     {7000, 7009, 7011, 7031, 7034, 7035, 7036, 7040, 7042, 7045}},
    {"System", "Microsoft-Windows-Kernel-General", {12, 13}},
    {"System", "Microsoft-Windows-Kernel-Power", {109}},
    {"System", "User32", {1074}},
    {SYSMON "/Operational", SYSMON, {1, 2, 3, 4, 6, 11, 12, 13, 14, 15, 17, 18, 22, 23, 26, 29}},
    {DEFENDER "/Operational", DEFENDER, {1116, 1121, 1122, 5001}},
    {"Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-PowerShell", {4103, 4104}},
    {"Windows PowerShell", "PowerShell", {400, 800}},
    {"Microsoft-Windows-Nowhere/Operational", "Microsoft-Windows-Nowhere", {1, 1102, 4697, 7045}},
};

/* Data under every name that an event may have it: what a view does not take stays in `data`. */
#define DATA(service, image, command, user, object, mask, state)                                   \
    {                                                                                              \
        "ServiceName", service, "ServiceFileName", image, "ImagePath", image, "ServiceType",       \
            "user mode service", "StartType", "auto start", "AccountName", user,                   \
            "SubjectUserName", user, "SubjectDomainName", "CORP", "SubjectUserSid",                \
            "S-1-5-21-1-2-3-1001", "SubjectLogonId", "0x3e7", "TargetUserName", "bob",             \
            "TargetDomainName", "CORP", "LogonType", "3", "IpAddress", "192.0.2.7",                \
            "ObjectServer", "SC Manager", "ObjectType", "SERVICE OBJECT", "ObjectName", object,    \
            "ObjectValueName", "ImagePath", "OperationType", "%%1905", "NewValue", image,          \
            "AccessMask", mask, "AccessList", mask, "ShareName", "\\\\*\\ADMIN$",                  \
            "RelativeTargetName", "svcctl", "ProcessName", image, "ProcessId", "0x4d2",            \
            "NewProcessId", "0x4d3", "NewProcessName", image, "CommandLine", command, "Image",     \
            image, "ParentImage", "C:\\Windows\\System32\\services.exe", "ParentProcessId", "0x2", \
            "ParentCommandLine", "services.exe", "User", "CORP\\ann", "LogonId", "0x3e7",          \
            "TargetObject", object, "EventType", "SetValue", "Details", image, "TargetFilename",   \
            image, "PipeName", "\\PSEXESVC", "DestinationIp", "192.0.2.7", "DestinationPort",      \
            "443", "QueryName", "c2.example", "ImageLoaded", image, "Signed", "false", "State",    \
            state, "param1", service, "param2", state, "param3", "demand start", "param4",         \
            service, "ID", "{D1E49AAC-8F56-4280-B9BA-993A6D77406C}", "Path", image,                \
            "Process Name", image, "ScriptBlockText", command, "Payload", command, NULL            \
    }

static const char *const data[VARIANTS][140] = {
    DATA("evil", "C:\\Windows\\Temp\\a.exe", "sc.exe create evil binPath= C:\\Windows\\Temp\\a.exe",
         "ann", "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\evil\\ImagePath", "%%7169",
         "running"),
    DATA("Sense", "C:\\Program Files\\x\\b.exe", "net stop Sense", "SYSTEM",
         "\\REGISTRY\\USER\\S-1-5-21-1-2-3-1001\\Software\\x", "%%7173", "stopped"),
    DATA("PSEXESVC", "%SystemRoot%\\PSEXESVC.exe", "PsExec.exe \\\\ws2 cmd", "WS01$",
         "HKLM\\System\\CurrentControlSet\\Services\\WinDefend\\Start", "%%7170", "paused"),
};

/* After the variants: the same in another channel, as what was forwarded is, and by another provider. */
#define OTHER "Contoso-Agent"

void make_each_event(const char *path)
{
    static struct staged_event events[400];
    size_t                     n = 0;

    for (size_t v = 0; v < VARIANTS + 2; v++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            for (const uint16_t *id = kinds[k].ids; *id; id++, n++)
                events[n] = (struct staged_event){
                    .channel = v == VARIANTS ? OTHER "/Operational" : kinds[k].channel,
                    .provider = v == VARIANTS + 1 ? OTHER : kinds[k].provider,
                    .computer = "WS01",
                    .id = *id,
                    .time = T0 + 37 * (double)n,
                    .pairs = data[v % VARIANTS]};
    make_evtx(path, events, n);
}
