-- start_facts: services that systemd started while the host's logs tell of commands, and what ran near.
--
-- why:     What detections of the shape `start` judge. A column says what is so, and nothing of what it
--          means. Whether a tool ran is looked up only for a start that is neither of a burst nor
--          regular.
-- columns: time       REAL         when it was started
--          host       TEXT NOCASE  host that it was started on
--          platform                linux
--          service    TEXT NOCASE  the unit
--          detail                  what the log says
--          in_burst                more than eight services were started in the same minute, as at boot
--          regular                 it was started in more than four minutes, as a timer does
--          tool_near               of one neither in a burst nor regular: a service tool ran from the knob tool_window's seconds before to one after
--          evidence                the row for people, as JSON
--          source                  where the record is
--          record                  which record it is
-- usual:   {"time": 1760000000, "host": "pc1", "platform": "linux", "service": "agent.service", "in_burst": 0,
--           "regular": 0, "tool_near": 1, "source": "journal", "record": "1"}
-- sources: service_events, service_commands, attack_knobs
--
--   SELECT datetime(time, 'unixepoch'), host, service FROM start_facts WHERE NOT in_burst;
CREATE TEMP VIEW start_facts AS
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
), often AS MATERIALIZED (
    SELECT host, service FROM starts GROUP BY host, service HAVING count(DISTINCT minute) > 4
)
SELECT s.time, s.host, 'linux' AS platform, s.service, s.detail, b.host IS NOT NULL AS in_burst,
       r.host IS NOT NULL AS regular,
       iif(b.host IS NULL AND r.host IS NULL,
           EXISTS (SELECT 1 FROM commands AS c -- in this minute or the one before: an index finds it
                    WHERE c.host = s.host AND c.minute IN (s.minute, s.minute - 1)
                      AND c.time BETWEEN s.time - min(60, (SELECT coalesce(max(k.value), 10) FROM attack_knobs AS k
                                                               WHERE k.name = 'tool_window')) AND s.time + 1), NULL) AS tool_near,
       json_object('service', s.service, 'detail', s.detail) AS evidence, s.source, s.record
  FROM starts AS s
  JOIN logged AS l ON l.host = s.host AND s.time BETWEEN l.first AND l.last
  LEFT JOIN busy AS b ON b.host = s.host AND b.minute = s.minute
  LEFT JOIN often AS r ON r.host = s.host AND r.service = s.service;
