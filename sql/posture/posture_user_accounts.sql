-- posture_user_accounts: ordinary accounts with services, and with ways to make some (M1018).
--
-- why:             A user with linger, units of his own or a place in an administrators' group can
--                  run services; so can whoever may write a property list or log on as a service.
-- severity:        as posture_checks says; unknown and not_applicable do not count as passed
-- attack:          M1018 User Account Management, for T1569
-- false positives: rootless containers need linger; administrators are members of their group
-- sources:         unit_files, groups, launch_daemons, registry
--
--   SELECT host, check_name, status, subject, why FROM posture_user_accounts WHERE status = 'fail';
CREATE TEMP VIEW posture_user_accounts AS
WITH failed AS MATERIALIZED (
    SELECT u.host, iif(u.kind = 'linger', 'lingering_user', 'user_units') AS check_name,
           iif(u.kind = 'linger', u.name, u.scope_user) AS subject,
           json_object('file', u.path, 'state', u.state) AS evidence, u.source
      FROM unit_files AS u
     WHERE u.kind = 'linger' OR (u.scope_user IS NOT NULL AND u.kind = 'unit')
    UNION ALL
    SELECT g.host, 'admin_group', g.groupname || ': ' || g.members,
           json_object('gid', g.gid), g.source
      FROM groups AS g
     WHERE g.groupname IN ('sudo', 'wheel', 'admin', 'adm-root') AND g.members <> ''
    UNION ALL
    SELECT d.host, 'plist_owner', d.path, json_object('mode', d.mode, 'uid', d.uid), d.source
      FROM launch_daemons AS d
     WHERE d.type IN ('daemon', 'agent') AND d.user IS NULL
       AND (d.mode GLOB '*[2367]' OR d.mode GLOB '*[2367]?' AND d.gid <> 0)
    UNION ALL
    -- ActSysAc holds the logon rights of an account; bit 0x10 is SeServiceLogonRight ([MS-LSAD] 2.2.1.2).
    SELECT r.host, 'service_logon', replace(replace(r.key,
               'HKEY_LOCAL_MACHINE\SECURITY\Policy\Accounts\', ''), '\ActSysAc', ''),
           json_object('rights', hex(r.data_raw)), r.source
      FROM registry AS r
     WHERE r.key LIKE 'HKEY\_LOCAL\_MACHINE\SECURITY\Policy\Accounts\%' ESCAPE '\'
       AND r.key LIKE '%\ActSysAc' AND r.type <> 'subkey'
       AND substr(hex(r.data_raw), 1, 1) IN ('1', '3', '5', '7', '9', 'B', 'D', 'F')
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
  JOIN posture_checks AS c ON c.mitigation = 'M1018'
   AND (c.platform = h.platform OR NOT EXISTS (SELECT 1 FROM posture_checks AS o
             WHERE o.mitigation = c.mitigation AND o.name = c.name AND o.platform = h.platform))
  LEFT JOIN sources AS s ON s.table_name = c.table_name AND s.host = h.host
 WHERE NOT EXISTS (SELECT 1 FROM failed AS f WHERE f.check_name = c.name AND f.host = h.host);
