-- posture_user_accounts: ordinary accounts that have services or may create them (M1018).
--
-- why:             A user with linger, with own units or in an administrators' group can
--                  run services; so can whoever may write a property list or log on as a service.
-- severity:        as posture_checks says; unknown and not_applicable do not count as passed
-- attack:          M1018 User Account Management, for T1569
-- false positives: rootless containers need linger; administrators are members of their group
-- sources:         posture_answers
--
--   SELECT host, check_name, status, subject, why FROM posture_user_accounts WHERE status = 'fail';
CREATE TEMP VIEW posture_user_accounts AS
SELECT a.host, a.mitigation, a.check_name, a.status, a.severity, a.subject, a.why, a.evidence, a.source
  FROM posture_answers AS a
 WHERE a.mitigation = 'M1018';
