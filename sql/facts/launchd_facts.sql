-- launchd_facts: every property list of launchd, and what launchctl enabled or disabled.
--
-- why:     Input of the detections of the shape `launchd`. Columns hold facts, no judgement. Other tables are read only for rows whose guard holds.
-- columns: time                REAL     when the file was last modified
--          host                    TEXT host that it is of
--          platform                     macos
--          kind                         property list, or override: an entry of launchd's database of disabled jobs
--          path                    TEXT path of a property list
--          label                   TEXT label of the job
--          subject                 TEXT the path, or the label of an override
--          type                    TEXT daemon or agent, by the folder; NULL elsewhere
--          account                      account that it runs as
--          user                    TEXT user in whose home the property list is
--          program                 TEXT Program
--          program_arguments       TEXT ProgramArguments, a JSON array
--          command                      the program and its arguments as one text
--          environment             TEXT EnvironmentVariables
--          in_system                    it is below /System/Library, which macOS seals
--          label_matches_file  INTEGER  the label is the file's name
--          hidden              INTEGER  the file's name begins with a dot, or a flag hides it
--          error                   TEXT why it could not be read
--          run_at_load         INTEGER  RunAtLoad
--          keep_alive              TEXT KeepAlive, as JSON
--          watch_paths             TEXT WatchPaths, a JSON array
--          mode                    TEXT permissions of the file, in octal digits
--          uid                 INTEGER  owner of the file
--          domain                       of an override: its domain, the system's or a user's
--          disabled            INTEGER  of an override, whether it disables the job
--          security                     of an override that disables: the job is a security service
--          patterns                     of a list outside /System: names of exec_patterns that match its command, as a JSON array
--          script_patterns              of a list outside /System: names of exec_patterns that match its script, as a JSON array
--          places                       of a list outside /System: kinds of place that its programs and scripts are in, as path_trust() names them: ,system,temp,
--          evidence                     the row as JSON, for people
--          source                  TEXT where the record is
--          record                  TEXT which record it is
-- usual:   {"time": 1760000000, "host": "mac1", "platform": "macos", "kind": "property list", "type": "daemon",
--           "path": "/Library/LaunchDaemons/com.example.agent.plist", "label": "com.example.agent",
--           "subject": "/Library/LaunchDaemons/com.example.agent.plist", "account": "root",
--           "program": "/usr/local/bin/agent", "command": "/usr/local/bin/agent ", "in_system": 0, "hidden": 0,
--           "label_matches_file": 1, "mode": "0644", "uid": 0, "patterns": "[]", "script_patterns": "[]", "places": ",local,", "source": "/", "record": "1"}
-- rows:    launch_daemons, launchd_overrides, service_listings
-- sources: launch_daemons, launchd_overrides, service_listings, security_services, exec_patterns, attached_baseline
--
--   SELECT path, label, command FROM launchd_facts WHERE NOT in_system;
CREATE TEMP VIEW launchd_facts AS
WITH normal AS MATERIALIZED (
    SELECT host, item, detail FROM attached_baseline WHERE kind = 'launchd'
), lists AS MATERIALIZED ( -- read only where a collection has listings too
    SELECT host, label FROM launch_daemons
), listed AS (
    SELECT l.time, l.host, l.definition, l.name, l.service_type, l.scope, l.user_account, l.start_type, l.program,
           coalesce(l.arguments, json_array(l.command)) AS arguments,
           coalesce((SELECT group_concat(value, ' ') FROM json_each(l.arguments)), l.command, l.program) AS command,
           l.source, l.position
      FROM service_listings AS l
     WHERE l.platform = 'macos' AND coalesce(l.arguments, l.command, l.program) IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM lists AS d WHERE d.host = l.host AND d.label = l.name)
)
SELECT d.mtime AS time, d.host, 'macos' AS platform, 'property list' AS kind, d.path, d.label,
       d.path AS subject, d.type, coalesce(d.user_name, d.user, 'root') AS account, d.user,
       d.program, d.program_arguments,
       coalesce(d.program || ' ', '') ||
       coalesce((SELECT group_concat(value, ' ') FROM json_each(d.program_arguments)), '') AS command,
       d.environment_variables AS environment, d.path GLOB '*/System/Library/*' AS in_system,
       d.label_matches_file, d.hidden, d.error, d.run_at_load, d.keep_alive, d.watch_paths, d.mode, d.uid,
       NULL AS domain, NULL AS disabled, NULL AS security,
       iif(d.path GLOB '*/System/Library/*', NULL,
           pattern_signals('unix', coalesce(d.program || ' ', '') ||
                   coalesce((SELECT group_concat(value, ' ') FROM json_each(d.program_arguments)), ''))) AS patterns,
       iif(d.path GLOB '*/System/Library/*', NULL,
           pattern_signals('unix', replace(d.script_text, char(10), ' ; '))) AS script_patterns,
       iif(d.path GLOB '*/System/Library/*', NULL,
           path_places(command_runs(d.program_arguments), d.program)) AS places,
       json_object('label', d.label, 'program', d.program, 'arguments', json(d.program_arguments),
                   'run_at_load', d.run_at_load, 'keep_alive', json(d.keep_alive), 'mode', d.mode,
                   'uid', d.uid, 'error', d.error) AS evidence,
       d.source, d.path AS record
  FROM launch_daemons AS d
 WHERE (d.type IN ('daemon', 'agent') OR d.type IS NULL)
   AND NOT EXISTS (SELECT 1 FROM normal AS n
                    WHERE n.host = d.host AND n.item = d.path AND +n.detail IS d.sha256)
UNION ALL
SELECT o.mtime, o.host, 'macos', 'override', NULL, o.label, o.label, NULL, 'root', NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, o.domain, o.disabled,
       iif(o.disabled, EXISTS (SELECT 1 FROM security_services AS s
                                WHERE s.platform IN ('any', 'macos') AND lower(o.label) GLOB s.name),
           NULL), NULL, NULL, NULL,
       json_object('domain', o.domain, 'disabled', o.disabled, 'key', o.key, 'value', o.value),
       o.source, o.domain || '/' || o.label
  FROM launchd_overrides AS o
 WHERE o.label IS NOT NULL
UNION ALL
-- Jobs that launchd had in memory when launchctl printed them, and whose property list is not at hand.
SELECT l.time, l.host, 'macos', 'property list', l.definition, l.name, coalesce(l.definition, l.name),
       CASE WHEN l.service_type = 'LAUNCH_AGENT' OR l.scope GLOB 'gui/*' OR l.scope = 'Aqua' THEN 'agent'
            WHEN l.service_type = 'LAUNCH_DAEMON' OR l.scope = 'system' THEN 'daemon' END,
       coalesce(l.user_account, 'root'), NULL, l.program, l.arguments, l.command, NULL,
       coalesce(l.definition GLOB '*/System/Library/*', 0),
       iif(l.definition GLOB '/*', l.definition GLOB '*/' || l.name || '.plist', NULL), l.definition GLOB '*/.*', NULL,
       l.start_type = 'AUTO_START', NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       iif(l.definition GLOB '*/System/Library/*', NULL, pattern_signals('unix', l.command)), NULL,
       iif(l.definition GLOB '*/System/Library/*', NULL, path_places(command_runs(l.arguments), l.program)),
       json_object('label', l.name, 'program', l.program, 'arguments', json(l.arguments)), l.source,
       CAST(l.position AS TEXT)
  FROM listed AS l
UNION ALL
SELECT o.time, o.host, 'macos', 'override', NULL, o.name, o.name, NULL, 'root', NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, o.scope, o.state = 'disabled',
       iif(o.state = 'disabled', EXISTS (SELECT 1 FROM security_services AS s
                                          WHERE s.platform IN ('any', 'macos') AND lower(o.name) GLOB s.name), NULL),
       NULL, NULL, NULL, json_object('domain', o.scope, 'state', o.state), o.source, CAST(o.position AS TEXT)
  FROM service_listings AS o
 WHERE o.platform = 'macos' AND o.form = 'launchctl print-disabled';
