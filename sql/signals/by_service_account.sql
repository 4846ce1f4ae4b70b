-- by_service_account: an account of a network service ran it
-- platform:        any
-- technique:       T1569
-- weight:          60
-- false positives: a continuous integration server that deploys as its own account; the command and
--                  its target are the same at each deployment
--
-- shape:   account_child
-- fires:   {"user": "root", "service_account": 0}
-- fires:   {"user": "root", "service_account": 0, "tool": "systemd-run"}
-- spares:  {"user": "root", "service_account": 1}
-- spares:  {"user": "root", "service_account": 1, "tool": "systemd-run"}
NOT service_account
--
-- shape:   command
-- fires:   {"user": "www-data", "service_account": 1}
-- fires:   {"user": "postgres", "service_account": 1, "verb": "start", "action": "start"}
-- spares:  {"user": "www-data", "service_account": 0}
-- spares:  {"user": "postgres", "service_account": 0, "verb": "start", "action": "start"}
service_account
