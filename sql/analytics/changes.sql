-- changes: what differs between an attached baseline and now.
--
-- why:     What was added, changed or removed since a host was known to be clean is what to examine first. Without
--          a baseline there are no rows: see attached_baseline.
-- sources: baseline_now, attached_baseline
--
--   SELECT change, kind, host, item FROM changes WHERE kind <> 'command';
CREATE TEMP VIEW changes AS
WITH known AS MATERIALIZED (
    SELECT kind, host, item, detail FROM attached_baseline
), now AS MATERIALIZED (
    SELECT kind, host, item, detail, time FROM baseline_now
     WHERE EXISTS (SELECT 1 FROM known)
)
SELECT iif(EXISTS (SELECT 1 FROM known AS k WHERE k.kind = n.kind AND k.host = n.host
                      AND k.item = n.item), 'changed', 'added') AS change,
       n.kind, n.host, n.item, n.detail,
       (SELECT group_concat(k.detail) FROM known AS k WHERE k.kind = n.kind AND k.host = n.host
           AND k.item = n.item) AS was, n.time
  FROM now AS n
 WHERE NOT EXISTS (SELECT 1 FROM known AS k WHERE k.kind = n.kind AND k.host = n.host
                      AND k.item = n.item AND k.detail IS n.detail)
UNION ALL
SELECT 'removed', k.kind, k.host, k.item, NULL, k.detail, NULL
  FROM known AS k
 WHERE k.kind NOT IN ('command', 'program')
   AND k.host IN (SELECT host FROM evidence)
   AND NOT EXISTS (SELECT 1 FROM now AS n WHERE n.kind = k.kind AND n.host = k.host
                      AND n.item = k.item);
