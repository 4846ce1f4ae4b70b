-- timesketch: findings as events that Timesketch imports, a JSON object a line: svcql hunt --format timesketch
--
-- why:     Timesketch asks for message, datetime (ISO 8601) and timestamp_desc. A finding without a time has no place
--          in a timeline and is left out; the program says how many.
-- sources: hunt_findings: what `svcql hunt` found, with the columns of findings
SELECT json_patch('{}', json_object(
           'message', '[' || f.severity || '] ' || f.subject || ': ' || f.why,
           'datetime', strftime('%Y-%m-%dT%H:%M:%f', f.time, 'unixepoch') || '+00:00',
           'timestamp', CAST(round(f.time * 1000000) AS INTEGER),
           'timestamp_desc', CASE substr(f.analytic, 1, instr(f.analytic || ',', ',') - 1)
                                 WHEN 't1569_service_creation' THEN 'Service defined'
                                 WHEN 't1569_file_modification' THEN 'File changed'
                                 WHEN 't1569_registry_modification' THEN 'Registry key changed'
                                 WHEN 't1569_command_execution' THEN 'Command executed'
                                 WHEN 't1569_process_creation' THEN 'Process created'
                                 WHEN 't1569_service_network' THEN 'Connection made'
                                 ELSE 'Event recorded' END,
           'data_type', 'svcql:finding', 'host', f.host, 'severity', f.severity, 'analytic', f.analytic,
           'technique', f.technique, 'subject', f.subject, 'why', f.why, 'signals', f.signals, 'user', f.user,
           'tool', f.tool, 'verb', f.verb, 'target', f.target, 'finding_key', f.key, 'source_file', f.source,
           'record', f.record, 'evidence', f.evidence,
           'tag', json('["svcql","' || f.severity || '"]')))
  FROM hunt_findings AS f
 WHERE f.time IS NOT NULL
 ORDER BY f.time;
