-- file_rows: files that were created, changed or removed, in one shape, from the logs.
--
-- why:     Audit's watches, Sysmon 11, 23 and 26, and 4663 record who wrote a file; the file itself does not. action is
--          created, modified, deleted, renamed or attributes.
--          What commands write is known from the command alone: of audit's programs, sudo and similar tools
--          and histories the files that service managers read, with exe the command's name, detail
--          its line, and via history or command. A shell's own > shows in histories and in sh -c alone.
-- sources: audit_events, auth_events, shell_history, users, windows_events, unified_log, evidence
--
--   SELECT datetime, login_user, action, path, exe FROM file_rows WHERE path GLOB '/etc/systemd/*';
CREATE TEMP VIEW file_rows AS
-- Each column is of one type in all arms, as in process_rows.
WITH names AS MATERIALIZED (
    SELECT host, uid, min(username) AS username FROM users GROUP BY host, uid
), kinds AS MATERIALIZED (
    SELECT host, max(kind) AS kind FROM evidence GROUP BY host
)
SELECT a.time, a.datetime, a.host COLLATE NOCASE AS host,
       CASE WHEN a.syscall GLOB 'open*' THEN iif(a.creates, 'created', 'modified') -- most; the others are asked in turn
            WHEN a.syscall GLOB 'rename*' THEN 'renamed'
            WHEN a.syscall IN ('unlink', 'unlinkat', 'rmdir') THEN 'deleted'
            WHEN a.syscall IN ('symlink', 'symlinkat', 'link', 'linkat', 'mknod', 'mknodat',
                               'mkdir', 'mkdirat', 'creat') THEN 'created'
            WHEN a.syscall GLOB '*chmod*' OR a.syscall GLOB '*chown*' OR a.syscall GLOB '*xattr*'
                THEN 'attributes'
            WHEN a.creates THEN 'created'
            ELSE 'modified' END AS action,
       iif(o.value = 0, a.path, o.value) COLLATE NOCASE AS path,
       CAST(coalesce(a.user, (SELECT u.username FROM names AS u WHERE u.host = a.host AND u.uid = a.uid),
                     a.uid) AS TEXT) COLLATE NOCASE AS user,
       CAST(coalesce(a.login_user, (SELECT l.username FROM names AS l WHERE l.host = a.host AND l.uid = a.auid),
                     a.auid) AS TEXT) COLLATE NOCASE AS login_user,
       a.pid, a.exe COLLATE NOCASE AS exe, a.syscall AS detail,
       a.source, CAST(a.serial AS TEXT) AS record, 'linux' AS platform, 'audit' AS via,
       NULL COLLATE NOCASE AS from_path, NULL AS content, a.comm COLLATE NOCASE AS name, a.ppid, a.auid
  FROM audit_events AS a
 CROSS JOIN json_each(ifnull(a.objects, '[0]')) AS o -- nearly always one
 WHERE a.category = 'file' AND a.path IS NOT NULL AND a.success IS NOT 0
UNION ALL
-- A pipe is \\.\pipe\name, a file over the network \\*\share\name as the Security log calls the share;
-- opened is a pipe or a share in use, by which services are run from other hosts.
SELECT w.time, w.datetime, w.computer COLLATE NOCASE, +w.action,
       +w.path COLLATE NOCASE, CAST(w.user AS TEXT) COLLATE NOCASE,
       CAST(w.user AS TEXT) COLLATE NOCASE, CAST(w.pid AS INTEGER), CAST(w.exe AS TEXT) COLLATE NOCASE,
       CAST(w.detail AS TEXT) COLLATE NOCASE, w.source, w.record, iif(w.path LIKE '/%', 'linux', 'windows'), 'windows',
       NULL, NULL, CAST(NULL AS TEXT), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER)
  FROM (SELECT e.time, e.datetime, e.computer, e.source, CAST(e.record_id AS TEXT) AS record,
               CASE
               WHEN e.event_id IN (11, 15, 17, 29) THEN 'created'
               WHEN e.event_id IN (23, 26) THEN 'deleted'
               WHEN e.event_id = 2 THEN 'attributes'
               WHEN e.event_id = 18 THEN 'opened'
               WHEN e.access_list LIKE '%\%\%1537%' ESCAPE '\' THEN 'deleted'
               WHEN e.access_list LIKE '%\%\%441_%' ESCAPE '\'
                    AND (e.access_list LIKE '%\%\%4417%' ESCAPE '\'
                         OR e.access_list LIKE '%\%\%4418%' ESCAPE '\') THEN 'modified'
               WHEN e.event_id = 5145 THEN 'opened'
               ELSE 'attributes' END AS action,
               CASE
               WHEN e.event_id IN (17, 18) THEN '\\.\pipe' || e.pipe_name
               WHEN e.event_id = 5145 THEN e.share_name || '\' || e.relative_target_name
               ELSE coalesce(e.target_filename, e.object_name) END AS path,
               coalesce(e.user, e.subject_domain_name || '\' || e.subject_user_name) AS user,
               event_number(e.process_id) AS pid, coalesce(e.image, e.process_name) AS exe,
               CASE
               WHEN e.event_id = 5145 THEN e.ip_address || ': ' || event_message(e.access_list)
               WHEN e.event_id = 4663 THEN event_message(e.access_list)
               WHEN e.event_id IN (15, 23, 26, 29) THEN coalesce(e.hashes, e.hash)
               END AS detail
          FROM windows_events AS e
         WHERE e.event_id IN (2, 11, 15, 17, 18, 23, 26, 29, 4663, 5145)
           AND e.provider_name IN ('Microsoft-Windows-Sysmon', 'Microsoft-Windows-Security-Auditing',
                                   'Linux-Sysmon')
           AND (e.event_id <> 4663
                OR (e.object_type = 'File' AND e.access_list REGEXP '%%(4417|4418|4420|4424|1537|1539|1540)'))
        UNION ALL -- an arm without FROM keeps SQLite from computing a column again at each use
        SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
         WHERE 0) AS w
UNION ALL
SELECT a.time, a.datetime, a.host COLLATE NOCASE, f.value ->> 'action', f.value ->> 'path' COLLATE NOCASE,
       CAST(coalesce(a.user, (SELECT u.username FROM names AS u WHERE u.host = a.host AND u.uid = a.uid),
                     a.uid) AS TEXT) COLLATE NOCASE,
       CAST(coalesce(a.login_user, (SELECT l.username FROM names AS l WHERE l.host = a.host AND l.uid = a.auid),
                     a.auid) AS TEXT) COLLATE NOCASE,
       a.pid, CAST(f.value ->> 'program' AS TEXT) COLLATE NOCASE, a.cmdline COLLATE NOCASE, a.source,
       CAST(a.serial AS TEXT), 'linux', 'command', f.value ->> 'from' COLLATE NOCASE, f.value ->> 'content',
       a.comm COLLATE NOCASE, a.ppid, a.auid
  FROM audit_events AS a
 CROSS JOIN json_each(file_writes(a.cmdline)) AS f
 WHERE a.unit_writes = 1 AND a.category IN ('exec', 'user_cmd') AND a.success IS NOT 0
UNION ALL
SELECT s.time, s.datetime, s.host COLLATE NOCASE, f.value ->> 'action', f.value ->> 'path' COLLATE NOCASE,
       s.target_user COLLATE NOCASE, s.user COLLATE NOCASE, s.pid, CAST(f.value ->> 'program' AS TEXT) COLLATE NOCASE,
       s.command COLLATE NOCASE, s.source, CAST(s.line AS TEXT), 'linux', 'command',
       f.value ->> 'from' COLLATE NOCASE, f.value ->> 'content', CAST(NULL AS TEXT), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER)
  FROM auth_events AS s
 CROSS JOIN json_each(file_writes(s.command)) AS f
 WHERE s.kind IN ('sudo', 'pkexec', 'doas') AND s.success IS NOT 0
UNION ALL
SELECT u.time, u.datetime, u.host COLLATE NOCASE, f.value ->> 'action', f.value ->> 'path' COLLATE NOCASE,
       CAST(a.value ->> 'target_user' AS TEXT) COLLATE NOCASE, CAST(a.value ->> 'user' AS TEXT) COLLATE NOCASE, u.pid,
       CAST(f.value ->> 'program' AS TEXT) COLLATE NOCASE, CAST(a.value ->> 'command' AS TEXT) COLLATE NOCASE, u.source,
       CAST(u.position AS TEXT), 'macos', 'command', f.value ->> 'from' COLLATE NOCASE, f.value ->> 'content',
       CAST(NULL AS TEXT), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER)
  FROM unified_log AS u
 CROSS JOIN json_each(json_array(json(auth_message('sudo', u.message)))) AS a
 CROSS JOIN json_each(file_writes(a.value ->> 'command')) AS f
 WHERE u.process = 'sudo' AND u.message GLOB '*COMMAND=*' AND a.value ->> 'success' IS NOT 0
UNION ALL
-- Background task management names a property list that launchd took up, whoever wrote it.
SELECT u.time, u.datetime, u.host COLLATE NOCASE, 'modified',
       replace(regex_match(u.message, 'url=file://([^, ]+[.]plist)', 1), '%20', ' ') COLLATE NOCASE,
       CAST(NULL AS TEXT) COLLATE NOCASE, CAST(NULL AS TEXT) COLLATE NOCASE, u.pid, u.process COLLATE NOCASE,
       u.message COLLATE NOCASE, u.source, CAST(u.position AS TEXT), 'macos', 'launchd', NULL, NULL,
       CAST(NULL AS TEXT), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER)
  FROM unified_log AS u
 WHERE u.process = 'backgroundtaskmanagementd' AND u.message GLOB 'registerLaunchItem: *updated legacy*url=file://*.plist*'
UNION ALL
SELECT h.time, h.datetime, h.host COLLATE NOCASE, f.value ->> 'action',
       iif(f.value ->> 'path' GLOB '~*',
           CASE WHEN h.user = 'root' THEN iif(k.kind = 'macos', '/var/root', '/root')
                ELSE iif(k.kind = 'macos', '/Users/', '/home/') || h.user END || substr(f.value ->> 'path', 2),
           f.value ->> 'path') COLLATE NOCASE,
       h.user COLLATE NOCASE, h.user COLLATE NOCASE, CAST(NULL AS INTEGER), CAST(f.value ->> 'program' AS TEXT) COLLATE NOCASE,
       h.command COLLATE NOCASE, h.source, CAST(h.line AS TEXT), iif(k.kind = 'macos', 'macos', 'linux'),
       'history', f.value ->> 'from' COLLATE NOCASE, f.value ->> 'content', CAST(NULL AS TEXT), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER)
  FROM shell_history AS h
 CROSS JOIN json_each(file_writes(h.command)) AS f
  LEFT JOIN kinds AS k ON k.host = h.host;
