-- attack_map: the technique and analytic of ATT&CK that each view and signal serves, in the ids of each version.
--
-- why:     v19 revoked ids that v18 held, so no version holds both: T1562.001 became T1685, and T1070.001
--          T1685.005. The setting attack_version selects the version that the views show; this view has all versions.
-- sources: attack_techniques, signals
--
--   SELECT technique, strategy, analytic, component, view, signals FROM attack_map WHERE version = '19.1';
CREATE TEMP VIEW attack_map AS
WITH versions(version) AS (
    VALUES ('18.1'), ('19.1')
), named AS MATERIALIZED (
    SELECT technique, group_concat(name) AS signals
      FROM (SELECT technique, name FROM signals ORDER BY technique, name) GROUP BY technique
)
SELECT v.version, attack_id(t.technique, v.version) AS technique, t.platform, t.strategy, t.analytic,
       t.component, t.view, n.signals
  FROM attack_techniques AS t
 CROSS JOIN versions AS v
  LEFT JOIN named AS n ON n.technique = t.technique;
