-- limits_lifted: a drop-in gives a service root or removes its restrictions
-- platform:        linux
-- technique:       T1543.002
-- analytic:        AN0701
-- weight:          30
-- reference:       systemd.exec(5)
-- false positives: a container's drop-in that a service needs in order to start without a private
--                  user
--
-- shape:   unit
-- fires:   {"kind": "drop-in", "own_settings": "User=root"}
-- fires:   {"kind": "drop-in", "own_settings": "NoNewPrivileges=no"}
-- fires:   {"kind": "drop-in", "own_settings": "NoNewPrivileges=false"}
-- spares:  {"kind": "drop-in", "own_settings": "User=report"}
-- spares:  {"kind": "unit", "own_settings": "User=root"}
-- spares:  {"kind": "drop-in", "own_settings": "User=root", "vendor": 1}
kind = 'drop-in' AND NOT vendor
AND (own_settings GLOB '*User=root*' OR own_settings GLOB '*NoNewPrivileges=no*'
     OR own_settings GLOB '*NoNewPrivileges=false*')
