-- posture_privileged_accounts: who, other than root and administrators, may control services (M1026).
--
-- why:             An account that may change services is as good as root. polkit rules, sudoers, and
--                  the descriptors of services and of their manager grant that.
-- severity:        as posture_checks says; a check that could not be answered is unknown, one of
--                  another platform not_applicable, and neither counts as passed
-- attack:          M1026 Privileged Account Management, for T1569
-- false positives: a deployment account that is meant to restart one service (narrow its rule)
-- sources:         posture_answers
--
--   SELECT host, check_name, status, subject, why FROM posture_privileged_accounts WHERE status = 'fail';
CREATE TEMP VIEW posture_privileged_accounts AS
SELECT a.host, a.mitigation, a.check_name, a.status, a.severity, a.subject, a.why, a.evidence, a.source
  FROM posture_answers AS a
 WHERE a.mitigation = 'M1026';
