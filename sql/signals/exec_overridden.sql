-- exec_overridden: a drop-in changes what a unit of a package, all of a prefix, or all services, run
-- platform:        linux
-- technique:       T1543.002
-- analytic:        AN0701
-- weight:          30
-- reference:       systemd.unit(5)
-- false positives: an administrator's drop-in that adds an option to the package's own program
--
--
-- shape:   unit_command
-- fires:   {"kind": "drop-in", "unit_package": "cron", "program_owned": 0}
-- fires:   {"kind": "drop-in", "unit_package": "cron", "program_owned": 0, "setting": "ExecStartPre"}
-- fires:   {"kind": "drop-in", "path": "/etc/systemd/system/service.d/10-x.conf", "program_owned": 1}
-- fires:   {"kind": "drop-in", "unit_package": "systemd", "path": "/etc/systemd/system/systemd-.service.d/10-x.conf", "program_owned": 1}
-- spares:  {"kind": "drop-in", "unit_package": "", "path": "/etc/systemd/system/systemd-.service.d/10-x.conf", "program_owned": 1}
-- spares:  {"kind": "drop-in", "path": "/etc/systemd/system/x.service.d/10-x.conf", "program_owned": 1}
-- spares:  {"kind": "drop-in", "unit_package": "cron", "program_owned": 1}
-- spares:  {"kind": "drop-in", "unit_package": "", "program_owned": 0}
-- spares:  {"kind": "unit", "unit_package": "cron", "program_owned": 0}
kind = 'drop-in' AND NOT vendor
AND ((unit_package <> '' AND NOT program_owned) OR path GLOB '*/service.d/*.conf'
     OR (unit_package <> '' AND path GLOB '*-.service.d/*.conf'))
