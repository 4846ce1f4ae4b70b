-- incident_facts: the traces of one service on one host over one span of time, and their facts taken together.
--
-- why:     Input of the detections of the shape `incident`: facts that only all traces together show.
-- columns: incident    TEXT  host, service and number
--          host        TEXT  host that it happened on
--          platform          linux, windows or macos
--          entity            the service, without its ending
--          first_time        when it began
--          last_time         when it ended
--          seconds           from its first trace to its last
--          short             knob short_lived: longest life, in seconds, of a service that removes itself
--          steps             count of traces
--          analytics         count of the analytics that found something
--          analytic          the analytics, separated by commas
--          technique         ATT&CK techniques, separated by commas
--          made              a trace shows that it was created or started
--          removed           a trace shows that it was removed
--          traces            what the detections of other shapes found, an array of JSON arrays
--          timeline          the traces in order, as JSON
-- usual:   {"incident": "web1 report 1", "host": "web1", "platform": "linux", "entity": "report", "first_time": 1760000000,
--           "last_time": 1760003000, "seconds": 3000, "short": 600, "steps": 2, "analytics": 2, "made": 1, "removed": 0,
--           "traces": "[[\"unowned\"]]"}
-- sources: incident_events, attack_knobs
--
--   SELECT entity, seconds, steps FROM incident_facts WHERE made AND removed;
CREATE TEMP VIEW incident_facts AS
SELECT incident, host, max(platform) AS platform, entity, min(time) AS first_time, max(time) AS last_time,
       max(time) - min(time) AS seconds,
       coalesce((SELECT value FROM attack_knobs WHERE name = 'short_lived'), 600) AS short, count(*) AS steps, count(DISTINCT analytic) AS analytics,
       group_concat(DISTINCT analytic) AS analytic, group_concat(DISTINCT technique) AS technique,
       max(step IN ('service', 'started') OR evidence ->> 'action' = 'created') AS made,
       max(step = 'deleted' OR evidence ->> 'action' = 'deleted' OR instr(fired, '"deleted_key"')) AS removed,
       json_group_array(json(fired)) AS traces,
       json_group_array(json_object('time', datetime, 'step', step, 'subject', subject,
                                    'signals', signals, 'source', source, 'record', record)) AS timeline
  FROM (SELECT incident, time, datetime, host, platform, entity, step, analytic, technique, subject,
               signals, fired, evidence, source, record
          FROM incident_events ORDER BY incident, time)
 GROUP BY incident;
