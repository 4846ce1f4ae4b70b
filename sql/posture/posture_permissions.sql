-- posture_permissions: files that a service trusts and that users other than root may write (M1022).
--
-- why:             Whoever may write a unit, a drop-in, a program or a folder on its path decides
--                  what runs as root.
-- severity:        as posture_checks says; unknown and not_applicable do not count as passed
-- attack:          M1022 Restrict File and Directory Permissions, for T1569; T1574.010
-- false positives: a service that runs as the user who owns its files
-- sources:         posture_answers
--
--   SELECT host, check_name, subject, evidence FROM posture_permissions WHERE status = 'fail';
CREATE TEMP VIEW posture_permissions AS
SELECT a.host, a.mitigation, a.check_name, a.status, a.severity, a.subject, a.why, a.evidence, a.source
  FROM posture_answers AS a
 WHERE a.mitigation = 'M1022';
