-- process_facts: processes that a service manager started: running ones, and those in the logs.
--
-- why:     Input of the detections of the shape `process`. Columns hold facts, no judgement. A services.exe that is not
--          Windows' own is a row too, whatever its parent.
-- columns: time            REAL         when it was started
--          host                    TEXT host that it runs on
--          platform                     linux, windows or macos
--          running                      1 for a running process, 0 for one from a log
--          subject                      its command line, or else its program or name
--          user                    TEXT account that it runs as
--          pid             INTEGER      number of the process
--          name            TEXT NOCASE  name that the kernel gives, or the last part of the program's path
--          exe                     TEXT path of its program
--          exe_deleted     INTEGER      of a running one: the program's file is missing
--          program_gone                 of a running one whose file is missing: no other file is at its path, and no package owns it
--          cmdline                 TEXT its command line
--          parent                  TEXT path of its parent's program
--          parent_cmdline               command line of its parent
--          service                 TEXT of a running one: its unit
--          user_unit               TEXT of a running one: its unit of a user's own manager
--          container               TEXT of a running one: its container
--          via                          of one from the logs: audit, sysmon or security
--          patterns                     names of exec_patterns that match its program and command line, as a JSON array
--          places                       not of Windows: kinds of place that its programs and scripts are in, as path_trust() names them: ,system,temp,
--          evidence                     the row as JSON, for people
--          source                       where the record is
--          record                       which record it is
-- usual:   {"time": 1760000000, "host": "pc1", "platform": "linux", "running": 1, "subject": "/usr/sbin/agent -f",
--           "user": "root", "pid": 300, "name": "agent", "exe": "/usr/sbin/agent", "exe_deleted": 0,
--           "cmdline": "/usr/sbin/agent -f", "parent": "/usr/lib/systemd/systemd", "service": "agent.service",
--           "patterns": "[]", "places": ",system,", "source": "/proc/300", "record": "pid 300"}
-- rows:    processes, audit_events, windows_events, unified_log
-- sources: processes, process_rows, path_permissions, package_files, exec_patterns, attached_baseline
--
--   SELECT datetime(time, 'unixepoch'), service, cmdline FROM process_facts WHERE running;
CREATE TEMP VIEW process_facts AS
WITH normal AS MATERIALIZED (
    SELECT host, item, detail FROM attached_baseline WHERE kind = 'program'
), running AS MATERIALIZED (
    SELECT pid, name, exe, exe_deleted, cmdline, user, start_time, unit, user_unit, parent_exe,
           container, host, source
      FROM processes AS p
     WHERE NOT kernel_thread
       AND (parent_name = 'systemd' OR unit GLOB '*.service' OR user_unit GLOB '*.service'
            OR parent_name LIKE 'services.exe' -- of Windows; one that is not Windows' own too
            OR (name LIKE 'services.exe' AND exe NOT LIKE '_:\Windows\System32\services.exe'))
       AND NOT EXISTS (SELECT 1 FROM normal AS n
                        WHERE n.host = p.host AND n.item = p.exe AND n.detail IS p.parent_exe)
)
SELECT p.start_time AS time, p.host, iif(p.source = '/proc', 'linux', 'windows') AS platform, 1 AS running,
       coalesce(nullif(p.cmdline, ''), p.exe, p.name) AS subject, p.user, p.pid,
       p.name COLLATE NOCASE AS name, p.exe, p.exe_deleted,
       iif(p.exe_deleted AND p.exe GLOB '/*' AND p.exe NOT GLOB '/memfd:*',
           EXISTS (SELECT 1 FROM path_permissions AS w
                    WHERE w.path = p.exe AND w.host = p.host AND w.error IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM package_files AS f WHERE f.host = p.host AND f.path = p.exe),
           NULL) AS program_gone, p.cmdline, p.parent_exe AS parent,
       NULL AS parent_cmdline, p.unit AS service, p.user_unit, p.container, NULL AS via,
       pattern_signals(iif(p.source = '/proc', 'unix', 'windows'), coalesce(p.exe, '') || ' ' || coalesce(p.cmdline, '')) AS patterns,
       iif(p.source = '/proc', path_places(command_runs(p.cmdline), p.exe), NULL) AS places,
       json_object('pid', p.pid, 'name', p.name, 'exe', p.exe, 'unit', p.unit,
                   'user_unit', p.user_unit, 'parent', p.parent_exe, 'user', p.user,
                   'container', p.container) AS evidence,
       p.source || '/' || p.pid AS source, 'pid ' || p.pid AS record
  FROM running AS p
UNION ALL
-- On Linux the manager is process 1. Only audit's rows, of which the log is not asked for service tools, have no
-- service_tools: the others' logs are not read for this.
SELECT e.time, e.host, e.platform, 0, coalesce(nullif(e.cmdline, ''), e.exe), e.user, e.pid, e.name,
       e.exe, NULL, NULL, e.cmdline, e.parent_exe, e.parent_cmdline, NULL, NULL, NULL, e.via,
       pattern_signals('unix', coalesce(e.exe, '') || ' ' || coalesce(e.cmdline, '')),
       path_places(command_runs(e.cmdline), e.exe),
       json_object('pid', e.pid, 'exe', e.exe, 'cmdline', e.cmdline, 'parent', e.parent_exe,
                   'parent_cmdline', e.parent_cmdline, 'user', e.user, 'via', e.via),
       e.source, e.record
  FROM process_rows AS e
 WHERE e.platform = 'linux' AND e.ppid = 1 AND e.via = 'audit' AND e.service_tools IS NOT 1
UNION ALL
-- Of audit, service_tools = 1 leaves next to nothing, and what has a parent's program is none of it.
SELECT e.time, e.host, e.platform, 0, coalesce(nullif(e.cmdline, ''), e.exe), e.user, e.pid, e.name,
       e.exe, NULL, NULL, e.cmdline, e.parent_exe, e.parent_cmdline, NULL, NULL, NULL, e.via,
       pattern_signals(iif(e.platform = 'windows', 'windows', 'unix'), coalesce(e.exe, '') || ' ' || coalesce(e.cmdline, '')),
       iif(e.platform = 'windows', NULL, path_places(command_runs(e.cmdline), e.exe)),
       json_object('pid', e.pid, 'exe', e.exe, 'cmdline', e.cmdline, 'parent', e.parent_exe,
                   'parent_cmdline', e.parent_cmdline, 'user', e.user, 'via', e.via),
       e.source, e.record
  FROM process_rows AS e
 WHERE e.service_tools = 1
   AND (e.parent_exe LIKE '%\services.exe' OR e.parent_exe LIKE '%/launchd'
        OR (e.exe LIKE '%\services.exe' AND e.exe NOT LIKE '%\Windows\System32\services.exe'));
