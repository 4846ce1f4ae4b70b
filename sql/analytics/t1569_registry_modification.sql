-- t1569_registry_modification: changes to the registry keys of services, less those of known admins.
--
-- why:             A service is its key: who writes below Services, or the service manager's own
--                  descriptor, makes or changes what runs with its rights. The service manager writes
--                  a service's own values itself; any other program that does leaves no event of it
--                  in the System log.
-- severity:        info for a write without a signal; else by the weights of its signals
-- attack:          T1569 T1543.003 T1112 T1685 (v18.1), DS0024 Windows Registry Key Modification, DET0279
-- false positives: installers and drivers that write ImagePath or Start themselves
-- sources:         registry_events, service_events, registry_services
--
--   SELECT datetime, severity, subject, why FROM t1569_registry_modification WHERE severity <> 'info';
CREATE TEMP VIEW t1569_registry_modification AS
WITH told AS MATERIALIZED (
    -- What the service manager logged, by the host's name without its domain.
    SELECT substr(e.host, 1, instr(e.host || '.', '.') - 1) COLLATE NOCASE AS host, e.time, e.service,
           e.display_name, e.image_path
      FROM service_events AS e WHERE e.platform = 'windows' AND e.event_id BETWEEN 7000 AND 7045
), covered AS MATERIALIZED (
    SELECT host, min(time) AS since, max(time) AS until FROM told GROUP BY host
), writes AS (
    SELECT r.time, r.datetime, r.host, r.platform, r.action, r.key, r.value, r.data, r.user, r.pid,
           r.exe, r.source, r.record,
           -- The service of the key: what stands behind \Services\.
           CASE WHEN instr(lower(r.key), '\services\') THEN
                substr(substr(r.key, instr(lower(r.key), '\services\') + 10), 1,
                       instr(substr(r.key, instr(lower(r.key), '\services\') + 10) || '\', '\') - 1)
                END AS service,
           -- Installers of Windows write services' keys themselves, and plug and play, within svchost,
           -- how a driver starts.
           r.exe LIKE '%\system32\services.exe'
           OR r.exe LIKE '_:\Windows\System32\%' AND replace(r.exe, rtrim(r.exe, replace(r.exe, '\', '')), '')
              IN ('drvinst.exe', 'poqexec.exe', 'msiexec.exe') COLLATE NOCASE
           OR r.exe LIKE '_:\Windows\servicing\TrustedInstaller.exe'
           OR r.exe LIKE '_:\Windows\WinSxS\%\TiWorker.exe'
           OR r.exe LIKE '_:\Windows\System32\svchost.exe'
              AND r.value IN ('Start', 'Type', 'ErrorControl', 'DependOnService', 'RequiredPrivileges')
              AS by_manager,
           r.value IN ('ImagePath', 'ServiceDll', 'Start', 'Type', 'ObjectName', 'FailureCommand',
                       'FailureActions', 'Library', 'DependOnService', 'RequiredPrivileges')
           OR (r.key LIKE '%\Services\%\Security' AND r.key NOT LIKE '%\Services\%\%\Security') AS decides
      FROM registry_events AS r
     WHERE r.key LIKE '%\Services\%'
        OR r.key LIKE '%\Control\ServiceGroupOrder%'
        OR r.key LIKE '%\Control\RemoteAccessExemption%' OR r.value = 'RemoteAccessExemption'
        OR r.key LIKE '%\CurrentVersion\Svchost%'
    -- An arm without FROM keeps SQLite from computing a column again at each use.
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL
     WHERE 0
), facts AS (
    SELECT w.time, w.datetime, w.host, w.platform, w.action, w.key, w.value, w.data, w.user, w.pid,
           w.exe, w.source, w.record, w.service,
           CASE WHEN w.value = 'Start' AND w.data IN ('DWORD (0x00000004)', '4') THEN 'T1685'
                WHEN w.by_manager THEN 'T1543.003' ELSE 'T1112' END AS technique,
           ',' || iif(w.decides AND NOT w.by_manager AND w.key LIKE '%\Services\%', 'registry_direct,', '')
               || iif(w.value = 'Start' AND w.data IN ('DWORD (0x00000004)', '4'),
                      iif(EXISTS (SELECT 1 FROM security_services AS s
                                   WHERE s.platform IN ('any', 'windows') AND lower(w.service) GLOB s.name),
                          'stops_security,', 'start_type_off,'), '')
               || iif(w.value = 'FailureCommand' AND w.data NOT IN ('', '(Empty)'), 'failure_command,', '')
               || iif(w.value IN ('ServiceDll', 'Library') AND w.data LIKE '%\%'
                      AND w.data NOT LIKE '%\system32\%' AND w.data NOT LIKE '%\syswow64\%'
                      AND w.data NOT LIKE '%\Microsoft.NET\%' AND w.data NOT LIKE '%\WindowsApps\%',
                      iif(w.value = 'Library', 'performance_library,', 'service_dll_odd,'), '')
               || iif(w.value = 'ImagePath' AND w.data LIKE '%.sys' AND w.data LIKE '%\%'
                      AND w.data NOT LIKE '%system32\%' AND w.data NOT LIKE '%\ProgramData\Microsoft\%'
                      AND w.data NOT LIKE '%\Program Files%' AND w.data NOT LIKE '%\syswow64\%',
                      'driver_from_odd_path,', '')
               || iif(w.key LIKE '%\Control\ServiceGroupOrder\Security%'
                      OR w.key LIKE '%\RemoteAccessExemption%' OR w.value = 'RemoteAccessExemption',
                      'manager_descriptor,', '')
               || iif(w.action = 'deleted' AND w.value IS NULL AND w.key LIKE '%\Services\' || w.service,
                      'deleted_key,', '')
               || iif(w.value IN ('ImagePath', 'ServiceDll', 'FailureCommand', 'Library', 'Parameters')
                      OR w.value IS NULL AND w.key LIKE '%\Services\' || w.service,
                      coalesce((SELECT group_concat(DISTINCT p.signal) || ','
                                  FROM exec_patterns AS p
                                 WHERE p.platform IN ('any', 'windows')
                                   AND coalesce(w.data, '') || ' ' || w.service REGEXP p.pattern), ''), '')
               AS signals
      FROM writes AS w
    UNION ALL
    -- A key that changed while the log was kept, of a service outside the system's folders, and no
    -- event within two minutes tells of it.
    SELECT r.time, r.datetime, r.host, 'windows', 'modified', r.key, NULL, r.image_path, NULL, NULL,
           NULL, r.source, r.key, r.name, 'T1112', ',unexplained_change,'
      FROM registry_services AS r
     WHERE r.current AND r.type IS NOT NULL
       AND (r.image_path_resolved NOT LIKE '%\Windows\System32\%'
            AND r.image_path_resolved NOT LIKE '%\ProgramData\Microsoft\%'
            AND r.image_path_resolved NOT LIKE '%\Windows\servicing\%'
            OR r.service_dll_resolved NOT LIKE '%\Windows\System32\%')
       -- subqueries, so that no log is read where no key comes this far
       AND EXISTS (SELECT 1 FROM covered AS c
                    WHERE c.host = r.host AND r.time BETWEEN c.since AND c.until)
       AND NOT EXISTS (SELECT 1 FROM told AS t
                        WHERE t.host = r.host AND t.time BETWEEN r.time - 120 AND r.time + 120
                          AND (t.service IN (r.name, r.display_name)
                               OR t.display_name IN (r.name, r.display_name)
                               OR t.image_path = r.image_path))
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL
     WHERE 0
)
SELECT f.time, f.datetime, f.host, f.platform, 't1569_registry_modification' AS analytic, f.technique,
       iif(f.signals = ',', 'info', signal_severity(f.signals)) AS severity,
       f.key || coalesce('\' || f.value, '') AS subject,
       iif(f.signals = ',', NULL, signal_reasons(f.signals)) AS why,
       trim(f.signals, ',') AS signals,
       f.service, f.user,
       json_object('action', f.action, 'key', f.key, 'value', f.value, 'data', f.data, 'exe', f.exe,
                   'pid', f.pid, 'user', f.user) AS evidence,
       f.source, f.record
  FROM facts AS f
 WHERE NOT EXISTS (SELECT 1 FROM known_admins AS a
                    WHERE a.user = f.user AND (a.host IS NULL OR a.host = f.host))
   AND NOT EXISTS (SELECT 1 FROM known_services AS k
                    WHERE f.service GLOB k.name AND (k.host IS NULL OR k.host = f.host));
