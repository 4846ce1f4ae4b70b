-- posture_state: for each host and check of the mitigations, whether it can be answered there.
--
-- why:     A check passes only where its sources were read whole. One of another platform is
--          not_applicable; one whose source is absent, denied, damaged or cut is unknown, and so is
--          one by owners where the files are a copy whose owners are not the host's.
-- sources: posture_checks, evidence, evidence_sources, path_permissions
--
--   SELECT host, name, status FROM posture_state WHERE status = 'unknown';
CREATE TEMP VIEW posture_state AS
WITH sources AS MATERIALIZED (
    SELECT table_name, host, location, records, -- NULL where nothing was read yet
           CASE WHEN status = 'read' AND skipped > 0 THEN 'incomplete' ELSE status END AS status
      FROM evidence_sources
), copies AS MATERIALIZED (
    SELECT host, 'path_permissions' AS table_name FROM path_permissions
     WHERE path = '/' AND owner_uid <> 0
), hosts AS MATERIALIZED (
    SELECT DISTINCT e.host, CASE WHEN e.kind = 'live' THEN 'linux'
                                 WHEN e.kind <> 'files' THEN e.kind
                                 WHEN s.table_name IS NULL THEN '?'
                                 ELSE 'windows' END AS platform
      FROM evidence AS e
      LEFT JOIN sources AS s ON e.kind = 'files' AND s.host = e.host AND s.status <> 'absent'
       AND s.table_name IN ('registry', 'windows_events')
), asked AS MATERIALIZED (
    SELECT h.host, h.platform, c.name, c.mitigation, c.severity, c.why, c.platform AS of,
           c.tables, c.location, substr(c.tables, 1, instr(c.tables || ',', ',') - 1) AS main
      FROM hosts AS h
      JOIN posture_checks AS c
        ON c.platform = h.platform
        OR NOT EXISTS (SELECT 1 FROM posture_checks AS o
                        WHERE o.name = c.name AND o.platform = h.platform)
), judged AS MATERIALIZED (
    SELECT a.*,
           EXISTS (SELECT 1 FROM sources AS s
                    WHERE s.host = a.host AND s.table_name = a.main AND s.status = 'read'
                      AND s.records IS NOT NULL
                      AND s.location LIKE a.location) AS was_read,
           (SELECT group_concat(DISTINCT s.status) FROM sources AS s
             WHERE s.host = a.host AND s.status NOT IN ('read', 'ready')
               AND s.location LIKE a.location
               AND instr(',' || a.tables || ',', ',' || s.table_name || ',')) AS trouble,
           EXISTS (SELECT 1 FROM copies AS c
                    WHERE c.host = a.host AND instr(a.tables, c.table_name)) AS copied
      FROM asked AS a
)
SELECT host, name, mitigation, severity, why,
       CASE WHEN of <> platform AND platform <> '?' THEN 'not_applicable'
            WHEN was_read AND trouble IS NULL AND NOT copied THEN 'pass'
            ELSE 'unknown' END AS status,
       iif((of = platform OR platform = '?') AND (NOT was_read OR trouble IS NOT NULL OR copied),
           json_object('tables', tables,
                       'status', coalesce(trouble, iif(was_read, 'owners not kept', 'absent'))),
           NULL) AS evidence
  FROM judged;
