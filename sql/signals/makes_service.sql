-- makes_service: creates or changes a service
-- platform:        any
-- technique:       T1543
-- weight:          15
-- false positives: an administrator who installs or enables a service by hand; the login user is
--                  known and the unit is a package's. known_admins leaves them out
--
-- shape:   command
-- fires:   {"verb": "enable", "action": "create"}
-- fires:   {"platform": "windows", "tool": "sc", "verb": "config", "action": "change"}
-- fires:   {"platform": "windows", "tool": "sc", "verb": "config", "action": "change", "arguments": "agent start=auto obj=LocalSystem"}
-- fires:   {"platform": "windows", "tool": "reg", "verb": "add", "action": "change"}
-- spares:  {"platform": "windows", "tool": "sc", "verb": "privs", "action": "change"}
-- spares:  {"platform": "windows", "tool": "sc", "verb": "config", "action": "change", "arguments": "agent start=auto"}
-- fires:   {"platform": "windows", "tool": "reg", "verb": "copy", "action": "change", "arguments": "b from=HKLM\\SOFTWARE\\x /s"}
-- spares:  {"platform": "windows", "tool": "reg", "verb": "copy", "action": "change", "arguments": "b to=HKLM\\SOFTWARE\\x /s"}
-- spares:  {"verb": "enable", "action": ""}
-- spares:  {"platform": "windows", "tool": "sc", "verb": "config", "action": "start"}
action IN ('create', 'change')
AND NOT (tool = 'reg' AND verb = 'copy' AND arguments NOT LIKE '% from=%')
AND NOT (tool = 'sc' AND (verb = 'privs' OR (verb = 'config' AND arguments REGEXP '(?i)^[^=]* start=(auto|demand|delayed-auto)$')))
