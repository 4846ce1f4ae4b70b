-- failed_permissions: paths of Windows services that users other than administrators decide.
--
-- why:     The failures of the checks of M1022 (see posture_checks) that are about the registry, each with its proof;
--          failed_inputs has those about files. posture_permissions has all, and shows which checks passed and which
--          could not be answered.
-- sources: registry_services, path_permissions
--
--   SELECT host, check_name, subject, evidence FROM failed_permissions;
CREATE TEMP VIEW failed_permissions AS
WITH paths AS MATERIALIZED ( -- live: of a running Windows, whose descriptors say who decides
    SELECT host, name, image_path_resolved AS path, source, source LIKE 'HKEY%' AS live FROM registry_services
     WHERE current AND NOT deleted
    UNION
    SELECT host, name, service_dll_resolved, source, source LIKE 'HKEY%' FROM registry_services
     WHERE current AND NOT deleted
)
SELECT r.host, 'unquoted_path' AS check_name, r.name AS subject,
       json_object('image_path', r.image_path, 'first', json(r.path_candidates)) AS evidence, r.source
  FROM registry_services AS r
 WHERE r.current AND NOT r.deleted AND r.unquoted_path
UNION ALL
-- Any user may make folders in C:\ and in ProgramData, and owns what is in them.
SELECT p.host, 'user_writable_path', p.name, json_object('path', p.path), p.source
  FROM paths AS p
 WHERE path_trust(p.path) = 'unc'
    OR (NOT p.live AND ((path_trust(p.path) IN ('home', 'public', 'temp', 'hidden')
                         AND p.path NOT LIKE '%:\ProgramData\Microsoft\%')
                        OR (path_trust(p.path) = 'local' AND p.path LIKE 'C:\%')))
UNION ALL
SELECT p.host, 'user_writable_path', p.name,
       json_object('path', p.path, 'at', w.component, 'writers', json(w.writers)), p.source
  FROM paths AS p
 CROSS JOIN path_permissions AS w
 WHERE p.live AND w.path = p.path AND w.host = p.host AND w.others_write;
