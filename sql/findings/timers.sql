-- timers: every timer, when it fires and what it starts.
--
-- why:     A timer is a service that starts by itself. On a running system the manager says when it fires
--          next; on a disk only the schedule in the unit is known.
-- sources: unit_files, unit_settings, systemd_units
--
--   SELECT host, unit, activates, schedule, next_datetime FROM timers ORDER BY next_time;
CREATE TEMP VIEW timers AS
WITH schedules AS MATERIALIZED (
    SELECT host, unit, scope_user, group_concat(key || '=' || value, '; ') AS schedule
      FROM unit_settings WHERE section = 'Timer' AND effective AND key GLOB 'On*' GROUP BY 1, 2, 3
), starts AS MATERIALIZED (
    SELECT host, unit, scope_user, max(value) AS activates
      FROM unit_settings WHERE section = 'Timer' AND effective AND key = 'Unit' GROUP BY 1, 2, 3
), loaded AS MATERIALIZED (
    SELECT host, id, scope, next_elapse_time, last_trigger_time
      FROM systemd_units WHERE optional = 1 AND type = 'timer'
)
SELECT u.host, u.name AS unit, coalesce(a.activates, replace(u.name, '.timer', '.service')) AS activates,
       s.schedule, l.next_elapse_time AS next_time, utc_datetime(l.next_elapse_time) AS next_datetime,
       l.last_trigger_time AS last_time, u.state AS enabled, u.scope, u.scope_user AS user, u.path, u.source
  FROM unit_files AS u
  LEFT JOIN schedules AS s ON s.host = u.host AND s.unit = u.name AND s.scope_user IS u.scope_user
  LEFT JOIN starts AS a ON a.host = u.host AND a.unit = u.name AND a.scope_user IS u.scope_user
  LEFT JOIN loaded AS l ON l.host = u.host AND l.id = u.name AND l.scope = u.scope
 WHERE u.kind = 'unit' AND u.name GLOB '*.timer' AND u.shadowed_by IS NULL;
