-- manager_requests: what service managers of Linux were asked to do by commands, as audit, sudo and its like, cron,
--                   histories and polkit record it.
--
-- why:     The commands of service tools that could have come to something, without those that another program wrote to
--          the journal under the name of sudo or cron, and those that polkit was asked about.
-- late:    asked_by and unit_changes would have SQLite plan it for each use
-- columns: time       REAL         when it was asked
--          datetime   TEXT         the same as text
--          host       TEXT NOCASE  host that it was asked on
--          tool       TEXT         systemctl, busctl, service, ...
--          verb       TEXT NOCASE  what it was asked to do
--          target     TEXT NOCASE  the unit, as written; NULL: none
--          options    TEXT         its options, as a JSON array
--          user                    account that it ran as
--          login_user TEXT NOCASE  account that had logged in
--          session    TEXT         login session, by audit or logind
--          pid        INTEGER      its process
--          exe        TEXT NOCASE  its program, where audit recorded it
--          cmdline    TEXT NOCASE  its command line
--          via        TEXT         programs that ran or logged it, separated by blanks
--          how                     audit, sudo, pkexec, doas, run0, cron, history, or polkit
--          source     TEXT         where the record is
--          record     TEXT         which record it is
-- sources: service_commands, auth_events
--
--   SELECT datetime, login_user, user, verb, target, how FROM manager_requests WHERE target = 'ssh.service' ORDER BY time;
CREATE TEMP VIEW manager_requests AS
WITH forged AS MATERIALIZED ( -- what another program wrote to the journal under the name of these
    SELECT a.source, CAST(a.line AS TEXT) AS record
      FROM auth_events AS a
     WHERE a.kind IN ('sudo', 'pkexec', 'doas', 'cron') AND a.exe IS NOT NULL
       AND a.writer_uid IS NOT 0 -- pkexec becomes what it runs, before journald looks
       AND (path_trust(a.exe) IS NOT 'system'
            OR lower(replace(a.exe, rtrim(a.exe, replace(a.exe, '/', '')), '')) NOT GLOB lower(replace(a.program, '-rs', '')) || '*')
)
SELECT c.time, c.datetime, c.host, c.tool, c.verb, c.target, c.options,
       coalesce(c.user, iif(c.via GLOB 'cron*', c.login_user, NULL)) AS user, c.login_user, c.session, c.pid, c.exe, c.cmdline, c.via,
       CASE WHEN c.parent NOT GLOB '*/*' THEN 'history'
            WHEN c.exe IS NOT NULL THEN 'audit'
            WHEN c.via GLOB 'sudo*' THEN 'sudo' WHEN c.via GLOB 'pkexec*' THEN 'pkexec' WHEN c.via GLOB 'doas*' THEN 'doas'
            WHEN c.via GLOB 'run0*' THEN 'run0' WHEN c.via GLOB 'cron*' THEN 'cron'
            ELSE 'audit' END AS how,
       c.source, c.record
  FROM service_commands AS c
 WHERE c.platform = 'linux' AND c.success IS NOT 0 AND c.remote IS NULL AND c.via NOT GLOB 'tty*'
   AND ' ' || c.via || ' ' NOT GLOB '* chroot *' -- where systemctl starts nothing
   AND NOT EXISTS (SELECT 1 FROM forged AS f WHERE f.source = c.source AND f.record = c.record)
UNION ALL
SELECT a.time, a.datetime, a.host, c.value ->> 'tool', c.value ->> 'verb', t.value, c.value ->> 'options', a.user, a.user,
       a.session, NULL, NULL, a.command, 'polkit', 'polkit', a.source, CAST(a.line AS TEXT)
  FROM auth_events AS a
 CROSS JOIN json_each(service_command(a.command)) AS c
 CROSS JOIN json_each(iif(c.value ->> 'targets' = '[]', '[null]', c.value ->> 'targets')) AS t
 WHERE a.kind = 'polkit' AND a.success AND a.action GLOB 'org.freedesktop.systemd1.*'
   AND (a.exe IS NULL OR (path_trust(a.exe) = 'system' AND a.exe GLOB '*/polkitd'));
