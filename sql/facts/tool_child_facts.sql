-- tool_child_facts: programs that a service tool of systemd, or its pager or editor, started.
--
-- why:     Input of the detections of the shape `tool_child`. Columns hold facts, no judgement.
-- columns: time        REAL         when it was started
--          datetime    TEXT         the same as text
--          host        TEXT NOCASE  host that it ran on
--          platform                 linux
--          name        TEXT NOCASE  name of the program
--          exe         TEXT NOCASE  path of the program
--          cmdline     TEXT NOCASE  its command line
--          user        TEXT NOCASE  account that it ran as
--          login_user  TEXT NOCASE  account that had logged on
--          pid         INTEGER      number of the process
--          ppid        INTEGER      number of its parent
--          tool        TEXT NOCASE  command line of the service tool
--          tool_time   REAL         when the tool, or the pager that it started, was started
--          helper                   it has the name of a pager, an editor or one of the tools' own helpers
--          evidence                 the row as JSON, for people
--          source      TEXT         where the record is
--          record      TEXT         which record it is
-- usual:   {"time": 1760000000, "host": "pc1", "platform": "linux", "name": "less", "exe": "/usr/bin/less",
--           "cmdline": "less", "user": "root", "login_user": "alice", "tool": "systemctl status agent",
--           "helper": 1, "source": "audit.log", "record": "1"}
-- rows:    audit_events, windows_events
-- first: SELECT 1 FROM process_events
--           WHERE platform = 'linux' AND ppid IS NOT NULL AND time >= scope_since(0) AND time <= scope_until(0)
-- sources: process_rows, process_events
--
--   SELECT datetime, login_user, tool, cmdline FROM tool_child_facts;
CREATE TEMP VIEW tool_child_facts AS
WITH helpers(name) AS (
    VALUES ('pager'), ('less'), ('more'), ('most'), ('cat'), ('sensible-pager'), ('editor'),
           ('sensible-editor'), ('select-editor'), ('nano'), ('vi'), ('vim'), ('vim.basic'),
           ('vim.tiny'), ('nvim'), ('emacs'), ('ed'), ('mcedit'), ('systemd-tty-ask'),
           ('systemd-ask-pas'), ('pkttyagent'), ('systemd-sysv-in'), ('update-rc.d'),
           ('chkconfig'), ('ssh'), ('lesspipe'), ('systemctl')
), names(name) AS (
    VALUES ('systemctl'), ('journalctl'), ('systemd-analyze'), ('loginctl'), ('machinectl'), ('busctl'), ('systemd-run'),
           ('timedatectl'), ('hostnamectl')
), asked AS MATERIALIZED ( -- where the query asks for a time: who started what was started then, if they are few
    SELECT DISTINCT ppid FROM process_events
     WHERE scoped() AND platform = 'linux' AND ppid IS NOT NULL AND time >= scope_since(0) AND time <= scope_until(0)
     LIMIT 20000
), kin AS MATERIALIZED ( -- of those the tools, pagers and editors, which may have begun an hour earlier
    SELECT p.host, p.pid, p.time, p.name, p.cmdline FROM process_events AS p
     WHERE scoped() AND p.pid IN (SELECT ppid FROM asked) AND p.time >= scope_since(3600) AND p.time <= scope_until(0)
       AND p.name IN (SELECT name FROM helpers UNION ALL SELECT name FROM names)
), whole AS MATERIALIZED ( -- a row where all tools are wanted: one of them is a pager or an editor, whose own tool is not known
    SELECT 1 FROM kin WHERE name NOT IN (SELECT name FROM names)
    UNION ALL
    SELECT 1 WHERE NOT scoped() OR (SELECT count(*) FROM asked) = 20000
     LIMIT 1
), tools AS MATERIALIZED ( -- CROSS JOIN: read only then; a pager's tool may have begun another hour earlier
    SELECT p.host, p.pid, p.time, p.cmdline FROM whole CROSS JOIN process_events AS p
     WHERE p.time >= scope_since(7200) AND p.time <= scope_until(0)
       AND p.name IN ('systemctl', 'journalctl', 'systemd-analyze', 'loginctl', 'machinectl',
                      'busctl', 'systemd-run', 'timedatectl', 'hostnamectl')
    UNION ALL
    SELECT host, pid, time, cmdline FROM kin
     WHERE name IN (SELECT name FROM names) AND NOT EXISTS (SELECT 1 FROM whole)
), shown AS MATERIALIZED ( -- the pagers and editors among their children
    SELECT p.host, p.pid, p.time, t.cmdline
      FROM whole CROSS JOIN process_events AS p
     CROSS JOIN tools AS t ON t.host = p.host AND t.pid = p.ppid AND p.time BETWEEN t.time AND t.time + 3600
     WHERE p.ppid IN (SELECT pid FROM tools) -- a key of the table: what others started is not decoded
       AND p.time >= scope_since(3600) AND p.time <= scope_until(0)
       AND p.name IN (SELECT name FROM helpers WHERE name <> 'systemctl')
), parents AS MATERIALIZED (
    SELECT host, pid, time, cmdline FROM tools WHERE cmdline NOT LIKE '%systemd-run%'
    UNION ALL
    SELECT host, pid, time, cmdline FROM shown
)
SELECT c.time, utc_datetime(c.time) AS datetime, c.host, c.platform, c.name, c.exe, c.cmdline, c.user, c.login_user, c.pid,
       c.ppid, p.cmdline AS tool, max(p.time) AS tool_time,
       c.name IN (SELECT name FROM helpers) AS helper,
       json_object('tool', p.cmdline, 'exe', c.exe, 'pid', c.pid, 'ppid', c.ppid, 'user', c.user,
                   'login_user', c.login_user) AS evidence,
       c.source, c.record
  FROM process_events AS c
 CROSS JOIN parents AS p ON p.host = c.host AND p.pid = c.ppid AND c.time BETWEEN p.time AND p.time + 3600
 WHERE c.platform = 'linux' AND c.name IS NOT NULL AND c.ppid IN (SELECT pid FROM parents)
   AND c.time >= scope_since(0) AND c.time <= scope_until(0)
 GROUP BY c.host, c.source, c.record;
