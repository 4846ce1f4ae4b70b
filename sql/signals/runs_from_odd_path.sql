-- runs_from_odd_path: runs from outside Windows' folders and the usual program folders
-- platform:        windows
-- technique:       T1543.003
-- analytic:        AN1527
-- weight:          20
-- false positives: software that was installed in a folder of its own below C:\, as runners of builds and
--                  wrappers of services are; alone it is therefore low
--
-- shape:   service_event
-- fires:   {"image_path": "C:\\x\\a.exe"}
-- fires:   {"image_path": "\"D:\\a.exe\" -x"}
-- fires:   {"image_path": "\\??\\C:\\x\\a.exe"}
-- spares:  {"image_path": "C:\\Windows\\System32\\a.exe"}
-- spares:  {"image_path": "C:\\Program Files (x86)\\a.exe"}
-- spares:  {"image_path": "a.exe"}
-- spares:  {"image_path": "C:\\x\\a.exe", "action": "modified"}
action = 'created' AND image_path REGEXP '^"?(\\\?\?\\)?[A-Za-z]:\\'
AND path_trust(exec_path(image_path)) NOT IN ('system', 'vendor')
AND usual_library(exec_path(image_path)) IS NOT 1
--
-- shape:   command
-- fires:   {"platform": "windows", "tool": "sc", "verb": "create", "action": "create", "arguments": "x binPath=D:\\x\\a.exe"}
-- fires:   {"platform": "windows", "tool": "powershell", "verb": "New-Service", "action": "create", "arguments": "x BinaryPathName='C:\\x\\a.exe'"}
-- spares:  {"platform": "windows", "tool": "sc", "verb": "create", "action": "create", "arguments": "x binPath=D:\\Program Files\\a.exe"}
-- spares:  {"platform": "windows", "tool": "powershell", "verb": "New-Service", "action": "", "arguments": "x BinaryPathName='C:\\x\\a.exe'"}
platform = 'windows' AND action IN ('create', 'change')
AND arguments REGEXP '(?i)(binpath|binarypathname|pathname) *= *[\\"'']*[a-z]:\\'
AND NOT arguments REGEXP '(?i)[\\"'' =][a-z]:\\(windows|program files|progra~|programdata\\microsoft)'
