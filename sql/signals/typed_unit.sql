-- typed_unit: a person's command wrote a file of a service
-- platform:        any
-- technique:       T1543
-- weight:          5
-- family:          typed_unit
-- false positives: an administrator who makes a unit by hand
--
-- shape:   file
-- fires:   {"origin": "command", "exe": "tee", "action": "created"}
-- fires:   {"origin": "command", "exe": "vim", "action": "modified"}
-- fires:   {"origin": "log", "exe": "/usr/bin/tee", "action": "created", "login": 1}
-- spares:  {"origin": "log", "exe": "tee", "action": "created"}
-- spares:  {"origin": "log", "exe": "vim", "action": "modified"}
-- spares:  {"origin": "log", "exe": "/usr/bin/dpkg", "action": "created", "login": 1}
origin = 'command'
OR (login AND (exe REGEXP '/(dpkg|rpm|apt-get|dnf5?|yum|zypper|pacman|systemctl|systemd[a-z-]*|perl|snapd|deb-systemd-helper)$') IS NOT 1)
