-- changes_security: a drop-in changes a security service
-- platform:        linux
-- technique:       T1685
-- analytic:        AN0779
-- weight:          30
-- reference:       systemd.unit(5)
-- false positives: an administrator's limit on memory in a drop-in for auditd or an agent
--
-- shape:   unit
-- fires:   {"kind": "drop-in", "security": 1}
-- fires:   {"kind": "drop-in", "security": 1, "unit": "auditd.service"}
-- spares:  {"kind": "drop-in", "security": 0}
-- spares:  {"kind": "drop-in", "security": 1, "in_upgrade": 1}
-- spares:  {"kind": "unit", "security": 1}
-- spares:  {"kind": "drop-in", "security": 1, "own_settings": "RequiresMountsFor=/srv"}
-- spares:  {"kind": "drop-in", "security": 1, "vendor": 1}
kind = 'drop-in' AND NOT vendor AND security AND NOT in_upgrade
AND coalesce(own_settings, 'Exec=') REGEXP '(Exec|Condition|Assert|Memory|CPU|Tasks|Limit|Inaccessible|TemporaryFile|ReadOnly|IPAddress|Conflicts|Environment|Standard|Restart=no|Bind|Root|Runtime|KillMode|KillSignal|User|Capability|Sockets|Allowed|Nice|OOM)[A-Za-z]*='
