-- startup_items: osquery's table of that name: what starts by itself.
--
-- why:     Queries written for osquery run as they are. On Linux these are enabled units, start scripts
--          and desktop autostart entries; on macOS what launchd loads at once; on Windows services
--          that start with the system.
-- sources: services, unit_files
--
--   SELECT name, path, args, type, status FROM startup_items WHERE status = 'enabled';
CREATE TEMP VIEW startup_items AS
SELECT s.name, s.path, s.command AS args,
       CASE s.platform WHEN 'linux' THEN 'systemd unit' WHEN 'macos' THEN 'Startup Item'
                       ELSE 'service' END AS type,
       s.definition AS source, iif(s.start_type = 'DISABLED', 'disabled', 'enabled') AS status,
       s.user_account AS username, s.host
  FROM services AS s
 WHERE s.start_type IN ('AUTO_START', 'BOOT_START', 'SYSTEM_START', 'DISABLED')
UNION ALL
SELECT u.name, exec_path(u.exec_start), u.exec_start, 'autostart', u.path, 'enabled', u.scope_user, u.host
  FROM unit_files AS u
 WHERE u.kind = 'autostart';
