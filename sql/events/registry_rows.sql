-- registry_rows: keys and values of a Windows registry that were created, set, renamed or deleted.
--
-- why:      One shape for the events of Sysmon (12, 13, 14) and of the Security log (4657, 4663 on keys). Keys are
--           written HKLM\… and HKU\…, as Sysmon does; 4663 records which access was used and not what was written, so
--           its data is the access in words.
-- sources:  windows_events
--
--   SELECT datetime, exe, key, value, data FROM registry_rows
--    WHERE key LIKE 'HKLM\System\%\Services\%' AND exe NOT LIKE '%\services.exe';
CREATE TEMP VIEW registry_rows AS
WITH raw AS (
    SELECT e.time, e.datetime, e.computer, e.event_id, e.source, e.record_id,
           e.provider_name = 'Microsoft-Windows-Sysmon' AS sysmon,
           coalesce(e.event_type, e.operation_type) AS what, e.access_list,
           coalesce(e.target_object, e.object_name) AS object, e.object_value_name,
           coalesce(replace(e.details, '%%', '%'), e.new_name, e.new_value) AS data,
           coalesce(e.user, e.subject_domain_name || '\' || e.subject_user_name) AS user,
           event_number(e.process_id) AS pid, coalesce(e.image, e.process_name) AS exe
      FROM windows_events AS e
     WHERE e.event_id IN (12, 13, 14, 4657, 4663)
       AND e.provider_name IN ('Microsoft-Windows-Sysmon', 'Microsoft-Windows-Security-Auditing')
       AND (e.event_id <> 4663 OR e.object_type = 'Key')
    -- An arm without FROM keeps SQLite from taking each column from the record at each use.
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
     WHERE 0
), named AS (
    -- The name of a value is after the last backslash of what Sysmon calls the object.
    SELECT r.*, r.sysmon AND (r.event_id = 13 OR r.what IN ('DeleteValue', 'RenameValue')) AS tail,
           CASE WHEN r.object LIKE '\REGISTRY\MACHINE\%' THEN 'HKLM' || substr(r.object, 18)
                WHEN r.object LIKE '\REGISTRY\USER\%' THEN 'HKU' || substr(r.object, 15)
                ELSE r.object END AS path
      FROM raw AS r
)
SELECT n.time, n.datetime,
       n.computer COLLATE NOCASE AS host,
       CASE WHEN n.what IN ('CreateKey', '%%1904') THEN 'created'
            WHEN n.what IN ('DeleteKey', 'DeleteValue', '%%1906') THEN 'deleted'
            WHEN n.event_id = 14 THEN 'renamed'
            WHEN n.event_id = 4663 AND n.access_list LIKE '%\%\%1537%' ESCAPE '\' THEN 'deleted'
            WHEN n.event_id = 4663 AND n.access_list LIKE '%\%\%4434%' ESCAPE '\' THEN 'created'
            ELSE 'modified' END AS action,
       iif(n.tail, rtrim(rtrim(n.path, replace(n.path, '\', '')), '\'), n.path) COLLATE NOCASE AS key,
       iif(n.tail, replace(n.path, rtrim(n.path, replace(n.path, '\', '')), ''),
           n.object_value_name) COLLATE NOCASE AS value,
       iif(n.event_id = 4663, event_message(n.access_list), n.data) COLLATE NOCASE AS data,
       n.user COLLATE NOCASE AS user,
       n.pid,
       n.exe COLLATE NOCASE AS exe,
       n.source,
       CAST(n.record_id AS TEXT) AS record,
       'windows' AS platform
  FROM named AS n
 WHERE n.event_id <> 4663 OR n.access_list LIKE '%\%\%4433%' ESCAPE '\'
    OR n.access_list LIKE '%\%\%4434%' ESCAPE '\' OR n.access_list LIKE '%\%\%1537%' ESCAPE '\'
    OR n.access_list LIKE '%\%\%1539%' ESCAPE '\' OR n.access_list LIKE '%\%\%1540%' ESCAPE '\';
