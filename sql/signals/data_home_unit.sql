-- data_home_unit: a user's unit among those of installed software, though it runs no installed program
-- platform:        linux
-- technique:       T1543.002
-- analytic:        AN0701
-- weight:          25
-- reference:       systemd.unit(5), which gives ~/.local/share/systemd/user to packages installed in a home
-- false positives: a unit written by hand into the folder of software
--
-- shape:   unit_command
-- fires:   {"path": "/home/bob/.local/share/systemd/user/m.service", "scope_user": "bob", "program": "/usr/bin/dash", "text": "/usr/bin/dash -c 'sleep 9'"}
-- fires:   {"path": "/home/bob/.local/share/systemd/user/m.service", "scope_user": "bob", "program": "/usr/bin/python3.13", "text": "/usr/bin/python3.13 /home/bob/.m.py"}
-- spares:  {"path": "/home/bob/.local/share/systemd/user/m.service", "scope_user": "bob", "program": "/usr/bin/python3.13", "text": "/usr/bin/python3.13 /home/bob/.local/share/m/m.py"}
-- spares:  {"path": "/home/bob/.config/systemd/user/m.service", "scope_user": "bob", "program": "/usr/bin/dash", "text": "/usr/bin/dash -c 'sleep 9'"}
kind = 'unit' AND path GLOB '*/.local/share/systemd/user/*' AND text NOT GLOB '*/.local/*'
AND program REGEXP '/(ba|da|z|k)?sh$|/(python|perl|ruby|node|php|lua)[0-9.]*$|^/(home/[^/]+|root)/[^/]+$'
