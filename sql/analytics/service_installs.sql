-- service_installs: each installation of a Windows service once, whichever logs report it.
--
-- why:             System 7045 has the display name and Security 4697 the key's name, the account that did it
--                  and the process's subject: together they show what was installed, under which name, and by whom.
--                  Records of one host and image within five seconds are one installation.
-- attack:          T1543.003, T1569.002 (v19.1), DC0060 Service Creation
-- false positives: none: it only lists; t1569_service_creation judges
-- sources:         service_rows
--
--   SELECT datetime, host, service, display_name, image_path, installed_by FROM service_installs
--    WHERE installed_by NOT LIKE '%$' ORDER BY time;
CREATE TEMP VIEW service_installs AS
WITH events AS (
    SELECT e.*, e.time - lag(e.time) OVER image > 5 IS NOT 0 AS first
      FROM service_rows AS e
     WHERE e.platform = 'windows' AND e.event_id IN (7045, 4697)
    WINDOW image AS (PARTITION BY e.host, e.image_path ORDER BY e.time)
), numbered AS (
    SELECT t.*, sum(t.first) OVER (PARTITION BY t.host, t.image_path ORDER BY t.time) AS nth
      FROM events AS t
)
SELECT min(n.time) AS time, min(n.datetime) AS datetime, n.host,
       max(iif(n.event_id = 4697, n.service, NULL)) AS service,
       max(iif(n.event_id = 7045, n.service, NULL)) AS display_name,
       n.image_path, max(n.start_type) AS start_type, max(n.service_type) AS service_type,
       max(n.account) AS account,
       coalesce(max(iif(n.event_id = 4697, n.user, NULL)), max(n.user)) AS installed_by,
       group_concat(DISTINCT n.event_id) AS event_ids, group_concat(DISTINCT n.source) AS source,
       group_concat(n.record) AS record
  FROM numbered AS n
 GROUP BY n.host, n.image_path, n.nth;
