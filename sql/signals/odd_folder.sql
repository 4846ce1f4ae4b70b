-- odd_folder: runs a program from a folder that usually holds none
-- platform:        linux
-- technique:       T1036.005
-- weight:          30
-- reference:       hier(7)
-- false positives: a script of an administrator beside its settings; those in the folders that
--                  system programs call (init.d, cron.daily, dispatcher.d) do not fire
--
-- shape:   unit_command
-- fires:   {"runs": "[\"/etc/kinsing\"]"}
-- fires:   {"runs": "[\"/bin/sh\",\"/var/spool/x/run\"]"}
-- fires:   {"runs": "[\"/usr/share/man/x\"]"}
-- spares:  {"runs": "[\"/etc/rc.local\"]"}
-- spares:  {"runs": "[\"/etc/firewall.sh\"]"}
-- spares:  {"runs": "[\"/usr/games/steamcmd\"]"}
-- spares:  {"runs": "[\"/var/lib/app/run\"]"}
-- spares:  {"runs": "[\"/usr/share/app/run\"]"}
-- spares:  {"runs": "[\"/etc/kinsing\"]", "vendor": 1}
NOT vendor AND runs REGEXP '"(/etc/(alternatives/)?[^/"]+|/var/(lib/misc|spool|cache|log|mail|backups|games)/[^"]+|/usr/(include|(share/(man|doc|fonts|icons|locale|info)|lib/(firmware|modules|modprobe\.d|sysctl\.d|tmpfiles\.d)))/[^"]+|/boot/[^/"]+|/lost\+found/[^"]+|/[^/"]+)"'
AND runs NOT REGEXP '"/etc/(rc.local|init.d|bash.bashrc|profile|environment|[^/"]+[.]sh)"'
