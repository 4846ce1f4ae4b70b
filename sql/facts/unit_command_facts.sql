-- unit_command_facts: every command that a unit would run, and what is known of its program and script.
--
-- why:     Input of the detections of the shape `unit_command`: facts, no judgement. A command
--          is judged as it would run and by what its program or script is. Where a package owns the unit unchanged,
--          only the facts that the package does not determine are computed: whether the program is the package's, and
--          what the environment and bind mounts add to it.
-- columns: host              TEXT     host that the command belongs to
--          source            TEXT     path of the file in the evidence
--          path              TEXT     file that names the command, on its host
--          unit              TEXT     unit that runs it
--          kind              TEXT     kind of the file: unit, drop-in, sysv, quadlet and so on
--          state             TEXT     enabled, disabled, static, masked, transient and so on
--          scope_user        TEXT     user whose manager runs it; NULL for the system's manager
--          setting           TEXT     setting that holds it: ExecStart, ExecStartPre and so on
--          flags             TEXT     prefixes before the program
--          program           TEXT     file that runs, links resolved
--          program_kind      TEXT     kind of that file: elf, script, text, other, missing, unreadable
--          script            TEXT     file that an interpreter or wrapper is given; NULL where there is none
--          script_kind       TEXT     kind of the script, as program_kind
--          runs              TEXT     every program and script that the command names, as a JSON array
--          argv              TEXT     words of the command, as a JSON array
--          text              TEXT     the command as it would run, in canonical form; text that it passes to shells is on separate lines
--          environment       TEXT     variables that the unit gives it, as a JSON object
--          bind_mounts       TEXT     bind mount that puts another file in the program's place
--          root_directory    TEXT     RootDirectory= or RootImage=
--          user              TEXT     user that it runs as; NULL for the manager's own
--          effective         INTEGER  it is in force after all files of the unit are read
--          vendor                     a package owns the file, and it is unchanged
--          unowned                    no package owns the file; where packages are unknown, it is where packages put nothing
--          own_settings      TEXT     settings of the file itself, Name=value, one a line; NULL where a package owns it
--          drop_ins          TEXT     settings of the unit's drop-ins; NULL of a drop-in
--          unit_package               package of the unit that a drop-in alters, of one of them where it is for all units of a prefix; '' where no package owns it; NULL for other files
--          changed                    when the file last changed
--          start_script               text of a SysV script or of rc.local; NULL where a package owns it
--          started                    programs without an extension that such a script names and that no package owns, with commas; of the system's folders only those that are present
--          places                     kinds of place that its programs and scripts are in, as path_trust() names them: ,system,temp,
--          program_owned              a package owns the program; NULL where the name is not a path or, of an unknown package, in a folder of the system's
--          program_altered            the package's program was changed since; NULL where no package owns it
--          script_owned               a package owns the script, as program_owned; NULL where there is none
--          program_writable           users other than root may write the program or script
--          program_namesake           a package's program elsewhere has the same name; NULL where a package owns the program
--          preloads                   libraries that LD_PRELOAD and LD_AUDIT load into it
--          hooks                      variables that make its interpreter load code, NAME=value, one a line
--          patterns                   names of exec_patterns that match what it runs, as a JSON array; NULL where a package owns the file
--          script_patterns            names of exec_patterns that match what its script holds, as a JSON array; NULL where a package owns the script
-- usual:   {"host": "web1", "source": "/etc/systemd/system/report.service", "path": "/etc/systemd/system/report.service",
--           "unit": "report.service", "kind": "unit", "state": "enabled", "setting": "ExecStart", "flags": "",
--           "program": "/usr/local/bin/report", "program_kind": "elf", "runs": "[\"/usr/local/bin/report\"]",
--           "argv": "[\"/usr/local/bin/report\"]", "text": "/usr/local/bin/report", "environment": "{}", "effective": 1,
--           "own_settings": "Description=Nightly report\nExecStart=/usr/local/bin/report\nWorkingDirectory=/srv/report", "vendor": 0, "unowned": 1, "changed": 1760000000, "places": ",local,", "program_owned": 1, "program_writable": 0,
--           "program_namesake": 0, "patterns": "[]", "script_patterns": "[]"}
-- rows:    unit_commands, service_listings
-- first: SELECT 1 FROM unit_files AS u GROUP BY u.host
--          HAVING max(u.mtime >= scope_since(0) AND u.mtime <= scope_until(0))
--              OR (max(u.ctime >= scope_since(0) AND u.mtime <= scope_until(0))
--                  AND (max(u.ctime) - min(u.ctime) > 86400 OR u.host IN (SELECT host FROM evidence WHERE kind = 'live')))
--          UNION ALL
--          SELECT 1 FROM service_listings AS l WHERE l.time >= scope_since(0) AND l.time <= scope_until(0)
-- sources: unit_commands, unit_files, service_listings, package_files, path_permissions, exec_patterns, attached_baseline, evidence
--
--   SELECT path, program, program_owned, places FROM unit_command_facts WHERE unowned;
CREATE TEMP VIEW unit_command_facts AS
WITH live AS MATERIALIZED (
    SELECT host FROM evidence WHERE kind = 'live'
), normal AS MATERIALIZED (
    SELECT host, item, detail FROM attached_baseline WHERE kind = 'unit'
), files AS MATERIALIZED (
    SELECT u.host, u.path, u.scope_user, u.kind, u.state, u.unit, u.package,
           iif(u.package <> '' AND u.package_altered IS NOT 1 AND u.kind <> 'drop-in', NULL, u.own_settings) AS own_settings,
           coalesce(u.package <> '' AND u.package_altered IS NOT 1, 0) AS vendor,
           coalesce(u.package = '', nullif( -- as unit_facts has it
               u.path REGEXP '^/(etc/systemd|run/systemd/(system|transient|user|system-generators)|usr/local|etc/containers/systemd)/'
               OR (u.kind = 'sysv' AND name_randomness(u.name) > 10), 0)) AS unowned,
           u.package IS NULL AS unlisted, u.mtime, u.ctime
      FROM unit_files AS u
     WHERE u.kind NOT IN ('mask', 'linger', 'directory', 'other', 'profile', 'hook')
       AND NOT EXISTS (SELECT 1 FROM normal AS n WHERE n.host = u.host
                          AND n.item = u.path AND +n.detail IS coalesce(u.sha256, u.link_target))
), dated AS MATERIALIZED ( -- hosts whose inodes' times are their own, as unit_facts has them
    SELECT host FROM live
    UNION
    SELECT host FROM files WHERE package <> '' GROUP BY host HAVING max(ctime) - min(ctime) > 86400
), commands AS (
    SELECT c.host, c.source, c.path, c.unit, f.kind, f.state, c.scope_user, c.setting, c.flags,
           c.program, c.program_kind, iif(f.vendor, NULL, c.script) AS script,
           iif(f.vendor, NULL, c.script_kind) AS script_kind,
           iif(f.vendor, NULL, c.script_text) AS script_text, iif(f.vendor, NULL, c.runs) AS runs,
           iif(f.vendor, NULL, c.argv) AS argv, iif(f.vendor, NULL, c.canonical) AS text, c.environment, c.bind_mounts, c.root_directory, c.user, c.effective,
           f.vendor, f.unowned, f.unlisted, f.own_settings,
           iif(f.host IN (SELECT host FROM dated), max(f.mtime, f.ctime), f.mtime) AS changed,
           iif(f.kind <> 'drop-in',
               (SELECT group_concat(d.own_settings, char(10)) FROM files AS d
                 WHERE d.host = f.host AND d.unit = f.unit AND d.kind = 'drop-in'), NULL) AS drop_ins,
           iif(f.kind = 'drop-in' AND NOT f.vendor,
               (SELECT max(v.package) FROM files AS v
                 WHERE v.host = f.host AND v.kind = 'unit'
                   AND (v.unit = f.unit OR (f.unit GLOB '*-.*' AND v.unit GLOB replace(f.unit, '-.', '-*.')))),
               NULL) AS unit_package
      FROM unit_commands AS c -- CROSS JOIN: so that it is read once, and not again for each file
      CROSS JOIN files AS f ON f.host = c.host AND f.path = c.path AND f.scope_user IS c.scope_user
     WHERE c.effective IS NOT 0 OR NOT f.vendor
    UNION ALL
    -- An arm without FROM keeps SQLite from computing a column again at each use.
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
     WHERE 0
)
SELECT c.host, c.source, c.path, c.unit, c.kind, c.state, c.scope_user, c.setting, c.flags, c.program,
       c.program_kind, c.script, c.script_kind, c.runs, c.argv, c.text, c.environment, c.bind_mounts,
       c.root_directory, c.user, c.effective, c.vendor, c.unowned, c.own_settings, c.drop_ins, c.unit_package, c.changed,
       iif(c.kind IN ('sysv', 'rc') AND NOT c.vendor, c.script_text, NULL) AS start_script,
       iif(c.kind IN ('sysv', 'rc') AND c.unowned,
           (SELECT group_concat(DISTINCT r.value) FROM json_each(command_runs(c.script_text)) AS r
             WHERE r.value GLOB '/*' AND r.value NOT GLOB '*.*'
               AND NOT EXISTS (SELECT 1 FROM package_files AS p WHERE p.host = c.host AND p.path = r.value)
               AND (path_trust(r.value) <> 'system'
                    OR (NOT c.unlisted
                        AND EXISTS (SELECT 1 FROM path_permissions AS w
                                     WHERE w.path = r.value AND w.host = c.host AND w.component = w.path
                                       AND w.type = 'file')))),
           NULL) AS started,
       iif(NOT c.vendor, path_places(c.runs, c.program, c.script, c.root_directory), NULL) AS places,
       iif(c.unowned IS NOT NULL AND c.program GLOB '/*',
           iif(c.unlisted, iif(path_trust(c.program) = 'system', NULL, 0),
               EXISTS (SELECT 1 FROM package_files AS p WHERE p.host = c.host AND p.path = c.program)),
           NULL) AS program_owned,
       iif(c.unowned IS NOT NULL AND c.program GLOB '/*' AND c.program_kind NOT IN ('missing'),
           (SELECT max(p.replaced) FROM package_files AS p
             WHERE p.host = c.host AND p.path = c.program AND NOT p.conffile), NULL) AS program_altered,
       iif(c.unowned AND c.script GLOB '/*',
           iif(c.unlisted, iif(path_trust(c.script) = 'system', NULL, 0),
               EXISTS (SELECT 1 FROM package_files AS p WHERE p.host = c.host AND p.path = c.script)),
           NULL) AS script_owned,
       iif(NOT c.vendor AND c.scope_user IS NULL AND coalesce(c.user, 'root') IN ('root', '0')
           AND coalesce(c.script, c.program) GLOB '/*',
           EXISTS (SELECT 1 FROM path_permissions AS w
                    WHERE w.path = c.program AND w.host = c.host AND w.others_write)
           OR iif(c.script IS NULL, 0,
                  EXISTS (SELECT 1 FROM path_permissions AS w
                           WHERE w.path = c.script AND w.host = c.host AND w.others_write)),
           NULL) AS program_writable,
       iif(c.unowned AND c.program GLOB '/*' AND c.program_kind <> 'missing',
           EXISTS (SELECT 1 FROM package_files AS p
                    WHERE p.host = c.host AND p.path <> c.program AND p.path IN (
                          '/usr/bin/' || replace(c.program, rtrim(c.program, replace(c.program, '/', '')), ''),
                          '/usr/sbin/' || replace(c.program, rtrim(c.program, replace(c.program, '/', '')), ''))),
           NULL) AS program_namesake,
       -- A variable that a drop-in sets is reported of the drop-in.
       iif(c.environment GLOB '*LD_*' AND coalesce(c.drop_ins, '') NOT GLOB '*LD_*',
           nullif(trim(coalesce(c.environment ->> 'LD_PRELOAD', '') || ' ' ||
                       coalesce(c.environment ->> 'LD_AUDIT', '')), ''),
           NULL) AS preloads,
       iif(c.environment <> '{}',
           (SELECT group_concat(e.key || '=' || e.value, char(10)) FROM json_each(c.environment) AS e
             WHERE instr(coalesce(c.drop_ins, ''), e.key || '=') = 0
               AND e.key IN ('BASH_ENV', 'ENV', 'PERL5OPT', 'PERL5LIB', 'PYTHONSTARTUP', 'PYTHONPATH',
                             'NODE_OPTIONS', 'RUBYOPT', 'RUBYLIB', 'JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS',
                             'GCONV_PATH', 'LD_LIBRARY_PATH', 'COR_PROFILER_PATH', 'CORECLR_PROFILER_PATH',
                             'DOTNET_STARTUP_HOOKS')), NULL) AS hooks,
       iif(NOT c.vendor,
           pattern_signals('unix', replace(c.text, char(10), ' ; ')), NULL) AS patterns,
       iif(NOT c.vendor AND c.script_text IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM package_files AS p
                            WHERE p.host = c.host AND p.path = coalesce(c.script, c.program)
                              AND p.altered IS NOT 1),
           pattern_signals('unix', replace(c.script_text, char(10), ' ; ')), NULL) AS script_patterns
  FROM commands AS c
UNION ALL
-- Units that a manager had in memory when systemctl show printed them, and whose file is not at hand.
SELECT l.host, l.source, coalesce(l.definition, l.name), l.name, 'unit', l.state, NULL, c.value ->> 'setting', '',
       c.value ->> 'program', NULL, NULL, NULL, command_runs(c.value ->> 'text'), json_array(c.value ->> 'text'),
       c.value ->> 'text', '{}', NULL, NULL, coalesce(l.user_account, 'root'), 1, 0,
       coalesce(l.definition REGEXP '^/(etc/systemd|run/systemd/(system|transient|user|system-generators)|usr/local|etc/containers/systemd)/', 1),
       NULL, NULL, NULL, l.time, NULL, NULL,
       path_places(command_runs(c.value ->> 'text'), c.value ->> 'program'),
       iif(path_trust(c.value ->> 'program') = 'system', NULL, 0), NULL, NULL, NULL, NULL, NULL, NULL,
       pattern_signals('unix', c.value ->> 'text'), NULL
  FROM service_listings AS l
 CROSS JOIN json_each(l.commands) AS c
 WHERE l.platform = 'linux'
   AND NOT EXISTS (SELECT 1 FROM files AS f WHERE f.host = l.host AND f.unit = l.name);
