-- baseline_now: the present state, in the shape in which a baseline is kept.
--
-- why:     Store it while a host is known to be clean, and the analytics leave out what has not changed since. A
--          unit or property list is normal with its digest, a Windows service with what it runs, a
--          command with who runs it and at which hour. Kind setting holds one setting of a file or key,
--          '/etc/systemd/system/x.service [Service] ExecStart', so that changes can tell which one changed.
-- sources: unit_files, unit_settings, launch_daemons, registry_services, processes, service_commands
--
--   SELECT kind, count(*) FROM baseline_now GROUP BY kind;
CREATE TEMP VIEW baseline_now AS
SELECT 'unit' AS kind, u.host, u.path AS item,
       coalesce(u.sha256, u.link_target) AS detail, u.mtime AS time
  FROM unit_files AS u
UNION ALL
SELECT 'launchd', d.host, d.path, d.sha256, d.mtime FROM launch_daemons AS d
UNION ALL
SELECT 'service', r.host, r.key,
       coalesce(r.image_path, '') || '|' || coalesce(r.service_dll, '') || '|' ||
       coalesce(r.failure_command, '') || '|' || coalesce(r.security_sddl, ''), r.time
  FROM registry_services AS r WHERE r.current AND NOT r.deleted
UNION ALL
SELECT DISTINCT 'program', p.host, p.exe, p.parent_exe, NULL
  FROM processes AS p WHERE p.exe IS NOT NULL AND NOT p.kernel_thread
UNION ALL
SELECT 'command', c.host, c.tool || ' ' || coalesce(c.verb, '') || ' ' || coalesce(c.target, ''),
       coalesce(c.login_user, c.user, '') || ' at ' || strftime('%H', c.time, 'unixepoch'), max(c.time)
  FROM service_commands AS c GROUP BY 2, 3, 4
UNION ALL -- several values of one setting are one item, a line each
SELECT 'setting', s.host, s.path || ' [' || s.section || '] ' || s.key, group_concat(s.value, char(10)), NULL
  FROM (SELECT DISTINCT host, path, section, key, line, value FROM unit_settings -- a drop-in may be of many units
         WHERE section IS NOT NULL AND key IS NOT NULL) AS s
 GROUP BY s.host, s.path, s.section, s.key
UNION ALL
SELECT 'setting', d.host, d.path || ' [launchd] ' || p.key, p.value, NULL
  FROM launch_daemons AS d
 CROSS JOIN json_each(json_object('Label', d.label, 'Program', d.program, 'ProgramArguments', d.program_arguments,
                                  'EnvironmentVariables', d.environment_variables, 'RunAtLoad', d.run_at_load,
                                  'KeepAlive', d.keep_alive, 'UserName', d.user_name, 'Disabled', d.disabled)) AS p
 WHERE p.value IS NOT NULL
UNION ALL
SELECT 'setting', r.host, r.key || ' [service] ' || p.key, p.value, NULL
  FROM registry_services AS r
 CROSS JOIN json_each(json_object('ImagePath', r.image_path, 'ServiceDll', r.service_dll, 'FailureCommand',
                                  r.failure_command, 'Security', r.security_sddl, 'Start', r.start,
                                  'ObjectName', r.object_name)) AS p
 WHERE r.current AND NOT r.deleted AND p.value IS NOT NULL;
