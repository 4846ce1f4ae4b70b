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
    SELECT time, host, platform, subject, count(*) AS n, group_concat(analytic) AS analytics,
           group_concat(technique) AS techniques, group_concat(fired) AS fired,
           group_concat('"' || analytic || '":' || coalesce(evidence, 'null'), char(30)) AS evidence, -- which JSON holds in no text
           max(user) AS user,
           max(iif(analytic IN ('t1569_file_modification', 't1569_registry_modification'), evidence ->> 'exe', tool)) AS tool,
           max(coalesce(verb, iif(analytic IN ('t1569_file_modification', 't1569_registry_modification', 't1569_service_creation'),
                                  evidence ->> 'action', NULL))) AS verb,
           max(target) AS target, min(source) AS source, min(record) AS record
      FROM found
     GROUP BY host, subject, time, platform
)
SELECT m.time, utc_datetime(m.time) AS datetime, m.host, m.platform,
       iif(m.n = 1, m.analytics,
           (SELECT group_concat(DISTINCT a.value)
              FROM json_each('["' || replace(m.analytics, ',', '","') || '"]') AS a)) AS analytic,
       finding_techniques(m.fired, m.techniques) AS technique,
       signal_severity(m.fired) AS severity, m.subject, signal_reasons(m.fired) AS why,
       signal_names(m.fired) AS signals, m.user, m.tool, m.verb, m.target,
       m.host || ' ' || m.platform || ' ' || m.subject AS key,
       -- One member for each: the second of an analytic is "t1569_service_creation 2".
       iif(m.n = 1, '{' || m.evidence || '}',
           (SELECT json_group_object(e.analytic || iif(e.nth > 1, ' ' || e.nth, ''), json(e.value))
              FROM (SELECT v.value, v.key AS analytic, row_number() OVER (PARTITION BY v.key ORDER BY o.key) AS nth
                      FROM json_each('[{' || replace(m.evidence, char(30), '},{') || '}]') AS o, json_each(o.value) AS v) AS e)) AS evidence,
       m.source, m.record
  FROM merged AS m;
