-- t1569_launchctl: findings of T1569.001.
--
-- why:      What the analytics found of code that launchd runs: by commands of launchctl, or by the
--           traces that remain.
-- severity: as findings grades it
-- attack:   T1569.001 (v19.1)
-- sources:  findings
--
--   SELECT datetime, severity, subject, why FROM t1569_launchctl ORDER BY time;
CREATE TEMP VIEW t1569_launchctl AS
SELECT f.time, f.datetime, f.host, f.platform, f.analytic, f.technique, f.severity, f.subject, f.why,
       f.signals, f.evidence, f.source, f.record
  FROM findings AS f
 WHERE instr(',' || f.technique || ',', ',T1569.001,');
