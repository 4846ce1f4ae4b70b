-- recent_changes: units, property lists, service keys and packages, the newest change first.
--
-- why:     Examine first what changed last. The time of a file is that of its content; whoever can write a file can set
--          it, so read ctime too (unit_files) where it matters.
-- sources: unit_files, launch_daemons, registry_services, package_history
--
--   SELECT datetime, host, kind, change, item FROM recent_changes ORDER BY time DESC LIMIT 20;
CREATE TEMP VIEW recent_changes AS
SELECT mtime AS time, utc_datetime(mtime) AS datetime, host, 'unit' AS kind, path AS item,
       'modified' AS change, package, source
  FROM unit_files
UNION ALL
SELECT mtime, utc_datetime(mtime), host, 'launchd', path, 'modified', NULL, source
  FROM launch_daemons
UNION ALL
SELECT time, datetime, host, 'service', key, 'modified', NULL, source
  FROM registry_services WHERE current AND NOT deleted
UNION ALL
SELECT time, datetime, host, 'package', package, action, package, source
  FROM package_history;
