-- coverage_spans: the first and last record of each log of a host, and the number of records.
--
-- why:     A question about last month needs a log of last month. Read it before you rely on an empty result. first
--          and last cost a few reads of an audit log, a journal or an auth log whose lines have their years, of any size, and
--          one for each chunk of an event log; records reads the logs, where it is asked for. first and last are exact where a log is in the order of
--          time but for what lies within a minute; an audit log counts as such whose clock was set back for less
--          than a 64th of its length, and as one host's where fewer than one record in a thousand names another node.
-- sources: audit_events, journal, auth_events, windows_events, package_history, shell_history
--
--   SELECT host, log, source, seen_from, seen_to, records FROM coverage_spans ORDER BY host, seen_from;
CREATE TEMP VIEW coverage_spans AS
WITH entries AS MATERIALIZED ( -- read only where records is asked for
    SELECT host, source, count(*) AS n FROM journal GROUP BY host, source
), spans AS (
    SELECT host, 'audit_events' AS log, source, min(time) AS first, max(time) AS last, NULL AS records
      FROM audit_events WHERE outline = 1000000000000 GROUP BY host, source -- longer than any log
    UNION ALL
    SELECT host, 'journal', source, min(time), max(time), NULL FROM journal WHERE ends = 1 GROUP BY host, source
    UNION ALL
    SELECT host, 'auth_events', source, min(time), max(time), NULL
      FROM auth_events WHERE ends = 1 GROUP BY host, source
    UNION ALL
    SELECT host, 'windows_events', source, min(time), max(time), NULL
      FROM windows_events WHERE ends = 1 GROUP BY host, source
    UNION ALL
    SELECT host, 'package_history', source, min(time), max(time), count(*)
      FROM package_history GROUP BY host, source
    UNION ALL
    SELECT host, 'shell_history', source, min(time), max(time), count(*)
      FROM shell_history GROUP BY host, source
)
SELECT s.host, s.log, s.source, s.first, s.last,
       utc_datetime(s.first) AS seen_from,
       utc_datetime(s.last) AS seen_to,
       CASE s.log WHEN 'audit_events' THEN (SELECT count(*) FROM audit_events AS a WHERE a.source = s.source AND a.host = s.host)
                  WHEN 'auth_events' THEN (SELECT count(*) FROM auth_events AS a WHERE a.source = s.source AND a.host = s.host)
                  WHEN 'windows_events' THEN (SELECT count(*) FROM windows_events AS w WHERE w.source = s.source AND w.host = s.host)
                  WHEN 'journal' THEN (SELECT e.n FROM entries AS e WHERE e.source = s.source AND e.host = s.host)
                  ELSE s.records END AS records
  FROM spans AS s;
