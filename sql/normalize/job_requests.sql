-- job_requests: what may have started, stopped or reloaded units of Linux: commands of service tools, the bus, timers, run0,
--               Restart= and packages.
--
-- why:     Of each the unit, what kind of job it asks for, and until when a job may be of it. asked_by joins them with the
--          jobs that systemd did.
-- late:    asked_by would have SQLite plan it for each use
-- columns: host       TEXT NOCASE  host that it was asked on
--          time       REAL         when it was asked
--          until      REAL         when a job is no longer of it
--          pid        INTEGER      process that asked
--          user                    its account; by the bus its number
--          login_user TEXT NOCASE  account that had logged in
--          session    TEXT         login session, by audit or logind
--          asker                   program that asked, or the timer or unit
--          unit                    unit that it was asked for, or a pattern; * any; NULL: one that systemd-run or run0 named
--          command                 command that systemd-run or run0 was given, where it named the unit itself
--          of_user                 1: of a user's own manager
--          starts                  1: it starts the unit
--          stops                   1: it stops the unit
--          kills                   1: it sends the unit a signal
--          reloads                 1: it has the unit reload its settings
--          restarts                1: it stops the unit to start it
--          how                     audit, sudo, pkexec, doas, run0, cron, history, polkit, dbus, timer, restart or package
--          handed                  1: by way of systemd-run or run0
-- sources: manager_requests, verb_grades, journal, systemd_units, unit_files, package_history
--
--   SELECT datetime(time, 'unixepoch') AS asked, login_user, asker, unit, how FROM job_requests WHERE stops ORDER BY time;
CREATE TEMP VIEW job_requests AS
WITH graded AS MATERIALIZED (
    SELECT r.host, r.time, r.pid, r.user, r.login_user, r.session, r.tool, r.target, r.options, r.cmdline, r.exe, r.how,
           r.via GLOB '*run0*' OR r.via GLOB '*systemd-run*' AS handed, lower(r.verb) AS word, r.options GLOB '*"--now"*' AS now,
           coalesce((SELECT g.action FROM verb_grades AS g WHERE g.verb = r.verb AND g.tool IN (r.tool, '')
                      ORDER BY g.tool DESC LIMIT 1), '') AS grade
      FROM manager_requests AS r
     WHERE r.time >= scope_since(1200) AND r.time <= scope_until(1)
       AND (r.how <> 'history' OR r.user = 'root') -- whoever else may write what he likes into his history
), runs AS MATERIALIZED ( -- of package managers, for somebody
    SELECT h.host, h.time, h.end_time, h.requested_by, h.command, h.tool, h.package FROM package_history AS h
     WHERE h.requested_by IS NOT NULL AND h.time >= scope_since(7200) AND h.time <= scope_until(1)
), files AS MATERIALIZED ( -- CROSS JOIN: unit files are read only where there is a run
    SELECT f.host, f.package, f.unit FROM (SELECT 1 FROM runs LIMIT 1) AS r CROSS JOIN unit_files AS f
     WHERE f.scope = 'system' AND f.kind IN ('unit', 'sysv') AND f.package <> ''
)
SELECT g.host, g.time, g.time + 90 AS until, iif(g.how IN ('audit', 'pkexec'), g.pid, NULL) AS pid, g.user, g.login_user, g.session,
       CASE WHEN g.how = 'history' THEN g.tool WHEN g.how = 'audit' THEN g.exe
            ELSE coalesce(exec_path(g.cmdline), g.tool) END AS asker,
       CASE WHEN g.word IN ('isolate') OR g.grade = 'power' THEN '*'
            WHEN g.grade = 'run' AND g.options NOT GLOB '*"--unit=*' AND g.tool IN ('systemd-run', 'run0') THEN NULL
            WHEN g.options GLOB '*"--on-*' THEN replace(g.target, '.service', '') || iif(g.target GLOB '*.timer', '', '.timer')
            WHEN g.target GLOB '*.*' AND replace(g.target, rtrim(g.target, replace(g.target, '.', '')), '') IN
                 ('service', 'socket', 'timer', 'path', 'target', 'mount', 'automount', 'swap', 'slice', 'scope', 'device')
            THEN g.target
            ELSE g.target || '.service' END AS unit,
       iif(g.grade = 'run' AND g.options NOT GLOB '*"--unit=*',
           (SELECT substr(o.value, 9) FROM json_each(g.options) AS o WHERE o.value GLOB 'command=*'), NULL) AS command,
       g.options GLOB '*"--user"*' AS of_user,
       g.grade IN ('start', 'run') OR (g.now AND g.word IN ('enable', 'reenable', 'unmask')) AS starts,
       g.grade IN ('stop', 'power') OR g.word GLOB '*restart*' OR g.word = 'isolate'
           OR (g.now AND g.word IN ('disable', 'mask')) AS stops,
       g.word GLOB '*kill*' AS kills, g.word GLOB '*reload*' AS reloads, g.word GLOB '*restart*' AS restarts, g.how, g.handed
  FROM graded AS g
 WHERE g.target IS NOT '?' -- an argument that audit lost
   AND (g.grade IN ('start', 'stop', 'run', 'power') OR g.word GLOB '*reload*' OR g.word GLOB '*restart*' OR g.now)
UNION ALL
-- dbus-daemon starts the unit of a name that somebody talks to; the kernel tells it who.
SELECT j.host, coalesce(j.sent / 1e6, j.time), coalesce(j.sent / 1e6, j.time) + 30,
       CAST(substr(j.message, instr(j.message, '(uid=') + 5 + instr(substr(j.message, instr(j.message, '(uid=') + 5), 'pid=') + 3) AS INTEGER),
       CAST(CAST(substr(j.message, instr(j.message, '(uid=') + 5) AS INTEGER) AS TEXT), NULL, NULL,
       substr(j.message, instr(j.message, ' comm="') + 7,
              instr(substr(j.message, instr(j.message, ' comm="') + 7), '"') - 1),
       substr(j.message, instr(j.message, ' unit=''') + 7,
              instr(substr(j.message, instr(j.message, ' unit=''') + 7), '''') - 1),
       NULL, 0, 1, 0, 0, 0, 0, 'dbus', 0
  FROM journal AS j
 WHERE j.identifier = 'dbus-daemon' AND j.comm = 'dbus-daemon' AND path_trust(j.exe) = 'system'
   AND j.message GLOB '[[]system] Activating via systemd: service name=''*'' unit=''*'' requested by '':*'' (uid=* pid=* comm="*'
   AND j.time >= scope_since(1200) AND j.time <= scope_until(1)
UNION ALL
SELECT u.host, u.last_trigger_time - 0.01, u.last_trigger_time + 2, 1, NULL, NULL, NULL, u.id, t.value, NULL,
       0, 1, 0, 0, 0, 0, 'timer', 0
  FROM systemd_units AS u, json_each(u.triggers) AS t
 WHERE u.optional = 1 AND u.type = 'timer' AND u.scope = 'system' AND u.last_trigger_time > 0
UNION ALL -- run0's own unit
SELECT j.host, coalesce(j.sent / 1e6, j.time) - 0.001, coalesce(j.sent / 1e6, j.time) + 2, iif(j.about_unit GLOB 'run-p[0-9]*', CAST(substr(j.about_unit, 6) AS INTEGER), NULL), NULL, j.elevated_user, NULL, 'run0',
       j.about_unit, NULL, 0, 1, 0, 0, 0, 0, 'run0', 0
  FROM journal AS j
 WHERE j.message_id = '7d4958e842da4a758f6c1cdc7b36dcc5' AND j.elevated_uid >= 0 AND +j.pid = 1 -- +: as process_rows has it
   AND j.message GLOB 'Starting * - [[]run0] *...' AND j.time >= scope_since(1200) AND j.time <= scope_until(1)
UNION ALL -- Restart=
SELECT j.host, coalesce(j.sent / 1e6, j.time), coalesce(j.sent / 1e6, j.time) + 600, j.pid, NULL, NULL, NULL, coalesce(j.about_unit, j.about_user_unit),
       coalesce(j.about_unit, j.about_user_unit), NULL, j.about_unit IS NULL, 1, 1, 0, 0, 1, 'restart', 0
  FROM journal AS j
 WHERE j.message_id = '5eb03494b6584870a536b337290809b3' AND j.comm = 'systemd'
   AND j.time >= scope_since(1200) AND j.time <= scope_until(1)
UNION ALL -- a package's own units, while apt ran for somebody
SELECT h.host, h.time, coalesce(h.end_time, h.time) + 2, NULL, 'root',
       substr(h.requested_by, 1, instr(h.requested_by || ' (', ' (') - 1), NULL, coalesce(exec_path(h.command), h.tool),
       f.unit, NULL, 0, 1, 1, 0, 1, 1, 'package', 0
  FROM runs AS h JOIN files AS f ON f.host = h.host AND f.package = h.package;
