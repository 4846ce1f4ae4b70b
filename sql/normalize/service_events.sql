-- service_events: what happened to services, in one shape, as service managers and logs tell it.
--
-- why:     SERVICE_START of audit, the journal's job messages, and System 7045, 7040 and 7036 are one
--          story. action is created, modified, deleted, started, stopped, failed, enabled, disabled,
--          state or start_type. Each log is read once, for the kinds of record that count.
-- sources: audit_events, journal
--
--   SELECT datetime, action, service, detail FROM service_events WHERE action IN ('created', 'failed');
CREATE TEMP VIEW service_events AS
SELECT a.time, a.datetime, a.host COLLATE NOCASE AS host,
       CASE WHEN a.success = 0 THEN 'failed' WHEN a.type = 'SERVICE_START' THEN 'started'
            ELSE 'stopped' END AS action,
       a.unit COLLATE NOCASE AS service, NULL COLLATE NOCASE AS display_name,
       NULL COLLATE NOCASE AS image_path, NULL COLLATE NOCASE AS start_type,
       NULL COLLATE NOCASE AS service_type, NULL COLLATE NOCASE AS account,
       NULL COLLATE NOCASE AS user, a.pid, a.exe COLLATE NOCASE AS exe,
       a.type || coalesce(' ' || a.result, '') AS detail,
       a.source, CAST(a.serial AS TEXT) AS record, 'linux' AS platform, NULL AS event_id
  FROM audit_events AS a
 WHERE a.category = 'service'
UNION ALL
-- systemd's messages, known by their identifiers (systemd/sd-messages.h). Anybody may write these
-- fields: only what a process named systemd wrote counts.
SELECT j.time, j.datetime, j.host COLLATE NOCASE,
       CASE j.message_id WHEN '39f53479d3a045ac8e11786248231fbf' THEN 'started'
                         WHEN '9d1aaa27d60140bd96365438aad20286' THEN 'stopped'
                         WHEN '98e322203f7a4ed290d09fe03c09fe15' THEN 'state'
                         WHEN '7b05ebc668384222baa8881179cfda54' THEN 'state'
                         ELSE 'failed' END,
       coalesce(j.about_unit, j.about_user_unit) COLLATE NOCASE, NULL COLLATE NOCASE,
       NULL COLLATE NOCASE, NULL COLLATE NOCASE, NULL COLLATE NOCASE, NULL COLLATE NOCASE,
       iif(j.about_user_unit IS NULL, NULL, CAST(j.uid AS TEXT)) COLLATE NOCASE,
       j.pid, j.exe COLLATE NOCASE, j.message, j.source, j.cursor, 'linux', NULL
  FROM journal AS j
 WHERE j.message_id IN ('39f53479d3a045ac8e11786248231fbf', -- a job of starting is done
                        '9d1aaa27d60140bd96365438aad20286', -- stopped
                        'be02cf6855d2428ba40df7e9d022f03d', -- a job failed
                        'd9b373ed55a64feb8242e02dbe79a49c', -- a unit went to failed
                        '98e322203f7a4ed290d09fe03c09fe15', -- its main process ended, and how
                        '7b05ebc668384222baa8881179cfda54') -- reloaded
   AND j.comm = 'systemd';
