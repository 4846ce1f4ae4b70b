-- file_facts: files that decide what runs as a service, as they are on disk and as the logs report who wrote them.
--
-- why:     Input of the detections of the shape `file`: links, masks, owners and permissions of unit files
--          and property lists, the environment of a manager that runs, and writes that a log reports. Columns hold
--          facts, no judgement. Other tables are read only for rows whose guard holds.
-- columns: time             REAL     when it was last modified or, on a live host, changed; of a log, when it was written
--          host                 TEXT host that it is on
--          platform                  linux, windows or macos
--          origin                    unit file, manager, property list, log, or command: known from a command line alone
--          subject              TEXT the path, or manager and its scope
--          user                 TEXT user in whose home it is; of a log, who wrote
--          kind                 TEXT of a unit file: unit, drop-in, mask, link, dependency-link, ...
--          state                     of a unit file: enabled, disabled, ...; NULL for a plain unit that is neither altered nor writable
--          type                      of a property list: daemon or agent
--          service              TEXT the unit or label; of a log the file's name
--          link_target          TEXT of a link: its target; of a command what it copies, moves, fetches or links to
--          link_dangling    INTEGER  of a link: its target is missing
--          uid              INTEGER  owner of the file
--          mode                 TEXT permissions of the file, in octal digits
--          program_mode              of a property list: permissions of the program that it names
--          owners_kept               of a daemon's list not owned by root: another list of the host is root's, so the copy kept owners
--          package              TEXT package that owns a unit file; empty for none, NULL where packages are unknown
--          package_altered  INTEGER  it was changed since the package installed it
--          settings                  of a manager's configuration: its settings, one a line
--          environment               of a manager: its environment, a JSON array
--          unit_path                 of a manager: folders from which it reads units, a JSON array
--          unit_path_other           of a manager: the first of these folders that systemd does not read by default
--          security                  of a mask: the masked unit is a security service
--          action                    of a log: created, modified, deleted, renamed, attributes or opened
--          exe              TEXT     of a log: program that wrote
--          pid              INTEGER  of a log: process that wrote
--          name                      of audit: name of the process that wrote
--          login            INTEGER  of audit: 1 somebody had logged in, 0 nobody had: a service or its child wrote
--          lineage                   of audit: what the process and those above it were run as, a JSON array of [user, command line], its own first; [] where the log has none of them
--          service_child    INTEGER  of the same: one of them belongs to an account of a network service
--          detail                    of a log: the call or the access
--          patterns                  of a command names of exec_patterns that match what it writes; of a log of Windows: remote_execution_name, attack_tool where exec_patterns match the path, as a JSON array
--          evidence                  the row as JSON, for people
--          source               TEXT where the record is
--          record               TEXT which record it is
-- usual:   {"time": 1760000000, "host": "pc1", "platform": "linux", "origin": "unit file", "kind": "unit",
--           "subject": "/etc/systemd/system/agent.service", "state": "enabled", "service": "agent.service",
--           "uid": 0, "mode": "0644", "source": "/", "record": "/etc/systemd/system/agent.service"}
-- rows:    unit_files, systemd_managers, launch_daemons, audit_events, auth_events, shell_history, windows_events, unified_log
-- first: SELECT 1 FROM unit_files AS u
--           WHERE iif(u.host IN (SELECT host FROM evidence WHERE kind = 'live'), max(u.mtime, u.ctime), u.mtime)
--                 BETWEEN scope_since(0) AND scope_until(0)
--          UNION ALL
--          SELECT 1 FROM launch_daemons AS d WHERE d.mtime BETWEEN scope_since(0) AND scope_until(0)
--          UNION ALL
--          SELECT 1 FROM file_rows AS e
--           WHERE e.time >= scope_since(0) AND e.time <= scope_until(0)
--             AND (listed('monitored_paths', e.path, e.platform) OR instr(e.path, '\') OR e.platform = 'windows')
--          UNION ALL
--          SELECT 1 FROM systemd_managers AS m WHERE m.optional = 1 AND m.start_time BETWEEN scope_since(0) AND scope_until(0)
-- sources: unit_files, systemd_managers, launch_daemons, file_rows, process_rows, monitored_paths,
--          security_services, service_accounts, exec_patterns, attached_baseline
--
--   SELECT subject, exe, user FROM file_facts WHERE origin = 'log' AND action = 'created';
CREATE TEMP VIEW file_facts AS
WITH live AS MATERIALIZED (
    SELECT host FROM evidence WHERE kind = 'live'
), normal AS MATERIALIZED (
    SELECT host, item, detail FROM attached_baseline WHERE kind = 'unit'
), mac_owners AS MATERIALIZED (
    SELECT DISTINCT host FROM launch_daemons WHERE uid = 0
), kin AS MATERIALIZED ( -- read only where a writer is met whose kind its program does not tell
    SELECT p.host, p.pid, p.ppid, p.time, p.user, p.cmdline
      FROM process_rows AS p
     WHERE p.via = 'audit' AND p.time >= scope_since(86400) AND p.time <= scope_until(0)
)
SELECT iif(u.host IN (SELECT host FROM live), max(u.mtime, u.ctime), u.mtime) AS time, u.host,
       'linux' AS platform, 'unit file' AS origin, u.path AS subject, u.scope_user AS user, u.kind,
       -- The text of a unit is read only where something else is unusual.
       iif(u.kind <> 'unit' OR u.mode GLOB '*[2367]' OR u.package_altered, u.state, NULL) AS state, NULL AS type, u.unit AS service, u.link_target, u.link_dangling, u.uid, u.mode,
       NULL AS program_mode, NULL AS owners_kept, u.package, u.package_altered,
       iif(u.kind IN ('manager-config', 'environment'), u.settings, NULL) AS settings,
       NULL AS environment, NULL AS unit_path, NULL AS unit_path_other,
       iif(u.kind = 'mask',
           EXISTS (SELECT 1 FROM security_services AS s
                    WHERE s.platform IN ('any', 'linux') AND lower(u.unit) GLOB s.name),
           NULL) AS security,
       NULL AS action, NULL AS exe, NULL AS pid, NULL AS name, NULL AS login, NULL AS lineage,
       NULL AS service_child, NULL AS detail, NULL AS patterns,
       json_object('kind', u.kind, 'state',
                   iif(u.kind <> 'unit' OR u.mode GLOB '*[2367]' OR u.package_altered, u.state, NULL), 'link_target', u.link_target, 'uid', u.uid,
                   'mode', u.mode, 'package', u.package, 'altered', u.package_altered,
                   'mtime', u.mtime, 'ctime', u.ctime, 'btime', u.btime) AS evidence,
       u.source, u.path AS record
  FROM unit_files AS u
 WHERE NOT EXISTS (SELECT 1 FROM normal AS n
                    WHERE n.host = u.host AND n.item = u.path
                      AND +n.detail IS coalesce(u.sha256, u.link_target)) -- +: prevents use as an index key, for which each file would be hashed
UNION ALL
-- Environment and paths of a running manager, which need not be in any file.
SELECT m.start_time, m.host, 'linux', 'manager', 'manager ' || m.scope, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, m.environment, m.unit_path,
       (SELECT p.value FROM json_each(m.unit_path) AS p
         WHERE NOT (p.value GLOB '/etc/*' OR p.value GLOB '/run/*' OR p.value GLOB '/usr/*'
                    OR p.value GLOB '/lib/*' OR p.value GLOB '/var/lib/systemd/*'
                    OR p.value GLOB '*/.config/systemd/*' OR p.value GLOB '*/.local/share/*'
                    OR p.value GLOB '/root/*') LIMIT 1),
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       json_object('environment', json(m.environment), 'unit_path', json(m.unit_path)),
       m.source, m.socket
  FROM systemd_managers AS m WHERE m.optional = 1
UNION ALL
SELECT d.mtime, d.host, 'macos', 'property list', d.path, d.user, NULL, NULL, d.type, d.label, NULL,
       NULL, d.uid, d.mode, d.program_mode,
       iif(d.type = 'daemon' AND d.uid <> 0, d.host IN (SELECT host FROM mac_owners), NULL), NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       json_object('label', d.label, 'mode', d.mode, 'uid', d.uid, 'program', d.program_path,
                   'program_mode', d.program_mode, 'disabled', d.disabled,
                   'disabled_override', d.disabled_override),
       d.source, d.path
  FROM launch_daemons AS d
 WHERE d.type IN ('daemon', 'agent')
UNION ALL
-- What the logs report: files that service managers read, files that remote execution writes, and the pipes and shares
-- through which other hosts reach the service manager.
SELECT e.time, e.host, e.platform, iif(e.via IN ('command', 'history'), 'command', 'log'), e.path,
       coalesce(e.login_user, e.user),
       iif(e.from_path = '/dev/null' AND e.via IN ('command', 'history'), 'mask', NULL), NULL, NULL,
       path_name(e.path), e.from_path, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       iif(e.from_path = '/dev/null' AND e.via IN ('command', 'history'),
           EXISTS (SELECT 1 FROM security_services AS s
                    WHERE s.platform IN ('any', e.platform)
                      AND lower(replace(e.path, rtrim(e.path, replace(e.path, '/', '')), '')) GLOB s.name), NULL),
       e.action, e.exe, e.pid, e.name, e.login, e.lineage,
       iif(e.lineage <> '[]',
           EXISTS (SELECT 1 FROM json_each(e.lineage) AS l WHERE listed('service_accounts', l.value ->> 0)), NULL),
       e.detail,
       iif(e.content IS NOT NULL,
           pattern_signals('unix', replace(replace(replace(e.content, '\n', ' ; '), char(10), ' ; '), 'ExecStart=', ' ; ')),
           iif(e.platform = 'windows',
           (SELECT json_group_array(DISTINCT p.signal) FROM exec_patterns AS p
             WHERE p.signal IN ('remote_execution_name', 'attack_tool') AND e.path REGEXP p.pattern),
           NULL)),
       json_object('action', e.action, 'exe', e.exe, 'pid', e.pid, 'user', e.user, 'detail', e.detail,
                   'from', e.from_path, 'content', e.content, 'lineage', json(e.lineage)),
       e.source, e.record
  FROM (SELECT f.time, f.host, f.platform, f.via, f.path, f.user, f.login_user, f.from_path, f.action, f.exe,
               f.pid, f.detail, f.content, f.source, f.record, f.name,
               iif(f.via = 'audit', f.auid IS NOT NULL, NULL) AS login,
               -- Programs are looked up only for a writer that is neither a package manager nor an editor.
               iif(f.via = 'audit' AND (f.exe REGEXP '/(dpkg|rpm|apt-get|systemctl|systemd|snapd|vi|vim[a-z.]*|nano)$') IS NOT 1
                   AND listed('monitored_paths', f.path, 'linux'),
                   (SELECT json_group_array(json_array(k.user, k.cmdline))
                      FROM (WITH RECURSIVE up AS ( -- kin is named once: SQLite plans it at each use
                                SELECT 0 AS above, f.pid AS pid, f.time - 3600 AS since, f.time AS until, NULL AS found, NULL AS user, NULL AS cmdline
                                UNION ALL
                                SELECT 1, f.ppid, f.time - 86400, f.time, NULL, NULL, NULL
                                UNION ALL
                                SELECT iif(u.above = 0, 4, u.above + 1), o.ppid, o.time - 86400, o.time, u.above, o.user, o.cmdline
                                  FROM up AS u CROSS JOIN kin AS o
                                 WHERE u.above < 4 AND o.host = f.host AND o.pid = u.pid AND o.time BETWEEN u.since AND u.until)
                            SELECT user, cmdline, found AS above FROM up WHERE found IS NOT NULL
                             ORDER BY above LIMIT 16) AS k), NULL) AS lineage
          FROM file_rows AS f
        UNION ALL -- an arm without FROM keeps SQLite from computing a column again at each use
        SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
               NULL, NULL
         WHERE 0) AS e
 WHERE listed('monitored_paths', e.path, e.platform)
    OR e.path LIKE '%\IPC$\svcctl' OR e.path LIKE '%\pipe\svcctl'
    OR (e.path LIKE '\\%$\%' AND e.action IN ('created', 'modified'))
    OR (e.platform = 'windows'
        AND EXISTS (SELECT 1 FROM exec_patterns AS p
                     WHERE p.signal = 'remote_execution_name' AND e.path REGEXP p.pattern))
UNION ALL
-- An arm without FROM keeps SQLite from computing a column again at each use; it is here, and not in file_signals,
-- as each SELECT around these many columns would have them all copied for every row.
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
 WHERE 0;
