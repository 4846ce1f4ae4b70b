-- changes: what differs between an attached baseline and now.
--
-- why:     What was added, changed or removed since a host was known to be clean is what to examine first. Without
--          a baseline there are no rows: see attached_baseline. A changed file or key has a row of kind setting for
--          each setting that differs, from `was` to `detail`, where the baseline holds settings.
-- sources: baseline_now, attached_baseline
--
--   SELECT item, setting, was, detail FROM changes WHERE kind = 'setting';
CREATE TEMP VIEW changes AS
WITH known AS MATERIALIZED (
    SELECT kind, host, item, detail,
           iif(kind = 'setting', substr(item, 1, instr(item, ' [') - 1), item) AS thing
      FROM attached_baseline
), now AS MATERIALIZED (
    SELECT kind, host, item, detail, time,
           iif(kind = 'setting', substr(item, 1, instr(item, ' [') - 1), item) AS thing
      FROM baseline_now
     WHERE EXISTS (SELECT 1 FROM known)
), differ AS (
    SELECT iif(EXISTS (SELECT 1 FROM known AS k WHERE k.kind = n.kind AND k.host = n.host
                          AND k.item = n.item), 'changed', 'added') AS change,
           n.kind, n.host, n.thing, n.item, n.detail,
           (SELECT group_concat(k.detail) FROM known AS k WHERE k.kind = n.kind AND k.host = n.host
               AND k.item = n.item) AS was, n.time
      FROM now AS n
     WHERE NOT EXISTS (SELECT 1 FROM known AS k WHERE k.kind = n.kind AND k.host = n.host
                          AND k.item = n.item AND k.detail IS n.detail)
       -- of a file that both have, and a baseline that has its settings
       AND (n.kind <> 'setting'
            OR EXISTS (SELECT 1 FROM known AS k
                        WHERE k.kind = 'setting' AND k.host = n.host AND k.thing = n.thing))
    UNION ALL
    SELECT 'removed', k.kind, k.host, k.thing, k.item, NULL, k.detail, NULL
      FROM known AS k
     WHERE k.kind NOT IN ('command', 'program')
       AND k.host IN (SELECT host FROM evidence)
       AND NOT EXISTS (SELECT 1 FROM now AS n WHERE n.kind = k.kind AND n.host = k.host
                          AND n.item = k.item)
       AND (k.kind <> 'setting'
            OR EXISTS (SELECT 1 FROM now AS n
                        WHERE n.kind = 'setting' AND n.host = k.host AND n.thing = k.thing))
)
SELECT d.change, d.kind, d.host, d.thing AS item,
       iif(d.kind = 'setting', substr(d.item, length(d.thing) + 2), NULL) AS setting, d.detail, d.was, d.time
  FROM differ AS d;
