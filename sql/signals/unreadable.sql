-- unreadable: could not be read as the kind of file that its name says
-- platform:        any
-- technique:       T1564
-- weight:          10
-- false positives: a unit that an upgrade left half written; the package manager reports it too
--
-- shape:   unit
-- fires:   {"error": "is a directory"}
-- fires:   {"error": "is a directory", "kind": "drop-in"}
-- spares:  {}
-- spares:  {"error": "is a directory", "vendor": 1}
-- spares:  {"error": "is a directory", "kind": "sysv"}
NOT vendor AND error IS NOT NULL AND kind IN ('unit', 'drop-in')
--
-- shape:   launchd
-- fires:   {"error": "not a property list"}
-- fires:   {"error": "cut short", "type": "agent"}
-- spares:  {"error": null}
-- spares:  {"error": null, "type": "agent"}
error IS NOT NULL
