-- posture_permissions: files that a service trusts and that others than root may write (M1022).
--
-- why:             Whoever may write a unit, a drop-in, a program or a folder on the way to it decides
--                  what runs as root.
-- severity:        as posture_checks says; unknown and not_applicable do not count as passed
-- attack:          M1022 Restrict File and Directory Permissions, for T1569; T1574.010
-- false positives: a service that runs as the very user who owns its files
-- sources:         unit_files, path_permissions, registry_services, launch_daemons
--
--   SELECT host, check_name, subject, evidence FROM posture_permissions WHERE status = 'fail';
CREATE TEMP VIEW posture_permissions AS
WITH units AS MATERIALIZED (
    SELECT host, source, path, kind, unit, scope, scope_user, mode, uid, link_target, shadowed_by,
           nullif(user, 'root') AS account, commands, settings
      FROM unit_files
     WHERE scope = 'system'
       AND kind IN ('unit', 'drop-in', 'generator', 'sysv', 'rc', 'dbus', 'manager-config')
), programs AS MATERIALIZED (
    -- What root services read or run: programs, a script that an interpreter is given, files of
    -- environment, and the folder that they start in.
    SELECT DISTINCT u.host, u.unit, exec_path(l.value) AS program
      FROM units AS u, json_each(text_lines(u.commands)) AS l
     WHERE u.account IS NULL AND u.kind IN ('unit', 'drop-in')
    UNION
    SELECT u.host, u.unit, exec_path(trim(substr(l.value, instr(l.value, ' '))))
      FROM units AS u, json_each(text_lines(u.commands)) AS l
     WHERE u.account IS NULL AND u.kind IN ('unit', 'drop-in')
       AND exec_path(l.value) REGEXP '/(ba|da|z|k|)sh$|/(python|perl|ruby|node|php)[0-9.]*$'
    UNION
    SELECT u.host, u.unit, ltrim(substr(l.value, instr(l.value, '=') + 1), '-!')
      FROM units AS u, json_each(text_lines(u.settings)) AS l
     WHERE u.account IS NULL AND u.kind IN ('unit', 'drop-in')
       AND (l.value GLOB 'EnvironmentFile=*' OR l.value GLOB 'WorkingDirectory=*')
), failed AS MATERIALIZED (
    SELECT u.host, 'unit_file_writable' AS check_name, u.path AS subject,
           json_object('mode', u.mode, 'uid', u.uid, 'unit', u.unit) AS evidence, u.source
      FROM units AS u
     WHERE u.link_target IS NULL AND (u.mode GLOB '*[2367]' OR u.uid <> 0)
    UNION ALL
    SELECT p.host, 'exec_target_writable', p.unit || ': ' || p.program,
           json_object('at', w.component, 'writers', json(w.writers), 'mode', w.mode), p.program
      FROM programs AS p, path_permissions AS w
     WHERE p.program GLOB '/*' AND w.path = p.program AND w.host = p.host AND w.others_write
    UNION ALL
    SELECT r.host, 'unquoted_path', r.name,
           json_object('image_path', r.image_path, 'first', json(r.path_candidates)), r.source
      FROM registry_services AS r
     WHERE r.current AND NOT r.deleted AND r.unquoted_path
    UNION ALL
    SELECT r.host, 'user_writable_path', r.name, json_object('image_path', r.image_path), r.source
      FROM registry_services AS r
     WHERE r.current AND NOT r.deleted
       AND r.image_path_resolved REGEXP '(?i)^[a-z]:\\(users|temp|windows\\temp|perflogs|programdata\\[^\\]+$)'
    UNION ALL
    SELECT d.host, 'plist_target_writable', d.path,
           json_object('program', d.program_path, 'mode', d.program_mode), d.source
      FROM launch_daemons AS d
     WHERE d.type = 'daemon' AND d.program_mode GLOB '*[2367]'
)
SELECT f.host, c.mitigation, c.name AS check_name, 'fail' AS status, c.severity, f.subject, c.why,
       f.evidence, f.source
  FROM failed AS f JOIN posture_state AS c ON c.name = f.check_name AND c.host = f.host
   AND c.status <> 'not_applicable'
UNION ALL
SELECT c.host, c.mitigation, c.name, c.status, 'info', NULL, c.why, c.evidence, NULL
  FROM posture_state AS c
 WHERE c.mitigation = 'M1022'
   AND NOT EXISTS (SELECT 1 FROM failed AS f WHERE f.check_name = c.name AND f.host = c.host);
