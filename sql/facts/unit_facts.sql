-- unit_facts: every file that makes a service manager start something, and what is known of it.
--
-- why:     Input of the detections of the shape `unit`: facts, no judgement. A file is judged
--          by its own text: the content of its drop-ins is reported for the drop-ins. A column that needs another table
--          is computed once for each row, and only where cheaper terms do not decide.
-- columns: host              TEXT     host that the file belongs to
--          source            TEXT     path of the file in the evidence
--          path              TEXT     path of the file on its host
--          name              TEXT     name of the file
--          kind              TEXT     unit, link, drop-in, generator, sysv, rc, dbus, quadlet, xinetd, inetd, upstart or autostart
--          scope_user        TEXT     user whose manager reads it; NULL for the system's manager
--          unit              TEXT     unit that the file defines, alters or links to
--          link_target       TEXT     target of a link
--          link_leaves       INTEGER  the link leads out of the folders of units
--          state             TEXT     enabled, disabled, static, masked, transient and so on
--          description       TEXT     Description= in force
--          user              TEXT     User= in force; NULL for the manager's own user
--          commands          TEXT     commands in force, drop-ins included, one a line
--          own_commands      TEXT     commands that the file itself names, one a line
--          own_settings      TEXT     settings of the file itself, Name=value, one a line
--          error             TEXT     why the file could not be read, or what is wrong with it
--          package           TEXT     package that owns the file; '' where none does; NULL where packages are unknown
--          package_altered   INTEGER  the file was changed since its package installed it
--          uid               INTEGER  owner of the file
--          mode              TEXT     permissions of the file, in octal
--          mtime             REAL     last change of its content
--          ctime             REAL     last change of its inode
--          btime             REAL     when its inode was created
--          vendor                     a package owns the file, and it is unchanged
--          unowned                    no package owns it; where packages are unknown, it is where packages put nothing
--          program                    path of the program that its first command runs
--          changed                    when it last changed: the change of its inode counts too, on a live host and an image (not a copy, whose inodes are new)
--          stem                       its name without kind, instance and @
--          vendor_namesake            a package's unit has the same name; NULL where a package owns the file
--          vendor_neighbour           a package's unit has an almost equal name; NULL where a package owns the file
--          vendor_program             program of the package's unit of the same name; NULL where there is none
--          borrowed_description       a package's unit of another name and program has the same description; NULL where a package owns the file
--          in_upgrade                 changed within a minute of a change of packages; NULL where a package owns the file
--          in_last_week               changed in the host's last week, and more than a day after its first package
--          security                   of a drop-in: it is for a security service; NULL where a package owns the file
--          sensor_off                 of a disabled security service: it does not run; NULL of others
--          once_enabled               of the same: 1 its package's script had enabled it, 0 no script of a package ever did, NULL unknown
--          random_bits               knob random_name_bits: name_randomness() above which a name counts as randomly generated
--          timed_state                of a timer: state of the service that it starts
--          instance_commands          of a socket: commands of the template that it starts
--          patterns                   names of exec_patterns that match what it runs, as a JSON array; NULL where a package owns the file
--          evidence                   the row as JSON, for people
-- usual:   {"host": "web1", "source": "/etc/systemd/system/report.service", "path": "/etc/systemd/system/report.service",
--           "name": "report.service", "kind": "unit", "unit": "report.service", "state": "enabled",
--           "description": "Nightly report", "commands": "/usr/local/bin/report", "own_commands": "/usr/local/bin/report",
--           "own_settings": "Description=Nightly report\nExecStart=/usr/local/bin/report", "package": "", "uid": 0,
--           "mode": "0644", "mtime": 1760000000, "ctime": 1760000000, "vendor": 0, "unowned": 1,
--           "program": "/usr/local/bin/report", "changed": 1760000000, "stem": "report",
--           "vendor_namesake": 0, "vendor_neighbour": 0, "in_upgrade": 0, "in_last_week": 0, "security": 0, "random_bits": 10}
-- rows:    unit_files
-- first: SELECT 1 FROM unit_files AS u GROUP BY u.host
--          HAVING max(u.mtime >= scope_since(0) AND u.mtime <= scope_until(0))
--              OR (max(u.ctime >= scope_since(0) AND u.mtime <= scope_until(0))
--                  AND (max(u.ctime) - min(u.ctime) > 86400 OR u.host IN (SELECT host FROM evidence WHERE kind = 'live')))
-- sources: unit_files, journal, systemd_units, package_files, package_history, path_permissions, security_services, exec_patterns, attack_knobs,
--          attached_baseline, evidence
--
--   SELECT path, kind, state, program FROM unit_facts WHERE unowned;
CREATE TEMP VIEW unit_facts AS
WITH live AS MATERIALIZED (
    SELECT host FROM evidence WHERE kind = 'live'
), normal AS MATERIALIZED (
    SELECT host, item, detail FROM attached_baseline WHERE kind = 'unit'
), recent AS MATERIALIZED ( -- the time after which a change counts as recent
    SELECT p.host, max(min(p.time) + 86400,
                       iif(p.host IN (SELECT host FROM live), unixepoch(), max(p.time)) - 604800) AS since
      FROM package_history AS p WHERE p.time IS NOT NULL GROUP BY p.host
), upgrades AS MATERIALIZED ( -- minutes in which packages changed, with the minute before and after
    SELECT DISTINCT h.host, CAST(h.time / 60 + d.value AS INTEGER) AS minute
      FROM package_history AS h, json_each('[-1, 0, 1]') AS d
     WHERE h.time IS NOT NULL
), vendor_files AS MATERIALIZED (
    SELECT host, name, description, exec_path(own_commands) AS program, mtime, ctime
      FROM unit_files WHERE kind = 'unit' AND package <> ''
), vendor_names AS MATERIALIZED (
    SELECT DISTINCT host, name, replace(name, '.service', '') AS stem, description, program FROM vendor_files
), dated AS MATERIALIZED ( -- hosts whose inodes' times are their own: of a copy they are all of the hour of copying
    SELECT host FROM live
    UNION
    SELECT host FROM vendor_files GROUP BY host HAVING max(ctime) - min(ctime) > 86400
), stamped AS MATERIALIZED ( -- copies that kept the times of files
    SELECT host FROM vendor_files GROUP BY host HAVING max(mtime) - min(mtime) > 86400
), mentions AS MATERIALIZED ( -- the first that the journal tells of each unit; read only of copies
    SELECT j.host, j.about_unit AS unit, min(j.time) AS first, j.message_id = '39f53479d3a045ac8e11786248231fbf' AS start
      FROM journal AS j
     WHERE j.message_id IN ('39f53479d3a045ac8e11786248231fbf', '9d1aaa27d60140bd96365438aad20286',
                            'be02cf6855d2428ba40df7e9d022f03d', 'd9b373ed55a64feb8242e02dbe79a49c',
                            '98e322203f7a4ed290d09fe03c09fe15', '5eb03494b6584870a536b337290809b3',
                            '7b05ebc668384222baa8881179cfda54', '7ad2d189f7e94e70a38c781354912448',
                            'ae8f7b866b0347b9af31fe1c80b127c0')
       AND j.comm = 'systemd' GROUP BY j.host, j.about_unit
), told AS MATERIALIZED ( -- when each journal begins
    SELECT host, min(first) AS since FROM mentions GROUP BY host
), files AS (
    SELECT u.host, u.source, u.path, u.name, u.kind, u.scope_user, u.unit, u.link_target, u.link_leaves,
           u.state, u.description, u.user, u.commands, u.own_commands, u.own_settings, u.error, u.package,
           u.package_altered, u.uid, u.mode, u.mtime, u.ctime, u.btime,
           coalesce(u.package <> '' AND u.package_altered IS NOT 1, 0) AS vendor,
           coalesce(u.package = '', nullif( -- without a list of packages: where they put nothing, or under no name of theirs
               u.path REGEXP '^/(etc/systemd|run/systemd/(system|transient|user|system-generators)|usr/local|etc/containers/systemd)/'
               OR (u.kind = 'sysv' AND name_randomness(u.name) > 10), 0)) AS unowned,
           exec_path(u.own_commands) AS program,
           iif(u.host IN (SELECT host FROM dated), max(u.mtime, u.ctime), u.mtime) AS changed,
           rtrim(substr(u.name, 1, instr(u.name || '.', '.') - 1), '@') AS stem
      FROM unit_files AS u
     WHERE (u.kind IN ('unit', 'link', 'drop-in', 'generator', 'sysv', 'rc', 'dbus', 'quadlet',
                      'xinetd', 'inetd', 'upstart', 'autostart')
            OR (u.kind = 'other' AND (u.name GLOB '.*.conf' OR (u.name GLOB '.*' AND (u.directory GLOB '*/init.d' OR u.directory GLOB '*/autostart')))))
       AND (u.kind <> 'rc' OR u.name = 'rc.local')
       AND NOT EXISTS (SELECT 1 FROM normal AS n WHERE n.host = u.host
                          AND n.item = u.path AND +n.detail IS coalesce(u.sha256, u.link_target)) -- +: prevents use as an index key, for which each file would be hashed
    UNION ALL
    -- An arm without FROM keeps SQLite from computing a column again at each use.
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
     WHERE 0
)
SELECT u.host, u.source, u.path, u.name, u.kind, u.scope_user, u.unit, u.link_target, u.link_leaves,
       u.state, u.description, u.user, u.commands, u.own_commands, u.own_settings, u.error, u.package,
       u.package_altered, u.uid, u.mode, u.mtime, u.ctime, u.btime, u.vendor, u.unowned, u.program,
       u.changed, u.stem,
       iif(u.unowned AND u.kind IN ('unit', 'link'),
           EXISTS (SELECT 1 FROM vendor_names AS v WHERE v.host = u.host AND v.name = u.name),
           NULL) AS vendor_namesake,
       iif(u.unowned AND u.kind IN ('unit', 'sysv', 'dbus') AND length(u.stem) > 3,
           EXISTS (SELECT 1 FROM vendor_names AS v
                    WHERE v.host = u.host AND v.name <> u.name AND look_alike(v.stem, u.stem)),
           NULL) AS vendor_neighbour,
       iif(u.unowned AND u.kind = 'unit',
           (SELECT max(v.program) FROM vendor_names AS v WHERE v.host = u.host AND v.name = u.name),
           NULL) AS vendor_program,
       iif(u.unowned AND u.kind = 'unit' AND length(u.description) > 7,
           EXISTS (SELECT 1 FROM vendor_names AS v
                    WHERE v.host = u.host AND v.name <> u.name AND v.description = u.description
                      AND v.program IS NOT u.program),
           NULL) AS borrowed_description,
       iif(NOT u.vendor,
           EXISTS (SELECT 1 FROM upgrades AS g
                    WHERE g.host = u.host AND g.minute = CAST(u.changed / 60 AS INTEGER)),
           NULL) AS in_upgrade,
       -- Of a copy, whose inodes are new: a time to the last digit that of a package's unit is borrowed, and what
       -- the journal tells of a unit begins with it.
       iif(u.unowned AND u.kind <> 'link' AND u.host NOT IN (SELECT host FROM dated)
           AND u.changed < (SELECT r.since FROM recent AS r WHERE r.host = u.host),
           EXISTS (SELECT 1 FROM vendor_files AS v
                    WHERE v.host = u.host AND v.mtime = u.mtime AND v.name <> u.name
                      AND v.host IN (SELECT host FROM stamped))
           OR EXISTS (SELECT 1 FROM mentions AS m JOIN told AS t ON t.host = m.host
                                              JOIN recent AS r ON r.host = m.host
                       WHERE m.host = u.host AND m.unit = u.unit AND m.start AND m.first >= r.since
                         AND t.since < r.since),
           u.changed >= (SELECT r.since FROM recent AS r WHERE r.host = u.host)) AS in_last_week,
       iif(NOT u.vendor AND u.kind = 'drop-in',
           EXISTS (SELECT 1 FROM security_services AS s
                    WHERE s.platform IN ('any', 'linux') AND lower(u.unit) GLOB s.name),
           NULL) AS security,
       iif(u.state = 'disabled' AND u.kind = 'unit' AND u.name GLOB '*[^@].service'
           AND (u.package <> '' OR u.path GLOB '/etc/*') -- a vendor's of a host whose packages are unknown may never have been on
           AND EXISTS (SELECT 1 FROM security_services AS s
                        WHERE s.platform IN ('any', 'linux') AND s.role IN ('sensor', 'antivirus', 'audit')
                          AND lower(u.name) GLOB s.name AND s.name NOT GLOB 'apparmor*' AND s.name NOT GLOB 'selinux*'),
           NOT EXISTS (SELECT 1 FROM systemd_units AS l
                        WHERE l.optional = 1 AND l.id = u.name AND l.host = u.host AND l.active_state <> 'inactive'),
           NULL) AS sensor_off,
       iif(u.state = 'disabled' AND u.kind = 'unit' AND u.name GLOB '*[^@].service'
           AND (u.package <> '' OR u.path GLOB '/etc/*')
           AND EXISTS (SELECT 1 FROM security_services AS s
                        WHERE s.platform IN ('any', 'linux') AND lower(u.name) GLOB s.name),
           iif(EXISTS (SELECT 1 FROM path_permissions AS w
                        WHERE w.path = '/var/lib/systemd/deb-systemd-helper-enabled/' || u.name || '.dsh-also'
                          AND w.host = u.host AND w.component = w.path AND w.error IS NULL), 1,
               iif(u.package <> '' AND EXISTS (SELECT 1 FROM path_permissions AS w
                                                WHERE w.path = '/var/lib/systemd/deb-systemd-helper-enabled'
                                                  AND w.host = u.host AND w.component = w.path AND w.error IS NULL), 0, NULL)),
           NULL) AS once_enabled,
       (SELECT coalesce(max(value), 10) FROM attack_knobs WHERE name = 'random_name_bits') AS random_bits,
       iif(NOT u.vendor AND u.name GLOB '*.timer',
           (SELECT max(s.state) FROM unit_files AS s
             WHERE s.unit = iif(instr(char(10) || u.own_settings, char(10) || 'Unit='),
                              trim(substr(u.own_settings, instr(char(10) || u.own_settings, char(10) || 'Unit=') + 5,
                                          instr(substr(u.own_settings || char(10), instr(char(10) || u.own_settings, char(10) || 'Unit=') + 5), char(10)) - 1)),
                              replace(u.name, '.timer', '.service'))
               AND s.kind = 'unit' AND s.host = u.host AND s.scope_user IS u.scope_user),
           NULL) AS timed_state,
       iif(NOT u.vendor AND u.name GLOB '*.socket',
           (SELECT group_concat(s.commands, char(10)) FROM unit_files AS s
             WHERE s.name = replace(u.name, '.socket', '@.service') AND s.host = u.host),
           NULL) AS instance_commands,
       iif(NOT u.vendor AND u.kind NOT IN ('unit', 'drop-in'),
           pattern_signals('unix', u.own_commands),
           NULL) AS patterns,
       json_object('kind', u.kind, 'state', u.state, 'commands', u.commands, 'user', u.user, 'package', u.package,
                   'altered', u.package_altered, 'link_target', u.link_target, 'error', u.error, 'uid', u.uid,
                   'mode', u.mode, 'mtime', u.mtime, 'ctime', u.ctime, 'btime', u.btime) AS evidence
  FROM files AS u;
