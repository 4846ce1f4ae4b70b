-- t1569_process_creation: processes that a service manager started, less what is known.
--
-- why:             Whatever systemd, services.exe or launchd starts runs as a service, whoever asked for
--                  it. A program that is gone, never was a file, lies in a temporary folder or is a
--                  shell with its script in the command line is not what a package installs.
-- severity:        info for a process without a signal; else by the weights of its signals
-- attack:          T1569 T1059 T1620 T1070.004 (v18.1), DS0009 Process Creation, DET0279
-- false positives: programs replaced by an upgrade and not restarted yet (deleted_program, low)
-- sources:         processes, process_events, attached_baseline
--
--   SELECT datetime, severity, subject, why FROM t1569_process_creation WHERE severity <> 'info';
CREATE TEMP VIEW t1569_process_creation AS
WITH normal AS MATERIALIZED (
    SELECT host, item, detail FROM attached_baseline WHERE kind = 'program'
), running AS MATERIALIZED (
    SELECT pid, ppid, name, exe, exe_deleted, cmdline, user, loginuid, start_time, unit, user_unit,
           parent_name, parent_exe, container, host, source
      FROM processes AS p WHERE NOT kernel_thread
       AND NOT EXISTS (SELECT 1 FROM normal AS n
                        WHERE n.host = p.host AND n.item = p.exe AND n.detail IS p.parent_exe)
), facts AS (
    SELECT p.start_time AS time, p.host, 'linux' AS platform,
           coalesce(nullif(p.cmdline, ''), p.exe, p.name) AS subject, p.user,
           'T1569.003' AS technique,
           ',' || iif(p.exe GLOB '/memfd:*' OR p.exe GLOB 'memfd:*', 'memory_program,',
                      iif(p.exe_deleted, 'deleted_program,', ''))
               || coalesce((SELECT group_concat(DISTINCT x.signal) || ',' FROM exec_patterns AS x
                             WHERE x.platform IN ('any', 'unix')
                               AND coalesce(p.exe, '') || ' ' || coalesce(p.cmdline, '')
                                   REGEXP x.pattern), '') AS signals,
           json_object('pid', p.pid, 'name', p.name, 'exe', p.exe, 'unit', p.unit,
                       'user_unit', p.user_unit, 'parent', p.parent_exe, 'user', p.user,
                       'container', p.container) AS evidence,
           p.source || '/' || p.pid AS source, 'pid ' || p.pid AS record,
           p.exe, p.parent_exe AS parent, p.unit AS service
      FROM running AS p
     WHERE p.parent_name = 'systemd' OR p.unit GLOB '*.service' OR p.user_unit GLOB '*.service'
    UNION ALL
    -- What the logs tell of the managers' children, gone or not. On Linux the manager is process 1.
    SELECT e.time, e.host, e.platform, coalesce(nullif(e.cmdline, ''), e.exe), e.user,
           CASE e.platform WHEN 'windows' THEN 'T1569.002' WHEN 'macos' THEN 'T1569.001'
                           ELSE 'T1569.003' END,
           ',' || iif(e.name IN ('cmd.exe', 'powershell.exe', 'pwsh.exe', 'wscript.exe', 'cscript.exe',
                                 'mshta.exe', 'rundll32.exe', 'regsvr32.exe'), 'shell_of_manager,', '')
               || iif(e.exe LIKE '%\services.exe' AND e.exe NOT LIKE '%\Windows\System32\services.exe'
                      OR e.parent_exe LIKE '%\services.exe'
                         AND e.parent_exe NOT LIKE '%\Windows\System32\services.exe',
                      'false_manager,', '')
               || coalesce((SELECT group_concat(DISTINCT p.signal) || ',' FROM exec_patterns AS p
                             WHERE p.platform IN ('any', iif(e.platform = 'windows', 'windows', 'unix'))
                               AND coalesce(e.exe, '') || ' ' || coalesce(e.cmdline, '')
                                   REGEXP p.pattern), ''),
           json_object('pid', e.pid, 'exe', e.exe, 'cmdline', e.cmdline, 'parent', e.parent_exe,
                       'parent_cmdline', e.parent_cmdline, 'user', e.user, 'via', e.via),
           e.source, e.record, e.exe, e.parent_exe, NULL
      FROM process_events AS e
     WHERE e.parent_exe LIKE '%\services.exe' OR e.parent_exe LIKE '%/launchd'
        OR (e.exe LIKE '%\services.exe' AND e.exe NOT LIKE '%\Windows\System32\services.exe')
        OR (e.platform = 'linux' AND e.ppid = 1 AND e.via = 'audit')
    UNION ALL
    -- An arm without FROM keeps SQLite from computing a column again at each use.
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
     WHERE 0
)
SELECT f.time, utc_datetime(f.time) AS datetime, f.host, f.platform,
       't1569_process_creation' AS analytic, f.technique,
       iif(f.signals = ',', 'info', signal_severity(f.signals)) AS severity, f.subject,
       iif(f.signals = ',', NULL, signal_reasons(f.signals)) AS why,
       trim(f.signals, ',') AS signals,
       f.exe, f.parent, f.service, f.user, f.evidence, f.source, f.record
  FROM facts AS f
 WHERE NOT EXISTS (SELECT 1 FROM known_paths AS k
                    WHERE f.exe GLOB k.path AND (k.host IS NULL OR k.host = f.host))
   AND NOT EXISTS (SELECT 1 FROM known_services AS k
                    WHERE f.service GLOB k.name AND (k.host IS NULL OR k.host = f.host));
