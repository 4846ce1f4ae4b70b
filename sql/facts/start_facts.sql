-- start_facts: services that systemd started while the host's logs record commands, and whether a tool ran at about
--              that time.
--
-- why:     Input of the detections of the shape `start`. Columns hold facts, no judgement. Whether a tool ran is
--          queried only for a start that is neither in a burst nor regular.
-- columns: time       REAL         when it was started
--          host       TEXT NOCASE  host that it was started on
--          platform                linux
--          service    TEXT NOCASE  the unit
--          detail                  what the log says
--          in_burst                more than eight services were started in the same minute, as at boot
--          regular                 it was started in more than four minutes, as a timer does
--          tool_near               of a start neither in a burst nor regular: a service tool ran in the seconds of the knob tool_window before it, or in the second after it
--          evidence                the row as JSON, for people
--          source     TEXT         where the record is
--          record     TEXT         which record it is
-- usual:   {"time": 1760000000, "host": "pc1", "platform": "linux", "service": "agent.service", "in_burst": 0,
--           "regular": 0, "tool_near": 1, "source": "journal", "record": "1"}
-- rows:    audit_events, journal
-- first: SELECT 1 FROM service_events AS e
--           WHERE e.action = 'started' AND e.platform = 'linux' AND e.service GLOB '*.service'
--             AND e.time >= scope_since(0) AND e.time <= scope_until(0)
-- sources: service_events, service_commands, attack_knobs
--
--   SELECT datetime(time, 'unixepoch'), host, service FROM start_facts WHERE NOT in_burst;
CREATE TEMP VIEW start_facts AS
WITH starts AS MATERIALIZED ( -- in the time that the query asks for, with the minute before and after for bursts
    SELECT e.time, e.host, e.service, e.detail, e.source, e.record,
           CAST(e.time / 60 AS INTEGER) AS minute
      FROM service_events AS e
     WHERE e.action = 'started' AND e.platform = 'linux' AND e.service GLOB '*.service'
       AND e.time >= scope_since(60) AND e.time <= scope_until(60)
), commands AS MATERIALIZED (
    SELECT c.host, c.time, CAST(c.time / 60 AS INTEGER) AS minute
      FROM service_commands AS c
     WHERE c.platform = 'linux' AND c.time >= scope_since(60) AND c.time <= scope_until(60)
), logged AS MATERIALIZED ( -- when the host's logs of commands begin and end, as far as they were read
    SELECT host, min(time) AS first, max(time) AS last FROM commands GROUP BY host
), hosts AS MATERIALIZED (
    SELECT DISTINCT host FROM starts WHERE scoped()
), recent AS MATERIALIZED ( -- and the hosts that have commands in the hour before that, of which the first one is enough
    SELECT h.host FROM hosts AS h
     WHERE EXISTS (SELECT 1 FROM service_commands AS c
                    WHERE c.host = h.host AND c.platform = 'linux' AND c.time >= scope_since(3600) AND c.time < scope_since(60))
), before AS MATERIALIZED ( -- or at any time before; read where a start needs it
    SELECT h.host FROM hosts AS h
     WHERE EXISTS (SELECT 1 FROM service_commands AS c
                    WHERE c.host = h.host AND c.platform = 'linux' AND c.time < scope_since(3600))
), soon AS MATERIALIZED ( -- and after it
    SELECT h.host FROM hosts AS h
     WHERE EXISTS (SELECT 1 FROM service_commands AS c
                    WHERE c.host = h.host AND c.platform = 'linux' AND c.time > scope_until(60) AND c.time <= scope_until(3600))
), after AS MATERIALIZED (
    SELECT h.host FROM hosts AS h
     WHERE EXISTS (SELECT 1 FROM service_commands AS c
                    WHERE c.host = h.host AND c.platform = 'linux' AND c.time > scope_until(3600))
), busy AS MATERIALIZED (
    SELECT host, minute FROM starts GROUP BY host, minute HAVING count(DISTINCT service) > 8
), often AS MATERIALIZED (
    SELECT host, service FROM starts GROUP BY host, service HAVING count(DISTINCT minute) > 4
), lately AS MATERIALIZED ( -- the same within an hour of the question's time
    SELECT e.host, e.service
      FROM service_events AS e
     WHERE scoped() AND e.action = 'started' AND e.platform = 'linux' AND e.service GLOB '*.service'
       AND e.time >= scope_since(3600) AND e.time <= scope_until(3600)
     GROUP BY e.host, e.service HAVING count(DISTINCT CAST(e.time / 60 AS INTEGER)) > 4
), ever AS MATERIALIZED ( -- and over all time
    SELECT e.host, e.service
      FROM service_events AS e
     WHERE scoped() AND e.action = 'started' AND e.platform = 'linux' AND e.service GLOB '*.service'
     GROUP BY e.host, e.service HAVING count(DISTINCT CAST(e.time / 60 AS INTEGER)) > 4
), near AS MATERIALIZED (
    SELECT s.time, s.host, s.service, s.detail, s.source, s.record, b.host IS NOT NULL AS in_burst,
           r.host IS NOT NULL AS regular,
           iif(b.host IS NULL AND r.host IS NULL,
               EXISTS (SELECT 1 FROM commands AS c -- in this minute or the one before: served by an index
                        WHERE c.host = s.host AND c.minute IN (s.minute, s.minute - 1)
                          AND c.time BETWEEN s.time - min(60, (SELECT coalesce(max(k.value), 10) FROM attack_knobs AS k
                                                                   WHERE k.name = 'tool_window')) AND s.time + 1), NULL) AS tool_near
      FROM starts AS s
      LEFT JOIN logged AS l ON l.host = s.host
      LEFT JOIN busy AS b ON b.host = s.host AND b.minute = s.minute
      LEFT JOIN often AS r ON r.host = s.host AND r.service = s.service
     WHERE (s.time >= l.first OR s.host IN (SELECT host FROM recent) OR s.host IN (SELECT host FROM before))
       AND (s.time <= l.last OR s.host IN (SELECT host FROM soon) OR s.host IN (SELECT host FROM after))
), judged AS MATERIALIZED ( -- the whole log is read only for a start that is otherwise unexplained
    SELECT n.time, n.host, n.service, n.detail, n.source, n.record, n.in_burst, n.tool_near,
           CASE WHEN n.tool_near IS NOT 0 THEN n.regular
                WHEN EXISTS (SELECT 1 FROM lately AS l WHERE l.host = n.host AND l.service = n.service) THEN 1
                ELSE EXISTS (SELECT 1 FROM ever AS e WHERE e.host = n.host AND e.service = n.service) END AS regular
      FROM near AS n
)
SELECT j.time, j.host, 'linux' AS platform, j.service, j.detail, j.in_burst, j.regular,
       iif(j.regular, NULL, j.tool_near) AS tool_near,
       json_object('service', j.service, 'detail', j.detail) AS evidence, j.source, j.record
  FROM judged AS j;
