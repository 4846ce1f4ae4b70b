-- t1569_registry_modification: changes to the registry keys of services, less those of known admins.
--
-- why:             The key defines the service: whoever writes below Services, or writes the service manager's own
--                  descriptor, creates or changes what runs with its rights. The service manager writes a service's own
--                  values itself; a write by any other program leaves no event in the System log.
-- severity:        info for a write without a signal; else by the weights of its signals
-- attack:          T1569 T1543.003 T1112 T1685 (v19.1), DC0063 Windows Registry Key Modification, DET0279
-- false positives: installers and drivers that write ImagePath or Start themselves
-- sources:         registry_signals
--
--   SELECT datetime, severity, subject, why FROM t1569_registry_modification WHERE severity <> 'info';
CREATE TEMP VIEW t1569_registry_modification AS
WITH facts AS (
    SELECT r.time, r.datetime, r.host, r.platform, r.action, r.key, r.value, r.data, r.user, r.pid,
           r.exe, r.source, r.record, r.service,
           CASE WHEN r.disables THEN 'T1685'
                WHEN r.by_manager THEN 'T1543.003' ELSE 'T1112' END AS technique, r.fired
      FROM registry_signals AS r
     WHERE once(r.explained) IS NOT 1
)
SELECT f.time, f.datetime, f.host, f.platform, 't1569_registry_modification' AS analytic, attack_id(f.technique) AS technique,
       iif(f.fired = '[]', 'info', signal_severity(f.fired)) AS severity,
       f.key || coalesce('\' || f.value, '') AS subject,
       iif(f.fired = '[]', NULL, signal_reasons(f.fired)) AS why,
       iif(f.fired = '[]', '', signal_names(f.fired)) AS signals, once(f.fired) AS fired,
       f.service, f.user,
       json_object('action', f.action, 'key', f.key, 'value', f.value, 'data', f.data, 'exe', f.exe,
                   'pid', f.pid, 'user', f.user) AS evidence,
       f.source, f.record
  FROM facts AS f
 WHERE NOT EXISTS (SELECT 1 FROM known_admins AS a
                    WHERE a.user = f.user AND (a.host IS NULL OR a.host = f.host))
   AND NOT EXISTS (SELECT 1 FROM known_services AS k
                    WHERE lower(f.service) GLOB lower(k.name)
                      AND (k.host IS NULL OR k.host = f.host));
