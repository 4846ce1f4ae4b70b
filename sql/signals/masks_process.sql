-- masks_process: gives its process the name of a kernel thread or of another program
-- platform:        linux
-- technique:       T1036.004
-- weight:          60
-- reference:       bash(1), exec -a
-- false positives: none is known: only kernel threads have names in brackets
--
-- shape:   unit_command
-- fires:   {"argv": "[\"[kworker/u8:2]\",\"99\"]"}
-- fires:   {"text": "exec -a [kcached] /usr/bin/x"}
-- fires:   {"text": "exec -a sshd: /opt/h/helper"}
-- spares:  {"argv": "[\"x\",\"99\"]"}
-- spares:  {"text": "exec -a x /usr/bin/x"}
argv ->> 0 GLOB '[[]*]'
OR text REGEXP 'exec +-a +["'']?(\[|(sshd|systemd[a-z-]*|crond?|dbus-daemon|rsyslogd|agetty|nginx|apache2|httpd|php-fpm|init|udevd|auditd|polkitd|containerd|dockerd)[:"'' ])'
