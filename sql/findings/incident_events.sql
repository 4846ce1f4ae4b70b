-- incident_events: what the analytics found, by service, in order of time.
--
-- why:     One attack leaves a command, a file, a unit, a start and a process. Rows form one incident where they are
--          about one service on one host: by its name, or by the program it runs; an hour of silence begins a new
--          incident. Starts and stops, and logons from the network in the minute before a Windows service was created,
--          are included.
-- attack:  as each row says (v19.1)
-- sources: the five analytics, service_rows, windows_events
--
--   SELECT datetime, step, subject, signals FROM incident_events ORDER BY incident, time;
CREATE TEMP VIEW incident_events AS
WITH seen AS MATERIALIZED (
    SELECT time, host, platform, 'service' AS step, analytic, technique, subject, fired, evidence,
           source, record, lower(service) AS entity,
           coalesce(exec_path(evidence ->> 'image_path'), exec_path(evidence ->> 'commands'),
                    evidence ->> 'program') AS program
      FROM t1569_service_creation WHERE fired <> '[]'
    UNION ALL
    SELECT time, host, platform, 'file', analytic, technique, subject, fired, evidence, source, record,
           lower(service), NULL
      FROM t1569_file_modification WHERE fired <> '[]'
    UNION ALL
    SELECT time, host, platform, 'command', analytic, technique, subject, fired, evidence, source, record,
           lower(replace(target, rtrim(target, replace(target, '/', '')), '')
                 || iif(platform = 'linux' AND instr(target, '.') = 0, '.service', '')), NULL
      FROM t1569_command_execution WHERE fired <> '[]'
    UNION ALL
    SELECT time, host, platform, 'process', analytic, technique, subject, fired, evidence, source, record,
           lower(service), exe
      FROM t1569_process_creation WHERE fired <> '[]'
    UNION ALL
    SELECT time, host, platform, 'registry', analytic, technique, subject, fired, evidence, source, record,
           lower(service), NULL
      FROM t1569_registry_modification WHERE fired <> '[]'
), programs AS MATERIALIZED (
    SELECT host, program, min(entity) AS entity
      FROM seen WHERE step = 'service' AND program IS NOT NULL GROUP BY host, program
), made AS MATERIALIZED (
    SELECT host, entity, time, CAST(time / 60 AS INTEGER) AS minute
      FROM seen WHERE step = 'service' AND platform = 'windows'
), named AS MATERIALIZED (
    -- A timer, a socket and the service they start are one; so is what happens on a Windows host
    -- within a minute of the creation of a service on it.
    SELECT f.time, f.host, f.platform, f.step, f.analytic, f.technique, f.subject, f.fired,
           f.evidence, f.source, f.record,
           replace(replace(replace(replace(coalesce(
               (SELECT min(m.entity) FROM made AS m
                 WHERE f.platform = 'windows' AND f.step <> 'service' AND m.host = f.host
                   AND m.minute BETWEEN CAST(f.time / 60 AS INTEGER) - 1 AND CAST(f.time / 60 AS INTEGER) + 1),
               f.entity, p.entity, f.program, f.subject),
               '.service', ''), '.timer', ''), '.socket', ''), '.path', '') AS entity
      FROM seen AS f
      LEFT JOIN programs AS p ON p.host = f.host AND p.program = f.program
), entities AS MATERIALIZED (
    SELECT host, entity, min(time) AS first, max(time) AS last, max(platform) AS platform,
           max(step = 'service' AND platform = 'windows') AS made
      FROM named GROUP BY host, entity
), traces AS MATERIALIZED (
    SELECT time, host, platform, step, analytic, technique, subject, fired, evidence, source, record,
           entity
      FROM named
    UNION ALL
    SELECT e.time, e.host, e.platform, e.action, NULL, NULL, e.service, '[]', json_object('detail', e.detail),
           e.source, e.record, n.entity
      FROM service_rows AS e JOIN entities AS n
        ON n.host = e.host AND n.entity = replace(lower(e.service), '.service', '')
     WHERE e.action IN ('started', 'stopped', 'failed', 'deleted')
       AND e.time BETWEEN n.first - 3600 AND n.last + 3600
    UNION ALL
    SELECT w.time, n.host, 'windows', 'logon', NULL, 'T1021.002',
           w.data ->> 'TargetUserName' || ' from ' || (w.data ->> 'IpAddress'), '[]',
           json_object('logon_type', w.data ->> 'LogonType', 'logon_id', w.data ->> 'TargetLogonId'),
           w.source, CAST(w.record_id AS TEXT), n.entity
      FROM windows_events AS w JOIN entities AS n
        ON n.made AND w.time BETWEEN n.first - 60 AND n.first + 5
       AND n.host IN (w.host, w.computer)
     WHERE w.event_id = 4624 AND w.channel = 'Security' AND w.data ->> 'LogonType' = '3'
), spaced AS (
    SELECT t.*, coalesce(t.time - lag(t.time) OVER (PARTITION BY t.host, t.entity ORDER BY t.time)
                         > (SELECT coalesce(max(value), 3600) FROM attack_knobs WHERE name = 'incident_gap'), 0) AS apart
      FROM traces AS t
)
SELECT s.host || ' ' || s.entity || ' ' ||
       (1 + sum(s.apart) OVER (PARTITION BY s.host, s.entity ORDER BY s.time
                               ROWS UNBOUNDED PRECEDING)) AS incident,
       s.time, utc_datetime(s.time) AS datetime, s.host, s.platform,
       s.entity, s.step, s.analytic, s.technique, s.subject,
       iif(s.fired = '[]', '', signal_names(s.fired)) AS signals, s.fired, s.evidence, s.source, s.record
  FROM spaced AS s;
