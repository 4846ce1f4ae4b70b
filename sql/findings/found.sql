-- found: what each analytic found, one row a subject, a time and an analytic.
--
-- why:     What findings brings together and finding_signals takes apart: read those.
-- attack:  as each row says
-- sources: t1569_service_creation, t1569_file_modification, t1569_process_creation,
--          t1569_registry_modification, t1569_command_execution, t1569_unasked_start,
--          t1569_tool_child, t1569_account_jump
--
--   SELECT analytic, count(*) FROM found GROUP BY analytic;
CREATE TEMP VIEW found AS
SELECT time, host, platform, analytic, technique, subject, user, NULL AS tool, NULL AS verb, service AS target,
       fired, evidence, source, record
  FROM t1569_service_creation WHERE fired <> '[]'
UNION ALL
SELECT time, host, platform, analytic, technique, subject, user, NULL, NULL, service,
       fired, evidence, source, record
  FROM t1569_file_modification WHERE fired <> '[]'
UNION ALL
SELECT time, host, platform, analytic, technique, subject, user, NULL, NULL, service,
       fired, evidence, source, record
  FROM t1569_process_creation WHERE fired <> '[]'
UNION ALL
SELECT time, host, platform, analytic, technique, subject, user, NULL, NULL, service,
       fired, evidence, source, record
  FROM t1569_registry_modification WHERE fired <> '[]'
UNION ALL
SELECT time, host, platform, analytic, technique, subject, coalesce(login_user, user), tool, verb, target,
       fired, evidence, source, record
  FROM t1569_command_execution WHERE fired <> '[]'
UNION ALL
SELECT time, host, platform, analytic, technique, subject, NULL, NULL, NULL, subject,
       fired, evidence, source, record
  FROM t1569_unasked_start
UNION ALL
SELECT time, host, platform, analytic, technique, subject, coalesce(login_user, user), tool, NULL, NULL,
       fired, evidence, source, record
  FROM t1569_tool_child
UNION ALL
SELECT time, host, platform, analytic, technique, subject, user, NULL, NULL, NULL,
       fired, evidence, source, record
  FROM t1569_account_jump;
