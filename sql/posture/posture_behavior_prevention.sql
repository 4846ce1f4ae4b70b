-- posture_behavior_prevention: whether Windows blocks what remote execution tools do (M1040).
--
-- why:             Two rules of attack surface reduction stop processes made by PsExec and WMI, and
--                  vulnerable signed drivers. They are set in one of three places of the SOFTWARE hive;
--                  absent means off. There is no such thing elsewhere: not_applicable.
-- severity:        medium; audit (2) and warn (6) are no block
-- attack:          M1040 Behavior Prevention on Endpoint, for T1569.002
-- false positives: another product that blocks the same
-- sources:         registry, windows_events
--
--   SELECT host, check_name, status, evidence FROM posture_behavior_prevention;
CREATE TEMP VIEW posture_behavior_prevention AS
WITH rules(check_name, guid) AS (
    VALUES ('asr_psexec_wmi', 'd1e49aac-8f56-4280-b9ba-993a6d77406c'),
           ('asr_vulnerable_drivers', '56a863a9-875e-4185-98a7-b882c64b5ce5')
), software AS MATERIALIZED (
    SELECT key, name, data, host, source FROM registry
     WHERE key IN ('HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules',
                   'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules',
                   'HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows Defender\Policy Manager')
       AND NOT deleted
), settings AS (
    SELECT r.check_name, s.host, s.source, s.key,
           CASE WHEN s.name = r.guid COLLATE NOCASE THEN s.data
                ELSE substr(s.data, instr(lower(s.data), r.guid) + 37, 1) END AS value
      FROM software AS s JOIN rules AS r
        ON (s.key LIKE '%\ASR\Rules' AND s.name = r.guid COLLATE NOCASE)
        OR (s.name = 'ASRRules' COLLATE NOCASE AND instr(lower(s.data), r.guid))
), windows AS MATERIALIZED (
    -- Where the SOFTWARE hive is at hand, no setting is the setting: off.
    SELECT DISTINCT host FROM registry
     WHERE path = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft' AND NOT deleted
), failed AS MATERIALIZED (
    SELECT w.host, r.check_name, r.guid AS subject,
           json_object('value', (SELECT max(value) FROM settings AS s
                                  WHERE s.host = w.host AND s.check_name = r.check_name),
                       'meaning', '0 off, 1 block, 2 audit, 5 not set, 6 warn') AS evidence,
           (SELECT max(source) FROM settings AS s
             WHERE s.host = w.host AND s.check_name = r.check_name) AS source
      FROM windows AS w, rules AS r
     WHERE NOT EXISTS (SELECT 1 FROM settings AS s WHERE s.host = w.host
                          AND s.check_name = r.check_name AND s.value = '1')
)
SELECT f.host, c.mitigation, c.name AS check_name, 'fail' AS status, c.severity, f.subject, c.why,
       f.evidence, f.source
  FROM failed AS f JOIN posture_state AS c ON c.name = f.check_name AND c.host = f.host
   AND c.status <> 'not_applicable'
UNION ALL
SELECT c.host, c.mitigation, c.name, c.status, 'info', NULL, c.why, c.evidence, NULL
  FROM (SELECT count(*) AS n FROM failed) AS looked -- reads the tables before their state is asked
 CROSS JOIN posture_state AS c
 WHERE looked.n >= 0 AND c.mitigation = 'M1040'
   AND NOT EXISTS (SELECT 1 FROM failed AS f WHERE f.check_name = c.name AND f.host = c.host)
UNION ALL
-- What Defender logged of the rules at work: 1121 it blocked something, 1122 it would have.
SELECT e.host, 'M1040', r.check_name, iif(e.event_id = 1121, 'pass', 'fail'),
       iif(e.event_id = 1121, 'info', 'medium'), r.guid,
       iif(e.event_id = 1121, 'the rule blocked what it is for', 'the rule only watched what it is for'),
       json_object('event_id', e.event_id, 'times', count(*), 'last', max(e.datetime),
                   'path', max(e.data ->> 'Path'), 'process', max(e.data ->> 'Process Name')),
       e.source
  FROM windows_events AS e JOIN rules AS r ON r.guid = lower(trim(e.data ->> 'ID', '{}'))
 WHERE e.event_id IN (1121, 1122) AND e.provider_name = 'Microsoft-Windows-Windows Defender'
 GROUP BY e.host, r.check_name, e.event_id, e.source;
