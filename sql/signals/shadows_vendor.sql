-- shadows_vendor: takes the name of a package's unit and runs another program
-- platform:        linux
-- technique:       T1036
-- analytic:        AN0779
-- weight:          30
-- reference:       systemd.unit(5)
-- false positives: an administrator's copy of a package's unit with a limit changed; it runs the
--                  same program
--
-- shape:   unit
-- fires:   {"vendor_namesake": 1}
-- fires:   {"vendor_namesake": 1, "name": "ssh.service"}
-- fires:   {"vendor_namesake": 1, "kind": "link", "name": "rsyslog.service", "path": "/etc/systemd/system/rsyslog.service", "link_target": "/etc/systemd/system/x.service"}
-- spares:  {"vendor_namesake": 1, "kind": "link", "name": "rsyslog.service", "path": "/etc/systemd/system/rsyslog.service", "link_target": "/usr/lib/systemd/system/syslog-ng.service"}
-- spares:  {"vendor_namesake": 0}
-- spares:  {"vendor_namesake": 1, "own_commands": null}
-- spares:  {"vendor_namesake": 1, "vendor_program": "/usr/local/bin/report"}
-- spares:  {"vendor_namesake": 1, "kind": "drop-in"}
-- spares:  {"vendor_namesake": 1, "unowned": 0}
-- spares:  {"vendor_namesake": 1, "scope_user": "ann"}
unowned AND scope_user IS NULL AND vendor_namesake
AND ((kind = 'unit' AND own_commands <> '' AND replace(program, '/usr/', '/') IS NOT replace(vendor_program, '/usr/', '/'))
     OR (kind = 'link' AND link_target GLOB '*.service' AND link_target NOT GLOB '*/lib/systemd/*'
         AND path GLOB '/etc/systemd/system/' || name))
