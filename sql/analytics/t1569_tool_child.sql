-- t1569_tool_child: what a service tool's pager or editor was made to run.
--
-- why:             `sudo systemctl status x` shows its text in a pager that root runs, and `!sh` there is
--                  root's shell; SYSTEMD_EDITOR and PAGER name any program. Where audit logs every program, this
--                  reports what a tool starts that is neither a pager, an editor nor one of its own helpers, and what
--                  pagers and editors start.
-- severity:        as the signal odd_child_of_tool is weighed
-- attack:          T1548 T1569.003 (v19.1), DC0032 Process Creation
-- false positives: an editor's own helpers (formatters, language servers)
-- sources:         tool_child_signals
--
--   SELECT datetime, login_user, subject, tool FROM t1569_tool_child;
CREATE TEMP VIEW t1569_tool_child AS
SELECT c.time, c.datetime, c.host, c.platform, 't1569_tool_child' AS analytic, attack_id('T1548') AS technique,
       signal_severity(c.fired) AS severity, c.cmdline AS subject, signal_reasons(c.fired) AS why,
       signal_names(c.fired) AS signals, once(c.fired) AS fired, c.tool_time, c.tool, c.user, c.login_user, c.exe,
       c.evidence, c.source, c.record
  FROM tool_child_signals AS c
 WHERE c.fired <> '[]';
