-- remote_tool: a tool that runs its commands through a service of another host
-- platform:        any
-- technique:       T1569.002
-- analytic:        AN1185
-- weight:          20
-- false positives: an administrator's own PsExec from a jump host; user, source and target are known
--
-- shape:   command
-- fires:   {"platform": "windows", "tool": "psexec"}
-- fires:   {"tool": "psexec.py", "remote": "SRV01"}
-- spares:  {"platform": "windows", "tool": "sc"}
-- spares:  {"tool": "systemctl", "remote": "SRV01"}
tool IN ('psexec', 'paexec', 'csexec', 'remcom', 'xcmd', 'winexe', 'psexec.py', 'smbexec.py',
         'services.py')
