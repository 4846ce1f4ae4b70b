-- failed_inputs: what a service depends on and users other than root may change, as failures of the posture's checks.
--
-- why:     The failures of the checks of three mitigations (see posture_checks) that are about service_inputs, each with
--          its proof: M1018, M1022, M1026. To find the inputs costs most of the posture, so they are found once for all.
-- sources: service_inputs
--
--   SELECT host, mitigation, check_name, subject, evidence FROM failed_inputs;
CREATE TEMP VIEW failed_inputs AS
WITH weak AS MATERIALIZED (
    SELECT platform, host, service, kind, path, weak_at, writers, mode, source
      FROM service_inputs WHERE weak_at IS NOT NULL
), checks(platform, kind, check_name) AS (
    VALUES ('linux', 'unit-file', 'unit_file_writable'), ('linux', 'program', 'exec_target_writable'),
           ('linux', 'script', 'script_writable'),
           ('linux', 'environment-file', 'environment_file_writable'),
           ('linux', 'folder', 'working_directory_writable'),
           ('macos', 'program', 'plist_target_writable'), ('macos', 'argument', 'plist_target_writable'),
           ('macos', 'folder', 'plist_target_writable')
)
-- The mitigation stands outside of what is grouped, and each part has an empty arm, so that SQLite runs it only when it
-- is read: where a term leaves a mitigation out, its part is not.
SELECT 'M1022' AS mitigation, p.host, p.check_name, p.subject, p.evidence, p.source
  FROM (SELECT i.host, k.check_name, i.weak_at AS subject,
               json_object('writers', json(i.writers), 'mode', i.mode, 'path', min(i.path),
                           'service', min(i.service), 'services', count(DISTINCT i.service)) AS evidence,
               min(i.source) AS source
          FROM weak AS i JOIN checks AS k ON k.platform = i.platform AND k.kind = i.kind
         GROUP BY i.host, k.check_name, i.weak_at
        UNION ALL SELECT NULL, NULL, NULL, NULL, NULL WHERE 0) AS p
UNION ALL
SELECT 'M1026', p.host, 'root_service_input', p.subject, p.evidence, p.source
  FROM (SELECT i.host, i.service AS subject,
               json_object('path', min(i.path), 'at', min(i.weak_at), 'inputs', count(DISTINCT i.path)) AS evidence,
               min(i.source) AS source
          FROM weak AS i
         WHERE i.platform = 'linux' AND i.kind <> 'folder'
         GROUP BY i.host, i.service
        UNION ALL SELECT NULL, NULL, NULL, NULL WHERE 0) AS p
UNION ALL
SELECT 'M1018', p.host, 'plist_owner', p.subject, p.evidence, p.source
  FROM (SELECT i.host, i.path AS subject,
               json_object('at', i.weak_at, 'writers', json(i.writers), 'mode', i.mode) AS evidence, i.source
          FROM weak AS i
         WHERE i.platform = 'macos' AND i.kind = 'unit-file'
        UNION ALL SELECT NULL, NULL, NULL, NULL WHERE 0) AS p;
