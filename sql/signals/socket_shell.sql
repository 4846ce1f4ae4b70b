-- socket_shell: a socket passes each connection to a shell
-- platform:        linux
-- technique:       T1543.002
-- analytic:        AN0701
-- weight:          60
-- reference:       systemd.socket(5)
-- false positives: a rescue console that is bound to a serial line or to localhost
--
-- shape:   unit
-- fires:   {"kind": "xinetd", "own_commands": "/bin/sh -i"}
-- fires:   {"kind": "inetd", "own_commands": "/bin/bash"}
-- fires:   {"name": "a.socket", "own_settings": "Accept=yes", "instance_commands": "/bin/bash"}
-- spares:  {"kind": "xinetd", "own_commands": "/usr/sbin/ftpd"}
-- spares:  {"kind": "unit", "own_commands": "/bin/sh -i"}
-- spares:  {"name": "a.socket", "own_settings": "Accept=no", "instance_commands": "/bin/bash"}
NOT vendor
AND ((kind IN ('xinetd', 'inetd') AND own_commands REGEXP '/(ba|da|z|k|)sh( |$)')
     OR (name GLOB '*.socket' AND own_settings GLOB '*Accept=yes*' AND instance_commands GLOB '*sh*'))
