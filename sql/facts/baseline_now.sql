-- baseline_now: the present state, in the shape in which a baseline is kept.
--
-- why:     Store it while a host is known to be clean, and the analytics leave out what has not changed since. A
--          unit or property list is normal with its digest, a Windows service with what it runs, a
--          command with who runs it and at which hour.
-- sources: unit_files, launch_daemons, registry_services, processes, service_commands
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
  FROM service_commands AS c GROUP BY 2, 3, 4;
