-- A compromised root gives its findings, an ordinary one none above low.
DELETE FROM evidence;
INSERT INTO evidence(location) VALUES('tests/fixtures/linux/compromised');
INSERT INTO evidence(location) VALUES('tests/fixtures/linux/benign');
INSERT INTO evidence(location) VALUES('tests/fixtures/linux/beacon');
SELECT kind, host, location FROM evidence;
SELECT host, severity, technique, subject, signals FROM findings WHERE host = 'web7' ORDER BY subject;
SELECT host, severity, subject, signals FROM findings
 WHERE host = 'app3' AND severity NOT IN ('info', 'low');
SELECT path, state, link_target FROM unit_files WHERE host = 'web7' AND kind IN ('mask', 'link');
SELECT unit, key, value, effective FROM unit_settings WHERE host = 'web7' AND unit = 'ssh.service';
-- Of a unit made moments before: not what stays on the host, nor what came later.
SELECT time, severity, analytic, technique, subject, target, signals FROM findings
 WHERE host = 'db2' AND signals LIKE '%network%';
