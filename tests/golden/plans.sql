-- What reaches the tables, as EXPLAIN QUERY PLAN tells.
EXPLAIN QUERY PLAN SELECT path FROM unit_files WHERE name = 'ssh.service' AND host = 'x';
EXPLAIN QUERY PLAN SELECT path FROM unit_files('/mnt') WHERE name IN ('a.service', 'b.service');
EXPLAIN QUERY PLAN SELECT cmdline FROM audit_events WHERE time > 1000 AND time <= 2000;
EXPLAIN QUERY PLAN SELECT data FROM windows_events WHERE event_id IN (7045, 4697) AND channel = 'System';
EXPLAIN QUERY PLAN SELECT data FROM registry WHERE key LIKE 'HKEY_LOCAL_MACHINE\SYSTEM\%';
EXPLAIN QUERY PLAN SELECT name FROM processes WHERE pid = 1;
