-- posture_state: for each host and check of the mitigations, whether it can be answered there.
--
-- why:     A check passes only where its source was read whole. One of another platform is
--          not_applicable; one whose source is absent, denied or damaged is unknown.
-- sources: posture_checks, evidence, evidence_sources
--
--   SELECT host, name, status FROM posture_state WHERE status = 'unknown';
CREATE TEMP VIEW posture_state AS
WITH hosts AS MATERIALIZED (
    SELECT DISTINCT host, CASE kind WHEN 'live' THEN 'linux' ELSE kind END AS platform FROM evidence
), sources AS MATERIALIZED (
    SELECT table_name, host, max(status = 'read') AS was_read,
           group_concat(DISTINCT nullif(status, 'read')) AS trouble
      FROM evidence_sources GROUP BY table_name, host
)
SELECT h.host, c.name, c.mitigation, c.severity, c.why,
       CASE WHEN c.platform <> h.platform THEN 'not_applicable'
            WHEN s.was_read AND s.trouble IS NULL THEN 'pass'
            ELSE 'unknown' END AS status,
       iif(c.platform = h.platform AND (s.was_read IS NOT 1 OR s.trouble IS NOT NULL),
           json_object('table', c.table_name, 'status', coalesce(s.trouble, 'absent')), NULL) AS evidence
  FROM hosts AS h
  JOIN posture_checks AS c
    ON c.platform = h.platform
    OR NOT EXISTS (SELECT 1 FROM posture_checks AS o WHERE o.name = c.name AND o.platform = h.platform)
  LEFT JOIN sources AS s ON s.table_name = c.table_name AND s.host = h.host;
