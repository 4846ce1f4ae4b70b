-- hook_facts: files other than units that run programs or load code, and what is known of them.
--
-- why:     Input of the detections of the shape `hook`: facts, no judgement. A command and a script
--          are judged by what they run. Where a package owns the file as it is, only what is known of the
--          file itself is computed. Of cron's lines, only those that call a service tool are rows.
-- columns: host              TEXT     host that the file belongs to
--          source            TEXT     path of the file in the evidence
--          path              TEXT     path of the file on its host
--          kind              TEXT     udev, tmpfiles, networkmanager, sleep, pam, cron and so on: as start_hooks.kind
--          line              INTEGER  line of the file; 0 of a script
--          setting           TEXT     name of the setting in the file: RUN, L+, install, session, Storage
--          value             TEXT     value of the setting
--          command           TEXT     what runs, as written; of a script its path; NULL: nothing runs
--          content           TEXT     of tmpfiles.d: what the line writes, or the target of the link
--          program           TEXT     file that runs, or is loaded
--          runs              TEXT     each program and script that it names, with its kind, as a JSON object
--          package           TEXT     package that owns the file; '' where none does; NULL where packages are unknown
--          package_altered   INTEGER  the file was changed since its package installed it
--          uid               INTEGER  owner of the file
--          mode              TEXT     permissions of the file, in octal
--          mtime             REAL     last change of its content
--          ctime             REAL     last change of its inode
--          vendor                     a package owns the file, and it is unchanged
--          unowned                    no package owns it; where packages are unknown, it is where packages put nothing
--          changed                    when it last changed: on a live host its inode's change counts too
--          places                     kinds of place that its programs and scripts are in, as path_trust() names them: ,system,temp,
--          strangers                  compiled programs that it, or the unit that its device starts, runs and that no package owns, one a line; where packages are unknown, those outside the system's folders
--          absent                     missing programs that it names, other than those of /bin, /sbin, /usr/bin and /usr/sbin, one a line
--          absent_alone               the same, without those that are named as scripts or are in the system's folders or /usr/local
--          module_known               of modules: a package owns the module, or known_modules lists it
--          forwarded                  of journald: another log gets the messages, or may get them
--          text                       the command as it would run, in canonical form; of tmpfiles.d: what the line writes
--          patterns                   names of exec_patterns that match the text, as a JSON array; NULL where a package owns the file
--          script_patterns            names of exec_patterns that match what the script holds, as a JSON array; NULL where a package owns it
--          stops                      it stops, disables, masks or freezes a security service
--          script                     the script in canonical form; NULL where a package owns it
--          evidence                   the row as JSON, for people
-- usual:   {"host": "web1", "source": "/etc/udev/rules.d/90-disk.rules", "path": "/etc/udev/rules.d/90-disk.rules",
--           "kind": "udev", "line": 3, "setting": "RUN", "value": "/usr/bin/logger disk", "command": "/usr/bin/logger disk",
--           "program": "/usr/bin/logger", "runs": "{\"/usr/bin/logger\":\"elf\"}", "package": "", "uid": 0, "mode": "0644",
--           "mtime": 1760000000, "ctime": 1760000000, "vendor": 0, "unowned": 1, "changed": 1760000000, "places": ",system,",
--           "text": "/usr/bin/logger disk", "patterns": "[]"}
-- rows:    start_hooks, cron_jobs
-- first: SELECT 1 FROM start_hooks AS h
--           WHERE iif(h.host IN (SELECT host FROM evidence WHERE kind = 'live'), max(h.mtime, h.ctime), h.mtime)
--                 BETWEEN scope_since(0) AND scope_until(0)
-- sources: start_hooks, cron_jobs, unit_files, unit_commands, package_files, known_modules, security_services, exec_patterns, attached_baseline, evidence
--
--   SELECT path, line, command, strangers FROM hook_facts WHERE unowned;
CREATE TEMP VIEW hook_facts AS
WITH live AS MATERIALIZED (
    SELECT host FROM evidence WHERE kind = 'live'
), normal AS MATERIALIZED (
    SELECT host, item, detail FROM attached_baseline WHERE kind = 'hook'
), forwards AS ( -- the last file that sets it wins: drop-ins by name, after the main file
    SELECT host, setting, max((path GLOB '*.d/*') || name) AS last,
           lower(value) IN ('yes', 'true', '1', 'on', 'y', 't') AS forwards
      FROM start_hooks
     WHERE kind = 'journald' AND setting GLOB 'ForwardTo*' AND shadowed_by IS NULL
     GROUP BY host, setting
), kept AS MATERIALIZED ( -- hosts on which another log than the journal gets the messages
    SELECT f.host FROM forwards AS f
     WHERE f.forwards AND f.setting NOT IN ('ForwardToSyslog', 'ForwardToWall')
    UNION
    SELECT u.host FROM unit_files AS u
     WHERE u.kind = 'unit' AND u.name GLOB '*syslog*.service' AND u.package <> ''
       AND NOT EXISTS (SELECT 1 FROM forwards AS f
                        WHERE f.host = u.host AND f.setting = 'ForwardToSyslog' AND NOT f.forwards)
       AND NOT EXISTS (SELECT 1 FROM start_hooks AS o
                        WHERE o.host = u.host AND o.kind = 'journald' AND o.setting = 'ForwardToSyslog'
                          AND o.package = '' AND lower(o.value) IN ('no', 'false', '0', 'off', 'n', 'f'))
), hooks AS (
    SELECT h.host, h.source, h.path, h.kind, h.line, h.setting, h.value, h.command, h.content, h.program,
           iif(h.package <> '' AND h.package_altered IS NOT 1, NULL, h.runs) AS runs,
           iif(h.package <> '' AND h.package_altered IS NOT 1, NULL, shell_canonical(h.text)) AS script,
           h.package, h.package_altered, h.uid, h.mode, h.mtime, h.ctime,
           coalesce(h.package <> '' AND h.package_altered IS NOT 1, 0) AS vendor,
           -- Without a list of packages, by the folder; what PAM, profiles and modules have in /etc may be a package's.
           coalesce(h.package = '',
                    nullif(h.path REGEXP '^/(etc/(udev/rules[.]d|systemd|tmpfiles[.]d|modules-load[.]d|kernel)|run/(udev|tmpfiles[.]d)|usr/local)/', 0)) AS unowned
      FROM start_hooks AS h
     WHERE NOT EXISTS (SELECT 1 FROM normal AS n WHERE n.host = h.host
                          AND n.item = h.path AND n.detail IS coalesce(h.command, h.value))
    UNION ALL
    SELECT c.host, c.source, c.path, 'cron', c.line, c.event, NULL, c.command, NULL, exec_path(c.command),
           (SELECT json_group_object(r.value, 'unknown') FROM json_each(command_runs(c.command)) AS r
             WHERE r.value GLOB '/*'),
           NULL,
           (SELECT max(p.package) FROM package_files AS p WHERE p.host = c.host AND p.path = c.path), NULL,
           NULL, NULL, NULL, NULL,
           EXISTS (SELECT 1 FROM package_files AS p
                    WHERE p.host = c.host AND p.path = c.path AND p.altered IS NOT 1),
           NULL
      FROM cron_jobs AS c WHERE service_command(c.command) IS NOT NULL
    UNION ALL
    -- An arm without FROM keeps SQLite from computing a column again at each use.
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, NULL, NULL, NULL
     WHERE 0
), texts AS (
    SELECT h.*,
           iif(NOT h.vendor,
               coalesce(h.content, iif(h.line > 0, shell_canonical(h.command), h.command),
                    iif(h.kind IN ('modules', 'preload'), h.value, NULL)), NULL) AS text
      FROM hooks AS h
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, NULL, NULL, NULL, NULL
     WHERE 0
)
SELECT h.host, h.source, h.path, h.kind, h.line, h.setting, h.value, h.command, h.content, h.program, h.runs,
       h.package, h.package_altered, h.uid, h.mode, h.mtime, h.ctime, h.vendor, h.unowned,
       iif(h.host IN (SELECT host FROM live), max(h.mtime, h.ctime), h.mtime) AS changed,
       iif(NOT h.vendor, path_places(h.runs), NULL) AS places,
       iif(NOT h.vendor AND (h.package IS NOT NULL OR h.unowned),
           iif(h.setting GLOB '*SYSTEMD_WANTS}',
               (SELECT group_concat(c.program, char(10)) FROM unit_commands AS c
                 WHERE c.unit = h.value AND c.host = h.host AND c.scope_user IS NULL
                   AND c.program_kind IN ('elf', 'other', 'unreadable')
                   AND (h.package IS NOT NULL OR path_trust(c.program) <> 'system')
                   AND NOT EXISTS (SELECT 1 FROM package_files AS p WHERE p.host = h.host AND p.path = c.program)),
               (SELECT group_concat(r.key, char(10)) FROM json_each(h.runs) AS r
                 WHERE r.value IN ('elf', 'other', 'unreadable')
                   AND (h.package IS NOT NULL OR path_trust(r.key) <> 'system')
                   AND NOT EXISTS (SELECT 1 FROM package_files AS p WHERE p.host = h.host AND p.path = r.key))),
           NULL) AS strangers,
       iif(NOT h.vendor AND (h.package IS NOT NULL OR h.unowned),
           (SELECT group_concat(r.key, char(10)) FROM json_each(h.runs) AS r
             WHERE r.value = 'missing' AND (h.package IS NOT NULL OR path_trust(r.key) <> 'system') AND r.key NOT REGEXP '^(/usr)?/s?bin/'
               AND NOT EXISTS (SELECT 1 FROM package_files AS p WHERE p.host = h.host AND p.path = r.key)),
           NULL) AS absent,
       iif(NOT h.vendor AND (h.package IS NOT NULL OR h.unowned),
           (SELECT group_concat(r.key, char(10)) FROM json_each(h.runs) AS r
             WHERE r.value = 'missing' AND path_trust(r.key) NOT IN ('system', 'local')
               AND r.key NOT GLOB '*.[a-z]*'),
           NULL) AS absent_alone,
       iif(h.kind = 'modules' AND NOT h.vendor,
           EXISTS (SELECT 1 FROM known_modules AS m
                    WHERE replace(lower(h.value), '-', '_') GLOB m.name)
           OR EXISTS (SELECT 1 FROM package_files AS p
                       WHERE p.host = h.host
                         AND p.path GLOB '*/modules/*' AND instr(replace(p.path, '-', '_'), '/' || replace(h.value, '-', '_') || '.ko')),
           NULL) AS module_known,
       iif(h.kind = 'journald', h.host IN (SELECT host FROM kept), NULL) AS forwarded,
       h.text,
       iif(NOT h.vendor, pattern_signals('unix', h.text), NULL) AS patterns,
       iif(NOT h.vendor, pattern_signals('unix', h.script), NULL) AS script_patterns,
       iif(NOT h.vendor,
           EXISTS (SELECT 1 FROM json_each(service_command(coalesce(h.script, h.text))) AS c,
                          json_each(c.value, '$.targets') AS t, security_services AS s
                    WHERE c.value ->> 'verb' IN ('stop', 'disable', 'mask', 'kill', 'freeze')
                      AND s.platform IN ('any', 'linux') AND lower(t.value) GLOB s.name), NULL) AS stops,
       h.script,
       json_object('kind', h.kind, 'setting', h.setting, 'value', h.value, 'command', h.command, 'content', h.content,
                   'runs', json(h.runs), 'package', h.package, 'altered', h.package_altered, 'uid', h.uid,
                   'mode', h.mode) AS evidence
  FROM texts AS h;
