-- network_facts: connections and name queries of programs that had become a service shortly before.
--
-- why:     Input of the detections of the shape `network`. On Windows the service is one whose program opened
--          the connection; on Linux a transient unit, and a child of process 1. Where no service was created, no log of
--          connections is read.
-- columns: time         REAL         when it was opened or resolved
--          host         TEXT NOCASE  host that it was on
--          platform                  linux or windows
--          action                    connected or resolved
--          exe          TEXT NOCASE  program that did it
--          pid          INTEGER      its process
--          user         TEXT NOCASE  account that it ran as
--          address                   address of the destination
--          port         INTEGER      port of the destination
--          name         TEXT NOCASE  name that it resolved or connected to
--          service      TEXT NOCASE  the service
--          age                       seconds since the most recent creation of the service
--          window                    knob network_window, at most an hour: seconds within which a connection counts
--          local                     the address is a loopback address
--          evidence                  the row as JSON, for people
--          source       TEXT         where the record is
--          record       TEXT         which record it is
-- usual:   {"time": 1760000000, "host": "pc1", "platform": "windows", "action": "connected",
--           "exe": "C:\\Program Files\\Report\\agent.exe", "pid": 1200, "address": "192.0.2.1", "port": 443,
--           "service": "ReportAgent", "age": 86400, "window": 600, "local": 0, "source": "Sysmon.evtx", "record": "1"}
-- rows:    audit_events, windows_events
-- first: SELECT 1 FROM network_rows AS n
--           WHERE n.time >= scope_since(0) AND n.time <= scope_until(0) AND (n.platform = 'windows' OR n.ppid = 1)
-- sources: network_rows, service_rows, attack_knobs
--
--   SELECT exe, name, address, age FROM network_facts WHERE age < 600;
CREATE TEMP VIEW network_facts AS
WITH knob AS MATERIALIZED (
    SELECT min(3600, coalesce((SELECT value FROM attack_knobs WHERE name = 'network_window'), 600)) AS window
), made AS MATERIALIZED ( -- from an hour before the question's time on
    SELECT e.time, e.host, e.platform, e.service,
           iif(e.platform = 'windows', lower(exec_path(e.image_path)), '') AS program
      FROM service_rows AS e
     WHERE e.action IN ('created', 'started')
       AND e.time >= scope_since(3600) AND e.time <= scope_until(0)
       AND ((e.action = 'created' AND e.platform = 'windows')
            OR (e.action = 'started' AND e.platform = 'linux' AND e.service GLOB 'run-[ru]*'))
), opened AS (
    -- The join order is fixed: without a service no log of connections is read.
    SELECT n.time, n.host, n.platform, n.action, n.exe, n.pid, n.ppid, n.user, n.address, n.port, n.name,
           n.source, n.record
      FROM (SELECT 1 FROM made LIMIT 1) CROSS JOIN network_rows AS n
     WHERE n.time >= scope_since(0) AND n.time <= scope_until(0)
)
SELECT n.time, n.host, n.platform, n.action, n.exe, n.pid, n.user, n.address, n.port, n.name, m.service,
       n.time - max(m.time) AS age, k.window,
       n.address GLOB '127.*' OR n.address IN ('::1', '0:0:0:0:0:0:0:1') AS local,
       json_object('exe', n.exe, 'pid', n.pid, 'action', n.action, 'address', n.address, 'port', n.port,
                   'name', n.name, 'service', m.service, 'user', n.user) AS evidence,
       n.source, n.record
  FROM opened AS n
  JOIN made AS m ON m.host = n.host AND m.platform = n.platform AND m.time <= n.time
   AND iif(n.platform = 'windows',
           replace(m.program, '%systemroot%', 'c:\windows') = lower(n.exe), n.ppid = 1)
  JOIN knob AS k
 GROUP BY n.host, n.source, n.record;
