-- false_system_program: has the name of a Windows system program and is in another folder
-- platform:        windows
-- technique:       T1036.005
-- weight:          50
-- false positives: none is known: Windows keeps these programs in System32 only
--
-- shape:   service_event
-- fires:   {"image_path": "C:\\ProgramData\\svchost.exe -k netsvcs"}
-- fires:   {"image_path": "\"C:\\Windows\\lsass.exe\""}
-- spares:  {"image_path": "C:\\Windows\\System32\\svchost.exe -k netsvcs"}
-- spares:  {"image_path": "C:\\ProgramData\\x.exe"}
image_path REGEXP '(?i)\\(svchost|lsass|services|csrss|smss|winlogon|wininit|spoolsv|dllhost|taskhostw|conhost|wlanext|runtimebroker|lsm|dwm)\.exe'
AND image_path NOT REGEXP '(?i)(\\system32|\\syswow64|%systemroot%\\system32)\\[a-z]+\.exe'
--
-- shape:   service_key
-- fires:   {"image_path": "C:\\Windows\\svchost.exe -k x"}
-- fires:   {"image_path": "C:\\ProgramData\\svchost.exe -k x"}
-- spares:  {"image_path": "C:\\Windows\\System32\\svchost.exe -k x"}
-- spares:  {"image_path": "C:\\Windows\\x.exe -k x"}
image_path REGEXP '(?i)\\(svchost|lsass|services|csrss|smss|winlogon|wininit|spoolsv|dllhost|taskhostw|conhost|wlanext|runtimebroker|lsm|dwm)\.exe'
AND image_path NOT REGEXP '(?i)(\\system32|\\syswow64|%systemroot%\\system32)\\[a-z]+\.exe'
