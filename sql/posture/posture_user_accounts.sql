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
)
SELECT f.host, c.mitigation, c.name AS check_name, 'fail' AS status, c.severity, f.subject, c.why,
       f.evidence, f.source
  FROM failed AS f JOIN posture_state AS c ON c.name = f.check_name AND c.host = f.host
   AND c.status <> 'not_applicable'
UNION ALL
SELECT c.host, c.mitigation, c.name, c.status, 'info', NULL, c.why, c.evidence, NULL
  FROM posture_state AS c
 WHERE c.mitigation = 'M1018'
   AND NOT EXISTS (SELECT 1 FROM failed AS f WHERE f.check_name = c.name AND f.host = c.host);
