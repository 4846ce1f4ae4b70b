-- t1569_service_creation: services that were created or changed, less those that are known.
--
-- why:             An adversary makes or changes a service so that a service manager, with its rights
--                  and at every start, runs code. What is installed now is judged by what it runs and
--                  where it comes from; what the logs tell of, by who did it and how.
-- severity:        info for a service without a signal; else by the weights of its signals
-- attack:          T1569 T1543.001 T1543.002 T1543.003 T1543.004 T1053.006 (v18.1), DS0019 Service
--                  Creation, DET0279
-- false positives: a first deployment; an administrator's own unit in a home directory
-- sources:         unit_signals, systemd_units, path_permissions, launch_daemons, launchd_overrides,
--                  registry_services, registry_services_scm, service_event_signals, attached_baseline
--
--   SELECT datetime, severity, subject, why FROM t1569_service_creation WHERE severity <> 'info';
CREATE TEMP VIEW t1569_service_creation AS
WITH normal AS MATERIALIZED (
    SELECT kind, host, item, detail FROM attached_baseline WHERE kind IN ('launchd', 'service')
), facts AS (
    SELECT u.changed AS time, u.host, 'linux' AS platform, u.path AS subject, u.unit AS service,
           coalesce(u.user, u.scope_user, 'root') AS account, u.scope_user AS user,
           CASE WHEN u.name GLOB '*.timer' THEN 'T1053.006'
                WHEN u.kind IN ('sysv', 'rc') THEN 'T1037.004'
                ELSE 'T1543.002' END AS technique, u.signals,
           json_object('kind', u.kind, 'state', u.state, 'commands', u.commands, 'user', u.user,
                       'package', u.package, 'altered', u.package_altered,
                       'link_target', u.link_target, 'error', u.error, 'uid', u.uid,
                       'mode', u.mode, 'mtime', u.mtime, 'ctime', u.ctime, 'btime', u.btime)
               AS evidence,
           u.source, u.path AS record
      FROM unit_signals AS u
    UNION ALL
    -- Loaded, and the file is gone: started and deleted.
    SELECT s.state_change_time, s.host, 'linux', coalesce(nullif(s.fragment_path, ''), s.id), s.id,
           coalesce(nullif(s.user, ''), 'root'), NULL, 'T1543.002',
           ',gone_from_disk,' ||
               coalesce((SELECT group_concat(DISTINCT p.signal) || ',' FROM exec_patterns AS p
                          WHERE p.platform IN ('any', 'unix') AND s.exec_start REGEXP p.pattern), ''),
           json_object('unit', s.id, 'commands', s.exec_start, 'active_state', s.active_state,
                       'main_pid', s.main_pid),
           s.source, s.object_path
      FROM systemd_units AS s
     WHERE s.optional = 1
       AND (s.load_state = 'loaded' AND s.need_daemon_reload = 1
            AND EXISTS (SELECT 1 FROM path_permissions AS g
                         WHERE g.path = s.fragment_path AND g.host = s.host AND g.error IS NOT NULL)
            OR s.load_state = 'not-found' AND s.active_state = 'active' AND s.type = 'service')
    UNION ALL
    SELECT d.mtime, d.host, 'macos', d.path, d.label, coalesce(d.user_name, d.user, 'root'), d.user,
           CASE d.type WHEN 'agent' THEN 'T1543.001' ELSE 'T1543.004' END,
           ',' || iif(d.label LIKE 'com.apple.%' AND d.path GLOB '*/Library/Launch*'
                      AND d.path NOT GLOB '*/System/Library/*'
                      AND d.path NOT GLOB '/Library/Apple/*', 'apple_name_outside_system,', '')
               || iif(d.label_matches_file = 0 AND d.path NOT GLOB '*/System/Library/*',
                      'label_not_file,', '')
               || iif(d.hidden, 'hidden_file,', '')
               || iif(d.error IS NOT NULL, 'unreadable,', '')
               || iif(d.environment_variables GLOB '*DYLD_INSERT_LIBRARIES*', 'preloads_library,', '')
               || iif(d.path NOT GLOB '*/System/Library/*' AND d.program_arguments ->> 1 = '-c'
                      AND coalesce(d.program, d.program_arguments ->> 0) IN ('/bin/sh', '/bin/bash', '/bin/zsh'),
                      'shell_at_boot,', '')
               || iif(d.path GLOB '*/System/Library/*', '',
                      coalesce((SELECT group_concat(DISTINCT p.signal) || ',' FROM exec_patterns AS p
                                 WHERE p.platform IN ('any', 'unix')
                                   AND coalesce(d.program || ' ', '') ||
                                       coalesce((SELECT group_concat(value, ' ')
                                                   FROM json_each(d.program_arguments)), '')
                                       REGEXP p.pattern), '')),
           json_object('label', d.label, 'program', d.program,
                       'arguments', json(d.program_arguments), 'run_at_load', d.run_at_load,
                       'keep_alive', json(d.keep_alive), 'mode', d.mode, 'uid', d.uid,
                       'error', d.error),
           d.source, d.path
      FROM launch_daemons AS d
     WHERE (d.type IN ('daemon', 'agent') OR d.type IS NULL)
       AND NOT EXISTS (SELECT 1 FROM normal AS n WHERE n.kind = 'launchd' AND n.host = d.host
                          AND n.item = d.path AND n.detail IS d.sha256)
    UNION ALL
    -- What launchctl enabled or disabled, against the property lists' own word.
    SELECT o.mtime, o.host, 'macos', o.label, o.label, 'root', NULL, 'T1569.001',
           ',' || iif(o.disabled AND EXISTS (SELECT 1 FROM security_services AS s
                                              WHERE s.platform IN ('any', 'macos')
                                                AND lower(o.label) GLOB s.name),
                      'stops_security,', ''),
           json_object('domain', o.domain, 'disabled', o.disabled, 'key', o.key, 'value', o.value),
           o.source, o.domain || '/' || o.label
      FROM launchd_overrides AS o
     WHERE o.label IS NOT NULL
    UNION ALL
    SELECT r.time, r.host, 'windows', r.key, r.name, r.object_name, NULL, 'T1543.003',
           ',' || iif(r.unquoted_path, 'unquoted_path,', '')
               || iif(r.deleted AND r.service_type NOT LIKE '%(Instance)', 'deleted_key,', '')
               || iif(r.hidden, 'hidden_by_descriptor,', '')
               || iif(r.start = 4 AND r.name IN (SELECT s.name FROM security_services AS s
                                                  WHERE s.platform IN ('any', 'windows')),
                      'stops_security,', '')
               || iif(r.environment REGEXP '(?i)(COR|CORECLR)_PROFILER|DOTNET_STARTUP_HOOKS',
                      'preloads_library,', '')
               || iif(length(r.name) > 7 AND r.type >= 16 AND EXISTS (
                          SELECT 1 FROM security_services AS s
                           WHERE s.platform IN ('any', 'windows') AND s.name NOT GLOB '*[* ]*'
                             AND edit_distance(s.name, lower(r.name)) = 1), 'look_alike,', '')
               || iif(r.failure_command NOT IN ('', 'customScript.cmd', 'not used')
                      AND r.failure_command NOT LIKE '%\NvContainerRecovery.bat %'
                      AND (r.failure_command REGEXP '(?i)(cmd|powershell|pwsh|script|mshta|rundll32)(\.exe)?["\s]'
                           OR exec_path(r.failure_command) NOT LIKE '%\system32\%'
                          AND exec_path(r.failure_command) NOT LIKE '%\Program Files%'),
                      'failure_command,', '')
               || iif(r.service_dll_resolved LIKE '%\%'
                      AND r.service_dll_resolved NOT LIKE '%\Windows\System32\%'
                      AND r.service_dll_resolved NOT LIKE '%\Windows\SysWOW64\%'
                      AND r.service_dll_resolved NOT LIKE '%\Program Files%'
                      AND r.service_dll_resolved NOT LIKE '%\Windows\servicing\%'
                      AND r.service_dll_resolved NOT LIKE '%\Windows\PCHealth\%'
                      AND r.service_dll_resolved NOT LIKE '%\ProgramData\Microsoft\%',
                      'service_dll_odd,', '')
               || iif(r.type IN (1, 2) AND r.image_path_resolved LIKE '%\%'
                      AND r.image_path_resolved NOT LIKE '%\Windows\System32\%'
                      AND r.image_path_resolved NOT LIKE '%\Program Files%'
                      AND r.image_path_resolved NOT LIKE '%\ProgramData\Microsoft\%'
                      AND r.image_path_resolved NOT LIKE '%\Windows\SysWOW64\drivers\%',
                      'driver_from_odd_path,', '')
               || iif(r.performance_library LIKE '%\%'
                      AND r.performance_library NOT LIKE '%\system32\%'
                      AND r.performance_library NOT LIKE '%\Microsoft.NET\%'
                      AND r.performance_library NOT LIKE '%\Program Files%',
                      'performance_library,', '')
               || iif(r.security_sddl REGEXP
                      '\(A;[A-Z]*;([A-Z][A-Z])*(DC|WD|WO|GA|GW)([A-Z][A-Z])*;;;(WD|AU|BU|IU|AN|BG)\)',
                      'weak_descriptor,', '')
               || coalesce((SELECT group_concat(DISTINCT p.signal) || ',' FROM exec_patterns AS p
                             WHERE p.platform IN ('any', 'windows')
                               AND (coalesce(r.image_path, '') || ' ' || r.name REGEXP p.pattern
                                    OR p.signal <> 'command_processor'
                                   AND r.failure_command REGEXP p.pattern)), ''),
           json_object('image_path', r.image_path, 'service_type', r.service_type,
                       'start_type', r.start_type, 'service_dll', r.service_dll,
                       'failure_command', r.failure_command, 'security', r.security_sddl,
                       'control_set', r.control_set, 'deleted', r.deleted),
           r.source, r.key
      FROM registry_services AS r
     WHERE (r.current OR r.deleted) AND r.type IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM normal AS n WHERE n.kind = 'service' AND n.host = r.host
                          AND n.item = r.key AND n.detail IS
                              coalesce(r.image_path, '') || '|' || coalesce(r.service_dll, '') || '|' ||
                              coalesce(r.failure_command, '') || '|' || coalesce(r.security_sddl, ''))
    UNION ALL
    -- The service manager's own descriptor, which Windows does not set.
    SELECT coalesce(m.scm_sddl_time, m.control_key_last_write), m.host, 'windows', 'scmanager',
           'scmanager', NULL, NULL, 'T1569.002',
           ',' || iif(m.scm_sddl IS NOT NULL OR m.remote_access_exemption, 'manager_descriptor,', ''),
           json_object('scm_sddl', m.scm_sddl, 'remote_access_exemption', m.remote_access_exemption),
           m.source, m.control_set
      FROM registry_services_scm AS m WHERE m.current
    UNION ALL
    -- What the logs tell of: created, changed, set not to start, killed.
    SELECT e.time, e.host, e.platform, coalesce(e.service, e.image_path) AS subject, e.service,
           e.account, e.user,
           CASE WHEN e.action IN ('start_type', 'state') THEN 'T1685'
                WHEN e.action = 'cleared' THEN 'T1070.001' WHEN e.platform = 'linux' THEN 'T1569.003'
                WHEN e.platform = 'macos' THEN 'T1543.004' ELSE 'T1543.003' END,
           e.signals,
           json_object('event_id', e.event_id, 'action', e.action, 'service', e.service,
                       'image_path', e.image_path, 'start_type', e.start_type,
                       'service_type', e.service_type, 'account', e.account, 'user', e.user,
                       'detail', e.detail),
           e.source, e.record
      FROM service_event_signals AS e
    UNION ALL
    -- An arm without FROM keeps SQLite from computing a column again at each use.
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
     WHERE 0
)
SELECT f.time, utc_datetime(f.time) AS datetime, f.host, f.platform,
       't1569_service_creation' AS analytic, f.technique,
       iif(f.signals = ',', 'info', signal_severity(f.signals)) AS severity, f.subject,
       iif(f.signals = ',', NULL, signal_reasons(f.signals)) AS why,
       trim(once(f.signals), ',') AS signals,
       f.service, f.account, f.user, f.evidence, f.source, f.record
  FROM facts AS f
 WHERE NOT EXISTS (SELECT 1 FROM known_services AS k
                    WHERE f.service GLOB k.name AND (k.host IS NULL OR k.host = f.host))
   AND NOT EXISTS (SELECT 1 FROM known_admins AS a
                    WHERE a.user = f.user AND (a.host IS NULL OR a.host = f.host));
