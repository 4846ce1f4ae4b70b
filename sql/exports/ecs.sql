-- ecs: findings as alerts of the Elastic Common Schema 8.17, a JSON object a line: svcql hunt --format ecs
--
-- why:     Elastic's Security reads an event only where it has @timestamp, ecs.version, event.kind, event.category
--          and event.type. A finding without a time (a file's may be unknown) has that of the hunt.
--          event.severity is that of Elastic's own alerts: 21 low, 47 medium, 73 high, 99 critical.
-- sources: hunt_findings: what `svcql hunt` found, with the columns of findings
WITH kinds(analytic, category, type) AS (VALUES
    ('t1569_service_creation', 'configuration', 'creation'),
    ('t1569_registry_modification', 'registry', 'change'),
    ('t1569_file_modification', 'file', 'change'),
    ('t1569_process_creation', 'process', 'start'),
    ('t1569_command_execution', 'process', 'info'),
    ('t1569_service_network', 'network', 'connection')
)
SELECT json_patch('{}', json_object(
           '@timestamp', coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', f.time, 'unixepoch'),
                                  strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
           'message', f.subject || ': ' || f.why,
           'ecs', json_object('version', '8.17.0'),
           'event', json_object(
               'kind', 'alert', 'module', 'svcql', 'dataset', 'svcql.findings', 'provider', f.analytic,
               'category', json_array(coalesce(k.category, 'host')), 'type', json_array(coalesce(k.type, 'info')),
               'id', f.key, 'reason', f.why, 'original', f.evidence,
               'severity', CASE f.severity WHEN 'critical' THEN 99 WHEN 'high' THEN 73 WHEN 'medium' THEN 47
                                           WHEN 'low' THEN 21 ELSE 1 END),
           'host', json_object('name', f.host, 'hostname', f.host, 'os', json_object('type', f.platform)),
           'user', iif(f.user IS NULL, NULL, json_object('name', f.user)),
           'process', iif(f.tool IS NULL, NULL, json_object('name', f.tool)),
           'service', iif(f.target IS NULL, NULL, json_object('name', f.target)),
           'log', json_object('file', json_object('path', f.source)),
           'rule', json_object('name', f.analytic, 'category', f.severity, 'ruleset', 'svcql', 'version', svcql_version()),
           'threat', iif(f.technique IS NULL, NULL, json_object(
               'framework', 'MITRE ATT&CK',
               'technique', json_object(
                   'id', (SELECT json_group_array(DISTINCT substr(value, 1, 5)) FROM json_each(f.ids)),
                   'reference', (SELECT json_group_array(DISTINCT 'https://attack.mitre.org/techniques/' || substr(value, 1, 5) || '/')
                                   FROM json_each(f.ids)),
                   'subtechnique', json_object('id', (SELECT json_group_array(value) FROM json_each(f.ids) WHERE length(value) > 5))))),
           'related', json_object('hosts', json_array(f.host), 'user', iif(f.user IS NULL, NULL, json_array(f.user))),
           'tags', json('["' || replace(f.signals, ',', '","') || '"]')))
  FROM (SELECT *, '["' || replace(technique, ',', '","') || '"]' AS ids,
               substr(analytic, 1, instr(analytic || ',', ',') - 1) AS first_analytic
          FROM hunt_findings) AS f
  LEFT JOIN kinds AS k ON k.analytic = f.first_analytic;
