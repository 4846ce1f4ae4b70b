-- linked_from_temp: a unit linked in from a folder that anyone may write
-- platform:        linux
-- technique:       T1543.002
-- analytic:        AN0701
-- weight:          60
-- reference:       systemctl(1) link
-- false positives: a unit under test, linked by its developer; gone after a boot
--
-- shape:   unit
-- fires:   {"link_leaves": 1, "link_target": "/tmp/x.service"}
-- fires:   {"link_leaves": 1, "link_target": "/run/user/1000/x.service"}
-- spares:  {"link_leaves": 1, "link_target": "/opt/x.service"}
-- spares:  {"link_leaves": 0, "link_target": "/tmp/x.service"}
link_leaves AND (link_target GLOB '/tmp/*' OR link_target GLOB '/var/tmp/*'
     OR link_target GLOB '/dev/shm/*' OR link_target GLOB '/run/user/*')
