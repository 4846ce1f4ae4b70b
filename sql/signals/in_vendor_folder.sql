-- in_vendor_folder: is in the folder of packages' units, but no package owns it
-- platform:        linux
-- technique:       T1036.005
-- weight:          30
-- reference:       systemd.unit(5)
-- false positives: software that was built from source with its prefix set to /usr; of a D-Bus file that names a
--                  unit, the unit is judged
--
-- shape:   unit
-- fires:   {"path": "/usr/lib/systemd/system/x.service"}
-- fires:   {"path": "/usr/share/dbus-1/system-services/x.service", "kind": "dbus"}
-- spares:  {"path": "/usr/share/dbus-1/system-services/x.service", "kind": "dbus", "own_settings": "Name=x\nSystemdService=x.service"}
-- spares:  {"path": "/etc/systemd/system/x.service"}
-- spares:  {"path": "/usr/lib/systemd/system/x.service", "unowned": 0}
-- spares:  {"path": "/usr/local/lib/systemd/system/x.service"}
unowned AND kind IN ('unit', 'drop-in', 'dbus') AND (path GLOB '/usr/lib/systemd/*' OR path GLOB '/lib/systemd/*' OR path GLOB '/usr/share/dbus-1/*')
AND NOT (kind = 'dbus' AND own_settings GLOB '*SystemdService=*')
