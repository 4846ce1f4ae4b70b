-- path_trigger: a path unit fires without end, at each login, or when accounts change
-- platform:        linux
-- technique:       T1543.002
-- reference:       systemd.path(5)
-- weight:          25
-- false positives: a unit that copies keys or accounts to other hosts when they change; its program is a package's
--
-- shape:   unit
-- fires:   {"name": "m.path", "own_settings": "PathExists=/etc/passwd"}
-- fires:   {"name": "m.path", "own_settings": "DirectoryNotEmpty=/tmp\nUnit=x.service"}
-- fires:   {"name": "m.path", "own_settings": "PathModified=/var/log/wtmp"}
-- fires:   {"name": "m.path", "own_settings": "PathChanged=/root/.ssh/authorized_keys"}
-- spares:  {"name": "m.path", "own_settings": "PathExists=/etc/nologin"}
-- spares:  {"name": "m.path", "own_settings": "PathModified=/etc/ssl/site/fullchain.pem"}
-- spares:  {"name": "m.path", "own_settings": "PathExists=/etc/passwd", "vendor": 1}
name GLOB '*.path' AND NOT vendor
AND own_settings REGEXP '(?m)^((PathExists|PathExistsGlob|DirectoryNotEmpty)=(/|/(etc|usr|bin|sbin|lib|var|tmp|home|root|proc|sys|dev|boot|run)(/(lib|bin|sbin|log|tmp))?|/etc/(passwd|group|shadow|hosts|hostname|fstab|os-release|machine-id|resolv.conf|ssh)|/bin/[a-z]+|/usr/bin/[a-z]+|/proc/[a-z]+)/?$|Path(Changed|Modified)=(/var/log/(wtmp|btmp|lastlog|auth.log|secure)|/var/run/utmp|/run/utmp|/etc/(passwd|shadow|sudoers)|[^\n]*/[.]ssh/authorized_keys2?)$)'
