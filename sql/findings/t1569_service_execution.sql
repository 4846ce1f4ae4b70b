-- t1569_service_execution: findings of T1569.002.
--
-- why:      What the analytics found of code that the Service Control Manager runs: by commands of
--           sc.exe, PsExec and similar tools, or by the traces that remain.
-- severity: as findings grades it
-- attack:   T1569.002 (v19.1)
-- sources:  findings
--
--   SELECT datetime, severity, subject, why FROM t1569_service_execution ORDER BY time;
CREATE TEMP VIEW t1569_service_execution AS
SELECT f.time, f.datetime, f.host, f.platform, f.analytic, f.technique, f.severity, f.subject, f.why,
       f.signals, f.evidence, f.source, f.record
  FROM findings AS f
 WHERE instr(',' || f.technique || ',', ',T1569.002,');
