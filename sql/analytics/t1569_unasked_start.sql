-- t1569_unasked_start: services that the manager started without a service tool at about that time.
--
-- why:             systemd-run's API, busctl, python over D-Bus and similar methods leave no command of
--                  systemctl; what remains is a start that PID 1 reports, without a tool in the ten seconds before.
--                  Left out are starts in bursts (boot, upgrade), regular starts (timers), and starts at times for
--                  which the host has no log of commands.
-- severity:        low (the signal without_tool), more with other signals of the service
-- attack:          T1569.003 (v19.1), DC0060 Service Creation, DET0073
-- false positives: socket and D-Bus activation of a service that is seldom used
-- sources:         start_signals
--
--   SELECT datetime, host, subject, detail FROM t1569_unasked_start;
CREATE TEMP VIEW t1569_unasked_start AS
SELECT s.time, utc_datetime(s.time) AS datetime, s.host,
       s.platform, 't1569_unasked_start' AS analytic, attack_id('T1569.003') AS technique,
       signal_severity(s.fired) AS severity, s.service AS subject,
       signal_reasons(s.fired) AS why, signal_names(s.fired) AS signals, once(s.fired) AS fired, s.detail,
       s.evidence, s.source, s.record
  FROM start_signals AS s
 WHERE s.fired <> '[]'
   AND NOT EXISTS (SELECT 1 FROM known_services AS k
                    WHERE s.service GLOB k.name AND (k.host IS NULL OR k.host = s.host));
