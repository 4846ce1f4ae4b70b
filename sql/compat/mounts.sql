-- mounts: osquery's table of that name: what is mounted on the running host.
--
-- why:     Queries written for osquery run as they are. Counts of blocks and inodes are not read: that would ask
--          file systems of other machines. A dead disk has nothing mounted, and so no row.
-- sources: host_lines
--
--   SELECT path, type, flags FROM mounts WHERE path LIKE '/tmp%';
CREATE TEMP VIEW mounts AS
SELECT word1 AS device, word1 AS device_alias, word2 AS path, word3 AS type, NULL AS blocks_size, NULL AS blocks,
       NULL AS blocks_free, NULL AS blocks_available, NULL AS inodes, NULL AS inodes_free, word4 AS flags, host
  FROM host_lines
 WHERE file = 'mounts';
