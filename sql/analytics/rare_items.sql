-- rare_items: what few of the hosts in evidence have: the least frequent unit, service, job or program.
--
-- why:             Software comes to many hosts at once, an intruder's service to one or two. Counted over
--                  all evidence of at least three hosts: an item, and its content, on a tenth of
--                  them or on one. The first shows an unknown name, the second a known name with other content.
-- attack:          T1543 T1036 (v19.1): least frequency of occurrence
-- false positives: the one database server; hosts of different kinds in one investigation
-- sources:         baseline_now
--
--   SELECT kind, item, hosts, of_hosts, host FROM rare_items ORDER BY hosts, kind, item;
CREATE TEMP VIEW rare_items AS
WITH items AS MATERIALIZED (
    SELECT kind, host, item, coalesce(detail, '') AS detail, max(time) AS time
      FROM baseline_now WHERE kind NOT IN ('command', 'setting') GROUP BY kind, host, item, 4
), peers AS MATERIALIZED (
    SELECT kind, count(DISTINCT host) AS hosts FROM items GROUP BY kind
), named AS MATERIALIZED (
    SELECT kind, item, count(DISTINCT host) AS hosts FROM items GROUP BY kind, item
), exact AS MATERIALIZED (
    SELECT kind, item, detail, count(DISTINCT host) AS hosts FROM items GROUP BY kind, item, detail
)
SELECT i.kind, i.item, iif(n.hosts <= max(1, p.hosts / 10), 'name', 'content') AS rare,
       iif(n.hosts <= max(1, p.hosts / 10), n.hosts, e.hosts) AS hosts, p.hosts AS of_hosts, i.host,
       i.time, utc_datetime(i.time) AS datetime, i.detail
  FROM items AS i
  JOIN peers AS p ON p.kind = i.kind AND p.hosts >= 3
  JOIN named AS n ON n.kind = i.kind AND n.item = i.item
  JOIN exact AS e ON e.kind = i.kind AND e.item = i.item AND e.detail = i.detail
 WHERE e.hosts <= max(1, p.hosts / 10);
