-- kernel_modules: osquery's table of that name: modules of the running kernel.
--
-- why:     Queries written for osquery run as they are. A module that hides itself is not among them.
-- sources: host_lines
--
--   SELECT name, status FROM kernel_modules WHERE status <> 'Live';
CREATE TEMP VIEW kernel_modules AS
SELECT word1 AS name, CAST(word2 AS INTEGER) AS size, word4 AS used_by, word5 AS status, word6 AS address, host
  FROM host_lines
 WHERE file = 'modules';
