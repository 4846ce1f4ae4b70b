-- crontab: osquery's table of that name: the lines of crontabs.
--
-- why:     Queries written for osquery run as they are. The command of a system's crontab begins with the user, as
--          osquery shows it; cron_jobs has it apart, and scripts and anacron too.
-- sources: cron_jobs
--
--   SELECT path, minute, hour, command FROM crontab WHERE command LIKE '%/tmp/%';
CREATE TEMP VIEW crontab AS
SELECT coalesce(event, '') AS event, coalesce(minute, '') AS minute, coalesce(hour, '') AS hour,
       coalesce(day_of_month, '') AS day_of_month, coalesce(month, '') AS month,
       coalesce(day_of_week, '') AS day_of_week,
       iif(kind = 'system' AND user <> '', user || ' ' || command, command) AS command, path, host
  FROM cron_jobs
 WHERE kind IN ('system', 'user');
