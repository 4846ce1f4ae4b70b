-- service_key_facts: every service in a Windows registry, and the service manager's own settings.
--
-- why:     Input of the detections of the shape `service_key`. Columns hold facts, no judgement. Other tables are read only for rows whose guard holds.
-- columns: time                     REAL         when the key was last written
--          host                     TEXT NOCASE  host that the registry belongs to
--          platform                              windows
--          kind                                  service, or manager: the settings of the service manager itself
--          key                      TEXT NOCASE  key of a service; scmanager for the manager
--          name                     TEXT NOCASE  name of the key, which is the service's; scmanager for the manager
--          account                  TEXT NOCASE  ObjectName: account that it runs as
--          type                     INTEGER      Type, a number: 1 and 2 are drivers, 16 and above programs
--          service_type             TEXT NOCASE  Type in words
--          start                    INTEGER      Start, a number: 4 is disabled
--          start_type               TEXT NOCASE  Start in words
--          image_path               TEXT NOCASE  ImagePath as it is written
--          image_path_resolved      TEXT NOCASE  ImagePath as a whole path
--          service_dll              TEXT NOCASE  ServiceDll as it is written
--          service_dll_resolved     TEXT NOCASE  ServiceDll as a whole path
--          failure_command          TEXT NOCASE  FailureCommand: run when the service ends by itself
--          failure_program                       path of the program in FailureCommand
--          performance_library      TEXT NOCASE  Library below Performance, loaded into programs that count performance
--          environment              TEXT NOCASE  Environment, a JSON array
--          security_sddl                    TEXT security descriptor of the service, as SDDL
--          control_set              TEXT NOCASE  control set that the key belongs to
--          unquoted_path            INTEGER      ImagePath has a space in its program and no quotes
--          deleted                  INTEGER      the key was recovered from free space of the hive
--          hidden                   INTEGER      the descriptor denies others to query the service, or that of its key to read it
--          managed                               of a running host: listed, unlisted (kept out of the manager's list) or unknown to the manager
--          key_absent               INTEGER      the manager, or a hive of the same moment, has it, and the registry in use does not show it
--          security                              where Start is 4: it is a security service
--          security_neighbour                    of a program with a name of eight letters or more: the name of a security service differs in one letter
--          scm_sddl                              of the manager: its stored descriptor, which Windows does not set by default
--          remote_access_exemption  INTEGER      of the manager: remote callers need not be administrators
--          patterns                              names of exec_patterns that match ImagePath and name, or FailureCommand, where a shell is usual: ,a,b,
--          evidence                              the row as JSON, for people; of a longer value 32,768 characters, one more than Windows starts
--          source                           TEXT where the record is
--          record                   TEXT NOCASE  which record it is
-- usual:   {"time": 1760000000, "host": "WS01", "platform": "windows", "kind": "service", "name": "ReportAgent",
--           "key": "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\ReportAgent", "account": "LocalSystem",
--           "type": 16, "service_type": "OWN_PROCESS", "start": 2, "start_type": "AUTO_START",
--           "image_path": "C:\\Program Files\\Report\\agent.exe",
--           "image_path_resolved": "C:\\Program Files\\Report\\agent.exe", "unquoted_path": 0, "deleted": 0,
--           "hidden": 0, "managed": null, "key_absent": 0, "patterns": "[]", "source": "SYSTEM", "record": "1"}
-- rows:    registry_services, registry_services_scm, scm_services, service_listings
-- sources: registry_services, registry_services_scm, scm_services, service_listings, security_services, exec_patterns,
--          attached_baseline
--
--   SELECT name, image_path, failure_program FROM service_key_facts WHERE failure_command <> '';
CREATE TEMP VIEW service_key_facts AS
WITH normal AS MATERIALIZED (
    SELECT host, item, detail FROM attached_baseline WHERE kind = 'service'
), keys AS MATERIALIZED ( -- read only where a collection has listings too
    SELECT host, name, image_path FROM registry_services WHERE current
), managed AS MATERIALIZED (
    SELECT host, name, listed FROM scm_services
), control_sets AS MATERIALIZED (
    SELECT host, source, copy, control_set, current, services_key_last_write AS written, scm_sddl, scm_sddl_time,
           control_key_last_write, remote_access_exemption
      FROM registry_services_scm
), copies AS MATERIALIZED ( -- a key that is made or removed changes the time of Services
    SELECT c.source, c.control_set
      FROM control_sets AS c
      JOIN control_sets AS u ON u.host = c.host AND u.written = c.written
     WHERE u.current AND u.source GLOB 'HKEY_*' AND c.source NOT GLOB 'HKEY_*'
       AND (c.current OR (c.copy IS NOT NULL AND c.control_set = u.control_set))
), shown AS MATERIALIZED ( -- in the registry in use; read only where there is something to compare it with
    SELECT host, name FROM registry_services WHERE source GLOB 'HKEY_*' AND current
), listed AS ( -- what several tools printed of one service, as one row
    SELECT min(time) AS time, host, name, max(definition) AS definition, max(service_type) AS service_type,
           max(start_type) AS start_type, max(user_account) AS account, command, max(module_path) AS module_path,
           max(failure_command) AS failure_command, min(source) AS source, min(form) AS form,
           min(position) AS position
      FROM service_listings AS l
     WHERE platform = 'windows' AND (command IS NOT NULL OR start_type = 'DISABLED')
       AND NOT EXISTS (SELECT 1 FROM keys AS k
                        WHERE k.host = l.host AND k.name = l.name
                          AND (l.command IS NULL OR k.image_path = l.command))
     GROUP BY host, name, command
)
SELECT r.time, r.host, 'windows' AS platform, 'service' AS kind, r.key, r.name,
       r.object_name AS account, r.type, r.service_type, r.start, r.start_type, r.image_path,
       r.image_path_resolved, r.service_dll, r.service_dll_resolved, r.failure_command,
       exec_path(r.failure_command) AS failure_program, r.performance_library, r.environment,
       r.security_sddl, r.control_set, r.unquoted_path, r.deleted, r.hidden OR r.key_hidden OR m.listed IS 0 AS hidden,
       iif(r.source GLOB 'HKEY_*' AND (SELECT count(*) FROM managed),
           CASE m.listed WHEN 1 THEN 'listed' WHEN 0 THEN 'unlisted' ELSE 'unknown' END, NULL) AS managed,
       c.source IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM shown AS s WHERE s.host = r.host AND s.name = r.name) AS key_absent,
       iif(r.start = 4, EXISTS (SELECT 1 FROM security_services AS s
                                 WHERE s.platform IN ('any', 'windows') AND lower(r.name) GLOB s.name), NULL) AS security,
       iif(length(r.name) > 7 AND r.type >= 16,
           EXISTS (SELECT 1 FROM security_services AS s
                    WHERE s.platform IN ('any', 'windows') AND s.name NOT GLOB '*[* ]*'
                      AND edit_distance(s.name, lower(r.name)) = 1), NULL) AS security_neighbour,
       NULL AS scm_sddl, NULL AS remote_access_exemption,
       iif(r.failure_command <> '',
           (SELECT json_group_array(s.value)
              FROM (SELECT value FROM json_each(pattern_signals('windows', coalesce(r.image_path, '') || ' ' || r.name))
                    UNION SELECT value FROM json_each(pattern_signals('windows', r.failure_command))
                           WHERE value <> 'command_processor') AS s),
           pattern_signals('windows', coalesce(r.image_path, '') || ' ' || r.name)) AS patterns,
       json_object('image_path', substr(r.image_path, 1, 32768), 'service_type', r.service_type,
                   'start_type', r.start_type, 'service_dll', substr(r.service_dll, 1, 32768),
                   'failure_command', substr(r.failure_command, 1, 32768), 'security', r.security_sddl,
                   'key_security', iif(r.key_hidden, r.key_sddl, NULL),
                   'control_set', r.control_set, 'deleted', r.deleted) AS evidence,
       r.source, r.key AS record
  FROM registry_services AS r
  LEFT JOIN managed AS m ON m.host = r.host AND m.name = r.name AND r.source GLOB 'HKEY_*'
  LEFT JOIN copies AS c ON c.source = r.source AND c.control_set = r.control_set AND NOT r.deleted
 WHERE (((r.current OR r.deleted) AND r.copy IS NULL)
        OR (c.source IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM shown AS s WHERE s.host = r.host AND s.name = r.name)))
   AND (r.type IS NOT NULL OR r.key_hidden)
   AND NOT EXISTS (SELECT 1 FROM normal AS n
                    WHERE n.host = r.host AND n.item = r.key AND +n.detail IS
                          coalesce(r.image_path, '') || '|' || coalesce(r.service_dll, '') || '|' ||
                          coalesce(r.failure_command, '') || '|' || coalesce(r.security_sddl, ''))
UNION ALL
SELECT coalesce(m.scm_sddl_time, m.control_key_last_write), m.host, 'windows', 'manager', 'scmanager',
       'scmanager', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       m.control_set, NULL, NULL, NULL, NULL, NULL, NULL, NULL, m.scm_sddl, m.remote_access_exemption, NULL,
       json_object('scm_sddl', m.scm_sddl, 'remote_access_exemption', m.remote_access_exemption),
       m.source, m.control_set
  FROM control_sets AS m WHERE m.current
UNION ALL
-- Of the running manager alone, which is asked once more, as the service may have been removed meanwhile.
SELECT NULL, m.host, 'windows', 'service', 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\' || m.name, m.name,
       m.user_account, NULL, m.service_type, NULL, m.start_type, m.path, exec_path(m.path), NULL, NULL, NULL, NULL, NULL,
       NULL, m.security_sddl, NULL, NULL, 0, NOT m.listed, iif(m.listed, 'listed', 'unlisted'), 1, NULL, NULL, NULL, NULL,
       pattern_signals('windows', m.path || ' ' || m.name),
       json_object('image_path', m.path, 'state', m.state, 'pid', m.pid, 'start_type', m.start_type),
       'service control manager', m.name
  FROM scm_services AS m
 WHERE EXISTS (SELECT 1 FROM shown AS s WHERE s.host = m.host)
   AND NOT EXISTS (SELECT 1 FROM shown AS s WHERE s.host = m.host AND s.name = m.name)
   AND m.start_type IS NOT NULL
UNION ALL
-- Of a host whose registry is not at hand, or that had another command when the tool ran.
SELECT l.time, l.host, 'windows', 'service',
       iif(l.definition LIKE 'HKEY%', l.definition, 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\' || l.name),
       l.name, l.account, CASE l.service_type WHEN 'KERNEL_DRIVER' THEN 1 WHEN 'FILE_SYSTEM_DRIVER' THEN 2
                                              WHEN 'SHARE_PROCESS' THEN 32 ELSE 16 END,
       l.service_type, CASE l.start_type WHEN 'BOOT_START' THEN 0 WHEN 'SYSTEM_START' THEN 1 WHEN 'AUTO_START' THEN 2
                                         WHEN 'DEMAND_START' THEN 3 WHEN 'DISABLED' THEN 4 END, l.start_type,
       l.command, exec_path(l.command), l.module_path, l.module_path, l.failure_command,
       exec_path(l.failure_command), NULL, NULL, NULL, NULL,
       l.command NOT LIKE '"%' AND instr(exec_path(l.command), ' ') > 0, 0, NULL, NULL, NULL,
       iif(l.start_type = 'DISABLED',
           EXISTS (SELECT 1 FROM security_services AS s
                    WHERE s.platform IN ('any', 'windows') AND lower(l.name) GLOB s.name), NULL),
       iif(length(l.name) > 7 AND coalesce(l.service_type, '') NOT LIKE '%DRIVER',
           EXISTS (SELECT 1 FROM security_services AS s
                    WHERE s.platform IN ('any', 'windows') AND s.name NOT GLOB '*[* ]*'
                      AND edit_distance(s.name, lower(l.name)) = 1), NULL), NULL, NULL,
       iif(l.failure_command <> '',
           (SELECT json_group_array(s.value)
              FROM (SELECT value FROM json_each(pattern_signals('windows', coalesce(l.command, '') || ' ' || l.name))
                    UNION SELECT value FROM json_each(pattern_signals('windows', l.failure_command))
                           WHERE value <> 'command_processor') AS s),
           pattern_signals('windows', coalesce(l.command, '') || ' ' || l.name)),
       json_object('image_path', substr(l.command, 1, 32768), 'service_type', l.service_type,
                   'start_type', l.start_type, 'service_dll', l.module_path,
                   'failure_command', substr(l.failure_command, 1, 32768), 'form', l.form),
       l.source, CAST(l.position AS TEXT)
  FROM listed AS l;
