-- failure_command: runs a command when the service fails
-- platform:        windows
-- technique:       T1543.003
-- analytic:        AN1527
-- weight:          40
-- false positives: products that restart themselves or a watchdog by a failure command below Program
--                  Files; Windows' own are customScript.cmd and "not used"
--
-- shape:   service_key
-- fires:   {"failure_command": "cmd.exe /c x", "failure_program": "cmd.exe"}
-- fires:   {"failure_command": "C:\\x\\a.exe", "failure_program": "C:\\x\\a.exe"}
-- spares:  {"failure_command": "customScript.cmd", "failure_program": "cmd.exe"}
-- spares:  {"failure_command": "C:\\x\\a.exe", "failure_program": "C:\\Program Files\\x\\a.exe"}
-- spares:  {"failure_command": "", "failure_program": "cmd.exe"}
failure_command NOT IN ('', 'customScript.cmd', 'not used')
AND failure_command NOT LIKE '%\NvContainerRecovery.bat %'
AND (failure_command REGEXP '(?i)(cmd|powershell|pwsh|script|mshta|rundll32)(\.exe)?["\s]'
     OR (failure_program IS NOT NULL AND usual_library(failure_program) IS NOT 1))
--
-- shape:   command
-- fires:   {"platform": "windows", "tool": "sc", "verb": "failure", "action": "change", "arguments": "x command=cmd.exe"}
-- fires:   {"platform": "windows", "tool": "reg", "verb": "add", "action": "change", "arguments": "x value=FailureCommand"}
-- spares:  {"platform": "windows", "tool": "sc", "verb": "failure", "action": "change", "arguments": "x reset=0"}
-- spares:  {"platform": "windows", "tool": "reg", "verb": "add", "action": "change", "arguments": "x value=Description"}
(verb = 'failure' AND arguments LIKE '%command=%') OR arguments LIKE '%=FailureCommand%'
--
-- shape:   registry
-- fires:   {"value": "FailureCommand", "data": "cmd /c x"}
-- fires:   {"value": "FailureCommand", "data": "C:\\x\\a.exe"}
-- spares:  {"value": "FailureCommand", "data": "(Empty)"}
-- spares:  {"value": "FailureActions", "data": "C:\\x\\a.exe"}
value = 'FailureCommand' AND data NOT IN ('', '(Empty)')
