-- writes_unit: written by a service or its child, or by a program from where none belongs, not by a known installer
-- platform:        linux
-- technique:       T1543.002
-- analytic:        AN0701
-- weight:          30
-- false positives: a script of cron's or of a monitoring agent that writes units, and managers that the expression does
--                  not name; the program and the hour are the same each time. known_paths leaves them out. What
--                  a person who logged in writes with the system's programs is judged by its content
--
-- shape:   file
-- fires:   {"origin": "log", "exe": "/usr/bin/python3", "login": 0, "action": "created"}
-- fires:   {"origin": "log", "exe": "/tmp/x", "login": 1, "action": "modified"}
-- fires:   {"origin": "log", "exe": null, "login": 0, "action": "modified"}
-- fires:   {"origin": "log", "exe": "/usr/bin/cp", "login": 0, "lineage": "[[\"root\",\"cp a b\"]]", "action": "created"}
-- fires:   {"origin": "log", "exe": "/usr/bin/tee", "login": 1, "service_child": 1, "action": "created"}
-- spares:  {"origin": "log", "exe": "/usr/bin/tee", "login": 1, "service_child": 0, "action": "created"}
-- spares:  {"origin": "log", "exe": "/usr/bin/python3", "login": 1, "action": "created"}
-- spares:  {"origin": "log", "exe": "/usr/bin/dpkg", "login": 0, "action": "created"}
-- spares:  {"origin": "log", "exe": "/usr/bin/python3", "name": "cloud-init", "login": 0, "action": "created"}
-- spares:  {"origin": "log", "exe": "/usr/bin/cp", "login": 0, "lineage": "[[\"root\",\"cp a b\"],[\"root\",\"/bin/sh /var/lib/dpkg/info/x.postinst configure\"]]", "action": "created"}
-- spares:  {"origin": "log", "exe": "/usr/bin/python3", "login": 0, "action": "created", "subject": "/home/ann/.config/systemd/user/x.service"}
-- spares:  {"origin": "log", "exe": "/usr/bin/python3", "login": 0, "action": "created", "subject": "/etc/systemd/system/.ansible_tmp8rq2x.service"}
-- spares:  {"origin": "log", "exe": null, "login": 0, "action": "modified", "platform": "windows"}
origin = 'log' AND platform = 'linux'
AND (coalesce(service_child, 0) OR coalesce(login, 0) = 0 OR (path_trust(exe) IN ('system', 'local', 'vendor', 'home')) IS NOT 1)
AND (subject GLOB '/home/*' AND exe GLOB '/*' AND path_trust(exe) IN ('system', 'local', 'vendor')) IS NOT 1
AND (exe REGEXP '/(dpkg|rpm|apt|apt-get|dnf5?|microdnf|tdnf|yum|zypper|pacman|apk|xbps-install|rpm-ostreed?|bootc|nix-daemon|systemctl|systemd[a-z-]*|perl|deb-systemd-helper|update-rc\.d|chkconfig|snapd|flatpak[a-z-]*|packagekitd|PackageKit|unattended-upgrade[a-z]*|dracut[a-z-]*|netplan|generate|NetworkManager|tuned|kubelet|kubeadm|k3s|rke2|k0s|containerd|dockerd|podman|tailscaled|cloudflared|elastic-agent|google_guest_agent[a-z_]*|amazon-ssm-agent[a-z-]*|ssm-[a-z-]+|udisksd|cockpit-bridge|cscli|cf-(agent|execd))$'
     AND path_trust(exe) IN ('system', 'local', 'vendor')) IS NOT 1
AND (subject GLOB '*/.ansible_tmp*' AND exe REGEXP '^/usr/(libexec/platform-python|bin/python)[0-9.]*$' AND service_child IS NOT 1) IS NOT 1
AND (exe REGEXP '/(vi|vim[a-z.]*|nvim|nano|emacs[a-z0-9.-]*|ed|pico|joe|mcedit)$') IS NOT 1
AND (exe REGEXP '^/opt/(puppetlabs|chef|cinc|cinc-client|saltstack|CrowdStrike|rudder)/') IS NOT 1
AND (name REGEXP '^(puppet|chef-client|cinc-client|salt-(minion|call|ssh)|cloud-init|ansible.*|dnf|yum|pip3?|waagent|google_guest_ag|unattended-upgr|PackageKit.*|packagekitd|apt-get|needrestart|tuned|netplan.*|.+[.](postinst|preinst|prerm|postrm))$'
     AND path_trust(exe) IN ('system', 'local', 'vendor')) IS NOT 1
AND (lineage REGEXP '(/ansible-tmp-[^/"]+/AnsiballZ_|/ansible_[a-z]+_payload_|/var/lib/dpkg/info/[^ /"]+[.](post|pre)(inst|rm)|/var/tmp/rpm-tmp[.][A-Za-z0-9]+|/(Runner[.](Listener|Worker)|agent[.]jar|remoting[.]jar)|["/ ](puppet|chef-client|cinc-client|salt-minion|salt-call|cloud-init|gitlab-runner|buildkite-agent|act_runner|forgejo-runner|woodpecker-agent|circleci-agent|unattended-upgrade|apt-get|dnf|yum|zypper|dpkg) )'
     AND service_child IS NOT 1 AND path_trust(exe) IN ('system', 'local', 'vendor')) IS NOT 1
