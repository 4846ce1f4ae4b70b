-- hidden_file: its file is hidden
-- platform:        any
-- technique:       T1564.001
-- weight:          40
-- false positives: backup files of an editor, which do not end in .service
--
-- shape:   unit
-- fires:   {"name": ".x.service"}
-- fires:   {"name": ".x.conf", "kind": "drop-in"}
-- spares:  {"name": "x.service"}
-- spares:  {"kind": "drop-in", "name": "x.conf"}
name GLOB '.*'
--
-- shape:   launchd
-- fires:   {"hidden": 1}
-- fires:   {"hidden": 1, "type": "agent"}
-- spares:  {"hidden": 0}
-- spares:  {"hidden": 0, "type": "agent"}
hidden
