/* make_log.c -- write an event log for benchmarks: make_log FILE RECORDS. One record every two
 * seconds: process starts, logons, state changes, and a service installed in every 500. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "formats/evtx/evtx.h"
#include "make_bytes.h"
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

#define BATCH 20000 /* records that are in memory */

static struct staged_event event_of(size_t i)
{
    size_t kind = i % 4;

    if (i % 500 == 250)
        return (struct staged_event){.channel = "System",
                                     .provider = "Service Control Manager",
                                     .id = 7045,
                                     .pairs = installed,
                                     .record_id = i + 1,
                                     .time = 1700000000.0 + 2.0 * (double)i};
    return (struct staged_event){.channel = kinds[kind].channel,
                                 .provider = kinds[kind].provider,
                                 .id = kinds[kind].id,
                                 .pairs = kinds[kind].pairs,
                                 .record_id = i + 1,
                                 .time = 1700000000.0 + 2.0 * (double)i};
}

/* The header of all: that of the first batch, with the number of chunks, 65,535 at most, and the next record. */
static void set_header(uint8_t *header, size_t n_chunks, size_t n)
{
    put_le(header + 16, n_chunks - 1, 8);
    put_le(header + 24, n + 1, 8);
    put_le(header + 42, n_chunks, 2);
    put_le(header + 124, crc32(0, header, 120), 4);
}

int main(int argc, char **argv)
{
    static struct staged_event events[BATCH];
    static uint8_t             header[EVTX_HEADER_SIZE];
    size_t                     n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0, n_chunks = 0;
    FILE                      *file = n ? fopen(argv[1], "wb") : NULL;
    bool                       good = file && fwrite(header, sizeof header, 1, file) == 1;

    for (size_t done = 0, part; good && done < n; done += part) {
        size_t size;
        part = n - done < BATCH ? n - done : BATCH;
        for (size_t i = 0; i < part; i++)
            events[i] = event_of(done + i);
        uint8_t *log = make_evtx_bytes(events, part, &size);
        if (!done)
            memcpy(header, log, sizeof header);
        n_chunks += (size - sizeof header) / EVTX_CHUNK_SIZE;
        good = fwrite(log + sizeof header, size - sizeof header, 1, file) == 1;
        free(log);
    }
    set_header(header, n_chunks, n);
    good = good && n_chunks <= UINT16_MAX && fseek(file, 0, SEEK_SET) == 0 &&
           fwrite(header, sizeof header, 1, file) == 1;
    return file && fclose(file) == 0 && good ? EXIT_SUCCESS : EXIT_FAILURE;
}
