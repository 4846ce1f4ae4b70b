-- runs_from_program_data: a new service runs from ProgramData, which holds settings and data
-- platform:        windows
-- technique:       T1543.003
-- analytic:        AN1527
-- weight:          15
-- false positives: updaters of a few vendors, which run from a deeper folder of theirs
--
-- shape:   service_event
-- fires:   {"image_path": "C:\\ProgramData\\Metrics\\metrics.exe"}
-- fires:   {"image_path": "\"C:\\ProgramData\\m.exe\" -x"}
-- spares:  {"image_path": "C:\\ProgramData\\Vendor\\Update\\1.2\\update.exe"}
-- spares:  {"image_path": "C:\\ProgramData\\chocolatey\\agent.exe"}
-- spares:  {"image_path": "C:\\ProgramData\\Metrics\\metrics.exe", "action": "modified"}
action = 'created' AND image_path REGEXP '(?i)^"?[a-z]:\\programdata\\([^\\"]+\\)?[^\\"]+[.]exe'
AND image_path NOT REGEXP '(?i)\\programdata\\(microsoft|package cache|chocolatey)\\'
