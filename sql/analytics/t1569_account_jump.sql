-- t1569_account_jump: service tools under a process that ran as a network service's account.
--
-- why:             A shell that a web server's account started, and under it systemctl as root: somebody
--                  came from the network and has found a way up. Told where the log has the parent
--                  too; what the account itself runs is t1569_command_execution's.
-- severity:        as the signal by_service_account is weighed
-- attack:          T1569 T1068 T1505.003 (v18.1), DS0009 Process Creation
-- false positives: a deployment run by a continuous integration server
-- sources:         service_commands, process_events, service_accounts
--
--   SELECT datetime, subject, parent, parent_user FROM t1569_account_jump;
CREATE TEMP VIEW t1569_account_jump AS
WITH parents AS MATERIALIZED (
    SELECT p.host, p.pid, p.time, p.cmdline, p.user
      FROM process_events AS p
     WHERE p.pid IS NOT NULL
       AND EXISTS (SELECT 1 FROM service_accounts AS a WHERE p.user GLOB a.name)
)
SELECT c.time, c.datetime, c.host, c.platform, 't1569_account_jump' AS analytic,
       'T1569.003' AS technique, signal_severity('by_service_account') AS severity,
       c.cmdline AS subject, signal_reasons('by_service_account') AS why,
       'by_service_account' AS signals, p.cmdline AS parent, p.user AS parent_user, c.user,
       json_object('tool', c.tool, 'verb', c.verb, 'target', c.target, 'user', c.user,
                   'parent', p.cmdline, 'parent_user', p.user) AS evidence, c.source, c.record
  FROM service_commands AS c
  JOIN parents AS p ON p.host = c.host AND p.pid = c.ppid AND c.time BETWEEN p.time AND p.time + 3600
 WHERE NOT EXISTS (SELECT 1 FROM service_accounts AS a WHERE c.user GLOB a.name);
