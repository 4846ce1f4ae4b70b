-- stops_security: stops, disables or masks a security service
-- platform:        any
-- technique:       T1685
-- weight:          50
-- false positives: an administrator who replaces one agent by another; the other is installed the
--                  same day
-- pattern: unix (systemctl +(--?[a-z-]+ +)*(stop|disable|mask)|launchctl +(unload|bootout|remove|disable)|service +(auditd|rsyslog|falcon)[a-z-]* +stop)[^;&|]*(auditd|falcon|crowdstrike|sentinel|wazuh|osquery|rsyslog|apparmor|clamav|mdatp|carbonblack|wdav|santa|sophos|fail2ban|firewalld)|setenforce +0|auditctl +-e *0
-- pattern: unix for +[a-zA-Z_]+ +in +[^;]*(auditd|falcon|crowdstrike|sentinel|wazuh|osquery|rsyslog|apparmor|clamav|mdatp|carbonblack|sophos|fail2ban|veeam|aegis|aliyun)[^;]* *; *do *[^;]*(systemctl +(-[a-z-]+ +)*(stop|disable|mask|kill)|service +|p?kill(all)? )
-- fires:   {"unix": "systemctl stop auditd"}
-- fires:   {"unix": "for s in mysql auditd; do systemctl stop $s; done"}
-- fires:   {"unix": "launchctl unload /Library/LaunchDaemons/com.crowdstrike.falcond.plist"}
-- spares:  {"unix": "systemctl stop nginx"}
-- spares:  {"unix": "systemctl restart auditd"}
--
-- shape:   unit_command
-- fires:   {"script_patterns": "[\"stops_security\"]"}
-- fires:   {"script_patterns": "[\"downloads\",\"stops_security\"]"}
-- spares:  {"script_patterns": "[\"downloads\"]"}
-- spares:  {"script_patterns": null}
script_patterns LIKE '%"stops_security"%'
--
-- shape:   service_event
-- fires:   {"action": "start_type", "start_type": "disabled", "security": 1}
-- fires:   {"action": "start_type", "start_type": "Disabled", "security": 1, "platform": "linux"}
-- fires:   {"action": "stopped", "security": 1, "platform": "linux"}
-- spares:  {"action": "start_type", "start_type": "disabled", "security": 0}
-- spares:  {"action": "start_type", "start_type": "auto start", "security": 1}
-- spares:  {"action": "created", "start_type": "disabled", "security": 1}
-- spares:  {"action": "stopped", "security": 0, "platform": "linux"}
security AND (action = 'stopped' OR (action = 'start_type' AND start_type = 'disabled'))
--
-- shape:   launchd
-- fires:   {"kind": "override", "disabled": 1, "security": 1}
-- fires:   {"kind": "override", "disabled": 1, "security": 1, "label": "com.apple.syspolicyd"}
-- fires:   {"script_patterns": "[\"stops_security\"]"}
-- spares:  {"script_patterns": "[\"downloads\"]"}
-- spares:  {"kind": "override", "disabled": 1, "security": 0}
-- spares:  {"kind": "override", "disabled": 0, "security": 1, "label": "com.apple.syspolicyd"}
(kind = 'override' AND disabled AND security) OR script_patterns LIKE '%"stops_security"%'
--
-- shape:   service_key
-- fires:   {"start": 4, "security": 1}
-- fires:   {"start": 4, "security": 1, "name": "WinDefend"}
-- spares:  {"start": 2, "security": 1}
-- spares:  {"start": 4, "security": 0, "name": "WinDefend"}
start = 4 AND security
--
-- shape:   command
-- fires:   {"verb": "stop", "action": "stop", "target": "auditd", "service": "auditd", "security": 1}
-- fires:   {"platform": "windows", "tool": "sc", "verb": "config", "action": "change", "arguments": "WinDefend start=disabled", "security": 1}
-- fires:   {"platform": "windows", "tool": "reg", "verb": "add", "action": "change", "arguments": "WinDefend value=Start data=4", "security": 1}
-- fires:   {"verb": "set-property", "action": "change", "arguments": "auditd CPUQuota=1%", "security": 1, "starves": 1}
-- spares:  {"verb": "set-property", "action": "change", "arguments": "auditd CPUQuota=1%", "security": 1, "starves": 0}
-- spares:  {"verb": "stop", "action": "stop", "target": "auditd", "service": "auditd", "security": 0}
-- spares:  {"verb": "stop", "action": "start", "target": "auditd", "service": "auditd", "security": 1}
-- spares:  {"platform": "windows", "tool": "sc", "verb": "config", "action": "change", "arguments": "WinDefend start=auto", "security": 1}
security AND (action IN ('stop', 'disable', 'delete') OR starves OR arguments REGEXP '(?i)disabled|=4$')
--
-- shape:   registry
-- fires:   {"value": "Start", "data": "DWORD (0x00000004)", "disables": 1, "security": 1}
-- fires:   {"value": "Start", "data": "4", "disables": 1, "security": 1}
-- spares:  {"value": "Start", "data": "DWORD (0x00000004)", "disables": 1, "security": 0}
-- spares:  {"value": "Start", "data": "4", "disables": 0, "security": 1}
disables AND security
--
-- shape:   loaded_unit
-- fires:   {"frozen_security": 1}
-- fires:   {"frozen_security": 1, "unit": "auditd.service"}
-- spares:  {"frozen_security": 0}
-- spares:  {"frozen_security": null, "unit": "auditd.service"}
frozen_security
--
-- shape:   unit
-- fires:   {"sensor_off": 1, "once_enabled": 1}
-- fires:   {"sensor_off": 1, "once_enabled": 1, "name": "auditd.service"}
-- spares:  {"sensor_off": 1, "once_enabled": 0}
-- spares:  {"sensor_off": 0, "once_enabled": 1, "name": "auditd.service"}
sensor_off AND once_enabled
--
-- shape:   hook
-- fires:   {"stops": 1}
-- fires:   {"stops": 1, "kind": "sleep"}
-- spares:  {"stops": 0}
-- spares:  {"stops": null}
stops
