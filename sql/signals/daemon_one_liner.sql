-- daemon_one_liner: a daemon of root is a shell's command line that names no installed program
-- platform:        macos
-- technique:       T1543.004
-- analytic:        AN1126
-- weight:          20
-- reference:       launchd.plist(5)
-- false positives: an administrator's line that sets something at boot; lines that only call the system's settings tools
--                  and the wrappers of Nix do not fire
--
-- shape:   launchd
-- fires:   {"program_arguments": "[\"/bin/sh\",\"-c\",\"while :; do sleep 9; done\"]", "program": null}
-- fires:   {"program_arguments": "[\"bash\",\"-c\",\"cd /var; ./m\"]", "program": null}
-- spares:  {"program_arguments": "[\"/bin/sh\",\"-c\",\"/bin/wait4path /nix/store && exec /nix/store/a\"]", "program": null}
-- spares:  {"program_arguments": "[\"/bin/sh\",\"-c\",\"sysctl -w kern.maxfiles=9\"]", "program": null}
-- spares:  {"program_arguments": "[\"bash\",\"-c\",\"cd /var; ./m\"]", "program": null, "type": "agent"}
type = 'daemon' AND NOT in_system AND program_arguments ->> 1 GLOB '-*c'
AND program_arguments ->> 0 REGEXP '^(/bin/)?(ba|z|da)?sh$'
AND program_arguments ->> 2 NOT REGEXP 'wait4path|/nix/|/opt/|/usr/local/|/Applications/|/Library/|(^|[/; ])(sysctl|launchctl|ifconfig|route|pmset|diskutil|mount|networksetup|systemsetup|scutil|defaults|nvram|pfctl|ulimit|tmutil|mdutil|softwareupdate|chmod|chown) '
