-- service_inputs: the files and folders that a service of root or of the system depends on, and where others may change
--                 them.
--
-- why:     A service is as safe as its weakest input: its unit, drop-ins and property list, the links
--          and folders that lead to each, what it runs, the script that an interpreter is given, the
--          files of its environment, the folder it starts in. weak_at is NULL where only root may change it.
-- late:    failed_inputs would have SQLite plan it for each use
-- columns: platform       linux or macos
--          host     TEXT  host that the service is of
--          service  TEXT  service that depends on it
--          kind           unit-file, program, script, environment-file or folder (working directory); argument of a property list
--          path     TEXT  file or folder that the service depends on
--          weak_at  TEXT  what others than root may change of it, or of the folders above it; NULL: nothing
--          writers  TEXT  who else may, as a JSON array
--          mode           permissions of the path in weak_at, as ls shows them
--          error    TEXT  why permissions could not be read
--          source   TEXT  file system or file that it is of
-- sources: unit_files, unit_commands, unit_settings, launch_daemons, users, path_permissions
--
--   SELECT host, service, kind, path, weak_at, writers FROM service_inputs WHERE weak_at IS NOT NULL;
CREATE TEMP VIEW service_inputs AS
WITH runs AS MATERIALIZED (
    SELECT host, source, unit, kind, path, setting, script, runs, user,
           -- The links that lead to a program count, but not those outside the folder that is its root.
           iif(executable GLOB '/*' AND root_directory IS NULL AND bind_mounts IS NULL,
               executable, program) AS program
      FROM unit_commands
     WHERE scope = 'system' AND effective = 1
), commands AS (
    -- Commands that run as root, because of + or ! before them or because no user is set.
    SELECT host, source, unit, path, setting, script, runs, program FROM runs WHERE user IN ('root', '0')
), accounts AS MATERIALIZED ( -- units that run as somebody else
    SELECT DISTINCT host, unit FROM runs WHERE kind = 'unit' AND user NOT IN ('root', '0')
), settings AS MATERIALIZED (
    SELECT host, source, unit, key, ltrim(value, '-') AS path FROM unit_settings
     WHERE scope = 'system' AND effective AND key IN ('EnvironmentFile', 'WorkingDirectory')
), files AS (
    SELECT s.host, s.source, s.unit, s.key, s.path
      FROM settings AS s
     WHERE NOT EXISTS (SELECT 1 FROM accounts AS a
                        WHERE a.host = s.host AND a.unit = s.unit AND s.key = 'WorkingDirectory')
), roots AS MATERIALIZED ( -- other names of root
    SELECT host, username FROM users WHERE uid = 0 AND username <> 'root'
), daemons AS MATERIALIZED ( -- of macOS, that run as root
    SELECT d.host, d.source, d.label, d.program, d.program_arguments, d.working_directory
      FROM launch_daemons AS d
     WHERE d.type = 'daemon'
       AND (coalesce(d.user_name, 'root') = 'root'
            OR EXISTS (SELECT 1 FROM roots AS r WHERE r.host = d.host AND r.username = d.user_name))
), named(platform, host, source, service, kind, path) AS MATERIALIZED (
    SELECT 'linux', host, source, unit, 'unit-file', path FROM unit_files
     WHERE scope_user IS NULL AND kind NOT IN ('linger', 'directory', 'other', 'profile')
    UNION ALL
    SELECT 'linux', host, source, coalesce(unit, path), 'program', program FROM commands
     WHERE setting <> 'file'
    UNION ALL
    SELECT 'linux', host, source, coalesce(unit, path), 'script', script FROM commands
    UNION ALL
    -- What a shell, an interpreter or a wrapper is asked to run in addition, and the links to the script.
    SELECT 'linux', c.host, c.source, coalesce(c.unit, c.path), 'script', r.value
      FROM commands AS c, json_each(c.runs) AS r
     WHERE r.key > 0 AND r.value IS NOT c.script
    UNION ALL
    SELECT 'linux', host, source, unit, iif(key = 'EnvironmentFile', 'environment-file', 'folder'), path
      FROM files
    UNION ALL
    SELECT 'macos', host, source, label, 'unit-file', path FROM launch_daemons
     WHERE type IN ('daemon', 'agent') AND user IS NULL
    UNION ALL
    SELECT 'macos', host, source, label, 'program', coalesce(program, program_arguments ->> 0)
      FROM daemons
    UNION ALL
    SELECT 'macos', d.host, d.source, d.label, 'argument', a.value
      FROM daemons AS d, json_each(d.program_arguments) AS a
     WHERE a.key > 0
       AND a.value GLOB '/*'
       AND d.program_arguments ->> 0 REGEXP '/(sh|bash|dash|zsh|(python|perl|ruby|node|php|osascript)[0-9.]*|env|nice|nohup)$'
    UNION ALL
    SELECT 'macos', host, source, label, 'folder', working_directory FROM daemons
), inputs AS MATERIALIZED (
    -- Of a pattern, or of a path that contains a specifier, only the folder before it is known.
    SELECT platform, host, source, service, kind, path,
           CASE WHEN path REGEXP '[%*?[]'
                THEN rtrim(substr(path, 1, length(path) - length(ltrim(path, replace(replace(replace(replace(path, '%', ''), '*', ''), '?', ''), '[', '')))),
                           replace(path, '/', ''))
                ELSE path END AS walk
      FROM named WHERE path GLOB '/*'
), steps AS MATERIALIZED (
    SELECT p.host, p.walk, p.kind, w.component, w.writers, w.mode, w.error
      FROM (SELECT DISTINCT host, walk, kind = 'folder' AS kind FROM inputs) AS p
     CROSS JOIN path_permissions AS w
     WHERE w.path = p.walk AND w.host = p.host
       AND (w.others_write
            OR (p.kind AND w.component = p.walk AND coalesce(w.writers, '[]') <> '[]'))
)
SELECT i.platform, i.host, i.service, i.kind, i.path, s.component AS weak_at, s.writers,
       printf('%04o', s.mode) AS mode, s.error, i.source
  FROM inputs AS i
  LEFT JOIN steps AS s
    ON s.host = i.host AND s.walk = i.walk AND s.kind = (i.kind = 'folder')
   -- The administrators' group of macOS may become root in any case.
   AND NOT (i.platform = 'macos' AND s.writers = '["group 80"]');
