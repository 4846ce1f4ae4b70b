-- time: osquery's table of that name: the present time, in UTC.
--
-- why:     Decorators and queries of osquery's packs compare with it.
-- sources: none
--
--   SELECT unix_time, iso_8601 FROM time;
CREATE TEMP VIEW time AS
SELECT rtrim(substr('Sunday   Monday   Tuesday  WednesdayThursday Friday   Saturday ', 1 + 9 * weekday, 9)) AS weekday,
       CAST(strftime('%Y', now, 'unixepoch') AS INTEGER) AS year,
       CAST(strftime('%m', now, 'unixepoch') AS INTEGER) AS month,
       CAST(strftime('%d', now, 'unixepoch') AS INTEGER) AS day,
       CAST(strftime('%H', now, 'unixepoch') AS INTEGER) AS hour,
       CAST(strftime('%M', now, 'unixepoch') AS INTEGER) AS minutes,
       CAST(strftime('%S', now, 'unixepoch') AS INTEGER) AS seconds,
       'UTC' AS timezone, 'UTC' AS local_timezone, now AS unix_time,
       substr('SunMonTueWedThuFriSat', 1 + 3 * weekday, 3) || ' ' ||
       substr('JanFebMarAprMayJunJulAugSepOctNovDec', 3 * strftime('%m', now, 'unixepoch') - 2, 3) || ' ' ||
       printf('%2d', strftime('%d', now, 'unixepoch')) || strftime(' %H:%M:%S %Y UTC', now, 'unixepoch')
           AS timestamp,
       strftime('%Y-%m-%dT%H:%M:%SZ', now, 'unixepoch') AS datetime,
       strftime('%Y-%m-%dT%H:%M:%SZ', now, 'unixepoch') AS iso_8601,
       (now + 11644473600) * 10000000 AS win_timestamp
  FROM (SELECT CAST(strftime('%s', 'now') AS INTEGER) AS now, CAST(strftime('%w', 'now') AS INTEGER) AS weekday);
