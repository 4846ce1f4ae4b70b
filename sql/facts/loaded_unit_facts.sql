-- loaded_unit_facts: units that a running manager has in memory though their files changed or are missing, or that it has halted.
--
-- why:     Input of the detections of the shape `loaded_unit`: an intruder who starts a unit and deletes its file
--          leaves it in the manager's memory only. The disk is read only where the manager itself reports that its copy
--          differs from the file.
-- columns: time                REAL     when the unit's state last changed
--          host                TEXT     host that it is on
--          platform                     linux
--          subject                      path of the unit's file, or the name of a unit that never had one
--          unit                TEXT     name of the unit
--          type                TEXT     service, socket, timer and so on
--          account                      account that it runs as
--          load_state          TEXT     loaded, not-found and so on
--          active_state        TEXT     active, inactive, failed and so on
--          need_daemon_reload  INTEGER  the file changed after the manager read it, or is missing
--          file_missing                 no file of it is on disk
--          commands            TEXT     what it runs
--          main_pid            INTEGER  its main process
--          frozen_security              its processes are halted, and it watches the host; NULL where they are not
--          patterns                     where no file is on disk: names of exec_patterns that match what it runs, as a JSON array
--          evidence                     the row as JSON, for people
--          source              TEXT     where the record is
--          record              TEXT     which record it is
-- usual:   {"time": 1760000000, "host": "pc1", "platform": "linux", "subject": "/etc/systemd/system/agent.service",
--           "unit": "agent.service", "type": "service", "account": "root", "load_state": "loaded",
--           "active_state": "active", "need_daemon_reload": 1, "file_missing": 0, "commands": "/usr/sbin/agent",
--           "main_pid": 300, "source": "/run/systemd/private", "record": "1"}
-- rows:    systemd_units
-- sources: systemd_units, path_permissions, security_services, exec_patterns
--
--   SELECT unit, load_state, active_state, file_missing FROM loaded_unit_facts;
CREATE TEMP VIEW loaded_unit_facts AS
WITH held AS (
    SELECT s.state_change_time AS time, s.host, coalesce(nullif(s.fragment_path, ''), s.id) AS subject,
           s.id AS unit, s.type, coalesce(nullif(s.user, ''), 'root') AS account, s.load_state,
           s.active_state, s.need_daemon_reload,
           iif(s.load_state = 'not-found', 1,
               EXISTS (SELECT 1 FROM path_permissions AS g
                        WHERE g.path = s.fragment_path AND g.host = s.host
                          AND g.error IS NOT NULL)) AS file_missing,
           s.exec_start AS commands, s.main_pid, s.freezer_state, s.source, s.object_path AS record
      FROM systemd_units AS s
     WHERE s.optional = 1
       AND ((s.load_state = 'loaded' AND (s.need_daemon_reload = 1 OR s.freezer_state GLOB 'fr*z*'))
            OR s.load_state = 'not-found')
    -- An arm without FROM keeps SQLite from computing a column again at each use.
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
     WHERE 0
)
SELECT h.time, h.host, 'linux' AS platform, h.subject, h.unit, h.type, h.account, h.load_state,
       h.active_state, h.need_daemon_reload, h.file_missing, h.commands, h.main_pid,
       iif(h.freezer_state GLOB 'fr*z*',
           EXISTS (SELECT 1 FROM security_services AS w
                    WHERE w.platform IN ('any', 'linux') AND lower(h.unit) GLOB w.name), NULL) AS frozen_security,
       iif(h.file_missing,
           pattern_signals('unix', h.commands), NULL) AS patterns,
       json_object('unit', h.unit, 'commands', h.commands, 'active_state', h.active_state,
                   'main_pid', h.main_pid, 'freezer_state', h.freezer_state) AS evidence,
       h.source, h.record
  FROM held AS h;
