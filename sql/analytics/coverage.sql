-- coverage: for each analytic and host, the sources it needs, and whether each was read.
--
-- why:     A host without findings may be a host without evidence. A row says whether a source was
--          read, absent, denied or damaged, how many records it gave, and how many were lost.
-- sources: evidence_sources, analytic_sources, evidence
--
--   SELECT analytic, host, status, source, detail FROM coverage WHERE status <> 'read';
CREATE TEMP VIEW coverage AS
WITH hosts AS MATERIALIZED (
    SELECT DISTINCT host, coalesce(platform, kind) AS platform, kind = 'live' AS live
      FROM evidence
), seen AS MATERIALIZED (
    SELECT table_name, host, location, status, records, skipped, detail FROM evidence_sources
)
-- The user's own detections belong to no host, so each host has their row.
SELECT 'own detections' AS analytic, h.host, s.table_name, s.location AS source, s.status, s.records,
       s.skipped, s.detail, 'the folder of the setting signals' AS reads
  FROM hosts AS h JOIN seen AS s ON s.table_name = 'signals' AND s.records + s.skipped > 0
UNION ALL
SELECT a.analytic, h.host, a.table_name, coalesce(s.location, a.table_name) AS source,
       coalesce(s.status, 'absent') AS status, s.records, s.skipped,
       coalesce(s.detail, iif(s.status IS NULL, iif(a.note GLOB '*running system only' AND NOT h.live,
                              'only a running system has it', 'none in this evidence'), NULL)) AS detail,
       a.note AS reads
  FROM hosts AS h
  JOIN analytic_sources AS a ON a.platform = h.platform OR h.platform = 'files'
  LEFT JOIN seen AS s ON s.table_name = a.table_name AND s.host = h.host
 WHERE h.platform <> 'files' OR s.status IS NOT NULL;
