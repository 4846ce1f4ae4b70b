-- posture_user_accounts: ordinary accounts with services, and with ways to make some (M1018).
--
-- why:             A user with linger, units of his own or a place in an administrators' group can
--                  run services; so can whoever may write a property list or log on as a service.
-- severity:        as posture_checks says; unknown and not_applicable do not count as passed
-- attack:          M1018 User Account Management, for T1569
-- false positives: rootless containers need linger; administrators are members of their group
-- sources:         unit_files, groups, users, service_inputs, registry
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
    SELECT g.host, 'admin_group', g.groupname || ': ' || m.member, json_object('gid', g.gid), g.source
      FROM groups AS g
      JOIN (SELECT g.host, g.gid, g.members AS member FROM groups AS g
            UNION
            SELECT u.host, u.gid, u.username FROM users AS u WHERE u.uid <> 0) AS m
        ON m.host = g.host AND m.gid = g.gid AND m.member <> ''
     WHERE g.groupname IN ('sudo', 'wheel', 'admin')
    UNION ALL
    SELECT i.host, 'plist_owner', i.path,
           json_object('at', i.weak_at, 'writers', json(i.writers), 'mode', i.mode), i.source
      FROM service_inputs AS i
     WHERE i.platform = 'macos' AND i.kind = 'unit-file' AND i.weak_at IS NOT NULL
    UNION ALL
    -- ActSysAc holds the logon rights of an account; bit 0x10 is SeServiceLogonRight ([MS-LSAD] 2.2.1.2).
    SELECT r.host, 'service_logon', replace(replace(r.key,
               'HKEY_LOCAL_MACHINE\SECURITY\Policy\Accounts\', ''), '\ActSysAc', ''),
           json_object('rights', hex(r.data_raw)), r.source
      FROM registry AS r
     WHERE r.key GLOB 'HKEY_LOCAL_MACHINE\SECURITY\Policy\Accounts\*\ActSysAc' AND r.type <> 'subkey'
       AND NOT r.deleted
       -- Services' own accounts, and those of IIS, have the right by default.
       AND NOT r.key REGEXP '\\S-1-5-(19|20|80-.*|82-.*|83-.*)\\ActSysAc$'
       AND substr(hex(r.data_raw), 1, 1) IN ('1', '3', '5', '7', '9', 'B', 'D', 'F')
)
SELECT f.host, c.mitigation, c.name AS check_name, 'fail' AS status, c.severity, f.subject, c.why,
       f.evidence, f.source
  FROM failed AS f JOIN posture_state AS c ON c.name = f.check_name AND c.host = f.host
   AND c.status <> 'not_applicable'
UNION ALL
SELECT c.host, c.mitigation, c.name, c.status, 'info', NULL, c.why, c.evidence, NULL
  FROM (SELECT count(*) AS n FROM failed) AS looked -- reads the tables before their state is asked
 CROSS JOIN posture_state AS c
 WHERE looked.n >= 0 AND c.mitigation = 'M1018'
   AND NOT EXISTS (SELECT 1 FROM failed AS f WHERE f.check_name = c.name AND f.host = c.host);
