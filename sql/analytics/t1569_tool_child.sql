-- t1569_tool_child: what a service tool's pager or editor was made to run.
--
-- why:             `sudo systemctl status x` shows its text in a pager that root runs, and `!sh` there is
--                  root's shell; SYSTEMD_EDITOR and PAGER name any program. Whatever a tool starts
--                  that is neither pager, editor nor one of its own helpers, and whatever these
--                  start, is told, where audit logs every program.
-- severity:        as the signal odd_child_of_tool is weighed
-- attack:          T1548 T1569.003 (v18.1), DS0009 Process Creation
-- false positives: an editor's own helpers (formatters, language servers)
-- sources:         process_events
--
--   SELECT datetime, login_user, subject, tool FROM t1569_tool_child;
CREATE TEMP VIEW t1569_tool_child AS
WITH helpers(name) AS (
    VALUES ('pager'), ('less'), ('more'), ('most'), ('cat'), ('sensible-pager'), ('editor'),
           ('sensible-editor'), ('select-editor'), ('nano'), ('vi'), ('vim'), ('vim.basic'),
           ('vim.tiny'), ('nvim'), ('emacs'), ('ed'), ('mcedit'), ('systemd-tty-ask'),
           ('systemd-ask-pas'), ('pkttyagent'), ('systemd-sysv-in'), ('update-rc.d'),
           ('chkconfig'), ('ssh'), ('lesspipe'), ('systemctl')
), tools AS MATERIALIZED (
    SELECT host, pid, time, cmdline FROM process_events
     WHERE name IN ('systemctl', 'journalctl', 'systemd-analyze', 'loginctl', 'machinectl',
                    'busctl', 'systemd-run', 'timedatectl', 'hostnamectl')
), shown AS MATERIALIZED ( -- the pagers and editors among their children
    SELECT p.host, p.pid, p.time, t.cmdline
      FROM process_events AS p
      JOIN tools AS t ON t.host = p.host AND t.pid = p.ppid AND p.time BETWEEN t.time AND t.time + 3600
     WHERE p.name IN (SELECT name FROM helpers WHERE name <> 'systemctl')
), parents AS MATERIALIZED (
    SELECT host, pid, time, cmdline FROM tools WHERE cmdline NOT LIKE '%systemd-run%'
    UNION ALL
    SELECT host, pid, time, cmdline FROM shown
)
SELECT c.time, c.datetime, c.host, c.platform, 't1569_tool_child' AS analytic, 'T1548' AS technique,
       signal_severity('odd_child_of_tool') AS severity, c.cmdline AS subject,
       signal_reasons('odd_child_of_tool') AS why, 'odd_child_of_tool' AS signals,
       max(p.time) AS tool_time, p.cmdline AS tool, c.user, c.login_user, c.exe,
       json_object('tool', p.cmdline, 'exe', c.exe, 'pid', c.pid, 'ppid', c.ppid, 'user', c.user,
                   'login_user', c.login_user) AS evidence, c.source, c.record
  FROM process_events AS c
  JOIN parents AS p ON p.host = c.host AND p.pid = c.ppid AND c.time BETWEEN p.time AND p.time + 3600
 WHERE c.platform = 'linux' AND c.name NOT IN (SELECT name FROM helpers)
 GROUP BY c.host, c.source, c.record;
