-- findings: everything that the analytics found worth a person's time, in one shape.
--
-- why:      One view to read first. A row is one subject at one time, with all the signals that fired for
--           it; rows of the analytics without a signal are left out.
-- severity: info, low, medium, high, critical, as severities grades the sum of the signals
-- attack:   T1569 and related techniques, as each row says (attack_map)
-- sources:  found, signals, severities
--
--   SELECT datetime, severity, subject, why FROM findings ORDER BY time;
CREATE TEMP VIEW findings AS
WITH merged AS (
    -- A window and not GROUP BY: a term on time passes through it into the logs.
    SELECT time, host, platform, subject, json_group_array(analytic) OVER same AS analytics,
           json_group_array(technique) OVER same AS techniques,
           json_group_array(json(fired)) OVER same AS fired,
           json_group_array(json_array(analytic, json(evidence))) OVER same AS evidence,
           max(user) OVER same AS user,
           max(iif(analytic IN ('t1569_file_modification', 't1569_registry_modification'), evidence ->> 'exe', tool)) OVER same AS tool,
           max(coalesce(verb, iif(analytic IN ('t1569_file_modification', 't1569_registry_modification', 't1569_service_creation'),
                                  evidence ->> 'action', NULL))) OVER same AS verb,
           max(target) OVER same AS target,
           min(source) OVER same AS source, min(record) OVER same AS record,
           row_number() OVER same AS nth
      FROM found
    WINDOW same AS (PARTITION BY host, subject, time, platform)
)
SELECT m.time, utc_datetime(m.time) AS datetime, m.host, m.platform,
       (SELECT group_concat(DISTINCT a.value) FROM json_each(m.analytics) AS a) AS analytic,
       (SELECT group_concat(DISTINCT t.value)
          FROM (SELECT value FROM json_each(m.techniques)
                UNION ALL SELECT value FROM json_each(signal_techniques(m.fired))) AS t) AS technique,
       signal_severity(m.fired) AS severity, m.subject, signal_reasons(m.fired) AS why,
       signal_names(m.fired) AS signals, m.user, m.tool, m.verb, m.target,
       m.host || ' ' || m.platform || ' ' || m.subject AS key,
       -- One member for each: the second of an analytic is "t1569_service_creation 2".
       (SELECT json_group_object(e.value ->> 0 || iif(e.nth > 1, ' ' || e.nth, ''), e.value -> 1)
          FROM (SELECT value, row_number() OVER (PARTITION BY value ->> 0 ORDER BY key) AS nth
                  FROM json_each(m.evidence)) AS e) AS evidence, m.source, m.record
  FROM merged AS m
 WHERE m.nth = 1;
