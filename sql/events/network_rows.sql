-- network_rows: connections that programs opened and names that they resolved, from the logs.
--
-- why:     Sysmon 3 and 22 and audit's connect() record which program connected where. action is connected or
--          resolved. Sockets of the host itself, such as /run/x, are left out.
-- attack:  DC0082 Network Connection Creation
-- sources: audit_events, windows_events
--
--   SELECT datetime, exe, action, address, port, name FROM network_rows WHERE exe LIKE '%\Temp\%';
CREATE TEMP VIEW network_rows AS
-- Each column is of one type in all arms, as in process_rows.
SELECT a.time, a.datetime, a.host COLLATE NOCASE AS host, 'linux' AS platform, 'connected' AS action,
       a.pid, a.ppid, a.exe COLLATE NOCASE AS exe,
       CAST(coalesce(a.user, a.uid) AS TEXT) COLLATE NOCASE AS user,
       trim(rtrim(rtrim(a.address, '0123456789'), ':'), '[]') AS address,
       CAST(replace(a.address, rtrim(a.address, '0123456789'), '') AS INTEGER) AS port,
       NULL COLLATE NOCASE AS name, a.source, CAST(a.serial AS TEXT) AS record
  FROM audit_events AS a
 WHERE a.category = 'other' AND a.syscall = 'connect' AND a.address NOT GLOB 'unix:*'
UNION ALL
SELECT w.time, w.datetime, w.computer COLLATE NOCASE, 'windows',
       iif(w.event_id = 22, 'resolved', 'connected'), CAST(event_number(w.process_id) AS INTEGER), CAST(NULL AS INTEGER),
       w.image COLLATE NOCASE, w.user COLLATE NOCASE, w.data ->> 'DestinationIp',
       CAST(event_number(w.data ->> 'DestinationPort') AS INTEGER),
       coalesce(w.data ->> 'QueryName', nullif(nullif(w.data ->> 'DestinationHostname', ''), '-')) COLLATE NOCASE,
       w.source, CAST(w.record_id AS TEXT)
  FROM windows_events AS w
 WHERE w.event_id IN (3, 22)
   AND w.provider_name IN ('Microsoft-Windows-Sysmon', 'Linux-Sysmon');
