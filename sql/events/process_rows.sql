-- process_rows: programs that were run, in one shape, from every log that records them.
--
-- why:     Audit's EXECVE, sudo's own lines, Sysmon 1 and 4688 record the same fact in different forms. Each
--          log is read once. A name where a log has only a number is taken from the host's users.
--          via names the source: audit, sysmon or security, which record every process, launchd, which records those of its
--          jobs by name, or the program that logged what it was asked to run: sudo, pkexec, doas, cron, run0; tty is text typed on a terminal, possibly several commands,
--          one a line. The term service_tools = 1 leaves out early every process that cannot be a service tool, and
--          nothing else.
-- sources: audit_events, auth_events, journal, users, windows_events, unified_log
--
--   SELECT datetime, login_user, user, cmdline FROM process_rows WHERE time > unixepoch() - 3600;
CREATE TEMP VIEW process_rows AS
-- Every arm gives a column the type that the first arm gives it. Then SQLite joins each arm with what is asked of it and
-- computes the columns that are asked for; where one differs it computes all columns of every row, and copies them.
WITH names AS MATERIALIZED (
    SELECT host, uid, min(username) AS username FROM users GROUP BY host, uid
)
SELECT a.time, a.datetime, a.host COLLATE NOCASE AS host, a.pid, a.ppid,
       CAST(coalesce(a.user, (SELECT u.username FROM names AS u WHERE u.host = a.host AND u.uid = a.uid),
                     a.uid) AS TEXT) COLLATE NOCASE AS user,
       CAST(coalesce(a.login_user, (SELECT l.username FROM names AS l WHERE l.host = a.host AND l.uid = a.auid),
                     a.auid) AS TEXT) COLLATE NOCASE AS login_user,
       a.exe COLLATE NOCASE AS exe, a.comm COLLATE NOCASE AS name,
       a.cmdline COLLATE NOCASE AS cmdline,
       NULL COLLATE NOCASE AS parent_exe, NULL COLLATE NOCASE AS parent_cmdline,
       a.cwd COLLATE NOCASE AS cwd, a.success,
       CAST(iif(a.type IN ('TTY', 'USER_TTY'), 'tty', iif(a.category = 'user_cmd', 'sudo', 'audit')) AS TEXT) AS via,
       a.source, CAST(a.serial AS TEXT) AS record, 'linux' AS platform, a.service_tools,
       a.exe COLLATE NOCASE AS path, a.uid, a.auid, a.ppid AS parent, -- as osquery calls them
       CAST(a.ses AS TEXT) AS session, a.euid, a.suid, a.fsuid, a.gid, a.egid, a.sgid, a.fsgid,
       a.syscall, a.mode, a.ouid AS owner_uid, a.ogid AS owner_gid
  FROM audit_events AS a
 WHERE a.category IN ('exec', 'user_cmd')
UNION ALL
-- Lines of sudo and similar programs, from text logs or, where a host has none, its journal; audit's records in
-- a journal are read with audit's own.
SELECT s.time, s.datetime, s.host COLLATE NOCASE, s.pid, CAST(NULL AS INTEGER), s.target_user COLLATE NOCASE,
       s.user COLLATE NOCASE, CAST(NULL AS TEXT) COLLATE NOCASE, CAST(NULL AS TEXT) COLLATE NOCASE,
       s.command COLLATE NOCASE, NULL COLLATE NOCASE, NULL COLLATE NOCASE, s.cwd COLLATE NOCASE, s.success, s.kind,
       s.source, CAST(s.line AS TEXT), 'linux', CAST(1 AS INTEGER), CAST(NULL AS TEXT) COLLATE NOCASE,
       CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), s.session, CAST(NULL AS INTEGER),
       CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
       CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS INTEGER),
       CAST(NULL AS INTEGER)
  FROM auth_events AS s
 WHERE s.kind IN ('sudo', 'pkexec', 'doas', 'cron') AND s.command IS NOT NULL
UNION ALL
-- Sysmon 1 doubles each % of a command line; Security 4688 counts in hexadecimal, and names the new
-- process's account only where it is not the creator's; 4696 is its number in older Windows.
SELECT w.time, w.datetime, w.computer COLLATE NOCASE, CAST(event_number(w.pid) AS INTEGER),
       CAST(event_number(w.ppid) AS INTEGER), CAST(w.user AS TEXT) COLLATE NOCASE,
       CAST(w.login_user AS TEXT) COLLATE NOCASE, CAST(w.exe AS TEXT) COLLATE NOCASE,
       CAST(path_name(w.exe) AS TEXT) COLLATE NOCASE, CAST(w.cmdline AS TEXT) COLLATE NOCASE,
       +w.parent_exe COLLATE NOCASE, +w.parent_cmdline COLLATE NOCASE, w.cwd COLLATE NOCASE, CAST(1 AS INTEGER),
       CAST(w.via AS TEXT), w.source, w.record, iif(w.exe LIKE '/%', 'linux', 'windows'), CAST(1 AS INTEGER),
       CAST(w.exe AS TEXT) COLLATE NOCASE, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
       CAST(event_number(w.ppid) AS INTEGER), CAST(w.session AS TEXT), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
       CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
       CAST(NULL AS INTEGER), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER)
  FROM (SELECT e.time, e.datetime, e.computer,
               CASE e.event_id WHEN 1 THEN e.process_id WHEN 4688 THEN e.new_process_id
                               ELSE e.target_process_id END AS pid,
               iif(e.event_id = 1, e.parent_process_id, e.process_id) AS ppid,
               CASE WHEN e.event_id = 1 THEN e.user
                    WHEN e.target_user_name NOT IN ('', '-')
                    THEN e.target_domain_name || '\' || e.target_user_name
                    ELSE e.subject_domain_name || '\' || e.subject_user_name END AS user,
               iif(e.event_id = 1, coalesce(e.parent_user, e.user),
                   e.subject_domain_name || '\' || e.subject_user_name) AS login_user,
               coalesce(e.image, e.new_process_name, e.target_process_name) AS exe,
               iif(e.event_id = 1, replace(e.command_line, '%%', '%'), e.command_line) AS cmdline,
               coalesce(e.parent_image, e.parent_process_name) AS parent_exe,
               replace(e.parent_command_line, '%%', '%') AS parent_cmdline,
               e.current_directory AS cwd,
               iif(e.event_id = 1, 'sysmon', 'security') AS via, e.source, CAST(e.record_id AS TEXT) AS record,
               iif(e.event_id = 1, e.logon_id, e.subject_logon_id) AS session
          FROM windows_events AS e
         WHERE e.event_id IN (1, 4688, 4696)
           AND e.provider_name IN ('Microsoft-Windows-Sysmon', 'Microsoft-Windows-Security-Auditing',
                                   'Linux-Sysmon')
        UNION ALL -- an arm without FROM keeps SQLite from computing a column again at each use
        SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
               NULL, NULL, NULL
         WHERE 0) AS w
UNION ALL
-- run0's command is the description of the unit that PID 1 starts for it, and its caller in fields of the
-- manager's own messages about that unit; without a name
-- of its own the unit is named after run0's own process.
SELECT j.time, j.datetime, j.host COLLATE NOCASE,
       CAST(iif(j.about_unit GLOB 'run-p[0-9]*', CAST(substr(j.about_unit, 6) AS INTEGER), NULL) AS INTEGER),
       CAST(NULL AS INTEGER), CAST(NULL AS TEXT) COLLATE NOCASE, j.elevated_user COLLATE NOCASE,
       CAST(NULL AS TEXT) COLLATE NOCASE, CAST(NULL AS TEXT) COLLATE NOCASE,
       CAST(substr(j.message, instr(j.message, ' - [run0] ') + 10, length(j.message) - instr(j.message, ' - [run0] ') - 12) AS TEXT) COLLATE NOCASE,
       NULL COLLATE NOCASE, NULL COLLATE NOCASE, CAST(NULL AS TEXT) COLLATE NOCASE, CAST(1 AS INTEGER), CAST('run0' AS TEXT),
       j.source, j.cursor, 'linux', CAST(1 AS INTEGER), CAST(NULL AS TEXT) COLLATE NOCASE, CAST(NULL AS INTEGER),
       CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS TEXT), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
       CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
       CAST(NULL AS INTEGER), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER)
  FROM journal AS j
 WHERE j.message_id = '7d4958e842da4a758f6c1cdc7b36dcc5' -- it begins
   AND j.elevated_uid >= 0 AND +j.pid = 1 -- +: a list of the one value is short, that of all processes is not
   AND j.message GLOB 'Starting * - [[]run0] *...'
UNION ALL
-- sudo's line in macOS' unified log is the one that it writes to syslog: sudo(8).
SELECT u.time, u.datetime, u.host COLLATE NOCASE, u.pid, CAST(NULL AS INTEGER),
       CAST(a.value ->> 'target_user' AS TEXT) COLLATE NOCASE, CAST(a.value ->> 'user' AS TEXT) COLLATE NOCASE,
       CAST(NULL AS TEXT) COLLATE NOCASE, CAST(NULL AS TEXT) COLLATE NOCASE,
       CAST(a.value ->> 'command' AS TEXT) COLLATE NOCASE, NULL COLLATE NOCASE, NULL COLLATE NOCASE,
       CAST(a.value ->> 'cwd' AS TEXT) COLLATE NOCASE, CAST(a.value ->> 'success' AS INTEGER), CAST('sudo' AS TEXT), u.source,
       CAST(u.position AS TEXT), 'macos', CAST(1 AS INTEGER), CAST(NULL AS TEXT) COLLATE NOCASE,
       CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS TEXT), CAST(NULL AS INTEGER),
       CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
       CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS INTEGER),
       CAST(NULL AS INTEGER)
  FROM unified_log AS u
 CROSS JOIN json_each(json_array(json(auth_message('sudo', u.message)))) AS a
 WHERE u.process = 'sudo' AND u.message GLOB '*COMMAND=*' AND a.value ->> 'command' IS NOT NULL
UNION ALL
-- launchd, when a job's own program runs: "Successfully spawned NAME[577] because speculative".
SELECT u.time, u.datetime, u.host COLLATE NOCASE, CAST(regex_match(u.message, '\[([0-9]+)\] because', 1) AS INTEGER),
       CAST(1 AS INTEGER), CAST(iif(u.subsystem GLOB 'system/*', 'root', NULL) AS TEXT) COLLATE NOCASE,
       CAST(NULL AS TEXT) COLLATE NOCASE,
       CAST(regex_match(u.message, '^Successfully spawned (.*)\[[0-9]+\] because', 1) AS TEXT) COLLATE NOCASE,
       CAST(regex_match(u.message, '^Successfully spawned (.*)\[[0-9]+\] because', 1) AS TEXT) COLLATE NOCASE,
       CAST(NULL AS TEXT) COLLATE NOCASE, '/sbin/launchd' COLLATE NOCASE, NULL COLLATE NOCASE,
       CAST(NULL AS TEXT) COLLATE NOCASE, CAST(1 AS INTEGER), CAST('launchd' AS TEXT), u.source, CAST(u.position AS TEXT), 'macos',
       CAST(0 AS INTEGER), CAST(NULL AS TEXT) COLLATE NOCASE, CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
       CAST(1 AS INTEGER), CAST(NULL AS TEXT), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER),
       CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS TEXT),
       CAST(NULL AS TEXT), CAST(NULL AS INTEGER), CAST(NULL AS INTEGER)
  FROM unified_log AS u
 WHERE u.process = 'launchd' AND u.message GLOB 'Successfully spawned *[[]*[]] because *';
