-- false_manager: a program called services.exe that is not the service manager
-- platform:        windows
-- technique:       T1036.005
-- analytic:        AN0778
-- weight:          60
-- false positives: a copy of Windows mounted on another letter, whose own services.exe is below
--                  Windows\System32 and does not fire; games and tools that call a program
--                  services.exe
--
-- shape:   process
-- fires:   {"platform": "windows", "running": 0, "exe": "C:\\Users\\x\\services.exe"}
-- fires:   {"platform": "windows", "running": 0, "parent": "C:\\x\\services.exe"}
-- spares:  {"platform": "windows", "running": 0, "exe": "C:\\Windows\\System32\\services.exe"}
-- spares:  {"platform": "windows", "running": 0, "parent": "C:\\Windows\\System32\\services.exe"}
(exe LIKE '%\services.exe' AND exe NOT LIKE '%\Windows\System32\services.exe')
OR (parent LIKE '%\services.exe' AND parent NOT LIKE '%\Windows\System32\services.exe')
