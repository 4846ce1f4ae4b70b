-- failed_permissions: files that a service trusts and that users other than root may write.
--
-- why:     The failures of the checks of M1022 (see posture_checks), each with its proof. posture_permissions also
--          shows which checks passed and which could not be answered.
-- sources: service_inputs, registry_services
--
--   SELECT host, check_name, subject, evidence FROM failed_permissions;
CREATE TEMP VIEW failed_permissions AS
WITH checks(platform, kind, check_name) AS (
    VALUES ('linux', 'unit-file', 'unit_file_writable'), ('linux', 'program', 'exec_target_writable'),
           ('linux', 'script', 'script_writable'),
           ('linux', 'environment-file', 'environment_file_writable'),
           ('linux', 'folder', 'working_directory_writable'),
           ('macos', 'program', 'plist_target_writable'), ('macos', 'argument', 'plist_target_writable'),
           ('macos', 'folder', 'plist_target_writable')
)
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
 WHERE (path_trust(p.path) IN ('home', 'public', 'temp', 'hidden', 'unc')
        AND p.path NOT LIKE '%:\ProgramData\Microsoft\%')
    OR (path_trust(p.path) = 'local' AND p.path LIKE 'C:\%');
