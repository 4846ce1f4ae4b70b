#include "make_listings.h"

const struct made_listing made_listings[] = {
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

const size_t made_listings_n = sizeof made_listings / sizeof made_listings[0];
