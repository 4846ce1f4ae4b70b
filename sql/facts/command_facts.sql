-- command_facts: every command that did something to services, with what is known of it.
--
-- why:     Input of the detections of the shape `command`. Columns hold facts, no judgement. Other tables are read only for rows whose guard holds.
-- columns: time             REAL         when it was run
--          host             TEXT NOCASE  host that it was run on
--          platform                      linux, windows or macos
--          user             TEXT NOCASE  account that it ran as
--          login_user       TEXT NOCASE  account that had logged on
--          parent           TEXT NOCASE  program that ran it
--          exe              TEXT NOCASE  path of the program
--          cmdline          TEXT NOCASE  the command line
--          tool                          the service tool: systemctl, sc, launchctl, ...
--          verb             TEXT NOCASE  what the tool was asked to do
--          target           TEXT NOCASE  what the tool acts on
--          options                       its options, a JSON array
--          remote           TEXT NOCASE  the other host that it acts on
--          known_remote                  of a command that acts on another host: it was run on one of remote_execution_hosts
--          runtime                       its effect lasts until the next boot
--          via                           what wrapped it: sudo, sh, ssh, ...
--          obfuscated                    its text hides the tool
--          success          INTEGER      1 where it ran, 0 where it could not
--          patch_cycle      INTEGER      a script of a package ran it
--          action                        action of the verb in verb_grades: start, stop, disable, create, change, run, environment, delete, manager, power, reload or read
--          arguments                     its target and its options as one text
--          place                         kind of place that its target, or the program it is given to run, is in, by path_trust()
--          service                       last part of its target, in lower case, without .service and .plist
--          security                      of a command that stops or disables: the target is a security service
--          starves                       it takes from a service what it needs: processor time, memory, tasks or the network
--          unnamed                       it stops or disables what xargs reads, which the line does not name
--          service_account               the user is an account of a network service
--          patterns                      of a command that creates, changes, runs or sets the environment: names of exec_patterns that match the arguments
--          evidence                      the row as JSON, for people
--          source           TEXT         where the record is
--          record           TEXT         which record it is
-- usual:   {"time": 1760000000, "host": "pc1", "platform": "linux", "user": "root", "login_user": "alice",
--           "exe": "/usr/bin/systemctl", "cmdline": "systemctl status agent", "tool": "systemctl",
--           "verb": "status", "target": "agent", "options": "[]", "known_remote": 0, "starves": 0, "unnamed": 0, "obfuscated": 0, "patch_cycle": 0, "action": "",
--           "arguments": "agent", "service": "agent", "service_account": 0, "source": "audit.log", "record": "1"}
-- rows:    audit_events, auth_events, windows_events, shell_history, unified_log
-- sources: service_commands, verb_grades, security_services, service_accounts, exec_patterns,
--          remote_execution_hosts
--
--   SELECT tool, verb, action, count(*) FROM command_facts GROUP BY tool, verb;
CREATE TEMP VIEW command_facts AS
WITH graded AS (
    SELECT c.time, c.host, c.platform, c.user, c.login_user, c.parent, c.exe, c.cmdline, c.tool,
           c.verb, c.target, c.options, c.remote, c.runtime, c.via, c.obfuscated, c.success,
           c.patch_cycle, c.source, c.record,
           -- A signal that makes a daemon read its settings or open its logs again stops nothing.
           iif(c.verb = 'kill' AND c.options REGEXP
               '(?i)"--signal=(SIG)?(HUP|USR1|USR2|WINCH|CONT|URG|CHLD|0|1|10|12|17|18|23|28)"', '',
               coalesce((SELECT g.action FROM verb_grades AS g
                          WHERE g.verb = c.verb AND g.tool IN (c.tool, '')
                          ORDER BY g.tool DESC LIMIT 1),
                        -- Verbs of a later systemd that have no grade yet.
                        iif(c.tool IN ('systemctl', 'busctl', 'gdbus', 'dbus-send', 'qdbus', 'varlinkctl',
                                       'portablectl', 'importctl', 'machinectl', 'loginctl', 'systemd-sysext', 'systemd-confext'),
                            iif(c.verb REGEXP '(?i)^(get|list|dump|lookup|is-|show)|-status$', 'read',
                                'manager'), ''))) AS action,
           coalesce(c.target, '') || coalesce((SELECT ' ' || group_concat(o.value, ' ')
                                                 FROM json_each(c.options) AS o), '') AS arguments,
           path_trust(coalesce((SELECT exec_path(substr(o.value, 9)) FROM json_each(c.options) AS o
                                 WHERE o.value GLOB 'command=/*' LIMIT 1), c.target)) AS place,
           lower(replace(replace(replace(c.target, rtrim(c.target, replace(c.target, '/', '')), ''),
                                 '.service', ''), '.plist', '')) AS service
      FROM service_commands AS c
    -- An arm without FROM keeps SQLite from computing a column again at each use.
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
     WHERE 0
)
SELECT g.time, g.host, g.platform, g.user, g.login_user, g.parent, g.exe, g.cmdline, g.tool, g.verb,
       g.target, g.options, g.remote,
       iif(g.remote IS NOT NULL, EXISTS (SELECT 1 FROM remote_execution_hosts AS r
                                          WHERE lower(g.host) GLOB r.host), NULL) AS known_remote, g.runtime, g.via, g.obfuscated, g.success, g.patch_cycle,
       g.action, g.arguments, g.place, g.service,
       iif(g.service <> '' AND (g.action IN ('stop', 'disable', 'delete') OR g.arguments REGEXP '(?i)disabled|=4$' OR
               (g.verb IN ('set-property', 'SetUnitProperties') AND g.arguments REGEXP '(?i)CPUQuota=[0-5](\.[0-9]+)?%|Memory(Max|High|Limit)=([0-9]{1,7}|[0-9]{1,4}K|1?[0-9]M)( |$)|TasksMax=[0-3]( |$)|IPAddressDeny=(any|0\.0\.0\.0/0)')),
           EXISTS (SELECT 1 FROM security_services AS s
                    WHERE s.platform IN ('any', g.platform)
                      AND (g.service GLOB s.name
                           -- The command itself may name a pattern of GLOB or LIKE, such as '%sophos%'.
                           OR iif(length(g.service) < 256 AND g.service GLOB '*[*%]*' AND g.service GLOB '*[a-z0-9][a-z0-9][a-z0-9]*',
                                  replace(s.name, '*', '') GLOB replace(g.service, '%', '*')
                                      OR lower(s.product) GLOB replace(g.service, '%', '*'), 0))),
           -- What xargs adds is not in the line; what the line looks for may be.
           iif((g.action IN ('stop', 'disable') AND coalesce(g.target, '{}') = '{}' AND g.via GLOB '*xargs*'),
               EXISTS (SELECT 1 FROM security_services AS s
                        WHERE s.platform IN ('any', g.platform) AND length(replace(s.name, '*', '')) > 4
                          AND lower(g.cmdline) GLOB '*[^a-z0-9]' || replace(s.name, '*', '') || '*'),
               NULL)) AS security,
       (g.verb IN ('set-property', 'SetUnitProperties') AND g.arguments REGEXP '(?i)CPUQuota=[0-5](\.[0-9]+)?%|Memory(Max|High|Limit)=([0-9]{1,7}|[0-9]{1,4}K|1?[0-9]M)( |$)|TasksMax=[0-3]( |$)|IPAddressDeny=(any|0\.0\.0\.0/0)') AS starves,
       (g.action IN ('stop', 'disable') AND coalesce(g.target, '{}') = '{}' AND g.via GLOB '*xargs*') AS unnamed,
       iif(g.patch_cycle, NULL,
           listed('service_accounts', coalesce(g.user, g.login_user))) AS service_account,
       iif(NOT g.patch_cycle AND g.action IN ('create', 'change', 'run', 'environment'),
           pattern_signals(iif(g.platform = 'windows', 'windows', 'unix'), g.arguments), NULL) AS patterns,
       json_object('tool', g.tool, 'verb', g.verb, 'action', g.action, 'target', g.target,
                   'options', json(g.options), 'remote', g.remote, 'runtime', g.runtime,
                   'via', g.via, 'user', g.user, 'login_user', g.login_user, 'exe', g.exe,
                   'parent', g.parent, 'success', g.success, 'patch_cycle', g.patch_cycle) AS evidence,
       g.source, g.record
  FROM graded AS g;
