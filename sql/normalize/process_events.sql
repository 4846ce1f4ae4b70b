-- process_events: programs that were run, in one shape, from every log that tells of it.
--
-- why:     Audit's EXECVE, sudo's own lines, Sysmon 1 and 4688 say the same in different words. Each
--          log is read once. A name where a log has only a number is taken from the host's users.
-- sources: audit_events, journal, users
--
--   SELECT datetime, login_user, user, cmdline FROM process_events WHERE time > unixepoch() - 3600;
CREATE TEMP VIEW process_events AS
WITH names AS MATERIALIZED (
    SELECT host, uid, min(username) AS username FROM users GROUP BY host, uid
)
SELECT a.time, a.datetime, a.host COLLATE NOCASE AS host, a.pid, a.ppid,
       coalesce(a.user, u.username, a.uid) COLLATE NOCASE AS user,
       coalesce(a.login_user, l.username, a.auid) COLLATE NOCASE AS login_user,
       a.exe COLLATE NOCASE AS exe, a.comm COLLATE NOCASE AS name,
       a.cmdline COLLATE NOCASE AS cmdline,
       NULL COLLATE NOCASE AS parent_exe, NULL COLLATE NOCASE AS parent_cmdline,
       a.cwd COLLATE NOCASE AS cwd, a.success,
       iif(a.category = 'user_cmd', 'sudo', NULL) AS via,
       a.source, CAST(a.serial AS TEXT) AS record, 'linux' AS platform
  FROM audit_events AS a
  LEFT JOIN names AS u ON u.host = a.host AND u.uid = a.uid
  LEFT JOIN names AS l ON l.host = a.host AND l.uid = a.auid
 WHERE a.category IN ('exec', 'user_cmd');
