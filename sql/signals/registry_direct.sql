-- registry_direct: a process other than the service manager wrote the service's key
-- platform:        windows
-- technique:       T1112
-- analytic:        AN0778
-- weight:          40
-- false positives: installers that write their service's key with reg.exe or by themselves; the
--                  program is the product's setup and the key its own
--
-- shape:   command
-- fires:   {"platform": "windows", "tool": "reg", "verb": "add", "action": "change", "arguments": "x key=HKLM\\SYSTEM value=ImagePath"}
-- fires:   {"platform": "windows", "tool": "powershell", "verb": "Set-ItemProperty", "action": "change", "arguments": "x key=HKLM:\\SYSTEM"}
-- spares:  {"platform": "windows", "tool": "reg", "verb": "copy", "action": "change", "arguments": "x key=HKLM\\SYSTEM value=ImagePath"}
-- spares:  {"platform": "windows", "tool": "reg", "verb": "add", "action": "", "arguments": "x key=HKLM\\SYSTEM value=ImagePath"}
-- spares:  {"platform": "windows", "tool": "powershell", "verb": "Set-ItemProperty", "action": "change", "arguments": "x"}
tool IN ('reg', 'powershell') AND NOT (tool = 'reg' AND verb = 'copy') AND arguments LIKE '%key=%' AND action IN ('create', 'change', 'delete')
--
-- shape:   registry
-- fires:   {"value": "ImagePath", "decides": 1, "data": "C:\\x.exe"}
-- fires:   {"value": "Start", "decides": 1, "exe": "C:\\Users\\x\\setup.exe"}
-- fires:   {"value": "ServiceDll", "decides": 1, "exe": "C:\\x\\setup.exe"}
-- spares:  {"value": "ImagePath", "decides": 1, "data": "C:\\x.exe", "by_manager": 1}
-- spares:  {"value": "Start", "decides": 1, "exe": "C:\\Program Files\\x\\setup.exe"}
-- spares:  {"value": "ServiceDll", "decides": 0, "exe": "C:\\x\\setup.exe"}
decides AND by_manager IS NOT 1 AND key LIKE '%\Services\%'
AND NOT (value = 'Start' AND coalesce(path_trust(exe), '') = 'vendor')
