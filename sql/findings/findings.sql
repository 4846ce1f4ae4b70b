-- findings: everything that the analytics found worth a person's time, in one shape.
--
-- why:      One place to look. A row is one subject at one time, with all the signals that fired for
--           it; what the analytics list without a signal is left to them.
-- severity: info, low, medium, high, critical, as severities grades the sum of the signals
-- attack:   T1569 and its neighbours, as each row says (v18.1; T1685 was T1562.001 before v19)
-- sources:  t1569_service_creation, t1569_file_modification, t1569_process_creation,
--           t1569_registry_modification, t1569_command_execution, t1569_unasked_start,
--           t1569_tool_child, t1569_account_jump
--
--   SELECT datetime, severity, subject, why FROM findings ORDER BY time;
CREATE TEMP VIEW findings AS
WITH found AS (
    SELECT time, host, platform, analytic, technique, subject, signals, evidence, source, record
      FROM t1569_service_creation WHERE signals <> ''
    UNION ALL
    SELECT time, host, platform, analytic, technique, subject, signals, evidence, source, record
      FROM t1569_file_modification WHERE signals <> ''
    UNION ALL
    SELECT time, host, platform, analytic, technique, subject, signals, evidence, source, record
      FROM t1569_process_creation WHERE signals <> ''
    UNION ALL
    SELECT time, host, platform, analytic, technique, subject, signals, evidence, source, record
      FROM t1569_registry_modification WHERE signals <> ''
    UNION ALL
    SELECT time, host, platform, analytic, technique, subject, signals, evidence, source, record
      FROM t1569_command_execution WHERE signals <> ''
    UNION ALL
    SELECT time, host, platform, analytic, technique, subject, signals, evidence, source, record
      FROM t1569_unasked_start
    UNION ALL
    SELECT time, host, platform, analytic, technique, subject, signals, evidence, source, record
      FROM t1569_tool_child
    UNION ALL
    SELECT time, host, platform, analytic, technique, subject, signals, evidence, source, record
      FROM t1569_account_jump
), merged AS (
    -- A window and not GROUP BY: a term on time passes through it into the logs.
    SELECT time, host, platform, subject, group_concat(analytic) OVER same AS analytic,
           group_concat(technique) OVER same AS technique,
           ',' || group_concat(signals) OVER same || ',' AS signals,
           json_group_object(analytic, json(evidence)) OVER same AS evidence,
           min(source) OVER same AS source, min(record) OVER same AS record,
           row_number() OVER same AS nth
      FROM found
    WINDOW same AS (PARTITION BY host, subject, time, platform)
)
SELECT m.time, utc_datetime(m.time) AS datetime, m.host, m.platform,
       (SELECT group_concat(DISTINCT value) FROM json_each(
            '["' || replace(m.analytic, ',', '","') || '"]')) AS analytic,
       (SELECT group_concat(DISTINCT value) FROM json_each('["' || replace(
            m.technique || ',' || signal_techniques(m.signals), ',', '","') || '"]')) AS technique,
       signal_severity(m.signals) AS severity, m.subject, signal_reasons(m.signals) AS why,
       (SELECT group_concat(DISTINCT value) FROM json_each(
            '["' || replace(trim(m.signals, ','), ',', '","') || '"]')) AS signals,
       m.evidence, m.source, m.record
  FROM merged AS m
 WHERE m.nth = 1;
