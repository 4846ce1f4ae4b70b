-- failed_behavior_prevention: hosts whose settings do not block what remote execution tools do.
--
-- why:     The failures of the checks of M1040 (see posture_checks), each with its proof. posture_behavior_prevention
--          also shows which checks passed and which could not be answered.
-- sources: registry, windows_events
--
--   SELECT host, check_name, subject, evidence FROM failed_behavior_prevention;
CREATE TEMP VIEW failed_behavior_prevention AS
WITH rules(check_name, guid) AS (
    VALUES ('asr_psexec_wmi', 'd1e49aac-8f56-4280-b9ba-993a6d77406c'),
           ('asr_vulnerable_drivers', '56a863a9-875e-4185-98a7-b882c64b5ce5')
), software AS MATERIALIZED (
    SELECT key, name, data, host, source FROM registry
     WHERE key IN ('HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules',
                   'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules',
                   'HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows Defender\Policy Manager')
       AND NOT deleted AND copy IS NULL
), settings AS (
    SELECT r.check_name, s.host, s.source, s.key,
           CASE WHEN s.name = r.guid COLLATE NOCASE THEN s.data
                ELSE substr(s.data, instr(lower(s.data), r.guid) + 37, 1) END AS value
      FROM software AS s JOIN rules AS r
        ON (s.key LIKE '%\ASR\Rules' AND s.name = r.guid COLLATE NOCASE)
        OR (s.name = 'ASRRules' COLLATE NOCASE AND instr(lower(s.data), r.guid))
), windows AS MATERIALIZED (
    -- Where the SOFTWARE hive was read, an absent setting means off.
    SELECT DISTINCT host FROM registry
     WHERE path = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft' AND NOT deleted
       AND copy IS NULL
)
SELECT w.host, r.check_name, r.guid AS subject,
       json_object('value', (SELECT max(value) FROM settings AS s
                              WHERE s.host = w.host AND s.check_name = r.check_name),
                   'meaning', '0 off, 1 block, 2 audit, 5 not set, 6 warn') AS evidence,
       (SELECT max(source) FROM settings AS s
         WHERE s.host = w.host AND s.check_name = r.check_name) AS source
  FROM windows AS w, rules AS r
 WHERE NOT EXISTS (SELECT 1 FROM settings AS s WHERE s.host = w.host
                      AND s.check_name = r.check_name AND s.value = '1');
