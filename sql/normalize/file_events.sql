-- file_events: files that were made, changed or taken away, in one shape, from the logs.
--
-- why:     Audit's watches, Sysmon 11, 23 and 26, and 4663 tell who wrote a file, which the file
--          itself does not. action is created, modified, deleted, renamed or attributes.
-- sources: audit_events, users
--
--   SELECT datetime, login_user, action, path, exe FROM file_events WHERE path GLOB '/etc/systemd/*';
CREATE TEMP VIEW file_events AS
WITH names AS MATERIALIZED (
    SELECT host, uid, min(username) AS username FROM users GROUP BY host, uid
)
SELECT a.time, a.datetime, a.host COLLATE NOCASE AS host,
       CASE WHEN a.syscall GLOB 'rename*' THEN 'renamed'
            WHEN a.syscall IN ('unlink', 'unlinkat', 'rmdir') THEN 'deleted'
            WHEN a.syscall IN ('symlink', 'symlinkat', 'link', 'linkat', 'mknod', 'mknodat',
                               'mkdir', 'mkdirat', 'creat') THEN 'created'
            WHEN a.syscall GLOB '*chmod*' OR a.syscall GLOB '*chown*' OR a.syscall GLOB '*xattr*'
                THEN 'attributes'
            WHEN instr(a.paths, '"CREATE"') THEN 'created'
            ELSE 'modified' END AS action,
       a.path COLLATE NOCASE AS path,
       coalesce(a.user, u.username, CAST(a.uid AS TEXT)) COLLATE NOCASE AS user,
       coalesce(a.login_user, l.username, CAST(a.auid AS TEXT)) COLLATE NOCASE AS login_user,
       a.pid, a.exe COLLATE NOCASE AS exe, a.syscall AS detail,
       a.source, CAST(a.serial AS TEXT) AS record, 'linux' AS platform
  FROM audit_events AS a
  LEFT JOIN names AS u ON u.host = a.host AND u.uid = a.uid
  LEFT JOIN names AS l ON l.host = a.host AND l.uid = a.auid
 WHERE a.category = 'file' AND a.path IS NOT NULL AND a.success IS NOT 0;
