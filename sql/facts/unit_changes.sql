-- unit_changes: what was changed of units, and of the manager itself, of which no manager records what came of it.
--
-- why:     systemd has a message for each start and stop, which service_rows has, and none for a unit that is
--          enabled, masked or edited: what asked for it leaves its own traces, as described for asked_by. A command of several logs
--          has one row. The reading of all units again has a message, with the process that asked in
--          newer versions. service_events shows these rows after those of service_rows.
-- columns: action  enabled, disabled, masked, unmasked, modified, stopped by a signal, or of the manager reloaded and reexecuted
--          service TEXT NOCASE  the unit; NULL: the manager, or all units
--          login_user TEXT NOCASE account that had logged in
--          session TEXT         login session, by audit or logind
--          asker   TEXT NOCASE  program that asked
--          asker_pid            its process
--          how                  audit, sudo, pkexec, doas, run0, cron, polkit, history, or journal: the manager's own message
-- sources: manager_requests, journal, process_rows
--
--   SELECT datetime, action, service, login_user, asker, how FROM unit_changes ORDER BY time DESC LIMIT 20;
CREATE TEMP VIEW unit_changes AS
WITH words AS ( -- a text, as SQLite copies a list of VALUES to each use
    SELECT v.value AS verb, a.key AS action
      FROM json_each('{"enabled": ["enable", "reenable", "link", "preset", "preset-all", "add-wants", "add-requires", "on",
                           "defaults", "enableunitfiles", "enableunitfileswithflags", "reenableunitfiles", "linkunitfiles",
                           "presetunitfiles", "presetunitfileswithmode", "presetallunitfiles", "adddependencyunitfiles"],
                       "modified": ["set-default", "setdefaulttarget", "edit", "revert", "set-property", "bind", "mount-image",
                           "clean", "revertunitfiles", "setunitproperties", "setproperties", "bindmountunit", "bindmount",
                           "mountimageunit", "mountimage", "cleanunit"],
                       "disabled": ["disable", "off", "disableunitfiles", "disableunitfileswithflags",
                           "disableunitfileswithflagsandinstallinfo"],
                       "masked": ["mask", "maskunitfiles"],
                       "unmasked": ["unmask", "unmaskunitfiles"],
                       "reloaded": ["daemon-reload", "reload"],
                       "reexecuted": ["daemon-reexec", "reexecute"],
                       "killed": ["kill", "killunit", "killunitsubgroup", "killsubgroup"]}') AS a, json_each(a.value) AS v
), traces AS (
    SELECT r.time, r.datetime, r.host, r.tool, lower(r.verb) AS verb, r.target, r.options, r.user, r.login_user, r.session, r.pid,
           r.exe, r.cmdline, r.source, r.record, r.how
      FROM manager_requests AS r
     WHERE r.time >= scope_since(10) AND r.time <= scope_until(10)
       AND (r.how = 'polkit'
            OR (r.tool IN ('systemctl', 'busctl', 'gdbus', 'dbus-send', 'qdbus', 'varlinkctl', 'deb-systemd-helper', 'update-rc.d',
                           'chkconfig')
                AND r.options NOT GLOB '*"--root=*' AND r.options NOT GLOB '*"--image=*'))
), asked AS MATERIALIZED (
    SELECT t.*, w.action, t.options GLOB '*"--user"*' AS of_user,
           iif(t.target IS NULL OR (t.target GLOB '*.*' AND replace(t.target, rtrim(t.target, replace(t.target, '.', '')), '') IN
                   ('service', 'socket', 'timer', 'path', 'target', 'mount', 'automount', 'swap', 'slice', 'scope', 'device')),
               t.target, t.target || '.service') AS unit,
           CASE t.how WHEN 'audit' THEN 1 WHEN 'polkit' THEN 3 WHEN 'history' THEN 4 ELSE 2 END AS rank
      FROM traces AS t CROSS JOIN words AS w ON w.verb = t.verb
     -- A user may do this in his own manager, and in the system's where polkit allows it.
     WHERE (t.user IN ('root', '0') OR t.user IS NULL OR t.how = 'polkit' OR t.options GLOB '*"--user"*')
       AND (t.verb <> 'reload' OR t.tool IN ('busctl', 'gdbus', 'dbus-send', 'qdbus', 'varlinkctl'))
       AND NOT (t.verb = 'reload' AND t.target IS NOT NULL)
), once AS MATERIALIZED ( -- what sudo writes, audit records and a shell remembers is one change
    SELECT a.* FROM asked AS a
     WHERE NOT EXISTS (SELECT 1 FROM asked AS b
                        WHERE b.host = a.host AND b.verb = a.verb AND b.target IS a.target AND b.rank < a.rank
                          AND b.time BETWEEN a.time - 5 AND a.time + 5)
), ended AS MATERIALIZED ( -- units that ended in order, a job or none; a signal is no job
    SELECT coalesce(j.sent / 1e6, j.time) AS time, j.datetime, j.host, j.about_unit AS unit, j.pid, j.exe, j.message, j.source, j.cursor AS record
      FROM journal AS j
     WHERE j.message_id = '7ad2d189f7e94e70a38c781354912448' AND j.comm = 'systemd'
       AND j.time >= scope_since(10) AND j.time <= scope_until(10)
       AND EXISTS (SELECT 1 FROM asked AS a WHERE a.action = 'killed')
), told AS MATERIALIZED ( -- by the manager itself
    SELECT coalesce(j.sent / 1e6, j.time) AS time, j.datetime, j.host, j.pid, j.exe, j.message, j.source, j.cursor AS record,
           iif(j.message GLOB 'Reexec*', 'reexecuted', 'reloaded') AS action,
           iif(instr(j.message, 'client PID '), CAST(substr(j.message, instr(j.message, 'client PID ') + 11) AS INTEGER), NULL) AS client,
           iif(j.message GLOB '*(unit session-*.scope)*',
               substr(j.message, instr(j.message, '(unit session-') + 14,
                      instr(substr(j.message, instr(j.message, '(unit session-') + 14), '.scope)') - 1), NULL) AS session
      FROM journal AS j
     WHERE j.unit = 'init.scope' AND j.pid = 1 AND j.identifier = 'systemd'
       AND j.time >= scope_since(10) AND j.time <= scope_until(10)
       AND (j.message IN ('Reloading.', 'Reexecuting.') OR j.message GLOB 'Reload* requested from client PID *'
            OR j.message GLOB 'Reexecut* requested from client PID *')
), clients AS MATERIALIZED ( -- whose processes those were
    SELECT p.host, p.pid, p.time, p.user, p.login_user, p.session, p.exe FROM process_rows AS p
     WHERE p.pid IN (SELECT client FROM told) AND p.via = 'audit' AND p.time <= scope_until(1)
), joined AS ( -- the command that the manager's message is about: by its process, or alone of its kind just before
    SELECT t.*,
           (SELECT json_array(c.user, c.login_user, c.session, c.exe) FROM clients AS c
             WHERE c.host = t.host AND c.pid = t.client AND c.time <= t.time ORDER BY c.time DESC LIMIT 1) AS client_is,
           (SELECT iif(count(DISTINCT coalesce(o.login_user, '') || ' ' || coalesce(o.session, '')) = 1,
                       json_array(max(o.user), max(o.login_user), max(o.session), max(coalesce(o.exe, exec_path(o.cmdline), o.tool)), max(o.pid), max(o.how)), NULL)
              FROM once AS o WHERE o.host = t.host AND o.how <> 'history' AND NOT o.of_user
               -- What enables or edits a unit has all of them read again.
               AND (o.action = t.action OR (t.action = 'reloaded' AND o.action NOT IN ('reexecuted', 'killed')))
               AND o.time BETWEEN t.time - 3 AND t.time + 0.01) AS command
      FROM told AS t
)
SELECT o.time, o.datetime, o.host COLLATE NOCASE AS host, o.action,
       o.unit COLLATE NOCASE AS service,
       NULL COLLATE NOCASE AS display_name, NULL COLLATE NOCASE AS image_path, NULL COLLATE NOCASE AS start_type,
       NULL COLLATE NOCASE AS service_type, NULL COLLATE NOCASE AS account, o.user COLLATE NOCASE AS user,
       o.pid, o.exe COLLATE NOCASE AS exe, o.cmdline AS detail, o.source, o.record, 'linux' AS platform, NULL AS event_id,
       o.login_user COLLATE NOCASE AS login_user, o.session, coalesce(o.exe, exec_path(o.cmdline), o.tool) COLLATE NOCASE AS asker, o.pid AS asker_pid, o.how
  FROM once AS o
 WHERE o.action <> 'killed'
   AND NOT (o.action IN ('reloaded', 'reexecuted') AND NOT o.of_user
            AND EXISTS (SELECT 1 FROM told AS t WHERE t.host = o.host AND t.action = o.action
                           AND t.time BETWEEN o.time - 0.01 AND o.time + 3))
UNION ALL
SELECT e.time, e.datetime, e.host COLLATE NOCASE, 'stopped', e.unit COLLATE NOCASE, NULL COLLATE NOCASE, NULL COLLATE NOCASE,
       NULL COLLATE NOCASE, NULL COLLATE NOCASE, NULL COLLATE NOCASE, max(o.user) COLLATE NOCASE, e.pid, e.exe COLLATE NOCASE,
       e.message, e.source, e.record, 'linux', NULL, max(o.login_user) COLLATE NOCASE, max(o.session),
       max(coalesce(o.exe, exec_path(o.cmdline), o.tool)) COLLATE NOCASE, max(o.pid), max(o.how)
  FROM ended AS e JOIN once AS o
    ON o.host = e.host AND o.unit = e.unit AND o.action = 'killed' AND o.time BETWEEN e.time - 5 AND e.time + 0.01
 GROUP BY e.source, e.record
HAVING count(DISTINCT coalesce(o.login_user, '') || ' ' || coalesce(o.session, '')) = 1
UNION ALL
SELECT j.time, j.datetime, j.host COLLATE NOCASE, j.action, NULL COLLATE NOCASE, NULL COLLATE NOCASE, NULL COLLATE NOCASE,
       NULL COLLATE NOCASE, NULL COLLATE NOCASE, NULL COLLATE NOCASE,
       coalesce(j.client_is ->> 0, j.command ->> 0) COLLATE NOCASE, j.pid, j.exe COLLATE NOCASE, j.message, j.source, j.record,
       'linux', NULL, coalesce(j.client_is ->> 1, j.command ->> 1) COLLATE NOCASE,
       coalesce(j.session, j.client_is ->> 2, j.command ->> 2),
       coalesce(j.client_is ->> 3, j.command ->> 3,
                iif(j.message GLOB '*client PID * (''*'')*',
                    substr(j.message, instr(j.message, ' (''') + 3, instr(j.message, ''')') - instr(j.message, ' (''') - 3), NULL)) COLLATE NOCASE,
       coalesce(j.client, j.command ->> 4),
       coalesce(iif(j.client_is IS NOT NULL, 'audit', NULL), j.command ->> 5, iif(j.client IS NOT NULL, 'journal', NULL))
  FROM joined AS j
 WHERE j.client IS NOT NULL -- newer versions write the older message too
    OR NOT EXISTS (SELECT 1 FROM told AS t WHERE t.host = j.host AND t.action = j.action AND t.client IS NOT NULL
                      AND t.time BETWEEN j.time - 10 AND j.time);
