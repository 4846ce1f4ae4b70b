-- t1569_command_execution: commands of service tools, less those of known administrators.
--
-- why:             An adversary runs systemctl, sc or launchctl to run code as a service, and to stop the services that
--                  would detect it. Administrators and package managers do the same all day: what packages do is left
--                  out, and the rest is judged by what the command does, on which target, from where, as whom, and how
--                  well it is hidden.
-- severity:        info for a command without a signal; else by the weights of its signals
-- attack:          T1569.001 T1569.002 T1569.003 T1543 T1489 T1685 T1027 (v19.1), DC0064 Command
--                  Execution, DET0279
-- false positives: configuration management that is not in known_admins; a first deployment
-- sources:         command_signals
--
--   SELECT datetime, login_user, severity, cmdline FROM t1569_command_execution WHERE severity <> 'info';
CREATE TEMP VIEW t1569_command_execution AS
WITH facts AS (
    SELECT c.time, c.host, c.platform, c.cmdline AS subject, c.user, c.login_user, c.tool, c.verb,
           c.target, c.parent, c.patch_cycle, c.source, c.record,
           CASE WHEN c.tool = 'launchctl' OR c.platform = 'macos' THEN 'T1569.001'
                WHEN c.platform = 'windows' OR c.tool IN ('sc', 'net', 'wmic', 'reg', 'psexec',
                     'paexec', 'psexec.py', 'smbexec', 'smbexec.py', 'services.py') THEN 'T1569.002'
                ELSE 'T1569.003' END AS technique,
           iif(c.patch_cycle, '[]', c.fired) AS fired, c.evidence
      FROM command_signals AS c
)
SELECT f.time, utc_datetime(f.time) AS datetime, f.host, f.platform,
       't1569_command_execution' AS analytic, attack_id(f.technique) AS technique,
       iif(f.fired = '[]', 'info', signal_severity(f.fired)) AS severity, f.subject,
       iif(f.fired = '[]', NULL, signal_reasons(f.fired)) AS why,
       iif(f.fired = '[]', '', signal_names(f.fired)) AS signals, once(f.fired) AS fired,
       f.tool, f.verb, f.target, f.user, f.login_user, f.parent, f.subject AS cmdline, f.patch_cycle,
       f.evidence, f.source, f.record
  FROM facts AS f
 WHERE NOT EXISTS (SELECT 1 FROM known_admins AS a
                    WHERE a.user = coalesce(f.login_user, f.user)
                      AND (a.host IS NULL OR a.host = f.host))
   AND NOT EXISTS (SELECT 1 FROM known_services AS k
                    WHERE (f.target GLOB k.name
                           OR (f.platform = 'windows' AND lower(f.target) GLOB lower(k.name)))
                      AND (k.host IS NULL OR k.host = f.host));
