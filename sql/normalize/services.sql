-- services: every installed service on any platform, osquery's columns first.
--
-- why:     One inventory over systemd units, SysV scripts, launchd jobs and Windows service keys, live or
--          from a disk. What only a running system knows (status, pid, exit codes) is NULL elsewhere. For a unit, path,
--          command and user are those of what systemd would run, each ExecStart= on a line of `command`; where systemd
--          runs nothing, they are as the unit writes them. What a collection holds of the output of systemctl, launchctl,
--          sc and similar tools has rows of its own, one for each file that lists the service.
-- sources: unit_files, unit_commands, systemd_units, launch_daemons, registry_services, scm_services, service_listings
--
--   SELECT host, name, start_type, user_account, path FROM services WHERE start_type = 'AUTO_START';
CREATE TEMP VIEW services AS
WITH loaded AS MATERIALIZED (
    SELECT id, scope, host, active_state, main_pid, exec_main_status
      FROM systemd_units WHERE optional = 1 AND type = 'service'
), commands AS MATERIALIZED ( -- min(): program and user are those of the first
    SELECT host, scope, scope_user, unit, min(position), program, user,
           group_concat(text, char(10)) AS command
      FROM unit_commands
     WHERE effective = 1 AND kind = 'unit' AND setting = 'ExecStart'
     GROUP BY host, scope, scope_user, unit
), managed AS MATERIALIZED (
    SELECT name, host, state, pid, win32_exit_code, service_exit_code FROM scm_services
)
SELECT u.name COLLATE NOCASE AS name, 'SYSTEMD' AS service_type,
       u.description AS display_name,
       CASE l.active_state WHEN 'active' THEN 'RUNNING' WHEN 'inactive' THEN 'STOPPED'
                           ELSE upper(l.active_state) END AS status,
       l.main_pid AS pid,
       CASE WHEN u.state LIKE 'masked%' THEN 'DISABLED'
            WHEN u.state LIKE 'enabled%' OR u.state = 'alias' OR u.started_by IS NOT NULL THEN 'AUTO_START'
            ELSE 'DEMAND_START' END AS start_type,
       NULL AS win32_exit_code, l.exec_main_status AS service_exit_code,
       coalesce(c.program, exec_path(u.exec_start)) COLLATE NOCASE AS path, NULL AS module_path,
       u.description,
       coalesce(c.user, u.user, u.scope_user, iif(u.scope = 'system', 'root', NULL)) AS user_account,
       coalesce(c.command, u.exec_start) AS command, u.state, u.scope, u.host, 'linux' AS platform, u.mtime AS time,
       u.path AS definition, u.source, u.started_by
  FROM unit_files AS u
  LEFT JOIN loaded AS l
    ON l.id = u.name AND l.host = u.host AND u.scope = 'system' AND l.scope = 'system'
  LEFT JOIN commands AS c
    ON c.unit = u.name AND c.host = u.host AND c.scope = u.scope AND c.scope_user IS u.scope_user
 WHERE u.kind = 'unit' AND u.shadowed_by IS NULL AND u.name GLOB '*.service'
UNION ALL
SELECT replace(u.unit, '.service', ''), 'SYSV', u.description, NULL, NULL,
       CASE u.state WHEN 'enabled' THEN 'AUTO_START' ELSE 'DEMAND_START' END, NULL, NULL, u.path, NULL,
       u.description, 'root', u.exec_start, u.state, u.scope, u.host, 'linux', u.mtime, u.path, u.source, NULL
  FROM unit_files AS u
 WHERE u.kind = 'sysv' AND u.shadowed_by IS NULL
   AND NOT EXISTS (SELECT 1 FROM unit_files AS g -- a running systemd has made a unit of it
                    WHERE g.host = u.host AND g.name = u.unit AND g.scope = 'system' AND g.kind = 'unit')
UNION ALL
SELECT d.label, iif(d.type = 'agent', 'LAUNCH_AGENT', 'LAUNCH_DAEMON'), d.label, NULL, NULL,
       CASE WHEN coalesce(d.disabled_override, d.disabled) THEN 'DISABLED'
            WHEN d.run_at_load OR d.keep_alive = 'true' THEN 'AUTO_START'
            ELSE 'DEMAND_START' END, NULL, NULL, coalesce(d.program, d.program_arguments ->> 0), NULL, NULL,
       coalesce(d.user_name, d.user, iif(d.type = 'daemon', 'root', NULL)), d.program_arguments,
       CASE WHEN coalesce(d.disabled_override, d.disabled) THEN 'disabled' ELSE 'enabled' END,
       iif(d.type = 'agent', 'user', 'system'), d.host, 'macos', d.mtime, d.path, d.source, NULL
  FROM launch_daemons AS d
 WHERE d.type IN ('daemon', 'agent') AND d.error IS NULL
UNION ALL
SELECT r.name, r.service_type, r.display_name, m.state, m.pid, r.start_type, m.win32_exit_code, m.service_exit_code,
       r.image_path_resolved, r.service_dll_resolved, r.description, r.object_name, r.image_path,
       iif(r.start = 4, 'disabled', 'enabled'), 'system', r.host, 'windows', r.time, r.key, r.source, NULL
  FROM registry_services AS r
  LEFT JOIN managed AS m ON m.name = r.name AND m.host = r.host
 WHERE r.current AND NOT r.deleted AND r.type IS NOT NULL
UNION ALL
SELECT l.name, CASE l.platform WHEN 'linux' THEN 'SYSTEMD' WHEN 'macos' THEN coalesce(l.service_type, 'LAUNCHD')
                               ELSE l.service_type END,
       coalesce(l.display_name, l.description), l.status, l.pid, l.start_type, l.win32_exit_code, l.service_exit_code,
       coalesce(l.program, l.arguments ->> 0, exec_path(l.command)), l.module_path, l.description, l.user_account,
       coalesce(l.command, l.arguments), coalesce(l.state, iif(l.start_type = 'DISABLED', 'disabled', 'enabled')),
       iif(l.scope GLOB 'gui/*' OR l.scope GLOB 'user/*' OR l.scope = 'Aqua', 'user', 'system'), l.host, l.platform,
       l.time, l.definition, l.source, l.started_by
  FROM service_listings AS l
 WHERE l.platform <> 'linux' OR l.name GLOB '*.service';
