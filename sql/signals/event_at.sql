-- event_at: an event hands a command to at, because what it starts itself would be ended
-- platform:        linux
-- technique:       T1546.017
-- weight:          20
-- reference:       udev(7); published persistence of udev rules
-- false positives: none is known: a rule that needs more time names a unit in SYSTEMD_WANTS
--
-- shape:   hook
-- fires:   {"text": "/usr/bin/at -M -f /usr/libexec/atest now"}
-- fires:   {"text": "/bin/sh -c 'echo /opt/x | at now'"}
-- spares:  {"text": "/usr/bin/at -M -f /usr/libexec/atest now", "kind": "cron"}
-- spares:  {"text": "/usr/bin/logger look at now"}
kind IN ('udev', 'networkmanager', 'sleep', 'dhcp', 'ifupdown', 'pam') AND NOT vendor
AND text REGEXP '(^|[;|&(]|then|do) *(/usr/bin/|/bin/)?(at|batch)( -[a-zA-Z]+( [^ -][^ ]*)?)* +now'
