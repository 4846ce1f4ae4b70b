-- windows_eventlog: osquery's table of that name, over every event log of the evidence.
--
-- why:     Queries written for osquery run as they are. time_range and xpath, arguments of osquery's
--          own reader, are NULL.
-- sources: windows_events
--
--   SELECT datetime, eventid, data FROM windows_eventlog WHERE channel = 'System' AND eventid = 7045;
CREATE TEMP VIEW windows_eventlog AS
SELECT w.channel, replace(w.datetime, ' ', 'T') || 'Z' AS datetime, w.task, w.level, w.provider_name, w.provider_guid,
       w.computer AS computer_name, w.event_id AS eventid, w.keywords, w.data, w.pid, w.tid,
       NULL AS time_range, NULL AS timestamp, NULL AS xpath, w.time, w.record_id, w.host, w.source
  FROM windows_events AS w;
