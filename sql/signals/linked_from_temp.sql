-- linked_from_temp: a unit linked in from a folder that anyone may write
-- platform:        linux
-- technique:       T1543.002
-- analytic:        AN0701
-- weight:          60
-- reference:       systemctl(1) link
-- false positives: a unit under test, linked by its developer; the next boot removes it
--
-- shape:   unit
-- fires:   {"link_leaves": 1, "link_target": "/tmp/x.service"}
-- fires:   {"link_leaves": 1, "link_target": "/run/user/1000/x.service"}
-- spares:  {"link_leaves": 1, "link_target": "/opt/x.service"}
-- spares:  {"link_leaves": 0, "link_target": "/tmp/x.service"}
link_leaves AND path_trust(link_target) IN ('temp', 'shm')
--
-- shape:   command
-- fires:   {"verb": "link", "action": "create", "place": "temp"}
-- fires:   {"verb": "start", "action": "start", "place": "shm"}
-- spares:  {"verb": "link", "action": "create", "place": "system"}
-- spares:  {"verb": "start", "action": "stop", "place": "shm"}
action IN ('create', 'change', 'run', 'start') AND place IN ('temp', 'shm', 'public')
--
-- shape:   file
-- fires:   {"kind": "link", "link_target": "/tmp/x.service"}
-- fires:   {"kind": "dependency-link", "link_target": "/dev/shm/x.service"}
-- spares:  {"kind": "link", "link_target": "/usr/lib/systemd/system/x.service"}
-- spares:  {"kind": "mask", "link_target": "/tmp/x.service"}
kind IN ('link', 'dependency-link') AND link_target GLOB '/*'
AND path_trust(link_target) IN ('temp', 'shm') AND link_target NOT GLOB '/run/user/*'
