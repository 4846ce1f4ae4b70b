-- incident_facts: the traces of one story on one host, and their facts taken together.
--
-- why:     Input of the detections of the shape `incident`: facts that only all traces together show.
-- columns: incident    TEXT  name of the incident: host, service or program, time of the first step
--          host        TEXT  host that it happened on
--          platform          linux, windows or macos
--          entity            the service, without its ending
--          entities          all services and programs of its steps, separated by commas
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
--          user              account that did it; of several the last by name
--          login_user        account that had logged in
--          session           login session: audit's number, or a Windows logon id
--          remote_host       address that the session came from
--          traces            what the detections of other shapes found, an array of JSON arrays
--          timeline          the traces in order, as JSON
-- usual:   {"incident": "web1 report 2025-10-09 08:53:20", "host": "web1", "platform": "linux", "entity": "report", "first_time": 1760000000,
--           "last_time": 1760003000, "seconds": 3000, "short": 600, "steps": 2, "analytics": 2, "made": 1, "removed": 0,
--           "traces": "[[\"unowned\"]]"}
-- sources: incident_events, attack_knobs
--
--   SELECT entity, seconds, steps FROM incident_facts WHERE made AND removed;
CREATE TEMP VIEW incident_facts AS
WITH events AS MATERIALIZED (
    SELECT incident, time, datetime, host, platform, entity, step, analytic, technique, subject, user, login_user,
           session, remote_host, tool, verb, target, signals, fired, evidence, source, record, about
      FROM incident_events
), lives AS MATERIALIZED ( -- each service of an incident by itself
    SELECT incident, entity, max(time) - min(time) AS seconds,
           max(step IN ('service', 'started') OR evidence ->> 'action' = 'created') AS made,
           max(step = 'deleted' OR evidence ->> 'action' = 'deleted' OR instr(fired, '"deleted_key"')) AS removed
      FROM events GROUP BY incident, entity
), ends AS MATERIALIZED (
    SELECT incident, min(seconds) AS seconds FROM lives WHERE made AND removed GROUP BY incident
)
SELECT s.incident, s.host, max(s.platform) AS platform,
       max(s.about) AS entity,
       group_concat(DISTINCT s.entity) AS entities, min(s.time) AS first_time, max(s.time) AS last_time,
       coalesce(e.seconds, max(s.time) - min(s.time)) AS seconds,
       coalesce((SELECT value FROM attack_knobs WHERE name = 'short_lived'), 600) AS short, count(*) AS steps, count(DISTINCT s.analytic) AS analytics,
       group_concat(DISTINCT s.analytic) AS analytic, group_concat(DISTINCT s.technique) AS technique,
       max(s.step IN ('service', 'started') OR s.evidence ->> 'action' = 'created') AS made,
       e.incident IS NOT NULL AS removed,
       max(s.user) AS user, max(s.login_user) AS login_user, max(s.session) AS session, max(s.remote_host) AS remote_host,
       json_group_array(json(s.fired)) AS traces,
       json_group_array(json_object('time', s.datetime, 'step', s.step, 'subject', s.subject, 'user', coalesce(s.login_user, s.user),
                                    'tool', s.tool, 'verb', s.verb, 'target', s.target,
                                    'signals', s.signals, 'source', s.source, 'record', s.record)) AS timeline
  FROM (SELECT * FROM events ORDER BY incident, time) AS s
  LEFT JOIN ends AS e ON e.incident = s.incident
 GROUP BY s.incident;
