-- navigator: what was found, as a layer for the ATT&CK Navigator: svcql hunt --format navigator
--
-- why:     One score a technique, its number of findings, and a colour after the gravest of them. The layer of what
--          svcql can find is made by `make navigator`.
-- sources: hunt_findings: what `svcql hunt` found, with the columns of findings
WITH each AS (
    SELECT t.value AS technique, f.severity, s.rank, f.host
      FROM hunt_findings AS f
      JOIN json_each('["' || replace(f.technique, ',', '","') || '"]') AS t
      JOIN severities AS s ON s.severity = f.severity
     WHERE f.technique IS NOT NULL
), found AS (
    SELECT technique, severity, max(rank) AS rank, count(*) AS findings, count(DISTINCT host) AS hosts
      FROM each
     GROUP BY technique
)
SELECT json_object(
           'name', 'svcql: findings', 'domain', 'enterprise-attack',
           'description', 'Findings by technique; the colour is that of the gravest',
           'versions', json_object('attack', (SELECT substr(value, 1, 2) FROM svcql_settings WHERE name = 'attack_version'),
                                   'navigator', '5.1.0', 'layer', '4.5'),
           'techniques', json_group_array(json_object(
               'techniqueID', technique, 'score', findings, 'enabled', json('true'),
               'color', CASE severity WHEN 'critical' THEN '#8e1230' WHEN 'high' THEN '#d4463c'
                                      WHEN 'medium' THEN '#f0a030' WHEN 'low' THEN '#f4dc84' ELSE '#d9dee5' END,
               'comment', findings || ' findings on ' || hosts || ' hosts, the gravest ' || severity)),
           'legendItems', json('[{"label":"critical","color":"#8e1230"},{"label":"high","color":"#d4463c"},'
                            || '{"label":"medium","color":"#f0a030"},{"label":"low","color":"#f4dc84"},'
                            || '{"label":"info","color":"#d9dee5"}]'))
  FROM found;
