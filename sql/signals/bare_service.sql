-- bare_service: nothing but a compiled program that no package owns, as root, without options or an account of its own
-- platform:        linux
-- technique:       T1543.002
-- analytic:        AN0701
-- weight:          20
-- reference:       systemd.exec(5)
-- false positives: a small program of one's own. Of 832 units of the public 13 have this form: a program is mostly given
--                  its configuration, an account, documentation or limits
--
-- shape:   unit_command
-- fires:   {"program_owned": 0, "own_settings": "Description=Metrics\nAfter=network.target\nExecStart=/usr/local/bin/report\nRestart=always\nWantedBy=multi-user.target"}
-- fires:   {"program_owned": 0, "own_settings": "ExecStart=/opt/metricsd 1000", "text": "/opt/metricsd 1000"}
-- fires:   {"own_settings": "ExecStart=%h/agent", "scope_user": "bob", "program": "/home/bob/agent", "places": ",home,"}
-- spares:  {"program_owned": 0}
-- spares:  {"program_owned": 1, "own_settings": "ExecStart=/opt/metricsd 1000", "text": "/opt/metricsd 1000"}
-- spares:  {"program_owned": 0, "own_settings": "ExecStart=/opt/metricsd 1000\nEnvironment=A=1", "text": "/opt/metricsd 1000"}
-- spares:  {"program_owned": 0, "own_settings": "ExecStart=/opt/metricsd 1000", "text": "/opt/metricsd --config /etc/m.conf"}
-- spares:  {"program_owned": 0, "own_settings": "ExecStart=/opt/metricsd 1000", "text": "/opt/metricsd 1000", "program_kind": "script"}
-- spares:  {"own_settings": "ExecStart=%h/agent", "scope_user": "bob", "program": "/home/bob/.local/bin/agent", "places": ",home,"}
kind = 'unit' AND NOT vendor AND program_kind = 'elf' AND setting = 'ExecStart'
AND iif(scope_user IS NULL, unowned AND NOT program_owned,
        places GLOB '*,home,*' AND program REGEXP '^/(home/[^/]+|root)/[^/]+$')
AND text NOT REGEXP ' ("?-|[^ ]*[/=:])'
AND own_settings REGEXP '^((Description|After|Wants|Type|ExecStart|Restart|RestartSec|KillMode|StandardOutput|StandardError|RemainAfterExit|CollectMode|WantedBy|Alias|DefaultDependencies|Before|StartLimitIntervalSec|StartLimitInterval|StartLimitBurst)=[^\n]*\n?)*$'
