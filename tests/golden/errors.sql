-- Errors name the table and the reason.
SELECT * FROM path_permissions;
INSERT INTO evidence(location) VALUES('/nonexistent');
UPDATE evidence SET host = 'x';
INSERT INTO svcql_settings(name) VALUES('x');
INSERT INTO unit_files(name) VALUES('x');
SELECT 'x' REGEXP '(';
