-- timeline_rows: the events of every source in one order of time.
--
-- why:     "What happened on web1 between 02:00 and 02:30" is one query. Terms on time and host reach each log, so that
--          a query for one hour reads one hour. Findings are rows too, with their grade.
-- sources: process_rows, service_rows, file_rows, registry_rows, network_rows, auth_events,
--          shell_history, package_history, findings
--
--   SELECT datetime, kind, user, text, severity FROM timeline_rows WHERE host = 'web1' AND time BETWEEN 1789912800 AND 1789914600 ORDER BY time;
CREATE TEMP VIEW timeline_rows AS
SELECT time, datetime, host, 'process' AS kind, exe AS subject, coalesce(login_user, user) AS user,
       cmdline AS text, NULL AS severity, source, record
  FROM process_rows
UNION ALL
SELECT time, datetime, host, 'service', service, user,
       action || coalesce(' ' || service, '') || coalesce(': ' || coalesce(image_path, detail), ''),
       NULL, source, record
  FROM service_rows
UNION ALL
SELECT time, datetime, host, 'file', path, coalesce(login_user, user),
       action || ' ' || path || coalesce(' by ' || exe, ''), NULL, source, record
  FROM file_rows
UNION ALL
SELECT time, datetime, host, 'registry', key, user,
       action || ' ' || key || coalesce(' ' || value, '') || coalesce(' = ' || data, ''), NULL, source, record
  FROM registry_rows
UNION ALL
SELECT time, datetime, host, 'network', coalesce(name, address), user,
       action || ' ' || coalesce(name, address, '') || coalesce(':' || port, '') || coalesce(' by ' || exe, ''),
       NULL, source, record
  FROM network_rows
UNION ALL
SELECT time, datetime, host COLLATE NOCASE, 'auth', target_user, user, coalesce(command, message), NULL,
       source, CAST(line AS TEXT)
  FROM auth_events
UNION ALL
SELECT time, datetime, host COLLATE NOCASE, 'history', history_file, user, command, NULL, source,
       CAST(line AS TEXT)
  FROM shell_history WHERE time IS NOT NULL
UNION ALL
SELECT time, datetime, host COLLATE NOCASE, 'package', package, requested_by,
       action || ' ' || coalesce(package, '') || coalesce(' ' || new_version, ''), NULL, source,
       CAST(line AS TEXT)
  FROM package_history WHERE time IS NOT NULL
UNION ALL
SELECT time, datetime, host, 'finding', subject, user, why, severity, source, record
  FROM findings;
