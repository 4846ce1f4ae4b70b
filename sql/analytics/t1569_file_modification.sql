-- t1569_file_modification: files that decide what runs as a service, written by somebody.
--
-- why:             A write below /etc/systemd/system, /etc/init.d, /Library/LaunchDaemons or to
--                  services.exe changes what runs with a service manager's rights. The files are
--                  judged by who may write them, whether a package's file was altered, and what a
--                  mask or a link takes away; the logs by who wrote.
-- severity:        info for a write without a signal; else by the weights of its signals
-- attack:          T1569 T1543 T1574.010 T1685 (v18.1), DS0022 File Modification, DET0279
-- false positives: an administrator's systemctl mask; a local change to a package's script
-- sources:         unit_files, systemd_managers, launch_daemons, file_events,
--                  attached_baseline
--
--   SELECT datetime, severity, subject, why FROM t1569_file_modification WHERE severity <> 'info';
CREATE TEMP VIEW t1569_file_modification AS
WITH live AS MATERIALIZED (
    SELECT host FROM evidence WHERE kind = 'live'
), normal AS MATERIALIZED (
    SELECT kind, host, item, detail FROM attached_baseline WHERE kind = 'unit'
), mac_owners AS MATERIALIZED (
    -- Ownership means something only where it was kept: some property list is root's.
    SELECT DISTINCT host FROM launch_daemons WHERE uid = 0
), facts AS (
    SELECT iif(u.host IN (SELECT host FROM live), max(u.mtime, u.ctime), u.mtime) AS time,
           u.host, 'linux' AS platform, u.path AS subject, u.scope_user AS user,
           CASE u.kind WHEN 'mask' THEN 'T1685' ELSE 'T1543.002' END AS technique,
           ',' || iif(u.kind = 'mask' AND EXISTS (SELECT 1 FROM security_services AS s
                       WHERE s.platform IN ('any', 'linux') AND lower(u.unit) GLOB s.name),
                      'masked_security,', '')
               || iif(u.kind NOT IN ('mask', 'link', 'dependency-link') AND u.link_target IS NULL
                      AND u.mode GLOB '*[2367]', 'others_write,', '')
               || iif(u.package_altered, 'altered,', '')
               || iif(u.link_dangling AND u.kind <> 'mask', 'dangling,', '')
               || iif(u.kind IN ('link', 'dependency-link')
                      AND (u.link_target GLOB '/tmp/*' OR u.link_target GLOB '/var/tmp/*'
                           OR u.link_target GLOB '/dev/shm/*'), 'linked_from_temp,', '')
               || iif(u.kind IN ('manager-config', 'environment')
                      AND u.settings REGEXP '(LD_PRELOAD|LD_AUDIT|LD_LIBRARY_PATH)=',
                      'manager_environment,', '')
               AS signals,
           json_object('kind', u.kind, 'state', u.state, 'link_target', u.link_target, 'uid', u.uid,
                       'mode', u.mode, 'package', u.package, 'altered', u.package_altered,
                       'mtime', u.mtime, 'ctime', u.ctime, 'btime', u.btime) AS evidence,
           u.source, u.path AS record, u.unit AS service
      FROM unit_files AS u
     WHERE NOT EXISTS (SELECT 1 FROM normal AS n WHERE n.kind = 'unit' AND n.host = u.host
                          AND n.item = u.path AND n.detail IS coalesce(u.sha256, u.link_target))
    UNION ALL
    -- What a running manager was told, which files need not say.
    SELECT m.start_time, m.host, 'linux', 'manager ' || m.scope, NULL, 'T1574.006',
           ',' || iif(m.environment REGEXP '(LD_PRELOAD|LD_AUDIT|LD_LIBRARY_PATH)=',
                      'manager_environment,', '')
               || iif(EXISTS (SELECT 1 FROM json_each(m.unit_path) AS p
                               WHERE NOT (p.value GLOB '/etc/*' OR p.value GLOB '/run/*'
                                       OR p.value GLOB '/usr/*' OR p.value GLOB '/lib/*'
                                       OR p.value GLOB '/var/lib/systemd/*'
                                       OR p.value GLOB '*/.config/systemd/*'
                                       OR p.value GLOB '*/.local/share/*'
                                       OR p.value GLOB '/root/*')), 'unit_path_changed,', ''),
           json_object('environment', json(m.environment), 'unit_path', json(m.unit_path)),
           m.source, m.socket, NULL
      FROM systemd_managers AS m WHERE m.optional = 1
    UNION ALL
    SELECT d.mtime, d.host, 'macos', d.path, d.user,
           CASE d.type WHEN 'agent' THEN 'T1543.001' ELSE 'T1543.004' END,
           ',' || iif(d.mode GLOB '*[2367]', 'others_write,', '')
               || iif(d.program_mode GLOB '*[2367]', 'target_writable,', '')
               || iif(d.type = 'daemon' AND d.uid <> 0 AND d.host IN (SELECT host FROM mac_owners),
                      'wrong_owner,', ''),
           json_object('label', d.label, 'mode', d.mode, 'uid', d.uid, 'program', d.program_path,
                       'program_mode', d.program_mode, 'disabled', d.disabled,
                       'disabled_override', d.disabled_override),
           d.source, d.path, d.label
      FROM launch_daemons AS d
     WHERE d.type IN ('daemon', 'agent')
    UNION ALL
    -- What the logs tell of: files that service managers read, what remote execution drops, and the
    -- pipes and shares by which the service manager is reached from elsewhere.
    SELECT e.time, e.host, e.platform, e.path, e.user,
           CASE WHEN e.path LIKE '%\pipe\%' OR e.path LIKE '%\IPC$\%' THEN 'T1569.002'
                WHEN e.path LIKE '\\%' THEN 'T1021.002' WHEN e.platform = 'windows' THEN 'T1543.003'
                ELSE 'T1543.002' END,
           -- A package manager, a service tool and systemd itself write there all day.
           ',' || iif(e.platform <> 'linux' OR e.exe REGEXP
                      '/(dpkg|rpm|apt|apt-get|dnf|yum|zypper|pacman|systemctl|systemd[a-z-]*|perl|deb-systemd-helper|update-rc\.d|chkconfig|snapd|packagekitd|unattended-upgrade[a-z]*)$',
                      '', iif(e.exe REGEXP '/(vi|vim[a-z.]*|nvim|nano|emacs[a-z0-9.-]*|ed|pico|joe|mcedit)$',
                              'edits_unit,', 'writes_unit,'))
               || iif(e.exe GLOB '/tmp/*' OR e.exe GLOB '/dev/shm/*' OR e.exe GLOB '/var/tmp/*',
                      'runs_from_temp,', '')
               || iif(e.path LIKE '%\IPC$\svcctl' OR e.path LIKE '%\pipe\svcctl', 'manager_pipe,', '')
               || iif(e.path LIKE '\\%$\%' AND e.action IN ('created', 'modified')
                      AND e.path REGEXP '(?i)\.(exe|dll|sys|bat|cmd|ps1|vbs|scr)$', 'share_program,', '')
               || iif(e.platform = 'windows',
                      coalesce((SELECT group_concat(DISTINCT p.signal) || ',' FROM exec_patterns AS p
                                 WHERE p.signal IN ('remote_execution_name', 'attack_tool')
                                   AND e.path REGEXP p.pattern), ''), ''),
           json_object('action', e.action, 'exe', e.exe, 'pid', e.pid, 'user', e.user,
                       'detail', e.detail),
           e.source, e.record,
           replace(e.path, rtrim(e.path, replace(replace(e.path, '/', ''), '\', '')), '')
      FROM file_events AS e
     WHERE EXISTS (SELECT 1 FROM monitored_paths AS m
                    WHERE m.platform = e.platform AND lower(e.path) GLOB lower(m.path))
        OR e.path LIKE '%\IPC$\svcctl' OR e.path LIKE '%\pipe\svcctl'
        OR e.path LIKE '\\%$\%' AND e.action IN ('created', 'modified')
        OR e.platform = 'windows' AND EXISTS (SELECT 1 FROM exec_patterns AS p
               WHERE p.signal = 'remote_execution_name' AND e.path REGEXP p.pattern)
    UNION ALL
    -- An arm without FROM keeps SQLite from computing a column again at each use.
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
     WHERE 0
)
SELECT f.time, utc_datetime(f.time) AS datetime, f.host, f.platform,
       't1569_file_modification' AS analytic, f.technique,
       iif(f.signals = ',', 'info', signal_severity(f.signals)) AS severity, f.subject,
       iif(f.signals = ',', NULL, signal_reasons(f.signals)) AS why,
       trim(f.signals, ',') AS signals,
       f.service, f.user, f.evidence, f.source, f.record
  FROM facts AS f
 WHERE NOT EXISTS (SELECT 1 FROM known_paths AS k
                    WHERE f.subject GLOB k.path AND (k.host IS NULL OR k.host = f.host))
   AND NOT EXISTS (SELECT 1 FROM known_admins AS a
                    WHERE a.user = f.user AND (a.host IS NULL OR a.host = f.host));
