-- transient: created at run time, without a file that survives a reboot
-- platform:        linux
-- technique:       T1569.003
-- analytic:        AN0200
-- weight:          15
-- reference:       systemd-run(1)
-- false positives: systemd-run by an administrator or a desktop, whose scopes run programs of
--                  packages
--
-- shape:   unit
-- fires:   {"state": "transient"}
-- fires:   {"state": "transient-runtime"}
-- fires:   {"state": "transient", "own_commands": null, "name": "check.timer"}
-- spares:  {"state": "enabled"}
-- spares:  {"state": "transient", "own_commands": null}
state LIKE 'transient%' AND (own_commands IS NOT NULL OR name GLOB '*.timer')

-- shape:   service_event
-- fires:   {"platform": "linux", "action": "started", "service": "run-r1.service"}
-- fires:   {"platform": "linux", "action": "created"}
-- spares:  {"platform": "linux", "action": "state"}
-- spares:  {"platform": "linux", "action": "stopped"}
-- spares:  {"platform": "windows", "action": "created"}
platform = 'linux' AND action NOT IN ('state', 'stopped')
