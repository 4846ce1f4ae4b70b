-- settings_from_temp: reads its variables or its root folder from a folder that anyone may write
-- platform:        linux
-- technique:       T1574
-- weight:          40
-- false positives: a unit of a test whose files are in /tmp
-- pattern: unix --?(config|conf|config-file|env-file)[= ]+(/var)?/(tmp|dev/shm)/
-- fires:   {"unix": "/usr/bin/rclone --config /tmp/r.conf copy /srv x:"}
-- fires:   {"unix": "/usr/local/bin/agent --config-file=/var/tmp/a.yml"}
-- spares:  {"unix": "/usr/bin/rclone --config /etc/r.conf copy /tmp/x x:"}
-- spares:  {"unix": "/usr/local/bin/agent --cache /var/tmp/a"}
--
-- shape:   unit
-- fires:   {"own_settings": "EnvironmentFile=/tmp/e"}
-- fires:   {"own_settings": "Type=simple\nEnvironmentFile=-/dev/shm/e"}
-- fires:   {"kind": "drop-in", "own_settings": "Environment=LD_LIBRARY_PATH=/tmp/.l"}
-- spares:  {"own_settings": "EnvironmentFile=/etc/default/e"}
-- spares:  {"own_settings": "Environment=TMPDIR=/tmp"}
-- spares:  {"own_settings": "EnvironmentFile=/tmp/e", "vendor": 1}
NOT vendor AND (own_settings REGEXP '(EnvironmentFile|RootDirectory|RootImage|LoadCredential|ExecSearchPath)=-?([a-z]+:)?(/var)?/(tmp|dev/shm)/?'
    OR own_settings REGEXP '(?m)^Environment=[^\n]*(LD_LIBRARY_PATH|GCONV_PATH|PYTHONPATH|PERL5LIB|RUBYLIB|NODE_PATH|PATH)=[^ \n]*((/var)?/tmp|/dev/shm|/run/user)(/|[ :"\n]|$)')
