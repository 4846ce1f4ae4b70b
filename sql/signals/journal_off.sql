-- journal_off: the journal keeps nothing, and nothing else gets its messages
-- platform:        linux
-- technique:       T1685
-- weight:          30
-- reference:       journald.conf(5)
-- false positives: an appliance that keeps no logs by design, like all others of its model
--
-- shape:   hook
-- fires:   {"kind": "journald", "setting": "Storage", "value": "none", "forwarded": 0}
-- fires:   {"kind": "journald", "setting": "MaxLevelStore", "value": "emerg", "forwarded": 0}
-- spares:  {"kind": "journald", "setting": "Storage", "value": "none", "forwarded": 1}
-- spares:  {"kind": "journald", "setting": "Storage", "value": "persistent", "forwarded": 0}
-- spares:  {"kind": "journald", "setting": "MaxLevelStore", "value": "info", "forwarded": 0}
kind = 'journald' AND NOT vendor AND NOT forwarded
AND ((setting = 'Storage' AND lower(value) = 'none')
     OR (setting = 'MaxLevelStore' AND lower(value) IN ('emerg', 'alert', 'crit', '0', '1', '2'))
     OR (setting = 'MaxRetentionSec' AND value REGEXP '^[0-9]+ *(s|sec|seconds?|ms|m|min|minutes?)?$' AND value <> '0'))
