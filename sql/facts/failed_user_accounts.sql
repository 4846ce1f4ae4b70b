-- failed_user_accounts: ordinary accounts that have services or may create them.
--
-- why:     The failures of the checks of M1018 (see posture_checks), each with its proof. posture_user_accounts also
--          shows which checks passed and which could not be answered.
-- sources: unit_files, groups, users, registry
--
--   SELECT host, check_name, subject, evidence FROM failed_user_accounts;
CREATE TEMP VIEW failed_user_accounts AS
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
-- ActSysAc holds the logon rights of an account; bit 0x10 is SeServiceLogonRight ([MS-LSAD] 2.2.1.2).
SELECT r.host, 'service_logon', replace(replace(r.key,
           'HKEY_LOCAL_MACHINE\SECURITY\Policy\Accounts\', ''), '\ActSysAc', ''),
       json_object('rights', hex(r.data_raw)), r.source
  FROM registry AS r
 WHERE r.key GLOB 'HKEY_LOCAL_MACHINE\SECURITY\Policy\Accounts\*\ActSysAc' AND r.type <> 'subkey'
   AND NOT r.deleted AND r.copy IS NULL
   -- Services' own accounts, and those of IIS, have the right by default.
   AND NOT r.key REGEXP '\\S-1-5-(19|20|80-.*|82-.*|83-.*)\\ActSysAc$'
   AND substr(hex(r.data_raw), 1, 1) IN ('1', '3', '5', '7', '9', 'B', 'D', 'F');
