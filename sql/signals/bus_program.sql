-- bus_program: D-Bus starts a program that no package owns as root, without a unit of its own
-- platform:        linux
-- technique:       T1543.002
-- analytic:        AN0701
-- weight:          20
-- reference:       dbus-daemon(1)
-- false positives: an old daemon that was built on the host; newer ones name their unit with SystemdService=
--
-- shape:   unit_command
-- fires:   {"kind": "dbus", "program_owned": 0, "own_settings": "Name=org.metrics\nExec=/opt/metricsd\nUser=root"}
-- fires:   {"kind": "dbus", "program_owned": 0, "own_settings": "Exec=/opt/metricsd\nUser=root"}
-- spares:  {"kind": "dbus", "program_owned": 0, "own_settings": "Exec=/opt/metricsd\nUser=root\nSystemdService=m.service"}
-- spares:  {"kind": "dbus", "program_owned": 0, "own_settings": "Exec=/opt/metricsd\nUser=ann"}
-- spares:  {"kind": "dbus", "program_owned": 1, "own_settings": "Exec=/opt/metricsd\nUser=root"}
kind = 'dbus' AND unowned AND NOT program_owned AND scope_user IS NULL
AND own_settings REGEXP '(?m)^User=(root|0)$' AND own_settings NOT GLOB '*SystemdService=*'
