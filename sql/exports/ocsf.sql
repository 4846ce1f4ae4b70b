-- ocsf: findings as Detection Findings of the Open Cybersecurity Schema Framework 1.8, a JSON object a line:
--       svcql hunt --format ocsf
--
-- why:     Class 2004 of category 2. Times are milliseconds; a finding without one has that of the hunt. The analytic
--          is a rule (type_id 1); the grade is severity_id: 1 info to 5 critical.
-- sources: hunt_findings: what `svcql hunt` found, with the columns of findings
SELECT json_patch('{}', json_object(
           'category_uid', 2, 'class_uid', 2004, 'activity_id', 1, 'type_uid', 200401, 'is_alert', json('true'),
           'time', CAST(coalesce(f.time, (julianday('now') - 2440587.5) * 86400) * 1000 AS INTEGER),
           'severity', upper(substr(f.severity, 1, 1)) || substr(f.severity, 2),
           'severity_id', CASE f.severity WHEN 'critical' THEN 5 WHEN 'high' THEN 4 WHEN 'medium' THEN 3
                                          WHEN 'low' THEN 2 ELSE 1 END,
           'status_id', 1, 'message', f.subject || ': ' || f.why,
           'metadata', json_object('version', '1.8.0', 'profiles', json_array('host'), 'uid', f.key,
                                   'product', json_object('name', 'svcql', 'vendor_name', 'svcql', 'version', svcql_version())),
           'finding_info', json_object(
               'uid', f.key, 'title', f.subject, 'desc', f.why,
               'first_seen_time', CAST(f.time * 1000 AS INTEGER),
               'data_sources', json_array(f.source),
               'analytic', json_object('type_id', 1, 'type', 'Rule', 'name', f.analytic, 'uid', f.analytic),
               'attacks', iif(f.technique IS NULL, NULL, (
                   SELECT json_group_array(json_patch('{}', json_object(
                              'version', (SELECT value FROM svcql_settings WHERE name = 'attack_version'),
                              'technique', json_object('uid', substr(value, 1, 5)),
                              'sub_technique', iif(length(value) > 5, json_object('uid', value), NULL))))
                     FROM json_each('["' || replace(f.technique, ',', '","') || '"]')))),
           'device', json_object('type_id', 0, 'hostname', f.host, 'name', f.host, 'os', json_object(
               'name', f.platform, 'type_id', CASE f.platform WHEN 'windows' THEN 100 WHEN 'linux' THEN 200
                                                              WHEN 'macos' THEN 300 ELSE 0 END)),
           'resources', json_array(json_patch('{}', json_object('name', coalesce(f.target, f.subject), 'type', 'service',
                                   'owner', iif(f.user IS NULL, NULL, json_object('name', f.user))))),
           'evidences', json_array(json_patch('{}', json_object('data', json_object(
               'source', f.source, 'record', f.record, 'evidence', f.evidence, 'signals', f.signals,
               'tool', f.tool, 'verb', f.verb))))))
  FROM hunt_findings AS f;
