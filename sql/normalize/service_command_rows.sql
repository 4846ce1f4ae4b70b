-- service_command_rows: every command that did something to services, who ran it, and on what.
--
-- why:             systemctl, sc, launchctl and similar tools, however they were wrapped, from every log of processes
--                  and from what users typed. One row for each target. Where a log has what a wrapper ran as a row of its
--                  own (same host, process or its child, within ten seconds), the wrapper's row is left out unless it
--                  leads to another host or hides something. The table service_commands shows these rows.
-- false positives: patch_cycle marks commands of a package's own scripts: a tool that such scripts call, on a usual
--                  target, within a minute of the package log's lines; such scripts stop only their own service
-- sources:         process_rows, windows_events, shell_history, unified_log, package_history, evidence
--
--   SELECT datetime, login_user, tool, verb, target, cmdline FROM service_command_rows WHERE NOT patch_cycle;
CREATE TEMP VIEW service_command_rows AS
WITH patches AS MATERIALIZED (
    SELECT h.host COLLATE NOCASE AS host, CAST(h.time / 60 + d.value AS INTEGER) AS minute,
           ' ' || group_concat(DISTINCT h.package) AS packages
      FROM package_history AS h, json_each('[-1, 0, 1]') AS d
     WHERE h.time IS NOT NULL
     GROUP BY 1, 2
), children AS MATERIALIZED ( -- read only where a wrapper's command is met
    SELECT q.host, q.pid, q.ppid, q.time, q.source, q.record
      FROM process_rows AS q
     WHERE q.service_tools = 1 AND q.pid IS NOT NULL
       AND q.time >= scope_since(0) AND q.time <= scope_until(10)
), kinds AS MATERIALIZED (
    SELECT host, max(kind) AS kind FROM evidence GROUP BY host
)
SELECT p.time, p.datetime, p.host, p.user, p.login_user, p.pid, p.ppid, p.parent_exe AS parent,
       p.exe, p.cmdline,
       c.value ->> 'tool' AS tool, c.value ->> 'verb' COLLATE NOCASE AS verb,
       t.value COLLATE NOCASE AS target, c.value ->> 'options' AS options,
       c.value ->> 'remote' COLLATE NOCASE AS remote, c.value ->> 'runtime' AS runtime,
       trim(iif(p.via IN ('sudo', 'pkexec', 'doas', 'su', 'run0', 'cron'), p.via || ' ', '')
            || replace(trim(c.value ->> 'via', '[]"'), '","', ' ')) AS via,
       c.value ->> 'obfuscated' AS obfuscated, p.success,
       coalesce(q.minute IS NOT NULL
           AND c.value ->> 'tool' IN ('systemctl', 'deb-systemd-invoke', 'deb-systemd-helper',
                                      'invoke-rc.d', 'update-rc.d', 'service', 'chkconfig')
           AND c.value ->> 'remote' IS NULL AND NOT c.value ->> 'obfuscated'
           AND coalesce(p.user, 'root') = 'root'
           AND coalesce(path_trust(t.value), 'system') IN ('system', 'local')
           -- A package's scripts stop the package's own services: auditd of auditd, nginx of nginx-light.
           AND (c.value ->> 'verb' NOT IN ('stop', 'kill', 'mask', 'disable', 'off', 'remove')
                OR instr(lower(replace(q.packages, ',', ' ')),
                         ' ' || nullif(rtrim(replace(lower(t.value), '.service', ''), 'd'), ''))), 0)
           AS patch_cycle,
       p.source, p.record, p.platform, p.session
  FROM process_rows AS p -- CROSS JOIN streams the rows; a comma would let SQLite store them all first
 CROSS JOIN json_each(service_command(p.cmdline)) AS c
 CROSS JOIN json_each(iif(c.value ->> 'targets' = '[]', '[null]', c.value ->> 'targets')) AS t
  LEFT JOIN patches AS q ON q.host = p.host AND q.minute = CAST(p.time / 60 AS INTEGER)
 WHERE p.service_tools = 1
   AND service_command(p.cmdline) IS NOT NULL -- before the other columns of a row are computed
   AND (c.value ->> 'via' = '[]' OR c.value ->> 'remote' IS NOT NULL OR c.value ->> 'obfuscated'
        OR p.via IN ('sudo', 'pkexec', 'doas', 'su', 'run0', 'cron', 'tty') OR c.value ->> 'tool' = 'powershell'
        -- A log that is filtered, or lost its tail, lacks the child: a process of the wrapper, or the
        -- wrapper's own process with another program.
        OR NOT (EXISTS (SELECT 1 FROM children AS q WHERE q.host = p.host AND q.ppid = p.pid
                                                      AND q.time BETWEEN p.time AND p.time + 10)
                OR EXISTS (SELECT 1 FROM children AS q WHERE q.host = p.host AND q.pid = p.pid
                                                         AND q.time BETWEEN p.time AND p.time + 10
                                                         AND (q.record <> p.record OR q.source <> p.source))))
UNION ALL
SELECT h.time, h.datetime, h.host COLLATE NOCASE, h.user COLLATE NOCASE, h.user COLLATE NOCASE,
       NULL, NULL, h.shell COLLATE NOCASE, NULL COLLATE NOCASE, h.command COLLATE NOCASE,
       c.value ->> 'tool', c.value ->> 'verb' COLLATE NOCASE, t.value COLLATE NOCASE,
       c.value ->> 'options', c.value ->> 'remote' COLLATE NOCASE, c.value ->> 'runtime',
       replace(trim(c.value ->> 'via', '[]"'), '","', ' '), c.value ->> 'obfuscated', NULL, 0,
       h.source, CAST(h.line AS TEXT),
       iif(k.kind = 'macos', 'macos', iif(h.shell = 'pwsh' AND k.kind IS NOT 'linux', 'windows',
                                          'linux')), NULL
  FROM shell_history AS h
 CROSS JOIN json_each(service_command(h.command)) AS c
 CROSS JOIN json_each(iif(c.value ->> 'targets' = '[]', '[null]', c.value ->> 'targets')) AS t
  LEFT JOIN kinds AS k ON k.host = h.host
UNION ALL
-- Text that PowerShell ran: script blocks (4104), pipelines (800, 4103) and the host's own command
-- line (400), from any provider, with or without a process of its own.
SELECT w.time, w.datetime, w.computer COLLATE NOCASE, CAST(w.user AS TEXT) COLLATE NOCASE, CAST(w.user AS TEXT) COLLATE NOCASE,
       w.pid, NULL, NULL COLLATE NOCASE, 'powershell.exe' COLLATE NOCASE, w.cmdline COLLATE NOCASE,
       c.value ->> 'tool', c.value ->> 'verb' COLLATE NOCASE, t.value COLLATE NOCASE,
       c.value ->> 'options', c.value ->> 'remote' COLLATE NOCASE, c.value ->> 'runtime',
       replace(trim(c.value ->> 'via', '[]"'), '","', ' '), c.value ->> 'obfuscated', NULL, 0,
       w.source, w.record, 'windows', NULL
  FROM (SELECT e.time, e.datetime, e.computer, e.user_sid AS user,
               iif(e.event_id IN (4104, 4103), e.pid, NULL) AS pid,
               CASE e.event_id
               WHEN 4104 THEN e.script_block_text
               WHEN 800 THEN e.param1
               WHEN 400 THEN substr(e.param3, instr(e.param3, 'HostApplication=') + 16,
                                    instr(substr(e.param3, instr(e.param3, 'HostApplication=') + 16),
                                          char(10)) - 1)
               ELSE substr(e.payload, instr(e.payload, '(') + 1,
                           instr(e.payload, ')') - instr(e.payload, '(') - 1)
                    || iif(instr(e.payload, 'name="Name"; value="'),
                           ' -Name "' || substr(e.payload, instr(e.payload, 'name="Name"; value="') + 20,
                                instr(substr(e.payload, instr(e.payload, 'name="Name"; value="') + 20), '"')),
                           '') END AS cmdline,
               e.source, CAST(e.record_id AS TEXT) AS record
          FROM windows_events AS e
         WHERE e.event_id IN (4104, 4103, 800, 400)
           AND e.provider_name IN ('Microsoft-Windows-PowerShell', 'PowerShell', 'PowerShellCore')
        UNION ALL -- an arm without FROM keeps SQLite from computing a column again at each use
        SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0) AS w
 CROSS JOIN json_each(service_command(w.cmdline)) AS c
 CROSS JOIN json_each(iif(c.value ->> 'targets' = '[]', '[null]', c.value ->> 'targets')) AS t
 WHERE service_command(w.cmdline) IS NOT NULL
UNION ALL
-- What launchd was asked, and by which process: "Bootstrap by launchctl[90] for PATH succeeded", "bootout initiated by:
-- launchctl[91]<-sh[88]", "removing job: caller = launchctl". The command line is one that does the same.
SELECT b.time, b.datetime, b.host COLLATE NOCASE, CAST(b.user AS TEXT) COLLATE NOCASE,
       CAST(b.user AS TEXT) COLLATE NOCASE, b.pid, NULL, b.parent COLLATE NOCASE, b.tool COLLATE NOCASE,
       b.tool || ' ' || b.verb || ' ' || b.domain || iif(b.verb = 'bootstrap', ' ', '/') || b.target COLLATE NOCASE,
       b.tool, b.verb COLLATE NOCASE, b.target COLLATE NOCASE, '[]', NULL, 0, '', 0, b.success, 0, b.source, b.record,
       'macos', NULL
  FROM (SELECT u.time, u.datetime, u.host, u.source, CAST(u.position AS TEXT) AS record,
               CASE WHEN u.message GLOB 'Bootstrap by *' THEN 'bootstrap' WHEN u.message GLOB 'bootout *' THEN 'bootout'
                    ELSE 'remove' END AS verb,
               regex_match(u.message, '(by:?|caller =) ([^[<]+)', 2) AS tool,
               CAST(regex_match(u.message, '^[^[]*\[([0-9]+)\]', 1) AS INTEGER) AS pid,
               regex_match(u.message, '<-([^[<]+)', 1) AS parent,
               regex_match(u.subsystem, '^(system|[a-z]+/[0-9]+)', 1) AS domain,
               coalesce(regex_match(u.message, ' for (.*) (succeeded|failed)', 1),
                        regex_match(u.subsystem, '^(system|[a-z]+/[0-9]+)/([^ ]+)', 2)) AS target,
               iif(u.subsystem GLOB 'system*', 'root', regex_match(u.subsystem, '^(gui|user|login)/([0-9]+)', 2)) AS user,
               u.message NOT GLOB '* failed (*' AS success
          FROM unified_log AS u
         WHERE u.process = 'launchd'
           AND (u.message GLOB 'Bootstrap by *' OR u.message GLOB '*bootout initiated by: *'
                OR u.message GLOB 'removing job: caller = *')
        UNION ALL -- an arm without FROM keeps SQLite from computing a column again at each use
        SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE 0) AS b
 WHERE b.target IS NOT NULL;
