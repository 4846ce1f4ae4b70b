-- random_name: its name looks randomly generated
-- platform:        any
-- technique:       T1036.004
-- weight:          25
-- false positives: an abbreviation without vowels of eight letters or more, such as NwlnkFwd; shorter
--                  ones (vsftpd, btrbk, pcscd) stay below the bound
--
-- shape:   unit
-- fires:   {"stem": "xkqzvwpj"}
-- fires:   {"stem": "QkzXvJbTwMpL"}
-- spares:  {"stem": "nginx"}
-- spares:  {"stem": "vsftpd"}
-- spares:  {"stem": "systemd-pstore"}
-- spares:  {"stem": "xkqzvwpj", "vendor": 1}
-- spares:  {"stem": "xkqzvwpj", "kind": "drop-in"}
NOT vendor AND kind IN ('unit', 'sysv', 'autostart', 'dbus') AND name_randomness(stem) > random_bits

-- shape:   service_event
-- fires:   {"service": "xkqzvwpj"}
-- fires:   {"service": "BTRxkqjzvabcdefg"}
-- spares:  {"service": "Reporter"}
-- spares:  {"service": "WpnUserService_b006d"}
-- spares:  {"service": "xkqzvwpj", "action": "modified"}
action = 'created' AND name_randomness(service) > random_bits + 3
--
-- shape:   launchd
-- fires:   {"label": "com.hzrpwkqxv.hqdtmvzk"}
-- fires:   {"label": "xkqzvwpj"}
-- spares:  {"label": "com.docker.vmnetd"}
-- spares:  {"label": "org.pqrs.karabiner"}
-- spares:  {"label": "xkqzvwpj", "in_system": 1}
NOT in_system AND name_randomness(label) > 10
