-- etc_hosts: osquery's table of that name: names that a host resolves without asking.
--
-- why:     Queries written for osquery run as they are. An intruder sends names of updates and sensors elsewhere.
-- sources: host_lines
--
--   SELECT address, hostnames FROM etc_hosts WHERE address NOT IN ('127.0.0.1', '::1');
CREATE TEMP VIEW etc_hosts AS
SELECT word1 AS address, rest AS hostnames, host
  FROM host_lines
 WHERE file = 'hosts' AND rest <> '';
