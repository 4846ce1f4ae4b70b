-- cannot_stop: a start script that cannot stop what it starts
-- platform:        linux
-- technique:       T1037.004
-- analytic:        AN0779
-- weight:          20
-- reference:       reports of XorDDoS and BillGates, 2014 to 2024; LSB 5.0, init script actions
-- false positives: a script that sets something once at boot; one that sources a vendor's functions, which stop it, does
--                  not fire
--
-- shape:   unit_command
-- fires:   {"kind": "sysv", "start_script": "#!/bin/sh\n# Provides: net\n/usr/bin/.sshd &\n"}
-- fires:   {"kind": "sysv", "start_script": "case $1 in\nstart) /usr/bin/xq ;;\nstop)\n;;\nesac"}
-- spares:  {"kind": "sysv", "start_script": "case $1 in\nstart) /usr/bin/xq ;;\nstop) pkill xq ;;\nesac"}
-- spares:  {"kind": "sysv", "start_script": ". /opt/xq/functions\n/usr/bin/xq $1"}
-- spares:  {"kind": "sysv", "start_script": "#!/bin/sh\nexec /opt/xq/bin/control \"$1\"\n"}
-- spares:  {"kind": "rc", "start_script": "#!/bin/sh\n# Provides: net\n/usr/bin/.sshd &\n"}
kind = 'sysv' AND unowned
AND (start_script NOT REGEXP '(?i)stop|\$[{]?[1@*]' OR (start_script REGEXP 'stop[)"'']*[ \t\n]*;;' AND start_script NOT REGEXP 'kill|--stop'))
