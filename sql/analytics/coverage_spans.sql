-- coverage_spans: the first and last record of each log of a host, and the number of records.
--
-- why:     A question about last month needs a log of last month. Read it before you rely on an empty result.
-- sources: audit_events, journal, auth_events, windows_events, package_history, shell_history
--
--   SELECT host, log, source, seen_from, seen_to, records FROM coverage_spans ORDER BY host, seen_from;
CREATE TEMP VIEW coverage_spans AS
WITH spans AS (
    SELECT host, 'audit_events' AS log, source, min(time) AS first, max(time) AS last,
           count(*) AS records
      FROM audit_events GROUP BY host, source
    UNION ALL
    SELECT host, 'journal', source, min(time), max(time), count(*) FROM journal GROUP BY host, source
    UNION ALL
    SELECT host, 'auth_events', source, min(time), max(time), count(*)
      FROM auth_events GROUP BY host, source
    UNION ALL
    SELECT host, 'windows_events', source, min(time), max(time), count(*)
      FROM windows_events GROUP BY host, source
    UNION ALL
    SELECT host, 'package_history', source, min(time), max(time), count(*)
      FROM package_history GROUP BY host, source
    UNION ALL
    SELECT host, 'shell_history', source, min(time), max(time), count(*)
      FROM shell_history GROUP BY host, source
)
SELECT s.host, s.log, s.source, s.first, s.last,
       utc_datetime(s.first) AS seen_from,
       utc_datetime(s.last) AS seen_to, s.records
  FROM spans AS s;
