-- in_system_folder: runs a program that no package owns from a system folder
-- platform:        linux
-- technique:       T1036.005
-- weight:          25
-- reference:       hier(7)
-- false positives: a program that an administrator copied to /usr/bin and not to /usr/local/bin; one with an account
--                  or folders of its own does not fire
--
-- shape:   unit_command
-- fires:   {"program_owned": 0, "program": "/usr/sbin/uplugplay"}
-- fires:   {"program_owned": 0, "program": "/usr/bin/x"}
-- fires:   {"program_owned": 0, "program": "/usr/lib/redis/redis"}
-- spares:  {"program_owned": 0, "program": "/usr/bin/x", "own_settings": "ExecStart=/usr/bin/x\nUser=x"}
-- spares:  {"program_owned": 0, "program": "/usr/bin/x", "own_settings": "ExecStart=/usr/bin/x\nRuntimeDirectory=x"}
-- fires:   {"kind": "sysv", "started": "/usr/lib/nethelper"}
-- spares:  {"kind": "sysv", "started": "/usr/local/sbin/nethelper"}
-- spares:  {"program_owned": 1, "program": "/usr/sbin/uplugplay"}
-- spares:  {"program_owned": 0, "program": "/usr/local/sbin/x"}
-- spares:  {"program_owned": 0, "program": "/usr/lib/jvm/jdk-21/bin/java"}
-- spares:  {"program_owned": 0, "program": "/usr/lib/systemd/system-sleep/wifi"}
-- spares:  {"program_owned": 0, "program": "/usr/sbin/uplugplay", "program_kind": "missing"}
(unowned AND NOT program_owned AND program_kind <> 'missing'
AND NOT (program GLOB '/usr/*bin/*' AND own_settings REGEXP '(?m)^(User=[^r0]|DynamicUser=|RuntimeDirectory=|StateDirectory=|ProtectSystem=)')
AND program NOT GLOB '/usr/lib/systemd/system-[a-z]*'
AND (program GLOB '/usr/bin/*' OR program GLOB '/usr/sbin/*' OR program GLOB '/bin/*' OR program GLOB '/sbin/*'
     OR program GLOB '/usr/libexec/*' OR program GLOB '/usr/lib/systemd/*'
     OR (program_kind = 'elf' AND program REGEXP '^/usr/lib(32|64|x32)?/[^/]'
         AND program NOT REGEXP '^/usr/lib(64)?/(jvm|node_modules|python|ruby|perl|go|dotnet|nagios|erlang|R|firefox|chromium|oracle|mono|firmware|modules)')))
OR started REGEXP '(^|,)(/usr)?/(s?bin/|libexec/|lib/[^/,]+(,|$))'
--
-- shape:   hook
-- fires:   {"strangers": "/usr/sbin/uplugplay"}
-- fires:   {"strangers": "/opt/x\n/usr/libexec/y"}
-- spares:  {"strangers": "/usr/local/sbin/uplugplay"}
-- spares:  {"strangers": null}
strangers REGEXP '(?m)^(/usr)?/(s?bin|libexec|lib/systemd|lib/udev)/'
