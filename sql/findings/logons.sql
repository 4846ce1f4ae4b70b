-- logons: who logged in, from where, and who failed to, on any platform.
--
-- why:     Every change of a service has an account that requested it. Windows: 4624, 4625 and 4634, also
--          where they were forwarded; Linux: what sshd, login, su and similar programs wrote.
-- sources: auth_events, windows_events
--
--   SELECT datetime, host, kind, user, remote_host FROM logons ORDER BY time;
CREATE TEMP VIEW logons AS
SELECT a.time, a.datetime, a.host COLLATE NOCASE AS host, CASE WHEN a.kind = 'session_end' THEN 'logout' WHEN a.success = 0 OR a.kind = 'auth' THEN 'failed'
            ELSE 'login' END AS kind,
       coalesce(a.target_user, a.user) COLLATE NOCASE AS user, a.remote_host, NULL AS logon_type,
       a.program, a.source, CAST(a.line AS TEXT) AS record
  FROM auth_events AS a
 WHERE a.kind IN ('login', 'auth', 'session', 'session_end')
UNION ALL
SELECT w.time, w.datetime, w.computer, CASE w.event_id WHEN 4624 THEN 'login' WHEN 4625 THEN 'failed'
                                                       ELSE 'logout' END,
       w.data ->> 'TargetUserName', nullif(w.data ->> 'IpAddress', '-'), logon_type(w.data ->> 'LogonType'),
       'Security', w.source, CAST(w.record_id AS TEXT)
  FROM windows_events AS w
 WHERE w.event_id IN (4624, 4625, 4634) AND w.provider_name = 'Microsoft-Windows-Security-Auditing';
