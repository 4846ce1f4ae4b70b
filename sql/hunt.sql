-- What `make hunt` prints. Run it with: sqlite3 -cmd '.load build/svcql' :memory: < sql/hunt.sql
.mode list
CREATE TEMP TABLE hunted AS SELECT time, severity, subject, why FROM findings;
.print Findings on this host, the most severe first:
.mode box --wrap 60 --wordwrap on
SELECT strftime('%Y-%m-%d %H:%M', f.time, 'unixepoch') AS "when (UTC)", f.severity,
       printable(f.subject) AS subject, printable(f.why) AS why
  FROM hunted AS f JOIN severities AS s ON s.severity = f.severity
 WHERE s.rank >= 1
 ORDER BY s.rank DESC, f.time DESC
 LIMIT 100;
.mode list
SELECT CASE count(*) WHEN 0 THEN 'none of severity low or above.'
       ELSE sum(n) || ' in all: ' || group_concat(n || ' ' || severity, ', ') END
  FROM (SELECT h.severity, count(*) AS n FROM hunted AS h JOIN severities AS s USING (severity)
         GROUP BY 1 ORDER BY s.rank DESC);
.print
.print What could not be read:
.mode box --wrap 60 --wordwrap on
SELECT table_name AS "table", printable(location) AS location, status, skipped,
       printable(detail) AS detail
  FROM evidence_sources
 WHERE status IN ('denied', 'damaged') OR skipped > 0
 ORDER BY table_name, location
 LIMIT 50;
.mode list
SELECT 'Read: ' || group_concat(DISTINCT table_name) FROM evidence_sources WHERE status = 'read';
SELECT 'Absent: ' || group_concat(DISTINCT table_name || ' (' || printable(location) || ')')
  FROM evidence_sources WHERE status = 'absent';
