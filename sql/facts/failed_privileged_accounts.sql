-- failed_privileged_accounts: who, other than root and administrators, may control services.
--
-- why:     The failures of the checks of M1026 (see posture_checks), each with its proof. posture_privileged_accounts
--          also shows which checks passed and which could not be answered.
-- sources: polkit_rules, groups, users, sudoers, registry_services, registry_services_scm
--
--   SELECT host, check_name, subject, evidence FROM failed_privileged_accounts;
CREATE TEMP VIEW failed_privileged_accounts AS
WITH tools(path) AS (
    VALUES ('/usr/bin/systemctl'), ('/bin/systemctl'), ('/usr/sbin/service'), ('/sbin/service'),
           ('/usr/bin/systemd-run'), ('/bin/systemd-run'), ('/usr/bin/busctl'), ('/bin/busctl'), ('/bin/launchctl')
)
SELECT p.host, iif('yes' IN (p.result, p.result_inactive, p.result_active) OR p.result = 'unknown',
                   'polkit_grant', 'polkit_self') AS check_name,
       CASE p.kind WHEN 'pkla' THEN p.identities WHEN 'policy' THEN 'everyone'
                   ELSE p.groups || p.users END AS subject,
       json_object('actions', json(p.actions), 'result', p.result, 'line', p.line,
                   'unit_checked', p.unit_checked) AS evidence, p.source
  FROM polkit_rules AS p
 WHERE (p.result IN ('yes', 'auth_self', 'auth_self_keep', 'unknown')
    OR p.result_inactive IN ('yes', 'auth_self', 'auth_self_keep')
    OR p.result_active IN ('yes', 'auth_self', 'auth_self_keep'))
   AND NOT p.unit_checked AND p.loaded IS NOT 0
   -- systemd's empower.rules: a group without members grants nothing.
   AND iif(p.path = '/usr/share/polkit-1/rules.d/empower.rules' AND p.users = '[]',
           EXISTS (SELECT 1 FROM groups AS g, json_each(p.groups) AS n
                    WHERE g.host = p.host AND g.groupname = n.value
                      AND (g.members <> '' OR EXISTS (SELECT 1 FROM users AS u
                                                       WHERE u.host = g.host AND u.gid = g.gid))), 1)
   AND (p.actions = '[]' OR EXISTS (SELECT 1 FROM json_each(p.actions) AS a
         WHERE 'org.freedesktop.systemd1.manage-units' GLOB iif(length(a.value) < 256, rtrim(a.value, '*') || '*', '')
            OR 'org.freedesktop.systemd1.manage-unit-files' GLOB iif(length(a.value) < 256, rtrim(a.value, '*') || '*', '')
            OR 'org.freedesktop.systemd1.reload-daemon' GLOB iif(length(a.value) < 256, rtrim(a.value, '*') || '*', '')
            OR 'org.freedesktop.systemd1.set-environment' GLOB iif(length(a.value) < 256, rtrim(a.value, '*') || '*', '')))
UNION ALL
SELECT s.host, 'sudo_service_tool', s.users,
       json_object('commands', json(s.commands), 'nopasswd', s.nopasswd, 'line', s.line,
                   'runas', json(s.runas_users)), s.source
  FROM sudoers AS s
 WHERE s.users <> '["root"]'
   AND EXISTS (SELECT 1 FROM json_each(s.runas_users) AS r
                WHERE r.value IN ('root', 'ALL', '#0'))
   AND EXISTS (SELECT 1 FROM (SELECT value, substr(value, 1, instr(value || ' ', ' ') - 1) AS program
                          FROM json_each(s.commands)) AS c
                WHERE c.value NOT GLOB '!*'
                  AND ((c.value = 'ALL' AND s.nopasswd)
                   OR EXISTS (SELECT 1 FROM tools AS t
                               WHERE (t.path GLOB iif(length(c.program) < 4096, c.program, '') AND c.program GLOB '*[*?[]*')
                                  OR (c.program GLOB '*/' AND instr(t.path, c.program) = 1))
                   OR (c.value REGEXP
                       '(^|/)(systemctl|service|invoke-rc.d|update-rc.d|systemd-run|busctl|launchctl|init.d)($|[ /*?[])'
                       AND (s.nopasswd OR c.value GLOB '*[[][*?]*' OR instr(c.value, '*')
                            OR c.value NOT GLOB '* *' OR c.value GLOB '* edit*'
                            OR c.value GLOB '*systemd-run*'))))
UNION ALL
SELECT r.host, 'service_account', r.name, json_object('account', r.object_name), r.source
  FROM registry_services AS r
 WHERE r.current AND NOT r.deleted AND r.type & 0x30
   AND r.object_name NOT LIKE 'LocalSystem' AND r.object_name NOT LIKE 'NT AUTHORITY\%'
   AND r.object_name NOT LIKE 'NT SERVICE\%' AND r.object_name NOT LIKE '.\LocalSystem'
   AND r.object_name NOT LIKE '%$' AND r.object_name <> ''
UNION ALL
-- Windows itself grants this to logged-on users for about a hundred services: one row for each hive.
SELECT r.host, 'service_start', count(*) || ' services',
       json_object('services', json_group_array(r.name)), r.source
  FROM registry_services AS r
 WHERE r.current AND NOT r.deleted
   AND r.security_sddl REGEXP '\(A;[A-Z]*;([A-Z][A-Z])*(RP|GX)([A-Z][A-Z])*;;;(WD|AU|BU|IU|AN|BG)\)'
 GROUP BY r.host, r.source
UNION ALL
SELECT r.host, 'service_descriptor', r.name,
       json_object('security', r.security_sddl, 'account', r.object_name), r.source
  FROM registry_services AS r
 WHERE r.current AND NOT r.deleted
   AND r.security_sddl REGEXP
       '\(A;[A-Z]*;([A-Z][A-Z])*(DC|WD|WO|GA|GW)([A-Z][A-Z])*;;;(WD|AU|BU|IU|AN|BG)\)'
UNION ALL
SELECT r.host, 'service_key', r.name, json_object('key', r.key_sddl), r.source
  FROM registry_services AS r
 WHERE r.current AND NOT r.deleted
   AND r.key_sddl REGEXP
       '\(A;[A-Z]*;(KA|KW|GA|GW|([A-Z][A-Z])*(DC|WD|WO)([A-Z][A-Z])*);;;(WD|AU|BU|IU|AN|BG)\)'
UNION ALL
SELECT m.host, 'manager_descriptor', 'service control manager',
       json_object('security', m.scm_sddl, 'exemption', m.remote_access_exemption,
                   'exempt', m.remote_access_exemption_list), m.source
  FROM registry_services_scm AS m
 WHERE m.current AND (m.remote_access_exemption = 1
    OR m.scm_sddl REGEXP
       '\(A;[A-Z]*;(KA|GA|GW|([A-Z][A-Z])*(DC|WD|WO)([A-Z][A-Z])*);;;(WD|AU|BU|IU|AN|BG)\)');
