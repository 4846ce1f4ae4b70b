-- posture_answers: each check of the mitigations on each host: its failures, or its result without one.
--
-- why:      A check without a failure has passed only where its sources were read whole, so their state is read last:
--           source_state() takes the number of failures, which is known when the check's tables were read. A term on
--           mitigation leaves the others' tables unread.
-- late:     the four views on it would have SQLite plan it for each, with the arms of platforms that no evidence is of
-- columns:  host        host that the evidence is of
--           mitigation  ATT&CK mitigation that the check belongs to
--           check_name  name of the check; see the table posture_checks
--           status      pass, fail, unknown or not_applicable
--           severity    info, low, medium, high or critical
--           subject     what the finding is about: a path, service, command, label or key
--           why         why it is worth a person's time
--           evidence    what the judgement rests on, as a JSON object
--           source      file, bus or log in the evidence that the row was read from
-- severity: as posture_checks says of a failure, else info
-- attack:   M1018 M1022 M1026 M1040
-- sources:  posture_questions, failed_inputs, failed_user_accounts, failed_permissions, failed_privileged_accounts,
--           failed_behavior_prevention
--
--   SELECT host, check_name, status, subject, why FROM posture_answers WHERE mitigation = 'M1026';
CREATE TEMP VIEW posture_answers AS
WITH questions AS MATERIALIZED (
    SELECT host, name, platform, mitigation, severity, why, tables, location, applicable, copied
      FROM posture_questions
), listed AS (
    SELECT 'M1018' AS mitigation, host, check_name, subject, evidence, source, NULL AS platform
      FROM failed_user_accounts
    UNION ALL
    SELECT 'M1022', host, check_name, subject, evidence, source, NULL FROM failed_permissions
    UNION ALL
    SELECT 'M1026', host, check_name, subject, evidence, source, NULL FROM failed_privileged_accounts
    UNION ALL
    SELECT 'M1040', host, check_name, subject, evidence, source, NULL FROM failed_behavior_prevention
    UNION ALL
    SELECT mitigation, host, check_name, subject, evidence, source, NULL FROM failed_inputs
    UNION ALL
    SELECT mitigation, host, name, NULL, NULL, NULL, platform FROM questions -- one row for each check and host
), counted AS (
    SELECT f.mitigation, f.host, f.check_name, f.subject, f.evidence, f.source, f.platform,
           count(*) FILTER (WHERE f.platform IS NULL)
               OVER (PARTITION BY f.mitigation, f.host, f.check_name) AS failures
      FROM listed AS f
), answered AS (
    SELECT q.host, q.mitigation, c.check_name, c.platform IS NULL AS failed, c.subject, q.why,
           q.severity, c.evidence, c.source, q.tables,
           CASE WHEN NOT q.applicable THEN 'not_applicable'
                WHEN c.platform IS NULL THEN 'fail'
                ELSE source_state(q.tables, q.location, q.host, c.failures) END AS state, q.copied
      FROM counted AS c
      JOIN questions AS q
        ON q.host = c.host AND q.name = c.check_name AND q.mitigation = c.mitigation
       AND coalesce(c.platform, q.platform) = q.platform
     WHERE (c.platform IS NULL AND q.applicable) OR c.failures = 0
    -- An arm without FROM keeps SQLite from computing a column again at each use.
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
     WHERE 0
)
SELECT a.host, a.mitigation, a.check_name,
       CASE WHEN a.state IN ('fail', 'not_applicable') THEN a.state
            WHEN a.state = 'read' AND NOT a.copied THEN 'pass' ELSE 'unknown' END AS status,
       iif(a.failed, a.severity, 'info') AS severity, a.subject, a.why,
       CASE WHEN a.failed OR a.state = 'not_applicable' THEN a.evidence
            WHEN a.state <> 'read' OR a.copied
            THEN json_object('tables', a.tables,
                             'status', iif(a.state = 'read', 'owners not kept', a.state)) END AS evidence,
       a.source
  FROM answered AS a;
