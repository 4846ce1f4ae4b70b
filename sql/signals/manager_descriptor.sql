-- manager_descriptor: the service manager's own descriptor was changed
-- platform:        windows
-- technique:       T1569.002
-- analytic:        AN1185
-- weight:          60
-- false positives: hardening scripts that restrict who may connect to the service manager; the new
--                  descriptor gives ordinary users less, not more
-- response:        record the descriptor and its time before you restore it: it shows who was given access
--
-- shape:   service_key
-- fires:   {"kind": "manager", "name": "scmanager", "scm_sddl": "D:(A;;KA;;;WD)"}
-- fires:   {"kind": "manager", "name": "scmanager", "remote_access_exemption": 1}
-- spares:  {"kind": "manager", "name": "scmanager", "scm_sddl": null}
-- spares:  {"kind": "manager", "name": "scmanager", "remote_access_exemption": 0}
kind = 'manager' AND (scm_sddl IS NOT NULL OR remote_access_exemption)
--
-- shape:   command
-- fires:   {"platform": "windows", "tool": "sc", "verb": "sdset", "action": "change", "target": "scmanager"}
-- fires:   {"platform": "windows", "tool": "sc", "verb": "sdset", "action": "change", "target": "SCMANAGER", "remote": "SRV01"}
-- spares:  {"platform": "windows", "tool": "sc", "verb": "sdset", "action": "change", "target": "spooler"}
-- spares:  {"platform": "windows", "tool": "sc", "verb": "sdshow", "action": "change", "target": "SCMANAGER", "remote": "SRV01"}
verb = 'sdset' AND target = 'scmanager'
--
-- shape:   registry
-- fires:   {"key": "HKLM\\System\\CurrentControlSet\\Control\\ServiceGroupOrder\\Security", "value": "Security"}
-- fires:   {"key": "HKLM\\System\\CurrentControlSet\\Control", "value": "RemoteAccessExemption"}
-- spares:  {"key": "HKLM\\System\\CurrentControlSet\\Control\\ServiceGroupOrder", "value": "Security"}
-- spares:  {"key": "HKLM\\System\\CurrentControlSet\\Control", "value": "Start"}
key LIKE '%\Control\ServiceGroupOrder\Security%' OR key LIKE '%\RemoteAccessExemption%'
OR value = 'RemoteAccessExemption'
