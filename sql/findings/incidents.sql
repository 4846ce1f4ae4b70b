-- incidents: one row for each attack, as far as its traces can be joined, with its timeline.
--
-- why:      One attack leaves ten rows; here it is one. A row is one service on one host over one span
--           of time, with all signals that fired, graded together, and the steps in order. What stays below medium,
--           with traces of one kind only, is in findings alone.
-- severity: by all signals together
-- attack:   as the findings of each say (v19.1)
-- sources:  incident_signals
--
--   SELECT first_time, host, severity, entity, why, timeline FROM incidents ORDER BY first_time;
CREATE TEMP VIEW incidents AS
WITH judged AS (
    SELECT i.incident, i.host, i.platform, i.entity, i.entities, i.user, i.login_user, i.session, i.remote_host, i.first_time, i.last_time, i.analytic, i.technique,
           i.steps, i.analytics, i.timeline, json_array(json(i.traces), json(i.fired)) AS fired
      FROM incident_signals AS i
    UNION ALL
    -- An arm without FROM keeps SQLite from computing a column again at each use.
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
     WHERE 0
)
SELECT g.incident, g.host, g.platform, g.entity, g.entities, g.user, g.login_user, g.session,
       g.remote_host, g.first_time, g.last_time, utc_datetime(g.first_time) AS datetime,
       utc_datetime(g.first_time) AS first_datetime, utc_datetime(g.last_time) AS last_datetime, signal_severity(g.fired) AS severity, g.analytic,
       g.technique, g.steps, signal_reasons(g.fired) AS why, g.timeline
  FROM judged AS g
 WHERE g.analytics > 1 OR signal_severity(g.fired) NOT IN ('info', 'low');
