-- odd_hours: commands of service tools at an hour at which their user never gave one on another day.
--
-- why:             People work at regular hours; an intruder who uses their account works at others. Reported for users
--                  with at least twenty commands on five or more days; commands of packages' scripts are left out.
-- attack:          T1569 T1078 (v19.1), DC0064 Command Execution
-- false positives: an incident, a night of maintenance
-- sources:         service_commands
--
--   SELECT datetime, host, login_user, hour, cmdline FROM odd_hours ORDER BY time;
CREATE TEMP VIEW odd_hours AS
WITH given AS MATERIALIZED (
    SELECT DISTINCT time, datetime, host, coalesce(login_user, user) AS login_user, cmdline, source,
           record, CAST(time / 86400 AS INTEGER) AS day, strftime('%H', time, 'unixepoch') AS hour
      FROM service_commands WHERE time IS NOT NULL AND NOT patch_cycle
), users AS MATERIALIZED (
    SELECT host, login_user, count(*) AS commands, count(DISTINCT day) AS days
      FROM given GROUP BY host, login_user
), hours AS MATERIALIZED (
    SELECT host, login_user, hour, count(DISTINCT day) AS days FROM given
     GROUP BY host, login_user, hour
)
SELECT g.time, g.datetime, g.host, g.login_user, g.hour, g.cmdline, u.commands, u.days, g.source,
       g.record
  FROM given AS g
  JOIN users AS u ON u.host = g.host AND u.login_user = g.login_user
  JOIN hours AS h ON h.host = g.host AND h.login_user = g.login_user AND h.hour = g.hour
 WHERE u.commands >= 20 AND u.days >= 5 AND h.days = 1;
