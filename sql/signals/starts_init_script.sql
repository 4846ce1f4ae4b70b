-- starts_init_script: runs a start script of /etc/init.d that no package owns
-- platform:        linux
-- technique:       T1543.002
-- weight:          25
-- reference:       reports of DinodasRAT, 2024
-- false positives: a unit that an administrator wrote around an old start script of his own; of 1,125 ordinary
--                  units none does: systemd makes such units by itself
--
-- shape:   unit_command
-- fires:   {"program": "/etc/init.d/agentd", "program_owned": 0}
-- fires:   {"program": "/usr/bin/dash", "program_owned": 1, "script": "/etc/init.d/agentd", "script_owned": 0}
-- spares:  {"program": "/etc/init.d/agentd", "program_owned": 1}
-- spares:  {"program": "/etc/init.d/agentd", "program_owned": 0, "kind": "sysv"}
-- spares:  {"program": "/usr/bin/dash", "program_owned": 1, "script": "/etc/init.d/agentd", "script_owned": 1}
unowned AND kind = 'unit'
AND ((program GLOB '/etc/init.d/*' AND NOT program_owned) OR (script GLOB '/etc/init.d/*' AND NOT script_owned))
