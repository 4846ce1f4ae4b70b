-- asked_by: what happened to services, with the account and the session that asked the manager for it.
--
-- why:     The rows of service_rows with five columns more, which service_events shows; they cost nothing where they are not
--          read. systemd does not record who asked it. What asks leaves traces of its own: audit's EXECVE of a service tool, the lines
--          of sudo, pkexec, doas, polkit, cron and run0, dbus-daemon's line about whom it starts a service for, the peer in
--          the name of a unit that a socket starts, and what a package's run was requested by. An ask counts for the first
--          change of its unit that it can have caused: it comes before it, nothing of the same kind lies between, and not
--          more than 90 seconds. Where asks of different accounts or sessions can have caused it, nobody is named: how
--          says so. What nobody recorded is NULL; coverage says which log is missing.
--          On Windows the log itself has user.
-- columns: login_user  TEXT NOCASE  account that had logged in
--          session     TEXT         login session, by audit or logind
--          asker       TEXT NOCASE  program that asked; the timer, socket or path that started it; the unit itself, by its Restart=
--          asker_pid   INTEGER      its process
--          asked       REAL         when it asked
--          how                      how that is known: audit, sudo, pkexec, doas, polkit, run0, cron, history (root's), dbus, package,
--                                   peer (of a socket), timer, restart, or trigger (audit has no command for it, and a timer, socket or
--                                   path of it was waiting); ambiguous: two may have asked; NULL: nobody recorded it
-- sources: unit_jobs, job_requests, process_events, auth_events, unit_files, unit_settings, users, service_rows
--
--   SELECT datetime, action, service, login_user, session, asker, how FROM asked_by ORDER BY time DESC LIMIT 20;
CREATE TEMP VIEW asked_by AS
WITH names AS MATERIALIZED (
    SELECT host, uid, min(username) AS username FROM users GROUP BY host, uid
), happened AS MATERIALIZED (
    SELECT id, time, datetime, host, action, service, display_name, image_path, start_type, service_type, account, manager, pid, exe,
           detail, source, record, platform, event_id, start, started, stopped, began
      FROM unit_jobs
), asks AS MATERIALIZED (
    SELECT host, time, until, pid, user, login_user, session, asker, unit, command, of_user, starts, stops, kills, reloads, restarts,
           how, handed
      FROM job_requests
), logind AS ( -- CROSS JOIN: read only where an ask names an account alone
    SELECT a.host, a.session, a.kind, a.target_user AS user, a.message, a.time AS since,
           lead(a.time, 1, 9e999) OVER (PARTITION BY a.host, a.session ORDER BY a.time) AS until
      FROM (SELECT 1 FROM asks WHERE session IS NULL AND login_user IS NOT NULL LIMIT 1) AS k CROSS JOIN auth_events AS a
     WHERE a.kind IN ('session', 'session_end') AND a.program GLOB 'systemd-logind*' AND a.session IS NOT NULL
       AND (a.exe IS NULL OR (path_trust(a.exe) = 'system' AND a.exe GLOB '*/systemd-logind'))
), sessions AS MATERIALIZED ( -- of people, for what names an account only
    SELECT l.host, l.session, l.user, l.since, l.until FROM logind AS l
     WHERE l.kind = 'session' AND l.message NOT GLOB '* class ''manager*' AND l.message NOT GLOB '* class ''background*'
), instances AS ( -- of sockets, a unit for each that talks to it: x@NUMBER-PID-UID, and in newer versions x@NUMBER-COOKIE-PID_ID-UID
    SELECT h.id, substr(h.service, 1, length(h.service) - 8) AS name,
           rtrim(rtrim(substr(h.service, 1, length(h.service) - 8), '0123456789'), '-') AS rest
      FROM happened AS h
     WHERE h.action = 'started' AND h.service REGEXP '^[^@]+@[0-9]+(-[0-9]+)?-[0-9]+(_[0-9]+)?-[0-9]+\.service$'
), named AS (
    SELECT i.id, i.name, iif(rtrim(i.rest, '0123456789') GLOB '*_', rtrim(rtrim(i.rest, '0123456789'), '_'), i.rest) AS rest
      FROM instances AS i
), peers AS MATERIALIZED (
    SELECT n.id, CAST(substr(n.rest, length(rtrim(n.rest, '0123456789')) + 1) AS INTEGER) AS pid,
           substr(n.name, length(rtrim(n.name, '0123456789')) + 1) AS uid
      FROM named AS n
), processes AS MATERIALIZED ( -- whose processes those are that are known by their number alone
    SELECT p.host, p.pid, p.time, p.login_user, p.session, p.exe
      FROM process_events AS p
     WHERE p.pid IN (SELECT pid FROM asks WHERE how = 'dbus' UNION SELECT pid FROM peers)
       AND p.via = 'audit' AND p.time <= scope_until(1)
), targets AS MATERIALIZED ( -- as whom run0 runs what it is given
    SELECT a.host, a.time, a.target_user
      FROM (SELECT 1 FROM asks WHERE how = 'run0' AND user IS NULL LIMIT 1) AS k CROSS JOIN auth_events AS a
     WHERE a.kind = 'session' AND a.message GLOB 'pam_*(systemd-run0:session)*'
), aliases AS MATERIALIZED (
    SELECT f.host, a.value AS alias, min(f.unit) AS unit
      FROM (SELECT 1 FROM asks LIMIT 1) AS k CROSS JOIN unit_files AS f CROSS JOIN json_each(f.aliases) AS a
     WHERE f.scope = 'system' AND f.kind = 'unit' AND f.aliases IS NOT NULL
     GROUP BY 1, 2
), owned AS MATERIALIZED (
    SELECT a.host, a.time, a.until, a.pid, a.user, a.login_user, a.session, a.asker, a.unit, a.command, a.of_user, a.starts, a.stops,
           a.kills, a.reloads, a.restarts, a.how, a.handed,
           (SELECT json_array(p.login_user, p.session) FROM processes AS p
             WHERE a.how = 'dbus' AND p.host = a.host AND p.pid = a.pid AND p.time <= a.time
             ORDER BY p.time DESC LIMIT 1) AS process
      FROM asks AS a
), known AS MATERIALIZED (
    SELECT a.host, a.time, a.until, a.pid, coalesce(u.username, a.user,
               iif(a.how = 'run0', (SELECT iif(count(DISTINCT t.target_user) = 1, max(t.target_user), NULL) FROM targets AS t
                                     WHERE t.host = a.host AND t.time BETWEEN a.time AND a.time + 5), NULL)) AS user,
           coalesce(a.login_user, a.process ->> 0) AS login_user,
           coalesce(a.session, a.process ->> 1,
                    CASE WHEN a.how IN ('sudo', 'doas', 'pkexec', 'polkit', 'run0', 'package') AND a.login_user IS NOT NULL
                    THEN (SELECT iif(count(DISTINCT s.session) = 1, max(s.session), NULL) FROM sessions AS s
                           WHERE s.host = a.host AND s.user = a.login_user
                             AND a.time BETWEEN s.since AND s.until) END) AS session,
           a.asker, coalesce(l.unit, a.unit) AS unit, a.command, a.of_user, a.starts, a.stops, a.kills, a.reloads,
           a.restarts, a.how, a.handed,
           a.user IN ('root', '0') OR a.how NOT IN ('audit', 'history') AS able
      FROM owned AS a
      LEFT JOIN names AS u ON a.how = 'dbus' AND u.host = a.host AND u.uid = CAST(a.user AS INTEGER)
      LEFT JOIN aliases AS l ON l.host = a.host AND l.alias = a.unit
), pairs AS ( -- of the same time: by name, by pattern, and what systemd-run and run0 named after themselves
    SELECT c.id, k.time, k.pid, k.user, k.login_user, k.session, k.asker, k.unit, k.of_user, k.starts, k.stops, k.kills, k.reloads, k.restarts,
           k.how, k.handed, k.able
      FROM known AS k CROSS JOIN happened AS c ON c.host = k.host AND c.service = k.unit
       AND k.time <= c.began + 0.002 AND k.until >= c.began
    UNION ALL
    SELECT c.id, k.time, k.pid, k.user, k.login_user, k.session, k.asker, k.unit, k.of_user, k.starts, k.stops, k.kills, k.reloads, k.restarts,
           k.how, k.handed, k.able
      FROM known AS k CROSS JOIN happened AS c ON c.host = k.host AND c.service GLOB iif(length(k.unit) < 256 AND k.unit GLOB '*[*?[]*', k.unit, '')
       AND k.time <= c.began + 0.002 AND k.until >= c.began
     WHERE k.unit GLOB '*[*?[]*' AND k.unit <> c.service
    UNION ALL
    SELECT c.id, k.time, k.pid, k.user, k.login_user, k.session, k.asker, k.unit, k.of_user, k.starts, k.stops, k.kills, k.reloads, k.restarts,
           k.how, k.handed, k.able
      FROM known AS k CROSS JOIN happened AS c
        ON c.host = k.host AND c.service GLOB 'run-*'
       AND k.time <= c.began + 0.002 AND k.until >= c.began
       AND (c.service GLOB 'run-p' || k.pid || '-*' OR (c.service NOT GLOB 'run-p*'
            AND (c.image_path = k.command OR (k.command NOT GLOB '/*' AND substr(c.image_path, -1 - length(k.command)) = '/' || k.command))))
     WHERE k.unit IS NULL
), candidates AS (
    SELECT p.id, p.time, p.pid, p.user, p.login_user, p.session, p.asker, p.how, p.handed, p.able, p.unit IS '*' AS wild
      FROM pairs AS p JOIN happened AS c ON c.id = p.id
     WHERE p.of_user = (c.manager IS NOT NULL)
       AND (c.manager IS NULL OR p.how = 'restart' OR p.user = c.manager
            OR p.user = (SELECT u.username FROM names AS u WHERE u.host = c.host AND u.uid = CAST(c.manager AS INTEGER)))
       AND CASE WHEN c.start THEN p.starts AND p.time > coalesce(c.started, 0) AND (p.restarts OR p.time > coalesce(c.stopped, 0))
                WHEN c.detail GLOB 'Reloaded*' THEN p.reloads AND p.time > c.time - 30
                WHEN c.action = 'stopped' THEN p.stops AND p.time > coalesce(c.stopped, 0)
                                               AND (p.restarts OR p.time > coalesce(c.started, 0))
                ELSE p.stops AND p.time > coalesce(c.stopped, 0) AND (p.time > c.time - 10 OR NOT p.kills) END
), able AS ( -- a user may not do this without being asked about it: where somebody who may did, that was it
    SELECT c.id, c.time, c.pid, c.user, c.login_user, c.session, c.asker, c.how, c.handed, c.able, c.wild, max(c.able) OVER each AS any_able, min(c.wild) OVER each AS all_wild,
           max(c.how <> 'history') OVER each AS any_log, max(c.handed AND c.login_user IS NOT NULL) OVER each AS any_handed
      FROM candidates AS c
    WINDOW each AS (PARTITION BY c.id)
), kept AS (
    SELECT a.id, a.time, a.pid, a.user, a.login_user, a.session, a.asker, a.how,
           a.able = a.any_able AND (a.how <> 'history' OR NOT a.any_log) AND (NOT a.wild OR a.all_wild)
                -- What run0 and systemd-run start has no login of its own, or a new one.
                AND NOT (a.any_handed AND a.how = 'audit' AND NOT a.handed AND coalesce(a.login_user, 'root') = 'root') AS kept
      FROM able AS a
), chosen AS MATERIALIZED ( -- what sudo writes and audit records is one ask, of which audit knows more
    SELECT k.id, k.time, k.pid, k.user, k.login_user, k.session, k.asker, k.how,
           k.kept AND NOT (k.how IN ('sudo', 'doas', 'pkexec', 'polkit', 'cron')
                                AND max(k.kept AND k.how = 'audit') OVER (PARTITION BY k.id)) AS counts,
           row_number() OVER (PARTITION BY k.id ORDER BY k.kept DESC, k.how = 'audit' DESC, k.how = 'package', k.time DESC) AS place
      FROM kept AS k
), judged AS MATERIALIZED (
    SELECT c.id,
           count(DISTINCT CASE WHEN NOT c.counts THEN NULL WHEN c.how IN ('timer', 'restart') THEN 'unit ' || c.asker
                               WHEN c.how = 'audit' THEN coalesce(c.login_user, '') ELSE c.login_user END) < 2
           AND count(DISTINCT iif(c.counts, c.session, NULL)) < 2 AS one,
           max(iif(c.counts, c.login_user, NULL)) AS login_user, max(iif(c.counts, c.session, NULL)) AS session,
           max(iif(c.place = 1, c.user, NULL)) AS user, max(iif(c.place = 1, c.asker, NULL)) AS asker,
           max(iif(c.place = 1, c.pid, NULL)) AS pid, max(iif(c.place = 1, c.time, NULL)) AS asked,
           max(iif(c.place = 1, c.how, NULL)) AS how
      FROM chosen AS c GROUP BY c.id
), covered AS MATERIALIZED ( -- since when audit records what service tools are asked
    SELECT host, min(time) AS since FROM asks WHERE how = 'audit' GROUP BY host
), waiting AS MATERIALIZED ( -- timers, sockets and paths, what they start, and from when to when they wait
    SELECT t.host, t.service AS asker, t.time AS since,
           coalesce((SELECT max(s.value) FROM unit_settings AS s
                      WHERE s.host = t.host AND s.unit = t.service AND s.key IN ('Unit', 'Service') AND s.effective
                        AND s.section IN ('Timer', 'Socket', 'Path')),
                    rtrim(t.service, replace(t.service, '.', '')) || 'service') AS unit,
           coalesce((SELECT min(s.time) FROM happened AS s
                      WHERE s.host = t.host AND s.service = t.service AND s.action = 'stopped' AND s.time > t.time), 9e999) AS until
      FROM happened AS t
     WHERE t.action = 'started' AND (t.service GLOB '*.timer' OR t.service GLOB '*.socket' OR t.service GLOB '*.path')
       AND EXISTS (SELECT 1 FROM covered AS v WHERE v.host = t.host)
), busy AS MATERIALIZED (
    SELECT host, CAST(time / 60 AS INTEGER) AS minute FROM happened WHERE action = 'started'
     GROUP BY 1, 2 HAVING count(DISTINCT service) > 8
), triggered AS MATERIALIZED (
    SELECT c.id, min(w.asker) AS asker, count(DISTINCT w.asker) AS n
      FROM happened AS c
      JOIN covered AS v ON v.host = c.host AND v.since < c.time
      JOIN waiting AS w ON w.host = c.host AND w.unit = c.service AND c.began BETWEEN w.since AND w.until
      LEFT JOIN busy AS b ON b.host = c.host AND b.minute = CAST(c.time / 60 AS INTEGER)
     WHERE c.start AND c.manager IS NULL AND b.host IS NULL
     GROUP BY c.id
), answered AS MATERIALIZED ( -- a subquery is served by an index; of a join SQLite believes that it needs none
    SELECT c.*, (SELECT json_array(j.one, j.user, j.login_user, j.session, j.asker, j.pid, j.asked, j.how) FROM judged AS j
                  WHERE j.id = c.id) AS asked,
           (SELECT json_array(r.pid, r.uid) FROM peers AS r WHERE r.id = c.id) AS peer,
           (SELECT iif(t.n = 1, t.asker, NULL) FROM triggered AS t WHERE t.id = c.id) AS waited
      FROM happened AS c
), met AS MATERIALIZED ( -- the process of a peer
    SELECT a.*, (SELECT json_array(p.login_user, p.session, p.exe) FROM processes AS p
                  WHERE a.peer IS NOT NULL AND p.host = a.host AND p.pid = a.peer ->> 0 AND p.time <= a.time
                  ORDER BY p.time DESC LIMIT 1) AS process
      FROM answered AS a
)
SELECT c.time, c.datetime, c.host, c.action, c.service, c.display_name, c.image_path, c.start_type, c.service_type, c.account,
       coalesce(CASE WHEN c.asked ->> 0 THEN c.asked ->> 1
                     WHEN c.asked IS NULL AND c.peer IS NOT NULL
                     THEN (SELECT n.username FROM names AS n WHERE n.host = c.host AND n.uid = CAST(c.peer ->> 1 AS INTEGER))
                END, c.manager) COLLATE NOCASE AS user,
       c.pid, c.exe, c.detail, c.source, c.record, c.platform, c.event_id,
       CASE WHEN c.asked ->> 0 THEN c.asked ->> 2 WHEN c.asked IS NULL THEN c.process ->> 0 END COLLATE NOCASE AS login_user,
       CASE WHEN c.asked ->> 0 THEN c.asked ->> 3 WHEN c.asked IS NULL THEN c.process ->> 1 END AS session,
       CASE WHEN c.asked ->> 0 THEN c.asked ->> 4 WHEN c.asked IS NOT NULL THEN NULL
            WHEN c.peer IS NOT NULL THEN coalesce(c.process ->> 2, substr(c.service, 1, instr(c.service, '@') - 1) || '.socket')
            ELSE c.waited END COLLATE NOCASE AS asker,
       CASE WHEN c.asked ->> 0 THEN c.asked ->> 5 WHEN c.asked IS NULL THEN c.peer ->> 0 END AS asker_pid,
       CASE WHEN c.asked ->> 0 THEN c.asked ->> 6 END AS asked,
       CASE WHEN c.asked ->> 0 THEN c.asked ->> 7 WHEN c.asked IS NOT NULL THEN 'ambiguous' WHEN c.peer IS NOT NULL THEN 'peer'
            WHEN c.waited IS NOT NULL THEN 'trigger' END AS how
  FROM met AS c
UNION ALL
SELECT e.time, e.datetime, e.host, e.action, e.service, e.display_name, e.image_path, e.start_type, e.service_type, e.account,
       e.user, e.pid, e.exe, e.detail, e.source, e.record, e.platform, e.event_id, NULL COLLATE NOCASE, NULL, NULL COLLATE NOCASE,
       NULL, NULL, NULL
  FROM service_rows AS e
 WHERE e.platform <> 'linux';
