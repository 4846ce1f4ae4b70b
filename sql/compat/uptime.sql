-- uptime: osquery's table of that name: how long this host has run.
--
-- why:     Decorators and queries of osquery's packs ask it. A dead disk does not run and has no row.
-- sources: host_properties
--
--   SELECT days, hours, total_seconds FROM uptime;
CREATE TEMP VIEW uptime AS
SELECT total / 86400 AS days, total / 3600 % 24 AS hours, total / 60 % 60 AS minutes, total % 60 AS seconds,
       total AS total_seconds, host
  FROM (SELECT CAST(value AS INTEGER) AS total, host FROM host_properties WHERE file = 'uptime');
