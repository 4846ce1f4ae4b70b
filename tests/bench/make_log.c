/* make_log.c -- write an event log for benchmarks: make_log FILE RECORDS. One record every two
 * seconds: process starts, logons, state changes, and a service installed in every 500. */
#include <stdio.h>
#include <stdlib.h>

#include "make_evtx.h"

#define PROCESS                                                                                    \
    "UtcTime", "2023-11-14 22:13:20.500", "ProcessGuid", "{747F3D96-D6EB-5D31-0000-0010E0252500}", \
        "ProcessId", "5828", "Image", "C:\\Windows\\System32\\consent.exe", "FileVersion",         \
        "10.0.17763.1", "Product", "Microsoft Windows Operating System", "CommandLine",            \
        "consent.exe 4516 288 0000023C0CA21C70", "CurrentDirectory", "C:\\Windows\\system32\\",    \
        "User", "NT AUTHORITY\\SYSTEM", "LogonId", "0x3e7", "IntegrityLevel", "System",            \
        "ParentImage", "C:\\Windows\\System32\\svchost.exe", "ParentCommandLine",                  \
        "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Appinfo"

static const char *const process[] = {PROCESS, NULL};
static const char *const logon[] = {"SubjectUserSid",
                                    "S-1-5-18",
                                    "SubjectUserName",
                                    "WS01$",
                                    "SubjectLogonId",
                                    "0x3e7",
                                    "TargetUserName",
                                    "SYSTEM",
                                    "TargetDomainName",
                                    "NT AUTHORITY",
                                    "LogonType",
                                    "5",
                                    "ProcessName",
                                    "C:\\Windows\\System32\\services.exe",
                                    NULL};
static const char *const changed[] = {"param1", "Windows Update", "param2", "running", NULL};
static const char *const installed[] = {
    "ServiceName", "PSEXESVC",          "ImagePath", "%SystemRoot%\\PSEXESVC.exe",
    "ServiceType", "user mode service", "StartType", "demand start",
    "AccountName", "LocalSystem",       NULL};

static const struct {
    const char        *channel, *provider;
    const char *const *pairs;
    unsigned short     id;
} kinds[] = {
    {"Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", process, 1},
    {"Security", "Microsoft-Windows-Security-Auditing", logon, 4624},
    {"System", "Service Control Manager", changed, 7036},
    {"Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", process, 1},
};

int main(int argc, char **argv)
{
    size_t               n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    struct staged_event *events = calloc(n + 1, sizeof *events);

    if (!n || !events)
        return EXIT_FAILURE;
    for (size_t i = 0; i < n; i++) {
        size_t kind = i % 4;
        events[i] = (struct staged_event){.channel = kinds[kind].channel,
                                          .provider = kinds[kind].provider,
                                          .id = kinds[kind].id,
                                          .pairs = kinds[kind].pairs,
                                          .time = 1700000000.0 + 2.0 * (double)i};
        if (i % 500 == 250) {
            events[i].id = 7045;
            events[i].provider = "Service Control Manager";
            events[i].channel = "System";
            events[i].pairs = installed;
        }
    }
    make_evtx(argv[1], events, n);
    free(events);
    return EXIT_SUCCESS;
}
