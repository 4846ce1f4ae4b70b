-- posture_questions: which checks of the mitigations apply to which host.
--
-- why:     A check of another platform is not applicable. A check of owners has no answer where the files are a copy
--          that did not keep the host's owners. Whether the check's sources were read is not part of this view:
--          posture_answers adds it afterwards.
-- sources: posture_checks, evidence, evidence_sources, path_permissions
--
--   SELECT host, name FROM posture_questions WHERE applicable AND copied;
CREATE TEMP VIEW posture_questions AS
WITH copies AS MATERIALIZED (
    SELECT host, 'path_permissions' AS table_name FROM path_permissions
     WHERE path = '/' AND owner_uid <> 0
), sources AS MATERIALIZED (
    SELECT table_name, host FROM evidence_sources
     WHERE status <> 'absent' AND table_name IN ('registry', 'windows_events')
), hosts AS MATERIALIZED (
    SELECT DISTINCT e.host, CASE WHEN e.kind <> 'files' THEN e.platform
                                 WHEN s.table_name IS NULL THEN '?'
                                 ELSE 'windows' END AS platform
      FROM evidence AS e
      LEFT JOIN sources AS s ON e.kind = 'files' AND s.host = e.host
)
SELECT h.host, c.name, c.platform, c.mitigation, c.severity, c.why, c.tables, c.location,
       h.platform IN (c.platform, '?') AS applicable,
       EXISTS (SELECT 1 FROM copies AS o
                WHERE o.host = h.host AND instr(c.tables, o.table_name)) AS copied
  FROM hosts AS h
  JOIN posture_checks AS c
    ON c.platform = h.platform
    OR NOT EXISTS (SELECT 1 FROM posture_checks AS o
                    WHERE o.name = c.name AND o.platform = h.platform);
