-- t1569_unasked_start: services that the manager started though no service tool ran near it.
--
-- why:             systemd-run's API, busctl, python over D-Bus and the like leave no command of
--                  systemctl; what remains is a start that PID 1 tells of, and no tool in the ten
--                  seconds before. Starts that come in bursts (boot, upgrade), that a unit of its own
--                  makes again and again (timers), or of which the host's logs of commands are
--                  silent all around, are left out.
-- severity:        low (the signal without_tool), more with what else a view finds of the service
-- attack:          T1569.003 (v18.1), DS0019 Service Creation, DET0073
-- false positives: socket and D-Bus activation of a service that is seldom used
-- sources:         service_events, service_commands
--
--   SELECT datetime, host, subject, detail FROM t1569_unasked_start;
CREATE TEMP VIEW t1569_unasked_start AS
WITH starts AS MATERIALIZED (
    SELECT e.time, e.host, e.service, e.detail, e.source, e.record,
           CAST(e.time / 60 AS INTEGER) AS minute
      FROM service_events AS e
     WHERE e.action = 'started' AND e.platform = 'linux' AND e.service GLOB '*.service'
), commands AS MATERIALIZED (
    SELECT c.host, c.time, CAST(c.time / 60 AS INTEGER) AS minute
      FROM service_commands AS c
     WHERE c.platform = 'linux' AND c.time IS NOT NULL
), logged AS MATERIALIZED ( -- when the host's logs of commands begin and end
    SELECT host, min(time) AS first, max(time) AS last FROM commands GROUP BY host
), busy AS MATERIALIZED (
    SELECT host, minute FROM starts GROUP BY host, minute HAVING count(DISTINCT service) > 8
), regular AS MATERIALIZED (
    SELECT host, service FROM starts GROUP BY host, service HAVING count(DISTINCT minute) > 4
)
SELECT s.time, utc_datetime(s.time) AS datetime, s.host,
       'linux' AS platform, 't1569_unasked_start' AS analytic, 'T1569.003' AS technique,
       signal_severity('without_tool') AS severity, s.service AS subject,
       signal_reasons('without_tool') AS why, 'without_tool' AS signals, s.detail,
       json_object('service', s.service, 'detail', s.detail) AS evidence, s.source, s.record
  FROM starts AS s
  JOIN logged AS l ON l.host = s.host AND s.time BETWEEN l.first AND l.last
  LEFT JOIN busy AS b ON b.host = s.host AND b.minute = s.minute
  LEFT JOIN regular AS r ON r.host = s.host AND r.service = s.service
  LEFT JOIN commands AS c -- in this minute or the one before, so that an index finds it
         ON c.host = s.host AND c.minute IN (s.minute, s.minute - 1)
        AND c.time BETWEEN s.time - 10 AND s.time + 1
 WHERE b.host IS NULL AND r.host IS NULL AND c.host IS NULL
   AND NOT EXISTS (SELECT 1 FROM known_services AS k
                    WHERE s.service GLOB k.name AND (k.host IS NULL OR k.host = s.host));
