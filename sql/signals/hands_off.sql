-- hands_off: detaches what it starts, so that it outlives the event
-- platform:        linux
-- technique:       T1546
-- weight:          20
-- reference:       udev(7): a program that takes long is killed
-- false positives: a rule that starts a long backup by systemd-run or at, as udev(7) advises
--
-- shape:   hook
-- fires:   {"text": "/usr/bin/at -M -f /usr/libexec/atest now"}
-- fires:   {"text": "systemd-run --no-block /opt/x"}
-- fires:   {"script": "#!/bin/sh\nsetsid nohup /opt/x &"}
-- spares:  {"text": "systemctl --no-block start x.service"}
-- spares:  {"text": "/usr/bin/logger look at now"}
-- spares:  {"script": "#!/bin/sh\nsystemctl restart chrony"}
NOT vendor AND coalesce(text, '') || char(10) || coalesce(script, '')
    REGEXP '(?m)(^|[;|&(]|then|do) *(/usr/bin/|/bin/)?((at|batch)( -[a-zA-Z]+( [^ -][^ ]*)?)* +now|systemd-run |nohup |setsid |disown|daemonize )'
