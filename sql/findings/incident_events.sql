-- incident_events: what the analytics found, as stories, one row a step in order of time.
--
-- why:     One attack leaves a command, a file, a unit, a start and a process, often of several services. Steps form one
--          incident where on one host they are about one service, by its name or the program it runs, are of one login
--          session (audit's ses, logind's in a journal, a Windows logon id), have, outside sessions, one ancestor three
--          steps up at most, or happened within a minute of each other and not in different sessions; an hour of silence begins a new one. Starts and stops, and logons from
--          the network in the minute before a Windows service was created, are included. An incident is named after
--          the service or program that it is about first, with its host and the time of its first step.
-- attack:  as each row says (v19.1)
-- sources: found, service_rows, audit_events, auth_events, windows_events, attack_knobs
--
--   SELECT datetime, step, user, tool, verb, target FROM incident_events ORDER BY incident, time;
CREATE TEMP VIEW incident_events AS
WITH seen AS MATERIALIZED ( -- found plans each analytic by itself; here it would be planned at each use of seen
    SELECT f.time, f.host, f.platform,
           CASE f.analytic WHEN 't1569_service_creation' THEN 'service' WHEN 't1569_file_modification' THEN 'file'
                           WHEN 't1569_command_execution' THEN 'command' WHEN 't1569_process_creation' THEN 'process'
                           ELSE 'registry' END AS step,
           f.analytic, f.technique, f.subject, f.fired, f.evidence, f.source, f.record,
           lower(iif(f.analytic = 't1569_command_execution',
                     replace(f.target, rtrim(f.target, replace(f.target, '/', '')), '')
                     || iif(f.platform = 'linux' AND instr(f.target, '.') = 0, '.service', ''), f.target)) AS entity,
           CASE f.analytic
           WHEN 't1569_service_creation'
           THEN coalesce(exec_path(f.evidence ->> 'image_path'), exec_path(f.evidence ->> 'commands'),
                         f.evidence ->> 'program')
           WHEN 't1569_process_creation' THEN f.evidence ->> 'exe' END AS program,
           iif(f.analytic = 't1569_command_execution', f.evidence ->> 'user', f.user) AS user,
           CASE WHEN f.analytic = 't1569_command_execution' THEN f.evidence ->> 'login_user'
                WHEN f.analytic IN ('t1569_file_modification', 't1569_registry_modification') THEN f.user END AS login_user,
           CASE WHEN f.analytic = 't1569_command_execution' THEN f.tool
                WHEN f.analytic <> 't1569_service_creation' THEN f.evidence ->> 'exe' END AS tool,
           CASE f.analytic WHEN 't1569_command_execution' THEN f.verb
                           WHEN 't1569_process_creation' THEN 'run' ELSE f.evidence ->> 'action' END AS verb,
           iif(f.analytic IN ('t1569_file_modification', 't1569_registry_modification', 't1569_process_creation'),
               f.subject, f.target) AS target
      FROM found AS f
     WHERE f.analytic IN ('t1569_service_creation', 't1569_file_modification', 't1569_command_execution',
                          't1569_process_creation', 't1569_registry_modification')
), programs AS MATERIALIZED (
    SELECT host, program, min(entity) AS entity
      FROM seen WHERE step = 'service' AND program IS NOT NULL GROUP BY host, program
), made AS MATERIALIZED (
    SELECT host, entity, time, CAST(time / 60 AS INTEGER) AS minute
      FROM seen WHERE step = 'service' AND platform = 'windows'
), named AS MATERIALIZED (
    -- A timer, a socket and the service they start are one; so is what happens on a Windows host
    -- within a minute of a service being created there.
    SELECT f.time, f.host, f.platform, f.step, f.analytic, f.technique, f.subject, f.fired,
           f.evidence, f.source, f.record, f.user, f.login_user, f.tool, f.verb, f.target,
           replace(replace(replace(replace(coalesce(
               (SELECT min(m.entity) FROM made AS m
                 WHERE f.platform = 'windows' AND f.step <> 'service' AND m.host = f.host
                   AND m.minute BETWEEN CAST(f.time / 60 AS INTEGER) - 1 AND CAST(f.time / 60 AS INTEGER) + 1),
               iif(f.entity GLOB '*[^0-9]*' AND f.entity NOT GLOB '[0-9]*.service', f.entity, NULL),
               p.entity, f.program, f.subject),
               '.service', ''), '.timer', ''), '.socket', ''), '.path', '') AS entity
      FROM seen AS f
      LEFT JOIN programs AS p ON p.host = f.host AND p.program = f.program
), entities AS MATERIALIZED (
    SELECT host, entity, min(time) AS first, max(time) AS last, max(platform) AS platform,
           max(step = 'service' AND platform = 'windows') AS made
      FROM named GROUP BY host, entity
), network_logons AS MATERIALIZED (
    SELECT w.time, w.host, w.computer, w.data ->> 'TargetUserName' AS user, w.data ->> 'IpAddress' AS address,
           w.data ->> 'LogonType' AS logon_type,
           coalesce(w.data ->> 'TargetLogonId', w.data ->> 'SubjectLogonId') AS session, -- 5140: a share is used
           w.source, CAST(w.record_id AS TEXT) AS record
      FROM windows_events AS w
     WHERE w.event_id IN (4624, 5140) AND w.provider_name = 'Microsoft-Windows-Security-Auditing'
       AND (w.event_id = 5140 OR w.data ->> 'LogonType' IN ('3', '10'))
       AND EXISTS (SELECT 1 FROM seen WHERE platform = 'windows')
), traces AS MATERIALIZED (
    SELECT time, host, platform, step, analytic, technique, subject, fired, evidence, source, record,
           user, login_user, tool, verb, target, entity
      FROM named
    UNION ALL
    SELECT e.time, e.host, e.platform, e.action, NULL, NULL, e.service, '[]', json_object('detail', e.detail),
           e.source, e.record, e.user, NULL, NULL, NULL, e.service, n.entity
      FROM service_rows AS e JOIN entities AS n
        ON n.host = e.host AND n.entity = replace(lower(e.service), '.service', '')
     WHERE e.action IN ('started', 'stopped', 'failed', 'deleted')
       AND e.time BETWEEN n.first - 3600 AND n.last + 3600
    UNION ALL
    SELECT w.time, n.host, 'windows', 'logon', NULL, 'T1021.002', w.user || ' from ' || w.address, '[]',
           json_object('logon_type', w.logon_type, 'logon_id', w.session),
           w.source, w.record, w.user, w.user, NULL, NULL, NULL, n.entity
      FROM network_logons AS w JOIN entities AS n
        ON n.made AND w.time BETWEEN n.first - 60 AND n.first + 5 AND n.host IN (w.host, w.computer)
     WHERE w.logon_type = '3'
), recorded AS MATERIALIZED ( -- whose session the records are of; +: each log is read once
    SELECT a.source, CAST(a.serial AS TEXT) AS record, CAST(a.ses AS TEXT) AS session, a.ppid, a.host, a.time
      FROM audit_events AS a
     WHERE a.category IN ('exec', 'file', 'user_cmd')
       AND +a.serial IN (SELECT CAST(record AS INTEGER) FROM traces WHERE platform = 'linux')
    UNION ALL -- of a journal, logind's or audit's
    SELECT s.source, CAST(s.line AS TEXT), s.session, NULL, NULL, NULL
      FROM auth_events AS s
     WHERE s.kind IN ('sudo', 'su', 'pkexec', 'doas') AND s.session IS NOT NULL
    UNION ALL
    SELECT w.source, CAST(w.record_id AS TEXT),
           nullif(nullif(nullif(lower(coalesce(w.data ->> 'SubjectLogonId', w.data ->> 'LogonId', w.data ->> 'TargetLogonId')),
                                '0x3e7'), '0x3e4'), '0x3e5'), NULL, NULL, NULL
      FROM windows_events AS w
     WHERE w.event_id IN (1, 11, 12, 13, 14, 4624, 4657, 4663, 4674, 4688, 4697, 5145)
       AND +w.record_id IN (SELECT CAST(record AS INTEGER) FROM traces WHERE platform = 'windows')
), kin AS MATERIALIZED ( -- programs that were run; read only where a step is of no session
    SELECT a.host, a.pid, a.ppid, a.time FROM audit_events AS a WHERE a.category = 'exec' AND a.ppid > 1
), remote AS MATERIALIZED ( -- where sessions come from
    SELECT a.host, CAST(a.ses AS TEXT) AS session, max(a.addr) AS address
      FROM audit_events AS a
     WHERE a.category = 'login' AND a.ses IS NOT NULL AND a.addr NOT IN ('?', '')
       AND EXISTS (SELECT 1 FROM seen)
     GROUP BY 1, 2
    UNION ALL
    SELECT computer, lower(session), max(address) FROM network_logons GROUP BY 1, 2
), steps AS MATERIALIZED (
    SELECT t.*, r.session, iif(r.ppid > 1, r.ppid, NULL) AS ppid, m.address AS remote_host,
           row_number() OVER (ORDER BY t.host, t.time, CASE t.step WHEN 'service' THEN 0 WHEN 'file' THEN 1 ELSE 2 END, t.entity, t.step) AS id,
           -- What only lists an administrator's unit is joined by its name alone.
           t.fired = '[]' OR signal_severity(t.fired) <> 'info' OR t.step IN ('command', 'file') AS close
      FROM traces AS t
      LEFT JOIN (SELECT p.source, p.record, p.session, -- without a session, the parent's parent, and then its
                        coalesce(iif(p.session IS NULL,
                            (SELECT k.ppid FROM kin AS k
                              WHERE k.host = p.host AND k.pid = p.ppid AND k.time BETWEEN p.time - 3600 AND p.time
                              ORDER BY k.time DESC LIMIT 1), NULL), p.ppid) AS ppid
                   FROM (SELECT o.source, o.record, o.session, o.host, o.time,
                                coalesce(iif(o.session IS NULL,
                                    (SELECT k.ppid FROM kin AS k
                                      WHERE k.host = o.host AND k.pid = o.ppid AND k.time BETWEEN o.time - 3600 AND o.time
                                      ORDER BY k.time DESC LIMIT 1), NULL), o.ppid) AS ppid
                           FROM recorded AS o) AS p) AS r
             ON r.source = t.source AND r.record = t.record
      LEFT JOIN remote AS m ON m.host = t.host AND m.session = r.session
     GROUP BY t.host, t.source, t.record, t.step, t.subject, t.time, t.fired, t.entity
), gap AS MATERIALIZED (
    SELECT coalesce(max(value), 3600) AS seconds FROM attack_knobs WHERE name = 'incident_gap'
), spaced AS MATERIALIZED ( -- from here on what joins the steps alone: each window copies its rows
    SELECT s.id, s.host, s.time, s.step, s.entity, s.session, s.ppid, s.close,
           coalesce(s.time - lag(s.time) OVER (PARTITION BY s.host, s.entity ORDER BY s.time) > g.seconds, 0) AS apart,
           coalesce(s.time - lag(s.time) OVER (PARTITION BY s.host, s.session ORDER BY s.time) > g.seconds, 0) AS away,
           coalesce(s.time - lag(s.time) OVER (PARTITION BY s.host, s.close ORDER BY s.time) > 60, 0) AS later
      FROM steps AS s, gap AS g
), keyed AS MATERIALIZED (
    SELECT s.id, s.host, s.time, s.step, s.entity, s.session, s.close,
           s.entity || ' ' || sum(s.apart) OVER (PARTITION BY s.host, s.entity ORDER BY s.time
                                                 ROWS UNBOUNDED PRECEDING) AS of_entity,
           coalesce(s.session || ' ' || sum(s.away) OVER (PARTITION BY s.host, s.session ORDER BY s.time
                                                          ROWS UNBOUNDED PRECEDING), 'alone ' || s.id) AS of_session,
           coalesce(s.ppid || ' ' || CAST(s.time / 3600 AS INTEGER), 'alone ' || s.id) AS of_parent,
           sum(s.later) OVER (PARTITION BY s.host, s.close ORDER BY s.time ROWS UNBOUNDED PRECEDING) AS minute
      FROM spaced AS s
), ranked AS ( -- windows, and no join with itself: SQLite plans all that keyed is made of at each of its uses
    SELECT k.*, dense_rank() OVER (PARTITION BY k.host, k.close, k.minute ORDER BY k.entity) AS nth FROM keyed AS k
), minutes AS MATERIALIZED ( -- those of one session at most, and not of an image that was made at once
    SELECT r.*, min(r.session) OVER each IS max(r.session) OVER each AND max(r.nth) OVER each <= 30 AS together
      FROM ranked AS r
    WINDOW each AS (PARTITION BY r.host, r.close, r.minute)
), joined0 AS MATERIALIZED ( -- each step is a story of its own; then all of one entity, session, parent or minute are of the first of theirs
    SELECT k.id, k.host, k.time, k.step, k.entity, k.of_entity, k.of_session, k.of_parent,
           iif(k.close AND k.time IS NOT NULL AND k.together, 'minute ' || k.minute, 'alone ' || k.id) AS of_minute, k.id AS story0
      FROM minutes AS k
), joined1 AS MATERIALIZED (
    SELECT j.*, min(j.story0) OVER (PARTITION BY j.host, j.of_entity) AS story1 FROM joined0 AS j
), joined2 AS MATERIALIZED (
    SELECT j.*, min(j.story1) OVER (PARTITION BY j.host, j.of_session) AS story2 FROM joined1 AS j
), joined3 AS MATERIALIZED (
    SELECT j.*, min(j.story2) OVER (PARTITION BY j.host, j.of_parent) AS story3 FROM joined2 AS j
), joined4 AS MATERIALIZED (
    SELECT j.*, min(j.story3) OVER (PARTITION BY j.host, j.of_minute) AS story4 FROM joined3 AS j
), joined5 AS MATERIALIZED (
    SELECT j.*, min(j.story4) OVER (PARTITION BY j.host, j.of_entity) AS story5 FROM joined4 AS j
), joined6 AS MATERIALIZED (
    SELECT j.*, min(j.story5) OVER (PARTITION BY j.host, j.of_session) AS story6 FROM joined5 AS j
), joined7 AS MATERIALIZED (
    SELECT j.*, min(j.story6) OVER (PARTITION BY j.host, j.of_minute) AS story7 FROM joined6 AS j
), joined8 AS MATERIALIZED (
    SELECT j.*, min(j.story7) OVER (PARTITION BY j.host, j.of_entity) AS story8 FROM joined7 AS j
), about AS (
    SELECT j.id, first_value(j.entity) OVER (PARTITION BY j.story8 ORDER BY CASE j.step WHEN 'service' THEN 0 WHEN 'file' THEN 1 ELSE 2 END, j.time, j.id) AS about,
           min(j.time) OVER (PARTITION BY j.story8) AS first
      FROM joined8 AS j
), placed AS MATERIALIZED ( -- GROUP BY: else SQLite takes it for a row or two, and makes no index of it
    SELECT id, min(about) AS about, min(first) AS first FROM about GROUP BY id
)
SELECT j.host || ' ' || a.about || coalesce(' ' || strftime('%Y-%m-%d %H:%M:%S', a.first, 'unixepoch'), '') AS incident,
       j.time, utc_datetime(j.time) AS datetime, j.host, j.platform,
       j.entity, j.step, j.analytic, j.technique, j.subject, j.user, j.login_user, j.session, j.remote_host,
       j.tool, j.verb, j.target,
       iif(j.fired = '[]', '', signal_names(j.fired)) AS signals, j.fired, j.evidence, j.source, j.record, a.about
  FROM steps AS j CROSS JOIN placed AS a ON a.id = j.id;
