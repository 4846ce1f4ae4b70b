-- runs_from_admin_share: a new service's program is in the folder Windows itself, to which ADMIN$ leads
-- platform:        windows
-- technique:       T1569.002
-- analytic:        AN1527
-- weight:          30
-- reference:       MS-SCMR; tools of remote execution copy their program to ADMIN$
-- false positives: Sysmon and F-Response, which are known; tools for remote administration, which are the same to look at
--
-- shape:   service_event
-- fires:   {"image_path": "C:\\Windows\\metrics.exe"}
-- fires:   {"image_path": "%SystemRoot%\\abcd.exe -k"}
-- spares:  {"image_path": "C:\\Windows\\System32\\a.exe"}
-- spares:  {"image_path": "C:\\Windows\\Sysmon64.exe"}
-- spares:  {"image_path": "C:\\Windows\\metrics.exe", "action": "modified"}
action = 'created' AND image_path REGEXP '(?i)^"?([a-z]:\\windows|%(systemroot|windir)%|\\systemroot)\\[^\\"]+[.]exe'
AND image_path NOT REGEXP '(?i)\\(sysmon(64|64a)?|f-response[^\\"]*|explorer|notepad|regedit|splwow64)[.]exe'
