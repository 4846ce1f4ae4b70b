-- random_name: its name looks made up by a machine
-- platform:        any
-- technique:       T1036.004
-- weight:          25
-- false positives: abbreviations with five consonants in a row, such as lvmsnpshtd
--
-- shape:   unit
-- fires:   {"stem": "xkqjzv"}
-- fires:   {"stem": "aBCDFGh"}
-- spares:  {"stem": "nginx"}
-- spares:  {"stem": "xkqjzv", "vendor": 1}
-- spares:  {"stem": "xkqjzv", "kind": "drop-in"}
-- spares:  {"stem": "xkqjzv1"}
NOT vendor AND kind = 'unit' AND stem REGEXP
    '(?i)^[a-z]*[bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][a-z]*$'

-- shape:   service_event
-- fires:   {"service": "xkqjzvab"}
-- fires:   {"service": "BTRxkqjzvabcdefg"}
-- spares:  {"service": "Reporter"}
-- spares:  {"service": "xkqjzvabc"}
-- spares:  {"service": "xkqjzvab", "action": "modified"}
action = 'created' AND length(service) IN (8, 16) AND service REGEXP
    '(?i)^[a-z]*[bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][a-z]*$'
