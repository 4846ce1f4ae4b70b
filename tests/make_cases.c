#include "make_cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "harness.h"
#include "make_evtx.h"
#include "make_hive.h"
#include "make_macos.h"
#include "make_plist.h"

void make_linux(const char *dir, const char *host)
{
    char name[300], link[4096];

    snprintf(name, sizeof name, "%s\n", host);
    harness_write_text(dir, "etc/hostname", name);
    harness_write_text(dir, "etc/passwd",
                       "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n");
    harness_write_text(dir, "etc/systemd/system/evil.service",
                       "[Unit]\nDescription=x\n[Service]\nExecStart=/tmp/x\n"
                       "[Install]\nWantedBy=multi-user.target\n");
    harness_write_text(dir, "var/log/audit/audit.log",
                       "type=SERVICE_START msg=audit(1700000000.000:1): pid=1 uid=0 "
                       "auid=4294967295 ses=4294967295 msg='unit=evil comm=\"systemd\" "
                       "exe=\"/lib/systemd/systemd\" hostname=? addr=? terminal=? res=success'\n");
    harness_write_text(dir, "var/log/auth.log",
                       "Nov 24 10:00:00 h sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; "
                       "COMMAND=/usr/bin/systemctl start evil\n");
    harness_write_text(dir, "root/.bash_history", "systemctl enable evil\n");
    snprintf(link, sizeof link, "%s/etc/localtime", dir);
    ck_assert_int_eq(symlink("/usr/share/zoneinfo/Europe/Berlin", link), 0);
}

static void make_system_hive(const char *dir, const char *path, const char *host)
{
    struct made_hive *hive = make_hive();

    make_hive_dword(make_hive_key(hive, "Select"), "Current", 1);
    make_hive_string(make_hive_key(hive, "ControlSet001\\Control\\ComputerName\\ComputerName"),
                     "ComputerName", host);
    make_hive_string(make_hive_key(hive, "ControlSet001\\Control\\TimeZoneInformation"),
                     "TimeZoneKeyName", "W. Europe Standard Time");
    struct made_key *service = make_hive_key(hive, "ControlSet001\\Services\\evil");
    make_hive_string(service, "ImagePath", "C:\\Windows\\Temp\\evil.exe");
    make_hive_dword(service, "Start", 2);
    make_hive_dword(service, "Type", 16);
    make_hive_file(hive, dir, path);
    make_hive_free(hive);
}

static void make_log(const char *dir, const char *path, const char *host)
{
    static const char *const pairs[] = {"ServiceName", "evil", "ImagePath",
                                        "C:\\Windows\\Temp\\evil.exe", NULL};
    char                     computer[300];

    snprintf(computer, sizeof computer, "%s.corp.example", host);
    const struct staged_event event = {.channel = "System",
                                       .provider = "Service Control Manager",
                                       .computer = computer,
                                       .id = 7045,
                                       .time = 1700000000,
                                       .pairs = pairs};
    size_t                    size;
    uint8_t                  *bytes = make_evtx_bytes(&event, 1, &size);
    harness_write(dir, path, bytes, size);
    free(bytes);
}

void make_windows(const char *dir, const char *host, const char *percent)
{
    char path[300];

    make_system_hive(dir, "Windows/System32/config/SYSTEM", host);
    make_log(dir, "Windows/System32/winevt/Logs/System.evtx", host);
    snprintf(path, sizeof path,
             "Windows/System32/winevt/Logs/Microsoft-Windows-Sysmon%sOperational.evtx", percent);
    make_log(dir, path, host);
}

static char *below(const char *dir, const char *part)
{
    char *path = NULL;

    if (asprintf(&path, "%s/%s", dir, part) < 0)
        abort();
    return path;
}

static void make_velociraptor(const char *dir, const char *host)
{
    char *ntfs = below(dir, "uploads/ntfs/%5C%5C.%5CC%3A"),
         *automatic = below(dir, "uploads/auto/C%3A");

    make_windows(automatic, host, "%254");
    make_log(ntfs, "Windows/System32/winevt/Logs/Security.evtx", host);
    harness_write_text(dir, "results/Windows.Sys.Users.json", "{\"Name\":\"ann\"}\n");
    free(ntfs);
    free(automatic);
}

static void make_uac(const char *dir, const char *host)
{
    char *root = below(dir, "[root]"), hostname[4096];

    make_linux(root, host);
    snprintf(hostname, sizeof hostname, "%s/etc/hostname", root);
    ck_assert_int_eq(remove(hostname), 0); /* UAC does not collect it by default */
    snprintf(hostname, sizeof hostname, "%s\n", host);
    harness_write_text(dir, "live_response/network/hostname.txt", hostname);
    harness_write_text(dir, "live_response/process/ps.txt", "PID\n");
    free(root);
}

static void make_files(const char *dir, const char *host)
{
    make_system_hive(dir, "registry/SYSTEM", host);
    harness_write(dir, "registry/SYSTEM.LOG1", "regf", 4);
    make_log(dir, "evtx/System.evtx", host);
    harness_write_text(dir, "evtx/readme.txt", "x");
    harness_write_text(dir, "audit.log",
                       "type=SERVICE_START msg=audit(1700000000.000:1): pid=1 uid=0\n");
    harness_write_text(dir, "notes.json", "{\"analyst\":\"ann\"}\n");
    harness_write_text(
        dir, "events.jsonl",
        "{\"@timestamp\":\"2023-11-14T22:13:20.000Z\",\"EventID\":7045,\"Channel\":\"System\","
        "\"SourceName\":\"Service Control "
        "Manager\",\"Hostname\":\"x\",\"ServiceName\":\"evil\"}\n");
    make_plist(dir, "com.example.plist", true,
               "<dict><key>Label</key><string>com.example</string><key>Program</key>"
               "<string>/bin/x</string></dict>");
    make_plist(dir, "Preferences/com.apple.dock.plist", true,
               "<dict><key>tilesize</key><integer>3</integer></dict>");
}

void make_collection(const char *dir, const char *tool, const char *host)
{
    char *drive = below(dir, strcmp(tool, "cylr") == 0 ? "C_" : "C");

    if (strcmp(tool, "kape") == 0 || strcmp(tool, "cylr") == 0)
        make_windows(drive, host, "%4");
    else if (strcmp(tool, "velociraptor") == 0)
        make_velociraptor(dir, host);
    else if (strcmp(tool, "uac") == 0)
        make_uac(dir, host);
    else if (strcmp(tool, "zip") == 0)
        make_linux(dir, host);
    else
        make_files(dir, host);
    free(drive);
}

uint8_t *make_journal(const char *variant, size_t *ret_size)
{
    char   path[128];
    size_t packed;

    snprintf(path, sizeof path, "tests/fixtures/journal/%s.journal.zst", variant);
    char    *data = harness_read(path, &packed);
    size_t   size = (size_t)ZSTD_getFrameContentSize(data, packed);
    uint8_t *whole = malloc(size);
    ck_assert_uint_eq(ZSTD_decompress(whole, size, data, packed), size);
    free(data);
    *ret_size = size;
    return whole;
}
