-- runs_hidden: runs from a hidden file or folder
-- platform:        any
-- technique:       T1564.001
-- weight:          40
-- false positives: a tool that keeps its programs in a folder of its own whose name begins with a
--                  dot; the usual ones (.venv, .nvm, .cargo) are known to path_trust()
--
-- shape:   unit_command hook
-- fires:   {"places": ",hidden,"}
-- fires:   {"places": ",system,hidden,"}
-- spares:  {"places": ",home,"}
-- spares:  {"places": ",system,"}
-- spares:  {"places": ",hidden,", "vendor": 1}
NOT vendor AND places GLOB '*,hidden,*'
--
-- shape:   launchd process service_event
-- fires:   {"places": ",hidden,"}
-- fires:   {"places": ",system,hidden,"}
-- spares:  {"places": ",local,"}
-- spares:  {"places": null}
places GLOB '*,hidden,*'
--
-- shape:   command
-- fires:   {"tool": "systemd-run", "verb": "run", "action": "run", "place": "hidden"}
-- fires:   {"tool": "busctl", "action": "run", "place": "hidden"}
-- spares:  {"tool": "systemd-run", "verb": "run", "action": "run", "place": "system"}
-- spares:  {"tool": "busctl", "action": "create", "place": "hidden"}
action = 'run' AND place = 'hidden'
