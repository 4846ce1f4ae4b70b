-- writes_unit: written by a program that is not a package manager, service tool or editor
-- platform:        linux
-- technique:       T1543.002
-- analytic:        AN0701
-- weight:          30
-- false positives: configuration management and deployment (ansible's python, puppet, chef, cp in a
--                  script); the program and the hour are the same each time. known_paths and
--                  known_admins leave them out. A user's own installer writes that user's units: judge what it wrote
--
-- shape:   file
-- fires:   {"origin": "log", "exe": "/usr/bin/python3", "action": "created"}
-- fires:   {"origin": "log", "exe": "/tmp/x", "action": "modified"}
-- fires:   {"origin": "log", "exe": null, "action": "modified"}
-- spares:  {"origin": "log", "exe": "/usr/bin/dpkg", "action": "created"}
-- spares:  {"origin": "log", "exe": "/usr/bin/vim", "action": "modified"}
-- spares:  {"origin": "log", "exe": "/usr/bin/python3", "action": "created", "subject": "/home/ann/.config/systemd/user/x.service"}
-- spares:  {"origin": "log", "exe": null, "action": "modified", "platform": "windows"}
origin = 'log' AND platform = 'linux'
AND (subject GLOB '/home/*' AND exe GLOB '/*' AND path_trust(exe) IN ('system', 'local')) IS NOT 1
AND (exe REGEXP '/(dpkg|rpm|apt|apt-get|dnf|yum|zypper|pacman|systemctl|systemd[a-z-]*|perl|deb-systemd-helper|update-rc\.d|chkconfig|snapd|packagekitd|unattended-upgrade[a-z]*)$') IS NOT 1
AND (exe REGEXP '/(vi|vim[a-z.]*|nvim|nano|emacs[a-z0-9.-]*|ed|pico|joe|mcedit)$') IS NOT 1
