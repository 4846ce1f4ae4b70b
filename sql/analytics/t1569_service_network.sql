-- t1569_service_network: connections of services that were created shortly before.
--
-- why:             Remote execution creates a service, runs it once and removes it; the program then connects to its
--                  operator. A service that opens a connection within minutes of its creation should be examined,
--                  together with what the other analytics report of it.
-- severity:        by the weight of the signal network_of_new_service
-- attack:          T1569.002 T1569.003 (v19.1), DC0082 Network Connection Creation, DET0421
-- false positives: updaters that register themselves and fetch at once
-- sources:         network_signals
--
--   SELECT datetime, host, subject, why FROM t1569_service_network;
CREATE TEMP VIEW t1569_service_network AS
SELECT n.time, utc_datetime(n.time) AS datetime, n.host, n.platform, 't1569_service_network' AS analytic,
       attack_id(iif(n.platform = 'windows', 'T1569.002', 'T1569.003')) AS technique,
       signal_severity(n.fired) AS severity,
       coalesce(n.exe, n.service) || ' ' || coalesce(n.name, n.address, '') || coalesce(':' || n.port, '') AS subject,
       signal_reasons(n.fired) AS why, signal_names(n.fired) AS signals, once(n.fired) AS fired, n.service,
       n.exe, n.address, n.port, n.name, n.user, n.evidence, n.source, n.record
  FROM network_signals AS n
 WHERE n.fired <> '[]'
   AND NOT EXISTS (SELECT 1 FROM known_services AS k
                    WHERE (n.service GLOB k.name
                           OR (n.platform = 'windows' AND lower(n.service) GLOB lower(k.name)))
                      AND (k.host IS NULL OR k.host = n.host));
