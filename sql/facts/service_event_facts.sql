-- service_event_facts: what the logs report of services that were created, changed or ended, one event a row.
--
-- why:     Input of the detections of the shape `service_event`: the events that create or change a service, set it not
--          to start, start a transient one, end a security service, or clear a log. An end within a minute of a
--          shutdown or a change of packages, a restart and the end of what a timer runs are left out.
-- columns: time              REAL         when it happened
--          host              TEXT NOCASE  host that it happened on
--          platform                       linux, windows or macos
--          action                         created, modified, started, stopped, state, start_type or cleared
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
--          evidence                       the row as JSON, for people
-- usual:   {"time": 1760000000, "host": "pc1", "platform": "windows", "action": "created", "service": "ReportAgent",
--           "display_name": "Report agent", "image_path": "C:\\Program Files\\Report\\agent.exe",
--           "start_type": "auto start", "service_type": "user mode service", "account": "LocalSystem",
--           "event_id": 7045, "source": "System.evtx", "record": "1", "security": 0, "random_bits": 10}
-- rows:    audit_events, journal, windows_events, unified_log
-- first: SELECT 1 FROM service_rows AS e
--           WHERE e.time >= scope_since(0) AND e.time <= scope_until(0)
--             AND (e.action IN ('created', 'modified', 'start_type', 'cleared') OR e.event_id IN (6, 1100)
--                  OR e.service GLOB 'run-[ru]*' OR e.image_path IS NOT NULL
--                  OR (e.action IN ('stopped', 'state')
--                      AND EXISTS (SELECT 1 FROM security_services AS s
--                                   WHERE lower(e.service) GLOB s.name OR lower(e.display_name) GLOB s.name)))
-- sources: service_rows, windows_events, package_history, security_services, exec_patterns, attack_knobs
--
--   SELECT datetime(time, 'unixepoch'), service, image_path FROM service_event_facts WHERE action = 'created';
CREATE TEMP VIEW service_event_facts AS
WITH events AS MATERIALIZED ( -- each log is read once: what starts and stops near says why a service ended
    SELECT e.time, e.host, e.platform, e.action, e.service, e.display_name, e.image_path, e.start_type,
           e.service_type, e.account, e.user, e.event_id, e.detail, e.source, e.record,
           CAST(e.time / 60 AS INTEGER) AS minute
      FROM service_rows AS e
     WHERE (e.action IN ('created', 'modified', 'started', 'stopped', 'cleared')
            OR (e.action = 'start_type' AND e.start_type = 'disabled')
            OR (e.platform = 'linux' AND e.action = 'state' AND e.detail GLOB '*code=killed*'))
       AND e.time >= scope_since(3600) AND e.time <= scope_until(120)
), busy AS MATERIALIZED ( -- minutes of a shutdown
    SELECT host, minute FROM events -- a user's manager ends at each logout
     WHERE action = 'stopped' AND (user IS NULL OR platform <> 'linux') GROUP BY host, minute
    HAVING count(DISTINCT service) > 8
        OR max(service IN ('multi-user.target', 'graphical.target', 'basic.target', 'sysinit.target'))
    UNION
    SELECT host, minute FROM events
     WHERE action = 'started' AND user IS NULL
       AND service IN ('shutdown.target', 'umount.target', 'reboot.target', 'poweroff.target', 'halt.target',
                       'kexec.target', 'soft-reboot.target', 'rescue.target')
), begun AS MATERIALIZED (
    SELECT host, service, minute, time FROM events WHERE action = 'started'
), upgrades AS MATERIALIZED ( -- minutes in which packages changed, with the minute before and after
    SELECT DISTINCT h.host, CAST(h.time / 60 + d.value AS INTEGER) AS minute
      FROM package_history AS h, json_each('[-1, 0, 1]') AS d
     WHERE h.time IS NOT NULL
), often AS MATERIALIZED ( -- over all time: what a timer runs ends again and again
    SELECT host, service FROM service_rows WHERE action = 'stopped'
     GROUP BY host, service HAVING count(DISTINCT CAST(time / 60 AS INTEGER)) > 4
), shutdowns AS MATERIALIZED ( -- Windows' own records of them; read only where the event log ended
    SELECT w.computer COLLATE NOCASE AS host, CAST(w.time / 60 AS INTEGER) AS minute
      FROM windows_events AS w
     WHERE w.event_id IN (13, 109, 1074)
       AND w.provider_name IN ('Microsoft-Windows-Kernel-General', 'Microsoft-Windows-Kernel-Power', 'User32')
), alone AS ( -- the dear questions last, and of what ends and watches the host only
    SELECT e.*,
           iif(e.action NOT IN ('stopped', 'state'), 1,
               NOT EXISTS (SELECT 1 FROM busy AS b
                            WHERE b.host = e.host AND b.minute BETWEEN e.minute - 1 AND e.minute + 1)
               AND NOT EXISTS (SELECT 1 FROM begun AS s
                                WHERE s.host = e.host AND s.service = e.service AND e.action = 'stopped'
                                  AND (s.time BETWEEN e.time AND e.time + 60
                                       -- audit tells of the end of what ran once too
                                       OR (e.detail GLOB 'SERVICE_STOP*'
                                           AND s.time BETWEEN e.time - 3600 AND e.time)))
               AND EXISTS (SELECT 1 FROM security_services AS s
                            WHERE s.platform IN ('any', e.platform) AND s.role IS NOT 'backup'
                              AND (lower(e.service) GLOB s.name OR lower(e.display_name) GLOB s.name))) AS alone
      FROM events AS e
     WHERE (e.action IN ('created', 'modified', 'start_type', 'cleared', 'stopped', 'state') AND e.event_id IS NOT 1100)
        -- The event log ends at each shutdown; where the host records them, an end without one is a person's.
        OR (e.event_id = 1100
            AND EXISTS (SELECT 1 FROM shutdowns AS d WHERE d.host = e.host)
            AND NOT EXISTS (SELECT 1 FROM shutdowns AS d
                             WHERE d.host = e.host AND d.minute BETWEEN e.minute - 3 AND e.minute + 3))
        OR (e.platform = 'linux' AND (e.service GLOB 'run-[ru]*' OR e.image_path IS NOT NULL))
        OR (e.event_id = 6 AND pattern_signals('windows', e.image_path) <> '[]') -- a driver that was loaded
    -- An arm without FROM keeps SQLite from computing a column again at each use.
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
     WHERE 0
)
SELECT e.time, e.host, e.platform, e.action, e.service, e.display_name, e.image_path, e.start_type,
       e.service_type, e.account, e.user, e.event_id, e.detail, e.source, e.record,
       iif(e.action IN ('stopped', 'state'), 1,
           EXISTS (SELECT 1 FROM security_services AS s
                    WHERE s.platform IN ('any', e.platform)
                      AND (lower(e.service) GLOB s.name OR lower(e.display_name) GLOB s.name))) AS security,
       (SELECT coalesce(max(value), 10) FROM attack_knobs WHERE name = 'random_name_bits') AS random_bits,
       pattern_signals(iif(e.platform = 'windows', 'windows', 'unix'), coalesce(e.image_path || ' ', '') || coalesce(e.service, '')) AS patterns,
       iif(e.platform = 'windows', NULL,
           path_places(command_runs(e.image_path))) AS places,
       json_object('event_id', e.event_id, 'action', e.action, 'service', e.service, 'image_path', e.image_path,
                   'start_type', e.start_type, 'service_type', e.service_type, 'account', e.account, 'user', e.user,
                   'detail', e.detail) AS evidence
  FROM alone AS e
 WHERE e.alone
   AND (e.action NOT IN ('stopped', 'state')
        OR (NOT EXISTS (SELECT 1 FROM upgrades AS g WHERE g.host = e.host AND g.minute = e.minute)
            AND NOT EXISTS (SELECT 1 FROM often AS o WHERE o.host = e.host AND o.service = e.service)));
