-- linked_from_outside: a unit linked in from outside the unit folders
-- platform:        linux
-- technique:       T1543.002
-- analytic:        AN0701
-- weight:          20
-- reference:       systemctl(1) link
-- false positives: software below /opt that links its own unit
--
-- shape:   unit
-- fires:   {"link_leaves": 1, "link_target": "/opt/x.service"}
-- fires:   {"link_leaves": 1, "link_target": "/home/bob/x.service"}
-- spares:  {"link_leaves": 1, "link_target": "/tmp/x.service"}
-- spares:  {"link_leaves": 1, "link_target": "/dev/null"}
-- spares:  {"link_leaves": 0, "link_target": "/opt/x.service"}
link_leaves AND link_target <> '/dev/null'
AND coalesce(path_trust(link_target), '') NOT IN ('temp', 'shm')
--
-- shape:   command
-- fires:   {"verb": "link", "action": "create", "place": "home"}
-- fires:   {"tool": "systemd-run", "verb": "run", "action": "run", "place": "hidden"}
-- spares:  {"verb": "link", "action": "create", "place": "system"}
-- spares:  {"tool": "systemd-run", "verb": "run", "action": "start", "place": "hidden"}
action IN ('create', 'run') AND place IN ('home', 'hidden', 'unc', 'device')
