-- startup_items: osquery's table of that name: what starts by itself.
--
-- why:     Queries written for osquery run as they are. On Linux these are enabled units, start scripts
--          and desktop autostart entries; on macOS what launchd loads at once; on Windows services
--          that start with the system. path is the program that is started, args what it is given, source the folder,
--          or key, that the item is in. osquery fills neither path nor args so for systemd's units: it has the unit's
--          own path there.
-- sources: services, unit_files
--
--   SELECT name, path, args, type, status FROM startup_items WHERE status = 'enabled';
CREATE TEMP VIEW startup_items AS
WITH items AS (
    SELECT s.name, s.path, s.command, exec_path(s.command) AS program,
           CASE WHEN s.service_type = 'SYSTEMD' THEN 'systemd unit' WHEN s.platform = 'windows' THEN 'service'
                ELSE 'Startup Item' END AS type,
           s.definition, iif(s.start_type = 'DISABLED', 'disabled', 'enabled') AS status,
           s.user_account AS username, s.host, s.platform
      FROM services AS s
     WHERE s.start_type IN ('AUTO_START', 'BOOT_START', 'SYSTEM_START', 'DISABLED')
    UNION ALL
    SELECT u.name, exec_path(u.exec_start), u.exec_start, exec_path(u.exec_start), 'Startup Item', u.path, 'enabled',
           u.scope_user, u.host, 'linux'
      FROM unit_files AS u
     WHERE u.kind = 'autostart'
)
SELECT name, path,
       CASE WHEN platform = 'macos'
            THEN (SELECT group_concat(a.value, ' ') FROM json_each(iif(json_valid(command), command, '[]')) AS a WHERE a.key > 0)
            WHEN instr(command, program) -- less what a quoted program ends with
            THEN ltrim(substr(command, instr(command, program) + length(program) +
                                       (substr(command, instr(command, program) + length(program), 1) = '"')))
            END AS args,
       type, CAST(rtrim(definition, replace(replace(definition, '/', ''), '\', '')) AS TEXT) AS source, status, username, host
  FROM items;
