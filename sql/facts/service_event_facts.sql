-- service_event_facts: what the logs report of services that were created, changed or ended, one event a row.
--
-- why:     Input of the detections of the shape `service_event`: the events that create or change a service, set it not
--          to start, start a transient one, end a security service by a signal, or clear a log.
-- columns: time              REAL         when it happened
--          host              TEXT NOCASE  host that it happened on
--          platform                       linux, windows or macos
--          action                         created, modified, started, state, start_type or cleared
--          service           TEXT NOCASE  service that it happened to
--          display_name      TEXT NOCASE  display name of the service
--          image_path        TEXT NOCASE  what the service runs
--          start_type        TEXT NOCASE  when it starts
--          service_type      TEXT NOCASE  own process, shared process, driver and so on
--          account           TEXT NOCASE  account that the service runs as
--          user              TEXT NOCASE  who did it
--          event_id          INTEGER      event of Windows
--          detail                         what else the log says
--          source            TEXT         where the record is
--          record            TEXT         which record it is
--          security                       the service is a security service
--          random_bits               knob random_name_bits: name_randomness() above which a name counts as randomly generated
--          patterns                       names of exec_patterns that match what it runs and its name, as a JSON array
--          places                         not of Windows: kinds of place that its programs and scripts are in, as path_trust() names them: ,system,temp,
-- usual:   {"time": 1760000000, "host": "pc1", "platform": "windows", "action": "created", "service": "ReportAgent",
--           "display_name": "Report agent", "image_path": "C:\\Program Files\\Report\\agent.exe",
--           "start_type": "auto start", "service_type": "user mode service", "account": "LocalSystem",
--           "event_id": 7045, "source": "System.evtx", "record": "1", "security": 0, "random_bits": 10}
-- rows:    audit_events, journal, windows_events
-- sources: service_rows, security_services, exec_patterns, attack_knobs
--
--   SELECT datetime(time, 'unixepoch'), service, image_path FROM service_event_facts WHERE action = 'created';
CREATE TEMP VIEW service_event_facts AS
SELECT e.time, e.host, e.platform, e.action, e.service, e.display_name, e.image_path, e.start_type,
       e.service_type, e.account, e.user, e.event_id, e.detail, e.source, e.record,
       EXISTS (SELECT 1 FROM security_services AS s
                WHERE s.platform IN ('any', e.platform)
                  AND (lower(e.service) GLOB s.name OR lower(e.display_name) GLOB s.name)) AS security,
       (SELECT coalesce(max(value), 10) FROM attack_knobs WHERE name = 'random_name_bits') AS random_bits,
       pattern_signals(iif(e.platform = 'windows', 'windows', 'unix'), coalesce(e.image_path || ' ', '') || coalesce(e.service, '')) AS patterns,
       iif(e.platform = 'windows', NULL,
           path_places(command_runs(e.image_path))) AS places
  FROM service_rows AS e
 WHERE e.action IN ('created', 'modified') OR (e.action = 'start_type' AND e.start_type = 'disabled')
    OR (e.platform = 'linux' AND e.action = 'started'
        AND (e.service GLOB 'run-[ru]*' OR e.image_path IS NOT NULL))
    OR e.action = 'cleared'
    OR (e.platform = 'linux' AND e.action = 'state' AND e.detail GLOB '*code=killed*'
        AND EXISTS (SELECT 1 FROM security_services AS s
                     WHERE s.platform IN ('any', 'linux') AND lower(e.service) GLOB s.name));
