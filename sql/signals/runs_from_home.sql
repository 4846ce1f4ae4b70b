-- runs_from_home: runs from a user's own folder
-- platform:        any
-- technique:       T1543
-- weight:          10
-- family:          home
-- false positives: a developer's own daemon in a home directory; it runs as its owner, not as root
--
-- shape:   unit_command
-- fires:   {"places": ",home,"}
-- fires:   {"places": ",system,home,"}
-- spares:  {"places": ",local,"}
-- spares:  {"places": ",home,", "vendor": 1}
-- spares:  {"places": ",home,", "scope_user": "bob"}
NOT vendor AND scope_user IS NULL AND places GLOB '*,home,*'
--
-- shape:   launchd process service_event
-- fires:   {"places": ",home,"}
-- fires:   {"places": ",system,home,"}
-- spares:  {"places": ",local,"}
-- spares:  {"places": null}
places GLOB '*,home,*'
--
-- shape:   hook
-- fires:   {"places": ",home,"}
-- fires:   {"places": ",system,home,"}
-- spares:  {"places": ",local,"}
-- spares:  {"places": ",home,", "vendor": 1}
-- spares:  {"places": ",home,", "kind": "profile"}
NOT vendor AND kind <> 'profile' AND places GLOB '*,home,*'
