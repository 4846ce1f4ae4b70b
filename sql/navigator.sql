-- A layer for the ATT&CK Navigator: what svcql names of ATT&CK, by the weight of its heaviest signal.
--   make navigator
.mode list
WITH techniques AS (
    SELECT m.technique, max(m.signals) AS signals, group_concat(DISTINCT m.view) AS views,
           (SELECT max(s.weight) FROM signals AS s WHERE attack_id(s.technique) = m.technique) AS weight
      FROM attack_map AS m
     WHERE m.version = (SELECT value FROM svcql_settings WHERE name = 'attack_version')
     GROUP BY m.technique
)
SELECT json_object(
           'name', 'svcql', 'domain', 'enterprise-attack',
           'description', 'Techniques that svcql''s views and signals name; the score is the weight of the heaviest signal',
           'versions', json_object('attack', (SELECT substr(value, 1, 2) FROM svcql_settings WHERE name = 'attack_version'),
                                   'navigator', '5.1.0', 'layer', '4.5'),
           'gradient', json_object('colors', json_array('#ffffff', '#ff6666'), 'minValue', 0, 'maxValue', 100),
           'techniques', json_group_array(json_object(
               'techniqueID', t.technique, 'score', coalesce(t.weight, 0), 'enabled', json('true'),
               'comment', trim(coalesce('signals: ' || t.signals, '') || coalesce('; views: ' || t.views, ''), '; '))))
  FROM techniques AS t;
