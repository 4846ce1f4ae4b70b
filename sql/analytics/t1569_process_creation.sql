-- t1569_process_creation: processes that a service manager started, less what is known.
--
-- why:             Every program that systemd, services.exe or launchd starts runs as a service, no matter who
--                  requested it. A program that was deleted, was never a file, is in a temporary folder or is a shell
--                  with its script in the command line is not what a package installs.
-- severity:        info for a process without a signal; else by the weights of its signals
-- attack:          T1569 T1059 T1620 T1070.004 (v19.1), DC0032 Process Creation, DET0279
-- false positives: programs replaced by an upgrade and not restarted yet (deleted_program, low)
-- sources:         process_signals
--
--   SELECT datetime, severity, subject, why FROM t1569_process_creation WHERE severity <> 'info';
CREATE TEMP VIEW t1569_process_creation AS
WITH facts AS (
    SELECT p.time, p.host, p.platform, p.subject, p.user,
           CASE p.platform WHEN 'windows' THEN 'T1569.002' WHEN 'macos' THEN 'T1569.001'
                           ELSE 'T1569.003' END AS technique,
           p.fired, p.evidence, p.source, p.record, p.exe, p.parent, p.service
      FROM process_signals AS p
)
SELECT f.time, utc_datetime(f.time) AS datetime, f.host, f.platform,
       't1569_process_creation' AS analytic, attack_id(f.technique) AS technique,
       iif(f.fired = '[]', 'info', signal_severity(f.fired)) AS severity, f.subject,
       iif(f.fired = '[]', NULL, signal_reasons(f.fired)) AS why,
       iif(f.fired = '[]', '', signal_names(f.fired)) AS signals, once(f.fired) AS fired,
       f.exe, f.parent, f.service, f.user, f.evidence, f.source, f.record
  FROM facts AS f
 WHERE NOT EXISTS (SELECT 1 FROM known_paths AS k
                    WHERE (f.exe GLOB k.path
                           OR (f.platform = 'windows' AND lower(f.exe) GLOB lower(k.path)))
                      AND (k.host IS NULL OR k.host = f.host))
   AND NOT EXISTS (SELECT 1 FROM known_services AS k
                    WHERE (f.service GLOB k.name
                           OR (f.platform = 'windows' AND lower(f.service) GLOB lower(k.name)))
                      AND (k.host IS NULL OR k.host = f.host));
