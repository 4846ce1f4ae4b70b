-- registry_facts: writes to the registry keys of services, and keys that changed without an event.
--
-- why:     Input of the detections of the shape `registry`. Columns hold facts, no judgement. Other tables are read only for rows whose guard holds.
-- columns: time        REAL         when it was written
--          datetime    TEXT         the same as text, as in the log
--          host        TEXT NOCASE  host that the registry belongs to
--          platform                 windows
--          origin                   log, or key: a service's key outside Windows' folders that changed while the service manager's log was kept
--          action                   created, modified, deleted or renamed
--          key         TEXT NOCASE  path of the key
--          value       TEXT NOCASE  name of the value; NULL for the key itself
--          data        TEXT NOCASE  what was written; of a key its ImagePath
--          user        TEXT NOCASE  who wrote
--          pid         INTEGER      process that wrote
--          exe         TEXT NOCASE  program that wrote
--          service     TEXT NOCASE  name of the service that the key belongs to
--          by_manager               the service manager wrote, or an installer or driver tool of Windows wrote what it usually writes
--          decides                  the value determines what runs, when or as whom
--          whole_key                it is the service's own key and none of its values
--          disables                 it sets Start to 4
--          security                 of a write that sets Start to 4: the service is a security service
--          explained                of a key: an event of the service manager within two minutes reports the change
--          patterns                 of a whole key, or of a value that names a program: names of exec_patterns that match data and service
--          source      TEXT         where the record is
--          record      TEXT         which record it is
-- usual:   {"time": 1760000000, "host": "WS01", "platform": "windows", "origin": "log", "action": "modified",
--           "key": "HKLM\\System\\CurrentControlSet\\Services\\ReportAgent", "value": "Description",
--           "data": "Reports", "user": "CORP\\alice", "pid": 400, "exe": "C:\\Windows\\regedit.exe",
--           "service": "ReportAgent", "by_manager": 0, "decides": 0, "whole_key": 0, "disables": 0, "source": "Sysmon.evtx",
--           "record": "1"}
-- rows:    windows_events, registry_services
-- sources: registry_rows, service_rows, registry_services, security_services, exec_patterns
--
--   SELECT datetime, exe, key, value, data FROM registry_facts WHERE decides AND NOT by_manager;
CREATE TEMP VIEW registry_facts AS
WITH logged AS MATERIALIZED (
    -- Events of the service manager, by the host's name without its domain.
    SELECT substr(e.host, 1, instr(e.host || '.', '.') - 1) COLLATE NOCASE AS host, e.time, e.service,
           e.display_name, e.image_path
      FROM service_rows AS e WHERE e.platform = 'windows' AND e.event_id BETWEEN 7000 AND 7045
), covered AS MATERIALIZED (
    SELECT host, min(time) AS since, max(time) AS until FROM logged GROUP BY host
), named AS (
    SELECT r.time, r.datetime, r.host, r.platform, r.action, r.key, r.value, r.data, r.user, r.pid,
           r.exe, r.source, r.record,
           -- The service of the key: what follows \Services\.
           CASE WHEN instr(lower(r.key), '\services\') THEN
                substr(substr(r.key, instr(lower(r.key), '\services\') + 10), 1,
                       instr(substr(r.key, instr(lower(r.key), '\services\') + 10) || '\', '\') - 1)
                END COLLATE NOCASE AS service
      FROM registry_rows AS r
     WHERE r.key LIKE '%\Services\%'
        OR r.key LIKE '%\Control\ServiceGroupOrder%'
        OR r.key LIKE '%\Control\RemoteAccessExemption%' OR r.value = 'RemoteAccessExemption'
        OR r.key LIKE '%\CurrentVersion\Svchost%'
    -- An arm without FROM keeps SQLite from computing a column again at each use.
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
     WHERE 0
), writes AS (
    SELECT n.time, n.datetime, n.host, n.platform, n.action, n.key, n.value, n.data, n.user, n.pid,
           n.exe, n.source, n.record, n.service,
           -- Installers of Windows write services' keys themselves; plug and play, in svchost, writes the Start value
           -- of drivers.
           n.exe LIKE '%\system32\services.exe'
           OR (n.exe LIKE '_:\Windows\System32\%'
               AND lower(replace(n.exe, rtrim(n.exe, replace(n.exe, '\', '')), ''))
                   IN ('drvinst.exe', 'poqexec.exe', 'msiexec.exe'))
           OR n.exe LIKE '_:\Windows\servicing\TrustedInstaller.exe'
           OR n.exe LIKE '_:\Windows\WinSxS\%\TiWorker.exe'
           OR (n.exe LIKE '_:\Windows\System32\svchost.exe'
               AND n.value IN ('Start', 'Type', 'ErrorControl', 'DependOnService', 'RequiredPrivileges'))
              AS by_manager,
           n.value IN ('ImagePath', 'ServiceDll', 'Start', 'Type', 'ObjectName', 'FailureCommand',
                       'FailureActions', 'Library', 'DependOnService', 'RequiredPrivileges')
           OR (n.key LIKE '%\Services\%\Security' AND n.key NOT LIKE '%\Services\%\%\Security') AS decides,
           n.value IS NULL AND lower(substr(n.key, -length('\Services\' || n.service))) = lower('\Services\' || n.service) AS whole_key,
           n.value = 'Start' AND n.data IN ('DWORD (0x00000004)', '4') AS disables
      FROM named AS n
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, NULL
     WHERE 0
)
SELECT w.time, w.datetime, w.host, w.platform, 'log' AS origin, w.action, w.key, w.value, w.data,
       w.user, w.pid, w.exe, w.service, w.by_manager, w.decides, w.whole_key, w.disables,
       iif(w.disables,
           EXISTS (SELECT 1 FROM security_services AS s
                    WHERE s.platform IN ('any', 'windows') AND lower(w.service) GLOB s.name),
           NULL) AS security,
       NULL AS explained,
       iif(w.whole_key OR w.value IN ('ImagePath', 'ServiceDll', 'FailureCommand', 'Library', 'Parameters'),
           pattern_signals('windows', coalesce(w.data, '') || ' ' || w.service), NULL) AS patterns,
       w.source, w.record
  FROM writes AS w
UNION ALL
SELECT r.time, r.datetime, r.host, 'windows', 'key', 'modified', r.key, NULL, r.image_path, NULL, NULL,
       NULL, r.name, NULL, NULL, 1, NULL, NULL,
       EXISTS (SELECT 1 FROM logged AS t
                WHERE t.host = r.host AND t.time BETWEEN r.time - 120 AND r.time + 120
                  AND (t.service IN (r.name, r.display_name)
                       OR t.display_name IN (r.name, r.display_name)
                       OR t.image_path = r.image_path)),
       NULL, r.source, r.key
  FROM registry_services AS r
 WHERE r.current AND r.type IS NOT NULL
   -- Nothing of Windows has its program directly in C:\Windows; Defender has its own in ProgramData.
   AND ((NOT (path_trust(r.image_path_resolved) = 'system' AND r.image_path_resolved LIKE '_:\Windows\%\%')
         AND r.image_path_resolved NOT LIKE '%:\ProgramData\Microsoft\%')
        OR NOT (path_trust(r.service_dll_resolved) = 'system' AND r.service_dll_resolved LIKE '_:\Windows\%\%'))
   -- a subquery, so that no log is read where no key reaches this term
   AND EXISTS (SELECT 1 FROM covered AS c
                WHERE c.host = r.host AND r.time BETWEEN c.since AND c.until);
