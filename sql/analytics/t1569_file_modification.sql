-- t1569_file_modification: files that decide what runs as a service, written by somebody.
--
-- why:             A write below /etc/systemd/system, /etc/init.d, /Library/LaunchDaemons or to
--                  services.exe changes what runs with a service manager's rights. The files are
--                  judged by who may write them, whether a package's file was altered, and what a
--                  mask or a link disables; the logs by who wrote.
-- severity:        info for a write without a signal; else by the weights of its signals
-- attack:          T1569 T1543 T1574.010 T1685 (v19.1), DC0061 File Modification, DET0279
-- false positives: an administrator's systemctl mask; a local change to a package's script
-- sources:         file_signals
--
--   SELECT datetime, severity, subject, why FROM t1569_file_modification WHERE severity <> 'info';
CREATE TEMP VIEW t1569_file_modification AS
WITH facts AS (
    SELECT s.time, s.host, s.platform, s.subject, s.user,
           CASE s.origin
           WHEN 'unit file' THEN iif(s.kind = 'mask', 'T1685', 'T1543.002')
           WHEN 'manager' THEN 'T1574.006'
           WHEN 'property list' THEN iif(s.type = 'agent', 'T1543.001', 'T1543.004')
           ELSE CASE WHEN s.subject LIKE '%\pipe\%' OR s.subject LIKE '%\IPC$\%' THEN 'T1569.002'
                     WHEN s.subject LIKE '\\%' THEN 'T1021.002'
                     WHEN s.platform = 'windows' THEN 'T1543.003' ELSE 'T1543.002' END
           END AS technique, s.fired, s.service, s.evidence, s.source, s.record
      FROM file_signals AS s
)
SELECT f.time, utc_datetime(f.time) AS datetime, f.host, f.platform,
       't1569_file_modification' AS analytic, attack_id(f.technique) AS technique,
       iif(f.fired = '[]', 'info', signal_severity(f.fired)) AS severity, f.subject,
       iif(f.fired = '[]', NULL, signal_reasons(f.fired)) AS why,
       iif(f.fired = '[]', '', signal_names(f.fired)) AS signals, once(f.fired) AS fired,
       f.service, f.user, f.evidence, f.source, f.record
  FROM facts AS f
 WHERE NOT EXISTS (SELECT 1 FROM known_paths AS k
                    WHERE (f.subject GLOB k.path
                           OR (f.platform = 'windows' AND lower(f.subject) GLOB lower(k.path)))
                      AND (k.host IS NULL OR k.host = f.host))
   AND NOT EXISTS (SELECT 1 FROM known_admins AS a
                    WHERE a.user = f.user AND (a.host IS NULL OR a.host = f.host));
