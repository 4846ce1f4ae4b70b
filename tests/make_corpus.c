#include "make_corpus.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/evtx/evtx.h"
#include "harness.h"
#include "make_bom.h"
#include "make_bytes.h"
#include "make_dbus.h"
#include "make_evtx.h"
#include "make_hive.h"
#include "make_listings.h"
#include "make_osquery.h"
#include "make_plist.h"
#include "make_shimcache.h"

/* Texts ---------------------------------------------------------------------------- */

static const struct {
    const char *name, *text;
} texts[] = {
    {"audit_text/records",
     "type=SYSCALL msg=audit(1700000000.123:41): arch=c000003e syscall=59 success=yes exit=0 "
     "a0=55d0 ppid=1 pid=99 auid=1000 uid=0 comm=\"systemctl\" exe=\"/usr/bin/systemctl\" "
     "key=\"svc\"\x1d"
     "ARCH=x86_64 SYSCALL=execve AUID=\"ann\"\n"
     "type=EXECVE msg=audit(1700000000.123:41): argc=3 a0=\"systemctl\" a1=656E61626C65 "
     "a2=\"x.service\"\n"
     "type=PROCTITLE msg=audit(1700000000.123:41): proctitle=73797374656D63746C00656E61626C65\n"
     "node=web type=SERVICE_START msg=audit(1700000001.000:42): pid=1 uid=0 "
     "msg='unit=cron comm=\"systemd\" res=success'\n"
     "type=EOE msg=audit(1700000000.123:41):\n"},
    {"auth_text/lines",
     "Nov 14 22:13:20 web sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; "
     "COMMAND=/usr/bin/systemctl start x"},
    {"auth_text/rfc5424", "2023-11-14T22:13:20.5+01:00 web sshd[99]: Accepted publickey for ann "
                          "from 192.0.2.7 port 50000 ssh2: ED25519 SHA256:abc"},
    {"command_line/posix",
     "sudo -u ann sh -c 'systemctl --user enable --now \"a b.service\"; exit'"},
    {"command_line/windows",
     "cmd /c \"sc.exe create evil binPath= \\\"C:\\a b.exe\\\" start= auto\""},
    {"command_line/powershell",
     "powershell -NoProfile -Command \"New-Service -Name evil -BinaryPathName 'C:\\a.exe'\""},
    {"cron_text/system", "*/5 0-6 * jan,feb mon root /usr/bin/true >/dev/null"},
    {"cron_text/named", "@reboot ann /home/ann/x"},
    {"dpkg_text/status",
     "Package: cron\nStatus: install ok installed\nArchitecture: amd64\n"
     "Version: 3.0\nConffiles:\n /etc/crontab d41d8cd98f00b204e9800998ecf8427e\n"
     " /etc/x 0123456789abcdef0123456789abcdef obsolete\n\n"},
    {"dpkg_text/md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/bin/x\n"},
    {"dpkg_text/diversions", "/bin/sh\n/bin/sh.distrib\ndash\n"},
    {"event_json/wevtutil",
     "Event[0]:\r\n  Log Name: System\r\n  Source: Service Control Manager\r\n"
     "  Event ID: 7036\r\n  User: N/A\r\n  Description: \r\nThe A service entered "
     "the running state.\r\n\r\nEvent[1]\r\n  Event ID: 1\r\n"},
    {"event_json/chainsaw",
     "timestamp,detections,path,Event.System.Provider,Event ID,Record ID,Computer,Event "
     "Data\n2023-11-14T22:13:20+00:00,r,p,P,7045,1,W,\"a: 'b''c'\nd: |-\n  e\n  f\n"
     "g:\n- 1\n- \"\"\\x41\"\"\n\"\n"},
    {"event_json/osquery",
     "{\"columns\":{\"datetime\":\"2023-11-14T22:13:20Z\",\"source\":\"System\","
     "\"provider_name\":\"P\",\"eventid\":\"1\",\"data\":\"{\\\"EventData\\\":[\\\"a\\\"]}\"}}\n"},
    {"event_json/winlogbeat",
     "{\"@timestamp\":\"2023-11-14T22:13:20Z\",\"winlog\":{\"event_id\":7045,\"channel\":"
     "\"System\","
     "\"provider_name\":\"Service Control Manager\",\"event_data\":{\"ServiceName\":\"x\","
     "\"ImagePath\":\"C:\\\\x.exe\",\"param1\":\"\\u00e9\"}}}\n"},
    {"event_json/xml_like",
     "{\"Event\":{\"System\":{\"EventID\":{\"#text\":1},\"Computer\":\"WS\"},"
     "\"EventData\":{\"Image\":\"C:\\\\a.exe\"}}}{\"EventID\":4697}"},
    {"event_json/xml",
     "<?xml version=\"1.0\"?><Events><Event xmlns='http://schemas.microsoft.com/win/2004/08/events/"
     "event'><System><Provider Name='P'/><EventID>7045</EventID></System><EventData><Data "
     "Name='ServiceName'>x</Data><Data>y</Data></EventData></Event>\n<Event><System/></Event>"
     "</Events>\n"},
    {"event_json/evtxecmd.csv",
     "EventRecordId,TimeCreated,EventId,Level,Provider,Payload\r\n1,2023-11-14 "
     "22:13:20.0,7045,Info,P,\"{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":\"\"a\"\",\"\"#text"
     "\"\":\"\"b\"\"}]}}\"\r\n"},
    {"event_json/viewer.csv",
     "Level,Date and Time,Source,Event ID,Task Category\r\nInformation,11/14/2023 10:13:20 "
     "PM,Service Control Manager,7036,None,The a service entered the b state.\r\n"},
    {"event_json/powershell",
     "{\"Id\":7045,\"ProviderName\":\"Service Control Manager\",\"LogName\":\"System\","
     "\"TimeCreated\":\"\\/Date(1700000000000)\\/\",\"UserId\":{\"Value\":\"S-1-5-18\"},"
     "\"Properties\":[{\"Value\":\"a\"},{\"Value\":{\"Value\":\"b\"}}]}\n"},
    {"event_json/splunk",
     "{\"result\":{\"_time\":\"2023-11-14 22:13:20 UTC\",\"_raw\":\"11/14/2023 10:13:20 "
     "PM\\nLogName=Security\\nEventCode=4697\\nSourceName=Microsoft Windows security "
     "auditing.\\nMessage=A\\n\\nSubject:\\n\\tSecurity ID:\\t\\tS-1-5-18\\nService "
     "Information:\\n\\tService Name: x\"}}\n"},
    {"event_json/wazuh",
     "{\"data\":{\"win\":{\"system\":{\"eventID\":\"7045\",\"providerName\":\"P\",\"message\":"
     "\"\\\"m\\\"\"},\"eventdata\":{\"imagePath\":\"C:\\\\\\\\x\",\"param1\":\"y\"}}}}\n"},
    {"event_json/azure",
     "{\"value\":[{\"EventID\":7045,\"Source\":\"P\",\"EventLog\":\"System\",\"ParameterXml\":"
     "\"<Param>a</Param><Param>b</Param>\",\"EventData\":\"<DataItem><EventData><Data "
     "Name='c'>d</Data></EventData></DataItem>\"}]}\n"},
    {"event_json/elastic",
     "{\"hits\":{\"hits\":[{\"_source\":{\"winlog.event_id\":[\"1\"],\"winlog.provider_name\":"
     "\"P\",\"winlog.event_data.a\":\"b\"}}]}}\n"},
    {"event_json/hayabusa", "{\"RuleTitle\":\"r\",\"Channel\":\"Sys\",\"EventID\":7045,\"Details\":"
                            "\"Svc: x \xc2\xa6 Path: "
                            "y\"}\n"},
    {"hook_text/lines", "#!/bin/sh\n[Desktop Entry]\nExec=/bin/x\nPATH=/a\n"
                        "session required pam_exec.so /bin/x\n"},
    {"unit_exec/reads_itself", "-/bin/sh sh -c 'sh < sh; python3 < python3'\n"},
    {"unit_exec/line", "-@/bin/sh sh -c \"a $X ${Y}\" 'b c' ; /bin/true\n"},
    {"history_text/bash", "#1700000000\nsystemctl start x\nls\n"},
    {"history_text/zsh", ": 1700000001:2;echo a\\\nb\n"},
    {"history_text/fish", "- cmd: echo a\\nb\n  when: 1700000002\n  paths:\n    - /tmp\n"},
    {"hook_text/script", "#!/bin/sh\n# c\n[ -x /opt/x ] && /opt/x --all\n"},
    {"hook_text/udev", "ACTION==\"add\", SUBSYSTEM==\"usb\", RUN+=\"/opt/x %k\", \\\n"
                       " ENV{SYSTEMD_WANTS}+=\"x@%k.service\"\n"},
    {"hook_text/apt", "DPkg::Post-Invoke {\"/opt/x || true\";};\nAPT::Update { Pre-Invoke "
                      "{ \"/opt/y\"; }; };\n"},
    {"hook_text/interfaces", "auto eth0\niface eth0 inet dhcp\n  up /opt/x $IFACE\n"},
    {"package_log/dpkg", "2026-11-24 10:00:00 status installed cron:amd64 3.0\n"
                         "2026-11-24 10:00:01 upgrade cron:amd64 3.0 3.1\n"},
    {"package_log/apt", "Start-Date: 2026-11-24  10:00:00\nCommandline: apt install x\n"
                        "Requested-By: ann (1000)\nInstall: x:amd64 (1.0, automatic), y:amd64 (2)\n"
                        "End-Date: 2026-11-24  10:00:02\n"},
    {"package_log/dnf", "2026-11-24T10:00:00+0100 SUBDEBUG Installed: x-1.0-1.el9.x86_64\n"},
    {"plist/xml", "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>Label</key>"
                  "<string>a&amp;b</string><key>RunAtLoad</key><true/><key>N</key>"
                  "<integer>-7</integer><key>A</key><array><real>1.5</real><data>aGk=</data>"
                  "</array></dict></plist>"},
    {"polkit_text/rules", "polkit.addRule(function(action, subject) { if (action.id == \"a.b\" && "
                          "subject.isInGroup(\"wheel\")) { return polkit.Result.YES; } });"},
    {"polkit_text/pkla", "[All]\nIdentity=unix-group:wheel;unix-user:ann\nAction=org.x.*\n"
                         "ResultActive=yes\n"},
    {"polkit_text/policy", "<policyconfig><action id=\"a.b\"><defaults><allow_active>yes"
                           "</allow_active></defaults></action></policyconfig>"},
    {"proc_text/stat", "12 (a) b) S 1 12 12 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 0 0"},
    {"proc_text/status", "Name:\tx\nUid:\t1\t2\t3\t4\nGid:\t1\t2\t3\t4\nbtime 1700000000\n"},
    {"proc_text/cgroup", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.service\n"},
    {"property_text/environment", "A=1\nexport B='x y'\n# c\nC=\"a\\\"b\" D=e\n"},
    {"regexp/classes", "^(/usr)?/[a-z0-9_.-]+/(bin|sbin)/.*x{0,3}$\n/usr/local/sbin/xx"},
    {"rule_file/json", "[{\"title\":\"t\",\"id\":\"1\",\"level\":\"high\",\"tags\":[\"a\",\"b\"],"
                       "\"rule\":[\"SELECT * FROM logs WHERE x='1'\"]}]"},
    {"rule_file/sql", "-- title: t\n-- id: 1\n-- level: low\nSELECT * FROM logs WHERE a = ';';\n"},
    {"unified_text/default",
     "Timestamp                       Thread     Type        Activity             PID    TTL  \n"
     "2026-11-20 10:44:01.067615-0400 0x1        Error       0x3a7820             1      0    "
     "launchd: (lib) [gui/501/com.b [577]:] Successfully spawned .b[577] because speculative\n"
     "2026-11-20 10:44:02.067615-0400 0x1 Info 0x0 0 0 Google Chrome: two\nlines\n"
     "----------------------------------------\nLog      - Default:        2\n"},
    {"unified_text/syslog",
     "2018-10-18 20:15:09.353210-0700  localhost sudo[7142]:  ann : TTY=ttys000 ; PWD=/ ; "
     "USER=root ; COMMAND=/bin/launchctl load /tmp/x.plist\n"},
    {"unified_text/compact",
     "2026-06-09 18:18:08.974 Df launchd[1:1683] [gui/501 [100004]:] service inactive: com.x\n"},
    {"unified_text/launchd",
     "2026-08-14 20:21:43.322799 (gui/501 [100003]) <Notice>: entering bootstrap mode\n"},
    {"unified_text/objects",
     "{\"messageType\":\"Error\",\"userID\":0,\"subsystem\":\"com.apple.iokit\","
     "\"processImagePath\":"
     "\"\\/kernel\",\"timestamp\":\"2026-03-06 "
     "13:30:09.202323+0800\",\"eventMessage\":\"DarkWake\","
     "\"traceID\":103147935109124,\"processID\":0}\n{\"count\":1,\"finished\":1}\n"},
    {"sudoers_text/rules", "User_Alias ADMINS = ann, %wheel\nCmnd_Alias S = /bin/sh, ! /bin/ls\n"
                           "Defaults env_reset\nADMINS ALL = (root : adm) NOPASSWD: S, \\\n"
                           " sudoedit /etc/x\n@includedir /etc/sudoers.d\n"},
    {"unit_text/service", "[Unit]\nDescription=a\\\n b\n[Service]\nExecStart=\nExecStart=-@/bin/sh "
                          "sh -c \"echo \\x41 %%n $A\" ; /bin/true\n;c\n[Install]\n"
                          "WantedBy=multi-user.target\n"},
};

/* Numbers ---------------------------------------------------------------------------- */

static void put_be(uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

static void write_chunk(const char *dir, const char *path, enum staged_form form)
{
    static const char *const pairs[] = {"ServiceName", "x", "ImagePath", "C:\\x.exe",
                                        "param1",      "",  NULL};
    struct staged_event      event = {.channel = "System",
                                      .provider = "Service Control Manager",
                                      .computer = "WS",
                                      .user_sid = "S-1-5-18",
                                      .pairs = pairs,
                                      .time = 1700000000,
                                      .record_id = 1,
                                      .id = 7045,
                                      .form = form};
    size_t                   size;
    uint8_t *log = make_evtx_bytes(&event, 1, &size), *chunk = log + EVTX_HEADER_SIZE;

    harness_write(dir, path, chunk, le32(chunk + 48)); /* as far as there are records */
    free(log);
}

/* The length of the hive, the hive, and a log that changes it. */
static void write_hive(const char *dir)
{
    struct made_hive *made = make_hive();
    struct made_key  *key = make_hive_key(made, "ControlSet001\\Services\\x");
    size_t            before_size, after_size, log_size;

    make_hive_string(key, "ImagePath", "C:\\a.exe");
    make_hive_dword(key, "Start", 2);
    make_hive_written(key, 1700000000);
    uint8_t *before = make_hive_image(made, &before_size);
    make_hive_string(key, "ImagePath", "C:\\b.exe");
    uint8_t *after = make_hive_image(made, &after_size);
    uint8_t *log = make_hive_log(before, before_size, after, after_size, 2, &log_size);
    uint8_t *seed = malloc(4 + before_size + log_size);
    if (!seed)
        abort();
    put_le(seed, before_size, 4);
    memcpy(seed + 4, before, before_size);
    memcpy(seed + 4 + before_size, log, log_size);
    harness_write(dir, "hive/clean", seed, 4 + before_size);
    make_hive_sequences(seed + 4, 2, 1);
    make_hive_checksum(seed + 4);
    harness_write(dir, "hive/dirty", seed, 4 + before_size + log_size);
    free(seed);
    free(log);
    free(after);
    free(before);
    make_hive_free(made);
}

/* The length of a base, the base, and a layer that adds a key to it. */
static void write_layer(const char *dir)
{
    struct made_hive *made = make_hive(), *layer = make_hive();
    size_t            base_size, layer_size;

    make_hive_string(make_hive_key(made, "a\\b"), "v", "x");
    make_hive_string(make_hive_key(layer, "a\\b"), "v", "y");
    make_hive_string(make_hive_key(layer, "a\\c"), "w", "z");
    make_hive_minor(layer, 6);
    uint8_t *base = make_hive_image(made, &base_size), *above = make_hive_image(layer, &layer_size);
    uint8_t *seed = malloc(4 + base_size + layer_size);
    if (!seed)
        abort();
    put_le(seed, base_size, 4);
    memcpy(seed + 4, base, base_size);
    memcpy(seed + 4 + base_size, above, layer_size);
    harness_write(dir, "hive_layer/merged", seed, 4 + base_size + layer_size);
    free(seed);
    free(base);
    free(above);
    make_hive_free(made);
    make_hive_free(layer);
}

static void write_listings(const char *dir)
{
    char name[128];

    for (size_t i = 0; i < made_listings_n; i++) {
        snprintf(name, sizeof name, "listing/%s", made_listings[i].file);
        harness_write_text(dir, name, made_listings[i].text);
    }
}

static void write_shimcaches(const char *dir)
{
    static const char *const         forms[] = {"xp", "2003-32", "7", "8.1", "10"};
    static const struct made_program programs[] = {{"\\??\\C:\\a.exe", 133000000000000000, true},
                                                   {"SYSVOL\\b.exe", 0, false}};
    char                             path[64];
    size_t                           size;

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        uint8_t *cache = make_shimcache(forms[i], programs, 2, &size);
        snprintf(path, sizeof path, "shimcache/%s", forms[i]);
        harness_write(dir, path, cache, size);
        free(cache);
    }
}

static void write_plists(const char *dir)
{
    static const char value[] = "<dict><key>Label</key><string>x</string><key>N</key>"
                                "<integer>300</integer><key>R</key><real>-1.5</real><key>A</key>"
                                "<array><true/><data>aGk=</data></array></dict>";
    size_t            size;
    uint8_t          *binary = make_plist_binary(value, &size);

    harness_write(dir, "plist/binary", binary, size);
    free(binary);
}

/* One data object, as in check_journal.c, and what changes three bytes of a real journal. */
static void write_journals(const char *dir)
{
    static const uint8_t changes[] = {0, 1, 0xff, 8, 0, 0, 200, 3, 7};
    uint8_t              data[400] = {0};

    memcpy(data, "LPKSHHRH", 8);
    put_le(data + 88, 256, 8);
    data[256] = 1;
    put_le(data + 264, 64 + 9, 8);
    memcpy(data + 320, "MESSAGE=x", 9);
    harness_write(dir, "journal_file/object", data, sizeof data);
    harness_write(dir, "journal_damage/changes", changes, sizeof changes);
}

/* An environment file, a NUL, and Exec lines. */
static void write_exec_lines(const char *dir)
{
    static const char lines[] = "A=1\nB='two words' \\\n\"x\"\n# c\nPATH=/bin\0"
                                "C=3 \"D=4 5\"\n-@/bin/sh sh -c \"echo $A ${B} \\x41 %n %%\" ; "
                                "+/usr/bin/env -S \"curl x | sh\"\n|:/bin/echo $$A";

    harness_write(dir, "unit_exec/lines", lines, sizeof lines - 1);
}

static size_t put_rpm_header(uint8_t out[128])
{
    static const char     store[] = "pkg\0base\0/dir/\0";
    static const uint32_t entries[][4] = {
        {1000, 6, 0, 1}, {1117, 8, 4, 1}, {1118, 8, 9, 1}, {1116, 4, 16, 1}};
    size_t at = 8;

    memset(out, 0, 128);
    put_be(out, 4, 4);
    put_be(out + 4, 20, 4);
    for (size_t i = 0; i < 4; i++)
        for (size_t f = 0; f < 4; f++, at += 4)
            put_be(out + at, entries[i][f], 4);
    memcpy(out + at, store, sizeof store);
    return at + 20;
}

static void write_bom(const char *dir)
{
    static const struct made_path paths[] = {{".", S_IFDIR | 0755, 0},
                                             {"./usr", S_IFDIR | 0755, 0},
                                             {"./usr/a", S_IFREG | 0755, 0xc3f5812d},
                                             {"./usr/l", S_IFLNK | 0755, 7}};
    size_t                        size;
    uint8_t                      *bom = make_bom(paths, 4, 3, &size);

    harness_write(dir, "bom/two_leaves", bom, size);
    free(bom);
}

/* A header, and a database of one, as rpm's ndb and as Berkeley DB's hash keep it. */
static void write_rpm(const char *dir)
{
    uint8_t header[128], ndb[4096 + 256] = {0}, hash[1536] = {0};
    size_t  size = put_rpm_header(header);

    harness_write(dir, "rpm_header/one", header, size);
    memcpy(ndb, "RpmP", 4);
    put_le(ndb + 12, 1, 4);
    for (size_t at = 32; at < 4096; at += 16)
        memcpy(ndb + at, "Slot", 4);
    put_le(ndb + 52, 7, 4);
    put_le(ndb + 56, 4096 / 16, 4);
    put_le(ndb + 60, (16 + size + 12 + 15) / 16, 4);
    memcpy(ndb + 4096, "BlbS", 4);
    put_le(ndb + 4100, 7, 4);
    put_le(ndb + 4108, size, 4);
    memcpy(ndb + 4112, header, size);
    harness_write(dir, "rpm_store/ndb", ndb, sizeof ndb);

    put_le(hash + 12, 0x061561, 4); /* pages of 512 bytes: the first, a bucket, an overflow page */
    put_le(hash + 20, 512, 4);
    hash[25] = 8;
    put_le(hash + 512 + 20, 2, 2);
    hash[512 + 25] = 13;
    put_le(hash + 512 + 26, 500, 2);
    put_le(hash + 512 + 28, 480, 2);
    hash[512 + 500] = 1;
    put_le(hash + 512 + 501, 7, 4);
    hash[512 + 480] = 3;
    put_le(hash + 512 + 484, 2, 4);
    put_le(hash + 512 + 488, size, 4);
    put_le(hash + 1024 + 22, size, 2);
    hash[1024 + 25] = 7;
    memcpy(hash + 1024 + 26, header, size);
    harness_write(dir, "rpm_store/hash", hash, sizeof hash);
}

/* Two types and one change, in both blocks, and the rule for later. */
static void write_zone(const char *dir)
{
    static const char rule[] = "\nCET-1CEST,M3.5.0,M10.5.0/3\n";
    uint8_t           data[256] = {0};
    size_t            at = 0;

    for (size_t width = 4; width <= 8; width += 4) {
        memcpy(data + at, "TZif2", 5);
        put_be(data + at + 32, 1, 4); /* times, types and bytes of names */
        put_be(data + at + 36, 2, 4);
        put_be(data + at + 40, 9, 4);
        put_be(data + at + 44, 1700000000, width);
        at += 44 + width;
        data[at++] = 1;
        put_be(data + at, 3600, 4);
        put_be(data + at + 6, 7200, 4);
        data[at + 10] = 1;
        data[at + 11] = 4;
        memcpy(data + at + 12, "CET\0CEST", 9);
        at += 21;
    }
    memcpy(data + at, rule, sizeof rule - 1);
    harness_write(dir, "time_zone/berlin", data, at + sizeof rule - 1);
}

static void write_utmp(const char *dir)
{
    uint8_t data[384] = {7};

    put_le(data + 4, 99, 4);
    memcpy(data + 8, "pts/0", 5);
    memcpy(data + 44, "ann", 3);
    memcpy(data + 76, "192.0.2.7", 9);
    put_le(data + 340, 1700000000, 4);
    harness_write(dir, "utmp/login", data, sizeof data);
}

/* The first byte is how many bytes a read gives. */
static void write_osquery(const char *dir)
{
    static const struct thrift_head head = {THRIFT_CALL, "ping", 1};
    struct buffer                   b = {0};

    buffer_putc(&b, 5);
    osquery_put_call(
        &b, "table", "svcql_findings", "generate",
        "{\"constraints\":[{\"name\":\"time\",\"list\":[{\"op\":4,\"expr\":\"1\"}]}]}");
    osquery_put_plain(&b, "shutdown");
    harness_write(dir, "osquery/calls", b.data, b.size);
    buffer_reset(&b);
    buffer_putc(&b, 0);
    osquery_put_status(&b, &head, OSQUERY_SUCCESS, "OK", 4242);
    harness_write(dir, "osquery/status", b.data, b.size);
    buffer_reset(&b);
    buffer_putc(&b, 0);
    osquery_put_extensions(&b, &head, 4242, 2);
    harness_write(dir, "osquery/extensions", b.data, b.size);
    buffer_free(&b);
}

static void write_dbus(const char *dir)
{
    struct buffer reply = {0};

    make_dbus_reply(&reply);
    harness_write(dir, "dbus/properties", reply.data, reply.size);
    buffer_free(&reply);
}

/* The same two entries in the forms of journalctl; one has a field of bytes, one a field twice. */
static void write_journal_exports(const char *dir)
{
    static const char text[] = "__CURSOR=s=00112233445566778899aabbccddeeff;i=7;b="
                               "ffeeddccbbaa99887766554433221100;m=9;t=5d3;x=1f\n"
                               "__REALTIME_TIMESTAMP=1700000000000000\n__MONOTONIC_TIMESTAMP=9\n"
                               "_BOOT_ID=ffeeddccbbaa99887766554433221100\nMESSAGE\n"
                               "\3\0\0\0\0\0\0\0a\nb\nPRIORITY=6\n\n"
                               "__REALTIME_TIMESTAMP=1700000001000000\nTAG=one\nTAG=two\n\n";

    harness_write(dir, "journal_export/text", text, sizeof text - 1);
    harness_write_text(dir, "journal_export/json",
                       "{\"__CURSOR\":\"s=00112233445566778899aabbccddeeff;i=7;m=9;x=1f\","
                       "\"__REALTIME_TIMESTAMP\":\"1700000000000000\",\"MESSAGE\":[97,10,98],"
                       "\"COREDUMP\":null}\n"
                       "{\"__REALTIME_TIMESTAMP\":\"1700000001000000\",\"TAG\":[\"one\","
                       "[116,119,111]],\"PRIORITY\":6}\n");
    harness_write_text(dir, "journal_export/json-seq",
                       "\x1e{\"__REALTIME_TIMESTAMP\":\"1\",\"MESSAGE\":\"a\"}\n\x1e"
                       "{\"__REALTIME_TIMESTAMP\":\"2\"}\n");
    harness_write_text(dir, "journal_export/json-sse",
                       "data: {\"__REALTIME_TIMESTAMP\":\"1\",\"MESSAGE\":\"a\"}\n\n");
}

void make_corpus(const char *dir)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        harness_write_text(dir, texts[i].name, texts[i].text);
    write_chunk(dir, "evtx/nested", STAGED_NESTED);
    write_chunk(dir, "evtx/inline", STAGED_INLINE);
    write_chunk(dir, "evtx/user_data", STAGED_USER_DATA);
    write_chunk(dir, "evtx/classic", STAGED_CLASSIC);
    write_chunk(dir, "evtx/forwarded", STAGED_FORWARDED);
    write_hive(dir);
    write_plists(dir);
    write_layer(dir);
    write_shimcaches(dir);
    write_listings(dir);
    write_journals(dir);
    write_exec_lines(dir);
    write_rpm(dir);
    write_bom(dir);
    write_zone(dir);
    write_utmp(dir);
    write_dbus(dir);
    write_osquery(dir);
    make_corpus_archives(dir);
    write_journal_exports(dir);
}
