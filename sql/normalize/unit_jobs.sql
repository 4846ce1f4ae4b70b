-- unit_jobs: what systemd did with units, as service_rows has it, with when the job began, and what came before it.
--
-- why:     The rows of service_rows of Linux that are of the time that the query asks for, with what asked_by needs to join
--          each with who asked for it.
-- late:    asked_by would have SQLite plan it for each use
-- columns: id           INTEGER      number of the row
--          time         REAL         when the record was written
--          datetime     TEXT         the same as text
--          host         TEXT NOCASE  host that it happened on
--          action                    as service_rows has it
--          service      TEXT NOCASE  the unit
--          display_name NOCASE       NULL
--          image_path   NOCASE       what systemd-run started
--          start_type   NOCASE       NULL
--          service_type NOCASE       NULL
--          account      NOCASE       NULL
--          manager      NOCASE       number of the user whose manager did it; NULL: the system's
--          pid          INTEGER      process id
--          exe          TEXT NOCASE  program of the process
--          detail                    more about it, for people
--          source       TEXT         where the record is
--          record       TEXT         which record it is
--          platform                  linux
--          event_id                  NULL
--          sent         REAL         when systemd sent the message
--          start                     1: the job was to start the unit
--          started      REAL         when the unit was started before that, by records of the same log
--          stopped      REAL         when it was stopped before that
--          began        REAL         when the job began; sent where that is not known
-- sources: service_rows, journal
--
--   SELECT datetime, action, service, sent - began AS took FROM unit_jobs ORDER BY took DESC LIMIT 20;
CREATE TEMP VIEW unit_jobs AS
WITH events AS MATERIALIZED (
    SELECT e.time, e.datetime, e.host, e.action, e.service, e.display_name, e.image_path, e.start_type, e.service_type,
           e.account, e.user AS manager, e.pid, e.exe, e.detail, e.source, e.record, e.platform, e.event_id, e.sent,
           -- What audit and the journal record of one change are two events.
           e.detail GLOB 'SERVICE_ST*' AS audited, e.action = 'started' OR e.detail GLOB 'Failed to start*' AS start
      FROM service_rows AS e
     WHERE e.platform = 'linux' AND e.time >= scope_since(600) AND e.time <= scope_until(1)
), begins AS MATERIALIZED ( -- jobs that begin before they are done
    SELECT j.host, coalesce(j.about_unit, j.about_user_unit) AS unit, coalesce(j.sent / 1e6, j.time) AS sent,
           j.message_id <> 'de5b426a63be47a7b6ac3eaac82e2f6f' AS start
      FROM journal AS j
     WHERE j.message_id IN ('7d4958e842da4a758f6c1cdc7b36dcc5', 'de5b426a63be47a7b6ac3eaac82e2f6f')
       AND j.comm = 'systemd' AND j.time >= scope_since(1200) AND j.time <= scope_until(1)
), spaced AS MATERIALIZED (
    SELECT e.*,
           max(e.sent) FILTER (WHERE e.action = 'started') OVER before AS started,
           max(e.sent) FILTER (WHERE e.action = 'stopped') OVER before AS stopped
      FROM events AS e
    WINDOW before AS (PARTITION BY e.host, e.service, e.manager, e.audited ORDER BY e.sent
                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT row_number() OVER () AS id, s.time, s.datetime, s.host, s.action, s.service, s.display_name, s.image_path, s.start_type,
       s.service_type, s.account, s.manager, s.pid, s.exe, s.detail, s.source, s.record, s.platform, s.event_id, s.sent, s.start,
       s.started, s.stopped,
       iif(s.action = 'state', s.sent,
           coalesce((SELECT max(b.sent) FROM begins AS b
                      WHERE b.host = s.host AND b.unit = s.service AND b.start = s.start
                        AND b.sent BETWEEN s.sent - 600 AND s.sent), s.sent)) AS began
  FROM spaced AS s;
