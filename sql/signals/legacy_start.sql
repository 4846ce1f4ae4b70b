-- legacy_start: a start script that no package owns, or one of rc.local's programs stays
-- platform:        linux
-- technique:       T1037.004
-- analytic:        AN0779
-- weight:          10
-- reference:       rc.local(5)
-- false positives: an old start script of software that was installed without a package; its
--                  content tells it from an attack
--
-- shape:   unit
-- fires:   {"kind": "sysv"}
-- fires:   {"kind": "xinetd"}
-- spares:  {"kind": "sysv", "unowned": 0}
-- spares:  {"kind": "unit"}
-- fires:   {"kind": "rc", "own_commands": "/opt/metricsd 1000 &"}
-- fires:   {"kind": "rc", "own_commands": "(/opt/metricsd &)"}
-- spares:  {"kind": "rc", "own_commands": "ethtool -K eth0 tso off\nexit 0"}
unowned AND (kind IN ('sysv', 'inetd', 'xinetd', 'upstart')
             OR (kind = 'rc' AND own_commands REGEXP '(?m)[^&]& *[)]? *$'))
