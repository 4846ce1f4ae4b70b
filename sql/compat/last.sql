-- last: osquery's table of that name: sessions that began and ended, from wtmp.
--
-- why:     Queries written for osquery run as they are; host is where the user came from, and on_host the host of
--          the evidence. logins has failed ones, boots and the later databases too.
-- sources: logins
--
--   SELECT username, tty, time, host FROM last WHERE type_name = 'user-process';
CREATE TEMP VIEW last AS
SELECT coalesce(user, '') AS username, coalesce(tty, '') AS tty, pid,
       iif(event = 'login', 7, 8) AS type,
       iif(event = 'login', 'user-process', 'dead-process') AS type_name,
       CAST(time AS INTEGER) AS time, coalesce(remote_host, '') AS host, host AS on_host
  FROM logins
 WHERE kept_in = 'wtmp' AND event IN ('login', 'logout');
