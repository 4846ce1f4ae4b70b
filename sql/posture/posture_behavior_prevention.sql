-- posture_behavior_prevention: whether Windows blocks what remote execution tools do (M1040).
--
-- why:             Two rules of attack surface reduction stop processes made by PsExec and WMI, and
--                  vulnerable signed drivers. They are set in one of three places of the SOFTWARE hive;
--                  absent means off. Other platforms have no such rules: not_applicable.
-- severity:        medium; audit (2) and warn (6) do not block
-- attack:          M1040 Behavior Prevention on Endpoint, for T1569.002
-- false positives: another product that blocks the same
-- sources:         posture_answers, windows_events
--
--   SELECT host, check_name, status, evidence FROM posture_behavior_prevention;
CREATE TEMP VIEW posture_behavior_prevention AS
WITH rules(check_name, guid) AS (
    VALUES ('asr_psexec_wmi', 'd1e49aac-8f56-4280-b9ba-993a6d77406c'),
           ('asr_vulnerable_drivers', '56a863a9-875e-4185-98a7-b882c64b5ce5')
)
SELECT a.host, a.mitigation, a.check_name, a.status, a.severity, a.subject, a.why, a.evidence, a.source
  FROM posture_answers AS a
 WHERE a.mitigation = 'M1040'
UNION ALL
-- Defender's events of the rules: 1121 it blocked something, 1122 it would have.
SELECT e.host, 'M1040', r.check_name, iif(e.event_id = 1121, 'pass', 'fail'),
       iif(e.event_id = 1121, 'info', 'medium'), r.guid,
       iif(e.event_id = 1121, 'the rule blocked what it is for', 'the rule only watched what it is for'),
       json_object('event_id', e.event_id, 'times', count(*), 'last', max(e.datetime),
                   'path', max(e.data ->> 'Path'), 'process', max(e.data ->> 'Process Name')),
       e.source
  FROM windows_events AS e CROSS JOIN rules AS r ON r.guid = lower(trim(e.data ->> 'ID', '{}'))
 WHERE e.event_id IN (1121, 1122) AND e.provider_name = 'Microsoft-Windows-Windows Defender'
 GROUP BY e.host, r.check_name, e.event_id, e.source;
