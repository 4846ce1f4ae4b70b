-- masked_security: a security service is masked
-- platform:        linux
-- technique:       T1685
-- analytic:        AN0779
-- weight:          60
-- reference:       systemctl(1) mask
-- false positives: one of two products of the same kind, masked in favour of the other (iptables for nftables,
--                  rsyslog for the journal); the other one is enabled
-- response:        find out who masked it and when before it is unmasked: the time of the link is the time of the
--                  masking
--
-- shape:   file
-- fires:   {"kind": "mask", "security": 1}
-- fires:   {"kind": "mask", "security": 1, "service": "auditd.service"}
-- spares:  {"kind": "mask", "security": 0}
-- spares:  {"kind": "mask", "security": 1, "service": "firewalld.service"}
-- spares:  {"kind": "unit", "security": 1, "service": "auditd.service"}
kind = 'mask' AND security
AND service NOT REGEXP '^(firewalld|ufw|nftables|iptables|netfilter|apparmor|selinux|fail2ban|unattended)'
