-- edits_unit: an editor changed a file of a service
-- platform:        linux
-- technique:       T1543.002
-- analytic:        AN0701
-- weight:          15
-- false positives: an administrator who edits a unit by hand instead of by systemctl edit; the row
--                  has the user who had logged in
--
-- shape:   file
-- fires:   {"origin": "log", "exe": "/usr/bin/vim.basic", "action": "modified"}
-- fires:   {"origin": "log", "exe": "/usr/bin/nano", "action": "created"}
-- spares:  {"origin": "log", "exe": "/usr/bin/dpkg", "action": "modified"}
-- spares:  {"origin": "log", "exe": "/usr/bin/nano", "action": "created", "platform": "macos"}
origin = 'log' AND platform = 'linux'
AND exe REGEXP '/(vi|vim[a-z.]*|nvim|nano|emacs[a-z0-9.-]*|ed|pico|joe|mcedit)$'
