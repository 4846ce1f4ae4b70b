-- posture_privileged_accounts: who beside root and administrators may control services (M1026).
--
-- why:             An account that may change services is as good as root. polkit rules, sudoers, and
--                  the descriptors of services and of their manager hand that out.
-- severity:        as posture_checks says; a check that could not be answered is unknown, one of
--                  another platform not_applicable, and neither counts as passed
-- attack:          M1026 Privileged Account Management, for T1569
-- false positives: a deployment account that is meant to restart one service (narrow its rule)
-- sources:         polkit_rules, sudoers, registry_services, registry_services_scm
--
--   SELECT host, check_name, status, subject, why FROM posture_privileged_accounts WHERE status = 'fail';
CREATE TEMP VIEW posture_privileged_accounts AS
WITH failed AS MATERIALIZED (
    SELECT p.host, 'polkit_grant' AS check_name,
           iif(p.kind = 'pkla', p.identities, p.groups || p.users) AS subject,
           json_object('actions', json(p.actions), 'result', p.result, 'line', p.line,
                       'unit_checked', p.unit_checked) AS evidence, p.source
      FROM polkit_rules AS p
     WHERE p.kind <> 'policy'
       AND 'yes' IN (p.result, p.result_inactive, p.result_active)
       AND NOT p.unit_checked
       AND (p.actions = '[]' OR EXISTS (SELECT 1 FROM json_each(p.actions) AS a
             WHERE 'org.freedesktop.systemd1.manage-units' GLOB rtrim(a.value, '*') || '*'
                OR 'org.freedesktop.systemd1.manage-unit-files' GLOB rtrim(a.value, '*') || '*'
                OR 'org.freedesktop.systemd1.reload-daemon' GLOB rtrim(a.value, '*') || '*'
                OR 'org.freedesktop.systemd1.set-environment' GLOB rtrim(a.value, '*') || '*'))
    UNION ALL
    SELECT s.host, 'sudo_service_tool', s.users,
           json_object('commands', json(s.commands), 'nopasswd', s.nopasswd, 'line', s.line,
                       'runas', json(s.runas_users)), s.source
      FROM sudoers AS s
     WHERE s.users <> '["root"]'
       AND EXISTS (SELECT 1 FROM json_each(s.runas_users) AS r
                    WHERE r.value IN ('root', 'ALL', '#0') OR s.runas_users = '[]')
       AND EXISTS (SELECT 1 FROM json_each(s.commands) AS c
                    WHERE (c.value = 'ALL' AND s.nopasswd)
                       OR (c.value REGEXP
                           '(^|/)(systemctl|service|invoke-rc.d|update-rc.d|systemd-run|busctl|launchctl|init.d)($|[ /*?[])'
                           AND (s.nopasswd OR c.value GLOB '*[[][*?]*' OR instr(c.value, '*')
                                OR c.value NOT GLOB '* *' OR c.value GLOB '* edit*'
                                OR c.value GLOB '*systemd-run*')))
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
           '\(A;[A-Z]*;(KA|GA|GW|([A-Z][A-Z])*(DC|WD|WO)([A-Z][A-Z])*);;;(WD|AU|BU|IU|AN|BG)\)')
), hosts AS MATERIALIZED (
    SELECT DISTINCT host, CASE kind WHEN 'live' THEN 'linux' ELSE kind END AS platform FROM evidence
), sources AS MATERIALIZED (
    SELECT table_name, host, max(status = 'read') AS was_read,
           group_concat(DISTINCT nullif(status, 'read')) AS trouble
      FROM evidence_sources GROUP BY table_name, host
)
SELECT f.host, c.mitigation, c.name AS check_name, 'fail' AS status, c.severity, f.subject, c.why,
       f.evidence, f.source
  FROM failed AS f JOIN hosts AS h ON h.host = f.host
  JOIN posture_checks AS c ON c.name = f.check_name AND c.platform = h.platform
UNION ALL
SELECT h.host, c.mitigation, c.name,
       CASE WHEN c.platform <> h.platform THEN 'not_applicable'
            WHEN s.was_read AND s.trouble IS NULL THEN 'pass'
            ELSE 'unknown' END,
       'info', NULL, c.why,
       iif(c.platform = h.platform AND (s.was_read IS NOT 1 OR s.trouble IS NOT NULL),
           json_object('table', c.table_name, 'status', coalesce(s.trouble, 'absent')), NULL), NULL
  FROM hosts AS h
  JOIN posture_checks AS c ON c.mitigation = 'M1026'
   AND (c.platform = h.platform OR NOT EXISTS (SELECT 1 FROM posture_checks AS o
             WHERE o.mitigation = c.mitigation AND o.name = c.name AND o.platform = h.platform))
  LEFT JOIN sources AS s ON s.table_name = c.table_name AND s.host = h.host
 WHERE NOT EXISTS (SELECT 1 FROM failed AS f WHERE f.check_name = c.name AND f.host = h.host);
