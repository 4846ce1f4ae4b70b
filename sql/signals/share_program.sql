-- share_program: a program was written to an administrative share
-- platform:        windows
-- technique:       T1021.002
-- analytic:        AN0778
-- weight:          40
-- false positives: software distribution that copies its setup to ADMIN$ of each computer; source,
--                  user and file are the same everywhere
--
-- shape:   file
-- fires:   {"platform": "windows", "origin": "log", "subject": "\\\\*\\ADMIN$\\x.exe", "action": "created"}
-- fires:   {"platform": "windows", "origin": "log", "subject": "\\\\*\\C$\\x\\Y.DLL", "action": "modified"}
-- spares:  {"platform": "windows", "origin": "log", "subject": "\\\\*\\ADMIN$\\x.txt", "action": "created"}
-- spares:  {"platform": "windows", "origin": "log", "subject": "\\\\*\\C$\\x\\Y.DLL", "action": "opened"}
origin = 'log' AND subject LIKE '\\%$\%' AND action IN ('created', 'modified')
AND subject REGEXP '(?i)\.(exe|dll|sys|bat|cmd|ps1|vbs|scr)$'
