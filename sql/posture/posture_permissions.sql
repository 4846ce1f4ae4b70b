-- posture_permissions: files that a service trusts and that others than root may write (M1022).
--
-- why:             Whoever may write a unit, a drop-in, a program or a folder on the way to it decides
--                  what runs as root.
-- severity:        as posture_checks says; unknown and not_applicable do not count as passed
-- attack:          M1022 Restrict File and Directory Permissions, for T1569; T1574.010
-- false positives: a service that runs as the very user who owns its files
-- sources:         service_inputs, registry_services
--
--   SELECT host, check_name, subject, evidence FROM posture_permissions WHERE status = 'fail';
CREATE TEMP VIEW posture_permissions AS
WITH checks(platform, kind, check_name) AS (
    VALUES ('linux', 'unit-file', 'unit_file_writable'), ('linux', 'program', 'exec_target_writable'),
           ('linux', 'argument', 'script_writable'),
           ('linux', 'environment-file', 'environment_file_writable'),
           ('linux', 'folder', 'working_directory_writable'),
           ('macos', 'program', 'plist_target_writable'), ('macos', 'argument', 'plist_target_writable'),
           ('macos', 'folder', 'plist_target_writable')
), failed AS MATERIALIZED (
    SELECT i.host, k.check_name, i.weak_at AS subject,
           json_object('writers', json(i.writers), 'mode', i.mode, 'path', min(i.path),
                       'service', min(i.service), 'services', count(DISTINCT i.service)) AS evidence,
           min(i.source) AS source
      FROM service_inputs AS i JOIN checks AS k ON k.platform = i.platform AND k.kind = i.kind
     WHERE i.weak_at IS NOT NULL
     GROUP BY i.host, k.check_name, i.weak_at
    UNION ALL
    SELECT r.host, 'unquoted_path', r.name,
           json_object('image_path', r.image_path, 'first', json(r.path_candidates)), r.source
      FROM registry_services AS r
     WHERE r.current AND NOT r.deleted AND r.unquoted_path
    UNION ALL
    -- Any user may make folders in C:\ and in ProgramData, and owns what is in them.
    SELECT p.host, 'user_writable_path', p.name, json_object('path', p.path), p.source
      FROM (SELECT host, name, image_path_resolved AS path, source FROM registry_services
             WHERE current AND NOT deleted
            UNION ALL
            SELECT host, name, service_dll_resolved, source FROM registry_services
             WHERE current AND NOT deleted) AS p
     WHERE path_trust(p.path) IN ('home', 'public', 'temp', 'hidden', 'unc')
       AND p.path NOT LIKE '%:\ProgramData\Microsoft\%'
        OR path_trust(p.path) = 'local' AND p.path LIKE 'C:\%'
)
SELECT f.host, c.mitigation, c.name AS check_name, 'fail' AS status, c.severity, f.subject, c.why,
       f.evidence, f.source
  FROM failed AS f JOIN posture_state AS c ON c.name = f.check_name AND c.host = f.host
   AND c.status <> 'not_applicable'
UNION ALL
SELECT c.host, c.mitigation, c.name, c.status, 'info', NULL, c.why, c.evidence, NULL
  FROM (SELECT count(*) AS n FROM failed) AS looked -- reads the tables before their state is asked
 CROSS JOIN posture_state AS c
 WHERE looked.n >= 0 AND c.mitigation = 'M1022'
   AND NOT EXISTS (SELECT 1 FROM failed AS f WHERE f.check_name = c.name AND f.host = c.host);
