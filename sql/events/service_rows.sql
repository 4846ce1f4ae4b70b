-- service_rows: what happened to services, in one shape, as service managers and logs record it.
--
-- why:     SERVICE_START of audit, the journal's job messages, System 7045, 7040 and 7036, and launchd's messages in
--          macOS' unified log record the same kind of event. Of launchd, created is a job that was loaded and deleted one
--          that was unloaded. action is created, modified, deleted, started, stopped, failed, enabled, disabled, state or
--          start_type. Each log is read once, for these kinds of record only.
-- sources: audit_events, journal, windows_events, unified_log
--
--   SELECT datetime, action, service, detail FROM service_rows WHERE action IN ('created', 'failed');
CREATE TEMP VIEW service_rows AS
SELECT a.time, a.datetime, a.host COLLATE NOCASE AS host,
       CASE WHEN a.success = 0 THEN 'failed' WHEN a.type = 'SERVICE_START' THEN 'started'
            ELSE 'stopped' END AS action,
       a.unit COLLATE NOCASE AS service, NULL COLLATE NOCASE AS display_name,
       NULL COLLATE NOCASE AS image_path, NULL COLLATE NOCASE AS start_type,
       NULL COLLATE NOCASE AS service_type, NULL COLLATE NOCASE AS account,
       NULL COLLATE NOCASE AS user, a.pid, a.exe COLLATE NOCASE AS exe,
       a.type || coalesce(' ' || a.result, '') AS detail,
       a.source, CAST(a.serial AS TEXT) AS record, 'linux' AS platform, NULL AS event_id, a.time AS sent
  FROM audit_events AS a
 WHERE a.category = 'service' AND scope_action('started,stopped,failed')
UNION ALL
-- systemd's messages, known by their identifiers (systemd/sd-messages.h). Anybody may write these
-- fields: only those that a process named systemd wrote count.
SELECT j.time, j.datetime, j.host COLLATE NOCASE,
       CASE j.message_id WHEN '39f53479d3a045ac8e11786248231fbf' THEN 'started'
                         WHEN '9d1aaa27d60140bd96365438aad20286' THEN 'stopped'
                         WHEN '98e322203f7a4ed290d09fe03c09fe15' THEN 'state'
                         WHEN '7b05ebc668384222baa8881179cfda54' THEN 'state'
                         ELSE 'failed' END,
       coalesce(j.about_unit, j.about_user_unit) COLLATE NOCASE, NULL COLLATE NOCASE,
       -- The description of what systemd-run started is its command line, in newer versions after its name.
       iif(j.message_id = '39f53479d3a045ac8e11786248231fbf' AND j.message GLOB 'Started * /*',
           CASE WHEN j.message GLOB 'Started /*' THEN rtrim(substr(j.message, 9), '.')
                WHEN j.message GLOB 'Started * - /*' THEN rtrim(substr(j.message, instr(j.message, ' - /') + 3), '.')
                WHEN j.message GLOB 'Started *[[]systemd-run] /*' OR j.message GLOB 'Started *[[]run0] /*'
                THEN rtrim(substr(j.message, instr(j.message, '] /') + 2), '.') END, NULL) COLLATE NOCASE,
       NULL COLLATE NOCASE, NULL COLLATE NOCASE, NULL COLLATE NOCASE,
       iif(j.about_user_unit IS NULL, NULL, CAST(j.uid AS TEXT)) COLLATE NOCASE,
       j.pid, j.exe COLLATE NOCASE, j.message, j.source, j.cursor, 'linux', NULL, coalesce(j.sent / 1e6, j.time)
  FROM journal AS j
 WHERE j.message_id IN ('39f53479d3a045ac8e11786248231fbf', -- a job of starting is done
                        '9d1aaa27d60140bd96365438aad20286', -- stopped
                        'be02cf6855d2428ba40df7e9d022f03d', -- a job failed
                        'd9b373ed55a64feb8242e02dbe79a49c', -- a unit went to failed
                        '98e322203f7a4ed290d09fe03c09fe15', -- its main process ended, and how
                        '7b05ebc668384222baa8881179cfda54') -- reloaded
   AND j.comm = 'systemd' AND scope_action('started,stopped,state,failed')
UNION ALL
-- Of Windows 7045 service is the display name, of 4697 the key's: the two are of one service where image_path and time
-- are equal. For a use of rights (4674, 4656), service is the object.
SELECT w.time, w.datetime, w.computer COLLATE NOCASE, w.action,
       w.service COLLATE NOCASE, w.display_name COLLATE NOCASE,
       w.image_path COLLATE NOCASE, w.start_type COLLATE NOCASE,
       w.service_type COLLATE NOCASE, w.account COLLATE NOCASE,
       w.user COLLATE NOCASE, w.pid, w.exe COLLATE NOCASE,
       w.detail COLLATE NOCASE, w.source, w.record, 'windows', w.event_id, w.time
  FROM (SELECT e.time, e.datetime, e.computer, e.event_id, e.source, CAST(e.record_id AS TEXT) AS record,
               CASE
               WHEN e.event_id IN (7045, 4697) THEN 'created'
               WHEN e.event_id IN (7040) THEN 'start_type'
               WHEN e.event_id IN (7036, 7035, 7042, 4)
               THEN CASE WHEN coalesce(e.state, e.param2) IN ('running', 'start', 'Started') THEN 'started'
                         WHEN coalesce(e.state, e.param2) IN ('stopped', 'stop', 'Stopped') THEN 'stopped'
                         ELSE 'state' END
               WHEN e.event_id IN (5024, 6) THEN 'started'
               WHEN e.event_id IN (5025, 1100) THEN 'stopped'
               WHEN e.event_id IN (1102, 104) THEN 'cleared'
               WHEN e.event_id IN (4674, 4656)
               THEN CASE WHEN e.access_mask || coalesce(e.access_list, '') REGEXP '%%7169' THEN 'created'
                         WHEN e.access_mask || coalesce(e.access_list, '') REGEXP '%%1537' THEN 'deleted'
                         WHEN e.access_mask || coalesce(e.access_list, '') REGEXP '%%(7185|1539|1540|7173)'
                         THEN 'modified'
                         WHEN e.access_mask || coalesce(e.access_list, '') REGEXP '%%7188' THEN 'started'
                         WHEN e.access_mask || coalesce(e.access_list, '') REGEXP '%%7189' THEN 'stopped'
                         ELSE 'state' END
               ELSE 'failed' END AS action,
               CASE
               WHEN e.event_id IN (4674, 4656) THEN e.object_name
               WHEN e.event_id = 7040 THEN coalesce(e.param4, e.param1)
               WHEN e.event_id IN (7009, 7011) THEN e.param2
               WHEN e.event_id IN (5024, 5025) THEN 'MpsSvc'
               WHEN e.event_id IN (1100, 1102, 104) THEN 'EventLog'
               WHEN e.event_id = 4 THEN 'Sysmon'
               WHEN e.event_id = 6 THEN replace(e.image_loaded,
                                        rtrim(e.image_loaded, replace(e.image_loaded, '\', '')), '')
               ELSE coalesce(e.service_name, e.param1) END AS service,
               CASE WHEN e.event_id = 7045 THEN e.service_name
                    WHEN e.event_id BETWEEN 7000 AND 7042 AND e.event_id NOT IN (7009, 7011)
                    THEN e.param1 END AS display_name,
               coalesce(e.image_path, e.service_file_name, e.image_loaded) AS image_path,
               CASE e.event_id
               WHEN 7040 THEN e.param3
               WHEN 4697 THEN CASE e.service_start_type WHEN '0' THEN 'boot start'
                              WHEN '1' THEN 'system start' WHEN '2' THEN 'auto start'
                              WHEN '3' THEN 'demand start' WHEN '4' THEN 'disabled'
                              ELSE e.service_start_type END
               ELSE e.start_type END AS start_type,
               CASE
               WHEN e.event_id = 4697
               THEN CASE event_number(e.service_type) WHEN 1 THEN 'kernel mode driver'
                         WHEN 2 THEN 'file system driver' WHEN 16 THEN 'user mode service'
                         WHEN 32 THEN 'user mode service' WHEN 272 THEN 'user mode service'
                         WHEN 288 THEN 'user mode service' ELSE e.service_type END
               WHEN e.event_id = 6 THEN 'kernel mode driver'
               WHEN e.event_id = 7045 THEN e.service_type END AS service_type,
               coalesce(e.service_account, nullif(e.account_name, '')) AS account,
               coalesce(e.subject_domain_name || '\' || e.subject_user_name, e.user, e.user_sid) AS user,
               event_number(e.process_id) AS pid, nullif(e.process_name, '-') AS exe,
               CASE
               WHEN e.event_id IN (4674, 4656)
               THEN event_message(iif(e.access_mask LIKE '\%\%%' ESCAPE '\', e.access_mask, e.access_list))
               WHEN e.event_id = 6 THEN e.signature
               WHEN e.event_id = 7040 THEN e.param2 || ' to ' || e.param3
               WHEN e.event_id IN (7045, 4697) THEN NULL
               ELSE event_message(coalesce(e.param3, e.param2, e.state)) END AS detail
          FROM windows_events AS e
         WHERE scope_action('created,modified,deleted,started,stopped,failed,state,start_type,cleared')
           AND e.event_id IN (7045, 7040, 7036, 7035, 7042, 7031, 7034, 7000, 7001, 7009, 7011, 7022,
                              7023, 7024, 7026, 7038, 4697, 4674, 4656, 5024, 5025, 1100, 1102, 104,
                              4, 6)
           AND e.provider_name IN ('Service Control Manager', 'Microsoft-Windows-Security-Auditing',
                                   'Microsoft-Windows-Eventlog', 'Microsoft-Windows-Sysmon')
           -- one number can be an event of another provider; of a use of rights, only what changes
           AND CASE e.event_id
               WHEN 4 THEN e.state IS NOT NULL AND e.provider_name = 'Microsoft-Windows-Sysmon'
               WHEN 6 THEN e.image_loaded IS NOT NULL
               WHEN 4674 THEN e.object_server = 'SC Manager' AND e.access_mask REGEXP
                              '%%(7169|7171|7173|7185|7188|7189|7190|7192|1537|1539|1540)'
               WHEN 4656 THEN e.object_server = 'SC Manager' AND e.access_list REGEXP
                              '%%(7169|7171|7173|7185|7188|7189|7190|7192|1537|1539|1540)'
               ELSE 1 END
        UNION ALL -- an arm without FROM keeps SQLite from computing a column again at each use
        SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
               NULL, NULL, NULL, NULL
         WHERE 0) AS w
UNION ALL
-- launchd's subsystem is the domain, "gui/501 [100003]", or the job with its process, "gui/501/com.example [577]".
-- Its messages, as macOS 10.12 to 26 write them: "Successfully spawned NAME[577] because ipc (mach)"; "exited due to
-- exit(0), ran for 5ms", in older versions "Service exited with abnormal code: 1"; "Bootstrap by launchctl[90] for
-- PATH succeeded (0: )"; "removing service: LABEL"; "Setting service LABEL to enabled", "Enabling service LABEL".
-- Background task management names the program of an item when launchd asks whether it is allowed.
SELECT l.time, l.datetime, l.host COLLATE NOCASE, l.action, l.service COLLATE NOCASE, NULL COLLATE NOCASE,
       l.image_path COLLATE NOCASE, NULL COLLATE NOCASE, l.service_type COLLATE NOCASE, l.account COLLATE NOCASE,
       l.account COLLATE NOCASE, l.pid, NULL COLLATE NOCASE, l.message COLLATE NOCASE, l.source, l.record, 'macos', NULL,
       l.time
  FROM (SELECT u.time, u.datetime, u.host, u.message, u.source, CAST(u.position AS TEXT) AS record,
               CASE WHEN u.message GLOB 'effectiveItemDisposition: *' THEN 'state'
                    WHEN u.message GLOB 'Successfully spawned *' THEN 'started'
                    WHEN u.message GLOB '* succeeded (0:*' THEN 'created'
                    WHEN u.message GLOB 'Bootstrap by *' THEN 'failed'
                    WHEN u.message GLOB 'removing service: *' THEN 'deleted'
                    WHEN u.message GLOB 'Enabling *' OR u.message GLOB '* to enabled' THEN 'enabled'
                    WHEN u.message GLOB 'Disabling *' OR u.message GLOB '* to disabled' THEN 'disabled'
                    WHEN u.message REGEXP 'exit\(0\)|SIG(TERM|KILL|HUP|INT)' THEN 'stopped'
                    ELSE 'failed' END AS action,
               CASE WHEN u.message GLOB 'effectiveItemDisposition: *'
                    THEN regex_match(u.message, 'BTMConfigLabel = "?([^";]+)', 1)
                    WHEN u.message GLOB 'Bootstrap by *'
                    THEN coalesce(regex_match(u.message, ' for .*/([^/]+)[.]plist (succeeded|failed)', 1),
                                  regex_match(u.message, ' for (.*) (succeeded|failed)', 1))
                    WHEN u.message REGEXP '^(removing service: |Enabling service |Disabling service |Setting service )'
                    THEN regex_match(u.message, '^(removing service: |[A-Za-z]+ service )([^ ]+)', 2)
                    ELSE coalesce(regex_match(u.subsystem, '^(system|[a-z]+/[0-9]+)/([^ ]+)', 2),
                                  regex_match(u.message, '^[(]([^ )[]+)', 1)) END AS service,
               regex_match(u.message, 'BTMConfigExecutablePath = "?([^";]+)', 1) AS image_path,
               iif(u.subsystem GLOB 'system*', 'daemon', iif(u.subsystem GLOB 'gui/*' OR u.subsystem GLOB 'user/*', 'agent', NULL)) AS service_type,
               iif(u.subsystem GLOB 'system*', 'root', regex_match(u.subsystem, '^(gui|user|login)/([0-9]+)', 2)) AS account,
               CAST(coalesce(regex_match(u.message, '\[([0-9]+)\] because', 1),
                             regex_match(u.subsystem, '\[([0-9]+)\]$', 1)) AS INTEGER) AS pid
          FROM unified_log AS u
         WHERE scope_action('created,deleted,started,stopped,failed,enabled,disabled,state')
           AND u.process IN ('launchd', 'backgroundtaskmanagementd')
           AND (u.process = 'launchd') = (u.message NOT GLOB 'effectiveItemDisposition: *')
           AND (u.message GLOB 'Successfully spawned *' OR u.message GLOB 'Bootstrap by *'
                OR u.message GLOB 'exited due to *' OR u.message GLOB 'Service exited *'
                OR u.message GLOB 'removing service: *' OR u.message GLOB 'Enabling service *'
                OR u.message GLOB 'Disabling service *' OR u.message GLOB 'Setting service * to *abled'
                OR u.message GLOB 'effectiveItemDisposition: *BTMConfigExecutablePath*')
        UNION ALL -- an arm without FROM keeps SQLite from computing a column again at each use
        SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0) AS l;
