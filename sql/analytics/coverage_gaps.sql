-- coverage_gaps: times for which a host's logs have no records, and signs that someone caused it.
--
-- why:             An analytic without findings proves nothing about a time when a log was cleared, switched off or
--                  silent. A gap is a log that was cleared (Windows 1102, 104), an audit daemon that ended or was
--                  switched off, a boot that the journal has and audit has not, or a day without a record in a log that
--                  has records before and after; of an audit log as coverage_spans reads it.
-- attack:          T1685.005 T1685 (v19.1): clearing logs, switching them off
-- false positives: a machine that was off; a laptop's weekend
-- sources:         windows_events, audit_events, journal
--
--   SELECT host, log, gap, datetime, until, detail FROM coverage_gaps ORDER BY host, time;
CREATE TEMP VIEW coverage_gaps AS
WITH hours AS MATERIALIZED ( -- of audit: no silence of a day is within one. What the outline leaves out has records in it
                             -- half a day before and after, so that no two of them are a day apart in its place.
    SELECT host, CAST(time / 3600 AS INTEGER) AS hour, min(time) AS first, max(time) AS last
      FROM audit_events WHERE outline = 43200 GROUP BY host, hour
), boots AS MATERIALIZED (
    SELECT host, boot_id, min(time) AS first, max(time) AS last, min(source) AS source
      FROM journal WHERE ends = 1 GROUP BY host, boot_id
), heard AS (
    SELECT host, 'audit' AS log, first, last, NULL AS source FROM hours
    UNION ALL
    SELECT host, 'journal', iif(n, last, first), iif(n, last, first), source
      FROM boots, (SELECT 0 AS n UNION SELECT 1)
), spaced AS (
    SELECT h.host, h.log, h.first AS time, h.source,
           lag(h.last) OVER (PARTITION BY h.host, h.log ORDER BY h.first) AS before
      FROM heard AS h
), gaps AS (
    SELECT w.computer AS host, w.channel AS log, 'cleared' AS gap, w.time, w.time AS until,
           coalesce(w.data ->> 'SubjectUserName', w.user_sid) AS detail, w.source,
           CAST(w.record_id AS TEXT) AS record
      FROM windows_events AS w
     WHERE w.event_id IN (1102, 104) AND w.provider_name = 'Microsoft-Windows-Eventlog'
    UNION ALL
    SELECT a.host, 'audit', 'stopped', a.time, NULL, a.type, a.source, CAST(a.serial AS TEXT)
      FROM audit_events AS a
     WHERE a.type IN ('DAEMON_END', 'DAEMON_ABORT', 'CONFIG_CHANGE')
       AND (a.type <> 'CONFIG_CHANGE' OR a.record LIKE '%audit_enabled=0%')
    UNION ALL
    SELECT b.host, 'audit', 'boot without audit', b.first, b.last, b.boot_id, b.source, NULL
      FROM boots AS b
     WHERE b.host IN (SELECT h.host FROM hours AS h)
       AND iif(EXISTS (SELECT 1 FROM hours AS h
                        WHERE h.host = b.host AND (h.first BETWEEN b.first - 60 AND b.last + 60
                                                   OR h.last BETWEEN b.first - 60 AND b.last + 60)),
               0, -- else the log is asked, which seeks the time
               NOT EXISTS (SELECT 1 FROM audit_events AS a
                            WHERE a.host = b.host AND a.time BETWEEN b.first - 60 AND b.last + 60))
    UNION ALL
    SELECT s.host, s.log, 'silent', s.before, s.time, round((s.time - s.before) / 3600, 1) || ' hours',
           (SELECT a.source FROM audit_events AS a WHERE a.host = s.host AND a.time = s.time LIMIT 1), NULL
      FROM spaced AS s WHERE s.time - s.before > 86400 AND s.log = 'audit'
    UNION ALL
    -- The time between two boots is not silence: the machine was off, or its journal is missing.
    SELECT s.host, s.log, 'no boot', s.before, s.time, round((s.time - s.before) / 3600, 1) || ' hours',
           s.source, NULL
      FROM spaced AS s
     WHERE s.time - s.before > 86400 AND s.log = 'journal'
       AND NOT EXISTS (SELECT 1 FROM boots AS b
                        WHERE b.host = s.host AND b.first <= s.before AND b.last >= s.time)
)
SELECT g.host, g.log, g.gap, g.time, utc_datetime(g.time) AS datetime,
       utc_datetime(g.until) AS until, g.detail, g.source, g.record
  FROM gaps AS g;
