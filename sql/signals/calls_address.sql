-- calls_address: a program that no package owns is given the bare address of a host of the internet
-- platform:        linux
-- technique:       T1543.002
-- weight:          25
-- reference:       reports of Nezha and of reverse proxies set up by intruders, 2024 to 2026
-- false positives: an agent whose server has no name yet; private addresses, those of this host and those that are listened on do not fire
--
-- shape:   unit_command
-- fires:   {"program_owned": 0, "text": "/opt/probe/probe -s 203.0.113.7:5555 -p key"}
-- fires:   {"program_owned": 0, "text": "/usr/local/bin/report --server=tls://192.0.2.7:443"}
-- spares:  {"program_owned": 0, "text": "/opt/probe/probe -s 10.0.0.7:5555 -p key"}
-- spares:  {"program_owned": 0, "text": "/opt/probe/probe --listen 203.0.113.7:5555"}
-- spares:  {"program_owned": 0, "text": "/opt/probe/probe -s monitor.example.org:5555 -p key"}
-- spares:  {"program_owned": 1, "text": "/opt/probe/probe -s 203.0.113.7:5555 -p key"}
unowned AND NOT program_owned AND program_kind = 'elf'
AND text REGEXP ' ([-a-z.]*[= ])?([a-z+]+://)?(([2-7]|1[1-9]|[2-9][0-9]|1[013-68][0-9]|12[0-689]|17[013-9]|19[013-9]|2[0-2][0-9])\.[0-9]+|192\.([0-9]|[1-9][0-9]|1[0-57-9][0-9]|16[0-79]|2[0-5][0-9])|172\.([0-9]|1[0-5]|3[2-9]|[4-9][0-9]|[12][0-9][0-9]))\.[0-9]+\.[0-9]+:[0-9]+'
AND text NOT REGEXP '(listen|bind|addr|advertise|external|public|node-ip|dns|resolver|upstream)'
