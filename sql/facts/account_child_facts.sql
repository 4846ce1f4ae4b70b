-- account_child_facts: commands of service tools below a process of a network service's account.
--
-- why:     Input of the detections of the shape `account_child`. Columns hold facts, no judgement.
-- columns: time             REAL         when it was run
--          datetime         TEXT         the same as text
--          host             TEXT NOCASE  host that it was run on
--          platform                      linux, windows or macos
--          cmdline          TEXT NOCASE  the command line
--          tool                          the service tool
--          verb             TEXT NOCASE  what the tool was asked to do
--          target           TEXT NOCASE  what the tool acts on
--          user             TEXT NOCASE  account that it ran as
--          service_account               this is an account of a network service too
--          parent           TEXT NOCASE  command line of the parent
--          parent_user      TEXT NOCASE  account of the parent, which is a network service's
--          evidence                      the row as JSON, for people
--          source           TEXT         where the record is
--          record           TEXT         which record it is
-- usual:   {"time": 1760000000, "host": "pc1", "platform": "linux", "cmdline": "systemctl start x", "tool": "systemctl",
--           "verb": "start", "target": "x", "user": "www-data", "service_account": 1, "parent": "sh -c id",
--           "parent_user": "www-data", "source": "audit.log", "record": "1"}
-- rows:    audit_events, windows_events
-- sources: service_commands, process_events, service_accounts
--
--   SELECT datetime, cmdline, parent, parent_user FROM account_child_facts;
CREATE TEMP VIEW account_child_facts AS
WITH commands AS MATERIALIZED (
    SELECT c.time, c.datetime, c.host, c.platform, c.cmdline, c.tool, c.verb, c.target, c.user, c.ppid,
           c.source, c.record
      FROM service_commands AS c
     WHERE c.ppid IS NOT NULL AND c.time >= scope_since(0) AND c.time <= scope_until(0)
), accounts AS MATERIALIZED ( -- of the processes that ran a command, without what takes long to read
    SELECT p.host, p.pid, p.time, p.user, p.source, p.record
      FROM process_events AS p
     WHERE p.pid IN (SELECT ppid FROM commands)
       AND p.time >= scope_since(3600) AND p.time <= scope_until(0)
       AND listed('service_accounts', p.user)
), lines AS MATERIALIZED ( -- nearly always of none
    SELECT p.pid, p.source, p.record, p.cmdline
      FROM process_events AS p
     WHERE p.pid IN (SELECT pid FROM accounts)
       AND p.time >= scope_since(3600) AND p.time <= scope_until(0)
), parents AS MATERIALIZED (
    SELECT a.host, a.pid, a.time, l.cmdline, a.user
      FROM accounts AS a JOIN lines AS l ON l.source = a.source AND l.record = a.record AND l.pid = a.pid
)
SELECT c.time, c.datetime, c.host, c.platform, c.cmdline, c.tool, c.verb, c.target, c.user,
       listed('service_accounts', c.user) AS service_account,
       p.cmdline AS parent, p.user AS parent_user,
       json_object('tool', c.tool, 'verb', c.verb, 'target', c.target, 'user', c.user,
                   'parent', p.cmdline, 'parent_user', p.user) AS evidence, c.source, c.record
  FROM commands AS c
  JOIN parents AS p ON p.host = c.host AND p.pid = c.ppid AND c.time BETWEEN p.time AND p.time + 3600;
