-- t1569_account_jump: service tools under a process that ran as a network service's account.
--
-- why:             A shell that a web server's account started, and under it systemctl as root: somebody came from the
--                  network and became root. Reported where the log has the parent too; t1569_command_execution reports
--                  what the account itself runs.
-- severity:        as the signal by_service_account is weighed
-- attack:          T1569 T1068 T1505.003 (v19.1), DC0032 Process Creation
-- false positives: a deployment run by a continuous integration server
-- sources:         account_child_signals
--
--   SELECT datetime, subject, parent, parent_user FROM t1569_account_jump;
CREATE TEMP VIEW t1569_account_jump AS
SELECT c.time, c.datetime, c.host, c.platform, 't1569_account_jump' AS analytic,
       attack_id('T1569.003') AS technique, signal_severity(c.fired) AS severity, c.cmdline AS subject,
       signal_reasons(c.fired) AS why, signal_names(c.fired) AS signals, once(c.fired) AS fired, c.parent,
       c.parent_user, c.user, c.evidence, c.source, c.record
  FROM account_child_signals AS c
 WHERE c.fired <> '[]';
