-- names_system_part: a program of a user or of no package has the name of a system component
-- platform:        linux
-- technique:       T1036.005
-- weight:          30
-- false positives: a fork of the system's own program that a user built in a home directory
--
-- shape:   unit_command
-- fires:   {"program": "/home/ann/gnome-control", "places": ",home,"}
-- fires:   {"program": "/opt/systemd-helper", "program_owned": 0}
-- fires:   {"unit": "snap.lxd.monitor.service"}
-- spares:  {"program": "/home/ann/notes", "places": ",home,"}
-- spares:  {"program": "/usr/lib/systemd/systemd-helper", "program_owned": 0}
-- spares:  {"program": "/opt/systemd-helper", "program_owned": 1}
NOT vendor
AND ((unit GLOB 'snap.*' AND program NOT GLOB '*/snap' AND program NOT GLOB '/snap/*')
     OR ((NOT program_owned OR places GLOB '*,home,*') AND program NOT GLOB '/usr/*' AND program NOT GLOB '/nix/*'
         AND program REGEXP '/(systemd|dbus|gnome|gvfs|kde|kwin|plasma|pulseaudio|pipewire|polkit|udev|kernel|initd|cupsd?|ssh-?agent|xorg|Xorg)[-_.]?[a-z]*$'))
