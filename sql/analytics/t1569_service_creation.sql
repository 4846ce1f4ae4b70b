-- t1569_service_creation: services that were created or changed, less those that are known.
--
-- why:             An adversary makes or changes a service so that a service manager, with its rights
--                  and at every start, runs code. What is installed now is judged by what it runs and
--                  where it comes from; what the logs tell of, by who did it and how.
-- severity:        info for a service without a signal; else by the weights of its signals
-- attack:          T1569 T1543.001 T1543.002 T1543.003 T1543.004 T1053.006 (v18.1), DS0019 Service
--                  Creation, DET0279
-- false positives: a first deployment; an administrator's own unit in a home directory
-- sources:         unit_files, systemd_units, package_files, package_history, path_permissions,
--                  launch_daemons, launchd_overrides, registry_services,
--                  registry_services_scm, service_events,
--                  attached_baseline
--
--   SELECT datetime, severity, subject, why FROM t1569_service_creation WHERE severity <> 'info';
CREATE TEMP VIEW t1569_service_creation AS
WITH live AS MATERIALIZED (
    SELECT host FROM evidence WHERE kind = 'live'
), normal AS MATERIALIZED (
    SELECT kind, host, item, detail FROM attached_baseline WHERE kind IN ('unit', 'launchd', 'service')
), installed AS MATERIALIZED (
    SELECT host, min(time) AS first, max(time) AS last FROM package_history
     WHERE time IS NOT NULL GROUP BY host
), upgrades AS MATERIALIZED ( -- minutes in which packages changed, and those beside them
    SELECT DISTINCT h.host, CAST(h.time / 60 + d.value AS INTEGER) AS minute
      FROM package_history AS h, json_each('[-1, 0, 1]') AS d
     WHERE h.time IS NOT NULL
), vendor_names AS MATERIALIZED (
    SELECT DISTINCT host, name, replace(name, '.service', '') AS stem
      FROM unit_files WHERE kind = 'unit' AND package <> ''
), units AS (
    -- A package's unit that is as the package made it is trusted with what it runs. A file is judged
    -- by what itself says: what its drop-ins say is told of them.
    SELECT u.*, coalesce(u.package <> '' AND u.package_altered IS NOT 1, 0) AS vendor,
           u.package = '' AS unowned, exec_path(u.own_commands) AS program,
           iif(u.host IN (SELECT host FROM live), max(u.mtime, u.ctime), u.mtime) AS changed,
           rtrim(substr(u.name, 1, instr(u.name || '.', '.') - 1), '@') AS stem
      FROM unit_files AS u
     WHERE u.kind IN ('unit', 'link', 'drop-in', 'generator', 'sysv', 'rc', 'dbus', 'quadlet',
                      'xinetd', 'inetd', 'upstart', 'autostart')
       AND (u.kind <> 'rc' OR u.name = 'rc.local')
       AND NOT EXISTS (SELECT 1 FROM normal AS n WHERE n.kind = 'unit' AND n.host = u.host
                          AND n.item = u.path AND n.detail IS coalesce(u.sha256, u.link_target))
), facts AS (
    SELECT u.changed AS time, u.host, 'linux' AS platform, u.path AS subject, u.unit AS service,
           coalesce(u.user, u.scope_user, 'root') AS account, u.scope_user AS user,
           CASE WHEN u.name GLOB '*.timer' THEN 'T1053.006'
                WHEN u.kind IN ('sysv', 'rc') THEN 'T1037.004'
                ELSE 'T1543.002' END AS technique,
           ',' || iif(u.unowned AND u.scope_user IS NULL AND u.kind <> 'link', 'unowned,', '')
               || iif(u.scope_user IS NOT NULL, 'user_unit,', '')
               || iif(u.state LIKE 'transient%' AND u.own_commands IS NOT NULL, 'transient,', '')
               -- what it runs, where packages are known: one that they know, or a stranger too
               || iif(u.unowned AND u.kind IN ('unit', 'drop-in', 'dbus') AND u.program GLOB '/*'
                      AND NOT EXISTS (SELECT 1 FROM package_files AS f
                                       WHERE f.host = u.host
                                         AND f.path IN (u.program, '/usr' || u.program,
                                                        substr(u.program, iif(u.program GLOB '/usr/*', 5, 1)))),
                      'program_unowned,', '')
               || iif(u.unowned AND u.kind NOT IN ('link', 'mask') AND u.changed >= (
                          SELECT max(i.first + 86400,
                                     iif(i.host IN (SELECT host FROM live), unixepoch(), i.last) - 604800)
                            FROM installed AS i WHERE i.host = u.host)
                      AND NOT EXISTS (SELECT 1 FROM upgrades AS g
                                       WHERE g.host = u.host AND g.minute = CAST(u.changed / 60 AS INTEGER)),
                      'recent,', '')
               || iif(NOT u.vendor AND u.kind IN ('unit', 'drop-in') AND u.program GLOB '/*'
                      AND EXISTS (SELECT 1 FROM path_permissions AS w
                                   WHERE w.path = u.program AND w.host = u.host AND w.others_write),
                      'target_writable,', '')
               || iif(u.unowned AND u.kind = 'unit' AND EXISTS (
                          SELECT 1 FROM vendor_names AS v WHERE v.host = u.host AND v.name = u.name),
                      'shadows_vendor,', '')
               || iif(u.unowned AND u.kind = 'unit' AND length(u.stem) > 5 AND u.stem NOT GLOB '*[0-9]*'
                      AND EXISTS (SELECT 1 FROM vendor_names AS v
                                   WHERE v.host = u.host AND v.name <> u.name
                                     AND edit_distance(v.stem, u.stem) = 1), 'look_alike,', '')
               || iif(NOT u.vendor AND u.kind = 'unit' AND u.stem REGEXP
                      '(?i)^[a-z]*[bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][a-z]*$',
                      'random_name,', '')
               || iif(u.kind = 'drop-in' AND NOT u.vendor
                      AND (u.own_settings GLOB '*User=root*' OR u.own_settings GLOB '*NoNewPrivileges=no*'
                           OR u.own_settings GLOB '*NoNewPrivileges=false*'), 'limits_lifted,', '')
               || iif(u.kind = 'drop-in' AND NOT u.vendor AND EXISTS (
                          SELECT 1 FROM security_services AS s
                           WHERE s.platform IN ('any', 'linux') AND lower(u.unit) GLOB s.name)
                      AND NOT EXISTS (SELECT 1 FROM upgrades AS g
                                       WHERE g.host = u.host AND g.minute = CAST(u.changed / 60 AS INTEGER)),
                      'changes_security,', '')
               || iif(u.kind = 'quadlet' AND NOT u.vendor
                      AND (u.own_settings GLOB '*=/:*' OR u.own_settings GLOB '*--privileged*'),
                      'container_of_host,', '')
               || iif(u.kind IN ('xinetd', 'inetd') AND NOT u.vendor
                      AND u.own_commands REGEXP '/(ba|da|z|k|)sh( |$)', 'socket_shell,', '')
               || iif(u.kind = 'generator' AND u.unowned, 'generator_unowned,', '')
               || iif(u.kind IN ('sysv', 'rc', 'inetd', 'xinetd', 'upstart') AND u.unowned,
                      'legacy_start,', '')
               || iif(u.kind IN ('dbus', 'autostart') AND u.unowned, 'activation_unowned,', '')
               || iif(u.kind = 'drop-in' AND NOT u.vendor AND u.own_commands IS NOT NULL
                      AND NOT EXISTS (SELECT 1 FROM upgrades AS g -- by a package's script
                                       WHERE g.host = u.host AND g.minute = CAST(u.changed / 60 AS INTEGER)),
                      'exec_overridden,', '')
               || iif(u.kind = 'unit' AND NOT u.vendor AND u.description IS NULL, 'no_description,', '')
               || iif(u.link_leaves AND u.link_target NOT IN ('/dev/null'),
                      iif(u.link_target GLOB '/tmp/*' OR u.link_target GLOB '/var/tmp/*'
                          OR u.link_target GLOB '/dev/shm/*' OR u.link_target GLOB '/run/user/*',
                          'linked_from_temp,', 'linked_from_outside,'), '')
               || iif(u.name GLOB '.*', 'hidden_file,', '')
               || iif(NOT u.vendor AND u.error IS NOT NULL AND u.kind IN ('unit', 'drop-in'),
                      'unreadable,', '')
               || iif(NOT u.vendor AND u.own_settings GLOB '*StandardOutput=null*'
                      AND u.own_settings GLOB '*Restart=always*', 'hides_output,', '')
               || iif(NOT u.vendor AND (u.own_settings GLOB '*LD_PRELOAD=*' OR u.own_settings GLOB '*LD_AUDIT=*'),
                      'preloads_library,', '')
               || iif(NOT u.vendor AND u.name GLOB '*.socket' AND u.own_settings GLOB '*Accept=yes*'
                      AND EXISTS (SELECT 1 FROM unit_files AS s
                                   WHERE s.name = replace(u.name, '.socket', '@.service')
                                     AND s.host = u.host AND s.commands GLOB '*sh*'),
                      'socket_shell,', '')
               || iif(NOT u.vendor AND (u.own_settings GLOB '*OnCalendar=minutely*'
                      OR u.own_settings GLOB '*OnCalendar=[*]:0/[0-9]*'
                      OR u.own_settings GLOB '*OnUnitActiveSec=[0-9]' || char(10) || '*'
                      OR u.own_settings REGEXP 'On(UnitActive|UnitInactive|Calendar)(Sec)?=([0-9]+s|[0-9]+ *$|[1-5]m)'),
                      'timer_every_minutes,', '')
               || iif(NOT u.vendor,
                      coalesce((SELECT group_concat(DISTINCT p.signal) || ','
                                  FROM exec_patterns AS p
                                 WHERE p.platform IN ('any', 'unix')
                                   AND u.own_commands REGEXP p.pattern), ''), '') AS signals,
           json_object('kind', u.kind, 'state', u.state, 'commands', u.commands, 'user', u.user,
                       'package', u.package, 'altered', u.package_altered,
                       'link_target', u.link_target, 'error', u.error, 'uid', u.uid,
                       'mode', u.mode, 'mtime', u.mtime, 'ctime', u.ctime, 'btime', u.btime)
               AS evidence,
           u.source, u.path AS record
      FROM units AS u
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
           ',' || iif(e.start_type = 'disabled' AND e.action = 'start_type',
                      iif(EXISTS (SELECT 1 FROM security_services AS s
                                   WHERE s.platform IN ('any', e.platform)
                                     AND (lower(e.service) GLOB s.name
                                          OR lower(e.display_name) GLOB s.name)),
                          'stops_security,', 'start_type_off,'), '')
               || iif(e.service_type LIKE '%driver%' AND e.image_path LIKE '%\%'
                      AND e.image_path NOT LIKE '%system32\%' AND e.image_path NOT LIKE '%\syswow64\%'
                      AND e.image_path NOT LIKE '%\ProgramData\Microsoft\%'
                      AND e.image_path NOT LIKE '%\Program Files%', 'driver_from_odd_path,', '')
               || iif(e.platform = 'linux', iif(e.action = 'state', 'kills_security,', 'transient,'), '')
               || iif(e.action = 'cleared', 'log_cleared,', '')
               || iif(e.action = 'created' AND e.image_path REGEXP '^"?(\\\?\?\\)?[A-Za-z]:\\'
                      AND e.image_path NOT LIKE '%\Windows\%' AND e.image_path NOT LIKE '%\Program Files%'
                      AND e.image_path NOT LIKE '%\Progra~%'
                      AND e.image_path NOT LIKE '%\ProgramData\Microsoft\%', 'runs_from_odd_path,', '')
               || iif(e.action = 'created' AND length(e.service) IN (8, 16) AND e.service REGEXP
                      '(?i)^[a-z]*[bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][bcdfghjklmnpqrstvwxz][a-z]*$',
                      'random_name,', '')
               || iif(e.platform = 'windows' AND e.image_path <> '' AND e.image_path NOT LIKE '%\%'
                      AND e.image_path NOT LIKE '%/%', 'bare_image,', '')
               || coalesce((SELECT group_concat(DISTINCT p.signal) || ',' FROM exec_patterns AS p
                             WHERE p.platform IN ('any', iif(e.platform = 'windows', 'windows', 'unix'))
                               AND coalesce(e.image_path || ' ', '') || coalesce(e.service, '')
                                   REGEXP p.pattern), ''),
           json_object('event_id', e.event_id, 'action', e.action, 'service', e.service,
                       'image_path', e.image_path, 'start_type', e.start_type,
                       'service_type', e.service_type, 'account', e.account, 'user', e.user,
                       'detail', e.detail),
           e.source, e.record
      FROM service_events AS e
     WHERE e.action IN ('created', 'modified') OR (e.action = 'start_type' AND e.start_type = 'disabled')
        OR (e.platform = 'linux' AND e.action = 'started' AND e.service GLOB 'run-[ru]*')
        OR e.action = 'cleared'
        OR (e.platform = 'linux' AND e.action = 'state' AND e.detail GLOB '*code=killed*'
            AND EXISTS (SELECT 1 FROM security_services AS s
                         WHERE s.platform IN ('any', 'linux') AND lower(e.service) GLOB s.name))
    UNION ALL
    -- An arm without FROM keeps SQLite from computing a column again at each use.
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
     WHERE 0
)
SELECT f.time, utc_datetime(f.time) AS datetime, f.host, f.platform,
       't1569_service_creation' AS analytic, f.technique,
       iif(f.signals = ',', 'info', signal_severity(f.signals)) AS severity, f.subject,
       iif(f.signals = ',', NULL, signal_reasons(f.signals)) AS why,
       trim(f.signals, ',') AS signals,
       f.service, f.account, f.user, f.evidence, f.source, f.record
  FROM facts AS f
 WHERE NOT EXISTS (SELECT 1 FROM known_services AS k
                    WHERE f.service GLOB k.name AND (k.host IS NULL OR k.host = f.host))
   AND NOT EXISTS (SELECT 1 FROM known_admins AS a
                    WHERE a.user = f.user AND (a.host IS NULL OR a.host = f.host));
