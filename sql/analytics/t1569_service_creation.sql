-- t1569_service_creation: services that were created or changed, less those that are known.
--
-- why:             An adversary makes or changes a service so that a service manager, with its rights
--                  and at every start, runs code. What is installed now is judged by what it runs and
--                  where it comes from; what the logs report, by who did it and how.
-- severity:        info for a service without a signal; else by the weights of its signals
-- attack:          T1569 T1543.001 T1543.002 T1543.003 T1543.004 T1053.006 (v19.1), DC0060 Service
--                  Creation, DET0279
-- false positives: a first deployment; an administrator's own unit in a home directory
-- sources:         unit_signals, unit_command_signals, hook_signals, loaded_unit_signals, launchd_signals, service_key_signals,
--                  service_event_signals
--
--   SELECT datetime, severity, subject, why FROM t1569_service_creation WHERE severity <> 'info';
CREATE TEMP VIEW t1569_service_creation AS
WITH facts AS (
    SELECT u.changed AS time, u.host, 'linux' AS platform, u.path AS subject, u.unit AS service,
           coalesce(u.user, u.scope_user, 'root') AS account, u.scope_user AS user,
           CASE WHEN u.name GLOB '*.timer' THEN 'T1053.006'
                WHEN u.kind IN ('sysv', 'rc') THEN 'T1037.004'
                ELSE 'T1543.002' END AS technique, u.fired, u.evidence, u.source, u.path AS record
      FROM unit_signals AS u
    UNION ALL
    SELECT c.changed, c.host, 'linux', c.path, c.unit, coalesce(c.user, c.scope_user, 'root'),
           c.scope_user, 'T1543.002', c.fired,
           json_object('setting', c.setting, 'text', c.text, 'program', c.program,
                       'program_kind', c.program_kind, 'script', c.script, 'flags', c.flags,
                       'preloads', c.preloads, 'hooks', c.hooks, 'bind_mounts', c.bind_mounts),
           c.source, c.path || ' ' || c.setting
      FROM unit_command_signals AS c WHERE c.fired <> '[]'
    UNION ALL
    -- What starts programs without being a unit.
    SELECT h.changed, h.host, 'linux', h.path, NULL, 'root', NULL,
           CASE WHEN h.kind IN ('tmpfiles', 'extension') THEN 'T1543.002'
                WHEN h.kind IN ('apt', 'dpkg', 'dnf', 'pacman') THEN 'T1546.016'
                WHEN h.kind IN ('modules', 'modprobe') THEN 'T1547.006'
                WHEN h.kind = 'udev' THEN 'T1546.017' WHEN h.kind = 'pam' THEN 'T1556.003'
                WHEN h.kind = 'profile' THEN 'T1546.004' WHEN h.kind = 'preload' THEN 'T1574.006'
                WHEN h.kind = 'cron' THEN 'T1053.003' WHEN h.kind = 'inittab' THEN 'T1037'
                WHEN h.kind = 'journald' THEN 'T1685' ELSE 'T1546' END,
           h.fired, h.evidence, h.source, h.path || ':' || h.line
      FROM hook_signals AS h WHERE h.fired <> '[]'
    UNION ALL
    -- Loaded, and the file is missing: started, then deleted.
    SELECT h.time, h.host, h.platform, h.subject, h.unit, h.account, NULL, 'T1543.002', h.fired,
           h.evidence, h.source, h.record
      FROM loaded_unit_signals AS h
     WHERE h.fired <> '[]'
    UNION ALL
    SELECT l.time, l.host, l.platform, l.subject, l.label, l.account, l.user,
           CASE WHEN l.kind = 'override' THEN 'T1569.001'
                WHEN l.type = 'agent' THEN 'T1543.001' ELSE 'T1543.004' END,
           l.fired, l.evidence, l.source, l.record
      FROM launchd_signals AS l
    UNION ALL
    SELECT k.time, k.host, k.platform, k.key, k.name, k.account, NULL,
           iif(k.kind = 'manager', 'T1569.002', 'T1543.003'), k.fired, k.evidence, k.source, k.record
      FROM service_key_signals AS k
    UNION ALL
    -- What the logs report: created, changed, set not to start, killed.
    SELECT e.time, e.host, e.platform, coalesce(e.service, e.image_path) AS subject, e.service,
           e.account, e.user,
           CASE WHEN e.action IN ('start_type', 'state') THEN 'T1685'
                WHEN e.action = 'cleared' THEN 'T1685.005' WHEN e.platform = 'linux' THEN 'T1569.003'
                WHEN e.platform = 'macos' THEN 'T1543.004' ELSE 'T1543.003' END,
           e.fired, e.evidence, e.source, e.record
      FROM service_event_signals AS e
)
SELECT f.time, utc_datetime(f.time) AS datetime, f.host, f.platform,
       't1569_service_creation' AS analytic, attack_id(f.technique) AS technique,
       iif(f.fired = '[]', 'info', signal_severity(f.fired)) AS severity, f.subject,
       iif(f.fired = '[]', NULL, signal_reasons(f.fired)) AS why,
       iif(f.fired = '[]', '', signal_names(f.fired)) AS signals, once(f.fired) AS fired,
       f.service, f.account, f.user, f.evidence, f.source, f.record
  FROM facts AS f
 WHERE NOT EXISTS (SELECT 1 FROM known_services AS k
                    WHERE (f.service GLOB k.name
                           OR (f.platform = 'windows' AND lower(f.service) GLOB lower(k.name)))
                      AND (k.host IS NULL OR k.host = f.host))
   AND NOT EXISTS (SELECT 1 FROM known_admins AS a
                    WHERE a.user = f.user AND (a.host IS NULL OR a.host = f.host));
