-- incidents: one row an attack, as far as its traces can be brought together, with its timeline.
--
-- why:      A hunter wants one story and not ten rows. A row is one service on one host over one span
--           of time, with all signals that fired, graded together, and the steps in order. What
--           stays below medium, with traces in one place only, is left to findings.
-- severity: by all signals together
-- attack:   as the findings of each say (v18.1)
-- sources:  incident_events
--
--   SELECT first_time, host, severity, entity, why, timeline FROM incidents ORDER BY first_time;
CREATE TEMP VIEW incidents AS
WITH grouped AS (
    SELECT incident, host, max(platform) AS platform, entity, min(time) AS first_time,
           max(time) AS last_time, count(*) AS steps,
           count(DISTINCT analytic) AS analytics, group_concat(DISTINCT analytic) AS analytic,
           trim(replace(group_concat(signals), ',,', ','), ',')
               -- made and gone again within ten minutes, all of it
               || iif(max(time) - min(time) <= 600
                      AND max(step IN ('service', 'started') OR evidence ->> 'action' = 'created')
                      AND max(step = 'deleted' OR evidence ->> 'action' = 'deleted'
                              OR signals LIKE '%deleted_key%'), ',removes_itself', '') AS signals,
           group_concat(DISTINCT technique) AS technique,
           json_group_array(json_object('time', datetime, 'step', step, 'subject', subject,
                                        'signals', signals, 'source', source, 'record', record))
               AS timeline
      FROM (SELECT * FROM incident_events ORDER BY incident, time)
     GROUP BY incident
)
SELECT g.incident, g.host, g.platform, g.entity, g.first_time, g.last_time,
       utc_datetime(g.first_time) AS datetime,
       signal_severity(g.signals) AS severity, g.analytic, g.technique, g.steps,
       signal_reasons(g.signals) AS why, g.timeline
  FROM grouped AS g
 WHERE g.analytics > 1 OR signal_severity(g.signals) NOT IN ('info', 'low');
