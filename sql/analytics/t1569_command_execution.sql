-- t1569_command_execution: commands of service tools, less those of known administrators.
--
-- why:             An adversary runs systemctl, sc or launchctl to run code as a service, and to stop what
--                  would tell of it. Administrators and package managers do the same all day: what
--                  packages do is set apart, and the rest is judged by what the command does, to
--                  what, from where, as whom, and how hard it hides.
-- severity:        info for a command without a signal; else by the weights of its signals
-- attack:          T1569.001 T1569.002 T1569.003 T1543 T1489 T1685 T1027 (v18.1), DS0017 Command
--                  Execution, DET0279
-- false positives: configuration management that is not in known_admins; a first deployment
-- sources:         service_commands, service_accounts
--
--   SELECT datetime, login_user, severity, cmdline FROM t1569_command_execution WHERE severity <> 'info';
CREATE TEMP VIEW t1569_command_execution AS
WITH graded AS (
    SELECT c.time, c.host, c.platform, c.user, c.login_user, c.parent, c.exe, c.cmdline, c.tool,
           c.verb, c.target, c.options, c.remote, c.runtime, c.via, c.obfuscated, c.success,
           c.patch_cycle, c.source, c.record,
           coalesce((SELECT g.action FROM verb_grades AS g
                      WHERE g.verb = c.verb AND g.tool IN (c.tool, '')
                      ORDER BY g.tool DESC LIMIT 1), '') AS action,
           -- What the tool was told: its target, and the options as text.
           coalesce(c.target, '') || coalesce((SELECT ' ' || group_concat(o.value, ' ')
                                                 FROM json_each(c.options) AS o), '') AS told,
           path_trust(c.target) AS place,
           -- Its last part: a unit, a label, a file's name without what all of them end in.
           lower(replace(replace(replace(c.target, rtrim(c.target, replace(c.target, '/', '')), ''),
                                 '.service', ''), '.plist', '')) AS service
      FROM service_commands AS c
), facts AS (
    SELECT g.time, g.host, g.platform, g.cmdline AS subject, g.user, g.login_user, g.tool, g.verb,
           g.target, g.parent, g.patch_cycle, g.source, g.record,
           CASE WHEN g.tool = 'launchctl' OR g.platform = 'macos' THEN 'T1569.001'
                WHEN g.platform = 'windows' OR g.tool IN ('sc', 'net', 'wmic', 'reg', 'psexec',
                     'paexec', 'psexec.py', 'smbexec', 'smbexec.py', 'services.py') THEN 'T1569.002'
                ELSE 'T1569.003' END AS technique,
           iif(g.patch_cycle, ',',
           ',' || iif(g.action IN ('create', 'change'), 'makes_service,', '')
               || iif(g.action = 'run', 'runs_transient,', '')
               || iif((g.action IN ('stop', 'disable') OR g.told REGEXP '(?i)disabled|=4$')
                      AND EXISTS (SELECT 1 FROM security_services AS s
                                   WHERE s.platform IN ('any', g.platform)
                                     AND g.service GLOB s.name),
                      'stops_security,', '')
               || iif(g.remote IS NOT NULL, 'remote_host,', '')
               || iif(g.obfuscated, 'obfuscated,', '')
               || iif(g.action IN ('create', 'change', 'run', 'start')
                      AND g.place IN ('temp', 'shm', 'public'), 'linked_from_temp,', '')
               || iif(g.action IN ('create', 'run')
                      AND g.place IN ('home', 'hidden', 'unc', 'device'), 'linked_from_outside,', '')
               || iif(EXISTS (SELECT 1 FROM service_accounts AS a
                               WHERE coalesce(g.user, g.login_user) GLOB a.name),
                      'by_service_account,', '')
               || iif(g.tool IN ('reg', 'powershell') AND g.told LIKE '%key=%'
                      AND g.action IN ('create', 'change', 'delete'), 'registry_direct,', '')
               || iif(g.verb = 'failure' AND g.told LIKE '%command=%'
                      OR g.told LIKE '%=FailureCommand%', 'failure_command,', '')
               || iif(g.action IN ('create', 'change') AND g.told REGEXP
                      '(?i)(binpath|binarypathname)= *"*[^\\/": ]+\.exe', 'bare_image,', '')
               || iif(g.verb = 'Get-Service'
                      AND g.cmdline REGEXP '(?i)displayname.*(out-file|set-content|>)',
                      'payload_in_name,', '')
               || iif(g.verb = 'sdset' AND g.told LIKE '%(D;%', 'hidden_by_descriptor,', '')
               || iif(g.verb = 'sdset' AND g.target = 'scmanager', 'manager_descriptor,', '')
               || iif(g.tool = 'launchctl' AND g.verb = 'submit', 'submitted,', '')
               || iif(g.tool IN ('busctl', 'gdbus', 'dbus-send', 'qdbus') AND g.action <> '',
                      'by_bus,', '')
               || iif(g.platform = 'windows' AND g.action IN ('create', 'change')
                      AND g.told REGEXP '(?i)(binpath|binarypathname|pathname) *= *[\\"'']*[a-z]:\\'
                      AND NOT g.told REGEXP '(?i)[\\"'' =][a-z]:\\(windows|program files|progra~|programdata\\microsoft)',
                      'runs_from_odd_path,', '')
               || iif(g.tool = 'getsystem', 'pipe_service,', '')
               || iif(g.tool IN ('psexec', 'paexec', 'csexec', 'remcom', 'xcmd', 'winexe', 'psexec.py',
                      'smbexec.py', 'services.py'), 'remote_tool,', '')
               || iif(g.tool = 'smbexec', 'remote_execution_name,', '')
               || iif(g.action IN ('create', 'change', 'run', 'environment'),
                      coalesce((SELECT group_concat(DISTINCT x.signal) || ','
                                  FROM exec_patterns AS x
                                 WHERE x.platform IN ('any', iif(g.platform = 'windows', 'windows',
                                                                 'unix'))
                                   AND g.told REGEXP x.pattern), ''), '')) AS signals,
           json_object('tool', g.tool, 'verb', g.verb, 'action', g.action, 'target', g.target,
                       'options', json(g.options), 'remote', g.remote, 'runtime', g.runtime,
                       'via', g.via, 'user', g.user, 'login_user', g.login_user, 'exe', g.exe,
                       'parent', g.parent, 'success', g.success, 'patch_cycle', g.patch_cycle)
               AS evidence
      FROM graded AS g
)
SELECT f.time, utc_datetime(f.time) AS datetime, f.host, f.platform,
       't1569_command_execution' AS analytic, f.technique,
       iif(f.signals = ',', 'info', signal_severity(f.signals)) AS severity, f.subject,
       iif(f.signals = ',', NULL, signal_reasons(f.signals)) AS why,
       trim(f.signals, ',') AS signals,
       f.tool, f.verb, f.target, f.user, f.login_user, f.parent, f.subject AS cmdline, f.patch_cycle,
       f.evidence, f.source, f.record
  FROM facts AS f
 WHERE NOT EXISTS (SELECT 1 FROM known_admins AS a
                    WHERE a.user = coalesce(f.login_user, f.user)
                      AND (a.host IS NULL OR a.host = f.host))
   AND NOT EXISTS (SELECT 1 FROM known_services AS k
                    WHERE f.target GLOB k.name AND (k.host IS NULL OR k.host = f.host));
