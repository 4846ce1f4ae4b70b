-- others_write: users other than root may write the file itself
-- platform:        any
-- technique:       T1574.010
-- analytic:        AN1211
-- weight:          60
-- false positives: an image or archive unpacked without its permissions, in which every file is
--                  writable to all; path_permissions of / shows this
--
-- shape:   file
-- fires:   {"mode": "0666"}
-- fires:   {"origin": "property list", "platform": "macos", "kind": null, "mode": "0622"}
-- spares:  {"mode": "0664"}
-- spares:  {"kind": "link", "mode": "0666"}
-- spares:  {"link_target": "/etc/x", "mode": "0666"}
mode GLOB '*[2367]' AND link_target IS NULL
AND coalesce(kind, 'unit') NOT IN ('mask', 'link', 'dependency-link')
